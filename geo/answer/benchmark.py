"""What are the rates of the areas, and with whom are they compared?"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from geo.answer.asked import Asked
from geo.ask.choices import ENGLAND
from geo.stats import rates


def standardised(s: Asked, confidence: float) -> pd.DataFrame:
    """Age-standardised rates with their limits, which allow for persons with several events."""
    events, residents = s.ages()
    squares = s.squares(np.arange(len(s.frame)), len(s.frame))
    if squares is not None:
        squares = pd.DataFrame(squares, events.index, events.columns)
    table = rates.dsr(events, residents, squares=squares, years=s.years, confidence=confidence)
    limits = ["value", "lower_ci", "upper_ci"]
    return table.set_axis(s.frame.index).assign(**s.gate.coarse(table[limits]))


def crude(s: Asked, confidence: float) -> pd.DataFrame:
    """Rates per 1,000 of the protected counts with their limits."""
    return rates.crude_rate(s.shown, s.population, confidence=confidence).set_axis(s.frame.index)


def overall(s: Asked, areas: np.ndarray, *, by_age: bool = False) -> float:
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


def reference(s: Asked) -> np.ndarray:
    """Areas that the query compares with: those of a borough, else the whole, also in place of England."""
    mine = (s.frame["lad"] == s.query.benchmark).to_numpy()
    return mine if mine.any() else s.inside


def benchmark(s: Asked) -> Benchmark:
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
