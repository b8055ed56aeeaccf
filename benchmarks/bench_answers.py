"""From a filter to the complete answer: every layer, each time a question that was not asked before.

Run with ``python benchmarks/bench_answers.py``. It asks the demonstration county, built into a temporary
folder, and an England of 33,755 made-up areas (``--quick`` leaves England out); or, with ``--data FOLDER``,
what that folder holds.

An *answer* is everything that may be shown: counts of all areas, statistic, protection of small numbers,
classes, months, week, gradient and sentences. The *page* is the answer with the charts, the table and the
words of the tooltips, as sent to the browser. No question is asked twice. Counting alone stands beside a
plain pandas ``groupby`` over the same events, and must find the same numbers. Every time is a median.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is imported; as the server has it

import argparse
import itertools
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from dash._utils import to_json

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks import england
from benchmarks.told import Table
from dashboard import view
from geo import demo
from geo.answer.atlas import Atlas
from geo.ask.query import Query

QUESTIONS = 7
"""Asked of each layer, the first of them to warm up."""


def milliseconds(call: Callable[[], object]) -> float:
    """Median time of repeated calls."""
    times = []
    for _ in range(15):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def megabytes() -> float:
    """Most memory that this process has held."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 2**10)


def questions(atlas: Atlas) -> Iterator[dict[str, object]]:
    """Filters of months and categories, no two alike."""
    source = next(iter(atlas.catalogue.sources.values()))
    chosen = [(), *((key,) for key in source.categories)]
    for several, category, first in itertools.product(range(1, 7), chosen, range(12)):
        months = sorted((first + step) % 12 + 1 for step in range(several))
        yield {"category": category, "month": tuple(months)}


def layers(atlas: Atlas) -> None:
    """Print the times of every layer."""
    table = Table(f"A new question of {_named(atlas)}", "layer", "answer, ms", "page, ms", "sent, kB")
    asked = questions(atlas)
    for layer in atlas.catalogue.layers:
        answered, paged, sent = [], [], ""
        for filters in itertools.islice(asked, QUESTIONS):
            query = Query(layer=layer).replace(**filters)
            start = time.perf_counter()
            atlas.answer(query)
            middle = time.perf_counter()
            sent = to_json(view.page(atlas, query.to_search()))
            answered.append(middle - start)
            paged.append(time.perf_counter() - start)
        answer, page = (1000 * statistics.median(times[1:]) for times in (answered, paged))
        table.row(layer, answer, page, len(sent) / 1000)


def counting(atlas: Atlas) -> None:
    """Print how fast the cube counts beside a ``groupby`` of a data frame of the same events."""
    source, loaded = next(iter(atlas.sources.items()))
    events = atlas.snapshot.incidents(source)
    hour = events["hour"].fillna(-1) if "hour" in events else -1
    areas = atlas.levels["lsoa"].frame.index
    frame = pd.DataFrame(
        {
            "lsoa": pd.Categorical.from_codes(areas.get_indexer(events["lsoa"]), areas),
            "category": events["category"].astype("category"),
            "month": events["month"] % 12 + 1,
            "hour": hour,
        }
    )
    category, label = next(iter(loaded.info.categories.items()))
    filters = {"category": {"category": (category,)}, "category and summer": {"month": (6, 7, 8)}}
    if loaded.info.has_hours:
        filters["category by night"] = {"hour": (19, 20, 21, 22, 23, 0, 1, 2, 3)}

    def plain(chosen: dict[str, tuple]) -> np.ndarray:
        kept = frame["category"] == label
        for column in ("month", "hour"):
            if column in chosen:
                kept &= frame[column].isin(chosen[column])
        return frame[kept].groupby("lsoa", observed=False).size().to_numpy()

    title = f"Counts of areas from {len(frame):,} events of {_named(atlas)}"
    table = Table(title, "filter", "cube, ms", "groupby, ms", "times as fast")
    for name, chosen in filters.items():
        query = atlas.catalogue.check(Query(source=source, category=(category,)).replace(**chosen))[0]
        assert np.array_equal(loaded.cube.select(query).by_area, plain(chosen))
        ours = milliseconds(lambda query=query: loaded.cube.select(query).by_area)
        theirs = milliseconds(lambda chosen=chosen: plain(chosen))
        table.row(name, ours, theirs, theirs / ours)


def measure(folder: Path) -> None:
    """Open a folder and print everything about it."""
    start = time.perf_counter()
    atlas = Atlas.open(folder)
    opened = time.perf_counter() - start
    counting(atlas)
    layers(atlas)
    table = Table(f"The whole of {_named(atlas)}", "", "opened, s", "most memory, MB")
    table.row("one process", opened, megabytes())


def _named(atlas: Atlas) -> str:
    """What is measured: the county, and how large it is."""
    events = sum(loaded.cube.n_events for loaded in atlas.sources.values())
    return f"{atlas.place} ({atlas.levels['lsoa'].n:,} areas, {events:,} events)"


def main() -> None:
    """Measure a county and England, or a folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="a data folder to ask instead")
    parser.add_argument("--quick", action="store_true", help="leave out England")
    given = parser.parse_args()
    if given.data:
        measure(given.data)
        return
    with tempfile.TemporaryDirectory() as folder:
        demo.build(Path(folder) / "county")
        measure(Path(folder) / "county")
        if not given.quick:
            england.build(Path(folder) / "england")
            measure(Path(folder) / "england")


if __name__ == "__main__":
    main()
