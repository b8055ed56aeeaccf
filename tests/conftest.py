"""Fixtures that every test may use."""

from pathlib import Path

import pytest
from hypothesis import settings

from geo.answer.atlas import Atlas
from geo.cli import run
from geo.demo import build as build_demo
from tests.support import real_bedfordshire
from tests.support import small_county as small
from tests.support.browser import chromium, serve  # noqa: F401  the fixtures of the browser tests

ROOT = Path(__file__).resolve().parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"

settings.register_profile("tests", deadline=None)  # how long a case takes depends on the machine
settings.load_profile("tests")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quick tests first; skip, saying why, those on real data where the folder is absent."""
    items.sort(key=lambda item: ("browser" in item.keywords, "realdata" in item.keywords))
    if SHARED_DATA.is_dir():
        return
    skip = pytest.mark.skip(reason=f"no real data: the folder {SHARED_DATA} is absent")
    for item in items:
        if "realdata" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real public files (only in tests marked ``realdata``)."""
    return SHARED_DATA


@pytest.fixture(scope="session")
def bedfordshire(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data folder of real Bedfordshire, made by the commands of docs/real-bedfordshire.md, one by one."""
    folder = tmp_path_factory.mktemp("bedfordshire")
    for arguments in real_bedfordshire.commands(shared_data):
        assert run([*arguments, "--data", str(folder)]) == 0, arguments
    return folder


@pytest.fixture(scope="session")
def demo_county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data folder of the demonstration county, built from its raw files."""
    folder = tmp_path_factory.mktemp("demo_county")
    build_demo(folder)
    return folder


@pytest.fixture(scope="session")
def demo_atlas(demo_county: Path) -> Atlas:
    """The demonstration county, open. Shared: an atlas is immutable."""
    return Atlas.open(demo_county)


@pytest.fixture(scope="session")
def small_county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data folder of a county of 36 squares with two sources, imported from raw files."""
    return small.build(tmp_path_factory.mktemp("small_county"))


@pytest.fixture(scope="session")
def small_atlas(small_county: Path) -> Atlas:
    """The county of 36 squares, open. Shared: an atlas is immutable."""
    return Atlas.open(small_county)
