"""What does the page say of two maps? One finding, and one legend with both sides of every class.

The question of the page and the one beside it (:mod:`geo.tell.beside`) are answered in one request.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from dash import html
from dash.development.base_component import Component

from dashboard import ids
from dashboard import legend as parts
from geo.ask.catalogue import Catalogue
from geo.ask.choices import LEGENDS
from geo.ask.query import Query
from geo.ask.source_info import SourceInfo
from geo.tell.beside import RANKS, YEAR, caveats, finding, in_own_classes, names, of_two_sources
from geo.tell.pair_legend import OWN, Row, legends, note

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
    return {
        f"{ids.LEGEND}.children": legend(first, answer, catalogue, link),
        f"{ids.DESCRIPTION}.children": f"Left: {first.description}. Right: {right}.",
        f"{ids.HEADLINE}.children": finding(first, answer, catalogue),
        f"{ids.CAVEATS}.children": parts.caveats(
            (*caveats(first, answer, catalogue), *first.caveats), first.query
        ),
    }


# ---------------------------------------------------------------- one legend


def legend(
    first: Answer, answer: Answer, catalogue: Catalogue, link: Callable[[Query], str]
) -> list[Component]:
    """Build the legend of both maps: one list that says both sides of every class, else two lists."""
    found = legends(first, answer, names(first, answer, catalogue))
    own = in_own_classes(first, answer)
    below = _below(first, answer, link)
    if len(found) > 1:
        items = [_items(one.rows, None if k else first) for k, one in enumerate(found)]
        if own:
            named = (html.Li(one.sides[0], className="legend-side") for one in found)
            lists = (html.Ul([name, *some]) for name, some in zip(named, items, strict=True))
            return [html.H2(OWN, className="legend-title"), *lists, below]
        titles = (html.H2(f"{one.sides[0]}: {one.title}", className="legend-title") for one in found)
        pairs = zip(titles, map(html.Ul, items), strict=True)
        return [*(part for pair in pairs for part in pair), html.P(RANKS, className="note")]
    [both] = found
    heads = [html.Span(name, className="legend-side") for name in both.sides]
    return [
        html.H2(both.title, className="legend-title"),
        html.Ul(
            [
                html.Li(heads, className="legend-sides", **{"aria-hidden": "true"}),
                *_items(both.rows, first, *both.sides),
            ],
            className="legend-pair" if own else "legend-run",
        ),
        below,
    ]


def _below(first: Answer, answer: Answer, link: Callable[[Query], str]) -> Component:
    """What the numbers of a legend and on the maps are, and the way to the other legend, if any."""
    switch = []
    if of_two_sources(first, answer) and first.query.measure == answer.query.measure:
        own = in_own_classes(first, answer)
        changes = {"legend": "common"} if own else {"legend": "own", "breaks": "quantile", "edges": ()}
        instead = first.query.replace(**changes)
        switch = [" ", html.A(LEGENDS[instead.legend], href=link(instead), className="link")]
    return html.P([f"{note(first, answer)} {RANKS}", *switch], className="note")


def _items(rows: Sequence[Row], marked: Answer | None, *sides: str) -> list[Component]:
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
