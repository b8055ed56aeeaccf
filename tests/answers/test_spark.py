"""Spark gives the numbers of the memory, in local mode: where it is installed, since it takes minutes."""

import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from geo.answer.atlas import Atlas
from geo.engines.contract import NUMBERS, both
from geo.engines.engine import engine_of

pytestmark = pytest.mark.skipif(
    find_spec("pyspark") is None or shutil.which("java") is None,
    reason='Spark is not installed: pip install "hotspots[spark]" and apt-get install default-jre-headless',
)


def test_every_count_is_that_of_the_memory(small_county: Path, small_atlas: Atlas) -> None:
    other = Atlas.open(small_county, engine=engine_of("spark"))
    asked = list(both(small_atlas, other, 2 * len(NUMBERS)))
    assert [(one.by, one.query) for one in asked if not one.same] == []
    assert {one.by for one in asked} == set(NUMBERS)
    assert other.sources["ae"].info == small_atlas.sources["ae"].info
