"""How long does a dated extract take to load, and how much memory does it need?

Run with ``python benchmarks/bench_import.py``; ``--rows N`` (repeatable) says how long the extract is, and
``--other FOLDER`` runs ``hotspots import`` of another checkout, by its own Python where it has one, in turn
with this one's. A county of 420 made-up areas is loaded first; the file has every column of a force's
extract, moments to the minute over three years, ranges of time and blank cells. All must find the same
numbers.

It is loaded twice: as a force's own extract, of which a protected version is drawn besides ("drawn"), and,
by a mapping of the same columns, as open data, of which none is ("open"): the work that a program does which
draws none. Times are of the whole command, from its start to its end, the middle one of ``--times``; ``CPU``
is what it had of all processors, which tells on a busy machine; memory is the most that it held.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.england import FORCE, boundaries, codes
from benchmarks.told import Table
from benchmarks.viewer import python_of
from geo.data.store import Store

HERE = Path(__file__).resolve().parents[1]
AREAS = 420
AT_ONCE = 500_000
"""Rows made at a time."""
OPEN = """
label = "Open offences"
place = "occurrence"
disclosure = "open"
[columns]
date = "Committed From"
date_to = "Committed To"
area = "LSOA Code"
category = "Offence Group"
age = "Victim Age"
sex = "Victim Sex"
reference = "Crime Reference"
[formats]
date = "%d/%m/%Y %H:%M"
[attributes]
offence_code = "Home Office Code"
aggravating = "Aggravating Factor"
[flags]
domestic_abuse = "Domestic Abuse"
knife = "Knife"
injury = "Injury"
"""
GROUPS = (
    "Violence and sexual offences",
    "Robbery",
    "Drugs",
    "Possession of weapons",
    "Burglary",
    "Criminal damage and arson",
    "Public order",
    "Vehicle crime",
)


def write_extract(path: Path, rows: int) -> None:
    """Write an extract of so many made-up offences."""
    rng = np.random.default_rng(20240501)
    places = np.array([*codes(AREAS), "", "E01034000"])
    for start in range(0, rows, AT_ONCE):
        n = min(AT_ONCE, rows - start)
        begins = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 3 * 365 * 24 * 60, n), "min")
        ends = begins + pd.to_timedelta(rng.integers(0, 600, n), "min")
        group = rng.integers(0, len(GROUPS), n)
        part = pd.DataFrame(index=range(n), columns=FORCE)
        part["Crime Reference"] = [f"40/{k:08d}/23" for k in range(start, start + n)]
        part["Home Office Code"] = pd.Series([f"{k}/{k % 9}" for k in range(300)])[
            rng.integers(0, 300, n)
        ].array
        part["Offence"] = part["Offence Group"] = np.array(GROUPS)[group]
        part["Committed From"] = begins.strftime("%d/%m/%Y %H:%M")
        part["Committed To"] = np.where(rng.random(n) < 0.6, ends.strftime("%d/%m/%Y %H:%M"), "")
        part["Recorded"] = begins.strftime("%d/%m/%Y")
        part["LSOA Code"] = places[rng.integers(0, len(places), n)]
        part["Victim Age"] = np.where(rng.random(n) < 0.8, rng.integers(0, 95, n).astype(str), "")
        part["Victim Sex"] = np.array(["F", "M", ""])[rng.integers(0, 3, n)]
        for flag in ("Domestic Abuse", "Knife", "Injury"):
            part[flag] = np.array(["Y", "N", ""])[rng.integers(0, 3, n)]
        part["Aggravating Factor"] = np.array(["", "Alcohol", "Drugs"])[rng.integers(0, 3, n)]
        part.to_csv(path, mode="a" if start else "w", header=not start, index=False)


@dataclass
class Run:
    """One command: seconds, seconds of all processors, megabytes."""

    seconds: float
    busy: float
    memory: float


def run(checkout: Path, *arguments: str) -> Run:
    """Measure one command."""
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # modules are compiled once, as on a user's machine
    begin = time.perf_counter()
    process = subprocess.Popen(
        [python_of(checkout), "-c", "import app; app.main()", *arguments],
        cwd=checkout,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} ended with {process.returncode}")
    memory = usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return Run(seconds, usage.ru_utime + usage.ru_stime, memory)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, action="append", help="rows of the extract (repeat for more)")
    parser.add_argument("--times", type=int, default=1, help="how often each is measured, in turn")
    parser.add_argument("--other", type=Path, help="another checkout, run in turn")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "open.toml").write_text(OPEN)
        by_mapping = ("open_offences", "--mapping", str(folder / "open.toml"))
        ways: dict[str, tuple[Path, tuple[str, ...]]] = {
            "open": (HERE, by_mapping),
            "drawn": (HERE, ("offences",)),
        }
        if chosen.other:
            ways["other"] = (chosen.other.resolve(), ("offences",))
        areas = boundaries(AREAS)
        areas.to_file(folder / "areas.gpkg")
        areas.drop(columns="geometry").to_csv(folder / "lookup.csv", index=False)
        for key, (checkout, _) in ways.items():
            for kind, file in (("boundaries", "areas.gpkg"), ("lookup", "lookup.csv")):
                run(checkout, "import", kind, str(folder / file), "--data", str(folder / key))
        for rows in chosen.rows or [100_000, 1_000_000]:
            write_extract(folder / "extract.csv", rows)
            measured(folder, rows, ways, chosen.times)


def measured(folder: Path, rows: int, ways: dict[str, tuple[Path, tuple[str, ...]]], times: int) -> None:
    """Load one extract in each way, and print how long it took."""
    runs: dict[str, list[Run]] = {key: [] for key in ways}
    numbers = {}
    for _ in range(times):
        for key, (checkout, (kind, *more)) in ways.items():
            data = folder / "data"
            shutil.copytree(folder / key, data)
            where = ("--data", str(data))
            runs[key].append(run(checkout, "import", kind, str(folder / "extract.csv"), *more, *where))
            kept = Store(data).open().manifest["history"][-1]
            numbers[key] = [kept[k] for k in ("rows", "in_county", "outside")]
            shutil.rmtree(data)
    if len({str(found) for found in numbers.values()}) > 1:
        print(f"not the same: {numbers}")
    middle = {
        key: [statistics.median(getattr(one, k) for one in mine) for k in ("seconds", "busy", "memory")]
        for key, mine in runs.items()
    }
    heads = ("seconds", "CPU seconds", "rows a second", "memory, MB", "times as fast", "by CPU")
    table = Table(f"Import of {rows:,} rows", "as", *heads)
    for key, (seconds, busy, memory) in middle.items():
        other = middle.get("other")
        faster = (other[0] / seconds, other[1] / busy) if other else (None, None)
        table.row(key, seconds, busy, rows / seconds, memory, *faster)


if __name__ == "__main__":
    main()
