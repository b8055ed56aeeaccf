"""The benchmarks still run: on a country of two rows of squares, asked twice."""

import json
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import all as every
from benchmarks import bench_answers, bench_events, bench_import, england, told
from geo import cli, cli_judge  # noqa: F401 - adds its commands
from geo.answer.layers import LAYERS
from geo.data.read_table import read_table
from geo.data.sources import SOURCES, reader_for
from geo.data.store import Store

PAGES = Path(every.__file__).parents[1] / "docs"
HELD = {"population", "residents by age", "deprivation"}
"""Tables that the made-up country has; layers of others are not on offer."""


def test_complete_answers_are_measured_on_a_made_up_country(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench_answers, "QUESTIONS", 2)
    gathered = tmp_path / "told"
    monkeypatch.setenv(told.GATHERED, str(gathered))
    england.build(tmp_path / "data", areas=2 * england.COLUMNS, events=3_000)
    bench_answers.measure(tmp_path / "data")
    said = capsys.readouterr().out
    assert "imported offences" in said
    assert "368 areas, 3,000 events" in said
    timed = [line.split() for line in said.splitlines() if line.split()[:1] and line.split()[0] in LAYERS]
    assert [words[0] for words in timed] == [key for key, layer in LAYERS.items() if layer.needs <= HELD]
    assert all(len([float(word.replace(",", "")) for word in words[1:]]) == 3 for words in timed)
    tables = every.tables([json.loads(line) for line in gathered.read_text(encoding="utf-8").splitlines()])
    assert [len(table["columns"]) for table in tables] == [4, 4, 3]
    assert [row[0] for row in tables[1]["rows"]] == [words[0] for words in timed]
    assert all(len(row) == len(table["columns"]) for table in tables for row in table["rows"])


def test_a_filter_is_counted_alike_and_told_as_a_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(told.GATHERED, str(tmp_path / "told"))
    bench_events.filtering(2_000)
    [table] = gathered(tmp_path / "told")
    assert table["columns"] == ["filter", "cube", "DuckDB", "polars"] and len(table["rows"]) == 4
    assert on_a_page(table)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_more_events_than_were_imported_are_opened_and_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(told.GATHERED, str(tmp_path / "told"))
    monkeypatch.setattr(bench_events, "LAYERS", ["imd"])
    folder = tmp_path / "data"
    england.build(folder, areas=2 * england.COLUMNS, events=1_000)
    england.grow(folder, 2_000)
    assert len(Store(folder).open().incidents("offences")) == 2_000
    bench_events.opened(folder, 2_000)
    tables = gathered(tmp_path / "told")
    assert len(tables) == 3 and all(map(on_a_page, tables))


def gathered(path: Path) -> list[dict]:
    return every.tables([json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()])


def on_a_page(table: dict) -> bool:
    """Whether a page has such a table of ten million events, and each cell of this one is told."""
    there = f"bench_events: {table['table']}".replace("2,000", "10,000,000"), table["columns"]
    whole = all(cell is None or cell > 0 for row in table["rows"] for cell in row[1:])
    return whole and there in [(mark, columns) for mark, columns, _ in shown()]


def shown() -> list[tuple[str, list[str], str]]:
    """Of every table of the pages of figures: what it says it is, its columns and its text."""
    found = []
    for name in ("speed.md", "engines.md"):
        page = (PAGES / name).read_text(encoding="utf-8")
        for part in page.split("<!-- ")[1:]:
            mark, _, rest = part.partition(" -->\n\n")
            text = rest.partition("\n\n")[0]
            found.append((mark, cells(text.splitlines()[0]), text))
    return found


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def read(cell: str) -> float | str | None:
    """A cell of a page as a number, whole where it has no point."""
    try:
        return None if cell == "-" else (float if "." in cell else int)(cell.replace(",", ""))
    except ValueError:
        return cell


def test_pages_have_the_tables_that_a_run_tells_as_it_tells_them() -> None:
    assert {mark.partition(":")[0] for mark, *_ in shown()} >= {"bench_england", "bench_hotspots"}
    for mark, columns, text in shown():
        script, _, title = mark.partition(": ")
        assert script.removeprefix("bench_") in every.BENCHES
        lines = [cells(line) for line in text.splitlines()[2:]]
        rows = [[name, *map(read, line)] for name, *line in lines]
        measured = {"script": script, "table": title, "columns": columns, "rows": rows}
        empty = f"# Page\n\n<!-- {mark} -->\n\n| old |\n|---|\n\nWords.\n"
        assert told.filled(empty, [measured]) == f"# Page\n\n<!-- {mark} -->\n\n{text}\n\nWords.\n"
        assert told.filled("# Page\n", [measured]) == "# Page\n"


def test_one_part_is_measured_and_an_unknown_one_lists_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = []

    def measured(command: list[str], check: bool) -> subprocess.CompletedProcess[str]:
        asked.append(command[2:])
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", measured)
    assert cli.run(["bench", "--quick", "--only", "england", "--only", "page"]) == 0
    assert asked == [["--quick", "--only", "england", "--only", "page"]]
    assert cli.run(["bench", "--only", "wales"]) == 1
    assert capsys.readouterr().err.startswith(
        "There is no benchmark wales: choose of answers, engines, england"
    )


def test_every_benchmark_is_run_and_the_machine_has_no_name() -> None:
    scripts = {path.stem.removeprefix("bench_") for path in Path(every.__file__).parent.glob("bench_*.py")}
    assert scripts == set(every.BENCHES)
    described = told.machine()
    assert described["processors"] and platform.node() not in map(str, described.values())


def test_the_extract_to_be_imported_is_one(tmp_path: Path) -> None:
    bench_import.write_extract(tmp_path / "extract.csv", 500)
    table = read_table("extract.csv", (tmp_path / "extract.csv").read_bytes(), lenient=True)
    events = reader_for(SOURCES["offences"], table).parse(table)
    assert len(events) == 500 and not table.aside
    assert events["hour"].notna().all() and events["span_hours"].notna().any()
