"""Automatic replies: told from people's words, and read only where they are sure."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.tools import load

auto_reply = load("auto_reply")
TODAY = date(2026, 3, 2)

AUTOMATIC = [
    ({"Auto-Submitted": "auto-replied"}, "Re: Is everything going well?"),
    ({"Auto-Submitted": "auto-generated (vacation)"}, ""),
    ({"X-Autoreply": "yes"}, "Thank you"),
    ({"X-Autorespond": "Away"}, None),
    ({"Precedence": "auto_reply"}, "Away"),
    ({"Precedence": "Bulk"}, "Away"),
    ({"Precedence": " junk"}, "Away"),
    ({"X-Auto-Reply-From": "anna@example.com"}, "Away"),
    ({}, " Automatic reply: Is everything going well?"),
    ({}, "Automatic reply: Is everything going well?"),
    ({}, "Out of Office: until Monday"),
    ({}, "Out of office Re: Is everything going well?"),
    ({}, "Automatische Antwort: Alles in Ordnung?"),
    ({}, "Abwesenheitsnotiz"),
    ({}, "Réponse automatique : Tout va bien ?"),
    ({}, "Absence du bureau - Tout va bien ?"),
    ({}, "Risposta automatica: Va tutto bene?"),
    ({}, "Fuori ufficio"),
    ({}, "Respuesta automática: ¿Todo bien?"),
    ({}, "Fuera de la oficina: ¿Todo bien?"),
    ({}, "自動返信：ご様子はいかがですか"),
    ({}, "【自動応答】不在のお知らせ"),
    ({}, "自动回复：一切顺利吗"),
]
PERSONAL = [
    ({}, "Re: Is everything going well?"),
    ({"Auto-Submitted": "no"}, "Automatically frozen dough"),
    ({"Auto-Submitted": "no (a person)"}, "Your dough"),
    ({"Auto-Submitted": "No; by=anna"}, "Your dough"),
    ({}, "Re: Automatic reply: Is everything going well?"),
    ({}, "AW: Abwesenheitsnotiz"),
    ({}, "Out of office supplies, please send more"),
    ({}, "Fuori ufficio postale c'è il pacco"),
    ({"Precedence": "list"}, "Your dough"),
    # what programs ask others, and we do ourselves
    ({"X-Auto-Response-Suppress": "All"}, "Re: Your dough"),
    ({}, ""),
    ({}, None),
]


@pytest.mark.parametrize(("headers", "subject"), AUTOMATIC)
def test_automatic(headers, subject):
    assert auto_reply.is_automatic(headers, subject)


@pytest.mark.parametrize(("headers", "subject"), PERSONAL)
def test_personal(headers, subject):
    assert not auto_reply.is_automatic(headers, subject)


MONTHS = {
    "en": "January February March April May June July August September October "
    "November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November "
    "Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre "
    "décembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre "
    "novembre dicembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre "
    "noviembre diciembre",
}
#: Ways to name the day of return (0 days later) or the last day away (1 day later).
PHRASES = [
    ("en", "I will be back in the office on {d} {month} {y}.", 0),
    ("en", "I return on Monday, {month} {d}.", 0),
    ("en", "Back on {y}-{m:02}-{d:02}, thanks", 0),
    ("en", "I am away until {d} {month}, with no access to mail.", 1),
    ("de", "Ich bin ab dem {d}. {month} wieder im Dienst.", 0),
    ("de", "Am {d}.{m}.{y} bin ich wieder da, zurück am {d}.{m}.{y}.", 0),
    ("de", "Ich bin bis einschließlich {d:02}.{m:02}.{y} im Urlaub.", 1),
    ("de", "Vom 1. bis zum {d}. {month} bin ich nicht im Büro.", 1),
    ("fr", "Je serai de retour le {d} {month} {y}.", 0),
    ("fr", "Je suis absente jusqu'au {d}/{m}/{y} inclus.", 1),
    ("it", "Rientrerò in ufficio il {d} {month}.", 0),
    ("it", "Sono in ferie fino al {d}/{m}/{y}.", 1),
    ("es", "Vuelvo el lunes {d} de {month} de {y}.", 0),
    ("es", "Estaré fuera hasta el {d} de {month}.", 1),
    ("ja", "{y}年{m}月{d}日より出社いたします。", 0),
    ("ja", "{m}月{d}日（金）まで不在にしております。", 1),
    ("zh", "我将于{m}月{d}日返回办公室。", 0),
    ("zh", "我休假至{y}年{m}月{d}日。", 1),
]


@pytest.mark.parametrize(("lang", "phrase", "extra"), PHRASES)
@given(today=st.dates(date(2025, 1, 1), date(2031, 12, 31)), ahead=st.integers(1, 59))
def test_the_day_is_read_in_each_language(lang, phrase, extra, today, ahead):
    day = today + timedelta(days=ahead)
    names = MONTHS.get(lang, "- " * 12).split()
    text = phrase.format(d=day.day, m=day.month, y=day.year, month=names[day.month - 1])
    text = f"Hello,\n\n{text}\n\nCall 0123 456 789.\n> back on 1 January 2030"
    assert auto_reply.return_date(text, today) == day + timedelta(days=extra)


@given(text=st.text(max_size=300), today=st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_whatever_is_read_is_ahead_and_near(text, today):
    day = auto_reply.return_date(f"back on {text} until {text} bis {text}", today)
    assert day is None or today < day <= today + timedelta(days=60)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "I am away.",
        "I'll be back on Monday.",
        "back on 3/4",  # in April, or in March?
        "back on 3/12",
        "back on 12/3",
        "Back on March 32.",
        "Back on 30 February, or back on 12 March.",
        "I am back. The fair is on 12 March.",
        "Bisher war am 12. März geschlossen.",
        "Back on 30 February 2026",
        "Back on 2026-03-123",
        "Away until 12 March, then until 14 March.",
        "I will be back on 1 December 2026.",
        "I was away until 1 March 2026.",
        "Back on 2 March",
        "I can be reached until 3.30 pm, and again 24/7.",
        "Ich bin ab 16. März im Urlaub.",
        "The shop closed on 12 March.",
        "> Back on 12 March",
        "x" * 5000 + " back on 12 March",
    ],
)
def test_unsure_is_nothing(text):
    assert auto_reply.return_date(text, TODAY) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("back on 3/25", 25),
        ("back on 25/3", 25),
        ("back on 3/3", 3),
        ("Back on 12.3.", 12),
        ("Zurück am 16.3.26", 16),
        ("De retour le 16 mars, avec\u00a0vous", 16),
        ("Back on 16\u00a0March", 16),
        ("Chiuso fino\u00a0al 15 marzo", 16),
        ("我到3月16日返回办公室", 16),
        ("3月16日返工", 16),
        ("Back on 31 March. We answer again 24/7.", 31),
    ],
)
def test_ways_to_write_a_day(text, day):
    assert auto_reply.return_date(text, TODAY) == date(2026, 3, day)


def test_short_months_and_round_the_clock():
    today = date(2026, 1, 5)
    assert auto_reply.return_date("De retour le 12 janv.", today) == date(2026, 1, 12)
    assert auto_reply.return_date("Back again 24/7.", date(2026, 7, 1)) is None


@pytest.mark.parametrize(("days", "is_read"), [(0, 0), (1, 1), (60, 1), (61, 0)])
def test_how_far_away_a_day_can_be(days, is_read):
    day = TODAY + timedelta(days=days)
    assert auto_reply.return_date(f"Back on {day}", TODAY) == (day if is_read else None)


def test_the_day_of_return_counts_more_than_the_last_day_away():
    text = "Away until Friday, 13 March. Back on Monday, 16 March."
    assert auto_reply.return_date(text, TODAY) == date(2026, 3, 16)
