"""How is it kept that no reader of a shared answer can change it for the others?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd


class Immutable:
    """A field of a frozen dataclass that holds a table or an array.

    Each reader of a table gets a copy of its own, which shares the values until it is written to (pandas
    copies on write); an array refuses to be written to.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Answer:
    ...     table: pd.DataFrame = immutable()
    >>> answer = Answer(pd.DataFrame({"count": [1, 2]}))
    >>> table = answer.table
    >>> table["count"] = 0
    >>> answer.table["count"].tolist()
    [1, 2]
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = f"_{name}"

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            raise AttributeError(self._name[1:])  # so that the dataclass sees a field without a default
        value = instance.__dict__[self._name]
        return value.copy(deep=False) if isinstance(value, pd.DataFrame | pd.Series) else value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self._name] = fixed(value) if isinstance(value, np.ndarray) else value


def immutable() -> Any:
    """Declare such a field."""
    return Immutable()


def fixed(values: np.ndarray) -> np.ndarray:
    """The same values, which nobody can change."""
    values = values.view()
    values.flags.writeable = False
    return values
