"""How does a report look in Word? Real headings, captions, header rows, alternative texts, page numbers.

Only Word knows on which page a line falls, so a list of contents with such numbers would be wrong until it
is brought up to date by hand. Every chapter therefore begins a page and numbers its own: chapter 3 begins on
page 3-1, whatever program lays it out.
"""

from __future__ import annotations

import io
from datetime import datetime, time
from math import ceil
from typing import Any

from geo.answer.atlas import Atlas
from geo.out.drawing import BAR, INK, LINE, MARK, MUTED, POINT, SURFACE
from geo.out.report.blocks import (
    CELL,
    MARGIN,
    ROOM,
    SMALL,
    Block,
    Bullets,
    Grid,
    Heading,
    Picture,
    Words,
    anchor,
    blocks,
    column_widths,
    facts,
    letters,
    runs,
    silent,
)
from geo.tell.assessment import Assessment, Progress
from geo.tell.exhibits.exhibit import Exhibit

CONTENTS = 680.0
"""Points of a page that its contents have, below their title."""


def write_docx(assessment: Assessment, atlas: Atlas, progress: Progress = silent) -> bytes:
    """Write a Word document: real headings, captions and header rows, alternative texts, page numbers."""
    document = _Word(assessment)
    body = list(blocks(assessment, atlas, progress))
    document.contents([block for block in body if isinstance(block, Heading)])
    for block in body:
        document.add(block)
    return document.bytes()


def contents_pitch(lines: int) -> float:
    """Points from line to line of the contents: closer where that spares a page that would hold a few.

    Examples
    --------
    >>> [contents_pitch(lines) for lines in (54, 56, 61, 70, 110)]
    [12.5, 11.0, 11.0, 12.5, 11.0]
    """
    usual, close = 12.5, 11.0
    pages = [ceil(lines * pitch / CONTENTS) for pitch in (usual, close)]
    return close if pages[1] < pages[0] else usual


class _Word:
    """A Word document in the making."""

    def __init__(self, assessment: Assessment) -> None:
        from docx import Document

        self.document = Document()
        self.assessment = assessment
        self.bookmarks = self.chapter = 0
        _set_up(self.document, assessment)
        self._title_page(assessment)

    def bytes(self) -> bytes:
        """The file."""
        file = io.BytesIO()
        self.document.save(file)
        return file.getvalue()

    def add(self, block: Block) -> None:
        """Add one block."""
        match block:
            case Heading():
                if block.level == 1:
                    self._begin_chapter()
                self.bookmarks += 1
                paragraph = self.document.add_heading(level=block.level)
                _bookmark(paragraph, self.bookmarks, block.anchor, block.text)
            case Words():
                style = {"finding": "Finding", "note": "Note", "quote": "Quote"}.get(block.style, "Normal")
                _write(self.document.add_paragraph(style=style), block.text)
            case Bullets():
                for text, exhibit in block.items:
                    paragraph = self.document.add_paragraph(style="List Bullet")
                    _write(paragraph, text)
                    if exhibit is not None:
                        paragraph.add_run(" (")
                        _link(paragraph, exhibit.number, anchor(exhibit), underlined=True)
                        paragraph.add_run(")")
            case Picture():
                self._picture(block)
            case Grid():
                self._grid(block)

    def contents(self, headings: list[Heading]) -> None:
        """List the chapters, each with the page on which it begins, and what is in them; all are links."""
        from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
        from docx.shared import Mm, Pt

        title = self.document.add_paragraph("Contents", style="Title")
        title.paragraph_format.page_break_before = True
        pitch = contents_pitch(len(headings))
        chapter = 0
        for heading in headings:
            paragraph = self.document.add_paragraph(style=f"TOC {heading.level}")
            paragraph.paragraph_format.line_spacing, paragraph.paragraph_format.space_after = Pt(pitch), Pt(0)
            _link(paragraph, heading.text, heading.anchor)
            if heading.level == 1:
                chapter += 1
                stops = paragraph.paragraph_format.tab_stops
                stops.add_tab_stop(Mm(ROOM), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
                paragraph.paragraph_format.keep_with_next = True
                paragraph.add_run(f"\t{chapter}-1")

    def _begin_chapter(self) -> None:
        """End what came before, and begin a page from which pages are counted anew."""
        self.chapter += 1
        section = self.document.add_section()
        settings = section._sectPr
        mark = settings.getprevious()  # an empty paragraph, for which there might be no room on the page
        mark.getprevious().set_sectPr(mark.pPr.sectPr)
        mark.getparent().remove(mark)
        for before in settings.findall(_q("w:pgNumType")):
            settings.remove(before)
        settings.find(_q("w:cols")).addprevious(_element("pgNumType", start="1"))
        section.footer.is_linked_to_previous = False
        _foot(section, self.assessment, self.chapter)

    def _title_page(self, assessment: Assessment) -> None:
        from docx.shared import Mm, Pt

        marking = self.document.add_paragraph()
        run = marking.add_run(f" {assessment.banner.upper()} ")
        run.bold, run.font.size = True, Pt(11)
        run.font.color.rgb = _rgb("#000000")
        _shade(run._r.get_or_add_rPr(), MARK)
        marking.paragraph_format.space_after = Mm(45)
        self.document.add_paragraph(assessment.title, style="Title")
        for name, value in facts(assessment):
            line = self.document.add_paragraph()
            line.paragraph_format.tab_stops.add_tab_stop(Mm(32))
            line.paragraph_format.left_indent, line.paragraph_format.first_line_indent = Mm(32), Mm(-32)
            _write(line, f"**{name}**\t{value}" if name else f"\t{value}")

    def _picture(self, block: Picture) -> None:
        from docx.shared import Mm

        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        paragraph.add_run().add_picture(io.BytesIO(block.png), width=Mm(min(block.width, ROOM)))
        properties = self.document.inline_shapes[-1]._inline.docPr
        properties.set("descr", block.exhibit.alternative)
        properties.set("title", block.exhibit.title)
        self._caption(block.exhibit)

    def _caption(self, exhibit: Exhibit) -> Any:
        """A caption whose number Word counts itself."""
        paragraph = self.document.add_paragraph(style="Caption")
        paragraph.add_run(f"{exhibit.kind} ")
        _field(paragraph, f"SEQ {exhibit.kind} \\* ARABIC", str(exhibit.place))
        paragraph.add_run(f". {exhibit.title}")
        return paragraph

    def _grid(self, block: Grid) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Mm, Pt

        exhibit = block.exhibit
        if block.of_figure:
            caption = self.document.add_paragraph(block.title, style="Note")
        else:
            caption = self._caption(exhibit)
        caption.paragraph_format.keep_with_next = True
        texts, numeric, widths = exhibit.texts(), exhibit.numeric(), column_widths(exhibit)
        size = Pt(fitting) if (fitting := letters(exhibit, widths)) < SMALL else None
        grid = [list(map(str, texts.columns)), *texts.to_numpy(str).tolist()]
        table = self.document.add_table(rows=len(grid), cols=len(widths))
        table.autofit = False
        _describe(table, block.title, exhibit.alternative)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        last = len(grid) - 1  # a long table goes on with two rows at least on either page
        together = range(last) if last <= 20 else (0, 1, last - 1)
        for r, (row, values) in enumerate(zip(table.rows, grid, strict=True)):
            settings = row._tr.get_or_add_trPr()
            settings.append(_element("cantSplit"))
            if r == 0:
                settings.append(_element("tblHeader"))
            for cell, value, number, width in zip(row.cells, values, numeric, widths, strict=True):
                cell.width = Mm(width)
                paragraph = cell.paragraphs[0]
                paragraph._p.style = "Cell"
                paragraph.paragraph_format.keep_with_next = r in together
                if number:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                run = paragraph.add_run(value)
                run.bold, run.font.size = True if r == 0 else None, size
                if r == 0:
                    _shade(cell._tc.get_or_add_tcPr(), SURFACE)
        self.document.add_paragraph(style="Note")


# ---------------------------------------------------------------- styles


def _set_up(document: Any, assessment: Assessment) -> None:
    """Page, styles, language, properties, and what stands at the edges of each page."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm((210 - ROOM) / 2)
    section.top_margin, section.bottom_margin = Mm(MARGIN), Mm(MARGIN - 2)
    for kind in ("w:docDefaults//w:lang", "w:style//w:lang"):
        for language in document.styles.element.xpath(kind):
            language.set(_q("w:val"), "en-GB")
    for language in document.settings.element.findall(_q("w:themeFontLang")):
        language.set(_q("w:val"), "en-GB")
    for name, look in STYLES.items():
        _style(document.styles, name, *look)
    document.styles["TOC 2"].paragraph_format.left_indent = Mm(6)
    document.styles["Quote"].paragraph_format.left_indent = Mm(6)
    top = section.header.paragraphs[0]
    top.text, top.alignment = assessment.banner.upper(), WD_ALIGN_PARAGRAPH.CENTER
    _foot(section, assessment)
    core = document.core_properties
    core.title, core.author, core.last_modified_by = assessment.title, "Hotspots", "Hotspots"
    core.subject = f"{assessment.where}, made on {assessment.made_text}"
    core.keywords, core.comments, core.language = assessment.banner, "", "en-GB"
    core.created = core.modified = datetime.combine(assessment.made, time())


def _foot(section: Any, assessment: Assessment, chapter: int = 0) -> None:
    """Write at the foot of pages what they are of, and their number in a chapter."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    foot.add_run(assessment.title).add_break()
    foot.add_run(assessment.made_text)
    if chapter:
        foot.add_run(f"  ·  Page {chapter}-")
        _field(foot, "PAGE", "1")


FONT = "Arial"
STYLES = {
    "Normal": (10.0, INK, False),
    "Title": (26.0, BAR, True),
    "Heading 1": (17.0, BAR, True),
    "Heading 2": (12.0, BAR, True),
    "Caption": (9.0, INK, False),
    "List Bullet": (10.0, INK, False),
    "Quote": (10.0, INK, False),
    "Header": (8.5, INK, True),
    "Footer": (8.5, MUTED, False),
    "Finding": (11.0, INK, True),
    "Note": (8.5, MUTED, False),
    "TOC 1": (10.0, INK, True),
    "TOC 2": (9.0, INK, False),
    "Cell": (SMALL, INK, False),
}
"""Size, colour and weight of each style; those that Word does not have are added."""


def _style(styles: Any, name: str, size: float, colour: str, bold: bool) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt

    if name in {style.name for style in styles}:
        style = styles[name]
    else:
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
    style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
    style.font.color.rgb = _rgb(colour)
    properties = style.element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    fonts.attrib.clear()
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(_q(f"w:{script}"), FONT)
    for language in properties.findall(_q("w:lang")):
        properties.remove(language)
    if name == "Normal":
        properties.append(_element("lang", val="en-GB"))
    if name == "Title":  # without the line that Word draws below it
        for line in style.element.get_or_add_pPr().findall(_q("w:pBdr")):
            line.getparent().remove(line)
    close = name in ("Cell", "Note", "TOC 1", "TOC 2")
    style.paragraph_format.space_after = Pt(2 if close else 6)
    style.paragraph_format.space_before = Pt({"Heading 1": 16, "Heading 2": 14, "Caption": 4}.get(name, 0))
    style.paragraph_format.keep_with_next = name in ("Heading 1", "Heading 2", "Finding")


# ---------------------------------------------------------------- pieces of a paragraph


def _write(paragraph: Any, text: str) -> None:
    for piece, bold in runs(text):
        paragraph.add_run(piece).bold = True if bold else None


def _field(paragraph: Any, code: str, result: str) -> None:
    """A field that Word works out, with what it shows until then."""
    _character(paragraph, "begin")
    _code(paragraph, code)
    _character(paragraph, "separate")
    paragraph.add_run(result)
    _character(paragraph, "end")


def _character(paragraph: Any, kind: str) -> Any:
    character = _element("fldChar", fldCharType=kind)
    paragraph.add_run()._r.append(character)
    return character


def _code(paragraph: Any, code: str) -> None:
    instruction = _element("instrText")
    instruction.set(_q("xml:space"), "preserve")
    instruction.text = f" {code} "
    paragraph.add_run()._r.append(instruction)


def _mark(name: str) -> str:
    """An anchor as the name of a bookmark, which may not hold hyphens."""
    return name.replace("-", "_")[:40]


def _bookmark(paragraph: Any, number: int, name: str, text: str) -> None:
    """Words that a link can lead to."""
    paragraph._p.append(_element("bookmarkStart", id=str(number), name=_mark(name)))
    paragraph.add_run(text)
    paragraph._p.append(_element("bookmarkEnd", id=str(number)))


def _link(paragraph: Any, text: str, target: str, *, underlined: bool = False) -> None:
    """Words that lead to a bookmark."""
    link = _element("hyperlink", anchor=_mark(target))
    run = paragraph.add_run(text)
    run.font.underline = underlined or None
    link.append(run._r)
    paragraph._p.append(link)


# ---------------------------------------------------------------- pieces of a file


def _element(name: str, /, **attributes: str) -> Any:
    """An element of a Word file."""
    from docx.oxml import OxmlElement

    element = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        element.set(_q(f"w:{key}"), value)
    return element


def _q(name: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(name))


def _rgb(colour: str) -> Any:
    from docx.shared import RGBColor

    return RGBColor.from_string(colour.lstrip("#").upper())


def _shade(properties: Any, colour: str) -> None:
    """Colour the ground of a run or of a cell."""
    properties.append(_element("shd", val="clear", color="auto", fill=colour.lstrip("#")))


def _describe(table: Any, title: str, text: str) -> None:
    """Thin lines between the rows, and what the table shows for those who do not see it."""
    borders = _element("tblBorders")
    for side, colour in (("top", INK), ("bottom", INK), ("insideH", LINE)):
        borders.append(_element(side, val="single", sz="4", space="0", color=colour.lstrip("#")))
    properties = table._tbl.tblPr
    margins = _element("tblCellMar")
    for side in ("left", "right"):
        margins.append(_element(side, w=str(round(CELL / 2 / POINT * 20)), type="dxa"))
    layout = properties.find(_q("w:tblLayout"))
    layout.addprevious(borders)
    layout.addnext(margins)
    properties.append(_element("tblCaption", val=title))
    properties.append(_element("tblDescription", val=text))
