"""The domains of deprivation: what is asked, shown, said and exported goes by the one chosen."""

import csv
import io
import json

import numpy as np
import pandas as pd
import pytest
from dash._utils import to_json

from dashboard import view
from geo.answer.atlas import Atlas
from geo.answer.layers import column
from geo.ask.choices import DOMAINS
from geo.ask.query import Query
from geo.out.export import export
from geo.stats import deprivation, unexplained
from tests.support import small_county as small
from tests.support.table import rows_of

INCOME = pd.Series(np.arange(36)[::-1] * 10 // 36 + 1, small.CODES)
LAYERS = ("imd", "bivariate", "excess")


def shown(atlas: Atlas, search: str) -> dict:
    return json.loads(to_json(view.page(atlas, search)))["shown"]


def test_only_the_domains_loaded_are_on_offer(small_atlas: Atlas):
    assert list(small_atlas.catalogue.domains) == ["imd", "income", "crime"]
    query, notices = Query.parse("?domain=health", small_atlas.catalogue)
    assert query.domain == "imd"
    assert notices == ["Deprivation by the domain “Health and disability” is not loaded."]
    query, notices = Query.parse("?domain=wealth", small_atlas.catalogue)
    assert query.domain == "imd" and "wealth" in notices[0]
    query, notices = Query.parse("?domain=income", small_atlas.catalogue)
    assert query.to_search() == "?source=offences&domain=income" and not notices


def test_the_map_and_the_file_show_the_deciles_of_the_domain(small_atlas: Atlas):
    answer = small_atlas.answer(Query(layer="imd", domain="income"))
    assert (answer.codes + 1).tolist() == INCOME.tolist()
    assert answer.table["income_decile"].tolist() == INCOME.tolist()
    assert answer.classes.title == "Deprivation by income: decile among England's small areas"
    assert "most deprived 20% in England by income" in answer.headline
    rows = list(csv.DictReader(io.StringIO(export(small_atlas, answer.query, "csv").decode())))
    assert [int(row["income_decile"]) for row in rows] == INCOME.tolist()
    assert [int(row["imd_decile"]) for row in rows] == INCOME.tolist()[::-1]
    assert "Income" in column("income_decile").definition


def test_wards_have_the_average_of_their_areas(small_atlas: Atlas):
    wards = small_atlas.answer(Query(layer="imd", domain="income", level="ward")).table
    parent = small_atlas.levels["ward"].parent
    people = small_atlas.levels["lsoa"].frame["population"].to_numpy(float)
    mine = parent == 4
    expected = np.average(INCOME.to_numpy()[mine], weights=people[mine])
    assert wards["income_decile"].iloc[4] == round(expected)


@pytest.mark.parametrize("layer", LAYERS)
def test_the_title_names_the_domain_and_the_whole_index_needs_no_name(small_atlas: Atlas, layer: str):
    by = small_atlas.answer(Query(layer=layer, domain="crime"))
    assert "by crime" in by.classes.title and "crime_decile" in by.table
    whole = small_atlas.answer(Query(layer=layer))
    assert " by " not in whole.classes.title and "crime_decile" not in whole.table
    assert by.codes.tolist() != whole.codes.tolist() or layer == "excess"


def test_the_excess_is_over_areas_alike_in_the_domain(small_atlas: Atlas):
    answer = small_atlas.answer(Query(layer="excess", domain="crime"))
    rank = small_atlas.levels["lsoa"].frame["crime_rank"].to_numpy(float)
    table = answer.table
    expected = unexplained.excess(table["count"].astype(float), table["population"].astype(float), -rank)
    np.testing.assert_allclose(table["expected"], expected.table["expected"], rtol=1e-6)
    whole = small_atlas.answer(Query(layer="excess")).table
    assert not np.allclose(table["expected"], whole["expected"])


@pytest.mark.parametrize("layer", LAYERS)
def test_crime_explained_by_the_crime_domain_is_cautioned(small_atlas: Atlas, layer: str):
    def cautioned(**asked: str) -> bool:
        return deprivation.CRIME_DOMAIN_CAUTION in small_atlas.answer(Query(layer=layer, **asked)).caveats

    assert cautioned(source="offences", domain="crime")
    assert not cautioned(source="offences", domain="income")
    assert not cautioned(source="ae", domain="crime")


def test_the_chart_by_deprivation_goes_by_the_domain(small_atlas: Atlas):
    answer = small_atlas.answer(Query(domain="income"))
    by_hand = answer.table["count"].astype(int).groupby(INCOME.to_numpy()).sum()
    assert answer.gradient.tenths["count"].astype(int).tolist() == by_hand.tolist()
    assert "by income" in shown(small_atlas, "?domain=income")["gradient-note.children"][0]
    assert deprivation.CRIME_DOMAIN_CAUTION in shown(small_atlas, "?domain=crime")["gradient-said.children"]


def test_the_control_is_there_where_it_is_heeded(small_atlas: Atlas):
    assert shown(small_atlas, "")["row-domain.hidden"]
    assert shown(small_atlas, "?layer=getis_ord")["row-domain.hidden"]
    for layer in LAYERS:
        assert not shown(small_atlas, f"?layer={layer}")["row-domain.hidden"]
    assert not shown(small_atlas, "?domain=income")["row-domain.hidden"]
    assert shown(small_atlas, "?layer=imd&domain=income")["filter-domain.value"] == "income"


def test_a_tooltip_and_the_table_give_the_decile_of_the_domain(small_atlas: Atlas):
    page = view.page(small_atlas, "?layer=imd&domain=income")
    columns = page["frame"]["values"]["columns"]
    assert columns[-1] == "Decile by income"
    assert [int(row[-1]) for row in page["frame"]["values"]["rows"]] == INCOME.tolist()
    rows = rows_of(page["shown"])
    assert {row["code"]: int(row["label"]) for row in rows} == INCOME.to_dict()


def test_every_domain_has_its_columns_read_from_the_official_file():
    from geo.data.area_tables import OFFICIAL_NAMES

    assert list(OFFICIAL_NAMES) == list(DOMAINS)
