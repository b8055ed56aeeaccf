"""What does the page show? One question in, everything on the page out.

:func:`page` reads the query string, asks the atlas once, and returns plain data: the frame of the map, the
state of every control, the words, the table and the charts. It computes nothing statistical and holds no
state; the browser sets each property as it stands (``assets/url.js``).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np
import pandas as pd
from dash import html
from dash.development.base_component import Component

from dashboard import area, blocks, compare, figures, ids, marked, parts, present
from dashboard.facts import facts, ranked_table
from dashboard.layout import MANY_BOROUGHS, WHOLE
from dashboard.markup import markup
from geo.assessment import exhibit_name
from geo.deprivation import CRIME_DOMAIN_CAUTION, quintile
from geo.export import FORMATS
from geo.gradient import shares_said, slope_said
from geo.insets import of_answer
from geo.layers import CRIME_SOURCES, LAYERS
from geo.legend import HIDDEN
from geo.marking import Marking, marking
from geo.measures import MEASURES
from geo.query import (
    CHANGE,
    CLOCKS,
    DAY_NAMES,
    DAYS,
    ENGLAND,
    GROUPS,
    LEVELS,
    MONTH_NAMES,
    Query,
    SourceInfo,
    hours_name,
    listed,
    month_name,
    month_text,
    period_name,
    windows_name,
    write_edges,
)
from geo.windows import WINDOWS

if TYPE_CHECKING:
    from geo.atlas import Answer, Atlas
    from geo.week import Week

Shown = dict[str, Any]

FILTERS = {
    "category": (),
    "first": None,
    "last": None,
    "month": (),
    "hour": (),
    "day": (),
    "night": (),
    "borough": (),
    "area": "",
    "group": (),
}
"""What "Clear all" clears: what, when and where, not how it is shown."""


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
        ``asked`` (the string as it came), ``search`` (the same question, tidy), ``tidy`` (whether the address
        bar should change to it), ``title``, ``view``, ``noun`` (of the events),
        ``ranked`` (how many areas have a rank), ``frame`` (for the map), ``strips`` (chosen cells and
        the reason where none can be), ``defaults`` (values that need not be in a link) and ``shown``
        ("component.property" to value).
    """
    query, notices = Query.parse(search, atlas.catalogue)
    answer = atlas.answer(query)
    source = atlas.catalogue.sources[query.source]
    defaults = _defaults(atlas, source)
    pair = compare.pair(atlas, answer)
    if pair:
        answer = pair[0]
    found, unknown = marking(atlas, answer) if parts.markable(answer) else (None, [])
    if unknown:
        notices = [*notices, *unknown]
        query = query.replace(mark=f"{found.kind}:{','.join(found.values)}" if found else "")
        answer = replace(answer, query=query)
    material = present.gather(atlas, query) if query.view == "present" else None
    frame = map_frame(atlas, answer, source, search, found)
    beside: Shown = {}
    if pair:
        second = pair[1]
        left, right = compare.names(answer, second, atlas.catalogue)
        other = atlas.catalogue.sources[second.query.source]
        beside = compare.shown(answer, second, atlas.catalogue, lambda asked: _link(asked, defaults))
        frame["title"] = left
        frame["second"] = {**map_frame(atlas, second, other, search, found), "title": right}
    exported = query.replace(mark="").to_search()
    return {
        "asked": search,
        "search": _link(query, defaults),
        "tidy": bool(notices),
        "title": f"{answer.description} · Hotspots",
        "view": query.view,
        "level": query.level,
        "selected": query.area or None,
        "noun": source.noun,
        "ranked": int((answer.ranked["rank"] != "").sum()),
        "frame": frame,
        "group": list(query.group),
        "marked": query.mark,
        "edges": write_edges(answer.classes.edges),
        "strips": _strips(query, source),
        "defaults": defaults,
        "shown": {
            **_controls(atlas, query, source, defaults),
            f"{ids.control('edges')}.value": write_edges(answer.classes.edges),
            **_words(answer, query, source, [*notices, *answer.notices], defaults),
            **_table(answer, found),
            **_charts(atlas, answer, source, defaults, found),
            **marked.shown(found, answer, lambda **changes: _link(query.replace(**changes), defaults)),
            **present.shown(material, lambda **changes: _link(query.replace(**changes), defaults)),
            f"{ids.LEGEND}.children": parts.legend(answer),
            **beside,
            **{f"{ids.export(key)}.href": f"/export.{key}{exported}" for key in (*FORMATS, "pack")},
            **({f"{ids.export('pptx')}.href": f"/slides.pptx?map={quote(exported)}"} if pair else {}),
        },
    }


def panels(atlas: Atlas, search: str) -> str:
    """Tell of the area and the set that a query string selects, as HTML; "" where it selects neither.

    It costs several answers, so the page asks for it after the map.
    """
    query, _ = Query.parse(search, atlas.catalogue)[0].checked(atlas.catalogue)
    defaults = _defaults(atlas, atlas.catalogue.sources[query.source])
    return markup(area.panels(atlas, query, lambda other: _link(other, defaults)))


# ---------------------------------------------------------------- links


def _defaults(atlas: Atlas, source: SourceInfo) -> dict[str, str]:
    """Value of each control that means "everything" or "as usual", and so is left out of a link."""
    return {
        "source": next(iter(atlas.catalogue.sources)),
        "layer": "measure",
        "measure": "count",
        "fdr": "on",
        "null": "exact",
        "compare": "usual",
        "breaks": "quantile",
        "palette": "orrd",
        "overlay": "none",
        "domain": "imd",
        "benchmark": WHOLE,
        "level": "lsoa",
        "from": month_text(source.months[0]) if source.months else "",
        "to": month_text(source.months[-1]) if source.months else "",
        "clock": "recorded",
    }


def _link(query: Query, defaults: dict[str, str]) -> str:
    """Query string of a question; "?" for the plain page, so that it works as a link."""
    plain = query.replace(source="") if query.source == defaults["source"] else query
    return plain.to_search() or "?"


# ---------------------------------------------------------------- the map


def map_frame(
    atlas: Atlas, answer: Answer, source: SourceInfo, search: str, found: Marking | None = None
) -> dict[str, Any]:
    """Say what the map should paint: a class for each area, and the words of its tooltips.

    Returns
    -------
    dict
        ``query, version, level, n, classes`` (base64 of one byte an area in map order; 255 is outside the
        boroughs chosen), ``palette``, ``overlay``, ``marked`` (base64 of one byte an area, 1 where it stands
        out; None where all do), ``values``, ``ranked``, ``selected``, ``bounds`` (west, south, east, north in
        degrees, or None), ``insets`` (name and box of each window to magnify).
    """
    classes, top = answer.classes, parts.leaders(answer)
    return {
        "query": search,
        "version": atlas.version,
        "level": answer.query.level,
        "n": len(answer.table),
        "classes": _bytes(answer.codes),
        "palette": [
            {"colour": colour, "label": label, "pattern": pattern}
            for colour, label, pattern in zip(classes.colours, classes.labels, classes.patterns, strict=True)
        ],
        "overlay": None if answer.overlay is None else _overlay(answer.overlay),
        "marked": _bytes(found.areas) if found and found.number else None,
        "values": _tooltips(answer, source),
        "ranked": [
            [int(index), rank]
            for index, rank in zip(answer.table.index.get_indexer(top.index), top["rank"], strict=True)
        ],
        "selected": answer.query.area or None,
        "bounds": _bounds(atlas, answer.query.borough),
        "insets": [
            {"name": inset.name, "box": _degrees(inset.box)}
            for inset in of_answer(answer, atlas.levels[answer.query.level], atlas.places)
        ],
        "layout": answer.query.layout,
    }


def _bytes(codes: np.ndarray) -> str:
    return base64.b64encode(np.asarray(codes, np.uint8).tobytes()).decode("ascii")


def _overlay(areas: np.ndarray) -> dict[str, Any]:
    return {"classes": _bytes(np.where(areas, 0, HIDDEN)), "palette": [parts.OVERLAY]}


def _bounds(atlas: Atlas, boroughs: Sequence[str]) -> list[float] | None:
    """Box of some boroughs in degrees: what to look at when only they are shown."""
    if not boroughs:
        return None
    shapes = atlas.levels["borough"].shapes
    return _degrees(shapes.loc[list(boroughs)].total_bounds)


def _degrees(box: Sequence[float] | np.ndarray) -> list[float]:
    """West, south, east and north in degrees, of a box in EPSG:27700."""
    return [round(float(side), 5) for side in _to_degrees().transform_bounds(*box)]


@lru_cache(maxsize=1)
def _to_degrees() -> Any:
    from pyproj import Transformer

    return Transformer.from_crs(27700, 4326, always_xy=True)


def _tooltips(answer: Answer, source: SourceInfo) -> dict[str, Any]:
    """Lines under an area's name: what the page knows of it, in the order of interest."""
    columns = facts(answer, answer.table, source)
    return {"columns": list(columns), "rows": [list(row) for row in zip(*columns.values(), strict=True)]}


# ---------------------------------------------------------------- the controls


def _controls(atlas: Atlas, query: Query, source: SourceInfo, defaults: dict[str, str]) -> Shown:
    """State of every control: its value, its options, and why it is off."""
    months = [
        {"value": month_text(m), "label": f"{MONTH_NAMES[m % 12][:3]} {m // 12}"} for m in source.months
    ]
    compared, absent = _comparisons(atlas, query, source), source.no_measure_reasons
    state = {
        "source.value": query.source,
        "category.data": [{"value": key, "label": label} for key, label in source.categories.items()],
        "category.value": list(query.category),
        "category.placeholder": "" if query.category else "All categories",
        "layer.value": query.layer,
        "measure.value": query.measure,
        "measure.data": [
            {
                "value": key,
                "label": one.label,
                "said": f"Not here: {absent[key]}" if key in absent else one.explanation,
                "disabled": key in absent,
            }
            for key, one in MEASURES.items()
        ],
        "fdr.checked": query.fdr,
        "null.value": query.null,
        "compare.data": compared,
        "compare.value": _one_of(query.compare, compared),
        "breaks.value": query.breaks,
        "palette.value": query.palette,
        "overlay.value": query.overlay,
        "domain.value": query.domain,
        "benchmark.value": query.benchmark or WHOLE,
        "level.value": query.level,
        "from.value": month_text(query.first) if query.first is not None else defaults["from"],
        "to.value": month_text(query.last) if query.last is not None else defaults["to"],
        "from.data": _with(months, query.first),
        "to.data": _with(months, query.last),
    }
    if len(atlas.catalogue.boroughs) > MANY_BOROUGHS:
        state["borough.value"] = list(query.borough)
    shown: Shown = {ids.control(key): value for key, value in state.items()}
    for parameter, layers in HEEDED.items():
        wanted = query.layer in layers or (parameter == "compare" and query.view == "compare")
        wanted |= parameter == "domain" and query.domain != "imd"  # the chart by deprivation heeds it too
        wanted |= parameter == "benchmark" and query.measure in ("dsr", "ratio")  # compared on every layer
        shown[f"{ids.row(parameter)}.hidden"] = not wanted
    shown[f"{ids.row('edges')}.hidden"] = query.layer not in HEEDED["breaks"] or query.breaks != "own"
    loaded = ENGLAND in atlas.catalogue.benchmarks and query.layer == "significance"
    why = atlas.england(query)[1] if loaded else ""
    shown[f"{ids.note('benchmark')}.children"] = f"England cannot be chosen: {why}." if why else ""
    shown[f"{ids.note('benchmark')}.hidden"] = not why
    shown[f"{ids.note('measure')}.children"] = [
        MEASURES[query.measure].explanation,
        html.Span(_no_measures(absent), className="unseen"),
    ]
    shown[f"{ids.note('measure')}.hidden"] = False
    compare_note = _compare_note(query, source)
    shown[f"{ids.note('compare')}.children"] = compare_note
    shown[f"{ids.note('compare')}.hidden"] = not compare_note
    first = LAYERS[query.layer].evidence[:1]
    shown[f"{ids.EVIDENCE}.hidden"] = not first
    shown[f"{ids.EVIDENCE_NAME}.children"] = "".join(map(exhibit_name, first))
    shown[f"{ids.ABOUT_LAYER}.children"] = LAYERS[query.layer].explanation
    off = _off(source)
    for parameter, text in _chosen(query, atlas.catalogue.boroughs).items():
        shown[f"{ids.note(parameter)}.children"] = "off" if parameter in off else text or "all"
        shown[f"{ids.row(parameter)}.className"] = "field field-off" if parameter in off else "field"
        shown[f"{ids.clear(parameter)}.hidden"] = not text
        shown[f"{ids.clear(parameter)}.href"] = _link(query.replace(**{parameter: ()}), defaults)
    why = f"{_named(off)} cannot be chosen: {source.no_hours_reason}" if off else ""
    shown[f"{ids.CLOCK_OFF}.children"] = why
    shown[f"{ids.CLOCK_OFF}.hidden"] = not off
    shown[f"{ids.RESET}.href"] = _link(query.replace(**FILTERS), defaults)
    shown[f"{ids.PRESENT}.href"] = _link(query.replace(view="present"), defaults)
    shown[f"{ids.EXPLORE}.href"] = _link(query.replace(view="explore"), defaults)
    shown[f"{ids.COMPARE}.href"] = _link(compare.entry(query, source), defaults)
    shown[f"{ids.ASSESSMENT}.href"] = _link(query.replace(view="assess"), defaults)
    for name, view in ((ids.EXPLORE, "explore"), (ids.COMPARE, "compare"), (ids.ASSESSMENT, "assess")):
        shown[f"{name}.aria-current"] = "page" if query.view == view else None
    return shown


def _comparisons(atlas: Atlas, query: Query, source: SourceInfo) -> list[dict[str, str]]:
    """What the layer may be compared with: another source, or an earlier period of the same length."""
    if query.view == "compare":
        return compare.options(query, atlas.catalogue) or [USUAL]
    if LAYERS[query.layer].compares == "source":
        word = "{} around" if query.layer == "bivariate_moran" else "With {}"
        others = {key: info.label for key, info in atlas.catalogue.sources.items() if key != query.source}
        return [{"value": key, "label": word.format(label)} for key, label in others.items()] or [USUAL]
    if query.layer != "change" or not source.months:
        return [USUAL]
    first = source.months[0] if query.first is None else query.first
    last = source.months[-1] if query.last is None else query.last
    days = [
        {"value": kind, "label": name, "disabled": bool(query.replace(compare=kind).windows(source)[1])}
        for kind, name in WINDOWS.items()
    ]
    loaded, earlier = set(source.months), []
    for back in range(12, first - source.months[0] + 1, 12):
        a, b = first - back, last - back
        if b < first and loaded.issuperset(range(a, b + 1)):
            label = f"Against {period_name(a, b)}"
            earlier.append({"value": f"{month_text(a)}..{month_text(b)}", "label": label})
    return [USUAL, *days, *earlier]


def _compare_note(query: Query, source: SourceInfo) -> str:
    """Say which days are compared, or why days cannot be."""
    if query.layer != CHANGE or query.view == "compare":
        return ""
    if query.windows(source)[0] is not None:
        return "This replaces the period; “to” sets the month that it ends in."
    reasons = {name: query.replace(compare=kind).windows(source)[1] for kind, name in WINDOWS.items()}
    return " ".join(f"{name}: {reason}" for name, reason in reasons.items() if reason)


def _one_of(value: str, options: list[dict[str, str]]) -> str:
    """A value if it is on offer, else the first that is."""
    return value if any(option["value"] == value for option in options) else options[0]["value"]


USUAL = {"value": "usual", "label": "Against the usual period before"}

HEEDED = {
    "fdr": {"local_moran", "getis_ord", "bivariate_moran", "colocation", "change", "emerging", "excess"},
    "null": {"local_moran", "getis_ord"},
    "breaks": {"measure"},
    "palette": {"measure", "quintile"},
    "compare": {"bivariate_moran", "colocation", "change"},
    "domain": {"imd", "bivariate", "excess"},
    "benchmark": {"significance"},
}
"""Layers that heed a control which the others do not; elsewhere it is not shown."""


def _no_measures(absent: Mapping[str, str]) -> str:
    """Say which measures cannot be chosen and why, for those who do not see the list."""
    by_reason: dict[str, list[str]] = {}
    for key, reason in absent.items():
        by_reason.setdefault(reason, []).append(MEASURES[key].label)
    return "".join(f" Not possible: {listed(labels)}, because {why}" for why, labels in by_reason.items())


def _with(months: list[dict[str, str]], chosen: int | None) -> list[dict[str, str]]:
    """Months on offer, with a chosen one that was not loaded, so that the control can show it."""
    if chosen is None or any(month["value"] == month_text(chosen) for month in months):
        return months
    extra = {
        "value": month_text(chosen),
        "label": f"{MONTH_NAMES[chosen % 12][:3]} {chosen // 12} (not loaded)",
    }
    return sorted([*months, extra], key=lambda month: month["value"])


def _chosen(query: Query, boroughs: Mapping[str, str]) -> dict[str, str]:
    """Say what is chosen on each strip; "" is everything."""
    return {
        "borough": f"{len(query.borough)} of {len(boroughs)}" if query.borough else "",
        "month": f"{len(query.month)} of 12" if query.month else "",
        "hour": hours_name(query.hour) if query.hour else "",
        "day": listed([DAY_NAMES[d][:3] for d in query.day]),
        "night": f"{len(query.night)} of 7" if query.night else "",
    }


def _off(source: SourceInfo) -> list[str]:
    """Strips that a source cannot be asked by."""
    has = {"hour": source.has_hours, "day": source.has_days, "night": source.has_hours}
    return [parameter for parameter, possible in has.items() if not possible]


def _named(off: Sequence[str]) -> str:
    names = {"hour": "hours", "day": "weekdays", "night": "nights"}
    return listed([names[parameter] for parameter in off]).capitalize()


def _strips(query: Query, source: SourceInfo) -> dict[str, dict[str, Any]]:
    values: dict[str, list[str]] = {
        "borough": list(query.borough),
        "month": [str(m) for m in query.month],
        "hour": [str(h) for h in query.hour],
        "day": [DAYS[d] for d in query.day],
        "night": [DAYS[d] for d in query.night],
    }
    off = _off(source)
    return {parameter: {"values": chosen, "off": parameter in off} for parameter, chosen in values.items()}


# ---------------------------------------------------------------- the words


def _words(
    answer: Answer, query: Query, source: SourceInfo, notices: Sequence[str], defaults: dict[str, str]
) -> Shown:
    said: list[Component] = [html.P(notice) for notice in dict.fromkeys(notices)]
    cleared = query.replace(**FILTERS)
    if answer.totals.shown == 0 and cleared != query:
        said.append(
            html.P(
                [
                    f"No {source.noun} have all that these filters ask for. ",
                    html.A("Clear the filters", href=_link(cleared, defaults), className="link"),
                ]
            )
        )
    return {
        f"{ids.DESCRIPTION}.children": answer.description,
        f"{ids.HEADLINE}.children": answer.headline,
        f"{ids.CAVEATS}.children": parts.caveats(answer.caveats, query),
        f"{ids.NOTICES}.children": said,
        f"{ids.BADGE}.children": answer.banner,
    }


# ---------------------------------------------------------------- the table


def _table(answer: Answer, found: Marking | None) -> Shown:
    """Fill the ranked table, the marked areas first."""
    standing_out = found.areas if found and found.number else None
    rows, columns = ranked_table(answer, standing_out)
    number, area = len(answer.ranked), answer.query.area
    title = f"{number:,} {LEVELS[answer.query.level]}, ranked" if number > 1 else "Areas, ranked"
    if found and found.number:
        title = f"{found.number:,} marked of {number:,}, ranked"
    if number > len(rows):
        title += f" (the first {len(rows):,})"
    return {
        f"{ids.TABLE}.rowData": rows,
        f"{ids.TABLE}.columnDefs": columns,
        f"{ids.TABLE}.selectedRows": {"ids": [area] if area else []},
        f"{ids.TABLE_TITLE}.children": title,
    }


# ---------------------------------------------------------------- the charts


def _charts(
    atlas: Atlas, answer: Answer, source: SourceInfo, defaults: dict[str, str], found: Marking | None
) -> Shown:
    query, months, noun = answer.query, answer.months, source.noun
    shown: Shown = {
        f"{ids.MONTHS}.figure": figures.months_figure(months, query.windowed(source), noun),
        f"{ids.MONTHS_TITLE}.children": f"{noun.capitalize()} by month",
        f"{ids.MONTHS_BOX}.aria-label": _months_said(months, noun),
        f"{ids.MONTHS_COPY}.data-copy": blocks.months_table(months),
        f"{ids.MONTHS_NOTE}.children": _period_said(query, source),
        f"{ids.MONTHS_QUICK}.children": _quick(query, source, defaults),
        **_gradient(atlas, answer, found, defaults),
        f"{ids.CLOCK_PART}.hidden": answer.clock is None,
        **_clock_control(answer.week),
    }
    if answer.clock is None:
        return {
            **shown,
            f"{ids.CLOCK}.figure": figures.EMPTY,
            f"{ids.CLOCK_BOX}.aria-label": "No chart",
            f"{ids.CLOCK_COPY}.data-copy": "",
        }
    return {
        **shown,
        f"{ids.CLOCK}.figure": figures.clock_figure(
            answer.clock,
            query,
            noun,
            midnight=answer.week.midnight is not None,
            about=answer.week.kind != "recorded",
        ),
        f"{ids.CLOCK_BOX}.aria-label": _clock_said(answer, noun),
        f"{ids.CLOCK_COPY}.data-copy": blocks.clock_table(answer.clock, answer.week.kind),
    }


def _clock_control(week: Week) -> Shown:
    """Which clock is shown, which could be, why others cannot, and what is not in it."""
    said = [week.untimed]
    said += [f"No “{CLOCKS[kind].lower()}”: {reason}" for kind, reason in week.reasons.items()]
    return {
        ids.control("clock") + ".value": week.kind,
        ids.control("clock") + ".data": [
            {"value": kind, "label": name, "disabled": kind in week.reasons} for kind, name in CLOCKS.items()
        ],
        f"{ids.note('clock')}.children": " ".join(said),
        f"{ids.note('clock')}.hidden": False,
        f"{ids.CLOCK_NOTE}.children": week.when,
    }


def _gradient(atlas: Atlas, answer: Answer, found: Marking | None, defaults: dict[str, str]) -> Shown:
    gradient, query = answer.gradient, answer.query
    source = atlas.catalogue.sources[query.source]
    table = gradient.by(query.groups)
    known = table[gradient.column].dropna()
    other = "quintile" if query.groups == "decile" else "decile"
    words = "Tenths" if query.groups == "decile" else "Fifths"
    said = "No chart"
    if not known.empty:
        first, last = known.index[0], known.index[-1]
        said = (
            f"Bar chart of {source.noun} per {gradient.per} by {query.groups} of deprivation"
            f"{query.by_domain}: {known.iloc[0]:,.1f} in {query.groups} {first}, {known.iloc[-1]:,.1f} in "
            f"{query.groups} {last}."
        )
    sums = [slope_said(gradient.slope, gradient.per), shares_said(gradient.shares, source.noun)]
    if query.domain == "crime" and source.key in CRIME_SOURCES:
        sums.append(CRIME_DOMAIN_CAUTION)
    link = html.A(
        f"Show {GROUPS[other].lower()}", href=_link(query.replace(groups=other), defaults), className="link"
    )
    of = atlas.levels[query.level].frame[query.decile]
    group = (of if query.groups == "decile" else quintile(of)).get(query.area)
    drawn = figures.gradient_figure(
        gradient,
        query.groups,
        source.noun,
        marked=found.by_group if found and found.number else None,
        current=None if pd.isna(group) else int(group),
    )
    return {
        f"{ids.GRADIENT_PART}.hidden": bool(known.empty),
        f"{ids.GRADIENT_TITLE}.children": f"{gradient.title}, by deprivation",
        f"{ids.GRADIENT_NOTE}.children": [
            f"{words} of England’s areas{query.by_domain}; 1 is the most deprived. ",
            link,
        ],
        f"{ids.GRADIENT_SAID}.children": " ".join(filter(None, sums)),
        f"{ids.GRADIENT}.figure": figures.EMPTY if known.empty else drawn,
        f"{ids.GRADIENT_DECILES}.children": marked.groups(answer),
        f"{ids.GRADIENT_BOX}.aria-label": said,
        f"{ids.GRADIENT_COPY}.data-copy": blocks.gradient_table(gradient, query.groups),
    }


def _months_said(months: pd.DataFrame, noun: str) -> str:
    known = months.dropna(subset="count")
    if known.empty:
        return f"Chart of {noun} by month: too few to show."
    top = known.loc[known["count"].astype(int).idxmax()]
    return (
        f"Bar chart of {noun} by month, {period_name(*(int(m) for m in months['month'].iloc[[0, -1]]))}. "
        f"Most in {month_name(int(top['month']))}: {int(top['count']):,}."
    )


def _clock_said(answer: Answer, noun: str) -> str:
    week = answer.week
    doubt = " The hour from midnight is doubtful." if week.midnight else ""
    what = f"Heat map of {noun} by weekday and hour{blocks.CLOCKS[week.kind]}."
    return f"{what} {week.when} {week.untimed}{doubt}"


def _period_said(query: Query, source: SourceInfo) -> str:
    if not source.months:
        return ""
    compared, _ = query.windows(source)
    if compared is not None:
        return f"Chosen: {windows_name(compared).partition(' against ')[0]}."
    first = source.months[0] if query.first is None else query.first
    last = source.months[-1] if query.last is None else query.last
    return f"Chosen: {period_name(first, last)}. Drag or click."


def _quick(query: Query, source: SourceInfo, defaults: dict[str, str]) -> list[Component]:
    """Links to the periods that are asked for most."""
    if not source.months:
        return []
    last = source.months[-1]
    periods = {
        "Last 12 months": {"first": last - 11, "last": None},
        "Whole period": {"first": None, "last": None},
    }
    return [
        html.A(name, href=_link(query.replace(**period), defaults), className="link")
        for name, period in periods.items()
        if query.replace(**period) != query
    ]
