"""How much harm?

Weights per offence (the Crime Severity Score of the Office for National Statistics, the Cambridge Crime Harm
Index, or one's own) read from a file, and harm-weighted sums of events. Only :func:`read_weights` does IO.

No weights come with the program: a user gives a csv of two columns, the offence and its weight. The offence
is a Home Office code ("8/06") or a category's name, whichever the events carry.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pandas as pd

from geo.ask.problem import Problem

CODE_COLUMNS = ("code", "offence code", "home office code", "offence", "category")
WEIGHT_COLUMNS = ("weight", "severity weight", "crime severity weight", "harm weight", "score")

_A_DATE = re.compile(r"\d{1,2}-[A-Z]{3}|[A-Z]{3}-\d{2}")


def normalised(code: object) -> str:
    """An offence's code or name as it is matched: capitals, single spaces, no blanks at the ends."""
    return " ".join(str(code).split()).upper()


def read_weights(path: str | Path) -> pd.Series:
    """Read harm weights from a csv in the format of the Crime Severity Score.

    The first line names the columns; one is the offence (``Offence code``, ``Home Office Code``, ``Code``,
    ``Offence`` or ``Category``; the first of these where there are several), one is the ``Weight``.
    Capitals do not matter, other columns are ignored, thousands may have commas, a byte-order mark is
    tolerated.

    Parameters
    ----------
    path : path
        The file, UTF-8.

    Returns
    -------
    Series of float
        Weights on the normalised code, in the order of the file.

    Raises
    ------
    Problem
        If the file cannot be read, lacks a column, has no rows, or a row has no code, a code twice with
        different weights, a code that a spreadsheet has turned into a date, or a weight that is not a number
        of 0 or more.
    """
    path = Path(path)
    try:
        lines = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    except OSError as error:
        raise Problem(f"{path.name} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise Problem(f"{path.name} is not UTF-8 text: save it as “CSV UTF-8”.") from error
    header = [normalised(name) for name in lines[0]] if lines else []
    code_at, weight_at = (_position(header, names, path.name) for names in (CODE_COLUMNS, WEIGHT_COLUMNS))

    weights: dict[str, float] = {}
    for row, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        where = f"{path.name}, row {row}"
        if len(cells) <= max(code_at, weight_at):
            raise Problem(f"{where} has {len(cells)} columns where the header has {len(header)}.")
        code, weight = normalised(cells[code_at]), _weight(cells[weight_at], where)
        if not code:
            raise Problem(f"{where} has no offence code: give one or remove the row.")
        if _A_DATE.fullmatch(code):
            raise Problem(
                f"{where}: “{cells[code_at]}” looks like a code that a spreadsheet turned into a date; "
                "format the column as text and enter the code again."
            )
        if weights.setdefault(code, weight) != weight:
            raise Problem(
                f"{where}: the offence {code} occurs twice with different weights; keep one of them."
            )
    if not weights:
        raise Problem(f"{path.name} has no weights: it needs one row for each offence.")
    return pd.Series(weights, name="weight", dtype="float64").rename_axis("code")


def _position(header: list[str], names: tuple[str, ...], file: str) -> int:
    """Where the first of the names stands in the header."""
    for name in names:
        if normalised(name) in header:
            return header.index(normalised(name))
    raise Problem(f"{file} has no column “{names[0]}”: its first line must name one ({', '.join(names)}).")


def _weight(text: str, where: str) -> float:
    """A weight of 0 or more."""
    try:
        weight = float(text.replace(",", ""))
    except ValueError:
        weight = np.nan
    if not 0 <= weight < np.inf:
        raise Problem(f"{where}: the weight “{text}” is not a number of 0 or more.")
    return weight


def apply_weights(codes: pd.Series, weights: pd.Series) -> pd.Series:
    """Weight of each event; NaN where its offence has none.

    Parameters
    ----------
    codes : Series, one value an event
        Offence codes or category names.
    weights : Series
        Result of :func:`read_weights`.

    Returns
    -------
    Series of float
        On the index of ``codes``. Events without a weight must be counted and stated, not taken as harmless.

    Examples
    --------
    >>> weights = pd.Series({"8/06": 12.0, "ROBBERY": 746.0})
    >>> apply_weights(pd.Series(["8/06", "Robbery", "99"]), weights).tolist()
    [12.0, 746.0, nan]
    """
    unique = pd.unique(codes)
    found = {code: weights.get(normalised(code), np.nan) for code in unique}
    return codes.map(found).astype("float64").rename("weight")
