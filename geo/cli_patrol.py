"""The commands of patrols: plan, draw, follow and judge them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import date, timedelta
from inspect import Parameter, Signature, signature
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geo import cli
from geo.ask.problem import Problem
from geo.cli_output import STDOUT, Form, ending, save, tell
from geo.cli_table import print_table
from geo.tell.patrol.wish import Wish

if TYPE_CHECKING:
    from rich.console import Console

    from geo.answer.atlas import Atlas
    from geo.stats.patrol_record import Record
    from geo.tell.assessment import Assessment
    from geo.tell.exhibits.exhibit import Exhibit
    from geo.tell.patrol import visits as made_visits
    from geo.tell.patrol.plan import Plan

patrol = typer.Typer(
    help="Plan patrols of the areas of a map, draw on which days they go, and judge what came of it.",
    no_args_is_help=True,
)
cli.cli.add_typer(patrol, name="patrol")

Url = Annotated[
    str, typer.Option(help="Address from the page, or what follows its “?”: level=lsoa&hour=14-23.")
]
OPTIONS: dict[str, Any] = {
    "by": Annotated[
        str,
        typer.Option(help="What areas are ranked by: count, rate, harm, hotspot, persistence or agreement."),
    ],
    "areas": Annotated[int, typer.Option(help="How many areas.")],
    "a_day": Annotated[int, typer.Option("--a-day", help="How many of them are patrolled each day.")],
    "days": Annotated[int, typer.Option(help="How many days.")],
    "minutes": Annotated[int, typer.Option(help="Minutes of a visit.")],
    "visits": Annotated[int, typer.Option(help="Visits a day to each patrolled area.")],
    "tiers": Annotated[int, typer.Option(help="Tiers that the areas are put in, the highest first.")],
    "first": Annotated[str, typer.Option(help="First day, YYYY-MM-DD; tomorrow if absent.", metavar="DAY")],
    "without": Annotated[
        list[str] | None, typer.Option(help="Code of an area to leave out (repeat for more).")
    ],
}
"""Options of a plan: each a part of a :class:`~geo.tell.patrol.wish.Wish`, with its usual value there."""
OF_A_DRAW: dict[str, Any] = {
    "longest_run": Annotated[
        int, typer.Option("--longest-run", help="Days running that an area may be patrolled.")
    ],
    "looks": Annotated[int, typer.Option(help="Looks at the result that are planned, the last at the end.")],
    "seed": Annotated[int, typer.Option(help="Seed of the draw: the same seed draws the same schedule.")],
    "blackout": Annotated[
        list[str] | None,
        typer.Option(help="Day without patrols, YYYY-MM-DD (repeat for more).", metavar="DAY"),
    ],
}
"""Those of a schedule besides."""
Command = Callable[..., None]


def _wishing(options: Mapping[str, Any]) -> Callable[[Command], Command]:
    """Give a command these options in place of its ``wish``: what they say together, as an address does."""
    usual = {field.name: "" if field.default is MISSING else field.default or None for field in fields(Wish)}

    def give(command: Command) -> Command:
        def run(**given: Any) -> None:
            command(wish=_wish({name: given.pop(name) for name in options}), **given)

        said = [
            Parameter(name, Parameter.KEYWORD_ONLY, default=usual[name], annotation=kind)
            for name, kind in options.items()
        ]
        own = signature(command, eval_str=True).parameters.values()
        each = [[one.replace(kind=Parameter.KEYWORD_ONLY)] if one.name != "wish" else said for one in own]
        run.__signature__ = Signature(list(chain(*each)))  # type: ignore[attr-defined]
        run.__doc__ = command.__doc__
        return run

    return give


def _wish(options: Mapping[str, str | int | list[str] | None]) -> dict[str, str]:
    """What options say, as an address says it."""
    return {
        name: " ".join(value) if isinstance(value, list) else "" if value is None else f"{value}"
        for name, value in options.items()
    }


def opened(data: Path, group: str, access: Path | None) -> Atlas:
    """Open the data, for a group that may see patrols."""
    from geo.out.export import allow

    atlas = cli.opened(data, group, access)
    allow(atlas, "patrol")
    return atlas


def planned(
    data: Path, group: str, access: Path | None, url: str, said: dict[str, str]
) -> tuple[Atlas, Plan]:
    """Open the data, read what is said, and plan."""
    from geo.ask.refusal import search_of
    from geo.tell.patrol.plan import plan

    atlas = opened(data, group, access)
    query = atlas.exactly(search_of(url))
    return atlas, plan(atlas, query, Wish.parse(said, date.today() + timedelta(days=1)))


@patrol.command("plan")
@_wishing(OPTIONS)
def plan_(
    wish: dict[str, str],
    url: Url = "",
    group: cli.AsGroup = "",
    access: cli.AccessFile = None,
    data: cli.Data = cli.DATA,
) -> None:
    """List the areas to patrol, how good that choice is, and how many days show what reduction."""
    atlas, found = planned(data, group, access, url, wish)
    _show(atlas, found)


def show(exhibit: Exhibit, title: str, console: Console) -> None:
    """Print an exhibit: its finding, its table, its caveats."""
    texts = exhibit.texts()
    console.print(f"\n{title}: {exhibit.finding}\n")
    print_table(console, list(map(str, texts)), list(texts.itertuples(index=False)))
    for caveat in exhibit.caveats:
        console.print(f"\n{caveat}")


def _show(atlas: Atlas, found: Plan) -> None:
    from geo.tell.patrol.said import NOT_PLANNED, at_midnight, no_power, tables_of

    console = cli.console()
    console.print(f"{found.description}. {found.banner}.\n")
    for title, (head, rows) in tables_of(found).items():
        console.print(f"{title}\n")
        print_table(console, head, rows)
        console.print()
    if found.shifts:
        console.print(f"{NOT_PLANNED.strip()} not in the plan")
    for sentence in filter(None, (*found.sentences, at_midnight(found), no_power(found))):
        console.print(f"\n{sentence}")


@patrol.command("draw")
@_wishing(OPTIONS | OF_A_DRAW)
def draw_(  # noqa: PLR0917
    wish: dict[str, str],
    url: Url = "",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Folder for the record, calendar, workbook, table, map and duty sheets."
        ),
    ] = None,
    group: cli.AsGroup = "",
    access: cli.AccessFile = None,
    data: cli.Data = cli.DATA,
) -> None:
    """Draw which areas are patrolled on which days, and write it in every form, with its seal."""
    from geo.out.patrol_files import FILES, Drawn, filename
    from geo.out.patrol_papers import PAPERS

    folder = output or Path()
    if folder == STDOUT:
        raise Problem("A drawing is a folder of files, which standard output does not take: name it with -o.")
    if folder.exists() and not folder.is_dir():
        raise Problem(f"{folder} is a file: name a folder with -o.")
    atlas, found = planned(data, group, access, url, wish)
    drawn = Drawn(found, found.record(atlas.version), date.today())
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem(f"The folder {folder} could not be made ({error.strerror or error}).") from error
    for key, form in FILES.items():
        save(folder / filename(drawn, key), form.write(drawn))
    for key, paper in PAPERS.items():
        save(folder / filename(drawn, key), paper.write(atlas, drawn))
    print(f"Seal {drawn.record.seal}")


RecordFile = Annotated[
    str,
    typer.Argument(
        help="The sealed record (JSON) that drawing wrote, or the beginning of the seal of one that the "
        "folder keeps (hotspots import schedules).",
        metavar="RECORD",
    ),
]
VISITS = "Visits (area, start, minutes) or GPS points (time, longitude, latitude, unit)."
Until = Annotated[
    str, typer.Option(help="Day until which visits are due, YYYY-MM-DD; today if absent.", metavar="DAY")
]


def _form_known(output: Path | None) -> Path | None:
    """Refuse a file of a form that is not written before anything is computed."""
    from geo.out.report import form_of

    if output and output != STDOUT:
        form_of(output.suffix)
    return output


ReportFile = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        help="File to write: .docx, .pdf, .html, - for standard output; else it is printed.",
        callback=_form_known,
    ),
]


@patrol.command("track")
def track(  # noqa: PLR0917
    record: RecordFile,
    visits: Annotated[
        Path | None, typer.Argument(help=f"{VISITS} Those that the folder keeps if absent.")
    ] = None,
    until: Until = "",
    group: cli.AsGroup = "",
    access: cli.AccessFile = None,
    data: cli.Data = cli.DATA,
) -> None:
    """Compare visits with the schedule: today, this month and in all, missed days by area."""
    from geo.tell.patrol.visits import delivered

    atlas = opened(data, group, access)
    drawn, made = _record(record, atlas), _visits(visits, atlas)
    if made is None:
        raise Problem("The folder keeps no visits (hotspots import visits): name a file of them.")
    found = delivered(atlas, drawn, made, _day(until))
    show(found, found.title, cli.console())


@patrol.command("test")
def test(  # noqa: PLR0917
    record: RecordFile,
    visits: Annotated[Path | None, typer.Option(help=VISITS)] = None,
    output: ReportFile = None,
    form: Form = "",
    until: Until = "",
    register: Annotated[
        bool, typer.Option(help="Write a finished trial into the register of interventions.")
    ] = True,
    group: cli.AsGroup = "",
    access: cli.AccessFile = None,
    data: cli.Data = cli.DATA,
) -> None:
    """Judge a trial from its sealed record: what patrols changed, after them and around them.

    A finished one writes its own row in the register that the assessment prints, once.
    """
    from geo.tell.patrol.register import write_row
    from geo.tell.patrol.trial import ran, told

    atlas = opened(data, group, access)
    trial = ran(atlas, _record(record, atlas))
    found = told(trial, _visits(visits, atlas), today=_day(until))
    _tell(found, atlas, output, form)
    if register and not group:
        tell(output, write_row(data, trial, found))


@patrol.command("compare")
def compare_(  # noqa: PLR0917
    area: Annotated[list[str], typer.Option(help="Code of an area in which something was done (repeat).")],
    first: Annotated[str, typer.Option("--from", help="Its first day, YYYY-MM-DD.", metavar="DAY")],
    last: Annotated[str, typer.Option("--to", help="Its last day, YYYY-MM-DD.", metavar="DAY")],
    url: Url = "",
    what: Annotated[
        str, typer.Option(help="What was done: then the result stands in the register of interventions.")
    ] = "",
    output: ReportFile = None,
    form: Form = "",
    group: cli.AsGroup = "",
    access: cli.AccessFile = None,
    data: cli.Data = cli.DATA,
) -> None:
    """Compare areas that were not drawn by lot with matched controls: before and after, and around them."""
    from geo.ask.refusal import search_of
    from geo.tell.patrol.before_after import compare
    from geo.tell.patrol.register import write_comparison

    atlas = opened(data, group, access)
    query = atlas.exactly(search_of(url))
    found = compare(atlas, query, [code.upper() for code in area], _day(first), _day(last))
    _tell(found.told, atlas, output, form)
    if what and not group:
        tell(output, write_comparison(data, found, what))


def _tell(found: Assessment, atlas: Atlas, output: Path | None, form: str) -> None:
    """Write the report of a trial, or of a comparison; without a file, print its tables."""
    if output:
        from geo.out.report import write

        save(output, write(found, atlas, ending(output, form, "docx")))
        return
    console = cli.console()
    console.print(f"{found.title}. {found.banner}.")
    for exhibit in found.exhibits.values():
        show(exhibit, exhibit.name, console)
    for caveat in found.caveats:
        console.print(f"\n{caveat}")


def _record(said: str, atlas: Atlas) -> Record:
    """The record of a file, or that which the folder keeps with a seal that begins so."""
    from geo.data.patrols import kept_schedules
    from geo.stats.patrol_record import Record

    if Path(said).is_file():
        return Record.from_json(_bytes(Path(said)).decode("utf-8", "replace"), Path(said).name)
    mine = [one for one in kept_schedules(atlas.snapshot) if one.seal.startswith(said.lower())]
    if len(mine) != 1:
        raise Problem(
            f"There is no file {said}, and no one schedule kept here whose seal begins so: check the name."
        )
    return mine[0]


def _visits(path: Path | None, atlas: Atlas) -> made_visits.Visits | None:
    """The visits of a file, or those that the folder keeps."""
    from geo.tell.patrol.visits import read_visits, visits_kept

    return read_visits(path.name, _bytes(path), atlas) if path else visits_kept(atlas)


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise Problem(f"There is no file {path}: check the name.")
    return path.read_bytes()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text) if text else date.today()
    except ValueError as error:
        raise Problem(f"“{text}” is no day: write it like 2026-12-31.") from error


@patrol.command("repeats")
def repeats(
    events: Annotated[
        Path | None,
        typer.Argument(
            help="Events: date, and easting and northing or longitude and latitude; those loaded if absent.",
            metavar="FILE",
        ),
    ] = None,
    url: Url = "",
    group: cli.AsGroup = "",
    access: cli.AccessFile = None,
    data: cli.Data = cli.DATA,
) -> None:
    """Say whether events are followed by others nearby, soon (Knox), and how often places come again."""
    from geo.ask.refusal import search_of
    from geo.tell.patrol.repeats import near_repeats, repeats_loaded

    console = cli.console()
    if events:
        found: tuple[Exhibit, ...] = near_repeats(events.name, _bytes(events))
    else:
        atlas = opened(data, group, access)
        found = repeats_loaded(atlas, atlas.exactly(search_of(url)))
    for exhibit in found:
        show(exhibit, exhibit.title, console)
