"""Every example in a docstring of the program gives what it says."""

import doctest
import importlib
from pathlib import Path

import pytest

from tests.support.fence import ROOT

SOURCES = [ROOT / "app.py", *(path for room in ("geo", "dashboard") for path in (ROOT / room).rglob("*.py"))]
EXAMPLES = {path: path.read_text(encoding="utf-8").count(">>> ") for path in sorted(SOURCES)}


def dotted(path: Path) -> str:
    """Name of a file as a module."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("path", [path for path, number in EXAMPLES.items() if number], ids=dotted)
def test_the_examples_of_a_module(path: Path) -> None:
    result = doctest.testmod(importlib.import_module(dotted(path)))
    assert (result.attempted, result.failed) == (EXAMPLES[path], 0)
