"""In what state is every control?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dash import html

from dashboard import compare, ids
from dashboard.filters import MANY_BOROUGHS, WHOLE, WORDY, further, of_persons
from geo.answer.benchmark import england
from geo.answer.layers import LAYERS
from geo.answer.measures import MEASURES
from geo.ask.choices import CHANGE, ENGLAND
from geo.ask.factors import FACTORS
from geo.ask.parameters import Parameter
from geo.ask.query import PARAMETERS, Query
from geo.ask.source_info import SourceInfo
from geo.ask.windows import WINDOWS
from geo.ask.words import (
    DAY_NAMES,
    DAYS,
    MONTH_NAMES,
    hours_name,
    listed,
    lower_first,
    month_text,
    period_name,
    upper_first,
)
from geo.stats.change import years_before
from geo.tell import beside
from geo.tell.assessment import assessed
from geo.tell.evidence import exhibit_name

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas
from dashboard.link import Shown, link_to

FITS = 28
"""Letters of a choice that its control shows; a longer one is told whole beneath."""


def controls_shown(atlas: Atlas, query: Query, source: SourceInfo, defaults: dict[str, str]) -> Shown:
    """State of every control: its value, its options, and why it is off."""
    months = [
        {"value": month_text(m), "label": f"{MONTH_NAMES[m % 12][:3]} {m // 12}"} for m in source.months
    ]
    compared, absent = _comparisons(atlas, query, source), source.no_measure_reasons
    state = {
        "source.value": query.source,
        "category.data": [{"value": key, "label": label} for key, label in source.categories.items()],
        "category.value": list(query.category),
        "category.placeholder": "" if query.category else _no_category(atlas, query, source),
        "definition.value": query.definition or UNDEFINED["value"],
        "definition.data": _definitions(atlas, source),
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
        "cold.checked": query.cold,
        "null.value": query.null,
        "compare.data": compared,
        "compare.value": _one_of(query.compare, compared),
        "breaks.value": query.breaks,
        "palette.value": query.palette,
        "overlay.value": query.overlay,
        "domain.value": query.domain,
        "ages.value": query["ages"],
        "indicator.value": atlas.catalogue.indicator(query),
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
    heeded = LAYERS[query.layer].heeds | MEASURES[query.measure].heeds
    some = [layer.heeds for layer in LAYERS.values()] + [measure.heeds for measure in MEASURES.values()]
    for parameter in sorted(frozenset().union(*some)):
        wanted = parameter in heeded or (parameter == "compare" and query.view == "compare")
        wanted |= parameter == "domain" and query.domain != "imd"  # the chart by deprivation heeds it too
        wanted &= parameter != "edges" or query.breaks == "own"
        shown[f"{ids.row(parameter)}.hidden"] = not wanted
    shown[f"{ids.row('measure')}.hidden"] = bool(LAYERS[query.layer].lists)  # which count no events
    loaded = ENGLAND in atlas.catalogue.benchmarks and "benchmark" in LAYERS[query.layer].heeds
    why = england(atlas.asked(query), MEASURES[query.measure].comparison)[1] if loaded else ""
    shown[f"{ids.note('benchmark')}.children"] = f"England cannot be chosen: {why}." if why else ""
    shown[f"{ids.note('benchmark')}.hidden"] = not why
    shown[f"{ids.note('measure')}.children"] = [
        MEASURES[query.measure].explanation,
        html.Span(_no_measures(absent), className="unseen"),
    ]
    shown[f"{ids.note('measure')}.hidden"] = False
    chosen = atlas.catalogue.indicators.get(atlas.catalogue.indicator(query) or "")
    shown[f"{ids.note('indicator')}.children"] = chosen.label if chosen else ""
    shown[f"{ids.note('indicator')}.hidden"] = chosen is None or len(chosen.label) <= FITS
    compare_note = _compare_note(query, source)
    shown[f"{ids.note('compare')}.children"] = compare_note
    shown[f"{ids.note('compare')}.hidden"] = not compare_note
    first = LAYERS[query.layer].evidence[:1]
    shown[f"{ids.EVIDENCE}.hidden"] = not first
    shown[f"{ids.EVIDENCE_NAME}.children"] = "".join(map(exhibit_name, first))
    shown[f"{ids.ABOUT_LAYER}.children"] = LAYERS[query.layer].explanation
    off, here = _off(source), link_to(query, defaults)
    for parameter, text in _chosen(query, atlas.catalogue.boroughs).items():
        shown[f"{ids.note(parameter)}.children"] = "off" if parameter in off else text or "all"
        shown[f"{ids.row(parameter)}.className"] = "field field-off" if parameter in off else "field"
        shown[f"{ids.clear(parameter)}.hidden"] = not text
        clear = link_to(query.replace(**{parameter: ()}), defaults) if text else here
        shown[f"{ids.clear(parameter)}.href"] = clear
    timeless = [parameter for parameter in off if parameter in _TIMES]
    why = f"{_named(timeless)} cannot be chosen: {source.no_hours_reason}" if timeless else ""
    shown[f"{ids.CLOCK_OFF}.children"] = why
    shown[f"{ids.CLOCK_OFF}.hidden"] = not why
    shown |= _of_lists(atlas, query, source)
    shown |= _of_persons(query, source) | _of_definition(atlas, query)
    shown[f"{ids.RESET}.href"] = link_to(query.cleared(), defaults)
    shown[f"{ids.PRESENT}.href"] = link_to(query.replace(view="present"), defaults)
    shown[f"{ids.EXPLORE}.href"] = link_to(query.replace(view="explore"), defaults)
    shown[f"{ids.COMPARE}.href"] = link_to(compare.entry(query, source), defaults)
    shown[f"{ids.ASSESSMENT}.href"] = link_to(query.replace(view="assess"), defaults)
    for name, view in ((ids.EXPLORE, "explore"), (ids.COMPARE, "compare"), (ids.ASSESSMENT, "assess")):
        shown[f"{name}.aria-current"] = "page" if query.view == view else None
    return shown


def _no_category(atlas: Atlas, query: Query, source: SourceInfo) -> str:
    """What is counted while no category is chosen: everything, in an assessment violence."""
    taken = assessed(atlas, query, source.key) if query.view == "assess" else ()
    return listed([source.categories[key] for key in taken]) or "All categories"


def _comparisons(atlas: Atlas, query: Query, source: SourceInfo) -> list[dict[str, str]]:
    """What the layer may be compared with: another source, or an earlier period of the same length."""
    if query.view == "compare":
        return beside.options(query, atlas.catalogue) or [USUAL]
    if LAYERS[query.layer].compares == "source":
        word = LAYERS[query.layer].beside
        others = {key: info.label for key, info in atlas.catalogue.sources.items() if key != query.source}
        return [{"value": key, "label": word.format(label)} for key, label in others.items()] or [USUAL]
    if LAYERS[query.layer].compares != "period" or not source.months:
        return [USUAL]
    days: list[dict[str, Any]] = [
        {"value": kind, "label": name, "disabled": bool(query.replace(compare=kind).windows(source)[1])}
        for kind, name in WINDOWS.items()
    ]
    kept = source.kept(query.first, query.last, query.month)
    years = years_before(kept[0], kept[-1], set(source.months)) if kept else []
    earlier: list[dict[str, Any]] = [
        {"value": f"{month_text(a)}..{month_text(b)}", "label": f"Against {period_name(a, b)}"}
        for a, b in years
    ]
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


USUAL = {"value": "usual", "label": "Against the period before"}


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
        **{one.name: _some_of(one, query[one.name]) for one in of_persons()},
    }


def _some_of(one: Parameter, chosen: Sequence[int]) -> str:
    """Say which values of a strip of persons or circumstances are chosen."""
    if len(one.options) > WORDY:
        return one.kind.write(chosen).replace(",", ", ")
    labels = list(one.options.values())
    return listed([labels[position] for position in chosen])


def _of_persons(query: Query, source: SourceInfo) -> Shown:
    """Say how many filters of persons and circumstances are chosen, and which cannot be."""
    chosen = sum(bool(query[one.name]) for one in of_persons())
    off: dict[str, list[str]] = {}
    elsewhere = {name for name, one in FACTORS.items() if one.sector not in ("", source.sector)}
    mine = [one for one in of_persons() if one.name not in elsewhere]
    for one in mine:
        if one.reason and (why := one.reason(source)):
            off.setdefault(why, []).append(lower_first(one.label))
    everything = len(off) == 1 and len(next(iter(off.values()))) == len(mine)
    said = ["Nothing here" if everything else upper_first(listed(names)) for names in off.values()]
    why = " ".join(
        f"{what} can be chosen: {why}" if everything else f"{what} cannot be chosen: {why}"
        for what, why in zip(said, off, strict=True)
    )
    return {
        f"{ids.PERSONS_CHOSEN}.children": f" {chosen} chosen" if chosen else "",
        f"{ids.PERSONS_OFF}.children": why,
        f"{ids.PERSONS_OFF}.hidden": not why,
    }


_TIMES = ("hour", "day", "night")


def _of_lists(atlas: Atlas, query: Query, source: SourceInfo) -> Shown:
    """State of the further filters that are lists; those that no source loaded can be asked by are hidden."""
    shown: Shown = {}
    lists = [one for one in further() if one.control == "value"]
    for one in lists:
        value, why = query[one.name], one.reason(source) if one.reason else ""
        shown[f"{ids.control(one.name)}.value"] = (
            one.usually if value == one.default else one.kind.write(value)
        )
        shown[f"{ids.control(one.name)}.disabled"] = bool(why)
        shown[f"{ids.note(one.name)}.children"] = f"Cannot be chosen: {why}" if why else ""
        shown[f"{ids.note(one.name)}.hidden"] = not why
        every = atlas.catalogue.sources.values()
        shown[f"{ids.row(one.name)}.hidden"] = all(
            one.reason is not None and bool(one.reason(s)) for s in every
        )
    if lists:
        shown[f"{ids.FURTHER}.hidden"] = all(shown[f"{ids.row(one.name)}.hidden"] for one in lists)
    return shown


UNDEFINED = {"value": PARAMETERS["definition"].usual, "label": "No saved definition", "said": ""}


def _definitions(atlas: Atlas, source: SourceInfo) -> list[dict[str, Any]]:
    """Saved definitions of a source, with their words; or why one cannot be chosen."""
    cannot = atlas.catalogue.undefined
    return [
        UNDEFINED,
        *(
            {
                "value": key,
                "label": one.label,
                "said": f"Not here: {cannot[key]}" if key in cannot else one.said.partition(": ")[2],
                "disabled": key in cannot,
            }
            for key, one in atlas.catalogue.definitions.items()
            if one.source == source.key
        ),
    ]


def _of_definition(atlas: Atlas, query: Query) -> Shown:
    """Say what the definition chosen means, in whose words."""
    said = atlas.catalogue.definitions[query.definition].said if query.definition else ""
    note = ids.note("definition")
    return {f"{note}.children": said, f"{note}.hidden": not said}


def _off(source: SourceInfo) -> list[str]:
    """Strips that a source cannot be asked by."""
    has = {"hour": source.has_hours, "day": source.has_days, "night": source.has_hours}
    off = [parameter for parameter, possible in has.items() if not possible]
    return off + [one.name for one in of_persons() if one.reason and one.reason(source)]


def _named(off: Sequence[str]) -> str:
    names = {"hour": "hours", "day": "weekdays", "night": "nights"}
    return listed([names[parameter] for parameter in off]).capitalize()


def strips_shown(query: Query, source: SourceInfo) -> dict[str, dict[str, Any]]:
    values: dict[str, list[str]] = {
        "borough": list(query.borough),
        "month": [str(m) for m in query.month],
        "hour": [str(h) for h in query.hour],
        "day": [DAYS[d] for d in query.day],
        "night": [DAYS[d] for d in query.night],
        **{one.name: [list(one.options)[at] for at in query[one.name]] for one in of_persons()},
    }
    off = _off(source)
    return {parameter: {"values": chosen, "off": parameter in off} for parameter, chosen in values.items()}
