"""What was done about it, where and when? The register of interventions of a county, from its own table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.ask.words import listed
from geo.data.moments import parse_dates
from geo.data.table import Table

ROLE = "interventions"
NEEDED = ("what", "where", "from")
COLUMNS = ("what", "where", "from", "to", "rating", "result")
RATINGS = ("works", "promising", "mixed", "no effect", "harmful", "inconclusive", "not tested")
"""What the evidence for it may be rated as."""
AHEAD = 10 * 365
"""Days from today within which the planned end of one that goes on must lie."""
LONGEST = 300
"""Characters of a text."""


def read_interventions(table: Table) -> pd.DataFrame:
    """Read a register: ``what, where, from`` and, where they are known, ``to, rating, result``.

    Parameters
    ----------
    table : Table
        Dates as 31/12/2026 or 2026-12-31. A rating is one of :data:`RATINGS`, "not tested" where it is blank.

    Returns
    -------
    DataFrame
        ``what, where, from, to`` (missing while it goes on), ``rating, result``; the latest first.

    Raises
    ------
    Problem
        If a column is missing, or a row makes no sense.
    """
    columns = table.columns(
        NEEDED,
        "no register of interventions: {}; it needs what, where and from, and may have to, rating and "
        "result.",
    )
    texts = ("what", "where", "rating", "result")
    found = pd.DataFrame({name: table.given(columns.get(name), LONGEST) for name in texts})
    for name in ("what", "where"):
        table.refuse(found[name] == "", columns[name], f"blank, where it is needed {name}")
    found["rating"] = found["rating"].str.lower().replace("", "not tested")
    table.refuse(
        ~found["rating"].isin(RATINGS), columns.get("rating", ""), f"not one of {listed(list(RATINGS))}"
    )
    found["from"] = parse_dates(table, columns["from"])
    found["to"] = parse_dates(table, columns["to"], optional=True, ahead=AHEAD) if "to" in columns else pd.NaT
    found["to"] = found["to"].astype("datetime64[s]")
    ended = (found["to"] < found["from"]).to_numpy(bool)
    table.refuse(pd.Series(ended), columns.get("to", ""), "before the day on which it began")
    order = np.argsort(-found["from"].to_numpy("datetime64[s]").astype(np.int64), kind="stable")
    return found.iloc[order][list(COLUMNS)].reset_index(drop=True)
