"""The layer of two services: which areas, which test, and nothing told of small numbers."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from geo.answer.atlas import Atlas
from geo.ask.query import Query
from geo.stats.hotspots import bh_q
from geo.stats.services import beside, colocation
from tests.support import small_county as small


def busiest(atlas: Atlas, source: str) -> pd.Series:
    """The fifth of the areas with the most, from the table as anyone may see it."""
    shown = atlas.answer(Query(source=source)).table["count"].astype("Float64").fillna(4)
    at_least = min(shown.unique(), key=lambda value: abs((shown >= value).sum() - len(shown) / 5))
    return shown >= at_least


@pytest.fixture(scope="module")
def alike(small_atlas: Atlas) -> Atlas:
    """The small county as if the attendances were where the offences are."""
    atlas = Atlas(small_atlas.snapshot)  # which remembers nothing
    twin = replace(small_atlas.sources["ae"], events=small_atlas.sources["offences"].events)
    atlas.sources = small_atlas.sources | {"ae": twin}
    return atlas


def test_what_is_in_one_corner_stands_side_by_side(alike: Atlas):
    table = alike.answer(Query(source="offences", layer="colocation", compare="ae", fdr=False)).table
    together = table.index[table["together"] == "both, side by side"]
    assert set(together) >= {small.CODES[i] for i in (0, 1, 6)}


@pytest.mark.parametrize("which", ["small_atlas", "alike"])
def test_classes_are_those_of_the_join_counts_of_the_busiest_fifths(which: str, request):
    atlas = request.getfixturevalue(which)
    table = atlas.answer(Query(source="offences", layer="colocation", compare="ae")).table
    neighbours = atlas.levels["lsoa"].neighbours
    here, there = busiest(atlas, "offences"), busiest(atlas, "ae")
    assert table["busiest_here"].tolist() == here.tolist()
    assert table["busiest_there"].tolist() == there.tolist()
    both = colocation(pd.DataFrame({"a": here, "b": there}), neighbours)
    near = beside(here, there, neighbours)
    assert (table["together"] == "both, side by side").tolist() == (both["cluster"] == "HH").tolist()
    assert (table["together"] == "one, the other beside").tolist() == (near["cluster"] == "HH").tolist()
    alike = table["neighbours_alike"]
    assert alike.notna().tolist() == here.tolist()
    np.testing.assert_array_equal(alike[here & there], both["join_count"][here & there])
    np.testing.assert_allclose(table["together_q"][here & there], bh_q(both["p"].to_numpy())[here & there])


def test_the_finding_counts_what_the_map_shows(small_atlas: Atlas):
    answer = small_atlas.answer(Query(source="offences", layer="colocation", compare="ae"))
    number = dict(zip(answer.classes.keys, answer.classes.counts, strict=True))
    shared = number["HH"] + number["both"]
    assert answer.headline.startswith(
        f"{shared} of 36 small areas are among the busiest fifth for offences and for attendances"
    )
    assert f"{number['HH'] or 'none'} of them stand" in answer.headline
    expected = answer.table["busiest_here"].sum() * answer.table["busiest_there"].sum() / 36
    assert f"({expected:.0f} would be by chance, " in answer.headline
    assert "if they had only residents in common); " in answer.headline
    assert answer.classes.labels[2] == "Offences only, beside most attendances beyond chance"


def test_correction_can_be_left_out_and_is_said(small_atlas: Atlas):
    with_, without = (
        small_atlas.answer(Query(source="ae", layer="colocation", compare="offences", fdr=fdr))
        for fdr in (True, False)
    )
    flagged = [dict(zip(a.classes.keys, a.classes.counts, strict=True)) for a in (with_, without)]
    assert flagged[0]["HH"] + flagged[0]["beside"] <= flagged[1]["HH"] + flagged[1]["beside"]
    more = flagged[1]["HH"] + flagged[1]["beside"] - flagged[0]["HH"] - flagged[0]["beside"]
    assert any(f"; {more} more would be flagged" in caveat for caveat in with_.caveats)
    assert any("Not corrected" in caveat for caveat in without.caveats)


def test_true_counts_do_not_matter_where_they_are_protected(small_atlas: Atlas):
    """Areas of 1 to 7 are all alike, so nothing in the table can tell them apart."""
    table = small_atlas.answer(Query(source="ae", layer="colocation")).table
    hidden = table["count"].isna()
    assert hidden.sum() > 3
    assert not table.loc[hidden, "busiest_here"].any()


@pytest.mark.parametrize("borough", [(), ("E06000002",)])
@pytest.mark.parametrize("level", ["lsoa", "ward", "borough"])
def test_quiet_and_single_areas_have_nothing_together(small_atlas: Atlas, level: str, borough):
    asked = Query(
        source="offences", layer="colocation", level=level, borough=borough, hour=(3,), category=("robbery",)
    )
    answer = small_atlas.answer(asked)
    assert sum(answer.classes.counts) == answer.inside.sum()
    lonely = small_atlas.answer(asked.replace(first=24276, last=24276, day=(0,)))
    assert not (lonely.codes == 0).any()


def test_one_source_has_nothing_beside_it(small_county, tmp_path):
    from geo.data.ingest import import_files

    raw = small_county.parent / "raw"
    for kind, name in (
        ("boundaries", "lsoa.geojson"),
        ("lookup", "lookup.csv"),
        ("offences", "offences.csv"),
    ):
        import_files(tmp_path / "data", kind, [raw / name])
    answer = Atlas.open(tmp_path / "data").answer(Query(layer="colocation"))
    assert answer.headline == "Only one source is loaded, so there is none to set beside it."
    assert len(answer.table) == len(small.CODES)
