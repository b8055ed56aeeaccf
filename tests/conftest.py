"""What holds for every test: the fence around it, its kind, and where it runs."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import fence

fence.close()
os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as in app.py, and as there before numpy is imported
# A run in the background is deaf to Ctrl+C, and so would be the servers that tests end by it.
signal.signal(signal.SIGINT, signal.default_int_handler)

pytest_plugins = ("tests.support.counties", "tests.support.browser")

KINDS = ("unit", "answers", "command", "house", "browser", "realdata")
"""The folders of tests, in the order in which they run."""
SHARED_DATA = fence.ROOT.parent / "shared" / "data"


def kind(item: pytest.Item) -> str:
    """Name of the folder of a test."""
    return item.path.relative_to(Path(__file__).parent).parts[0]


def pytest_configure() -> None:
    from hypothesis import settings

    # How long a case takes depends on the machine; other cases are tried by every run.
    settings.register_profile("tests", deadline=None, max_examples=50)
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
