"""Deaths by drugs and treatment by ward: imported by the mappings of the program, against pandas."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo.answer.atlas import Atlas
from geo.answer.columns import counts_of
from geo.ask.query import Query
from geo.ask.viewer import CLEARED_OWNER
from geo.data.ingest import take
from geo.data.mapping import read_mapping
from geo.data.store import Store
from geo.demo import county, drugs
from geo.demo.check import TOPICS
from geo.stats import two_counts
from geo.tell.area import profile
from geo.tell.area_set import group
from geo.tell.assessment import _topic, part_of
from geo.tell.exhibits import EXHIBITS, SERVICES
from geo.tell.exhibits.exhibit import Exhibit, NotPossible
from geo.tell.exhibits.part import Part


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return drugs.write(tmp_path_factory.mktemp("raw"), county.areas(), county.population())


@pytest.fixture(scope="module")
def folder(files: dict[str, Path], demo_county: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = shutil.copytree(demo_county, tmp_path_factory.mktemp("drugs") / "data")
    with Store(data).transaction() as change:
        for key, file in files.items():
            take(change, key, [file], source=read_mapping(Path(key), key))
    return data


@pytest.fixture(scope="module")
def atlas(folder: Path) -> Atlas:
    return Atlas.open(folder, CLEARED_OWNER)


def part(atlas: Atlas, source: str) -> Part:
    return part_of(atlas, atlas.exactly(f"?source={source}&level=ward"), source)[0]


def made(atlas: Atlas, source: str, key: str) -> Exhibit:
    return EXHIBITS[key][1](part(atlas, source))


def test_the_raw_files_are_as_published(files: dict[str, Path]) -> None:
    areas = county.areas()
    deaths = pd.read_csv(files["drug_deaths"])
    deprived = deaths["LSOA21CD"].map(areas["imd_decile"]) <= 3
    assert round(deaths["Deaths"][deprived].sum() / deaths["Deaths"].sum(), 2) == 0.63
    episodes = pd.read_csv(files["treatment"]).groupby("WD24CD")["Episodes"].sum()
    decile = areas.groupby("wd24cd")["imd_decile"].mean()
    people = county.population().groupby("lsoa11cd")["population"].sum().groupby(areas["wd24cd"]).sum()
    assert (episodes / people).corr(decile, method="spearman") < -0.6


def test_the_share_of_deaths_in_the_most_deprived_areas(atlas: Atlas, files: dict[str, Path]) -> None:
    deaths = pd.read_csv(files["drug_deaths"])
    decile = deaths["LSOA21CD"].map(county.areas()["imd_decile"])
    exhibit = made(atlas, "drug_deaths", "most_deprived")
    table = exhibit.table.set_index("Most deprived")
    for row, tenths in (("10%", 1), ("20%", 2), ("30%", 3), ("40%", 4)):
        count = deaths["Deaths"][decile <= tenths].sum()
        assert table.loc[row, "Count"] == count
        assert table.loc[row, "Share"] == pytest.approx(100 * count / deaths["Deaths"].sum())
    assert exhibit.finding.startswith("The 30% of areas most deprived in England hold 63.")


def test_treatment_of_wards_beside_their_deprivation(atlas: Atlas, files: dict[str, Path]) -> None:
    episodes = pd.read_csv(files["treatment"]).groupby("WD24CD")["Episodes"].sum()
    frame = atlas.levels["ward"].frame
    fifth = pd.qcut(frame["imd_rank"].rank(method="first"), 5, labels=False)
    table = made(atlas, "treatment", "wards_by_deprivation").table
    assert table["Count"].tolist() == episodes.groupby(fifth.reindex(episodes.index)).sum().tolist()
    rates = table["A year per 1,000 residents"]
    assert rates.iloc[0] > 2 * rates.iloc[-1]
    of_wards = atlas.answer(atlas.exactly("?source=treatment&level=ward&layer=excess&measure=count"))
    assert of_wards.table["count"].astype(int).to_dict() == episodes.reindex(frame.index).to_dict()
    assert of_wards.table["expected"].notna().all()
    exhibit = made(atlas, "treatment", "excess")
    first = exhibit.table.iloc[0]
    assert (first["Ward"], first["After correction"]) == ("Eastcotts", "more")
    assert first["Lower"] > 1.5


FINER = ("hotspot_map", "ladder", "top_quintile", "top_areas", "concentration", "stability", "most_deprived")
"""Exhibits of small areas."""


def test_what_is_finer_than_a_ward_is_not_made_of_wards(atlas: Atlas) -> None:
    for key in (*FINER, "gradient", "fifths", "categories_compared"):
        with pytest.raises(NotPossible, match="given by ward only; nothing finer is known"):
            made(atlas, "treatment", key)
    parts = [part(atlas, "treatment"), part(atlas, "drug_deaths")]
    for key in ("agreement", "overlooked", "colocation"):
        with pytest.raises(NotPossible, match="fewer than two of the sources give small areas"):
            SERVICES[key][1](parts)
    with pytest.raises(NotPossible, match="years or longer"):
        made(atlas, "drug_deaths", "month_by_borough")


def test_each_number_of_services_has_a_colour_of_its_own(atlas: Atlas) -> None:
    """Of six sources "5 of 6" had the colour of "4 of 6"."""
    drawn = atlas.answer(atlas.exactly("layer=agreement&level=ward")).classes
    numbers = [colour for key, colour in zip(drawn.keys, drawn.colours, strict=True) if key.isdecimal()]
    assert len(numbers) == len(set(numbers)) == len(atlas.sources) + 1 > 6


def test_a_title_says_of_what_all_is_and_names_every_source(atlas: Atlas) -> None:
    answer = atlas.answer(atlas.exactly("source=treatment&level=ward"))
    assert answer.description.startswith("Drug and alcohol treatment (all episodes) in Bedfordshire")
    offences = atlas.answer(atlas.exactly("source=offences&level=ward"))
    assert offences.description.startswith("All police offences and incidents in Bedfordshire")
    topic = _topic([part_of(atlas, Query(level="ward"), source)[0] for source in atlas.sources])
    assert topic.endswith("drug and alcohol deaths and drug and alcohol treatment")
    assert topic.count(", ") == len(atlas.sources) - 2


def test_others_see_them_protected(folder: Path, atlas: Atlas) -> None:
    shown = Atlas.open(folder)
    for source in drugs.TABLES:
        true, told = (part(one, source).counts for one in (atlas, shown))
        assert not np.array_equal(true, told)
    table = made(shown, "drug_deaths", "most_deprived").table
    assert (table["Count"].dropna() % 5 == 0).all()
    assert made(shown, "treatment", "wards_by_deprivation").table["Count"].notna().all()


def test_the_check_of_published_figures_takes_them(atlas: Atlas, demo_atlas: Atlas) -> None:
    verdicts = {row.figure.partition(" ")[0]: row.verdict for row in TOPICS[-1](atlas).rows}
    assert (verdicts["Drug"], verdicts["Treatment"]) == ("matches", "matches")
    without = {row.figure.partition(" ")[0]: row for row in TOPICS[-1](demo_atlas).rows}
    assert "hotspots demo --drugs" in without["Drug"].why


def test_a_small_area_has_a_panel_beside_a_source_that_is_given_by_ward_alone(atlas: Atlas) -> None:
    code = atlas.levels["lsoa"].frame.index[0]
    beside = profile(atlas, atlas.exactly(f"?source=offences&area={code}")).sources
    assert counts_of(beside.loc[["treatment"]]) == ["no data"]
    assert beside.loc["treatment", "period"] == "not given by small area"
    assert beside.drop("treatment")["count"].notna().all()
    ward = atlas.levels["ward"].frame.index[0]
    assert (
        profile(atlas, atlas.exactly(f"?source=offences&level=ward&area={ward}")).sources["rank"].ne("").all()
    )


def test_nothing_is_judged_by_months_that_the_files_do_not_give(folder: Path, atlas: Atlas) -> None:
    """A year's number counted as twelve looks, and noise dealt out over its months as how much they vary."""
    why = "the files give years or longer periods, and months are shares of them that tell nothing."
    for one, noise in ((Atlas.open(folder), " and noise"), (atlas, "")):
        for source in drugs.TABLES:
            emerging = one.answer(one.exactly(f"?source={source}&level=ward&layer=emerging"))
            assert emerging.headline == f"No pattern over time can be judged: {why}"
            assert "pattern" not in emerging.table
            search = f"?source={source}&level=ward&layer=change&from=2023-01&to=2023-12"
            changed = one.answer(one.exactly(search))
            assert "months vary" not in changed.headline
            assert not any("month to month" in caveat for caveat in changed.caveats)
            assert any(f"allows for chance{noise} alone." in caveat for caveat in changed.caveats)


def test_a_change_between_two_years_is_judged_by_chance(atlas: Atlas) -> None:
    answer = atlas.answer(
        atlas.exactly("?source=drug_deaths&level=borough&layer=change&from=2023-01&to=2023-12")
    )
    for _, row in answer.table.iterrows():
        low, high = two_counts.ratio_limits(row["count_before"], row["count"], 1.0, 0.95)
        assert np.allclose([row["change_lower_ci"], row["change_upper_ci"]], [low, high])


def test_years_are_not_set_apart_by_how_such_months_vary(folder: Path, atlas: Atlas) -> None:
    for one in (atlas, Atlas.open(folder)):
        for source in drugs.TABLES:
            assert "and too little is loaded to tell" in made(one, source, "by_year").finding


def test_the_trend_of_a_set_is_not_judged_by_such_months(atlas: Atlas) -> None:
    query = atlas.exactly("?source=treatment&level=ward&from=2023-01&to=2023-12")
    told = group(atlas, query.replace(group=tuple(atlas.levels["ward"].frame.index[:5])))
    assert told and told.trend and told.trend.against
    assert np.isnan(told.trend.against[1]) and "tell nothing" in told.trend.unjudged
