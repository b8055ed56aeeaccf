"""Events that an import packed: those who open the folder map them, and count as if they read the tables."""

import itertools
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo.answer import in_memory
from geo.answer.atlas import Atlas
from geo.answer.county import open_new
from geo.answer.cube import Cube
from geo.answer.in_memory import IN_MEMORY, keep, role_of
from geo.answer.packed import opened, pack
from geo.ask.problem import Withheld
from geo.ask.query import Query
from geo.ask.viewer import CLEARED_OWNER, OTHERS, OWNER, Viewer
from geo.data import arrays, exclusions
from geo.data.arrays import Arrays, is_packed
from geo.data.ingest import import_files
from geo.data.missing import Damaged
from geo.data.store import CLEARED, Snapshot, Store
from tests.support import small_county as small

VIEWERS = {"owner": OWNER, "others": OTHERS, "cleared": CLEARED_OWNER}


def packed_roles(folder: Path) -> set[str]:
    return {role for role in Store(folder).in_force().roles() if is_packed(role)}


@pytest.fixture(scope="module")
def kept(small_county: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The county of squares with its events packed; only to be read."""
    folder = tmp_path_factory.mktemp("kept") / "data"
    shutil.copytree(small_county, folder)
    with Store(folder).transaction() as change:
        keep(change)
    return folder


@pytest.fixture
def own(kept: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return Path(shutil.copytree(kept, tmp_path / "data"))


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody reads a table of events."""

    def refuse(*_: object) -> None:
        raise AssertionError("a table of events was read")

    monkeypatch.setattr(Snapshot, "events", refuse)


def assert_same(one: Cube, other: Cube) -> None:
    assert (one.categories, one.n_areas) == (other.categories, other.n_areas)
    for name in ("months", "area", "age", "day", "offsets"):
        mine, theirs = getattr(one, name), getattr(other, name)
        assert mine.dtype == theirs.dtype, name
        np.testing.assert_array_equal(mine, theirs, name)
    pd.testing.assert_frame_equal(one.standing, other.standing)
    assert list(one.extra) == list(other.extra)
    for name in one.extra:
        pd.testing.assert_series_equal(one.extra.columns[name], other.extra.columns[name])
        assert one.extra.texts(name) == other.extra.texts(name), name


# ---------------------------------------------------------------- the same answers


def assert_packed_as_stored(folder: Path, viewer: Viewer) -> None:
    """Events that are mapped are those of the tables, which every source is read from besides."""
    snapshot = Store(folder).open(viewer)
    areas = snapshot.columns("areas/lsoa", ["name"]).index
    for source in snapshot.sources():
        months = snapshot.months(source)
        mapped = IN_MEMORY.open(snapshot, source, areas, months)
        read = opened(snapshot, snapshot.events(source), areas, months)
        assert isinstance(mapped.counts, Cube) and isinstance(read.counts, Cube)
        assert_same(mapped.counts, read.counts)
        assert mapped.excluded == read.excluded
        assert dict(mapped.counts.defined) == dict(read.counts.defined)
        assert not mapped.counts.area.flags.writeable, "it was read"


@pytest.mark.parametrize("viewer", VIEWERS.values(), ids=VIEWERS)
def test_packed_events_are_those_of_the_tables(kept: Path, viewer: Viewer) -> None:
    assert_packed_as_stored(kept, viewer)


def test_events_that_are_packed_as_they_come_in_are_those_of_the_tables(
    small_areas: Path, tmp_path: Path
) -> None:
    data = Path(shutil.copytree(small_areas, tmp_path / "data"))
    both = {"offences": small.offences(), "ae": small.attendances()}
    for part, (kind, rows) in itertools.product(range(2), both.items()):
        half = len(rows) // 2
        file = tmp_path / f"{kind}{part}.csv"
        (rows.iloc[half:] if part else rows.iloc[:half]).to_csv(file, index=False)
        import_files(data, kind, [file], add=bool(part), opening=open_new)
        for viewer in VIEWERS.values():
            assert_packed_as_stored(data, viewer)
    both["offences"].iloc[::3].to_csv(tmp_path / "again.csv", index=False)  # it replaces months
    import_files(data, "offences", [tmp_path / "again.csv"], opening=open_new)
    for viewer in VIEWERS.values():
        assert_packed_as_stored(data, viewer)


@pytest.mark.parametrize("viewer", VIEWERS.values(), ids=VIEWERS)
def test_who_opens_a_folder_reads_no_table_of_events_and_answers_the_same(
    kept: Path, small_county: Path, viewer: Viewer, unread: None
) -> None:
    with pytest.raises(AssertionError, match="was read"):
        Atlas.open(small_county, viewer)
    Atlas.open(kept, viewer)


@pytest.mark.parametrize("viewer", VIEWERS.values(), ids=VIEWERS)
def test_a_folder_of_an_earlier_version_is_the_same_version_and_gives_the_same_answers(
    kept: Path, small_county: Path, viewer: Viewer
) -> None:
    assert not packed_roles(small_county)
    mapped, read = Atlas.open(kept, viewer), Atlas.open(small_county, viewer)
    assert mapped.version == read.version
    assert mapped.catalogue.sources == read.catalogue.sources
    for source in mapped.sources:
        for asked in ("", "layer=significance", "hour=22,23,0&level=ward", "sex=F", "measure=rate"):
            query = Query.parse(f"source={source}&{asked}")[0]
            one, other = mapped.answer(query), read.answer(query)
            pd.testing.assert_frame_equal(one.table, other.table)
            assert (one.finding, one.description, one.caveats) == (
                other.finding,
                other.description,
                other.caveats,
            )


def test_columns_of_every_kind_come_back(tmp_path: Path) -> None:
    events = pd.DataFrame(
        {
            "category": pd.Categorical(["B", "A", "B", None, "A"]),
            "lsoa": pd.Categorical(["y", None, "x", "x", "outside"]),
            "month": np.array([24_276, 24_277, 24_276, 24_277, 24_277], np.int32),
            "date": pd.to_datetime(["2023-01-02", None, "2023-01-31", "2023-02-01", "2023-02-28"]),
            "hour": pd.array([3, None, 23, 0, 12], "Int8"),
            "text": pd.Series(["q", None, "p", "q", "r"], dtype="str"),
            "packed": pd.Categorical(["n", "m", None, "n", "m"], categories=["n", "unused", "m"]),
            "flag": pd.array([True, None, False, True, None], "boolean"),
            "mixed": pd.Series([True, np.nan, False, True, np.nan], dtype=object),
            "whole": pd.array([1, None, 3, 4, 5], "Int16"),
            "plain": np.array([5, 4, 3, 2, 1], np.int32),
            "length": np.array([0.5, np.nan, 2, 3, 4], np.float32),
            "none": pd.array([None] * 5, "boolean"),
            "nothing": pd.Categorical([None] * 5, categories=["a"]),
        }
    ).dropna(subset="category", ignore_index=True)
    cube = replace(pack(events, pd.Index(["x", "y"]), [24_270]), standing=exclusions.standing_out(events))
    file = tmp_path / f"cube{arrays.ENDING}"
    file.write_bytes(arrays.to_arrow(in_memory._arrays_of(cube, ("a",))))
    found = arrays.from_arrow(file)
    assert_same(in_memory._cube_of(found), cube)
    for name in cube.extra:
        one, other = in_memory._cube_of(found).extra[name], cube.extra[name]
        pd.testing.assert_series_equal(pd.Series(one), pd.Series(other))


def test_where_files_cannot_be_mapped_they_are_read(
    kept: Path, monkeypatch: pytest.MonkeyPatch, unread: None
) -> None:
    monkeypatch.setattr(arrays, "MAPPED", False)
    assert Atlas.open(kept).sources["offences"].cube.n_events


# ---------------------------------------------------------------- whole, and of what is stored


@pytest.mark.parametrize("damage", ["a bit", "cut", "removed"])
@pytest.mark.parametrize("viewer", [OTHERS, CLEARED_OWNER], ids=["others", "cleared"])
def test_damage_is_found_on_opening_by_those_who_would_map_it(own: Path, viewer: Viewer, damage: str) -> None:
    snapshot = Store(own).open(viewer)
    role = role_of(snapshot, "ae")
    assert role.startswith(CLEARED) == (viewer is CLEARED_OWNER)
    path = snapshot.path(role)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.unlink()
    if damage != "removed":
        path.write_bytes(content if damage == "a bit" else content[:-1])
    with pytest.raises(Damaged, match=f"stored table {role}"):
        Store(own).open(viewer)
    if viewer is CLEARED_OWNER:
        assert Atlas.open(own, OTHERS).version == Atlas.open(own, OTHERS).version, "they open none of it"


def test_others_open_none_of_the_true_events(kept: Path, tmp_path: Path) -> None:
    snapshot = Store(kept).open(OTHERS)
    hidden = {role for role in packed_roles(kept) if role.startswith(CLEARED)}
    assert hidden and not hidden & set(snapshot.opened())
    assert snapshot.path(role_of(snapshot, "ae")).parent.name == "objects"
    for role in hidden:
        assert snapshot.path(role).parent.name == CLEARED
        with pytest.raises(Withheld, match="true events"):
            snapshot.read(role)
        assert isinstance(snapshot.seen_by(CLEARED_OWNER).read(role), Arrays)
    without = Path(shutil.copytree(kept, tmp_path / "without"))
    shutil.rmtree(without / CLEARED)
    for viewer in (OTHERS, OWNER):
        assert Atlas.open(without, viewer).version == Atlas.open(kept, OTHERS).version


@pytest.mark.parametrize(
    "change",
    [
        lambda change: change.put("incidents/offences/more", change.read(change.deliveries("offences")[0])),
        lambda change: change.remove(change.deliveries("offences")[0]),
    ],
    ids=["put", "removed"],
)
def test_events_that_changed_are_no_more_those_that_were_packed(own: Path, change: object) -> None:
    before = packed_roles(own)
    with Store(own).transaction() as transaction:
        assert callable(change)
        change(transaction)
    of_offences = {role for role in before if role.endswith("/offences")}
    assert of_offences and packed_roles(own) == before - of_offences, "those of other sources are still right"


def test_a_list_of_places_makes_them_others_until_they_are_packed_again(own: Path) -> None:
    area = small.CODES[0]
    with Store(own).transaction() as change:
        change.put(exclusions.ROLE, exclusions.place(name="Depot", area=area))
    assert Atlas.open(own).sources["offences"].info.excluded == ("Depot",)
    with Store(own).transaction() as change:
        keep(change)
    assert Atlas.open(own).sources["offences"].info.excluded == ("Depot",)
    snapshot = Store(own).open()
    [said] = [snapshot.read(role).said for role in [role_of(snapshot, "offences")]]
    assert said["excluded"] == ["Depot"]


def test_an_import_packs_what_it_changed_and_leaves_the_rest(
    small_areas: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unread: None
) -> None:
    data = Path(shutil.copytree(small_areas, tmp_path / "data"))
    street = "Crime ID,Month,LSOA code,Crime type\n"
    events = "".join(f"c{k:06d},2023-01,{small.CODES[k % 36]},Robbery\n" for k in range(40))
    (tmp_path / "2023-01-west-street.csv").write_text(street + events)
    monkeypatch.undo()
    files = [tmp_path / "2023-01-west-street.csv"]
    import_files(data, "offences", files, opening=open_new)
    assert packed_roles(data) == {"packed/offences"}
    monkeypatch.setattr(Snapshot, "events", lambda *_: pytest.fail("a table of events was read"))
    with Store(data).transaction(place="Elsewhere") as change:
        keep(change)
    assert Atlas.open(data).sources["offences"].cube.n_events == 40
    kept = {path.name for path in (data / "objects").glob(f"*{arrays.ENDING}")}
    Store(data).tidy()
    assert {path.name for path in (data / "objects").glob(f"*{arrays.ENDING}")} == kept
    assert Atlas.open(data).sources["offences"].cube.n_events == 40


def test_packed_events_of_another_form_are_not_taken(
    kept: Path, monkeypatch: pytest.MonkeyPatch, unread: None
) -> None:
    monkeypatch.setattr(in_memory, "FORM", in_memory.FORM + 1)
    with pytest.raises(AssertionError, match="was read"):
        Atlas.open(kept)


def test_what_was_packed_is_told_in_the_list_of_tables(kept: Path) -> None:
    name = (kept / "CURRENT").read_text().split()[0]
    objects = json.loads((kept / "versions" / name).read_text())["objects"]
    for role in packed_roles(kept):
        source = role.rpartition("/")[2]
        assert objects[role]["rows"] > 0 and len(objects[role]["derived"]) == 64, source
