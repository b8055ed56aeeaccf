"""Many viewers at once: this checkout beside another one, in one run, in turn.

Run with ``python benchmarks/bench_load.py --other FOLDER``, where FOLDER is another checkout (an earlier
commit, say). Each checkout is served by its own ``app.py`` in processes of its own, on the demonstration
county (or ``--data`` and ``--other-data``). Viewers ask without a pause, each over one connection: so many of
a hundred questions (``--repeated``) were asked before, the others are new. One server is asked at a time.

``--kill`` ends a process that works answers out every few seconds, and counts what that costs. ``--soak
MINUTES`` asks this checkout alone for so long, prints its memory (PSS, libraries apart) minute by minute, and
in the end how much each kind of process and all of it grew, the errors, and how long repeated ones took.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

import numpy as np
import psutil
from scipy.stats import t

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.told import Table  # noqa: E402
from benchmarks.viewer import python_of  # noqa: E402

LAYERS = (
    "measure quintile significance local_moran getis_ord agreement confidence imd bivariate excess "
    "change emerging bivariate_moran colocation"
).split()
HEAD = "HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n"
HEALTH = f"GET /healthz {HEAD}\r\n".encode()
KNOWN = 40
"""Questions that are asked again and again."""
KILLED_EVERY = 5
"""Seconds."""
FIRST = 5
"""Minute of a soak from which on memory is judged."""
FLAT = 0.01
"""Growth of memory from then on, of all that is held, that is none."""
WEIGHED_EVERY = 4
"""Seconds: memory swings by some megabytes within fifty answers, so a minute has the median of many looks."""
LAGS = 3
"""Minutes after which memory no longer hangs together with what it was."""
KEPT = b"hotspots_kept_bytes "


# ---------------------------------------------------------------- what is asked


def new_questions() -> Iterator[str]:
    """Addresses, no two alike: every layer in turn, other months, days and hours each time.

    In an order of chance, so that each minute asks a like mixture: answers about Fridays and Saturdays take
    more room than those about Mondays.
    """
    months = [m for n in (2, 3, 4) for m in itertools.combinations(range(1, 13), n)]
    times = [f"&day={day}&hour={hour}-{hour + 5}" for day in ("mon", "fri,sat", "sun") for hour in range(18)]
    asked = [f"month={','.join(map(str, m))}{when}" for when, m in itertools.product(times, months)]
    random.Random(1).shuffle(asked)
    for first in range(len(LAYERS)):  # each again with another layer, for many hours
        layers = itertools.islice(itertools.cycle(LAYERS), first, None)
        yield from (f"?layer={layer}&{rest}" for layer, rest in zip(layers, asked, strict=False))


def as_route(search: str) -> bytes:
    """A question as the page asks it."""
    return f"GET /answer{search} {HEAD}\r\n".encode()


def as_callback(search: str) -> bytes:
    """The same, of a page whose questions are callbacks of Dash, as they once were."""
    body = json.dumps(
        {
            "output": "answer.data",
            "outputs": {"id": "answer", "property": "data"},
            "inputs": [{"id": "address", "property": "data", "value": search}],
            "changedPropIds": ["address.data"],
            "state": [],
        }
    )
    kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}"
    return f"POST /_dash-update-component {HEAD}{kind}\r\n\r\n{body}".encode()


# ---------------------------------------------------------------- who asks


@dataclass
class Seen:
    """What the viewers of one run met: seconds of each answer, and what went wrong."""

    new: list[float] = field(default_factory=list)
    repeated: list[float] = field(default_factory=list)
    health: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    seconds: float = 0

    def told(self) -> dict[str, float]:
        """The figures."""
        number = len(self.new) + len(self.repeated)
        found = {"answers a second": number / self.seconds, "errors": len(self.errors)}
        for name in ("repeated", "new", "health"):
            times = sorted(getattr(self, name)) or [float("nan")]
            found |= {
                f"{name} p50, s": statistics.median(times),
                f"{name} p95, s": times[int(0.95 * (len(times) - 1))],
            }
        return found


class Connection:
    """One connection that is kept."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, sent: bytes) -> int:
        """Send a request, read all of the answer, and return its status."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=2**20)
        reader, writer = self._streams
        try:
            writer.write(sent)
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = int(head.split("content-length:", 1)[1].split("\r\n", 1)[0])
            await reader.readexactly(length)
        except BaseException:
            self.close()
            raise
        if "connection: close" in head:
            self.close()
        return int(head.split()[1])

    def close(self) -> None:
        """Give the connection up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def run(one: Served, viewers: int, repeated: float, seconds: float) -> Seen:
    """Let the viewers ask a server for some seconds."""
    seen, chance = Seen(), random.Random(1)
    end = time.perf_counter() + seconds

    async def ask(connection: Connection, sent: bytes, times: list[float]) -> None:
        start = time.perf_counter()
        try:
            status = await connection.ask(sent)
        except (OSError, EOFError, asyncio.IncompleteReadError) as error:
            seen.errors.append(repr(error))
            return
        if status == 200:
            times.append(time.perf_counter() - start)
        else:
            seen.errors.append(f"{status} {sent.decode()}")

    async def view() -> None:
        connection = Connection(one.port)
        while time.perf_counter() < end:
            again = chance.random() < repeated
            search = chance.choice(one.known) if again else next(one.asked)
            await ask(connection, one.written(search), seen.repeated if again else seen.new)
        connection.close()

    async def check_health() -> None:
        connection = Connection(one.port)
        while time.perf_counter() < end:
            await ask(connection, HEALTH, seen.health)
            await asyncio.sleep(0.25)
        connection.close()

    start = time.perf_counter()
    await asyncio.gather(check_health(), *(view() for _ in range(viewers)))
    seen.seconds = time.perf_counter() - start
    return seen


# ---------------------------------------------------------------- who answers


class Served:
    """A checkout, served."""

    def __init__(self, root: Path, data: str, workers: int) -> None:
        environment = os.environ | {"PYTHONPATH": str(root), "OPENBLAS_NUM_THREADS": "1"}
        command = [python_of(root), "app.py", "--port", "0", "--data", data]
        if (root / "dashboard" / "serving").is_dir():
            command += ["--workers", str(workers), "--no-token"]
        self._process = subprocess.Popen(
            command, cwd=root, env=environment, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        while "is on http" not in (line := self._process.stdout.readline()):
            if not line:
                sys.exit(f"{root} could not be served; the lines above say why.")
        self.port = int(line.rstrip().rstrip("/").rpartition(":")[2])
        self.written = as_route if (root / "dashboard" / "routes_pieces.py").is_file() else as_callback
        self.asked = new_questions()
        self.known = [next(self.asked) for _ in range(KNOWN)]
        asyncio.run(self._warm())

    async def _warm(self) -> None:
        connection = Connection(self.port)
        for search in self.known:
            await connection.ask(self.written(search))
        connection.close()

    def processes(self) -> list[psutil.Process]:
        """All that belong to it."""
        head = psutil.Process(self._process.pid)
        return [head, *head.children(recursive=True)]

    def megabytes(self) -> dict[str, float]:
        """Memory by what it is of: the server, what others are copies of, workers, and libraries.

        What several share is counted once. Libraries are files that are mapped: they are shared with whatever
        else runs there, so that this part grows when another program ends.
        """
        kinds = {self._process.pid: "server"}
        found = dict.fromkeys(("server", "origin", "workers", "libraries"), 0.0)
        for one in self.processes():
            with contextlib.suppress(psutil.NoSuchProcess, OSError):  # it has given its place to another
                above = kinds.get(one.ppid(), "server")
                kind = kinds.setdefault(one.pid, "origin" if above == "server" else "workers")
                told = Path(f"/proc/{one.pid}/smaps_rollup").read_text()
                parts = dict(re.findall(r"^Pss_(\w+): +(\d+)", told, re.M))
                found[kind] += int(parts["Anon"]) / 1024
                found["libraries"] += int(parts["File"]) / 1024
        return found

    def kept(self) -> float:
        """Megabytes of answers that it keeps, as it says itself."""
        with urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=60) as told:
            lines = told.read().splitlines()
        return sum(float(line.removeprefix(KEPT)) for line in lines if line.startswith(KEPT)) / 2**20

    def processor(self) -> float:
        """Seconds of the processor that all of them have had."""
        return sum(sum(one.cpu_times()[:2]) for one in self.processes())

    def kill_one(self) -> bool:
        """End one process that works answers out, where there is one."""
        workers = [one for one in self.processes()[1:] if one.cpu_times().user > 1]
        if workers:
            max(workers, key=lambda one: one.create_time()).kill()
        return bool(workers)

    def stop(self) -> None:
        """Stop it as an operator does."""
        self._process.terminate()
        self._process.wait(60)


async def with_kills(one: Served, asking: asyncio.Task[Seen]) -> Seen:
    """Kill a process every few seconds while viewers ask."""
    killed = 0
    while not asking.done():
        await asyncio.wait([asking], timeout=KILLED_EVERY)
        if not asking.done():
            killed += one.kill_one()
    print(f"processes killed: {killed}")
    return await asking


async def load(one: Served, given: argparse.Namespace, seconds: float) -> Seen:
    """One run against one server."""
    asking = asyncio.create_task(run(one, given.viewers, given.repeated / 100, seconds))
    return await (with_kills(one, asking) if given.kill else asking)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--other", type=Path, help="another checkout")
    parser.add_argument("--data", help="data folder of this checkout")
    parser.add_argument("--other-data", help="data folder of the other one")
    parser.add_argument("--viewers", type=int, default=50)
    parser.add_argument("--repeated", type=float, default=70, help="of a hundred questions")
    parser.add_argument("--seconds", type=float, default=30, help="of each of three runs")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kill", action="store_true")
    parser.add_argument("--soak", type=float, default=0, metavar="MINUTES")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        this = Served(ROOT, given.data or f"{folder}/this", given.workers)
        if given.soak:
            soak(this, given)
            return
        both = {"this": this}
        if given.other:
            both["other"] = Served(given.other.resolve(), given.other_data or f"{folder}/other", 0)
        runs: dict[str, list[dict[str, float]]] = {name: [] for name in both}
        for _ in range(3):
            for name, one in both.items():
                before = one.processor()
                seen = asyncio.run(load(one, given, given.seconds))
                spent = 1000 * (one.processor() - before) / max(1, len(seen.new) + len(seen.repeated))
                runs[name].append(
                    seen.told() | {"CPU, ms an answer": spent, "memory, MB": sum(one.megabytes().values())}
                )
                for error in seen.errors[:3]:
                    print(f"{name}: {error}")
        for one in both.values():
            one.stop()
    table = Table(f"{given.viewers} viewers, {given.repeated:g}% repeated, median of three runs", "", *both)
    for figure in runs["this"][0]:
        found = [statistics.median(each[figure] for each in of) for of in runs.values()]
        table.row(figure, *found)


def soak(one: Served, given: argparse.Namespace) -> None:
    """Ask for many minutes, print how its memory fares, and whether it stays flat."""
    fill(one, given.viewers)
    sizes: list[dict[str, float]] = []
    slow, errors = [], 0
    for minute in range(1, int(given.soak) + 1):
        seen, each = asyncio.run(weighed(one, given))
        told, libraries = seen.told(), each.pop("libraries")
        if not sizes:
            heads = ("answers/s", "repeated p95", "errors", "kept, MB", "libraries", *each)
            print("minute" + "".join(f"{head:>13}" for head in heads))
        sizes.append(each)
        slow.append(told["repeated p95, s"])
        errors += len(seen.errors)
        figures = (one.kept(), libraries, *each.values())
        print(
            f"{minute:>6}{told['answers a second']:>13.1f}{slow[-1]:>13.3f}{len(seen.errors):>13}"
            + "".join(f"{figure:>13.1f}" for figure in figures),
            flush=True,
        )
        for error in seen.errors[:3]:
            print(error)
    one.stop()
    print(
        f"{errors} errors; repeated p95 {statistics.median(slow):.3f} s (median), {max(slow):.3f} s at most"
    )
    for name in sizes[0]:
        print(f"{name}: {verdict([each[name] for each in sizes])}")


async def weighed(one: Served, given: argparse.Namespace) -> tuple[Seen, dict[str, float]]:
    """A minute of it: what viewers met, and the median of many looks at each part of memory and all of it."""
    asking = asyncio.create_task(load(one, given, 60))
    looks = []
    while not asking.done():
        await asyncio.wait([asking], timeout=WEIGHED_EVERY)
        looks.append(one.megabytes())
        looks[-1]["all"] = sum(looks[-1].values()) - looks[-1]["libraries"]
    return await asking, {name: statistics.median(each[name] for each in looks) for name in looks[0]}


def fill(one: Served, viewers: int) -> None:
    """Ask new questions until the room for what is kept is full, here and in each process, as after a day."""
    before, start = -1.0, time.perf_counter()
    while (now := one.kept()) > 1.01 * before:
        before = now
        asyncio.run(run(one, viewers, 0, 20))
    print(
        f"{now:.0f} MB of answers kept, filled in {(time.perf_counter() - start) / 60:.0f} minutes",
        flush=True,
    )


def verdict(sizes: Sequence[float]) -> str:
    """Whether memory stays flat, from its size in each minute, by a line through all but the first.

    It is flat where the line, with all its uncertainty (95%), grows by less than :data:`FLAT`, and is not
    where it grows by more for certain; between, more minutes tell. It is heeded that minutes hang together
    (Newey and West).

    Examples
    --------
    >>> swing = enumerate([0, 3, -2, 1, -1, 2, -3, 0] * 4)
    >>> grown = np.array([[500 + rise * at + by for rise in (0, 0.2, 2)] for at, by in swing]).T
    >>> [verdict(sizes).rpartition(": ")[2] for sizes in grown]
    ['flat', 'not decided', 'NOT FLAT']
    """
    judged = np.array(sizes[FIRST - 1 :])
    if len(judged) < 2 * LAGS:
        return f"Too short to judge: the first {FIRST} minutes do not count."
    minutes = np.arange(len(judged)) - (len(judged) - 1) / 2
    slope = minutes @ judged / (minutes @ minutes)
    scores = minutes * (judged - judged.mean() - slope * minutes)
    variance = scores @ scores
    for lag in range(1, LAGS + 1):
        variance += 2 * (1 - lag / (LAGS + 1)) * (scores[lag:] @ scores[:-lag])
    spread = t.ppf(0.975, len(judged) - 2) * np.sqrt(max(0.0, variance)) / (minutes @ minutes)
    low, grown, high = ((slope + by) * (len(judged) - 1) for by in (-spread, 0, spread))
    most = FLAT * judged.mean()
    found = "flat" if high < most else "NOT FLAT" if low > most else "not decided"
    return (
        f"{judged.mean():.1f} MB, from minute {FIRST} to {len(sizes)} {grown:+.1f} MB "
        f"({low:+.1f} to {high:+.1f}), {grown / judged.mean():+.1%}: {found}"
    )


if __name__ == "__main__":
    main()
