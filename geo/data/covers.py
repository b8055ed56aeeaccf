"""What does a source say that it covers? Districts and a period, declared in its mapping.

A month of the period without an event is a true zero, a district beyond the declared ones is not reported on,
and both hold for gaps, rates and every statistic as what forces report does (:mod:`geo.data.reports`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from geo.ask.problem import Problem
from geo.ask.words import listed, month_text
from geo.data.boundaries import code_column, same_district


@dataclass(frozen=True)
class Covers:
    """What is declared; empty and None where nothing is.

    Attributes
    ----------
    districts : tuple of str
        Names or codes.
    first, last : int or None
        Months.
    """

    districts: tuple[str, ...] = ()
    first: int | None = None
    last: int | None = None

    def months(self, given: Sequence[int]) -> list[int]:
        """Months that are covered, where a delivery has events in the given ones.

        >>> Covers(first=24276).months([24277, 24279]), Covers().months([24277, 24279])
        ([24276, 24277, 24278, 24279], [24277, 24279])
        """
        if self.first is None and self.last is None:
            return list(given)
        first = min(given) if self.first is None else self.first
        return list(range(first, (max(given) if self.last is None else self.last) + 1))

    def period(self) -> str:
        """Say the period, "2023-01 to 2023-12", "from 2023-01"."""
        ends = [None if month is None else month_text(month) for month in (self.first, self.last)]
        if None not in ends:
            return f"{ends[0]} to {ends[1]}"
        return f"from {ends[0]}" if ends[1] is None else f"to {ends[1]}"

    def codes(self, lookup: pd.DataFrame | None) -> list[str]:
        """Codes of the districts.

        Raises
        ------
        Problem
            If there is no lookup, or no such district in it.
        """
        if not self.districts:
            return []
        if lookup is None:
            raise Problem(
                "The mapping says which districts its source covers: import the lookup first (`hotspots "
                "import lookup FILE`), which says where they lie."
            )
        column = code_column(lookup, "borough")
        known = lookup.drop_duplicates(column)
        found = []
        for asked in self.districts:
            mine = [
                str(code)
                for code, name in zip(known[column], known["borough"], strict=True)
                if same_district(asked, str(code), str(name))
            ]
            if not mine:
                raise Problem(
                    f"The mapping says that its source covers “{asked}”, which is no district here: they are "
                    f"{listed(sorted(known['borough']))}."
                )
            found += mine
        return found


EVERYTHING = Covers()
"""Where a mapping declares nothing: what the files say."""
