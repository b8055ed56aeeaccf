"""How is a published figure set beside the rebuilt one?"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

MATCHES, DIFFERS, NOT_REPRODUCED = "matches", "differs", "cannot be reproduced"
OF_PROTECTED = (
    "The rebuilt figure is of the protected version; `hotspots assess --check` compares the true numbers."
)


@dataclass(frozen=True)
class Compared:
    """One published figure beside the rebuilt one.

    Attributes
    ----------
    topic, figure : str
        "Police offences", "By month, Luton".
    published, rebuilt : str
    verdict : {"matches", "differs", "cannot be reproduced"}
    why : str
        The reason, or what to know of a match; "" where there is nothing to say.
    """

    topic: str
    figure: str
    published: str
    rebuilt: str
    verdict: str
    why: str = ""


@dataclass(frozen=True)
class Topic:
    """Figures of one topic, compared one after the other."""

    name: str
    health: bool = False
    """Whether it is of services whose true numbers only those who were cleared see."""
    rows: list[Compared] = field(default_factory=list)

    def seen(self, *, cleared: bool) -> list[Compared]:
        """Its rows; a figure that differs for being of the protected version is none that could match."""
        if cleared or not self.health:
            return self.rows
        return [
            replace(row, verdict=NOT_REPRODUCED, why=OF_PROTECTED) if row.verdict == DIFFERS else row
            for row in self.rows
        ]

    def numbers(
        self, figure: str, printed: ArrayLike, found: ArrayLike, *, close: float = 0.0, why: str = ""
    ) -> None:
        """Compare numbers: equal, or within a part of the published ones; many of them by their number."""
        old, new = (np.atleast_1d(np.asarray(v, dtype=float)).ravel() for v in (printed, found))
        agree = np.abs(old - new) <= close * np.abs(old)
        digits = 1 if close else 0
        before, after = (" / ".join(f"{v:,.{digits}f}" for v in values) for values in (old, new))
        if len(old) > 5:
            before = f"{old.sum():,.0f} in {len(old)} cells"
            after = f"{new.sum():,.0f}, {agree.sum()} of {len(old)} cells equal"
        self._add(figure, before, after, bool(agree.all()), why)

    def share(self, figure: str, printed: float, found: float, digits: int = 0) -> None:
        """Compare percentages to the digits that were printed."""
        before, after = (f"{100 * value:.{digits}f}%" for value in (printed, found))
        self._add(figure, before, after, before == after)

    def or_why(self, figure: str, printed: float, found: float, why: str, digits: int = 0) -> None:
        """Compare percentages; where they differ there is a reason."""
        self.share(figure, printed, found, digits)
        if self.rows[-1].verdict == DIFFERS:
            self.rows[-1] = replace(self.rows[-1], verdict=NOT_REPRODUCED, why=why)

    def words(self, figure: str, printed: str, found: str) -> None:
        """Compare words."""
        self._add(figure, printed, found, printed == found)

    def cannot(self, figure: str, printed: str, found: str, why: str) -> None:
        """Set down what cannot be reproduced."""
        self.rows.append(Compared(self.name, figure, printed, found, NOT_REPRODUCED, why))

    def _add(self, figure: str, before: str, after: str, equal: bool, why: str = "") -> None:
        self.rows.append(Compared(self.name, figure, before, after, MATCHES if equal else DIFFERS, why))
