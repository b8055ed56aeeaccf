"""How many days of patrols show a reduction, if there is one? Power, from the county's own counts.

The formula and what it was checked against are in ``docs/methods/patrol.md``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

REDUCTIONS = (0.1, 0.2, 0.3, 0.4)


def power(
    history: np.ndarray,
    a_day: int,
    *,
    reductions: Sequence[float] = REDUCTIONS,
    days: int | None = None,
    wanted: float = 0.8,
    alpha: float = 0.05,
) -> pd.DataFrame:
    """Days needed to see reductions, and the chance to see them in a given number of days.

    With m the mean of a place-day, v its variance around what area and day let expect, n of N areas a day
    and a reduction r, the difference of the two means after D days has the variance
    v · ((1 − r) / n + 1 / (N − n)) / D.

    Parameters
    ----------
    history : ndarray, shape (N, days)
        Counts, or harm, of the chosen areas on days without such patrols. Only days after those that the
        areas were chosen by are fair: areas are chosen when they are high.
    a_day : int
    reductions : sequence of float
        Shares of events that patrols prevent on their day.
    days : int, optional
        Length that is thought of.
    wanted : float
        Chance to see it.
    alpha : float
        Two-sided level of the test.

    Returns
    -------
    DataFrame
        Index ``reduction``; ``days`` (NaN where there are no events) and, if a length is given, ``chance``.

    Examples
    --------
    >>> even = np.random.default_rng(1).poisson(0.3, (21, 365))
    >>> power(even, 7, days=90).round(2)["days"].tolist()
    [519.0, 121.0, 50.0, 26.0]
    """
    history = np.asarray(history, float)
    n, length = history.shape
    mean = history.mean()
    net = history - history.mean(axis=1, keepdims=True) - history.mean(axis=0, keepdims=True) + mean
    variance = (net**2).sum() / ((n - 1) * (length - 1))
    rows = {}
    for reduction in reductions:
        a_single_day = variance * ((1 - reduction) / a_day + 1 / (n - a_day))
        seen = reduction * mean
        needed = (ndtri(1 - alpha / 2) + ndtri(wanted)) ** 2 * a_single_day / seen**2 if seen else np.nan
        rows[reduction] = {"days": float(np.ceil(needed))}
        if days is not None:
            z = seen * np.sqrt(days / a_single_day) if seen else 0.0
            far = ndtri(1 - alpha / 2)
            rows[reduction]["chance"] = float(ndtr(z - far) + ndtr(-z - far))
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("reduction")
