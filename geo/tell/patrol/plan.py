"""Which areas should be patrolled, how good is that choice, and how long must a trial last?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.answer.answer import Answer
from geo.answer.asked import Asked
from geo.answer.atlas import Atlas
from geo.answer.daily import by_day, last_year, needs_days
from geo.answer.disclosure import ASSUMED
from geo.answer.layers import of_events
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.ask.refusal import Refused
from geo.ask.words import AREAS, counted, percent, period_name, verb
from geo.stats import confidence
from geo.stats.concentration import rank_labels, top_n
from geo.stats.displacement import regression_to_the_mean
from geo.stats.midnight import Midnight
from geo.stats.patrol_power import power
from geo.stats.patrol_record import Record
from geo.stats.patrol_schedule import Design
from geo.tell.patrol.ranking import RANKINGS, protected
from geo.tell.patrol.wish import SAID, Wish

YEAR = 12
DAY, NIGHT = tuple(range(7, 19)), (*range(19, 24), *range(7))
"""Hours of the lists of day and night."""
SHIFTS = {"07:00 to 18:59": DAY, "19:00 to 06:59": NIGHT}
"""What each list is called."""


@dataclass(frozen=True)
class Plan:
    """Areas for patrols.

    Attributes
    ----------
    query : Query
        What they were chosen by.
    wish : Wish
    description, banner : str
        The question in words, and the marking of its data.
    table : DataFrame
        On the codes of the areas chosen, the first first: ``tier`` (1 the highest), ``rank`` (text, ``=`` on
        ties), ``name``, ``borough``, ``value``, ``count`` (protected) and ``at_edge`` (shares the last place
        with areas that were not drawn).
    shifts : dict of str to DataFrame
        Where hours are known, the first areas by protected count at the hours of :data:`SHIFTS`, as many as
        are planned and those that share the last place: on their codes ``rank`` (text, ``=`` on ties),
        ``name``, ``count`` (protected) and ``planned``.
    midnight : Midnight or None
        Where 00:00 stands out: the counts of the night are without its excess.
    sentences : tuple of str
        What they cover and leave out, what ties there were, how this ranking did before, what of a fall will
        be regression to the mean, what it takes of a patrol.
    power : DataFrame
        As :func:`geo.stats.patrol_power.power`; empty where it cannot be told.
    why_no_power : str
    """

    query: Query
    wish: Wish
    description: str
    banner: str
    table: pd.DataFrame
    shifts: dict[str, pd.DataFrame]
    midnight: Midnight | None
    sentences: tuple[str, ...]
    power: pd.DataFrame
    why_no_power: str

    @property
    def design(self) -> Design:
        """The design of a schedule for its areas."""
        wish = self.wish
        return Design(
            areas=tuple(self.table.index),
            tiers=tuple(self.table["tier"].tolist()),
            first=wish.first,
            days=wish.days,
            a_day=wish.a_day,
            longest_run=wish.longest_run,
            blackout=wish.blackout,
            seed=wish.seed,
        )

    def record(self, version: str) -> Record:
        """Draw its schedule, and record it with what it was drawn for."""
        said = self.wish.to_pairs()
        notes = {name: said[name] for name in ("by", "minutes", "visits", "looks")}
        return Record.drawn(self.design, self.query.to_search(), version, **notes)


def plan(atlas: Atlas, query: Query, wish: Wish) -> Plan:
    """Choose areas for patrols.

    Parameters
    ----------
    atlas : Atlas
    query : Query
        Checked: what is counted, where and when.
    wish : Wish

    Raises
    ------
    Problem
        If too few areas have anything to rank by, or the ranking needs what is not loaded.
    """
    query = of_events(query)
    asked, answer = atlas.asked(query), atlas.answer(query)
    if strange := [code for code in wish.without if code not in asked.frame.index]:
        raise Refused(
            [
                f"{SAID['without']}: “{strange[0][:40]}” is no code of a {AREAS[query.level][0]} here, as "
                f"{asked.frame.index[0]} is one."
            ]
        )
    candidate = asked.inside & ~np.isin(asked.frame.index, wish.without)
    values = np.where(candidate, RANKINGS[wish.by].values(asked), np.nan)
    series = pd.Series(values, asked.frame.index)
    top = top_n(series, wish.areas)
    if len(top) < wish.areas:
        if not len(top):
            raise Problem(f"No {AREAS[query.level][0]} can be ranked by this: rank them by another.")
        raise Problem(
            f"Only {counted(len(top), *AREAS[query.level])} can be ranked by this: plan fewer areas, or "
            "rank them by another."
        )
    lot = np.random.default_rng(wish.seed).random(len(top))
    chosen = top.index[np.lexsort([lot, -top["count"].to_numpy()])][: wish.areas]
    mine = asked.frame.index.isin(chosen)
    tiers = np.repeat(
        np.arange(1, wish.tiers + 1), [len(part) for part in np.array_split(chosen, wish.tiers)]
    )
    frame = asked.frame.loc[chosen]
    table = pd.DataFrame(
        {
            "tier": tiers,
            "rank": rank_labels(series)[chosen],
            "name": frame["name"],
            "borough": frame["borough"],
            "value": series[chosen],
            "count": pd.Series(asked.protected(asked.counts), asked.frame.index)[chosen],
            "at_edge": top.loc[chosen, "at_edge"],
        }
    )
    falls = _regression(asked, mine)
    needed, why = _power(asked, mine, wish, falls)
    midnight = asked.ask(clock="recorded").week().midnight
    sentences = (
        _covers(asked, mine, wish),
        *_ties(top, wish, asked),
        _back_test(asked, wish),
        *_falls(falls),
        _capacity(wish),
        *_excluded(atlas, query, answer),
    )
    return Plan(
        query,
        wish,
        answer.description,
        answer.banner,
        table,
        _shifts(asked, candidate, mine, wish, 1.0 if midnight is None else midnight.kept),
        midnight,
        tuple(filter(None, sentences)),
        needed,
        why,
    )


def _shifts(
    asked: Asked, candidate: np.ndarray, mine: np.ndarray, wish: Wish, kept: float
) -> dict[str, pd.DataFrame]:
    """The first areas by day and by night, of which a part of the events at midnight is kept."""
    if not asked.events.has_hours or asked.query.hour:
        return {}
    index, found = asked.frame.index, {}
    excess = (1 - kept) * asked.ask(hour=(0,)).counts if kept < 1 else 0
    for name, hours in SHIFTS.items():
        counts = asked.ask(hour=hours).counts
        counts = asked.protected(np.rint(counts - excess * (0 in hours)).astype(np.int64))
        known = counts.to_numpy(np.float64, na_value=ASSUMED)
        first = top_n(pd.Series(np.where(candidate, known, np.nan), index), wish.areas)
        found[name] = pd.DataFrame(
            {
                "rank": first["rank"],
                "name": asked.frame["name"][first.index],
                "count": pd.Series(counts, index)[first.index],
                "planned": pd.Series(mine, index)[first.index],
            }
        )
    return found


def _covers(asked: Asked, mine: np.ndarray, wish: Wish) -> str:
    """What share of events, land and residents the areas hold, and what is left out."""
    share = asked.share_held(mine)
    land = asked.level.shapes.geometry.area.to_numpy()
    people = np.nan_to_num(asked.population)
    parts = [f"{percent(land[mine].sum() / land[asked.inside].sum())} of the land"]
    if people[asked.inside].sum():
        parts.append(f"{percent(people[mine].sum() / people[asked.inside].sum())} of the residents")
    held = "a share that is not shown" if share is None else percent(share)
    left = (
        ""
        if share is None
        else f" {percent(1 - share)} of the {asked.noun} lie elsewhere, out of the plan's reach."
    )
    said = f"The {wish.areas} areas hold {held} of the {asked.noun} in {' and '.join(parts)}.{left}"
    if outside := int(asked.selection.unlocated + asked.selection.outside):
        said += f" {asked.gate.words(outside)} more have no place in the county, and are in no area's count."
    return said


def _ties(top: pd.DataFrame, wish: Wish, asked: Asked) -> tuple[str, ...]:
    """Which place is shared by more areas than there is room for."""
    tied = int(top["at_edge"].sum())
    if not tied:
        return ()
    room = wish.areas - (len(top) - tied)
    areas = AREAS[asked.query.level][1]
    return (
        f"The last place is shared by {tied} {areas}, of which {room} {verb(room, 'was', 'were')} drawn by "
        "lot (the seed's).",
    )


def _back_test(asked: Asked, wish: Wish) -> str:
    """How the same ranking would have done: chosen on one year, measured on the next."""
    months = set(asked.months)
    last = asked.query.last or max(months)
    if not months.issuperset(range(last - 2 * YEAR + 1, last + 1)):
        return "This ranking cannot be tested on a later year: it needs two years loaded without a gap."
    middle = last - YEAR + 1
    before, after = (
        asked.ask(first=a, last=b, month=(), compare="")
        for a, b in ((middle - YEAR, middle - 1), (middle, last))
    )
    inside = before.inside & after.inside & ~np.isin(asked.frame.index, wish.without)
    try:
        values = np.where(inside, RANKINGS[wish.by].values(before), np.nan)
    except Problem as problem:
        return f"This ranking cannot be tested on a later year: {problem}"
    top = top_n(pd.Series(values, asked.frame.index), wish.areas).index[: wish.areas]
    chosen = asked.frame.index.isin(top)[inside]
    tested = confidence.back_test(chosen, protected(before)[inside], protected(after)[inside])
    one, other = period_name(middle - YEAR, middle - 1), period_name(middle, last)
    label = RANKINGS[wish.by].label.partition(":")[0]
    name = f"{len(top)} first areas by {label[0].lower()}{label[1:]} in {one}"
    said = confidence.back_test_sentence(tested, asked.noun, name, other, beside_count=wish.by != "count")
    return f"Back-test: {said}"


def _regression(asked: Asked, mine: np.ndarray) -> float:
    """Share by which the areas will fall by themselves; NaN where it cannot be told."""
    inside = asked.inside
    return regression_to_the_mean(np.round(protected(asked)[inside]), mine[inside]).share


def _falls(share: float) -> tuple[str, ...]:
    if not np.isfinite(share) or share <= 0:
        return ()
    about = "less than 1%" if share < 0.01 else f"about {share:.0%}"
    return (
        "Regression to the mean: these areas were chosen because they are high, and would fall by "
        f"{about} in as long a time if nobody patrolled them. A comparison of before and after alone would "
        "call that a success.",
    )


def _capacity(wish: Wish) -> str:
    """What the plan takes of a patrol."""
    hours = wish.a_day * wish.visits * wish.minutes / 60
    days = wish.days - len(wish.blackout)
    return (
        f"Each day {wish.a_day} of the {wish.areas} areas are visited {_times(wish.visits)} for "
        f"{wish.minutes} minutes: {hours:,.1f} hours on the ground a day, {hours * days:,.0f} in {days} "
        "days, the way there not counted."
    )


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def _excluded(atlas: Atlas, query: Query, answer: Answer) -> tuple[str, ...]:
    """Whether places that soak up events are left out."""
    if not atlas.snapshot.has("exclusions"):
        return (
            "No list of places that soak up events, such as custody suites, hospitals and prisons, is loaded "
            "(hotspots import exclusions): look whether an area is high for one of these.",
        )
    if query["exclude"]:
        return ()
    return (
        "Listed places that soak up events count here: leave them out with the filter “Places that soak up "
        "events” (exclude=listed in the address).",
    )


def _power(asked: Asked, mine: np.ndarray, wish: Wish, falls: float) -> tuple[pd.DataFrame, str]:
    """Days needed to see reductions, from the last twelve months, less what will fall by itself."""
    try:
        needs_days(asked)
        history = by_day(asked, last_year(asked))[mine]
    except Problem as problem:
        return pd.DataFrame(columns=["days", "chance"]), str(problem)
    kept = 1 - max(0.0, falls) if np.isfinite(falls) else 1.0
    found = power(history, wish.a_day, days=max(1, int((wish.days - len(wish.blackout)) * kept)))
    found["days"] = np.ceil(found["days"] / kept)
    return found, ""
