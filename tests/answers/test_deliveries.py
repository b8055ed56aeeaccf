"""Deliveries of events: nothing lost, nothing broken, and what is likely a mistake asked first."""

import io
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from geo.answer.atlas import Atlas
from geo.ask.notice import fault_of
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.cli import run
from geo.data import coverage
from geo.data.ingest import import_files
from geo.data.receipt import Receipt
from geo.data.store import Store
from tests.support import small_county as small

STREET = "Crime ID,Month,LSOA code,Crime type\n"


@pytest.fixture
def data(small_areas: Path, tmp_path: Path) -> Path:
    return shutil.copytree(small_areas, tmp_path / "data")


def street(month: str, n: int, category: str = "Robbery", first: int = 0) -> str:
    return STREET + "".join(f"c{first + k:06d},{month},{small.CODES[k % 36]},{category}\n" for k in range(n))


def file(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def extract(dates: list[str]) -> pd.DataFrame:
    rows = small.offences(n=len(dates))
    rows["Committed From"] = dates
    return rows


def take(data: Path, path: Path, kind: str = "offences", **options: object) -> Receipt:
    return import_files(data, kind, [path], opening=Atlas, **options)  # type: ignore[arg-type]


# ---------------------------------------------------------------- categories


def test_spellings_of_two_deliveries_are_one_category(data: Path, tmp_path: Path) -> None:
    take(data, file(tmp_path, "2023-01-west-street.csv", street("2023-01", 30, "Theft from the person")))
    take(data, file(tmp_path, "2023-02-west-street.csv", street("2023-02", 10, "Theft From The Person")))
    receipt = take(
        data, file(tmp_path, "2023-03-west-street.csv", street("2023-03", 3, "Drugs") + "x,2023-03,,DRUGS!\n")
    )
    assert receipt.notes == ["1 rows of “DRUGS!” count as “Drugs”, another spelling of it."]
    cube = Atlas.open(data).sources["offences"].cube
    assert set(cube.categories) == {"Theft from the person", "Drugs"}


def test_a_folder_that_would_not_open_stays_as_it_was(data: Path, tmp_path: Path) -> None:
    before = Store(data).open().version

    def broken(_: object) -> None:
        raise KeyError("two of one name")

    path = file(tmp_path, "2023-01-west-street.csv", street("2023-01", 30))
    with pytest.raises(Problem, match="could not be opened with this file, so nothing was changed"):
        import_files(data, "offences", [path], opening=broken)
    assert Store(data).open().version == before


# ---------------------------------------------------------------- rows set aside


def test_one_odd_row_is_set_aside_and_listed_without_its_cells(data: Path, tmp_path: Path) -> None:
    rows = extract(["01/03/2023 10:00"] * 300)
    rows.loc[7, "Committed From"] = "31/02/2023 10:00"
    receipt = take(data, file(tmp_path, "extract.csv", rows.to_csv(index=False)))
    assert (receipt.rows, receipt.set_aside) == (300, 1)
    assert len(Store(data).open().incidents("offences")) == 299
    listed = pd.read_csv(data / receipt.set_aside_file)
    assert listed.loc[0, ["file", "row", "column"]].tolist() == ["extract.csv", 9, "Committed From"]
    assert "31/02" not in (data / receipt.set_aside_file).read_text()
    assert ("1", f"set aside, not taken, listed in {receipt.set_aside_file}") in receipt.lines()


def test_a_row_of_another_length_is_set_aside(data: Path, tmp_path: Path) -> None:
    text = street("2023-01", 250) + "one,two\n" + street("2023-01", 1, first=900).splitlines()[1] + "\n"
    receipt = take(data, file(tmp_path, "2023-01-west-street.csv", text))
    assert receipt.set_aside == 1 and receipt.aside[0].row == 252
    assert len(Store(data).open().incidents("offences")) == 251


def test_more_than_one_in_a_hundred_refuse_the_delivery_unless_a_mapping_allows_them(
    data: Path, tmp_path: Path
) -> None:
    rows = pd.DataFrame({"M": ["2023-01"] * 97 + ["soon"] * 3, "A": small.CODES[0], "C": "Fire"})
    path = file(tmp_path, "fires.csv", rows.to_csv(index=False))
    said = 'label = "Fires"\nplace = "occurrence"\ndisclosure = "open"\n'
    columns = '[columns]\nmonth = "M"\narea = "A"\ncategory = "C"\n'
    strict, lenient = tmp_path / "strict.toml", tmp_path / "lenient.toml"
    strict.write_text(said + columns)
    lenient.write_text(f"{said}set_aside = 0.05\n{columns}")
    command = ["import", "fires", str(path), "--data", str(data), "--mapping"]
    assert run([*command, str(strict)]) == 1
    assert not Store(data).open().sources()
    assert not (data / "set-aside").exists() or not list((data / "set-aside").iterdir())
    assert run([*command, str(lenient)]) == 0
    assert len(Store(data).open().incidents("fires")) == 97


def test_explain_says_rows_by_reason_and_changes_nothing(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = extract(["01/03/2023 10:00"] * 300)
    rows.loc[7, "Victim Age"] = "300"
    rows["LSOA Code"] = small.CODES[0]
    rows.loc[3, "LSOA Code"] = "NULL"
    rows.loc[4, "LSOA Code"] = "E01035999"
    path = file(tmp_path, "extract.csv", rows.to_csv(index=False))
    before = sorted(data.rglob("*"))
    assert run(["import", "offences", str(path), "--explain", "--data", str(data)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "nothing was changed" in said
    assert "1 outside the county: extract.csv, row 6" in said
    assert "1 without a place: extract.csv, row 5" in said
    assert "1 set aside, “Victim Age”: not an age in whole years from 0 to 120: extract.csv, row 9" in said
    assert [p for p in sorted(data.rglob("*")) if p.name != "LOCK"] == [p for p in before if p.name != "LOCK"]


# ---------------------------------------------------------------- months


def test_a_few_dates_of_long_ago_do_not_stretch_the_months(data: Path, tmp_path: Path) -> None:
    dates = ["05/06/1996 12:00", "01/01/2001"] + [
        f"{1 + k % 28:02d}/0{1 + k % 3}/2023 10:00" for k in range(150)
    ]
    receipt = take(data, file(tmp_path, "extract.csv", extract(dates).to_csv(index=False)))
    assert receipt.months == ["2023-01", "2023-02", "2023-03"]
    assert receipt.set_aside == 2
    assert any("2 events of 1996-06, 2001-01, long before the others" in note for note in receipt.notes)


def test_dates_that_are_all_the_first_are_months(data: Path, tmp_path: Path) -> None:
    dates = ["01/01/2023", "01/02/2023", "01/02/2023", "01/04/2023"]
    receipt = take(data, file(tmp_path, "extract.csv", extract(dates).to_csv(index=False)))
    assert receipt.grain == "month" and receipt.months == ["2023-01", "2023-02", "2023-04"]
    cube = Atlas.open(data).sources["offences"].cube
    assert not cube.has_days and not cube.has_hours
    query, [said] = Query.parse("?clock=aoristic", Atlas.open(data).catalogue)
    assert query.clock == "recorded" and fault_of(said).startswith("Another clock cannot be asked for: ")


def test_a_month_without_a_file_of_the_countys_own_force_is_a_gap(data: Path, tmp_path: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for month in ("2023-01", "2023-02", "2023-03"):
            archive.writestr(f"{month}/{month}-east-street.csv", street(month, 5, first=500))
            if month != "2023-02":
                archive.writestr(f"{month}/{month}-west-street.csv", street(month, 90))
    receipt = take(data, file(tmp_path, "archive.zip", content.getvalue()))
    assert receipt.months == ["2023-01", "2023-03"]
    assert any("2023-02: no events of west" in n and "5 events of other forces" in n for n in receipt.notes)
    assert len(Store(data).open().incidents("offences")) == 190
    alone = file(tmp_path, "2023-02-east-street.csv", street("2023-02", 7, first=800))
    with pytest.raises(Problem, match="has no events of west, whose county this is, for 2023-02"):
        take(data, alone)


def test_a_month_of_next_to_nothing_of_the_countys_own_force_is_called_that(
    data: Path, tmp_path: Path
) -> None:
    for month in ("2023-01", "2023-02", "2023-03"):
        take(data, file(tmp_path, f"{month}-west-street.csv", street(month, 900)))
    sample = file(tmp_path / "data", "2023-03-west-street.csv", street("2023-03", 20, first=1_000))
    only = "only 20 events of west, whose county this is, of usually about 900 a month, for 2023-03: check"
    with pytest.raises(Problem, match=only):
        take(data, sample)
    take(data, sample, add=True)
    assert len(Store(data).open().incidents("offences")) == 2_720
    both = tmp_path / "both"
    both.mkdir()
    file(both, "2023-04-west-street.csv", street("2023-04", 900))
    file(both, "2023-05-west-street.csv", street("2023-05", 20))
    receipt = take(data, both)
    assert receipt.months == ["2023-04"]
    assert any(
        "2023-05: only 20 events of west" in n and "20 events in them left" in n for n in receipt.notes
    )


# ---------------------------------------------------------------- doubts


def test_a_much_smaller_month_is_asked_about_and_can_be_taken_back(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    take(data, file(tmp_path, "2023-01-west-street.csv", street("2023-01", 100)))
    whole = Store(data).open().version
    cut = file(tmp_path / "data", "2023-01-west-street.csv", street("2023-01", 20))
    command = ["import", "offences", str(cut), "--data", str(data)]
    assert run(command) == 1
    assert "20 events would replace 100 in 2023-01" in capsys.readouterr().err
    assert run([*command, "--explain"]) == 1
    told = capsys.readouterr()
    assert "nothing was changed" in told.out
    assert "The import would ask about this: 20 events would replace 100 in 2023-01" in told.err
    assert run([*command, "--explain", "--yes"]) == 0
    assert Store(data).open().version == whole
    assert run([*command, "--yes"]) == 0
    assert len(Store(data).open().incidents("offences")) == 20
    assert run(["undo", "--data", str(data)]) == 0
    assert Store(data).open().version == whole
    assert "Taken back: offences (2023-01-west-street.csv)" in capsys.readouterr().out
    assert run(command) == 1, "the doubt stands after it was taken back"


def test_the_same_rows_added_again_are_asked_about(data: Path, tmp_path: Path) -> None:
    first = file(tmp_path, "a.csv", extract(["02/03/2023 10:00"] * 40).to_csv(index=False))
    take(data, first)
    again = file(tmp_path, "b.csv", first.read_text() + first.read_text().splitlines()[1] + "\n")
    with pytest.raises(Problem, match=r"40 of 41 rows|41 of 41 rows"):
        take(data, again, add=True, confirm=lambda receipt: not receipt.doubts)
    other = extract(["02/03/2023 11:00"] * 40)
    take(data, file(tmp_path, "c.csv", other.to_csv(index=False)), add=True, confirm=lambda r: not r.doubts)
    assert len(Store(data).open().incidents("offences")) == 80


def test_a_month_out_of_line_is_told_before_it_is_taken(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    for month, n in (("2023-01", 90), ("2023-02", 100), ("2023-03", 9), ("2023-04", 95)):
        file(folder, f"{month}-west-street.csv", street(month, n))
    assert run(["import", "offences", str(folder), "--data", str(data)]) == 0
    assert "2023-03 has 9 events, the months beside it about 95" in capsys.readouterr().err


def test_undo_says_where_there_is_nothing_to_take_back(tmp_path: Path, data: Path) -> None:
    with pytest.raises(Problem, match="nothing to take back"):
        Store(tmp_path / "none").undo()
    path = file(tmp_path, "2023-01-west-street.csv", street("2023-01", 30))
    take(data, path)
    Store(data).tidy()
    with pytest.raises(Problem, match="holds no version before this one"):
        Store(data).undo()


def test_undo_names_the_change_that_it_takes_back(
    tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    take(data, file(tmp_path, "2023-01-west-street.csv", street("2023-01", 30)))
    place = ["--kind", "hospital", "--point=-0.4,52.1"]
    assert run(["exclude", "General Hospital", *place, "--data", str(data)]) == 0
    capsys.readouterr()
    assert run(["undo", "--data", str(data)]) == 0
    said = capsys.readouterr().out
    assert "the change of exclusions" in said and "No import was taken back." in said
    assert "west-street" not in said
    assert run(["undo", "--data", str(data)]) == 0
    assert "offences (2023-01-west-street.csv)" in capsys.readouterr().out


def test_the_bulk_of_some_dates() -> None:
    import numpy as np

    year = 2023 * 12
    assert coverage.bulk(np.array([year, year + 11])) == (year, year + 11), "a rare kind of event"
    assert coverage.bulk(np.array([year - 1, *[year] * 90])) == (year - 1, year), (
        "a month before is no odd one"
    )
    rare = [year - 300, *range(year, year + 12)]
    assert coverage.bulk(np.array(rare)) == (year, year + 11)
