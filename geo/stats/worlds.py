"""What would the events look like if nothing were going on?

A :class:`World` draws events in which there is nothing to find: no place is hotter than chance makes it, and
nothing changes. Verdicts are tried on them (:mod:`geo.tell.calibration`). The definitions, and which verdict
claims to be a test of which world, are in ``docs/methods/calibration.md``.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from geo.stats.weights import Neighbours

HALF = 12
MONTHS = 2 * HALF
"""Months of a world: twelve that are asked about, and the twelve before."""
HOURS = np.arange(24)
NONE = np.zeros(24)
SHARP = np.exp(-(np.minimum(HOURS, 24 - HOURS) ** 2) / (2 * 0.7**2))
SHARP /= SHARP.sum()
"""A night that is one sharp peak at midnight."""
UNTIL_ONE, UNTIL_FOUR = (np.isin(HOURS, [*range(19, 24), *range(end)]) / 6 for end in (1, 4))
"""Nights that begin at 19:00 and are as busy until they end."""
ROUNDS = 8
"""How often risk is averaged with that of the neighbours to make it smooth."""


@dataclass(frozen=True)
class Ground:
    """What a world is drawn over.

    Attributes
    ----------
    area, month : ndarray of int, shape (N,)
        Area of each real event, and its month: 0 is the first of :data:`MONTHS`.
    residents : ndarray of float, shape (n,)
        Of each area.
    neighbours : Neighbours
        Of the areas.
    pattern : ndarray of float, shape (n,), optional
        Weight of each area in a pattern that several sources share; where left out, that of its own events.
    """

    area: np.ndarray
    month: np.ndarray
    residents: np.ndarray
    neighbours: Neighbours
    pattern: np.ndarray | None = None

    @property
    def n(self) -> int:
        """Number of areas."""
        return len(self.residents)

    def thinned(self, per_area: float, rng: np.random.Generator) -> Ground:
        """The same ground with so few of its events that an area has this many on average."""
        number = min(len(self.area), round(per_area * self.n))
        kept = np.sort(rng.choice(len(self.area), number, replace=False))
        return replace(self, area=self.area[kept], month=self.month[kept])


Draw = Callable[[Ground, np.random.Generator], tuple[np.ndarray, np.ndarray]]
When = Callable[[np.ndarray, np.random.Generator], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class World:
    """One way in which nothing happens.

    Attributes
    ----------
    key : str
    label : str
        What is so in it, "every area is as likely as every other".
    draw : callable
        Ground and generator to the area and the month of each event, as in :class:`Ground`.
    asked : int
        Months that a question on it is about, the first of them being the thirteenth.
    when : callable or None
        Month number of each event and generator to its day of the month and its hour; None where a world is
        not about them.
    """

    key: str
    label: str
    draw: Draw
    asked: int = HALF
    when: When | None = None


# ---------------------------------------------------------------- where


def _placed(weight: np.ndarray, number: int, rng: np.random.Generator) -> np.ndarray:
    """Areas of events that fall by weight."""
    return rng.choice(len(weight), number, p=weight / weight.sum())


def _equal(ground: Ground, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return rng.integers(ground.n, size=len(ground.area)), ground.month


def _by_residents(ground: Ground, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return _placed(ground.residents, len(ground.area), rng), ground.month


def _dealt(ground: Ground, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return rng.permutation(ground.n)[ground.area], ground.month


def _rates(ground: Ground, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    rate = np.bincount(ground.area, minlength=ground.n) / np.maximum(ground.residents, 1)
    return _placed(ground.residents * rng.permutation(rate), len(ground.area), rng), ground.month


def _one_pattern(ground: Ground, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    own = np.bincount(ground.area, minlength=ground.n)
    pattern = own if ground.pattern is None else ground.pattern
    return _placed(pattern, len(ground.area), rng), ground.month


def _smooth(ground: Ground, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    risk = rng.normal(size=ground.n)
    near = ground.neighbours
    for _ in range(ROUNDS):
        risk = (risk + near.neighbour_sum(risk)) / (1 + near.cardinalities)
    risk = np.exp(0.5 * (risk - risk.mean()) / risk.std())
    return _placed(ground.residents * risk, len(ground.area), rng), ground.month


# ---------------------------------------------------------------- when


def _steady(ground: Ground, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return ground.area, rng.permutation(ground.month)


def _clumped(alpha: float) -> Draw:
    """Counts of an area's months with a variance of μ + α μ², the mean being the same in every month."""

    def draw(ground: Ground, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        share = np.bincount(ground.area, minlength=ground.n).astype(float)
        of_month = np.bincount(ground.month, minlength=MONTHS)
        weight = share[:, None] * rng.gamma(1 / alpha, alpha, (ground.n, MONTHS))
        areas = [_placed(weight[:, t], int(k), rng) for t, k in enumerate(of_month)]
        return np.concatenate(areas), np.repeat(np.arange(MONTHS), of_month)

    return draw


def _halves(ground: Ground, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The last twelve months in pairs of neighbours: chance says which of a pair comes a year earlier."""
    asked = ground.month >= HALF
    area, month = ground.area[asked], ground.month[asked] - HALF
    swapped = rng.integers(2, size=HALF // 2)[month // 2]
    later = (month + swapped) % 2
    return area, month // 2 + later * HALF


def _differ(ground: Ground, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    risk = rng.gamma(1 / 0.3, 0.3, ground.n)
    return _placed(ground.residents * risk, len(ground.area), rng), ground.month


def _as_ever(ground: Ground, _: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return ground.area, ground.month


# ---------------------------------------------------------------- at what day and hour


def _moments(day_varies: float, night: np.ndarray, late: np.ndarray) -> When:
    """Days and hours of events.

    Parameters
    ----------
    day_varies : float
        Standard deviation of each day's own gamma factor, which knows no weekday.
    night, late : ndarray of float, shape (24,)
        Events by hour of any night, and of those of Friday and Saturday, for one of a flat day.
    """

    def draw(months: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        day, hour = np.zeros(len(months), int), np.zeros(len(months), int)
        for month in np.unique(months):
            mine = np.flatnonzero(months == month)
            first, length = monthrange(month // 12, month % 12 + 1)
            own = rng.gamma(1 / day_varies**2, day_varies**2, length) if day_varies else np.ones(length)
            weekday = (first + np.arange(length)) % 7
            of_evening, of_morning = (np.isin(weekday, days)[:, None] for days in ((4, 5), (5, 6)))
            of_night = np.where(np.where(HOURS >= 12, of_evening, of_morning), late, night)
            rate = own[:, None] * (1 / 24 + of_night)
            slot = rng.choice(length * 24, len(mine), p=rate.ravel() / rate.sum())
            day[mine], hour[mine] = slot // 24 + 1, slot % 24
        return day, hour

    return draw


WORLDS: dict[str, World] = {
    world.key: world
    for world in (
        World("equal", "every area is as likely as every other", _equal),
        World("residents", "every resident runs the same risk", _by_residents),
        World("dealt", "the areas' own counts, dealt out again over the areas", _dealt),
        World("rates", "the areas' own rates, dealt out again over the areas", _rates),
        World("one_pattern", "all services see one pattern, that of the source asked about", _one_pattern),
        World("smooth", "risk changes smoothly over the map, and fits no border", _smooth),
        World("steady", "events keep their area, and chance deals out the months", _steady),
        World("clumped05", "areas as ever, months clumped (α = 0.05)", _clumped(0.05)),
        World("clumped30", "areas as ever, months clumped (α = 0.3)", _clumped(0.3)),
        World(
            "halves", "neighbouring months of one year, set against each other by chance", _halves, HALF // 2
        ),
        World("differ", "risk differs from area to area (gamma, α = 0.3), and that is all", _differ),
        World(
            "flat",
            "every hour of the week is as likely as every other",
            _as_ever,
            when=_moments(0, NONE, NONE),
        ),
        World(
            "days",
            "days vary by themselves by 30%, and no weekday or hour is busier",
            _as_ever,
            when=_moments(0.3, NONE, NONE),
        ),
        World(
            "later",
            "nights are busy until 00:59, those of Friday and Saturday until 03:59",
            _as_ever,
            when=_moments(0, UNTIL_ONE, UNTIL_FOUR),
        ),
        World(
            "nights",
            "every night has the same sharp peak at midnight",
            _as_ever,
            when=_moments(0, SHARP, SHARP),
        ),
    )
}
"""Every world, by its key."""
