"""The data folder: versions, whole writes, and what a crash or a damaged file does."""

import contextlib
import json
import os
from pathlib import Path
from threading import Event, Thread

import geopandas as gpd
import geopandas.testing
import numpy as np
import pandas as pd
import pytest
from shapely import box

from geo.ask.problem import Problem
from geo.data import store as module
from geo.data.distinct import unpacked
from geo.data.missing import Damaged
from geo.data.readers import incidents
from geo.data.store import Snapshot, Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "data")


def frame(*values: int) -> pd.DataFrame:
    return pd.DataFrame({"value": list(values)}, index=pd.Index([f"E{v}" for v in values], name="lsoa21cd"))


def put(store: Store, **roles: pd.DataFrame) -> Snapshot:
    with store.transaction() as change:
        for role, table in roles.items():
            change.put(role, table)
    return store.open()


def faults(store: Store) -> list[str]:
    return list(store.in_force().faults())


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_table_comes_back_as_it_was_put(store: Store) -> None:
    pd.testing.assert_frame_equal(put(store, a=frame(1, 2)).read("a"), frame(1, 2))


def test_areas_come_back_with_their_shapes(store: Store) -> None:
    areas = gpd.GeoDataFrame(frame(1), geometry=[box(0, 0, 1, 1)], crs="EPSG:27700")
    back = put(store, a=areas).read("a")
    gpd.testing.assert_geodataframe_equal(back, areas)
    assert back.crs.to_epsg() == 27700


def test_events_come_back_with_their_types(store: Store) -> None:
    day = pd.Series(pd.to_datetime(["2023-03-26", "2023-10-29"]))
    events = incidents(
        category=pd.Series(["Robbery"] * 2), date=day, hour=pd.Series([3, pd.NA], dtype="Int8")
    )
    with store.transaction() as change:
        change.put("incidents/offences/x", events)
        change.manifest["batches"]["incidents/offences/x"] = {
            "source": "offences",
            "months": ["2023-10", "2023-03"],
        }
    snapshot = store.open()
    pd.testing.assert_frame_equal(snapshot.incidents("offences"), unpacked(events))
    assert snapshot.months("offences") == [2023 * 12 + 2, 2023 * 12 + 9]


def test_a_reader_keeps_the_version_that_it_opened(store: Store) -> None:
    old = put(store, a=frame(1), b=frame(2))
    new = put(store, a=frame(3))
    assert old.read("a")["value"].tolist() == [1]
    assert new.read("a")["value"].tolist() == [3]
    assert new.read("b")["value"].tolist() == [2], "what was not written anew stays"
    assert old.version != new.version


def test_the_same_data_are_the_same_version_and_are_stored_once(store: Store, tmp_path: Path) -> None:
    other = Store(tmp_path / "other")
    assert put(store, a=frame(1), b=frame(1)).version == put(other, a=frame(1), b=frame(1)).version
    assert len(list((store.folder / "objects").iterdir())) == 1


def test_a_transaction_without_a_change_writes_no_version(store: Store) -> None:
    put(store, a=frame(1))
    before = files(store.folder)
    put(store, a=frame(1))
    assert files(store.folder) == before


def test_an_error_leaves_nothing_behind(store: Store) -> None:
    put(store, a=frame(1))
    before = files(store.folder)
    with pytest.raises(Problem, match="bad row"), store.transaction(place="Elsewhere") as change:
        change.put("a", frame(2))
        change.remove("a")
        raise Problem("bad row")
    assert files(store.folder) == before
    assert store.open().read("a")["value"].tolist() == [1]
    assert store.open().place == ""


class Crash(BaseException):
    """The process dies here."""


@pytest.mark.parametrize("tidies", [True, False])
@pytest.mark.parametrize("step", range(8))
def test_a_crash_at_any_write_loses_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch, step: int, tidies: bool
) -> None:
    """Die before or after each of the four moves of a commit (two objects, manifest, pointer)."""
    put(store, a=frame(1))
    moves = 0

    def move(source: str, target: Path) -> None:
        nonlocal moves
        if moves * 2 == step:
            raise Crash
        replace(source, target)
        if moves * 2 + 1 == step:
            raise Crash
        moves += 1

    replace = os.replace
    with monkeypatch.context() as patch:
        patch.setattr(module.os, "replace", move)
        if not tidies:  # stopped by Ctrl+C it tidies up; a process that died does not
            patch.setattr(Path, "unlink", lambda *_, **__: None)
        with pytest.raises(Crash):
            put(store, a=frame(2), b=frame(3))
    survived = store.open()
    assert faults(store) == []
    assert survived.read("a")["value"].tolist() == ([2] if step == 7 else [1])
    assert survived.has("b") == (step == 7)
    assert put(store, c=frame(4)).read("c")["value"].tolist() == [4], "the next import works"


def test_a_full_disk_is_told_in_a_sentence(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store, a=frame(1))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", full)
    with pytest.raises(Problem, match=r"No space left on device.*nothing was changed"):
        put(store, a=frame(2))
    assert store.open().read("a")["value"].tolist() == [1]


class Held:
    """What writes tables, stopped until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, fails: bool = False) -> None:
        self._let_go, self._fails, self._write = Event(), fails, module.write_whole
        monkeypatch.setattr(module, "write_whole", self)

    def __call__(self, path: Path, content: bytes) -> None:
        if path.suffix == ".parquet":
            assert self._let_go.wait(30)
            if self._fails:
                raise OSError(28, "No space left on device")
        self._write(path, content)

    def let_go(self) -> None:
        self._let_go.set()


EVENTS = incidents(category=pd.Series(["Robbery", "Drugs"]), month=pd.Series([24276, 24277]))


def test_events_are_written_while_others_go_on(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    held, told = Held(monkeypatch), list[str]()
    with store.transaction() as change:
        change.put_events("incidents/offences/x", EVENTS)
        assert change.has("incidents/offences/x"), "though nothing is written yet"
        change.put_just_now.clear()
        asking = Thread(target=lambda: told.append(change.version))
        asking.start()
        held.let_go()
        assert len(change.read("incidents/offences/x")) == 2, "who reads them waits"
        asking.join()
    assert told == [store.open().version], "who asks for the version waited too"
    entry = store.open().manifest["objects"]["incidents/offences/x"]
    assert (entry["rows"], entry["derived"]) == (2, False)


def test_a_version_comes_into_force_when_its_events_are_written(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(monkeypatch)
    with store.transaction() as change:
        change.put_events("incidents/offences/x", EVENTS.iloc[:1])
        change.put_events("incidents/offences/x", EVENTS)
        assert store.empty
        held.let_go()
    assert len(store.open().read("incidents/offences/x")) == 2, "what was put last"


@pytest.mark.parametrize("given_up", [False, True])
def test_events_that_cannot_be_written_change_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch, given_up: bool
) -> None:
    put(store, a=frame(1))
    before = files(store.folder)
    with monkeypatch.context() as patch:
        held = Held(patch, fails=not given_up)
        wrong = pytest.raises(
            KeyError if given_up else Problem, match="given up" if given_up else "nothing was changed"
        )
        with wrong, store.transaction() as change:
            change.put_events("incidents/offences/x", EVENTS)
            held.let_go()
            if given_up:
                raise KeyError("given up")
    assert files(store.folder) == before


@pytest.mark.parametrize("damage", ["a bit", "cut", "removed"])
def test_a_damaged_table_is_found_on_opening_and_the_former_version_is_still_there(
    store: Store, damage: str
) -> None:
    put(store, a=frame(1))
    path = put(store, a=frame(2), b=frame(3)).path("a")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    if damage == "removed":
        path.unlink()
    else:
        path.write_bytes(content if damage == "a bit" else content[:-1])
    told = "is missing" if damage == "removed" else "was changed or damaged"
    with pytest.raises(Damaged, match=rf"table a {told}.* [Rr]estore the folder"):
        store.open()
    assert len(faults(store)) == 1
    former, said = store.open_or_former()
    assert former.read("a")["value"].tolist() == [1]
    assert said.endswith("is shown.")
    path.write_bytes(b"")
    put(store, a=frame(2))
    assert store.open_or_former()[1] == "", "putting it again repairs it"


def test_where_no_version_is_whole_it_is_told(store: Store) -> None:
    put(store, a=frame(1)).path("a").write_bytes(b"")
    with pytest.raises(Damaged):
        store.open_or_former()


def test_every_flipped_bit_of_the_list_and_the_pointer_is_found(store: Store) -> None:
    """Also one that makes another month, another number, or the name of another version of it."""
    put(store, a=frame(1))
    put(store, a=frame(2))
    whole, rng = store.open(), np.random.default_rng(1)
    for path in (store.folder / "CURRENT", store.folder / "versions" / "000002.json"):
        content = path.read_bytes()
        for bit in rng.choice(8 * len(content), 150):
            damaged = bytearray(content)
            damaged[bit // 8] ^= 1 << bit % 8
            path.write_bytes(damaged)
            with contextlib.suppress(Problem):
                assert store.open().manifest == whole.manifest
        path.write_bytes(content)
    assert store.open().manifest == whole.manifest


@pytest.mark.parametrize("content", ["", "{", "{}", "[]", "null", '{"format": 1}'])
def test_a_manifest_that_cannot_be_read_is_told(store: Store, content: str) -> None:
    put(store, a=frame(1))
    (store.folder / "versions" / "000001.json").write_text(content)
    with pytest.raises(Problem, match=r"000001\.json .* cannot be read"):
        store.open()


def test_a_folder_of_another_program_version_is_refused(store: Store) -> None:
    put(store, a=frame(1))
    path = store.folder / "versions" / "000001.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99}))
    with pytest.raises(Problem, match="format 99"):
        store.open()


def test_an_empty_folder_says_what_to_do(store: Store) -> None:
    assert store.empty
    with pytest.raises(Problem, match="hotspots demo"):
        store.open()


def test_a_role_that_is_not_there_says_what_to_do(store: Store) -> None:
    with pytest.raises(Problem, match="holds no population: import it"):
        put(store, a=frame(1)).read("population")


def test_two_imports_at_once_do_not_mix(store: Store) -> None:
    with (
        store.transaction() as change,
        pytest.raises(Problem, match="Another import is writing"),
        store.transaction(),
    ):
        pytest.fail("the second one must not start")
    with store.transaction() as change:
        change.put("a", frame(1))


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Problem, match="cannot be written"), Store(tmp_path / "file").transaction():
        pytest.fail("there is no folder to write to")


def test_a_folder_that_cannot_be_written_is_told(store: Store) -> None:
    put(store, a=frame(1))
    (store.folder / "LOCK").unlink()
    (store.folder / "LOCK").mkdir()
    for write in (store.tidy, store.undo, lambda: put(store, a=frame(2))):
        with pytest.raises(Problem, match="cannot be written"):
            write()


def test_a_derived_table_may_be_made_anew_and_a_given_one_not(store: Store) -> None:
    with store.transaction() as change:
        change.put("a", frame(1), derived=True)
        change.put("b", frame(1))
        assert not change.given("a")
        assert change.given("b")
        assert not change.given("c")


def test_tidying_keeps_what_is_in_force_and_nothing_else(store: Store) -> None:
    put(store, a=frame(1), b=frame(2))
    put(store, a=frame(3))
    (store.folder / "objects" / ".left-by-a-crash").write_bytes(b"part")
    assert store.tidy() == 3, "one object, one manifest, one left over"
    assert store.tidy() == 0
    snapshot = store.open()
    assert faults(store) == []
    assert [snapshot.read(role)["value"].tolist() for role in ("a", "b")] == [[3], [2]]
    assert put(store, c=frame(4)).read("c")["value"].tolist() == [4]
