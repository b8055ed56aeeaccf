"""What do the indicators say, side by side? For the page, the assessment and files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.answer.disclosure import marking
from geo.answer.indicators import LEVELS, Indicator, Reading, readings
from geo.ask.words import listed

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas

DEFINITIONS = {
    "indicator": "Name of the indicator, as published",
    "key": "Its name in addresses",
    "unit": "Unit of the value; blank where the publisher's table does not say it",
    "better": "Whether lower or higher is better; blank where neither is",
    "level": "Kind of area: lsoa, ward, borough or county",
    "area_code": "Code of the area; a name where the publisher gives no code",
    "area": "Name of the area",
    "period": "Period as published",
    "latest": "Whether it is the latest period of that indicator and area",
    "value": "The value; blank where it is suppressed or not given, never 0 for that",
    "lower_ci": "Lower limit of the 95% interval, as published or worked out from the count",
    "upper_ci": "Upper limit of the 95% interval",
    "count": "Number of persons or events behind the value",
    "denominator": "Number that the value is of",
    "status": "Blank, suppressed, or not given",
    "trend": "Of the latest period: what became of it over the last periods",
    "trend_test": "The test by which that was judged, or “as published”",
    "trend_p": "Its two-sided probability",
    "against_england": "Of the latest period: better, worse, higher, lower or similar, by its interval",
    "england": "England's value of the same period",
    "against_neighbours": "The same against the average of the neighbours",
    "neighbours": "Average of the neighbours that the declaration names, or of the other areas of the kind",
    "source": "Publisher and edition",
}
"""Columns of the table of indicators and what each holds."""
READ_AS = (
    "A value is compared by its 95% interval: it is similar where that holds the other value. A trend is "
    "of the last five periods (seven where only ranks are compared), at the 95% level, each indicator and "
    "area by itself: of twenty without any trend about one would seem to have one."
)


def source_of(one: Indicator, atlas: Atlas) -> str:
    """Publisher and edition of an indicator; of a made-up county it says so."""
    return f"Made up, in the layout of: {one.source}" if atlas.synthetic else one.source


def banner(atlas: Atlas) -> str:
    """Marking of all indicators: that of the most restricted."""
    classes = ["open", *(one.disclosure for one in atlas.indicators.values())]
    return marking(classes, synthetic=atlas.synthetic)


def sources_of(atlas: Atlas) -> str:
    """Publishers and editions of all indicators, each once; of a made-up county it says so."""
    made_up = "made up, in the layouts of " if atlas.synthetic else ""
    return made_up + listed(sorted({one.source for one in atlas.indicators.values()}))


def by_level(atlas: Atlas, levels: Iterable[str] = LEVELS) -> dict[str, list[Reading]]:
    """What every indicator says of the areas of each kind; kinds without any are left out."""
    found = {level: readings(atlas.indicators, level) for level in levels}
    return {level: told for level, told in found.items() if told}


def every_period(atlas: Atlas) -> pd.DataFrame:
    """Every value of every area and period that who asks may see: columns :data:`DEFINITIONS`."""
    parts = []
    for told in by_level(atlas).values():
        for reading in told:
            history = reading.indicator.history(reading.area)
            last = np.arange(len(history)) == len(history) - 1
            once = pd.Series("", index=history.index)
            number = pd.Series(np.nan, index=history.index)
            one = reading.indicator
            parts.append(
                pd.DataFrame(
                    {
                        "indicator": one.name,
                        "key": one.key,
                        "unit": one.unit,
                        "better": one.better,
                        "level": reading.level,
                        "area_code": reading.area,
                        "area": reading.name,
                        "period": history["period"],
                        "latest": last,
                        "value": history["value"],
                        "lower_ci": history["lower"],
                        "upper_ci": history["upper"],
                        "count": history["count"],
                        "denominator": history["denominator"],
                        "status": history["status"],
                        "trend": once.mask(last, reading.trend),
                        "trend_test": once.mask(last, reading.test),
                        "trend_p": number.mask(last, reading.p),
                        "against_england": once.mask(last, reading.england),
                        "england": number.mask(last, reading.england_value),
                        "against_neighbours": once.mask(last, reading.neighbours),
                        "neighbours": number.mask(last, reading.neighbours_value),
                        "source": source_of(one, atlas),
                    }
                )
            )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(DEFINITIONS))
