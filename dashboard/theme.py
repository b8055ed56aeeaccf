"""What does a colour become on a dark screen?

Answers, exports and print speak in the colours of paper, whatever the reader's screen. The page turns each
into its dark counterpart where it is drawn: CSS by the custom properties of :func:`stylesheet`, the map and
the charts by reading these (``assets/theme/theme.mjs``). So a change of theme asks the server nothing, and
no answer is computed or kept twice.

On dark ground more is brighter: a ramp runs from near the ground to its brightest step. Hues keep their
meaning (warm is more than expected, blue is less, purple is deprivation), what is not significant stays near
the ground, and hatching is light on dark.
"""

from __future__ import annotations

from collections.abc import Sequence

from dashboard import figures
from geo.answer import comparing as evidence
from geo.answer import legend
from geo.ask.parameters import MOST_EDGES

WARM, COOL, SAME, PLAIN = "#ffa45c", "#4a90e0", "#3b382c", "#26323d"
"""More than expected; less; as expected; not significant."""

SEQUENTIAL = {
    "orrd": "#3d2a26 #743729 #b04a2c #e67a3f #ffc78c",
    "ylorbr": "#352c1e #6d4a20 #a8701f #e0a133 #ffec99",
    "ylgnbu": "#222f5e #1f6190 #2f9b9c #84d08f #fbf8ae",
    "blues": "#1e3145 #235583 #3a82be #7ab4e2 #dbeeff",
    "greys": "#2c3339 #586067 #878e94 #bbc0c5 #f7f8f9",
}
"""Dark counterpart of each of :data:`geo.answer.legend.PALETTES`."""
BIVARIATE = "#2b2d37 #804637 #e56d4d #53497f #965f7a #f09a8c #8f7ad8 #c595d6 #ffe4ea"
DEPRIVATION = "#f4eaff #dfcaff #c8aafa #b08de9 #9874d4 #7f5fb8 #684e99 #52427b #3f3760 #2f2d49"
CLUSTERS = f"#ff7f6b {COOL} #a9764a #86a9bb #66352f #27476a {PLAIN}"
COMPARED = f"{COOL} #3b648f {SAME} #a0652f {WARM}"
EXCESS = f"{COOL} #2c4a68 {SAME} #6b4629 {WARM}"
CHANGE = f"{WARM} #6b4629 {PLAIN} #2c4a68 {COOL} #172029"
EMERGING = f"#ffe9dc #ffc3a6 #ff9b78 #ee6f4e #c84f37 #9c3d2f #70302a #6a5a50 #3b648f {PLAIN}"
TOGETHER = f"#ff7f6b #974539 #e0a02e #5c4a24 #2b4c6e {PLAIN}"
DECILES = "#f4eaff #e5d6fa #d7c2f6 #c8adf1 #b999ec #ab89e2 #9d7ed1 #8e72c1 #8067b0 #725ba0"
HEAT = "#332826 #743729 #b04a2c #e67a3f #ffd8a8"
SERIES = f"#7ab8ea {WARM} #7cc576 #b57edc #4fc6c9 #e0b83f"
INKS = {
    figures.PAPER: "#131d26",
    figures.INK: "#e6edf2",
    figures.MUTED: "#a9b6c1",
    figures.LINE: "#2c3b47",
    figures.IDLE: "#62717d",
    figures.GAP: "#1c2935",
    figures.EDGE: "#465866",
}
"""Paper, and what is drawn on it in the charts."""


def _counterparts() -> dict[str, str]:
    pairs: list[tuple[Sequence[str], str]] = [
        (legend.ramp(legend.PALETTES[key], number), " ".join(legend.ramp(dark.split(), number)))
        for key, dark in SEQUENTIAL.items()
        for number in range(legend.CLASSES, MOST_EDGES + 2)
    ]
    pairs += [
        (legend.BIVARIATE, BIVARIATE),
        (legend.DEPRIVATION, DEPRIVATION),
        ([colour for _, colour in legend.CLUSTERS.values()], CLUSTERS),
        ([colour for _, _, colour in legend.COMPARED], COMPARED),
        ([colour for _, _, colour in legend.EXCESS], EXCESS),
        ([colour for _, _, colour in evidence.CHANGE], CHANGE),
        ([colour for _, _, colour in evidence.EMERGING], EMERGING),
        ([colour for *_, colour in evidence.TOGETHER], TOGETHER),
        (figures.DECILES, DECILES),
        (figures.HEAT, HEAT),
        (figures.SERIES, SERIES),
    ]
    found = dict(INKS)
    for light, dark in pairs:
        for colour, other in zip(light, dark.split(), strict=True):
            if found.setdefault(colour, other) != other:
                raise ValueError(f"{colour} would be both {found[colour]} and {other} on a dark screen")
    return found


DARK = _counterparts()
"""Colour on paper to colour on a dark screen, both ``#rrggbb``."""


def css(colour: str) -> str:
    """CSS for a colour of paper that follows the theme.

    Examples
    --------
    >>> css("#b30000")
    'var(--on-b30000, #b30000)'
    """
    return f"var(--on-{colour[1:]}, {colour})"


def stylesheet() -> str:
    """Return the rule that gives every colour of paper its dark counterpart; paper itself has none."""
    properties = "".join(f"--on-{light[1:]}:{dark};" for light, dark in DARK.items())
    return f'@media not print{{:root[data-theme="dark"]{{{properties}}}}}'
