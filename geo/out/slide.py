"""What goes on a slide?

One PowerPoint slide for each :class:`~geo.out.provenance.Sheet`, whose every word can be edited: title,
finding, table of the highest areas, legend and notes are text and shapes; only the map is a picture, with a
description for those who cannot see it. The speaker's notes hold all caveats and sources.
"""

from __future__ import annotations

import io
from datetime import datetime, time
from typing import Any

from geo.out.drawing import BADGE, EDGE, HATCH, INK, LINE, MARK, MUTED
from geo.out.printed_map import maps_png
from geo.out.provenance import Sheet

WIDTH, HEIGHT = 338.667, 190.5
"""A 16:9 slide, millimetres."""
MARGIN = 11.0
MAP = (11.0, 44.0, 206.0, 122.0)
"""Left, top, width and height of the picture."""
LEFT = 224.0
"""Where the column of table and legend begins."""
ROW, LINE_STEP = 6.3, 4.8
MOST_ROWS = 10


def write_pptx(*sheets: Sheet) -> bytes:
    """Write one slide for each map, in their order.

    Parameters
    ----------
    *sheets : Sheet
        At least one; the properties of the file are those of the first.

    Returns
    -------
    bytes
        The whole presentation.
    """
    from pptx import Presentation
    from pptx.util import Mm

    deck, first = Presentation(), sheets[0]
    deck.slide_width, deck.slide_height = Mm(WIDTH), Mm(HEIGHT)
    facts = deck.core_properties
    facts.title, facts.subject = first.title[:255], first.answer.headline[:255]
    facts.author = facts.last_modified_by = "Hotspots"
    facts.keywords = first.address[:255]
    facts.created = facts.modified = datetime.combine(first.made, time())
    for sheet in sheets:
        _fill_slide(deck.slides.add_slide(deck.slide_layouts[5]), sheet)  # title only
    file = io.BytesIO()
    deck.save(file)
    return file.getvalue()


def _fill_slide(slide: Any, sheet: Sheet) -> None:
    """Put a map and its words on an empty slide."""
    from pptx.util import Mm

    title = slide.shapes.title
    title.left, title.top, title.width, title.height = Mm(MARGIN), Mm(7), Mm(WIDTH - 90), Mm(18)
    _write(title, [sheet.title], 22, bold=True)
    marking = _text(slide.shapes, "Marking", (WIDTH - MARGIN - 66, 9, 66, 8), sheet.answer.banner.upper(), 10)
    _fill(marking, MARK)
    _write(marking, [sheet.answer.banner.upper()], 10, bold=True, colour=BADGE, align="center")
    _text(slide.shapes, "Finding", (MARGIN, 25, WIDTH - 2 * MARGIN, 17), sheet.answer.headline, 16)

    picture = slide.shapes.add_picture(
        io.BytesIO(maps_png(sheet, MAP[2], MAP[3])), Mm(MAP[0]), Mm(MAP[1]), Mm(MAP[2]), Mm(MAP[3])
    )
    picture.name = "Map"
    _describe(picture, sheet.map_in_words)

    legend = 7 + LINE_STEP * len(sheet.legend)
    rows = max(0, min(MOST_ROWS, len(sheet.top), int((MAP[3] - legend - 2) // ROW) - 1))
    _table(slide.shapes, sheet, rows)
    _legend(slide.shapes, sheet, MAP[1] + MAP[3] - legend)

    sources = " ".join([f"Source: {sheet.source.rstrip('.')}.", *sheet.credits])
    made = f"Made on {sheet.made_text} from data version {sheet.version[:8]}. See it again: {sheet.address}"
    foot = _text(slide.shapes, "Notes and sources", (MARGIN, 167, WIDTH - 2 * MARGIN, 20), "", 8)
    _write(foot, [" ".join([*sheet.marks, *sheet.notes[1:]]), sources, made], 8, colour=MUTED)
    if sheet.link.startswith(("http://", "https://")):
        foot.text_frame.paragraphs[-1].runs[0].hyperlink.address = sheet.link
    ranked = [f"{rank} {name}: {count} {sheet.noun}" for rank, name, count, _ in _lines(sheet)]
    slide.notes_slide.notes_text_frame.text = "\n".join(
        [sheet.title, sheet.answer.headline, *ranked, sheet.tied_below, *sheet.notes, sources, made]
    )


def _table(shapes: Any, sheet: Sheet, rows: int) -> None:
    """Table of the highest areas."""
    from pptx.util import Mm

    widths = (9.0, 57.0, 21.0, WIDTH - MARGIN - LEFT - 87.0)
    frame = shapes.add_table(rows + 1, 4, Mm(LEFT), Mm(MAP[1]), Mm(sum(widths)), Mm(ROW * (rows + 1)))
    frame.name = "Highest areas"
    _describe(frame, "Highest areas with rank, count and rate; their ranks are the numbers on the map.")
    table = frame.table
    style = table._tbl.tblPr.find("{http://schemas.openxmlformats.org/drawingml/2006/main}tableStyleId")
    style.text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # no style, no grid
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    lines = [("", "Highest areas", sheet.noun.capitalize(), sheet.rate_title)]
    lines += _lines(sheet)[:rows]
    for number, line in enumerate(lines):
        table.rows[number].height = Mm(ROW)
        for place, text in enumerate(line):
            cell = table.cell(number, place)
            cell.margin_left = cell.margin_right = Mm(1)
            cell.margin_top = cell.margin_bottom = Mm(0.6)
            bold = number == 0 or place in (0, 2)
            _write(cell, [text], 9 if number else 8, bold=bold, align="right" if place > 1 else "left")
            _underline(cell)


def _lines(sheet: Sheet) -> list[tuple[str, str, str, str]]:
    """Rank, name, count and rate of the numbered areas."""
    lines = []
    for _, row in sheet.top.iterrows():
        ward = f" ({row['ward']})" if sheet.level.key == "lsoa" else ""
        lines.append((row["rank"], row["name"] + ward, *sheet.shown(row)))
    return lines


def _legend(shapes: Any, sheet: Sheet, top: float) -> None:
    """Legend of shapes and text, as one group."""
    from pptx.enum.dml import MSO_PATTERN
    from pptx.enum.shapes import MSO_SHAPE
    from pptx.util import Mm, Pt

    patterns = {
        "nodata": MSO_PATTERN.LIGHT_UPWARD_DIAGONAL,
        "suppressed": MSO_PATTERN.DIAGONAL_CROSS,
        "dots": MSO_PATTERN.PERCENT_20,
    }
    group = shapes.add_group_shape()
    group.name = "Legend"
    width = WIDTH - MARGIN - LEFT
    _describe(group, sheet.legend_in_words)
    _text(group.shapes, "Legend title", (LEFT, top, width, 6), sheet.answer.classes.title, 10, bold=True)
    for k, entry in enumerate(sheet.legend):
        y = top + 7 + LINE_STEP * k
        swatch = group.shapes.add_shape(MSO_SHAPE.RECTANGLE, Mm(LEFT + 1), Mm(y + 0.7), Mm(7), Mm(3.8))
        swatch.shadow.inherit = False
        swatch.line.color.rgb, swatch.line.width = _rgb(EDGE), Pt(0.5)
        if entry.pattern:
            swatch.fill.patterned()
            swatch.fill.pattern = patterns[entry.pattern]
            swatch.fill.fore_color.rgb = _rgb(entry.colour if entry.pattern == "dots" else HATCH)
            swatch.fill.back_color.rgb = _rgb("#ffffff" if entry.pattern == "dots" else entry.colour)
        else:
            _fill(swatch, entry.colour)
        _text(group.shapes, f"Class {k + 1}", (LEFT + 9, y, width - 24, LINE_STEP), entry.label, 9)
        count = (LEFT + width - 15, y, 15, LINE_STEP)
        _text(group.shapes, f"Areas in class {k + 1}", count, f"{entry.count:,}", 9, align="right")


# ---------------------------------------------------------------- small parts


def _text(
    shapes: Any,
    name: str,
    place: tuple[float, float, float, float],
    text: str,
    size: float,
    *,
    bold: bool = False,
    align: str = "left",
) -> Any:
    """Add a box of text; ``place`` is left, top, width and height in millimetres."""
    from pptx.enum.text import MSO_AUTO_SIZE
    from pptx.util import Mm

    box = shapes.add_textbox(*(Mm(part) for part in place))
    box.name = name
    frame = box.text_frame
    frame.word_wrap, frame.auto_size = True, MSO_AUTO_SIZE.NONE
    frame.margin_left = frame.margin_right = Mm(1)
    frame.margin_top = frame.margin_bottom = 0
    _write(box, [text], size, bold=bold, align=align)
    return box


def _write(
    shape: Any,
    paragraphs: list[str],
    size: float,
    *,
    bold: bool = False,
    colour: str = INK,
    align: str = "left",
) -> None:
    """Fill the text frame of a shape or a cell."""
    from pptx.enum.lang import MSO_LANGUAGE_ID
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Pt

    frame = shape.text_frame
    frame.clear()
    for k, text in enumerate(paragraphs):
        paragraph = frame.paragraphs[0] if k == 0 else frame.add_paragraph()
        paragraph.alignment = {"left": PP_ALIGN.LEFT, "center": PP_ALIGN.CENTER, "right": PP_ALIGN.RIGHT}[
            align
        ]
        run = paragraph.add_run()
        run.text = text
        run.font.size, run.font.bold, run.font.color.rgb = Pt(size), bold, _rgb(colour)
        run.font.language_id = MSO_LANGUAGE_ID.ENGLISH_UK
    if hasattr(shape, "vertical_anchor"):
        shape.vertical_anchor = MSO_ANCHOR.MIDDLE
    else:
        frame.vertical_anchor = MSO_ANCHOR.MIDDLE if len(paragraphs) == 1 else MSO_ANCHOR.TOP


def _rgb(colour: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(colour.lstrip("#").upper())


def _fill(shape: Any, colour: str) -> None:
    shape.fill.solid()
    shape.fill.fore_color.rgb = _rgb(colour)


def _describe(shape: Any, text: str) -> None:
    """Give a shape the text that a screen reader says."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", text)


def _underline(cell: Any) -> None:
    """Draw a thin line under a cell of a table."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls

    colour = f'<a:solidFill><a:srgbClr val="{LINE[1:].upper()}"/></a:solidFill>'
    line = parse_xml(f'<a:lnB {nsdecls("a")} w="6350">{colour}</a:lnB>')
    cell._tc.get_or_add_tcPr().insert(0, line)
