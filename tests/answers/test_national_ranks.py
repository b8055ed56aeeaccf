"""Ranks of wards and boroughs: by hand, in whatever order the files come, and what is said without them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dashboard.facts import facts
from geo.answer.atlas import Atlas
from geo.answer.deciles import Deciles
from geo.ask.query import Query
from geo.data import national_ranks
from geo.data.ingest import import_files
from geo.data.store import Store
from geo.out.report.blocks import methods
from geo.stats.deprivation import ranks_of_groups
from geo.tell.marking import marking
from tests.support import small_county as small

IMD = "Index of Multiple Deprivation (IMD)"
ELSEWHERE = [f"E01040{i:03d}" for i in range(84)]
"""The rest of a country of 120 small areas, two to a ward, six wards to a district."""


@pytest.fixture(scope="module")
def country() -> pd.DataFrame:
    """Every small area of a country: ward, district, rank and residents."""
    squares, rng = small.areas(), np.random.default_rng(4)
    ward = [f"E0509{i // 2:04d}" for i in range(84)]
    lad = [f"E0700{i // 12:04d}" for i in range(84)]
    table = pd.DataFrame(
        {
            "LSOA21CD": [*small.CODES, *ELSEWHERE],
            "LSOA21NM": [*squares["LSOA21NM"], *(f"Elsewhere {i}" for i in range(84))],
            "WD24CD": [*squares["ward"], *ward],
            "LAD24CD": [*squares["lad"], *lad],
        }
    )
    home = {"E06000001": "Westshire", "E06000002": "Eastshire"}
    table["WD24NM"] = "Ward " + table["WD24CD"].str[5:7]
    table["LAD24NM"] = [home.get(code, f"District {code[-4:]}") for code in table["LAD24CD"]]
    table["rank"] = rng.permutation(120) + 1
    return table.assign(residents=rng.integers(800, 3000, 120))


def files(folder: Path, country: pd.DataFrame, *, counted: bool = False) -> dict[str, Path]:
    """The files of a publisher; ``counted``: the Indices hold the residents themselves."""
    found = {kind: folder / f"{kind}.csv" for kind in ("lookup", "population", "deprivation")}
    country.drop(columns=["rank", "residents"]).to_csv(found["lookup"], index=False)
    people = country[["LSOA21CD"]].assign(age_band="0+", sex="F", population=country["residents"])
    people.to_csv(found["population"], index=False)
    index = pd.DataFrame(
        {
            "LSOA code (2021)": country["LSOA21CD"],
            f"{IMD} Rank (where 1 is most deprived)": country["rank"],
            f"{IMD} Decile (where 1 is most deprived 10% of LSOAs)": (country["rank"] * 10 - 1) // 120 + 1,
            "Income Rank (where 1 is most deprived)": 121 - country["rank"],
            "Income Decile (where 1 is most deprived 10% of LSOAs)": 10 - (country["rank"] * 10 - 1) // 120,
        }
    )
    if counted:
        index["Total population: mid 2022 (excluding prisoners)"] = country["residents"].map("{:,}".format)
    index.to_csv(found["deprivation"], index=False)
    return found


@pytest.fixture
def county(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_county: Path) -> Path:
    """The boundaries and offences of the small county, of a country of 120 small areas."""
    monkeypatch.setitem(national_ranks.SMALL_AREAS, "lsoa21cd", 120)
    raw, data = small_county.parent / "raw", tmp_path / "data"
    import_files(data, "boundaries", [raw / "lsoa.geojson"], place="Squareshire")
    return data


def by_hand(country: pd.DataFrame, column: str, sign: int = 1) -> pd.DataFrame:
    """Decile of each ward or district, one at a time."""
    average = {
        code: np.average(part["rank"], weights=part["residents"]) for code, part in country.groupby(column)
    }
    place = {
        code: 1 + sum(sign * other < sign * mine for other in average.values())
        for code, mine in average.items()
    }
    return pd.DataFrame({"rank": place, "decile": {c: -(-10 * p // len(place)) for c, p in place.items()}})


ORDERS = [
    ("lookup", "population", "deprivation"),
    ("deprivation", "population", "lookup"),
    ("population", "lookup", "deprivation"),
]


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
def test_wards_and_boroughs_are_ranked_among_those_of_the_country(
    county: Path, tmp_path: Path, country: pd.DataFrame, order: tuple[str, ...]
):
    given = files(tmp_path, country)
    notes = [import_files(county, kind, [given[kind]]).notes for kind in order]
    assert notes[-1][-1] == (
        "Deprivation: 9 of England's 51 wards and 2 of England's 9 districts are loaded, and ranked among "
        "these."
    )
    snapshot = Store(county).open()
    for level, column in (("ward", "WD24CD"), ("borough", "LAD24CD")):
        table = snapshot.read(f"deprivation/{level}")
        for key, sign in (("imd", 1), ("income", -1)):
            mine = by_hand(country, column, sign).loc[table.index]
            assert table[f"{key}_rank"].tolist() == mine["rank"].tolist()
            assert table[f"{key}_decile"].tolist() == mine["decile"].tolist()
        assert set(table["among"]) == {country[column].nunique()}


def test_residents_of_the_indices_themselves_will_do(county: Path, tmp_path: Path, country: pd.DataFrame):
    given = files(tmp_path, country, counted=True)
    for kind in ("lookup", "deprivation"):
        import_files(county, kind, [given[kind]])
    table = Store(county).open().read("deprivation/ward")
    assert table["imd_rank"].tolist() == by_hand(country, "WD24CD").loc[table.index, "rank"].tolist()


@pytest.mark.parametrize(
    ("cut", "said"),
    [
        ("deprivation", "import the Indices of Deprivation of all small areas of England"),
        ("lookup", "import a lookup of all small areas of England"),
        ("population", "import the residents of all small areas of England"),
    ],
)
def test_without_the_whole_country_an_average_is_called_one(
    county: Path, tmp_path: Path, country: pd.DataFrame, small_county: Path, cut: str, said: str
):
    given = files(tmp_path, country)
    local = country[country["LSOA21CD"].isin(small.CODES)]
    (tmp_path / "local").mkdir()
    given[cut] = files(tmp_path / "local", local)[cut]
    for kind in ("lookup", "population", "deprivation"):
        notes = import_files(county, kind, [given[kind]]).notes
    assert notes[-1].startswith(f"Wards and boroughs show the average of their small areas: {said}")
    import_files(county, "offences", [small_county.parent / "raw" / "offences.csv"])
    atlas = Atlas.open(county)
    assert atlas.levels["ward"].deciles == Deciles("ward")
    answer = atlas.answer(Query(level="ward", layer="imd", overlay="imd", mark="decile:5,6"))
    assert answer.classes.title == "Deprivation: average decile of their small areas"
    assert answer.classes.labels[0] == "1 (most deprived)"
    told = facts(answer, answer.table, atlas.sources["offences"].info)
    assert "Average deprivation decile" in told and "Deprivation decile" not in told
    assert any("is the average decile of their small areas" in caveat for caveat in answer.caveats)
    found, _ = marking(atlas, answer)
    assert found is not None and found.name == "Average deciles 5 and 6"
    mean = [
        np.average((p["rank"] * 10 - 1) // 120 + 1, weights=p["residents"])
        for _, p in local.groupby("WD24CD")
    ]
    assert answer.table["imd_decile"].tolist() == np.round(mean).astype(int).tolist()


def test_a_smaller_file_takes_the_ranks_away_again(county: Path, tmp_path: Path, country: pd.DataFrame):
    given = files(tmp_path, country)
    for kind in ("lookup", "population", "deprivation"):
        import_files(county, kind, [given[kind]])
    assert Store(county).open().has("deprivation/ward")
    (tmp_path / "local").mkdir()
    local = files(tmp_path / "local", country[country["LSOA21CD"].isin(small.CODES)])
    import_files(county, "deprivation", [local["deprivation"]])
    assert not Store(county).open().has("deprivation/ward")


def test_words_name_the_population(county: Path, tmp_path: Path, country: pd.DataFrame, small_county: Path):
    given = files(tmp_path, country)
    for kind in ("lookup", "population", "deprivation"):
        import_files(county, kind, [given[kind]])
    import_files(county, "offences", [small_county.parent / "raw" / "offences.csv"])
    atlas = Atlas.open(county)
    for level, whole in (("ward", "England's 51 wards"), ("borough", "England's 9 districts")):
        answer = atlas.answer(Query(level=level, layer="imd", overlay="imd"))
        assert answer.classes.title == f"Deprivation: decile among {whole}"
        assert any(f"decile among {whole}, by the average rank" in caveat for caveat in answer.caveats)
        assert answer.deciles.overlay == f"Most deprived 20% of {whole}"
        told = facts(answer, answer.table, atlas.sources["offences"].info)
        assert f"Deprivation decile of {whole}" in told


def test_equal_averages_share_a_place():
    table = ranks_of_groups([1, 3, 2, 2, 9], [1, 1, 1, 1, 5], ["a", "a", "b", "b", "c"])
    assert table["rank"].tolist() == [1, 1, 3]
    assert table["average"].tolist() == [2, 2, 9]
    assert table["decile"].tolist() == [4, 4, 10]


def test_the_quoted_methods_hold_with_and_without_national_ranks():
    quoted = " ".join(dict(methods())["Deprivation"])
    said = next(sentence for sentence in quoted.split(". ") if "of a ward" in sentence)
    assert "where these could be ranked" in said and "elsewhere an average of its small areas" in said
