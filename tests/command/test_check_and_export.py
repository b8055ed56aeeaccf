"""The commands check and export, and what the command itself answers: words, files, and exit status."""

import json
import re
import sys
from pathlib import Path

import pandas as pd
import pytest

import hotspots
from geo import cli
from geo.cli import run
from geo.data.store import Store
from tests.support import small_county as small
from tests.support.command import command, street

IN, OUT = small.CODES[0], "E01035999"
JANUARY, FEBRUARY = 2023 * 12, 2023 * 12 + 1


def test_check_can_tidy(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for kind in ("Robbery", "Drugs"):
        assert (
            run(
                [
                    "import",
                    "offences",
                    str(street(tmp_path, "2023-01", f"a,{IN},{kind}")),
                    "--data",
                    str(data),
                ]
            )
            == 0
        )
    status, out, _ = command(capsys, "check", "--tidy", "--data", data)
    assert status == 0
    assert re.search(r"\n\d+ files of earlier versions deleted\.", out)
    assert Store(data).open().incidents("offences")["category"].tolist() == ["Drugs"]


def test_check_finds_a_damaged_table(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = Store(data).open().path("population")
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    status, _, err = command(capsys, "check", "--data", data)
    assert status == 1
    assert "population was changed or damaged" in err
    assert "Restore the folder" in err


def test_the_folder_of_the_environment_is_the_default(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOTSPOTS_DATA", str(data))
    status, out, _ = command(capsys, "check")
    assert status == 0
    assert str(data) in out


@pytest.mark.parametrize("front", ["", "http://127.0.0.1:8050/?", "?"])
def test_an_export_is_the_page_at_an_address(
    small_county: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], front: str
) -> None:
    target = tmp_path / "table.csv"
    url = f"{front}level=borough&source=offences&month=7"
    status, out, _ = command(capsys, "export", "--url", url, "-o", target, "--data", small_county)
    assert status == 0
    assert str(target) in out
    table = pd.read_csv(target)
    assert table.columns[0] == "lad24cd"
    events = Store(small_county).open().incidents("offences")
    july = events[(events["month"] == 2023 * 12 + 6) & events["lsoa"].isin(small.CODES)]
    assert table["count"].sum() == len(july)


@pytest.mark.parametrize(
    ("arguments", "begins"),
    [
        (("export", "--url", "level=borough"), b"lad24cd,"),
        (("export", "--format", "geojson"), b"{"),
        (("export", "--format", "xlsx"), b"PK"),
        (("export", "--pack", "--ward", "Ward 00"), b"%PDF"),
        (("assess", "--format", "html"), b"<!"),
        (("patrol", "weekends", "--format", "ics"), b"BEGIN:VCALENDAR"),
    ],
)
def test_standard_output_takes_the_file_and_nothing_else(
    small_county: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
    arguments: tuple[str, ...],
    begins: bytes,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run([*arguments, "-o", "-", "--data", str(small_county)]) == 0
    out, err = capfdbinary.readouterr()
    assert out.startswith(begins)
    assert b"bytes" not in err
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_is_shown_no_file_that_it_cannot_show(
    small_county: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    table = command(capsys, "export", "-o", "-", "--data", small_county)
    assert table[0] == 0
    assert "lsoa21cd" in table[1]
    book = command(capsys, "export", "--format", "xlsx", "-o", "-", "--data", small_county)
    assert book[:2] == (1, "")
    assert book[2].startswith("A terminal cannot show this file")
    assert "Traceback" not in book[2]


def test_a_drawing_is_no_file_for_standard_output(
    small_county: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = command(capsys, "patrol", "draw", "-o", "-", "--data", small_county)
    assert status == 1
    assert "folder of files" in err


def test_an_export_is_named_after_what_it_shows(
    small_county: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["export", "--url", "level=ward", "--format", "geojson", "--data", str(small_county)]) == 0
    (path,) = tmp_path.iterdir()
    assert path.suffix == ".geojson"
    assert len(json.loads(path.read_text())["features"]) == 9


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--url", "level=parish"], "parish"),
        (["--url", "level=ward&colour=red"], "colour"),
        (["--format", "docx9"], "docx9"),
    ],
)
def test_an_export_that_cannot_be_made_leaves_no_file(
    small_county: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    target = tmp_path / "table.csv"
    status, _, err = command(capsys, "export", *arguments, "-o", target, "--data", small_county)
    assert status == 1
    assert message in err
    assert list(tmp_path.iterdir()) == []


def test_an_export_to_a_folder_that_is_not_there(
    small_county: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = command(capsys, "export", "-o", tmp_path / "no" / "a.csv", "--data", small_county)
    assert status == 1
    assert "could not be written" in err


def test_no_command_and_an_unknown_one(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = command(capsys, "--help")
    assert status == 0
    for name in ("serve", "demo", "import", "fetch", "check", "export", "bench"):
        assert f"\n  {name} " in out
    assert command(capsys, "explode")[0] == 2


def test_ctrl_c_is_no_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stop(_: object, **more: bool) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "build_demo", stop)
    status, _, err = command(capsys, "demo")
    assert status == 130
    assert err.startswith("Stopped")


@pytest.mark.parametrize(
    "command", [["export"], ["export", "--pack"], ["assess"], ["calibrate"], ["assess", "--url", "source=ae"]]
)
def test_a_folder_without_events_says_that_some_are_to_be_imported(
    data: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run([*command, "--data", str(data)]) == 1
    assert "No events are loaded yet: import some" in " ".join(capsys.readouterr().err.split())


def test_a_program_is_told_that_no_events_are_loaded(data: Path) -> None:
    county = hotspots.open(data)
    for ask in (county.ask, county.categories, lambda: county.ask(source="ae", hour=3)):
        with pytest.raises(hotspots.Problem, match="No events are loaded yet: import some"):
            ask()
