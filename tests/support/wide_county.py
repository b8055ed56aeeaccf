"""A county of 400 boroughs of two small areas each, with kinds of offence that lie as no real ones do.

Every kind is an extreme: one event, a tie of two areas, the same in every area, all in one area, crowds in
one corner or in many boroughs. Written as raw files and imported as a user would.
"""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import box

from geo.data.ingest import import_files
from geo.data.table import AGE_BANDS
from tests.support.small_county import AE_HEADER, POLICE_HEADER, with_known_secret

COLUMNS, ROWS = 40, 20
NUMBER = COLUMNS * ROWS
CODES = [f"E010{i:05d}" for i in range(NUMBER)]
PAIRS = [2 if i == 1 else i // 2 * 2 for i in range(NUMBER)]
"""Borough of each area: the first has one area only."""
BOROUGHS = [f"E060{pair:05d}" for pair in PAIRS]
NAMES = [f"Much Longing and Upper Wyfold {pair:03d}" for pair in PAIRS]
IMD = {
    "Index of Multiple Deprivation (IMD) Score": np.linspace(70, 2, NUMBER).round(2),
    "Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)": range(1, 40 * NUMBER, 40),
    "Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs)": np.arange(NUMBER)
    * 10
    // NUMBER
    + 1,
}


def _where() -> dict[str, np.ndarray]:
    """Areas of the events of each kind."""
    rng, areas = np.random.default_rng(3), np.arange(NUMBER)
    row, column = np.divmod(areas, COLUMNS)
    corner = areas[(row < 3) & (column < 4)]
    crowds = areas[(row % 6 < 2) & (column % 8 < 3)]
    return {
        "Robbery": np.array([17]),
        "Drugs": np.array([100, 600]),
        "Theft from the person": np.repeat([3, 4, 5, 6, 7], 2),
        "Bicycle theft": areas,
        "Burglary": np.repeat(250, 25),
        "Shoplifting": np.append(np.repeat(corner, 30), areas),
        "Anti-social behaviour": np.append(np.repeat(crowds, 25), rng.choice(areas, 400)),
        "Violence and sexual offences": rng.choice(areas, 4_000),
        "Possession of weapons": np.repeat(0, 8),
    }


def offences() -> pd.DataFrame:
    """Offences of 2022 and 2023, a third of them in the first year."""
    kinds = _where()
    place = np.concatenate(list(kinds.values()))
    n = len(place)
    rng = np.random.default_rng(5)
    year = np.where(rng.random(n) < 1 / 3, "2022", "2023")
    year[: len(kinds["Robbery"]) + len(kinds["Drugs"])] = "2023"
    moment = pd.to_datetime(pd.Series(year) + "-01-01") + pd.to_timedelta(rng.integers(0, 365 * 24, n), "h")
    rows = pd.DataFrame("", index=range(n), columns=POLICE_HEADER)
    rows["Crime Reference"] = [f"40/{i:06d}/23" for i in range(n)]
    rows["Offence Group"] = np.repeat(list(kinds), [len(areas) for areas in kinds.values()])
    rows["Committed From"] = rows["Recorded"] = moment.dt.strftime("%d/%m/%Y %H:%M")
    rows["LSOA Code"] = np.array(CODES)[place]
    rows["Victim Age"] = rng.integers(0, 95, n).astype(str)
    rows["Victim Sex"] = rng.choice(["F", "M"], n)
    return rows


def attendances() -> pd.DataFrame:
    """A&E attendances of 2023: one by a sharp object, eleven by fire, others in one corner."""
    place = np.concatenate([[40], np.repeat(41, 11), np.repeat(np.arange(6), 20), np.arange(NUMBER)])
    n = len(place)
    moment = pd.Timestamp("2023-01-01") + pd.to_timedelta(np.arange(n) * 9 % (365 * 24), "h")
    rows = pd.DataFrame("", index=range(n), columns=AE_HEADER)
    rows["EC_Ident"] = [str(i) for i in range(n)]
    rows["Arrival_Date"] = moment.strftime("%d/%m/%Y")
    rows["Arrival_Time"] = moment.strftime("%H:%M")
    rows["LSOA_Of_Residence"] = np.array(CODES)[place]
    rows["Age_At_Arrival"] = (np.arange(n) * 7 % 95).astype(str)
    rows["Stated_Gender"] = "1"
    rows["Injury_Mechanism"] = ["Sharp object"] + ["Fire"] * 11 + ["Body part"] * (n - 12)
    return rows


def build(folder: Path) -> Path:
    """Write the raw files below ``folder`` and import them into ``folder / "data"``."""
    raw, data = folder / "raw", folder / "data"
    raw.mkdir(parents=True)
    with_known_secret(data)
    row, column = np.divmod(np.arange(NUMBER), COLUMNS)
    west, south = 500_000 + 1000 * column, 230_000 + 1000 * row
    gpd.GeoDataFrame(
        {"LSOA21CD": CODES, "LSOA21NM": [f"Wyfold {i:03d}A" for i in range(NUMBER)]},
        geometry=box(west, south, west + 1000, south + 1000),
        crs=27700,
    ).to_file(raw / "lsoa.geojson", driver="GeoJSON")
    wards = {
        "WD24CD": [f"E050{pair:05d}" for pair in PAIRS],
        "WD24NM": [f"Ward {pair:03d}" for pair in PAIRS],
    }
    lookup = {"LSOA21CD": CODES, "LSOA21NM": CODES, **wards, "LAD24CD": BOROUGHS, "LAD24NM": NAMES}
    pd.DataFrame(lookup).to_csv(raw / "lookup.csv", index=False)
    people = [(code, band, sex, 40) for code in CODES for band in AGE_BANDS for sex in "FM"]
    columns = ["LSOA21CD", "age_band", "sex", "population"]
    pd.DataFrame(people, columns=columns).to_csv(raw / "population.csv", index=False)
    pd.DataFrame({"LSOA code (2021)": CODES, **IMD}).to_csv(raw / "imd.csv", index=False)
    offences().to_csv(raw / "offences.csv", index=False)
    attendances().to_csv(raw / "ae.csv", index=False)
    (raw / "severity.csv").write_text("Offence,Weight\nRobbery,746\nViolence and sexual offences,40\n")
    for kind, name in (
        ("boundaries", "lsoa.geojson"),
        ("lookup", "lookup.csv"),
        ("population", "population.csv"),
        ("deprivation", "imd.csv"),
        ("offences", "offences.csv"),
        ("ae", "ae.csv"),
        ("severity", "severity.csv"),
    ):
        import_files(data, kind, [raw / name], place="Wideshire")
    return data
