"""What does a benchmark tell? Tables: as text while it measures, as JSON for who gathers them, and on a page.

``python -m benchmarks.told RUN.json PAGE.md`` writes what a run measured (``hotspots bench --json RUN.json``)
into a page, each table beneath the comment that names its script and itself.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

GATHERED = "HOTSPOTS_BENCH_TOLD"
"""Environment variable: the file to which each row is added as a line of JSON."""
LIBRARIES = ("numpy", "scipy", "pandas", "pyarrow", "polars", "duckdb", "esda", "libpysal", "pygeoda", "dash")
FIRST, COLUMN = 30, 18


class Table:
    """A table that is printed row by row, as each is measured.

    Parameters
    ----------
    title : str
        What is measured, of what.
    *columns : str
        Heading of each column, with its unit; the first is of the rows' names.
    """

    def __init__(self, title: str, *columns: str) -> None:
        self.title, self.columns = title, columns
        print(f"\n# {title}")
        print(f"{columns[0]:<{FIRST}}" + "".join(f"{one:>{COLUMN}}" for one in columns[1:]), flush=True)

    def row(self, name: str, *cells: float | str | None) -> None:
        """Add a row; None where there is nothing to tell."""
        print(f"{name:<{FIRST}}" + "".join(f"{text(cell):>{COLUMN}}" for cell in cells), flush=True)
        if path := os.environ.get(GATHERED):
            told = {"script": Path(sys.argv[0]).stem, "table": self.title, "columns": self.columns}
            with open(path, "a", encoding="utf-8") as file:
                file.write(json.dumps({**told, "row": [name, *map(plain, cells)]}) + "\n")


def plain(cell: float | str | None) -> float | str | None:
    """A cell as JSON has it."""
    return cell if cell is None or isinstance(cell, str | int) else round(float(cell), 4)


def text(cell: float | str | None) -> str:
    """A cell as it is read: three digits that matter, and a whole number as it is.

    Examples
    --------
    >>> [text(cell) for cell in (0.0314, 3.14159, 31.4159, 3141.59, 300, None, "× 2")]
    ['0.031', '3.14', '31.4', '3,142', '300', '-', '× 2']
    """
    if cell is None or isinstance(cell, str):
        return cell or "-"
    if isinstance(cell, int):
        return f"{cell:,}"
    digits = next((digits for below, digits in ((1, 3), (10, 2), (100, 1)) if abs(cell) < below), 0)
    return f"{cell:,.{digits}f}"


def markdown(columns: Sequence[str], rows: Sequence[Sequence[float | str | None]]) -> str:
    """A table as a page has it.

    Examples
    --------
    >>> print(markdown(["filter", "cube"], [["a month", 0.2712]]))
    | filter | cube |
    |---|---:|
    | a month | 0.271 |
    """
    lines = [f"| {' | '.join(line)} |" for line in (columns, *(map(text, row) for row in rows))]
    return "\n".join([lines[0], f"|---{'|---:' * (len(columns) - 1)}|", *lines[1:]])


def filled(page: str, tables: Sequence[Mapping[str, Any]]) -> str:
    """A page with the tables that were measured in place of those that it has; others stay as they are."""
    for table in tables:
        mark = f"<!-- {table['script']}: {table['table']} -->\n\n"
        before, found, after = page.partition(mark)
        if found:
            _, blank, rest = after.partition("\n\n")
            page = before + found + markdown(table["columns"], table["rows"]) + blank + rest
    return page


def machine() -> dict[str, str | float]:
    """Describe what it is measured on, without any name of it."""
    import psutil

    found = {name: _version(name) for name in LIBRARIES}
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "processors": os.cpu_count() or 0,
        "memory, GB": round(psutil.virtual_memory().total / 1e9, 1),
        "load at the start": round(psutil.getloadavg()[0], 2),
        "Python": platform.python_version(),
        **{name: found[name] for name in LIBRARIES if found[name]},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    named = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def main() -> None:
    """Write what a run measured into a page."""
    run, page = map(Path, sys.argv[1:])
    tables = json.loads(run.read_text(encoding="utf-8"))["measured"]
    page.write_text(filled(page.read_text(encoding="utf-8"), tables), encoding="utf-8")


if __name__ == "__main__":
    main()
