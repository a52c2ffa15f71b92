"""What is printed of letters, in a real browser: where it belongs to the millimetre."""

import base64
import io
import json
from urllib.parse import urlencode

import pytest
from pypdf import PdfReader

from tests.support.office import log_in, noon_zone
from tests.support.server import Server, running
from tests.support.tools import load
from tests.test_letters_browser import PREPARE

pytest_plugins = ["tests.support.fixtures"]

labels = load("labels")
envelopes = load("envelopes")
#: Millimetres of a CSS pixel, and of a point of a PDF.
PIXEL, POINT = 25.4 / 96, 25.4 / 72
#: Where things are on their page, in pixels, and whether all of their text is seen.
BOXES = """[...document.querySelectorAll(".o_crl_paper")].map((paper) => {
    const page = paper.getBoundingClientRect();
    return [...paper.querySelectorAll(".o_crl_box, .o_crl_digit")].map((box) => {
        const {left, top, width, height} = box.getBoundingClientRect();
        return {
            place: [left - page.left, top - page.top, width, height],
            text: box.innerText,
            isCut: box.scrollHeight > box.clientHeight + 1
                || box.scrollWidth > box.clientWidth + 1,
        };
    });
})"""


def show(page, server, report, paper, **options):
    """Open what is printed, as the printer gets it."""
    query = {
        "options": json.dumps(options),
        "context": json.dumps({"crl_paper": paper}),
    }
    name = f"crl_retention.crl_letter_{report}"
    page.open(f"{server.url}/report/html/{name}?{urlencode(query)}")
    page.send("Emulation.setEmulatedMedia", media="print")
    return page.evaluate(BOXES)


def make_pdf(page):
    answer = page.send(
        "Page.printToPDF", preferCSSPageSize=True, printBackground=True, marginTop=0
    )
    return PdfReader(io.BytesIO(base64.b64decode(answer["data"])))


def in_millimetres(box):
    return [value * PIXEL for value in box["place"]]


def test_what_is_printed_is_in_its_place(database, browser):
    _letters, customers = database.run(PREPARE.format(tz=noon_zone(), count=45))
    with running(Server(database)) as server:
        page = browser.page("letters-print", 1400, 1400)
        log_in(page, server, "paula")
        for key, sheet in labels.SHEETS.items():
            start = sheet.count - 1
            pages = show(
                page, server, "labels", f"sheet_{sheet.paper}",
                numbers=customers, sheet=key, start=start,
            )  # fmt: skip
            places = [
                place for sheets in labels.lay_out(sheet, customers, start)
                for place in sheets
            ]  # fmt: skip
            boxes = [box for paper in pages for box in paper]
            for box, (left, top, _number) in zip(boxes, places, strict=True):
                wanted = [left, top, sheet.width, sheet.height]
                assert in_millimetres(box) == pytest.approx(wanted, abs=0.05), key
                assert not box["isCut"], box["text"]
            pdf = make_pdf(page)
            assert len(pdf.pages) == len(pages), key
            size = [float(side) * POINT for side in pdf.pages[0].mediabox[2:]]
            assert size == pytest.approx(labels.PAPERS[sheet.paper], abs=0.4)
        for key, envelope in envelopes.ENVELOPES.items():
            pages = show(
                page, server, "envelope", f"envelope_{key}",
                numbers=customers[:3], envelope=key,
            )  # fmt: skip
            for paper in pages:
                sender, address, *digits = paper
                for box, wanted in (
                    (sender, envelope.sender),
                    (address, envelope.address),
                ):
                    assert in_millimetres(box) == pytest.approx([*wanted], abs=0.05), (
                        key
                    )
                    assert not box["isCut"], (key, box["text"])
                for box, wanted in zip(digits, envelope.postcode, strict=bool(digits)):
                    assert in_millimetres(box) == pytest.approx([*wanted], abs=0.05), (
                        key
                    )
            pdf = make_pdf(page)
            assert len(pdf.pages) == 3, key
            size = [float(side) * POINT for side in pdf.pages[0].mediabox[2:]]
            assert size == pytest.approx([envelope.width, envelope.height], abs=0.4)
        # the seven digits of a Japanese customer, and none of an Italian one's
        pages = show(
            page, server, "envelope", "envelope_jp3", numbers=customers[:3],
            envelope="jp3",
        )  # fmt: skip
        assert "".join(box["text"] for box in pages[2][2:]) == "1040061"
    assert not browser.problems
