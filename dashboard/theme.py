"""What does a colour become on a dark screen?

Answers, exports and print speak in the colours of paper, whatever the reader's screen. The page turns each
into its dark counterpart where it is drawn: CSS by the custom properties of :func:`stylesheet`, the map and
the charts by reading these (``assets/theme/theme.mjs``). So a change of theme asks the server nothing, and
no answer is computed or kept twice.

Layers declare the colours of their classes with their counterparts (:mod:`geo.answer.colours`); here are
those of the charts. Hatching is light on dark.
"""

from __future__ import annotations

from dashboard import figures
from geo.answer.colours import OVERLAY
from geo.answer.layers import LAYERS

DECILES = "#f4eaff #e5d6fa #d7c2f6 #c8adf1 #b999ec #ab89e2 #9d7ed1 #8e72c1 #8067b0 #725ba0"
HEAT = "#332826 #743729 #b04a2c #e67a3f #ffd8a8"
SERIES = "#7ab8ea #ffa45c #7cc576 #b57edc #4fc6c9 #e0b83f"
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


def counterparts() -> dict[str, str]:
    """Colour on paper to colour on a dark screen, both ``#rrggbb``.

    Raises
    ------
    ValueError
        If two declarations give one colour of paper two counterparts.
    """
    drawn = ((figures.DECILES, DECILES), (figures.HEAT, HEAT), (figures.SERIES, SERIES))
    pairs: list[tuple[str, str]] = [*INKS.items(), OVERLAY]
    pairs += [pair for light, dark in drawn for pair in zip(light, dark.split(), strict=True)]
    pairs += [pair for layer in LAYERS.values() for pair in layer.shades()]
    found: dict[str, str] = {}
    for light, dark in pairs:
        if found.setdefault(light, dark) != dark:
            raise ValueError(f"{light} would be both {found[light]} and {dark} on a dark screen")
    return found


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
    properties = "".join(f"--on-{light[1:]}:{dark};" for light, dark in counterparts().items())
    return f'@media not print{{:root[data-theme="dark"]{{{properties}}}}}'
