"""What may be shown?

Every table leaves ``geo`` through a :class:`Gate`, the only place where a count becomes a number that a
person may see. Open sources pass as they are. Counts of controlled sources (people's use of health
services) follow the rules for sub-national HES and ECDS outputs: 1 to 7 become a suppressed value, shown
as ``*``; other counts go to the nearest 5; a total is computed from the true counts and then treated the
same, so totals need not add up. Crude rates are divided from the protected count, because a rate times its
population is the count again. Standardised rates with intervals (to three significant figures), p-values and
cluster labels may rest on the true counts; the statistics from which a count could be solved (``local_i``,
``g_star``, ``z``, ``lag``) are withheld.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.arrays import IntegerArray

from geo.stats import small_numbers

LARGEST_SUPPRESSED, ROUNDED_TO = small_numbers.LARGEST_SUPPRESSED, small_numbers.ROUNDED_TO
SMALLEST_SHOWN = 10
"""The smallest protected count above zero: 8, rounded."""

ASSUMED = 4.0
"""What stands for a suppressed count where a model or an order needs a number: it lies between 0 and 10."""

FIGURES = 3
"""Significant figures of rates that rest on true counts."""

SUPPRESSED = "*"

SHOWN = ("open", "internal", "cleared")
"""Classes whose counts are shown as they are."""
BANNERS = {
    "open": "Open data",
    "internal": "Official-sensitive: true small numbers",
    "cleared": "True small numbers, not for sharing",
}
"""Markings of data, the least restricted first."""
NOTICES = {
    "internal": "These are true small numbers of data that are not open: for those who work with them alone.",
    "cleared": "These are true small numbers of people's use of services: not for sharing.",
}
PROTECTED = "Official-sensitive: small numbers protected"


def seen_as(declared: str, *, true: bool) -> str:
    """Class of a source for those who see its true numbers, or do not.

    >>> seen_as("internal", true=True), seen_as("internal", true=False), seen_as("controlled", true=True)
    ('internal', 'controlled', 'cleared')
    """
    return {"controlled": "cleared"}.get(declared, declared) if true else "controlled"


def stamp(banner: str) -> str:
    """Beginning of the names of files with true small numbers; "" of others.

    >>> stamp("True small numbers, not for sharing"), stamp("Open data")
    ('not-for-sharing-', '')
    """
    return {BANNERS["cleared"]: "not-for-sharing-", BANNERS["internal"]: "official-sensitive-"}.get(
        banner, ""
    )


def marking(classes: Iterable[str], *, synthetic: bool) -> str:
    """Marking of data of some classes of disclosure: that of the most restricted.

    Examples
    --------
    >>> marking(["open", "internal"], synthetic=False)
    'Official-sensitive: true small numbers'
    >>> marking(["open"], synthetic=True)
    'Synthetic demonstration data'
    """
    found = {BANNERS.get(one, PROTECTED) for one in classes}
    if BANNERS["cleared"] in found:
        return BANNERS["cleared"]
    if synthetic:
        return "Synthetic demonstration data"
    order = [BANNERS["open"], PROTECTED, BANNERS["internal"]]
    return max(found, key=order.index)


@dataclass(frozen=True)
class Gate:
    """The way out for one source.

    Parameters
    ----------
    disclosure : {"open", "internal", "cleared", "controlled"}
        Class of the source for those who ask (:func:`seen_as`).

    Examples
    --------
    >>> gate = Gate("controlled")
    >>> gate.counts([0, 1, 7, 8, 12, 13]).tolist()
    [0, <NA>, <NA>, 10, 10, 15]
    >>> gate.text(7), gate.text(1234)
    ('*', '1,235')
    >>> Gate("open").text(7)
    '7'
    """

    disclosure: str

    @property
    def controlled(self) -> bool:
        """Whether small numbers are protected."""
        return self.disclosure not in SHOWN

    def counts(self, counts: Iterable[int] | np.ndarray) -> IntegerArray:
        """Protect counts.

        Parameters
        ----------
        counts : array-like of int, any length
            True counts.

        Returns
        -------
        IntegerArray
            Int64 of the same length; suppressed counts are missing.
        """
        true = np.array(counts, dtype=np.int64)
        if not self.controlled:
            return IntegerArray(true, np.zeros(true.shape, bool))
        return IntegerArray(*small_numbers.protected(true))

    def count(self, count: int) -> int | None:
        """Protect one count or total; None where it is suppressed."""
        value = self.counts([count])[0]
        return None if value is pd.NA else int(value)

    def text(self, count: int) -> str:
        """Protected count in words of a page, with thousands commas, ``*`` where it is suppressed."""
        value = self.count(count)
        return SUPPRESSED if value is None else f"{value:,}"

    def words(self, count: int) -> str:
        """Protected count in a sentence, in which a star says nothing: "1 to 7" where it is suppressed."""
        text = self.text(count)
        return f"1 to {LARGEST_SUPPRESSED}" if text == SUPPRESSED else text

    def share(self, part: int, whole: int) -> float | None:
        """Protected share of a whole, from the two protected counts; None where either is not known."""
        numerator, denominator = self.count(part), self.count(whole)
        return None if numerator is None or not denominator else numerator / denominator

    def statistics(self, frame: pd.DataFrame, own: Collection[str]) -> pd.DataFrame:
        """Withhold the statistics of a layer, from which counts could be solved.

        Parameters
        ----------
        frame : DataFrame
            Columns of a layer, on the area index.
        own : collection of str
            Those that hold the statistic itself; p, q and clusters may rest on true counts.

        Returns
        -------
        DataFrame
            The same columns; its own are missing where the source is controlled.
        """
        if not self.controlled:
            return frame
        return frame.assign(**{column: np.nan for column in own})

    def coarse(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Round rates that rest on true counts, so that they cannot be solved for these.

        The limits of a standardised rate say how many events it rests on, and whether one person had several
        of them, if they are given to many figures.

        Parameters
        ----------
        frame : DataFrame of float

        Returns
        -------
        DataFrame
            To :data:`FIGURES` significant figures where the source is controlled.

        Examples
        --------
        >>> Gate("controlled").coarse(pd.DataFrame({"value": [1234.56, 0.0]}))["value"].tolist()
        [1230.0, 0.0]
        """
        if not self.controlled:
            return frame
        size = np.floor(np.log10(frame.abs().where(frame != 0, 1.0)))
        step = 10.0 ** (size - FIGURES + 1)
        return ((frame / step).round() * step).round(9)

    @property
    def small_numbers(self) -> str:
        """What became of small numbers, in a word."""
        return "protected" if self.controlled else "open" if self.disclosure == "open" else "true"

    @property
    def notice(self) -> str:
        """Sentence that goes wherever the numbers go; "" for an open source."""
        if self.disclosure in NOTICES:
            return NOTICES[self.disclosure]
        if not self.controlled:
            return ""
        return (
            f"Counts of 1 to {LARGEST_SUPPRESSED} are shown as {SUPPRESSED} and others to the nearest "
            f"{ROUNDED_TO}, to protect people; totals are rounded too and need not add up."
        )
