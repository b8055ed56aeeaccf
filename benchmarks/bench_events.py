"""Ten million events of a country: how they open, how fast they are counted, and what a server of them holds.

Run with ``python -m benchmarks.bench_events`` (``--quick`` for a million, ``--events`` for another number).
The made-up England of 33,755 areas (``england.py``) is built, or ``--data``, such a folder, copied; its
offences are drawn again from themselves until there are so many, and stored as an import stores them.

``--only filter`` counts events that are in memory beside DuckDB and polars. ``--only opened`` opens the
folder in a new process, libraries and all, beside both reading the same file, and asks every layer.
``--only served`` asks servers of one worker and of four the same questions and adds up their memory (Linux),
what processes share counted once, half a minute later, when what is free was given back.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import duckdb
import numpy as np
import pandas as pd

from benchmarks.bench_answers import milliseconds
from benchmarks.bench_england import LAYERS, ROOT, Checkout
from benchmarks.bench_load import Served
from benchmarks.england import AREAS, build, codes, grow
from benchmarks.told import Table
from dashboard.serving.processes import TIDIED_EVERY
from geo.answer.packed import pack
from geo.ask.query import Query
from geo.data.store import Store

EVENTS = 10_000_000
WORKERS = 1, 4
MONTHS = [f"{first},{first % 12 + 1}" for first in range(1, 13, 2)]
"""Of each layer so many questions, the first of them to warm up."""


def polars() -> Any:
    """The library, where it is installed; None elsewhere."""
    return import_module("polars") if find_spec("polars") else None


# ---------------------------------------------------------------- opened


def opened(folder: Path, events: int) -> None:
    """Open a folder in a new process, beside DuckDB and polars, and ask every layer."""
    snapshot = Store(folder).open()
    [role] = snapshot.deliveries("offences")
    path, pl = str(snapshot.path(role)), polars()
    base = duckdb.connect()
    one = Checkout(ROOT, str(folder))
    in_duckdb = _seconds(lambda: base.execute(f"create table events as from '{path}'"))
    in_polars = _seconds(lambda: pl.read_parquet(path)) if pl else {"cpu": None, "wall": None}
    table = Table(f"{events:,} events opened, seconds", "", "all of England", "DuckDB", "polars")
    for name in ("cpu", "wall"):
        table.row(name, one.began["opened"][name], in_duckdb[name], in_polars[name])
    heads = ("answer", "page")
    table = Table(
        f"A new question of {events:,} events (medians)", "layer", *(f"{head}, ms" for head in heads)
    )
    for layer in LAYERS:
        took = [one.ask({"layer": layer, "month": [int(m) for m in months.split(",")]}) for months in MONTHS]
        table.row(layer, *(statistics.median(each[head] for each in took[1:]) for head in heads))
    table = Table(f"A process of {events:,} events, MB", "", "now", "most")
    table.row("when they are open", *(one.began["held"][name] for name in ("now", "most")))
    held = one.ask("held")
    table.row("after all of these", *(held[name] for name in ("now", "most")))
    one.stop()


def _seconds(call: Any) -> dict[str, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    call()
    return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}


# ---------------------------------------------------------------- served


def served(folder: Path, events: int) -> None:
    """Add up the memory of servers."""
    asked = [f"/answer?layer={layer}&month={months}" for months, layer in product(MONTHS, LAYERS)]
    heads = [f"{number} worker{'s' * (number > 1)}" for number in WORKERS]
    table = Table(f"A server of {events:,} events, MB", "", *heads)
    cells = []
    for number in WORKERS:
        one = Served(ROOT, str(folder), number)

        def ask(path: str, port: int = one.port) -> None:
            with urlopen(Request(f"http://127.0.0.1:{port}{path}"), timeout=600) as answer:
                answer.read()

        with ThreadPoolExecutor(number) as viewers:
            list(viewers.map(ask, asked))
        time.sleep(1.2 * TIDIED_EVERY)
        cells.append(sum(one.megabytes().values()))
        one.stop()
    table.row(f"after {len(asked)} answers", *cells)


# ---------------------------------------------------------------- in memory


def filtering(events: int) -> None:
    """Count areas under filters: the cube beside DuckDB and polars, where that is installed."""
    rng = np.random.default_rng(5)
    area = rng.integers(0, AREAS, events).astype(np.int32)
    months = 24_276 + rng.integers(0, 24, events)
    category = rng.choice(4, events, p=[0.7, 0.1, 0.15, 0.05])
    names = np.array(["Violence", "Robbery", "Drugs", "Weapons"])
    hour = rng.integers(0, 24, events)
    table = pd.DataFrame(
        {
            "category": pd.Categorical.from_codes(category, names),
            "lsoa": pd.Categorical.from_codes(area, codes(AREAS)),
            "month": months,
            "date": pd.Timestamp("2023-01-01") + pd.to_timedelta(hour, "h"),
            "hour": hour,
        }
    )
    cube = pack(table, pd.Index(codes(AREAS)))
    of = list(cube.slugs)
    pl = polars()
    columns: dict[str, np.ndarray] = {
        "area": area,
        "month": months % 12 + 1,
        "category": category,
        "hour": hour,
    }
    base = duckdb.connect()
    base.register("plain", pd.DataFrame(columns))
    base.execute("create table events as select * from plain")
    frame = pl.DataFrame(columns) if pl else None
    chosen = {
        "a category": (Query(category=(of[0],)), f"category = {list(names).index(cube.categories[0])}"),
        "a month": (Query(month=(6,)), "month = 6"),
        "summers of a category": (
            Query(category=(of[1],), month=(6, 7, 8)),
            f"category = {list(names).index(cube.categories[1])} and month in (6, 7, 8)",
        ),
    }
    nights = f"category = {list(names).index(cube.categories[1])} and hour in (22, 23, 0, 1)"
    chosen["four hours of a category"] = Query(category=(of[1],), hour=(22, 23, 0, 1)), nights
    table = Table(f"A filter of {events:,} events, milliseconds", "filter", "cube", "DuckDB", "polars")
    assert int(cube.select(Query()).by_area.sum()) == events  # counted once
    for name, (query, where) in chosen.items():
        sql = f"select area, count(*) from events where {where} group by area"
        times = [
            milliseconds(lambda query=query: cube.select(query).by_area),
            milliseconds(lambda sql=sql: base.execute(sql).fetchnumpy()),
            milliseconds(frame.lazy().filter(pl.sql_expr(where)).group_by("area").len().collect)
            if frame is not None
            else None,
        ]
        counts = np.bincount(area[_kept(where, columns)], minlength=AREAS)
        assert np.array_equal(cube.select(query).by_area, counts)
        table.row(name, *times)


def _kept(where: str, columns: dict[str, np.ndarray]) -> np.ndarray:
    """The same filter, by hand."""
    frame = pd.DataFrame(columns)
    return frame.eval(where.replace(" = ", " == ")).to_numpy()


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a million events")
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--data", type=Path, help="folder of a made-up England, which stays as it is")
    parser.add_argument("--only", choices=("filter", "opened", "served"), help="leave out the rest")
    given = parser.parse_args()
    events = EVENTS // 10 if given.quick else given.events
    if given.only in (None, "filter"):
        filtering(events)
    if given.only == "filter":
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "england"
        if given.data:
            shutil.copytree(given.data, folder)
        else:
            build(folder)
        grow(folder, events)
        if given.only in (None, "opened"):
            opened(folder, events)
        if given.only in (None, "served"):
            served(folder, events)


if __name__ == "__main__":
    main()
