"""Between what can one choose? The fixed lists behind the parameters, with the words people use."""

from __future__ import annotations

LEVELS = {"lsoa": "small areas (LSOA)", "ward": "wards", "borough": "boroughs"}
GROUPS = {"decile": "Tenths", "quintile": "Fifths"}
DOMAINS = {
    "imd": "All domains (IMD)",
    "income": "Income",
    "employment": "Employment",
    "education": "Education and skills",
    "health": "Health and disability",
    "crime": "Crime",
    "barriers": "Housing and services",
    "environment": "Living environment",
}
"""The Index of Multiple Deprivation and its seven domains, as people call them."""


OVERLAYS = {"none": "None", "imd": "Most deprived 20%", "boundaries": "Ward and borough lines"}
LAYOUTS = {"map": "Map", "tiles": "Equal-area tiles"}
LEGENDS = {"own": "Own classes of each map", "common": "Same numbers on both maps"}
BREAKS = {
    "quantile": "Quantiles",
    "equal": "Equal steps",
    "natural": "Natural breaks",
    "sd": "Standard deviations",
    "own": "Own",
}


PALETTES = {
    "orrd": "Orange-red",
    "ylorbr": "Yellow-brown",
    "ylgnbu": "Yellow-blue",
    "blues": "Blues",
    "greys": "Greys",
}


ENGLAND = "england"
"""Benchmark that only a file of reference rates can give."""
THEMES = ("light", "dark")
VIEWS = ("explore", "present", "assess", "compare")
CHANGE = "change"
"""Key of the layer that compares one stretch of time with another."""
INDICATOR = "indicator"
"""Key of the layer of published indicators."""
CLOCKS = {
    "recorded": "As recorded",
    "without": "Midnight levelled",
    "aoristic": "Spread evenly",
}
"""Versions of the clock: as recorded, with no more at midnight than beside it, spread over ranges of time."""


NULLS = {"exact": "exact", "permutation": "esda permutations"}
