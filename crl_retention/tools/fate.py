"""What became of a message, judged by what Odoo noted of it.

Nothing is sent twice by guess: only what surely did not leave is tried again by itself.
"""

import re
from datetime import datetime, timedelta

SENT = "sent"
#: It did not leave, and may another time.
RETRY = "retry"
#: It did not leave, nor does any other: server, account or sender is in trouble.
BLOCKED = "blocked"
#: It was refused; trying again would not help.
STOP = "stop"
#: It was refused because of the address.
DEAD = "dead"
#: Nobody knows whether it arrived.
UNCLEAR = "unclear"

#: How long a message waits before each new try.
GAPS = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
    timedelta(hours=24),
)

_TYPES = {
    # no connection, or no login: Odoo had not handed over anything yet
    "mail_smtp": BLOCKED,
    "mail_from_invalid": BLOCKED,
    "mail_from_missing": BLOCKED,
    "mail_email_invalid": DEAD,
    "mail_email_missing": DEAD,
    "mail_spam": STOP,
    "mail_bl": STOP,
    "mail_optout": STOP,
    "mail_dup": STOP,
    "sms_server": RETRY,
    "sms_credit": BLOCKED,
    "sms_acc": BLOCKED,
    "sms_number_missing": DEAD,
    "sms_number_format": DEAD,
    "sms_invalid_destination": DEAD,
    # whoever has this number has had this text
    "sms_duplicate": SENT,
}
#: Odoo gives these words of the SMS provider no type of their own.
_SMS_REASONS = {"duplicate_message": SENT, "server_error": RETRY}
#: The server wants a login first: RFC 4954.
_LOGIN_CODES = {"530", "534", "535", "538"}

# as Python writes a server's reply: (451, b'4.3.0 try later')
_REPLY = re.compile(r"\(([245]\d\d), b?['\"]")
_WORDS = re.compile(r"\(([245]\d\d), b?(['\"])(.*?)\2[,)]", re.DOTALL)
# RFC 3463; not a part of a longer number, as in an IP address
_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
_BAD_MAILBOX = re.compile(
    r"(no such|unknown|invalid|nonexistent|non-existent) (user|recipient|mailbox)"
    r"|(user|recipient|mailbox|address) (unknown|not found|does not exist)",
    re.IGNORECASE,
)
_NO_MAILBOX = re.compile(r"\((550|551|553), ")
_NOT_WRITABLE = re.compile(r"UnicodeEncodeError|SMTPNotSupportedError")


def blames_address(text: str | None) -> bool:
    """Whether a refusal or a bounce says that the mailbox does not exist.

    A full mailbox or a spam filter says nothing about the address.

    >>> blames_address("550 5.1.1 <a@b.example>: user unknown")
    True
    >>> blames_address("552 5.2.2 mailbox full")
    False
    """
    codes = {match.groups() for match in _ENHANCED.finditer(text or "")}
    if codes:
        return any(
            # 5.1.7 and 5.1.8 are about the sender; 5.2.1 is a mailbox that was closed
            kind == "5"
            and (subject == "1" and detail not in ("7", "8"))
            or (kind, subject, detail) == ("5", "2", "1")
            for kind, subject, detail in codes
        )
    refused = "SMTPRecipientsRefused" in (text or "") and _NO_MAILBOX.search(text)
    return bool(refused or _BAD_MAILBOX.search(text or ""))


def get_reply(reason: str | None) -> str:
    """What a mail server answered, out of what Python and Odoo wrap around it.

    >>> get_reply("SMTPDataError: (451, b'4.3.0 try\\\\nlater')")
    '451 4.3.0 try later'
    >>> get_reply("mailbox full")
    'mailbox full'
    """
    found = _WORDS.search(reason or "")
    if not found:
        return (reason or "").strip()
    code, __, words = found.groups()
    return " ".join([code, *re.sub(r"\\[rnt]", " ", words).split()])


def judge(medium: str, failure_type: str | None, reason: str | None) -> str:
    """What an exception of Odoo's queues means for the message.

    :param medium: 'email' or 'sms'
    :param failure_type: of ``mail.notification``
    :param reason: the text beside it, in which only codes and names are read: the rest
        is in the language of whoever runs the queue

    >>> judge("email", "unknown", "SMTPDataError: (451, b'4.3.0 try later')")
    'retry'
    >>> judge("email", "unknown", "Error without exception.")
    'unclear'
    """
    reason = reason or ""
    if failure_type in ("mail_bounce", "mail_spam"):
        return DEAD if blames_address(reason) else STOP
    if failure_type in _TYPES:
        return _TYPES[failure_type]
    if medium == "sms":
        # the provider answered, and the answer was no
        return _SMS_REASONS.get(reason.strip(), STOP)
    replies = _REPLY.findall(reason)
    if any(reply in _LOGIN_CODES for reply in replies):
        return BLOCKED
    if any(reply[0] == "5" for reply in replies):
        return DEAD if blames_address(reason) else STOP
    if any(reply[0] == "4" for reply in replies):
        return RETRY
    # a connection that was lost leaves no reply: before the text, or after it?
    return STOP if _NOT_WRITABLE.search(reason) else UNCLEAR


def next_try(tries: int, now: datetime, end: datetime) -> datetime | None:
    """When a message is tried again, or None when it is given up.

    :param tries: how often it was tried again already
    :param end: the last moment it would still be welcome

    >>> next_try(1, datetime(2026, 3, 2, 10), datetime(2026, 3, 5, 10))
    datetime.datetime(2026, 3, 2, 10, 30)
    """
    if tries >= len(GAPS):
        return None
    moment = now + GAPS[tries]
    return moment if moment <= end else None
