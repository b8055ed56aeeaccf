"""Do all engines count the same, and how long do they take? The contract's table.

Run with ``python -m benchmarks.bench_engines --data FOLDER ENGINE…``: each engine (``duckdb``, ``spark``,
``postgresql://…``) is asked the same random questions as the memory, over the same folder, true events
included. Without a folder that is the demonstration county. Milliseconds are medians of counting alone.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.told import Table
from geo import demo
from geo.answer.atlas import Atlas
from geo.ask.viewer import CLEARED_OWNER
from geo.engines.contract import QUESTIONS, both
from geo.engines.engine import engine_of


def measure(folder: Path, engines: list[str], questions: int, seed: int) -> None:
    """Ask each engine in turn."""
    memory = Atlas.open(folder, CLEARED_OWNER)
    events = sum(loaded.cube.n_events for loaded in memory.sources.values())
    title = f"Engines: {events:,} events of {memory.levels['lsoa'].n:,} small areas ({memory.place})"
    table = Table(title, "engine", "questions", "same numbers", "median, ms", "memory, ms", "opened, s")
    for url in engines:
        start = time.perf_counter()
        other = Atlas.open(folder, CLEARED_OWNER, engine_of(url))
        opened = time.perf_counter() - start
        asked = list(both(memory, other, questions, seed))
        took = [1000 * median(one.seconds[which] for one in asked) for which in (1, 0)]
        table.row(url.partition(":")[0], len(asked), sum(one.same for one in asked), *took, opened)


def main() -> None:
    """Ask the engines that are named, of a folder or of the demonstration."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("engines", nargs="*", default=["duckdb"], help="as --engine takes them")
    parser.add_argument("--data", type=Path, help="a data folder to ask instead of the demonstration")
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if given.data is None:
            demo.build(Path(folder))
        measure(given.data or Path(folder), given.engines, given.questions, given.seed)


if __name__ == "__main__":
    main()
