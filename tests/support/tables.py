"""A table of a test, from its text."""

from geo.data.table import Table, read_table


def table(text: str, name: str = "file.csv") -> Table:
    """The table that a file of this text would be read as."""
    return read_table(name, text.encode())
