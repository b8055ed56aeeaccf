"""What is made once for a run, however many processes share the tests out."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def once(folders: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder that ``make`` fills: the first process that asks makes it, the others wait for it.

    It is shared, so a test only reads it; one that writes copies it first.
    """
    run = folders.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        run = run.parent
    made = run / name
    with FileLock(run / f"{name}.lock"):
        if not made.exists():
            partial = run / f"{name}.part"
            partial.mkdir()
            make(partial)
            partial.rename(made)
    return made
