"""What one declaration brings: a layer, a measure or a source says all that page and paper need of it."""

import pytest

from geo.answer.atlas import Atlas
from geo.answer.layers import LAYERS
from geo.answer.measures import MEASURES
from geo.ask.parameters import PARAMETERS
from geo.ask.query import Query

OTHERWISE = {
    "fdr": {"fdr": False},
    "null": {"null": "permutation"},
    "breaks": {"breaks": "equal"},
    "edges": {"breaks": "own", "edges": (3.0, 9.0)},
    "palette": {"palette": "greys"},
    "compare": {"compare": "28-days"},
    "domain": {"domain": "crime"},
    "benchmark": {"benchmark": "E06000001"},
}
"""Another value than the usual one of every parameter that only some layers heed."""


def drawn(atlas: Atlas, **asked) -> tuple:
    """What a layer makes of a question."""
    answer = atlas.answer(Query(**asked))
    return answer.table.to_csv(), answer.codes.tolist(), answer.classes, answer.headline, answer.caveats


def test_what_only_some_layers_heed_is_a_parameter():
    heeded = frozenset().union(*(one.heeds for one in (*LAYERS.values(), *MEASURES.values())))
    assert heeded == OTHERWISE.keys() <= PARAMETERS.keys()
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
