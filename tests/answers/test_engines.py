"""An answer does not know who counted: DuckDB, over the same folder, gives the numbers of the memory."""

import pickle
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pytest
import sqlglot

from geo.answer.atlas import Atlas
from geo.answer.county import Loaded
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.ask.viewer import CLEARED_OWNER, OTHERS
from geo.data.ingest import import_files
from geo.engines.contract import NUMBERS, both, questions
from geo.engines.counted import one_of
from geo.engines.duck import DuckDB
from geo.engines.engine import engine_of
from tests.support import small_county as small

pytestmark = pytest.mark.long

PERSONS = [f"PSEUDONYM{number:03d}" for number in range(200)]


@pytest.fixture(scope="module")
def engine() -> DuckDB:
    return DuckDB()


@pytest.fixture(scope="module")
def counted(demo_county: Path, engine: DuckDB) -> Atlas:
    """The demonstration county, true numbers included, counted by DuckDB."""
    return Atlas.open(demo_county, CLEARED_OWNER, engine)


def test_300_random_questions_have_the_same_numbers(
    true_demo_atlas: Atlas, counted: Atlas, small_county: Path, small_atlas: Atlas, engine: DuckDB
) -> None:
    """Few of many events with all that is recorded of persons, many of a county of squares."""
    asked = list(both(true_demo_atlas, counted, 30))
    asked += both(small_atlas, Atlas.open(small_county, engine=engine), 270)
    assert [(one.by, one.query) for one in asked if not one.same] == []
    assert len(asked) == 300 and {one.by for one in asked[:30]} == set(NUMBERS)
    used = {name for one in asked for name, _ in one.query.more}
    assert len(used) > 8 and any(one.query.window for one in asked)


def test_areas_of_a_country_that_lie_apart_are_asked_for_in_one_question(
    true_demo_atlas: Atlas, counted: Atlas, engine: DuckDB
) -> None:
    """Each a condition of its own would be more than an expression may be deep."""
    numbers = ibis.range(12_000).unnest().name("at").as_table()
    pairs = np.flatnonzero(np.arange(12_000) % 3 > 0)
    found = engine.run(numbers.filter(one_of(numbers["at"], pairs)))
    assert sorted(found["at"]) == pairs.tolist()
    areas = np.arange(true_demo_atlas.levels["lsoa"].n) % 3 > 0
    months = [
        atlas.sources["offences"].events.select(Query(hour=(22, 23))).by_month(areas)
        for atlas in (true_demo_atlas, counted)
    ]
    assert np.array_equal(*months) and months[0].sum() > 100


def test_what_can_be_asked_is_the_same(true_demo_atlas: Atlas, counted: Atlas) -> None:
    for key, loaded in true_demo_atlas.sources.items():
        assert counted.sources[key].info == loaded.info


@pytest.mark.parametrize(
    "search",
    [
        "source=offences&layer=getis_ord&night=fri,sat",
        "source=offences&layer=change&compare=28-days&victim_sex=female&clock=aoristic",
        "source=ae&measure=dsr&level=ward&hour=20,21,22,23",
        "source=offences&layer=hot_hours&level=ward&definition=vawg",
    ],
)
def test_an_answer_does_not_know_who_counted(
    true_demo_atlas: Atlas, counted: Atlas, search: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no event is read into this process for it."""
    monkeypatch.setattr(Loaded, "cube", property(lambda loaded: pytest.fail("rows were read")))
    answer = counted.answer(counted.exactly(search))
    monkeypatch.undo()
    expected = true_demo_atlas.answer(true_demo_atlas.exactly(search))
    assert answer.table.equals(expected.table)
    assert (answer.finding, answer.caveats, answer.totals) == (
        expected.finding,
        expected.caveats,
        expected.totals,
    )
    assert answer.months.equals(expected.months) and answer.week.when == expected.week.when


def test_what_a_filter_of_time_cannot_judge_is_asked_for_once(small_county: Path, small_atlas: Atlas) -> None:
    asked = []

    class Watched(DuckDB):
        def _execute(self, sql: str):
            asked.append(sql)
            return super()._execute(sql)

    atlas, some = Atlas.open(small_county, engine=Watched()), np.arange(small_atlas.levels["lsoa"].n) < 20
    for key in small_atlas.sources:
        asked.clear()
        found = [one.sources[key].events.select(Query(hour=(22, 23))) for one in (atlas, small_atlas)]
        assert found[0].untimed() == found[1].untimed() and found[0].untimed(some) == found[1].untimed(some)
        assert len(asked) == 1 and " * " not in asked[0]


def test_an_answer_asks_no_question_twice(small_county: Path) -> None:
    """What a filter of hours cannot judge is told beside the map and beside the week."""
    asked = []

    class Watched(DuckDB):
        def _execute(self, sql: str):
            asked.append(sql)
            return super()._execute(sql)

    atlas = Atlas.open(small_county, engine=Watched())
    for search in ("hour=22,23", "night=fri", "hour=9&layer=hot_hours"):
        asked.clear()
        atlas.answer(atlas.exactly(search))
        assert asked and len(asked) == len(set(asked))


def test_what_needs_single_events_reads_them_when_it_is_asked_for(
    counted: Atlas, true_demo_atlas: Atlas
) -> None:
    loaded, memory = counted.sources["admissions"], true_demo_atlas.sources["admissions"]
    assert (loaded.cube.area == memory.cube.area).all() and loaded.cube is loaded.cube


def test_who_may_not_see_true_events_has_an_engine_that_never_opens_them(
    demo_county: Path, demo_atlas: Atlas
) -> None:
    asked = []

    class Watched(DuckDB):
        def _execute(self, sql: str):
            asked.append(sql)
            return super()._execute(sql)

    others = Atlas.open(demo_county, OTHERS, Watched())
    for key in others.sources:
        others.answer(Query(source=key))
    stored = demo_atlas.snapshot
    true = {role.replace("incidents", "cleared", 1) for role in stored.roles("incidents/")}
    hidden = {stored.path(role).stem for role in stored.roles("cleared/") if role in true}
    assert hidden and asked and not [sql for sql in asked for one in hidden if one in sql]
    cleared = others.seen_by(CLEARED_OWNER)
    assert {one for one in hidden if any(one in sql for sql in asked)} == hidden
    assert cleared.sources["ae"].events.select(Query()).by_place.sum() != 0


def test_every_count_compiles_for_trino(demo_county: Path, engine: DuckDB) -> None:
    """Which no test can start: that it would read each question as it was meant."""
    written = []

    class Written(DuckDB):
        def run(self, expression: Any) -> Any:
            written.append(ibis.to_sql(expression, dialect="trino"))
            return super().run(expression)

    atlas = Atlas.open(demo_county, CLEARED_OWNER, Written())
    for query, by, areas in questions(atlas, len(NUMBERS), 1):
        NUMBERS[by](atlas.sources[query.source].events.select(query), areas)
    assert len(written) > len(NUMBERS)
    assert all(sqlglot.parse_one(sql, read="trino").named_selects for sql in written)


def test_an_engine_is_one_in_each_process(engine: DuckDB) -> None:
    other = pickle.loads(pickle.dumps(engine))
    assert isinstance(other, DuckDB) and other._database is not engine._database


def test_there_is_no_engine_of_any_name() -> None:
    with pytest.raises(Problem, match="There is no engine “oracle”"):
        engine_of("oracle://somewhere")


def test_who_chooses_no_engine_imports_none(demo_county: Path) -> None:
    asked = (
        "import sys; from geo.engines.engine import engine_of; import hotspots, app; engine_of('memory'); "
        "print({'ibis', 'duckdb', 'psycopg', 'sqlglot', 'pyspark'} & sys.modules.keys())"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"


@pytest.fixture(scope="module")
def uneven(small_county: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Attendances of persons in two deliveries, one of which tells no age, and a list of places."""
    path = tmp_path_factory.mktemp("uneven")
    shutil.copytree(small_county, path / "data")
    rows = small.attendances()
    rng = np.random.default_rng(5)
    rows["Token_Person_ID"] = np.where(rng.random(len(rows)) < 0.1, "", rng.choice(PERSONS, len(rows)))
    early = rows["Arrival_Date"].str[3:5] <= "06"
    for name, part in (("first", rows[early]), ("second", rows[~early].assign(Age_At_Arrival=""))):
        part.to_csv(path / f"{name}.csv", index=False)
        import_files(path / "data", "ae", [path / f"{name}.csv"])
    listed = "".join(f"Place {n},custody,{code}\n" for n, code in enumerate(small.CODES[:3]))
    (path / "places.csv").write_text(f"name,kind,area\n{listed}", "utf-8")
    import_files(path / "data", "exclusions", [path / "places.csv"])
    return path / "data"


def test_deliveries_that_differ_and_places_left_out(uneven: Path, engine: DuckDB) -> None:
    memory, other = Atlas.open(uneven, CLEARED_OWNER), Atlas.open(uneven, CLEARED_OWNER, engine)
    assert len(memory.snapshot.deliveries("ae")) == 2 and memory.sources["ae"].info.excluded
    assert [other.sources[key].info for key in memory.sources] == [
        one.info for one in memory.sources.values()
    ]
    asked = list(both(memory, other, 4 * len(NUMBERS)))
    assert [(one.by, one.query) for one in asked if not one.same] == []
    kept = [one.sources["ae"].events.select(Query(source="ae")) for one in (memory, other)]
    everywhere = np.ones(memory.levels["lsoa"].n, bool)
    assert kept[0].repeats(everywhere) == kept[1].repeats(everywhere) > 0
    assert any(one.query["exclude"] for one in asked)
