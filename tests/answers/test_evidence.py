"""The evidence for a layer: every layer names some, it is for the filters shown, it protects people."""

import csv
import io
import json
import re
from html import unescape

import numpy as np
import pandas as pd
import pytest
from flask.testing import FlaskClient

from dashboard import create_app, evidence
from dashboard.charts import figure, narrow
from geo.answer.atlas import Atlas
from geo.answer.layers import LAYERS
from geo.ask.query import Query
from geo.ask.words import slug
from geo.stats import concentration
from geo.tell.assessment import part_of
from geo.tell.evidence import evidence_of
from geo.tell.exhibits import EXHIBITS, PLACE, PUBLISHED, SERVICES
from geo.tell.exhibits.exhibit import Exhibit, NotPossible
from geo.tell.exhibits.trust import back_test
from geo.tell.exhibits.where import concentrated, stable_areas

FILTER = {"hour": (22, 23, 0, 1), "month": (1, 2, 3, 4, 5, 6), "borough": ("E06000001",)}


@pytest.fixture(scope="module")
def client(small_atlas: Atlas) -> FlaskClient:
    return create_app(small_atlas).server.test_client()


def of(atlas: Atlas, **asked) -> dict[str, Exhibit]:
    """Exhibits of a question by key."""
    query, _ = atlas.catalogue.check(Query(**asked))
    return {exhibit.key: exhibit for exhibit in evidence_of(atlas, query)[0]}


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_every_layer_names_exhibits_that_there_are(layer):
    assert layer.evidence
    assert set(layer.evidence) <= {*EXHIBITS, *SERVICES, *PLACE, *PUBLISHED}


@pytest.mark.parametrize("level", ["lsoa", "ward", "borough"])
@pytest.mark.parametrize("layer", LAYERS)
def test_what_a_layer_names_is_made_or_says_why_not(small_atlas: Atlas, layer: str, level: str):
    for filters in ({}, FILTER, {"source": "ae"}, {"category": ("robbery",), "hour": (4,)}):
        query, _ = small_atlas.catalogue.check(Query(layer=layer, level=level, **filters))
        found, missing = evidence_of(small_atlas, query)
        assert len(found) + len(missing) == len(LAYERS[layer].evidence)
        assert all(reason.endswith(".") for _, reason in missing)
        assert evidence.article(found, missing, query)


def test_the_funnel_is_of_the_filters_and_the_level_shown(small_atlas: Atlas):
    for level, kind in (("lsoa", "small areas"), ("ward", "wards")):
        exhibit = of(small_atlas, layer="significance", level=level, **FILTER)["funnel"]
        answer = small_atlas.answer(Query(layer="significance", level=level, **FILTER))
        points = exhibit.chart.data.set_index("Code")
        expected = answer.table.loc[answer.inside, "rate_per_1000_year"].dropna()
        assert points["Rate"].to_dict() == pytest.approx(expected.to_dict())
        assert exhibit.title.endswith(f"{kind} against the whole")
        assert exhibit.chart.level == level


def test_without_categories_all_count_as_on_the_map(small_atlas: Atlas):
    """The assessment would take violence alone."""
    table = of(small_atlas, layer="measure")["concentration"].table
    answer = small_atlas.answer(Query())
    top = answer.ranked["count"].astype(int).cumsum()
    for areas, count in zip(table["Small areas"], table["Count"], strict=True):
        assert count == top.iloc[areas - 1]


def test_concentration_stands_beside_that_of_chance(small_atlas: Atlas):
    exhibit = of(small_atlas, layer="measure")["concentration"]
    counts = small_atlas.answer(Query()).table["count"].to_numpy(int)
    rng = np.random.default_rng(7)
    drawn = [rng.multinomial(counts.sum(), np.full(36, 1 / 36)) for _ in range(200)]
    by_chance = np.mean([concentration.gini(one)["generalised_gini"] for one in drawn])
    assert f"(chance alone {by_chance:.2f}, all in one area 1)" in exhibit.finding
    top = np.mean([np.sort(one)[::-1][:8].sum() / counts.sum() for one in drawn])
    assert exhibit.table["By chance"].iloc[-1] / 100 == pytest.approx(top, abs=0.005)
    assert "By chance" in exhibit.chart.y


def test_nothing_of_concentration_is_told_of_few_areas(small_atlas: Atlas):
    part, _ = part_of(small_atlas, Query(), "offences")
    few = np.zeros(36, bool)
    few[:4] = True
    part.__dict__["inside"] = few
    for made in (concentrated, stable_areas, back_test):
        with pytest.raises(NotPossible):
            made(part)


def test_a_dot_carries_its_area(small_atlas: Atlas):
    exhibit = of(small_atlas, layer="significance")["funnel"]
    drawn = narrow(figure(exhibit))
    dots = [trace for trace in drawn["data"] if trace.get("customdata")]
    named = {code: name for t in dots for code, name in zip(t["customdata"], t["text"], strict=True)}
    assert named == small_atlas.levels["lsoa"].frame["name"].to_dict()
    assert not any(trace["showlegend"] for trace in dots)
    json.dumps(drawn, allow_nan=False)


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("filters", [{}, {"hour": tuple(range(12))}], ids=["all", "mornings"])
def test_no_small_number_of_a_controlled_source_is_told(small_atlas: Atlas, layer: str, filters: dict):
    counts = {"Count", "Still there", "In the top tenth", "2023", "2022"}
    table = small_atlas.answer(Query(source="ae", **filters)).table
    hidden = set(table.index[table["count"].isna()])
    assert hidden
    for exhibit in of(small_atlas, source="ae", layer=layer, **filters).values():
        for frame in (exhibit.table, evidence.numbers(exhibit).table):
            for name in counts & set(map(str, frame.columns)):
                told = pd.to_numeric(frame[name], errors="coerce").to_numpy(float, na_value=np.nan)
                assert not ((told >= 1) & (told <= 7)).any(), (exhibit.key, name)
                assert (np.nan_to_num(told) % 5 == 0).all(), (exhibit.key, name)
            if "Code" in frame:
                assert not hidden & set(frame["Code"]), exhibit.key


def test_the_numbers_can_be_copied_and_downloaded(client: FlaskClient, small_atlas: Atlas):
    search = "source=offences&layer=significance&borough=E06000001"
    page = client.get(f"/piece/evidence?{search}").text
    (link,) = re.findall(r'href="(piece/evidence\.csv[^"]*)"', page)
    answer = client.get(unescape(link))
    name = f"squareshire-{slug(EXHIBITS['funnel'][0])}.csv"
    assert f'filename="{name}"' in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    (copied,) = re.findall(r'data-copy="([^"]*)"', page)
    assert len(rows) == len(copied.split("\n")) - 1 == 24
    table = small_atlas.answer(Query(borough=("E06000001",))).table
    assert {row["Code"]: float(row["Residents"]) for row in rows} == {
        code: float(table.at[code, "population"]) for code in (row["Code"] for row in rows)
    }


def test_a_table_that_the_layer_does_not_have_is_refused(client: FlaskClient):
    answer = client.get("/piece/evidence.csv?layer=measure&exhibit=funnel")
    assert answer.status_code == 422
    assert "no such evidence" in answer.text


def test_the_pieces_come_by_themselves(client: FlaskClient):
    assert "<article>" in client.get("/piece/evidence").text
    assert client.get("/piece/panel").text == ""
    assert 'data-panel="area"' in client.get("/piece/panel?area=E01035001").text
    assert client.get("/piece/panel?%ff&level=galaxy&area=x").status_code == 200


@pytest.mark.parametrize("layer", ["measure", "significance"])
def test_tables_without_a_number_are_called_by_their_names(client: FlaskClient, layer: str):
    page = client.get(f"/piece/evidence?source=offences&layer={layer}").text
    captions = [unescape(caption) for caption in re.findall(r"<caption>(.*?)</caption>", page)]
    assert captions
    assert all(re.match(r"(Numbers behind “)?[A-Z]", caption) for caption in captions), captions
