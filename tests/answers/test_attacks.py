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
from benchmarks.known import Get, Known, Told, less_one, table
from dashboard import create_app
from geo.answer.atlas import Atlas
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
