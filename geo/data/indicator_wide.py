"""How is a table with a column for each year read? As one with a row for each area and year."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from geo.data.indicator_declared import Declaration, periods_in
from geo.data.table import Counted, Table

PERIOD = "period"


def lengthened(table: Table, declared: Declaration) -> tuple[Table, Declaration]:
    """Return a table that is declared to be across periods with a row for each, and what its columns mean.

    Other tables are returned as they are. Rows keep the number that they have in the file; those without a
    number, such as notes beneath the table, are passed over.
    """
    if not declared.across:
        return table, declared
    periods = periods_in(table.frame)
    headings = list(periods)
    holds = f"{headings[0]} to {headings[-1]}"
    cells = pd.DataFrame({heading: table.text(heading) for heading in headings})
    told = np.flatnonzero(cells.notna().any(axis=1))
    places = np.repeat(told, len(headings))
    frame = table.frame.drop(columns=headings).iloc[places].reset_index(drop=True)
    frame[PERIOD] = pd.Series(list(periods.values()) * len(told), dtype="str")
    frame[holds] = pd.Series(cells.to_numpy(object)[told].ravel(), dtype="str")
    table.notes.append(f"{table.name}: {len(headings)} columns are periods, {holds}.")
    if blank := len(table) - len(told):
        table.notes.append(Counted.of(blank, table.name, "{} row{} without a number passed over."))
    columns = {**declared.columns, "period": PERIOD, declared.across: holds}
    return replace(table, frame=frame, rows=table.rows[places]), replace(declared, columns=columns)
