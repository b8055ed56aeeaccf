"""When in the week: as recorded, or as well as it can be known?

:func:`week_of` counts a selection by weekday and hour and says how much of it has no known time. Times that
stand at midnight because they were not known can be left out, and events of which only a range of time is
known can be spread over it (:mod:`geo.stats.clock` has the methods). Everything here has passed the gate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from geo.answer.counts import Counted
from geo.answer.disclosure import ASSUMED, LARGEST_SUPPRESSED, SUPPRESSED, Gate
from geo.answer.immutable import immutable
from geo.answer.moments import DAYS_KNOWN, HOURS_KNOWN, N_SLOTS, first_week, ordinals_before
from geo.ask.source_info import SourceInfo
from geo.ask.words import percent, upper_first
from geo.stats.clock import aoristic
from geo.stats.midnight import Midnight, at_midnight, cut
from geo.stats.peaks import Clumping, clumping, peak

LONGEST = 24.0
"""Hours beyond which a range says too little of the time."""


@dataclass(frozen=True, kw_only=True)
class Week:
    """When in the week it happens; protected.

    Attributes
    ----------
    clock : DataFrame or None
        Weekday (0 Monday) by hour (0-23), Int64, missing where suppressed; None where hours are not known.
    midnight : Midnight or None
        Where 00:00 stands out in this clock, as it does where times were not known.
    when : str
        The busiest day and hours and how sure that is, a sentence; "" without hours.
    stands_out : bool
        Whether it names any.
    kind : str
        Key of :data:`geo.ask.choices.CLOCKS`: what is shown, which is "recorded" where another cannot be.
    untimed : str
        How many have no known time and are not in it, one or two sentences.
    reasons : mapping
        Key of each clock that cannot be shown to the reason, a sentence.
    """

    clock: pd.DataFrame | None = immutable()
    midnight: Midnight | None
    when: str
    stands_out: bool = False
    kind: str = "recorded"
    untimed: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict)


def week_of(
    selection: Counted,
    lsoas: np.ndarray,
    info: SourceInfo,
    gate: Gate,
    kind: str,
    *,
    whole: Week | None = None,
) -> Week:
    """Count a selection by weekday and hour.

    Parameters
    ----------
    selection : Counted
        Not filtered by hours, days or nights.
    lsoas : ndarray of bool, shape (number of LSOAs,)
    info : SourceInfo
    gate : Gate
    kind : str
        Key of :data:`geo.ask.choices.CLOCKS` that is asked for.
    whole : Week, optional
        As recorded, of all the areas that these are part of: their midnight is judged and cut as its is,
        since one area has too few events to tell by itself.

    Returns
    -------
    Week
    """
    if not info.has_hours:
        return Week(clock=None, midnight=None, when="")
    units, exposure = by_unit(selection, lsoas)
    units = units[:, :DAYS_KNOWN, :HOURS_KNOWN]
    clumped = clumping(units.sum(axis=2), exposure), clumping(units.sum(axis=1))
    cells = units.sum(axis=0)
    known = gate.counts(cells.ravel())
    # Sentences rest on the protected cells and their total.
    counts = known.to_numpy(np.float64, na_value=ASSUMED).reshape(cells.shape)
    total = int(cells.sum())
    counts *= (gate.count(total) or 0) / max(1.0, counts.sum())
    midnight = _midnight(counts, clumped[1], info, whole)
    hidden = known.isna().reshape(cells.shape)
    sparse = bool(hidden.sum() > ((cells > 0) & ~hidden).sum())
    reasons = _reasons(selection, midnight, sparse, info, gate)
    kind = "recorded" if kind in reasons else kind
    shown = _CLOCKS[kind](_Material(selection, lsoas, gate, cells, counts, hidden, midnight.kept))
    left = midnight if kind == "recorded" else _midnight(shown.counts, clumped[1], info, None)
    kept = cut(shown.counts, left.kept)
    noisy = gate.controlled and whole is not None
    found = peak(kept, exposure=exposure.sum(axis=0), clumped=clumped, noun=info.noun)
    when = found.sentence
    if sparse:
        when = f"Too few {info.noun} to name the busiest hours: most hours of the week have 7 or fewer."
    elif noisy:
        when = "Busiest times of a part are not named: the protected version’s noise is as large."
    return Week(
        clock=shown.clock,
        midnight=left if left.stands_out else None,
        when=when,
        stands_out=bool(found.days or found.hours) and not (sparse or noisy),
        kind=kind,
        untimed=_untimed(shown, selection.untimed(lsoas), total, info.noun, gate)
        + _doubt(left, float(np.sum(shown.counts) - np.sum(kept))),
        reasons=reasons,
    )


def _midnight(counts: np.ndarray, clumped: Clumping | None, info: SourceInfo, whole: Week | None) -> Midnight:
    """Whether 00:00 stands out; a part is judged by the whole, and cut by its factor."""
    found = at_midnight(counts, clumped=1.0 if clumped is None else clumped.factor, noun=info.noun)
    if whole is None:
        return found
    kept = 1.0 if whole.midnight is None else whole.midnight.kept
    return replace(found, stands_out=whole.midnight is not None, kept=kept)


def by_unit(selection: Counted, areas: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Count a selection by week, weekday and hour; by month where the day of an event is not known.

    Parameters
    ----------
    selection : Counted
    areas : ndarray of bool, shape (n,), optional
        Only the events in these; None also counts those outside or without a place.

    Returns
    -------
    counts : ndarray of int64, shape (units, 8, 25)
        The last weekday and hour not known; an event of an unknown weekday is in any unit.
    exposure : ndarray of float, shape (units, 7)
        How often each weekday of a unit is in the time kept.
    """
    cube, length, cells = selection.cube, selection.days_by_month, selection.by_unit(areas)
    first = ordinals_before(cube.months)
    if selection.window:
        first = np.maximum(first, selection.window.start.toordinal() - 1)
    month = np.repeat(np.arange(len(first)), length)
    day = np.concatenate([np.empty(0, np.int64), *map(np.arange, length)]) + first[month]
    unit = day // DAYS_KNOWN - first_week(cube.months) if cube.by_week else month
    number = max(int(unit.max(initial=-1)), (len(cells) - 1) // N_SLOTS) + 1
    exposure = np.bincount(unit * DAYS_KNOWN + day % DAYS_KNOWN, minlength=number * DAYS_KNOWN)
    counts = np.pad(cells, (0, number * N_SLOTS - len(cells)))
    counts = counts.reshape(number, DAYS_KNOWN + 1, HOURS_KNOWN + 1)
    exposure = exposure.reshape(number, DAYS_KNOWN).astype(float)
    kept = exposure.any(axis=1)
    return counts[kept], exposure[kept]


def spread(selection: Counted, lsoas: np.ndarray | None) -> tuple[np.ndarray, int, int] | None:
    """Count by weekday and hour, each event spread over its range of time.

    Parameters
    ----------
    selection : Counted
    lsoas : ndarray of bool, shape (number of LSOAs,), or None
        Only the events in these; None counts those without a place too.

    Returns
    -------
    tuple or None
        The week, float (7, 24); how many timed events have a range, and of how many it is over a day, so
        that they are left out. None where no event has a range.
    """
    start, span = selection.ranges(lsoas)
    ranged = span > 0
    if not ranged.any():
        return None
    week = aoristic(start, span, longest=LONGEST).to_numpy()
    return week, int(ranged.sum()), int((span > LONGEST).sum())


# ---------------------------------------------------------------- the three clocks


@dataclass(frozen=True)
class _Material:
    """What a clock is made from: the true cells, and the protected ones as numbers."""

    selection: Counted
    lsoas: np.ndarray
    gate: Gate
    cells: np.ndarray
    counts: np.ndarray
    hidden: np.ndarray
    kept: float


@dataclass(frozen=True)
class _Shown:
    """One clock: its protected cells, numbers for sentences, and what it left out and why."""

    clock: pd.DataFrame
    counts: np.ndarray
    left_out: int = 0
    why: str = ""
    about: str = ""


def _recorded(m: _Material) -> _Shown:
    return _Shown(_protected(m.gate, m.cells), m.counts)


def _without(m: _Material) -> _Shown:
    """Midnight cut down to the hours beside it, all from protected cells, so that it tells no more."""
    kept = cut(m.counts, m.kept)
    clock = _protected(m.gate, np.rint(kept)).mask(m.hidden)
    left_out = round(float((m.counts - kept).sum()))
    return _Shown(clock, kept, left_out, "for what midnight holds beyond the hours beside it")


def _aoristic(m: _Material) -> _Shown:
    found = spread(m.selection, m.lsoas)
    if found is None:
        return _recorded(m)
    week, ranged, long = found
    # Of a controlled source a cell with any part of an event, up to 7, is suppressed, not rounded to nought.
    low = (week > 0) & (week <= LARGEST_SUPPRESSED) & m.gate.controlled
    clock = _protected(m.gate, np.where(low, 1, np.rint(week)))
    counts = clock.fillna(ASSUMED).to_numpy(float) if m.gate.controlled else week
    share = m.gate.share(ranged - long, int(m.cells.sum()) - long)
    some = "" if share is None else f"{share:.0%} have a range of time and are spread over it."
    return _Shown(clock, counts, long, "for a range of over a day", some)


_CLOCKS: dict[str, Callable[[_Material], _Shown]] = {
    "recorded": _recorded,
    "without": _without,
    "aoristic": _aoristic,
}


def _protected(gate: Gate, cells: np.ndarray) -> pd.DataFrame:
    """Weekday by hour through the gate, Int64."""
    known = gate.counts(cells.ravel())
    return pd.DataFrame({hour: known[hour::HOURS_KNOWN] for hour in range(HOURS_KNOWN)})


# ---------------------------------------------------------------- words


def _reasons(
    selection: Counted, midnight: Midnight, sparse: bool, info: SourceInfo, gate: Gate
) -> dict[str, str]:
    """Say which clocks cannot be shown, and why."""
    found = {}
    if not midnight.stands_out:
        found["without"] = "midnight does not stand out from the hours beside it."
    if not selection.cube.has_spans:
        found["aoristic"] = "the files loaded give no ranges of time."
    elif sparse and gate.controlled:
        found["aoristic"] = f"too few {info.noun}: single ones could be told."
    return found


def _untimed(shown: _Shown, untimed: int, timed: int, noun: str, gate: Gate) -> str:
    """Say what part of the events is not in a clock."""
    total = untimed + timed
    if not untimed + shown.left_out:
        return f"A time is recorded for all {noun}. {shown.about}".strip()
    part = upper_first(_part(untimed + shown.left_out, total, gate))
    said = f"{part} of {noun} have no known time and are left out"
    if shown.left_out:
        recorded, more = (_part(count, total, gate) for count in (untimed, shown.left_out))
        said += f": {recorded} as recorded, {more} {shown.why}"
    return f"{said}. {shown.about}".strip()


def _doubt(left: Midnight, excess: float) -> str:
    if not left.stands_out:
        return ""
    return (
        " Midnight (hatched) stands out: it may stand for times that were not known or be a real peak; the "
        f"busiest times are named without its excess of about {float(f'{excess:.3g}'):,.0f}."
    )


def _part(count: int, total: int, gate: Gate) -> str:
    share = gate.share(count, total)
    return f"{SUPPRESSED} (1 to {LARGEST_SUPPRESSED})" if share is None else percent(share)
