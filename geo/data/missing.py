"""Which import brings what a data folder lacks?"""

from __future__ import annotations

from pathlib import Path

from geo.ask.problem import Problem

AREAS = {
    "areas/lsoa": ("small areas", "their boundaries", "boundaries"),
    "areas/ward": ("wards", "the lookup of which small areas lie in them", "lookup"),
    "areas/borough": ("boroughs", "the lookup of which small areas lie in them", "lookup"),
}
"""Role to what it is called, and to what brings it: in words, and as a kind of file."""


def missing(folder: Path, role: str) -> Problem:
    """Say that no table of a folder plays a role, and how one is brought.

    >>> print(missing(Path("data"), "areas/ward"))  # doctest: +NORMALIZE_WHITESPACE
    The data folder data holds no wards: import the lookup of which small areas lie in them with
    `hotspots import lookup FILE`.
    >>> print(missing(Path("data"), "population"))
    The data folder data holds no population: import it with `hotspots import population FILE`.
    """
    called, brought, kind = AREAS.get(role, (role, "it", role.partition("/")[0]))
    return Problem(
        f"The data folder {folder} holds no {called}: import {brought} with `hotspots import {kind} FILE`."
    )


def nothing_in(folder: Path) -> Problem:
    """Say that a folder holds no data at all, and how it comes by some."""
    return Problem(
        f"There is no data in the folder {folder}: build the demonstration county with `hotspots demo`, or "
        "load your own, first with `hotspots import boundaries FILE`."
    )


class Damaged(Problem):
    """What is stored is not as it was written."""


def damaged(folder: Path, fault: str) -> Damaged:
    """Say which stored table is not as it was written."""
    return Damaged(
        f"In the folder {folder} the stored table {fault} Restore the folder from a backup, or import the "
        "files again into a new one."
    )


def unreadable(folder: Path, name: str) -> Damaged:
    """Say that the list of what is stored is not as it was written."""
    return Damaged(
        f"The list of stored tables {name} in {folder} cannot be read: restore the folder from a backup, or "
        "import the files again into a new one."
    )
