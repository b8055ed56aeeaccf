"""The commands of a server with a log-in: who has a password, and what the audit log says."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from geo import cli
from geo.ask.problem import Problem
from geo.ask.words import counted, listed

users = typer.Typer(help="Add, change and remove people who log in with a password.", no_args_is_help=True)
audit = typer.Typer(help="Look through the log of who asked and took away what.", no_args_is_help=True)
cli.cli.add_typer(users, name="user")
cli.cli.add_typer(audit, name="audit")

Name = Annotated[str, typer.Argument(help="Name to log in with.")]
Stdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the standard input, for scripts.")
]


def _file(access: Path | None, data: Path) -> Path:
    from geo.access.file import NAME

    return access or data / NAME


def _password(name: str, *, stdin: bool) -> str:
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt(f"Password of {name}", hide_input=True, confirmation_prompt="The same again"))


# ---------------------------------------------------------------- people


@users.command("add")
def add(
    name: Name,
    group: Annotated[
        list[str], typer.Option(help="Group of the access file that they are in (repeat for more).")
    ],
    access: cli.AccessFile = None,
    stdin: Stdin = False,
    data: cli.Data = cli.DATA,
) -> None:
    """Add somebody; asks for their password, of which only a hash is written down."""
    from geo.access import users as people

    path = _file(access, data)
    begins = not path.is_file()
    if begins and not path.parent.is_dir():
        raise Problem(f"There is no folder {path.parent}: name the one that holds the data with --data.")
    people.add(path, name, group, _password(name, stdin=stdin))
    print(f"{name} can log in, as {listed(group)}; it is written in {path}.")
    if begins:
        print("Write the address that people type into that file, and what each group may see; then run")
        print("hotspots check.")


@users.command("password")
def password(
    name: Name, access: cli.AccessFile = None, stdin: Stdin = False, data: cli.Data = cli.DATA
) -> None:
    """Give somebody another password, which ends their sessions."""
    from geo.access import users as people

    people.set_password(_file(access, data), name, _password(name, stdin=stdin))
    print(f"{name} has another password; whoever was logged in as {name} is logged out.")


@users.command("remove")
def remove(name: Name, access: cli.AccessFile = None, data: cli.Data = cli.DATA) -> None:
    """Take somebody out, which ends their sessions."""
    from geo.access import users as people

    people.remove(_file(access, data), name)
    print(f"{name} cannot log in any more, and is logged out.")


@users.command("list")
def list_(access: cli.AccessFile = None, data: cli.Data = cli.DATA) -> None:
    """List who logs in with a password, and their groups."""
    from geo.access.file import read

    path = _file(access, data)
    if not path.is_file():
        raise Problem(f"There is no access file {path}: hotspots user add NAME --group GROUP begins one.")
    for name, user in read(path).users.items():
        print(f"{name}: {listed(list(user.groups))}")


# ---------------------------------------------------------------- the log


@audit.command("verify")
def verify(
    mark: Annotated[
        str,
        typer.Option(
            help="Number and seal of a line noted before: it must still be there.", metavar="N:SEAL"
        ),
    ] = "",
    data: cli.Data = cli.DATA,
) -> None:
    """Check that no line of the audit log was changed, cut out, or is missing at its end."""
    from geo.access.audit import Audit
    from geo.access.people import of_folder

    people = of_folder(data)
    found = Audit(people.folder, people.key).check(mark)
    if found.faults:
        number = counted(len(found.faults), "fault", "faults")
        raise Problem("\n".join([f"The audit log has {number}:", *(f"- {fault}" for fault in found.faults)]))
    print(
        f"All {found.lines:,} lines of the audit log, number {found.first:,} to {found.last:,} in "
        f"{counted(found.files, 'file', 'files')}, are as they were written."
    )
    print("Note this elsewhere, and another log in its place shows:")
    print(f"  hotspots audit verify --mark {found.last}:{found.seal[:16]}")


@audit.command("show")
def show(
    user: Annotated[
        str, typer.Option(help="Only what this person did: their name, or their alias as in p-0f3a…")
    ] = "",
    data: cli.Data = cli.DATA,
) -> None:
    """Print the audit log, oldest first."""
    from geo.access.audit import Audit
    from geo.access.people import of_folder

    people = of_folder(data)
    whom = {people.alias(f"{way} {user}") for way in ("users", "proxy", "oidc")} | {user} if user else set()
    console = cli.console(soft_wrap=True)
    for line in Audit(people.folder, people.key).lines(whom):
        parts = (line["at"], line["who"], line["group"], line["did"], line["what"], line["status"] or "")
        console.print(" ".join(f"{part}" for part in parts if part != ""))
