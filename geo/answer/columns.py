"""What does a column of an answer's table hold, and how do people read it?

A :class:`Column` is declared once, by the layer or the measure that adds it or, where every table has it or
several add it, here. The notes of a workbook, JSON, the tooltips, the ranked table and print read it there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf, isnan

import numpy as np
import pandas as pd

from geo.answer.disclosure import SUPPRESSED
from geo.ask.choices import DOMAINS
from geo.ask.words import between, lower_first, written
from geo.stats.rates import HIDE_RATE_BELOW, UNRELIABLE_BELOW, UNRELIABLE_NOTE

Write = Callable[[pd.Series], list[str]]
P, FINE, DECIMAL = '[<0.00005]"< 0.0001";0.0000', "0.000", "#,##0.0"
"""How a workbook writes probabilities, statistics and ratios, and other numbers that are not whole."""


# ---------------------------------------------------------------- numbers as text


def texts(values: pd.Series, form: str, missing: str = "") -> list[str]:
    """Values in one form, "{:,.0f}"; the missing ones in words."""
    plain = form.format  # as most are: neither missing nor below 0
    return [plain(value) if 0 < value < inf else written(value, form, missing) for value in _floats(values)]


NO_DATA = "no data"
"""In place of a count where nobody reports on the area."""


def reported_on(table: pd.DataFrame) -> pd.Series:
    """Whether each row of an answer's table is of an area that is reported on at all."""
    if DAYS_COVERED.name not in table:
        return pd.Series(True, table.index)
    return table[DAYS_COVERED.name] > 0


def counts_of(table: pd.DataFrame, suppressed: str = SUPPRESSED) -> list[str]:
    """Counts in rows of an answer's table as text: those suppressed as told, and where there are no data.

    Those of a protected version with how far they may lie from the true ones, "45 ± 7".
    """
    written = texts(table["count"], "{:,.0f}", suppressed)
    if PLUS_MINUS.name in table:
        wide = texts(table[PLUS_MINUS.name], " ± {:,.0f}", "")
        written = [text + more for text, more in zip(written, wide, strict=True)]
    if DAYS_COVERED.name not in table:
        return written
    return [text if known else NO_DATA for text, known in zip(written, reported_on(table), strict=True)]


def count_of(row: pd.Series, suppressed: str = SUPPRESSED) -> str:
    """The count of one row, as :func:`counts_of`."""
    return counts_of(row.to_frame().T, suppressed)[0]


def _floats(values: pd.Series) -> list[float]:
    """Values as Python's own numbers, which format many times faster; missing is NaN."""
    found: list[float] = values.to_numpy(float, na_value=np.nan).tolist()
    return found


def placed(ranks: pd.Series) -> list[str]:
    """Ranks as people read them.

    Examples
    --------
    >>> placed(pd.Series(["26128=", "7", ""]))
    ['26,128=', '7', '']
    """
    digits = ((rank, rank.removesuffix("=")) for rank in ranks.tolist())
    return [f"{int(place):,}{rank[len(place) :]}" if place else "" for rank, place in digits]


def probabilities(values: pd.Series) -> list[str]:
    """Probabilities to two figures, never rounded to nought.

    Examples
    --------
    >>> probabilities(pd.Series([1e-9, 0.0314159, 1.0, None]))
    ['under 0.0001', '0.031', '1', '']
    """
    return ["" if isnan(p) else "under 0.0001" if p < 1e-4 else f"{p:.2g}" for p in _floats(values)]


def intervals(lower: pd.Series, upper: pd.Series, form: str) -> list[str]:
    """Limits as "12 to 34"; empty where there are none."""
    return [
        "" if isnan(low) else between(low, high, form)
        for low, high in zip(_floats(lower), _floats(upper), strict=True)
    ]


def changes(ratios: pd.Series) -> list[str]:
    """Ratios as a change, "+12%"; a ratio to nothing before is "from none"."""
    return ["" if isnan(ratio) else written(ratio - 1, "{:+.0%}", "from none") for ratio in _floats(ratios)]


DAGGER = "†"
"""Stands behind a rate that is unreliable, where there is no room for the words."""


def rated(
    values: pd.Series, unreliable: pd.Series, form: str, missing: str = "", *, brief: bool = False
) -> list[str]:
    """Rates as text, those of few events marked as unreliable: in words, or by a dagger."""
    mark = DAGGER if brief else f" ({UNRELIABLE_NOTE})"
    return [
        text + mark if few and not isnan(value) else text
        for text, value, few in zip(texts(values, form, missing), _floats(values), unreliable, strict=True)
    ]


def rate_of(row: pd.Series) -> str:
    """The rate of one row of an answer's table, for a narrow place; empty where it has none."""
    frame = row[[RATE.name, UNRELIABLE.name]].to_frame().T
    return rated(frame[RATE.name], frame[UNRELIABLE.name], "{:,.1f}", brief=True)[0]


def figures(form: str, missing: str = "–") -> Write:
    """Write numbers in one form."""
    return lambda values: texts(values, form, missing)


def words(names: Mapping[str, str]) -> Write:
    """Write codes in words; those that have none as they are, missing ones as a dash."""
    return lambda values: [
        "–" if pd.isna(value) else names.get(value, str(value)) for value in values.tolist()
    ]


ONE_PLACE = figures("{:,.1f}")

# ---------------------------------------------------------------- a column


@dataclass(frozen=True)
class Column:
    """One column of an answer's table, as it is exported and as people read it.

    Attributes
    ----------
    name : str
        In the table and in every file; "hot_{}" where there is one for each of something.
    definition : str
        What it holds, in plain English, with the same ``{}``.
    label : str
        Its name in words, before a value.
    heading : str
        The same over a narrow column.
    hint : str
        The same where a heading is pointed at; the label where it is empty.
    write : callable
        Series to texts.
    pill : bool
        Whether a text is drawn as a label in the colour of its class.
    of_class : bool
        Whether its codes are keys of the legend, whose labels say more.
    always : bool
        Whether the page tells it of an area whatever is shown, so that another may stand beside the measure.
    told : bool
        Whether a tooltip tells it too, beside what its layer is about.
    in_panel : bool
        Whether the panel of an area tells it.
    pixels, width : int
        Width in the ranked table, and the most that a text has in a workbook, in characters.
    cells : str
        How a workbook writes numbers that are not whole.
    """

    name: str
    definition: str
    label: str = ""
    heading: str = ""
    hint: str = ""
    write: Write = ONE_PLACE
    pill: bool = False
    of_class: bool = False
    told: bool = False
    in_panel: bool = False
    always: bool = False
    pixels: int = 64
    width: int = 34
    cells: str = DECIMAL


# ---------------------------------------------------------------- those of every table


_AMONG = (
    "of a small area among England's small areas, of a ward or borough among England's wards or districts "
    "or, where a note says so, the average of its small areas"
)


def _decile(domain: str, name: str) -> Column:
    if domain == "imd":
        return Column(
            "imd_decile",
            f"Decile of the Index of Multiple Deprivation, 1 is the most deprived: {_AMONG}",
            "Deprivation decile",
            "Decile",
            "Decile of deprivation, 1 is the most deprived",
            figures("{:.0f}"),
            always=True,
        )
    by = lower_first(name)
    return Column(
        f"{domain}_decile",
        f"Decile of deprivation by the domain “{name}”, 1 is the most deprived: {_AMONG}",
        f"Decile by {by}",
        "Decile",
        f"Decile of deprivation by {by}, 1 is the most deprived",
        figures("{:.0f}"),
        always=True,
    )


DECILES = {domain: _decile(domain, name) for domain, name in DOMAINS.items()}
"""Deciles by each domain of deprivation; those of the whole index are in every table."""
COUNT = Column("count", "Number of events under the filters", "Count", "Count", write=figures("{:,.0f}"))
PLUS_MINUS = Column(
    "plus_minus",
    "How far the count, which is protected by noise, may lie from the true one in 95 of 100 cases",
    write=figures("{:,.0f}"),
)
"""Only in tables of a protected version."""
RATE = Column(
    "rate_per_1000_year",
    "Events per 1,000 residents a year, from the count as shown and the days of the period",
    "Per 1,000 residents a year",
    "/ 1,000",
    f"Per 1,000 residents a year; {DAGGER} {UNRELIABLE_NOTE}",
)
UNRELIABLE = Column(
    "unreliable",
    f"Whether the rate rests on fewer than {UNRELIABLE_BELOW} events, so that chance may have made it; a "
    f"crude rate of fewer than {HIDE_RATE_BELOW} events is blank",
)
DAYS_COVERED = Column(
    "days_covered",
    "Days of the period for which whoever reports on the area has published; where it is 0 the count is not "
    "known, and where it differs from others the area is in no comparison",
    write=figures("{:.0f}"),
)
"""Only in tables in which areas differ in it."""
EVERYWHERE = (
    Column("lsoa21cd", "Code of the small area (LSOA of 2021)"),
    Column("lsoa11cd", "Code of the small area (LSOA of 2011)"),
    Column("wd24cd", "Code of the ward (2024)"),
    Column("lad24cd", "Code of the borough or district (2024)"),
    Column("name", "Name of the area", width=28),
    Column("borough", "Borough or district that it lies in", width=24),
    COUNT,
    PLUS_MINUS,
    Column("count_shown", f"The count as a page shows it: {SUPPRESSED} where it is suppressed"),
    Column("class_shown", "The class of the legend in which the map draws the area"),
    Column("in_set", "Whether the area is in the set that was chosen"),
    Column("marked", "Whether the area is in the classes or tenths that were marked"),
    Column("count_beside", "Count of the area on the second map, where two are compared"),
    Column("plus_minus_beside", "As plus_minus, of the count on the second map"),
    Column("count_more", "How many more there are on the first map: the count less that of the second map"),
    Column("rate_beside", "Rate of the area on the second map, per 1,000 residents a year"),
    Column("class_beside", "The class of the legend in which the second map draws the area"),
    Column("population", "Residents"),
    RATE,
    UNRELIABLE,
    DAYS_COVERED,
    DECILES["imd"],
)
"""Columns that every table may have, whatever is shown."""


# ---------------------------------------------------------------- those of several layers and measures

LOWER = Column("lower_ci", "Lower limit of the 95% confidence interval")
UPPER = Column("upper_ci", "Upper limit of the 95% confidence interval")
COMPARED = Column(
    "compared",
    "The area's interval against the benchmark: lower, similar or higher",
    "Rate against the benchmark",
    "Rate is",
    write=words({"not compared": "–", "similar": "–"}),
    pill=True,
    pixels=72,
    width=16,
)
BENCHMARK = Column("benchmark", "The rate that the areas are compared with, in the unit of their intervals")
AGAINST = (LOWER, UPPER, COMPARED, BENCHMARK)
"""Limits of a rate, and what they say of it against the benchmark."""
P_EXACT = Column(
    "p",
    "Two-sided probability of neighbours so high or so low by chance alone, exact; for Gi*, of an area and "
    "its neighbours together",
    cells=P,
)
P_PERMUTATION = Column(
    "p_permutation", "esda's one-sided probability from 9,999 random permutations", cells=P
)
Q = Column(
    "q",
    "p corrected for looking at many areas (false discovery rate, Benjamini and Hochberg)",
    "By chance, corrected (q)",
    write=probabilities,
    told=True,
    cells=P,
)
CLUSTER = Column(
    "cluster",
    "HH high among high, LL low among low, HL high among low, LH low among high, NS not significant, NA not "
    "defined; H very high by itself, no cluster; for Gi*, HH is a hotspot and LL a coldspot",
    "Cluster",
    "Cluster",
    write=words(
        {
            "HH": "hotspot",
            "H": "high by itself",
            "LL": "coldspot",
            "HL": "high alone",
            "LH": "low beside",
            "NS": "–",
            "NA": "–",
        }
    ),
    pill=True,
    of_class=True,
    pixels=80,
)
