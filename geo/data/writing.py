"""How is a file written? Whole or not at all, and in a data folder by one writer at a time."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from geo.ask.problem import Problem


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that its name never shows a part of it: beside it first, then moved over it."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def seal_of(manifest: dict[str, Any]) -> str:
    """What tells that a manifest is as it was written."""
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()[:32]


def not_writable(folder: Path, error: OSError) -> Problem:
    """Say that a data folder does not take what is written."""
    return Problem(
        f"The data folder {folder} cannot be written ({error.strerror or error}): choose another with "
        "--data, or have its owner let you write there."
    )


def not_written(folder: Path, error: OSError) -> Problem:
    """Say that a data folder did not take all that was to be written, and is as it was."""
    return Problem(
        f"The data folder {folder} could not be written ({error.strerror or error}); nothing was changed."
    )


def make_folders(folder: Path, *parts: str) -> None:
    """Make a data folder and what it consists of, where they are not there."""
    try:
        for part in parts:
            (folder / part).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_writable(folder, error) from error


def take_back(written: list[Path], kept: set[str]) -> None:
    """Delete the files written for a version that will not come into force, but for those in use."""
    for path in written:
        if path.stem not in kept:
            path.unlink(missing_ok=True)
            if path.parent.name != "objects" and not any(path.parent.iterdir()):
                path.parent.rmdir()


@contextlib.contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold the folder's write lock; the system lets go of it even when the process dies."""
    try:
        held = FileLock(folder / "LOCK", timeout=0).acquire()
    except Timeout as error:
        raise Problem(
            f"Another import is writing to the folder {folder}: wait until it ends and try again."
        ) from error
    except OSError as error:
        raise not_writable(folder, error) from error
    with held:
        yield


class Meanwhile:
    """What is written while others go on, one after the other.

    Until the end of a ``with`` block all of it is done; what failed is raised there, or by who waits for it.

    Examples
    --------
    >>> written = []
    >>> with Meanwhile() as meanwhile:
    ...     meanwhile.begin("a", lambda: written.append("a"))
    ...     meanwhile.wait("a", "b")
    ...     written
    ['a']
    """

    def __init__(self) -> None:
        self._beside = ThreadPoolExecutor(1)
        self._going: dict[str, Future[object]] = {}

    def begin(self, name: str, write: Callable[[], object]) -> None:
        """Have something written."""
        self._going[name] = self._beside.submit(write)

    def wait(self, *names: str) -> None:
        """Wait for what has some names, if it is among what is written; for all of it where none is given."""
        for name in names or tuple(self._going):
            if name in self._going:
                self._going[name].result()

    def __enter__(self) -> Meanwhile:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._beside.shutdown()
        if kind is None:
            self.wait()
