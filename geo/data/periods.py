"""Which months does a published period mean? Years, financial years, several years, quarters, months."""

from __future__ import annotations

import re
from typing import NamedTuple

from geo.ask.words import MONTH_NAMES

YEAR = 12
APRIL = 3
_MONTHS = {name[:3].lower(): at for at, name in enumerate(MONTH_NAMES)}
_YEAR = r"(?:19|20)\d\d"
_FORMS = (
    ("year", re.compile(rf"({_YEAR})")),
    ("financial", re.compile(rf"({_YEAR})(?:/|-)(\d\d)")),
    ("years", re.compile(rf"({_YEAR})(?: - | ?– ?| to )({_YEAR}|\d\d)|({_YEAR})-({_YEAR})")),
    ("financials", re.compile(rf"({_YEAR})/\d\d(?: - |-| ?– ?| to )(?:20)?(\d\d)/(\d\d)")),
    ("quarter", re.compile(rf"({_YEAR})(/\d\d)? ?Q([1-4])")),
    ("month", re.compile(rf"({_YEAR})-(0[1-9]|1[0-2])(?:-01)?")),
    ("named", re.compile(rf"([A-Za-z]{{3,9}}) ({_YEAR})")),
    (
        "ending",
        re.compile(
            rf"(?:12 months|year) (?:to|ending) (?:end )?(?:\d\d? )?([A-Za-z]{{3,9}}) ({_YEAR})", re.I
        ),
    ),
)


class Span(NamedTuple):
    """A stretch of time: number of its first month (:func:`geo.ask.words.month_number`), and its months."""

    first: int
    months: int


def span_of(text: str) -> Span | None:
    """Stretch of time of a published period; None where it is written in no form that is known.

    "2022/23" and "2022-23" are financial years from April, "2021 - 23" three calendar years together.

    Examples
    --------
    >>> span_of("2023"), span_of("2022/23"), span_of("2021 - 23")
    (Span(first=24276, months=12), Span(first=24267, months=12), Span(first=24252, months=36))
    >>> span_of("2023/24 Q2"), span_of("year ending March 2024").months, span_of("soon")
    (Span(first=24282, months=3), 12, None)
    """
    for form, pattern in _FORMS:
        match = pattern.fullmatch(text.strip())
        if match and (span := _span(form, match)):
            return span
    return None


def _span(form: str, match: re.Match[str]) -> Span | None:
    parts = [part for part in match.groups() if part is not None]
    if form in ("named", "ending"):
        return _of_name(form, *parts)
    year, last = int(parts[0]), parts[-1].removeprefix("/")
    january = year * YEAR
    if form == "quarter":
        return Span(january + (APRIL if len(parts) == 3 else 0) + 3 * (int(last) - 1), 3)
    if form in ("year", "month"):
        return Span(january, YEAR) if form == "year" else Span(january + int(last) - 1, 1)
    end = int(last) if len(last) == 4 else year - year % 100 + int(last)
    financial = form.startswith("financial")
    several = end - year + (not financial)
    whole = several == 1 if form == "financial" else several >= 1
    return Span(january + APRIL * financial, several * YEAR) if whole else None


def _of_name(form: str, name: str, year: str) -> Span | None:
    """A month by its name, or the year that ends with it."""
    month = _MONTHS.get(name[:3].lower())
    if month is None:
        return None
    at = int(year) * YEAR + month
    return Span(at, 1) if form == "named" else Span(at - YEAR + 1, YEAR)
