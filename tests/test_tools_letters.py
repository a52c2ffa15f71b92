"""What is printed where: labels, envelopes, addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.tools import load

labels = load("labels")
envelopes = load("envelopes")
postal = load("postal")

sheets = st.sampled_from(sorted(labels.SHEETS))
kinds = st.sampled_from(sorted(envelopes.ENVELOPES))
words = st.text(
    st.sampled_from("abcdeimMW .,-ÄÖßñ漢字かなカナ한글Жд0123456789"),
    min_size=1,
    max_size=60,
)
#: As the tables are written, in millimetres.
NEAR = 0.001


def lies_within(box, width, height):
    left, top, box_width, box_height = box
    return (
        left >= 0
        and top >= 0
        and left + box_width <= width + NEAR
        and top + box_height <= height + NEAR
    )


def overlap(one, other):
    return (
        one[0] < other[0] + other[2] - NEAR
        and other[0] < one[0] + one[2] - NEAR
        and one[1] < other[1] + other[3] - NEAR
        and other[1] < one[1] + one[3] - NEAR
    )


# ---- Labels ----


@pytest.mark.parametrize("key", labels.SHEETS)
def test_no_label_leaves_the_page_and_none_overlap(key):
    sheet = labels.SHEETS[key]
    boxes = [
        (*sheet.place(index), sheet.width, sheet.height) for index in range(sheet.count)
    ]
    assert all(lies_within(box, *labels.PAPERS[sheet.paper]) for box in boxes)
    assert not any(
        overlap(one, other)
        for place, one in enumerate(boxes)
        for other in boxes[:place]
    )


@pytest.mark.parametrize("key", labels.SHEETS)
def test_sheets_have_the_same_margins_on_both_sides(key):
    """A sheet can be laid into the printer either way round."""
    sheet = labels.SHEETS[key]
    left, top = sheet.place(sheet.count - 1)
    width, height = labels.PAPERS[sheet.paper]
    assert width - left - sheet.width == pytest.approx(sheet.left, abs=0.15)
    assert height - top - sheet.height == pytest.approx(sheet.top, abs=0.01)


#: First and last label, as the makers' sheets have them.
@pytest.mark.parametrize(
    ("key", "count", "last"),
    [
        ("a4_3x8", 24, (140.0, 259.5)),
        ("a4_3x7", 21, (139.2, 243.75)),
        ("us_3x10", 30, (144.4625, 241.3)),
        ("a4_2x6", 12, (105.0, 233.1)),
    ],
)
def test_the_last_label(key, count, last):
    sheet = labels.SHEETS[key]
    assert sheet.count == count
    assert sheet.place(count - 1) == last


@given(sheets, st.integers(0, 80), st.integers(1, 12))
def test_every_item_has_a_label_of_its_own(key, count, start):
    sheet = labels.SHEETS[key]
    pages = labels.lay_out(sheet, range(count), start)
    assert [item for page in pages for *_place, item in page] == list(range(count))
    places = [(number, *one[:2]) for number, page in enumerate(pages) for one in page]
    assert len(set(places)) == count
    # as few sheets as it takes, and nothing on labels that are gone
    assert len(pages) == -(-(start - 1 + count) // sheet.count) if count else not pages
    if count:
        assert pages[0][0][:2] == sheet.place(start - 1)


@pytest.mark.parametrize("start", [0, -1, 22])
def test_a_sheet_has_no_such_label(start):
    with pytest.raises(ValueError, match=str(start)):
        labels.lay_out(labels.SHEETS["a4_3x7"], [1], start)


@given(st.none() | st.text(st.characters(categories=["Lu"]), min_size=2, max_size=2))
def test_every_country_has_formats(country):
    assert labels.get_default(country) in labels.SHEETS
    assert envelopes.get_default(country) in envelopes.ENVELOPES
    # the sheet is of the paper they have there
    sheet = labels.SHEETS[labels.BY_COUNTRY.get(country, labels.DEFAULT)]
    assert country not in labels.BY_COUNTRY or sheet.paper == labels.get_paper(country)


# ---- Envelopes ----


@pytest.mark.parametrize("key", envelopes.ENVELOPES)
def test_all_of_an_envelope_is_on_it_and_apart(key):
    envelope = envelopes.ENVELOPES[key]
    boxes = [envelope.address, envelope.sender, *envelope.postcode]
    assert all(lies_within(box, envelope.width, envelope.height) for box in boxes)
    assert not any(
        overlap(one, other)
        for place, one in enumerate(boxes)
        for other in boxes[:place]
    )


@pytest.mark.parametrize(("key", "below"), [("dl", 15), ("c6", 15), ("c5", 60)])
def test_windows_of_din_680(key, below):
    envelope = envelopes.ENVELOPES[key]
    assert (envelope.address.width, envelope.address.height) == (90, 45)
    assert envelope.address.left == 20
    assert envelope.height - envelope.address.top - envelope.address.height == below


def test_the_boxes_of_the_japanese_post():
    boxes = envelopes.JAPANESE
    assert [box.top for box in boxes] == [12.0] * 7
    assert boxes[-1].left + boxes[-1].width == pytest.approx(120 - 8)
    gaps = [
        round(after.left - before.left - before.width, 2)
        for before, after in zip(boxes, boxes[1:], strict=False)
    ]
    assert gaps == [1.3, 1.3, 1.9, 1.1, 1.1, 1.1]


@given(kinds, st.none() | st.text(max_size=12))
def test_digits_go_into_boxes_or_nowhere(key, postcode):
    envelope = envelopes.ENVELOPES[key]
    filled = envelopes.fill_boxes(envelope, postcode)
    assert not filled or [box for box, _digit in filled] == list(envelope.postcode)
    assert all(digit.isdecimal() and digit in postcode for _box, digit in filled)


def test_a_postcode_of_another_country_stays_in_the_address():
    envelope = envelopes.ENVELOPES["jp3"]
    assert len(envelopes.fill_boxes(envelope, "104-0061")) == 7
    assert envelopes.fill_boxes(envelope, "75001") == []
    assert envelopes.fill_boxes(envelopes.ENVELOPES["dl"], "1040061") == []


# ---- Addresses ----


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        # what Odoo's format of China leaves without a country
        (", 100000\n 北京市  朝阳区 ", ["100000", "北京市 朝阳区"]),
        ("Rue 1\n\n75001 Paris\n", ["Rue 1", "75001 Paris"]),
        ("", []),
    ],
)
def test_what_empty_parts_leave(text, lines):
    assert postal.tidy_lines(text) == lines


def test_the_name_stands_where_the_post_reads_it():
    street = ["104-0061", "東京都 中央区", "銀座1-2-3"]
    compose = postal.compose
    assert compose("JP", "株式会社山田", "", street) == [*street, "株式会社山田 御中"]
    assert compose("JP", "株式会社山田", "山田太郎", street)[-2:] == [
        "株式会社山田",
        "山田太郎 様",
    ]
    # as one writes to Japan from abroad
    latin = ["1-2-3 Ginza", "Tokyo 104-0061", "JAPAN"]
    assert compose("JP", "Yamada K.K.", "", latin) == ["Yamada K.K.", *latin]
    assert compose("DE", "漢字 GmbH", "Anna", ["Weg 1"]) == [
        "漢字 GmbH",
        "Anna",
        "Weg 1",
    ]
    assert compose("CN", "", "李雷", ["北京市"]) == ["北京市", "李雷 收"]
    assert compose(None, "", "", ["Weg 1"]) == ["Weg 1"]


@given(
    st.sampled_from(["JP", "CN", "DE", None]),
    words,
    words,
    st.lists(words, min_size=1, max_size=5),
)
def test_nothing_of_an_address_is_lost(country, company, person, lines):
    composed = postal.compose(country, company, person, lines)
    text = "\n".join(composed)
    assert all(part in text for part in (company, person, *lines))
    assert len(composed) == len(lines) + 2


@given(
    st.lists(words, min_size=1, max_size=6),
    st.floats(20, 100),
    st.floats(10, 50),
)
def test_letters_are_as_large_as_they_can_be(lines, width, height):
    def needed(size):
        letter_height = size * postal.POINT
        count = sum(postal.count_lines(line, width / letter_height) for line in lines)
        return count * letter_height * postal.LINE

    size = postal.fit(lines, width, height)
    assert 4.0 <= size <= 11.0
    assert size == 4.0 or needed(size) <= height
    assert size == 11.0 or needed(size + 0.5) > height


@given(words, st.floats(3, 40))
def test_a_text_takes_no_fewer_lines_than_its_width(text, width):
    assert postal.count_lines(text, width) >= postal.get_width(text) // width
    assert postal.count_lines(text + " more", width) >= postal.count_lines(text, width)


def test_ordinary_addresses_are_large_enough_to_read():
    lines = [
        "Trattoria da Giuseppe S.r.l.",
        "Anna Rossi",
        "Via Garibaldi 12",
        "20121 Milano",
    ]
    for sheet in labels.SHEETS.values():
        assert postal.fit(lines, sheet.width - 6, sheet.height - 6) >= 8
