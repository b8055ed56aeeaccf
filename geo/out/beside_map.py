"""What stands beside a printed map? Its numbered areas, and what its colours mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from geo.answer.layers import LAYERS
from geo.out.drawing import BODY, INK, LINES, MUTED, POINT, SMALL, TINY, Page, Rect, shorten, text_width, wrap
from geo.out.provenance import Sheet
from geo.tell.pair_legend import Legend, Row

NOTE_STEP = BODY * POINT * 1.32
"""Height of a line of notes, millimetres."""
RANKED_HEAD, LEAST_ROW = 4.6, 6.2
CELL, KEY_STEP = 9.0, 4.2
"""Side of a cell of a square legend, and height of a line of any other, millimetres."""


def _rows_end(sheet: Sheet, place: Rect) -> float:
    """Where the last of the numbered areas must end, so that what is said of them stands below."""
    return place.bottom - NOTE_STEP * len(wrap(sheet.below, place.width, BODY)) - 0.4


def listed(sheet: Sheet, place: Rect) -> pd.DataFrame:
    """The areas that are listed, and so numbered: as many as a place has room for."""
    return sheet.top.head(int((_rows_end(sheet, place) - place.top - RANKED_HEAD) // LEAST_ROW))


def draw_ranked(page: Page, sheet: Sheet, place: Rect) -> None:
    """List the numbered areas, as many as there is room for."""
    if not len(sheet.top):
        page.text(place.left, place.top + 2.6, "No areas to rank", BODY + 0.6, bold=True, kind="H2")
        said = "No area has a number above 0 that may be shown."
        page.paragraph(place.left, place.top + 4, place.width, said, BODY)
        return
    with page.part("Table"):
        y = _ranked_rows(page, sheet, place)
    page.rule(place.left, y, place.width)
    page.paragraph(place.left, y + 0.4, place.width, sheet.below, BODY, colour=MUTED)


def _ends(heads: Sequence[str], numbers: Sequence[Sequence[str]], right: float) -> list[float]:
    """Where columns of numbers end, from the left; the head of the first may begin before it."""
    ends = [right]
    for at in range(len(heads) - 1, 0, -1):
        widest = max((text_width(row[at], BODY) for row in numbers), default=0.0)
        ends.insert(0, ends[0] - max(widest, text_width(heads[at], SMALL)) - 2.4)
    return ends


def _ranked_rows(page: Page, sheet: Sheet, place: Rect) -> float:
    """Write the head and the rows of that list; returns where they end."""
    x, right, y = place.left, place.right, place.top
    rows = [(row, sheet.shown(row)) for _, row in listed(sheet, place).iterrows()]
    ends = _ends(sheet.heads, [numbers for _, numbers in rows], right)
    taken = max((text_width(numbers[0], BODY, True) for _, numbers in rows), default=0.0)
    room = ends[0] - x - text_width(sheet.top_title, BODY + 0.6, True) - 2.4
    with page.part("TR"):
        head: dict[str, Any] = {"kind": "TH", "scope": "Column"}
        page.text(x, y + 2.6, sheet.top_title, BODY + 0.6, bold=True, **head)
        for end, text in zip(ends, (shorten(sheet.heads[0], room, SMALL), *sheet.heads[1:]), strict=True):
            page.text(end, y + 2.6, text, SMALL, colour=MUTED, align="right", **head)
    y += RANKED_HEAD
    step = min(9.0, (_rows_end(sheet, place) - y) / max(len(rows), 1))
    width = ends[0] - taken - x - 8.7
    for row, numbers in rows:
        page.rule(x, y, place.width)
        middle = y + step / 2
        where = beside(sheet, row, right - x - 7.3)
        size = fitting(row["name"], width, BODY, True)
        line = middle - 0.3 if where else middle + 0.9
        with page.part("TR"):
            with page.part("TH", scope="Row"):
                page.badge(x + 2.6, middle, row["rank"])
                page.text(x + 7.3, line, shorten(row["name"], width, size, True), size, bold=True)
                page.text(x + 7.3, middle + 2.6, where, SMALL, colour=MUTED)
            for k, (end, text) in enumerate(zip(ends, numbers, strict=True)):
                page.text(end, line, text, BODY, bold=not k, align="right")
        y += step
    return y


def fitting(text: str, width: float, size: float, bold: bool = False, least: float = SMALL) -> float:
    """Size of type, at least some size, at which a line keeps within a width."""
    return max(least, min(size, size * width / max(text_width(text, size, bold), 1e-6)))


def beside(sheet: Sheet, row: pd.Series, width: float) -> str:
    """Second line of an area in the list: where it lies and, for a layer, its class in words.

    Where both are too long for the row, the place is cut: "Not significant" keeps its "Not".
    """
    where = {"lsoa": row["ward"], "ward": row["borough"], "borough": ""}[sheet.level.key]
    if sheet.answer.query.layer == "measure":
        return shorten(str(where), width, SMALL)
    label = sheet.answer.classes.labels[sheet.answer.codes[sheet.answer.table.index.get_loc(row.name)]]
    place = shorten(where, width - text_width(f" · {label}", SMALL), SMALL) if where else ""
    return " · ".join([place, label] if place.strip("…") else [label])


def legend_height(sheet: Sheet, width: float) -> float:
    """Room that the legends take, millimetres."""
    note = NOTE_STEP * len(wrap(sheet.legend_note, width, BODY))
    legends = sum(_height_of(sheet, legend, width) for legend in sheet.legends) + 2 * len(sheet.legends)
    return legends + KEY_STEP * len(sheet.outlined) + note


def _height_of(sheet: Sheet, legend: Legend, width: float) -> float:
    title = len(wrap(legend.title, width, BODY, True)) * BODY * POINT * 1.3
    square, rows = _square_and_rows(sheet, legend)
    sides = KEY_STEP if legend.sides else 0.0
    return title + 1.6 + sides + KEY_STEP * len(rows) + (3 * CELL + 6.5 if square else 0.0)


def _square_and_rows(sheet: Sheet, legend: Legend) -> tuple[Sequence[Row], Sequence[Row]]:
    """Lines of a legend that stand in a square of two thirds by two thirds, and the others."""
    square = LAYERS[sheet.answer.query.layer].scale == "square" and not legend.sides
    cells = 9 if square else 0
    return legend.rows[:cells], legend.rows[cells:]


def draw_legend(page: Page, sheet: Sheet, x: float, y: float, width: float) -> None:
    """Draw the legends: every class with its number of areas, or with what is said of it on two maps."""
    with page.part("Figure", alternative=sheet.legend_in_words):
        for legend in sheet.legends:
            _draw_classes(page, sheet, legend, Rect.of(x, y, width, 0))
            y += _height_of(sheet, legend, width) + 2
        for one in sheet.outlined:
            page.sample(Rect.of(x, y - 1.2, 5.6, 3.0), LINES[one.kind])
            page.text(x + 7.4, y + 1.25, shorten(one.said, width - 7.4, BODY), BODY)
            y += KEY_STEP
    page.paragraph(x, y - 1.2, width, sheet.legend_note, BODY, colour=MUTED)


def _draw_classes(page: Page, sheet: Sheet, legend: Legend, place: Rect) -> None:
    """Draw the title and the classes of one legend."""
    x, width = place.left, place.width
    y = page.paragraph(x, place.top, width, legend.title, BODY, bold=True, leading=1.3) + 1.6
    square, rows = _square_and_rows(sheet, legend)
    for entry, (count,) in square:
        k = entry.position
        column, row = k % 3, 2 - k // 3  # the most deprived third on top
        cell = Rect.of(x + 26 + column * CELL, y + row * CELL, CELL - 0.4, CELL - 0.4)
        page.box(cell, entry.colour)
        ink = "white" if k in (5, 7, 8) else INK
        middle = (cell.left + cell.right) / 2
        page.text(middle, cell.top + CELL * 0.6, count, TINY, colour=ink, align="center")
    if square:
        for row, words in enumerate(("Most deprived third", "Middle", "Least deprived third")):
            page.text(x + 24.5, y + (row + 0.6) * CELL, words, TINY, colour=MUTED, align="right")
        y += 3 * CELL + 3.2
        for column, words in enumerate(("Fewest", "Middle", "Most")):
            page.text(x + 26 + (column + 0.5) * CELL, y, words, TINY, colour=MUTED, align="center")
        y += 3.3
    wide = max(text_width(text, BODY) for _, said in rows for text in said) + 2 if rows else 0.0
    wide = max(wide, 11.0) if legend.sides else wide
    ends = [x + width - wide * k for k in range(max(len(legend.sides), 1))][::-1]
    if len(ends) > 1:
        for end, side in zip(ends, ("Left", "Right"), strict=True):
            page.text(end, y + 2.45, side, BODY, colour=MUTED, align="right")
        y += KEY_STEP
    room = ends[0] - wide - x - 8.4
    for entry, said in rows:
        page.swatch(Rect.of(x, y, 5.6, 3.0), entry.colour, entry.pattern, entry.lines)
        size = fitting(entry.label, room, BODY, least=TINY)
        page.text(x + 7.4, y + 2.45, shorten(entry.label, room, size), size)
        for end, text in zip(ends, said, strict=True):
            page.text(end, y + 2.45, text, BODY, align="right", colour=MUTED)
        y += KEY_STEP
