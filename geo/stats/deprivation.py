"""How deprived, and is it more than that explains?

Rates by decile or quintile of the Index of Multiple Deprivation, the slope and relative index of inequality,
the share of events in the most deprived areas, the 3×3 classes of a bivariate map, and each area against what
areas as deprived as it predict. No IO; numpy, pandas and scipy only.

Deciles and ranks are those of England as published: **1 is the most deprived**. Where a function wants a
score instead, it says so, and a higher score is more deprived.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from geo.stats import intervals, rates
from geo.stats.between import Between, group_sums
from geo.stats.concentration import ranked_classes
from geo.stats.unexplained import MIN_AREAS
from geo.stats.vectors import Floats

CRIME_DOMAIN_CAUTION = (
    "The crime domain of the index is itself made from recorded crime, so it partly repeats what this map "
    "counts; prefer the overall index or another domain to explain crime."
)


DECILES = 10

# ---------------------------------------------------------------- gradient


def quintile(decile: ArrayLike | pd.Series) -> pd.Series:
    """Quintiles of deciles: 1 and 2 are 1 (most deprived), … 9 and 10 are 5; NA stays NA.

    Examples
    --------
    >>> quintile([1, 2, 3, 10]).tolist()
    [1, 1, 2, 5]
    """
    series = pd.Series(decile).astype("Int8")
    return (series + 1) // 2


def gradient(
    events: ArrayLike | pd.DataFrame,
    population: ArrayLike | pd.DataFrame,
    group: ArrayLike | pd.Series,
    *,
    groups: int = 10,
    squares: ArrayLike | pd.DataFrame | None = None,
    years: float = 1.0,
    confidence: float = 0.95,
    hide: bool = True,
) -> pd.DataFrame:
    """Rates by group of deprivation, over areas pooled within each group.

    Parameters
    ----------
    events, population : one value an area, or tables [area, age band]
        Vectors give crude rates per 1,000 (:func:`geo.stats.rates.crude_rate`); tables of age bands give
        age-standardised rates per 100,000 (:func:`geo.stats.rates.dsr`).
    group : array_like, one value an area
        Decile or quintile, 1 = most deprived; areas without one are left out.
    groups : int
        10 or 5: every group has a row, also one without areas.
    squares : table [group, age band], optional
        Σ f² of persons with f events each within a group (:func:`geo.stats.rates.dsr`).
    years : float
        Length of the period in years.
    confidence : float
        Two-sided level.
    hide : bool
        Whether rates of too few events are left blank, as :mod:`geo.stats.rates` does; :func:`slope_index`
        needs them all.

    Returns
    -------
    DataFrame
        Index ``group`` 1 … ``groups``; ``areas``, then the columns of the rate (``count, population, value,
        lower_ci, upper_ci, unreliable, note``) and ``share`` of all events of the areas that have a group.
    """
    labels = pd.Series(np.asarray(pd.Series(group).astype("Float64").fillna(0), dtype=int))
    if not labels.between(0, groups).all():
        raise ValueError(f"groups of deprivation run from 1 (most deprived) to {groups}")
    order = pd.RangeIndex(1, groups + 1, name="group")

    def pooled(values: ArrayLike | pd.DataFrame) -> pd.DataFrame:
        frame = values if isinstance(values, pd.DataFrame) else pd.DataFrame(np.asarray(values, dtype=float))
        return frame.groupby(labels.to_numpy()).sum().reindex(order, fill_value=0)

    x, n = pooled(events), pooled(population)
    if x.shape[1] > 1:
        least = rates.HIDE_DSR_BELOW * hide
        repeated = None if squares is None else pd.DataFrame(np.asarray(squares), order, x.columns)
        table = rates.dsr(x, n, squares=repeated, years=years, confidence=confidence, hide_below=least)
    else:
        least = rates.HIDE_RATE_BELOW * hide
        table = rates.crude_rate(x[0], n[0], years=years, confidence=confidence, hide_below=least)
    table.insert(0, "areas", labels.value_counts().reindex(order, fill_value=0))
    total = table["count"].sum()
    table["share"] = table["count"] / (total if total > 0 else np.nan)
    return table


# ---------------------------------------------------------------- slope and relative index of inequality

_SLOPE = pd.Index(
    ["sii", "sii_lower", "sii_upper", "rii", "rii_lower", "rii_upper", "fit", "fit_p", "groups"]
)
_ENDS = pd.Index("most least most_rate least_rate ratio ratio_lower ratio_upper".split())


def slope_index(
    table: Mapping[str, ArrayLike] | pd.DataFrame,
    *,
    between: Between | None = None,
    confidence: float = 0.95,
    repetitions: int = 10_000,
    seed: int = 1,
) -> pd.Series:
    """Slope and relative index of inequality of a gradient, with simulated intervals.

    The method of PHE/OHID (``phe_sii`` for rates): groups in order of deprivation take the midpoint of
    their range in the cumulative population as rank *b* (0 = most deprived end, 1 = least), and the rates
    are regressed on *b* by least squares weighted by the population share. The slope index (SII) is the
    fitted rate at the most deprived end less that at the least deprived end, the relative index (RII)
    their ratio; both count a higher rate in deprived areas as positive inequality (PHE's multiplier −1).
    For the intervals each rate is drawn ``repetitions`` times from a log-normal law with standard error
    (ln upper − ln lower) / (2 × 1.96), and the regression repeated; a rate of 0 is drawn from half a
    normal law that reaches its upper limit as rarely. Those limits hold each rate's chance errors only; with
    ``between`` they also hold how much areas of one group differ.

    Parameters
    ----------
    table : DataFrame or mapping of arrays
        A :func:`gradient` with ``hide=False``: ``population, value, lower_ci, upper_ci`` (95% limits), most
        deprived first. Groups without population are left out.
    between : Between, optional
        How much areas of one group differ (:func:`between_areas`).
    confidence : float
        Two-sided level of the result.
    repetitions, seed : int
        Of the simulation; the same seed gives the same limits.

    Returns
    -------
    Series
        ``sii, sii_lower, sii_upper`` in the unit of the rate, ``rii, rii_lower, rii_upper``, ``fit``:
        chi-square of the rates about the straight line that fits them best, given their chance errors alone,
        ``fit_p``: its probability on two degrees of freedom less than groups, and ``groups`` used.
        NaN with fewer than three groups; the relative index also where the fitted rate at the least deprived
        end is not above 0, which a straight line may give.

    Notes
    -----
    Low A, Low A (2004), Measuring the gap, *Journal of Public Health* 26, 388-395. Where ``fit_p`` is small
    the rates lie on no straight line, and the indices describe them poorly: :func:`ends` needs no line.
    """
    columns = (np.asarray(table[name], float) for name in ("population", "value", "lower_ci", "upper_ci"))
    population, value, lower, upper = columns
    used = (population > 0) & ~np.isnan(value)
    population, value, lower, upper = population[used], value[used], lower[used], upper[used]
    groups = len(value)
    if groups < MIN_AREAS:
        return pd.Series([*[np.nan] * (len(_SLOPE) - 1), groups], _SLOPE)
    share = population / population.sum()
    rank = np.cumsum(share) - share / 2
    centred = rank - share @ rank
    to_slope = share * centred / (share @ centred**2)

    z = intervals.deviate(0.95)
    positive = value > 0
    centre = np.log(np.where(positive, value, 1.0))
    floor = np.where(positive, np.maximum(lower, value / 1000), 1.0)
    chance = spread = np.where(positive, np.log(upper / floor) / (2 * z), upper / z)
    if between is not None:
        spread = np.hypot(chance, np.where(positive, between.spread[used], 0.0)) * between.stretch
    normal = _normals(repetitions, groups, seed) * spread
    drawn = np.where(positive, np.exp(centre + normal), np.abs(normal))

    def indices(y: Floats) -> tuple[Floats, Floats]:
        slope = y @ to_slope
        most = y @ share - slope * (share @ rank)
        least = most + slope
        return -slope, np.divide(most, least, out=np.full_like(most, np.nan), where=(least > 0) & (most > 0))

    (sii,), (rii,) = indices(value[None, :])
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    sii_drawn, rii_drawn = indices(drawn)
    sii_limits = np.quantile(sii_drawn, tails)
    # Draws whose line falls below 0 at the least deprived end have an unboundedly large ratio.
    rii_limits = np.quantile(np.where(np.isnan(rii_drawn), np.inf, rii_drawn), tails, method="nearest")
    known = between is None or np.isfinite(between.stretch)
    found = [sii, *sii_limits, rii, *(rii_limits if np.isfinite(rii) and known else [np.nan, np.nan])]
    fit = _about_a_line(rank, value, np.where(positive, value, 1.0) * chance)
    found += [fit, special.chdtrc(groups - 2, fit), groups]
    return pd.Series(np.array(found, dtype=np.float64), _SLOPE)


@lru_cache(maxsize=8)
def _normals(repetitions: int, groups: int, seed: int) -> Floats:
    """Standard normal numbers, the same for every gradient of so many groups."""
    drawn = np.random.default_rng(seed).standard_normal((repetitions, groups))
    drawn.flags.writeable = False
    return drawn


def _about_a_line(x: Floats, y: Floats, error: Floats) -> float:
    """Chi-square of values about the straight line that fits them best; NaN where an error is not known."""
    if not (np.isfinite(error) & (error > 0)).all():
        return np.nan
    design = np.column_stack((np.ones_like(x), x)) / error[:, None]
    return float(((y / error - design @ np.linalg.lstsq(design, y / error)[0]) ** 2).sum())


def ends(table: Mapping[str, ArrayLike] | pd.DataFrame, between: Between | None = None) -> pd.Series:
    """The rate of the most deprived group over that of the least, as observed.

    Parameters
    ----------
    table : DataFrame or mapping of arrays
        A :func:`gradient`: ``population, value, lower_ci, upper_ci``, most deprived first. Groups without
        population are left out.
    between : Between, optional
        How much areas of one group differ, the index of the table naming groups from 1 (arrays hold them
        all); without it the limits hold chance errors only.

    Returns
    -------
    Series
        ``most, least``: the two groups, ``most_rate, least_rate``, ``ratio, ratio_lower, ratio_upper`` with
        limits from those of the rates (Zou and Donner's MOVER, on the scale of logarithms). NaN with fewer
        than two groups, and where a rate is missing or 0.

    Examples
    --------
    >>> found = ends(gradient([90, 50, 30], [1000] * 3, [1, 5, 10]))
    >>> found[["ratio", "ratio_lower", "ratio_upper"]].round(2).tolist()
    [3.0, 1.98, 4.68]
    """
    columns = (np.asarray(table[name], float) for name in ("population", "value", "lower_ci", "upper_ci"))
    population, *rates_ = columns
    used = np.flatnonzero(population > 0)
    if len(used) < 2:
        return pd.Series(np.nan, _ENDS)
    two = used[[0, -1]]
    group = table.index[two].to_numpy() if isinstance(table, pd.DataFrame) else two + 1
    value, lower, upper = (column[two] for column in rates_)
    (high, low), (high_lower, low_lower), (high_upper, low_upper) = value, lower, upper
    limits = [np.nan] * 3
    if high > 0 and low > 0:
        above = np.log(high / high_lower) if high_lower > 0 else np.inf
        down = np.hypot(above, np.log(low_upper / low))
        below = np.log(low / low_lower) if low_lower > 0 else np.inf
        up = np.hypot(np.log(high_upper / high), below)
        if between is not None:
            added = intervals.deviate(0.95) * between.spread[group.astype(int) - 1]
            down, up = (between.stretch * np.hypot(one, np.hypot(*added)) for one in (down, up))
        limits = [high / low, high / low * np.exp(-down), high / low * np.exp(up)]
    return pd.Series(np.array([*group, high, low, *limits], dtype=np.float64), _ENDS)


def share_in_most_deprived(
    events: ArrayLike,
    population: ArrayLike,
    decile: ArrayLike | pd.Series,
    deciles: Sequence[int] = (1, 2, 3),
    *,
    between: Between | None = None,
    confidence: float = 0.95,
    told: Callable[[int], float | None] = float,
) -> pd.DataFrame:
    """Share of events in the most deprived 10%, 20%, 30% of England's areas.

    Parameters
    ----------
    events, population : array_like, one value an area
        Counts and residents; events of areas without a decile are left out.
    decile : array_like
        National decile, 1 = most deprived.
    deciles : sequence of int
        The last decile of each row; 3 means deciles 1 to 3, the most deprived 30%.
    between : Between, optional
        How much areas of one decile differ (:func:`geo.stats.between.between_areas`). The limits then allow
        for it, on the logit; without it they are Wilson's, which know chance errors only.
    confidence : float
        Two-sided level.
    told : callable
        A sum of events to what may be told of it, None where nothing may.

    Returns
    -------
    DataFrame
        Index ``most_deprived`` ("10%", …); ``areas, events, share, lower_ci, upper_ci`` and
        ``population_share``: what the share would be at equal rates. All of them rest on the sums as told.
        With ``between`` also ``p``: of events beyond expectation as many or as few, were the deciles dealt
        out again over the areas.
    """
    x, n = (np.nan_to_num(np.asarray(values, dtype=np.float64)) for values in (events, population))
    d = np.asarray(decile if isinstance(decile, np.ndarray) else pd.Series(decile).astype("Float64"), float)
    tenth = np.nan_to_num(d).astype(np.int64)
    areas, held, lived = (group_sums(values, tenth, DECILES) for values in (np.ones(len(x)), x, n))
    return share_of_sums(areas, held, lived, deciles, between=between, confidence=confidence, told=told)


def share_of_sums(
    areas: Floats,
    held: Floats,
    lived: Floats,
    deciles: Sequence[int] = (1, 2, 3),
    *,
    between: Between | None = None,
    confidence: float = 0.95,
    told: Callable[[int], float | None] = float,
) -> pd.DataFrame:
    """The same as :func:`share_in_most_deprived` of the areas, events and residents of all ten deciles."""
    last = np.asarray(deciles) - 1
    sums = [told(int(part)) for part in (held.sum(), *np.cumsum(held)[last])]
    whole, *parts = (np.nan if known is None else float(known) for known in sums)
    residents = lived.sum()
    part, every = np.minimum(parts, whole), np.full(len(parts), whole if whole > 0 else np.nan)
    lower, upper = intervals.wilson_limits(part, every, confidence)
    table = {
        "areas": np.cumsum(areas)[last].astype(np.int64),
        "events": parts,
        "share": part / every,
        "lower_ci": lower,
        "upper_ci": upper,
        "population_share": np.cumsum(lived)[last] / (residents if residents > 0 else np.nan),
    }
    if between is not None:
        each = np.array([np.nan if (known := told(int(part))) is None else known for part in held])
        table |= _between(table, whole, each, deciles, between)
    names = [f"{last * 10}%" for last in deciles]
    return pd.DataFrame(table, index=pd.Index(names, name="most_deprived"))


def _between(
    shares: dict[str, Any], whole: float, events: Floats, deciles: Sequence[int], between: Between
) -> dict[str, Floats]:
    """Limits that allow for how areas of one decile differ, and p; a share of 0 or 1 keeps its own."""
    errors = np.nan_to_num(events * between.spread) ** 2
    held = np.cumsum(errors)[np.asarray(deciles) - 1]
    part, p = np.minimum(shares["events"], whole), shares["share"]
    rest = (whole if whole > 0 else np.nan) - part
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt((part + held) / part**2 + (rest + errors.sum() - held) / rest**2)
        reach = np.exp(intervals.deviate(0.95) * between.stretch * error)
        odds, inner = p / (1 - p), (p > 0) & (p < 1)
        lower, upper = (odds * by / (1 + odds * by) for by in (1 / reach, reach))
    return {
        "lower_ci": np.where(inner, lower, shares["lower_ci"]),
        "upper_ci": np.where(inner, upper, shares["upper_ci"]),
        "p": between.p_first[np.asarray(deciles) - 1],
    }


def ranks_of_groups(
    rank: ArrayLike | pd.Series, weight: ArrayLike | pd.Series, group: ArrayLike | pd.Series
) -> pd.DataFrame:
    """Larger areas by the average rank of the areas in them, as the Indices of Deprivation rank them.

    Parameters
    ----------
    rank : array_like, one value an area
        1 = most deprived.
    weight : array_like
        Residents.
    group : array_like
        The larger area of each.

    Returns
    -------
    DataFrame
        On the larger areas: ``average`` rank, ``rank`` of it (1 = most deprived, equal ones the same) and
        ``decile`` of that among these larger areas.

    Notes
    -----
    A rounded mean of deciles is no decile: of averages few are near the ends.

    Examples
    --------
    >>> ranks_of_groups([1, 4, 2, 3], [100, 100, 300, 100], ["a", "a", "b", "b"])["average"].tolist()
    [2.5, 2.25]
    """
    table = pd.DataFrame({"rank": np.asarray(rank, float), "weight": np.asarray(weight, float)})
    table["group"] = np.asarray(group, object)
    table["part"] = table["rank"] * table["weight"]
    sums = table.groupby("group")[["part", "weight"]].sum()
    average = sums["part"] / sums["weight"]
    place = average.rank(method="min")
    decile = np.ceil(place * 10 / len(place))
    return pd.DataFrame({"average": average, "rank": place, "decile": decile}).astype(
        {"rank": "Int64", "decile": "Int64"}
    )


def bivariate_classes(
    measure: ArrayLike | pd.Series, deprivation_rank: ArrayLike | pd.Series
) -> pd.DataFrame:
    """Thirds of a measure against thirds of deprivation, for a map in 3×3 colours.

    Parameters
    ----------
    measure : array_like, one value an area
        Count or rate; NaN has no class.
    deprivation_rank : array_like
        National rank or decile, 1 = most deprived; the thirds are those of the areas given.

    Returns
    -------
    DataFrame
        ``measure_class`` and ``deprivation_class`` (Int8, 3 = highest measure, most deprived), ``class``
        (Int8 from 1 = low and least deprived to 9 = high and most deprived: 3·(deprivation − 1) + measure).
        NA where either is missing. Equal values share a class; where so many are
        equal that they fill two, it is the lower.
    """
    index = measure.index if isinstance(measure, pd.Series) else None
    high = ranked_classes(np.asarray(measure, dtype=np.float64), 3)["first"]
    rank = np.asarray(pd.Series(deprivation_rank).astype("Float64"), dtype=np.float64)
    deprived = ranked_classes(-rank, 3)["first"]
    both = 3 * (deprived.array - 1) + high.array
    table = pd.DataFrame({"measure_class": high, "deprivation_class": deprived, "class": both})
    return table if index is None else table.set_axis(index, axis=0)
