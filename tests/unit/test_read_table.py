"""Tables as published and as saved: text of every kind, workbooks, Parquet, archives."""

import gzip
import io
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from geo.ask.problem import Problem
from geo.data import packing
from geo.data.distinct import unpacked
from geo.data.files import members_of, table_of
from geo.data.read_table import read_table
from geo.data.sources import SOURCES, reader_for
from tests.unit.test_sources import FORCE, STREET, parse

KNOWN = SOURCES["offences"].recognise
EXPECTED = unpacked(read_table("file", STREET.encode()).frame)


def cells_of(text: str) -> list[list[str]]:
    return [line.split(",") for line in text.splitlines()]


def workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([None if cell == "" else cell for cell in row])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (STREET.replace(",", ";").encode(), "separated by semicolons"),
        (STREET.replace(",", "\t").encode(), "separated by tabs"),
        (STREET.replace(",", "\t").encode("utf-16"), "UTF-16"),
        (b"sep=;\n" + STREET.replace(",", ";").encode(), "semicolons"),
        (STREET.replace("\n", ",,,\n").encode(), ""),
        ((STREET + "," * 11 + "\n\n" + "," * 11 + "\n").encode(), "3 empty rows"),
        (STREET.replace("\n", "\r").encode(), ""),
        (("Crime in Kent\n\nMade on 3 May\n" + STREET).encode(), "3 title rows"),
        (
            workbook({"Notes": [["Read this"]], "Data": [["A title"], [], *cells_of(STREET)]}),
            "“Data” was read",
        ),
    ],
)
def test_what_is_saved_in_other_forms_is_the_same_table(content: bytes, note: str) -> None:
    table = read_table("file", content, KNOWN)
    pd.testing.assert_frame_equal(unpacked(table.frame), EXPECTED)
    assert note in " ".join(table.notes)


def test_rows_are_numbered_as_a_spreadsheet_counts() -> None:
    table = read_table("file.csv", ("Title\n\n" + STREET + "\n" + STREET.splitlines()[2]).encode(), KNOWN)
    assert table.rows.tolist() == [4, 5, 7]


def test_parquet_and_dates_of_a_workbook_read_as_in_text() -> None:
    frame = pd.read_csv(io.StringIO(FORCE), dtype=str)
    frame["Committed From"] = pd.to_datetime(frame["Committed From"], format="mixed", dayfirst=True)
    parquet = io.BytesIO()
    frame.to_parquet(parquet)
    rows = [list(frame.columns), *frame.astype(object).where(frame.notna(), "").to_numpy().tolist()]
    rows[1][4] = datetime(2023, 2, 1, 23, 30)
    rows[2][4] = datetime(2023, 11, 12)
    expected = parse("offences", FORCE)
    for content in (parquet.getvalue(), workbook({"Sheet1": rows})):
        table = read_table("file", content, KNOWN)
        events = reader_for(SOURCES["offences"], table).parse(table)
        assert events["date"].tolist() == expected["date"].tolist()
        assert events["hour"][0] == 23


@pytest.mark.parametrize(
    ("cell", "date", "hour"),
    [
        ("01/02/2023 23:30:15", "2023-02-01", 23),
        ("2023-02-01T23:30", "2023-02-01", 23),
        ("2023-02-01 23:30:15.000", "2023-02-01", 23),
        ("2023-07-01T23:30:00Z", "2023-07-02", 0),
        ("31/01/2023 24:00", "2023-02-01", 0),
        ("31/01/2023 24:00:00", "2023-02-01", 0),
        ("01/02/2023 20:24:00", "2023-02-01", 20),
        ("2023-02-01T00:24:00", "2023-02-01", 0),
        ("2023-02-01", "2023-02-01", None),
    ],
)
def test_moments_that_mean_one_thing_are_read(cell: str, date: str, hour: int | None) -> None:
    text = FORCE.replace("01/02/2023 23:30", cell).replace("02/02/2023 01:00", "")
    events = parse("offences", text)
    assert events["date"][0] == pd.Timestamp(date)
    assert events["hour"][0] is pd.NA if hour is None else events["hour"][0] == hour


def test_midnight_at_the_end_of_a_day_is_said() -> None:
    table = read_table("file.csv", FORCE.replace("01/02/2023 23:30", "01/02/2023 24:00").encode())
    reader_for(SOURCES["offences"], table).parse(table)
    assert "1 time of 24:00 in “Committed From” taken as the next day's midnight" in " ".join(table.notes)


def test_a_declared_encoding_is_read() -> None:
    content = STREET.replace("Robbery", "Café").encode("cp1252")
    assert read_table("f", content, encoding="windows-1252").frame["Crime type"][0] == "Café"
    with pytest.raises(Problem, match="no encoding that is known"):
        read_table("f", content, encoding="latin-nonsense")


def test_of_several_sheets_one_is_named() -> None:
    content = workbook({"2021": cells_of(STREET), "2022": cells_of(STREET)})
    with pytest.raises(Problem, match=r"several sheets that may be meant \(2021 and 2022\).*--sheet"):
        read_table("f.xlsx", content, KNOWN)
    assert len(read_table("f.xlsx", content, KNOWN, sheet="2022")) == 2
    with pytest.raises(Problem, match="no sheet “2023”: it has 2021 and 2022"):
        read_table("f.xlsx", content, KNOWN, sheet="2023")


def test_blanks_of_databases_and_spreadsheets_are_blank() -> None:
    text = (
        STREET
        + "x,2023-05,,,,,,NULL,,Drugs,,\ny,2023-05,,,,,,#N/A,,Drugs,,\nz,2023-05,,,,,,e01017540,,Drugs,,\n"
    )
    assert parse("offences", text)["lsoa"].tolist()[-3:] == pytest.approx(
        [float("nan"), float("nan"), "E01017540"], nan_ok=True
    )


def test_what_cannot_be_seen_makes_no_other_value() -> None:
    """NUL bytes, line breaks within a cell, and marks that turn the line."""
    cells = ["Drugs", "Dru\0gs\0", '"Drugs\n"', "Drugs\u200b", "\u202eDrugs\x07"]
    rows = "".join(f"{at},2023-05,,,,,,E01017540,,{cell},,\n" for at, cell in enumerate(cells))
    assert set(parse("offences", STREET + rows)["category"].tolist()[-5:]) == {"Drugs"}


# ---------------------------------------------------------------- archives


def archive(folder: Path, entries: dict[str, bytes]) -> Path:
    path = folder / "files.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return path


def test_what_systems_leave_in_archives_and_folders_is_passed_over(tmp_path: Path) -> None:
    entries = {
        "a/data.csv": STREET.encode(),
        "__MACOSX/a/._data.csv": b"\0\1",
        "a/.DS_Store": b"",
        "a/~$data.xlsx": b"",
    }
    path = archive(tmp_path, entries)
    assert [member.name for member in members_of(path)] == ["files.zip: a/data.csv"]
    with zipfile.ZipFile(path) as file:
        file.extractall(tmp_path / "unpacked")
    assert len(list(members_of(tmp_path / "unpacked"))) == 1


def test_an_archive_within_an_archive_is_read(tmp_path: Path) -> None:
    inner = archive(tmp_path, {"data.csv": STREET.encode()}).read_bytes()
    path = archive(tmp_path, {"inner.zip": inner})
    assert len(table_of(path)) == 2


@pytest.mark.parametrize("name", ["files.zip", "files.csv.gz", "files.xlsx"])
def test_what_swells_beyond_any_table_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(packing, "LARGE", 1_000_000)
    content, path = b"," * 2_000_000, tmp_path / name
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(content))
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("xl/workbook.xml" if name.endswith("xlsx") else "a.csv", content)
    with pytest.raises(Problem, match=r"files\..* unpacks to .* look at what is in it"):
        table_of(path)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [("compress_type", 9, "Deflate64"), ("flag_bits", 1, "protected by a password")],
)
def test_what_cannot_be_unpacked_is_told_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, field: str, value: int, words: str
) -> None:
    path = archive(tmp_path, {"data.csv": STREET.encode()})
    content = bytearray(path.read_bytes())
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        start = content.index(mark) + at + (2 if field == "compress_type" else 0)
        content[start : start + 2] = value.to_bytes(2, "little")
    path.write_bytes(bytes(content))
    with pytest.raises(Problem, match=f"files.zip is .*{words}.*import the folder"):
        table_of(path)


def test_what_the_reader_of_text_cannot_take_is_said_in_a_sentence() -> None:
    endless = "x" * ((1 << 24) + 1)
    with pytest.raises(Problem, match=r"cannot be read as a table .*: save it again as “CSV UTF-8”"):
        read_table("file.csv", f'{STREET}"a",b\n{endless}\n'.encode(), KNOWN)


def test_rows_of_another_length_cost_no_more_than_others() -> None:
    rows = ["1,2,3", "4,5", ",,", "", "6,7,8,9", "1,2,3,,", ",", "x,y,z", ""]
    for end in ("\n", "\r\n"):
        quick = end.join(["a,b,c", *rows]).encode()
        slow = end.join(['a,b,"c"', *rows]).encode()  # a quotation mark: it is read row by row
        one, other = (
            read_table("f", text, lambda h: h == ["a", "b", "c"], lenient=True) for text in (quick, slow)
        )
        pd.testing.assert_frame_equal(unpacked(one.frame), unpacked(other.frame))
        assert one.rows.tolist() == other.rows.tolist() == [2, 3, 6, 7, 9]
        assert one.aside == other.aside and sorted(one.aside or {}) == [1, 2]
        assert one.notes == other.notes == ["f: 3 empty rows passed over."]


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"SQLite format 3\0\x10\r\x00\n", "a database or a GeoPackage"), (b"%PDF-1.7\r\xa0\n", "a PDF")],
)
def test_what_is_no_text_is_told_with_the_remedy(content: bytes, words: str) -> None:
    with pytest.raises(Problem, match=f"file.csv is {words}, and no table: save .* as “CSV UTF-8”"):
        read_table("file.csv", content, KNOWN)
