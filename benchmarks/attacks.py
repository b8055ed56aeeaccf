"""What does a viewer who wants to know find out? Attacks on small numbers, with nothing but addresses.

An attack is given ``get``, which answers an address as any viewer gets it, and what the public knows: the
map, residents, and each borough's total. ``python benchmarks/attacks.py FOLDER --other CHECKOUT --other-data
FOLDER`` runs all of them on this checkout and on another one (an earlier commit, say), and prints how much
each tells of the true events, beside the best guess of one who asks nothing. It takes some minutes.
``tests/answers/test_attacks.py`` runs them in a cheap form.
"""

from __future__ import annotations

import argparse
import csv
import html
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations_with_replacement
from math import comb
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, eye_array, hstack
from scipy.stats import nbinom

Get = Callable[[str], bytes]
SMALL = np.arange(1, 8)
"""Counts that are shown as a star."""


# ---------------------------------------------------------------- what is true, and what the public knows


@dataclass(frozen=True)
class Known:
    """A data folder as its owner reads it: the true events, and what is no secret.

    Attributes
    ----------
    folder : Path
    """

    folder: Path

    @cached_property
    def _manifest(self) -> dict:
        name = (self.folder / "CURRENT").read_text().split()[0]
        return json.loads((self.folder / "versions" / name).read_text())

    def _read(self, role: str) -> pd.DataFrame:
        part = "cleared" if role.startswith("cleared/") else "objects"
        digest = self._manifest["objects"][role]["sha256"]
        return pd.read_parquet(self.folder / part / f"{digest}.parquet")

    @cache  # noqa: B019 - there is one of each folder
    def events(self, source: str) -> pd.DataFrame:
        """True events with a place in the county, their borough among them."""
        roles = [role for role, batch in self._manifest["batches"].items() if batch["source"] == source]
        hidden = {role: role.replace("incidents", "cleared", 1) for role in roles}
        objects = self._manifest["objects"]
        events = pd.concat([self._read(hidden[r] if hidden[r] in objects else r) for r in roles])
        return events[events["lsoa"].isin(self.areas)].join(self.borough.rename("borough"), on="lsoa")

    @cached_property
    def areas(self) -> pd.Index:
        """Codes of the small areas in map order."""
        return self._read("areas/lsoa").index

    @cached_property
    def borough(self) -> pd.Series:
        """Borough of each small area."""
        lookup = self._read("lookup")
        column = next(c for c in lookup if str(c).lower().startswith("lad") and str(c).lower().endswith("cd"))
        return lookup[column].reindex(self.areas)

    @cached_property
    def residents(self) -> pd.Series:
        """Residents of each small area."""
        table = self._read("population")
        by = "lsoa" if "lsoa" in table else table.index
        return table.groupby(by)["population"].sum().reindex(self.areas).astype(float)

    @cached_property
    def residents_by_age(self) -> dict[str, np.ndarray]:
        """Residents of each borough by :data:`BANDS`."""
        table = self._read("population")
        table = table if "lsoa" in table else table.rename_axis("lsoa").reset_index()
        borough = table["lsoa"].map(self.borough)
        by = pd.crosstab(borough, table["age_band"].astype(str), table["population"], aggfunc="sum")
        return {str(code): row.reindex(BANDS).to_numpy(float) for code, row in by.iterrows()}

    def years(self, source: str) -> float:
        """Years that a source covers."""
        batches = self._manifest["batches"].values()
        return len({month for b in batches if b["source"] == source for month in b["months"]}) / 12

    def near(self) -> csr_array:
        """Which areas are neighbours, 0 or 1."""
        pairs = self._read("neighbours/lsoa/queen")
        place = pd.Series(np.arange(len(self.areas)), index=self.areas)
        ends = [
            p if pd.api.types.is_integer_dtype(p) else p.map(place)
            for p in (pairs.iloc[:, 0], pairs.iloc[:, 1])
        ]
        return coo_array((np.ones(len(pairs)), tuple(ends)), shape=(len(place),) * 2).tocsr()

    def counts(self, source: str, month: int | None = None) -> np.ndarray:
        """True events of each small area, of one month of the year or all."""
        events = self.events(source)
        kept = events if month is None else events[events["month"] % 12 == month - 1]
        return kept["lsoa"].value_counts().reindex(self.areas, fill_value=0).to_numpy()


def guessed(true: np.ndarray, residents: np.ndarray, total: np.ndarray) -> float:
    """How often one is right of small counts who asks nothing: the best of ten guesses.

    Parameters
    ----------
    true : ndarray of int
    residents, total : ndarray
        Of the area, and of what it is a part of whose total is known: its residents, and its events.
    """
    mean = total * residents
    small = np.isin(true, SMALL)
    found = [np.clip(np.floor(mean), 1, SMALL[-1])]
    found += [SMALL[nbinom.pmf(SMALL, k, k / (k + mean[:, None])).argmax(axis=1)] for k in (1.0, 3.0)]
    found += [np.full(len(true), k) for k in SMALL]
    return max(float((one == true)[small].mean()) for one in found)


def guess_of(known: Known, true: np.ndarray) -> float:
    """The same of small areas, whose borough's total is known."""
    of = known.borough.to_numpy()
    share = known.residents / known.residents.groupby(of).transform("sum")
    total = pd.Series(true, known.areas).groupby(of).transform("sum")
    return guessed(true, share.to_numpy(), total.to_numpy())


@dataclass(frozen=True)
class Told:
    """Of ``of`` facts an attack told ``right``, where a guess is right in a share ``guess``."""

    right: int
    of: int
    guess: float

    @property
    def share(self) -> float:
        """Share of the facts that it told."""
        return self.right / max(1, self.of)


def of_small(found: np.ndarray, true: np.ndarray, guess: float) -> Told:
    """Counts that were found, where the true ones are small."""
    small = np.isin(true, SMALL)
    return Told(int((found == true)[small].sum()), int(small.sum()), guess)


def table(get: Get, search: str = "", **asked: object) -> dict[str, dict[str, str]]:
    """Ask for a table as it is exported: code of the area to its row."""
    search = search or urlencode(asked, safe=",")
    rows = list(csv.DictReader(io.StringIO(get(f"/export.csv?{search}").decode("utf-8-sig"))))
    return {next(iter(row.values())): row for row in rows}


def text_of(month: int) -> str:
    """Month as an address has it."""
    return f"{month // 12}-{month % 12 + 1:02d}"


# ---------------------------------------------------------------- one request a question


def panel(get: Get, known: Known, source: str, most: int = 10_000) -> Told:
    """The months, and the hours of the week, that are not 0 in a small area's panel: its number of events."""
    true = known.counts(source)
    small = np.flatnonzero(np.isin(true, SMALL))[:most]
    right = 0
    for at in small:
        told = _copied(get(f"/piece/panel?source={source}&area={known.areas[at]}").decode())
        months = sum(line.split("\t")[1] == "*" for line in told.get("month", "").splitlines()[1:])
        right += max(months, len(_week(told))) == true[at]
    return Told(right, len(small), guess_of(known, true))


def moments(get: Get, known: Known, source: str, most: int = 10_000) -> Told:
    """Weekday and hour of the one event that an area has in a month, from its panel of that month."""
    events = known.events(source).dropna(subset=["hour"])
    alone = events[events.groupby(["lsoa", "month"])["lsoa"].transform("size") == 1]
    slot = events["date"].dt.day_of_week * 24 + events["hour"].astype(int)
    right, asked = 0, alone.sample(min(most, len(alone)), random_state=1)
    for event in asked.itertuples():
        month = text_of(event.month)
        told = _copied(
            get(f"/piece/panel?source={source}&area={event.lsoa}&from={month}&to={month}").decode()
        )
        right += _week(told) == [event.date.day_of_week * 24 + int(event.hour)]
    return Told(right, len(asked), float(slot.value_counts(normalize=True).iloc[0]))


def _copied(page: str) -> dict[str, str]:
    """What the panel has to be copied, by the first word of it."""
    found = (html.unescape(text) for text in re.findall(r'data-copy="([^"]*)"', page))
    return {text.partition("\t")[0]: text for text in found}


def _week(told: dict[str, str]) -> list[int]:
    """Hours of the week that are neither 0 nor shown as a number."""
    days = [line.split("\t")[1:] for line in told.get("day", "").splitlines()[1:]]
    cells = [cell for day in days for cell in day]
    return [at for at, cell in enumerate(cells) if cell == "*"]


def ages(get: Get, known: Known, source: str, hours: range = range(24)) -> Told:
    """Number and ages of the few people of a borough-hour: two age-standardised rates, subtracted.

    Their difference is a sum of one known weight a person, which few sets of people have.
    """
    events, right, of = known.events(source), 0, 0
    for borough, residents in known.residents_by_age.items():
        weights = EUROPEAN / residents / known.years(source) * 1e5
        for hour in hours:
            mine = events[(events["borough"] == borough) & (events["hour"] == hour)]
            if len(mine) not in SMALL or mine["age_band"].isna().any():
                continue
            kept = [h for h in range(24) if h != (12 if hour != 12 else 13)]
            rates = [
                _benchmark(get, source, borough, some) for some in (kept, [h for h in kept if h != hour])
            ]
            true = sorted(mine["age_band"].map(BANDS.index))
            of += 1
            right += bool(np.isfinite(rates).all()) and _people(weights, rates[0] - rates[1]) == [true]
    return Told(right, of, 0.0)


BANDS = [*(f"{age}-{age + 4}" for age in range(0, 90, 5)), "90+"]
EUROPEAN = np.repeat([5000, 5500, 6000, 6500, 7000, 6500, 6000, 5500, 5000, 4000, 2500, 1500, 1000],
                     [1, 3, 2, 1, 4, 1, 1, 1, 1, 1, 1, 1, 1]) / 1e5  # fmt: skip
"""Share of each band in the European Standard Population 2013."""


@cache
def _sets(people: int) -> np.ndarray:
    return np.array(list(combinations_with_replacement(range(len(BANDS)), people)), np.int8)


def _people(weights: np.ndarray, rate: float) -> list[list[int]]:
    """Sets of 1 to 7 people, by age band, whose weights add up to a rate."""
    found: list[list[int]] = []
    for people in SMALL:
        sets = _sets(int(people))
        found += sets[np.abs(weights[sets].sum(axis=1) - rate) < 1.2e-7].tolist()
    return found


def _benchmark(get: Get, source: str, borough: str, hours: list[int]) -> float:
    asked = {"measure": "dsr", "level": "borough", "borough": borough, "hour": ",".join(map(str, hours))}
    value = next(iter(table(get, source=source, **asked).values())).get("benchmark", "")
    return float(value or "nan")


# ---------------------------------------------------------------- p, solved


def hotspot_p(get: Get, known: Known, source: str, month: int = 7) -> Told:
    """The exact p of local Moran's I in one month of the year, which is that of a sum of neighbours."""
    found = table(get, source=source, layer="local_moran", month=month)
    return _solved(get, known, source, month, found)


def compared_p(get: Get, known: Known, source: str, month: int = 7, beside: str = "offences") -> Told:
    """The same p, of the controlled source that an open one is compared with."""
    found = table(get, source=beside, compare=source, layer="bivariate_moran", month=month)
    return _solved(get, known, source, month, found)


def _solved(get: Get, known: Known, source: str, month: int, found: dict[str, dict[str, str]]) -> Told:
    shown = table(get, source=source, month=month)
    low, high = np.array([_bounds(shown[area]["count"]) for area in known.areas]).T
    p = np.array([float(found[area]["p"] or "nan") for area in known.areas])
    true = known.counts(source, month)
    return of_small(solve(p, low, high, known.near(), true.sum()), true, guess_of(known, true))


def _bounds(cell: str) -> tuple[int, int]:
    """Least and most that a count may be that is shown so."""
    if cell in {"*", ""}:
        return 1, 7
    return (0, 0) if float(cell) == 0 else (max(8, int(float(cell)) - 2), int(float(cell)) + 2)


def solve(p: np.ndarray, low: np.ndarray, high: np.ndarray, near: csr_array, total: float) -> np.ndarray:
    """Counts of areas from the exact two-sided p of the sums of their neighbours.

    A first guess of the counts gives the law of a sum of k of them; each p is then that of one sum, or of a
    few; the whole numbers that fit these best give a better law, until nothing changes.
    """
    draws, free = np.diff(near.indptr), low < high
    counts, possible = _begun(low, high, total), (near @ np.array([low, high]).T).astype(int)
    ways, one = near[:, free], np.ones(int(free.sum()))
    for _ in range(12):
        laws = {own: _two_sided(_without(counts, own), int(draws.max())) for own in np.unique(counts)}
        sums = [_sums_of(p[i], laws[counts[i]][draws[i]], *possible[i]) for i in range(len(p))]
        told = np.flatnonzero(np.isfinite(sums).all(axis=1))
        least, most = (np.array(sums) - (near @ np.where(free, 0, low))[:, None])[told].T
        off = eye_array(len(told))
        best = milp(
            np.concatenate([1e-3 * one, np.ones(len(told))]),
            integrality=np.concatenate([one, np.zeros(len(told))]),
            bounds=Bounds(
                np.concatenate([low[free], np.zeros(len(told))]),
                np.concatenate([high[free], np.full(len(told), np.inf)]),
            ),
            constraints=[
                LinearConstraint(hstack([ways[told], off]).tocsr(), lb=least),
                LinearConstraint(hstack([ways[told], -off]).tocsr(), ub=most),
            ],
            options={"time_limit": 10},
        )
        before = counts.copy()
        if best.x is None:
            break
        counts[free] = np.rint(best.x[: len(one)])
        if (counts == before).all():
            break
    return counts


def _begun(low: np.ndarray, high: np.ndarray, total: float) -> np.ndarray:
    """Counts to begin with: of the starred ones as many of each as a geometric law of their mean has."""
    counts, star = (low + high) // 2, (low == SMALL[0]) & (high == SMALL[-1])
    laws = np.linspace(0.05, 0.95, 200)[:, None] ** np.arange(len(SMALL))
    laws /= laws.sum(axis=1, keepdims=True)
    law = laws[np.abs(laws @ SMALL - (total - counts[~star].sum()) / max(1, star.sum())).argmin()]
    places = (np.arange(star.sum()) + 0.5) / max(1, star.sum())
    counts[star] = SMALL[np.minimum(np.searchsorted(law.cumsum(), places), len(SMALL) - 1)]
    return counts


def _sums_of(p: float, law: np.ndarray, first: int, last: int) -> tuple[float, float]:
    """The least and the largest sum that have the p, among those that are possible."""
    last = min(last, len(law) - 1)
    if not np.isfinite(p) or first > last:
        return np.nan, np.nan
    off = np.abs(np.log(law[first : last + 1]) - np.log(p))
    nearest = first + np.flatnonzero(off <= off.min() + 1e-9)
    return nearest.min(), nearest.max()


def _without(counts: np.ndarray, own: int) -> np.ndarray:
    """How many areas have each count, but for one that has ``own``."""
    found = np.bincount(counts)
    found[own] -= 1
    return found


def _two_sided(areas: np.ndarray, most: int) -> np.ndarray:
    """Two-sided p of each sum of k counts drawn without replacement, shape (most + 1, sums).

    Parameters
    ----------
    areas : ndarray of int
        How many areas have each count, from 0 up.
    most : int
        Largest k.
    """
    size = most * (len(areas) - 1) + 1
    ways = np.zeros((most + 1, size))
    ways[0, 0] = 1.0
    for count, number in enumerate(areas):
        before, ways = ways, np.zeros_like(ways)
        for some in range(min(most, int(number)) + 1):
            shift = some * count
            ways[some:, shift:] += comb(int(number), some) * before[: most + 1 - some, : size - shift]
    law = ways / np.maximum(ways.sum(axis=1, keepdims=True), 1)
    upper, lower = law[:, ::-1].cumsum(axis=1)[:, ::-1], law.cumsum(axis=1)
    return np.clip(2 * np.minimum(upper, lower), 1e-300, 1.0)


# ---------------------------------------------------------------- many questions


def least_squares(get: Get, known: Known, source: str, questions: int) -> Told:
    """The count of each hour in each borough, from rounded counts of random sets of hours of two months."""
    events = known.events(source)
    events = events[(events["month"] % 12).isin([0, 6])]
    boroughs = sorted(known.borough.unique())
    by_hour = pd.crosstab(events["hour"], events["borough"])
    true = by_hour.reindex(index=range(24), columns=boroughs, fill_value=0).to_numpy()
    rng = np.random.default_rng(3)
    sets = (rng.random((questions, 24)) < rng.uniform(0.4, 1, (questions, 1))).astype(float)
    sets[sets.sum(axis=1) == 0] = 1
    shown = []
    for chosen in sets:
        hours = ",".join(str(hour) for hour in np.flatnonzero(chosen))
        rows = table(get, source=source, level="borough", month="1,7", hour=hours)
        shown.append([np.mean(_bounds(rows[borough]["count"])) for borough in boroughs])
    found = np.rint(np.linalg.lstsq(sets, np.array(shown))[0])
    small = np.isin(true, SMALL)
    guess = max(float((true[small] == count).mean()) for count in SMALL) if small.any() else 0.0
    return of_small(found, true, guess)


# ---------------------------------------------------------------- both checkouts


def attacks(get: Get, known: Known, questions: int, most: int) -> Iterator[tuple[str, str, Told]]:
    """Run all of them: name, source, what was told."""
    for source in ("ae", "admissions", "ambulance"):
        yield "months and hours of the panel", source, panel(get, known, source, most)
    for source in ("admissions", "ambulance"):
        yield "exact p of hotspots, solved", source, hotspot_p(get, known, source)
        yield "exact p of a comparison, solved", source, compared_p(get, known, source)
    yield f"least squares, {questions:,} questions", "ae", least_squares(get, known, "ae", questions)
    yield "two benchmarks, subtracted", "ambulance", ages(get, known, "ambulance")
    for source in ("ae", "ambulance"):
        yield "weekday and hour of one event", source, moments(get, known, source, most)


def work(folder: str) -> None:
    """Answer addresses from standard input, as a viewer of a folder gets them."""
    from importlib import import_module

    from dashboard import create_app

    rooms = (Path.cwd() / "geo" / "answer").is_dir()  # else a checkout from before geo/ had rooms
    atlas = import_module("geo.answer.atlas" if rooms else "geo.atlas").Atlas
    client = create_app(atlas.open(folder)).server.test_client()
    for line in sys.stdin:
        content = client.get(line.strip()).data
        sys.stdout.buffer.write(b"%d\n" % len(content) + content)
        sys.stdout.buffer.flush()


def viewer(root: Path, folder: str) -> Get:
    """Open a checkout in a process of its own, with a data folder."""
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", str(Path(__file__).resolve()), "--work", folder],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root), "OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )

    def get(path: str) -> bytes:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(path.encode() + b"\n")
        process.stdin.flush()
        length = process.stdout.readline()
        if not length:
            sys.exit(f"{root} could not be opened; the lines above say why.")
        return process.stdout.read(int(length))

    return get


def main() -> None:
    """Attack both, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", help="data folder of this checkout")
    parser.add_argument("--other", type=Path, help="the other checkout")
    parser.add_argument("--other-data", help="data folder of the other checkout")
    parser.add_argument("--questions", type=int, default=900)
    parser.add_argument("--most", type=int, default=150, help="areas or events tried one by one")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        sys.path.insert(0, os.getcwd())
        work(given.work)
        return
    if not given.data:
        parser.error("name a data folder")
    sides = [(Path(__file__).resolve().parents[1], given.data)]
    if given.other:
        sides.insert(0, (given.other.resolve(), given.other_data))
    runs = [
        attacks(viewer(root, folder), Known(Path(folder)), given.questions, given.most)
        for root, folder in sides
    ]
    print("| attack | source |" + " other: told | guess |" * (len(runs) - 1) + " this: told | guess |")
    print("|---|---|" + "---|---|" * len(runs))
    for row in zip(*runs, strict=True):
        cells = [f"{told.right} of {told.of} ({told.share:.0%}) | {told.guess:.0%}" for *_, told in row]
        print(f"| {row[0][0]} | {row[0][1]} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
