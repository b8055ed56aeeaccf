"""How many events has each small area, and how old are their victims, so that published figures come out?

Counts of events by small area and age band are found in three steps: the ages of a borough's victims that
turn its crude rate into its published age-standardised rate; expected counts that meet every published
total within each area's bounds; whole numbers with exactly the same totals. A last step moves single
events between alike areas until exactly the published number of areas stands significantly above the county.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import root

from geo.stats.rates import ESP2013, dsr

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STANDARD = ESP2013.to_numpy() / ESP2013.sum()
MARGIN = 0.015
"""How far, relative to the county's rate, a lower limit stays off it, so that rounding changes no verdict."""


@dataclass(frozen=True)
class County:
    """The demonstration county as aligned arrays, one row a small area in the order of its codes.

    Attributes
    ----------
    areas : DataFrame
        As :func:`geo.demo.county.areas` returns it.
    residents : ndarray [area, band]
        People by band of the European Standard Population.
    borough : ndarray
        Position of the area's borough in :data:`geo.demo.published.BOROUGHS`.
    """

    areas: pd.DataFrame
    residents: Floats
    borough: Ints

    @classmethod
    def of(cls, areas: pd.DataFrame, population: pd.DataFrame, boroughs: tuple[str, ...]) -> County:
        """Align the county's tables."""
        table = population.pivot_table("population", "lsoa11cd", "age_band", aggfunc="sum")
        residents = table.reindex(index=areas.index, columns=ESP2013.index).to_numpy(float)
        return cls(areas, residents, pd.Index(boroughs).get_indexer(areas["borough"]).astype(np.int64))

    @property
    def people(self) -> Floats:
        """Residents of each area."""
        return np.asarray(self.residents.sum(axis=1))

    @property
    def decile(self) -> Ints:
        """National deprivation decile of each area, 1 the most deprived."""
        return self.areas["imd_decile"].to_numpy(np.int64)

    def by_borough(self, values: NDArray) -> NDArray:
        """Sum the rows of a table over the areas of each borough."""
        return np.array([values[self.borough == j].sum(axis=0) for j in range(self.borough.max() + 1)])


@dataclass(frozen=True)
class Target:
    """What the events of one source must add up to.

    Attributes
    ----------
    years : float
        Length of the period.
    totals : tuple of int
        Events by borough.
    rates, county_rate : float
        Age-standardised rates a year per 100,000, by borough and for all.
    decile_rates : dict
        The same by deprivation decile, for the deciles that have one.
    higher : int
        Small areas significantly above the county.
    weight : ndarray [area]
        Expected events of each area in proportion, before anything is fitted.
    ages : ndarray [band]
        Victims by age in proportion, before anything is fitted.
    lower, upper : ndarray [area]
        Bounds of each area's events.
    shares : list of (ndarray [area] of bool, float)
        Further totals: the events of the marked areas together.
    deprived : int or None
        Events of deciles 1-4 together, exactly.
    unaged : float
        Part of the events without an age. The rates lie as far above the target with all events as they lie
        below it with those of known age only.
    """

    years: float
    totals: tuple[int, ...]
    rates: tuple[float, ...]
    county_rate: float
    decile_rates: dict[int, float]
    higher: int
    weight: Floats
    ages: Floats
    lower: Floats
    upper: Floats
    shares: list[tuple[NDArray[np.bool_], float]] = field(default_factory=list)
    deprived: int | None = None
    unaged: float = 0.0

    def fitted(self, rate: Any) -> Any:
        """What a published rate is with the ages of all events known."""
        return rate * (1 + self.unaged / 2)


def events_by_age(rng: np.random.Generator, county: County, target: Target) -> tuple[Ints, Ints]:
    """Whole numbers of events by small area and age band that meet a target.

    Returns
    -------
    ndarray [area, band]
        Events with an age.
    ndarray [area]
        Events without. Both together have exactly the totals by borough (and of deciles 1-4, where given).

    Raises
    ------
    ValueError
        If the county cannot meet the target.
    """
    shares = victims_ages(county, target)
    by_age = shares * np.array(target.totals)[:, None]
    expected = _expected(county, target, by_age)
    alike = county.borough * 2 + (county.decile <= 4)
    sides = np.bincount(alike, expected, minlength=6).astype(float).reshape(-1, 2)
    deprived = round(sides[:, 1].sum()) if target.deprived is None else target.deprived
    whole_sides = spread(
        rng, sides, np.array(target.totals), np.array([sum(target.totals) - deprived, deprived])
    )
    counts = np.zeros(len(expected), np.int64)
    for group, total in enumerate(whole_sides.ravel()):
        counts[alike == group] = whole(expected[alike == group], int(total))
    unaged = rng.binomial(counts, target.unaged)
    table = _ages_of(rng, county, counts - unaged, by_age)
    return _settle(county, target, table, unaged), unaged


def victims_ages(county: County, target: Target) -> Floats:
    """Ages of each borough's victims, tilted just so far that the published rates come out.

    Returns
    -------
    ndarray [borough, band]
        Rows add up to 1.
    """
    residents = county.by_borough(county.residents)
    lift = STANDARD * residents.sum(axis=1, keepdims=True) / residents
    county_lift = STANDARD * residents.sum() / residents.sum(axis=0)
    totals = np.array(target.totals, float)

    def shares(tilt: Floats) -> Floats:
        logits = tilt[:-1, None] * lift + tilt[-1] * county_lift
        table = target.ages * np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(table / table.sum(axis=1, keepdims=True))

    def miss(tilt: Floats) -> Floats:
        events = shares(tilt) * totals[:, None]
        per = 100_000 / target.years
        rates = (events / residents) @ STANDARD * per
        together = (events.sum(axis=0) / residents.sum(axis=0)) @ STANDARD * per
        return (
            np.append(
                rates / target.fitted(np.array(target.rates)), together / target.fitted(target.county_rate)
            )
            - 1
        )

    solution = root(miss, np.zeros(len(totals) + 1))
    if not solution.success or np.abs(miss(solution.x)).max() > 0.001:
        raise ValueError(f"no victims' ages give the published rates: {miss(solution.x)}")
    return shares(solution.x)


def rake(weight: Floats, lower: Floats, upper: Floats, totals: list[tuple[Floats, float]]) -> Floats:
    """Scale weights, within bounds, until several weighted totals come out.

    Parameters
    ----------
    weight, lower, upper : ndarray [area]
        Above zero; every result lies between its bounds.
    totals : list of (ndarray [area], float)
        Coefficients (0 where an area does not count) and the total that they must give.

    Returns
    -------
    ndarray [area]

    Raises
    ------
    ValueError
        If the totals cannot be met together.
    """
    free = weight.astype(float)
    for _ in range(3000):
        worst = 0.0
        for coefficients, total in totals:
            worst = max(worst, abs(np.clip(free, lower, upper) @ coefficients / total - 1))
            mine = coefficients > 0
            low, high = -3.0, 3.0
            for _ in range(40):
                middle = (low + high) / 2
                sum_ = np.clip(free[mine] * np.exp(middle), lower[mine], upper[mine]) @ coefficients[mine]
                low, high = (middle, high) if sum_ < total else (low, middle)
            free[mine] *= np.exp((low + high) / 2)
        if worst < 1e-5:
            return np.clip(free, lower, upper)
    raise ValueError(f"the published totals cannot be met together (off by {worst:.3%})")


def whole(expected: Floats, total: int) -> Ints:
    """Round to whole numbers with a given sum, the largest remainders up."""
    scaled = expected * (total / expected.sum())
    rounded = np.floor(scaled).astype(np.int64)
    rounded[np.argsort(rounded - scaled, kind="stable")[: total - rounded.sum()]] += 1
    return rounded


def fit(seed: Floats, rows: NDArray, columns: NDArray) -> Floats:
    """Scale a table to given row and column sums (iterative proportional fitting)."""
    table = seed.astype(float)
    for _ in range(200):
        table *= columns / np.maximum(table.sum(axis=0), 1e-300)
        table *= (rows / np.maximum(table.sum(axis=1), 1e-300))[:, None]
    return table


def spread(rng: np.random.Generator, expected: Floats, rows: Ints, columns: Ints) -> Ints:
    """Round a table to whole numbers with exactly the given row and column sums."""
    table = np.floor(expected + 1e-9).astype(np.int64)
    for sums, axis in ((rows, 1), (columns, 0)):  # a sum rounded down may lie below its parts' floors
        over = np.maximum(table.sum(axis=axis) - sums, 0)
        for i in np.flatnonzero(over):
            line = table[i] if axis else table[:, i]
            line[np.argsort(-line, kind="stable")[: over[i]]] -= 1
    short_rows = np.repeat(np.arange(len(rows)), rows - table.sum(axis=1))
    short_columns = np.repeat(np.arange(len(columns)), columns - table.sum(axis=0))
    np.add.at(table, (short_rows, rng.permutation(short_columns)), 1)
    return table


def _expected(county: County, target: Target, by_age: Floats) -> Floats:
    """Expected events by small area: every total met, each area on its side of the county's rate."""
    borough, n = county.borough, county.residents
    per = 100_000 / target.years
    ages = (by_age / county.by_borough(n))[borough] * n
    ages /= ages.sum(axis=1, keepdims=True)
    totals: list[tuple[Floats, float]] = [
        ((borough == j).astype(float), float(total)) for j, total in enumerate(target.totals)
    ]
    totals += [(mask.astype(float), total) for mask, total in target.shares]
    if target.deprived is not None:
        totals.append(((county.decile <= 4).astype(float), float(target.deprived)))
    deciles = {}
    for decile, rate in target.decile_rates.items():
        members = county.decile == decile
        deciles[decile] = (members, target.fitted(rate))

    def decile_totals(profile: Floats) -> list[tuple[Floats, float]]:
        return [
            (np.where(members, profile @ (STANDARD / n[members].sum(axis=0)) * per, 0.0), rate)
            for members, rate in deciles.values()
        ]

    lower, upper = target.lower, target.upper
    expected = rake(target.weight, lower, upper, totals + decile_totals(ages))
    most, least = _verdict_bounds(county, target, ages)
    forced = most < lower  # too few events for it to be undecided: the bounds already place it above
    able = least <= upper
    order = np.argsort(-np.where(forced, np.inf, np.where(able, expected / least, -np.inf)), kind="stable")
    above = np.zeros(len(expected), bool)
    above[order[: target.higher]] = True
    lower = np.where(above, np.maximum(lower, least), lower)
    upper = np.where(above, upper, np.minimum(upper, most))
    for _ in range(3):
        expected = rake(target.weight, lower, upper, totals + decile_totals(ages))
        for j, columns in enumerate(by_age):
            mine = borough == j
            ages[mine] = fit(ages[mine], expected[mine], columns) / expected[mine, None]
    return expected


def _verdict_bounds(county: County, target: Target, ages: Floats) -> tuple[Floats, Floats]:
    """The most events that leave an area's interval clear below, and the fewest that lift it clear above."""
    weight = STANDARD / county.residents * (100_000 / target.years)
    mean = (ages * weight).sum(axis=1)
    spread_ = np.sqrt((ages * weight**2).sum(axis=1))
    events = np.arange(1.0, 4000.0)
    byar = events * (1 - 1 / (9 * events) - 1.959964 / (3 * np.sqrt(events))) ** 3
    limit = mean[:, None] * events + spread_[:, None] * (byar - events)
    most = (limit < target.county_rate * (1 - 2 * MARGIN)).sum(axis=1)
    least = (limit < target.county_rate * (1 + 2 * MARGIN)).sum(axis=1) + 1
    return most.astype(float), least.astype(float)


def _ages_of(rng: np.random.Generator, county: County, counts: Ints, by_age: Floats) -> Ints:
    """Give the events of each area ages: by borough and by the deciles with a rate as close as can be."""
    layer = np.select([county.decile == 1, county.decile == 10], [0, 1], 2)
    table = np.zeros(county.residents.shape, np.int64)
    for j, shares in enumerate(by_age / by_age.sum(axis=1, keepdims=True)):
        mine = np.flatnonzero(county.borough == j)
        columns = shares * counts[mine].sum()
        seed = columns / county.residents[mine].sum(axis=0) * county.residents[mine]
        expected = fit(seed, counts[mine], columns)
        layers = np.array([expected[layer[mine] == k].sum(axis=0) for k in range(3)])
        sums = np.array([counts[mine][layer[mine] == k].sum() for k in range(3)])
        for k, row in enumerate(spread(rng, layers, sums, whole(columns, int(sums.sum())))):
            part = mine[layer[mine] == k]
            if len(part):
                table[part] = spread(
                    rng, fit(expected[layer[mine] == k], counts[part], row), counts[part], row
                )
    return table


def _settle(county: County, target: Target, table: Ints, unaged: Ints) -> Ints:
    """Move single events between areas of one borough and decile until the verdicts are as published.

    A move keeps the event's age, so every rate of boroughs, deciles and county stays as it is.
    """
    table = table.copy()

    def limits(rows: NDArray) -> Floats:
        rates = dsr(table[rows], county.residents[rows], years=target.years, hide_below=0)
        return rates["lower_ci"].fillna(0).to_numpy() / target.county_rate - 1

    everywhere = np.arange(len(table))
    limit = limits(everywhere)
    above = np.zeros(len(table), bool)
    above[np.argsort(-limit, kind="stable")[: target.higher]] = True
    alike = county.borough * 100 + county.decile
    marked = sum(
        (mask.astype(int) << k for k, (mask, _) in enumerate(target.shares)), np.zeros(len(table), int)
    )
    for _ in range(5000):
        wrong = np.where(above, MARGIN - limit, limit + MARGIN)
        counts = table.sum(axis=1) + unaged
        low, high = counts > target.lower, counts < target.upper
        for area in np.argsort(-wrong, kind="stable"):
            if wrong[area] <= 0:
                return table
            others = (alike == alike[area]) & (marked == marked[area]) & (everywhere != area)
            if not (high if above[area] else low)[area]:
                continue
            room = low if above[area] else high
            spare = np.where(others & room, -wrong, -np.inf)
            partner = int(spare.argmax())
            giver, taker = (partner, area) if above[area] else (area, partner)
            if spare[partner] < MARGIN or not table[giver].any():
                continue
            band = int((table[giver] * county.residents[taker]).argmax())
            table[giver, band] -= 1
            table[taker, band] += 1
            limit[[giver, taker]] = limits(np.array([giver, taker]))
            break
        else:
            raise ValueError("the published number of areas above the county cannot be met")
    raise ValueError("the published number of areas above the county was not met in 5,000 moves")
