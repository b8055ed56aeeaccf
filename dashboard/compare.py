"""What does the page say of two maps? One finding, and one legend with both sides of every class.

The question of the page and the one beside it (:mod:`geo.tell.beside`) are answered in one request.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html
from dash.development.base_component import Component

from dashboard import ids
from dashboard import legend as parts
from geo.answer.disclosure import ASSUMED, SUPPRESSED
from geo.answer.legend import Classes, Entry
from geo.answer.measures import MEASURES
from geo.ask.catalogue import Catalogue
from geo.ask.choices import LEGENDS, LEVELS
from geo.ask.query import Query
from geo.ask.source_info import SourceInfo
from geo.tell.beside import YEAR, caveats, finding, in_fifths, names, of_two_sources

if TYPE_CHECKING:
    from geo.answer.answer import Answer


def entry(query: Query, source: SourceInfo) -> Query:
    """Return the question behind the link to the comparison: of a period that has an earlier one."""
    if query.view == "compare":
        return query
    query = query.replace(view="compare", compare="")
    if query.first is None and query.last is None and len(source.months) >= 2 * YEAR and not source.gaps:
        query = query.replace(first=source.months[-YEAR])
    return query


def shown(
    first: Answer, answer: Answer, catalogue: Catalogue, link: Callable[[Query], str]
) -> dict[str, Any]:
    """Put the comparison in place of what one map says: "component.property" to value."""
    _, right = names(first, answer, catalogue)
    said = {
        f"{ids.LEGEND}.children": legend(first, answer, catalogue, link),
        f"{ids.DESCRIPTION}.children": f"Left: {first.description}. Right: {right}.",
        f"{ids.HEADLINE}.children": finding(first, answer, catalogue),
        f"{ids.CAVEATS}.children": parts.caveats(
            (*caveats(first, answer, catalogue), *first.caveats), first.query
        ),
    }
    return said | ({f"{ids.row('breaks')}.hidden": True} if in_fifths(first, answer) else {})


# ---------------------------------------------------------------- one legend


def legend(
    first: Answer, answer: Answer, catalogue: Catalogue, link: Callable[[Query], str]
) -> list[Component]:
    """Build the legend of both maps: one list that says both sides of every class, else two lists."""
    left, right = names(first, answer, catalogue)
    fifths = in_fifths(first, answer)
    say = _bounds if fifths else _areas
    below = _below(first, answer, link)
    whole = html.H2("Each map in fifths of its own areas", className="legend-title")
    if not _shared(first.classes, answer.classes):
        lists = [
            part
            for name, one in ((left, first), (right, answer))
            for part in (
                html.P(name, className="note")
                if fifths
                else html.H2(f"{name}: {one.classes.title}", className="legend-title"),
                html.Ul(_items(_rows(one, say=say), first if one is first else None)),
            )
        ]
        return [whole, *lists, below] if fifths else lists
    title = first.classes.title if first.classes.title == answer.classes.title else "One legend for both maps"
    heads = [html.Span(name, className="legend-side") for name in (left, right)]
    return [
        whole if fifths else html.H2(title, className="legend-title"),
        html.Ul(
            [
                html.Li(heads, className="legend-sides", **{"aria-hidden": "true"}),
                *_items(_rows(first, answer, say=say), first, left, right),
            ],
            className="legend-pair" if fifths else "legend-run",
        ),
        below,
    ]


def _below(first: Answer, answer: Answer, link: Callable[[Query], str]) -> Component:
    """What the numbers of a legend are, and the way to the other legend where there are two."""
    fifths = in_fifths(first, answer)
    note = f"Number of {LEVELS[first.query.level]} in each, left / right."
    if fifths:
        note = "A colour is a rank among the areas of its map, not a number."
        if any("suppressed" in one.classes.keys for one in (first, answer)):
            note = "A colour is a rank on its own map, not a number; suppressed areas have none."
    switch = []
    if of_two_sources(first, answer) and first.query.measure == answer.query.measure:
        asked = first.query.replace(mark="")  # its classes go
        instead = asked.replace(legend="common") if fifths else asked.replace(legend="own", breaks="quantile")
        switch = [" ", html.A(LEGENDS[instead.legend], href=link(instead), className="link")]
    return html.P([note, *switch], className="note")


Row = tuple[Entry, list[str]]
"""A class, and what is said of it on each map."""


def _shared(one: Classes, two: Classes) -> bool:
    """Whether the classes of two legends that have the same key look and read the same."""
    first, other_ = (
        dict(zip(c.keys, zip(c.labels, c.colours, strict=True), strict=True)) for c in (one, two)
    )
    steps = [
        {key for key, pattern in zip(c.keys, c.patterns, strict=True) if not pattern} for c in (one, two)
    ]
    return steps[0] == steps[1] and all(first[key] == other_[key] for key in first.keys() & other_.keys())


def _areas(answer: Answer, key: str) -> str:
    """Number of areas in a class."""
    counts = dict(zip(answer.classes.keys, answer.classes.counts, strict=True))
    return f"{counts.get(key, 0):,}"


def _bounds(answer: Answer, key: str) -> str:
    """Least and greatest value in a class; of a hatched one the number of areas."""
    counts = dict(zip(answer.classes.keys, answer.classes.counts, strict=True))
    number = counts.get(key, 0)
    if not number:
        return "none"
    if not key[:1].isdigit():
        return f"{number:,} areas" if number > 1 else "1 area"
    measure = MEASURES[answer.query.measure]
    values = answer.table[measure.column.name].to_numpy(float, na_value=np.nan)
    among = values[answer.codes == answer.classes.keys.index(key)]
    order = np.nan_to_num(among, nan=ASSUMED)
    ends = among[[order.argmin(), order.argmax()]]
    low, high = (SUPPRESSED if np.isnan(value) else measure.form.format(value) for value in ends)
    return low if low == high else f"{low}–{high}"


def _rows(*answers: Answer, say: Callable[[Answer, str], str] = _areas) -> list[Row]:
    """Every class with what is said of it on each map; hatched classes last."""
    found: dict[str, Entry] = {}
    for answer in answers:
        for entry in answer.legend:
            found.setdefault(entry.key, entry)
    rows = [(entry, [say(answer, key) for answer in answers]) for key, entry in found.items()]
    return sorted(rows, key=lambda row: bool(row[0].pattern))


def _items(rows: list[Row], marked: Answer | None, *sides: str) -> list[Component]:
    """Rows of a legend; buttons where they mark areas by their class on one of the maps.

    What is said of a class begins with the name of its map, where two are given, for those who hear the page.
    """
    marks = dict(zip(marked.classes.keys, parts.marks(marked), strict=True)) if marked else {}
    return [
        html.Li(
            parts.row_of(
                [
                    parts.swatch(entry),
                    html.Span(entry.label, className="legend-label"),
                    *[
                        html.Span(
                            [html.Span(f"{sides[i]}: ", className="hidden") if sides else "", text],
                            className="legend-count",
                        )
                        for i, text in enumerate(said)
                    ],
                ],
                marks.get(entry.key),
            ),
            className="legend-item",
        )
        for entry, said in rows
    ]
