"""The command import: what becomes of every row, what is refused, and with which exit status."""

import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from geo.ask.problem import Problem
from geo.ask.viewer import CLEARED_OWNER
from geo.cli import run
from geo.data.store import Snapshot, Store
from tests.support import small_county as small
from tests.support.command import STREET, command, street

IN, OUT = small.CODES[0], "E01035999"
JANUARY, FEBRUARY = 2023 * 12, 2023 * 12 + 1


def counts(snapshot: Snapshot, source: str = "offences") -> dict[int, int]:
    return snapshot.incidents(source)["month"].value_counts().sort_index().to_dict()


def test_an_import_says_what_became_of_every_row(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = street(
        tmp_path, "2023-01", f"a,{IN},Robbery", f"a,{IN},Drugs", f"b,{OUT},Drugs", ",,Drugs", ",,Drugs"
    )
    status, out, err = command(capsys, "import", "offences", path, "--data", data)
    assert (status, err) == (0, "")
    said = {line.strip() for line in out.splitlines()[1:]}
    assert {" ".join(line.split()) for line in said} == {
        "5 rows read",
        "2 in the county",
        "1 outside the county",
        "2 without a place",
        "1 equal another row without a reference: kept, as separate events",
        "1 repeat the reference of another row: kept",
        "1 month covered: 2023-01",
        "A dashboard that serves this folder takes the data up within seconds; its open pages say so.",
    }
    assert Store(data).open().incidents("offences")["lsoa"].fillna("").tolist() == [IN, IN, "outside", "", ""]


@pytest.mark.parametrize(
    ("kind", "name", "rows", "untimed"), [("offences", "offences.csv", 3000, 130), ("ae", "ae.csv", 400, 0)]
)
def test_dated_extracts(data: Path, raw: Path, kind: str, name: str, rows: int, untimed: int) -> None:
    assert run(["import", kind, str(raw / name), "--data", str(data)]) == 0
    snapshot = Store(data).open(CLEARED_OWNER)
    receipt = snapshot.manifest["history"][-1]
    assert receipt["rows"] == rows == receipt["in_county"] + receipt["outside"] + receipt["unlocated"]
    assert receipt["untimed"] == pytest.approx(untimed, abs=40)
    assert snapshot.months(kind) == list(range(2023 * 12, 2024 * 12))
    original = pd.read_csv(raw / name, dtype=str, keep_default_na=False)
    place = "LSOA Code" if kind == "offences" else "LSOA_Of_Residence"
    expected = original[place].value_counts()
    found = snapshot.incidents(kind)["lsoa"].value_counts()
    pd.testing.assert_series_equal(
        found.drop("outside", errors="ignore").sort_index(),
        expected[expected.index.isin(small.CODES)].sort_index(),
        check_names=False,
    )


def test_a_bad_file_changes_nothing_and_exits_with_1(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = street(tmp_path, "2023-01", f"a,{IN},Robbery")
    bad = street(tmp_path, "2023-02", f"a,{IN},Robbery", "b,here,Drugs")
    before = Store(data).open().version
    status, out, err = command(capsys, "import", "offences", good, bad, "--data", data)
    assert (status, out) == (1, "")
    assert err.startswith(f"{bad.name}, row 3, column “LSOA code”: ")
    assert Store(data).open().version == before


def test_the_same_files_again_change_nothing(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = street(tmp_path, "2023-01", f"a,{IN},Robbery")
    assert run(["import", "offences", str(path), "--data", str(data)]) == 0
    manifest = (data / "CURRENT").read_text()
    for more in ((), ("--add",)):
        status, out, _ = command(capsys, "import", "offences", path, "--data", data, *more)
        assert status == 0
        assert "loaded already; nothing was changed" in out and "takes the data up" not in out
    assert (data / "CURRENT").read_text() == manifest


def test_months_that_are_loaded_are_replaced(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = [street(tmp_path, "2023-01", f"a,{IN},Robbery"), street(tmp_path, "2023-02", f"b,{IN},Robbery")]
    assert run(["import", "offences", *map(str, both), "--data", str(data)]) == 0
    later = street(tmp_path, "2023-02", f"c,{IN},Drugs", f"d,{IN},Drugs")
    status, out, _ = command(capsys, "import", "offences", later, "--data", data)
    assert status == 0
    assert "1 month replaced: 2023-02" in " ".join(out.split())
    snapshot = Store(data).open()
    assert counts(snapshot) == {JANUARY: 1, FEBRUARY: 2}
    assert snapshot.months("offences") == [JANUARY, FEBRUARY]
    # The first delivery is no longer loaded as it was, so it may be loaded again.
    street(tmp_path, "2023-02", f"b,{IN},Robbery")
    assert run(["import", "offences", *map(str, both), "--data", str(data)]) == 0
    assert counts(Store(data).open()) == {JANUARY: 1, FEBRUARY: 1}


def test_months_that_are_loaded_are_added_to_when_asked(data: Path, tmp_path: Path) -> None:
    for force, more in (("one", []), ("two", ["--add"])):
        path = street(tmp_path, "2023-01", f"a,{IN},Robbery", force=force)
        path.write_text(path.read_text().replace("Robbery", f"Robbery of {force}"))
        assert run(["import", "offences", str(path), "--data", str(data), *more]) == 0
    assert counts(Store(data).open()) == {JANUARY: 2}


def test_what_is_loaded_already_is_not_added_with_something_else(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = street(tmp_path, "2023-01", f"a,{IN},Drugs"), street(tmp_path, "2023-02", f"a,{IN},Drugs")
    assert run(["import", "offences", str(first), "--data", str(data)]) == 0
    status, _, err = command(capsys, "import", "offences", first, second, "--add", "--data", data)
    assert status == 1
    assert f"{first.name} is loaded already" in err


def test_a_month_without_rows_is_covered_and_a_missing_month_is_a_gap(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [
        street(tmp_path, "2023-01", f"a,{IN},Drugs"),
        street(tmp_path, "2023-02"),
        street(tmp_path, "2023-04"),
    ]
    assert run(["import", "offences", *map(str, paths), "--data", str(data)]) == 0
    assert Store(data).open().months("offences") == [JANUARY, FEBRUARY, FEBRUARY + 2]
    status, out, _ = command(capsys, "check", "--data", data)
    assert status == 0
    assert "Police offences: 1 rows, months 2023-01 to 2023-02, 2023-04\n" in out
    assert "not loaded, so gaps and not zeros: 2023-03\n" in out


def test_an_archive_a_folder_and_its_files_say_the_same(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "unpacked"
    versions = []
    for month in ("2023-01", "2023-02"):
        (folder / month).mkdir(parents=True)
        street(folder / month, month, f"a,{IN},Robbery", ",,Drugs")
        (folder / month / f"{month}-square-outcomes.csv").write_text("another,kind\n")
    with zipfile.ZipFile(tmp_path / "archive.zip", "w") as archive:
        for path in sorted(folder.rglob("*.csv")):
            archive.write(path, path.relative_to(folder).as_posix())
    for files in ([folder], [tmp_path / "archive.zip"], sorted(folder.rglob("*street.csv"))):
        assert run(["import", "offences", *map(str, files), "--data", str(data)]) == 0
        snapshot = Store(data).open()
        versions.append((counts(snapshot), snapshot.months("offences"), len(snapshot.sources())))
    assert versions == [({JANUARY: 2, FEBRUARY: 2}, [JANUARY, FEBRUARY], 1)] * 3


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda f: [f / "absent.csv"], "There is no file .*absent.csv"),
        (lambda f: [street(f, "2023-01"), street(f, "2023-01")], "are the same file: give it once"),
        (lambda f: [write(f / "a.csv", STREET.encode())], "a.csv has a header but no events"),
        (lambda f: [f], "The folder .* holds no table"),
        (lambda f: [write(f / "a.zip", b"no archive")], "a.zip is not a whole ZIP archive"),
        (lambda f: [archive(f / "a.zip", {})], "The archive a.zip holds no table"),
        (
            lambda f: [archive(f / "a.zip", {"2023-01-x-outcomes.csv": "a"})],
            "holds no file of police offences",
        ),
        (
            lambda f: [
                archive(f / f"{n}.zip", {"2023-01-x-street.csv": f"{STREET}{n},2023-01,,,,Drugs\n"})
                for n in "ab"
            ],
            "a.zip: 2023-01-x-street.csv and b.zip: .* are the same file.*one after the other",
        ),
        (
            lambda f: [write(f / "2023-02-x-street.csv", STREET.encode() + b"a,2023-01,,,,Drugs\n")],
            "another month",
        ),
        (lambda f: [write(f / "a.csv.gz", b"no gzip")], "a.csv.gz cannot be unpacked"),
        (lambda f: [write(f / "a.csv", STREET.encode() + b"a,2023-01,,,E01000009,Drugs\n")], "2011"),
        (
            lambda f: [write(f / "a.csv", STREET.encode() + b"a,2023-01,,,E01035700,Drugs\n")],
            "no event in the",
        ),
    ],
)
def test_deliveries_that_cannot_be_taken(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], make: object, message: str
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    status, _, err = command(capsys, "import", "offences", *make(folder), "--data", data)  # type: ignore[operator]
    assert status == 1
    with pytest.raises(Problem, match=message):
        raise Problem(err)
    assert Store(data).open().sources() == []


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def archive(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as target:
        for name, text in files.items():
            target.writestr(name, text)
    return path


def test_formats_are_not_mixed_in_one_delivery(
    data: Path, raw: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = street(tmp_path, "2023-01", f"a,{IN},Robbery")
    status, _, err = command(capsys, "import", "offences", path, raw / "offences.csv", "--data", data)
    assert status == 1
    assert "is a police.uk street file and offences.csv a dated extract of a force" in err


def test_areas_come_first(raw: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for kind, name in (("population", "population.csv"), ("offences", "offences.csv")):
        status, _, err = command(capsys, "import", kind, raw / name, "--data", tmp_path / "new")
        assert status == 1
        assert "small areas come first" in err


def test_rows_read_of_boundaries_are_those_kept_and_those_left_out(
    raw: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    land = gpd.read_file(raw / "lsoa.geojson")
    codes = ["S01000001", "N20000001", *land["LSOA21CD"].iloc[2:]]
    land.assign(LSOA21CD=codes).to_file(tmp_path / "land.gpkg")
    status, out, _ = command(
        capsys, "import", "boundaries", tmp_path / "land.gpkg", "--data", tmp_path / "new"
    )
    said = " ".join(out.split())
    assert (
        status == 0 and f"{len(land)} rows read {len(land) - 2} areas kept 2 areas beyond the county" in said
    )


@pytest.mark.parametrize(
    ("kind", "name", "lacks", "remedy"),
    [
        ("boundaries", "lsoa.geojson", "holds no wards: import the lookup", "lookup"),
        ("lookup", "lookup.csv", "holds no small areas: import their boundaries", "boundaries"),
    ],
)
def test_a_folder_that_lacks_areas_says_what_to_import(
    raw: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    kind: str,
    name: str,
    lacks: str,
    remedy: str,
) -> None:
    data = ("--data", tmp_path / "new")
    assert command(capsys, "import", kind, raw / name, *data)[0] == 0
    status, _, err = command(capsys, "export", "-o", tmp_path / "out.csv", *data)
    assert status == 1 and lacks in err and f"`hotspots import {remedy} FILE`" in err


def test_a_lookup_may_come_before_the_areas_and_says_what_lies_in_a_district(
    raw: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ("--data", tmp_path / "new")
    areas = ("import", "boundaries", raw / "lsoa.geojson", *data, "--within")
    status, _, err = command(capsys, *areas, "Westshire")
    assert status == 1 and "import the lookup first" in err
    status, said, _ = command(capsys, "import", "lookup", raw / "lookup.csv", *data)
    assert status == 0 and "Import the boundaries of the small areas next" in said
    status, _, err = command(capsys, *areas, "Westshir")
    assert status == 1 and "(near: Westshire" in err and "import the lookup" not in err
    assert command(capsys, *areas, "WESTSHIRE")[0] == 0
    snapshot = Store(tmp_path / "new").open()
    assert set(snapshot.read("lookup")["borough"]) == {"Westshire"}
    assert snapshot.has("areas/ward") and snapshot.place == "Westshire"
    again = ("import", "boundaries", raw / "lsoa.geojson", "--data", tmp_path / "coded", "--within")
    assert command(capsys, "import", "lookup", raw / "lookup.csv", "--data", tmp_path / "coded")[0] == 0
    assert command(capsys, *again, "e06000001")[0] == 0
    assert Store(tmp_path / "coded").open().read("areas/lsoa").index.equals(snapshot.read("areas/lsoa").index)


def test_an_unknown_kind_is_told_the_known_ones(
    raw: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = command(capsys, "import", "crimes", raw / "offences.csv", "--data", tmp_path / "new")
    assert status == 1
    assert "“crimes” is no kind of file" in err
    assert "stop_and_search" in err
    assert not (tmp_path / "new").exists()


def test_other_areas_do_not_replace_those_that_are_loaded(
    data: Path, raw: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fewer = small.areas()[["LSOA21CD", "LSOA21NM", "geometry"]].iloc[:30]
    fewer.to_file(tmp_path / "fewer.geojson", driver="GeoJSON")
    status, _, err = command(capsys, "import", "boundaries", tmp_path / "fewer.geojson", "--data", data)
    assert status == 1
    assert "holds other small areas" in err
    version = Store(data).open().version
    assert run(["import", "boundaries", str(raw / "lsoa.geojson"), "--data", str(data)]) == 0
    assert Store(data).open().version == version


def test_wards_are_merged_until_a_file_gives_them(data: Path, tmp_path: Path) -> None:
    merged = Store(data).open().read("areas/ward")
    assert merged.index.name == "wd24cd"
    assert len(merged) == 9
    assert merged.area.tolist() == pytest.approx([4e6] * 9)
    given = merged.assign(geometry=merged.buffer(-100)).rename_axis("WD24CD").reset_index()
    given = given.rename(columns={"name": "WD24NM"})
    given.to_file(tmp_path / "wards.gpkg")
    assert run(["import", "boundaries", str(tmp_path / "wards.gpkg"), "--data", str(data)]) == 0
    assert Store(data).open().read("areas/ward").area.tolist() == pytest.approx([3.24e6] * 9)


def test_a_mapping_brings_a_source_of_its_own(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "knife.toml").write_text(
        'label = "Knife injuries"\nplace = "residence"\ndisclosure = "controlled"\ncategory = "Knife"\n'
        '[columns]\ndate = "Day"\nlongitude = "X"\nlatitude = "Y"\n'
    )
    inside = small.areas().to_crs(4326).geometry.iloc[0].centroid
    (tmp_path / "knife.csv").write_text(
        f"Day,X,Y\n01/02/2023,{inside.x},{inside.y}\n02/02/2023,,\n03/04/2023,-3.5,54\n"
    )
    arguments = ["import", "knife_injuries", str(tmp_path / "knife.csv"), "--data", str(data)]
    assert run(arguments) == 1, "without its mapping it is unknown"
    assert run([*arguments, "--mapping", str(tmp_path / "knife.toml")]) == 0
    snapshot = Store(data).open(CLEARED_OWNER)
    assert snapshot.incidents("knife_injuries")["lsoa"].fillna("").tolist() == [IN, "", "outside"]
    assert snapshot.months("knife_injuries") == [FEBRUARY, FEBRUARY + 1, FEBRUARY + 2]
    assert snapshot.manifest["sources"]["knife_injuries"]["label"] == "Knife injuries"


def test_real_files_are_never_mixed_with_the_demonstration(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Store(data).transaction(synthetic=True):
        pass
    status, _, err = command(capsys, "import", "offences", street(tmp_path, "2023-01"), "--data", data)
    assert status == 1
    assert "made up" in err
    assert "--data" in err


def test_what_is_replaced_is_said_before_and_another_force_is_asked_about(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = street(tmp_path, "2023-01", *[f"a{k},{IN},Robbery" for k in range(5)], force="one")
    assert command(capsys, "import", "offences", one, "--data", data)[0] == 0
    more = street(tmp_path, "2023-01", *[f"b{k},{IN},Robbery" for k in range(6)], force="one")
    status, _, err = command(capsys, "import", "offences", more, "--data", data, "--explain")
    assert status == 0 and "are replaced by 6" in err and "hotspots undo" not in err
    status, _, err = command(capsys, "import", "offences", more, "--data", data)
    assert status == 0 and err.count("`hotspots undo` takes the import back.") == 1
    assert "5 events loaded for 2023-01 are replaced by 6; --add would add" in err
    other = street(tmp_path, "2023-01", *[f"c{k},{IN},Robbery" for k in range(7)], force="two")
    status, _, err = command(capsys, "import", "offences", other, "--data", data)
    assert status == 1 and counts(Store(data).open()) == {JANUARY: 6}
    assert "6 events of one would be replaced by events of two alone: give --add to keep both" in err
    assert "Nothing was changed" in err and "hotspots undo" not in err, "it would take back another import"
    assert command(capsys, "import", "offences", other, "--data", data, "--add")[0] == 0
    assert counts(Store(data).open()) == {JANUARY: 13}


@pytest.mark.parametrize(
    ("kind", "header"),
    [
        ("interventions", "what,where,from"),
        ("calendar", "name,start"),
        ("exclusions", "what,longitude,latitude"),
        ("benchmark", "source,year,value"),
        ("indicators", "Area Code,Indicator,Value"),
        ("visits", "area,start,minutes"),
        ("ethnicity", "LSOA21CD,White"),
    ],
)
@pytest.mark.parametrize("rows", ["", ",,\n"])
def test_a_header_without_rows_replaces_nothing(
    kind: str, header: str, rows: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (path := tmp_path / "bare.csv").write_text(f"{header}\n{rows}", "utf-8")
    before = Store(data).open().version
    status, out, err = command(capsys, "import", kind, path, "--data", data)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert err.startswith("bare.csv has a header and no rows beneath it: ")
    assert Store(data).open().version == before


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("calendar", "junk.csv", "junk.csv, row 1: this is not UTF-8 text; "),
        ("interventions", "junk.xlsx", "junk.xlsx is no workbook, though its name ends so: "),
        ("definitions", "junk.csv", "junk.csv is not UTF-8 text: "),
        ("exclusions", "junk.toml", "junk.toml is not UTF-8 text: "),
    ],
)
@pytest.mark.parametrize("start", [b"\x80a,b", b"\x80a\rb,c"])
@pytest.mark.filterwarnings("error")
def test_what_is_no_text_is_refused_in_a_sentence(
    kind: str,
    name: str,
    said: str,
    start: bytes,
    data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (path := tmp_path / name).write_bytes(start + b"\n\xff\xe9,\xfe,c\nd\n" * 40)
    status, out, err = command(capsys, "import", kind, path, "--data", data)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert err.startswith(said)
