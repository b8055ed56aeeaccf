"""How is a table kept in a file? As Parquet, text of long columns each once."""

from __future__ import annotations

import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd

from geo.data.distinct import of_arrow, packed_columns

AT_ONCE = 2
"""Columns that are read at the same time."""
FEW = 50_000
"""Rows up to which all columns are read together: threads, and what is given back, would take longer."""


def to_bytes(frame: pd.DataFrame) -> bytes:
    """A table as a file; to a reader of the file, packed text is text."""
    buffer = io.BytesIO()
    texts = packed_columns(frame)
    if not texts:
        frame.to_parquet(buffer, compression="zstd")
        return buffer.getvalue()
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame)
    kinds = json.loads(table.schema.metadata[b"pandas"])
    for column in kinds["columns"]:
        if column["name"] in texts:
            column.update(pandas_type="unicode", numpy_type="str", metadata=None)
    table = table.replace_schema_metadata({b"pandas": json.dumps(kinds).encode()})
    pq.write_table(table, buffer, compression="zstd", write_statistics=False)
    return buffer.getvalue()


def packed_from(path: Path) -> pd.DataFrame:
    """A table of events whose text is packed as it is read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    about = pq.read_metadata(path)
    schema = about.schema.to_arrow_schema()
    texts = [f.name for f in schema if pa.types.is_string(f.type) or pa.types.is_large_string(f.type)]
    texts += [f.name for f in schema if pa.types.is_dictionary(f.type) or pa.types.is_null(f.type)]

    def read(name: str) -> pd.Series:
        column = pq.ParquetFile(path, read_dictionary=texts).read([name])
        return of_arrow(column[name]) if name in texts else column.to_pandas()[name]

    if about.num_rows <= FEW:
        table = pq.ParquetFile(path, read_dictionary=texts, metadata=about).read(use_threads=False)
        others = table.drop_columns(texts).to_pandas(use_threads=False)
        every = {name: of_arrow(table[name]) if name in texts else others[name] for name in schema.names}
        return pd.DataFrame(every, copy=False)
    with ThreadPoolExecutor(AT_ONCE) as beside:  # few, so that no more than these columns are there twice
        found = dict(zip(schema.names, beside.map(read, schema.names), strict=True))
    pa.default_memory_pool().release_unused()
    return pd.DataFrame(found, copy=False)


def from_bytes(content: bytes) -> Any:
    """The table of a file: one with shapes as a GeoDataFrame."""
    import pyarrow.parquet as pq

    if b"geo" in (pq.read_metadata(io.BytesIO(content)).metadata or {}):
        import geopandas

        return geopandas.read_parquet(io.BytesIO(content))
    return pd.read_parquet(io.BytesIO(content))
