"""What does the page show? One question in, everything on the page out.

:func:`page` reads the query string, asks the atlas once, and returns plain data: the frame of the map, the
state of every control, the words, the table and the charts. It computes nothing statistical and holds no
state; the browser sets each property as it stands (``assets/page/show.mjs``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dash import html
from dash.development.base_component import Component

from dashboard import area, compare, ids, marked, present
from dashboard import legend as parts
from dashboard.blocks import with_warning
from dashboard.facts import TABLE_ROWS, ranked_table
from dashboard.markup import markup
from geo.answer.first_picture import why_not_later
from geo.ask.choices import LEVELS
from geo.ask.parameters import write_edges
from geo.ask.query import Query
from geo.ask.source_info import SourceInfo
from geo.out.export import in_menu
from geo.tell import beside
from geo.tell.marking import Marking, chosen_by, marking

if TYPE_CHECKING:
    from geo.answer.answer import Answer
    from geo.answer.atlas import Atlas
from dashboard.controls import controls_shown, strips_shown
from dashboard.frame import map_frame
from dashboard.link import Shown, defaults_of, link_to
from dashboard.linked_charts import charts_shown


def page(atlas: Atlas, search: str) -> dict[str, Any]:
    """Answer a query string with everything that the page shows.

    Parameters
    ----------
    atlas : Atlas
    search : str
        Query string of the address bar, "?level=ward&hour=19-6".

    Returns
    -------
    dict
        ``search`` (the same question, tidy), ``tidy`` (whether the address bar should change to it),
        ``title``, ``view``, ``noun`` and ``one`` (what several events are called, and one of them),
        ``ranked`` (how many areas have a rank), ``frame`` (for the map), ``strips`` (chosen cells and the
        reason where none can be), ``defaults`` (values that need not be in a link) and ``shown``
        ("component.property" to value).
    """
    query, notices = Query.parse(search, atlas.catalogue)
    answer = atlas.answer(query)
    query, notices = answer.query, [*notices, *answer.notices]
    tidy = bool(notices)
    if why := why_not_later(atlas, query):
        notices = [*notices, why]
    source = atlas.catalogue.source(query)
    defaults = defaults_of(atlas, source)
    pair = beside.pair(atlas, answer)
    if pair:
        answer = pair[0]
    found, unknown = marking(atlas, answer) if parts.markable(answer) else (None, [])
    if unknown:
        notices, tidy = [*notices, *unknown], True
        query = query.replace(mark=f"{found.kind}:{','.join(found.values)}" if found else "")
        answer = replace(answer, query=query)
    material = present.gather(atlas, query) if query.view == "present" else None
    frame = map_frame(atlas, answer, source, search, found, second=pair[1] if pair else None)
    two: Shown = {}
    if pair:
        second = pair[1]
        left, right = beside.names(answer, second, atlas.catalogue)
        other = atlas.catalogue.source(second.query)
        two = compare.shown(answer, second, atlas.catalogue, lambda asked: link_to(asked, defaults))
        frame["title"] = left
        frame["second"] = map_frame(atlas, second, other, search, found, beside=frame) | {"title": right}
    edges = write_edges(answer.classes.edges)
    unset = query.breaks == "own" and not query.edges  # until bounds are written, classes are the usual ones
    asked = query.replace(compare=beside.choice(query, atlas.catalogue)) if pair else query
    placed = int((answer.table["rank"] != "").sum())
    exported = asked.replace(**({"breaks": Query.breaks} if unset else {})).to_search()
    return {
        "search": link_to(query, defaults),
        "tidy": tidy,
        "title": f"{answer.description} · Hotspots",
        "view": query.view,
        "level": query.level,
        "selected": query.area or None,
        "noun": source.noun,
        "one": source.one or source.noun,
        "ranked": placed,
        "frame": frame,
        "group": list(query.group),
        "seen": "" if pair else chosen_by(answer),
        "marked": query.mark,
        "edges": edges,
        "strips": strips_shown(query, source),
        "defaults": defaults,
        "shown": {
            **controls_shown(atlas, query, source, defaults),
            f"{ids.control('edges')}.value": edges if query.breaks == "own" else "",
            **_words(answer, query, source, notices, defaults),
            **_table(answer, found, placed),
            **charts_shown(atlas, answer, source, defaults, found),
            **marked.shown(found, answer, lambda **changes: link_to(query.replace(**changes), defaults)),
            **present.shown(material, lambda **changes: link_to(query.replace(**changes), defaults)),
            f"{ids.LEGEND}.children": parts.legend(answer),
            **two,
            **{f"{ids.export(key)}.href": f"export.{key}{exported}" for key in in_menu()},
            f"{ids.PATROLS}.href": f"patrol{exported}",
        },
    }


def panels(atlas: Atlas, search: str) -> str:
    """Tell of the area and the set that a query string selects, as HTML; "" where it selects neither.

    It costs several answers, so the page asks for it after the map.
    """
    query, _ = Query.parse(search, atlas.catalogue)
    defaults = defaults_of(atlas, atlas.catalogue.sources[query.source])
    return markup(area.panels(atlas, query, lambda other: link_to(other, defaults)))


# ---------------------------------------------------------------- the words


def _words(
    answer: Answer, query: Query, source: SourceInfo, notices: Sequence[str], defaults: dict[str, str]
) -> Shown:
    said: list[Component] = [html.P(notice) for notice in dict.fromkeys(notices)]
    cleared = query.cleared()
    if answer.totals.shown == 0 and cleared != query:
        said.append(
            html.P(
                [
                    f"No {source.noun} have all that these filters ask for. ",
                    html.A("Clear the filters", href=link_to(cleared, defaults), className="link"),
                ]
            )
        )
    return {
        f"{ids.DESCRIPTION}.children": answer.description,
        f"{ids.HEADLINE}.children": with_warning(answer),
        f"{ids.CAVEATS}.children": parts.caveats(answer.caveats, query),
        f"{ids.NOTICES}.children": said,
        f"{ids.BADGE}.children": answer.banner,
    }


# ---------------------------------------------------------------- the table


def _table(answer: Answer, found: Marking | None, placed: int) -> Shown:
    """Fill the ranked table, in which so many have a place, the marked areas first."""
    standing_out = found.areas if found and found.number else None
    rows, columns = ranked_table(answer, standing_out)
    number, area = len(answer.order), answer.query.area
    some = f"{number:,}" if placed == number else f"{placed:,} of {number:,}"
    title = f"{some} {LEVELS[answer.query.level]}, ranked" if number > 1 else "Areas, ranked"
    if found and found.number:
        title = f"{found.number:,} marked of {number:,}, ranked"
    if number > TABLE_ROWS:
        title += f" (the first {TABLE_ROWS:,})"
    return {
        f"{ids.TABLE}.rows": rows,
        f"{ids.TABLE}.columns": columns,
        f"{ids.TABLE}.selected": area or None,
        f"{ids.TABLE_TITLE}.children": title,
    }
