"""How does it look on paper?

The drawing board of every print: a :class:`Page` measured in millimetres from its top left corner, and a
:class:`Pane` on it that shows a piece of the map. Pages become PNG, SVG or PDF by matplotlib alone, without a
browser; the font is the one that ships with matplotlib and goes along in the file. matplotlib's settings are
global and its fonts not safe to share between threads, so drawing happens inside :func:`drawing`, one page
at a time.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path as FilePath
from threading import RLock
from typing import Any, Literal, NamedTuple

import numpy as np

from geo.out.letters import cut_font
from geo.out.structure import HOLDS, Part

INK, MUTED, LINE, SURFACE, BAR = "#17222b", "#4a5661", "#d9dfe4", "#eef3f6", "#12283a"
MARK, HATCH, GROUND, WARD, EDGE, BADGE = "#ffdd00", "#7b8893", "#e3e9ed", "#707d88", "#9aa5ae", "#0b0c0c"
PALE = "#b9c3cb"

TITLE, FINDING, BODY, RANK, SMALL, TINY = 17.0, 10.5, 8.0, 7.2, 7.0, 6.0
"""Sizes of type, points: sentences have the third or more, cells of tables the fifth, and only names on maps
and numbers in charts the last."""
A4 = (297.0, 210.0)
"""Width and height of landscape A4, millimetres."""
POINT = 25.4 / 72
"""Millimetres of a typographic point."""
PIXEL = 72 / 96
"""Points of a CSS pixel."""
BOROUGH_LINE, WARD_LINE, AREA_LINE = 1.6 * PIXEL, 0.8 * PIXEL, 0.35
HATCHES = {"nodata": "////", "suppressed": "xxxx"}
OUTSIDE, OUTSIDE_INK = "||", "#bcc7cf"
"""Upright lines over what a map is not about, which in black and white would look like its palest class."""
LEVEL = "----"
"""The lines over what is less than expected."""
DETAIL = 0.04
"""Millimetres that print can just not show."""
DOT_SPACING = 1.9
"""Millimetres between the dots of an overlay."""
LETTER_BY_LETTER = ("-liga", "-clig", "-dlig", "-kern")
"""So that a file can be searched for every word, and no number is read as two."""

SEAMS = "/?&=,-"
"""After these an address may go on in the next line."""
LACKING = "\ufffd"
"""What stands for a letter that the font lacks."""

Align = Literal["left", "center", "right"]

_LOCK = RLock()
_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "hotspots",
    "pdf.fonttype": 42,
    "hatch.linewidth": 0.5,
    "path.simplify": False,
    "text.usetex": False,
}


def hatching(pattern: str | None, lines: str | None) -> tuple[str | None, str]:
    """matplotlib's pattern over a class, and its colour: hatched without a number, else lined if at all."""
    hatch = HATCHES.get(pattern or "")
    return (LEVEL, lines) if lines and not hatch else (hatch, HATCH)


@contextmanager
def drawing() -> Iterator[None]:
    """Draw with this program's settings of matplotlib, one thread at a time."""
    import matplotlib

    with _LOCK, matplotlib.rc_context(_SETTINGS):
        yield


# ---------------------------------------------------------------- letters


@lru_cache(maxsize=2)
def _font_file(bold: bool) -> str:
    import matplotlib

    return str(FilePath(matplotlib.get_data_path(), f"fonts/ttf/DejaVuSans{'-Bold' * bold}.ttf"))


def font_of(size: float, bold: bool) -> dict[str, Any]:
    """matplotlib's properties of a font: the file decides, the names are for those who open an SVG."""
    return {
        "family": ["DejaVu Sans", "Verdana"],
        "weight": "bold" if bold else "normal",
        "size": size,
        "fname": _font_file(bold),
    }


@lru_cache(maxsize=2)
def _face(bold: bool) -> Any:
    from matplotlib.ft2font import FT2Font

    return FT2Font(_font_file(bold))


@lru_cache(maxsize=2)
def _letters(bold: bool) -> frozenset[int]:
    return frozenset(_face(bold).get_charmap())


def legible(text: str, bold: bool = False) -> str:
    """The text as the font can write it: a letter that it lacks becomes the sign for one.

    >>> legible("Ŵest 東")
    'Ŵest �'
    """
    known = _letters(bold)
    return "".join(c if ord(c) in known else LACKING for c in text)


@lru_cache(maxsize=4096)
def _advance(character: str, bold: bool) -> float:
    """Width of a character in ems."""
    from matplotlib.ft2font import LoadFlags

    glyph = _face(bold).load_char(ord(character), flags=LoadFlags.NO_SCALE)
    return float(glyph.horiAdvance) / float(_face(bold).units_per_EM)


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width of a line of text in millimetres; ``size`` in points."""
    return sum(_advance(c, bold) for c in legible(text, bold)) * size * POINT


def wrap(text: str, width: float, size: float, bold: bool = False) -> list[str]:
    """Break a text into lines.

    Parameters
    ----------
    text : str
    width, size : float
        Millimetres, points.
    bold : bool

    Returns
    -------
    list of str
        A word wider than a line is broken where an address has a seam, else where it must be.
    """
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if text_width(longer, size, bold) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while text_width(line, size, bold) > width and len(line) > 1:
            fits = len(line) - 1
            while fits > 1 and text_width(line[:fits], size, bold) > width:
                fits -= 1
            end = max(line.rfind(mark, fits // 2, fits) for mark in SEAMS) + 1 or fits
            lines.append(line[:end])
            line = line[end:]
    return [*lines, line] if line else lines


def shorten(text: str, width: float, size: float, bold: bool = False) -> str:
    """Cut a line of text to a width, with an ellipsis before its last word where something is lost."""
    if text_width(text, size, bold) <= width:
        return text
    start, _, end = text.rpartition(" ")
    if not start or text_width("…" + end, size, bold) > width / 2:
        start, end = text, ""
    while start and text_width(f"{start}… {end}", size, bold) > width:
        start = start[:-1].rstrip()
    return f"{start}… {end}".rstrip()


# ---------------------------------------------------------------- the page


class Stroke(NamedTuple):
    """One of the strokes of a line, the lowest first: colour, weight in points, dashes in weights."""

    colour: str
    weight: float
    dashes: tuple[float, ...] = ()


class Line(NamedTuple):
    """A line around areas: what it is called, and its strokes."""

    name: str
    strokes: tuple[Stroke, ...]


LINES = {
    "marked": Line("dotted line", (Stroke("white", 3.2), Stroke(INK, 1.8, (1.0, 1.0)))),
    "set": Line("dashed line", (Stroke(INK, 3.2), Stroke("white", 1.6, (4.0, 2.5)))),
    "area": Line("double line", (Stroke(INK, 3.2), Stroke("white", 2.0), Stroke(INK, 0.7))),
}
"""Lines around what is marked, a set and the area selected; no border has one like them."""


@dataclass(frozen=True)
class Rect:
    """A rectangle on a page, millimetres from its top left corner."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def of(cls, left: float, top: float, width: float, height: float) -> Rect:
        """Rectangle of a corner and a size."""
        return cls(left, top, left + width, top + height)

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    def meets(self, other: Rect) -> bool:
        """Whether two rectangles overlap."""
        beside = self.right <= other.left or other.right <= self.left
        return not (beside or self.bottom <= other.top or other.bottom <= self.top)


class Page:
    """A sheet of paper; lengths in millimetres from the top left corner, type in points.

    Parameters
    ----------
    width, height : float

    Attributes
    ----------
    figure : matplotlib Figure
    top : matplotlib Axes
        The whole page in millimetres, transparent, above all panes.
    structure : Part
        The page as a screen reader has it; see :meth:`part`.
    """

    def __init__(self, width: float, height: float) -> None:
        from matplotlib.figure import Figure

        self.width, self.height = width, height
        self.figure = Figure(figsize=(width / 25.4, height / 25.4), facecolor="white")
        self.letters: dict[bool, set[str]] = {False: set(), True: set()}
        """Characters written in plain and in bold."""
        self.structure = Part("Sect")
        self.belonging: list[tuple[Any, Part]] = []
        """What is drawn, and the part that it belongs to; nothing else is read out."""
        self._part = self.structure
        self.top = self.figure.add_axes((0, 0, 1, 1), zorder=10, facecolor="none")
        self.top.set(xlim=(0, width), ylim=(height, 0))
        self.top.set_axis_off()

    @contextmanager
    def part(
        self, kind: str, *, alternative: str = "", scope: str = "", late: bool = False
    ) -> Iterator[None]:
        """Draw what follows as a part of the page; parameters as for :class:`~geo.out.structure.Part`.

        All that is drawn belongs to a figure, of other parts the texts do.
        """
        above, part = self._part, Part(kind, alternative, scope, late)
        above.parts.append(part)
        before = {*self.top.get_children(), *self.figure.axes}
        self._part = part
        try:
            yield
        finally:
            self._part = above
        if kind == "Figure":
            drawn = (*self.top.get_children(), *self.figure.axes)
            self.belonging += [(artist, part) for artist in drawn if artist not in before]

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        colour: str = INK,
        align: Align = "left",
        halo: bool = False,
        url: str = "",
        order: float = 5,
        kind: str = "",
        scope: str = "",
    ) -> None:
        """Write one line; ``y`` is its baseline.

        Where it is drawn in no paragraph or figure it is a part of its own, of a kind: "P", or a cell of the
        row that is drawn; an empty cell is one too.
        """
        from matplotlib.font_manager import FontProperties
        from matplotlib.patheffects import Stroke

        part, text = self._part, legible(text, bold)
        if part.kind in HOLDS and (text or part.kind == "TR"):
            part = Part(kind or HOLDS[part.kind], scope=scope)
            self._part.parts.append(part)
        if not text:
            return
        self.letters[bold] |= set(text)
        style: dict[str, Any] = {
            "fontproperties": FontProperties(**font_of(size, bold)),
            "fontfeatures": LETTER_BY_LETTER,
            "ha": align,
            "va": "baseline",
            "parse_math": False,
        }
        if halo:  # drawn apart, so that the letters themselves stay text
            stroke = [Stroke(linewidth=size * 0.28, foreground="white")]
            self.top.text(x, y, text, path_effects=stroke, zorder=order - 0.5, **style)
        written = self.top.text(x, y, text, color=colour, url=url or None, zorder=order, **style)
        if part.kind != "Figure":
            self.belonging.append((written, part))

    def paragraph(
        self,
        x: float,
        y: float,
        width: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        colour: str = INK,
        leading: float = 1.32,
        url: str = "",
        kind: str = "P",
    ) -> float:
        """Write wrapped text below ``y``, as one part of a kind; returns where it ends."""
        step = size * POINT * leading
        with ExitStack() as parts:
            if self._part.kind in HOLDS:
                parts.enter_context(self.part(kind))
            if url:
                parts.enter_context(self.part("Link"))
            for line in wrap(text, width, size, bold):
                self.text(x, y + step * 0.76, f"{line} ", size, bold=bold, colour=colour, url=url)
                y += step
        return y

    def rule(self, x: float, y: float, width: float, colour: str = LINE, weight: float = 0.6) -> None:
        """Draw a horizontal line."""
        style: dict[str, Any] = {"color": colour, "linewidth": weight, "solid_capstyle": "butt", "zorder": 1}
        self.top.plot([x, x + width], [y, y], **style)

    def sample(self, place: Rect, line: Line) -> None:
        """Draw a piece of a line that stands around areas, as a legend shows it."""
        middle = (place.top + place.bottom) / 2
        for colour, weight, dashes in line.strokes:
            style: dict[str, Any] = {
                "color": colour,
                "linewidth": weight,
                "solid_capstyle": "butt",
                "zorder": 2,
            }
            if dashes:
                style |= {"linestyle": (0, dashes), "dash_capstyle": "butt"}
            self.top.plot([place.left, place.right], [middle, middle], **style)

    def box(
        self,
        place: Rect,
        colour: str,
        *,
        edge: str = "none",
        weight: float = 0.5,
        hatch: str | None = None,
        ink: str = HATCH,
        order: float = 2,
    ) -> None:
        """Draw a filled rectangle, hatched in a colour."""
        from matplotlib.patches import Rectangle

        corner = (place.left, place.top)
        style: dict[str, Any] = {"facecolor": colour, "edgecolor": edge, "linewidth": weight}
        shape = Rectangle(corner, place.width, place.height, zorder=order, **style)
        if hatch:
            shape.set(hatch=hatch, hatchcolor=ink)
        self.top.add_artist(shape)

    def swatch(self, place: Rect, colour: str, pattern: str | None, lines: str | None = None) -> None:
        """Draw one box of a legend, hatched, lined or dotted as the map is."""
        dots = pattern == "dots"
        hatch, ink = hatching(pattern, lines)
        self.box(place, "white" if dots else colour, edge=EDGE, hatch=hatch, ink=ink)
        if dots:
            x = [place.left + place.width * share for share in (0.22, 0.5, 0.78)]
            y = [(place.top + place.bottom) / 2] * 3
            self.top.scatter(x, y, s=3.2, color=colour, linewidths=0, zorder=3)

    def badge(self, x: float, y: float, text: str, *, radius: float = 2.0, size: float = RANK) -> None:
        """Write a number, white on black in a white ring, around a point."""
        from matplotlib.patches import Circle

        half = text_width(text, size, True) / 2 + 0.8 - radius
        for colour, reach, order in (("white", radius + 0.3, 7), (BADGE, radius, 7.1)):
            if half < 0.2:
                self.top.add_artist(Circle((x, y), reach, facecolor=colour, linewidth=0, zorder=order))
            else:
                style: dict[str, Any] = {"color": colour, "linewidth": 2 * reach / POINT, "zorder": order}
                self.top.plot([x - half, x + half], [y, y], solid_capstyle="round", **style)
        middle = y + size * POINT * 0.365
        self.text(x, middle, text, size, bold=True, colour="white", align="center", order=8)

    # ------------------------------------------------------------ leaving

    def png(self, dpi: int, facts: Mapping[str, str]) -> bytes:
        """Write the page as PNG, ``facts`` (keyword to text) in its header."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from PIL import Image
        from PIL.PngImagePlugin import PngInfo

        self.figure.set_dpi(dpi)
        canvas = FigureCanvasAgg(self.figure)
        canvas.draw()
        image = Image.fromarray(np.asarray(canvas.buffer_rgba())[:, :, :3])
        info = PngInfo()
        for key, value in facts.items():
            info.add_itxt(key, value, lang="en-GB")
        file = io.BytesIO()
        image.save(file, "PNG", dpi=(dpi, dpi), pnginfo=info, compress_level=3)
        return file.getvalue()

    def svg(self, title: str, about: str, made: str) -> bytes:
        """Write the page as SVG: text stays text, and brings the letters it uses."""
        from matplotlib.backends.backend_svg import FigureCanvasSVG

        file = io.BytesIO()
        facts = {"Title": title, "Description": about, "Date": made, "Creator": "Hotspots"}
        FigureCanvasSVG(self.figure).print_svg(file, metadata=facts)
        faces = "".join(
            f"@font-face{{font-family:'DejaVu Sans';font-weight:{700 if bold else 400};"
            f"src:url(data:font/ttf;base64,{cut_font(_font_file(bold), frozenset(used))})}}"
            for bold, used in self.letters.items()
            if used
        )
        style = b'<style type="text/css">'
        drawn = re.sub(rb"(\d\.\d{3})\d+", rb"\1", file.getvalue())  # a thousandth of a point is enough
        return drawn.replace(style, style + faces.encode("ascii"), 1)


def pdf(pages: Sequence[Page], title: str, about: str, keywords: str, made: date) -> bytes:
    """Write pages as one tagged PDF of true vectors, the font embedded as TrueType."""
    from geo.out.tagged_pdf import write

    facts: dict[str, Any] = {"Title": title, "Subject": about, "Keywords": keywords, "Creator": "Hotspots"}
    facts["CreationDate"] = datetime.combine(made, time())
    return write([(page.figure, page.structure, page.belonging) for page in pages], facts)
