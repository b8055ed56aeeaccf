"""What has one filter found at one level?

A :class:`Slice` holds the true numbers; it never leaves ``geo``. :func:`measure` turns them into what the
query asks for: a count, or a crude, standardised or smoothed rate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from geo import rates
from geo.disclosure import Gate
from geo.query import ENGLAND, Query
from geo.weights import Neighbours
from geo.windows import Windows

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
        Index of area codes, as :attr:`geo.atlas.Level.frame`.
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
    """Age-standardised rates with their limits."""
    events, residents = s.ages()
    return rates.dsr(events, residents, years=s.years, confidence=confidence).set_axis(s.frame.index)


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
        In the unit of the areas' rates: age-standardised where the measure is, else per 1,000; NaN where it
        is not known.
    caveats : tuple of str
    """

    name: str
    value: float
    caveats: tuple[str, ...] = ()


def benchmark(s: Slice) -> Benchmark:
    """Find what the query compares the areas with: the whole of them, a borough, or England.

    Where England's rate is not known, it is the whole, and the caveat says why.
    """
    by_age = s.query.measure == "dsr"
    mine = (s.frame["lad"] == s.query.benchmark).to_numpy()
    if mine.any():
        name = str(s.frame["borough"][mine].iloc[0])
        own = f"The areas of {name} are part of the benchmark that they are compared with."
        return Benchmark(name, overall(s, mine, by_age=by_age), (own,) if (mine & s.inside).any() else ())
    whole = Benchmark(s.where, overall(s, s.inside, by_age=by_age))
    if s.query.benchmark != ENGLAND:
        return whole
    rate, why = s.england()
    if why:
        return replace(whole, caveats=(f"Compared with {s.where} as a whole, not with England: {why}.",))
    return Benchmark("England", rate, ("England’s rate is taken as loaded from a file of rates.",))


# ---------------------------------------------------------------- measures


@dataclass(frozen=True)
class Measured:
    """The measure of a slice.

    Attributes
    ----------
    title : str
    true, shown : ndarray of float, shape (n,)
        For statistics and for the eye; NaN where there is none.
    base : ndarray of float, shape (n,)
        Values that the class breaks are made from.
    whole : bool
        Whether values are counts.
    columns : DataFrame
    no_value : str
        Why an area has no value.
    caveats : tuple of str
    """

    title: str
    true: np.ndarray
    shown: np.ndarray
    base: np.ndarray
    whole: bool
    columns: pd.DataFrame
    no_value: str = "No data"
    caveats: tuple[str, ...] = ()


def measure(slice_: Slice) -> Measured:
    """Compute the measure that the query asks for: a count, or a crude, standardised or smoothed rate."""
    return _MEASURES[slice_.query.measure](slice_)


def _count(s: Slice) -> Measured:
    base, scale = s.base()
    protected = s.gate.counts(base).to_numpy(np.float64, na_value=np.nan)
    return Measured(
        f"Number of {s.noun}", s.counts.astype(float), s.shown, protected * scale, True, s.frame.iloc[:, :0]
    )


def _rate(s: Slice) -> Measured:
    base, scale = s.base()
    protected = s.gate.counts(base).to_numpy(np.float64, na_value=np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        people = np.where(s.population > 0, s.population, np.nan) / 1000
    return Measured(
        f"{s.noun.capitalize()} per 1,000 residents",
        s.counts / people,
        s.shown / people,
        protected * scale / people,
        False,
        s.frame.iloc[:, :0],
    )


def _dsr(s: Slice) -> Measured:
    table, by = standardised(s, 0.95), benchmark(s)
    columns = table.rename(columns={"value": "dsr_per_100k"})[["dsr_per_100k", "lower_ci", "upper_ci"]]
    columns["compared"] = rates.compare_with_benchmark(table["lower_ci"], table["upper_ci"], by.value)
    columns["benchmark"] = by.value
    value = table["value"].to_numpy(float)
    title = f"{s.noun.capitalize()} per 100,000 residents a year, age-standardised"
    return Measured(title, value, value, value, False, columns, "Fewer than 10 events", by.caveats)


def _smoothed(s: Slice) -> Measured:
    # A smoothed rate could be solved for its count, so it is made from the protected counts.
    counts = np.where(np.isnan(s.shown), 4.0, s.shown) if s.gate.controlled else s.counts.astype(float)
    table = rates.eb_global(counts, s.population)
    value = table["value"].to_numpy(float)
    columns = pd.DataFrame({"eb_rate_per_1000": value}, index=s.frame.index)
    title = f"{s.noun.capitalize()} per 1,000 residents, smoothed towards the average"
    return Measured(title, value, value, value, False, columns)


def _harm(s: Slice) -> Measured:
    harm, base, unweighted = s.harm()
    columns = pd.DataFrame({"harm": harm}, index=s.frame.index)
    caveats = (
        "Harm weighs each offence; one grave offence can outweigh many others, so read it with the count.",
        *([f"{unweighted:,} {s.noun} have no weight and are left out of the harm."] if unweighted else []),
    )
    title = f"Harm of {s.noun} (sum of their weights)"
    return Measured(title, harm, harm, base, False, columns, caveats=caveats)


_MEASURES: dict[str, Callable[[Slice], Measured]] = {
    "count": _count,
    "rate": _rate,
    "dsr": _dsr,
    "eb_rate": _smoothed,
    "harm": _harm,
}
