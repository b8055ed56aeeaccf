"""What goes on a slide?

One PowerPoint slide for each :class:`~geo.out.provenance.Sheet`, whose every word can be edited: title,
finding, table of the highest areas, legend and notes are text and shapes; only the map is a picture, with a
description for those who cannot see it. Of a comparison both maps are on one slide, with their difference.
Notes for which there is no room beneath the map are on a slide of their own; the speaker's notes hold all.

What is written keeps within its box in the widest letters that a program puts in place of the slide's own
Calibri: those of Arial, which are narrower than the letters of :mod:`geo.out.drawing` by a tenth.
"""

from __future__ import annotations

import io
from datetime import datetime, time
from typing import Any

from geo.ask.words import lower_first
from geo.out.drawing import BADGE, EDGE, HATCH, INK, LINE, MARK, MUTED, POINT, shorten, text_width, wrap
from geo.out.printed_map import map_png
from geo.out.provenance import Sheet
from geo.tell.pair_legend import Legend

WIDTH, HEIGHT = 338.667, 190.5
"""A 16:9 slide, millimetres."""
MARGIN = 11.0
MAP = (11.0, 44.0, 206.0, 122.0)
"""Left, top, width and height of the picture."""
LEFT = 224.0
"""Where the column of table and legend begins."""
WIDE = WIDTH - MARGIN - LEFT
RANKS, LEAST_NAME = 9.0, 40.0
"""Widths of the columns of ranks, and the least of names."""
ROW, LEAST_ROW, ENTRY, NAME = 6.3, 4.2, 4.8, 6.0
"""Heights of a row of the table, the usual and the least, of a line of the legend, of the name of a map."""
FOOT = (MARGIN, 167.0, WIDTH - 2 * MARGIN, 21.0)
"""Left, top, width and height of what is said beneath a map."""
SAID, LEAST = 12.0, 8.0
"""Sizes of type of notes on a slide of their own, and beneath a map: the least on a slide, points."""
NEXT = "More notes are on the next slide."
PAD, LEADING, ARIAL = 2.0, 1.22, 0.9
"""Millimetres that a box keeps free at its sides together; height of a line in that of its letters; width of
Arial in that of the letters of :mod:`geo.out.drawing`."""


def write_pptx(*sheets: Sheet) -> bytes:
    """Write one slide for each map or comparison, and where its notes are many a slide for them.

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
        _fill_slide(_blank(deck), sheet)
        if beneath(sheet)[0].endswith(NEXT):
            _add_notes(deck, sheet)
    file = io.BytesIO()
    deck.save(file)
    return file.getvalue()


def _fill_slide(slide: Any, sheet: Sheet) -> None:
    """Put a map and its words on an empty slide."""
    from pptx.util import Mm

    title = slide.shapes.title
    place = (MARGIN, 7.0, WIDTH - 90, 18.0)
    title.left, title.top, title.width, title.height = map(Mm, place)
    _write(title, [sheet.title], _fitting([sheet.title], place, (22, 19, 16, 13)), bold=True)
    said = sheet.answer.banner.upper()
    size = max(LEAST, min(10.0, 10.0 * (66 - PAD) / text_width(said, 10, True)))
    marking = _text(slide.shapes, "Marking", (WIDTH - MARGIN - 66, 9, 66, 8), said, size)
    _fill(marking, MARK)
    _write(marking, [said], size, bold=True, colour=BADGE, align="center")
    finding = (MARGIN, 25.0, WIDTH - 2 * MARGIN, 17.0)
    size = _fitting([sheet.answer.headline], finding, (16, 14, 12, 10))
    _text(slide.shapes, "Finding", finding, sheet.answer.headline, size)

    columns = _columns(sheet)
    lines = _lines(sheet, columns[1])
    head, legend = _head_height(lines[0], columns), _legend_height(sheet)
    room = MAP[3] - legend - 2 - head
    rows = min(len(lines) - 1, int(room // LEAST_ROW))
    step = min(ROW, room / max(rows, 1))
    _maps(slide.shapes, sheet, rows)
    _table(slide.shapes, lines[: rows + 1], columns, head, step)
    y = MAP[1] + MAP[3] - legend
    for one in sheet.legends:
        _legend(slide.shapes, sheet, one, y)
        y += _height_of(one)

    foot = _text(slide.shapes, "Notes and sources", FOOT, "", LEAST)
    _write(foot, beneath(sheet), LEAST, colour=MUTED)
    if sheet.link.startswith(("http://", "https://")):
        foot.text_frame.paragraphs[-1].runs[0].hyperlink.address = sheet.link
    ranked = [f"{rank} {name}: {', '.join(numbers)}" for rank, name, *numbers in lines[1:]]
    heads = f"{lines[0][1]}: {', '.join(lines[0][2:])}"
    slide.notes_slide.notes_text_frame.text = "\n".join(
        [sheet.title, sheet.answer.headline, heads, *ranked, sheet.below, *sheet.notes, *_sources(sheet)]
    )


def _blank(deck: Any) -> Any:
    return deck.slides.add_slide(deck.slide_layouts[5])  # title only


def _maps(shapes: Any, sheet: Sheet, rows: int) -> None:
    """Put the map on a slide, or both of a comparison under their names."""
    from pptx.util import Mm

    left, top, width, height = MAP
    maps = [one for one in (sheet, sheet.second) if one is not None]
    wide = (width - 3.0 * (len(maps) - 1)) / len(maps)
    for k, one in enumerate(maps):
        name = NAME if one.name else 0.0
        place = (left + k * (wide + 3.0), top + name, wide, height - name)
        if one.name:
            title = f"{'Right' if k else 'Left'}: {one.name}"
            size = _fitting([title], (0, 0, wide, name), (11, 10, 9, LEAST))
            _text(shapes, f"Name of map {k + 1}", (place[0], top, wide, name), title, size, bold=True)
        file = io.BytesIO(map_png(one, wide, place[3], sheet, rows))
        picture = shapes.add_picture(file, *map(Mm, place))
        picture.name = f"Map {k + 1}" if one.name else "Map"
        _describe(picture, one.map_in_words)


def _sources(sheet: Sheet) -> tuple[str, str]:
    """Where the data come from; and when it was made, and the address that shows it again."""
    made = f"Made on {sheet.made_text} from data version {sheet.version[:8]}. See it again: {sheet.address}"
    return " ".join([f"Source: {sheet.source.rstrip('.')}.", *sheet.credits]), made


def beneath(sheet: Sheet) -> list[str]:
    """What is said beneath a map: as many of the notes as there is room for, the sources and the address."""
    kept, more = [*sheet.marks, *sheet.notes[1:]], ""
    while True:
        said = [" ".join(filter(None, [*kept, more])), *_sources(sheet)]
        if not kept or _needed(said, FOOT[2], LEAST) <= FOOT[3]:
            return said
        kept.pop()
        more = NEXT


def _add_notes(deck: Any, sheet: Sheet) -> None:
    """Add slides that say all that goes with a map, in letters that a room can read."""
    from pptx.util import Mm

    left = [*sheet.marks, *sheet.notes, *_sources(sheet)]
    place = (MARGIN, 30.0, WIDTH - 2 * MARGIN, HEIGHT - 40.0)
    while left:
        fits = 1
        while fits < len(left) and _needed(left[: fits + 1], place[2], SAID) <= place[3]:
            fits += 1
        slide = _blank(deck)
        title, box = slide.shapes.title, (MARGIN, 9.0, WIDTH - 2 * MARGIN, 18.0)
        title.left, title.top, title.width, title.height = map(Mm, box)
        words = [f"Notes and sources: {sheet.title}"]
        _write(title, words, _fitting(words, box, (19, 16, 13)), bold=True)
        size = _fitting(left[:fits], place, (SAID, 10, LEAST))
        notes = _text(slide.shapes, "Notes and sources", place, "", size)
        _write(notes, left[:fits], size)
        left = left[fits:]


def _needed(texts: list[str], width: float, size: float) -> float:
    """Height that paragraphs take in a box of some width."""
    return sum(len(wrap(text, _room(width), size)) for text in texts) * size * POINT * LEADING


def _fitting(texts: list[str], place: tuple[float, ...], sizes: tuple[float, ...]) -> float:
    """The first of some sizes of type at which paragraphs keep within a box; else the last."""
    return next((size for size in sizes if _needed(texts, place[2], size) <= place[3]), sizes[-1])


def _room(width: float) -> float:
    """Room for a line in a box of some width, as :mod:`geo.out.drawing` measures."""
    return (width - PAD) / ARIAL


def _table(
    shapes: Any, lines: list[tuple[str, ...]], columns: tuple[float, ...], head: float, step: float
) -> None:
    """Table of the highest areas: their heads, and a row each."""
    from pptx.util import Mm

    height = head + step * (len(lines) - 1)
    frame = shapes.add_table(len(lines), len(columns), Mm(LEFT), Mm(MAP[1]), Mm(sum(columns)), Mm(height))
    frame.name = "Highest areas"
    heads = lower_first(", ".join(lines[0][2:]))
    _describe(frame, f"{lines[0][1]} with rank, {heads}; their ranks are the numbers on the map.")
    table = frame.table
    style = table._tbl.tblPr.find("{http://schemas.openxmlformats.org/drawingml/2006/main}tableStyleId")
    style.text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # no style, no grid
    for column, width in zip(table.columns, columns, strict=True):
        column.width = Mm(width)
    for number, line in enumerate(lines):
        table.rows[number].height = Mm(step if number else head)
        for place, text in enumerate(line):
            cell = table.cell(number, place)
            cell.margin_left = cell.margin_right = Mm(1)
            cell.margin_top = cell.margin_bottom = Mm(0.3)
            bold = number == 0 or place in (0, 2)
            _write(cell, [text], 8 if number else 9, bold=bold, align="right" if place > 1 else "left")
            _underline(cell)


def _columns(sheet: Sheet) -> tuple[float, ...]:
    """Widths of rank, name and numbers, of which none breaks."""
    numbers = zip(sheet.heads, *(sheet.shown(row) for _, row in sheet.top.iterrows()), strict=True)
    needed = []
    for head, *column in numbers:
        words = [text_width(word, 9, True) for word in head.split()]
        needed.append(max([*words, *(text_width(text, 8, True) for text in column)]) + PAD + 1)
    spare = WIDE - RANKS - LEAST_NAME - sum(needed)
    wide = [width + max(0.0, spare) / (2 * len(needed)) for width in needed]
    return (RANKS, WIDE - RANKS - sum(wide), *wide)


def _lines(sheet: Sheet, wide: float) -> list[tuple[str, ...]]:
    """Heads of the table, and rank, name and numbers of the numbered areas, the name in some width."""
    lines: list[tuple[str, ...]] = [("", sheet.top_title, *sheet.heads)]
    width = _room(wide)
    for _, row in sheet.top.iterrows():
        name = f"{row['name']} ({row['ward']})" if sheet.level.key == "lsoa" else row["name"]
        if text_width(name, 8) > width:  # without its ward; its end tells areas apart
            name = shorten(row["name"], width, 8)
        lines.append((row["rank"], name, *sheet.shown(row)))
    return lines


def _head_height(heads: tuple[str, ...], columns: tuple[float, ...]) -> float:
    """Height of the first row of the table, whose words may need more lines than one."""
    lines = (len(wrap(text, _room(width), 9, True)) for text, width in zip(heads, columns, strict=True))
    return max(ROW, max(lines) * 9 * POINT * LEADING + 0.6)


def _title_height(legend: Legend) -> float:
    """Height of the title of a legend."""
    return len(wrap(legend.title, _room(WIDE), 10, True)) * 10 * POINT * LEADING + 1.6


def _height_of(legend: Legend) -> float:
    return _title_height(legend) + ENTRY * (len(legend.rows) + bool(legend.sides))


def _legend_height(sheet: Sheet) -> float:
    return sum(map(_height_of, sheet.legends))


def _legend(shapes: Any, sheet: Sheet, legend: Legend, top: float) -> None:
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
    width, head = WIDE, _title_height(legend)
    _describe(group, sheet.legend_in_words)
    _text(group.shapes, "Legend title", (LEFT, top, width, head), legend.title, 10, bold=True)
    wide = max(text_width(text, 9) for _, said in legend.rows for text in said) * ARIAL + PAD + 1
    wide = max(wide, 14.0) if legend.sides else wide
    ends = [LEFT + width - wide * k for k in range(max(len(legend.sides), 1))][::-1]
    if len(ends) > 1:
        for end, side in zip(ends, ("Left", "Right"), strict=True):
            place = (end - wide, top + head, wide, ENTRY)
            _text(group.shapes, side, place, side, 9, bold=True, align="right")
        head += ENTRY
    room = ends[0] - wide - LEFT - 9
    for k, (entry, said) in enumerate(legend.rows):
        y = top + head + ENTRY * k
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
            for down in (1.5, 2.6, 3.7) if entry.lines else ():
                place = (Mm(LEFT + 1), Mm(y + down), Mm(7), Mm(0.4))
                line = group.shapes.add_shape(MSO_SHAPE.RECTANGLE, *place)
                line.shadow.inherit = False
                line.line.fill.background()
                _fill(line, entry.lines or "")
        label = shorten(entry.label, _room(room), 9)
        _text(group.shapes, f"Class {k + 1}", (LEFT + 9, y, room, ENTRY), label, 9)
        for end, text in zip(ends, said, strict=True):
            count = (end - wide, y, wide, ENTRY)
            _text(group.shapes, f"Areas in class {k + 1}", count, text, 9, align="right")


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
