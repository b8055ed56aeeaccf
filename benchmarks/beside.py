"""Answers of this checkout beside those of another one, in one run, question by question in turn.

Run with ``python benchmarks/beside.py FOLDER``, where FOLDER is another checkout (an earlier commit, say).
Each checkout has a process of its own, with its own Python where it has one, and builds its demonstration
county by itself (or opens ``--data`` and ``--other-data``). Both are asked the same new question, then the
same question again, through the whole way of a request: reading the address, the answer, the page, JSON,
compression. Times are medians in milliseconds.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import product
from pathlib import Path

LAYERS = (
    "measure quintile significance local_moran getis_ord agreement confidence imd bivariate excess "
    "change emerging bivariate_moran colocation"
).split()
QUESTIONS = 7
"""New questions of each layer, the first of them to warm up."""


# ---------------------------------------------------------------- one checkout


def work(folder: str) -> None:
    """Answer addresses from standard input with the milliseconds that each took."""
    from importlib import import_module

    from dashboard import create_app
    from geo import demo

    rooms = (Path.cwd() / "geo" / "answer").is_dir()  # else a checkout from before geo/ had rooms
    Atlas = import_module("geo.answer.atlas" if rooms else "geo.atlas").Atlas

    if not any(Path(folder).glob("*")):
        demo.build(Path(folder))
    app = create_app(Atlas.open(folder))
    client = app.server.test_client()
    by_route = any(rule.rule == "/answer" for rule in app.server.url_map.iter_rules())
    accept = {"Accept-Encoding": "gzip"}

    def ask(search: str) -> int:
        if by_route:
            return client.get(f"/answer{search}", headers=accept).status_code
        body = {
            "output": "answer.data",
            "outputs": {"id": "answer", "property": "data"},
            "inputs": [{"id": "address", "property": "data", "value": search}],
            "changedPropIds": ["address.data"],
            "state": [],
        }
        return client.post("/_dash-update-component", json=body, headers=accept).status_code

    print("ready", flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        status = ask(line.strip())
        print(1000 * (time.perf_counter() - start) if status == 200 else -status, flush=True)


class Checkout:
    """A checkout that answers in a process of its own."""

    def __init__(self, root: Path, data: str) -> None:
        sys.path.append(str(Path(__file__).resolve().parents[1]))
        from benchmarks.viewer import python_of

        environment = os.environ | {"PYTHONPATH": str(root), "OPENBLAS_NUM_THREADS": "1"}
        command = [python_of(root), str(Path(__file__).resolve()), "--work", data]
        self._process = subprocess.Popen(
            command, cwd=root, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        while (line := self._process.stdout.readline()).strip() != "ready":
            if not line:
                sys.exit(f"{root} could not be opened; the lines above say why.")

    def milliseconds(self, search: str) -> float:
        """How long one address took."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(search + "\n")
        self._process.stdin.flush()
        taken = float(self._process.stdout.readline())
        if taken < 0:
            sys.exit(f"{search} was answered with status {-taken:.0f}.")
        return taken


# ---------------------------------------------------------------- both


def main() -> None:
    """Ask both, in turn."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("other", nargs="?", type=Path, help="the other checkout")
    parser.add_argument("--data", help="data folder of this checkout")
    parser.add_argument("--other-data", help="data folder of the other checkout")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        sys.path.insert(0, os.getcwd())
        work(given.work)
        return
    if given.other is None:
        parser.error("name the other checkout")
    with tempfile.TemporaryDirectory() as folder:
        data = [given.data or f"{folder}/this", given.other_data or f"{folder}/other"]
        for each in data:
            Path(each).mkdir(exist_ok=True)
        roots = (Path(__file__).resolve().parents[1], given.other.resolve())
        both = [Checkout(root, each) for root, each in zip(roots, data, strict=True)]
        asked = (f"month={a},{b}&day={day}" for (a, b), day in product(
            [(a, b) for a in range(1, 12) for b in range(a + 1, 13)], ("mon", "tue", "wed")
        ))  # fmt: skip
        rows = {}
        for layer in LAYERS:
            times: list[list[float]] = [[], [], [], []]
            for number in range(QUESTIONS):
                search = f"?layer={layer}&{next(asked)}"
                for which, one in enumerate(both if number % 2 else both[::-1]):
                    place = which if number % 2 else 1 - which
                    times[place].append(one.milliseconds(search))
                    times[2 + place].append(statistics.median(one.milliseconds(search) for _ in range(3)))
            rows[layer] = [statistics.median(each[1:]) for each in times]
    if given.json:
        print(json.dumps(rows, indent=1))
        return
    heads = "this", "other", "ratio"
    print(f"{'ms':<18}{'new question':^30}{'the same again':^30}")
    print(f"{'layer':<18}" + "".join(f"{head:>10}" for head in heads * 2))
    for layer, (new, other, again, other_again) in rows.items():
        cells = new, other, other / new, again, other_again, other_again / again
        print(f"{layer:<18}" + "".join(f"{cell:>10.2f}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
