"""What does a needs assessment say?

:func:`assess` rebuilds the tables and figures of a Strategic Needs Assessment of violence from what is
loaded, for any period, boroughs and set of sources. It numbers the exhibits of :mod:`geo.tell.exhibits`,
gathers their findings, and lists what cannot be made with the reason. The page, the Word document and the PDF
all draw from the same :class:`Assessment`, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from geo.answer.atlas import Atlas
from geo.answer.disclosure import marking
from geo.answer.said import how_far, how_far_cut, uncovered
from geo.ask.notice import MOST_OFFERED
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.ask.refusal import Refused, search_of
from geo.ask.words import AREAS, MONTH_NAMES, listed, lower_first, month_runs, named, period_name
from geo.tell.credits import credits
from geo.tell.exhibits import EXHIBITS, PLACE, PUBLISHED, SERVICES
from geo.tell.exhibits.exhibit import Exhibit, NotPossible
from geo.tell.exhibits.part import Part
from geo.tell.indicators import sources_of

VIOLENCE = "violence-and-sexual-offences"
"""The category assessed of a source that has it, unless others are chosen."""

HEADLINES = "totals hotspot_map top_quintile dsr most_deprived excess day_by_hour agreement".split()
"""Exhibits whose finding opens its section."""


Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Section:
    """The exhibits of one source, of the place itself, or of several sources together.

    Attributes
    ----------
    key, title : str
    source : str
        Who made the data; goes under each exhibit.
    findings : tuple of str
    exhibits : tuple of Exhibit
    missing : tuple of (str, str)
        Exhibits that could not be made, and why.
    notes : tuple of str
        What of the filters could not be taken.
    """

    key: str
    title: str
    source: str
    findings: tuple[str, ...]
    exhibits: tuple[Exhibit, ...]
    missing: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Assessment:
    """A whole needs assessment.

    Attributes
    ----------
    title, place, where, banner : str
        ``place`` is the county, ``where`` the boroughs chosen; the banner is the marking of the data.
    made : date
    query : Query
        The filters as asked.
    version : str
        Hash of the data.
    sections : tuple of Section
    caveats : tuple of str
    command : str
        What makes it again; "" for that of a needs assessment.
    methods : tuple of str
        Pages of docs/methods that it quotes; none for those of a needs assessment.
    """

    title: str
    place: str
    where: str
    banner: str
    made: date
    query: Query
    version: str
    sections: tuple[Section, ...]
    caveats: tuple[str, ...]
    command: str = ""
    methods: tuple[str, ...] = ()

    @property
    def made_text(self) -> str:
        """Date in words, "20 November 2026"."""
        return f"{self.made.day} {MONTH_NAMES[self.made.month - 1]} {self.made.year}"

    @property
    def exhibits(self) -> dict[str, Exhibit]:
        """All exhibits by "section/key", in order."""
        return {f"{part.key}/{exhibit.key}": exhibit for part in self.sections for exhibit in part.exhibits}

    def exhibit(self, section: str, key: str) -> Exhibit:
        """One exhibit by its section and key.

        Raises
        ------
        KeyError
            If it is not there.
        """
        return self.exhibits[f"{section}/{key}"]


def assess(
    atlas: Atlas,
    query: Query,
    sources: Sequence[str] = (),
    *,
    made: date | None = None,
    progress: Progress = lambda done, total, name: None,
) -> Assessment:
    """Rebuild a needs assessment.

    Parameters
    ----------
    atlas : Atlas
    query : Query
        Its period, boroughs and filters of time hold for every source; its categories for its own source.
        Without categories, violence is assessed where a source tells it from other offences.
    sources : sequence of str, optional
        Keys of the sources; all that are loaded by default.
    made : date, optional
        Today by default.
    progress : callable, optional
        Told (exhibits done, exhibits in all, name of the one at work).

    Returns
    -------
    Assessment

    Raises
    ------
    Problem
        If a source is not loaded.
    """
    keys = tuple(dict.fromkeys(sources)) or tuple(atlas.sources)
    for key in keys:
        if key not in atlas.sources:
            raise Problem(f"The source “{key}” is not loaded: choose from {listed(list(atlas.sources))}.")
    steps = _Steps(
        progress, len(PLACE) + len(PUBLISHED) + len(keys) * len(EXHIBITS) + len(SERVICES) * (len(keys) > 1)
    )
    parts = {key: part_of(atlas, query, key) for key in keys}
    first, _ = parts[keys[0]]
    title = f"The place and its people: {first.where}"
    sections = [_section("place", title, " ".join(credits(atlas)), makers=PLACE, of=first, steps=steps)]
    for key, (part, notes) in parts.items():
        sections.append(_of_source(key, part, notes, steps, outside=_outside(part, query)))
    usable = [part for part, _ in parts.values() if part.total and not _outside(part, query)]
    if len(keys) > 1:
        title = f"Several services together: {first.where}"
        source = "; ".join(dict.fromkeys(p.loaded.info.attribution or p.loaded.info.label for p in usable))
        if len(usable) > 1:
            sections.append(_section("together", title, source, makers=SERVICES, of=usable, steps=steps))
        else:
            why = (("All tables", "fewer than two of the sources have events under these filters."),)
            sections.append(Section("together", title, "", (), (), why))
    title = f"Indicators: {first.where}"
    sections.append(_section("indicators", title, sources_of(atlas), makers=PUBLISHED, of=first, steps=steps))
    steps.end()
    return Assessment(
        title=f"Needs assessment of {_topic(usable or [first])}: {first.where}",
        place=atlas.place,
        where=first.where,
        banner=_banner(atlas, keys),
        made=made or date.today(),
        query=query,
        version=atlas.version,
        sections=_numbered(sections),
        caveats=_caveats(atlas, keys, query),
    )


def _topic(parts: Sequence[Part]) -> str:
    """What is assessed, by the sources that have it: "violence and A&E attendances"."""

    def topic(part: Part) -> str:
        if part.query.category == (VIOLENCE,):
            return "violence"
        named_so = part.query.category or part.query.definition
        return lower_first(part.what if named_so else part.loaded.info.label)

    return listed([topic(part) for part in parts])


def asked(
    atlas: Atlas, url: str = "", *, first: str = "", last: str = "", boroughs: Sequence[str] = ()
) -> Query:
    """Filters of an assessment from an address of the page, and from what is named beside it.

    Parameters
    ----------
    atlas : Atlas
    url : str
        Address, or what follows its "?".
    first, last : str
        Months as YYYY-MM; they take the place of those of the address.
    boroughs : sequence of str
        Names or codes; they take the place of those of the address.

    Returns
    -------
    Query
        Not checked against a source, since each is checked for itself.

    Raises
    ------
    Refused
        If something cannot be taken, by none of the sources covered.
    Problem
        If no events are loaded.
    """
    atlas.catalogue.needs_events()
    query, notices = Query.parse(search_of(url))
    begin, more = Query.parse(f"from={first}" if first else "")
    end, most = Query.parse(f"to={last}" if last else "")
    names = {name.casefold(): code for code, name in atlas.catalogue.boroughs.items()}
    codes = [names.get(b.casefold(), b) for b in (boroughs or query.borough)]
    notices = [*notices, *more, *most]
    for code in codes:
        if code not in atlas.catalogue.boroughs:
            known = named(list(atlas.catalogue.boroughs.values()), *AREAS["borough"], most=MOST_OFFERED)
            notices.append(f"There is no borough “{code}” here; there is {known}.")
    query = query.replace(
        first=query.first if begin.first is None else begin.first,
        last=query.last if end.last is None else end.last,
        borough=tuple(code for code in dict.fromkeys(codes) if code in atlas.catalogue.boroughs),
    )
    if query.first is not None and query.last is not None and query.first > query.last:
        notices.append("The period ends before it begins.")
    notices += takeable(atlas, query)[1]
    if notices:
        raise Refused(notices)
    return query


def takeable(atlas: Atlas, query: Query) -> tuple[Query, list[str]]:
    """Return the nearest filters that a source covered can take whole, and what was changed.

    A filter that only some of the sources can take holds for these; the sections of the others say so.

    Parameters
    ----------
    atlas : Atlas
    query : Query
        Not checked.
    """
    catalogue = atlas.catalogue
    own = query.source or next(iter(catalogue.sources), "")
    covered = [key for key in query.sources if key in catalogue.sources] or list(catalogue.sources)
    alone = query.category or own not in catalogue.sources
    found = [catalogue.check(query.replace(source=key)) for key in ([own] if alone else covered)]
    nearest, notices = next((one for one in found if not one[1]), found[0])
    return nearest if alone else nearest.replace(source=own), notices


def assessed(atlas: Atlas, query: Query, source: str) -> tuple[str, ...]:
    """Categories of a source that are assessed: those chosen, else violence where it has that; () is all."""
    if query.category and source == (query.source or next(iter(atlas.sources))):
        return query.category
    defined = atlas.definitions.get(query.definition)
    if VIOLENCE in atlas.catalogue.sources[source].categories and (
        defined is None or defined.source != source
    ):
        return (VIOLENCE,)
    return ()


def part_of(atlas: Atlas, query: Query, source: str) -> tuple[Part, tuple[str, ...]]:
    """One source under the filters of an assessment.

    Parameters
    ----------
    atlas : Atlas
    query : Query
        Filters; those that the source cannot take are left out.
    source : str

    Returns
    -------
    part : Part
    notes : tuple of str
        What was left out, a sentence each.
    """
    asked = query.replace(
        source=source,
        sources=(),
        category=assessed(atlas, query, source),
        area="",
        layer="measure",
        measure="count",
        level="lsoa",
        domain="imd",
        view="assess",
    )
    checked, notices = atlas.catalogue.check(asked)
    return Part(atlas, checked, atlas.sources[source].gate), tuple(notices)


class _Steps:
    """Counts the exhibits done."""

    def __init__(self, progress: Progress, total: int) -> None:
        self.progress, self.total, self.done = progress, total, 0

    def next(self, name: str) -> None:
        """Say which exhibit is made next."""
        self.progress(self.done, self.total, name)
        self.done += 1

    def end(self) -> None:
        """Say that all are made."""
        self.progress(self.total, self.total, "")


def _outside(part: Part, query: Query) -> bool:
    """Whether the source has none of the months asked for, so that the period had to be dropped."""
    info = part.loaded.info
    return bool(info.months) and not info.kept(query.first, query.last, query.month)


def _of_source(key: str, part: Part, notes: tuple[str, ...], steps: _Steps, *, outside: bool) -> Section:
    """Section of one source; where its months or events are not there, it says so."""
    info = part.asked.info
    loaded = named([period_name(a, b) for a, b in month_runs(info.months)], "period", "periods")
    why = ""
    if outside:
        why = f"no {info.noun} are loaded for the months asked for; loaded are {loaded}."
    elif not part.total:
        why = f"no {info.noun} match these filters."
    if why:
        for name, _ in EXHIBITS.values():
            steps.next(name)
        return Section(key, info.label, info.attribution, (), (), (("All tables and figures", why),))
    title = f"{part.what}, {part.when}"
    section = _section(key, title, info.attribution or info.label, makers=EXHIBITS, of=part, steps=steps)
    return replace(section, notes=notes)


def _section(
    key: str,
    title: str,
    source: str,
    *,
    makers: Mapping[str, tuple[str, Callable[[Any], Exhibit]]],
    of: Part | Sequence[Part],
    steps: _Steps,
) -> Section:
    """Make what can be made of some exhibits."""
    exhibits: list[Exhibit] = []
    missing: list[tuple[str, str]] = []
    for name, make in makers.values():
        steps.next(f"{title}: {name[0].lower()}{name[1:]}")
        try:
            made = make(of) if key == "place" else with_margins(make(of), of)
            exhibits.append(replace(made, name=name).shortened())
        except NotPossible as reason:
            missing.append((name, str(reason)))
    opening = exhibits if makers is not EXHIBITS else [e for e in exhibits if e.key in HEADLINES]
    findings = tuple(e.finding for e in opening if e.finding)
    return Section(key, title, source, findings, tuple(exhibits), tuple(missing))


def with_margins(exhibit: Exhibit, of: Part | Sequence[Part]) -> Exhibit:
    """Say beside counts of a protected version how far they may lie from the true ones."""
    parts = [of] if isinstance(of, Part) else of
    if not any(pd.api.types.is_integer_dtype(kind) for kind in exhibit.table.dtypes):
        return exhibit
    said = {part.loaded.info.label: how_far_cut(part.asked) for part in parts}
    told = [f"{label}: {lower_first(far)}" if len(parts) > 1 else far for label, far in said.items() if far]
    return replace(exhibit, caveats=(*exhibit.caveats, *told))


def _numbered(sections: Sequence[Section]) -> tuple[Section, ...]:
    numbers = {"Table": 0, "Figure": 0}
    result = []
    for section in sections:
        exhibits = []
        for exhibit in section.exhibits:
            numbers[exhibit.kind] += 1
            exhibits.append(replace(exhibit, place=numbers[exhibit.kind]))
        result.append(replace(section, exhibits=tuple(exhibits)))
    return tuple(result)


def _banner(atlas: Atlas, keys: Sequence[str]) -> str:
    classes = [atlas.sources[key].gate.disclosure for key in keys]
    classes += [one.disclosure for one in atlas.indicators.values()]
    return marking(classes, synthetic=atlas.synthetic)


def _caveats(atlas: Atlas, keys: Sequence[str], query: Query) -> tuple[str, ...]:
    said = []
    if atlas.synthetic:
        said.append(
            "The data are synthetic: made by the program to show what it does. No person or event is real."
        )
    infos = [atlas.sources[key].info for key in keys]
    for key in keys:
        asked = atlas.asked(query.replace(source=key, level="lsoa", area="", group=()))
        if sentence := uncovered(asked):
            said.append(f"{asked.info.label}: {sentence}")
        if sentence := how_far(asked):
            said.append(sentence)
    if query.definition in atlas.definitions:
        said.append(atlas.definitions[query.definition].said)
    at_home = [info.label for info in infos if info.place == "residence"]
    if at_home:
        said.append(f"{listed(at_home)} are counted where the people live, not where it happened.")
    for info in infos:
        if info.months and info.gaps:
            gaps = [period_name(a, b) for a, b in month_runs(info.gaps)]
            some = named(gaps, "period", "periods")
            said.append(f"Not loaded of {lower_first(info.label)}, gaps and not zeros: {some}.")
    by_notice: dict[str, list[str]] = {}
    for key in keys:
        by_notice.setdefault(atlas.sources[key].gate.notice, []).append(atlas.sources[key].info.label)
    said += [f"{listed(labels)}: {lower_first(notice)}" for notice, labels in by_notice.items() if notice]
    if query.borough:
        said.append("Comparisons are with the boroughs chosen, not with the whole county.")
    said.append(
        "Rates are for residents: town centres have few residents and many visitors. "
        "Findings with “significantly” or “more than chance” hold at the 95% level unless another is named."
    )
    return tuple(said)
