"""What has one filter found at one level?

A :class:`Slice` holds the true numbers; it never leaves ``geo``. :mod:`geo.answer.measures` turns them into
what the query asks for: a count, or a rate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from geo.answer.disclosure import Gate
from geo.ask.choices import ENGLAND
from geo.ask.query import Query
from geo.ask.windows import Windows
from geo.stats import rates
from geo.stats.weights import Neighbours

ALPHA = 0.05
"""Level of significance everywhere."""


@dataclass(frozen=True)
class Slice:
    """The true numbers of one filter at one level. It never leaves ``geo``.

    All arrays are in the order of ``frame``, length n.

    Attributes
    ----------
    query : Query
    frame : DataFrame
        Index of area codes, as :attr:`geo.answer.level.Level.frame`.
    counts : ndarray of int64
        Events of the filter.
    inside : ndarray of bool
        Areas of the boroughs chosen.
    neighbours : Neighbours
    gate : Gate
        The way out for this source.
    years : float
        Length of the months selected, for rates per year.
    base : callable
        ``base() -> (counts, scale)``: counts of the same question without its filters of month, hour and
        day, over all boroughs, and the share of that time which the filters keep. Class breaks come from
        it, so that stepping through hours or months does not move them.
    harm : callable
        ``harm() -> (harm, base, unweighted)``: sum of the offences' weights by area, the same of ``base``
        scaled to the time which the filters keep, and how many events have no weight.
    ages : callable
        ``ages() -> (events, residents)``: DataFrames [area, age band] for standardised rates.
    squares : callable
        ``squares(groups, number)``: Σ f² of persons with f events each, by group of areas (0 up, -1 left out)
        and age band, for the limits of standardised rates; None where persons are not known.
    repeats : callable
        ``repeats()``: events inside beyond the first of each person; 0 where persons are not known.
    monthly : callable
        ``monthly() -> DataFrame`` [area, month number]: events of each selected month.
    ask : callable
        ``ask(**changes) -> Slice``: the same question with some answers changed, such as another source or
        level; what the data cannot answer falls back as in :meth:`Query.checked`.
    near : callable
        ``near(key) -> Neighbours``: neighbours by another definition (``knn``, ``distance_band``).
    england : callable
        ``england() -> (rate, why)``: England's rate per 1,000 residents, NaN and why where it is not known.
    compared : Windows or None
        Stretches of days that the question compares; the counts are then those of the later one.
    undated : callable
        ``undated() -> int``: events inside that these days leave out because theirs is not known.
    months : tuple of int
        Month numbers loaded for the source.
    sources : mapping
        Key to label of every loaded source.
    noun : str
        "offences".
    what, where : str
        "Violence and sexual offences", "Luton".
    """

    query: Query
    frame: pd.DataFrame
    counts: np.ndarray
    inside: np.ndarray
    neighbours: Neighbours
    gate: Gate
    years: float
    base: Callable[[], tuple[np.ndarray, float]]
    harm: Callable[[], tuple[np.ndarray, np.ndarray, int]]
    ages: Callable[[], tuple[pd.DataFrame, pd.DataFrame]]
    squares: Callable[[np.ndarray, int], np.ndarray | None]
    repeats: Callable[[], int]
    monthly: Callable[[], pd.DataFrame]
    ask: Callable[..., Slice]
    near: Callable[[str], Neighbours]
    england: Callable[[], tuple[float, str]]
    compared: Windows | None
    undated: Callable[[], int]
    months: tuple[int, ...]
    sources: Mapping[str, str]
    noun: str
    what: str
    where: str

    @cached_property
    def shown(self) -> np.ndarray:
        """Protected counts as floats; NaN where suppressed."""
        return self.gate.counts(self.counts).to_numpy(np.float64, na_value=np.nan)

    @cached_property
    def population(self) -> np.ndarray:
        """Residents as floats; NaN where not known."""
        return self.frame["population"].to_numpy(np.float64, na_value=np.nan)

    @cached_property
    def among(self) -> Neighbours:
        """Neighbours among the areas of the boroughs chosen."""
        return self.neighbours if self.inside.all() else self.neighbours.subset(self.inside)

    @property
    def n(self) -> int:
        """Number of areas of the boroughs chosen."""
        return int(self.inside.sum())

    def areas(self, number: int) -> str:
        """Say a number of areas of this level: "14 of 417 small areas"."""
        word = {"lsoa": "small areas", "ward": "wards", "borough": "boroughs"}[self.query.level]
        return f"{number} of {self.n:,} {word}"

    def share_held(self, areas: np.ndarray) -> float | None:
        """Protected share of the events inside that these areas hold."""
        return self.gate.share(int(self.counts[areas].sum()), int(self.counts[self.inside].sum()))


# ---------------------------------------------------------------- rates, and with whom they are compared


def standardised(s: Slice, confidence: float) -> pd.DataFrame:
    """Age-standardised rates with their limits, which allow for persons with several events."""
    events, residents = s.ages()
    squares = s.squares(np.arange(len(s.frame)), len(s.frame))
    if squares is not None:
        squares = pd.DataFrame(squares, events.index, events.columns)
    table = rates.dsr(events, residents, squares=squares, years=s.years, confidence=confidence)
    limits = ["value", "lower_ci", "upper_ci"]
    return table.set_axis(s.frame.index).assign(**s.gate.coarse(table[limits]))


def crude(s: Slice, confidence: float) -> pd.DataFrame:
    """Rates per 1,000 of the protected counts with their limits."""
    return rates.crude_rate(s.shown, s.population, confidence=confidence).set_axis(s.frame.index)


def overall(s: Slice, areas: np.ndarray, *, by_age: bool = False) -> float:
    """Rate of some areas together, from their protected total, or age-standardised; NaN where not known."""
    if by_age:
        together = [frame[areas].sum().to_frame().T for frame in s.ages()]
        return float(rates.dsr(*together, years=s.years)["value"].iloc[0])
    counted = areas & ~np.isnan(s.population)
    total, residents = s.gate.count(int(s.counts[counted].sum())), s.population[counted].sum()
    return np.nan if total is None or not residents else float(total / residents * 1000)


@dataclass(frozen=True)
class Benchmark:
    """What the areas are compared with.

    Attributes
    ----------
    name : str
        "Luton".
    value : float
        In the unit of the areas' rates: age-standardised where the measure is, 1 for a ratio, else per
        1,000; NaN where it is not known.
    caveats : tuple of str
    """

    name: str
    value: float
    caveats: tuple[str, ...] = ()


def reference(s: Slice) -> np.ndarray:
    """Areas that the query compares with: those of a borough, else the whole, also in place of England."""
    mine = (s.frame["lad"] == s.query.benchmark).to_numpy()
    return mine if mine.any() else s.inside


def benchmark(s: Slice) -> Benchmark:
    """Find what the query compares the areas with: the whole of them, a borough, or England.

    Where England's rate is not known, it is the whole, and the caveat says why.
    """
    areas, ratio = reference(s), s.query.measure == "ratio"
    value = 1.0 if ratio else overall(s, areas, by_age=s.query.measure == "dsr")
    if s.query.benchmark in set(s.frame["lad"]):
        name = str(s.frame["borough"][areas].iloc[0])
        own = f"The areas of {name} are part of the benchmark that they are compared with."
        return Benchmark(name, value, (own,) if (areas & s.inside).any() else ())
    whole = Benchmark(s.where, value)
    if s.query.benchmark != ENGLAND:
        return whole
    rate, why = s.england()
    if why:
        return replace(whole, caveats=(f"Compared with {s.where} as a whole, not with England: {why}.",))
    return Benchmark("England", rate, ("England’s rate is taken as loaded from a file of rates.",))
