"""Which rates rest on little: few events, suppressed counts, a short time?"""

from __future__ import annotations

import numpy as np

from geo.answer.asked import Asked
from geo.answer.columns import DAGGER
from geo.answer.disclosure import ASSUMED, ROUNDED_TO
from geo.ask.words import AREAS, counted, verb
from geo.stats import rates
from geo.stats.concentration import sure_of_top

TOO_FEW = f"Fewer than {rates.HIDE_RATE_BELOW} events"
YEAR = 365
"""Days from which on a period is not shorter than a year."""


def few_events(s: Asked, events: np.ndarray, value: np.ndarray) -> tuple[str, ...]:
    """Say how many of the rates shown rest on few events, and how many are not shown for having fewer."""
    there = s.inside & ~np.isnan(value)
    weak = int((rates.unreliable(events) & there).sum())
    some, said = counted(int(there.sum()), *AREAS[s.query.level]), []
    if weak:
        few = f"{DAGGER} fewer than {rates.UNRELIABLE_BELOW} events"
        said.append(f"The rate is unreliable in {weak:,} of {some} with one ({few}).")
    hidden = int(((events < rates.HIDE_RATE_BELOW) & np.isnan(value) & s.inside).sum())
    if hidden:
        others = counted(hidden, *AREAS[s.query.level])
        said.append(f"The rate is not shown in {others} with fewer than {rates.HIDE_RATE_BELOW} events.")
    return tuple(said)


def of_period(s: Asked) -> tuple[str, ...]:
    """Say what a rate a year is in the period itself, where that is shorter."""
    days = s.days
    if not days or days >= YEAR:
        return ()
    return (
        f"Rates are those of a year at the pace of the {days} days shown; in these days themselves they were "
        f"{s.years:.3g} times as high.",
    )


def smoothed_of_few(s: Asked, value: np.ndarray) -> tuple[str, ...]:
    """Say what smoothed rates rest on: few events, and suppressed counts."""
    said = few_events(s, s.shown, value)
    if hidden := int((np.isnan(s.shown) & s.inside).sum()):
        some = counted(hidden, *AREAS[s.query.level])
        said += (
            f"The suppressed count of {some} is taken as {ASSUMED:.0f} in the averages that rates are drawn "
            "to, and gives no rate and no rank.",
        )
    return (*said, *of_period(s))


def by_rounding(
    s: Asked, value: np.ndarray, an_event: np.ndarray, top: np.ndarray, which: str
) -> tuple[str, ...]:
    """Say how many of the highest areas are so however their counts were rounded; nothing of an open source.

    Parameters
    ----------
    s : Asked
    value : ndarray of float
        Made from protected counts.
    an_event : ndarray of float
        What one event more adds to each.
    top : ndarray of bool
        The areas with the highest.
    which : str
        Which they are, "in the highest fifth".
    """
    number, value = int(top.sum()), np.where(s.inside, value, np.nan)
    if not s.gate.controlled or not number or number == (~np.isnan(value)).sum():
        return ()
    reach = np.where(s.shown > 0, ROUNDED_TO // 2, 0) * an_event
    sure = sure_of_top(value, reach, top)
    some, are = counted(number, *AREAS[s.query.level]), verb(sure, "is", "are")
    return (
        f"Counts are to the nearest {ROUNDED_TO}: of the {some} {which}, {sure or 'none'} {are} among them "
        "however they were rounded.",
    )
