"""A country to measure with: as many areas as England has, with made-up shapes and events.

The raw files are written and imported as a user's are, and the time of each import is printed.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import box

from geo.answer.in_memory import keep
from geo.data.ingest import import_files
from geo.data.parquet import packed_from
from geo.data.store import Store
from geo.data.table import AGE_BANDS

AREAS = 33_755
COLUMNS = 184
EVENTS = 1_500_000
FORCE = (
    "Crime Reference,Home Office Code,Offence,Offence Group,Committed From,Committed To,Recorded,LSOA Code,"
    "Victim Age,Victim Sex,Domestic Abuse,Knife,Injury,Aggravating Factor"
).split(",")


def codes(areas: int) -> np.ndarray:
    """Made-up codes of so many small areas."""
    return np.array([f"E01{900_000 + i:06d}" for i in range(areas)])


def boundaries(areas: int) -> gpd.GeoDataFrame:
    """Squares of 1 km in rows, in wards of about five and boroughs of about 110."""
    row, column = np.divmod(np.arange(areas), COLUMNS)
    easting, northing = 200_000 + 1_000 * column, 60_000 + 1_000 * row
    lad = (row // 10) * (COLUMNS // 11 + 1) + column // 11
    ward = row * (COLUMNS // 5 + 1) + column // 5
    ward = ward * 1_000 + lad  # no ward lies in two boroughs
    name = pd.Series(lad).map(lambda i: f"Borough {i + 1:03d}")
    return gpd.GeoDataFrame(
        {
            "LSOA21CD": codes(areas),
            "LSOA21NM": name + " " + pd.Series(range(areas)).astype(str),
            "WD24CD": [f"E05{i:06d}" for i in pd.factorize(ward)[0]],
            "WD24NM": [f"Ward {i + 1}" for i in pd.factorize(ward)[0]],
            "LAD24CD": [f"E06{i:06d}" for i in lad],
            "LAD24NM": name,
        },
        geometry=box(easting, northing, easting + 1_000, northing + 1_000),
        crs=27700,
    )


def offences(areas: int, events: int) -> pd.DataFrame:
    """Dated offences of two years, crowded in towns; one in twenty without a place."""
    rng = np.random.default_rng(20240501)
    row, column = np.divmod(np.arange(areas), COLUMNS)
    town = np.exp(-((row % 23 - 11) ** 2 + (column % 23 - 11) ** 2) / 12)
    weight = rng.gamma(0.9, 1.1, areas) * (0.3 + 6 * town)
    place = np.append(codes(areas), "")[
        rng.choice(areas + 1, events, p=np.append(0.95 * weight / weight.sum(), 0.05))
    ]
    moment = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 2 * 365 * 24, events), "h")
    stamp = moment.strftime("%d/%m/%Y %H:%M")
    rows = pd.DataFrame("", index=range(events), columns=FORCE)
    rows["Crime Reference"] = np.arange(events).astype(str)
    rows["Offence Group"] = rng.choice(
        ["Violence and sexual offences", "Robbery", "Drugs", "Possession of weapons"],
        events,
        p=[0.7, 0.1, 0.15, 0.05],
    )
    rows["Committed From"] = rows["Recorded"] = stamp
    rows["LSOA Code"] = place
    rows["Victim Age"] = rng.integers(0, 95, events).astype(str)
    rows["Victim Sex"] = rng.choice(["F", "M"], events)
    return rows


def build(folder: Path, areas: int = AREAS, events: int = EVENTS) -> None:
    """Write the raw files and import them into a data folder."""
    rng = np.random.default_rng(1)
    shapes = boundaries(areas)
    people = rng.integers(20, 90, (areas, len(AGE_BANDS) * 2)).ravel()
    band, sex = (np.tile(it, areas) for it in (np.repeat(AGE_BANDS, 2), ["F", "M"] * len(AGE_BANDS)))
    rank = 1 + rng.permutation(areas)
    deprivation = {
        "LSOA code (2021)": codes(areas),
        "Index of Multiple Deprivation (IMD) Score": (80 - 75 * rank / areas).round(3),
        "Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)": rank,
        "Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs)": 1
        + (rank - 1) * 10 // areas,
    }
    residents = {"LSOA21CD": np.repeat(codes(areas), len(AGE_BANDS) * 2), "age_band": band, "sex": sex}
    with tempfile.TemporaryDirectory() as raw:
        path = Path(raw)
        shapes[["LSOA21CD", "LSOA21NM", "geometry"]].to_file(path / "boundaries.gpkg", engine="pyogrio")
        tables = {
            "lookup": shapes.drop(columns="geometry"),
            "population": pd.DataFrame({**residents, "population": people}),
            "deprivation": pd.DataFrame(deprivation),
            "offences": offences(areas, events),
        }
        for kind, table in tables.items():
            table.to_csv(path / f"{kind}.csv", index=False)
        for kind in ("boundaries", *tables):
            file = path / ("boundaries.gpkg" if kind == "boundaries" else f"{kind}.csv")
            start = time.perf_counter()
            import_files(folder, kind, [file], place="A made-up England")
            took = time.perf_counter() - start
            rows = len(shapes if kind == "boundaries" else tables[kind])
            print(
                f"imported {kind:<12} {rows:>9,} rows in {took:>6.1f} s, {rows / took:>9,.0f} rows a second"
            )


def grow(folder: Path, events: int) -> None:
    """Draw its offences again from themselves until there are so many, as if one file had brought them."""
    with Store(folder).transaction() as change:
        [role] = change.deliveries("offences")
        table = packed_from(change.path(role))
        rows = np.sort(np.random.default_rng(3).integers(0, len(table), events))
        change.put(role, table.take(rows).reset_index(drop=True))
        del table, rows
        keep(change)
