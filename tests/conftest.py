"""What holds for every test: the fence around it, its kind, and where it runs."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from tests.support import fence

fence.close()
os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as in app.py, and as there before numpy is imported
os.environ["NUMBA_OPT"] = "0"  # esda's loops are compiled sooner, and here that is all

pytest_plugins = ("tests.support.counties", "tests.support.browser")

KINDS = ("unit", "answers", "command", "house", "browser", "realdata")
"""The folders of tests, in the order in which they run."""
SHARED_DATA = fence.ROOT.parent / "shared" / "data"


COMPILED = ("tests/answers/test_declared.py", "tests/unit/test_hotspots.py", "tests/realdata/test_peers.py")
"""Files whose tests permute with esda, whose loops take a process a quarter of a minute to compile."""


class FileByFile(LoadFileScheduling):
    """All tests of a file in one process, and all that need the compiled loops of esda in one."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return COMPILED[0] if file in COMPILED else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FileByFile | None:
    return FileByFile(config, log) if config.option.dist == "loadfile" else None


def kind(item: pytest.Item) -> str:
    """Name of the folder of a test."""
    return item.path.relative_to(Path(__file__).parent).parts[0]


def pytest_configure() -> None:
    from hypothesis import settings

    settings.register_profile("tests", deadline=None)  # how long a case takes depends on the machine
    settings.load_profile("tests")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests by their folder; skip, saying why, those on real data where there are none."""
    items.sort(key=lambda item: KINDS.index(kind(item)))
    skip = pytest.mark.skip(reason=f"no real data: the folder {SHARED_DATA} is absent")
    for item in items:
        if kind(item) in ("browser", "realdata"):
            item.add_marker(kind(item))
        if "realdata" in item.keywords and not SHARED_DATA.is_dir():
            item.add_marker(skip)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real public files (only in tests marked ``realdata``)."""
    return SHARED_DATA


@pytest.fixture(scope="session", autouse=True)
def working_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty folder to work in, so that ``./data`` is nobody's."""
    before, here = Path.cwd(), tmp_path_factory.mktemp("here")
    os.chdir(here)
    yield here
    os.chdir(before)


@pytest.fixture(autouse=True)
def nothing_left_behind(working_folder: Path) -> Iterator[None]:
    """A test writes to ``tmp_path``, not to where it happens to run."""
    yield
    left = sorted(working_folder.iterdir())
    for path in left:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert not left, "written to the folder that the test happens to run in"
