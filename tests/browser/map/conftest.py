"""The map alone, on a made-up county."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.support import map_county
from tests.support.map_page import MapPage


@pytest.fixture(scope="session")
def files() -> dict[str, Any]:
    return map_county.county()


@pytest.fixture(scope="session")
def address(files: dict[str, Any]) -> Iterator[str]:
    with map_county.serve(files) as url:
        yield url


@pytest.fixture
def county(page: Page, address: str) -> Iterator[MapPage]:
    """The map without insets; the test fails where the page complains or asks elsewhere."""
    it = MapPage(page, address, insets=0)
    yield it
    assert it.complaints() == []
