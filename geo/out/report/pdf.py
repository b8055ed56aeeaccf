"""How does a report look as PDF? Contents with page numbers, an outline, links, the font embedded."""

from __future__ import annotations

import html
import io
from functools import lru_cache
from pathlib import Path
from typing import Any

from geo.answer.atlas import Atlas
from geo.out.drawing import BAR, INK, LINE, MARK, MUTED, SURFACE, text_width
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
    rich,
    silent,
)
from geo.tell.assessment import Assessment, Progress

FACE, BOLD_FACE = "Report", "Report-Bold"
PLAIN = [
    ("FONTNAME", (0, 0), (-1, -1), FACE),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 0),
]
"""Style of a table that only arranges; it names the font, or the file would refer to one it does not hold."""


def write_pdf(assessment: Assessment, atlas: Atlas, progress: Progress = silent) -> bytes:
    """Write a PDF: contents with page numbers, outline, links, the font embedded."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import BaseDocTemplate, Frame, PageBreak, PageTemplate, Paragraph, Spacer
    from reportlab.platypus.tableofcontents import TableOfContents

    styles = _pdf_styles()
    file = io.BytesIO()
    width, height = A4

    class Document(BaseDocTemplate):
        """Notes each heading for the contents and the outline."""

        def afterFlowable(self, flowable: Any) -> None:
            heading = getattr(flowable, "heading", None)
            if heading is not None:
                level = heading.level - 1
                self.canv.bookmarkPage(heading.anchor)
                self.canv.addOutlineEntry(heading.text, heading.anchor, level, closed=level == 0)
                self.notify("TOCEntry", (level, html.escape(heading.text), self.page, heading.anchor))

    def edges(canvas: Any, document: Any) -> None:
        canvas.saveState()
        canvas.setFillColor(INK)
        canvas.setFont(BOLD_FACE, 8)
        canvas.drawCentredString(width / 2, height - 12 * mm, assessment.banner.upper())
        canvas.setFillColor(MUTED)
        canvas.setFont(FACE, 8)
        foot = f"{assessment.title}  ·  {assessment.made_text}  ·  Page {document.page}"
        canvas.drawCentredString(width / 2, 11 * mm, foot)
        canvas.restoreState()

    document = Document(
        file,
        pagesize=A4,
        title=assessment.title,
        author="Hotspots",
        subject=f"{assessment.banner}. {assessment.where}, made on {assessment.made_text}",
        keywords=[assessment.banner, assessment.version],
        creator="Hotspots",
        lang="en-GB",
        initialFontName=FACE,
    )
    frame = Frame(MARGIN * mm, 18 * mm, width - 2 * MARGIN * mm, height - 38 * mm, 0, 0, 0, 0)
    document.addPageTemplates([PageTemplate("page", [frame], onPage=edges)])
    contents = TableOfContents(tableStyle=PLAIN)
    contents.levelStyles = [styles["toc1"], styles["toc2"]]
    words = html.escape(assessment.banner.upper())
    marking = f'<font backColor="{MARK}" color="black"><b>&nbsp;{words}&nbsp;</b></font>'
    story: list[Any] = [Paragraph(marking, styles["body"]), Spacer(1, 45 * mm)]
    story.append(Paragraph(html.escape(assessment.title), styles["title"]))
    story.append(_pdf_facts(assessment, styles))
    story += [PageBreak(), Paragraph("Contents", styles["title"]), contents]
    for block in blocks(assessment, atlas, progress):
        story += _pdf_block(block, styles)
    document.multiBuild(story)
    return file.getvalue()


@lru_cache(maxsize=1)
def _pdf_styles() -> dict[str, Any]:
    """Register the font, and give the styles of paragraphs."""
    import matplotlib
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    fonts = Path(matplotlib.get_data_path(), "fonts", "ttf")
    pdfmetrics.registerFont(TTFont(FACE, str(fonts / "DejaVuSans.ttf")))
    pdfmetrics.registerFont(TTFont(BOLD_FACE, str(fonts / "DejaVuSans-Bold.ttf")))
    pdfmetrics.registerFontFamily(FACE, normal=FACE, bold=BOLD_FACE, italic=FACE, boldItalic=BOLD_FACE)

    def style(name: str, size: float, colour: str = INK, **more: Any) -> Any:
        given = {"fontName": FACE, "bulletFontName": FACE, "leading": size * 1.35, "spaceAfter": 5, **more}
        return ParagraphStyle(name, fontSize=size, textColor=colour, **given)

    bold = {"fontName": BOLD_FACE}
    made = [
        style("body", 9.2),
        style("title", 22, BAR, spaceAfter=18, **bold),
        style("heading1", 15, BAR, spaceBefore=16, spaceAfter=8, keepWithNext=1, **bold),
        style("heading2", 11, BAR, spaceBefore=12, spaceAfter=4, keepWithNext=1, **bold),
        style("finding", 9.8, keepWithNext=1, **bold),
        style("note", 7.6, MUTED, spaceAfter=2),
        style("quote", 9.2, leftIndent=14),
        style("bullet", 9.2, leftIndent=12, bulletIndent=2, spaceAfter=3),
        style("caption", 8.2, spaceAfter=5, spaceBefore=3),
        style("toc1", 9.2, spaceBefore=4, spaceAfter=0, **bold),
        style("toc2", 8.2, leftIndent=14, spaceAfter=0),
        style("cell", SMALL, spaceAfter=0),
        style("head", SMALL, spaceAfter=0, **bold),
        style("headnumber", SMALL, spaceAfter=0, alignment=2, **bold),
    ]
    return {one.name: one for one in made}


def _pdf_facts(assessment: Assessment, styles: dict[str, Any]) -> Any:
    from reportlab.lib.units import mm
    from reportlab.platypus import Paragraph, Table

    rows = [
        [
            Paragraph(f"<b>{html.escape(name)}</b>", styles["body"]),
            Paragraph(html.escape(value), styles["body"]),
        ]
        for name, value in facts(assessment)
    ]
    return Table(
        rows,
        [32 * mm, (ROOM - 32) * mm],
        style=[*PLAIN, ("BOTTOMPADDING", (0, 0), (-1, -1), 0)],
        hAlign="LEFT",
    )


def _pdf_block(block: Block, styles: dict[str, Any]) -> list[Any]:
    """Flowables of one block."""
    from reportlab.lib.units import mm
    from reportlab.platypus import Image, PageBreak, Paragraph

    match block:
        case Heading():
            heading = Paragraph(html.escape(block.text), styles[f"heading{block.level}"])
            heading.heading = block
            return [PageBreak(), heading] if block.new_page else [heading]
        case Words():
            return [Paragraph(rich(block.text), styles[block.style])]
        case Bullets():
            lines = []
            for text, exhibit in block.items:
                link = f' (<a href="#{anchor(exhibit)}"><u>{exhibit.number}</u></a>)' if exhibit else ""
                lines.append(Paragraph(rich(text) + link, styles["bullet"], bulletText="•"))
            return lines
        case Picture():
            caption = Paragraph(
                html.escape(f"{block.exhibit.number}. {block.exhibit.title}"), styles["caption"]
            )
            image = Image(io.BytesIO(block.png), block.width * mm, block.height * mm, hAlign="LEFT")
            image.keepWithNext = 1
            return [image, caption]
        case Grid():
            return _pdf_grid(block, styles)


def _pdf_grid(block: Grid, styles: dict[str, Any]) -> list[Any]:
    from reportlab.lib.units import mm
    from reportlab.platypus import Paragraph, Spacer, Table

    exhibit = block.exhibit
    texts, numeric = exhibit.texts(), exhibit.numeric()
    heads = [
        Paragraph(html.escape(str(name)), styles["headnumber" if number else "head"])
        for name, number in zip(texts, numeric, strict=True)
    ]
    widths = column_widths(exhibit)

    def cell(value: str, width: float) -> Any:
        """What fits on a line is plain text, which is laid out at once."""
        fits = text_width(value, SMALL) <= width - CELL + 0.01
        return value if fits else Paragraph(html.escape(value), styles["cell"])

    rows = [list(map(cell, row, widths)) for row in texts.to_numpy(str).tolist()]
    pad = CELL / 2 * mm - 0.2
    style = [
        ("FONTNAME", (0, 0), (-1, -1), FACE),
        ("BACKGROUND", (0, 0), (-1, 0), SURFACE),
        ("LINEABOVE", (0, 0), (-1, 0), 0.6, INK),
        ("LINEBELOW", (0, -1), (-1, -1), 0.6, INK),
        ("LINEBELOW", (0, 0), (-1, -2), 0.4, LINE),
        ("LEFTPADDING", (0, 0), (-1, -1), pad),
        ("RIGHTPADDING", (0, 0), (-1, -1), pad),
        ("TOPPADDING", (0, 0), (-1, -1), 1.2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.2),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("FONTSIZE", (0, 1), (-1, -1), SMALL),
        ("LEADING", (0, 1), (-1, -1), SMALL * 1.35),
        ("TEXTCOLOR", (0, 1), (-1, -1), INK),
        *(("ALIGN", (k, 1), (k, -1), "RIGHT") for k, number in enumerate(numeric) if number),
    ]
    table = Table([heads, *rows], [width * mm for width in widths], repeatRows=1, hAlign="LEFT", style=style)
    words = block.title if block.of_figure else f"{exhibit.number}. {exhibit.title}"
    caption = Paragraph(html.escape(words), styles["note" if block.of_figure else "caption"])
    caption.keepWithNext = 1
    return [caption, table, Spacer(1, 4)]
