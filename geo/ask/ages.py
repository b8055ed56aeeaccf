"""Which ages? Bands, and the spans of them that can be asked for.

Events keep the bands :data:`AGES`: by five years, divided where the law and the field divide them, so that
"under 16", "under 18" and "under 25" are exact. Whose files (or whose protected version) give ages by five
years has some events of which only the whole of 15 to 19 is known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from geo.ask.notice import Notice, left_out
from geo.ask.parameters import Kind, Notices

AGE_BANDS = (*(f"{start}-{start + 4}" for start in range(0, 90, 5)), "90+")
"""Bands of the European Standard Population 2013."""
EDGES = (0, 5, 10, 15, 16, 18, *range(20, 95, 5))
"""First age of each band of :data:`AGES`."""
AGES = (*(f"{low}-{high - 1}" if high - low > 1 else f"{low}" for low, high in pairwise(EDGES)), "90+")
"""Bands in which events keep ages."""
UNKNOWN = "unknown"
WHOLE = "15-19"
"""The band of five years that :data:`AGES` divides."""
_PARTS = AGES[3:6]
FIVE_YEARS = {band: WHOLE if band in _PARTS else band for band in (*AGES, WHOLE)}
"""Each band to the one of :data:`AGE_BANDS` that holds it."""


def positions_of(band: str) -> frozenset[int]:
    """Positions in :data:`AGES` that a band may stand for; none where it is no band.

    >>> sorted(positions_of("15-19")), sorted(positions_of("90+")), positions_of("")
    ([3, 4, 5], [20], frozenset())
    """
    parts = _PARTS if band == WHOLE else (band,)
    return frozenset(AGES.index(part) for part in parts if part in AGES)


def divides(chosen: Sequence[int]) -> bool:
    """Whether ages by five years do not tell who is in some bands."""
    of = {AGES.index(part) for part in _PARTS}
    return 0 < len(of & set(chosen)) < len(of)


def within_five_years(chosen: Sequence[int], label: str, why: str) -> Notice:
    """Say that ages are known by five years only, and what could be asked."""
    fault = f"{label}: {write_ages(chosen)} divides 15 to 19, and {why}"
    return left_out(fault, instead=": 0-14, 0-19 or 0-24 would be one.")


def read_ages(text: str) -> tuple[tuple[int, ...], Notices]:
    """Positions of the bands that spans of ages are made of.

    Examples
    --------
    >>> read_ages("10-24,90+,unknown")[0]
    (2, 3, 4, 5, 6, 20, 21)
    >>> read_ages("15")[0], read_ages("18+")[0][0]
    ((3,), 5)
    >>> read_ages("17-24")[1]
    ['“17-24” is no span of the ages known here and was left out.']
    """
    found: set[int] = set()
    notices: Notices = []
    for part in filter(None, (part.strip().lower() for part in text.split(","))):
        match = re.fullmatch(r"(\d{1,3})(?:-(\d{1,3})|(\+))?", part)
        low, high = (int(match[1]), 94 if match[3] else int(match[2] or match[1])) if match else (1, 0)
        if part == UNKNOWN:
            found.add(len(AGES))
        elif low not in EDGES or high + 1 not in (*EDGES, 95) or low > high:
            fault = f"“{part[:40]}” is no span of the ages known here"
            such = "bands begin at 0, 5, 10, 15, 16, 18, 20 and every fifth year, as in 0-17, 18-24 or 65+"
            notices.append(left_out(fault, instead=f": {such}; or unknown."))
        else:
            found.update(at for at, edge in enumerate(EDGES) if low <= edge <= high)
    return tuple(sorted(found)), notices


def spans_of(bands: Sequence[int]) -> list[str]:
    """Spans of ages that some bands make: "10-24", "65+".

    >>> spans_of((2, 3, 4, 19, 20)), spans_of((3,))
    (['10-17', '85+'], ['15'])
    """
    runs: list[list[int]] = []
    for band in sorted(band for band in bands if band < len(AGES)):
        if runs and band == runs[-1][-1] + 1:
            runs[-1].append(band)
        else:
            runs.append([band])
    return [_span(EDGES[run[0]], (*EDGES, 0)[run[-1] + 1] - 1) for run in runs]


def _span(low: int, high: int) -> str:
    return f"{low}+" if high < 0 else f"{low}" if low == high else f"{low}-{high}"


def write_ages(bands: Sequence[int]) -> str:
    """Spans as text; the inverse of :func:`read_ages`."""
    return ",".join([*spans_of(bands), *[UNKNOWN] * (len(AGES) in bands)])


def ages_said(unknown: str) -> Callable[[Sequence[int]], str]:
    """How a description says some bands of a person whose unknown age it says so."""
    whose = unknown.partition(" of ")[0]

    def say(bands: Sequence[int]) -> str:
        spans = [
            f"{span[:-1]} and over" if span.endswith("+") else " to ".join(span.split("-"))
            for span in spans_of(bands)
        ]
        known = [f"{whose} aged {' or '.join(spans)}"] if spans else []
        return " or ".join([*known, *[unknown] * (len(AGES) in bands)])

    return say


SPANS = Kind(
    read_ages,
    write_ages,
    {"type": "string", "pattern": r"^(\d{1,2}(-\d{1,3}|\+)?|unknown)$"},
    many=True,
)
