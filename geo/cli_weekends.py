"""The command that grades the coming weekends."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from geo import cli
from geo.ask.problem import Problem
from geo.cli_output import STDOUT, Form, ending, save
from geo.cli_patrol import Url, opened, patrol, show


@patrol.command("weekends")
def weekends_(  # noqa: PLR0917
    url: Url = "",
    number: Annotated[int, typer.Option("--weekends", min=1, max=26, help="How many weekends.")] = 13,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="File to write: .csv, .ics, - for standard output; else it is printed.",
        ),
    ] = None,
    form: Form = "",
    group: cli.AsGroup = "",
    access: cli.AccessFile = None,
    data: cli.Data = cli.DATA,
) -> None:
    """Grade the coming weekends by the county's own history and calendar, and say how such grades did."""
    from geo.ask.refusal import search_of
    from geo.out.weekend_files import FILES
    from geo.tell.exhibits.weekends import weekends

    form = ending(output, form, "csv").lower().removeprefix(".")
    if output and form not in FILES:
        endings = " or ".join(f".{key}" for key in FILES)
        if output == STDOUT:
            raise Problem(f"Weekends cannot be written as “{form}”: say --format csv or --format ics.")
        raise Problem(f"Weekends cannot be written into {output.name}: let its name end in {endings}.")
    atlas = opened(data, group, access)
    found = weekends(atlas, atlas.exactly(search_of(url)), number)
    if output:
        save(output, FILES[form].write(found, date.today()))
        return
    console = cli.console()
    console.print(f"{found.description}. {found.banner}.")
    for exhibit in found.exhibits:
        show(exhibit, exhibit.title, console)
