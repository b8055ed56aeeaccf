"""A table of a test, from its text."""

from geo.data.read_table import read_table
from geo.data.table import Table


def table(text: str, name: str = "file.csv") -> Table:
    """The table that a file of this text would be read as."""
    return read_table(name, text.encode())
