"""The command that keeps a folder's list of places that soak up events."""

from __future__ import annotations

from typing import Annotated

import typer

from geo import cli
from geo.ask.problem import Problem
from geo.cli_table import print_table


@cli.cli.command()
def exclude(  # noqa: PLR0917 - each parameter is an option of the command
    name: Annotated[str, typer.Argument(help="Name of the place; without it the list is shown.")] = "",
    kind: Annotated[str, typer.Option(help="What it is: custody suite, hospital, prison…")] = "",
    area: Annotated[str, typer.Option(help="Code of the small area that it fills.", metavar="CODE")] = "",
    point: Annotated[
        str, typer.Option(help="Where it stands, in degrees.", metavar="LONGITUDE,LATITUDE")
    ] = "",
    radius: Annotated[str, typer.Option(help="Metres around the point that are it; 60.")] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Take it off the list.")] = False,
    data: cli.Data = cli.DATA,
) -> None:
    """List places that soak up events, such as custody suites and hospitals, so that they can be left out.

    Nothing is left out until a question asks for it: the filter on the page, or exclude=listed in an address.
    """
    import pandas as pd

    from geo.answer.in_memory import keep
    from geo.data import exclusions
    from geo.data.store import Store

    if name:
        with Store(data).transaction() as change:
            listed = (
                change.read(exclusions.ROLE) if change.has(exclusions.ROLE) else pd.DataFrame({"name": []})
            )
            kept = listed[listed["name"] != name]
            if remove and len(kept) == len(listed):
                raise Problem(f"“{name}” is not on the list: hotspots exclude shows it.")
            if not remove:
                longitude, _, latitude = point.partition(",")
                given = {"area": area, "longitude": longitude.strip(), "latitude": latitude.strip()}
                one = exclusions.place(name=name, kind=kind, radius=radius, **given)
                code = one["lsoa"].iloc[0]
                if code and change.has("areas/lsoa") and code not in change.read("areas/lsoa").index:
                    raise Problem(f"“{code}” is no small area of this county: look its code up on the page.")
                kept = pd.concat([kept, one]) if len(kept) else one
            if len(kept):
                change.put(exclusions.ROLE, kept.reset_index(drop=True))
            else:
                change.remove(exclusions.ROLE)
            keep(change)
    snapshot = Store(data).in_force()
    if not snapshot.has(exclusions.ROLE):
        print("No place is on the list.")
        return
    places = snapshot.read(exclusions.ROLE).itertuples()
    rows = [(one.name, one.kind, exclusions.where(one)) for one in places]
    print_table(cli.console(), ("Place", "Kind", "Where"), rows)
    print("These places are counted until a question leaves them out (exclude=listed).")
