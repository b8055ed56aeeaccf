"""PostgreSQL gives the numbers of the memory, survives a restart, and holds true events apart."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from geo import cli_engine  # noqa: F401 - adds its command
from geo.answer.atlas import Atlas
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.ask.viewer import CLEARED_OWNER, OTHERS
from geo.cli import run
from geo.data.store import Store
from geo.engines import counted
from geo.engines.contract import NUMBERS, both
from geo.engines.copied import SCHEMA, TRUE_SCHEMA
from geo.engines.postgres import PostgreSQL
from tests.support.postgres import Server, programs_of, server

pytestmark = pytest.mark.skipif(
    programs_of() is None, reason="PostgreSQL is not installed: apt-get install postgresql"
)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # the path of a socket is short
    try:
        with server(folder) as one:
            yield one
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def engine(postgres: Server, small_county: Path) -> PostgreSQL:
    """One that has loaded the county of squares."""
    found = PostgreSQL(postgres.url)
    snapshot = Store(small_county).open(CLEARED_OWNER)
    loaded = found.load(snapshot)
    assert sorted(loaded) == snapshot.roles("cleared/") + snapshot.roles("incidents/")
    assert found.load(snapshot) == []
    return found


def test_300_random_questions_have_the_same_numbers(small_county: Path, engine: PostgreSQL) -> None:
    memory, other = (Atlas.open(small_county, CLEARED_OWNER, *of) for of in ((), (engine,)))
    asked = list(both(memory, other))
    assert [(one.by, one.query) for one in asked if not one.same] == []
    assert len(asked) == 300 and {one.by for one in asked} == set(NUMBERS)
    assert other.sources["ae"].info == memory.sources["ae"].info


def test_areas_that_lie_apart_are_asked_for_as_a_list(
    small_county: Path, engine: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counted, "RUNS", 0)
    memory, other = (Atlas.open(small_county, CLEARED_OWNER, *of) for of in ((), (engine,)))
    assert all(one.same for one in both(memory, other, len(NUMBERS)))


def test_a_restart_costs_one_retried_question(
    postgres: Server, small_county: Path, engine: PostgreSQL
) -> None:
    events = Atlas.open(small_county, engine=engine).sources["offences"].events
    before, lost = events.select(Query()).by_place.tolist(), engine.lost
    postgres.control("restart")
    assert events.select(Query()).by_place.tolist() == before
    assert engine.lost == lost + 1


def test_who_is_refused_is_told_so_at_once(postgres: Server, small_county: Path) -> None:
    stranger = PostgreSQL(postgres.url.replace("postgres@", "stranger@"))
    with pytest.raises(Problem, match=r"refuses .*stranger.*check the role"):
        Atlas.open(small_county, engine=stranger)


def test_only_events_are_copied(small_county: Path, engine: PostgreSQL) -> None:
    snapshot = Store(small_county).in_force()
    objects = snapshot.manifest["objects"]
    objects["cleared/indicators.need/table"] = objects["areas/lsoa"]
    assert engine.load(snapshot) == [], "all events are there already"


def test_who_may_not_see_true_events_asks_as_somebody_who_could_not(
    postgres: Server, small_county: Path, engine: PostgreSQL
) -> None:
    """The role that serves the public has no right to the schema of true events, and needs none."""
    with psycopg.connect(postgres.url) as one:
        one.execute(f"CREATE ROLE viewer LOGIN; GRANT USAGE ON SCHEMA {SCHEMA} TO viewer")
        one.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO viewer")
    weak = PostgreSQL(postgres.url.replace("postgres@", "viewer@"))
    others, expected = Atlas.open(small_county, OTHERS, weak), Atlas.open(small_county, OTHERS)
    for key in expected.sources:
        answers = (one.answer(Query(source=key)) for one in (others, expected))
        assert next(answers).table.equals(next(answers).table)
    with pytest.raises(Problem, match="does not hold cleared/"):
        others.seen_by(CLEARED_OWNER)
    with psycopg.connect(postgres.url) as one:
        held = one.execute("SELECT count(*) FROM pg_tables WHERE schemaname = %s", (TRUE_SCHEMA,)).fetchone()
    assert held == (len(expected.snapshot.roles("cleared/")),)


def tables(postgres: Server) -> set[str]:
    with psycopg.connect(postgres.url) as one:
        found = one.execute("SELECT tablename FROM pg_tables WHERE schemaname LIKE 'hotspots%'").fetchall()
    return {name for (name,) in found}


def test_an_import_comes_into_force_here_and_there_or_nowhere(
    postgres: Server,
    small_county: Path,
    engine: PostgreSQL,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data, raw = tmp_path / "data", small_county.parent / "raw"
    shutil.copytree(small_county, data)
    rows = (raw / "offences.csv").read_text("utf-8").splitlines(keepends=True)
    file = tmp_path / "less.csv"
    file.write_text("".join(rows[: len(rows) // 2]), "utf-8")
    former, there, pointer = Atlas.open(data, engine=engine), tables(postgres), Store(data).pointer
    counted = former.sources["offences"].events.select(Query()).by_place.tolist()

    nobody = postgres.url.replace("postgres@", "viewer@")
    command = ["import", "offences", str(file), "--data", str(data), "--yes", "--engine"]
    capsys.readouterr()
    assert run([*command, nobody]) == 1
    assert "Nothing was loaded into the database" in capsys.readouterr().err
    assert (tables(postgres), Store(data).pointer) == (there, pointer)

    assert run([*command, postgres.url]) == 0
    assert Store(data).pointer != pointer and len(tables(postgres) - there) == 2
    new = Atlas.open(data, engine=engine)
    memory = Atlas.open(data)
    places = [
        one.sources["offences"].events.select(Query()).by_place.tolist() for one in (new, memory, former)
    ]
    assert places[0] == places[1] != places[2] == counted, "who opened the former version goes on reading it"

    assert run(["load", "--data", str(data), "--engine", postgres.url, "--tidy"]) == 0
    assert "0 tables copied" in capsys.readouterr().out
    assert len(tables(postgres)) == len(there) and there & tables(postgres) != there
    assert len(engine.load(Store(small_county).open(CLEARED_OWNER))) == 2


def test_a_damaged_file_is_not_loaded(postgres: Server, small_county: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(small_county, data)
    snapshot = Store(data).in_force()
    role = snapshot.roles("incidents/")[0]
    manifest = json.loads(json.dumps(snapshot.manifest))
    manifest["objects"][role]["sha256"] = "0" * 64
    there = tables(postgres)
    with pytest.raises(Problem, match=f"Nothing was loaded: .* {role} is missing"):
        PostgreSQL(postgres.url).load(type(snapshot)(data, manifest))
    assert tables(postgres) == there


def test_what_is_not_loaded_is_refused_with_the_remedy(postgres: Server, demo_county: Path) -> None:
    with pytest.raises(Problem, match="load it with hotspots load --engine"):
        Atlas.open(demo_county, engine=PostgreSQL(postgres.url))


def test_a_server_that_is_not_there_is_told_without_the_password(
    tmp_path: Path, monkeypatch, small_county
) -> None:
    monkeypatch.setattr("geo.engines.postgres.PATIENCE", 0)
    engine = PostgreSQL(f"postgresql://someone:secret@localhost/db?host={tmp_path}")
    with pytest.raises(Problem, match="does not answer") as told:
        Atlas.open(small_county, engine=engine)
    assert "secret" not in str(told.value)
