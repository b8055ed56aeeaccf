"""Two maps with one legend: what is set beside what, and how it is said."""

import json
import re
from typing import Any

import numpy as np
import plotly
import pytest

from dashboard import compare, search, view
from dashboard.help import KEYS, glossary
from geo.atlas import Atlas
from geo.measures import MEASURES
from geo.query import Query, month_number

JULY, DECEMBER = month_number("2023-07"), month_number("2023-12")


def page(atlas: Atlas, search_: str) -> dict[str, Any]:
    return json.loads(json.dumps(view.page(atlas, search_), cls=plotly.utils.PlotlyJSONEncoder))


def second(atlas: Atlas, **asked: Any):
    first = atlas.answer(Query(view="compare", **asked))
    return first, compare.second(atlas, first)


def test_only_the_view_compare_has_a_second_map(small_atlas: Atlas):
    assert compare.second(small_atlas, small_atlas.answer(Query(compare="ae"))) is None
    assert "second" not in page(small_atlas, "?compare=ae")["frame"]


def test_a_period_is_compared_with_the_one_before(small_atlas: Atlas):
    first, other = second(small_atlas, first=JULY, last=DECEMBER)
    assert (other.query.first, other.query.last) == (JULY - 6, DECEMBER - 6)
    assert compare.names(first, other, small_atlas.catalogue) == (
        "July to December 2023",
        "January to June 2023",
    )
    said = compare.finding(first, other, small_atlas.catalogue)
    before, now = other.totals.shown, first.totals.shown
    assert said.startswith(f"{now:,} offences in July to December 2023, {before:,} in January to June 2023")
    assert f"({now / before - 1:+.0%})".replace("-", "−") in said


@pytest.mark.parametrize("measure", ["count", "rate"])
def test_a_colour_means_the_same_number_on_both_maps(small_atlas: Atlas, measure: str):
    first, other = second(small_atlas, measure=measure, first=JULY, last=DECEMBER)
    assert other.classes.labels[: len(first.classes.edges) + 1] == first.classes.labels
    for answer in (first, other):
        values = answer.table[MEASURES[measure].column].to_numpy(float)
        assert list(answer.codes) == list(np.searchsorted(first.classes.edges, values, side="right"))


def test_suppressed_areas_stay_suppressed_beside_an_open_source(small_atlas: Atlas):
    _, other = second(small_atlas, compare="ae")
    hidden = other.table["count"].isna().to_numpy()
    assert hidden.any()
    assert {other.classes.keys[code] for code in other.codes[hidden]} == {"suppressed"}
    assert "suppressed" not in {other.classes.keys[code] for code in other.codes[~hidden]}


def test_two_layers_keep_their_own_legends(small_atlas: Atlas):
    first, other = second(small_atlas, compare="local_moran")
    assert compare.names(first, other, small_atlas.catalogue) == ("Count", "Hotspots: local Moran's I")
    legend = json.dumps(
        compare.legend(first, other, small_atlas.catalogue), cls=plotly.utils.PlotlyJSONEncoder
    )
    assert legend.count('"legend-title"') == 2


def test_one_legend_counts_both_maps(small_atlas: Atlas):
    first, other = second(small_atlas, compare="ae", layer="getis_ord")
    legend = json.dumps(
        compare.legend(first, other, small_atlas.catalogue), cls=plotly.utils.PlotlyJSONEncoder
    )
    assert legend.count('"legend-title"') == 1
    counts = [int(n) for n in re.findall(r'"children": "(\d+)", "className": "legend-count"', legend)]
    assert sum(counts) == 2 * 36


def test_what_can_be_compared_with_can_be_answered(small_atlas: Atlas):
    offered = compare.options(Query(source="offences", first=JULY, last=DECEMBER), small_atlas.catalogue)
    values = [option["value"] for option in offered]
    assert values[0] == "2023-01..2023-06"
    assert {"ae", "local_moran", "2023-01..2023-12"} <= set(values)
    assert "offences" not in values
    assert len(values) == len(set(values))
    for value in values:
        query, notices = Query.parse(f"?view=compare&compare={value}", small_atlas.catalogue)
        assert not notices
        assert query.other(small_atlas.catalogue) is not None


def test_unequal_periods_are_said(small_atlas: Atlas):
    first, other = second(small_atlas, first=JULY, last=DECEMBER, compare="2023-01..2023-12")
    assert "The left map holds 6 months, the right one 12." in compare.caveats(
        first, other, small_atlas.catalogue
    )
    assert "%" not in compare.finding(first, other, small_atlas.catalogue)


def test_one_request_carries_both_maps(small_atlas: Atlas):
    answer = page(small_atlas, "?view=compare&from=2023-07")
    frame = answer["frame"]
    assert (frame["title"], frame["second"]["title"]) == ("July to December 2023", "January to June 2023")
    assert frame["second"]["query"] == frame["query"]
    assert frame["second"]["classes"] != frame["classes"]
    assert answer["shown"]["row-compare.hidden"] is False
    assert answer["shown"]["filter-compare.value"] == "2023-01..2023-06"
    assert answer["shown"]["compare.aria-current"] == "page"
    assert answer["shown"]["explore.aria-current"] is None


def test_every_place_can_be_found(small_atlas: Atlas):
    groups = search.places(small_atlas)
    assert [group["group"] for group in groups] == ["Boroughs", "Wards", "Small areas"]
    assert [len(group["items"]) for group in groups] == [2, 9, 36]
    assert groups[2]["items"][0] == {
        "value": "lsoa:E01035001",
        "label": "Square 00 · Ward 00 · Westshire · E01035001",
    }


def test_the_help_knows_the_keys_of_the_script_and_the_words_of_the_methods():
    from geo.resources import shipped

    script = (shipped("assets") / "analyst.js").read_text(encoding="utf-8")
    keys = re.search(r"const KEYS = \{(.*?)\};", script, re.DOTALL)[1]
    own = {a or b for a, b in re.findall(r'(?:"(.)"|\b([a-z])): ', keys)}
    assert own | {"p", "Esc"} == set(KEYS)
    words = glossary()
    assert words["LSOA"].startswith("lower-layer super output area")
    assert "Getis-Ord Gi*" in words
