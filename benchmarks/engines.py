"""Do all engines count the same, and how long do they take? The contract's table.

Run with ``python benchmarks/engines.py --data FOLDER ENGINE…``: each engine (``duckdb``, ``postgresql://…``,
``spark``) is asked the same random questions as the memory, over the same folder, true events included.
"""

from __future__ import annotations

import argparse
import time

from geo.answer.atlas import Atlas
from geo.ask.viewer import CLEARED_OWNER
from geo.engines.contract import QUESTIONS, both, table_of
from geo.engines.engine import engine_of


def main() -> None:
    """Ask each engine in turn."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("engines", nargs="*", default=["duckdb"], help="as --engine takes them")
    parser.add_argument("--data", default="data", help="the data folder")
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    memory = Atlas.open(given.data, CLEARED_OWNER)
    events = sum(loaded.cube.n_events for loaded in memory.sources.values())
    print(f"{memory.place}: {events:,} events, {memory.levels['lsoa'].n:,} small areas\n")
    print("| Engine | Questions | The same numbers | Median | Median of the memory | Opened in |")
    print("|---|---|---|---|---|---|")
    for url in given.engines:
        start = time.perf_counter()
        other = Atlas.open(given.data, CLEARED_OWNER, engine_of(url))
        opening = time.perf_counter() - start
        row = table_of(url.partition(":")[0], list(both(memory, other, given.questions, given.seed)))
        print(f"{row} {opening:.1f} s |", flush=True)


if __name__ == "__main__":
    main()
