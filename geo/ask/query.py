"""What is being asked?

A :class:`Query` is one question to the data: which events, when, where, shown how. It is frozen, and it is
read from and written to the query string of a URL, which holds the whole state of the page: a pasted link,
the Back button, an export and a program all ask the same question. Each of its fields declares one
:class:`~geo.ask.parameters.Parameter`; :data:`PARAMETERS` holds them all, and those that are registered
besides. What the data loaded can answer is another matter: :meth:`geo.ask.catalogue.Catalogue.check`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from copy import copy
from dataclasses import dataclass, fields
from typing import Any, Protocol
from urllib.parse import quote

from geo.ask import parameters as p
from geo.ask.choices import (
    BREAKS,
    CHANGE,
    CLOCKS,
    DOMAINS,
    GROUPS,
    LAYOUTS,
    LEGENDS,
    LEVELS,
    NULLS,
    OVERLAYS,
    PALETTES,
    THEMES,
    VIEWS,
)
from geo.ask.exclude import EXCLUDE
from geo.ask.factors import ASKED
from geo.ask.notice import Notice, left_out, offering
from geo.ask.parameters import Notices, Parameter, asks
from geo.ask.place import PLACE
from geo.ask.source_info import SourceInfo
from geo.ask.windows import WINDOWS, Window, Windows, windows
from geo.ask.words import listed, lower_first


class Checks(Protocol):
    """What is loaded, as far as a question is checked against it (:class:`geo.ask.catalogue.Catalogue`)."""

    def check(self, query: Query) -> tuple[Query, Notices]:
        """Return the nearest question that can be answered, and what was changed."""

    def offered(self, loaded: str) -> list[str]:
        """Values of one kind that is loaded, as a refusal names them."""

    @property
    def levels(self) -> Mapping[str, str]:
        """Key to name of the kinds of area that who asks may see, the smallest first."""


_SOURCE, _DEFINED = p.word("source", "sources"), p.word("saved definition", "definitions")
_PERIOD, _TIME = p.ALL - {p.MONTHS}, p.ALL - {p.WEEK}


@dataclass(frozen=True)
class Query:
    """One question. Empty tuples and None mean everything.

    The fields are the parameters; ``first`` and ``last`` are month numbers
    (:func:`geo.ask.words.month_number`), days and nights count from Monday 0, and the night of Friday is
    Friday 12:00 to Saturday 11:59.

    Attributes
    ----------
    window : Window or None
        Days that replace the period; in no link, but made by :meth:`windowed`.
    more : tuple of (str, value)
        Name and value of each parameter that is registered besides the fields, sorted; see
        :meth:`__getitem__`.

    Examples
    --------
    >>> query, notices = Query.parse("?level=ward&hour=22-1&colour=red")
    >>> query.level, query.hour, notices
    ('ward', (0, 1, 22, 23), ['The link asks for “colour”, which this page does not know; it was left out.'])
    >>> query.to_search()
    '?level=ward&hour=22-1'
    """

    level: str = asks(
        "lsoa",
        p.choice("level", LEVELS),
        "Areas",
        "Size of the areas: small areas, wards or boroughs.",
        [p.MAP],
        clears=("area", "set", "edges"),
        control="value",
    )
    source: str = asks(
        "",
        _SOURCE,
        "Source",
        "Whose events are counted; the first source loaded where it is left out.",
        p.ALL,
        clears=("category", "definition", "compare"),
        control="value",
    )
    sources: tuple[str, ...] = asks(
        (), p.words("source", loaded="sources"), "Sources", "Those of a needs assessment; all without."
    )
    category: tuple[str, ...] = asks(
        (),
        p.SLUGS,
        "Category",
        "Categories of the events, by their names in small letters and hyphens.",
        p.ALL,
        filters=True,
        control="value",
    )
    definition: str = asks(
        "", _DEFINED, "Definition", "A saved definition.", p.ALL, filters=True, control="value", usual="none"
    )
    first: int | None = asks(
        None, p.MONTH, "From", "First month of a period.", _PERIOD, name="from", filters=True, control="value"
    )
    last: int | None = asks(
        None, p.MONTH, "To", "Last month of the period.", _PERIOD, name="to", filters=True, control="value"
    )
    month: tuple[int, ...] = asks(
        (),
        p.MONTHS_OF_YEAR,
        "Months",
        "Months of the year, 1 to 12, of every year in the period.",
        _PERIOD,
        filters=True,
        control="strip",
    )
    hour: tuple[int, ...] = asks(
        (),
        p.HOURS,
        "Hours",
        "Hours of the day: a list, or a range such as 19-6 that may pass midnight.",
        _TIME,
        filters=True,
        control="strip",
    )
    day: tuple[int, ...] = asks(
        (), p.DAYS_OF_WEEK, "Days", "Days of the week.", _TIME, filters=True, control="strip"
    )
    night: tuple[int, ...] = asks(
        (),
        p.NIGHTS_OF_WEEK,
        "Nights",
        "Nights: that of fri is Friday 12:00 to Saturday 11:59.",
        _TIME,
        filters=True,
        control="strip",
    )
    borough: tuple[str, ...] = asks(
        (),
        p.BOROUGH_CODES,
        "Boroughs",
        "Codes of the boroughs or districts shown.",
        p.CHARTS,
        filters=True,
        control="strip",
    )
    measure: str = asks(
        "count",
        p.word("measure", "measures"),
        "Measure",
        "How much there is: a count, or a rate of some kind.",
        [p.MAP, p.GRADIENT],
        clears=("edges",),
        control="value",
    )
    layer: str = asks(
        "measure",
        p.word("layer", "layers"),
        "Layer",
        "What the map is coloured by.",
        [p.MAP],
        clears=("compare", "mark"),
        control="value",
    )
    overlay: str = asks(
        "none", p.choice("overlay", OVERLAYS), "Overlay", "What is laid over the map.", control="value"
    )
    domain: str = asks(
        "imd",
        p.choice("domain of deprivation", DOMAINS),
        "Deprivation by",
        "Deprivation as a whole, or by one of its seven domains.",
        [p.MAP, p.GRADIENT],
        heeded=True,
        control="value",
    )
    benchmark: str = asks(
        "",
        p.word("benchmark", "benchmarks"),
        "Compared with",
        "With whom rates are compared: a borough's code or england; all that is shown where it is left out.",
        [p.MAP],
        heeded=True,
        control="value",
        usual="whole",
    )
    groups: str = asks(
        "decile", p.choice("way to group by deprivation", GROUPS), "Groups", "Tenths or fifths in the chart."
    )
    fdr: bool = asks(
        True,
        p.on_off("The correction for many areas (fdr)"),
        "Correction",
        "Whether findings are corrected for looking at many areas at once.",
        [p.MAP],
        heeded=True,
        control="checked",
    )
    cold: bool = asks(
        True,
        p.on_off("Whether coldspots are shown (cold)"),
        "Coldspots",
        "Whether coldspots are shown beside hotspots.",
        [p.MAP],
        heeded=True,
        clears=("mark",),
        control="checked",
    )
    null: str = asks(
        "exact",
        p.choice("way to find p", NULLS),
        "p from",
        "Where p comes from: exact, or esda's permutations.",
        [p.MAP],
        heeded=True,
        control="value",
    )
    area: str = asks("", p.word("area"), "Area", "Code of the area selected.", filters=True)
    group: tuple[str, ...] = asks(
        (),
        p.AREA_CODES,
        "Set",
        "Codes of a set of areas, told of together against the rest.",
        name="set",
        filters=True,
        clears=("chosen",),
    )
    chosen: str = asks("", p.CHOSEN, "Set chosen", "How the set was chosen: outside, or source:months.")
    mark: str = asks(
        "",
        p.MARK,
        "Mark",
        "Areas that stand out: decile:1,2 or quintile:1 of deprivation, or class:HH.",
        stays=("mark", "decile:|quintile:"),  # every layer has deciles
    )
    compare: str = asks(
        "",
        p.word("comparison"),
        "Compare",
        "What is set beside it: a source, a layer, a period such as 2022-01..2022-12, 28-days or ytd.",
        [p.MAP],
        heeded=True,
        control="value",
        usual="usual",
        stays=("view", "compare"),  # there it is the other map
    )
    view: str = asks(
        "explore", p.choice("view", VIEWS), "View", "Which view: the map, a meeting, an assessment…"
    )
    clock: str = asks(
        "recorded", p.choice("clock", CLOCKS), "Clock", "How unknown times count.", [p.WEEK], control="value"
    )
    layout: str = asks(
        "map", p.choice("layout", LAYOUTS), "Layout", "Areas in their places, or as tiles of one size."
    )
    legend: str = asks(
        "own", p.choice("legend of two maps", LEGENDS), "Legend", "Whether two maps have classes in common."
    )
    breaks: str = asks(
        "quantile",
        p.choice("way to form classes", BREAKS),
        "Classes",
        "How values are cut into classes.",
        [p.MAP],
        heeded=True,
        clears=("edges",),
        control="value",
    )
    edges: tuple[float, ...] = asks(
        (),
        p.EDGES,
        "Bounds",
        "Bounds of the reader's own classes, going up; heeded where breaks=own.",
        [p.MAP],
        heeded=True,
        control="value",
    )
    palette: str = asks(
        "orrd",
        p.choice("set of colours", PALETTES),
        "Colours",
        "Colours of the classes.",
        [p.COLOURS],
        heeded=True,
        control="value",
    )
    window: Window | None = None
    more: tuple[tuple[str, Any], ...] = ()

    # ------------------------------------------------------------ reading and writing

    @classmethod
    def parse(cls, search: str, catalogue: Checks | None = None) -> tuple[Query, Notices]:
        """Read a query string; never fails.

        Parameters
        ----------
        search : str
            Query string of a URL, with or without the leading "?".
        catalogue : Catalogue, optional
            What is loaded; with it, the query is also checked (:meth:`geo.ask.catalogue.Catalogue.check`).

        Returns
        -------
        query : Query
        notices : list of str
            A plain sentence for each thing that could not be taken.
        """
        values: dict[str, Any] = {}
        given, notices = p.read_keys(search)
        for key, text in given.items():
            parameter = PARAMETERS.get(key) or SCREEN.get(key)
            if parameter is None:
                fault = f"The link asks for “{key[:40]}”, which this page does not know"
                notices.append(
                    Notice(f"{fault}; it was left out.", f"{fault}; it knows {listed([*PARAMETERS])}.")
                )
                continue
            value, said = parameter.kind.read(text)
            if catalogue is not None and (loaded := parameter.kind.loaded):
                said = [offering(one, catalogue.offered(loaded)) for one in said]
            notices += said
            if value is not None and value != () and key in PARAMETERS:
                values[parameter.field] = value
        query = cls().replace(**values)
        if query.first is not None and query.last is not None and query.first > query.last:
            fault = "The period in the link ended before it began"
            notices.append(left_out(fault, "; its two months were exchanged"))
            query = query.replace(first=query.last, last=query.first)
        if catalogue is not None:
            if "level" not in given and query.level not in catalogue.levels:
                query = query.replace(level=next(iter(catalogue.levels)))
            query, said = catalogue.check(query)
            notices += said
        return query, notices

    def to_search(self) -> str:
        """Query string that asks this question: only what differs from the default, in a fixed order."""
        parts, own, more = [], vars(self), dict(self.more)
        for parameter in PARAMETERS.values():  # as self[name], for all at once: a page has many links
            usual = parameter.default
            value = own[parameter.field] if parameter.field in own else more.get(parameter.name, usual)
            if value is not usual and value != usual:
                parts.append(f"{parameter.name}={quote(parameter.kind.write(value), safe=',-:._')}")
        return "?" + "&".join(parts) if parts else ""

    def __getitem__(self, name: str) -> Any:
        """Value of a parameter by its name in the address."""
        parameter = PARAMETERS[name]
        if parameter.field in _FIELDS:
            return getattr(self, parameter.field)
        return dict(self.more).get(name, parameter.default)

    def replace(self, **changes: Any) -> Query:
        """Return the same question with some answers changed, by field or registered parameter's name."""
        own = {key: value for key, value in changes.items() if key in _FIELDS}
        if len(own) < len(changes):
            more = dict(self.more) | {key: value for key, value in changes.items() if key not in _FIELDS}
            kept = [(key, value) for key, value in more.items() if value != PARAMETERS[key].default]
            own["more"] = tuple(sorted(kept))
        own = {key: value for key, value in own.items() if value != getattr(self, key)}
        if not own:
            return self
        other = copy(self)
        vars(other).update(own)  # many times as fast as to make one of all fields
        return other

    def only(self, part: str, heeds: Collection[str] = ()) -> Query:
        """Return the question as far as one part of its answer depends on it: what that is remembered by.

        Parameters
        ----------
        part : str
            Such as :data:`geo.ask.parameters.WEEK`.
        heeds : collection of str
            Names of the parameters, of those that only some heed, which do change this part.

        Examples
        --------
        >>> from geo.ask.parameters import WEEK
        >>> Query(hour=(1,), layer="imd", month=(5,)).only(WEEK) == Query(month=(5,))
        True
        """
        known = (PARAMETERS[name] for name in (*_OF_FIELDS, *dict(self.more)))
        kept = {
            one.field: self[one.name]
            for one in known
            if part in one.changes and (not one.heeded or one.name in heeds)
        }
        return Query(window=self.window).replace(**kept)

    def events(self) -> Query:
        """Return the question as far as it chooses events, wherever they are."""
        return self.only(p.EVENTS)

    def filters(self) -> Query:
        """Return what, when and where alone, of its source; shown as usual."""
        return Query().replace(**{PARAMETERS[name].field: self[name] for name in filter_names()})

    def cleared(self) -> Query:
        """Return the question about everything, everywhere, always, shown the same way."""
        filters = [parameter for parameter in PARAMETERS.values() if parameter.filters]
        return self.replace(**{parameter.field: parameter.default for parameter in filters})

    # ------------------------------------------------------------ days that are compared

    def windows(self, source: SourceInfo) -> tuple[Windows | None, str]:
        """Stretches of days that the layer of change compares.

        Parameters
        ----------
        source : SourceInfo
            That of the query.

        Returns
        -------
        windows : Windows or None
            None where none are asked for, or none can be had.
        reason : str
            Why they cannot be had, a sentence; "" where they can or are not asked for.
        """
        if self.layer != CHANGE or self.compare not in WINDOWS:
            return None, ""
        return windows(self.compare, source.last_days, self.last)

    def windowed(self, source: SourceInfo) -> Query:
        """Return the same question for the days that it compares, if it compares days; else as it is."""
        found, _ = self.windows(source)
        return self if found is None or self.window else self.within(found.after, by_month=found.by_month)

    def within(self, days: Window, *, by_month: bool = False) -> Query:
        """Return the same question for some days (or for their whole months) in place of its period."""
        first, last = days.months[0], days.months[-1]
        return self.replace(first=first, last=last, month=(), window=None if by_month else days)

    # ------------------------------------------------------------ deprivation

    @property
    def decile(self) -> str:
        """Column of a level's frame that holds the deciles of deprivation asked for."""
        return f"{self.domain}_decile"

    @property
    def by_domain(self) -> str:
        """What to add where deprivation is named: "" for the index as a whole, else " by income"."""
        return "" if self.domain == "imd" else f" by {lower_first(DOMAINS[self.domain])}"


_FIELDS = frozenset(each.name for each in fields(Query))

PARAMETERS: dict[str, Parameter] = {
    declared.name: declared
    for declared in (
        dataclasses.replace(
            each.metadata["parameter"], field=each.name, name=each.metadata["parameter"].name or each.name
        )
        for each in fields(Query)
        if "parameter" in each.metadata
    )
}
_OF_FIELDS = tuple(PARAMETERS)
PARAMETERS |= ASKED | {EXCLUDE.name: EXCLUDE} | PLACE
"""Every parameter by its name in the address, in the order of a link; to add a filter, register it here."""

SCREEN = {
    "theme": Parameter("theme", "", p.choice("theme", THEMES), "Theme", "Light or dark.", default="light")
}
"""Parameters of the page's address that change no answer: the browser heeds them, a query leaves them out."""


def filter_names() -> list[str]:
    """Names of the parameters that say what, when and where."""
    return ["source", *(one.name for one in PARAMETERS.values() if one.filters and one.changes)]


def filters_of(query: Query) -> list[tuple[Parameter, Any]]:
    """Filters of events by a further attribute that a query uses, with their values."""
    more = dict(query.more)
    return [(one, more[name]) for name, one in PARAMETERS.items() if name in more and one.keeps is not None]
