"""By what are areas put in order for patrols? Each way is one declaration of :data:`RANKINGS`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from geo.answer.asked import ALPHA, Asked
from geo.answer.disclosure import ASSUMED
from geo.ask.problem import Problem
from geo.stats.hotspots import getis_ord_star

TOP = 0.1
"""Share of the areas that are the busiest of a month."""


@dataclass(frozen=True)
class Ranking:
    """One way to put areas in order.

    Attributes
    ----------
    key, label : str
    form : str
        Format of its values.
    values : callable
        One value an area, the highest first; NaN where it has none. From protected counts alone.
    """

    key: str
    label: str
    form: str
    values: Callable[[Asked], np.ndarray]


def protected(asked: Asked) -> np.ndarray:
    """Protected counts as floats, those suppressed taken as :data:`ASSUMED`; NaN outside."""
    known = np.where(np.isnan(asked.shown), ASSUMED, asked.shown)
    return np.where(asked.inside, known, np.nan)


def _rate(asked: Asked) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = 1000 * protected(asked) / asked.population / asked.exposure
    return np.where(np.isfinite(rate), rate, np.nan)


def _harm(asked: Asked) -> np.ndarray:
    if not asked.county.snapshot.has("severity") or asked.gate.controlled:
        raise Problem("Harm needs weights (hotspots import severity) and a source with true numbers.")
    return np.where(asked.inside, asked.harm()[0], np.nan)


def _hot(asked: Asked) -> np.ndarray:
    inside = asked.inside
    found = getis_ord_star(protected(asked)[inside], asked.among, alpha=ALPHA, fdr=asked.query.fdr)
    values = np.full(len(inside), np.nan)
    values[inside] = np.where(found["cluster"] == "HH", found["z"], np.nan)
    return values


def _lasting(asked: Asked) -> np.ndarray:
    monthly = asked.gate.counts(asked.monthly().to_numpy().ravel()).to_numpy(np.float64, na_value=ASSUMED)
    monthly = monthly.reshape(len(asked.frame), -1)[asked.inside]
    bar = np.maximum(np.quantile(monthly, 1 - TOP, axis=0, method="inverted_cdf"), 1)
    values = np.full(len(asked.frame), np.nan)
    values[asked.inside] = 100 * (monthly >= bar).mean(axis=1)
    return values


def _agreed(asked: Asked) -> np.ndarray:
    services = [asked.ask(source=key, category=asked.query.category) for key in asked.sources]
    hot = np.sum([np.nan_to_num(_hot(one)) > 0 for one in services], axis=0).astype(float)
    return np.where(asked.inside, hot, np.nan)


RANKINGS: dict[str, Ranking] = {
    one.key: one
    for one in (
        Ranking("count", "Count", "{:,.0f}", protected),
        Ranking("rate", "Rate per 1,000 residents a year", "{:,.1f}", _rate),
        Ranking("harm", "Harm, by the weights loaded", "{:,.0f}", _harm),
        Ranking("hotspot", "Exact hotspot (z of Gi*)", "{:.2f}", _hot),
        Ranking("persistence", "Persistence: months in the busiest tenth, %", "{:.0f}", _lasting),
        Ranking("agreement", "Services that call it hot", "{:.0f}", _agreed),
    )
}
"""Every way, in the order of the control."""
