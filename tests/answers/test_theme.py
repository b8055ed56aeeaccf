"""Light and dark: every colour has its counterpart, can be read, and can be told apart."""

import json
import re
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest

from dashboard import assess, figures, theme, view
from geo.answer import colours
from geo.answer.atlas import Atlas
from geo.answer.layer_clusters import CLUSTERS
from geo.answer.layers import LAYERS
from geo.answer.legend import Kind
from geo.ask.choices import PALETTES
from geo.ask.query import Query
from geo.tell.assessment import assess as assessment

STYLE = Path(__file__).resolve().parents[2] / "assets" / "style"
HEX = re.compile(r"#[0-9a-f]{6}\b")
TEXT, MARK = 4.5, 3.0
"""Contrast that WCAG 2.2 asks of text, and of marks and outlines."""
APART = 4.0
"""Distance in CIELAB that two classes must keep: a just noticeable difference is 2.3."""

# Machado, Oliveira & Fernandes (2009), "A physiologically-based model for simulation of color vision
# deficiency", IEEE TVCG 15(6): the matrices of full protanopia and deuteranopia, on linear sRGB.
EYES = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = TO_XYZ.sum(axis=1)

LEGENDS = {
    **{f"palette {key}": ramp.paper for key, ramp in colours.PALETTES.items()},
    "deprivation": colours.DEPRIVATION.paper,
    **{key: [kind.shade.paper for kind in one.kinds] for key, one in LAYERS.items() if len(one.kinds) > 1},
    "deciles of the chart": figures.DECILES,
    "heat": figures.HEAT,
    "lines of a chart": figures.SERIES,
}
RAMPS = [*(f"palette {key}" for key in PALETTES), "deprivation", "deciles of the chart", "heat"]


def linear(colour: str) -> np.ndarray:
    """Light of red, green and blue, 0 to 1, of ``#rrggbb``."""
    parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str, flare: float = 0.05) -> float:
    """Contrast ratio of WCAG; ``flare`` is the light of the room on the screen, as a share of white."""
    dark, light = sorted(float(TO_XYZ[1] @ linear(colour)) + flare for colour in (one, other))
    return light / dark


def lab(colour: str, eyes: str = "usual") -> np.ndarray:
    """CIELAB (D65) of a colour as some eyes see it."""
    seen = TO_XYZ @ np.clip(EYES[eyes] @ linear(colour), 0, 1) / WHITE
    f = np.where(seen > 216 / 24389, np.cbrt(seen), (24389 / 27 * seen + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def in_theme(shown, name: str) -> list[str]:
    dark = theme.counterparts()
    return [dark[colour] if name == "dark" else colour for colour in shown]


def tokens(name: str) -> dict[str, str]:
    """Colours of the CSS variables of a theme; one that is another's takes its value."""
    found: dict[str, str] = {}
    for sheet in ["page.css"] + ["dark.css"] * (name == "dark"):
        text = (STYLE / sheet).read_text(encoding="utf-8")
        block = text[text.index(":root") : text.index("}", text.index(":root"))]
        found |= dict(re.findall(r"--([\w-]+): ([^;]+);", block))
    named = {key: found[value[6:-1]] if value.startswith("var(--") else value for key, value in found.items()}
    return {key: value for key, value in named.items() if HEX.fullmatch(value)}


# ---------------------------------------------------------------- the measures themselves


def test_contrast_and_lightness_are_those_published():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # the well-known near miss
    assert lab("#ffffff") == pytest.approx([100, 0, 0], abs=0.01)
    assert lab("#ff0000") == pytest.approx([53.24, 80.09, 67.20], abs=0.02)  # Lindbloom's calculator


def test_red_and_green_fall_together_for_those_who_confuse_them():
    red, green = "#c75a3c", "#7a7a2f"
    apart = {eyes: np.linalg.norm(lab(red, eyes) - lab(green, eyes)) for eyes in EYES}
    assert apart["deuteranopia"] < apart["usual"] / 2
    assert np.abs(EYES["protanopia"].sum(axis=1) - 1).max() < 1e-5  # greys stay grey
    assert np.abs(EYES["deuteranopia"].sum(axis=1) - 1).max() < 1e-5


# ---------------------------------------------------------------- the counterparts


def colours_in(thing: object) -> set[str]:
    return set(HEX.findall(json.dumps(thing, default=lambda part: part.to_plotly_json())))


def test_everything_that_a_page_shows_has_a_dark_counterpart(small_atlas: Atlas):
    searches = [f"?layer={layer}&overlay=imd" for layer in small_atlas.catalogue.layers]
    searches += [f"?palette={key}" for key in PALETTES]
    searches += [f"?palette={key}&breaks=own&edges=1,2,3,4,5,6,7,8" for key in PALETTES]
    searches += ["?source=ae", "?area=E01035001", "?view=present", "?view=compare", "?hour=3&from=2023-02"]
    known = set(theme.counterparts())
    missing = {search: colours_in(view.page(small_atlas, search)) - known for search in searches}
    assert not {search: lacks for search, lacks in missing.items() if lacks}


def test_everything_that_an_assessment_shows_has_a_dark_counterpart(small_atlas: Atlas):
    query = Query(source="offences", view="assess")
    article = assess.article(small_atlas, assessment(small_atlas, query), lambda _: "?")
    assert "data-figure" in article
    assert set(HEX.findall(article)) <= set(theme.counterparts())


def test_dark_properties_are_for_the_screen_only():
    sheet = theme.stylesheet()
    assert sheet.startswith('@media not print{:root[data-theme="dark"]{')
    assert "--on-b30000:#ffc78c;" in sheet
    assert theme.css("#b30000") == "var(--on-b30000, #b30000)"
    assert "@media not print" in (STYLE / "dark.css").read_text(encoding="utf-8")


def test_the_page_alone_heeds_the_theme(small_atlas: Atlas):
    assert Query.parse("?theme=dark&level=ward", small_atlas.catalogue) == (
        Query.parse("?level=ward", small_atlas.catalogue)[0],
        [],
    )
    query, notices = Query.parse("?theme=purple")
    assert query == Query()
    assert notices == ["“purple” is not a theme that this page has; it has dark and light."]


# ---------------------------------------------------------------- ramps and classes


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("ramp", RAMPS)
def test_a_ramp_is_even_in_one_direction_for_all_eyes(ramp: str, name: str):
    """More is darker on paper and brighter on a dark screen; of deprivation the first is the most."""
    for eyes in EYES:
        lightness = np.array([lab(colour, eyes)[0] for colour in in_theme(LEGENDS[ramp], name)])
        falls = (name == "light") != (ramp in ("deprivation", "deciles of the chart"))
        steps = -np.diff(lightness) if falls else np.diff(lightness)
        assert (steps > 2).all(), (eyes, steps.round(1))


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("classes", LEGENDS)
def test_classes_can_be_told_apart_by_all_eyes(classes: str, name: str):
    shown = in_theme(LEGENDS[classes], name)
    for eyes in EYES:
        seen = {colour: lab(colour, eyes) for colour in shown}
        near = [
            pair for pair in combinations(shown, 2) if np.linalg.norm(seen[pair[0]] - seen[pair[1]]) < APART
        ]
        assert not near, eyes


@pytest.mark.parametrize("name", ["light", "dark"])
def test_findings_stand_out_from_what_is_not_significant(name: str):
    clusters = dict(zip((kind.key for kind in CLUSTERS), in_theme(LEGENDS["local_moran"], name), strict=True))
    for key in ("HH", "LL", "HL", "LH"):
        assert contrast(clusters[key], clusters["NS"]) >= MARK, key
    for layer in ("significance", "excess"):
        low, *_, high = in_theme(LEGENDS[layer], name)
        similar = in_theme([colours.AS_EXPECTED.paper], name)[0]
        for end in (low, high):
            assert contrast(end, similar) >= MARK


@pytest.mark.parametrize("name", ["light", "dark"])
def test_marks_of_charts_stand_out_from_the_page(name: str):
    surface = tokens(name)["surface"]
    marks = in_theme([*figures.SERIES, *figures.DECILES, figures.IDLE, figures.MUTED, figures.INK], name)
    low = {colour: contrast(colour, surface) for colour in marks if contrast(colour, surface) < MARK}
    assert not low


# ---------------------------------------------------------------- the tokens

PAIRS = (
    *((text, ground, TEXT) for text in ("ink", "muted", "action") for ground in ("surface", "ground")),
    *(("ink", ground, TEXT) for ground in ("action-soft", "good-soft", "say-soft", "chosen", "cell-hover")),
    *(("muted", ground, TEXT) for ground in ("chosen",)),
    *(("bad", ground, TEXT) for ground in ("surface", "bad-soft")),
    ("on-action", "action", TEXT),
    ("on-bar", "bar", TEXT),
    ("on-bar", "bar-hover", TEXT),
    ("bar-muted", "bar", TEXT),
    ("black", "mark", TEXT),
    ("text-off", "cell-off", TEXT),
    ("text-off", "ground", TEXT),
    ("edge", "surface", MARK),
    ("action", "surface", MARK),
    ("mark", "black", MARK),
    ("idle", "surface", MARK),
    ("map-hatch", "surface", MARK),
    ("map-ink", "map-water", MARK),
    ("map-action", "map-water", MARK),
)
ROOM = (
    ("room-ink", "room"),
    ("room-ink", "room-foot"),
    ("room-ink", "room-here"),
    ("room-band-ink", "room-band"),
    ("room-band-ink", "room-band-over"),
    ("black", "mark"),
)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_what_is_written_and_outlined_can_be_seen(name: str):
    known = {"map-water": "#e4ebef", "map-hatch": "#7b8893"} | tokens(name)
    low = {
        (one, other): round(contrast(known[one], known[other]), 2)
        for one, other, least in PAIRS
        if contrast(known[one], known[other]) < least
    }
    assert not low


@pytest.mark.parametrize("name", ["light", "dark"])
def test_a_room_reads_it_from_the_back(name: str):
    known = tokens(name)
    assert min(contrast(known[one], known[other]) for one, other in ROOM) >= 7


@pytest.mark.parametrize("name", ["light", "dark"])
def test_less_is_told_from_more_in_black_and_white(name: str):
    """What is blue, and so less than expected, has level lines that are seen on it; nothing else has any."""
    kinds = {kind for layer in LAYERS.values() if layer.scale == "kinds" for kind in layer.kinds}
    for kind in kinds:
        _, red, yellow = lab(kind.shade.paper)
        blue = np.hypot(red, yellow) > 5 and 150 < np.degrees(np.arctan2(yellow, red)) % 360 < 300
        over = colours.lines_over(kind.shade.paper)
        assert bool(over) == blue, kind
        if over:
            ground, line = (lab(colour)[0] for colour in in_theme([kind.shade.paper, over], name))
            assert abs(ground - line) >= 15, kind


def test_a_washed_out_projector_keeps_the_light_theme():
    """Light of the room adds 15% of white to all of the screen, three times what WCAG reckons with."""
    known = tokens("light")
    assert min(contrast(known[one], known[other], flare=0.15) for one, other in ROOM) >= TEXT
    steps = [contrast(*pair, flare=0.15) for pair in pairwise(colours.SEQUENTIAL.paper)]
    assert min(steps) > 1.15


def test_style_sheets_name_no_colour_but_in_a_token():
    wrong = [
        f"{sheet.name}:{number}: {line.strip()}"
        for sheet in sorted(STYLE.glob("*.css"))
        for number, line in enumerate(sheet.read_text(encoding="utf-8").splitlines(), start=1)
        for bare in [re.sub(r"var\(--[\w-]+, #\w+\)|--[\w-]+: [^;]+;", "", line)]
        if re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(", bare)
    ]
    assert not wrong


def test_dark_changes_what_light_sets():
    names = {name: set(tokens(name)) for name in ("light", "dark")}
    assert names["dark"] - names["light"] <= {
        f"map-{part}" for part in ("water", "outside", "hair", "hatch", "casing")
    }


def test_a_colour_of_paper_has_one_counterpart(monkeypatch: pytest.MonkeyPatch):
    other = replace(LAYERS["imd"], kinds=(Kind("1", "Red", colours.Shade("#b30000", "#000000")),))
    monkeypatch.setitem(LAYERS, "imd", other)
    with pytest.raises(ValueError, match="#b30000 would be both"):
        theme.counterparts()
