"""When is it a hotspot? The hotspot maps of all hours of the week, judged at once."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.answer.asked import ALPHA, Asked
from geo.answer.colours import PLAIN, SEQUENTIAL
from geo.answer.columns import Column, figures, words
from geo.answer.layer import Claim, Layer
from geo.answer.layer_clusters import NOT_CORRECTED, of_what, unjudged
from geo.answer.legend import Drawn, Kind, classify
from geo.answer.moments import DAYS_KNOWN, HOURS_KNOWN, TIMED
from geo.ask.words import DAY_NAMES, clock_runs, listed, percent, upper_first, verb
from geo.stats.at_once import hot_at_once

WEEK = DAYS_KNOWN * HOURS_KNOWN
"""Hours of a week."""
EDGES = (1, 5, 13, 25, 49)
"""Hours from which each class after the first begins."""
OFTEN = tuple(
    Kind(f"from-{low}", label, shade, said=f"hotspot, {label}")
    for low, label, shade in zip(
        reversed(EDGES),
        ("49 hours or more", "25 to 48 hours", "13 to 24 hours", "5 to 12 hours", "1 to 4 hours"),
        reversed(SEQUENTIAL.steps(len(EDGES))),
        strict=True,
    )
)
NEVER = Kind("never", "In no hour", PLAIN, said="")
MOST_TIED = 2
"""Areas of one place that are named."""
RUNS = 3
"""Stretches of hours of an area that its row names."""


def draw_hours(s: Asked) -> Drawn:
    """In how many hours of the week each area is a hotspot, and in which."""
    if not s.info.has_hours:
        nowhere = np.full(len(s.frame), -1)
        codes, classes = classify("Hours", (NEVER,), nowhere, s.inside, no_value="Time of day not known")
        why = f"No hour can be judged: {s.info.no_hours_reason}"
        return Drawn(s.frame.iloc[:, :0], codes, classes, why)
    slots = s.selection.slots
    asked = np.ones(WEEK, bool) if slots is None else slots[TIMED]
    counts = s.level.add_up(s.selection.by_area_and_hour())[:, asked]
    looks = hot_at_once(counts[s.inside], s.among, alpha=ALPHA, fdr=s.query.fdr)
    hot = np.zeros((len(s.frame), WEEK), bool)
    hot[np.ix_(s.inside, asked)] = looks.hot
    hours = hot.sum(axis=1)
    judged = np.zeros(len(s.frame), bool)
    judged[s.inside] = np.isfinite(looks.p).any(axis=1)
    kinds = (*OFTEN, NEVER)
    position = np.where(judged, len(EDGES) - np.searchsorted(EDGES, hours, side="right"), -1)
    title = f"Hours of the week as a hotspot of {s.noun} (Gi*)"
    codes, classes = classify(title, kinds, position, s.inside, no_value="Not defined")
    when = [", ".join(clock_runs(row.tolist(), RUNS)) if row.any() else None for row in hot]
    columns = pd.DataFrame(
        {"hot_hours": pd.array(np.where(judged, hours, -1), "Int64"), "hot_when": when}, s.frame.index
    )
    columns.loc[~judged, "hot_hours"] = pd.NA
    caveats = _caveats(s, counts, int(judged.sum()), int(asked.sum()))
    return Drawn(columns, codes, classes, _finding(s, hot, judged, int(asked.sum())), caveats)


def _finding(s: Asked, hot: np.ndarray, judged: np.ndarray, asked: int) -> str:
    of, events = int(judged.sum()), of_what(s)
    if not of:
        return unjudged(s, f"hotspots of {events} hour by hour")
    ever, hours = hot.any(axis=1), hot.sum(axis=1)
    number, most = int(ever.sum()), np.flatnonzero(hours == hours.max())
    looked_at = f"{asked} hours of the week" if asked > 1 else "hour looked at"
    if not number:
        any_of = "any of the " if asked > 1 else "the "
        return f"No hour stands out: {s.areas(0, of)} is a hotspot of {events} in {any_of}{looked_at}."
    are = verb(number, "is a hotspot", "are hotspots")
    said = f"{s.areas(number, of)} {are} of {events} in "
    if asked == 1:
        return f"{said}the {looked_at}."
    said += f"some of the {looked_at}, {_named(s, most)} in the most, {hours.max()}."
    at_once = hot.sum(axis=0)
    fullest = np.flatnonzero(at_once == at_once.max()).tolist()
    if len(fullest) == 1 and at_once.max() > 1:
        said += f" Most at once, {at_once.max()}, are on {_moment(fullest[0])}."
    return said


def _named(s: Asked, areas: np.ndarray) -> str:
    """Areas that tie, by their names where they are few."""
    names = [str(s.frame["name"].iloc[at]) for at in areas]
    return listed(names) if len(names) <= MOST_TIED else f"{len(names):,} of them"


def _moment(hour: int) -> str:
    """An hour of the week in words, "Friday at 23:00"."""
    day, hour = divmod(hour, HOURS_KNOWN)
    return f"{DAY_NAMES[day]} at {hour:02d}:00"


def _caveats(s: Asked, counts: np.ndarray, judged: int, asked: int) -> tuple[str, ...]:
    if not judged:
        return ()
    hours = f"{asked} hours" if asked > 1 else "one hour"
    looks = f"{judged * asked:,} looks at once ({s.judged(judged)} at {hours})"
    said = [f"Corrected for all {looks}, at a false discovery rate of {ALPHA:.0%}."]
    if not s.query.fdr:
        said = [f"{NOT_CORRECTED}: up to {np.ceil(ALPHA * judged * asked):,.0f} of {looks} may be by chance."]
    said.append("An hour that is not named may only have too few events to tell.")
    untimed = s.at_any_time.untimed(s.lsoas)
    share = s.gate.share(untimed, untimed + int(counts[s.inside].sum()))
    if untimed and share is not None:
        said.append(f"{upper_first(percent(share))} of {s.noun} have no known time and are in no hour.")
    return tuple(said)


HOURS_HOT = Layer(
    key="hot_hours",
    label="When is it a hotspot?",
    explanation="A hotspot map (Gi*) of each hour of the week, all 168 judged together: in how many hours an "
    "area and its neighbours stand out, and in which. With hours, days or nights chosen, of those only.",
    group="Over time",
    draw=draw_hours,
    claim=Claim(tuple(kind.key for kind in OFTEN), ("equal", "dealt"), ("residents", "smooth"), timed=True),
    kinds=(*OFTEN, NEVER),
    leads=tuple(kind.key for kind in OFTEN),
    columns=(
        Column(
            "hot_hours",
            "Hours of the week in which the area is a hotspot (Gi*), corrected for looking at all at once",
            "Hours of the week as a hotspot",
            "Hours hot",
            write=figures("{:.0f}"),
        ),
        Column(
            "hot_when",
            f"Which hours those are, the {RUNS} longest stretches first",
            "A hotspot on",
            "When",
            write=words({}),
            told=True,
            in_panel=True,
            pixels=220,
            width=40,
        ),
    ),
    about="hot_hours",
    heeds=frozenset({"fdr"}),
    evidence=("stability",),
)
