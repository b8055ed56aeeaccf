"""Of which areas are the deciles of a level, and in what words?

A small area has the decile that is published: its tenth among England's small areas. A ward or a borough has
its tenth among England's wards or districts where :mod:`geo.data.national_ranks` could rank it; otherwise
what is shown is the average of its small areas, and is called so.
"""

from __future__ import annotations

from dataclasses import dataclass

from geo.ask.words import AREAS, lower_first, upper_first

KINDS = {"lsoa": "small areas", "ward": "wards", "borough": "districts"}
"""What the areas of a level are called of which England is made up."""


@dataclass(frozen=True)
class Deciles:
    """What the deciles of deprivation of one level are.

    Attributes
    ----------
    level : {"lsoa", "ward", "borough"}
    among : int
        Number of areas of the kind in England among which those of the level were ranked; 0 where they were
        not: the deciles of wards and boroughs are then averages.

    Examples
    --------
    >>> wards, average = Deciles("ward", 6784), Deciles("borough")
    >>> wards.said("Decile"), average.said("Decile"), Deciles("lsoa").said("Decile")
    ("Decile of England's 6,784 wards", 'Average decile', 'Decile')
    >>> wards.fifth
    "the most deprived 20% of England's 6,784 wards"
    """

    level: str
    among: int = 0

    @property
    def averaged(self) -> bool:
        """Whether they are averages of deciles of small areas."""
        return self.level != "lsoa" and not self.among

    @property
    def whole(self) -> str:
        """The areas that they are tenths of: "England's 6,784 wards"."""
        number = f"{self.among:,} " if self.among else ""
        return f"England's {number}{KINDS[self.level]}"

    def said(self, decile: str) -> str:
        """A decile with what it is of: of small areas as it is, since theirs are those that are published."""
        if self.averaged:
            word = f"average {lower_first(decile)}"
            return upper_first(word) if decile[:1].isupper() else word
        return decile if self.level == "lsoa" else f"{decile} of {self.whole}"

    @property
    def title(self) -> str:
        """Over a legend of tenths."""
        return "average decile of their small areas" if self.averaged else f"decile among {self.whole}"

    @property
    def fifth(self) -> str:
        """What areas of the first two deciles are among, where they are ranked."""
        return "the most deprived 20% " + ("in England" if self.level == "lsoa" else f"of {self.whole}")

    @property
    def overlay(self) -> str:
        """Those in a legend."""
        return "On average in decile 1 or 2" if self.averaged else upper_first(self.fifth[4:])

    @property
    def caveats(self) -> tuple[str, ...]:
        """How they were found; nothing of small areas."""
        if self.level == "lsoa":
            return ()
        if self.averaged:
            return (
                f"Deprivation of {AREAS[self.level][1]} is the average decile of their small areas, weighted "
                f"by residents: no place among {self.whole}, which takes the national files.",
            )
        return (
            f"Deprivation is the decile among {self.whole}, by the average rank of their small areas "
            "weighted by residents.",
        )
