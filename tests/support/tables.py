"""A table of a test, from its text; a row of it, and the text changed."""

import pandas as pd

from geo.data.read_table import read_table
from geo.data.table import Table


def table(text: str, name: str = "file.csv") -> Table:
    """The table that a file of this text would be read as."""
    return read_table(name, text.encode())


def cells(events: pd.DataFrame, row: int) -> dict[str, object]:
    """A row without what is missing."""
    return {name: value for name, value in events.loc[row].to_dict().items() if not pd.isna(value)}


def changed(sample: str, old: str, new: str) -> str:
    """A sample with its first part of this text replaced, which must be in it."""
    assert old in sample
    return sample.replace(old, new, 1)
