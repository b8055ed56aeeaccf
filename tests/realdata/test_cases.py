"""Files of kinds that users really have, and what should come of each: the handed cases as a table."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from geo.answer.atlas import Atlas
from geo.ask.query import Query
from geo.ask.viewer import CLEARED_OWNER
from geo.cli import run
from geo.data.store import Snapshot, Store

pytestmark = pytest.mark.realdata
Check = Callable[[Snapshot], object]


@pytest.fixture(scope="module")
def cases(shared_data: Path) -> Path:
    folder = shared_data.parent / "cases"
    if not folder.is_dir():
        pytest.skip(f"the handed cases {folder} are absent")
    return folder


def events(source: str, number: int, months: list[str] | None = None) -> Check:
    def check(snapshot: Snapshot) -> None:
        assert len(snapshot.incidents(source)) == number
        batches = [b for b in snapshot.manifest["batches"].values() if b["source"] == source]
        if months is not None:
            assert [m for b in batches for m in b["months"]] == months
        assert Atlas(snapshot).sources[source].cube.n_events == number

    return check


def people(number: int) -> Check:
    return lambda snapshot: (
        number == snapshot.read("population")["population"].sum()
        or pytest.fail(f"{snapshot.read('population')['population'].sum()} residents")
    )


def areas(role: str, number: int) -> Check:
    return lambda snapshot: len(snapshot.read(role)) == number or pytest.fail(f"{len(snapshot.read(role))}")


OUTCOMES: dict[str, str] = {}
"""What came of each file, for the table."""

# what is imported (kind, file, options), exit status, what is said, what is then there
TABLE: list[tuple[list[str], int, tuple[str, ...], Check | None]] = [
    (
        ["offences", "spellings/case-only.csv"],
        0,
        ("count as “Theft From The Person”, another spelling",),
        events("offences", 60),
    ),
    (
        ["offences", "missing-force-month/archive.zip"],
        0,
        ("2025-03 to 2025-04: no events of bedfordshire", "these months are gaps"),
        lambda s: s.gaps("offences") == [2025 * 12 + 2, 2025 * 12 + 3] or pytest.fail("no gaps"),
    ),
    (["offences", "dated-extract/ok.csv"], 0, (), events("offences", 50, ["2023-03"])),
    (["offences", "dated-extract/seconds.csv"], 0, (), events("offences", 50, ["2023-03"])),
    (
        ["offences", "dated-extract/wide-range-historic.csv"],
        0,
        ("1 event of 1995-01, long before the others",),
        events("offences", 49, ["2023-03"]),
    ),
    (
        ["offences", "both-vintages/2023-06-bedfordshire-street.csv"],
        1,
        ("may use small areas of 2011 in 21 rows", "exact-fit lookup"),
        None,
    ),
    (
        ["offences", "both-vintages/2023-07-bedfordshire-street.csv"],
        0,
        ("5 outside the county", "small areas of 2011 that are no more in 5 rows (E01016760)"),
        events("offences", 405),
    ),
    (
        ["rms", "own-layout/rms.csv", "--mapping", "own-layout/rms.toml"],
        0,
        (),
        lambda s: s.incidents("rms")["span_hours"].gt(0).all() or pytest.fail("no spans"),
    ),
    (["ae", "health/ni-resident.csv"], 0, ("1 outside the county",), events("ae", 120)),
    (["population", "mid-year-estimates/mid2022_lsoa_title_removed.csv"], 0, ("417 areas",), None),
    (["population", "census/census2021-ts007a-lsoa.csv"], 0, ("417 areas",), people(417 * 1500)),
    (["offences", "tables/trailing-empty-rows.csv"], 0, ("30 empty rows",), events("offences", 200)),
    (
        ["offences", "tables/2025-01-bedfordshire-street-semicolon.csv"],
        0,
        ("separated by semicolons",),
        events("offences", 200),
    ),
    (["offences", "tables/utf16.txt.csv"], 0, ("UTF-16",), events("offences", 200)),
    (["offences", "archives/mac.zip"], 0, (), events("offences", 100)),
    (["offences", "archives/windows-deflate64.zip"], 1, ("Deflate64", "import the folder"), None),
    (
        ["boundaries", "boundaries/LAD_MAY_2024_UK_BUC.gpkg"],
        0,
        ("Scotland, Northern Ireland",),
        areas("areas/borough", 3),
    ),
]


@pytest.mark.parametrize(("command", "status", "said", "check"), TABLE, ids=[row[0][1] for row in TABLE])
def test_what_comes_of_a_file(
    command: list[str],
    status: int,
    said: tuple[str, ...],
    check: Check | None,
    cases: Path,
    bedfordshire_areas: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = shutil.copytree(bedfordshire_areas, tmp_path / "data")
    before = Store(data).open(CLEARED_OWNER).version
    arguments = [str(cases / word) if "/" in word else word for word in command]
    assert run(["import", *arguments, "--data", str(data)]) == status
    printed = capsys.readouterr()
    text = " ".join((printed.out + printed.err).split())
    OUTCOMES[command[1]] = (
        f"refused: {printed.err.strip()}" if status else f"taken: {' '.join(said) or 'whole'}"
    )
    for words in said:
        assert words in text
    snapshot = Store(data).open(CLEARED_OWNER)
    if status:
        assert snapshot.version == before
        assert len(printed.err.strip().splitlines()) == 1
    elif check:
        check(snapshot)


@pytest.mark.parametrize(
    ("name", "number", "said"),
    [
        ("two-layers.gpkg", 417, "“B_lsoa” was read"),
        ("single-in-folder.zip", 125, ""),
        ("gaps-3m.gpkg", 417, "clusters and hotspots, cannot be judged"),
        ("lsoa-truncated.geojson", 300, "exceededTransferLimit"),
    ],
)
def test_boundaries(
    name: str, number: int, said: str, cases: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["import", "boundaries", str(cases / "boundaries" / name), "--data", str(tmp_path)]) == 0
    assert said in " ".join(capsys.readouterr().out.split())
    OUTCOMES[f"boundaries/{name}"] = f"{number} areas; {said or 'whole'}"
    assert len(Store(tmp_path).open().read("areas/lsoa")) == number


def test_the_lookup_says_which_districts_are_cut_short(
    cases: Path, shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = (
        cases / "boundaries" / "lsoa-truncated.geojson",
        shared_data / "lookups" / "LSOA21_WD24_LAD24_EW.csv",
    )
    for kind, path in zip(("boundaries", "lookup"), files, strict=True):
        assert run(["import", kind, str(path), "--data", str(tmp_path)]) == 0
    assert "Central Bedfordshire (89 of 175)" in " ".join(capsys.readouterr().out.split())


def test_mixed_vintages_lose_nothing_when_the_advice_is_followed(
    cases: Path, bedfordshire_areas: Path, shared_data: Path, tmp_path: Path
) -> None:
    data = shutil.copytree(bedfordshire_areas, tmp_path / "data")
    changes = shared_data / "lookups" / "LSOA11_LSOA21_LAD22_EW.csv"
    assert run(["import", "lookup", str(changes), "--data", str(data)]) == 0
    for month, outside in (("06", 0), ("07", 5)):
        name = f"2023-{month}-bedfordshire-street.csv"
        file = cases / "both-vintages" / name
        assert run(["import", "offences", str(file), "--data", str(data)]) == 0
        history = Store(data).open().manifest["history"][-1]
        OUTCOMES[f"both-vintages/{name}"] = (
            f"taken with the lookup: {history['rows']} rows, {outside} outside"
        )
        assert history["outside"] == outside and history["rows"] == history["in_county"] + outside
    assert json.dumps(history)


def test_dates_on_the_first_are_months(cases: Path, shared_data: Path, tmp_path: Path) -> None:
    """Blackburn with Darwen, whose small areas are found through the lookup."""
    mapping, file = cases / "first-of-month" / "asb3.toml", next((cases / "first-of-month").glob("*.csv"))
    for arguments in (
        ["lookup", str(shared_data / "lookups" / "LSOA21_WD24_LAD24_EW.csv")],
        [
            "boundaries",
            str(shared_data / "boundaries" / "LSOA_2021_england.gpkg"),
            "--within",
            "blackburn with darwen",
        ],
        ["offences", str(file), "--mapping", str(mapping)],
    ):
        assert run(["import", *arguments, "--data", str(tmp_path)]) == 0
    atlas = Atlas.open(tmp_path)
    cube = atlas.sources["offences"].cube
    assert not cube.has_days and not cube.has_hours
    assert "give the month only" in atlas.catalogue.sources["offences"].no_hours_reason
    OUTCOMES[f"first-of-month/{file.name}"] = "taken as monthly data: no weekday, day or hour"


def test_a_table_of_numbers_of_wards(
    cases: Path, shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Barnet: counts of wards equal the file's; small areas say why they have none."""
    folder, data = cases / "count-tables", tmp_path / "data"
    for arguments in (
        ["lookup", str(shared_data / "lookups" / "LSOA21_WD24_LAD24_EW.csv")],
        ["boundaries", str(shared_data / "boundaries" / "LSOA_2021_england.gpkg"), "--within", "Barnet"],
        ["population", str(shared_data / "population" / "Census2021_age6_LSOA21_EW.csv.gz")],
    ):
        assert run(["import", *arguments, "--data", str(data)]) == 0
    numbers, mapping = folder / "ward_count.csv", folder / "ward_count.toml"
    command = ["import", "treatment", str(numbers), "--data", str(data), "--mapping"]
    assert run([*command, str(mapping)]) == 1
    said = capsys.readouterr().err
    assert "the period of all its rows: above it, such as period = “2024”" in said and "--period" in said
    assert run([*command, str(mapping), "--period", "2023-04 to 2024-03"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "ward_count.csv: episodes are given by ward only" in said
    expected = pd.read_csv(numbers).set_index("WD24CD")["Treatment episodes"]
    atlas = Atlas.open(data, CLEARED_OWNER)
    answer = atlas.answer(Query(source="treatment", level="ward"))
    assert answer.table["count"].to_dict() == expected.to_dict()
    OUTCOMES["count-tables/ward_count.csv"] = (
        f"taken with --period: {expected.sum():,} in {len(expected)} wards, no small area"
    )
    assert atlas.sources["treatment"].info.months == tuple(range(2023 * 12 + 3, 2024 * 12 + 3))
    small = atlas.answer(Query(source="treatment"))
    assert small.query.level == "ward"
    assert "are given by ward only, so small areas (LSOA) have none; wards are shown." in str(small.notices)
    assert "months are shares of them" in " ".join(small.caveats)


def test_every_case_was_tried(cases: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Prints the table of cases and outcomes (``pytest -s``); each file that was handed is in it."""
    if not OUTCOMES:
        pytest.skip("run with the other tests of this file")
    inputs = {".csv", ".zip", ".gpkg", ".geojson"}
    handed = {p.relative_to(cases).as_posix() for p in cases.rglob("*") if p.suffix in inputs}
    with capsys.disabled():
        print()
        for name, outcome in sorted(OUTCOMES.items()):
            print(f"| {name} | {outcome} |")
    assert set(OUTCOMES) == handed
