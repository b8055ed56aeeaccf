"""True and protected on the way in and out: what is imported as what, what is confirmed, and marked."""

import io
import shutil
from pathlib import Path

import pandas as pd
import pytest
from werkzeug.test import Client

import app
from geo.answer.atlas import Atlas
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.ask.viewer import CLEARED_OWNER, OTHERS, OWNER, Viewer
from geo.data.guarded import true_role
from geo.data.store import CLEARED, SECRET, Store
from geo.out.export import filename
from geo.tell.assessment import assess
from tests.support import small_county as small
from tests.support.command import command, street

FIRES = '[columns]\nmonth = "Month"\narea = "Area"\n'


@pytest.fixture
def county(small_county: Path, tmp_path: Path) -> Path:
    return shutil.copytree(small_county, tmp_path / "county")


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_cleared_needs_the_sentence(
    county: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "build", lambda *_, **__: pytest.fail("nothing is opened"))
    typed(monkeypatch, "yes\n")
    status, out, err = command(capsys, "serve", "--cleared", "--port", 0, "--data", county)
    assert status == 1
    assert "true small numbers" in out
    assert "not the sentence" in err


def test_cleared_page_is_marked_in_red_and_its_files_by_name(county: Path) -> None:
    page = Client(app.build(county, CLEARED_OWNER)[0])
    layout = page.get("/_dash-layout").get_data(as_text=True)
    assert "page-cleared" in layout
    assert "True small numbers, not for sharing" in layout
    assert "page-cleared" not in Client(app.build(county, OWNER)[0]).get("/_dash-layout").get_data(
        as_text=True
    )
    atlas = Atlas.open(county, CLEARED_OWNER)
    answer = atlas.answer(Query(source="ae"))
    assert filename(answer, "csv").startswith("not-for-sharing-")
    assert "not for sharing" in " ".join(answer.caveats)
    whole = assess(atlas, Query(), ["ae"])
    assert whole.banner == "True small numbers, not for sharing"
    assert any("not for sharing" in caveat for caveat in whole.caveats)


def test_a_forces_own_extract_is_internal_and_its_months_from_the_archive_open(
    county: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = Atlas.open(county).answer(Query())
    assert answer.banner == "Official-sensitive: true small numbers"
    assert filename(answer, "csv").startswith("official-sensitive-")
    info = Atlas.open(county).catalogue.sources["offences"]
    assert (info.disclosure, "data.police.uk" in info.attribution) == ("internal", False)
    file = street(tmp_path, "2023-01", f"a,{small.CODES[0]},Robbery")
    assert command(capsys, "import", "offences", file, "--data", data)[0] == 0
    info = Atlas.open(data).catalogue.sources["offences"]
    assert (info.disclosure, "data.police.uk" in info.attribution) == ("open", True)
    assert Atlas.open(data).answer(Query()).banner == "Open data"


def test_internal_data_are_true_for_their_owner_and_protected_for_everybody_else(county: Path) -> None:
    """Whoever is not at the owner's computer, nor cleared, is answered without the true events."""
    true = Store(county).open().incidents("offences")
    assert Store(county).open(Viewer(cleared={"offences"})).incidents("offences").equals(true)
    shutil.rmtree(county / CLEARED)
    for viewer in (OTHERS, OWNER):  # at whatever computer a copy without them is opened
        atlas = Atlas.open(county, viewer)
        assert not atlas.snapshot.incidents("offences").equals(true)
        answer = atlas.answer(Query(source="offences", level="lsoa"))
        assert answer.banner == "Official-sensitive: small numbers protected"
        assert (answer.table["count"] % 5 == 0).all()
        assert "plus_minus" in answer.table
        assert atlas.catalogue.sources["offences"].disclosure == "controlled"
    with pytest.raises(Problem, match="is missing"):
        Atlas.open(county, CLEARED_OWNER)


def test_a_server_that_others_may_reach_shows_no_internal_data(
    county: Path,
) -> None:
    """In a container the page is for everybody else."""
    names = [
        Client(app.build(county, viewer)[0]).get("/export.csv?source=offences").headers["Content-Disposition"]
        for viewer in (OTHERS, OWNER)
    ]
    assert ["official-sensitive" in name for name in names] == [False, True]


@pytest.mark.parametrize(
    ("said", "disclosure"), [("", "internal"), ('disclosure = "open"\n', "open")], ids=["silent", "open"]
)
def test_a_mapping_is_open_only_if_it_says_so(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], said: str, disclosure: str
) -> None:
    (tmp_path / "fires.csv").write_text(f"Month,Area\n2023-01,{small.CODES[0]}\n2023-01,{small.CODES[3]}\n")
    mapping = tmp_path / "fires.toml"
    mapping.write_text(f'label = "Fires"\nplace = "occurrence"\ncategory = "Fire"\n{said}{FIRES}')
    for key in ("fires", "offences"):
        status, *_ = command(
            capsys, "import", key, tmp_path / "fires.csv", "--mapping", mapping, "--data", data
        )
        assert status == 0
        assert Atlas.open(data).catalogue.sources[key].disclosure == disclosure
        assert Atlas.open(data).answer(Query(source=key)).totals.shown == 2
        attribution = Atlas.open(data).catalogue.sources[key].attribution
        assert ("official-sensitive" in attribution) == (disclosure == "internal")


def test_an_open_source_that_turns_controlled_is_protected_in_all_its_months(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for month, disclosure in (("2023-01", "open"), ("2023-02", "controlled"), ("2023-03", "open")):
        file, mapping = tmp_path / f"{month}.csv", tmp_path / f"{month}.toml"
        file.write_text("Month,Area\n" + f"{month},{small.CODES[0]}\n" * 40)
        head = f'label = "Fires"\nplace = "occurrence"\ncategory = "Fire"\ndisclosure = "{disclosure}"\n'
        mapping.write_text(head + FIRES)
        assert command(capsys, "import", "fires", file, "--mapping", mapping, "--data", data)[0] == 0
    snapshot = Store(data).open()
    assert snapshot.manifest["sources"]["fires"]["disclosure"] == "controlled"
    assert len(Store(data).open(CLEARED_OWNER).incidents("fires")) == 120
    assert all(snapshot.has(true_role(role)) for role in snapshot.manifest["batches"])
    for kept in (data / CLEARED, data / CLEARED / SECRET):
        assert kept.stat().st_mode & 0o077 == 0, "for its owner alone"


def test_a_month_added_later_leaves_earlier_months_as_they_are(
    county: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def months(cleared: bool = False) -> pd.DataFrame:
        return Store(county).open(CLEARED_OWNER if cleared else OWNER).incidents("ae")

    before = months()
    later = small.attendances(seed=9, n=90)
    later["Arrival_Date"] = "15/01/2024"
    later.to_csv(tmp_path / "january.csv", index=False)
    assert command(capsys, "import", "ae", tmp_path / "january.csv", "--data", county)[0] == 0
    now = months()
    pd.testing.assert_frame_equal(now[now["month"] < 2024 * 12].reset_index(drop=True), before)
    assert (months(cleared=True)["month"] == 2024 * 12).sum() == 90
    assert len(Atlas.open(county).sources["ae"].noise) == 2


def test_a_month_replaced_is_replaced_in_both_versions(
    county: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    january = small.attendances(seed=9, n=60)
    january["Arrival_Date"] = "15/01/2023"
    january.to_csv(tmp_path / "january.csv", index=False)
    assert command(capsys, "import", "ae", tmp_path / "january.csv", "--data", county)[0] == 0
    for cleared in (True, False):
        counts = (
            Store(county).open(CLEARED_OWNER if cleared else OWNER).incidents("ae")["month"].value_counts()
        )
        assert abs(counts[2023 * 12] - 60) <= (0 if cleared else 12)
        assert len(counts) == 12


def test_a_folder_of_an_earlier_version_is_refused_until_it_is_protected(
    county: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = Store(county)
    held = store.open(CLEARED_OWNER).incidents("ae")
    with store.transaction() as change:
        (role,) = [r for r, b in change.manifest["batches"].items() if b["source"] == "ae"]
        change.put(role, held)
        del change.manifest["objects"][true_role(role)]
    status, _, err = command(capsys, "export", "--data", county)
    assert status == 1
    assert "hotspots protect" in err
    status, out, _ = command(capsys, "protect", "--data", county)
    assert (status, "ae" in out) == (0, True)
    assert not Store(county).open().incidents("ae").equals(held)
    pd.testing.assert_frame_equal(store.open(CLEARED_OWNER).incidents("ae"), held)
    assert "nothing was changed" in command(capsys, "protect", "--data", county)[1]
    assert command(capsys, "check", "--data", county)[0] == 0


def test_importing_into_a_copy_without_the_true_events_names_the_remedy(
    county: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (county / CLEARED).glob("*.parquet"):
        path.unlink()
    later = small.attendances(seed=9, n=60)
    later["Arrival_Date"] = "15/01/2024"
    later.to_csv(tmp_path / "later.csv", index=False)
    status, _, err = command(capsys, "import", "ae", tmp_path / "later.csv", "--data", county)
    assert status == 1
    assert "import into the one that holds them" in err
    assert command(capsys, "check", "--data", county)[0] == 0
