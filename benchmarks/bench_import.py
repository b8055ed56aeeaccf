"""How long does a dated extract take to load, and how much memory does it need?

Run with ``python benchmarks/bench_import.py``; ``--rows N`` (repeatable) says how long the extract is, and
``--other FOLDER`` runs ``hotspots import`` of another checkout in turn with this one's. A county of 420
made-up areas is loaded first; the file has every column of a force's extract, moments to the minute over
three years, ranges of time and blank cells. Both must find the same numbers. Times are of the whole
command, from its start to its end; memory is the most that it held.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.england import FORCE, boundaries, codes
from geo.data.store import Store

HERE = Path(__file__).resolve().parents[1]
AREAS = 420
AT_ONCE = 500_000
"""Rows made at a time."""
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


def run(checkout: Path, *arguments: str) -> tuple[float, float]:
    """Seconds and megabytes of one command."""
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", "import app; app.main()", *arguments],
        cwd=checkout,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} ended with {process.returncode}")
    return seconds, usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, action="append", help="rows of the extract (repeat for more)")
    parser.add_argument("--other", type=Path, help="another checkout, run in turn")
    chosen = parser.parse_args()
    checkouts = {"this": HERE} | ({"other": chosen.other.resolve()} if chosen.other else {})
    print(f"{'rows':>12}{'':>8}{'s':>9}{'rows a second':>16}{'MB':>9}{'times as fast':>15}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        areas = boundaries(AREAS)
        areas.to_file(folder / "areas.gpkg")
        areas.drop(columns="geometry").to_csv(folder / "lookup.csv", index=False)
        for rows in chosen.rows or [100_000, 1_000_000]:
            extract, found = folder / "extract.csv", {}
            write_extract(extract, rows)
            for key, checkout in checkouts.items():
                data = folder / key
                for kind, file in (("boundaries", "areas.gpkg"), ("lookup", "lookup.csv")):
                    run(checkout, "import", kind, str(folder / file), "--data", str(data))
                found[key] = run(checkout, "import", "offences", str(extract), "--data", str(data))
            kept = {key: Store(folder / key).open().manifest["history"][-1] for key in checkouts}
            numbers = {key: [one[k] for k in ("rows", "in_county", "outside")] for key, one in kept.items()}
            if "other" in numbers and numbers["this"] != numbers["other"]:
                print(f"not the same: {numbers}")
            for key, (seconds, memory) in found.items():
                times = f"{found['other'][0] / seconds:>15.2f}" if "other" in found else ""
                print(f"{rows:>12,}{key:>8}{seconds:>9.2f}{rows / seconds:>16,.0f}{memory:>9,.0f}{times}")
                shutil.rmtree(folder / key)


if __name__ == "__main__":
    main()
