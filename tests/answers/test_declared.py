"""What one declaration brings: a layer, a measure or a source says all that page and paper need of it."""

import pytest
from dash.development.base_component import Component

from dashboard.legend import legend
from geo.answer.atlas import Atlas
from geo.answer.layers import LAYERS
from geo.answer.measures import MEASURES
from geo.ask.query import PARAMETERS, Query
from geo.out.provenance import sheet

OTHERWISE = {
    "cold": {"cold": False},
    "fdr": {"fdr": False},
    "null": {"null": "permutation"},
    "breaks": {"breaks": "equal"},
    "edges": {"breaks": "own", "edges": (3.0, 9.0)},
    "palette": {"palette": "greys"},
    "compare": {"compare": "28-days"},
    "domain": {"domain": "crime"},
    "benchmark": {"benchmark": "E06000001"},
    "indicator": {"indicator": "none-of-these"},
    "ages": {"ages": "65"},
}
"""Another value than the usual one of every parameter that only some layers heed."""


def drawn(atlas: Atlas, **asked) -> tuple:
    """What a layer makes of a question."""
    answer = atlas.answer(Query().replace(**asked))
    return answer.table.to_csv(), answer.codes.tolist(), answer.classes, answer.headline, answer.caveats


def test_what_only_some_layers_heed_is_a_parameter():
    heeded = frozenset().union(*(one.heeds for one in (*LAYERS.values(), *MEASURES.values())))
    assert heeded == OTHERWISE.keys() == {key for key, one in PARAMETERS.items() if one.heeded}
    assert all(("compare" in layer.heeds) == bool(layer.compares) for layer in LAYERS.values())


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_heeds_what_it_says_and_nothing_else(small_atlas: Atlas, layer: str):
    asked = {"layer": layer, "source": "offences"}
    usual = drawn(small_atlas, **asked)
    changed = {name for name, other in OTHERWISE.items() if drawn(small_atlas, **asked, **other) != usual}
    assert changed <= LAYERS[layer].heeds


@pytest.mark.parametrize("measure", MEASURES)
def test_a_measure_heeds_what_it_says_and_nothing_else(small_atlas: Atlas, measure: str):
    asked = {"layer": "imd", "measure": measure, "source": "offences"}
    usual = drawn(small_atlas, **asked)
    changed = {name for name, other in OTHERWISE.items() if drawn(small_atlas, **asked, **other) != usual}
    assert changed - LAYERS["imd"].heeds == MEASURES[measure].heeds


def labels(part) -> list[str]:
    """Labels of a legend of the page, in the order of the page."""
    if isinstance(part, list | tuple):
        return [label for one in part for label in labels(one)]
    if not isinstance(part, Component):
        return []
    if getattr(part, "className", "") == "legend-label":
        return [part.children]
    return labels(getattr(part, "children", None))


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("more", [{}, {"breaks": "own", "edges": (1, 2, 3, 4, 5, 6, 7, 8)}], ids=["", "nine"])
def test_a_legend_is_read_in_one_order_on_page_and_paper(small_atlas: Atlas, layer: str, more: dict):
    asked = Query(source="offences", layer=layer, **more)
    printed = [entry.label for entry in sheet(small_atlas, asked).legend]
    page = labels(legend(small_atlas.answer(asked)))
    if LAYERS[layer].scale == "square":
        assert {*page} == {*printed}
        assert printed[0] == "Most, most deprived third"
    else:
        assert page == [label for label in printed if label in page]
        assert len(page) == len(printed) or len(printed) > 9  # those without an area are named in one line


@pytest.mark.parametrize("source", ["offences", "ae"])
@pytest.mark.parametrize("layer", [key for key, one in LAYERS.items() if one.scale == "rising"])
def test_a_scale_has_the_most_on_top(small_atlas: Atlas, layer: str, source: str):
    answer = small_atlas.answer(Query(source=source, layer=layer))
    plain = [entry for entry in answer.legend if not entry.pattern]
    assert [entry.position for entry in plain] == sorted((entry.position for entry in plain), reverse=True)
    assert all(entry.pattern for entry in answer.legend[len(plain) :])
    assert {entry.position: entry.count for entry in answer.legend} == dict(enumerate(answer.classes.counts))
