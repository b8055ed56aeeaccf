"""What does a viewer who wants to know find out? Attacks on small numbers, with nothing but addresses.

An attack is given ``get``, which answers an address as any viewer gets it, and what the public knows: the
map, residents, and each borough's total. ``python -m benchmarks.attacks FOLDER --other CHECKOUT --other-data
FOLDER`` runs all of them on this checkout and on another one (an earlier commit, say), and prints how much
each tells of the true events, beside the best guess of one who asks nothing. It takes some minutes.
``tests/answers/test_attacks.py`` runs them in a cheap form.
"""

from __future__ import annotations

import argparse
import csv
import html
import io
import re
import tempfile
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations_with_replacement
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.known import BANDS, SMALL, Event, Get, Known, Told, guess_of, less_one, table, text_of
from benchmarks.solving import compared_p, hotspot_p, least_squares
from benchmarks.viewer import viewer

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
        slots = _slots(get, source, event.lsoa, event.month)
        right += slots == [event.date.day_of_week * 24 + int(event.hour)]
    return Told(right, len(asked), float(slot.value_counts(normalize=True).iloc[0]))


def _slots(get: Get, source: str, area: str, month: int) -> list[int]:
    """Hours of the week of an area's events of a month that are neither 0 nor shown as a number."""
    text = text_of(month)
    return _week(_copied(get(f"/piece/panel?source={source}&area={area}&from={text}&to={text}").decode()))


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

    Files have ten figures of them where the screen has four. Their difference is a sum of one known weight a
    person, which few sets of people have.
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


# ---------------------------------------------------------------- rates, tables and documents


def beside_ten(get: Get, known: Known, source: str) -> Told:
    """Which count it is that is shown as 10: whether a rate is shown beside it, and how far its limits lie.

    A standardised rate is shown of 10 or more, and how askew Byar's limits are depends on the count alone.
    """
    true = known.counts(source)
    asked = np.flatnonzero((true >= 8) & (true <= 12))
    shown = table(get, source=source, measure="dsr")
    count = np.arange(10, 13)
    upper = (count + 1) * (1 - 1 / (9 * (count + 1)) + 1.96 / (3 * np.sqrt(count + 1))) ** 3
    lower = count * (1 - 1 / (9 * count) - 1.96 / (3 * np.sqrt(count))) ** 3
    skew, right = (upper - count) / (count - lower), 0
    for at in asked:
        row = shown[known.areas[at]]
        rate, low, high = (float(row[name] or "nan") for name in ("dsr_per_100k", "lower_ci", "upper_ci"))
        told = 8 if np.isnan(rate) else count[np.abs(skew - (high - rate) / (rate - low)).argmin()]
        right += int(told == true[at])
    return Told(right, len(asked), float(np.bincount(true[asked]).max() / max(1, len(asked))))


AGES = (0, 3, 5, 7, 9, 13, 19)
"""Positions in :data:`~benchmarks.known.BANDS` where the groups of an assessment's table begin."""


def ages_and_sexes(get: Get, known: Known, source: str, most: int) -> Told:
    """Age and sex of the one event of a borough in a month, from the table of an assessment of that month."""
    events = _with_people(known.events(source))
    alone = events[events.groupby(["borough", "month"])["lsoa"].transform("size") == 1]
    asked = alone.sample(min(most, len(alone)), random_state=1)
    right = sum(_age_and_sex(get, source, one.borough, one.month) == [one.who] for one in asked.itertuples())
    return Told(right, len(asked), float(events["who"].value_counts(normalize=True).iloc[0]))


def person(get: Get, known: Known, source: str, most: int) -> Told:
    """Weekday, hour, age and sex of the one event of an area in a month: a panel, then an assessment."""
    events = _with_people(known.events(source).dropna(subset=["hour"]))
    events["slot"] = events["date"].dt.day_of_week * 24 + events["hour"].astype(int)
    once = [["lsoa", "month"], ["borough", "month", "slot"]]
    alone = np.all([events.groupby(by)["lsoa"].transform("size") == 1 for by in once], axis=0)
    asked, right = events[alone].sample(min(most, alone.sum()), random_state=1), 0
    for one in asked.itertuples():
        slots = _slots(get, source, one.lsoa, one.month)
        if slots == [one.slot]:
            day, hour = divmod(one.slot, 24)
            when = f"&day={DAYS[day]}&hour={hour}"
            right += _age_and_sex(get, source, one.borough, one.month, when) == [one.who]
    guess = (events["slot"].astype(str) + events["who"]).value_counts(normalize=True).iloc[0]
    return Told(right, len(asked), float(guess))


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _with_people(events: pd.DataFrame) -> pd.DataFrame:
    """Events with a known age and sex, as ``who`` has them: the row of the table, and the column."""
    events = events[events["age_band"].notna() & events["sex"].isin(["F", "M"])]
    row = np.searchsorted(AGES, events["age_band"].map(BANDS.index), side="right") - 1
    return events.assign(who=[f"{at} {sex}" for at, sex in zip(row, events["sex"], strict=True)])


def _age_and_sex(get: Get, source: str, borough: str, month: int, when: str = "") -> list[str]:
    """Cells of the table of ages and sexes that are neither 0 nor shown as a number."""
    text = text_of(month)
    asked = f"source={source}&sources={source}&borough={borough}&from={text}&to={text}{when}"
    told = get(f"/assessment/table.csv?exhibit={source}/age_and_sex&{asked}").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(told)))[1 : len(AGES)]
    return [f"{at} {'FM'[k]}" for at, row in enumerate(rows) for k in (0, 1) if row[1 + k] == "*"]


SPANS = ("0-14", "15-19", "20-24", "25-29", "30-34", "35-44", "45+", "unknown")


def slices(get: Get, known: Known, source: str, spans: Sequence[str] = SPANS) -> Told:
    """Number of events of a small area: how many slices of it by sex and age, a filter each, are not 0."""
    true, found = known.counts(source), np.zeros(len(known.areas), int)
    for sex in ("female", "male"):
        for span in spans:
            rows = table(get, source=source, victim_sex=sex, victim_age=span)
            found += [rows[area]["count"] not in ("", "0") for area in known.areas]
    small = np.isin(true, SMALL)
    return Told(int((found == true)[small].sum()), int(small.sum()), guess_of(known, true))


def shares(get: Get, known: Known, source: str) -> Told:
    """Women among the events of a small area: by the layer of the share, or as what men leave of all."""
    events = known.events(source)
    women = events[events["sex"] == "F"]["lsoa"].value_counts().reindex(known.areas, fill_value=0).to_numpy()
    told = [table(get, source=source, layer="proportion", victim_sex=sex) for sex in ("female", "male")]
    found = []
    for area in known.areas:
        hers, his = (
            float(rows[area].get("share_percent") or "nan") * float(rows[area].get("share_of") or "nan") / 100
            for rows in told
        )
        found.append(hers if not np.isnan(hers) else float(told[1][area].get("share_of") or "nan") - his)
    small = np.isin(women, SMALL)
    right = (np.round(np.nan_to_num(found, nan=-1.0)) == women)[small]
    return Told(int(right.sum()), int(small.sum()), float(np.bincount(women[small]).max() / small.sum()))


def groups(get: Get, known: Known, source: str, most: int) -> Told:
    """Age and sex of the one event of a borough in a month, from the groups set beside residents."""
    events = _with_people(known.events(source))
    alone = events[events.groupby(["borough", "month"])["lsoa"].transform("size") == 1]
    asked, right = alone.sample(min(most, len(alone)), random_state=1), 0
    for one in asked.itertuples():
        text = text_of(one.month)
        search = f"source={source}&sources={source}&borough={one.borough}&from={text}&to={text}"
        told = get(f"/assessment/table.csv?exhibit={source}/represented&{search}").decode("utf-8-sig")
        rows = [row for row in csv.reader(io.StringIO(told)) if len(row) > 2 and row[2] == "*"]
        names = [row[1] for row in rows]
        sexes = [name[0] for name in names if name in ("Female", "Male")]
        old = [at for at, name in enumerate(GROUPS) if name in names]
        right += [f"{at} {sex}" for at in old for sex in sexes] == [one.who]
    return Told(right, len(asked), float(events["who"].value_counts(normalize=True).iloc[0]))


GROUPS = ("Under 15", "15 to 24", "25 to 34", "35 to 44", "45 to 64", "65 and over")


def two_imports(before: Get, after: Get, known: Known, gone: Event, months: Sequence[int]) -> Told:
    """Where and when the event was that a second import no longer has: the one cell that is another."""
    differ = []
    for month in months:
        asked = {"source": gone.source, "from": text_of(month), "to": text_of(month)}
        first, second = table(before, **asked), table(after, **asked)
        differ += [Event(gone.source, a, month) for a in first if first[a]["count"] != second[a]["count"]]
    return Told(int(differ == [gone]), 1, 1 / len(known.areas) / len(months))


# ---------------------------------------------------------------- both checkouts


def attacks(get: Get, known: Known, questions: int, most: int) -> Iterator[tuple[str, str, Told]]:
    """Run all of them: name, source, what was told."""
    for source in ("ae", "admissions", "ambulance"):
        yield "months and hours of the panel", source, panel(get, known, source, most)
    for source in ("admissions", "ambulance"):
        yield "exact p of hotspots, solved", source, hotspot_p(get, known, source)
        yield "exact p of a comparison, solved", source, compared_p(get, known, source)
    yield f"least squares, {questions:,} questions", "ae", least_squares(get, known, "ae", questions)
    yield "two benchmarks of files, subtracted", "ambulance", ages(get, known, "ambulance")
    for source in ("ae", "ambulance"):
        yield "weekday and hour of one event", source, moments(get, known, source, most)
    for source in ("ae", "admissions"):
        yield "rate shown beside 10 or not, and its limits", source, beside_ten(get, known, source)
    yield "age and sex in an assessment", "admissions", ages_and_sexes(get, known, "admissions", most // 5)
    for source in ("ae", "admissions", "ambulance"):
        yield "slices by age and sex, counted", source, slices(get, known, source)
        yield "women, by the layer of the share", source, shares(get, known, source)
    yield "age and sex, by groups beside residents", "admissions", groups(get, known, "admissions", most // 5)
    yield "one event, all routes together", "ambulance", person(get, known, "ambulance", most // 5)


def main() -> None:
    """Attack both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", help="data folder of this checkout")
    parser.add_argument("--other", type=Path, help="the other checkout")
    parser.add_argument("--other-data", help="data folder of the other checkout")
    parser.add_argument("--questions", type=int, default=900)
    parser.add_argument("--most", type=int, default=150, help="areas or events tried one by one")
    given = parser.parse_args()
    sides = [(Path(__file__).resolve().parents[1], given.data)]
    if given.other:
        sides.insert(0, (given.other.resolve(), given.other_data))
    with tempfile.TemporaryDirectory() as room:
        runs = [tried(root, Path(folder), Path(room, root.name), given) for root, folder in sides]
        told(runs)


def tried(
    root: Path, folder: Path, second: Path, given: argparse.Namespace
) -> Iterator[tuple[str, str, Told]]:
    """Run all attacks on a checkout, the last beside a second import into another folder."""
    get, known = viewer(root, str(folder)), Known(folder)
    yield from attacks(get, known, given.questions, given.most)
    gone = less_one(known, "ambulance", second)
    months = range(gone.month - 3, gone.month + 4)
    yield (
        "two imports, compared",
        "ambulance",
        two_imports(get, viewer(root, str(second)), known, gone, months),
    )


def told(runs: list[Iterator[tuple[str, str, Told]]]) -> None:
    """Print the table."""
    print("| attack | source |" + " other: told | guess |" * (len(runs) - 1) + " this: told | guess |")
    print("|---|---|" + "---|---|" * len(runs))
    for row in zip(*runs, strict=True):
        cells = [f"{told.right} of {told.of} ({told.share:.0%}) | {told.guess:.0%}" for *_, told in row]
        print(f"| {row[0][0]} | {row[0][1]} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
