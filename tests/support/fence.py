"""What may a test read and write? Its own folders, and nothing of whoever runs it."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
MADE_BY_TOOLS = ("__pycache__", ".pytest_cache", ".hypothesis", ".benchmarks")
"""Folders of the checkout that Python and the tools of the tests write to."""
PYTEST_CACHE = "pytest-cache-files-"
"""How pytest names its cache until it is whole."""

READS = {"open", "os.listdir", "os.scandir"}
WRITES = {
    f"os.{act}" for act in ("mkdir", "remove", "rename", "rmdir", "link", "symlink", "truncate", "utime")
}
PATHS = {"os.rename": (0, 2), "os.link": (1, 2), "os.symlink": (1, 2)}
"""Which arguments are the paths that are touched; the first one elsewhere."""
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class OverTheFence(BaseException):
    """A test reached for what is not its own; no ``except Exception`` of the program may swallow it."""


def stray(path: str, writes: bool) -> str | None:
    """Say why a test must not open a path; None where it may.

    Parameters
    ----------
    path : str
        Absolute.
    writes : bool
        Whether it is written, made, moved or deleted.
    """
    if not path.startswith(f"{ROOT}{os.sep}"):
        return None
    parts = Path(path).relative_to(ROOT).parts
    if parts[0] == "data" and parts[1:2] != ("boundaries",):
        return f"{path} is in the reader's own data folder: give the test a folder of its own, as tmp_path is"
    if writes and not parts[0].startswith(PYTEST_CACHE) and not set(parts) & set(MADE_BY_TOOLS):
        return f"{path} is in the checkout, which tests leave as it is: write to tmp_path"
    return None


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Hear of every file that Python is about to touch in this process."""
    if event not in READS and event not in WRITES:
        return
    writes = event in WRITES
    if event == "open":
        _, mode, flags = arguments
        writes = bool((flags or 0) & WRITING) or any(letter in (mode or "") for letter in "wax+")
    first, last = PATHS.get(event, (0, 1))
    for path in arguments[first:last]:
        if not isinstance(path, str | bytes | os.PathLike) or not os.path.isabs(path):
            continue  # what is relative starts in the working folder, which is not in the checkout
        if why := stray(os.path.normpath(os.fsdecode(path)), writes):
            raise OverTheFence(why)


def close() -> None:
    """Keep this process, and the programs it starts, to folders of their own.

    The home folder and the settings of whoever runs the tests are out of sight. The first process of a run
    makes the folder that stands in for home; its workers find it made.
    """
    if "HOTSPOTS_TESTS" not in os.environ:
        made = tempfile.mkdtemp(prefix="hotspots-tests-")
        atexit.register(shutil.rmtree, made, ignore_errors=True)
        for name in [name for name in os.environ if name.startswith(("HOTSPOTS_", "XDG_"))]:
            if name != "HOTSPOTS_CHROMIUM":
                del os.environ[name]
        os.environ["HOTSPOTS_TESTS"] = os.environ["HOME"] = os.environ["USERPROFILE"] = made
    sys.addaudithook(_watch)
