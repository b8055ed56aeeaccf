"""Where nobody reports, nothing is known: a county of two forces, one of which is missing, or for a time."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dashboard.facts import facts
from geo.answer.atlas import Atlas
from geo.answer.colours import PALETTES
from geo.answer.measures import MEASURES
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.ask.viewer import CLEARED_OWNER, OTHERS
from geo.cli import run
from geo.data import reports
from geo.data.guarded import protect
from geo.data.ingest import import_files
from geo.data.mapping import read_mapping
from geo.data.store import CLEARED, Store
from geo.out.export import export
from tests.support import small_county as small
from tests.support.manifest import rewritten

EAST, WEST = "E06000002", "E06000001"
SQUARES = small.areas()
IN_EAST = (SQUARES["lad"] == EAST).to_numpy()
MONTHS = [f"2023-{month:02d}" for month in range(1, 7)]
DAYS = dict(zip(MONTHS, (31, 28, 31, 30, 31, 30), strict=True))


def rows(force: str, month: str) -> pd.DataFrame:
    """Rows of a force's file; neighbours and the railway have a few across the border."""
    rng = np.random.default_rng([len(force), int(month[5:])])
    mean = {
        "west": np.where(IN_EAST, 0.05, 20.0),
        "east": np.where(IN_EAST, 22.0, 0.05),
        "btp": np.full(36, 0.4),
    }[force]
    mean = mean * np.where(np.arange(36) == 8, 0.0, 1.0)  # square 12 of the west has none: a real zero
    number = rng.poisson(mean)
    codes = np.repeat(small.CODES, number)
    return pd.DataFrame(
        {
            "Crime ID": [f"{force}{month}{k}" for k in range(len(codes))],
            "Month": month,
            "Reported by": {"west": "West Police", "east": "East Constabulary", "btp": "btp"}[force],
            "LSOA code": codes,
            "Crime type": "Robbery",
        }
    )


def county(folder: Path, small_areas: Path, given: dict[str, list[str]], *, named: bool = True) -> Atlas:
    """The county with the files of some months of each force: by their names, or row by row in one file."""
    data = folder / "data"
    shutil.copytree(small_areas, data)
    tables = {(force, month): rows(force, month) for force, months in given.items() for month in months}
    if named:
        (folder / "police").mkdir()
        for (force, month), table in tables.items():
            table.to_csv(folder / "police" / f"{month}-{force}-street.csv", index=False)
        path = folder / "police"
    else:
        path = folder / "all.csv"
        pd.concat(tables.values()).to_csv(path, index=False)
    import_files(data, "offences", [path], opening=Atlas)
    return Atlas.open(data)


@pytest.fixture(scope="module", params=["by name", "by row"])
def without_east(
    request: pytest.FixtureRequest, small_areas: Path, tmp_path_factory: pytest.TempPathFactory
) -> Atlas:
    given = {"west": MONTHS, "btp": MONTHS}
    return county(tmp_path_factory.mktemp("one"), small_areas, given, named=request.param == "by name")


@pytest.fixture(scope="module")
def half_east(small_areas: Path, tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    return county(tmp_path_factory.mktemp("half"), small_areas, {"west": MONTHS, "east": MONTHS[:3]})


def counted(given: dict[str, list[str]]) -> pd.Series:
    """Events by small area, counted by pandas alone."""
    table = pd.concat([rows(force, month) for force, months in given.items() for month in months])
    return table.groupby("LSOA code").size().reindex(small.CODES, fill_value=0)


# ---------------------------------------------------------------- a force that is missing


def test_a_district_without_its_force_is_no_data_and_not_0(without_east: Atlas) -> None:
    answer = without_east.answer(Query())
    expected = counted({"west": MONTHS, "btp": MONTHS})
    assert answer.table["count"][~IN_EAST].tolist() == expected[~IN_EAST].tolist()
    assert expected.iloc[8] == 0 and answer.table["count"].iloc[8] == 0  # a real zero stays one
    assert expected[IN_EAST].sum() > 0  # there are a few rows, and yet it is not known
    assert answer.table["count"][IN_EAST].isna().all()
    assert answer.table["rate_per_1000_year"][IN_EAST].isna().all()
    keys = np.array(answer.classes.keys)[answer.codes]
    assert (keys[IN_EAST] == "unreported").all() and "unreported" not in keys[~IN_EAST]
    assert answer.classes.counts[list(answer.classes.keys).index("unreported")] == 12
    assert "12 small areas in Eastshire are not reported on: no data, and not 0" in answer.headline
    assert (answer.ranked["rank"].iloc[-12:] == "").all()


@pytest.mark.parametrize(
    "layer", ["local_moran", "getis_ord", "quintile", "change", "confidence", "significance"]
)
def test_no_statistic_has_it_in_its_population(without_east: Atlas, layer: str) -> None:
    answer = without_east.answer(Query(layer=layer))
    alone = without_east.answer(Query(layer=layer, borough=(WEST,)))
    new = [column for column in alone.table if column not in ("days_covered", "borough")]
    pd.testing.assert_frame_equal(answer.table[new][~IN_EAST], alone.table[new][~IN_EAST])
    keys = np.array(answer.classes.keys)[answer.codes]
    assert (keys[IN_EAST] == "unreported").all()


def test_cold_spots_are_none_of_the_areas_without_data(without_east: Atlas) -> None:
    import esda
    import libpysal

    answer = without_east.answer(Query(layer="local_moran", fdr=False))
    low = (answer.table["cluster"] == "LL").to_numpy()
    assert not low[IN_EAST].any()
    west = SQUARES[~IN_EAST].reset_index(drop=True)
    weights = libpysal.weights.Queen.from_dataframe(west, use_index=False)
    counts = counted({"west": MONTHS, "btp": MONTHS})[~IN_EAST].to_numpy(float)
    moran = esda.Moran_Local(counts, weights, permutations=0)
    assert np.allclose(answer.table["local_i"][~IN_EAST].to_numpy(float), moran.Is)


# ---------------------------------------------------------------- what leaves


def test_files_have_null_and_the_days(without_east: Atlas) -> None:
    content = json.loads(export(without_east, Query(), "json"))
    east = [record for record in content["records"] if record["borough"] == "Eastshire"]
    assert len(east) == 12
    for record in east:
        assert record["count"] is None and record["count_shown"] is None
        assert record["rate_per_1000_year"] is None and record["days_covered"] == 0
    table = export(without_east, Query(), "csv").decode()
    line = next(line for line in table.splitlines() if "Eastshire" in line)
    assert line.split(",")[3] == ""


def test_check_names_the_districts(without_east: Atlas, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--data", str(without_east.snapshot.folder)]) == 0
    assert "not reported on, or not in every month: Eastshire\n" in capsys.readouterr().out


# ---------------------------------------------------------------- a force that is missing for a time


def test_an_area_of_half_the_time_has_its_own_rate_and_is_in_no_comparison(half_east: Atlas) -> None:
    answer = half_east.answer(Query(layer="local_moran"))
    expected = counted({"west": MONTHS, "east": MONTHS[:3]})
    assert answer.table["count"].tolist() == expected.tolist()
    days = np.where(IN_EAST, sum(DAYS[m] for m in MONTHS[:3]), sum(DAYS.values()))
    assert answer.table["days_covered"].tolist() == days.tolist()
    people = answer.table["population"].to_numpy(float)
    rate = 1000 * expected / people / (days / 365.25)
    shown = answer.table["rate_per_1000_year"].to_numpy(float)
    some = expected >= 3
    assert np.allclose(shown[some], rate[some]) and np.isnan(shown[~some]).all()
    keys = np.array(answer.classes.keys)[answer.codes]
    assert (keys[IN_EAST] == "unreported").all()
    assert "12 small areas in Eastshire are reported on in part of the period only" in answer.headline


def test_a_period_that_both_report_compares_both(half_east: Atlas) -> None:
    answer = half_east.answer(Query(first=2023 * 12, last=2023 * 12 + 2, layer="local_moran"))
    assert answer.compared.all() and "days_covered" not in answer.table
    assert "not reported" not in answer.headline


def test_of_the_east_alone_the_months_that_it_lacks_are_gaps(half_east: Atlas) -> None:
    answer = half_east.answer(Query(borough=(EAST,)))
    assert answer.days == sum(DAYS[m] for m in MONTHS[:3])
    assert answer.months["month_text"].tolist() == MONTHS[:3]
    assert answer.compared[IN_EAST].all()
    assert "Not reported on here, and so not counted: April to June 2023." in answer.caveats
    assert half_east.asked(Query(borough=(EAST,))).monthly().columns.tolist() == [
        2023 * 12 + k for k in range(3)
    ]


def test_months_of_the_whole_are_those_of_the_areas_that_always_report(half_east: Atlas) -> None:
    answer = half_east.answer(Query())
    west = pd.concat(
        [rows(force, m) for force in ("west",) for m in MONTHS] + [rows("east", m) for m in MONTHS[:3]]
    )
    west = west[west["LSOA code"].isin(np.array(small.CODES)[~IN_EAST])]
    assert answer.months["count"].tolist() == west.groupby("Month").size().tolist()
    assert any(caveat.startswith("The chart of months is of the 24 small areas") for caveat in answer.caveats)


def test_a_borough_without_data_is_no_benchmark(without_east: Atlas) -> None:
    answer = without_east.answer(Query(layer="significance", benchmark=EAST))
    assert "Compared with Squareshire as a whole, not with Eastshire" in " ".join(answer.caveats)
    whole = without_east.answer(Query(layer="significance"))
    pd.testing.assert_series_equal(answer.table["benchmark"], whole.table["benchmark"])


def test_the_panel_of_an_area_without_data_says_so(without_east: Atlas) -> None:
    from geo.tell.area import profile

    code = small.CODES[int(np.flatnonzero(IN_EAST)[0])]
    assert "is not reported on in this period" in profile(without_east, Query(area=code)).headline


# ---------------------------------------------------------------- folders and files that do not say


def test_a_folder_from_before_is_covered_everywhere(without_east: Atlas, tmp_path: Path) -> None:
    folder = tmp_path / "old"
    shutil.copytree(without_east.snapshot.folder, folder)
    with rewritten(folder) as manifest:
        for role, batch in manifest["batches"].items():
            batch.pop("reports")
            batch["forces"] = {"west": 480.0, "btp": 14.0}
            manifest["objects"].pop(reports.role_of(role))
    answer = Atlas.open(folder).answer(Query())
    assert answer.compared.all() and answer.table["count"].notna().all()


@pytest.fixture(scope="module")
def visits(small_areas: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of a controlled source: ``told`` by a mapping that names who reports, ``plain`` without."""
    both = tmp_path_factory.mktemp("visits")
    table = pd.concat([rows("west", month) for month in MONTHS])
    table.to_csv(both / "visits.csv", index=False)
    said = 'label = "Visits"\nplace = "residence"\ndisclosure = "controlled"\ncategory = "Assault"\n'
    columns = '[columns]\nmonth = "Month"\narea = "LSOA code"\n'
    for name, more in (("plain", ""), ("told", 'reporter = "Reported by"\n')):
        shutil.copytree(small_areas, both / name)
        (both / f"{name}.toml").write_text(said + columns + more)
        source = read_mapping(both / f"{name}.toml", "visits")
        import_files(both / name, "visits", [both / "visits.csv"], source=source, opening=Atlas)
    return both


def test_suppliers_of_a_source_of_ones_own_are_told_by_its_mapping(visits: Path) -> None:
    seen = [Atlas.open(visits / name).answer(Query(source="visits")) for name in ("plain", "told")]
    assert seen[0].compared.all()
    assert seen[1].compared.tolist() == (~IN_EAST).tolist()
    table = export(Atlas.open(visits / "told"), Query(source="visits"), "csv").decode().splitlines()
    assert {line.split(",")[3] for line in table if "Eastshire" in line} == {
        ""
    }  # no data, and not suppressed


def test_others_open_no_count_of_what_suppliers_report(visits: Path, tmp_path: Path) -> None:
    """Coverage is the same for all; others open whose a district is, and no count."""
    folder = Path(shutil.copytree(visits / "told", tmp_path / "county"))
    truth = pd.concat([rows("west", month) for month in MONTHS]).groupby("LSOA code").size()
    cleared, other = (Store(folder).open(viewer) for viewer in (CLEARED_OWNER, OTHERS))
    [batch] = other.manifest["batches"]
    true, told = reports.true_role_of(batch), reports.role_of(batch)
    assert cleared.read(true).set_index("lsoa")["events"].to_dict() == truth.to_dict()
    assert (true in cleared.opened(), true in other.opened(), told in other.opened()) == (True, False, True)
    assert set(other.read(told)["lsoa"]) == set(np.array(small.CODES)[~IN_EAST])
    assert other.read(told)[["force", "events"]].drop_duplicates().shape == (1, 2)
    covered = Atlas(cleared).sources["visits"].covered
    shutil.rmtree(folder / CLEARED)
    assert np.array_equal(Atlas(other).sources["visits"].covered, covered)
    assert reports.without(other, "visits") == ["Eastshire"]


def test_counts_that_others_would_open_are_taken_from_them(visits: Path, tmp_path: Path) -> None:
    """An earlier version of the program stored but one table, with counts."""
    folder = Path(shutil.copytree(visits / "told", tmp_path / "county"))
    with rewritten(folder) as manifest:
        [batch] = manifest["batches"]
        objects = manifest["objects"]
        counted = objects[reports.role_of(batch)] = objects.pop(reports.true_role_of(batch))
    stored = f"{counted['sha256']}.parquet"
    (folder / CLEARED / stored).rename(folder / "objects" / stored)
    with pytest.raises(Problem, match="run hotspots protect"):
        Atlas.open(folder, OTHERS)
    assert protect(folder) == ["visits"]
    found, before = (
        Store(one).open(OTHERS).read(reports.role_of(batch)) for one in (folder, visits / "told")
    )
    pd.testing.assert_frame_equal(found, before)
    assert (folder / CLEARED / stored).is_file()


def test_one_force_of_one_county_covers_all_of_it(small_areas: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(small_areas, data)
    for month in ("2023-01", "2023-03"):
        table = pd.concat([rows("west", month), rows("east", month)])
        path = tmp_path / f"{month}-square-street.csv"
        table.to_csv(path, index=False)
        import_files(data, "offences", [path], opening=Atlas)
    atlas = Atlas.open(data)
    assert atlas.sources["offences"].covered.all()
    assert Store(data).open().gaps("offences") == [2023 * 12 + 1]


def test_a_month_that_a_force_gives_nothing_of_is_not_reported(small_areas: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(small_areas, data)
    (tmp_path / "police").mkdir()
    for month in MONTHS[:3]:
        for force in ("west", "east"):
            table = rows(force, month)
            table = table.head(0) if (force, month) == ("east", "2023-02") else table
            table.to_csv(tmp_path / "police" / f"{month}-{force}-street.csv", index=False)
    import_files(data, "offences", [tmp_path / "police"], opening=Atlas)
    covered = Atlas.open(data).sources["offences"].covered
    assert covered[~IN_EAST].all()
    assert covered[IN_EAST].tolist() == [[True, False, True]] * 12


# ---------------------------------------------------------------- a rate of some of the days


@pytest.mark.parametrize("measure", ["rate", "eb_rate", "count"])
def test_a_rate_of_half_the_time_is_shown_and_marked(half_east: Atlas, measure: str) -> None:
    """Its colour is that of the same rate elsewhere; a count of less time has none."""
    query = Query(measure=measure)
    answer = half_east.answer(query)
    keys = np.array(answer.classes.keys)[answer.codes]
    in_part = np.char.startswith(keys.astype(str), "part-")
    column = MEASURES[measure].column.name
    value = answer.table[column].to_numpy(float, na_value=np.nan)
    assert in_part.tolist() == (IN_EAST & ~np.isnan(value) & (measure != "count")).tolist()
    assert (answer.table["rank"] == "").tolist() == (IN_EAST | np.isnan(value)).tolist()
    caveat = f"{in_part.sum()} small areas hatched over their colour have the rate of the days alone"
    assert any(said.startswith(caveat) for said in answer.caveats) == (measure != "count")
    for at in np.flatnonzero(in_part):
        step = str(np.searchsorted(answer.classes.edges, value[at], side="right"))
        plain = answer.classes.keys.index(step)
        assert keys[at] == f"part-{step}"
        assert answer.classes.colours[answer.codes[at]] == answer.classes.colours[plain]
        assert answer.classes.patterns[answer.codes[at]] == "nodata"
        assert answer.classes.labels[answer.codes[at]].startswith(answer.classes.labels[plain])
    assert sum(answer.classes.counts) == 36
    told = facts(answer, answer.table, half_east.sources["offences"].info)["Days reported on"]
    assert told == ["90 of 181" if east else "181 of 181" for east in IN_EAST]
    again = answer.classes.coloured(list(PALETTES)[-1])
    for at in np.flatnonzero(in_part):
        plain = again.keys.index(keys[at].removeprefix("part-"))
        assert again.colours[answer.codes[at]] == again.colours[plain]


@pytest.mark.parametrize("layer", ["quintile", "local_moran", "getis_ord", "significance"])
def test_no_statistic_takes_a_rate_of_half_the_time_for_one_of_all(half_east: Atlas, layer: str) -> None:
    """Whatever the east has, the classes of the west are those of the west alone."""
    query = Query(measure="rate", layer=layer)
    answer, alone = (half_east.answer(one) for one in (query, query.replace(borough=(WEST,))))
    keys = [np.array(one.classes.keys)[one.codes[~IN_EAST]].tolist() for one in (answer, alone)]
    assert keys[0] == keys[1]
    assert set(answer.codes[IN_EAST]) == {answer.classes.keys.index("unreported")}


# ---------------------------------------------------------------- declared in a mapping

CARE = """
label = "Walk-in centre"
place = "occurrence"
disclosure = "open"
category = "Assault"
[columns]
month = "Month"
area = "LSOA"
"""


def declared(folder: Path, small_areas: Path, covers: str, rows_: list[str]) -> int:
    shutil.copytree(small_areas, folder / "data", dirs_exist_ok=True)
    (folder / "care.toml").write_text(CARE + covers, encoding="utf-8")
    (folder / "care.csv").write_text("\n".join(["Month,LSOA", *rows_]), encoding="utf-8")
    files = [str(folder / "care.csv"), "--mapping", str(folder / "care.toml")]
    return run(["import", "care", *files, "--data", str(folder / "data")])


def test_what_a_mapping_says_is_covered_makes_zeros_and_gaps(
    small_areas: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    west, east = small.CODES[0], SQUARES["LSOA21CD"][IN_EAST].iloc[0]
    given = [f"2023-0{m},{west}" for m in (2, 4) for _ in range(9)] + [f"2023-02,{east}", f"2024-01,{west}"]
    covers = '[covers]\ndistricts = ["westshire"]\nfrom = "2023-01"\nto = "2023-06"\n'
    assert declared(tmp_path, small_areas, covers, given) == 0
    assert "1 event beyond the period that the mapping declares (2023-01 to 2023-06) left out" in " ".join(
        capsys.readouterr().out.split()
    )
    atlas = Atlas.open(tmp_path / "data")
    assert atlas.sources["care"].info.months == tuple(range(2023 * 12, 2023 * 12 + 6))
    assert not atlas.sources["care"].info.gaps
    answer = atlas.answer(Query(source="care", measure="rate"))
    missing = answer.table["count"].isna().to_numpy()
    assert np.array_equal(missing, IN_EAST), "nobody reports on the east: no data, and no zero"
    assert answer.totals.shown == 18
    assert answer.months["count"].tolist() == [0, 9, 0, 9, 0, 0]
    assert "not reported on: no data" in " ".join(answer.caveats)


@pytest.mark.parametrize(
    ("covers", "said"),
    [
        ('[covers]\ndistricts = ["Narnia"]\n', "covers “Narnia”, which is no district here"),
        ('[covers]\nfrom = "2023"\n', "under [covers] as months such as “2023-04”"),
        ('[covers]\nfrom = "2023-05"\nto = "2023-01"\n', "in their order"),
        ('[covers]\nfrom = "2019-01"\nto = "2019-03"\n', "No event lies in the period"),
        ("[covers]\nto = 2023\n", "must give [covers] as a table of months and a list of districts"),
        ('[covers]\nregion = "x"\n', "“region” under [covers]"),
    ],
)
def test_a_declaration_that_cannot_be_is_refused(
    covers: str, said: str, small_areas: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert declared(tmp_path, small_areas, covers, [f"2023-02,{small.CODES[0]}"] * 3) == 1
    assert said in capsys.readouterr().err
