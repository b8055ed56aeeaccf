"""What can be asked of the data loaded?

A :class:`Catalogue` is what is loaded as far as a question can ask for it. :meth:`Catalogue.check` turns a
question into the nearest one that these data can answer, with a sentence for each thing that it had to
change: the page shows these as notices, a file, a program or a command is refused with them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from geo.ask.choices import DOMAINS, ENGLAND, GROUPS, INDICATOR, LEVELS
from geo.ask.definition import Definition
from geo.ask.notice import Notice, choose, left_out
from geo.ask.parameters import LARGEST_GROUP, Notices
from geo.ask.problem import Problem, Withheld
from geo.ask.query import Query, filters_of
from geo.ask.source_info import SourceInfo
from geo.ask.windows import WINDOWS
from geo.ask.words import (
    MONTH_NAMES,
    listed,
    lower_first,
    month_runs,
    named,
    period_name,
    read_period,
    upper_first,
    verb,
)


class Published(NamedTuple):
    """A published indicator: its name, and the kinds of area on the map that it is for."""

    label: str
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Catalogue:
    """Everything that can be asked of the loaded data: the choices of every control.

    Attributes
    ----------
    place : str
        Name of the county or area covered.
    sources : mapping of str to SourceInfo
    boroughs : mapping
        Code to name.
    layers, measures : mapping
        Key to label; a source may lack some of the measures.
    areas : mapping
        Level to the set of its area codes.
    levels : mapping
        Key to name of the kinds of area that who asks may see, the smallest first.
    has_deprivation : bool
    domains : mapping
        Key of each domain of deprivation loaded (the whole index included) to its name.
    benchmarks : mapping
        What rates can be compared with but the whole: code of a borough, or :data:`ENGLAND`, to its name.
    definitions : mapping of str to Definition
        Saved definitions by their names.
    indicators : mapping of str to Published
        Those for areas of the map first.
    """

    place: str
    sources: Mapping[str, SourceInfo]
    boroughs: Mapping[str, str]
    layers: Mapping[str, str]
    measures: Mapping[str, str]
    areas: Mapping[str, Collection[str]]
    has_deprivation: bool
    domains: Mapping[str, str] = field(default_factory=dict)
    benchmarks: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, str] = field(default_factory=lambda: LEVELS)
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    indicators: Mapping[str, Published] = field(default_factory=dict)

    @cached_property
    def undefined(self) -> dict[str, str]:
        """Name of each saved definition by which nothing can be asked here to the reason, a sentence."""
        found = {}
        for key, one in self.definitions.items():
            if one.source not in self.sources:
                found[key] = f"it is of the source “{one.source}”, which is not loaded."
                continue
            for search in one.any:
                query = Query.parse(search)[0].replace(source=one.source)
                lacks = (
                    (p.label, p.reason(self.sources[one.source])) for p, _ in filters_of(query) if p.reason
                )
                said = [f"{label}: {why}" for label, why in lacks if why] or self.check(query)[1]
                if said:
                    found[key] = str(said[0])
        return found

    @property
    def categories(self) -> dict[str, str]:
        """Slug to label of the categories of every source."""
        return {slug: name for source in self.sources.values() for slug, name in source.categories.items()}

    def offered(self, loaded: str) -> list[str]:
        """Values of one kind, such as "boroughs", as a refusal names them: codes with names."""
        values = getattr(self, loaded)
        coded = loaded in ("boroughs", "benchmarks")
        return [f"{code} ({name})" for code, name in values.items()] if coded else list(values)

    def needs_level(self, level: str) -> None:
        """Raise Withheld where who asks may not see areas of a kind."""
        if level not in self.levels:
            raise Withheld(f"Your group does not see {LEVELS[level]}, of which this is made.")

    def needs_events(self) -> None:
        """Raise Problem where no events are loaded, so that nothing can be asked."""
        if not self.sources:
            raise Problem(
                "No events are loaded yet: import some, for example with hotspots import offences FILE."
            )

    def source(self, query: Query) -> SourceInfo:
        """Return the source of a checked question, its events called by what the question selects of them."""
        source = self.sources[query.source]
        if query.category or not query.definition:
            return source.called(query.category)
        named = [set(Query.parse(search)[0].category) for search in self.definitions[query.definition].any]
        offences = set(source.categories) - set(source.nouns)  # what has a code is an offence
        kinds = {slug for some in named for slug in (some or offences)}
        return source.called([slug for slug in source.categories if slug in kinds])

    def indicator(self, query: Query) -> str:
        """Return the key of the indicator that a question asks for; the first where it names none."""
        asked: str = query["indicator"]
        return asked if asked in self.indicators else next(iter(self.indicators), "")

    def check(self, query: Query) -> tuple[Query, Notices]:
        """Return the nearest question that the loaded data can answer, and what was changed.

        Parameters
        ----------
        query : Query

        Returns
        -------
        query : Query
            With a source that is loaded, and only what it and the map have.
        notices : list of str
            A plain sentence for each thing that could not be taken.
        """
        notices: Notices = []
        for mend in _MENDS:
            changes, said = mend(self, query)
            query = query.replace(**changes) if changes else query
            notices += said
        return query, notices

    def other(self, query: Query) -> Query | None:
        """Return the question that ``compare`` sets beside this one; None where it sets none.

        Parameters
        ----------
        query : Query
            Checked.
        """
        if not query.compare:
            return None
        if query.compare in self.sources:
            return query.replace(source=query.compare, category=(), compare="")
        if query.compare in self.layers:
            return query.replace(layer=query.compare, compare="")
        try:
            first, last = read_period(query.compare)
        except ValueError:
            return None
        loaded = self.sources[query.source].months if query.source in self.sources else ()
        if not any(first <= month <= last for month in loaded):
            return None
        return query.replace(first=first, last=last, compare="")


# ---------------------------------------------------------------- what may have to change, in this order

Mended = tuple[dict[str, Any], Notices]


def _without(what: str, verb: str, why: str) -> Notice:
    """Notice of a filter that a source cannot take; `why` is a sentence."""
    return Notice(f"{what} {verb} left out: {why}", f"{what} cannot be asked for: {why}")


def _source(catalogue: Catalogue, query: Query) -> Mended:
    """Only sources that are loaded."""
    changes: dict[str, Any] = {}
    notices: Notices = []
    if query.source not in catalogue.sources:
        default = next(iter(catalogue.sources), "")
        changes["source"] = default
        if query.source:
            shown = f"; {catalogue.sources[default].label} are shown" if default else ""
            fault = f"The source “{query.source}” is not loaded here"
            notices.append(Notice(f"{fault}{shown}.", f"{fault}{choose(catalogue.sources)}"))
    absent = [key for key in query.sources if key not in catalogue.sources]
    if absent:
        fault = f"The source {listed([f'“{key}”' for key in absent])} is not loaded here"
        notices.append(Notice(f"{fault}.", f"{fault}{choose(catalogue.sources)}"))
        changes["sources"] = tuple(key for key in query.sources if key in catalogue.sources)
    return changes, notices


def _level(catalogue: Catalogue, query: Query) -> Mended:
    """Only areas that who asks may see, and that the source gives."""
    order, source = list(LEVELS), catalogue.sources.get(query.source)
    if source is not None and order.index(query.level) < order.index(source.finest):
        given = {key: LEVELS[key] for key in order[order.index(source.finest) :]}
        nearest = next((key for key in given if key in catalogue.levels), source.finest)
        lacking = f"so {LEVELS[query.level]} have none"
        fault = f"{upper_first(source.noun)} are given by {source.finest} only, {lacking}"
        shown = f"{fault}; {LEVELS[nearest]} are shown."
        return {"level": nearest}, [Notice(shown, f"{fault}{choose(given)}")]
    if query.level in catalogue.levels:
        return {}, []
    nearest = next(iter(catalogue.levels))
    fault = f"Your group does not see {LEVELS[query.level]}"
    shown = f"; {catalogue.levels[nearest]} are shown."
    return {"level": nearest}, [Notice(f"{fault}{shown}", f"{fault}{choose(catalogue.levels)}")]


def _indicator(catalogue: Catalogue, query: Query) -> Mended:
    """Only an indicator that is loaded, on areas that it is published for."""
    notices: Notices = []
    changes: dict[str, Any] = {}
    asked = query["indicator"]
    if asked and asked not in catalogue.indicators:
        changes["indicator"] = ""
        fault = f"There is no indicator “{asked}” here"
        notices.append(left_out(fault, instead=choose(catalogue.indicators)))
    if query.layer != INDICATOR or INDICATOR not in catalogue.layers:
        return changes, notices
    label, levels = catalogue.indicators[catalogue.indicator(query)]
    if levels and query.level not in levels:
        changes["level"] = levels[0]
        fault = f"“{label}” is published for {listed([LEVELS[level] for level in levels])} only"
        shown = f"{fault}; {LEVELS[levels[0]]} are shown."
        notices.append(Notice(shown, f"{fault}{choose({key: LEVELS[key] for key in levels})}"))
    return changes, notices


def _view(catalogue: Catalogue, query: Query) -> Mended:
    """No assessment for who does not see the small areas that it tells of."""
    if query.view != "assess" or "lsoa" in catalogue.levels:
        return {}, []
    fault = f"A needs assessment tells of {LEVELS['lsoa']}, which your group does not see"
    return {"view": Query.view}, [left_out(fault, "; the map is shown")]


def _of_source(catalogue: Catalogue, query: Query) -> Mended:
    """Only what the source has: categories, months, times, measures, further attributes."""
    source = catalogue.sources.get(query.source)
    if source is None:
        return {}, []
    notices: Notices = []
    changes: dict[str, Any] = {}
    unknown = [c for c in query.category if c not in source.categories]
    if unknown:
        fault = f"{source.label} have no category {listed([f'“{c}”' for c in unknown])}"
        notices.append(Notice(f"{fault}.", f"{fault}{choose(source.categories)}"))
        changes["category"] = tuple(c for c in query.category if c in source.categories)
    if source.months and not source.kept(query.first, query.last, query.month):
        changes |= _months(source, query, notices)
    if (query.hour or query.night) and not source.has_hours:
        changes |= {"hour": (), "night": ()}
        notices.append(_without("Hours and nights", "were", source.no_hours_reason))
    if query.clock != Query.clock and not source.has_hours:
        changes["clock"] = Query.clock
        notices.append(_without("Another clock", "was", source.no_hours_reason))
    if query.day and not source.has_days:
        changes["day"] = ()
        notices.append(_without("Weekdays", "were", source.no_hours_reason))
    changes |= _definition(catalogue, source, query, notices)
    for parameter, value in filters_of(query):
        if parameter.reason and (why := parameter.reason(source)):
            changes[parameter.field] = parameter.default
            notices.append(_without(parameter.label, "was", why))
        elif parameter.fits:
            fitting, said = parameter.fits(source, value)
            changes |= {parameter.field: fitting} if said else {}
            notices += said
    return changes | _measure(catalogue, source, query, notices), notices


def _definition(catalogue: Catalogue, source: SourceInfo, query: Query, notices: Notices) -> dict[str, Any]:
    """Only a saved definition of the source, by what it records."""
    if not query.definition:
        return {}
    one = catalogue.definitions.get(query.definition)
    if one is None:
        known = [key for key, other in catalogue.definitions.items() if other.source == source.key]
        fault = f"There is no saved definition “{query.definition}”"
        notices.append(Notice(f"{fault}; it was left out.", f"{fault}{choose(known)}"))
    elif one.source != source.key:
        of = catalogue.sources[one.source].label if one.source in catalogue.sources else one.source
        notices.append(_without(f"The definition “{one.label}”", "was", f"it is of {lower_first(of)}."))
    elif why := catalogue.undefined.get(one.key):
        notices.append(_without(f"The definition “{one.label}”", "was", why))
    else:
        return {}
    return {"definition": ""}


def _months(source: SourceInfo, query: Query, notices: Notices) -> dict[str, Any]:
    """Only months that are loaded: of two filters that exclude each other the period is kept."""
    if query.month and (kept := source.kept(query.first, query.last, ())):
        names = listed([MONTH_NAMES[month - 1] for month in query.month])
        fault = f"{names} {verb(len(query.month), 'is', 'are')} not within {period_name(kept[0], kept[-1])}"
        notices.append(left_out(fault, "; the period was kept, and all its months are shown"))
        return {"month": ()}
    loaded = named([period_name(a, b) for a, b in month_runs(source.months)], "period", "periods")
    fault = f"No {source.noun} are loaded for the months asked for; loaded are {loaded}"
    notices.append(left_out(fault, ", all shown"))
    return {"first": None, "last": None, "month": query.month if source.kept(None, None, query.month) else ()}


def _measure(catalogue: Catalogue, source: SourceInfo, query: Query, notices: Notices) -> dict[str, Any]:
    """Only a measure that there is, and that the source can be measured by."""
    if query.measure in source.measures:
        return {}
    if query.measure not in catalogue.measures:
        known = listed(sorted(catalogue.measures))
        notices.append(f"“{query.measure}” is not a measure that this page has; it has {known}.")
        return {"measure": "count"}
    reason = source.no_measure_reasons.get(query.measure, "the data for it are not loaded.")
    notices.append(f"{catalogue.measures[query.measure]} cannot be shown: {reason}")
    return {"measure": "rate" if "rate" in source.measures else "count"}


def _boroughs(catalogue: Catalogue, query: Query) -> Mended:
    """Only boroughs of the map, and a benchmark that is known."""
    notices: Notices = []
    changes: dict[str, Any] = {}
    unknown = [b for b in query.borough if b not in catalogue.boroughs]
    if unknown:
        fault = f"This map has no borough {listed(unknown)}"
        notices.append(Notice(f"{fault}.", f"{fault}{choose(catalogue.offered('boroughs'))}"))
        changes["borough"] = tuple(b for b in query.borough if b in catalogue.boroughs)
    if set(changes.get("borough", query.borough)) == set(catalogue.boroughs):
        changes["borough"] = ()
    if query.benchmark and query.benchmark not in catalogue.benchmarks:
        changes["benchmark"] = ""
        lacks = f"This map has no borough “{query.benchmark}” to compare with"
        lacks = "No rates of England are loaded to compare with" if query.benchmark == ENGLAND else lacks
        known = choose(catalogue.offered("benchmarks"))
        notices.append(left_out(lacks, "; areas are compared with the whole of what is shown", known))
    return changes, notices


def _shown(catalogue: Catalogue, query: Query) -> Mended:
    """Only layers, deprivation and classes that can be shown."""
    notices: Notices = []
    changes: dict[str, Any] = {}
    if query.layer not in catalogue.layers:
        changes["layer"] = "measure"
        count = catalogue.measures.get("count", "count").lower()
        fault = f"There is no layer “{query.layer}” here"
        notices.append(Notice(f"{fault}; the {count} is shown.", f"{fault}{choose(catalogue.layers)}"))
    if query.domain != "imd" and query.domain not in catalogue.domains:
        changes["domain"] = "imd"
        notices.append(f"Deprivation by the domain “{DOMAINS[query.domain]}” is not loaded.")
    if query.overlay == "imd" and not catalogue.has_deprivation:
        changes["overlay"] = "none"
        notices.append("Deprivation is not loaded, so it cannot be laid over the map.")
    if query.mark.partition(":")[0] in GROUPS and not catalogue.has_deprivation:
        changes["mark"] = ""
        notices.append("Deprivation is not loaded, so nothing can be marked by it.")
    if query.edges and query.breaks != "own":
        changes["edges"] = ()
        fault = "Bounds of classes are heeded where the classes are “own”"
        notices.append(left_out(fault, "; they were left out"))
    return changes, notices


def _areas(catalogue: Catalogue, query: Query) -> Mended:
    """Only areas of the level asked for."""
    notices: Notices = []
    changes: dict[str, Any] = {}
    here, name = catalogue.areas.get(query.level, ()), LEVELS[query.level]
    if query.area and query.area not in here:
        changes["area"] = ""
        fault = f"“{query.area}” is not one of the {name} of this map"
        notices.append(Notice(f"{fault}.", f"{fault}{choose(sorted(here))}"))
    group = tuple(code for code in query.group if code in here)
    if len(group) < len(query.group):
        gone = len(query.group) - len(group)
        fault = f"{gone} of the set of areas {verb(gone, 'is', 'are')} not among the {name} of this map"
        notices.append(Notice(f"{fault}.", f"{fault}{choose(sorted(here))}"))
    if len(group) > LARGEST_GROUP:
        fault = f"A set has at most {LARGEST_GROUP} areas"
        notices.append(left_out(fault, f"; the first {LARGEST_GROUP} are kept"))
    return changes | {"group": group[:LARGEST_GROUP]}, notices


def _comparison(catalogue: Catalogue, query: Query) -> Mended:
    """Only a comparison that means something here."""
    if query.compare in WINDOWS and query.view != "compare":
        source = catalogue.sources.get(query.source)
        why = query.windows(source)[1] if source is not None else ""
        notice = f"{WINDOWS[query.compare]} cannot be shown: {why}" if why else ""
    elif query.compare and catalogue.other(query) is None:
        fault = f"“{query.compare}” is no source, layer or loaded period to compare with"
        days = () if query.view == "compare" else WINDOWS
        known = [*catalogue.sources, *days, *catalogue.layers]
        notice = Notice(f"{fault}.", f"{fault}{choose(known, 'months such as 2022-01..2022-12')}")
    else:
        notice = ""
    return ({"compare": ""}, [notice]) if notice else ({}, [])


_MENDS: tuple[Callable[[Catalogue, Query], Mended], ...] = (
    _source,
    _level,
    _indicator,
    _view,
    _of_source,
    _boroughs,
    _shown,
    _areas,
    _comparison,
)
