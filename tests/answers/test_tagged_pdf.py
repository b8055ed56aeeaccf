"""Every PDF can be read aloud (PDF/UA-1 as far as a program can check), and read by others."""

import io
import re

import pikepdf
import pypdf
import pytest

from geo.ask.query import Query
from geo.out.export import export
from geo.out.ward_pack import ward_pack
from tests.support.tagged import elements, faults, kind, structure

HOME = "https://hotspots.example/"


@pytest.fixture(scope="module")
def printed(small_atlas) -> dict[str, bytes]:
    """PDFs of open and of controlled sources."""
    made = {"map": export(small_atlas, Query(source="offences", layer="bivariate"), "pdf", HOME)}
    made["map of few"] = export(small_atlas, Query(source="ae", level="ward"), "pdf")
    for source in ("offences", "ae"):
        query = Query(source=source, layer="local_moran", overlay="imd")
        [(_, made[f"pack, {source}"])] = ward_pack(small_atlas, query, ["E05000001"], home=HOME)
    return made


def test_every_pdf_is_tagged(printed):
    assert [(name, fault) for name, content in printed.items() for fault in faults(content)] == []


def test_what_is_not_tagged_is_found(printed):
    """The rules themselves: each of them is broken, and seen."""
    with pikepdf.open(io.BytesIO(printed["pack, offences"])) as book:
        tree = book.Root.StructTreeRoot
        first = {kind(element): element for element in reversed(list(elements(tree)))}
        first["H1"].S = pikepdf.Name.H3
        del first["Figure"].Alt, first["TH"].A, first["TR"].K[-1]
        page = book.pages[0]
        page.contents_add(b"0 0 5 5 re f")
        del page.Annots[0].Contents
        del book.Root.Lang, book.Root.ViewerPreferences
        file = io.BytesIO()
        book.save(file)
    found = " ".join(faults(file.getvalue()))
    for fault in (
        "language",
        "title not",
        "H3 after H0",
        "alternative",
        "scope",
        "rows of",
        "neither",
        "link",
    ):
        assert fault in found


def test_a_page_is_read_in_order(printed):
    kinds = structure(printed["map"])
    assert kinds[:6] == ["Document", "Sect", "P", "P", "H1", "P"]
    assert kinds.index("Figure") < kinds.index("Table") and kinds[-3:] == ["P", "P", "Link"], (
        "notes come last"
    )
    two = structure(printed["pack, offences"])
    assert two.count("H1") == 2 and two.count("Table") == 2 and two.count("Figure") >= 6


def test_no_number_is_read_as_two(printed, small_atlas):
    for name, content in printed.items():
        text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
        assert not re.search(r"\d,\d{1,2}(?!\d)\s\d", text), name
    table = small_atlas.answer(Query(source="offences")).table
    text = pypdf.PdfReader(io.BytesIO(printed["map"])).pages[0].extract_text()
    for count in table["count"].nlargest(5):
        assert f"{count:,}" in text
