"""What holds for every test: the fence around it, its kind, and where it runs."""

import gc
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import fence

gc.set_threshold(100_000)  # as in a command: what is imported and collected stays
fence.close()
os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as in app.py, and as there before numpy is imported
# A run in the background is deaf to Ctrl+C, and so would be the servers that tests end by it.
signal.signal(signal.SIGINT, signal.default_int_handler)

pytest_plugins = ("tests.support.counties", "tests.support.browser")

KINDS = ("unit", "answers", "command", "house", "browser", "realdata")
"""The folders of tests, in the order in which they run in one process."""
LONG = ("browser", "realdata")
"""Those whose files are all long; elsewhere a file is marked where it is."""
SHARED_DATA = fence.ROOT.parent / "shared" / "data"


def kind(item: pytest.Item) -> str:
    """Name of the folder of a test."""
    return item.path.relative_to(Path(__file__).parent).parts[0]


def begun(items: list[pytest.Item]) -> dict[Path, tuple[bool, float]]:
    """When each file is begun where processes share them out, as what to sort by.

    The long ones come first, so that the end is not one of them alone, and among them the kinds take turns:
    while one process waits for a browser, another computes.
    """
    kinds: dict[tuple[bool, str], list[Path]] = {}
    for path, item in {item.path: item for item in items}.items():
        short = kind(item) not in LONG and item.get_closest_marker("long") is None
        kinds.setdefault((short, kind(item)), []).append(path)
    return {
        path: (short, (place + 0.5) / len(paths))
        for (short, _), paths in kinds.items()
        for place, path in enumerate(paths)
    }


def pytest_configure() -> None:
    from hypothesis import settings

    # How long a case takes depends on the machine; other cases are tried by every run.
    settings.register_profile("tests", deadline=None, max_examples=50)
    settings.load_profile("tests")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests by their folder; skip, saying why, those on real data where there are none."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        when = begun(items)
        items.sort(key=lambda item: when[item.path])
    else:
        items.sort(key=lambda item: KINDS.index(kind(item)))
    skip = pytest.mark.skip(reason=f"no real data: the folder {SHARED_DATA} is absent")
    for item in items:
        if kind(item) in LONG:
            item.add_marker(kind(item))
        if "realdata" in item.keywords and not SHARED_DATA.is_dir():
            item.add_marker(skip)


def pytest_collection_finish() -> None:
    """Look for cycles as seldom as a server does, and not through what is there before the first test."""
    gc.freeze()
    gc.set_threshold(10_000)


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
