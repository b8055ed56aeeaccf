"""Does the protected version hold out against those who ask much? With nothing but what a viewer gets.

Each attack is shown to be one: on the same true numbers behind the same stars and rounding, as they were
shown before there was a protected version. What it tells of ours is held against the best guess of one who
knows the totals of boroughs and the residents of each area, and asks nothing.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from benchmarks import attacks
from benchmarks.known import SMALL, Get, Known, Told, less_one, table
from dashboard import create_app
from geo.answer.atlas import Atlas
from geo.answer.disclosure import Gate
from geo.ask.query import Query
from geo.data.guarded import true_role
from tests.support.manifest import rewritten
from tests.support.table import rows_of

pytestmark = pytest.mark.long

FEW = 10
SPANS = ("0-19", "20-29", "30-44", "45+")


def get_of(atlas: Atlas) -> Get:
    client = create_app(atlas).server.test_client()
    return lambda path: client.get(path).data


@pytest.fixture(scope="module")
def known(demo_county: Path) -> Known:
    return Known(demo_county)


@pytest.fixture(scope="module")
def ours(demo_atlas: Atlas) -> Get:
    return get_of(demo_atlas)


@pytest.fixture(scope="module")
def starred_county(demo_county: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The true numbers with stars and rounding alone."""
    folder = shutil.copytree(demo_county, tmp_path_factory.mktemp("starred") / "county")
    with rewritten(folder) as manifest:
        objects = manifest["objects"]
        for role, batch in manifest["batches"].items():
            if batch.pop("budget", None):
                objects[role] = objects[true_role(role)]
                name = f"{objects[role]['sha256']}.parquet"
                shutil.copy(folder / "cleared" / name, folder / "objects" / name)
    return folder


@pytest.fixture(scope="module")
def starred(starred_county: Path) -> Get:
    return get_of(Atlas.open(starred_county))


ATTACKS: dict[str, tuple[Callable[[Get, Known], Told], float]] = {
    "months and hours of the panel": (lambda get, known: attacks.panel(get, known, "ae", FEW), 0.9),
    "p of hotspots, solved": (lambda get, known: attacks.hotspot_p(get, known, "ambulance"), 0.95),
    "p of a comparison, solved": (lambda get, known: attacks.compared_p(get, known, "admissions"), 0.95),
    "weekday and hour of one event": (lambda get, known: attacks.moments(get, known, "ambulance", FEW), 0.9),
    "rates beside 10": (lambda get, known: attacks.beside_ten(get, known, "ae"), 0.7),
    "age and sex in an assessment": (
        lambda get, known: attacks.ages_and_sexes(get, known, "admissions", 3),
        0.9,
    ),
    "slices by age and sex": (lambda get, known: attacks.slices(get, known, "ambulance", SPANS), 0.5),
    "age and sex by groups": (lambda get, known: attacks.groups(get, known, "admissions", 3), 0.9),
    "one event, all routes together": (lambda get, known: attacks.person(get, known, "ambulance", 3), 0.9),
}
"""Each with the share that it tells of what is behind stars alone."""


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_tells_little_more_than_a_guess(name: str, ours: Get, starred: Get, known: Known) -> None:
    attack, told = ATTACKS[name]
    before, after = attack(starred, known), attack(ours, known)
    assert before.of == after.of >= 3
    assert before.share > told, "it is an attack"
    by_chance = norm.ppf(0.999) * np.sqrt(max(after.guess, 0.01) / after.of) if after.of <= FEW else 0.0
    assert after.share <= after.guess + 0.10 + by_chance


@pytest.mark.parametrize("level, months", [("borough", "&month=1,7"), ("lsoa", "")])
def test_least_squares_over_5000_questions(
    level: str,
    months: str,
    ours: Get,
    starred: Get,
    demo_atlas: Atlas,
    starred_county: Path,
    true_demo_atlas: Atlas,
) -> None:
    """Rounded counts of random sets of hours tell the count of each hour; and it is not the true one."""
    search, codes = f"source=ae&level={level}{months}", demo_atlas.levels[level].frame.index
    rng = np.random.default_rng(3)
    sets = rng.random((5_000, 24)) < rng.uniform(0.4, 1, (5_000, 1))
    sets[sets.all(axis=1), 0] = False  # all hours are no filter, which keeps events without an hour too
    true, found = by_hour(true_demo_atlas, search), {}
    for name, get, atlas in (("ours", ours, demo_atlas), ("starred", starred, Atlas.open(starred_county))):
        counts = sets.astype(int) @ by_hour(atlas, search)
        shown = Gate("controlled").counts(counts.ravel()).to_numpy(float, na_value=np.nan)
        shown = shown.reshape(counts.shape)
        for chosen, row in zip(sets[:10], shown, strict=False):  # what is solved is what a viewer is shown
            rows = table(get, f"{search}&hour={','.join(map(str, np.flatnonzero(chosen)))}")
            told = [float(rows[code]["count"].replace("*", "nan")) for code in codes]
            np.testing.assert_array_equal(told, row)
        found[name] = np.full(true.shape, -1.0)
        for area, seen in enumerate(~np.isnan(shown.T)):
            if seen.mean() > 0.9:
                solved, *_ = np.linalg.lstsq(sets[seen].astype(float), shown[seen, area])
                found[name][:, area] = np.rint(solved)
    small = np.isin(true, SMALL) & (found["starred"] >= 0)
    assert small.sum() > 20
    assert (found["starred"] == true)[small].mean() > 0.9, "it is an attack"
    guess = max((true[small] == count).mean() for count in SMALL)
    assert (found["ours"] == true)[small].mean() <= guess + 0.10


def by_hour(atlas: Atlas, search: str) -> np.ndarray:
    """A&E attendances behind the answers of an atlas, by hour of the day and area."""
    asked = (Query.parse(f"{search}&hour={hour}", atlas.catalogue)[0] for hour in range(24))
    return np.array([atlas.asked(query).counts for query in asked])


def test_shares_tell_no_more_of_women_than_a_guess(ours: Get, known: Known) -> None:
    for source in ("ae", "ambulance"):
        told = attacks.shares(ours, known, source)
        assert told.of > 20
        assert told.share <= told.guess + 0.10


def test_two_imports_do_not_tell_whose_event_one_of_them_lacks(
    ours: Get, starred: Get, known: Known, starred_county: Path, tmp_path: Path
) -> None:
    found = {}
    for name, folder, before in (("ours", known.folder, ours), ("starred", starred_county, starred)):
        gone = less_one(Known(folder), "ambulance", tmp_path / name)
        after = get_of(Atlas.open(tmp_path / name))
        months = range(gone.month, gone.month + 2)
        found[name] = attacks.two_imports(before, after, known, gone, months)
    assert found["starred"].right == 1, "it is an attack"
    assert found["ours"].right == 0


def test_documents_tell_no_more_than_the_screen(ours: Get) -> None:
    """Tables in every form, and what a GIS asks, have the stars and numbers of the page."""
    search = "source=ambulance&level=ward&month=7"
    shown = {code: row["count"] for code, row in table(ours, search).items()}
    assert "*" in shown.values()
    assert all(count == "*" or int(count) % 5 == 0 for count in shown.values())
    records = json.loads(ours(f"/export.json?{search}"))["records"]
    shapes = json.loads(ours(f"/export.geojson?{search}"))["features"]
    items = json.loads(ours(f"/collections/ward/items?limit=1000&{search}"))["features"]
    for rows in (records, [one["properties"] for one in shapes], [one["properties"] for one in items]):
        assert {row["wd24cd"]: row["count_shown"] for row in rows} == shown
    listed = rows_of(json.loads(ours(f"/answer?{search}"))["shown"])
    assert len(listed) > 20
    for row in listed:
        assert row["count"].partition(" ")[0] == shown[row["code"]]


def test_a_persons_event_is_not_put_together(demo_atlas: Atlas, true_demo_atlas: Atlas) -> None:
    """Of the one event of an area in a month, all that any route tells: when it was, and who it was."""
    for source, facts in {
        "ae": (["date", "hour"], ["age_band", "sex"]),
        "admissions": (["date"], ["age_band", "sex"]),
        "ambulance": (["date", "hour"], ["age_band", "sex"]),
    }.items():
        true, ours = (
            atlas.snapshot.incidents(source).dropna(subset=["lsoa"])
            for atlas in (true_demo_atlas, demo_atlas)
        )
        assert "person" not in ours
        alone = true[true.groupby(["lsoa", "month"])["lsoa"].transform("size") == 1]
        both = alone.merge(ours, on=["lsoa", "month"], suffixes=("", "_told"))
        assert len(both) > 100
        for fact in facts:
            known = both[both[fact].notna().all(axis=1)]
            right = pd.concat([known[one] == known[f"{one}_told"] for one in fact], axis=1).all(axis=1)
            usual = [one for one in fact if one != "date"]
            guess = true[usual].value_counts(normalize=True).iloc[0] if usual else 1.0
            guess /= 28 if "date" in fact else 1
            by_chance = norm.ppf(0.999) * np.sqrt(guess / len(known))
            assert right.mean() <= guess + by_chance, (source, fact)
