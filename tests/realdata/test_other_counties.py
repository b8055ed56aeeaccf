"""Other counties by the documented commands: their totals equal an independent count of the raw files."""

import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo.answer.atlas import Atlas
from geo.ask.query import Query
from geo.ask.viewer import CLEARED_OWNER
from geo.cli import run

pytestmark = pytest.mark.realdata
NORTHAMPTONSHIRE = ("West Northamptonshire", "North Northamptonshire")
LANCASHIRE = ("Blackburn with Darwen", "Burnley", "Preston")


@pytest.fixture(scope="module")
def national(shared_data: Path) -> pd.DataFrame:
    return pd.read_csv(shared_data / "lookups" / "LSOA21_WD24_LAD24_EW.csv", encoding="utf-8-sig")


def load(shared_data: Path, data: Path, districts: tuple[str, ...]) -> None:
    """The commands of docs/real-bedfordshire.md for another county."""
    within = [word for name in districts for word in ("--within", name)]
    for arguments in (
        ["lookup", "lookups/LSOA21_WD24_LAD24_EW.csv"],
        ["boundaries", "boundaries/LSOA_2021_england.gpkg", *within],
        ["population", "population/Census2021_age6_LSOA21_EW.csv.gz"],
    ):
        kind, file, *rest = arguments
        assert run(["import", kind, str(shared_data / file), *rest, "--data", str(data)]) == 0


def made_up(codes: np.ndarray, n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Street offences of two months, some without a place."""
    place = np.append(codes, "")[rng.integers(0, len(codes) + 1, n)]
    return pd.DataFrame(
        {
            "Crime ID": [f"{k:06x}" for k in range(n)],
            "Month": np.array(["2024-01", "2024-02"])[rng.integers(0, 2, n)],
            "LSOA code": place,
            "Crime type": np.array(["Robbery", "Drugs"])[rng.integers(0, 2, n)],
        }
    )


@pytest.mark.parametrize(
    ("districts", "force"),
    [(NORTHAMPTONSHIRE, "northamptonshire"), (("Hackney",), "metropolitan")],
    ids=["Northamptonshire", "a London borough"],
)
def test_street_files(
    districts: tuple[str, ...], force: str, shared_data: Path, national: pd.DataFrame, tmp_path: Path
) -> None:
    names = national["LSOA21NM"].str.replace(r" \d{3}[A-Z]$", "", regex=True)
    codes = national["LSOA21CD"][national["LAD24NM"].isin(districts) | names.isin(districts)].unique()
    rows = made_up(codes, 5_000, np.random.default_rng(5))
    with zipfile.ZipFile(tmp_path / "police.zip", "w") as archive:
        for month, mine in rows.groupby("Month"):
            archive.writestr(f"{month}/{month}-{force}-street.csv", mine.to_csv(index=False))
    data = tmp_path / "data"
    load(shared_data, data, districts)
    assert run(["import", "offences", str(tmp_path / "police.zip"), "--data", str(data)]) == 0
    atlas = Atlas.open(data)
    boroughs = atlas.levels["borough"].frame["name"]
    assert sorted(boroughs) == sorted(districts), "no third borough across the border"
    located = rows[rows["LSOA code"] != ""]
    for month, number in (("2024-01", 1), ("2024-02", 2)):
        table = atlas.answer(Query(month=(number,))).table
        expected = located[located["Month"] == month]["LSOA code"].value_counts()
        assert table["count"].astype(int).to_dict() == expected.reindex(table.index, fill_value=0).to_dict()
    history = atlas.snapshot.manifest["history"][-1]
    assert (history["rows"], history["in_county"]) == (len(rows), len(located))


def test_monthly_tables_of_numbers(shared_data: Path, national: pd.DataFrame, tmp_path: Path) -> None:
    """As Lancashire gives them: a row for each small area and month, a column for each kind of offence."""
    codes = national["LSOA21CD"][national["LAD24NM"].isin(LANCASHIRE)].unique()
    rng = np.random.default_rng(6)
    rows = pd.DataFrame(
        [(code, f"{m:02d}/2024") for code in codes for m in (1, 2, 3)], columns=["Area", "Month"]
    )
    for kind in ("Violence", "Burglary"):
        rows[kind] = rng.poisson(2, len(rows))
    rows.to_csv(tmp_path / "table.csv", index=False)
    (tmp_path / "table.toml").write_text(
        'disclosure = "open"\n[columns]\narea = "Area"\nmonth = "Month"\n[formats]\nmonth = "%m/%Y"\n'
        '[counts]\n"Violence and sexual offences" = "Violence"\nBurglary = "Burglary"\n'
    )
    data = tmp_path / "data"
    load(shared_data, data, LANCASHIRE)
    mapped = ["--mapping", str(tmp_path / "table.toml")]
    assert run(["import", "offences", str(tmp_path / "table.csv"), *mapped, "--data", str(data)]) == 0
    atlas = Atlas.open(data, CLEARED_OWNER)
    of_district = national.set_index("LSOA21CD")["LAD24CD"]
    for number, kind, category in (
        (1, "Violence", "violence-and-sexual-offences"),
        (3, "Burglary", "burglary"),
    ):
        mine = rows[rows["Month"] == f"{number:02d}/2024"]
        expected = mine.groupby(mine["Area"].map(of_district))[kind].sum()
        found = atlas.answer(Query(level="borough", month=(number,), category=(category,))).table["count"]
        assert found.astype(int).to_dict() == expected.to_dict()
    assert atlas.sources["offences"].cube.n_events == rows[["Violence", "Burglary"]].to_numpy().sum()
