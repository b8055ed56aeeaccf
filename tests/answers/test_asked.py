"""One question, resolved once: a part of an answer is worked out again only where it has to be."""

import threading
from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

from geo.answer import atlas as atlas_module
from geo.answer.asked import Asked
from geo.answer.atlas import Atlas
from geo.answer.cube import Cube
from geo.answer.layers import LAYERS
from geo.answer.measures import MEASURES
from geo.answer.memory import Memory
from geo.ask.parameters import GRADIENT, MAP, MONTHS, WEEK
from geo.ask.query import PARAMETERS, Query
from geo.ask.words import month_number

OTHER = {
    "level": "ward",
    "source": "ae",
    "sources": ("ae",),
    "first": month_number("2023-02"),
    "last": month_number("2023-06"),
    "month": (2, 3),
    "hour": (1, 2),
    "day": (4,),
    "night": (5,),
    "measure": "rate",
    "layer": "quintile",
    "overlay": "imd",
    "domain": "income",
    "groups": "quintile",
    "fdr": False,
    "null": "permutation",
    "mark": "decile:1",
    "compare": "ytd",
    "view": "present",
    "clock": "without",
    "layout": "tiles",
    "legend": "common",
    "breaks": "equal",
    "edges": (5.0,),
    "palette": "blues",
}
"""Another value of each parameter that the small county can take."""


@pytest.fixture
def atlas(small_atlas: Atlas) -> Atlas:
    """The small county, which remembers nothing."""
    return Atlas(small_atlas.snapshot)


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Parts that are worked out from now on, in order."""
    made: list[str] = []
    find = atlas_module.find
    monkeypatch.setattr(atlas_module, "find", lambda s: made.append(MAP) or find(s))
    for name, part in (("week", WEEK), ("month_counts", MONTHS), ("gradient", GRADIENT)):
        whole = getattr(Asked, name)
        monkeypatch.setattr(
            Asked, name, lambda self, *a, whole=whole, part=part: made.append(part) or whole(self, *a)
        )
    return made


@pytest.mark.parametrize("field", OTHER)
def test_a_parameter_changes_the_parts_that_it_declares_and_no_others(atlas, monkeypatch, field):
    parameter = next(one for one in PARAMETERS.values() if one.field == field)
    query = Query(source="offences", breaks="own" if field == "edges" else "quantile")
    atlas.answer(query)
    made = counted(monkeypatch)
    atlas.answer(query.replace(**{field: OTHER[field]}))
    heeded = not parameter.heeded or parameter.name in LAYERS["measure"].heeds
    expected = {part for part in parameter.changes & {MAP, WEEK, MONTHS, GRADIENT} if heeded}
    if field == "measure":
        expected -= {GRADIENT}  # it goes by ages or does not, and neither of these measures does
    if field == "domain":
        expected = {GRADIENT}
    assert set(made) == expected


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_gives_the_same_whatever_it_does_not_heed(small_atlas, layer):
    """By construction: it is asked without what it does not heed, so an answer kept is never a stale one."""
    asked = {}
    heeds = LAYERS[layer].heeds
    for one in PARAMETERS.values():
        if one.heeded and one.name not in heeds and one.field in OTHER and one.name != "compare":
            asked[one.field] = OTHER[one.field]
    plain = Query(source="offences", layer=layer, first=month_number("2023-07"), last=month_number("2023-12"))
    first, second = (Atlas(small_atlas.snapshot).answer(query) for query in (plain, plain.replace(**asked)))
    assert np.array_equal(first.codes, second.codes)
    assert first.headline == second.headline


def test_an_answer_chooses_its_events_as_few_times_as_it_asks_differently(atlas, monkeypatch):
    times = []
    select = Cube.select
    monkeypatch.setattr(Cube, "select", lambda self, query: times.append(query) or select(self, query))
    atlas.answer(Query(source="offences"))
    assert len(times) == len(set(times)) == 1
    atlas.answer(Query(source="offences", layer="local_moran", month=(3,)))
    assert len(times) == 2, "the wider question and the months of all years were asked before"


def test_no_reader_can_change_a_shared_answer(small_atlas):
    query = Query(source="offences", layer="getis_ord")
    before = small_atlas.answer(query).table
    answer = small_atlas.answer(query)
    for table in (answer.table, answer.months, answer.gradient.tenths, answer.week.clock):
        for column in table.columns:
            table[column] = table[column].iloc[0]
    assert small_atlas.answer(query).table.equals(before)
    again = small_atlas.answer(query)
    assert again.months["count"].sum() > 0
    assert len(set(again.gradient.tenths["count"])) > 1
    assert again.week.clock.to_numpy().sum() > 0
    for each in fields(answer):
        value = getattr(answer, each.name)
        if isinstance(value, np.ndarray):
            with pytest.raises(ValueError, match="read-only"):
                value[:1] = 0
    frame = small_atlas.levels["lsoa"].frame
    frame["name"] = "changed"
    assert (small_atlas.levels["lsoa"].frame["name"] != "changed").all()


def test_asked_by_many_at_once_it_is_worked_out_once(atlas, monkeypatch):
    made = counted(monkeypatch)
    gate = threading.Barrier(8)

    def ask() -> None:
        gate.wait()
        atlas.answer(Query(source="offences", layer="local_moran"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == sorted({MAP, WEEK, MONTHS, GRADIENT})


def test_what_failed_is_tried_again():
    memory: Memory[str, int] = Memory(2)
    with pytest.raises(ZeroDivisionError):
        memory.get("a", lambda: 1 // 0)
    assert memory.get("a", lambda: 1) == 1


def test_every_parameter_that_is_heeded_is_heeded_by_something():
    heeds = frozenset().union(*(one.heeds for one in (*LAYERS.values(), *MEASURES.values())))
    assert heeds == {one.name for one in PARAMETERS.values() if one.heeded}


def test_the_columns_of_the_index_are_those_of_the_level(small_atlas):
    s = small_atlas.asked(Query(source="offences", level="ward"))
    assert isinstance(s.monthly(), pd.DataFrame)
    assert s.monthly().index.equals(s.frame.index)
    assert replace(small_atlas.levels["ward"]).frame.equals(s.frame)
