"""What part of the events is of these persons, or happened so?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from pandas.arrays import IntegerArray

from geo.answer.asked import Asked
from geo.answer.colours import PALETTES
from geo.answer.columns import Column, figures
from geo.answer.counts import Counted
from geo.answer.layer import NO_CLAIM, Layer
from geo.answer.legend import Drawn
from geo.answer.measures import measure
from geo.answer.steps import in_steps
from geo.ask.factors import CODE, FACTORS
from geo.ask.query import Query, filters_of
from geo.ask.words import percent
from geo.stats.intervals import wilson
from geo.stats.protect import SURE, widened
from geo.stats.rates import UNRELIABLE_BELOW

LEAST = 10
"""Events under which an area's share is not shown."""
NOTHING_CHOSEN = (
    "Choose persons or circumstances, or a saved definition: the share is that of what is chosen."
)


def without(query: Query) -> Query:
    """Return the same question of all events for which what it asks of persons is recorded."""
    changes: dict[str, object] = {"definition": ""}
    for one, chosen in filters_of(query):
        factor = FACTORS.get(one.name)
        if factor is not None:
            known = factor.unknown.isdisjoint(chosen)
            every = tuple(at for at in range(len(factor.values)) if at not in factor.unknown)
            changes[one.field] = every if known else ()
        elif one.name == CODE.name:
            changes[one.field] = one.default
    return query.replace(**changes)


def draw_share(s: Asked) -> Drawn:
    of = without(s.kept)
    chosen = of != s.kept
    whole: Counted = s.loaded.reported(s.loaded.select(of), s.level.of_lsoas(s.chosen))
    part, every = s.shown, s.protected(s.level.add_up(whole.by_area)).to_numpy(np.float64, na_value=np.nan)
    enough = (every >= LEAST) & ~np.isnan(part) & chosen
    x, n = np.where(enough, np.minimum(part, every), 0.0), np.where(enough, every, 0.0)
    limits = wilson(pd.Series(x, s.frame.index), pd.Series(n, s.frame.index)) * 100
    value, lower, upper = (
        np.where(enough, limits[name].to_numpy(float), np.nan) for name in ("value", "lower_ci", "upper_ci")
    )
    if s.loaded.noise:
        with np.errstate(invalid="ignore", divide="ignore"):
            noise = 100 * SURE * np.sqrt(s.noise) / np.where(enough, every, np.nan)
        lower, upper = widened(value, lower, upper, noise)
        upper = np.minimum(upper, 100.0)
    none = f"Fewer than {LEAST} {s.noun}, or suppressed" if chosen else "Nothing chosen"
    codes, classes = in_steps(s, f"Share of {s.noun}, %", value, s.inside, none=none)
    columns = measure(s).columns.assign(
        share_of=IntegerArray(n.astype(np.int64), ~enough),
        share_percent=value,
        share_lower=lower,
        share_upper=upper,
    )
    return Drawn(columns, codes, classes, _finding(s, whole, value, part), _caveats(s, chosen))


def _finding(s: Asked, whole: Counted, value: np.ndarray, part: np.ndarray) -> str:
    if without(s.kept) == s.kept:
        return NOTHING_CHOSEN
    share = s.gate.share(int(s.counts[s.inside].sum()), int(whole.by_area[s.lsoas].sum()))
    if share is None:
        return f"Too few {s.noun} match these filters for a share."
    said = f"{percent(share)} of {_whole(s)} match the filters"
    if s.loaded.noise and s.query.level != "borough":
        return f"{said}; by boroughs alone, so that no {s.area} is named."
    sure = np.where(s.inside & (part >= UNRELIABLE_BELOW), value, np.nan)
    if np.isnan(sure).all():
        return f"{said}; no {s.area} has {UNRELIABLE_BELOW} of them, so none is named."
    best = int(np.nanargmax(sure))
    name = str(s.frame["name"].iloc[best])
    highest = f"the share is highest in {name}, {sure[best]:.0f}%"
    return f"{said}; {highest}, among areas where {UNRELIABLE_BELOW} or more do."


def _caveats(s: Asked, chosen: bool) -> tuple[str, ...]:
    if not chosen:
        return ()
    return (
        f"The share is of {_whole(s)}, of the same time and categories; limits are Wilson's, of 95%, each "
        "area by itself.",
    )


def _whole(s: Asked) -> str:
    """What is divided by: of a definition or of codes every event, else those for which it is recorded."""
    noun = f"all {s.loaded.info.noun}" if s.kept.definition and not s.kept.category else f"the {s.noun}"
    asked = any(one.name in FACTORS for one, _ in filters_of(s.kept))
    return f"{noun} for which it is recorded" if asked else noun


_FORM = figures("{:.1f}%")
SHARE = Layer(
    key="proportion",
    label="Share: who and with what",
    explanation="What part of the events is of the persons, circumstances or saved definition chosen, of "
    "those for which it is recorded: knives among robberies, women among victims. The top of the legend is "
    "the largest share.",
    group="How many",
    draw=draw_share,
    claim=NO_CLAIM,
    scale="rising",
    ramps=tuple(PALETTES.values()),
    columns=(
        Column(
            "share_of",
            "Events of the same time and categories for which what is asked of persons is recorded",
            "Of so many",
            "Of",
        ),
        Column(
            "share_percent",
            "Share of these that are what is asked for, in per cent; blank under 10 events",
            "Share",
            "Share",
            write=_FORM,
        ),
        Column(
            "share_lower", "Lower limit of the share (95%, Wilson)", "Share, lower limit", "From", write=_FORM
        ),
        Column(
            "share_upper", "Upper limit of the share (95%, Wilson)", "Share, upper limit", "To", write=_FORM
        ),
    ),
    about="share_percent",
    ranks="share_percent",
    heeds=frozenset({"palette"}),
    evidence=("factors", "represented", "pairs", "premises"),
)
