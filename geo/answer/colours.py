"""Which colours does the map use, on paper and on a dark screen?

ColorBrewer's OrRd for volumes, purples for deprivation (so that it is never taken for crime) and its
red-blue pair for clusters; all are safe for colour-blind readers. Answers, exports and print speak in the
colours of paper; the page turns each into its dark counterpart where it is drawn. On dark ground more is
brighter: a ramp runs from near the ground to its brightest step. Hues keep their meaning (warm is more than
expected, blue is less, purple is deprivation), and what is not significant stays near the ground. What is
less is lined too (:func:`lines_over`), so that a copy in black and white tells the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from geo.ask.parameters import MOST_EDGES


class Shade(NamedTuple):
    """One colour, ``#rrggbb`` on paper and on a dark screen."""

    paper: str
    dark: str


class Ramp(NamedTuple):
    """Colours of steps, from the first to the last, on paper and on a dark screen."""

    paper: tuple[str, ...]
    dark: tuple[str, ...]

    def steps(self, number: int) -> list[Shade]:
        """Return so many colours along it, as :func:`ramp`."""
        return list(map(Shade, ramp(self.paper, number), ramp(self.dark, number)))

    def shades(self) -> Iterator[Shade]:
        """Every colour that a legend may take from it: its own, or mixed for as many steps as can be."""
        for number in range(len(self.paper), max(len(self.paper), MOST_EDGES + 1) + 1):
            yield from self.steps(number)


def ramp(colours: Sequence[str], number: int) -> list[str]:
    """``number`` colours along some, from the first to the last; mixed between them where there are too few.

    Examples
    --------
    >>> ramp(["#000000", "#ffffff"], 3), ramp(["#000000", "#808080", "#ffffff"], 2)
    (['#000000', '#808080', '#ffffff'], ['#000000', '#ffffff'])
    """
    places = np.linspace(0, len(colours) - 1, number) if number > 1 else np.zeros(1)
    if number <= len(colours):
        return [colours[i] for i in places.round().astype(int)]
    channels = np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in colours]).T
    mixed = np.array([np.interp(places, range(len(colours)), channel) for channel in channels]).T.round()
    return [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in mixed.astype(int).tolist()]


def _ramp(paper: str, dark: str) -> Ramp:
    return Ramp(tuple(paper.split()), tuple(dark.split()))


PALETTES: dict[str, Ramp] = {
    "orrd": _ramp("#fef0d9 #fdcc8a #fc8d59 #e34a33 #b30000", "#3d2a26 #743729 #b04a2c #e67a3f #ffc78c"),
    "ylorbr": _ramp("#ffffd4 #fed98e #fe9929 #d95f0e #993404", "#352c1e #6d4a20 #a8701f #e0a133 #ffec99"),
    "ylgnbu": _ramp("#ffffcc #a1dab4 #41b6c4 #2c7fb8 #253494", "#222f5e #1f6190 #2f9b9c #84d08f #fbf8ae"),
    "blues": _ramp("#eff3ff #bdd7e7 #6baed6 #3182bd #08519c", "#1e3145 #235583 #3a82be #7ab4e2 #dbeeff"),
    "greys": _ramp("#f7f7f7 #cccccc #969696 #636363 #252525", "#2c3339 #586067 #878e94 #bbc0c5 #f7f8f9"),
}
"""ColorBrewer's sequential schemes of five steps that colour-blind readers can tell apart."""
SEQUENTIAL = PALETTES["orrd"]
DEPRIVATION = _ramp(
    "#3f007d #54278f #6a51a3 #807dba #9e9ac8 #b3b1d6 #cac8e3 #dcdbec #edecf5 #f8f7fb",
    "#f4eaff #dfcaff #c8aafa #b08de9 #9874d4 #7f5fb8 #684e99 #52427b #3f3760 #2f2d49",
)
"""Tenths of deprivation, the most deprived first."""
BIVARIATE = _ramp(
    "#ece7ee #efb9a4 #dd5f4b #bfb2d6 #b98592 #a1404c #7d67ab #6d3f74 #4a1440",
    "#2b2d37 #804637 #e56d4d #53497f #965f7a #f09a8c #8f7ad8 #c595d6 #ffe4ea",
)
"""Measure from left to right, deprivation from least (first three) to most."""

HOT, COLD = Shade("#b2182b", "#ff9484"), Shade("#4393c3", "#3d80c4")
MAYBE_HOT, MAYBE_COLD = Shade("#f7c6b8", "#66352f"), Shade("#cfe1ef", "#27476a")
MORE, LESS = Shade("#c2571a", "#ffa45c"), Shade("#4a77b4", "#4a90e0")
MAYBE_MORE, MAYBE_LESS = Shade("#f3cfae", "#6b4629"), Shade("#cfdff0", "#2c4a68")
LOWER, THERE = Shade("#a9c3df", "#3b648f"), Shade("#c6dbef", "#2b4c6e")
ALONE, MAYBE_ALONE = Shade("#5f8c8a", "#86a9bb"), Shade("#99b5c1", "#307272")
"""Lower, less surely than :data:`LESS`; of the other source only; low among high, and before correction."""
AS_EXPECTED, PLAIN = Shade("#f6ecc9", "#3b382c"), Shade("#f3f4f5", "#26323d")
"""As expected; not significant, or nothing to tell."""
OVERLAY = Shade("#54278f", "#dfcaff")
"""Dots that lie over the most deprived areas."""
PAPER = Shade("#ffffff", "#131d26")
"""The ground, of classes that are hatched."""

LINES = {
    shade.paper: over.paper
    for over, shades in {
        PAPER: (COLD, LESS, ALONE),
        COLD: (MAYBE_COLD, THERE),
        LESS: (MAYBE_LESS, LOWER),
        ALONE: (MAYBE_ALONE,),
    }.items()
    for shade in shades
}


def lines_over(colour: str) -> str | None:
    """Colour of the level lines over what is less than expected; None over anything else.

    In black and white it would look like its opposite without them.

    Examples
    --------
    >>> lines_over(COLD.paper), lines_over(HOT.paper)
    ('#ffffff', None)
    """
    return LINES.get(colour)
