"""How is a file written? Whole or not at all, and in a data folder by one writer at a time."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
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
