"""Persons with several events: numbered at import, never named again, and allowed for in the limits."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo.answer.atlas import Atlas
from geo.ask.query import Query
from geo.ask.viewer import CLEARED_OWNER
from geo.data.ingest import import_files
from geo.data.mapping import read_mapping
from geo.data.read_table import read_table
from geo.data.readers import known_again, together
from geo.data.store import Store
from geo.data.table import PERSONS, parse_persons
from geo.out.export import FORMATS, export
from geo.stats import deprivation, intervals, rates
from geo.tell.exhibits import EXHIBITS
from geo.tell.exhibits.exhibit import NotPossible
from geo.tell.exhibits.part import Part
from tests.support import small_county as small

NAMES = np.array([f"PSEUDONYM{i:04d}" for i in range(120)])


def attendances() -> pd.DataFrame:
    """The small county's attendances, by 120 persons some of whom come often; every tenth is not known."""
    rows = small.attendances()
    rng = np.random.default_rng(3)
    often = rng.dirichlet(np.full(len(NAMES), 0.4))
    rows["Token_Person_ID"] = rng.choice(NAMES, len(rows), p=often)
    home = dict(zip(NAMES, rng.choice(small.CODES[:8], len(NAMES)), strict=True))
    rows["LSOA_Of_Residence"] = rows["Token_Person_ID"].map(home)
    rows.loc[::10, "Token_Person_ID"] = ""
    return rows


@pytest.fixture(scope="module")
def folder(small_county: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data folder of the small county whose attendances name persons."""
    path = tmp_path_factory.mktemp("persons")
    shutil.copytree(small_county, path / "data")
    attendances().to_csv(path / "ae.csv", index=False)
    receipt = import_files(path / "data", "ae", [path / "ae.csv"])
    assert "of all that is loaded are further events of the same person" in receipt.notes[0]
    most = pd.Series(attendances()["Token_Person_ID"]).replace("", pd.NA).value_counts().iloc[0]
    assert f"One person has {most}: what is shown to others" in receipt.notes[0]
    assert receipt.notes[0].endswith(f"with a budget of 4, and that person with {4 * most}.")
    return path / "data"


@pytest.fixture(scope="module")
def atlas(folder: Path) -> Atlas:
    """Opened cleared: of the protected version persons are not known."""
    return Atlas.open(folder, CLEARED_OWNER)


# ---------------------------------------------------------------- on the way in


def table(cells: list[str]) -> object:
    return read_table("file.csv", ("Person,x\n" + "".join(f"{c},1\n" for c in cells)).encode())


def test_numbers_say_which_events_are_one_persons_and_nothing_else():
    numbers = parse_persons(table(["b", "a", "", "b", "-1", "NULL", "c"]), "Person")["person"]
    assert numbers.tolist()[2] == numbers.tolist()[4] == numbers.tolist()[5] == 0
    assert numbers[0] == numbers[3]
    assert sorted({*numbers}) == [0, 1, 2, 3]
    names = [f"{i:05d}" for i in range(500)]
    numbers = parse_persons(table(names), "Person")["person"]
    assert abs(np.corrcoef(numbers, np.arange(500))[0, 1]) < 0.2  # neither in order of name nor of row
    again = parse_persons(table(names), "Person")["person"]
    assert again.tolist() == numbers.tolist()  # the same file, the same numbers
    fewer = parse_persons(table(names[:-1]), "Person")["person"]
    assert (fewer.to_numpy() == numbers[:-1].to_numpy()).mean() < 0.05  # no number belongs to a name


def test_a_reference_is_known_again_in_another_file_unless_it_is_a_running_number():
    one, two = (parse_persons(table(cells), "Person") for cells in (["x9", "", "b7"], ["c3", "x9"]))
    assert one["person_key"][0] == two["person_key"][1] != one["person_key"][2]
    assert one["person_key"][1] == 0 < one["person_key"].max() <= 2**53
    one, two = (parse_persons(table(cells), "Person") for cells in (["1", "2", "3"], ["1", "2"]))
    assert not {*one["person_key"]} & {*two["person_key"]}
    far, away = (parse_persons(table(["7", cell]), "Person")["person_key"] for cell in ("90210", "80000"))
    assert far[0] == away[0] != far[1]


def test_persons_of_two_files_are_one_where_their_key_says_so():
    one = pd.DataFrame({"x": [1, 2, 3], "person": np.array([1, 2, 1], np.int32)})
    two = pd.DataFrame({"x": [4, 5, 6], "person": np.array([1, 0, 1], np.int32)})
    none = pd.DataFrame({"x": [7]})
    numbers = together([one.copy(), none.copy(), two.copy()])["person"]
    assert numbers.dtype == np.int32
    assert numbers.iloc[0] == numbers.iloc[2] != numbers.iloc[1]
    assert numbers.iloc[4] == numbers.iloc[6] not in {*numbers[:3]}
    assert numbers.iloc[3] == numbers.iloc[5] == 0
    assert "person" not in known_again(together([none, none]))
    keyed = two.assign(person_key=[2**53, 0, 2**53])
    frames = [keyed.iloc[:1], one, none, keyed]
    events = known_again(together([frame.copy() for frame in frames]))
    assert "person_key" not in events and events["person"].tolist() == [1, 2, 3, 2, 0, 1, 0, 1]


@pytest.mark.parametrize("column", [*PERSONS, "Token_Person_ID"])
def test_hospital_extracts_may_name_persons(column: str):
    from geo.data.sources import SOURCES

    rows = small.attendances(n=20).assign(**{column: ["p", "q"] * 10})
    part = read_table("ae.csv", rows.to_csv(index=False).encode())
    events = SOURCES["ae"].readers[0].parse(part)
    assert events["person"].nunique() == 2
    assert "p" not in set(events["person"].astype(str))


def test_a_mapping_may_name_persons(tmp_path: Path):
    (tmp_path / "knife.toml").write_text(
        'label = "Knife injuries"\nplace = "residence"\ndisclosure = "controlled"\ncategory = "Knife"\n'
        '[columns]\ndate = "Seen"\narea = "Home"\nperson = "Who"\n'
    )
    source = read_mapping(tmp_path / "knife.toml", "knife")
    part = read_table("k.csv", b"Seen,Home,Who\n01/02/2023,E01035001,zz\n02/02/2023,E01035001,zz\n")
    assert source.readers[0].parse(part)["person"].tolist() == [1, 1]


def test_no_identifier_stays_anywhere(folder: Path, atlas: Atlas):
    import pyarrow.parquet as pq

    for path in folder.rglob("*"):
        if path.suffix == ".json":
            assert "PSEUDONYM" not in path.read_text(encoding="utf-8")
        if path.suffix == ".parquet":
            assert "PSEUDONYM" not in str(pq.read_table(path).to_pydict())
    for key in ("csv", "json", "geojson", "xlsx", "gpkg", "parquet"):
        written = export(atlas, Query(source="ae", measure="dsr"), key)
        assert b"person_" not in written and b'"person"' not in written and b",person," not in written
    assert set(FORMATS) >= {"csv", "json", "geojson", "xlsx", "gpkg", "parquet"}
    again = import_files(folder, "ae", [folder.parent / "ae.csv"])
    assert "loaded already" in again.notes[0]


def test_persons_are_known_again_in_another_delivery_by_the_secret_alone(folder: Path, tmp_path: Path):
    shutil.copytree(folder, tmp_path / "data")
    rows = attendances()
    january = rows[rows["Arrival_Date"].str.contains("/01/2023")]
    january.to_csv(tmp_path / "january.csv", index=False)
    import_files(tmp_path / "data", "ae", [tmp_path / "january.csv"])
    events = Store(tmp_path / "data").open(CLEARED_OWNER).incidents("ae")
    assert "person" not in Store(tmp_path / "data").open().incidents("ae")
    first = events["month"] == events["month"].min()
    assert first.sum() == len(january)
    who = attendances()["Token_Person_ID"].replace("", pd.NA)
    assert events["person"][events["person"] > 0].nunique() == who.nunique()
    of_january, later = (set(events.loc[(first == which) & (events["person"] > 0), "person"])
                         for which in (True, False))  # fmt: skip
    wanted = {*who[january.index].dropna()} & {*who.drop(january.index).dropna()}
    assert len(of_january & later) == len(wanted) > 0  # one person in two files is one
    files = [pd.read_parquet(path) for path in (tmp_path / "data" / "cleared").glob("*.parquet")]
    stored = pd.concat([file for file in files if "person_key" in file])
    bare = parse_persons(read_table("ae.csv", january.to_csv(index=False).encode()), "Token_Person_ID")
    assert stored["person_key"].max() > 0 and not {*stored["person_key"]} & {*bare["person_key"]} - {0}


def test_how_many_persons_had_how_many_events_is_told_to_whom_may_see_it(atlas: Atlas, folder: Path):
    def part(of: Atlas) -> Part:
        return Part(of, of.exactly("level=lsoa&source=ae"), of.sources["ae"].gate)

    told = EXHIBITS["repeat_persons"][1](part(atlas))
    who = attendances()["Token_Person_ID"]
    each = who[who != ""].value_counts()
    classes = [int((each == size).sum()) for size in range(1, 5)] + [int((each >= 5).sum())]
    assert told.table["Persons"].tolist() == classes
    share = each[each >= 5].sum() / each.sum()
    assert told.table["Share of events"].iloc[-1] == pytest.approx(100 * share)
    several = each[each > 1]
    assert told.finding.startswith(
        f"{len(several) / len(each):.0%} of the persons known had several attendances, "
        f"{several.sum() / each.sum():.0%} of all."
    )
    assert any(f"{(who == '').sum()} attendances of a person not known" in one for one in told.caveats)
    with pytest.raises(NotPossible, match="the same person's"):
        EXHIBITS["repeat_persons"][1](part(Atlas.open(folder)))


# ---------------------------------------------------------------- in the limits


def frequencies(rows: pd.DataFrame, place: str) -> pd.DataFrame:
    """Σ f² by place and age band, by pandas alone."""
    rows = rows.assign(band=np.minimum(rows["Age_At_Arrival"].astype(int) // 5, 18))
    rows["who"] = rows["Token_Person_ID"].where(rows["Token_Person_ID"] != "", "row" + rows.index.astype(str))
    times = (rows.groupby([place, "band", "who"]).size() ** 2).reset_index(name="square")
    table = times.pivot_table(index=place, columns="band", values="square", aggfunc="sum", fill_value=0)
    return table.reindex(columns=range(19), fill_value=0)


@pytest.mark.parametrize("level", ["lsoa", "borough"])
@pytest.mark.parametrize("hour", [(), (20, 21, 22, 23)])
def test_squares_are_those_of_the_raw_file_at_every_level(atlas: Atlas, level: str, hour: tuple[int, ...]):
    slice_ = atlas.asked(Query(source="ae", measure="dsr", level=level, hour=hour))
    n = len(slice_.frame)
    rows = attendances()
    if hour:
        rows = rows[rows["Arrival_Time"].str[:2].astype(int).isin(hour)]
    squares = small.areas().set_index("LSOA21CD")
    rows["place"] = (
        rows["LSOA_Of_Residence"].map(squares["lad"]) if level == "borough" else rows["LSOA_Of_Residence"]
    )
    wanted = frequencies(rows, "place").reindex(slice_.frame.index, fill_value=0)
    np.testing.assert_array_equal(slice_.squares(np.arange(n), n), wanted)
    known = rows.loc[rows["Token_Person_ID"] != "", "Token_Person_ID"]
    assert slice_.repeats() == len(known) - known.nunique()


def test_limits_grow_and_the_rate_stays(atlas: Atlas, folder: Path):
    query = Query(source="ae", measure="dsr", level="borough")
    slice_ = atlas.asked(query)
    events, people = slice_.ages()
    table = atlas.answer(query).table
    independent = rates.dsr(events, people, years=slice_.years)
    known = independent["value"].notna().to_numpy()
    np.testing.assert_allclose(table["dsr_per_100k"], independent["value"], rtol=5e-3)
    assert (table["upper_ci"][known] > independent["upper_ci"][known] * 1.01).all()
    assert (table["lower_ci"][known] < independent["lower_ci"][known] * 0.99).all()
    said = [c for c in atlas.answer(query).caveats if "same person" in c]
    assert said == [
        f"{slice_.repeats()} of 400 attendances are further ones of the same person; the limits allow for it."
    ]


def test_limits_by_deprivation_allow_for_persons_too(atlas: Atlas):
    answer = atlas.answer(Query(source="ae", measure="dsr"))
    slice_ = atlas.asked(answer.query)
    events, people = slice_.ages()
    fifth = (slice_.frame["imd_decile"].to_numpy(int) + 1) // 2
    alone = deprivation.gradient(events, people, fifth, groups=5, years=slice_.years)
    found = answer.gradient.fifths
    known = alone["value"].notna().to_numpy()[: len(found)]
    assert known.any()
    assert (found["upper_ci"][known] > alone["upper_ci"].to_numpy()[: len(found)][known] * 1.01).all()
    np.testing.assert_allclose(
        found[answer.gradient.column][known], alone["value"].to_numpy()[: len(found)][known], rtol=5e-3
    )


def test_a_folder_without_persons_still_opens_and_says_nothing_of_them(small_atlas: Atlas):
    answer = small_atlas.answer(Query(source="ae", measure="dsr"))
    assert not any("same person" in caveat for caveat in answer.caveats)
    slice_ = small_atlas.asked(Query(source="ae"))
    assert slice_.squares(np.arange(36), 36) is None
    assert slice_.repeats() == 0


def test_limits_of_a_controlled_source_do_not_tell_its_counts(folder: Path):
    """(upper − value) / (value − lower) depends on the number of events alone, if it is known well enough."""
    table = Atlas.open(folder).answer(Query(source="ae", measure="dsr")).table.dropna(subset=["dsr_per_100k"])
    value, lower, upper = (table[c].to_numpy() for c in ("dsr_per_100k", "lower_ci", "upper_ci"))
    for numbers in (value, lower, upper):
        assert all(float(f"{number:.3g}") == number for number in numbers)
    half = 0.5 * 10 ** (np.floor(np.log10(upper)) - 2)
    low, high = ((upper - value + sign * 2 * half) / (value - lower - sign * 2 * half) for sign in (-1, 1))
    events = np.arange(8, 400)
    byar = intervals.byar(events)
    telling = (byar[1] - events) / (events - byar[0])
    fitting = (telling >= low[:, None]) & (telling <= high[:, None])
    assert (fitting.sum(axis=1) >= 5).all()
