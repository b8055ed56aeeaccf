"""Is this schedule the one that was drawn? A record with a seal, so that it cannot be redrawn in silence."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from geo.ask.problem import Problem
from geo.stats.patrol_schedule import Design, draw


def _seal(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Record:
    """A schedule as it was drawn, with a seal: another draw, or one patrol moved, has another seal.

    Attributes
    ----------
    design : Design
    patrolled : tuple of tuple of str
        Areas of each of the design's dates.
    question : str
        What the areas were chosen by: an address of the page.
    version : str
        Hash of the data they were chosen from.
    """

    design: Design
    patrolled: tuple[tuple[str, ...], ...]
    question: str = ""
    version: str = ""
    notes: dict[str, str] = field(default_factory=dict)

    @classmethod
    def drawn(cls, design: Design, question: str = "", version: str = "", **notes: str) -> Record:
        """Draw the schedule of a design and record it."""
        schedule = draw(design)[0]
        days = (tuple(np.array(design.areas)[today].tolist()) for today in schedule.T)
        return cls(design, tuple(days), question, version, notes)

    @property
    def schedule(self) -> np.ndarray:
        """Whether each area is patrolled on each date, bool, shape (N, D)."""
        return np.array([[area in set(day) for day in self.patrolled] for area in self.design.areas])

    @property
    def seal(self) -> str:
        """SHA-256 of everything that is recorded."""
        return _seal(self._text())

    def to_json(self) -> str:
        """Write the record with its seal."""
        return json.dumps({**json.loads(self._text()), "seal": self.seal}, indent=1, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str, name: str = "This file") -> Record:
        """Read a record; messages call it by its name.

        Raises
        ------
        Problem
            If it is no record, was changed after it was drawn, or is not what its seed draws.
        """
        try:
            held = json.loads(text)
            seal = held.pop("seal")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Problem(f"{name} is no record of a schedule: give the file that drawing wrote.") from error
        if _seal(json.dumps(held, sort_keys=True, ensure_ascii=False)) != seal:
            raise Problem(
                f"{name} was changed after the schedule was drawn, and its seal does not fit: use the "
                "file as it was written."
            )
        try:
            design = Design(**{
                **held.pop("design"),
                **{key: tuple(held["design_lists"][key]) for key in ("areas", "tiers")},
                "first": date.fromisoformat(held["first"]),
                "blackout": tuple(map(date.fromisoformat, held["blackout"])),
            })  # fmt: skip
            record = cls(
                design, tuple(map(tuple, held["patrolled"])), held["question"], held["version"], held["notes"]
            )
        except (ValueError, KeyError, TypeError) as error:
            raise Problem(f"{name} is no record of a schedule: give the file that drawing wrote.") from error
        if record.patrolled != cls.drawn(design).patrolled:
            raise Problem(
                f"{name} is not what its seed draws, since another version drew it or it was made by hand: "
                "draw the schedule again."
            )
        return record

    def _text(self) -> str:
        of = self.design
        held = {
            "design": {
                "days": of.days, "a_day": of.a_day, "longest_run": of.longest_run, "seed": of.seed,
            },
            "design_lists": {"areas": of.areas, "tiers": of.tiers},
            "first": of.first.isoformat(),
            "blackout": [day.isoformat() for day in of.blackout],
            "patrolled": self.patrolled,
            "question": self.question,
            "version": self.version,
            "notes": self.notes,
        }  # fmt: skip
        return json.dumps(held, sort_keys=True, ensure_ascii=False)
