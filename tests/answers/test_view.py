"""What the page shows of a question: controls, words, map, table and charts, without a browser."""

import base64
import copy
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from dash import html
from dash._utils import to_json
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard import create_app, facts, filters, ids, layout, view
from dashboard import legend as parts
from dashboard.link import PLAIN
from geo.answer.answer import RANKED, leading_classes
from geo.answer.atlas import Atlas
from geo.answer.columns import probabilities
from geo.answer.layers import LAYERS
from geo.answer.measures import MEASURES
from geo.ask.factors import FACTORS
from geo.ask.query import Query
from tests.support.shown import shown, text
from tests.support.table import rows_of


@pytest.fixture(scope="module")
def hourless(small_atlas: Atlas) -> Atlas:
    """The small county as if its offences came by the month only."""
    atlas = Atlas(small_atlas.snapshot)
    loaded = atlas.sources["offences"]
    reason = "the files give the month only."
    info = replace(loaded.info, has_hours=False, has_days=False, no_hours_reason=reason)
    atlas.sources = atlas.sources | {"offences": replace(loaded, info=info)}
    atlas.catalogue = replace(atlas.catalogue, sources=atlas.catalogue.sources | {"offences": info})
    return atlas


# ---------------------------------------------------------------- the contract with the browser


@pytest.mark.parametrize(
    "search",
    [
        "",
        "?source=ae",
        "?level=borough&layer=imd",
        "?layer=getis_ord&area=E01035001",
        "?hour=3&category=robbery",
    ],
)
def test_every_answer_sets_the_same_properties(small_atlas: Atlas, search: str):
    names = set(shown(small_atlas, search))
    assert names == set(shown(small_atlas, ""))
    parts = layout.page(small_atlas)
    for component in {name.rsplit(".", 1)[0] for name in names}:  # the browser draws those of HTML by itself
        drawn_by_dash = component.startswith(ids.control(""))
        assert (parts[component]._namespace != "dash_html_components") is drawn_by_dash, component


def test_an_answer_says_which_address_it_answers(small_atlas: Atlas):
    page = view.page(small_atlas, "?hour=19-6&nonsense=1")
    assert page["frame"]["query"] == "?hour=19-6&nonsense=1"
    assert page["search"] == "?hour=19-6"
    assert page["tidy"]


def test_the_plain_page_needs_nothing_in_the_address(small_atlas: Atlas):
    page = view.page(small_atlas, "")
    assert page["search"] == PLAIN
    assert not page["tidy"]


@settings(max_examples=40)
@given(
    level=st.sampled_from(["lsoa", "ward", "borough"]),
    layer=st.sampled_from(list(LAYERS)),
    measure=st.sampled_from(list(MEASURES)),
    hours=st.sets(st.integers(0, 23)),
    day=st.sets(st.integers(0, 6)),
    source=st.sampled_from(["offences", "ae"]),
    borough=st.sets(st.sampled_from(["E06000001", "E06000002"])),
)
def test_every_question_has_a_page(small_atlas: Atlas, level, layer, measure, hours, day, source, borough):
    query = Query(
        level=level,
        layer=layer,
        measure=measure,
        hour=tuple(sorted(hours)),
        day=tuple(sorted(day)),
        source=source,
        borough=tuple(sorted(borough)),
    )
    page = view.page(small_atlas, query.to_search())
    to_json(page)
    assert page["shown"][f"{ids.HEADLINE}.children"]
    assert len(rows_of(page["shown"])) == len(small_atlas.answer(query).ranked)


# ---------------------------------------------------------------- the map


def test_the_map_is_painted_as_the_answer_says(small_atlas: Atlas):
    search = "?layer=local_moran&borough=E06000001"
    frame = view.page(small_atlas, search)["frame"]
    answer = small_atlas.answer(Query.parse(search, small_atlas.catalogue)[0])
    codes = np.frombuffer(base64.b64decode(frame["classes"]), np.uint8)
    assert codes.tolist() == answer.codes.tolist()
    assert [entry["label"] for entry in frame["palette"]] == list(answer.classes.labels)
    assert (codes == 255).sum() == (~answer.inside).sum() > 0
    west, south, east, north = frame["bounds"]
    assert -10 < west < east < 5 and 49 < south < north < 61


def test_numbers_on_the_map_are_the_ranks_of_the_table(small_atlas: Atlas):
    page = view.page(small_atlas, "")
    index = small_atlas.levels["lsoa"].frame.index
    rows = rows_of(page["shown"])[:RANKED]
    assert page["frame"]["ranked"] == [[index.get_loc(row["code"]), row["rank"]] for row in rows]


def test_tooltips_of_a_country_are_told_when_asked_for(small_atlas: Atlas, monkeypatch: pytest.MonkeyPatch):
    whole = view.page(small_atlas, "?layer=local_moran")["frame"]
    monkeypatch.setattr("dashboard.frame.is_country", lambda areas: areas == 36)
    monkeypatch.setattr("dashboard.routes_pieces.TOLD_AT_ONCE", 10)
    frame = view.page(small_atlas, "?layer=local_moran")["frame"]
    assert (frame["values"], frame["each"]) == (None, 256)
    client = create_app(small_atlas).server.test_client()
    asked = [client.get(f"/{frame['tips']}&at={first}").json for first in (0, 30, 99)]
    assert [one["columns"] for one in asked] == [whole["values"]["columns"]] * 3
    assert [one["rows"] for one in asked] == [
        whole["values"]["rows"][a:b] for a, b in ((0, 10), (30, 40), (99, 99))
    ]


def test_tooltips_have_a_line_of_numbers_for_every_area(small_atlas: Atlas):
    values = view.page(small_atlas, "?layer=local_moran&measure=dsr")["frame"]["values"]
    assert len(values["rows"]) == len(small_atlas.levels["lsoa"].frame)
    assert {"Offences", "Per 1,000 residents a year", "Cluster", "By chance, corrected (q)"} <= set(
        values["columns"]
    )
    assert all(len(row) == len(values["columns"]) for row in values["rows"])


def test_the_legend_counts_the_areas_of_each_class_and_marks_the_selected_one(small_atlas: Atlas):
    answer = small_atlas.answer(Query(area="E01035001"))
    items = parts.legend(answer)[1].children
    counts = [int(item.children.children[2].children) for item in items]
    assert sum(counts) == len(answer.table)
    current = [item for item in items if "legend-current" in item.className]
    assert len(current) == 1
    position = int(answer.codes[answer.table.index.get_loc("E01035001")])
    assert getattr(current[0], "data-class") == str(position)


def test_deprivation_laid_over_has_its_own_line_in_the_legend(small_atlas: Atlas):
    page = view.page(small_atlas, "?overlay=imd")
    legend = text(shown(small_atlas, "?overlay=imd")["legend.children"])
    dots = np.frombuffer(base64.b64decode(page["frame"]["overlay"]["classes"]), np.uint8) == 0
    assert 0 < dots.sum() < len(dots)
    assert f"Most deprived 20% in England {dots.sum()}" in legend


# ---------------------------------------------------------------- the controls


def test_controls_show_what_the_address_says(small_atlas: Atlas):
    page = view.page(small_atlas, "?level=ward&category=robbery&hour=22-1&day=fri,sat&from=2023-03&fdr=off")
    state = page["shown"]
    assert state["filter-level.value"] == "ward"
    assert state["filter-category.value"] == ["robbery"]
    assert state["filter-from.value"] == "2023-03"
    assert state["filter-to.value"] == "2023-12"
    assert state["filter-fdr.checked"] is False
    assert page["strips"]["hour"] == {"values": ["0", "1", "22", "23"], "off": False}
    assert page["strips"]["day"]["values"] == ["fri", "sat"]
    assert state["note-hour.children"] == "22:00 to 01:59"
    assert state["note-month.children"] == "all"


def test_without_a_category_the_control_says_what_is_counted_in_an_assessment_too(demo_atlas: Atlas):
    placeholder = f"{ids.control('category')}.placeholder"
    asked = {
        search: shown(demo_atlas, search)[placeholder]
        for search in ("?", "?view=assess", "?source=ae&view=assess")
    }
    assert list(asked.values()) == ["All categories", "Violence and sexual offences", "All categories"]


def test_a_source_without_hours_turns_their_controls_off_and_says_why(hourless: Atlas):
    page = view.page(hourless, "?hour=3&day=mon")
    off = [key for key, strip in page["strips"].items() if strip["off"] and key not in FACTORS]
    assert off == ["hour", "day", "night"]
    state = page["shown"]
    assert state["clock-off.children"] == (
        "Hours, weekdays and nights cannot be chosen: the files give the month only."
    )
    assert not state["clock-off.hidden"]
    assert state["clock-part.hidden"]
    assert state["note-hour.children"] == "off"
    said = text(json.loads(to_json(state["notices.children"])))
    assert "Hours and nights were left out" in said
    assert "Weekdays were left out" in said


def test_a_measure_that_cannot_be_computed_is_off_and_says_why(small_atlas: Atlas):
    atlas = copy.copy(small_atlas)
    info = replace(
        atlas.catalogue.sources["ae"],
        measures=("count", "rate"),
        no_measure_reasons={"dsr": "this source does not give ages."},
    )
    atlas.catalogue = replace(atlas.catalogue, sources=atlas.catalogue.sources | {"ae": info})
    state = shown(atlas, "?source=ae&measure=dsr")
    off = {option["value"] for option in state["filter-measure.data"] if option["disabled"]}
    assert off == {"dsr"}
    said = {option["value"]: option["said"] for option in state["filter-measure.data"]}
    assert said["dsr"] == "Not here: this source does not give ages."
    assert said["rate"].startswith("Per 1,000 residents")
    assert state["filter-measure.value"] == "rate"
    spoken = text(state["note-measure.children"])
    assert "Not possible: Age-standardised rate, because this source does not give ages." in spoken


def test_every_layer_is_offered_once_under_a_question(small_atlas: Atlas, monkeypatch: pytest.MonkeyPatch):
    layers = small_atlas.catalogue.layers
    assert not [group for group in filters._grouped(layers) if group["group"] == "More"]
    monkeypatch.setitem(
        LAYERS, "a_new_one", replace(LAYERS["measure"], key="a_new_one", label="A new one", group="More")
    )
    groups = filters._grouped({**layers, "a_new_one": "A new one"})
    offered = [item["value"] for group in groups for item in group["items"]]
    assert sorted(offered) == sorted([*layers, "a_new_one"])
    assert groups[-1] == {"group": "More", "items": [{"value": "a_new_one", "label": "A new one"}]}


def test_every_layer_has_its_explanation_and_at_most_one_column(small_atlas: Atlas):
    for layer in small_atlas.catalogue.layers:
        state = shown(small_atlas, f"?layer={layer}&from=2023-07")
        assert state["about-layer.children"] == LAYERS[layer].explanation
        assert len(state["table.columns"]) in (4, 5)
        assert all(column["field"] in rows_of(state)[0] for column in state["table.columns"])


def test_change_is_compared_with_earlier_periods_that_are_loaded(small_atlas: Atlas):
    state = shown(small_atlas, "?layer=change&from=2023-10&to=2023-12")
    assert not state["row-compare.hidden"]
    offered = {option["value"]: option.get("disabled", False) for option in state["filter-compare.data"]}
    assert offered == {"usual": False, "28-days": False, "ytd": True}  # one year is loaded
    assert "the same part of the year before is not loaded" in state["note-compare.children"]
    assert (
        "“to” sets the month" in shown(small_atlas, "?layer=change&compare=28-days")["note-compare.children"]
    )
    other = shown(small_atlas, "?layer=bivariate_moran")
    assert [option["value"] for option in other["filter-compare.data"]] == ["ae"]
    assert shown(small_atlas, "")["row-compare.hidden"]


def test_the_rows_that_a_layer_heeds_stand_in_one_order(small_atlas: Atlas):
    """They came out of a set: the same answer was other bytes, and another ETag, in another process."""
    names = [key for key in shown(small_atlas, "") if key.startswith("row-") and key.endswith(".hidden")]
    some = {f"row-{one}.hidden" for layer in LAYERS.values() for one in layer.heeds}
    heeded = [name for name in names if name in some]
    assert len(heeded) > 5
    assert heeded == sorted(heeded)


def test_correction_and_null_are_asked_only_of_clusters(small_atlas: Atlas):
    assert shown(small_atlas, "")["row-fdr.hidden"]
    assert not shown(small_atlas, "?layer=getis_ord")["row-fdr.hidden"]


def test_links_that_clear_keep_the_rest(small_atlas: Atlas):
    state = shown(small_atlas, "?layer=quintile&hour=3&day=mon&area=E01035001&view=present")
    assert state["clear-hour.href"] == "?day=mon&layer=quintile&area=E01035001&view=present"
    assert state["clear-month.hidden"]
    assert state["reset.href"] == "?layer=quintile&view=present"
    assert state["explore.href"] == "?hour=3&day=mon&layer=quintile&area=E01035001"
    assert state["export-csv.href"].startswith("export.csv?source=offences&hour=3")


def test_a_period_beyond_the_data_can_still_be_seen_in_its_control(small_atlas: Atlas):
    state = shown(small_atlas, "?from=2020-05")
    first = state["filter-from.data"][0]
    assert first == {"value": "2020-05", "label": "May 2020 (not loaded)"}
    assert state["filter-from.value"] == "2020-05"


# ---------------------------------------------------------------- the words


def test_an_empty_slice_explains_itself_and_offers_the_way_out(small_atlas: Atlas):
    narrow = "?category=robbery&hour=4&day=tue&from=2023-02&to=2023-02&borough=E06000002"
    state = shown(small_atlas, narrow)
    assert "No offences match" in state["headline.children"]
    assert view.page(small_atlas, narrow)["frame"]["ranked"] == []
    assert "Clear the filters" in text(state["notices.children"])


def test_a_controlled_source_never_shows_a_small_number(small_atlas: Atlas):
    state = shown(small_atlas, "?source=ae")
    counts = [row["count"] for row in rows_of(state)]
    assert "*" in counts
    told = [count.partition(" ± ") for count in counts if count != "*"]
    assert all(int(count.replace(",", "")) % 5 == 0 and int(wide) > 0 for count, _, wide in told)
    assert "*" not in {row["rank"] for row in rows_of(state)}
    values = view.page(small_atlas, "?source=ae")["frame"]["values"]["rows"]
    assert {row[0] for row in values} >= {"* (1 to 7)"}


def test_the_selected_area_is_marked_and_costs_the_map_nothing(small_atlas: Atlas, monkeypatch):
    def slow(*_: object) -> None:
        raise AssertionError("the panel is worked out with the map")

    monkeypatch.setattr(view.area, "profile", slow)
    state = shown(small_atlas, "?area=E01035001&layer=local_moran")
    assert state["table.selected"] == "E01035001"


def test_the_panel_is_a_piece_of_its_own(small_atlas: Atlas):
    piece = view.panels(small_atlas, "?area=E01035001&layer=local_moran")
    marks = ('data-code="E01035001"', 'data-panel="area"')
    assert all(word in piece for word in (*marks, "Square 00", "Cluster", "By month", "Neighbours"))
    assert view.panels(small_atlas, "") == view.panels(small_atlas, "?area=E99999999") == ""


def test_the_panel_says_its_headline_for_a_screen_reader(small_atlas: Atlas):
    row = small_atlas.answer(Query()).table.loc["E01035001"]
    said = f'data-said="Square 00 has {row["count"]} offences'
    assert said in view.panels(small_atlas, "?area=E01035001")


def test_a_selected_area_outside_the_boroughs_chosen_says_so(small_atlas: Atlas):
    assert "Outside the boroughs chosen" in view.panels(small_atlas, "?area=E01035001&borough=E06000002")


def test_caveats_beyond_the_first_are_folded_and_all_where_a_panel_needs_the_room(small_atlas: Atlas):
    search = "?source=ae&layer=local_moran&borough=E06000001"
    caveats = list(view.page(small_atlas, search)["shown"]["caveats.children"])
    told = [item.children for part in caveats for item in _items(part)]
    assert told == list(small_atlas.answer(Query.parse(search, small_atlas.catalogue)[0]).caveats)
    assert len(_items(caveats[0])) == parts.FIRST_CAVEATS
    assert caveats[1].children[0].children == f"{len(told) - parts.FIRST_CAVEATS} more notes"
    (fold,) = view.page(small_atlas, search + "&area=E01035001")["shown"]["caveats.children"]
    assert [item.children for item in _items(fold)] == told


def _items(part) -> list:
    """Items of a list, or of the list in a fold."""
    folded = isinstance(part, html.Details)
    return (part.children[-1] if folded else part).children


# ---------------------------------------------------------------- the table


def test_the_table_holds_the_areas_in_order_with_their_class(small_atlas: Atlas):
    search = "?layer=local_moran"
    answer = small_atlas.answer(Query.parse(search, small_atlas.catalogue)[0])
    state = shown(small_atlas, search)
    rows = rows_of(state)
    assert [row["code"] for row in rows] == list(answer.ranked.index)
    assert [row["rank"] for row in rows] == list(answer.ranked["rank"])
    hot = {row["code"] for row in rows if row["label"] == "hotspot"}
    assert hot == set(answer.table.index[answer.table["cluster"] == "HH"])
    fields = [column["field"] for column in state["table.columns"]]
    assert fields == ["rank", "name", "count", "value", "label"]
    assert {row["colour"] for row in rows if row["label"] == "hotspot"} == {"#b2182b"}


def test_the_column_of_values_follows_the_measure(small_atlas: Atlas):
    def header(search: str) -> str:
        return shown(small_atlas, search)["table.columns"][3]["head"]

    assert {measure: header(f"?measure={measure}") for measure in MEASURES} == {
        "count": "/ 1,000", "rate": "/ 1,000", "dsr": "DSR", "ratio": "Ratio", "eb_rate": "Smooth",
        "eb_local": "Smooth", "harm": "Harm",
    }  # fmt: skip


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("layer", ["measure", "agreement", "change"])
def test_a_measure_is_told_beside_every_layer(small_atlas: Atlas, measure: str, layer: str):
    answer = small_atlas.answer(Query(measure=measure, layer=layer))
    told = facts.facts(answer, answer.table, small_atlas.catalogue.sources["offences"])
    asked = MEASURES[measure]
    if measure != "count":
        assert told[asked.column.label][0] == asked.form.format(answer.table[asked.column.name].iloc[0])
    assert ("95% interval" in told) == asked.limits
    rows, _ = facts.ranked_table(answer)
    values = answer.ranked[asked.column.name].to_numpy(float)
    first = leading_classes(answer.query, answer.codes, answer.classes)[answer.order]
    assert (np.diff(first) >= 0).all(), "what the layer looks for comes first"
    assert (np.diff(values)[np.diff(first) == 0] <= 0).all()
    assert rows["code"][0] == answer.ranked.index[0]


def test_a_rank_has_the_comma_of_other_numbers(small_atlas: Atlas):
    answer = small_atlas.answer(Query())
    many = answer.table.head(3).assign(rank=["26128=", "999", ""])
    told = facts.facts(answer, many, small_atlas.catalogue.sources["offences"])
    assert told["Rank"] == ["26,128=", "999", ""]


def test_very_small_probabilities_are_not_rounded_to_nought():
    assert probabilities(pd.Series([1e-9, 0.0314159, 1.0, np.nan])) == [
        "under 0.0001",
        "0.031",
        "1",
        "",
    ]
