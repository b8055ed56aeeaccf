"""Are events at places that soak them up left out? One filter, declared once."""

from __future__ import annotations

from geo.ask.parameters import ALL, Parameter, choice

EXCLUDE = Parameter(
    "exclude",
    "exclude",
    choice("way to treat the places listed", ("listed",)),
    "Places that soak up events",
    "Whether events at the places of the folder's list (custody suites, hospitals, prisons) are left out: "
    "listed; they are counted where it is left out.",
    default="",
    changes=ALL,
    filters=True,
    control="value",
    options={"listed": "Places that soak up events: left out"},
    keeps=lambda cube, value: cube.extra["exclusion"] < 0,
    reason=lambda source: "" if source.excluded else "no place of the list has any of these events.",
    says=lambda value: "places that soak up events left out",
)
