"""The demonstration beside the public files, and statistics on real areas and towns."""

import gzip
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import unary_union

from geo.answer.atlas import Atlas
from geo.ask.query import Query
from geo.ask.words import month_number
from geo.demo import county
from geo.out.provenance import sheet
from geo.stats import smoothing
from geo.stats.weights import queen
from tests.unit.test_weights import listed


def test_the_two_towns_of_bedfordshire_are_magnified(bedfordshire):
    atlas = Atlas.open(bedfordshire)
    for layer in ("measure", "local_moran"):
        query = Query(
            source="offences",
            category=("violence-and-sexual-offences",),
            first=month_number("2025-01"),
            layer=layer,
        )
        one = sheet(atlas, query)
        assert [inset.name for inset in one.insets] == ["Bedford", "Luton"]
        numbered = one.answer.table.index.get_indexer(one.top.index)
        assert sum(np.isin(numbered, inset.areas).sum() for inset in one.insets) >= 8


def test_codes_are_outside_the_ranges_in_use(shared_data):
    lookups = shared_data / "lookups"
    real: set[str] = set()
    for path in sorted(lookups.glob("*.csv")):
        real |= set(re.findall(r"\b[EW]\d{8}\b", path.read_text(encoding="utf-8-sig")))
    for path in sorted((shared_data / "imd").glob("*.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8-sig") as stream:
            real |= set(re.findall(r"\b[EW]\d{8}\b", stream.read()))
    areas = county.areas()
    own = set(areas.index) | set(areas["wd24cd"]) | set(areas["lad24cd"])
    assert len(own) == 381 + areas["wd24cd"].nunique() + 3
    assert not own & real
    for kind in ("E01", "E05", "E06"):
        assert min(c for c in own if c.startswith(kind)) > max(c for c in real if c.startswith(kind))
    assert all(re.fullmatch(r"E0[156]\d{6}", code) for code in own)


def test_deprivation_headers_are_the_official_ones(shared_data):
    official = pd.read_csv(
        shared_data / "imd" / "File_2_-_IoD2019_Domains_of_Deprivation.csv.gz", nrows=0, encoding="utf-8-sig"
    )
    ours = pd.read_csv(county.paths()["deprivation"], nrows=0)
    assert [c for c in ours if c != "Index of Multiple Deprivation (IMD) Score"] == list(official)


def test_real_boundaries(shared_data) -> None:
    fine = gpd.read_file(shared_data / "boundaries" / "LSOA_2011_bedfordshire.geojson").to_crs(27700)
    fine.geometry = fine.geometry.make_valid()
    assert len(queen(fine).indices) == 2 * 1091
    new = gpd.read_file(shared_data / "boundaries" / "LSOA_2021_bedfordshire.geojson").to_crs(27700)
    board = queen(new)
    assert (board.n, len(board.indices), board.isolates.any()) == (417, 2 * 1197, False)
    assert unary_union(new.geometry.iloc[[0, *listed(board, 0)]].buffer(1)).geom_type == "Polygon"


def test_england_in_one_call(shared_data):
    """33,755 areas: the global smoother keeps the number of events and pulls the smallest areas most."""
    ages = pd.read_csv(shared_data / "population" / "Census2021_age6_LSOA21_EW.csv.gz")
    value = ages.columns[-1]
    population = ages.groupby(ages.columns[0])[value].sum()
    rng = np.random.default_rng(6)
    events = pd.Series(rng.poisson(population * rng.gamma(2, 0.005, len(population))), population.index)
    table = smoothing.eb_global(events, population)
    assert (table["value"] * population / 1000).sum() == pytest.approx(events.sum(), rel=0.01)
    assert np.corrcoef(table["weight"], population)[0, 1] > 0.8
