"""Type set on paper: lines that fit, numbers that stand apart."""

import io
from datetime import date
from itertools import combinations

import numpy as np
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from shapely import box

from geo.answer.colours import AS_EXPECTED, DEPRIVATION, PALETTES, PLAIN
from geo.out.drawing import Page, Rect, _font_file, drawing, shorten, text_width, wrap
from geo.out.letters import OF_NO_USE, bare_font
from geo.out.pane import Pane, spread
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


@pytest.mark.parametrize("width", [40, 60, 74, 130])
def test_an_address_goes_on_after_a_mark_not_within_a_word(width):
    address = f"{HOME}?layer=getis_ord&from=2023-01&category=violence-and-sexual-offences&area=E01017521"
    lines = wrap(f"How it was worked out: {address}", width, 8)
    assert "".join(lines).endswith(address)
    assert all(line[-1] in "/?&=-" for line in lines[1:-1])


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


def test_numbers_leave_free_what_they_number_and_keep_within_their_room():
    """They covered the small areas of a comparison's windows, and wide ones lay over one another."""
    crowd = 20 + np.array([[0, 0], [2, 1], [1, 3], [4, 0], [3, 3], [0, 5], [5, 4]], float)
    gaps = np.array([4.6, 4.6, 5.8, 4.6, 5.8, 4.6, 5.8])
    placed = spread(crowd, gaps, free=np.full(7, 0.7), keep=lambda places: np.clip(places, 3, 42))
    assert placed.min() >= 3 and placed.max() <= 42
    for i, place in enumerate(placed):
        assert np.hypot(*(crowd - place).T).min() >= gaps[i] / 2 + 0.6
        apart = np.hypot(*(np.delete(placed, i, axis=0) - place).T)
        assert (apart >= (np.delete(gaps, i) + gaps[i]) / 2 - 0.1).all()


def test_numbers_that_are_kept_out_of_the_same_corner_part_there():
    crowd = np.array([[50.0, 50], [51, 52], [60, 60], [70, 55]])
    placed = spread(crowd, 4.6, keep=lambda places: np.clip(places, 0, 40))
    assert np.isfinite(placed).all() and (placed <= 40).all()
    assert min(np.hypot(*(a - b)) for a, b in combinations(placed, 2)) > 4.5


PALE = [AS_EXPECTED, PLAIN, *(steps[0] for ramp in PALETTES.values() for steps in (ramp.steps(5),))]


@pytest.mark.parametrize("colour", sorted({*(shade.paper for shade in PALE), DEPRIVATION.paper[-1]}))
def test_in_black_and_white_the_ground_is_told_from_the_palest_class(colour):
    """Both were nearly one grey, on the map of a ward and of a briefing sheet."""
    with drawing():
        page = Page(40, 20)
        pane = Pane(page, Rect(0, 0, 40, 20), (0, 0, 40, 20), margin=0.0)
        pane.ground()
        pane.draw(np.array([box(20, 0, 40, 20)]), fill=colour)
        grey = np.asarray(Image.open(io.BytesIO(page.png(150, {}))).convert("L"), float)
    ground, area = grey[4:-4, 4 : grey.shape[1] // 2 - 4], grey[4:-4, grey.shape[1] // 2 + 4 : -4]
    assert np.ptp(area) == 0
    lines = np.ptp(ground.mean(axis=0))
    assert lines > 20 and np.ptp(ground.mean(axis=1)) < 5, "upright lines, which no class has"
    assert area.mean() - ground.min() > 25


def test_a_bare_font_has_every_letter_in_its_place_and_nothing_to_lay_them_out() -> None:
    whole, bare = TTFont(_font_file(True)), TTFont(bare_font(_font_file(True)))
    assert "GPOS" in whole and not {*OF_NO_USE} & {*bare.keys()}
    assert bare.getGlyphOrder() == whole.getGlyphOrder()
    assert bare_font(_font_file(True)) is bare_font(_font_file(True))
