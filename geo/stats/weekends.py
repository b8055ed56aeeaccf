"""How busy will a weekend be? Counts of weekends by what the calendar says of them, with an honest interval.

The method is in ``docs/methods/patrol.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

FEWEST = 52
"""Weekends of history below which nothing is forecast."""
FARTHEST = 30
"""Logarithm of a ratio beyond which none is told from another: of events so rare that it has no end."""
LARGEST = np.log(100)
"""Logarithm of a ratio that no effect of the calendar has; of events that are rare one could be as large."""
LONGEST = 260
"""Weekends of history that are looked at, the last ones."""
SEEN = 3
"""Weekends of a kind, and not of it, below which its effect cannot be told."""
AHEAD = 13
"""Weekends that are forecast at once."""
YEAR = 52
"""Weekends whose thirds a weekend is graded by: the last of the history."""
STEPS = 50
KEPT = (0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995)
"""Shares of what is known of the level that may be kept from one weekend to the next."""
SPREAD = (1.0, 1.15, 1.3, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0, 6.0, 10.0, 20.0)
"""Variances of a count over its expectation that are tried."""
SURE = 0.5
"""Chance of the lower or the upper third above which a weekend is graded so."""
GRADES = ("quieter", "usual", "busier")
"""Thirds of the last year's weekends, the lowest first."""


class Model(NamedTuple):
    """Expected counts of weekends: a level that moves, times what the calendar says.

    Attributes
    ----------
    effects : Series
        Logarithms, on the columns of the calendar whose effect could be told.
    covariance : ndarray
        Of the effects, over-dispersion in it.
    centre : ndarray
        Mean of these columns in the last year.
    dispersion : float
        Variance of a count over its expectation, at least 1.
    level, weight : float
        The level after the last weekend, and the events that it rests on.
    kept : float
        Share of that weight which the next weekend keeps: below 1 as far as the level moved.
    """

    effects: pd.Series
    covariance: np.ndarray
    centre: np.ndarray
    dispersion: float
    level: float
    weight: float
    kept: float


def fit(counts: np.ndarray, calendar: pd.DataFrame) -> Model:
    """Fit the effects of the calendar, and follow the level.

    The effects are estimated by quasi-likelihood, log-linear, beside a level with a bend once a year, so that
    the season is told from a rise over years. The level is then followed from weekend to weekend as a gamma
    law that forgets a share each time; the share and the dispersion are those which foretold the next
    weekends best.

    Parameters
    ----------
    counts : ndarray, length n
    calendar : DataFrame, n rows
        One column a term. Those that fewer than :data:`SEEN` weekends have, or lack, are left out.

    References
    ----------
    McCullagh and Nelder (1989), Generalized linear models, chapter 9; Harvey and Fernandes (1989), Time
    series models for count or qualitative observations, Journal of Business and Economic Statistics 7.
    """
    y = np.asarray(counts, float)
    if not y.any():
        raise ValueError("no weekend has any event")
    told = [name for name, column in calendar.items() if _varies(column.to_numpy(float))]
    own, levels = calendar[told].to_numpy(float), _levels(len(y))
    x = np.column_stack([levels, own])
    beta = np.zeros(x.shape[1])
    beta[: levels.shape[1]] = np.log(y.mean())
    for _ in range(STEPS):
        mean = np.exp(np.clip(x @ beta, -FARTHEST, FARTHEST))
        step = np.linalg.pinv(x.T @ (x * mean[:, None])) @ (x.T @ (y - mean))
        beta = beta + np.clip(step, -3, 3)
        if np.abs(step).max() < 1e-9:
            break
    inverse = np.linalg.pinv(x.T @ (x * np.exp(np.clip(x @ beta, -FARTHEST, FARTHEST))[:, None]))
    first = levels.shape[1]
    effects = pd.Series(beta[first:], told, dtype=float)
    times = np.exp(np.clip(own @ effects.to_numpy(), -FARTHEST, FARTHEST))
    level, weight, kept, dispersion = _followed(y, times)
    covariance = dispersion * inverse[first:, first:]
    return Model(effects, covariance, own[-YEAR:].mean(axis=0), dispersion, level, weight, kept)


def _varies(column: np.ndarray) -> bool:
    _, number = np.unique(column, return_counts=True)
    return len(number) > 1 and len(column) - number.max() >= SEEN


def _levels(n: int) -> np.ndarray:
    """A level with a bend once a year, even in the last half year: weights of its values at the bends."""
    age = np.arange(n)[::-1]
    knots = np.arange(YEAR // 2, max(n, YEAR // 2 + 1), YEAR)
    return np.column_stack([np.interp(age, knots, row) for row in np.eye(len(knots))])


def _followed(y: np.ndarray, times: np.ndarray) -> tuple[float, float, float, float]:
    """The level after the last weekend, its weight, the share kept and the dispersion.

    Of all pairs of :data:`KEPT` and :data:`SPREAD` that which foretold each next weekend best.
    """
    kept, spread = np.array(KEPT), np.array(SPREAD)[:, None, None]
    events, exposure = np.full(len(kept), y[0] + 1e-3), np.full(len(kept), times[0])
    mean, weight = np.empty((2, len(y) - 1, len(kept)))
    for at, (count, factor) in enumerate(zip(y[1:], times[1:], strict=True)):
        events, exposure = kept * events, kept * exposure
        mean[at], weight[at] = factor * events / exposure, events
        events, exposure = events + count, exposure + factor
    mean, weight = mean[YEAR // 2 :], weight[YEAR // 2 :]
    law = _law(mean, spread * (mean + mean**2 / weight))
    foretold = law.logpmf(np.round(y[1 + YEAR // 2 :, None])).sum(axis=1)
    row, best = np.unravel_index(foretold.argmax(), foretold.shape)
    return float(events[best] / exposure[best]), float(events[best]), KEPT[best], SPREAD[row]


def forecast(model: Model, calendar: pd.DataFrame, bounds: tuple[float, float]) -> pd.DataFrame:
    """Forecast the weekends after the last, one after the other, and grade them.

    A count to come is taken as negative binomial. Its variance is that of chance (the dispersion times the
    mean), of a level that may have moved by then, and of what the history leaves open of the effects.

    Parameters
    ----------
    model : Model
    calendar : DataFrame
        Of these weekends.
    bounds : pair of float
        Bounds of the thirds that weekends are graded by, as :func:`thirds` gives them.

    Returns
    -------
    DataFrame
        On the index of ``calendar``: ``expected, lower, upper`` (95%), ``grade`` (0 to 2, place in
        :data:`GRADES`: the lower or the upper third where the count is more likely in it than not, else
        usual), ``quieter`` and ``busier`` (chances of the two).
    """
    own = calendar[model.effects.index].to_numpy(float)
    mean = model.level * np.exp(np.clip(own @ model.effects.to_numpy(), -FARTHEST, FARTHEST))
    away = own - model.centre
    unsure = np.einsum("ij,jk,ik->i", away, model.covariance, away)
    moved = model.dispersion / (model.weight * model.kept ** np.arange(1, len(own) + 1))
    law = _law(mean, model.dispersion * mean + mean**2 * (unsure + moved))
    below = law.cdf(np.ceil(bounds[0]) - 1)
    above = law.sf(np.floor(bounds[1]))
    grade = np.where(below > SURE, 0, np.where(above > SURE, 2, 1))
    return pd.DataFrame(
        {
            "expected": mean,
            "lower": law.ppf(0.025),
            "upper": law.ppf(0.975),
            "grade": grade,
            "quieter": below,
            "busier": above,
        },
        calendar.index,
    )


def _law(mean: np.ndarray, variance: np.ndarray):  # type: ignore[no-untyped-def]
    """Negative binomial with this mean and variance, of more than the mean."""
    variance = np.maximum(variance, mean * (1 + 1e-9))
    from scipy.stats import nbinom

    return nbinom(mean**2 / (variance - mean), mean / variance)


def thirds(counts: np.ndarray) -> tuple[float, float]:
    """Bounds of the lower and the upper third of the last year's weekends.

    Examples
    --------
    >>> thirds(np.arange(1, 53))
    (18.0, 35.0)
    """
    lower, upper = np.quantile(np.asarray(counts, float)[-YEAR:], [1 / 3, 2 / 3])
    return float(lower), float(upper)


def grade_of(counts: np.ndarray, bounds: tuple[float, float]) -> np.ndarray:
    """The third that counts fall in, 0 to 2."""
    y = np.asarray(counts, float)
    return np.where(y < bounds[0], 0, np.where(y > bounds[1], 2, 1))


def ahead(counts: np.ndarray, calendar: pd.DataFrame) -> pd.DataFrame:
    """Forecast the weekends that have no count yet from those that have one.

    Parameters
    ----------
    counts : ndarray, length n
        Of the first weekends of the calendar.
    calendar : DataFrame
        n rows or more.

    Returns
    -------
    DataFrame
        As :func:`forecast`, of the weekends from n on.

    Raises
    ------
    ValueError
        If there is too little history, or no event in it.
    """
    n = len(counts)
    if n < FEWEST:
        raise ValueError(f"fewer than {FEWEST} weekends of history")
    past = slice(max(0, n - LONGEST), n)
    return forecast(fit(counts[past], calendar.iloc[past]), calendar.iloc[n:], thirds(counts))


def changed_by(counts: np.ndarray, calendar: pd.DataFrame, terms: Sequence[str]) -> pd.DataFrame:
    """Ratio of weekends that a term of the calendar marks to others, as :func:`ahead` takes it.

    Parameters
    ----------
    counts, calendar
        As :func:`ahead`, of the history alone.
    terms : sequence of str
        Columns of the calendar.

    Returns
    -------
    DataFrame
        On those whose effect could be told: ``ratio, lower, upper`` (95%).
    """
    model = fit(counts[-LONGEST:], calendar.iloc[-LONGEST:])
    error = pd.Series(np.sqrt(np.diag(model.covariance)), model.effects.index)
    told = [term for term in terms if term in model.effects]
    effect, far = model.effects[told], 1.96 * error[told]
    ends = pd.DataFrame({"ratio": effect, "lower": effect - far, "upper": effect + far})
    return np.exp(ends[effect.abs() + far < LARGEST])


def looked_back(counts: np.ndarray, calendar: pd.DataFrame, tested: int = 2 * YEAR) -> pd.DataFrame:
    """Forecast weekends that are over as they would have been, :data:`AHEAD` at a time, from those before.

    Parameters
    ----------
    counts, calendar
        As :func:`ahead`.
    tested : int
        The last weekends, as far as enough history comes before them.

    Returns
    -------
    DataFrame
        As :func:`forecast`, with ``count``, ``found`` (the third it fell in) and ``covered``.
    """
    n = len(counts)
    first = max(FEWEST, n - tested)
    parts = []
    for start in range(first, n, AHEAD):
        stop = min(start + AHEAD, n)
        if not np.any(counts[max(0, start - LONGEST) : start]):
            continue
        part = ahead(counts[:start], calendar.iloc[:stop])
        part["count"] = counts[start:stop]
        part["found"] = grade_of(counts[start:stop], thirds(counts[:start]))
        parts.append(part)
    if not parts:
        columns = ["expected", "lower", "upper", "grade", "quieter", "busier", "count", "found", "covered"]
        return pd.DataFrame(columns=columns)
    table = pd.concat(parts)
    return table.assign(covered=table["count"].between(table["lower"], table["upper"]))


class Record(NamedTuple):
    """How forecasts did.

    Attributes
    ----------
    weekends, hits, covered : int
    by_chance : float
        Share of hits to expect if the same grades were dealt to the same weekends by lot.
    """

    weekends: int
    hits: int
    covered: int
    by_chance: float


def record(tried: pd.DataFrame) -> Record:
    """Count how forecasts did that :func:`looked_back` made."""
    n = len(tried)
    share = [
        (tried[column].to_numpy(int)[:, None] == np.arange(3)).sum(axis=0) for column in ("grade", "found")
    ]
    hits = int((tried["grade"] == tried["found"]).sum())
    chance = float((share[0] * share[1]).sum() / n**2) if n else float("nan")
    return Record(n, hits, int(tried["covered"].sum()) if n else 0, chance)
