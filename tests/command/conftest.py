"""Fixtures of the tests of the command."""

import shutil
from pathlib import Path

import pytest

import app  # noqa: F401 - with the command of serving


@pytest.fixture(scope="session")
def raw(small_county: Path) -> Path:
    """Raw files of the county of squares."""
    return small_county.parent / "raw"


@pytest.fixture
def data(small_areas: Path, tmp_path: Path) -> Path:
    """Data folder with the areas of the county of squares, and no events."""
    return shutil.copytree(small_areas, tmp_path / "data")
