"""Which areas are patrolled on which day? A seeded draw.

Every day a fixed number of areas is patrolled and the others are not, so that each area is compared with
itself (a crossover) and with the others of the same day. The method is in ``docs/methods/patrol.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from geo.ask.problem import Problem

WEEK = 7


@dataclass(frozen=True)
class Design:
    """What a schedule must keep to.

    Attributes
    ----------
    areas : tuple of str
        Codes of the areas, N.
    tiers : tuple of int
        Tier of each area: each day's patrols are shared out among tiers as their areas are.
    first : date
        First day.
    days : int
        Days from the first, blackout days among them.
    a_day : int
        Areas patrolled a day.
    longest_run : int
        Days running on which an area may be patrolled.
    blackout : tuple of date
        Days on which nobody is patrolled, and which are in no comparison.
    seed : int
    """

    areas: tuple[str, ...]
    tiers: tuple[int, ...]
    first: date
    days: int
    a_day: int
    longest_run: int = 3
    blackout: tuple[date, ...] = ()
    seed: int = 1

    def __post_init__(self) -> None:
        n = len(self.areas)
        if len(set(self.areas)) != n or len(self.tiers) != n:
            raise Problem("Each area of a schedule needs a code of its own and a tier.")
        if not 0 < self.a_day < n:
            raise Problem(
                f"{self.a_day} of {n} areas a day leave nothing to compare: choose from 1 to {n - 1} a day."
            )
        if self.days < 2 * WEEK:
            raise Problem("A schedule needs at least 14 days, so that every weekday comes twice.")
        if self.longest_run < 1 or self.longest_run * (n - self.a_day) < self.a_day:
            raise Problem(
                f"With {self.a_day} of {n} areas a day, none can be kept to {self.longest_run} days running: "
                "allow more days running, or choose fewer areas a day."
            )

    @property
    def dates(self) -> tuple[date, ...]:
        """Its days, blackout days left out."""
        every = (self.first + timedelta(days=k) for k in range(self.days))
        return tuple(day for day in every if day not in set(self.blackout))


def draw(design: Design, schedules: int = 1, seed: int | None = None) -> np.ndarray:
    """Draw schedules; the first of a seed is the same whenever it is drawn.

    A day's patrols are shared out among the tiers in proportion to their areas, parts of a patrol by chance.
    Within a tier those areas go first that have had the fewest patrols, of this week counted twice and of
    this weekday, and a lot between 0 and 1. Who has had :attr:`Design.longest_run` days running rests.

    Parameters
    ----------
    design : Design
    schedules : int
        How many are drawn.
    seed : int, optional
        In place of the design's: redraws for inference need one of their own.

    Returns
    -------
    ndarray of bool, shape (schedules, N, days without blackout days)

    Examples
    --------
    >>> rowan = Design(tuple("ABCDEFGHIJKLMNOPQRSTU"), (1,) * 21, date(2026, 6, 1), 90, 7)
    >>> schedule = draw(rowan)[0]
    >>> schedule.shape, set(schedule.sum(axis=0).tolist()), int(schedule.sum())
    ((21, 90), {7}, 630)
    """
    dates, n = design.dates, len(design.areas)
    rng = np.random.default_rng(design.seed if seed is None else seed)
    tiers = [np.flatnonzero(np.array(design.tiers) == tier) for tier in sorted(set(design.tiers))]
    part = np.array([len(tier) for tier in tiers]) * design.a_day / n
    owed = np.zeros((schedules, len(tiers)))
    drawn = np.zeros((schedules, n, len(dates)), bool)
    week = np.zeros((schedules, n))
    weekday, run = np.zeros((WEEK, schedules, n)), np.zeros((schedules, n), int)
    for d, day in enumerate(dates):
        if d and (day - design.first).days // WEEK != (dates[d - 1] - design.first).days // WEEK:
            week[:] = 0
        if d and (day - dates[d - 1]).days > 1:
            run[:] = 0
        lot = rng.random((schedules, n))
        aim = np.maximum(part + owed, 0.0)
        edges = np.cumsum(aim * design.a_day / aim.sum(axis=1, keepdims=True), axis=1)
        share = np.diff(np.floor(edges + rng.random((schedules, 1)) - 1e-9).astype(int), axis=1, prepend=0)
        share[:, -1] = design.a_day - share[:, :-1].sum(axis=1)
        rank = 2 * week + weekday[day.weekday()] + lot
        rank[run >= design.longest_run] = np.inf
        today = np.zeros((schedules, n), bool)
        for k, tier in enumerate(tiers):
            place = rank[:, tier].argsort(axis=1).argsort(axis=1)
            today[:, tier] = (place < share[:, k : k + 1]) & np.isfinite(rank[:, tier])
        short = design.a_day - today.sum(axis=1)  # a tier may have too few that need no rest
        for s in np.flatnonzero(short):
            free = np.where(today[s], np.inf, rank[s])
            take = free.argsort()[: short[s]]
            today[s, take[np.isfinite(free[take])]] = True
        if (today.sum(axis=1) != design.a_day).any():
            raise Problem("No such schedule could be drawn: allow more days running, or fewer areas a day.")
        drawn[:, :, d] = today
        owed += part - np.stack([today[:, tier].sum(axis=1) for tier in tiers], axis=1)
        week += today
        weekday[day.weekday()] += today
        run = np.where(today, run + 1, 0)
    return drawn


def days_since(schedule: np.ndarray, dates: Sequence[date]) -> np.ndarray:
    """Days since the last patrol of each area before each day; -1 where there was none.

    Parameters
    ----------
    schedule : ndarray of bool, shape (…, N, D)
    dates : sequence of date, length D

    Returns
    -------
    ndarray of int, the shape of ``schedule``

    Examples
    --------
    >>> days_since(np.array([[True, False, False, True]]), [date(2026, 6, d) for d in (1, 2, 4, 5)]).tolist()
    [[-1, 1, 3, 4]]
    """
    at = np.array([day.toordinal() for day in dates])
    last = np.where(schedule, at, -1)
    last = np.maximum.accumulate(last, axis=-1)
    before = np.concatenate([np.full((*last.shape[:-1], 1), -1), last[..., :-1]], axis=-1)
    return np.where(before >= 0, at - before, -1)
