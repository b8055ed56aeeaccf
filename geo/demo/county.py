"""What does the demonstration county look like, and who lives in it?

Everything here is invented: the shapes, the codes, the residents and the deprivation. The county only
borrows the names of three boroughs and their wards, and the published totals that the dashboard's
tables are checked against. ``python -m geo.demo.county`` rebuilds the committed files from a seed;
the accessors read the committed files.

How it is made: a mesh of tiny cells, fine in towns and coarse in the countryside, is cut into
boroughs by hand-drawn outlines, then into wards and then into small areas, each time by a power
diagram whose parts hold equal shares of residents (Aurenhammer, Hoffmann and Aronov 1998). Parts are
unions of whole cells, so neighbours share their edges exactly.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.ask.resources import shipped

if TYPE_CHECKING:
    import geopandas as gpd
from geo.demo.mesh import Noise, name_of, shapes_of
from geo.demo.outlines import BOROUGHS, places_of, urbanity

SEED = 202_405
NATIONAL_AREAS = 32_844  # areas that England's deprivation ranks run over (2011 vintage)

QUINTILES = {  # small areas by national deprivation quintile, most affluent -> most deprived
    "Bedford": (19, 27, 20, 23, 14),
    "Central Bedfordshire": (74, 38, 25, 17, 3),
    "Luton": (5, 19, 28, 36, 33),
}
AGE_BANDS = (*(f"{low}-{low + 4}" for low in range(0, 90, 5)), "90+")
PYRAMIDS = {  # per cent of a borough's residents by age band; such that the published DSRs can come out
    "Bedford": "6.5 6.9 6.7 4.9 3.9 4.4 6.0 6.9 7.0 6.9 7.5 7.1 6.0 5.1 4.9 3.6 2.9 1.8 1.0",
    "Central Bedfordshire": "6.3 6.8 6.3 4.8 3.8 4.6 6.2 6.9 6.9 7.0 7.5 7.2 5.9 5.2 5.2 3.8 3.0 1.7 0.9",
    "Luton": "8.2 8.4 7.4 5.7 4.9 6.3 8.5 8.5 6.9 6.2 6.0 5.7 4.6 3.6 3.1 2.2 2.0 1.2 0.7",
}
DOMAINS = {  # name in the official file -> how closely it follows the index as a whole
    "Income": 0.95,
    "Employment": 0.93,
    "Education, Skills and Training": 0.85,
    "Health Deprivation and Disability": 0.82,
    "Crime": 0.72,
    "Barriers to Housing and Services": -0.10,
    "Living Environment": 0.40,
}


def paths(folder: Path | None = None) -> dict[str, Path]:
    """Raw files by kind: boundaries, lookup, population, deprivation, places.

    Parameters
    ----------
    folder : Path, optional
        Where the files are; by default the committed ones that come with the program.
    """
    folder = folder or shipped("data/boundaries")
    return {
        "boundaries": folder / "lsoa_2011.geojson",
        "lookup": folder / "lookup.csv",
        "population": folder / "population.csv",
        "deprivation": folder / "deprivation.csv",
        "places": folder / "places.csv",
    }


def boundaries() -> gpd.GeoDataFrame:
    """Small areas as polygons, EPSG:27700 (metres), index ``lsoa11cd``, column ``name``."""
    import geopandas as gpd

    frame = gpd.read_file(paths()["boundaries"], engine="pyogrio").to_crs(27700)
    return (
        frame.rename(columns={"LSOA11CD": "lsoa11cd", "LSOA11NM": "name"}).set_index("lsoa11cd").sort_index()
    )


def areas() -> pd.DataFrame:
    """One row per small area.

    Returns
    -------
    DataFrame
        Index ``lsoa11cd``; columns ``name, wd24cd, ward, lad24cd, borough``, ``urbanity`` (0 open
        countryside to 1 the busiest town centre) and ``imd_decile`` (1 the most deprived).
    """
    lookup = pd.read_csv(paths()["lookup"])
    lookup.columns = pd.Index(["lsoa11cd", "name", "wd24cd", "ward", "lad24cd", "borough"])
    frame = lookup.set_index("lsoa11cd").sort_index()
    points = boundaries().representative_point()
    frame["urbanity"] = urbanity(np.column_stack([points.x, points.y]) / 1000).round(4)
    deprivation = pd.read_csv(paths()["deprivation"], index_col="LSOA code (2011)")
    decile = "Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs)"
    frame["imd_decile"] = deprivation[decile].reindex(frame.index)
    return frame


def population() -> pd.DataFrame:
    """Residents: columns ``lsoa11cd, age_band, sex, population``, one row a cell of the table."""
    return pd.read_csv(paths()["population"]).rename(columns={"LSOA11CD": "lsoa11cd"})


# ---------------------------------------------------------------- deprivation


def _decile(rank: np.ndarray) -> np.ndarray:
    return -(-rank * 10 // NATIONAL_AREAS)


def _unique_ranks(share: np.ndarray) -> np.ndarray:
    """National ranks 1…32,844 near given shares 0…1, no two alike."""
    order = np.argsort(share, kind="stable")
    step = np.arange(len(share))
    rank = np.clip(np.rint(share * NATIONAL_AREAS), 1, None).astype(int)[order]
    rank = np.maximum.accumulate(rank - step) + step
    rank = np.minimum(rank, NATIONAL_AREAS - step[::-1])
    out = np.empty(len(rank), int)
    out[order] = rank
    return out


def _spatial(rng: np.random.Generator, xy: np.ndarray) -> np.ndarray:
    """Standardised noise that neighbours partly share."""
    value = 0.8 * Noise(rng, 5.0)(xy) + 0.6 * Noise(rng, 1.8)(xy) + 0.5 * rng.standard_normal(len(xy))
    return (value - value.mean()) / value.std()


def _deprivation(rng: np.random.Generator, areas: pd.DataFrame, xy: np.ndarray) -> pd.DataFrame:
    """Deprivation in the layout of the official file, quintiles by borough as published."""
    from scipy.stats import norm

    latent = areas["deprivation"].to_numpy() + 0.12 * urbanity(xy) + 0.09 * _spatial(rng, xy)
    share = np.empty(len(areas))  # 0 the most deprived, 1 the least
    quintile = np.empty(len(areas), int)  # 0 the most deprived
    for borough, counts in QUINTILES.items():
        mine = np.flatnonzero(areas["borough"] == borough)
        order = mine[np.argsort(-latent[mine], kind="stable")]
        quintile[order] = np.repeat(np.arange(5), counts[::-1])
    for q in range(5):
        mine = np.flatnonzero(quintile == q)
        order = mine[np.argsort(-latent[mine], kind="stable")]
        within = (np.arange(len(mine)) + rng.uniform(0.1, 0.9, len(mine))) / len(mine)
        within = within**0.8 if q == 0 else within  # few areas are among the very worst
        share[order] = (q + 0.005 + 0.99 * within) / 5
    rank = _unique_ranks(share)
    name = "Index of Multiple Deprivation (IMD)"
    worst = 1 - (rank - 0.5) / NATIONAL_AREAS
    exponential = -23 * np.log(1 - worst * (1 - np.exp(-100 / 23)))  # the index's own transformation
    score = 0.5 + 14 * worst + 0.7 * exponential  # drawn in, as an average of seven domains is
    frame = pd.DataFrame(
        {
            "LSOA name (2011)": areas["name"],
            "Local Authority District code (2019)": areas["lad24cd"],
            "Local Authority District name (2019)": areas["borough"],
            f"{name} Score": np.round(score, 3),
            f"{name} Rank (where 1 is most deprived)": rank,
            f"{name} Decile (where 1 is most deprived 10% of LSOAs)": _decile(rank),
        },
        index=areas.index.rename("LSOA code (2011)"),
    )
    z = norm.ppf(share)
    for domain, rho in DOMAINS.items():
        own = _spatial(rng, xy)
        if domain.startswith("Barriers"):  # long ways to services: the countryside
            own = 0.8 * own + 1.2 * (urbanity(xy) - 0.3)
        ranks = _unique_ranks(norm.cdf(rho * z + np.sqrt(1 - rho**2) * own))
        frame[f"{domain} Rank (where 1 is most deprived)"] = ranks
        frame[f"{domain} Decile (where 1 is most deprived 10% of LSOAs)"] = _decile(ranks)
    return frame


# ---------------------------------------------------------------- residents


def _whole(shares: np.ndarray, total: int) -> np.ndarray:
    """Whole numbers in proportion to shares that add up to a total (largest remainders)."""
    exact = shares / shares.sum() * total
    out = np.floor(exact).astype(int)
    out.flat[np.argsort(-(exact - out), axis=None, kind="stable")[: total - out.sum()]] += 1
    return out


def _residents(
    rng: np.random.Generator, areas: pd.DataFrame, xy: np.ndarray, decile: np.ndarray
) -> pd.DataFrame:
    """Residents by five-year age band and sex.

    Each area's own mix of ages, younger in towns and older in villages, is raked to its borough's
    pyramid (iterative proportional fitting, Deming and Stephan 1940) and made whole.
    """
    age = np.arange(2, 95, 5)
    women = np.array(  # per thousand residents of an age band
        [487, 487, 488, 486, 492, 500, 507, 508, 506, 504, 506, 507, 510, 515, 520, 528, 549, 586, 670]
    )
    urban = urbanity(xy)
    students = np.exp(-((age - 20.5) ** 2) / 18)
    young = np.exp(-((age - 29) ** 2) / 90)
    family = np.exp(-((age - 6) ** 2) / 60) + 0.6 * np.exp(-((age - 38) ** 2) / 60)
    old = 1 / (1 + np.exp(-(age - 62) / 6))
    campus = sum(np.exp(-(((xy - at) / 0.85) ** 2).sum(axis=1)) for at in ([509.0, 221.4], [496.0, 241.9]))
    noise = rng.normal(0, 1, (len(areas), 3))
    tilt = (
        np.outer(1.4 * campus, students)
        + np.outer(1.1 * urban + 0.12 * noise[:, 0], young)
        + np.outer(-0.03 * decile + 0.12 * noise[:, 1], family)
        + np.outer(0.03 * decile - 0.9 * urban + 0.22 * noise[:, 2], old)
    )
    size = np.clip(np.exp(rng.normal(0, 0.22, len(areas))) * (1 + 0.5 * campus), 0.62, 1.75)
    table = np.empty((len(areas), len(age), 2), int)
    for name, total in BOROUGHS.values():
        mine = np.flatnonzero(areas["borough"] == name)
        people = _whole(size[mine], total)
        pyramid = _whole(np.array(PYRAMIDS[name].split(), float), total)
        mix = np.exp(tilt[mine])
        for _ in range(50):
            mix *= pyramid / mix.sum(axis=0)
            mix *= (people / mix.sum(axis=1))[:, None]
        by_age = np.array([_whole(row, count) for row, count in zip(mix, people, strict=True)])
        table[mine, :, 0] = np.rint(by_age * women / 1000).astype(int)
        table[mine, :, 1] = by_age - table[mine, :, 0]
    cells = pd.MultiIndex.from_product(
        [areas.index, AGE_BANDS, ["F", "M"]], names=["LSOA11CD", "age_band", "sex"]
    )
    return pd.DataFrame({"population": table.ravel()}, index=cells).reset_index()


# ---------------------------------------------------------------- files


def generate(folder: Path, seed: int = SEED) -> None:
    """Write the county's files to a folder; the same seed gives the same county (ten seconds)."""
    import shapely

    rng = np.random.default_rng(seed)
    shapes = shapes_of(rng)
    areas = name_of(rng, shapes)
    shapes = shapes.iloc[areas["shape"]].set_axis(areas.index)
    points = shapes.representative_point()
    xy = np.column_stack([points.x, points.y]) / 1000
    deprivation = _deprivation(rng, areas, xy)
    residents = _residents(rng, areas, xy, deprivation.filter(like="(IMD) Decile").iloc[:, 0].to_numpy())

    folder.mkdir(parents=True, exist_ok=True)
    lonlat = shapes.to_crs(4326).geometry
    turned = shapely.orient_polygons(lonlat.array)  # as RFC 7946 asks: the outer ring anticlockwise
    features = [
        {
            "type": "Feature",
            "properties": {"LSOA11CD": code, "LSOA11NM": areas.at[code, "name"]},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for code, shape in zip(lonlat.index, turned, strict=True)
    ]
    lines = ",\n".join(json.dumps(_rounded(f), separators=(",", ":")) for f in features)
    files = paths(folder)
    files["boundaries"].write_text('{"type":"FeatureCollection","features":[\n' + lines + "\n]}\n")

    lookup = areas.reset_index()[["lsoa11cd", "name", "wd24cd", "ward", "lad24cd", "borough"]]
    lookup.columns = pd.Index(["LSOA11CD", "LSOA11NM", "WD24CD", "WD24NM", "LAD24CD", "LAD24NM"])
    places = places_of()
    places["easting"] = (places["x"] * 1000).round().astype(int)
    places["northing"] = (places["y"] * 1000).round().astype(int)
    lookup.to_csv(files["lookup"], index=False, lineterminator="\n")
    residents.to_csv(files["population"], index=False, lineterminator="\n")
    deprivation.to_csv(files["deprivation"], lineterminator="\n")
    places[["name", "easting", "northing", "rank"]].to_csv(files["places"], index=False, lineterminator="\n")


def _rounded(feature: dict[str, Any]) -> dict[str, Any]:
    """Coordinates to six decimals (a decimetre), alike for both neighbours of an edge."""
    rings = feature["geometry"]["coordinates"]
    feature["geometry"]["coordinates"] = [[[round(v, 6) for v in point] for point in ring] for ring in rings]
    return feature


if __name__ == "__main__":
    generate(shipped("data/boundaries"))
