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
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.resources import shipped

if TYPE_CHECKING:
    import geopandas as gpd

SEED = 202_405
NATIONAL_AREAS = 32_844  # areas that England's deprivation ranks run over (2011 vintage)

BOROUGHS = {  # code -> name, residents (mid-2022)
    "E06900001": ("Bedford", 187_466),
    "E06900002": ("Central Bedfordshire", 301_501),
    "E06900003": ("Luton", 226_973),
}
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

# Hand-drawn control points, kilometres of the National Grid, clockwise.
_NORTH_EDGE = """
    493.5,247.2 495.6,250 493.8,253 494.6,255.8 491.8,258 493,262.6 496.2,263.2 498.4,262 500.2,265.4
    503.8,266.2 506.8,264.4 508.2,261.2 510.6,259.4 514.8,260.4 516.8,256.6"""
_EAST_SOUTH_EDGE = """
    519.6,255 520.4,251.6 526.2,250.4 525.8,245.6 522.6,242.4 523.2,238 520.4,234.2 515.6,233.4 513,233
    511.4,229.6 510.2,226.6 513,224.8 513.8,221.4 514.8,218.2 512,215.6 508.6,216.2 505,216.4 502.6,213.8
    499.6,215.4 497.2,219.4 493,222 489.8,223.6 490.6,227 494,230 493.4,234.6 491.6,240 493.2,244"""
_DIVIDE = """
    515.6,254.6 513.8,251.4 512.8,247.8 510,245.4 508.2,242.6 504.6,241.4 501.6,242.6 498.4,244.2
    495.6,244.6"""
_LUTON = """
    503.4,224.4 504.6,226 506.4,226.4 508.4,226.8 509.6,226 511.4,226.2 516,225.6 516,221.2 512.6,220.6
    510.8,220.4 509.4,219 507.8,219.4 506,221.2 503.8,222.2"""

# ward; small areas; centre (km); spread of its residents (km); how far it reaches into the countryside
# (1 a town ward); deprivation, 0 to 1
_WARDS = {
    "Bedford": """
        Brickhill;5;505.6;252.4;0.7;1.1;0.25
        Bromham and Biddenham;4;500.8;250.8;0.8;2;0.12
        Castle;5;505.8;250.1;0.45;1;0.72
        Cauldwell;5;504.8;248.7;0.5;1;0.85
        Clapham;3;502.8;252.8;0.5;1.6;0.30
        De Parys;4;505.2;251.1;0.5;1;0.38
        Eastcotts;3;508.2;246.6;0.6;2.2;0.48
        Elstow and Stewartby;3;504.2;244.6;0.7;2.2;0.34
        Goldington;5;507.9;251.2;0.55;1.1;0.72
        Great Barford;3;511.6;251.8;0.6;3;0.18
        Harpur;5;504.3;250.4;0.45;1;0.76
        Harrold;3;496.2;257.0;0.6;3.5;0.12
        Kempston Central and East;4;503.3;248.0;0.5;1;0.50
        Kempston North;3;502.4;248.8;0.45;1;0.40
        Kempston Rural;3;500.6;247.8;0.9;2.6;0.20
        Kempston South;3;503.0;246.9;0.45;1;0.46
        Kempston West;4;501.9;247.3;0.5;1;0.34
        Kingsbrook;6;506.6;248.8;0.55;1;0.82
        Newnham;5;507.4;249.9;0.55;1;0.32
        Oakley;3;500.6;254.4;0.6;2.6;0.10
        Putnoe;5;507.0;252.0;0.6;1.1;0.14
        Queens Park;5;503.4;249.6;0.45;1;0.80
        Sharnbrook/Riseley;5;501.8;260.4;0.8;4;0.18
        Wilshamstead;3;506.8;244.0;0.6;2.2;0.20
        Wootton;3;500.0;245.4;0.6;2.6;0.24
        Wyboston;3;511.4;257.0;0.7;3;0.20""",
    "Central Bedfordshire": """
        Ampthill;8;503.6;238.0;0.7;1.4;0.12
        Arlesey;7;519.2;236.2;0.7;1.8;0.30
        Aspley and Woburn;3;495.4;234.0;0.6;3;0.14
        Barton-le-Clay;3;508.2;231.0;0.6;3;0.20
        Biggleswade North;5;519.0;245.2;0.5;1.3;0.42
        Biggleswade South;6;519.4;243.8;0.6;1.3;0.24
        Caddington;6;505.6;218.8;0.9;2.5;0.28
        Cranfield and Marston Moretaine;7;497.0;241.4;0.9;2.6;0.24
        Dunstable-Central;3;501.8;221.9;0.4;1;0.52
        Dunstable-Icknield;6;502.7;222.9;0.55;1;0.54
        Dunstable-Manshead;4;502.9;221.0;0.45;1;0.84
        Dunstable-Northfields;5;500.9;222.9;0.5;1;0.74
        Dunstable-Watling;6;500.6;220.9;0.6;1;0.12
        Eaton Bray;3;497.4;220.9;0.6;3;0.14
        Flitwick;7;503.2;234.8;0.7;1.2;0.20
        Heath and Reach;2;494.4;228.6;0.5;3;0.20
        Houghton Conquest and Haynes;2;507.8;240.0;0.6;3;0.24
        Houghton Hall;6;501.9;224.2;0.55;1;0.60
        Leighton Buzzard North;8;492.9;226.2;0.7;1.3;0.50
        Leighton Buzzard South;8;493.0;224.7;0.65;1.3;0.32
        Linslade;7;491.3;225.2;0.6;1.2;0.18
        Northill;3;514.6;246.4;0.7;3;0.18
        Parkside;4;501.0;225.1;0.45;0.8;0.74
        Potton;5;522.6;248.6;0.7;2.4;0.24
        Sandy;7;517.2;249.2;0.65;1.4;0.46
        Shefford;6;514.0;239.2;0.7;2;0.20
        Silsoe and Shillington;3;511.4;235.0;0.7;3;0.14
        Stotfold and Langford;6;518.6;240.2;0.8;2;0.22
        Tithe Farm;3;502.3;225.5;0.4;0.6;0.82
        Toddington;5;501.4;229.4;0.7;2.6;0.18
        Westoning, Flitton and Greenfield;3;505.8;234.2;0.7;2.2;0.10""",
    "Luton": """
        Barnfield;5;509.0;224.5;0.6;1;0.35
        Biscot;8;507.6;222.9;0.55;1;0.84
        Bramingham;5;507.8;225.8;0.5;1;0.15
        Challney;8;505.6;222.6;0.7;1;0.56
        Crawley;5;509.7;223.3;0.5;1;0.40
        Dallow;8;507.2;221.7;0.6;1;0.92
        Farley;7;507.9;220.3;0.55;1;0.80
        High Town;6;509.6;222.2;0.5;1;0.66
        Icknield;5;507.9;224.3;0.5;1;0.30
        Leagrave;7;505.6;224.1;0.55;1;0.60
        Lewsey;8;504.4;223.6;0.55;1;0.70
        Limbury;5;506.9;224.1;0.45;1;0.45
        Northwell;5;506.8;225.3;0.45;1;0.86
        Round Green;7;510.6;222.9;0.6;1;0.45
        Saints;8;508.4;223.2;0.55;1;0.70
        South;8;509.1;221.0;0.6;1;0.85
        Stopsley;4;510.9;224.3;0.5;1.2;0.25
        Sundon Park;5;505.5;225.3;0.5;1;0.60
        Wigmore;7;512.3;221.9;0.7;1.2;0.30""",
}

# name; centre (km); rank for labels (1 the largest); how busy its centre is, 0 to 1; reach of the centre (km)
_PLACES = """
    Luton;509.1;221.6;1;1.00;0.9
    Bedford;505.2;249.8;1;0.96;0.8
    Dunstable;501.9;222.0;2;0.80;0.6
    Leighton Buzzard;492.6;225.3;2;0.76;0.6
    Kempston;502.9;247.9;3;0.55;0.5
    Houghton Regis;501.9;224.5;3;0.62;0.5
    Biggleswade;519.1;244.6;3;0.64;0.5
    Sandy;517.2;249.2;3;0.56;0.5
    Flitwick;503.2;234.8;3;0.56;0.5
    Ampthill;503.6;238.0;3;0.54;0.5
    Shefford;514.0;239.2;4;0.46;0.4
    Arlesey;519.2;236.2;4;0.42;0.4
    Potton;522.6;248.6;4;0.44;0.4
    Cranfield;496.0;241.9;4;0.44;0.4
    Toddington;501.4;229.4;4;0.40;0.4
    Woburn;495.4;234.0;5;0.38;0.4
    Sharnbrook;500.6;259.6;5;0.36;0.4
    Harrold;496.2;257.0;5;0.36;0.4
    Bromham;500.4;251.0;5;0.36;0.4
    Wootton;500.0;245.4;5;0.38;0.4
    Great Barford;511.6;251.8;5;0.34;0.4
    Caddington;506.0;218.9;5;0.36;0.4
    Eaton Bray;497.4;220.9;5;0.34;0.4
    Barton-le-Clay;508.2;231.0;5;0.36;0.4
"""


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
    frame["urbanity"] = _urbanity(np.column_stack([points.x, points.y]) / 1000).round(4)
    deprivation = pd.read_csv(paths()["deprivation"], index_col="LSOA code (2011)")
    decile = "Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs)"
    frame["imd_decile"] = deprivation[decile].reindex(frame.index)
    return frame


def population() -> pd.DataFrame:
    """Residents: columns ``lsoa11cd, age_band, sex, population``, one row a cell of the table."""
    return pd.read_csv(paths()["population"]).rename(columns={"LSOA11CD": "lsoa11cd"})


# ---------------------------------------------------------------- inputs as tables


def _wards() -> pd.DataFrame:
    """Ward table: one row a ward, in code order; the columns of ``_WARDS`` and the codes."""
    columns = ["ward", "areas", "x", "y", "spread", "reach", "deprivation"]
    parts = [
        pd.read_csv(StringIO(text), sep=";", names=columns, skipinitialspace=True).assign(borough=borough)
        for borough, text in _WARDS.items()
    ]
    wards = pd.concat(parts, ignore_index=True)
    wards["wd24cd"] = [f"E05900{i + 1:03d}" for i in range(len(wards))]
    wards["lad24cd"] = wards["borough"].map({name: code for code, (name, _) in BOROUGHS.items()})
    return wards


def _places() -> pd.DataFrame:
    columns = ["name", "x", "y", "rank", "busy", "reach"]
    return pd.read_csv(StringIO(_PLACES), sep=";", names=columns, skipinitialspace=True)


def _ring(text: str) -> np.ndarray:
    return np.array([[float(v) for v in pair.split(",")] for pair in text.split()])


def _urbanity(xy: np.ndarray) -> np.ndarray:
    """Town-centre-ness of points (km): the strongest of the places' centres, fading with distance."""
    places = _places()
    distance = np.linalg.norm(xy[:, None, :] - places[["x", "y"]].to_numpy()[None], axis=2)
    return (places["busy"].to_numpy() * np.exp(-distance / (2 * places["reach"].to_numpy()))).max(axis=1)


# ---------------------------------------------------------------- shapes


class _Noise:
    """Smooth random field over the plane: a sum of plane waves around one wavelength (km)."""

    def __init__(self, rng: np.random.Generator, wavelength: float, waves: int = 24) -> None:
        angle = rng.uniform(0, 2 * np.pi, waves)
        size = 2 * np.pi / (wavelength * rng.uniform(0.7, 1.5, waves))
        self.k = np.column_stack([size * np.cos(angle), size * np.sin(angle)])
        self.phase = rng.uniform(0, 2 * np.pi, waves)
        self.scale = np.sqrt(2 / waves)

    def __call__(self, xy: np.ndarray) -> np.ndarray:
        return self.scale * np.cos(xy @ self.k.T + self.phase).sum(axis=1)


def _warp(rng: np.random.Generator, xy: np.ndarray, octaves: dict[float, Any]) -> np.ndarray:
    """Points moved by smooth noise: for each wavelength (km) an amplitude (km), one or one per point."""
    moved = xy.copy()
    for wavelength, amplitude in octaves.items():
        moved[:, 0] += amplitude * _Noise(rng, wavelength)(xy)
        moved[:, 1] += amplitude * _Noise(rng, wavelength)(xy)
    return moved


def _density(xy: np.ndarray) -> np.ndarray:
    """Small areas' worth of residents per square kilometre at points (km)."""
    total = np.full(len(xy), 0.012)
    for x, y, areas, spread, reach in _wards()[["x", "y", "areas", "spread", "reach"]].to_numpy(float):
        d2 = (xy[:, 0] - x) ** 2 + (xy[:, 1] - y) ** 2
        scattered = 0.45 if reach >= 2 else 0.04  # in farms and hamlets around the villages
        for part, size in ((1 - scattered, 0.8 * spread), (scattered, 0.8 * reach)):
            total += part * areas / (2 * np.pi * size**2) * np.exp(-d2 / (2 * size**2))
    return total


def _mesh_points(rng: np.random.Generator) -> np.ndarray:
    """Random points (km) that keep a distance which grows from town to countryside."""
    from scipy.spatial import cKDTree

    low, high = np.array([487.0, 211.0]), np.array([529.0, 269.0])
    candidates = rng.uniform(low, high, (900_000, 2))
    spacing = np.clip(0.125 / np.sqrt(_density(candidates)), 0.07, 0.42)
    # thin to a few candidates per place before the exact test
    keep = rng.random(len(candidates)) < np.minimum(1, 0.016 / spacing**2)
    candidates, spacing = candidates[keep], spacing[keep]
    tree = cKDTree(candidates)
    alive = np.ones(len(candidates), bool)
    for i in range(len(candidates)):
        if alive[i]:
            near = tree.query_ball_point(candidates[i], spacing[i])
            alive[near] = False
            alive[i] = True
    return candidates[alive]


def _balanced(
    xy: np.ndarray, mass: np.ndarray, centres: np.ndarray, share: np.ndarray, reach: np.ndarray
) -> np.ndarray:
    """Weighted power diagram whose parts hold given shares of the mass: part number of each point.

    Distances count in units of each centre's reach, so that towns stay round and the countryside flows
    around them. The centres' weights climb the transport problem's dual one at a time: each takes the
    weight that gives it its share while the others hold still.
    """
    cost = ((xy[:, None, :] - centres[None]) ** 2).sum(axis=2) / reach**2
    target = share / share.sum() * mass.sum()
    for _ in range(60):
        gap = np.bincount(cost.argmin(axis=1), mass, len(centres)) / target - 1
        if np.abs(gap).max() < 0.02:
            break
        for k in np.argsort(-np.abs(gap)):
            lead = np.delete(cost, k, axis=1).min(axis=1) - cost[:, k]
            order = np.argsort(-lead)
            cost[:, k] += lead[order[np.searchsorted(np.cumsum(mass[order]), target[k])]]
    return cost.argmin(axis=1)


def _subdivide(
    rng: np.random.Generator, xy: np.ndarray, mass: np.ndarray, share: np.ndarray, contrast: float = 0.7
) -> np.ndarray:
    """Split points into compact parts of given shares: balanced k-means.

    With more contrast, parts where residents live close together end up rounder, and the others
    surround them.
    """
    centres = xy[rng.choice(len(xy), 1, p=mass / mass.sum())]
    while len(centres) < len(share):
        d2 = ((xy[:, None, :] - centres[None]) ** 2).sum(axis=2).min(axis=1)
        centres = np.vstack([centres, xy[(d2 * np.sqrt(mass)).argmax()]])
    reach = np.ones(len(share))
    part = np.zeros(len(xy), int)
    for _ in range(8):
        part = _balanced(xy, mass, centres, share, reach)
        for k in np.unique(part):
            inside = part == k
            centres[k] = np.average(xy[inside], axis=0, weights=mass[inside])
            radius2 = np.average(((xy[inside] - centres[k]) ** 2).sum(axis=1), weights=mass[inside])
            reach[k] = (radius2 + 1e-3) ** (contrast / 2)
    return part


def _tidy(part: np.ndarray, groups: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Smooth parts of a mesh and make each one piece, every cell staying in its group.

    ``part`` and ``groups`` number each cell's part and the larger unit that it belongs to; ``pairs``
    lists touching cells. A cell whose neighbours mostly belong to another part joins it; then stray
    pieces join the part they touch most.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    part = part.copy()
    both = np.vstack([pairs, pairs[:, ::-1]])
    both = both[groups[both[:, 0]] == groups[both[:, 1]]]
    here, there = both.T

    def votes(unit: np.ndarray, chosen: np.ndarray) -> pd.DataFrame:
        table = pd.DataFrame({"unit": unit[here[chosen]], "to": part[there[chosen]]})
        ranked = (
            table.value_counts()
            .reset_index()
            .sort_values(["unit", "count", "to"], ascending=[True, False, True])
        )
        return ranked.drop_duplicates("unit").set_index("unit")

    degree = np.bincount(here, minlength=len(part))
    for _ in range(3):
        winner = votes(np.arange(len(part)), np.ones(len(here), bool))
        clear = winner[winner["count"] > 0.5 * degree[winner.index]]
        part[clear.index] = clear["to"]
    while True:
        same = part[here] == part[there]
        graph = coo_matrix((np.ones(same.sum()), (here[same], there[same])), shape=(len(part), len(part)))
        piece = connected_components(graph, directed=False)[1]
        size = np.bincount(piece)[piece]
        stray = size < pd.Series(size).groupby(part).transform("max").to_numpy()
        if not stray.any():
            return part
        winner = votes(piece, stray[here] & ~stray[there])
        moved = pd.Series(piece).map(winner["to"])
        change = stray & moved.notna().to_numpy()
        if not change.any():
            raise AssertionError("a piece of the county touches nothing that it could join")
        part[change] = moved[change].astype(int)


def _roughen(rng: np.random.Generator, polygons: np.ndarray) -> np.ndarray:
    """Give long straight edges the small bends of hedges and streams; shared edges bend once for both.

    Midpoint displacement (Fournier, Fussell and Carpenter 1982), smoother in some districts than in
    others. Where bends would cross, the edges around stay straight.
    """
    import shapely

    def key(p: tuple[float, float], q: tuple[float, float]) -> tuple[tuple[float, float], ...]:
        return (p, q) if p < q else (q, p)

    rings = [[tuple(xy) for xy in shapely.get_coordinates(p.exterior)] for p in polygons]
    edges = sorted({key(p, q) for ring in rings for p, q in pairwise(ring)})
    texture = _Noise(rng, 3.0)
    bends: dict[tuple[tuple[float, float], ...], list[tuple[float, float]]] = {}
    for p, q in edges:
        size = 0.09 + 0.05 * np.clip(texture(np.array([p]) / 1000)[0], -1.4, 1.4)
        line = [np.array(p), np.array(q)]
        while max(np.hypot(*(b - a)) for a, b in pairwise(line)) > 240 and len(line) < 9:
            finer = [line[0]]
            for a, b in pairwise(line):
                across = np.array([a[1] - b[1], b[0] - a[0]])
                along = rng.uniform(0.38, 0.62)
                finer += [a + along * (b - a) + size * rng.normal() * across, b]
            line = finer
        bends[p, q] = [tuple(xy) for xy in line[1:-1]]

    def bent(ring: list[tuple[float, float]]) -> Any:
        points = []
        for p, q in pairwise(ring):
            between = bends[key(p, q)]
            points += [p, *(between if p < q else between[::-1])]
        return shapely.Polygon(points)

    while True:
        out = np.array([bent(ring) for ring in rings], dtype=object)
        crossed = ~shapely.is_valid(out) | ~shapely.is_empty(shapely.coverage_invalid_edges(out))
        if not crossed.any():
            return out
        for k in np.flatnonzero(crossed):
            bends.update({key(p, q): [] for p, q in pairwise(rings[k])})


def _shapes(rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Build the small areas: polygons in EPSG:27700 with columns ``ward`` (row of the ward table)."""
    import geopandas as gpd
    import shapely
    from scipy.spatial import Voronoi

    wards = _wards()
    points = _mesh_points(rng)
    mesh = Voronoi(points)
    pairs = mesh.ridge_points
    drawn = shapely.points(_warp(rng, points, {9.0: 0.5, 4.0: 0.25, 1.6: 0.08}))
    luton = shapely.points(_warp(rng, points, {1.6: 0.10, 0.7: 0.05}))
    north = shapely.Polygon(np.vstack([_ring(_NORTH_EDGE), _ring(_DIVIDE)]))
    county = shapely.Polygon(np.vstack([_ring(_NORTH_EDGE), _ring(_EAST_SOUTH_EDGE)]))
    outside = len(BOROUGHS)
    borough = np.where(shapely.contains(north, drawn), 0, 1)
    borough[shapely.contains(shapely.Polygon(_ring(_LUTON)), luton)] = 2
    borough[~shapely.contains(county, drawn)] = outside
    borough = _tidy(borough, np.zeros(len(points), int), pairs)
    inside = np.flatnonzero(borough != outside)

    cells = np.array(
        [shapely.Polygon(mesh.vertices[mesh.regions[mesh.point_region[i]]]) for i in inside], dtype=object
    )
    mass = np.zeros(len(points))
    mass[inside] = shapely.area(cells) * _density(points[inside])

    scale = np.clip(1 / np.sqrt(_density(points)), 0.5, 3.0)
    wavy = _warp(rng, points, {5.0: 0.17 * scale, 2.2: 0.12 * scale, 0.9: np.minimum(0.1 * scale, 0.09)})
    ward = np.full(len(points), -1)
    for b, name in enumerate(_WARDS):
        mine = np.flatnonzero(borough == b)
        table = wards[wards["borough"] == name]
        numbers = [table[column].to_numpy() for column in ("areas", "reach")]
        part = _balanced(wavy[mine], mass[mine], table[["x", "y"]].to_numpy(), *numbers)
        ward[mine] = table.index[part]
    ward = _tidy(ward, borough, pairs)

    area = np.full(len(points), -1)
    first = np.concatenate([[0], wards["areas"].cumsum()])
    for w, count in enumerate(wards["areas"]):
        mine = np.flatnonzero(ward == w)
        area[mine] = first[w] + _subdivide(rng, wavy[mine], mass[mine], rng.uniform(0.8, 1.25, count))
    area = _tidy(area, ward, pairs)

    member = area[inside]
    polygons = np.array([shapely.coverage_union_all(cells[member == k]) for k in range(first[-1])])
    polygons = shapely.transform(polygons, lambda xy: xy * 1000)
    polygons = _roughen(rng, shapely.coverage_simplify(polygons, 32))
    owner = np.repeat(np.arange(len(wards)), wards["areas"])
    return gpd.GeoDataFrame({"ward": owner}, geometry=polygons, crs=27700)


def _name(rng: np.random.Generator, shapes: gpd.GeoDataFrame) -> pd.DataFrame:
    """Codes and names: middle-layer groups of about five neighbours, numbered from north to south."""
    wards = _wards()
    points = shapes.representative_point()
    xy = np.column_stack([points.x, points.y]) / 1000
    table = wards.loc[shapes["ward"]].reset_index(drop=True)
    group = np.zeros(len(shapes), int)
    for name in _WARDS:
        mine = np.flatnonzero(table["borough"] == name)
        part = _subdivide(rng, xy[mine], np.ones(len(mine)), np.ones(round(len(mine) / 5)))
        order = pd.Series(xy[mine, 1]).groupby(part).mean().rank(ascending=False).astype(int)
        group[mine] = order.loc[part]
    table["group"] = group
    table["shape"] = np.arange(len(table))
    table["north"] = -xy[:, 1]
    table = table.sort_values(["lad24cd", "group", "north"], ignore_index=True)
    letter = table.groupby(["lad24cd", "group"]).cumcount().map(lambda i: chr(65 + i))
    table["name"] = table["borough"] + " " + table["group"].map("{:03d}".format) + letter
    table["lsoa11cd"] = [f"E01900{i + 1:03d}" for i in range(len(table))]
    return table.set_index("lsoa11cd")


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
    value = 0.8 * _Noise(rng, 5.0)(xy) + 0.6 * _Noise(rng, 1.8)(xy) + 0.5 * rng.standard_normal(len(xy))
    return (value - value.mean()) / value.std()


def _deprivation(rng: np.random.Generator, areas: pd.DataFrame, xy: np.ndarray) -> pd.DataFrame:
    """Deprivation in the layout of the official file, quintiles by borough as published."""
    from scipy.stats import norm

    latent = areas["deprivation"].to_numpy() + 0.12 * _urbanity(xy) + 0.09 * _spatial(rng, xy)
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
            own = 0.8 * own + 1.2 * (_urbanity(xy) - 0.3)
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
    urban = _urbanity(xy)
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
    shapes = _shapes(rng)
    areas = _name(rng, shapes)
    shapes = shapes.iloc[areas["shape"]].set_axis(areas.index)
    points = shapes.representative_point()
    xy = np.column_stack([points.x, points.y]) / 1000
    deprivation = _deprivation(rng, areas, xy)
    residents = _residents(rng, areas, xy, deprivation.filter(like="(IMD) Decile").iloc[:, 0].to_numpy())

    folder.mkdir(parents=True, exist_ok=True)
    lonlat = shapes.to_crs(4326).geometry
    features = [
        {
            "type": "Feature",
            "properties": {"LSOA11CD": code, "LSOA11NM": areas.at[code, "name"]},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for code, shape in lonlat.items()
    ]
    lines = ",\n".join(json.dumps(_rounded(f), separators=(",", ":")) for f in features)
    files = paths(folder)
    files["boundaries"].write_text('{"type":"FeatureCollection","features":[\n' + lines + "\n]}\n")

    lookup = areas.reset_index()[["lsoa11cd", "name", "wd24cd", "ward", "lad24cd", "borough"]]
    lookup.columns = pd.Index(["LSOA11CD", "LSOA11NM", "WD24CD", "WD24NM", "LAD24CD", "LAD24NM"])
    places = _places()
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
