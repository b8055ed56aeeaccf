"""Are many counties' documents made, once each, here as on the workers of a scheduler?"""

import shutil
from pathlib import Path

import pytest
from distributed import LocalCluster

import geo.cli_batch  # noqa: F401 - it adds its command
from geo.cli import run
from geo.out import batch
from tests.support.command import command

MADE = ("--make", "emerging")


@pytest.fixture(scope="module")
def counties(small_county: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Two folders that hold a county of one name, and one that holds none."""
    folder = tmp_path_factory.mktemp("counties")
    return [
        str(shutil.copytree(small_county, folder / "north")),
        str(shutil.copytree(small_county, folder / "south")),
        str(folder / "nowhere"),
    ]


@pytest.fixture(scope="module")
def made(counties: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    to = tmp_path_factory.mktemp("made")
    assert run(["batch", *counties, *MADE, "--to", str(to)]) == 1  # one of three folders holds nothing
    return to


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_county_without_data_is_named_and_the_others_are_made(
    made: Path, counties: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = command(capsys, "batch", *counties, "--make", "emerging", "--to", tmp_path)
    assert status == 1
    assert "2 made, 0 there before, 1 not made" in out
    assert err.startswith(f"{counties[2]}, emerging: There is no data in the folder")
    assert {name.split("/")[0] for name in files(made)} == {
        "north",
        "south",
    }


def test_what_is_there_is_not_made_again(
    made: Path,
    counties: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    to = shutil.copytree(made, tmp_path / "to")
    lost = next((to / "north").glob("*emerging*.csv"))
    lost.unlink()
    asked = []
    monkeypatch.setattr(batch, "made", lambda job, made=batch.made: asked.append(job) or made(job))
    status, out, _ = command(capsys, "batch", *counties[:2], *MADE, "--to", to)
    assert (status, [job.data.name for job in asked]) == (0, ["north"])
    assert "1 made, 1 there before, 0 not made" in out
    assert files(to) == files(made)
    _, out, _ = command(capsys, "batch", *counties[:2], "--make", "emerging", "--url", "month=7", "--to", to)
    assert "2 made, 0 there before" in out  # another question


def test_workers_make_the_same_by_another_engine(made: Path, counties: list[str], tmp_path: Path) -> None:
    with LocalCluster(n_workers=1, processes=False, threads_per_worker=1, dashboard_address=None) as cluster:
        arguments = ["batch", *counties[:2], *MADE, "--to", str(tmp_path), "--engine", "duckdb"]
        assert run([*arguments, "--scheduler", cluster.scheduler_address]) == 0
    assert files(tmp_path) == files(made)


def test_the_password_of_an_engine_is_neither_written_nor_told(
    counties: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = batch.Job(Path(counties[0]), "emerging", tmp_path, engine="postgresql://viewer:secret@host/crime")
    assert "secret" not in repr(job) and job.key == batch.Job(job.data, job.product, job.into).key
    job.folder.mkdir()
    batch.record(batch.Outcome(job, ("a.csv",)))
    assert b"secret" not in (job.folder / batch.LEDGER).read_bytes()
    for engine in ("postgresql://viewer:secret@[host/crime", "postgresql://viewer:secret%@host/crime"):
        status, out, err = command(capsys, "batch", counties[0], "--engine", engine, "--to", tmp_path)
        assert status == 1 and err.startswith("The address of the engine cannot be read")
        assert "secret" not in out + err


def test_back_tests_of_all_counties_stand_beneath_one_another(
    demo_county: Path, counties: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = command(
        capsys, "batch", counties[0], demo_county, "--make", "back-test", "--to", tmp_path
    )
    assert status == 1
    reason = "it needs two years that follow one another loaded without a gap."
    assert err == f"{counties[0]}, back-test: cannot be made: {reason}\n"
    whole = (tmp_path / "back-test.csv").read_bytes()
    heading, *rows = whole.decode("utf-8-sig").splitlines()
    assert (
        heading
        == 'Folder,County,What,Choice,Small areas,"Caught, %",Times their share,Share of the best possible'
    )
    assert len(rows) > 2 and all(row.startswith(f"{demo_county.name},Bedfordshire,") for row in rows)
    [own] = tmp_path.glob("*/back-test.csv")
    job = batch.Job(demo_county, "back-test", tmp_path)
    twice = [batch.Outcome(job, (own.name,))] * 2
    assert batch.joined("back-test", twice).decode("utf-8-sig").splitlines() == [heading, *rows, *rows]


def test_faults_are_named(counties: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, _, err = command(capsys, "batch", counties[0], "--make", "maps", "--to", tmp_path)
    assert err == "Nothing called “maps” can be made: choose of assessment, packs, emerging, back-test.\n"
    _, out, err = command(
        capsys, "batch", counties[0], "--make", "emerging", "--url", "month=77", "--to", tmp_path
    )
    assert "1 not made" in out and "77" in err and not list(tmp_path.glob("*/*.csv"))
    _, _, err = command(capsys, "batch", tmp_path / "a" / "north", counties[0], "--to", tmp_path)
    assert err.startswith("Two of the folders are called “north”")
    _, _, err = command(capsys, "batch", counties[0], "--to", tmp_path, "--scheduler", "nonsense://nowhere")
    assert err.startswith("No Dask scheduler answers at nonsense://nowhere")
