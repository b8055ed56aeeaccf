"""How fast is it, all of it? Every benchmark in turn, with a description of the machine, as text and as JSON.

Run by ``hotspots bench`` or ``make bench``; ``--quick`` measures less of each, ``--other FOLDER`` another
checkout beside this one in the same runs, ``--json FILE`` also writes the tables, ``--only PART`` names one.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.told import GATHERED, machine, text  # noqa: E402

BENCHES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "answers": (("--quick",), ()),
    "hotspots": (("--quick",), ()),
    "import": (("--rows", "100000", "--times", "1"), ("--other",)),
    "page": (("--quick",), ("",)),
    "paint": (("--quick",), ()),
    "load": (("--seconds", "5"), ("--other",)),
    "england": (("--only", "answers"), ("",)),
    "events": (("--quick",), ()),
    "engines": (("--questions", "30"), ()),
}
"""Part to the arguments of its script where little is to be measured, and how it is told another checkout."""


def main() -> None:
    """Run them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="measure less of each")
    parser.add_argument("--other", type=Path, help="another checkout, to measure beside this one")
    parser.add_argument("--json", type=Path, help="file for what was measured")
    parser.add_argument("--only", action="append", choices=BENCHES, help="one part (repeat for more)")
    given = parser.parse_args()
    described = machine()
    for what, value in described.items():
        print(f"{what}: {text(value)}")
    with tempfile.TemporaryDirectory() as folder:
        told, failed = Path(folder) / "told", []
        told.touch()
        for name in given.only or BENCHES:
            quick, beside = BENCHES[name]
            arguments = [*(quick if given.quick else ())]
            if given.other and beside:
                arguments += [*filter(None, beside), str(given.other.resolve())]
            command = [sys.executable, "-m", f"benchmarks.bench_{name}", *arguments]
            print(f"\n## bench_{name} {' '.join(arguments)}".rstrip(), flush=True)
            environment = os.environ | {GATHERED: str(told)}
            if subprocess.run(command, check=False, cwd=ROOT, env=environment).returncode:
                failed.append(name)
        rows = [json.loads(line) for line in told.read_text(encoding="utf-8").splitlines()]
    if given.json:
        whole = {"machine": described, "measured": tables(rows), "failed": failed}
        given.json.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if failed:
        sys.exit(f"Not measured: {', '.join(failed)}.")


def tables(rows: list[dict]) -> list[dict]:
    """Rows of one table of one script together, in the order in which they were measured.

    Examples
    --------
    >>> row = {"script": "a", "table": "t", "columns": ["n", "ms"]}
    >>> [one["rows"] for one in tables([row | {"row": ["x", 1]}, row | {"row": ["y", 2]}])]
    [[['x', 1], ['y', 2]]]
    """
    found: dict[tuple[str, str], dict] = {}
    for row in rows:
        key = row["script"], row["table"]
        one = found.setdefault(
            key, {name: row[name] for name in ("script", "table", "columns")} | {"rows": []}
        )
        one["rows"].append(row["row"])
    return list(found.values())


if __name__ == "__main__":
    main()
