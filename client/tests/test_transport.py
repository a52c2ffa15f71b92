"""Patience with a server that misbehaves."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crl_client import (
    Client,
    LoginError,
    Patience,
    Refused,
    ServerError,
    Transport,
    Unclear,
    Unreachable,
    UsageError,
)
from crl_client.errors import NoInterface
from crl_client.protocol import Address
from crl_client.transport import parse_retry_after
from fake_odoo import KEY

ROW = {"partner": "A", "indicator": "nps", "raw": 1, "date": "2026-03-02"}
NOW = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)


@pytest.fixture
def waits():
    return []


@pytest.fixture
def client(fake, waits):
    # waits long enough for a machine that is busy
    with Client(fake.url, KEY, transport=Transport(sleep=waits.append)) as client:
        yield client


@pytest.fixture
def hasty(fake, waits):
    transport = Transport(timeout=1, sleep=waits.append)
    with Client(fake.url, KEY, transport=transport) as client:
        yield client


@pytest.mark.parametrize("fault", [409, 429, 502, 503, 504, "drop", "drop after"])
def test_what_passes_is_tried_again(fake, client, waits, fault):
    fake.faults = [fault] * 5
    [found] = client.load_values([ROW], key="k")
    assert found.status == "created"
    assert len(waits) == 5
    assert {call[1]["key"] for call in fake.calls} == {"k:0"}


def test_a_server_that_hangs(fake, hasty, waits):
    fake.faults = ["hang"]
    assert hasty.load_values([ROW], key="k")[0].status == "created"
    # once, and again when the machine is too busy to answer in time
    assert waits
    assert {call[1]["key"] for call in fake.calls} == {"k:0"}


@pytest.mark.parametrize("fault", [500, "garbage"])
def test_what_will_hardly_pass_is_tried_three_times(fake, client, waits, fault):
    fake.faults = [fault] * 9
    with pytest.raises(ServerError, match="error|Odoo"):
        client.load_values([ROW], key="k")
    assert len(fake.calls) == 3


def test_patience_has_an_end(fake, client):
    fake.faults = [503] * 99
    with pytest.raises(ServerError, match="503") as caught:
        client.load_values([ROW], key="k")
    assert caught.value.status == 503
    assert len(fake.calls) == 6


def test_the_server_says_when(fake, client, waits):
    fake.faults = [(429, {"Retry-After": "7"}), (503, {"Retry-After": "0"})]
    client.load_values([ROW], key="k")
    assert waits[0] == 7
    assert waits[1] > 0


def test_a_server_that_wants_too_long_is_left_alone(fake, client, waits):
    fake.faults = [(503, {"Retry-After": "86400"})]
    with pytest.raises(ServerError):
        client.load_values([ROW], key="k")
    assert not waits


@pytest.mark.parametrize("fault", ["drop", "drop after", "hang"])
def test_what_must_not_be_done_twice_is_not(fake, hasty, fault):
    fake.faults = [fault]
    with pytest.raises(Unclear, match="Check whether"):
        hasty.load_values([ROW])
    assert len(fake.calls) == 1


@pytest.mark.parametrize("status", [500, 502, 503])
def test_nor_after_an_error(fake, client, status):
    fake.faults = [status]
    with pytest.raises(ServerError):
        client.load_values([ROW])
    assert len(fake.calls) == 1


@pytest.mark.parametrize("status", [409, 429])
def test_but_what_was_not_done_is_tried_again(fake, client, status):
    fake.faults = [status]
    assert client.load_values([ROW])[0].status == "created"


def test_refusals_are_sentences_and_final(fake, client):
    for status in (400, 403, 404, 422):
        fake.faults = [status]
        with pytest.raises(Refused, match=r"^No\.$") as caught:
            client.load_values([ROW], key="k")
        assert caught.value.status == status
    assert len(fake.calls) == 4


def test_a_wrong_key(fake, waits):
    with Client(fake.url, "wrong") as client, pytest.raises(LoginError):
        client.check_login()


def test_nobody_is_there(waits):
    client = Client("http://127.0.0.1:9", KEY, transport=Transport(sleep=waits.append))
    with pytest.raises(Unreachable, match="cannot be reached"):
        client.load_values([ROW])  # nothing was sent: safe to repeat
    assert len(waits) == 5


def test_a_redirect_does_not_get_the_key(fake, client):
    fake.faults = [(302, {"Location": "https://elsewhere.example.com/"})]
    with pytest.raises(Unreachable, match="elsewhere"):
        client.check_login()
    assert len(fake.calls) == 1


def test_something_else_answers(fake, client):
    fake.write = lambda handler, status, *rest: type(fake).write(
        fake, handler, 404, b"<h1>Not Found</h1>"
    )
    with pytest.raises(NoInterface, match="--db"):
        client.check_login()


def test_answers_that_do_not_fit(fake, client):
    for answer in ({}, [], [{"row": 1}], [{"row": 0, "status": "maybe"}], [3]):
        fake.load_values = lambda rows, key, answer=answer: answer
        with pytest.raises(ServerError, match="each row"):
            client.load_values([ROW], key="k")


def test_large_loads_go_in_parts(fake, client):
    rows = [{**ROW, "partner": f"C-{at}"} for at in range(10_001)]
    results = client.load_values(iter(rows), key="k")
    assert [found.row for found in results] == list(range(10_001))
    assert [call[1]["key"] for call in fake.calls] == ["k:0", "k:1"]


def test_infinite_numbers_are_not_sent(fake, client):
    with pytest.raises(UsageError):
        client.load_values([{**ROW, "raw": float("inf")}])
    assert not fake.calls


@given(st.integers(1, 50), st.floats(0, 1), st.none() | st.floats(0, 1000))
def test_delays_grow_within_bounds(attempt, dice, asked):
    patience = Patience()
    delay = patience.delay(attempt, asked, dice)
    assert delay >= (asked or 0)
    assert delay <= max(asked or 0, patience.longest)
    assert delay >= min(patience.first, patience.longest) / 2


@given(st.text() | st.none())
def test_any_retry_after(value):
    found = parse_retry_after(value, NOW)
    assert found is None or 0 <= found < float("inf")


def test_retry_after_as_a_date():
    assert parse_retry_after("Mon, 02 Mar 2026 12:00:30 GMT", NOW) == 30
    assert parse_retry_after("Mon, 02 Mar 2026 11:00:00 GMT", NOW) == 0
    assert parse_retry_after("30", NOW) == timedelta(seconds=30).total_seconds()


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("odoo.example.com", "https://odoo.example.com"),
        ("https://odoo.example.com/odoo/contacts", "https://odoo.example.com"),
        ("http://localhost:8069/", "http://localhost:8069"),
        ("http://[::1]:8069", "http://[::1]:8069"),
        ("HTTPS://Odoo.Example.com:443", "https://odoo.example.com"),
    ],
)
def test_addresses(url, text):
    assert str(Address(url)) == text


@pytest.mark.parametrize(
    "url",
    ["", "ftp://x", "https://", "https://me:pw@x", "https://x:port", "https://x/a/b"],
)
def test_what_is_no_address(url):
    with pytest.raises(UsageError):
        Address(url)
