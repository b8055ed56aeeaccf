"""What should a room know of the top areas? When, where and why, in a sentence each.

:func:`briefing` tells of the first areas of a ranking what a tasking meeting asks: the night and the hours,
the change against the period before and since the last meeting, how deprived the area is, and what kinds of
event make up its number. Every number is of an :class:`~geo.answer.answer.Answer` or has passed the gate of
its source; a time is named only where it stands out. Definitions are in ``docs/present.md``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from geo.answer.answer import Answer
from geo.answer.atlas import Atlas
from geo.answer.columns import COUNT, DAGGER, PLUS_MINUS, count_of, rate_of
from geo.answer.deciles import Deciles
from geo.answer.disclosure import SUPPRESSED
from geo.answer.layers import LAYERS
from geo.answer.measures import MEASURES
from geo.answer.moments import DAYS_KNOWN, HOURS_KNOWN
from geo.answer.recording import shift
from geo.answer.said import how_far_off
from geo.answer.variation import NOT_JUDGED, variation, whole_change
from geo.answer.week import by_unit
from geo.ask.query import Query
from geo.ask.source_info import SourceInfo
from geo.ask.words import before_name, changed_by, day_name, lower_first, month_runs, period_name
from geo.stats.change import months_before
from geo.stats.midnight import without_excess
from geo.stats.peaks import clumping
from geo.tell.busiest import busiest
from geo.tell.insets import top_areas
from geo.tell.spot import Briefing, Change, Spot

LISTED, MOST = 6, 9
"""Areas that a room is shown, and how many at most where some tie with the last."""
KINDS = 3
"""Kinds of event named for an area."""

RATIO = ["change_ratio", "change_lower_ci", "change_upper_ci"]
SINCE_HIGH = "Listed because high now, so rises look large."
"""What is to be known beside the changes of areas that are chosen by the later count."""

LAST_YEAR = " in the last 12 months"
"""Of what a change is where the period asked for has none before it."""

_DEPRIVED = {
    1: "most deprived tenth",
    2: "most deprived fifth",
    9: "least deprived fifth",
    10: "least deprived tenth",
}


def briefing(atlas: Atlas, query: Query, *, seen: int | None = None, areas: Sequence[str] = ()) -> Briefing:
    """Tell of the top areas of a question, or of some areas.

    Parameters
    ----------
    atlas : Atlas
    query : Query
    seen : int, optional
        Last month that was loaded at the last meeting (see :func:`geo.ask.words.month_number`); what came
        after it is compared with the same months a year before, or with the months just before.
    areas : sequence of str
        Codes of the areas to tell of instead of the top ones.

    Returns
    -------
    Briefing
    """
    answer = atlas.answer(query.replace(clock="recorded"))
    query = answer.query
    info = atlas.catalogue.source(query)
    top = answer.table.loc[list(areas)] if areas else listed_areas(answer)
    if answer.listed:
        return _published(answer, top)
    level = atlas.levels[query.level]
    first, last = period_of(answer, info.months)
    fresh = _unseen(info.months, seen, last)
    if query.windows(info)[0] is not None:
        changes, change, _ = _day_changes(atlas, query, top.index, query.compare)
    else:
        changes, change = _changes(atlas, query, top.index, first, last)
    lately, _, until = _day_changes(atlas, query, top.index, "28-days")
    since, since_all = _changes(atlas, query, top.index, *fresh) if fresh else ({}, Change())
    asked = MEASURES[query.measure]
    several = len(query.category or info.categories) > 1
    spots = []
    for code, row in top.iterrows():
        lsoas = level.parent == level.frame.index.get_loc(code)
        name, place = _names(row)
        spots.append(
            Spot(
                code=str(code),
                rank=row["rank"],
                name=name,
                place=place,
                value=(count_of(row) if asked.column is COUNT else _number(row[asked.column.name]))
                + (DAGGER if row["unreliable"] and asked.marked else ""),
                found=_found(answer, str(code)),
                facts=_facts(answer, row, info),
                when=_when(atlas, answer, lsoas),
                change=changes.get(str(code), Change()),
                since=since.get(str(code), Change()),
                lately=lately.get(str(code), Change()),
                why=_why(level.deciles, row["imd_decile"]),
                kinds=_kinds(atlas, query, lsoas) if several else "",
            )
        )
    inside = np.isin(level.parent, np.flatnonzero(answer.compared))
    return Briefing(
        unit=asked.unit.format(noun=info.noun.capitalize()),
        spots=told_apart(spots),
        tied=_tied(answer, top),
        when=_when(atlas, answer, inside, whole=True),
        change=change,
        since=since_all,
        months_since=period_name(*fresh) if fresh else "",
        until=until,
    )


def _published(answer: Answer, top: pd.DataFrame) -> Briefing:
    """Tell of areas by the values of a layer that is not of the events: no time, kind or change of these."""
    value, *limits = answer.listed
    beside = [one for one in LAYERS[answer.query.layer].columns if one.told]
    spots = []
    for code, row in top.iterrows():
        cells = row.to_frame().T
        name, place = _names(row)
        said = ((lower_first(one.label), one.write(cells[one.name])[0]) for one in beside)
        spots.append(
            Spot(
                code=str(code),
                rank=row["rank"],
                name=name,
                place=place,
                value=value.write(cells[value.name])[0],
                found=_found(answer, str(code)),
                facts=tuple(f"{one.label} {one.write(cells[one.name])[0]}" for one in limits),
                when="",
                change=Change("; ".join(f"{label}: {text}" for label, text in said if text not in ("", "–"))),
                since=Change(),
                lately=Change(),
                why=_why(answer.deciles, row["imd_decile"]),
                kinds="",
            )
        )
    return Briefing(
        unit=answer.classes.title,
        spots=told_apart(spots),
        tied=_tied(answer, top),
        when=f"Source: {answer.source}",
        change=Change(),
        since=Change(),
        months_since="",
        until="",
    )


def listed_areas(answer: Answer) -> pd.DataFrame:
    """Rows of the areas that a room is shown, numbered alike on the map and in the list.

    The first :data:`LISTED` of the ranking that have any of the events, and those that tie with the last of
    them, at most :data:`MOST`.
    """
    top = top_areas(answer, MOST)
    if len(top) <= LISTED:
        return top
    tied = (top["rank"].iloc[LISTED:] == top["rank"].iloc[LISTED - 1]).to_numpy()
    return top[: LISTED + int(tied.sum())]


def _tied(answer: Answer, top: pd.DataFrame) -> int:
    """Areas of the last rank listed that are not listed themselves."""
    if top.empty:
        return 0
    last = top["rank"].iloc[-1]
    return int((answer.ranked["rank"] == last).sum() - (top["rank"] == last).sum())


# ---------------------------------------------------------------- when


def _when(atlas: Atlas, answer: Answer, lsoas: np.ndarray, *, whole: bool = False) -> str:
    """Busiest time in some LSOAs, under all filters but those of time of day and day.

    Of the whole it is said too why there is none, and what is left out.
    """
    loaded = atlas.sources[answer.query.source]
    if not loaded.info.has_hours:
        return f"No time of day: {loaded.info.no_hours_reason}" if whole else ""
    if loaded.gate.controlled and not whole:
        return ""  # the noise of the protected version is as large as how the times of an area differ
    selection = atlas.asked(answer.query.replace(hour=(), day=(), night=())).selection
    units, exposure = by_unit(selection, lsoas)
    units = units[:, :DAYS_KNOWN, :HOURS_KNOWN]
    clumped = clumping(units.sum(axis=2), exposure), clumping(units.sum(axis=1))
    week = units.sum(axis=0).astype(float)
    if answer.week.midnight:
        week = without_excess(week, answer.week.midnight.kept).to_numpy()

    def protect(counts: np.ndarray) -> np.ndarray:
        return loaded.gate.counts(np.rint(counts)).to_numpy(np.float64, na_value=4.0)

    protected = protect if loaded.gate.controlled else np.asarray
    words = busiest(week, exposure.sum(axis=0), protected, clumped)
    if words and whole and answer.week.midnight:
        words += ", without midnight’s excess"
    asked = answer.query.hour or answer.query.day or answer.query.night
    return f"whole week: {words}" if words and asked else words


# ---------------------------------------------------------------- what changed


def period_of(answer: Answer, months: Sequence[int]) -> tuple[int, int]:
    """First and last loaded month of a question; its own where none of it is loaded."""
    query = answer.query
    first = months[0] if query.first is None else query.first
    last = months[-1] if query.last is None else query.last
    kept = [month for month in months if first <= month <= last]
    return (kept[0], kept[-1]) if kept else (first, last)


def _unseen(months: Sequence[int], seen: int | None, last: int) -> tuple[int, int] | None:
    """The months loaded since one, in a question that reaches the last of them: their latest unbroken run."""
    new = [month for month in months if seen is not None and month > seen]
    return month_runs(new)[-1] if new and last == months[-1] else None


def _changes(
    atlas: Atlas, query: Query, areas: pd.Index, first: int, last: int
) -> tuple[dict[str, Change], Change]:
    """Change of some areas, by their codes, and of all that are shown, from the months before to some months.

    Where none are loaded before, the last twelve months are compared with the twelve before those. Empty
    where some of the later months are not loaded: both numbers stand side by side, and are not per day.
    """
    months = atlas.catalogue.sources[query.source].months
    before = months_before(first, last, months)
    on, than = (f" on {period_name(*before)}", f" in {period_name(*before)}") if before else ("", "")
    if before is None and last - first >= 23:
        first, on, than = last - 11, LAST_YEAR, " in the 12 months before the last 12"
        before = months_before(first, last, months)
    if before is None or not set(months).issuperset(range(first, last + 1)):
        return {}, Change()
    plain = _plain(query)
    now = plain.replace(layer="change", first=first, last=last)
    then = plain.replace(first=before[0], last=before[1])
    lengths = float(atlas.asked(then).days), float(atlas.asked(now).days)
    return _between(atlas, now, then, lengths, areas, on=on, than=than)


def _day_changes(
    atlas: Atlas, query: Query, areas: pd.Index, kind: str
) -> tuple[dict[str, Change], Change, str]:
    """Change of some areas, and of all that are shown, between the days of a kind of windows, and the last.

    Empty where such days cannot be compared.
    """
    now = _plain(query).replace(layer="change", compare=kind)
    compared, _ = now.windows(atlas.catalogue.sources[query.source])
    if compared is None:
        return {}, Change(), ""
    then = _plain(query).within(compared.before, by_month=compared.by_month)
    lengths = float(compared.before.days), float(compared.after.days)
    words = before_name(compared)
    found = _between(atlas, now, then, lengths, areas, on=f" on {words}", than=f" in {words}")
    return *found, day_name(compared.after.stop)


def _plain(query: Query) -> Query:
    """The same question for counts, as any view asks it."""
    return query.replace(layer="measure", measure="count", overlay="none", area="", compare="")


def _between(
    atlas: Atlas,
    now: Query,
    then: Query,
    lengths: tuple[float, float],
    areas: pd.Index,
    *,
    on: str,
    than: str,
) -> tuple[dict[str, Change], Change]:
    """Change of some areas, and of all that are shown, to a question for change from an earlier one."""
    asked, earlier = atlas.asked(now), atlas.asked(then)
    if why := shift(asked, earlier, than.removeprefix(" in ")):
        change = Change("not compared: recording changed", numbers=why)
        return {str(code): replace(change, numbers="") for code in areas}, change
    new, old = atlas.answer(now), atlas.answer(then)
    table, before_ = new.table.reindex(areas), old.table.reindex(areas)
    far = [[_far(one.get(PLUS_MINUS.name)) for _, one in rows.iterrows()] for rows in (before_, table)]
    changes = {
        str(code): _change(
            before_["count"].iloc[at],
            row["count"],
            tuple(row[RATIO]),
            row["change"],
            on=on,
            than=than,
            far=(far[0][at], far[1][at]),
        )
        for at, (code, row) in enumerate(table.iterrows())
    }
    both = asked.beside(earlier).inside
    before, after = (one.gate.count(int(one.counts[both].sum())) for one in (earlier, asked))
    if not before or not after:
        return changes, Change()
    whole = whole_change(variation(asked.beside(earlier), earlier, lengths), before, after, lengths)
    ratio = tuple(whole[["ratio", "ratio_lower", "ratio_upper"]])
    wide = tuple(_far(how_far_off(one, both)) for one in (earlier, asked))
    return changes, _change(before, after, ratio, whole["change"], on=on, than=than, far=wide)


def _far(plus_minus: float | None) -> str:
    """How far a number may lie from the true one, as it stands behind it; "" for a true one."""
    return "" if plus_minus is None or pd.isna(plus_minus) else f" ± {plus_minus:,.0f}"


def _change(
    old: int,
    new: int,
    ratio: Sequence[float],
    change: str,
    *,
    on: str,
    than: str,
    far: Sequence[str] = ("", ""),
) -> Change:
    """Say a change from an old number to a new one, ``on`` and ``than`` what, and the limits of its ratio."""
    if pd.isna(old) or pd.isna(new):
        return Change("change not shown: small numbers")
    numbers = f"{new:,}{far[1]} against {old:,}{far[0]}{than}"
    if change == NOT_JUDGED:
        return Change("not judged: other months of the year", "", numbers)
    if change not in ("up", "down"):
        return Change("no clear change" + (on if on == LAST_YEAR else ""), "", numbers)
    size = f"from none to {new:,}"
    if np.isfinite(ratio[0]) and old:
        size = changed_by(*ratio)
    return Change(f"{change} {size}{on}", change, numbers)


# ---------------------------------------------------------------- where and why


def told_apart(spots: Sequence[Spot]) -> tuple[Spot, ...]:
    """The areas, those that share a name called by the end of their own name too: "South 021B"."""
    names = [spot.name for spot in spots]
    return tuple(
        replace(spot, name=f"{spot.name} {end[1]}", place=spot.place.removesuffix(end[0]))
        if names.count(spot.name) > 1 and (end := re.search(r" (\d{3}[A-Z]{1,2})$", spot.place))
        else spot
        for spot in spots
    )


def _names(row: pd.Series) -> tuple[str, str]:
    """Name that a room knows an area by, or that of its ward; and what tells it from others."""
    name = str(row["known"] or row["ward"] or row["name"])
    place = str(row["name"] if row["name"] != name else row["borough"])
    return name, place if place != name else ""


def _found(answer: Answer, code: str) -> str:
    """What the layer has found of an area; "" where it shows the measure."""
    position = answer.codes[answer.table.index.get_loc(code)]
    return "" if answer.query.layer == "measure" else answer.classes.said[position]


def _facts(answer: Answer, row: pd.Series, info: SourceInfo) -> tuple[str, ...]:
    """The number that does not rank the area."""
    if answer.query.measure == "count":
        other = "" if pd.isna(row["rate_per_1000_year"]) else f"{rate_of(row)} per 1,000 a year"
    else:
        other = info.counted(count_of(row))
    return (other,) if other else ()


def _why(deciles: Deciles, decile: int) -> str:
    """Say how deprived an area is, of all of its kind in England."""
    if pd.isna(decile):
        return ""
    known = _DEPRIVED.get(int(decile)) if not deciles.averaged else None
    if deciles.level == "lsoa":
        return known or f"deprivation decile {decile} of 10"
    return deciles.said(known or f"deprivation decile {decile}")


def _kinds(atlas: Atlas, query: Query, lsoas: np.ndarray) -> str:
    """Name the commonest kinds of event in some LSOAs, with their shares."""
    loaded = atlas.sources[query.source]
    counts = atlas.asked(query).selection.by_category(lsoas).sort_values(ascending=False, kind="stable")
    shares = {str(kind): loaded.gate.share(int(n), int(counts.sum())) for kind, n in counts[:KINDS].items()}
    named = [f"{kind} {share:.0%}" for kind, share in shares.items() if share]
    return ", ".join([*named[:1], *(lower_first(name) for name in named[1:])])


def _number(value: float) -> str:
    """Count or rate for a room: whole from ten up."""
    if pd.isna(value):
        return SUPPRESSED
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:,.1f}"
