"""What became of a message: nothing that may have left is sent again by itself."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.tools import load, moments

fate = load("fate")

WRAP = "Mail Delivery Failed\nMail delivery failed via SMTP server 'None'.\n{}"
# as Odoo 19 and smtplib write them
CASES = [
    ("email", "mail_smtp", None, fate.BLOCKED),
    ("email", "unknown", WRAP.format("SMTPDataError: (451, b'4.3.0 later')"), "retry"),
    (
        "email",
        "unknown",
        WRAP.format("SMTPRecipientsRefused: {'a@b.it': (450, b'4.2.0 Greylisted')}"),
        fate.RETRY,
    ),
    (
        "email",
        "unknown",
        WRAP.format("SMTPSenderRefused: (421, b'4.7.0 too many', 'us@b.it')"),
        fate.RETRY,
    ),
    (
        "email",
        "unknown",
        WRAP.format("SMTPRecipientsRefused: {'a@b.it': (550, b'5.1.1 who?')}"),
        fate.DEAD,
    ),
    (
        "email",
        "unknown",
        WRAP.format("SMTPRecipientsRefused: {'a@b.it': (550, b'no')}"),
        fate.DEAD,
    ),
    (
        "email",
        "unknown",
        WRAP.format("SMTPRecipientsRefused: {'a@b.it': (550, b'5.7.1 listed')}"),
        fate.STOP,
    ),
    ("email", "unknown", WRAP.format("SMTPDataError: (554, b'5.7.1 spam')"), "stop"),
    # the text is refused, or the box is full: the address is good
    ("email", "unknown", WRAP.format("SMTPDataError: (550, b'not this')"), "stop"),
    (
        "email",
        "unknown",
        WRAP.format("SMTPRecipientsRefused: {'a@b.it': (552, b'full')}"),
        fate.STOP,
    ),
    (
        "email",
        "unknown",
        WRAP.format("SMTPSenderRefused: (530, b'5.7.0 log in', 'us@b.it')"),
        fate.BLOCKED,
    ),
    (
        "email",
        "unknown",
        WRAP.format("SMTPNotSupportedError: SMTPUTF8 not supported by server"),
        fate.STOP,
    ),
    ("email", "unknown", "Error without exception. Probably …", fate.UNCLEAR),
    ("email", "unknown", "Fehler ohne Ausnahme 550", fate.UNCLEAR),
    ("email", "unknown", None, fate.UNCLEAR),
    ("email", "mail_bounce", "Status: 5.1.1", fate.DEAD),
    ("email", "mail_bounce", "550 No such user here", fate.DEAD),
    ("email", "mail_bounce", "5.2.2 mailbox full", fate.STOP),
    ("email", "mail_bounce", "Status: 4.4.1 no answer from host", fate.STOP),
    ("email", "mail_bounce", "Status: 4.1.1 ask again", fate.STOP),
    ("email", "mail_bounce", "Status: 5.0.0", fate.STOP),
    ("email", "mail_bounce", "mx 10.5.1.1 refused", fate.STOP),
    ("email", "mail_email_invalid", None, fate.DEAD),
    ("email", "mail_bl", None, fate.STOP),
    ("sms", "sms_server", None, fate.RETRY),
    ("sms", "sms_credit", None, fate.BLOCKED),
    ("sms", "sms_number_format", None, fate.DEAD),
    ("sms", "sms_blacklist", None, fate.STOP),
    ("sms", "sms_registration_needed", None, fate.STOP),
    ("sms", "unknown", "registration_needed", fate.STOP),
    ("sms", "unknown", "duplicate_message", fate.SENT),
    ("sms", "unknown", "(451, b'looks like mail')", fate.STOP),
    ("sms", "sms_not_delivered", None, fate.STOP),
]


@pytest.mark.parametrize(("medium", "kind", "reason", "expected"), CASES)
def test_what_odoo_notes(medium, kind, reason, expected):
    assert fate.judge(medium, kind, reason) == expected


replies = st.integers(200, 599)


@given(st.lists(replies), st.text(max_size=80), st.text(max_size=20))
def test_sent_again_only_after_a_clear_no_for_now(codes, before, words):
    """Never automatically after silence or a refusal, whatever the words say."""
    before = before.replace("(", "").replace("Error", "")
    reason = before + "".join(f" ({code}, {words.encode()!r})" for code in codes)
    judged = fate.judge("email", "unknown", reason)
    again = judged in (fate.RETRY, fate.BLOCKED)
    told = [code for code in codes if 400 <= code < 600]
    login = {530, 534, 535, 538} & set(codes)
    assert again == bool(login or (told and max(told) < 500))
    if not told:
        assert judged == fate.UNCLEAR


@given(st.one_of(st.none(), st.text()), st.one_of(st.none(), st.text()))
def test_any_words_are_judged(kind, reason):
    for medium in ("email", "sms"):
        assert fate.judge(medium, kind, reason) in (
            "sent", "retry", "blocked", "stop", "dead", "unclear",
        )  # fmt: skip


def test_long_hostile_words_take_no_time():
    for text in ("5.1." * 20000, "unknown " * 20000, "(550, " * 20000):
        fate.judge("email", "mail_bounce", text)
        fate.judge("email", "unknown", "SMTPRecipientsRefused" * 2000 + text)


@given(moments(), st.floats(0, 400))
def test_tries_grow_apart_and_end(start, hours):
    end = start + timedelta(hours=hours)
    now, tries, gaps = start, 0, []
    while (moment := fate.next_try(tries, now, end)) is not None:
        gaps.append(moment - now)
        assert now < moment <= end
        now, tries = moment, tries + 1
    assert gaps == sorted(gaps) and len(set(gaps)) == len(gaps)
    assert all(timedelta(minutes=5) <= gap <= timedelta(hours=24) for gap in gaps)
    assert tries == len(fate.GAPS) or now + fate.GAPS[tries] > end


def test_tried_again_when_the_manual_says():
    now = datetime(2026, 3, 2)
    moments = [fate.next_try(tries, now, datetime.max) for tries in range(7)]
    hours = [moment and (moment - now) / timedelta(hours=1) for moment in moments]
    assert hours == [5 / 60, 0.5, 2, 8, 24, None, None]
    # the last moment it is welcome still is
    assert fate.next_try(1, now, moments[1]) == moments[1]


@given(
    st.integers(400, 599),
    st.text(st.characters(codec="utf-8", exclude_characters="'\"\\"), max_size=80),
)
def test_reply_is_what_the_server_said(code, words):
    for said in (words, words.encode()):
        reply = fate.get_reply(WRAP.format(f"SMTPDataError: ({code}, {said!r})"))
        assert reply.startswith(str(code))
        if words.isascii() and words.isprintable():
            assert reply.split()[1:] == words.split()


@given(st.text())
def test_what_holds_no_reply_stays_as_it_is(words):
    if "(" not in words:
        assert fate.get_reply(words) == words.strip()
