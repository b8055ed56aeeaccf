"""What is being asked?

A :class:`Query` is one question to the atlas: which events, when, where, shown how. It is frozen, it is
read from and written to the query string of a URL, and it says itself in plain English. The URL holds
the whole state of the page, so a pasted link, the Back button and an export all ask the same question.

Each parameter is one :class:`Parameter` in :data:`PARAMETERS`: it knows its name in the URL, how to read a
value, how to write one, and what to say of a value that makes no sense. Reading never fails: what cannot
be understood is left out and said, and the rest of the link still works.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import parse_qsl, quote

from geo.ask.catalogue import Catalogue, SourceInfo
from geo.ask.choices import CHANGE, DOMAINS, ENGLAND, GROUPS, LEVELS, MEASURES
from geo.ask.parameters import LARGEST_GROUP, PARAMETERS, SCREEN, Notices
from geo.ask.windows import WINDOWS, Window, Windows, windows
from geo.ask.words import (
    DAY_NAMES,
    MONTH_NAMES,
    hours_name,
    listed,
    lower_first,
    month_runs,
    period_name,
    read_period,
    windows_name,
)

# ---------------------------------------------------------------- the question


@dataclass(frozen=True)
class Query:
    """One question to the atlas. Empty tuples and None mean everything.

    Attributes
    ----------
    level : {"lsoa", "ward", "borough"}
    source : str
        Key of a source; "" is the first one loaded.
    sources : tuple of str
        Keys of the sources that an assessment covers; empty is all that are loaded.
    category : tuple of str
        Slugs of offence or event categories.
    first, last : int or None
        Month numbers (see :func:`month_number`), inclusive.
    month : tuple of int
        Months of the year, 1-12.
    hour : tuple of int
        Hours 0-23, local wall time.
    day, night : tuple of int
        Monday is 0. The night of Friday is Friday 12:00 to Saturday 11:59.
    borough : tuple of str
        Codes of local authority districts.
    measure : str
        Key of :data:`MEASURES`.
    layer : str
        Key of a map layer.
    overlay : {"none", "imd", "boundaries"}
    domain : str
        Key of :data:`DOMAINS`: the deprivation that layers and the gradient go by.
    groups : {"decile", "quintile"}
        How the chart by deprivation groups areas.
    benchmark : str
        With whom rates are compared: "" for the whole of what is shown, the code of a borough, or
        :data:`ENGLAND`.
    fdr : bool
        Whether clusters are those left after the Benjamini-Hochberg correction.
    null : {"exact", "permutation"}
        Where p comes from.
    area : str
        Code of the selected area, or "".
    group : tuple of str
        Codes of a set of areas, looked at together against the rest; ``set`` in the URL.
    mark : str
        Areas that stand out while the others fade, "decile:1,2" or "class:HH" (see :func:`read_mark`).
    compare : str
        What to set beside it: the key of a source or layer, a period (:func:`read_period`), a key of
        :data:`geo.ask.windows.WINDOWS`, or "".
    view : {"explore", "present", "assess", "compare"}
    layout : {"map", "tiles"}
        Areas in their places, or as tiles of equal size.
    legend : {"own", "common"}
        Whether two maps of different sources are each cut into fifths of their own areas, or by the same
        numbers.
    breaks : {"quantile", "equal", "natural", "sd", "own"}
        How the values of a measure are cut into classes.
    edges : tuple of float
        Lower bounds of the second and later classes where ``breaks`` is "own"; empty is the quantiles.
    palette : str
        Key of :data:`PALETTES`.
    clock : {"recorded", "without", "aoristic"}
        How times that are not known are counted in the chart of weekdays and hours.
    window : Window or None
        Days that replace the period; in no link, but made by :meth:`windowed`.

    Examples
    --------
    >>> query, notices = Query.parse("?level=ward&hour=22-1&colour=red")
    >>> query.level, query.hour, notices
    ('ward', (0, 1, 22, 23), ['The link asks for “colour”, which this page does not know; it was left out.'])
    >>> query.to_search()
    '?level=ward&hour=22-1'
    """

    level: str = "lsoa"
    source: str = ""
    category: tuple[str, ...] = ()
    first: int | None = None
    last: int | None = None
    month: tuple[int, ...] = ()
    hour: tuple[int, ...] = ()
    day: tuple[int, ...] = ()
    night: tuple[int, ...] = ()
    borough: tuple[str, ...] = ()
    measure: str = "count"
    layer: str = "measure"
    overlay: str = "none"
    domain: str = "imd"
    benchmark: str = ""
    groups: str = "decile"
    fdr: bool = True
    null: str = "exact"
    area: str = ""
    group: tuple[str, ...] = ()
    mark: str = ""
    compare: str = ""
    view: str = "explore"
    layout: str = "map"
    legend: str = "own"
    breaks: str = "quantile"
    edges: tuple[float, ...] = ()
    palette: str = "orrd"
    sources: tuple[str, ...] = ()
    clock: str = "recorded"
    window: Window | None = None

    @classmethod
    def parse(cls, search: str, catalogue: Catalogue | None = None) -> tuple[Query, Notices]:
        """Read a query string; never fails.

        Parameters
        ----------
        search : str
            Query string of a URL, with or without the leading "?".
        catalogue : Catalogue, optional
            What is loaded; with it, the query is also checked against it (:meth:`checked`).

        Returns
        -------
        query : Query
        notices : list of str
            A plain sentence for each thing that could not be taken.
        """
        values: dict[str, Any] = {}
        notices: Notices = []
        given: dict[str, list[str]] = {}
        for key, text in parse_qsl(search.removeprefix("?")[:8000], keep_blank_values=False):
            given.setdefault(key, []).append(text.strip())
        for key, texts in given.items():
            parameter = PARAMETERS.get(key) or SCREEN.get(key)
            if parameter is None:
                notices.append(
                    f"The link asks for “{key[:40]}”, which this page does not know; it was left out."
                )
                continue
            value, said = parameter.read(",".join(texts))
            notices += said
            if value is not None and value != () and parameter.field:
                values[parameter.field] = value
        query = cls(**values)
        if query.first is not None and query.last is not None and query.first > query.last:
            notices.append("The period in the link ended before it began; its two months were exchanged.")
            query = replace(query, first=query.last, last=query.first)
        if catalogue is not None:
            query, said = query.checked(catalogue)
            notices += said
        return query, notices

    def to_search(self) -> str:
        """Query string that asks this question: only what differs from the default, in a fixed order."""
        parts = []
        for parameter in PARAMETERS.values():
            value = getattr(self, parameter.field)
            if value != _DEFAULTS[parameter.field]:
                parts.append(f"{parameter.name}={quote(parameter.write(value), safe=',-:._')}")
        return "?" + "&".join(parts) if parts else ""

    def replace(self, **changes: Any) -> Query:
        """Return the same question with some answers changed."""
        return replace(self, **changes)

    def checked(self, catalogue: Catalogue) -> tuple[Query, Notices]:
        """Return the nearest question that the loaded data can answer, and what was changed.

        Parameters
        ----------
        catalogue : Catalogue

        Returns
        -------
        query : Query
            With a source that is loaded, and only categories, boroughs, layers and measures it has.
        notices : list of str
        """
        notices: Notices = []
        changes: dict[str, Any] = {}
        if self.source not in catalogue.sources:
            default = next(iter(catalogue.sources), "")
            changes["source"] = default
            if self.source:
                shown = f"; {catalogue.sources[default].label} are shown" if default else ""
                notices.append(f"The source “{self.source}” is not loaded here{shown}.")
        absent = [key for key in self.sources if key not in catalogue.sources]
        if absent:
            notices.append(f"The source {listed([f'“{key}”' for key in absent])} is not loaded here.")
            changes["sources"] = tuple(key for key in self.sources if key in catalogue.sources)
        source = catalogue.sources.get(changes.get("source", self.source))
        if source is not None:
            of_source, said = self._checked_for(source)
            changes |= of_source
            notices += said
        unknown = [b for b in self.borough if b not in catalogue.boroughs]
        if unknown:
            notices.append(f"This map has no borough {listed(unknown)}.")
            changes["borough"] = tuple(b for b in self.borough if b in catalogue.boroughs)
        if set(changes.get("borough", self.borough)) == set(catalogue.boroughs):
            changes["borough"] = ()
        if self.benchmark and self.benchmark not in catalogue.benchmarks:
            changes["benchmark"] = ""
            lacks = f"This map has no borough “{self.benchmark}” to compare with"
            lacks = "No rates of England are loaded to compare with" if self.benchmark == ENGLAND else lacks
            notices.append(f"{lacks}; areas are compared with the whole of what is shown.")
        if self.layer not in catalogue.layers:
            changes["layer"] = "measure"
            notices.append(
                f"There is no layer “{self.layer}” here; the {MEASURES['count'].lower()} is shown."
            )
        of_shown, said = self._checked_shown(catalogue)
        changes |= of_shown
        notices += said
        if self.area and self.area not in catalogue.areas.get(self.level, ()):
            changes["area"] = ""
            notices.append(f"“{self.area}” is not one of the {LEVELS[self.level]} of this map.")
        here = catalogue.areas.get(self.level, ())
        group = tuple(code for code in self.group if code in here)
        if len(group) < len(self.group):
            strange = len(self.group) - len(group)
            notices.append(f"{strange} of the set of areas are not {LEVELS[self.level]} of this map.")
        if len(group) > LARGEST_GROUP:
            notices.append(f"A set has at most {LARGEST_GROUP} areas; the first {LARGEST_GROUP} are kept.")
        changes["group"] = group[:LARGEST_GROUP]
        query = replace(self, **changes)
        reason = query._no_comparison(catalogue)
        if reason:
            query = replace(query, compare="")
        return query, [*notices, *filter(None, [reason])]

    def _no_comparison(self, catalogue: Catalogue) -> str:
        """Why ``compare`` means nothing here, a sentence; "" where it does or is not used."""
        if not self.compare:
            return ""
        if self.compare in WINDOWS and self.view != "compare":
            source = catalogue.sources.get(self.source)
            reason = self.windows(source)[1] if source is not None else ""
            return f"{WINDOWS[self.compare]} cannot be shown: {reason}" if reason else ""
        if self.other(catalogue) is None:
            return f"“{self.compare}” is no source, layer or loaded period to compare with."
        return ""

    @property
    def decile(self) -> str:
        """Column of a level's frame that holds the deciles of deprivation asked for."""
        return f"{self.domain}_decile"

    @property
    def by_domain(self) -> str:
        """What to add where deprivation is named: "" for the index as a whole, else " by income"."""
        return "" if self.domain == "imd" else f" by {lower_first(DOMAINS[self.domain])}"

    def other(self, catalogue: Catalogue) -> Query | None:
        """Return the question that ``compare`` sets beside this one; None where it sets none.

        Parameters
        ----------
        catalogue : Catalogue
            Of what is loaded; the query has been checked against it.
        """
        if not self.compare:
            return None
        if self.compare in catalogue.sources:
            return replace(self, source=self.compare, category=(), compare="")
        if self.compare in catalogue.layers:
            return replace(self, layer=self.compare, compare="")
        try:
            first, last = read_period(self.compare)
        except ValueError:
            return None
        loaded = catalogue.sources[self.source].months if self.source in catalogue.sources else ()
        if not any(first <= month <= last for month in loaded):
            return None
        return replace(self, first=first, last=last, compare="")

    def _checked_shown(self, catalogue: Catalogue) -> tuple[dict[str, Any], Notices]:
        """Say what to change of how it is shown so that the data loaded can show it."""
        notices: Notices = []
        changes: dict[str, Any] = {}
        if self.domain != "imd" and self.domain not in catalogue.domains:
            changes["domain"] = "imd"
            notices.append(f"Deprivation by the domain “{DOMAINS[self.domain]}” is not loaded.")
        if self.overlay == "imd" and not catalogue.has_deprivation:
            changes["overlay"] = "none"
            notices.append("Deprivation is not loaded, so it cannot be laid over the map.")
        if self.mark.partition(":")[0] in GROUPS and not catalogue.has_deprivation:
            changes["mark"] = ""
            notices.append("Deprivation is not loaded, so nothing can be marked by it.")
        if self.edges and self.breaks != "own":
            changes["edges"] = ()
            notices.append("Bounds of classes are heeded where the classes are “own”; they were left out.")
        return changes, notices

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
        return replace(self, first=first, last=last, month=(), window=None if by_month else days)

    def _checked_for(self, source: SourceInfo) -> tuple[dict[str, Any], Notices]:
        """Say what to change so that one source can answer."""
        notices: Notices = []
        changes: dict[str, Any] = {}
        unknown = [c for c in self.category if c not in source.categories]
        if unknown:
            notices.append(f"{source.label} have no category {listed([f'“{c}”' for c in unknown])}.")
            changes["category"] = tuple(c for c in self.category if c in source.categories)
        if source.months and not self._months_of(source):
            loaded = listed([period_name(a, b) for a, b in month_runs(source.months)])
            changes |= {"first": None, "last": None, "month": ()}
            notices.append(
                f"No {source.noun} are loaded for the months asked for; loaded are {loaded}, all shown."
            )
        if (self.hour or self.night) and not source.has_hours:
            changes |= {"hour": (), "night": ()}
            notices.append(f"Hours and nights were left out: {source.no_hours_reason}")
        if self.day and not source.has_days:
            changes["day"] = ()
            notices.append(f"Weekdays were left out: {source.no_hours_reason}")
        if self.measure not in source.measures:
            changes["measure"] = "rate" if "rate" in source.measures else "count"
            reason = source.no_measure_reasons.get(self.measure, "the data for it are not loaded.")
            notices.append(f"{MEASURES[self.measure]} cannot be shown: {reason}")
        return changes, notices

    def _months_of(self, source: SourceInfo) -> list[int]:
        """Loaded months of a source that the query keeps."""
        first = source.months[0] if self.first is None else self.first
        last = source.months[-1] if self.last is None else self.last
        return [
            m for m in source.months if first <= m <= last and (not self.month or m % 12 + 1 in self.month)
        ]

    def describe(self, catalogue: Catalogue) -> str:
        """Say the question in plain English: what, where, when.

        Parameters
        ----------
        catalogue : Catalogue
            For the names of categories and boroughs.

        Returns
        -------
        str
            Without a full stop, "Robbery in Bedford and Luton, 2025, Friday and Saturday nights".
        """
        parts = [f"{self.describe_what(catalogue)} in {self.describe_where(catalogue)}"]
        return ", ".join(parts + self.describe_when(catalogue))

    def describe_what(self, catalogue: Catalogue) -> str:
        """Name the events, "Violence and sexual offences" or "All police offences"."""
        source = catalogue.sources[self.source]
        if not self.category:
            named = source.noun in source.label
            return f"All {lower_first(source.label) if named else source.noun}"
        names = [source.categories[c] for c in self.category]
        if len(names) > 3:
            return f"{len(names)} categories of {lower_first(source.label)}"
        words = listed([names[0], *(lower_first(name) for name in names[1:])])
        # "Assault" of A&E attendances is not an offence: say which service unless the label says it.
        return words if source.key == "offences" else f"{source.label} ({lower_first(words)})"

    def describe_where(self, catalogue: Catalogue) -> str:
        """Name the boroughs chosen, or the whole place."""
        return listed([catalogue.boroughs[b] for b in self.borough]) if self.borough else catalogue.place

    def describe_when(self, catalogue: Catalogue) -> list[str]:
        """Name the period and each filter of time."""
        source = catalogue.sources[self.source]
        months, words = source.months, []
        compared, _ = self.windows(source)
        if compared is not None:
            words.append(windows_name(compared))
        elif months:
            first = months[0] if self.first is None else self.first
            last = months[-1] if self.last is None else self.last
            words.append(period_name(first, last))
        if self.month and compared is None:
            words.append(listed([MONTH_NAMES[m - 1] for m in self.month]) + " only")
        if self.day:
            words.append(listed([DAY_NAMES[d] + "s" for d in self.day]))
        if self.night:
            names = [f"{DAY_NAMES[d]} into {DAY_NAMES[(d + 1) % 7]}" for d in self.night]
            words.append("nights of " + listed(names))
        if self.hour:
            words.append(hours_name(self.hour))
        return words


_DEFAULTS = {f.name: f.default for f in fields(Query)}
