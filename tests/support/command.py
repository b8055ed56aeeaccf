"""The command as tests give it, and files for it to import."""

from pathlib import Path

import pytest

from geo.cli import run

STREET = "Crime ID,Month,Longitude,Latitude,LSOA code,Crime type\n"


def street(folder: Path, month: str, *rows: str, force: str = "square") -> Path:
    """Write a police.uk street file; a row is "reference,code,type"."""
    lines = [f"{ref},{month},,,{code},{kind}" for ref, code, kind in (row.split(",") for row in rows)]
    path = folder / f"{month}-{force}-street.csv"
    path.write_text(STREET + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def command(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Exit status, what was printed, and what was complained of."""
    capsys.readouterr()
    status = run([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return status, said.out, said.err
