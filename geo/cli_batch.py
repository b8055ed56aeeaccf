"""The command that makes documents of many counties in one go, here or on the workers of a Dask scheduler."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geo import cli
from geo.ask.problem import Problem

if TYPE_CHECKING:
    from geo.out.batch import Job, Outcome

ANSWERS_WITHIN = 10
"""Seconds in which a scheduler has to answer."""
RETRIES = 2
"""How often a job is given to another worker where its own was lost."""


@cli.cli.command()
def batch(  # noqa: PLR0917 - each parameter is an option of the command
    folders: Annotated[list[Path], typer.Argument(help="Data folders, one a county.", metavar="FOLDER…")],
    make: Annotated[
        list[str] | None,
        typer.Option(help="assessment, packs, emerging or back-test (repeat for more); else all."),
    ] = None,
    to: Annotated[
        Path, typer.Option(help="Folder for the files, with one of its own for each county.")
    ] = Path("batch"),
    url: Annotated[str, typer.Option(help="Address from the page: its filters hold for every county.")] = "",
    scheduler: Annotated[
        str,
        typer.Option(
            help="Address of a Dask scheduler whose workers see the same folders: tcp://10.0.0.5:8786.",
            metavar="ADDRESS",
        ),
    ] = "",
    group: cli.AsGroup = "",
    access: cli.AccessFile = None,
    engine: cli.EngineUrl = cli.ENGINE,
) -> None:
    """Make assessments, ward packs, emerging hotspots and back-tests of many counties.

    What is there already of the same data and question is not made again, so that a batch which was stopped
    goes on where it was. One county's fault is named, and the rest is made.
    """
    from geo.ask.refusal import search_of
    from geo.data.writing import write_whole
    from geo.engines.engine import engine_of
    from geo.out.batch import PRODUCTS, Job, Outcome, jobs, joined, record

    engine_of(engine)  # a wrong one is said once, and not of every county
    listed = jobs(
        folders,
        make or list(PRODUCTS),
        to.resolve(),
        search=search_of(url),
        group=group,
        access=access,
        engine=engine,
    )
    outcomes = [one for one in listed if isinstance(one, Outcome)]
    waiting = [one for one in listed if isinstance(one, Job)]
    with cli.progress_bar("Making") as report:
        for done in _made(waiting, scheduler):
            record(done)
            outcomes.append(done)
            report(len(outcomes), len(listed), f"{done.job.data.name}: {done.job.product}")
    for product, what in PRODUCTS.items():
        if what.joined and (table := joined(product, outcomes)):
            write_whole(to / f"{product}.csv", table)
    _say(outcomes, to)


def _made(waiting: Sequence[Job], scheduler: str) -> Iterator[Outcome]:
    """Outcomes as they come: one after the other here, or as the workers of a scheduler finish them."""
    from geo.out.batch import Outcome, made

    if not scheduler:
        yield from map(made, waiting)
        return
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise Problem(
            "A scheduler needs Dask, which is not installed: pip install 'hotspots[batch]'."
        ) from error
    try:
        client = Client(scheduler, timeout=ANSWERS_WITHIN, set_as_default=False)
    except (OSError, ValueError) as error:
        raise Problem(
            f"No Dask scheduler answers at {scheduler}: start one with `dask scheduler`, or leave "
            "--scheduler out."
        ) from error
    with client:
        asked = {client.submit(made, job, pure=False, retries=RETRIES): job for job in waiting}
        for future in as_completed(asked, loop=client.loop):
            lost = future.exception()
            outcome = (
                Outcome(asked[future], fault=f"its worker was lost: {lost}") if lost else future.result()
            )
            yield outcome


def _say(outcomes: Sequence[Outcome], to: Path) -> None:
    """Say what was made, and what was not; a batch with a fault ends with 1."""
    faults = [one for one in outcomes if one.fault]
    before = sum(one.before for one in outcomes)
    new = len(outcomes) - before - len(faults)
    print(f"{new:,} made, {before:,} there before, {len(faults):,} not made, in {to}.")
    if faults:
        raise Problem("\n".join(f"{one.job.data}, {one.job.product}: {one.fault}" for one in faults))
