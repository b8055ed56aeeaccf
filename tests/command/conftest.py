"""Fixtures of the tests of the command."""

import shutil
from pathlib import Path

import pytest

from app import cli  # with the command of serving
from tests.support import small_county as small


@pytest.fixture(scope="session")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Raw files of the county of squares."""
    folder = tmp_path_factory.mktemp("raw")
    small.build(folder)
    return folder / "raw"


@pytest.fixture(scope="session")
def areas_only(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("areas")
    for kind, name in (
        ("boundaries", "lsoa.geojson"),
        ("lookup", "lookup.csv"),
        ("population", "population.csv"),
    ):
        assert cli.run(["import", kind, str(raw / name), "--data", str(folder), "--name", "Squareshire"]) == 0
    return folder


@pytest.fixture
def data(areas_only: Path, tmp_path: Path) -> Path:
    """Data folder with the areas of the county of squares, and no events."""
    return shutil.copytree(areas_only, tmp_path / "data")
