"""Automatic replies: what is one, and until when its author is away.

Read are the words mail programs use in English and in the languages of the addon. What
is not sure is not read: a message that goes out too early does less harm than one that
never goes.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta

#: A day further away is no absence, or was misread.
MAX_DAYS = 60
#: Where the words of a reply end and what it quotes begins, at the latest.
MAX_TEXT = 4000

# RFC 3834, and what was used before it
_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply-From")
_PRECEDENCE = {"auto_reply", "auto-reply", "bulk", "junk"}
# how programs begin a subject; a person's answer to it begins with "Re:"
_SUBJECT = re.compile(
    r"[\[(【]?(?:"
    r"auto(?:matic(?:ally generated)?)?[ -]?(?:reply|response)|autoreply"
    r"|automatische antwort|autom\. antwort|abwesenheits\w*"
    r"|réponse automatique|message d.absence"
    r"|risposta automatica|messaggio automatico"
    r"|respuesta autom[áa]tica"
    r"|自動返信|自動応答|不在通知|自动回复|自動回覆|自动答复"
    r"|(?:out of (?:the )?office|ooo|fuori ufficio|absence du bureau|absent du bureau"
    r"|fuera de (?:la )?oficina|nicht im büro|abwesend)"
    r"(?=\s{0,3}(?:$|[:\-–—(!.,\])]|re:))"
    r")",
    re.IGNORECASE,
)

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar janvier janv gennaio gen enero ene",
            "february feb februar février fevrier févr febbraio febrero",
            "march mar märz maerz mrz mars marzo",
            "april apr avril avr aprile abril abr",
            "may mai maggio mag mayo",
            "june jun juni juin giugno giu junio",
            "july jul juli juillet juil luglio lug julio",
            "august aug août aout agosto ago",
            "september sep sept septembre settembre set septiembre",
            "october oct oktober okt octobre ottobre ott octubre",
            "november nov novembre noviembre",
            "december dec dezember dez décembre decembre dicembre dic diciembre",
        ),
        1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(map(re.escape, _MONTHS), key=len, reverse=True))
_DATE = (
    r"(?:(?P<iso>\d{4}-\d{1,2}-\d{1,2})(?!\d)"
    r"|(?:(?P<cy>\d{4})[年/])?(?P<cm>\d{1,2})月(?P<cd>\d{1,2})[日号號]"
    # without a year and a last dot, 3.30 is a time; 24/7 is always
    r"|(?P<num>\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2}(?!\d))?"
    r"|(?!24/7(?![/\d]))\d{1,2}/\d{1,2}(?:/(?:\d{4}|\d{2}(?!\d)))?)(?![\d/])"
    rf"|(?P<d1>\d{{1,2}})(?:st|nd|rd|th|er|\.|º|°)?\s(?:(?:of|de|di)\s)?"
    rf"(?P<m1>{_MONTH})\b\.?(?:,?\s(?:(?:de|del)\s)?(?P<y1>\d{{4}})(?!\d))?"
    rf"|(?P<m2>{_MONTH})\.?\s(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)"
    r"(?:,?\s(?P<y2>\d{4})(?!\d))?)"
)
#: What may stand between such a word and the date: a weekday, "the office on", "zum".
_GAP = r"[^.!?\n\d]{0,40}?"

# the date is the day they are back
_BACK = (
    r"\b(?:back|return(?:ing)?|(?:available|reachable) again"
    r"|zurück|wieder|ab(?=[^!?\n]{1,60}\bwieder\b)"
    r"|de retour|retour|reviens|reviendrai|rentre"
    r"|rientro|rientrer[òo]|torno|torner[òo]|ritorno|di nuovo"
    r"|vuelvo|volver[ée]|regreso|regresar[ée]|reincorpor\w{1,6}|de vuelta)\b"
)
# the date is their last day away
_UNTIL = (
    r"\b(?:until|till|through|bis|jusqu['’]?(?:au|à)?"
    r"|fino (?:al|all['’]|a)|hasta(?: el)?)(?![^\W\d])"
)
_FORWARD = re.compile(
    rf"(?:(?P<back>{_BACK})|(?P<until>{_UNTIL})){_GAP}{_DATE}", re.IGNORECASE
)
# Japanese and Chinese put the word behind the date, Chinese also before it
_BEHIND = re.compile(
    rf"{_DATE}(?:[（(][^（()）\n]{{0,6}}[)）])?\s?"
    r"(?:(?P<until>まで|为止|為止|止)"
    r"|(?P<back>(?:より|から|以降)?[にはの、]?\s?"
    r"(?:出社|出勤|復帰|戻|返回|回来|回來|回到|恢复|恢復|上班|返工)))"
)
# a word of return behind such a date is found as well, and counts more
_CHINESE = re.compile(rf"(?P<until>至|到|直到)\s?{_DATE}")
_QUOTED = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
#: "3/4" is a day in April there, and one in March in the United States.
_AMERICAN = re.compile(r"\b(?:back|return(?:ing)?|again|until|till|through)\b", re.I)


def is_automatic(headers: Mapping[str, str], subject: str | None) -> bool:
    """Whether a program wrote the mail.

    >>> is_automatic({"Auto-Submitted": "auto-replied"}, "Re: Your order")
    True
    >>> is_automatic({}, "Abwesenheitsnotiz: Ihre Bestellung")
    True
    >>> is_automatic({}, "Re: Abwesenheitsnotiz: Ihre Bestellung")
    False
    """
    submitted = (headers.get("Auto-Submitted") or "no").strip().lower()
    if submitted != "no" and not submitted.startswith(("no ", "no;")):
        return True
    if any(headers.get(name) for name in _HEADERS):
        return True
    if (headers.get("Precedence") or "").strip().lower() in _PRECEDENCE:
        return True
    return bool(_SUBJECT.match((subject or "").strip()))


def return_date(text: str | None, today: date) -> date | None:
    """The day its author can be written to again; None when the text names none, more
    than one, one that is past, or one more than ``MAX_DAYS`` away.

    :param today: the day the reply came, in whose year a date without one lies

    >>> return_date("I am away until 13 March.", date(2026, 3, 2))
    datetime.date(2026, 3, 14)
    >>> return_date("Ich bin ab dem 16.3. wieder da.", date(2026, 3, 2))
    datetime.date(2026, 3, 16)
    """
    text = _QUOTED.sub("", (text or "")[:MAX_TEXT]).replace("\u00a0", " ")
    found = {"back": set(), "until": set()}
    for pattern in (_FORWARD, _BEHIND, _CHINESE):
        for match in pattern.finditer(text):
            day = _read(match, today)
            groups = match.groupdict()
            if day and groups.get("back"):
                found["back"].add(day)
            elif day:
                found["until"].add(day + timedelta(days=1))
            else:
                return None  # a date that cannot be read: nothing is sure
    days = found["back"] or found["until"]
    day = days.pop() if len(days) == 1 else None
    if day and today < day <= today + timedelta(days=MAX_DAYS):
        return day
    return None


def _read(match: re.Match, today: date) -> date | None:
    """The day of a match, of the year that is meant."""
    part = match.groupdict()
    year = None
    if part["iso"]:
        year, month, day = map(int, part["iso"].split("-"))
    elif part["cm"]:
        year, month, day = part["cy"], int(part["cm"]), int(part["cd"])
    elif part["num"]:
        day, month, *rest = map(int, re.findall(r"\d+", part["num"]))
        year = rest[0] if rest else None
        if "/" in part["num"] and _AMERICAN.match(match.group()):
            if month > 12:
                day, month = month, day
            elif day <= 12 and day != month:
                return None
    elif part["d1"]:
        year, month, day = part["y1"], _MONTHS[part["m1"].lower()], int(part["d1"])
    else:
        year, month, day = part["y2"], _MONTHS[part["m2"].lower()], int(part["d2"])
    year = int(year) if year else None
    if year is not None and year < 100:
        year += 2000
    try:
        found = date(year or today.year, month, day)
        # in December, 7 January is one of next year
        if not year and found < today:
            found = date(today.year + 1, month, day)
    except ValueError:
        return None
    return found
