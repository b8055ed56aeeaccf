"""What happened in the demonstration county? Invented events, as raw files in their publishers' formats.

Every event is drawn from a fixed seed, so the same county gives the same files byte for byte. Counts by
area and age come from :mod:`geo.demo.calibrate`; totals from :mod:`geo.demo.published`, which also says
which published figures cannot be had together. What is not published is merely plausible: busy town
centres, weekend nights, thefts noticed the next morning, times recorded as midnight when nobody knew them,
a quiet spring of 2020.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geo.demo import chance, published
from geo.demo.calibrate import County
from geo.demo.health import admissions, ambulance, emergency_care
from geo.demo.offences import offences_of

Progress = Callable[[str], None]


def write(
    folder: Path, areas: pd.DataFrame, population: pd.DataFrame, progress: Progress = lambda key: None
) -> dict[str, Path]:
    """Write the raw files of all sources.

    Parameters
    ----------
    folder : Path
        An existing folder.
    areas, population : DataFrame
        As :func:`geo.demo.county.areas` and :func:`geo.demo.county.population` return them.
    progress : callable, optional
        Called with the key of each source as its file is begun.

    Returns
    -------
    dict of str to Path
        File by source key.

    Raises
    ------
    ValueError
        If the county cannot carry the published totals.
    """
    county = County.of(areas, population, published.BOROUGHS)
    files = {}
    for key, (name, make) in _FILES.items():
        progress(key)
        files[key] = folder / name
        _write_csv(files[key], make(np.random.default_rng([chance.SEED, 10 + len(files)]), county))
    return files


# ---------------------------------------------------------------- cells


def _write_csv(path: Path, columns: Mapping[str, Any]) -> None:
    """Write columns without quotation marks (no cell holds a comma), line ends as on Unix."""
    import pyarrow as pa
    import pyarrow.csv

    table = pa.table({name: pa.array(np.asarray(cells)) for name, cells in columns.items()})
    with path.open("wb") as file:
        file.write((",".join(columns) + "\n").encode())
        pyarrow.csv.write_csv(
            table, file, pyarrow.csv.WriteOptions(include_header=False, quoting_style="none")
        )


_FILES: dict[str, tuple[str, Callable[[np.random.Generator, County], dict[str, Any]]]] = {
    "offences": ("force-offences-2019-2023.csv", offences_of),
    "ambulance": ("ambulance-calls-2022-2023.csv", ambulance),
    "ae": ("emergency-care-2016-2021.csv", emergency_care),
    "admissions": ("hospital-admissions-2011-2021.csv", admissions),
}
KEYS = tuple(_FILES)
"""Keys of the sources, in the order in which their files are written."""
