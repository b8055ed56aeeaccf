"""A county of 36 square kilometres, written as raw files and imported as a user would."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import box

from geo.data.ingest import import_files
from geo.data.store import CLEARED, SECRET
from geo.data.table import AGE_BANDS

SIDE = 6
CODES = [f"E01035{row}{column}1" for row in range(SIDE) for column in range(SIDE)]
POLICE_HEADER = (
    "Crime Reference,Home Office Code,Offence,Offence Group,Committed From,Committed To,Recorded,LSOA Code,"
    "Victim Age,Victim Sex,Domestic Abuse,Knife,Injury,Aggravating Factor"
).split(",")
AE_HEADER = (
    "EC_Ident,Arrival_Date,Arrival_Time,LSOA_Of_Residence,Age_At_Arrival,Stated_Gender,Arrival_Mode,"
    "Injury_Intent,Injury_Mechanism,Discharge_Destination"
).split(",")


def areas() -> gpd.GeoDataFrame:
    """Squares of 1 km; the four western columns are one borough, the others another; wards are 2 × 2."""
    cells = [(row, column) for row in range(SIDE) for column in range(SIDE)]
    return gpd.GeoDataFrame(
        {
            "LSOA21CD": CODES,
            "LSOA21NM": [f"Square {row}{column}" for row, column in cells],
            "ward": [f"E0500{row // 2}{column // 2}01" for row, column in cells],
            "lad": ["E06000001" if column < 4 else "E06000002" for _, column in cells],
        },
        geometry=[
            box(500_000 + 1000 * c, 230_000 + 1000 * r, 501_000 + 1000 * c, 231_000 + 1000 * r)
            for r, c in cells
        ],
        crs=27700,
    )


def offences(seed: int = 1, n: int = 3_000) -> pd.DataFrame:
    """Dated offences of 2023, crowded in one corner; some without a place, outside, or without a time."""
    rng = np.random.default_rng(seed)
    weight = np.array([8.0 if code in (CODES[0], CODES[1], CODES[6], CODES[7]) else 1.0 for code in CODES])
    place = rng.choice([*CODES, "", "E01035999"], n, p=np.append(weight, [2, 1]) / (weight.sum() + 3))
    moment = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 365 * 24, n), "h")
    timed = rng.random(n) > 0.05
    start = np.where(timed, moment.strftime("%d/%m/%Y %H:%M"), moment.strftime("%d/%m/%Y"))
    rows = pd.DataFrame("", index=range(n), columns=POLICE_HEADER)
    rows["Crime Reference"] = [f"40/{i:06d}/23" for i in range(n)]
    rows["Offence Group"] = rng.choice(
        ["Violence and sexual offences", "Robbery", "Drugs"], n, p=[0.7, 0.1, 0.2]
    )
    rows["Committed From"] = start
    rows["Recorded"] = moment.strftime("%d/%m/%Y %H:%M")
    rows["LSOA Code"] = place
    rows["Victim Age"] = np.where(rng.random(n) > 0.1, rng.integers(0, 95, n).astype(str), "")
    rows["Victim Sex"] = rng.choice(["F", "M", ""], n)
    for flag in ("Domestic Abuse", "Knife", "Injury"):
        rows[flag] = rng.choice(["Y", "N"], n)
    return rows


def attendances(seed: int = 2, n: int = 400) -> pd.DataFrame:
    """A&E attendances of 2023, few enough that many areas have 1 to 7."""
    rng = np.random.default_rng(seed)
    weight = np.linspace(3, 0.05, len(CODES))
    moment = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 365 * 24, n), "h")
    rows = pd.DataFrame("", index=range(n), columns=AE_HEADER)
    rows["EC_Ident"] = [str(i) for i in range(n)]
    rows["Arrival_Date"] = moment.strftime("%d/%m/%Y")
    rows["Arrival_Time"] = moment.strftime("%H:%M")
    rows["LSOA_Of_Residence"] = rng.choice(CODES, n, p=weight / weight.sum())
    rows["Age_At_Arrival"] = rng.integers(0, 95, n).astype(str)
    rows["Stated_Gender"] = rng.choice(["1", "2"], n)
    rows["Arrival_Mode"] = "Ambulance"
    rows["Injury_Mechanism"] = rng.choice(["Body part", "Sharp object"], n)
    return rows


def indicators() -> pd.DataFrame:
    """One published indicator of every small area, ward and borough, and of England, by year."""
    squares = areas()
    codes = [*CODES, *sorted(set(squares["ward"])), *sorted(set(squares["lad"])), "England"]
    rows = [
        ("Need", code, year, 10 + at % 7 + year - 2019, 5 + at % 7, 17 + at % 7 + year - 2019, "%", "lower")
        for at, code in enumerate(codes)
        for year in range(2019, 2024)
    ]
    head = ["indicator", "area", "period", "value", "lower", "upper", "unit", "better"]
    return pd.DataFrame(rows, columns=head)


def of_place() -> dict[str, pd.DataFrame]:
    """Ethnic groups, area classification and workplace population of every square, as published."""
    many = np.arange(len(CODES))
    return {
        "ethnicity": pd.DataFrame(
            {
                "date": 2021,
                "geography": CODES,
                "geography code": CODES,
                "Ethnic group: Total: All usual residents": 1600 + many,
                "Ethnic group: Asian, Asian British or Asian Welsh": 100 + many,
                "Ethnic group: Asian, Asian British or Asian Welsh: Indian": 100 + many,
                "Ethnic group: White": 1500,
                "Ethnic group: White: Irish": 300,
                "Ethnic group: White: Other White": 1200,
            }
        ),
        "classification": pd.DataFrame(
            {
                "geography_code": [*CODES, "E01033770"],
                "Subgroup": [["1a1", "4b3", "8b2"][at % 3] for at in range(len(CODES) + 1)],
                "Group": "",
                "Supergroup": "",
            }
        ),
        "workplace": pd.DataFrame({"Lower layer Super Output Areas Code": CODES, "Count": 50 + 10 * many}),
    }


def domain(name: str, order: np.ndarray) -> dict[str, np.ndarray]:
    """Rank and decile of one domain of deprivation; the area of order 0 is the most deprived."""
    return {
        f"{name} Rank (where 1 is most deprived)": 1 + 900 * order,
        f"{name} Decile (where 1 is most deprived 10% of LSOAs)": order * 10 // len(CODES) + 1,
    }


def with_known_secret(data: Path) -> None:
    """Give a data folder that is to be made a secret, so that every run draws the same protected version."""
    (data / CLEARED).mkdir(parents=True, mode=0o700)
    (data / CLEARED / SECRET).write_text("5a" * 32)


def build(folder: Path) -> Path:
    """Write the raw files below ``folder`` and import them into ``folder / "data"``."""
    raw, data = folder / "raw", folder / "data"
    raw.mkdir(parents=True)
    with_known_secret(data)
    squares = areas()
    squares[["LSOA21CD", "LSOA21NM", "geometry"]].to_file(raw / "lsoa.geojson", driver="GeoJSON")
    pd.DataFrame(
        {
            "LSOA21CD": squares["LSOA21CD"],
            "LSOA21NM": squares["LSOA21NM"],
            "WD24CD": squares["ward"],
            "WD24NM": "Ward " + squares["ward"].str[5:7],
            "LAD24CD": squares["lad"],
            "LAD24NM": squares["lad"].map({"E06000001": "Westshire", "E06000002": "Eastshire"}),
        }
    ).to_csv(raw / "lookup.csv", index=False)
    pd.DataFrame(
        [(code, band, sex, 40 + i % 7) for i, code in enumerate(CODES) for band in AGE_BANDS for sex in "FM"],
        columns=["LSOA21CD", "age_band", "sex", "population"],
    ).to_csv(raw / "population.csv", index=False)
    pd.DataFrame(
        {
            "LSOA code (2021)": CODES,
            "Index of Multiple Deprivation (IMD) Score": np.linspace(70, 2, len(CODES)).round(2),
            "Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)": range(
                1, 900 * len(CODES), 900
            ),
            "Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs)": np.arange(
                len(CODES)
            )
            * 10
            // len(CODES)
            + 1,
            **domain("Income", np.arange(len(CODES))[::-1]),
            **domain("Crime", np.arange(len(CODES)) * 7 % len(CODES)),
        }
    ).to_csv(raw / "imd.csv", index=False)
    offences().to_csv(raw / "offences.csv", index=False)
    attendances().to_csv(raw / "ae.csv", index=False)
    (raw / "severity.csv").write_text("Offence,Weight\nRobbery,746\nViolence and sexual offences,40\n")
    indicators().to_csv(raw / "indicators.csv", index=False)
    for kind, table in of_place().items():
        table.to_csv(raw / f"{kind}.csv", index=False)
    for kind, name in (
        ("boundaries", "lsoa.geojson"),
        ("lookup", "lookup.csv"),
        ("population", "population.csv"),
        ("deprivation", "imd.csv"),
        ("offences", "offences.csv"),
        ("ae", "ae.csv"),
        ("severity", "severity.csv"),
        ("indicators", "indicators.csv"),
        *((kind, f"{kind}.csv") for kind in of_place()),
    ):
        import_files(data, kind, [raw / name], place="Squareshire")
    return data
