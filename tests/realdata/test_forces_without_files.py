"""The edge of London and counties around it, real outlines and made-up events, no file of London's police.

Areas that nobody reports on were once taken to have none: then nearly all coldspots of the map lay there.
"""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo.answer.answer import Answer
from geo.answer.atlas import Atlas
from geo.ask.query import Query
from geo.data.ingest import import_files
from geo.stats import hotspots

LAYERS = ("local_moran", "getis_ord")


LONDON = ["Barnet", "Enfield", "Harrow", "Havering", "Hillingdon", "Redbridge", "Waltham Forest"]
COUNTIES = {
    "essex": ("E07000066", "E07000077"),
    "hertfordshire": ("E07000095", "E07000103"),
    "kent": ("E07000105", "E07000116"),
    "surrey": ("E07000207", "E07000217"),
    "thames-valley": ("E06000060", "E06000060"),
}
"""Force to the first and last code of its districts."""


@pytest.fixture(scope="module")
def areas(shared_data: Path) -> pd.DataFrame:
    """Small areas of seven boroughs of London and five counties with their force; by pandas alone."""
    lookup = pd.read_csv(shared_data / "lookups/LSOA21_WD24_LAD24_EW.csv").drop_duplicates("LSOA21CD")
    force = lookup["LAD24NM"].isin(LONDON).map({True: "met", False: ""})
    for county, ends in COUNTIES.items():
        force[lookup["LAD24CD"].between(*ends)] = county
    return lookup.assign(force=force)[force != ""].set_index("LSOA21CD")


@pytest.fixture(scope="module")
def events(areas: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.Series]:
    """Files of a month of five forces and of the railway's, busier by district; their rows by small area."""
    folder, rng, counts = tmp_path_factory.mktemp("police"), np.random.default_rng(3), []
    districts = pd.Index(areas["LAD24CD"].unique())
    busy = pd.Series(rng.gamma(6, 2, len(districts)), districts)
    for force in (*COUNTIES, "btp"):
        mean = np.where(areas["force"] == force, areas["LAD24CD"].map(busy), 0.02)
        number = rng.poisson(0.02 if force == "btp" else mean, len(areas))
        rows = pd.DataFrame({"LSOA code": np.repeat(areas.index, number)})
        rows["Crime ID"] = [f"{force}{at}" for at in range(len(rows))]
        rows = rows.assign(**{"Month": "2025-07", "Crime type": "Robbery", "Reported by": force})
        rows.to_csv(folder / f"2025-07-{force}-street.csv", index=False)
        counts.append(pd.Series(number, areas.index))
    return folder, sum(counts)


@pytest.fixture(scope="module")
def atlas(shared_data: Path, areas: pd.DataFrame, events, tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    data = tmp_path_factory.mktemp("london") / "data"
    import_files(data, "lookup", [shared_data / "lookups/LSOA21_WD24_LAD24_EW.csv"])
    import_files(
        data,
        "boundaries",
        [shared_data / "boundaries/LSOA_2021_england.gpkg"],
        within=areas["LAD24NM"].unique().tolist(),
        place="London and around",
    )
    receipt = import_files(data, "offences", [events[0]], opening=Atlas)
    assert any(note.startswith("No force reports on ") for note in receipt.notes)
    return Atlas.open(data)


def uncovered(answer: Answer, areas: pd.DataFrame) -> np.ndarray:
    return (areas["force"].reindex(answer.table.index) == "met").to_numpy()


def test_the_districts_of_the_force_without_a_file_are_no_data(atlas: Atlas, areas, events):
    answer = atlas.answer(Query())
    london = uncovered(answer, areas)
    assert london.sum() > 1_000
    assert answer.compared.tolist() == (~london).tolist()
    counts = events[1].reindex(answer.table.index)
    assert answer.table["count"][~london].tolist() == counts[~london].tolist()
    assert counts[london].sum() > 100 and answer.table["count"][london].isna().all()
    assert f"{london.sum():,} small areas in 7 boroughs are not reported on" in answer.headline


@pytest.mark.parametrize("layer", LAYERS)
def test_no_cold_spot_lies_in_a_district_without_a_file(atlas: Atlas, areas, events, layer: str):
    """Were they taken to have what rows there are, most coldspots would lie there."""
    answer = atlas.answer(Query(layer=layer))
    london = uncovered(answer, areas)
    zeros = events[1].reindex(answer.table.index).to_numpy(float)
    before = hotspots.STATISTICS[layer].function(zeros, atlas.levels["lsoa"].neighbours, alpha=0.05, fdr=True)
    cold = (before["cluster"] == "LL").to_numpy()
    assert cold[london].sum() > 0.5 * cold.sum() > 300
    now = answer.table["cluster"].to_numpy(str)
    assert set(now[london]) == {"NA"}
    assert (now[~london] == "LL").sum() > 20
    keys = np.array(answer.classes.keys)[answer.codes]
    assert set(keys[london]) == {"unreported"} and "unreported" not in keys[~london]


def test_windows_at_the_border_leave_them_out(atlas: Atlas, areas, events, shared_data: Path):
    """Local Moran's I of the areas beside London by the published outlines: of those that are reported on."""
    answer = atlas.answer(Query(layer="local_moran"))
    shapes = gpd.read_file(shared_data / "boundaries/LSOA_2021_england.gpkg", use_arrow=False)
    column = next(name for name in shapes if name.lower() == "lsoa21cd")
    shapes = shapes.set_index(column)
    around = shapes.loc[[code for code in areas.index if code in shapes.index]].geometry
    london = areas["force"].reindex(around.index) == "met"
    first, second = around.sindex.query(around[~london].to_numpy(), predicate="intersects")
    codes, beside = around[~london].index[first], around.index[second]
    pairs = pd.DataFrame({"at": codes, "beside": beside, "of": london[beside].to_numpy()})
    border = pairs.loc[pairs["of"], "at"].unique()
    assert len(border) > 40
    inside = events[1][areas["force"] != "met"].astype(float)
    z = (inside - inside.mean()) / inside.std(ddof=0)
    near = pairs[~pairs["of"] & (pairs["at"] != pairs["beside"])]
    lag = z[near["beside"]].groupby(near["at"].to_numpy()).mean()
    expected = (len(z) - 1) / len(z) * z * lag.reindex(z.index)
    got = answer.table["local_i"].astype(float)
    agree = np.isclose(got[border], expected[border], atol=1e-9, equal_nan=True)
    assert agree.mean() > 0.95  # outlines that miss each other by a hair are joined on import
