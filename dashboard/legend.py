"""How is the map explained? From an answer to its legend and the areas that are numbered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from dash import html
from dash.development.base_component import Component

from dashboard import theme
from geo.answer.answer import RANKED
from geo.answer.layers import LAYERS
from geo.answer.legend import Entry, overlay_entry
from geo.ask.choices import LEVELS
from geo.ask.query import Query
from geo.ask.words import AREAS, counted, listed
from geo.tell.briefing import listed_areas

if TYPE_CHECKING:
    from geo.answer.answer import Answer

FIRST_CAVEATS = 2
"""Caveats that stand under the sentence; the others are folded away."""

MANY_CLASSES = 9
"""Above this many, classes without an area are named in one line."""
MANY_SHORT, SHORT_LABEL = 8, 24
"""From this many classes, if no label has more letters, a low map has them in two columns."""


# ---------------------------------------------------------------- the legend


def legend(answer: Answer) -> list[Component]:
    """Build the legend: every class with its swatch and the number of areas in it.

    The class of the selected area is marked; ``data-class`` is its position, by which the browser marks the
    class of the area under the pointer. Where areas can be marked (:func:`markable`) each class is a button
    that marks its own.
    """
    classes, scale = answer.classes, LAYERS[answer.query.layer].scale
    area = answer.query.area
    chosen = int(answer.codes[answer.table.index.get_loc(area)]) if area else None
    pressed = marks(answer)
    lines: Sequence[Entry] = answer.legend
    absent: list[Component] = []
    if classes.patterns.count(None) > MANY_CLASSES and scale in ("kinds", "falling"):
        empty = [entry.name.lower() for entry in lines if not entry.count]
        lines = [entry for entry in lines if entry.count]
        absent = [html.P(f"None: {listed(empty)}.", className="note legend-absent")] if empty else []
    items = {
        entry: _class(
            entry,
            {"data-class": str(entry.position)},
            current=entry.position == chosen,
            mark=pressed[entry.position],
        )
        for entry in lines
    }
    short = len(items) >= MANY_SHORT and max(map(len, classes.labels)) <= SHORT_LABEL
    plain = html.Ul(list(items.values()), className="legend-many" if short else None)
    listing = _square(items) if scale == "square" else plain
    overlay = []
    if answer.overlay is not None:
        overlay = [html.Ul(_class(overlay_entry(answer.overlay, answer.deciles)))]
    return [
        html.H2(classes.title, className="legend-title"),
        listing,
        *absent,
        *overlay,
        *_set(answer),
        html.P(
            "Areas in each; press to mark"
            if markable(answer)
            else f"Number of {LEVELS[answer.query.level]} in each",
            className="note",
        ),
    ]


def _set(answer: Answer) -> list[Component]:
    """What the line around a set is, where no panel says it: in present mode."""
    if not answer.query.group:
        return []
    said = f"{counted(len(answer.query.group), *AREAS[answer.query.level])} in the set"
    return [html.P([html.Span(className="legend-line"), said], className="legend-set")]


def painted(entry: Entry) -> dict[str, str | None]:
    """What the browser needs of a class to paint it."""
    return {"colour": entry.colour, "label": entry.label, "pattern": entry.pattern}


def _class(
    entry: Entry,
    marks: Mapping[str, str] | None = None,
    *,
    current: bool = False,
    mark: Mapping[str, str] | None = None,
) -> Component:
    states = [
        "legend-item",
        *(["legend-current"] if current else []),
        *([] if entry.count else ["legend-none"]),
    ]
    row = [
        swatch(entry),
        html.Span(entry.label, className="legend-label"),
        html.Span(f"{entry.count:,}", className="legend-count"),
    ]
    return html.Li(row_of(row, mark), className=" ".join(states), **(marks or {}))


def swatch(entry: Entry) -> Component:
    """The colour of a class, hatched or lined where it is."""
    name = f"swatch swatch-{entry.pattern or ('lines' if entry.lines else 'plain')}"
    lines = {"--lines": theme.css(entry.lines)} if entry.lines else {}
    return html.Span(className=name, style={"--swatch": theme.css(entry.colour), **lines})


def row_of(row: Sequence[Component], mark: Mapping[str, str] | None) -> Component:
    """Row of a legend, a button where it marks its areas."""
    if mark:
        return html.Button(row, type="button", className="legend-row", **mark)
    return html.Div(row, className="legend-row")


def markable(answer: Answer) -> bool:
    """Whether areas can be marked: where the page explores, not where it presents."""
    return answer.query.view in ("explore", "compare")


def marks(answer: Answer) -> list[dict[str, str]]:
    """What the button of each class marks and whether it is pressed; empty where areas cannot be marked."""
    if not markable(answer):
        return [{} for _ in answer.classes.keys]
    return [mark_of("class", value, answer.query.mark) for value in answer.classes.places]


def mark_of(kind: str, value: str, mark: str) -> dict[str, str]:
    """Attributes of a button that marks areas; ``assets/tools/mark.mjs`` heeds them."""
    of, _, values = mark.partition(":")
    pressed = of == kind and value in values.split(",")
    return {"data-mark": f"{kind}:{value}", "aria-pressed": "true" if pressed else "false"}


def _square(items: Mapping[Entry, Component]) -> Component:
    """Nine classes of two measures as a square: the measure to the right, deprivation upwards."""
    plain = {entry.position: item for entry, item in items.items() if not entry.pattern}
    cells = [plain[row + column] for row in (6, 3, 0) for column in range(3)]
    rest = [item for entry, item in items.items() if entry.pattern]
    return html.Div(
        [
            html.Span("more deprived ↑", className="square-up"),
            html.Ul(cells, className="square"),
            html.Span("more events →", className="square-right"),
            html.Ul(rest),
        ],
        className="square-box",
    )


# ---------------------------------------------------------------- the numbered areas


def leaders(answer: Answer) -> np.ndarray:
    """Positions of the areas that are numbered on the map: the first in order, but none without events."""
    number = len(listed_areas(answer)) if answer.query.view == "present" else RANKED
    return answer.leading[:number]


# ---------------------------------------------------------------- the caveats


def caveats(said: Sequence[str], query: Query) -> list[Component]:
    """The first caveats as text, unless the panel of an area or set needs the room, and the others folded."""
    first = 0 if query.area or query.group else FIRST_CAVEATS
    items = [html.Li(caveat) for caveat in said]
    rest = items[first:]
    if len(rest) == 1 and first:  # to fold one away would save nothing
        first, rest = first + 1, []
    more = f"{len(rest)} {'more ' if first else ''}note{'' if len(rest) == 1 else 's'}"
    return [
        *([html.Ul(items[:first])] if items[:first] else []),
        *([html.Details([html.Summary(more), html.Ul(rest)])] if rest else []),
    ]
