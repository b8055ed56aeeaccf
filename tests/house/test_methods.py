"""The worked examples of docs/methods give what they say, and the index names every page."""

import doctest
import re
from pathlib import Path

import pytest

METHODS = Path(__file__).resolve().parents[2] / "docs" / "methods"
PAGES = sorted(METHODS.glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_worked_examples(page):
    result = doctest.testfile(str(page), module_relative=False)
    assert result.failed == 0


def test_examples_are_there():
    pages = {page.stem: page.read_text(encoding="utf-8") for page in PAGES}
    for topic in ("rates", "deprivation", "concentration", "clock", "confidence", "severity"):
        assert pages[topic].count(">>> ") >= 2
        for heading in ("In words that you can quote", "Assumptions, and when not to use it", "Sources"):
            assert f"## {heading}" in pages[topic]


def test_the_index_names_every_page_and_every_link_leads_somewhere():
    index = (METHODS / "README.md").read_text(encoding="utf-8")
    links = set(re.findall(r"\]\(([\w-]+\.md)", index))
    assert {page.name for page in PAGES} - {"README.md"} <= links
    assert all((METHODS / link).is_file() for link in links)
