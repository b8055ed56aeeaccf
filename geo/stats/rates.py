"""Compared with whom?

Rates with the intervals of the Office for Health Improvement and Disparities (OHID, formerly Public Health
England): crude, directly age-standardised, smoothed, indirectly standardised; the comparison of a rate with
a benchmark; funnel limits. Everything is vectorised over areas, does no IO, and needs only numpy, pandas and
scipy.

Each function takes arrays or pandas objects of one index and returns a data frame on that index (a range
where none was given). A rate is always called ``value``, its limits ``lower_ci`` and ``upper_ci``; ``note``
says in words why a value is absent or weak, and is empty where there is nothing to say.

Sources: PHE/OHID *Technical guide: confidence intervals* (2018) and *Public health profiles: technical
guidance*; the vectors of the R package PHEindicatormethods are the tests.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geo.stats.intervals import byar, deviate, poisson_interval
from geo.stats.vectors import Floats, vectors, worded

ESP2013 = pd.Series(
    np.repeat(
        [5000.0, 5500, 6000, 6500, 7000, 6500, 6000, 5500, 5000, 4000, 2500, 1500, 1000],
        [1, 3, 2, 1, 4, 1, 1, 1, 1, 1, 1, 1, 1],
    ),
    index=pd.Index([*(f"{age}-{age + 4}" for age in range(0, 90, 5)), "90+"], name="age_band"),
    name="esp2013",
)
"""European Standard Population 2013: people in each of 19 five-year age bands, 100,000 in all."""

HIDE_RATE_BELOW = 3
"""A crude rate of fewer events than this is not shown (ONS)."""
HIDE_DSR_BELOW = 10
"""An age-standardised rate of fewer events than this is not shown (PHE/OHID)."""
UNRELIABLE_BELOW = 20
"""A rate of fewer events than this is marked unreliable (ONS)."""

UNRELIABLE_NOTE = f"unreliable: fewer than {UNRELIABLE_BELOW} events"
NO_RESIDENTS_NOTE = "no residents"
MISSING_NOTE = "no data"

HIGHER, SIMILAR, LOWER, NOT_COMPARED = "higher", "similar", "lower", "not compared"
VERDICTS = (HIGHER, SIMILAR, LOWER, NOT_COMPARED)
"""What :func:`compare_with_benchmark` may answer."""


def unreliable(events: ArrayLike) -> NDArray[np.bool_]:
    """Whether a rate of so many events is to be marked: fewer than :data:`UNRELIABLE_BELOW`, or not known.

    Examples
    --------
    >>> unreliable([2, 19, 20, np.nan]).tolist()
    [True, True, False, True]
    """
    marked: NDArray[np.bool_] = ~(np.asarray(events, dtype=np.float64) >= UNRELIABLE_BELOW)
    return marked


# ---------------------------------------------------------------- inputs


def _banded(values: ArrayLike | pd.DataFrame, standard: pd.Series) -> Floats:
    """One float matrix [area, band], its bands in the standard's order."""
    if isinstance(values, pd.DataFrame):
        differing = standard.index.symmetric_difference(values.columns)
        if len(differing):
            named = ", ".join(map(str, differing))
            raise ValueError(f"the age bands differ from those of the standard population: {named}")
        values = values[standard.index]
    matrix = np.atleast_2d(np.asarray(values, dtype=np.float64))
    if matrix.ndim != 2 or matrix.shape[1] != len(standard):
        raise ValueError(f"each area needs the {len(standard)} age bands of the standard population")
    if (matrix < 0).any():
        raise ValueError("counts and populations cannot be negative")
    return matrix


def _areas(*tables: ArrayLike | pd.DataFrame | None) -> pd.Index | None:
    """The index that the data frames among the tables share; None where there is none."""
    indices = [table.index for table in tables if isinstance(table, pd.DataFrame)]
    if any(not index.equals(indices[0]) for index in indices[1:]):
        raise ValueError("the tables given do not cover the same areas in the same order")
    return indices[0] if indices else None


# ---------------------------------------------------------------- rates


def crude_rate(
    events: ArrayLike,
    population: ArrayLike,
    *,
    years: ArrayLike = 1.0,
    per: float = 1000.0,
    confidence: float = 0.95,
    hide_below: int = HIDE_RATE_BELOW,
) -> pd.DataFrame:
    """Events a resident and year, times ``per``, with exact (under 10 events) or Byar's limits.

    Parameters
    ----------
    events, population : array_like, one value an area
        Counts of the period, and residents. NaN events mean no data.
    years : array_like
        Length of the period in years (months / 12), one number or one an area; 1: the period as it is.
    per : float
        Residents that the rate is expressed for.
    confidence : float
        Two-sided level of the interval.
    hide_below : int
        Values of fewer events are NaN; 0 hides none.

    Returns
    -------
    DataFrame
        ``count, population, value, lower_ci, upper_ci, unreliable, note`` on the index given.

    Examples
    --------
    >>> table = crude_rate([20, 2], [100, 100], per=100_000)
    >>> table["upper_ci"].round(2).tolist()
    [30889.88, nan]
    >>> table["note"].tolist()
    ['', 'not shown: fewer than 3 events']
    """
    index, (x, n, t) = vectors(events, population, years)
    return _rate_table(index, x, n, np.array(crude_with_limits(x, n, t, per, confidence)).T, hide_below)


def crude_with_limits(
    events: Floats, population: Floats, years: ArrayLike, per: float = 1000.0, confidence: float = 0.95
) -> tuple[Floats, Floats, Floats]:
    """The values of :func:`crude_rate` with their lower and upper limits alone, none hidden."""
    lived, (lower, upper) = _lived(population, years), poisson_interval(events, confidence)
    return events / lived * per, lower / lived * per, upper / lived * per


def crude_values(events: Floats, population: Floats, years: Floats, per: float = 1000.0) -> Floats:
    """The values of :func:`crude_rate` alone, of arrays of one length."""
    return np.asarray(np.where(events < HIDE_RATE_BELOW, np.nan, events / _lived(population, years) * per))


def _lived(population: Floats, years: ArrayLike) -> Floats:
    """Person-years; NaN where nobody lives."""
    lived = population * np.asarray(years)
    return np.where(lived > 0, lived, np.nan)


def dsr(
    events: ArrayLike | pd.DataFrame,
    population: ArrayLike | pd.DataFrame,
    *,
    squares: ArrayLike | pd.DataFrame | None = None,
    years: ArrayLike = 1.0,
    per: float = 100_000.0,
    confidence: float = 0.95,
    standard: pd.Series = ESP2013,
    hide_below: int = HIDE_DSR_BELOW,
) -> pd.DataFrame:
    """Directly age-standardised rates with Dobson's limits (Byar's applied to the weighted sum).

    v = Σ(w·x/n) / Σw, var = Σ x·(w/n)² / (Σw)², limits = v + √(var/O)·(Byar(O) − O) with O = Σx.

    A band of an area in which nobody lives has no rate: it is pooled with the next younger band that has
    residents (with the next older at the start of life), so neither its events nor its standard weight are
    lost. Where every band has residents this changes nothing.

    Parameters
    ----------
    events, population : DataFrame or array_like [area, band]
        Events of the period and residents; the columns of a data frame are matched to the standard's bands by
        name, an array holds them in its order. A single vector of bands is one area.
    squares : DataFrame or array_like [area, band], optional
        Σ f² over persons with f events each where a person may have several events.
        The variance is then Σ (w/n)²·Σf² / (Σw)²: the interval widens, the rate stays.
    years : array_like
        Length of the period in years, one number or one an area.
    per : float
        Residents that the rate is expressed for.
    confidence : float
        Two-sided level.
    standard : Series
        People of the standard population in each band, index = the names of the bands.
    hide_below : int
        Values of fewer events are NaN.

    Returns
    -------
    DataFrame
        ``count, population, value, lower_ci, upper_ci, unreliable, note`` on the index of areas.

    Raises
    ------
    ValueError
        If the bands are not those of the standard, or ``squares`` is below ``events``.

    Notes
    -----
    Dobson A et al. (1991), Confidence intervals for weighted sums of Poisson parameters, *Statistics in
    Medicine* 10, 457-462. Repeat attenders: PHE/OHID's adjustment for events that are not independent.
    """
    x, n = _banded(events, standard), _banded(population, standard)
    s = x if squares is None else _banded(squares, standard)
    if x.shape != n.shape or x.shape != s.shape:
        raise ValueError("events, squares and population do not cover the same areas")
    if (s < x).any():
        raise ValueError("the squares of the events cannot be below the events")
    index = _areas(events, population, squares)
    index = pd.RangeIndex(len(x)) if index is None else index
    w = np.broadcast_to(standard.to_numpy(dtype=np.float64), x.shape)

    total, residents = x.sum(axis=1), n.sum(axis=1)
    t = np.broadcast_to(np.asarray(years, dtype=np.float64), total.shape)
    x, s, w, n = _pool_empty_bands(n, x, s, w)
    lived = n * t[:, None]
    weight = np.divide(w, lived, out=np.zeros_like(lived), where=lived > 0) / standard.sum()
    rate = np.where(residents * t > 0, (weight * x).sum(axis=1), np.nan)
    deviation = np.sqrt((weight**2 * s).sum(axis=1) / np.where(total > 0, total, np.nan))
    lower, upper = byar(total, confidence)
    limits = rate[:, None] + deviation[:, None] * (np.column_stack([lower, upper]) - total[:, None])
    return _rate_table(index, total, residents, np.column_stack([rate, limits]) * per, hide_below)


def _pool_empty_bands(n: Floats, *columns: Floats) -> list[Floats]:
    """Add each band without residents to the band before it that has some (``columns`` first, ``n`` last)."""
    if (n > 0).all():
        return [*columns, n]
    band = np.maximum(np.cumsum(n > 0, axis=1) - 1, 0)
    area = np.broadcast_to(np.arange(len(n))[:, None], n.shape)
    pooled = []
    for column in (*columns, n):
        sums = np.zeros_like(n)
        np.add.at(sums, (area, band), column)
        pooled.append(sums)
    return pooled


def _rate_table(
    index: pd.Index, events: Floats, population: Floats, values: Floats, hide_below: int
) -> pd.DataFrame:
    """The columns that every rate has, too few events hidden and the reason noted."""
    missing, empty = np.isnan(events), np.isnan(values[:, 0])
    hidden, weak = events < hide_below, events < UNRELIABLE_BELOW
    few = f"not shown: fewer than {hide_below} events"
    notes = ("", MISSING_NOTE, few, NO_RESIDENTS_NOTE, UNRELIABLE_NOTE)
    note = np.select([missing, hidden, empty, weak], [1, 2, 3, 4], 0)
    value, lower, upper = np.where(hidden, np.nan, values.T)
    table = {
        "count": events,
        "population": population,
        "value": value,
        "lower_ci": lower,
        "upper_ci": upper,
        "unreliable": weak,
        "note": worded(notes, note),
    }
    return pd.DataFrame(table, index=index)


# ---------------------------------------------------------------- indirect standardisation


def expected_events(
    population: ArrayLike | pd.DataFrame,
    reference_events: ArrayLike,
    reference_population: ArrayLike,
    *,
    years: ArrayLike = 1.0,
    reference_years: float = 1.0,
    standard: pd.Series = ESP2013,
) -> pd.Series:
    """Events each area would have at the reference's rate of every age band.

    Parameters
    ----------
    population : DataFrame or array_like [area, band]
        Residents.
    reference_events, reference_population : array_like [band]
        Events and residents of the reference (county, England), in the order of the bands.
    years, reference_years
        Length of the two periods in years.
    standard : Series
        Names of the bands only (its index).

    Returns
    -------
    Series
        Expected events on the index of areas.
    """
    n, index = _banded(population, standard), _areas(population)
    x, base = (_banded(part, standard)[0] for part in (reference_events, reference_population))
    rate = np.divide(x, base * reference_years, out=np.zeros_like(x), where=base > 0)
    return pd.Series(n @ rate * np.asarray(years, dtype=np.float64), index=index, name="expected")


def indirect_ratio(
    observed: ArrayLike,
    expected: ArrayLike,
    *,
    per: float = 100.0,
    confidence: float = 0.95,
    hide_below: int = 0,
) -> pd.DataFrame:
    """Observed over expected events (as a standardised mortality ratio), with exact or Byar's limits.

    Parameters
    ----------
    observed, expected : array_like, one value an area
        Counts, and what the reference's rates predict (:func:`expected_events`), taken as known exactly.
    per : float
        100 makes the reference 100.
    confidence : float
        Two-sided level.
    hide_below : int
        Values of fewer events are NaN; 0 hides none.

    Returns
    -------
    DataFrame
        ``count, expected, value, lower_ci, upper_ci, unreliable, note``; NaN where nothing is expected.
    """
    index, (x, e) = vectors(observed, expected)
    base = np.where(e > 0, e, np.nan)
    lower, upper = poisson_interval(x, confidence)
    values = np.column_stack([x, lower, upper]) / base[:, None] * per
    table = _rate_table(index, x, e, values, hide_below=hide_below).rename(columns={"population": "expected"})
    table["note"] = table["note"].where(table["note"] != NO_RESIDENTS_NOTE, "nothing expected")
    return table


# ---------------------------------------------------------------- compared with a benchmark


def compare_with_benchmark(lower: ArrayLike, upper: ArrayLike, benchmark: ArrayLike) -> pd.Series:
    """Set the benchmark's value against each area's own interval.

    Parameters
    ----------
    lower, upper : array_like, one value an area
        Limits at 95% or 99.8%.
    benchmark : float or array_like
        The rate compared with, in the same unit: one value, or one an area (each with its own borough).

    Returns
    -------
    Series of str
        ``higher`` (the whole interval lies above the benchmark), ``lower``, ``similar``, or ``not compared``
        where a limit or the benchmark is missing.

    Notes
    -----
    PHE/OHID compare this way: the benchmark is taken as fixed. Two areas with overlapping intervals may still
    differ significantly; this does not compare areas with one another.

    Examples
    --------
    >>> compare_with_benchmark([11, 8, 5, None], [14, 12, 9, None], 10).tolist()
    ['higher', 'similar', 'lower', 'not compared']
    """
    index, (low, high, value) = vectors(lower, upper, benchmark, negative=True)
    unknown = np.isnan(low) | np.isnan(high) | np.isnan(value)
    verdict = np.select([unknown, low > value, high < value], [0, 1, 2], 3)
    return pd.Series(worded((NOT_COMPARED, HIGHER, LOWER, SIMILAR), verdict), index=index, name="compared")


def funnel_limits(
    population: ArrayLike,
    benchmark: float,
    *,
    years: float = 1.0,
    per: float = 1000.0,
    confidence: Sequence[float] = (0.95, 0.998),
) -> pd.DataFrame:
    """Control limits of a funnel plot: the rates between which an area of each size is *similar*.

    A limit is the rate whose own interval (:func:`poisson_interval`) just reaches the benchmark, so a point
    lies outside exactly where :func:`compare_with_benchmark` calls it higher or lower. OHID's funnels do the
    same with exact limits for any number of events, which differ by less than 0.2%.

    Parameters
    ----------
    population : array_like
        Residents along the horizontal axis.
    benchmark : float
        Rate in the middle, per ``per`` residents and year.
    years : float
        Length of the period in years.
    per : float
        Residents that the rate is expressed for.
    confidence : sequence of float
        Levels; 95% and 99.8% are customary.

    Returns
    -------
    DataFrame
        ``population, benchmark, lower_95, upper_95, lower_99.8, upper_99.8`` (named after the levels), rates
        in the benchmark's unit. A lower limit is 0 where even no events at all would be similar.
    """
    index, (n,) = vectors(population)
    person_years = np.where(n > 0, n * years, np.nan)
    expected = person_years * benchmark / per
    table = {"population": n, "benchmark": np.full(len(n), float(benchmark))}
    for level in confidence:
        name = f"{100 * level:g}"
        table[f"lower_{name}"] = _count_with_limit(expected, level, upper=True) / person_years * per
        table[f"upper_{name}"] = _count_with_limit(expected, level, upper=False) / person_years * per
    return pd.DataFrame(table, index=index)


def _count_with_limit(expected: Floats, confidence: float, *, upper: bool) -> Floats:
    """The (real-valued) count whose upper or lower Poisson limit equals ``expected``, by bisection."""
    z = deviate(confidence)
    low, high = np.zeros_like(expected), expected + (z + 1) ** 2 * (2 + np.sqrt(expected))
    for _ in range(80):
        middle = (low + high) / 2
        short = poisson_interval(middle, confidence)[int(upper)] < expected
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return np.where(np.isnan(expected), np.nan, high if not upper else low)
