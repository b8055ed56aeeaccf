"""Type set on paper: lines that fit, numbers that stand apart."""

from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.out.drawing import shorten, text_width, wrap
from geo.out.pane import spread
from tests.support.exported import squeezed

MADE = date(2026, 11, 20)
DATES = ("20 November 2026", "2026-11-20")
HOME = "https://hotspots.example/"
PRINTED = ("pdf", "png", "svg")
A4 = (841.89, 595.28)


texts = st.text(st.characters(codec="latin-1", exclude_categories=["Cc", "Cs"]), max_size=120)


@given(texts, st.floats(5, 120), st.booleans())
def test_wrapped_lines_fit_and_lose_nothing(text, width, bold):
    lines = wrap(text, width, 7, bold)
    assert squeezed("".join(lines)) == squeezed(text)
    for line in lines:
        assert text_width(line, 7, bold) <= width + 1e-9 or len(line) == 1


@given(texts, st.floats(10, 60))
def test_shortened_text_fits(text, width):
    short = shorten(text, width, 7)
    assert text_width(short, 7) <= max(width, text_width("…", 7)) + 1e-9
    assert short == text or "…" in short


def test_an_area_keeps_its_number_when_its_name_is_shortened():
    short = shorten("Central Bedfordshire 004C", 20, 7)
    assert short.endswith("… 004C")


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=10))
def test_numbers_on_the_map_are_spread_apart(points):
    placed = spread(np.array(points, float), 4.6)
    assert len(placed) == len(points)
    for i in range(len(placed)):
        for j in range(i):
            assert np.hypot(*(placed[i] - placed[j])) > 3.6
    assert (spread(np.array(points, float), 4.6) == placed).all()
