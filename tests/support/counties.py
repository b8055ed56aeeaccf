"""Fixtures: the counties that many tests read. Who writes to one copies its folder first."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from geo.answer.atlas import Atlas
from geo.ask.viewer import CLEARED_OWNER
from geo.cli import run
from geo.data.ingest import import_files
from geo.demo import build as build_demo
from tests.support import real_bedfordshire
from tests.support import small_county as small
from tests.support.once import once
from tests.support.served import served


@pytest.fixture(scope="session")
def bedfordshire_areas(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data folder of real Bedfordshire after the first five commands of its document: all but events."""

    def make(folder: Path) -> None:
        _follow(real_bedfordshire.commands(shared_data)[: real_bedfordshire.AREAS], folder)

    return once(tmp_path_factory, "bedfordshire_areas", make)


@pytest.fixture(scope="session")
def bedfordshire(
    bedfordshire_areas: Path, shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Data folder of real Bedfordshire, made by the commands of docs/real-bedfordshire.md, one by one."""

    def make(folder: Path) -> None:
        shutil.copytree(bedfordshire_areas, folder, dirs_exist_ok=True)
        _follow(real_bedfordshire.commands(shared_data)[real_bedfordshire.AREAS :], folder)

    return once(tmp_path_factory, "bedfordshire", make)


def _follow(commands: list[list[str]], folder: Path) -> None:
    for arguments in commands:
        assert run([*arguments, "--data", str(folder)]) == 0, arguments


@pytest.fixture(scope="session")
def demo_county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data folder of the demonstration county, built from its raw files."""
    return once(tmp_path_factory, "demo_county", build_demo)


@pytest.fixture(scope="session")
def demo_atlas(demo_county: Path) -> Atlas:
    """The demonstration county, open. Shared: an atlas is immutable."""
    return Atlas.open(demo_county)


@pytest.fixture(scope="session")
def true_demo_atlas(demo_county: Path) -> Atlas:
    """The demonstration county, opened cleared: with the true numbers of its controlled sources."""
    return Atlas.open(demo_county, CLEARED_OWNER)


@pytest.fixture(scope="session")
def small_county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data folder of a county of 36 squares with two sources, imported from raw files."""
    return once(tmp_path_factory, "small_county", small.build) / "data"


@pytest.fixture(scope="session")
def small_atlas(small_county: Path) -> Atlas:
    """The county of 36 squares, open. Shared: an atlas is immutable."""
    return Atlas.open(small_county)


@pytest.fixture(scope="session")
def home(small_county: Path) -> Iterator[str]:
    """Where a process of its own serves the county of squares, for clients of other makers."""
    with served(small_county) as address:
        yield address


@pytest.fixture(scope="session")
def small_areas(small_county: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data folder of the county of squares with its areas, and no events."""
    files = {"boundaries": "lsoa.geojson", "lookup": "lookup.csv", "population": "population.csv"}

    def make(folder: Path) -> None:
        for kind, name in files.items():
            import_files(folder, kind, [small_county.parent / "raw" / name], place="Squareshire")

    return once(tmp_path_factory, "small_areas", make)
