"""What stands in a report, whatever its form? Headings, words, lists, figures and tables, in order."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from geo.answer.atlas import Atlas
from geo.answer.disclosure import SUPPRESSED
from geo.ask.resources import shipped
from geo.ask.words import slug
from geo.out.charts import picture
from geo.out.drawing import text_width
from geo.out.tables import safe
from geo.tell.assessment import Assessment, Progress, Section
from geo.tell.exhibits.exhibit import Exhibit

METHODS = ("hotspots", "rates", "deprivation", "concentration", "clock", "services", "change", "confidence")
"""Pages of docs/methods that the appendix quotes, in its order."""
ROOM = 165.0
"""Millimetres between the margins of A4."""
MARGIN = 22.0
SMALL = 8.0
"""Points of the letters in tables and notes."""
HEADS = (0.55, 0.4, 0.0)
"""Shares of its length to which the head of a column may be broken, where the one before leaves no room."""
CELL = 3.2
"""Millimetres that a cell keeps free at its sides, together."""
MOST_LINES = 12
"""Lines of a cell up to which columns are measured to have fewer."""
EXACT = 0.2
"""Millimetres to which that is done."""


def silent(done: int, total: int, name: str) -> None:
    """Tell nobody how far a report is."""


@dataclass(frozen=True)
class Heading:
    """A heading: ``level`` 1 or 2, ``anchor`` its name for links, whether it begins a page."""

    text: str
    level: int
    anchor: str
    new_page: bool = False


@dataclass(frozen=True)
class Words:
    """A paragraph in which ``**bold**`` is bold; ``style`` is body, finding, note or quote."""

    text: str
    style: str = "body"


@dataclass(frozen=True)
class Bullets:
    """A list: each item a text, and the exhibit that it links to or None."""

    items: tuple[tuple[str, Exhibit | None], ...]


@dataclass(frozen=True)
class Picture:
    """A figure with its caption; width and height in millimetres."""

    exhibit: Exhibit
    png: bytes
    width: float
    height: float


@dataclass(frozen=True)
class Grid:
    """A table, or the numbers behind a figure."""

    exhibit: Exhibit

    @property
    def of_figure(self) -> bool:
        """Whether the table stands behind a figure, and so has no number of its own."""
        return self.exhibit.chart is not None

    @property
    def title(self) -> str:
        """Its caption without a number."""
        behind = self.exhibit.number or f"“{self.exhibit.name}”"
        return f"Numbers behind {behind}" if self.of_figure else self.exhibit.title

    @property
    def caption(self) -> str:
        """Its title, after its number where it has one."""
        numbered = self.exhibit.number and not self.of_figure
        return f"{self.exhibit.number}. {self.title}" if numbered else self.title

    @property
    def kinds(self) -> list[str]:
        """Class of each column's cells: "n" where they are numbers."""
        return ["n" if number else "" for number in self.exhibit.numeric()]


Block = Heading | Words | Bullets | Picture | Grid


def anchor(exhibit: Exhibit) -> str:
    """Name of an exhibit for links, "figure-3"."""
    return slug(exhibit.number)


def blocks(assessment: Assessment, atlas: Atlas, progress: Progress = silent) -> Iterator[Block]:
    """Everything that follows the title page, in order.

    Parameters
    ----------
    assessment : Assessment
    atlas : Atlas
        The one that was assessed; it answers the maps.
    progress : callable, optional
        Told (figures drawn, figures in all, title of the one at work).

    Yields
    ------
    Heading, Words, Bullets, Picture or Grid
    """
    yield Heading("Findings", 1, "findings", new_page=True)
    for section in assessment.sections:
        found = tuple((e.finding, e) for e in section.exhibits if e.finding and e.finding in section.findings)
        if found:
            yield Words(f"**{section.title}**")
            yield Bullets(found)
    yield Heading("How to read this", 1, "caveats")
    yield Bullets(tuple((caveat, None) for caveat in assessment.caveats))
    total, drawn = sum(e.chart is not None for e in assessment.exhibits.values()), 0
    for section in assessment.sections:
        yield Heading(section.title, 1, slug(section.key), new_page=True)
        for note in section.notes:
            yield Words(note, "note")
        for exhibit in section.exhibits:
            if exhibit.chart is not None:
                progress(drawn, total, exhibit.title)
                drawn += 1
            yield from _of_exhibit(exhibit, section, assessment, atlas)
        if section.missing:
            yield Heading("Not shown", 2, f"{slug(section.key)}-missing")
            yield Bullets(tuple((f"{name}: {reason}", None) for name, reason in section.missing))
    progress(total, total, "")
    yield Heading("Appendix: methods", 1, "methods", new_page=True)
    yield Words("Each method in words that can be quoted. Formulas, limits and tests: docs/methods.")
    for title, paragraphs in methods(assessment.methods or METHODS):
        yield Heading(title, 2, f"methods-{slug(title)}")
        for paragraph in paragraphs:
            yield Words(paragraph, "quote")
    yield Heading("Appendix: how to make this again", 1, "again")
    command = assessment.command or f"hotspots assess --url “{assessment.query.to_search() or '?'}”"
    yield Words(
        f"Made on {assessment.made_text} from data version {assessment.version[:8]} by {command}. "
        "The same data give the same numbers."
    )


def _of_exhibit(exhibit: Exhibit, section: Section, assessment: Assessment, atlas: Atlas) -> Iterator[Block]:
    """Heading, finding, figure, table, caveats and source of an exhibit."""
    yield Heading(f"{exhibit.number}: {exhibit.name}", 2, anchor(exhibit))
    if exhibit.finding:
        yield Words(exhibit.finding, "finding")
    if exhibit.chart is not None:
        yield Picture(exhibit, *picture(exhibit, atlas, assessment.made))
    yield Grid(exhibit)
    for caveat in exhibit.caveats:
        yield Words(caveat, "note")
    if section.source:
        yield Words(f"Source: {section.source.rstrip('.')}.", "note")


@lru_cache(maxsize=4)
def methods(names: tuple[str, ...] = METHODS) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What docs/methods says "in words that you can quote": titles, each with its paragraphs."""
    folder = shipped("docs/methods")
    return tuple(_quotable((folder / f"{name}.md").read_text(encoding="utf-8")) for name in names)


def _quotable(page: str) -> tuple[str, tuple[str, ...]]:
    """Title and quotations of a page of Markdown.

    >>> _quotable("# Gi\\\\*\\n\\n> An **area**\\n> is hot.\\n\\n> Another.\\n\\n```\\n> code\\n```\\n")
    ('Gi*', ('An **area** is hot.', 'Another.'))
    """
    without_code = re.sub(r"^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL)
    plain = without_code.replace("\\*", "*")
    title = plain.partition("\n")[0].removeprefix("# ").strip()
    quoted = re.findall(r"(?:^>.*\n?)+", plain, re.MULTILINE)
    return title, tuple(" ".join(line.lstrip("> ") for line in run.strip().splitlines()) for run in quoted)


def runs(text: str) -> list[tuple[str, bool]]:
    """Pieces of a paragraph, and whether each is bold.

    >>> runs("One **two** three")
    [('One ', False), ('two', True), (' three', False)]
    """
    return [(piece, k % 2 == 1) for k, piece in enumerate(text.split("**")) if piece]


def rich(text: str) -> str:
    """A paragraph in HTML."""
    return "".join(f"<b>{html.escape(p)}</b>" if bold else html.escape(p) for p, bold in runs(text))


def facts(assessment: Assessment) -> list[tuple[str, str]]:
    """What the title page says of the assessment: names and values."""
    covers = [s.title for s in assessment.sections if s.key not in ("place", "together")]
    said = [
        ("Area", assessment.where),
        *(("Covers" if k == 0 else "", title) for k, title in enumerate(covers)),
    ]
    return [*said, ("Made on", assessment.made_text), ("Data version", assessment.version[:8])]


def table_csv(exhibit: Exhibit) -> bytes:
    """The table of an exhibit as CSV: plain numbers, ``*`` where suppressed, empty where there is no value.

    A text that a spreadsheet would run as a formula gets an apostrophe.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(exhibit.table.columns)
    columns = []
    for name, column in exhibit.table.items():
        if str(column.dtype) == "Int64":
            columns.append([SUPPRESSED if v is pd.NA else int(v) for v in column])
        elif pd.api.types.is_float_dtype(column):
            columns.append(["" if np.isnan(v) else f"{v:.10g}" for v in column.astype(float)])
        else:
            texts = exhibit.texts()[name]
            columns.append([safe(text) for text in texts])
    writer.writerows(zip(*columns, strict=True))
    return file.getvalue().encode("utf-8")


def _bounds(exhibit: Exhibit, share: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Widths that break no text, no word, and neither word nor number; heads may break to a share."""
    texts = exhibit.texts()
    natural, least = [], []
    for name in texts:
        head = max(text_width(word, SMALL, True) for word in str(name).split())
        head = max(head, share * text_width(str(name), SMALL, True))
        words = [text_width(word, SMALL) for text in texts[name] for word in text.split()]
        natural.append(max([head, *(text_width(text, SMALL) for text in texts[name])]) + CELL)
        least.append(max([head, *words]) + CELL)
    return np.array(natural), np.array(least), np.where(exhibit.numeric(), natural, least)


def _narrowest(cells: list[list[float]], lines: int, least: float, widest: float) -> float:
    """Width between two at which no cell has more than so many lines; of each the widths of its words."""
    space = text_width(" ", SMALL)

    def fit(width: float) -> bool:
        return all(_lines(words, width - CELL, space) <= lines for words in cells)

    while widest - least > EXACT and not fit(least):
        middle = (least + widest) / 2
        least, widest = (least, middle) if fit(middle) else (middle, widest)
    return least if fit(least) else widest


def _lines(words: list[float], width: float, space: float) -> int:
    """Lines of a width that words take, with a space between them."""
    lines, taken = 1, -space
    for word in words:
        taken += space + word
        if taken > width:
            lines, taken = lines + 1, word
    return lines


Cells = dict[int, list[list[float]]]
"""Of columns whose texts may go on: of the cell of each row the widths of its words."""


def _floors(able: Cells, natural: np.ndarray, bend: np.ndarray, room: float) -> Iterator[np.ndarray]:
    """Widths of the columns at 2, 3 and more lines of a cell, where the table fits into the room so."""
    for lines in range(2, MOST_LINES):
        floor = natural.copy()
        for at, cells in able.items():
            floor[at] = _narrowest(cells, lines, bend[at], natural[at])
        if floor.sum() <= room:
            yield floor


def _height(able: Cells, widths: np.ndarray) -> int:
    """Lines of all rows of a table."""
    space = text_width(" ", SMALL)
    lines = [[_lines(words, widths[at] - CELL, space) for words in cells] for at, cells in able.items()]
    return int(np.max(lines, axis=0).sum())


def column_widths(exhibit: Exhibit, room: float = ROOM) -> list[float]:
    """Widths of the columns of a table, millimetres: as wide as their texts where there is room.

    Where there is not, its rows have the fewest lines together that a table which fits can have; within that
    the widest columns of words give way first, to one width that makes the rest fit.

    Parameters
    ----------
    exhibit : Exhibit
    room : float
        What all columns together may take.
    """
    for share in HEADS:
        natural, least, bend = _bounds(exhibit, share)
        if bend.sum() <= room:
            break
    if natural.sum() <= room:
        return list(natural)
    texts = exhibit.texts()
    able = {
        int(at): [[text_width(word, SMALL) for word in text.split()] for text in texts.iloc[:, at]]
        for at in np.flatnonzero(natural > bend)
    }
    floors = list(_floors(able, natural, bend, room)) or [bend]
    laid = [_spread(natural, least, floor, room) for floor in floors]
    heights = [_height(able, widths) if able else 0 for widths in laid]
    return list(laid[int(np.argmin(heights))])


def _spread(natural: np.ndarray, least: np.ndarray, floor: np.ndarray, room: float) -> np.ndarray:
    """Widths not below a floor that fill a room: the widest give way first, to one width."""

    def at_most(limit: float) -> np.ndarray:
        return np.maximum(np.minimum(natural, limit), floor)

    limits = np.sort(np.unique([*natural, *least, *floor]))
    fitting = [limit for limit in limits if at_most(limit).sum() <= room]
    widths = at_most(max(fitting, default=0.0))
    spare = room - widths.sum()
    if spare < 0:
        return np.asarray(widths * room / widths.sum())
    able = natural > widths
    return np.asarray(widths + np.where(able, spare / max(1, able.sum()), 0.0))


def letters(exhibit: Exhibit, widths: list[float]) -> float:
    """Size of the letters of a table at which no number and no word is broken; points."""
    fits = [1.0]
    for (name, texts), number, width in zip(exhibit.texts().items(), exhibit.numeric(), widths, strict=True):
        pieces = [text for cell in texts for text in ([cell] if number else cell.split())]
        widest = [text_width(word, SMALL, True) for word in str(name).split()]
        widest += [text_width(piece, SMALL) for piece in pieces]
        fits.append((width - CELL) / max([*widest, 1e-6]))
    return SMALL * min(fits)
