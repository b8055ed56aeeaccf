"""The documents of an assessment: complete, accessible, self-contained, as protected as what they show."""

import io
import re
from collections import Counter
from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import docx
import pandas as pd
import pypdf
import pytest
from docx.enum.section import WD_SECTION
from docx.oxml.ns import qn
from PIL import Image

from geo.answer.atlas import Atlas
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.cli import run
from geo.out.charts import picture
from geo.out.drawing import text_width
from geo.out.report import REPORTS, filename, form_of, write
from geo.out.report.blocks import (
    CELL,
    METHODS,
    ROOM,
    SMALL,
    Bullets,
    Grid,
    Heading,
    Picture,
    Words,
    blocks,
    column_widths,
    letters,
    methods,
)
from geo.out.report.word import _Word
from geo.tell.assessment import Assessment, assess
from geo.tell.exhibits.exhibit import Exhibit
from tests.support.tagged import faults, structure

MADE = date(2026, 11, 20)


@pytest.fixture(scope="module")
def assessment(small_atlas: Atlas) -> Assessment:
    return assess(small_atlas, Query(), made=MADE)


@pytest.fixture(scope="module")
def dot() -> bytes:
    """A picture of one pixel."""
    file = io.BytesIO()
    Image.new("RGB", (1, 1)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def quick(dot: bytes) -> Iterator[None]:
    """Figures are not drawn: these tests look at all else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geo.out.report.blocks.picture", lambda *_: (dot, 165.0, 60.0))
        yield


@pytest.fixture(scope="module")
def word(assessment: Assessment, small_atlas: Atlas, quick: None) -> docx.document.Document:
    return docx.Document(io.BytesIO(write(assessment, small_atlas, "docx")))


@pytest.fixture(scope="module")
def pdf(assessment: Assessment, small_atlas: Atlas, quick: None) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(write(assessment, small_atlas, "pdf")))


@pytest.fixture(scope="module")
def texts(pdf: pypdf.PdfReader) -> list[str]:
    """What stands on each page of the PDF, read once."""
    return [page.extract_text() for page in pdf.pages]


@pytest.fixture(scope="module")
def web(assessment: Assessment, small_atlas: Atlas, quick: None) -> str:
    return write(assessment, small_atlas, "html").decode("utf-8")


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


# ---------------------------------------------------------------- what stands in every form


def test_every_exhibit_stands_once_with_its_finding_table_and_source(
    assessment: Assessment, small_atlas: Atlas, quick: None
) -> None:
    body = list(blocks(assessment, small_atlas))
    exhibits = list(assessment.exhibits.values())
    assert [b.exhibit.number for b in body if isinstance(b, Grid)] == [e.number for e in exhibits]
    figures = [e.number for e in exhibits if e.chart is not None]
    assert [b.exhibit.number for b in body if isinstance(b, Picture)] == figures
    said = [b.text for b in body if isinstance(b, Words)]
    assert all(e.finding in said for e in exhibits if e.finding)
    assert sum(text.startswith("Source: ") for text in said) == len(exhibits)
    listed = " ".join(text for b in body if isinstance(b, Bullets) for text, _ in b.items)
    assert all(caveat in listed for caveat in assessment.caveats)
    assert all(reason in listed for s in assessment.sections for _, reason in s.missing)
    anchors = [b.anchor for b in body if isinstance(b, Heading)]
    assert len(set(anchors)) == len(anchors)


def test_progress_tells_each_figure(assessment: Assessment, small_atlas: Atlas, quick: None) -> None:
    told: list[tuple[int, int, str]] = []
    for _ in blocks(assessment, small_atlas, lambda *step: told.append(step)):
        pass
    number = sum(e.chart is not None for e in assessment.exhibits.values())
    assert [done for done, _, _ in told] == list(range(number + 1))
    assert {total for _, total, _ in told} == {number}


def test_methods_are_quoted_from_their_pages() -> None:
    quoted = dict(methods())
    assert len(quoted) == len(METHODS)
    assert all(paragraphs for paragraphs in quoted.values())
    said = [paragraph for paragraphs in quoted.values() for paragraph in paragraphs]
    assert not [p for p in said if re.search(r">|\bimport\b|[a-z_]+\(|\w = ", p)], "source is no prose"
    assert all(p[-1] in ".)" for p in said)
    assert any(
        "false discovery rate" in p for p in quoted["Hotspots, outliers (Moran's I) and Getis-Ord Gi*"]
    )


def test_an_unknown_form_is_refused_before_any_work(assessment: Assessment, small_atlas: Atlas) -> None:
    with pytest.raises(Problem, match=r"ending in one of \.docx, \.pdf, \.html"):
        write(assessment, small_atlas, "odt")
    assert [form_of(f".{key.upper()}") for key in REPORTS] == list(REPORTS)


def test_the_file_is_named_after_what_it_holds(assessment: Assessment) -> None:
    assert (
        filename(assessment, "pdf")
        == "official-sensitive-needs-assessment-of-violence-and-a-e-attendances-squareshire-2026-11-20.pdf"
    )


# ---------------------------------------------------------------- Word


def test_word_has_real_headings_captions_and_contents(
    word: docx.document.Document, assessment: Assessment
) -> None:
    styles = [(p.style.name, p.text) for p in word.paragraphs]
    chapters = [text for style, text in styles if style == "Heading 1"]
    assert chapters[:2] == ["Findings", "How to read this"]
    assert [s.title for s in assessment.sections] == chapters[2:-2]
    numbers = [re.match(r"(Table|Figure) \d+", text)[0] for style, text in styles if style == "Caption"]
    assert sorted(numbers) == sorted(e.number for e in assessment.exhibits.values())
    codes = " ".join(e.text for e in word.element.iter(qn("w:instrText")))
    assert "SEQ Table" in codes and "SEQ Figure" in codes
    entries = [text for style, text in styles if style == "TOC 1"]
    assert entries == [f"{chapter}\t{k}-1" for k, chapter in enumerate(chapters, start=1)]


def test_word_numbers_the_pages_of_each_chapter_as_its_contents_say(word: docx.document.Document) -> None:
    """So no page number has to be found out by a program: each chapter begins a page and counts anew."""
    front, *chapters = word.sections
    assert len(chapters) == sum(p.style.name == "Heading 1" for p in word.paragraphs)
    assert not list(front.footer._element.iter(qn("w:instrText")))
    for k, chapter in enumerate(chapters, start=1):
        assert chapter.start_type == WD_SECTION.NEW_PAGE
        assert chapter._sectPr.find(qn("w:pgNumType")).get(qn("w:start")) == "1"
        [code] = chapter.footer._element.iter(qn("w:instrText"))
        assert code.text.strip() == "PAGE"
        assert chapter.footer.paragraphs[0].text.endswith(f"Page {k}-1")
    for ends in word.element.body.iter(qn("w:p")):
        if ends.pPr is not None and ends.pPr.sectPr is not None:
            follows = ends.getnext()
            assert follows.pPr.pStyle.get(qn("w:val")) == "Heading1"


def test_word_tables_go_on_with_two_rows_at_least(small_atlas: Atlas, quick: None) -> None:
    found = assess(small_atlas, Query(), ["offences"], made=MADE)
    word = docx.Document(io.BytesIO(write(found, small_atlas, "docx")))
    long = [table for table in word.tables if len(table.rows) > 21]
    assert long
    for table in long:
        kept = [bool(row.cells[0].paragraphs[0].paragraph_format.keep_with_next) for row in table.rows]
        assert kept[:3] == [True, True, False] and kept[-3:] == [False, True, False]
        assert not any(kept[3:-2])


def test_word_is_british_english_throughout(word: docx.document.Document) -> None:
    styles = {each.get(qn("w:val")) for each in word.styles.element.iter(qn("w:lang"))}
    theme = {each.get(qn("w:val")) for each in word.settings.element.iter(qn("w:themeFontLang"))}
    assert styles | theme == {"en-GB"}


def test_word_links_lead_to_bookmarks(word: docx.document.Document) -> None:
    marks = {e.get(qn("w:name")) for e in word.element.iter(qn("w:bookmarkStart"))}
    links = {e.get(qn("w:anchor")) for e in word.element.iter(qn("w:hyperlink"))}
    assert links and links <= marks


def test_word_tables_repeat_their_header_and_are_described(
    word: docx.document.Document, assessment: Assessment
) -> None:
    assert len(word.tables) == len(assessment.exhibits)
    for table, exhibit in zip(word.tables, assessment.exhibits.values(), strict=True):
        rows = [[cell.text for cell in row.cells] for row in table.rows]
        assert rows[0] == list(exhibit.table.columns)
        assert rows[1:] == exhibit.texts().to_numpy(str).tolist()
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert table._tbl.tblPr.find(qn("w:tblDescription")).get(qn("w:val"))


def test_word_pictures_have_alternative_texts(word: docx.document.Document, assessment: Assessment) -> None:
    texts = [shape._inline.docPr.get("descr") for shape in word.inline_shapes]
    assert texts == [e.alternative for e in assessment.exhibits.values() if e.chart is not None]
    assert all(len(text) > 20 for text in texts)


def test_word_pages_carry_the_marking_and_their_number(
    word: docx.document.Document, assessment: Assessment
) -> None:
    section = word.sections[0]
    assert (
        section.header.paragraphs[0].text
        == assessment.banner.upper()
        == "OFFICIAL-SENSITIVE: TRUE SMALL NUMBERS"
    )
    assert "20 November 2026" in section.footer.paragraphs[0].text
    core = word.core_properties
    assert (core.title, core.language, core.author) == (assessment.title, "en-GB", "Hotspots")
    language = word.styles["Normal"].element.rPr.find(qn("w:lang"))
    assert language.get(qn("w:val")) == "en-GB"


# ---------------------------------------------------------------- PDF


def test_pdf_fonts_are_embedded(pdf: pypdf.PdfReader) -> None:
    names = set()
    for page in pdf.pages:
        for font in page["/Resources"]["/Font"].values():
            descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & set(descriptor)
            names.add(str(font.get_object()["/BaseFont"]))
    assert any("DejaVuSans-Bold" in name for name in names)


def test_pdf_says_what_it_is_on_every_page(
    pdf: pypdf.PdfReader, texts: list[str], assessment: Assessment
) -> None:
    assert pdf.metadata.title == assessment.title
    assert pdf.trailer["/Root"]["/Lang"] == "en-GB"
    for number, text in enumerate(texts, start=1):
        assert assessment.banner.upper() in text
        assert f"Page {number}" in text


def test_pdf_holds_every_caption_and_an_outline(
    pdf: pypdf.PdfReader, texts: list[str], assessment: Assessment
) -> None:
    text = squeezed("".join(texts))
    for exhibit in assessment.exhibits.values():
        assert squeezed(f"{exhibit.number}. {exhibit.title}") in text
        assert squeezed(exhibit.finding) in text
    titles = [entry.title for entry in pdf.outline if not isinstance(entry, list)]
    assert titles[:2] == ["Findings", "How to read this"]
    assert len(titles) == 2 + len(assessment.sections) + 2


def test_pdf_can_be_read_aloud(pdf: pypdf.PdfReader, assessment: Assessment) -> None:
    content = pdf.stream.getvalue()
    assert faults(content) == []
    kinds = Counter(structure(content))
    drawn = sum(exhibit.chart is not None for exhibit in assessment.exhibits.values())
    assert kinds["Table"] == len(assessment.exhibits)
    assert kinds["Figure"] == drawn
    assert kinds["TOC"] and kinds["L"] and kinds["H1"] and kinds["H2"]


def test_no_number_of_a_pdf_breaks(texts: list[str], assessment: Assessment) -> None:
    text = "\n".join(texts)
    assert not re.search(r"\d,\d{1,2}(?!\d)\s\d", text)
    for exhibit in assessment.exhibits.values():
        for name, number in zip(exhibit.texts(), exhibit.numeric(), strict=True):
            for cell in exhibit.texts()[name][:3] if number else ():
                assert cell in text


def test_letters_of_a_wide_table_shrink_instead(assessment: Assessment) -> None:
    table = pd.DataFrame({f"Column {k}": pd.array([15_512_000], "Int64") for k in range(16)})
    wide = Exhibit("wide", "Wide", "", table)
    widths = column_widths(wide)
    size = letters(wide, widths)
    assert sum(widths) == pytest.approx(ROOM) and size < SMALL
    needed = text_width("15,512,000", size)
    assert all(needed <= width - CELL + 1e-9 for width in widths)
    assert letters(Exhibit("small", "Small", "", table.iloc[:, :3]), column_widths(wide)[:3]) <= SMALL
    document = _Word(assessment)
    document.add(Grid(wide))
    sizes = {cell.paragraphs[0].runs[0].font.size.pt for cell in document.document.tables[-1]._cells}
    assert sizes == {int(2 * size) / 2}, "in Word, which knows half points"


# ---------------------------------------------------------------- a web page


class Page(HTMLParser):
    """Notes the tags of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_web_page_needs_nothing_else(web: str) -> None:
    page = Page(web)
    sources = [a["src"] for a in page.of("img")]
    assert sources and all(source.startswith("data:image/png;base64,") for source in sources)
    assert not page.of("script") and not page.of("link")
    assert all(a["href"].startswith("#") for a in page.of("a"))
    targets = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    assert {a["href"][1:] for a in page.of("a")} <= targets


def test_web_page_can_be_read_by_a_machine(web: str, assessment: Assessment) -> None:
    page = Page(web)
    assert page.of("html")[0]["lang"] == "en-GB"
    assert all(image["alt"] for image in page.of("img"))
    assert len(page.of("table")) == len(page.of("caption")) == len(assessment.exhibits)
    assert {head["scope"] for head in page.of("th")} == {"col", "row"}
    assert len(page.of("main")) == len(page.of("h1")) == 1


def test_web_page_escapes_what_it_is_given(assessment: Assessment, small_atlas: Atlas, quick: None) -> None:
    title = "<script>alert(1)</script> & Co"
    hostile = replace(assessment, title=title, sections=assessment.sections[:1])
    text = write(hostile, small_atlas, "html").decode("utf-8")
    assert "<script>" not in text and "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Co" in text
    for form in ("docx", "pdf"):
        assert write(hostile, small_atlas, form)


def test_letters_that_the_font_lacks_stop_no_document(small_atlas: Atlas, quick: None) -> None:
    """A place named in another script, or with a sign of joy, is written as far as the font goes."""
    names = small_atlas.levels["borough"].frame.assign(name=["東京 Shire", "العربية 😀"])
    foreign = copy(small_atlas)
    foreign.levels = small_atlas.levels | {"borough": replace(small_atlas.levels["borough"], frame=names)}
    foreign.catalogue = replace(small_atlas.catalogue, boroughs=dict(names["name"]))
    found = assess(foreign, Query(), ["offences"], made=MADE)
    assert "東京 Shire" in write(found, foreign, "html").decode()
    for form in ("docx", "pdf"):
        assert write(found, foreign, form)


# ---------------------------------------------------------------- no small number


def test_no_small_number_of_patients_in_any_document(
    word: docx.document.Document, web: str, texts: list[str], assessment: Assessment, small_atlas: Atlas
) -> None:
    """A&E tables of people hold *, 0 or multiples of five; the true ones have small numbers."""
    patients = {e.number for e in next(s for s in assessment.sections if s.key == "ae").exhibits}
    people = re.compile(
        r"Count|Female|Male|All|North|South|19:00 to 06:59|All hours|.*day|As recorded|20\d\d"
    )
    suppressed = 0
    for table, exhibit in zip(word.tables, assessment.exhibits.values(), strict=True):
        if exhibit.number not in patients:
            continue
        for column, name in enumerate(exhibit.table.columns):
            if not people.fullmatch(name) or not exhibit.numeric()[column]:
                continue
            for row in table.rows[1:]:
                text = row.cells[column].text
                suppressed += text == "*"
                assert text in ("*", "–") or int(text.replace(",", "")) % 5 == 0, (exhibit.key, name, text)
    assert suppressed >= 10
    true = small_atlas.sources["ae"].cube.select(Query(source="ae")).by_area
    assert ((true > 0) & (true < 8)).any()
    for text in (web, " ".join(texts)):
        assert "counts of 1 to 7 are shown as *" in re.sub(r"\s+", " ", text)
        assert text.count("*") > 10


# ---------------------------------------------------------------- figures


def test_a_map_is_drawn_with_its_legend(assessment: Assessment, small_atlas: Atlas) -> None:
    png, width, height = picture(assessment.exhibit("ae", "hotspot_map"), small_atlas, MADE)
    assert (width, height) == (165.0, 118.0)
    assert len(set(Image.open(io.BytesIO(png)).convert("P").get_flattened_data())) > 5


# ---------------------------------------------------------------- the command


def test_command_writes_a_document(small_county: Path, tmp_path: Path, quick: None) -> None:
    file = tmp_path / "squares.docx"
    arguments = [
        "assess",
        "--data",
        str(small_county),
        "--source",
        "offences",
        "--borough",
        "westshire",
        "-o",
        str(file),
    ]
    assert run(arguments) == 0
    chapters = [p.text for p in docx.Document(str(file)).paragraphs if p.style.name == "Heading 1"]
    assert chapters[2:4] == ["The place and its people: Westshire", "Violence and sexual offences, 2023"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--borough", "Leeds"], "no borough “Leeds”"),
        (["--source", "nhs"], "“nhs” is not loaded"),
        (["-o", "x.odt"], "ending in one of"),
        (["--from", "spring"], "not a month"),
        (["--check"], "demonstration county only"),
    ],
)
def test_command_refuses_and_writes_nothing(
    small_county: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    arguments: list[str], said: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert run(["assess", "--data", str(small_county), *arguments]) == 1
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_command_keeps_the_old_file_when_it_fails(
    small_county: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: None
) -> None:
    file = tmp_path / "old.pdf"
    file.write_bytes(b"old")

    def fail(*_: object) -> bytes:
        raise Problem("no")

    monkeypatch.setattr("geo.out.report.blocks.picture", fail)
    assert run(["assess", "--data", str(small_county), "-o", str(file)]) == 1
    assert file.read_bytes() == b"old"


def test_command_compares_published_figures(demo_county: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["assess", "--check", "--data", str(demo_county)]) == 0
    said = capsys.readouterr().out
    assert "0 differ" in said and "cannot be reproduced" in said
