"""How is the demonstration county cut into areas?"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd
from geo.demo.outlines import BOROUGHS, DIVIDE, EAST_SOUTH_EDGE, LUTON, NORTH_EDGE, WARDS, ring_of, wards_of


class Noise:
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
        moved[:, 0] += amplitude * Noise(rng, wavelength)(xy)
        moved[:, 1] += amplitude * Noise(rng, wavelength)(xy)
    return moved


def _density(xy: np.ndarray) -> np.ndarray:
    """Small areas' worth of residents per square kilometre at points (km)."""
    total = np.full(len(xy), 0.012)
    for x, y, areas, spread, reach in wards_of()[["x", "y", "areas", "spread", "reach"]].to_numpy(float):
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
    cost = np.ascontiguousarray((((xy[:, None, :] - centres[None]) ** 2).sum(axis=2) / reach**2).T)
    target = share / share.sum() * mass.sum()
    for _ in range(60):
        gap = np.bincount(cost.argmin(axis=0), mass, len(centres)) / target - 1
        if np.abs(gap).max() < 0.02:
            break
        for k in np.argsort(-np.abs(gap)):
            own, cost[k] = cost[k].copy(), np.inf
            lead = cost.min(axis=0) - own
            order = (-lead).argsort()
            cost[k] = own + lead[order[mass[order].cumsum().searchsorted(target[k])]]
    return cost.argmin(axis=0)


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
    texture = Noise(rng, 3.0)
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


def shapes_of(rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Build the small areas: polygons in EPSG:27700 with columns ``ward`` (row of the ward table)."""
    import geopandas as gpd
    import shapely
    from scipy.spatial import Voronoi

    wards = wards_of()
    points = _mesh_points(rng)
    mesh = Voronoi(points)
    pairs = mesh.ridge_points
    drawn = shapely.points(_warp(rng, points, {9.0: 0.5, 4.0: 0.25, 1.6: 0.08}))
    luton = shapely.points(_warp(rng, points, {1.6: 0.10, 0.7: 0.05}))
    north = shapely.Polygon(np.vstack([ring_of(NORTH_EDGE), ring_of(DIVIDE)]))
    county = shapely.Polygon(np.vstack([ring_of(NORTH_EDGE), ring_of(EAST_SOUTH_EDGE)]))
    outside = len(BOROUGHS)
    borough = np.where(shapely.contains(north, drawn), 0, 1)
    borough[shapely.contains(shapely.Polygon(ring_of(LUTON)), luton)] = 2
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
    for b, name in enumerate(WARDS):
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


def name_of(rng: np.random.Generator, shapes: gpd.GeoDataFrame) -> pd.DataFrame:
    """Codes and names: middle-layer groups of about five neighbours, numbered from north to south."""
    wards = wards_of()
    points = shapes.representative_point()
    xy = np.column_stack([points.x, points.y]) / 1000
    table = wards.loc[shapes["ward"]].reset_index(drop=True)
    group = np.zeros(len(shapes), int)
    for name in WARDS:
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
