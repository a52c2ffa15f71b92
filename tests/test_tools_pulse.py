"""When the engine counts as alive."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.tools import load

pulse = load("pulse")

NOW = datetime(2026, 3, 2, 12)
spans = st.timedeltas(timedelta(0), timedelta(days=30))
pulses = st.builds(
    pulse.Pulse,
    now=st.just(NOW),
    last_sign=spans.map(lambda span: NOW - span),
    interval=st.timedeltas(timedelta(0), timedelta(days=7)),
    is_active=st.booleans(),
    is_neutralized=st.booleans(),
    oldest_due=st.none() | spans.map(lambda span: NOW - span),
    failed_jobs=st.sampled_from(["", "crl.case._remind_due"]),
    mail_count=st.integers(0, 2),
    sms_count=st.integers(0, 2),
    uptime=st.timedeltas(timedelta(0), timedelta(hours=1)),
)


@given(pulses, spans)
def test_waiting_mends_nothing(found, span):
    """What is wrong now is wrong later, as long as nothing is written down."""
    later = replace(found, now=NOW + span, uptime=found.uptime + span)
    assert set(pulse.find_troubles(found)) <= set(pulse.find_troubles(later))


@given(pulses)
def test_a_silent_engine_is_always_found(found):
    later = NOW + timedelta(days=60)
    dead = replace(found, now=later, uptime=later - NOW)
    assert {"neutralized", "inactive", "not_run"} & set(pulse.find_troubles(dead))


@given(pulses, spans)
def test_a_sign_from_the_future_is_as_bad_as_one_of_the_past(found, span):
    past, future = (replace(found, last_sign=NOW + sign * span) for sign in (-1, 1))
    assert pulse.find_troubles(past) == pulse.find_troubles(future)


@given(pulses)
def test_an_engine_that_works_on_time_is_well(found):
    well = replace(
        found,
        last_sign=NOW - timedelta(minutes=15),
        is_active=True,
        is_neutralized=False,
        oldest_due=NOW - timedelta(hours=1),
        failed_jobs="",
        mail_count=0,
        sms_count=0,
    )
    assert pulse.find_troubles(well) == []


@given(pulses)
def test_a_start_excuses_nothing_but_delay(found):
    starting = replace(found, uptime=timedelta(seconds=89))
    excused = {"not_run", "behind", "mail_queue", "sms_queue"}
    settled = replace(found, uptime=pulse.GRACE)
    assert pulse.find_troubles(starting) == [
        code for code in pulse.find_troubles(settled) if code not in excused
    ]


WELL = pulse.Pulse(NOW, NOW, uptime=timedelta(hours=1))
SECOND = timedelta(seconds=1)
QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
SILENT = {"last_sign": NOW - timedelta(days=1)}


@pytest.mark.parametrize(
    "code, well, wrong",
    [
        (
            "not_run",
            {"last_sign": NOW - QUARTER},
            {"last_sign": NOW - QUARTER - SECOND},
        ),
        (
            "not_run",
            {"interval": HOUR, "last_sign": NOW - 3 * HOUR},
            {"interval": HOUR, "last_sign": NOW - 3 * HOUR - SECOND},
        ),
        (
            "not_run",
            {"uptime": timedelta(seconds=89), **SILENT},
            {"uptime": timedelta(seconds=90), **SILENT},
        ),
        ("behind", {"oldest_due": NOW - QUARTER}, {"oldest_due": NOW - HOUR - SECOND}),
        ("behind", {"oldest_due": NOW - HOUR}, {"oldest_due": NOW - 2 * HOUR}),
        # what follows from a switch is not told beside it
        ("inactive", {}, {"is_active": False, **SILENT}),
        ("neutralized", {}, {"is_neutralized": True, "is_active": False, **SILENT}),
        ("job_failed", {}, {"failed_jobs": "crl.case._remind_due"}),
        ("mail_queue", {}, {"mail_count": 1}),
        ("sms_queue", {}, {"sms_count": 1}),
    ],
)
def test_what_monitoring_is_promised(code, well, wrong):
    assert pulse.find_troubles(replace(WELL, **well)) == []
    assert pulse.find_troubles(replace(WELL, **wrong)) == [code]
