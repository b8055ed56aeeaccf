"""How are arrays kept so that nobody needs to read them? As they lie in memory, in Arrow's form, mapped."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

ENDING = ".arrow"
PACKED = "packed/"
"""Beginning of the roles of the events of a source as they are counted."""
_SAID = b"said"
MAPPED = sys.platform != "win32"
"""Whether files are mapped. On Windows one that is mapped cannot be deleted, so it is read in full there."""


def is_packed(role: str) -> bool:
    """Whether events as they are counted play a role in a folder, or would.

    >>> is_packed("packed/offences"), is_packed("cleared.packed/offences"), is_packed("incidents/offences/a")
    (True, True, False)
    """
    return PACKED in role


@dataclass(frozen=True)
class Arrays:
    """Arrays by name, and what is said of them.

    Attributes
    ----------
    said : mapping
        What JSON can hold.
    of : mapping of str to ndarray
        Of numbers, each of one dimension; they are not written to.
    rows : int
    """

    said: Mapping[str, Any]
    of: Mapping[str, np.ndarray]
    rows: int

    def __len__(self) -> int:
        return self.rows


def to_arrow(arrays: Arrays) -> bytes:
    """Arrays as a file: a table of one row, in which each is a list; what is true or false as 0 and 1."""
    import pyarrow as pa

    plain = {name: one.view(np.uint8) if one.dtype == bool else one for name, one in arrays.of.items()}
    lists = [pa.LargeListArray.from_arrays([0, len(one)], pa.array(one)) for one in plain.values()]
    flags = [name for name, one in arrays.of.items() if one.dtype == bool]
    said = json.dumps({"rows": arrays.rows, "flags": flags, "said": arrays.said})
    batch = pa.record_batch(lists, names=list(arrays.of)).replace_schema_metadata({_SAID: said})
    buffer = io.BytesIO()
    with pa.ipc.new_file(buffer, batch.schema) as file:
        file.write_batch(batch)
    return buffer.getvalue()


def from_arrow(path: Path) -> Arrays:
    """The arrays of a file, which stay in it: what is looked at is fetched by the system, once for all."""
    import pyarrow as pa

    content = pa.memory_map(str(path)) if MAPPED else pa.py_buffer(path.read_bytes())
    batch = pa.ipc.open_file(content).get_batch(0)
    head = json.loads(batch.schema.metadata[_SAID])
    of = {name: batch.column(name).values.to_numpy() for name in batch.schema.names}
    of |= {name: of[name].view(bool) for name in head["flags"]}
    return Arrays(head["said"], of, head["rows"])
