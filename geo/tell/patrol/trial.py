"""What did patrols come to? A trial judged from its sealed record, as tables for the page and a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
import shapely

from geo.answer.asked import ALPHA, Asked
from geo.answer.atlas import Atlas
from geo.answer.daily import by_day, needs_days
from geo.answer.disclosure import marking
from geo.ask.describe import describe
from geo.ask.problem import Problem
from geo.ask.words import day_name, listed, month_number, written
from geo.data.distinct import values_of
from geo.data.exclusions import KEPT, ROLE, at_places, grid_of
from geo.stats.displacement import regression_to_the_mean
from geo.stats.patrol_effect import Effect, afterwards, corrected, effect, level_of_look, nearby
from geo.stats.patrol_record import Record
from geo.stats.patrol_schedule import days_since, draw
from geo.tell.assessment import Assessment, Section
from geo.tell.exhibits.exhibit import Exhibit
from geo.tell.patrol.plan import SHIFTS
from geo.tell.patrol.visits import Visits, delivered, delivered_by_day

REDRAWS = 1999
OTHER_LOT = 1_000_003
"""What is added to the seed of a schedule, so that redraws are others."""
FEWEST = 20
"""Events of an outcome below which it is not judged."""
COLUMNS = {
    "with_patrol": "With a patrol",
    "without": "Without",
    "ratio": "Ratio",
    "lower": "Lower",
    "upper": "Upper",
    "p": "p",
    "p_corrected": "p, corrected",
}
FORMATS = {
    **dict.fromkeys(("With a patrol", "Without"), "{:.3f}"),
    **dict.fromkeys(("Ratio", "Lower", "Upper"), "{:.2f}"),
    **dict.fromkeys(("p", "p, corrected"), "{:.4f}"),
}
BUFFER = 100.0
"""Metres around an area in which events may have been moved to."""


@dataclass(frozen=True)
class Ran:
    """A trial as it ran: the schedule, its redraws, and the events of its days.

    Attributes
    ----------
    atlas : Atlas
    record : Record
    asked : Asked
        The question that the areas were chosen by, for the days of the trial.
    rows : ndarray of int
        Position of each area.
    y : ndarray, shape (number of all areas, days)
    patrolled, redraws : ndarray of bool, shapes (N, days) and (B, N, days)
    look, looks : int
        Which of how many planned looks this is; its days are those until then.
    """

    atlas: Atlas
    record: Record
    asked: Asked
    rows: np.ndarray
    y: np.ndarray
    patrolled: np.ndarray
    redraws: np.ndarray
    look: int = 1
    looks: int = 1

    @property
    def dates(self) -> tuple[date, ...]:
        """Its days until this look."""
        return self.record.design.dates[: self.y.shape[1]]

    @property
    def days(self) -> str:
        """ "1 December 2026 to 28 February 2027"."""
        return f"{day_name(self.dates[0])} to {day_name(self.dates[-1])}"

    @property
    def counted(self) -> str:
        """ "Violence and sexual offences in Bedfordshire, October to November 2023, 19:00 to 04:59"."""
        first, last = (month_number(f"{self.dates[end]:%Y-%m}") for end in (0, -1))
        return describe(self.asked.query.replace(first=first, last=last), self.asked.county.catalogue)

    @property
    def finished(self) -> bool:
        """Whether this is the last look."""
        return self.look == self.looks

    @property
    def level(self) -> float:
        """Level of significance of this look, so that all together err in :data:`ALPHA`."""
        ends = np.array(looks_after(self.record))
        return level_of_look((ends / ends[-1]).tolist(), ALPHA)[self.look - 1]

    def of(self, y: np.ndarray, areas: Sequence[bool] | np.ndarray | None = None) -> Effect | None:
        """Effect on a quantity, in some of the areas; None with too few events."""
        mine = np.ones(len(self.rows), bool) if areas is None else np.asarray(areas)
        if (y[self.rows][mine] > 0).sum() < FEWEST or mine.sum() < 2:
            return None
        return self.judged(y[self.rows][mine], self.patrolled[mine], self.redraws[:, mine])

    def judged(self, y: np.ndarray, exposed: np.ndarray, again: np.ndarray) -> Effect:
        """Effect of an exposure, with limits at the level of this look."""
        return effect(y, exposed, again, confidence=1 - self.level)


def looks_after(record: Record) -> list[int]:
    """Days after which each planned look at the result comes, the last at the end."""
    looks, days = int(record.notes.get("looks", "1")), len(record.design.dates)
    return [-(-days * k // looks) for k in range(1, looks + 1)]


def ran(atlas: Atlas, record: Record, redraws: int = REDRAWS) -> Ran:
    """Read what a trial needs.

    Raises
    ------
    Problem
        If its areas or days are not loaded, or its source tells no days.
    """
    query = atlas.exactly(record.question)
    asked = atlas.asked(query.replace(month=(), day=(), night=(), compare=""))
    needs_days(asked)
    rows = asked.frame.index.get_indexer(list(record.design.areas))
    if (rows < 0).any():
        raise Problem("The record is of areas that are not loaded here: open the county it was drawn for.")
    dates, ends = record.design.dates, looks_after(record)
    there = [_loaded(asked, dates[end - 1]) for end in ends]
    look = max(1, sum(there))
    days = ends[look - 1]
    y = by_day(asked, dates[:days])
    again = draw(record.design, redraws, seed=record.design.seed + OTHER_LOT)
    return Ran(atlas, record, asked, rows, y, record.schedule[:, :days], again[:, :, :days], look, len(ends))


def _loaded(asked: Asked, day: date) -> bool:
    return month_number(f"{day:%Y-%m}") in asked.months


# ---------------------------------------------------------------- tables


def effects(trial: Ran) -> Exhibit:
    """Effect on counts and harm, by tier and by time of day."""
    asked, dates = trial.asked, trial.dates
    tiers = np.array(trial.record.design.tiers)
    outcomes: dict[str, Effect | None] = {f"All {asked.noun}": trial.of(trial.y)}
    if asked.county.snapshot.has("severity"):
        weights = asked.county.harm_weights(asked.query.source, by_row=True)
        outcomes["Harm, by the weights loaded"] = trial.of(by_day(asked, dates, weights))
    if len(set(tiers)) > 1:
        outcomes |= {f"Tier {tier}": trial.of(trial.y, tiers == tier) for tier in sorted(set(tiers.tolist()))}
    if asked.events.has_hours and not asked.query.hour:
        for name, hours in SHIFTS.items():
            outcomes[name] = trial.of(by_day(asked.ask(hour=hours), dates))
    judged = {name: one for name, one in outcomes.items() if one is not None}
    few = [name for name, one in outcomes.items() if one is None]
    if f"All {asked.noun}" in few:
        raise Problem(
            f"Fewer than {FEWEST} place-days of the trial have any {asked.noun}: nothing can be judged."
        )
    table = corrected(judged)
    caveats = (_method(trial.level), *([f"Too few events to judge: {listed(few)}."] if few else []))
    title = f"Days with a patrol beside days without, {trial.days}"
    return _exhibit("effect", title, said(table.iloc[0], asked.noun, trial.level), table, "Outcome", caveats)


def _method(level: float) -> str:
    """How the effects of a table were found."""
    return (
        "Place-days count as patrolled where the schedule says so, whether or not anybody came (intention to "
        f"treat). The schedule was drawn {REDRAWS:,} times again by the same rules; p is how often a draw "
        f"gives as large a difference, and the limits ({written(100 * (1 - level), '{:.4g}')}%) are the "
        "ratios that this test does not reject. p is exact; the limits are approximate, those of harm most, "
        "since an effect takes single events away and not a share of each. In 1,000 simulated trials limits "
        "of 95% held the true ratio in 94 to 96% for counts and in 94 to 95% for harm. Corrected for all "
        "rows of the table. docs/methods/patrol.md."
    )


def said(row: pd.Series, noun: str, level: float = ALPHA) -> str:
    """One effect in a sentence.

    Examples
    --------
    >>> row = pd.Series({"ratio": 0.6, "lower": 0.5, "upper": 0.72, "p_corrected": 0.001})
    >>> said(row, "offences")
    '40% fewer offences on days with a patrol (28% to 50% fewer): more than chance explains.'
    """
    ratio, low, high = row["ratio"], row["lower"], row["upper"]
    if not np.isfinite(ratio):
        return f"Too few {noun} to say how many more or fewer there were on days with a patrol."
    lead = f"{_times(ratio)} {noun} on days with a patrol ({_range(low, high)})"
    if row["p_corrected"] > level:
        return f"{lead}: no more of a difference than chance makes, which does not show that there is none."
    return f"{lead}: more than chance explains."


def _times(ratio: float) -> str:
    if abs(ratio - 1) < 0.005:
        return "As many"
    return f"{abs(1 - ratio):.0%} {'fewer' if ratio < 1 else 'more'}"


def _range(low: float, high: float) -> str:
    """Limits in words: "28% to 50% fewer", "10% fewer to 30% more"."""
    more = "without a limit" if not np.isfinite(high) else f"{high - 1:.0%} more"
    if high <= 1:
        return f"{1 - high:.0%} to {1 - low:.0%} fewer"
    if low >= 1:
        return f"{low - 1:.0%} to {more}"
    return f"{1 - low:.0%} fewer to {more}"


def days_after(trial: Ran) -> Exhibit:
    """What is left of the effect on the days after."""
    dates, own = trial.dates, trial.of(trial.y)
    table = afterwards(
        trial.y[trial.rows],
        trial.patrolled,
        trial.redraws,
        days_since(trial.patrolled, dates),
        days_since(trial.redraws, dates),
        ratio=own.ratio if own else 1.0,
        confidence=1 - trial.level,
    )
    table.index = pd.Index([f"{day} day{'s' * (day > 1)} after the last patrol" for day in table.index])
    left = table.index[table["p_corrected"] <= trial.level].tolist()
    finding = (
        f"Different from days further from a patrol: {listed(left)}."
        if left
        else "No effect is left on the days after a patrol that could be told from chance."
    )
    caveats = (
        "Days without a patrol, compared with days without one that are further from the last; the effect on "
        "patrolled days themselves is taken out first. Corrected for the three rows.",
    )
    return _exhibit("after", f"Days after a patrol, {trial.days}", finding, table, "Days", caveats)


def around(trial: Ran) -> Exhibit:
    """Whether events moved to the neighbours of patrolled areas, or to the 100 metres around them."""
    noun, judged, why = trial.asked.noun, {}, []
    for make in (_neighbours, _buffer):
        try:
            name, found = make(trial)
            judged[name] = found
        except Problem as problem:
            why.append(str(problem))
    if not judged:
        raise Problem(" ".join(why))
    if any("around" in name for name in judged) and trial.asked.loaded.gate.disclosure != "open":
        why.append(
            f"Of {trial.asked.info.label} points with fewer than {KEPT} events are not kept: the "
            f"{BUFFER:.0f} m around hold those with more."
        )
    table = corrected(judged)
    sure = table[table["p_corrected"] <= trial.level]
    more, fewer = sure.index[sure["ratio"] > 1].tolist(), sure.index[sure["ratio"] < 1].tolist()
    if sure.empty:
        finding = f"No sign that {noun} moved nearby that could be told from chance."
    else:
        finding = " ".join(
            f"{word} {noun} while an area is patrolled in its {listed(places)}: {meaning}."
            for word, places, meaning in (
                ("More", more, "some moved there"), ("Fewer", fewer, "the effect spread"),
            )
            if places
        )  # fmt: skip
    rows = " Corrected for both rows." if len(judged) > 1 else ""
    caveats = (
        "Places near an area of the trial and in none, on days when it is patrolled, beside other days."
        f"{rows}",
        *why,
    )
    return _exhibit("around", f"Around the areas, {trial.days}", finding, table, "Places", caveats)


def _neighbours(trial: Ran) -> tuple[str, Effect]:
    """Effect on the neighbours that are not in the trial."""
    level = trial.asked.level.neighbours
    near = np.zeros((trial.asked.level.n, len(trial.rows)), bool)
    for k, row in enumerate(trial.rows):
        near[level.indices[level.indptr[row] : level.indptr[row + 1]], k] = True
    near[trial.rows] = False
    others = near.any(axis=1) & trial.asked.inside
    y, touch = trial.y[others], near[others]
    if (y > 0).sum() < FEWEST:
        raise Problem("The neighbours of the areas have too few events to say whether any moved there.")
    exposed = nearby(trial.patrolled, touch), nearby(trial.redraws, touch)
    return f"{int(others.sum())} neighbours", trial.judged(y, *exposed)


def _buffer(trial: Ran) -> tuple[str, Effect]:
    """Effect on the 100 metres around each area."""
    y = by_day(within_buffer(trial), trial.dates)[trial.rows]
    if (y > 0).sum() < FEWEST:
        raise Problem(f"Too few events lie within {BUFFER:.0f} m of an area to say whether any moved there.")
    return f"{BUFFER:.0f} m around", trial.judged(y, trial.patrolled, trial.redraws)


def within_buffer(trial: Ran) -> Asked:
    """The question of the events within 100 m of an area of the trial and in none, placed in that area.

    Raises
    ------
    Problem
        If the source gives no points.
    """
    asked, snapshot = trial.asked, trial.asked.county.snapshot
    events = snapshot.events(asked.query.source)
    if "point" not in events:
        raise Problem(
            f"{asked.info.label} give no points, so that the {BUFFER:.0f} m around areas cannot be told."
        )
    small = asked.county.levels["lsoa"].frame.index
    parent = asked.level.parent
    position, points = values_of(events["point"])
    x, y = grid_of(points)
    shapes = asked.level.shapes.geometry.iloc[trial.rows].reset_index(drop=True)
    at, which = shapes.sindex.nearest(shapely.points(x, y), return_all=False, max_distance=BUFFER)
    ring = np.full(len(points) + 1, -1)
    ring[at] = which
    ring = ring[position]
    place, codes = values_of(events["lsoa"])
    row = small.get_indexer(pd.Index(codes))
    own = np.append(np.where(row >= 0, np.isin(parent[row], trial.rows), False), False)[place]
    kept = (ring >= 0) & ~own
    if asked.query["exclude"]:  # by where they were, not by the area that they are placed in
        kept &= at_places(events["point"], events["lsoa"], snapshot.read(ROLE)) < 0
    home = np.array([small[np.flatnonzero(parent == row)[0]] for row in trial.rows])
    moved = events[kept].drop(columns="point").assign(lsoa=pd.Categorical(home[ring[kept]]))
    county = asked.county.with_events(asked.query.source, moved, asked.months)
    return Asked(county, asked.query.replace(exclude=""))


def _exhibit(  # noqa: PLR0917
    key: str, title: str, finding: str, table: pd.DataFrame, first: str, caveats: tuple[str, ...]
) -> Exhibit:
    shown = table.rename(columns=COLUMNS)[list(COLUMNS.values())]
    shown = shown.rename_axis(first).reset_index()
    shown[first] = shown[first].astype("str")
    return Exhibit(key, title, finding, shown, FORMATS, caveats=caveats)


def _looked(trial: Ran) -> str:
    """Which look at the result this is, and what it is judged at."""
    if trial.looks == 1:
        return (
            "One look was planned, at the end. A schedule says beforehand how often its result is looked "
            "at, or "
            "each look would have its own 5% of false alarms."
        )
    of = len(trial.record.design.dates)
    return (
        f"This is look {trial.look} of {trial.looks} that were planned, after {len(trial.dates)} of {of} "
        "days. It is "
        f"judged at {trial.level:.2%}, so that all looks together call no effect one in 5% of trials (Lan "
        "and "
        "DeMets, as O'Brien and Fleming)."
    )


def _regression(trial: Ran) -> str:
    """How far the areas would have fallen by themselves since they were chosen."""
    asked = trial.asked
    mine = np.isin(np.arange(asked.level.n), trial.rows)
    share = regression_to_the_mean(asked.counts[asked.inside], mine[asked.inside]).share
    if not np.isfinite(share):
        return ""
    about = "less than 1%" if share < 0.01 else f"about {share:.0%}"
    return (
        f"The areas were chosen because they were high, and would have fallen by {about} by themselves "
        "since. That does not touch this comparison, which is of the same "
        "areas in the same weeks; it would one of before and after."
    )


# ---------------------------------------------------------------- the whole


def judge(
    atlas: Atlas,
    record: Record,
    visits: Visits | None = None,
    *,
    today: date | None = None,
    redraws: int = REDRAWS,
) -> Assessment:
    """Judge a trial: what the page and the report say of it.

    Parameters
    ----------
    atlas : Atlas
    record : Record
        As it was drawn; one that was changed is refused when it is read.
    visits : Visits, optional
        What was delivered.
    today : date, optional
    redraws : int

    Raises
    ------
    Problem
        If nothing of it can be judged from what is loaded.
    """
    return told(ran(atlas, record, redraws), visits, today=today)


def told(trial: Ran, visits: Visits | None = None, *, today: date | None = None) -> Assessment:
    """Tell what a trial came to, as :func:`judge` does."""
    atlas, record = trial.atlas, trial.record
    today = today or date.today()
    parts: list[Exhibit] = []
    missing: list[tuple[str, str]] = []
    titles = {
        "effect": "Effect", "after": "Days after", "around": "Displacement", "delivered": "Delivery",
        "by_day": "Delivery by day",
    }  # fmt: skip
    makers = {
        "effect": lambda: effects(trial),
        "after": lambda: days_after(trial),
        "around": lambda: around(trial),
    }
    if visits is not None:
        makers["delivered"] = lambda: delivered(atlas, record, visits, today)
        makers["by_day"] = lambda: delivered_by_day(atlas, record, visits, today)
    for key, make in makers.items():
        try:
            parts.append(replace(make(), name=titles[key], place=len(parts) + 1))
        except Problem as problem:
            if key == "effect":
                raise
            missing.append((titles[key], str(problem)))
    question = trial.asked.query
    loaded = atlas.sources[question.source]
    title = f"Patrols of {len(trial.rows)} areas, {trial.days}"
    source = loaded.info.attribution or loaded.info.label
    findings = tuple(exhibit.finding for exhibit in parts)
    section = Section("trial", title, source, findings, tuple(parts), tuple(missing))
    return Assessment(
        title=title,
        place=atlas.place,
        where=atlas.place,
        banner=marking([loaded.gate.disclosure], synthetic=atlas.synthetic),
        made=today,
        query=question,
        version=atlas.version,
        sections=(section,),
        command="hotspots patrol test, with the sealed record",
        methods=("patrol",),
        caveats=tuple(
            filter(
                None,
                (
                    f"Counted: {trial.counted}.",
                    f"The schedule is that of the record with the seal {record.seal[:16]}, drawn by lot with "
                    f"seed {record.design.seed}.",
                    _looked(trial),
                    _regression(trial),
                ),
            )
        ),
    )
