"""What of the place itself is shown? Parameters of the layers that are about no events."""

from __future__ import annotations

from geo.ask.parameters import MAP, Kind, Parameter, choice, word


def _shown(name: str, kind: Kind, label: str, description: str, default: str = "") -> Parameter:
    """Declare a choice that only some layers heed."""
    return Parameter(
        name,
        name,
        kind,
        label,
        description,
        default=default,
        changes=frozenset({MAP}),
        heeded=True,
        clears=("mark",),
        control="value",
    )


AGES = {
    "0-14": "0 to 14",
    "15-24": "15 to 24",
    "25-44": "25 to 44",
    "45-64": "45 to 64",
    "65": "65 and over",
}
"""Ages of which the share of residents can be shown."""
PLACE: dict[str, Parameter] = {
    one.name: one
    for one in (
        _shown(
            "indicator",
            word("indicator", "indicators"),
            "Indicator",
            "Published indicator that its layer shows; the first one where it is left out.",
        ),
        _shown("ages", choice("group of ages", AGES), "Ages", "Ages whose share is shown.", "15-24"),
    )
}
