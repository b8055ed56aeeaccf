"""How often is the analysis of a patrol trial right? Operation Rowan's design on the demonstration county.

Run with ``python benchmarks/patrol_trial.py --data FOLDER`` (``--runs 100`` for fewer than 1,000), FOLDER
holding the demonstration county. The 21 small areas with the most violence are patrolled 7 a day for 90 days;
each place-day has Poisson events at its area's own pace by weekday, times the effect on days with a patrol.
Harm gives every event a weight drawn from those of a severity table, a few of which outweigh the rest.
Displacement adds to the neighbours of an area on the days it is patrolled. Every run draws a schedule of its
own; 999 redraws are its null. Prints the table of ``docs/methods/patrol.md``.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np

from geo.answer.asked import Asked
from geo.answer.atlas import Atlas
from geo.stats.displacement import regression_to_the_mean
from geo.stats.patrol_effect import effect, nearby
from geo.stats.patrol_schedule import Design, draw

AREAS, DAYS, A_DAY, REDRAWS = 21, 90, 7, 999
QUESTION = "level=lsoa&source=offences&category=violence-and-sexual-offences"
WEIGHTS, SHARES = (1.0, 5.0, 20.0, 365.0, 1500.0), (0.6, 0.25, 0.1, 0.04, 0.01)
"""Days of a starting sentence, and how many of a hundred events have them."""


def paces(asked: Asked) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Events a day of the busiest areas, of their neighbours, and which neighbours are near which areas."""
    by_day = asked.counts / asked.days
    top = np.argsort(-by_day, kind="stable")[:AREAS]
    near = np.zeros((len(by_day), AREAS), bool)
    lists = asked.neighbours
    for k, area in enumerate(top):
        near[lists.indices[lists.indptr[area] : lists.indptr[area + 1]], k] = True
    near[top] = False
    others = near.any(axis=1)
    return by_day[top], by_day[others], near[others]


def runs(
    pace: np.ndarray, ratio: float, schedules: np.ndarray, seed: int
) -> Iterator[tuple[np.ndarray, ...]]:
    """Schedule, counts and harm of each trial."""
    rng = np.random.default_rng(seed)
    weekend = 1 + 0.3 * (np.arange(DAYS) % 7 > 3)
    usual = pace[:, None] * weekend / weekend.mean()
    for z in schedules:
        y = rng.poisson(np.where(z, ratio * usual, usual))
        harm = np.zeros(y.size)
        where = np.repeat(np.arange(y.size), y.ravel())
        np.add.at(harm, where, rng.choice(WEIGHTS, len(where), p=SHARES))
        yield z, y, harm.reshape(y.shape)


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--runs", type=int, default=1000)
    given = parser.parse_args()
    atlas = Atlas.open(given.data)
    asked = atlas.asked(atlas.exactly(QUESTION))
    pace, around, near = paces(asked)
    tiers = np.repeat([1, 2, 3, 4], [4, 5, 6, 6])
    design = Design(tuple(map(str, range(AREAS))), tuple(tiers.tolist()), date(2026, 6, 1), DAYS, A_DAY)
    redraws, schedules = draw(design, REDRAWS, seed=1), draw(design, given.runs, seed=2)
    print(
        f"{AREAS} areas with {pace.sum():.1f} events a day, {len(around)} neighbours with {around.sum():.1f}"
    )
    print()
    print("| planted | of | limits cover it | called different | mean ratio found |")
    print("|---|---|---|---|---|")
    for ratio in (1.0, 0.8, 0.6):
        found = [
            (effect(y, z, redraws), effect(h, z, redraws)) for z, y, h in runs(pace, ratio, schedules, 3)
        ]
        for name, ones in zip(("counts", "harm"), zip(*found, strict=True), strict=True):
            row(f"ratio {ratio}", name, ones, ratio)
    touched = nearby(redraws, near)
    rng = np.random.default_rng(4)
    for ratio in (1.0, 1.2, 1.4):
        ones = []
        for z in schedules:
            on = nearby(z, near)
            usual = np.broadcast_to(around[:, None], on.shape)
            ones.append(effect(rng.poisson(np.where(on, ratio * usual, usual)), on, touched))
        row(f"neighbours {ratio}", "counts", tuple(ones), ratio)
    print(f"\nRegression to the mean of the {AREAS}: {regression(asked, pace)}")


def row(planted: str, name: str, ones: tuple, ratio: float) -> None:
    """Print one row of the table."""
    covered = np.mean([one.lower <= ratio <= one.upper for one in ones])
    called = np.mean([one.p <= 0.05 for one in ones])
    print(
        f"| {planted} | {name} | {covered:.1%} | {called:.1%} | {np.mean([o.ratio for o in ones]):.3f} |",
        flush=True,
    )


def regression(asked: Asked, pace: np.ndarray) -> str:
    """What the busiest areas of 90 days fall to by themselves: as said beforehand, and as drawn."""
    rng = np.random.default_rng(5)
    rates = asked.counts / asked.days * DAYS
    said, fell = [], []
    for _ in range(200):
        before, after = rng.poisson(rates), rng.poisson(rates)
        top = np.zeros(len(rates), bool)
        top[np.argsort(-before, kind="stable")[: len(pace)]] = True
        said.append(regression_to_the_mean(before, top).share)
        fell.append(1 - after[top].sum() / before[top].sum())
    return f"a fall of {np.mean(said):.1%} was said beforehand, {np.mean(fell):.1%} was seen."


if __name__ == "__main__":
    main()
