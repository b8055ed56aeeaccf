"""What does an answer say: the finding, what is left out, and whose data they are?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.answer.asked import Asked
from geo.answer.columns import COUNT
from geo.answer.disclosure import LARGEST_SUPPRESSED, marking
from geo.answer.margin import ROUNDING, SURE, plus_minus
from geo.answer.measures import MEASURES, measure
from geo.answer.recording import shared_out
from geo.answer.unrecorded import DEFINITION, unrecorded
from geo.answer.week import Week
from geo.ask.choices import INDICATOR
from geo.ask.factors import CODE, FACTORS
from geo.ask.words import (
    AREAS,
    MOST_NAMED,
    a,
    agree,
    counted,
    listed,
    lower_first,
    month_runs,
    named,
    percent,
    period_name,
    upper_first,
    verb,
)
from geo.stats.rates import HIDE_RATE_BELOW, UNRELIABLE_BELOW

NOT_LOADED = "Not loaded, and so not counted"


def nothing(s: Asked) -> str:
    """Say that there are no events to find anything out from; "" where there are."""
    if not s.inside.any() and s.chosen.any():
        return f"No {s.noun} are known here for the period chosen."
    return "" if s.counts[s.inside].sum() else f"No {s.noun} match these filters."


def finding(s: Asked, table: pd.DataFrame, of_layer: str) -> str:
    """Say what the layer found or, for a plain measure, which areas have the most.

    Parameters
    ----------
    s : Asked
    table : DataFrame
        That of the answer.
    of_layer : str
        What the layer found; "" lets the measure speak.
    """
    if none := nothing(s):
        return none
    if of_layer:
        return upper_first(of_layer)
    asked = MEASURES[s.query.measure]
    values = table[asked.column.name].to_numpy(float, na_value=np.nan)
    values = np.where(s.inside, values, np.nan)
    if np.isnan(values).all() or not np.nanmax(values):
        return f"Too few {s.noun} match these filters for an area to be shown."
    doubt = ""
    if asked.marked:
        sure, least = np.where(table["unreliable"].to_numpy(bool), np.nan, values), UNRELIABLE_BELOW
        if not np.nan_to_num(sure).any():
            sure, least = np.where(s.shown >= HIDE_RATE_BELOW, values, np.nan), HIDE_RATE_BELOW
            doubt = f" Every rate shown is unreliable: it rests on fewer than {UNRELIABLE_BELOW} events."
        if not np.nan_to_num(sure).any():
            why = (
                "every count above 0 is suppressed"
                if s.gate.controlled
                else f"none has {HIDE_RATE_BELOW} or more"
            )
            called = f"highest {lower_first(asked.label)} of {s.noun}"
            return f"Which {s.area} has the {called} cannot be told: {why}."
        above = int(((values > np.nanmax(sure)) & ~np.isnan(s.shown)).sum())
        values = sure
        if above:
            are = (
                "is one area with a higher rate" if above == 1 else f"are {above:,} areas with a higher rate"
            )
            doubt = f" There {are}, unreliable for resting on fewer than {least} events.{doubt}"
    most = values == np.nanmax(values)
    best = np.flatnonzero(most)
    names = [_place_name(table, int(i), s.query.level) for i in best]
    leaders = listed(names) if len(names) <= MOST_NAMED else s.areas(len(names))
    share = s.share_held(most)
    held = "" if share is None else f"{agree(len(names), '', ' together')} {_part_held(share)} of those shown"
    far = f" ± {plus_minus(s.noise[best]).max():,}" if s.loaded.noise and asked.column is COUNT else ""
    said = asked.finding.format(
        leaders=leaders,
        have=agree(len(names), "has", "have"),
        noun=s.noun,
        called=lower_first(asked.label),
        top=values[best[0]],
        each=far + agree(len(names), "", " each"),
        held=f",{held}" if held else "",
    )
    alike = _not_told_apart(s, values, best) if s.loaded.noise else best[:0]
    if len(alike):
        one = _place_name(table, int(alike[0]), s.query.level)
        others = one if len(alike) == 1 else f"{len(alike):,} others"
        said = (
            f"{said.removesuffix('.')}; {others} cannot be told apart from {agree(len(best), 'it', 'them')}."
        )
    return upper_first(said + doubt)


def _not_told_apart(s: Asked, values: np.ndarray, best: np.ndarray) -> np.ndarray:
    """Areas whose value is below that of the first ones by no more than the noise in both may make it.

    Noise is that of the counts, and moves a rate by what an event more adds to it. A suppressed count may be
    the largest of those suppressed; a rate of so few events is in no contest.
    """
    whole = MEASURES[s.query.measure].column is COUNT
    if whole:
        values = np.where(s.inside & np.isnan(s.shown), LARGEST_SUPPRESSED, values)
        an_event = np.ones(len(values))
    else:
        known = measure(s).an_event
        an_event = values / np.where(s.shown > 0, s.shown, np.nan) if known is None else known
    moved = (s.noise + ROUNDING) * an_event**2
    ahead = values[best[0]] - values
    far = SURE * np.sqrt(moved + moved[best].max())
    alike = s.inside & (ahead <= (np.ceil(far) if whole else far))
    return np.setdiff1d(np.flatnonzero(alike), best)


def _part_held(share: float) -> str:
    return "all" if share >= 1 else percent(share)


def uncovered(s: Asked) -> str:
    """Say which of the areas chosen are not reported on, or not throughout; "" where all are."""
    said = []
    for areas, what in (
        (s.chosen & (s.covered == 0), "not reported on: no data, and not 0"),
        (s.chosen & ~s.inside & (s.covered > 0), "reported on in part of the period only"),
    ):
        number = int(areas.sum())
        if not number:
            continue
        names = sorted(s.frame["borough"][areas].unique())
        where = listed(names) if len(names) <= MOST_NAMED else f"{len(names)} boroughs"
        if s.query.level != "borough":
            where = f"{counted(number, *AREAS[s.query.level])} in {where}"
        said.append(f"{where} {agree(number, 'is', 'are')} {what}")
    they = agree(int(s.chosen.sum()) - s.n, "it is", "they are")
    return f"{'; '.join(said)}; {they} in no comparison." if said else ""


def _place_name(table: pd.DataFrame, position: int, level: str) -> str:
    """Name of an area with its ward, where that says more."""
    name = str(table["name"].iloc[position])
    return f"{name} ({table['ward'].iloc[position]})" if level == "lsoa" else name


def left_out(s: Asked) -> tuple[str, ...]:
    """Say how many are on the map, what is missing from it, and what the places and times mean."""
    info, gate, selection = s.info, s.gate, s.selection
    where = f"in {s.where}" if s.query.borough else "on the map"
    said = [f"{info.counted(gate.text(int(s.counts[s.inside].sum())))} {where}."]
    said += of_other_nouns(s)
    if sentence := uncovered(s):
        others = gate.text(int(s.counts[s.chosen & ~s.inside].sum()))
        left = f" {info.counted(others)} recorded there {agree(others, 'is', 'are')} left out."
        said.append(sentence + left * (others != "0"))
    missing = selection.outside + selection.unlocated
    if missing:
        share = gate.share(missing, int(selection.by_place.sum()))
        of_all = "" if share is None else f" ({percent(share)} of all)"
        parts = ((selection.unlocated, "without a place"), (selection.outside, f"outside {s.county.place}"))
        some = listed([f"{gate.words(number)} {why}" for number, why in parts if number])
        said.append(f"{some}{of_all} {verb(gate.text(missing), 'is', 'are')} not on the map.")
    if selection.slots is not None and (untimed := s.at_any_time.untimed(s.lsoas)):
        are = verb(gate.text(untimed), "is", "are")
        number = gate.words(untimed)
        said.append(f"{number} without a known day or time {are} left out by the filter of time.")
    said += by_factors(s)
    said += _at_places(s)
    if info.finest != "lsoa":
        said.append(f"{upper_first(info.noun)} are given by {info.finest} only; nothing finer is known.")
    if info.no_months_reason:
        said.append(upper_first(info.no_months_reason))
    if not info.has_hours:
        said.append(f"No hours: {info.no_hours_reason}")
    first = info.months[0] if s.kept.first is None else s.kept.first
    last = info.months[-1] if s.kept.last is None else s.kept.last
    absent = sorted(set(range(first, last + 1)) - set(info.months))
    if absent:
        runs = named([period_name(a, b) for a, b in month_runs(absent)], "period", "periods")
        said.append(f"{NOT_LOADED}: {runs}.")
    small = s.level.of_lsoas(s.chosen)
    if (always := s.always(small)).sum() < small.sum():
        said.append(
            f"The chart of months is of the {counted(int(always.sum()), *AREAS['lsoa'])} reported on in "
            "every month loaded, so that months compare."
        )
    unheard = s.events.months[s.loaded.select(s.kept).months & ~selection.months]
    if len(unheard):
        runs = named([period_name(a, b) for a, b in month_runs(unheard.tolist())], "period", "periods")
        said.append(f"Not reported on here, and so not counted: {runs}.")
    said += shared_out(s)
    if info.place == "residence":
        said.append("Areas are where the people live, not where it happened.")
    return (*said, *of_numbers(s))


def of_numbers(s: Asked) -> tuple[str, ...]:
    """Say how small numbers are shown, whose they are, and how far from the truth: of any table of counts."""
    supplier = f"{s.info.attribution}." if s.gate.disclosure == "internal" else ""
    return tuple(filter(None, (s.gate.notice, supplier, how_far(s))))


def of_other_nouns(s: Asked) -> list[str]:
    """Say how many of the events are not called by the noun of the others."""
    said = []
    for slug, (one, noun) in s.info.nouns.items():
        if slug in (s.query.category or s.info.categories):
            apart = s.loaded.select(s.kept.replace(category=(slug,))).by_area[s.lsoas]
            if not apart.any():
                continue
            number = "All" if s.info.noun == noun else s.gate.text(int(apart.sum()))
            kind, usual = lower_first(s.info.categories[slug]), s.loaded.info
            are = agree(
                number, f"is {a(one)} of {kind}, which is not", f"are {noun} of {kind}, which are not"
            )
            said.append(f"{number} of them {are} {agree(number, a(usual.one), usual.noun)}.")
    return said


def by_factors(s: Asked) -> list[str]:
    """Say what a definition means, and what filters of persons and circumstances cannot judge."""
    said = [s.county.definitions[s.query.definition].said] if s.query.definition else []
    for name, unknown in unrecorded(s).items():
        if name == DEFINITION and not unknown:
            continue
        if name == DEFINITION:
            number = s.info.counted(s.gate.words(unknown))
            said.append(f"{number} may fit it too: too little is recorded of them to tell.")
            continue
        factor, number = FACTORS.get(name, CODE), s.info.counted(s.gate.words(unknown))
        if s.events.extra.marks(factor):
            said.append(f"{factor.label} is as marked: {s.noun} without the mark count as not so.")
            continue
        are = agree(s.gate.text(unknown), "is", "are")
        what = factor.label if factor is CODE else lower_first(factor.label)
        said.append(f"{number} without a record of {what} {are} left out.")
    if said and s.loaded.noise:
        said.append(
            "In the protected version who was involved goes by borough alone: filters of persons and "
            "circumstances tell boroughs apart, not the small areas within them."
        )
    return said


def _at_places(s: Asked) -> list[str]:
    """Say how many stand at the places of the folder's list, if any, and whether they are counted."""
    if not s.info.excluded:
        return []
    every, others = (
        int(s.loaded.select(s.kept.replace(exclude=choice)).by_area[s.lsoas].sum())
        for choice in ("", "listed")
    )
    number = s.gate.words(every - others)
    where = named(list(s.info.excluded), "place", "places")
    done = "left out" if s.query["exclude"] else "counted"
    are = verb(s.gate.text(every - others), "is", "are")
    soak = agree(len(s.info.excluded), "soaks", "soak")
    return [f"{s.info.counted(number)} at {where}, which {soak} up events, {are} {done}."]


def how_far(s: Asked) -> str:
    """Say how far protected counts lie from the true ones; "" where these are shown."""
    if not s.loaded.noise:
        return ""
    number, of_a_kind = _of_a_kind(s)
    far = [f"that of one {s.area} within {_of_one(s)}"] if s.n > 1 else []
    far += [f"the number of all within ± {how_far_off(s, s.inside):,}"]
    far += [f"{number} of one time or kind within ± {of_a_kind}"]
    return (
        f"The {s.noun} are a protected version, drawn once with noise: {listed(far)} of the true number in "
        "95 of 100 cases. Limits and tests allow for it."
    )


def how_far_cut(s: Asked) -> str:
    """Say the same beside a table of counts."""
    if not s.loaded.noise:
        return ""
    number, of_a_kind = _of_a_kind(s)
    every = f"{how_far_off(s, s.inside):,}"
    return (
        f"Counts lie within {_of_one(s)} of the true ones for one {s.area}, ± {every} for all, and "
        f"± {of_a_kind} for {number} of one time or kind, in 95 of 100 cases."
    )


def _of_one(s: Asked) -> str:
    """How far the count of one area is off, from the surest shown to the least sure: "± 5 to ± 30"."""
    known = s.inside & ~np.isnan(s.shown)
    far = plus_minus(s.noise[known if known.any() else s.inside])
    return " to ".join(dict.fromkeys(f"± {end:,}" for end in (far.min(), far.max())))


def _of_a_kind(s: Asked) -> tuple[int, int]:
    """A number of events, and how far it is off where they are of one time or kind."""
    every = max(1, int(s.counts[s.inside].sum()))
    number = 100 if every >= 200 else 10
    far = s.variance(np.array([number]), np.where(s.lsoas, 0, -1), min(1.0, number / every))
    return number, int(plus_minus(far)[0])


def how_far_off(s: Asked, areas: np.ndarray) -> int | None:
    """How far the number of some areas (bool) together may lie from the true one; None where it is true."""
    if not s.loaded.noise:
        return None
    within = np.where(s.level.of_lsoas(areas), 0, -1)
    return int(plus_minus(s.variance(np.array([int(s.counts[areas].sum())]), within))[0])


def doubtful_midnight(week: Week, noun: str, hours: tuple[int, ...]) -> tuple[str, ...]:
    """Say how many events midnight holds beyond the hours beside it, and why, if it is asked for at all."""
    if week.midnight is None or (hours and 0 not in hours):
        return ()
    return (
        f"{week.midnight.recorded:,.0f} {noun} are recorded in the hour from midnight, about "
        f"{float(f'{week.midnight.excess:.3g}'):,.0f} more than the hours beside it suggest: times may not "
        "have been known, or the peak is real.",
    )


def banner(s: Asked) -> str:
    """Marking of the data."""
    classes = [s.loaded.gate.disclosure]
    if s.query.layer == INDICATOR and (key := s.county.catalogue.indicator(s.query)):
        classes = [s.county.indicators[key].disclosure]
    return marking(classes, synthetic=s.county.synthetic)
