"""The page of the county of squares, served once."""

import pytest

from dashboard import create_app
from geo.answer.atlas import Atlas


@pytest.fixture(scope="session")
def address(small_atlas: Atlas, serve) -> str:
    """Where the small county is served."""
    return serve(create_app(small_atlas).server)
