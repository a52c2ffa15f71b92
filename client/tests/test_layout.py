"""Which column holds what."""

import pytest

from crl_client.errors import UsageError
from crl_client.layout import Layout


def test_headers_are_recognized():
    layout = Layout.find(["Customer No.", "Code", "Value", "Measured On"])
    assert layout == Layout("Customer No.", {"": "Value"}, "Code", "Measured On")


def test_one_indicator_for_the_whole_file():
    layout = Layout.find(["Kundennummer", "Wert"], indicator="nps")
    assert layout == Layout("Kundennummer", {"nps": "Wert"})


def test_what_is_said_beats_what_is_guessed():
    columns = ["Customer", "Alias", "Code", "Value", "Target"]
    layout = Layout.find(columns, {"partner": "Alias", "raw": "Target"})
    assert (layout.partner, layout.values) == ("Alias", {"": "Target"})


def test_a_reference_before_an_address():
    assert Layout.find(["Email", "Ref", "Value"], indicator="nps").partner == "Ref"


def test_wide():
    layout = Layout.find(["ref", "date", "nps", "churn"], wide=True)
    assert layout == Layout("ref", {"nps": "nps", "churn": "churn"}, "", "date")
    layout = Layout.find(["ref", "Score", "x"], {"nps": "Score"})
    assert layout == Layout("ref", {"nps": "Score"})


def test_what_is_not_needed_is_not_asked():
    columns = ["ref", "number", "amount", "code", "kpi"]
    assert set(Layout.find(columns, wide=True).values) == set(columns[1:])
    layout = Layout.find(columns, {"raw": "amount"}, indicator="nps")
    assert layout.values == {"nps": "amount"}


@pytest.mark.parametrize(
    ("columns", "options", "word"),
    [
        (["a", "value"], {"indicator": "nps"}, "partner=COLUMN"),
        (["ref", "a"], {"indicator": "nps"}, "raw=COLUMN"),
        (["ref", "value"], {}, "--indicator CODE"),
        (["ref", "value", "amount", "code"], {}, "Which of"),
        (["ref", "value"], {"mapping": {"raw": "x"}}, "no column 'x'"),
        (["ref", "a", "b"], {"mapping": {"nps": "a", "raw": "b"}}, "not both"),
    ],
)
def test_what_is_unclear_is_asked(columns, options, word):
    with pytest.raises(UsageError, match=word):
        Layout.find(columns, **options)
