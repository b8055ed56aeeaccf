"""How is a piece of the map drawn on paper?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import shapely

from geo.out.drawing import DETAIL, DOT_SPACING, GROUND, HATCH, INK, OUTSIDE, OUTSIDE_INK, Page, Rect, font_of
from geo.tell.insets import Box


def in_sight(place: Rect, view: Box, margin: float = 0.0) -> Box:
    """West, south, east, north that a place on a page shows of a view, and of what fits beside it.

    Examples
    --------
    >>> in_sight(Rect(0, 0, 20, 10), (0, 0, 100, 100))
    (-50.0, 0.0, 150.0, 100.0)
    """
    west, south, east, north = view
    scale = max((east - west) / place.width, (north - south) / place.height) * (1 + 2 * margin)
    reach_x, reach_y = place.width * scale, place.height * scale
    left, bottom = (west + east - reach_x) / 2, (south + north - reach_y) / 2
    return left, bottom, left + reach_x, bottom + reach_y


class Pane:
    """A piece of the map on a page.

    Parameters
    ----------
    page : Page
    place : Rect
        Where on the page.
    view : tuple of float
        West, south, east, north that must be in sight, EPSG:27700.
    margin : float
        Share of the view left free around it.

    Attributes
    ----------
    scale : float
        Metres of a millimetre.
    extent : tuple of float
        West, south, east, north that are in sight: the view and what fits beside it.
    """

    def __init__(self, page: Page, place: Rect, view: Box, margin: float = 0.03) -> None:
        self.page, self.place = page, place
        self.extent = in_sight(place, view, margin)
        self.west, _, east, self.north = self.extent
        self.scale = (east - self.west) / place.width
        left, bottom = place.left / page.width, 1 - place.bottom / page.height
        size = (place.width / page.width, place.height / page.height)
        self.axes = page.figure.add_axes((left, bottom, *size), zorder=1, facecolor="none")
        self.axes.set(xlim=self.extent[0::2], ylim=self.extent[1::2])
        self.axes.set_axis_off()

    def at(self, points: np.ndarray) -> np.ndarray:
        """Places on the page (millimetres) of points in EPSG:27700; shape (n, 2) both."""
        east, north = np.asarray(points, dtype=float).reshape(-1, 2).T
        x = self.place.left + (east - self.west) / self.scale
        y = self.place.top + (self.north - north) / self.scale
        return np.column_stack([x, y])

    def sees(self, points: np.ndarray, margin: float = 0.0) -> np.ndarray:
        """Which points of EPSG:27700 lie in the pane, ``margin`` millimetres from its edge; bool (n,)."""
        places = self.at(points)
        low = (self.place.left + margin, self.place.top + margin)
        high = (self.place.right - margin, self.place.bottom - margin)
        return np.all((places >= low) & (places <= high), axis=1)

    def draw(
        self,
        shapes: np.ndarray,
        *,
        fill: str = "none",
        line: str = "none",
        weight: float = 0.0,
        dashes: tuple[float, ...] = (),
        hatch: str | None = None,
        ink: str = HATCH,
        order: float = 1,
    ) -> None:
        """Draw polygons as one figure.

        Parameters
        ----------
        shapes : ndarray of shapely polygons
        fill, line : str
            Colours or "none".
        weight : float
            Of the line, points.
        dashes : tuple of float, optional
            Lengths of its parts and of the gaps between them, in weights.
        hatch : str, optional
            matplotlib's pattern.
        ink : str
            Its colour.
        order : float
        """
        from matplotlib.patches import PathPatch

        shapes = shapes[shapely.intersects(shapes, shapely.box(*self.extent))]
        if len(shapes):
            style: dict[str, Any] = {"facecolor": fill, "edgecolor": line, "linewidth": weight}
            outline = _outline(shapes, DETAIL * self.scale)
            patch = PathPatch(outline, joinstyle="round", zorder=order, **style)
            if dashes:
                patch.set(linestyle=(0, dashes), capstyle="butt")
            if hatch:
                patch.set(hatch=hatch, hatchcolor=ink)
            self.axes.add_artist(patch)

    def dots(self, shapes: np.ndarray, anchors: np.ndarray, colour: str) -> None:
        """Lay an even grid of dots over polygons, at least one on each."""
        step = DOT_SPACING * self.scale
        west, south, east, north = self.extent
        x, y = np.meshgrid(np.arange(west, east, step), np.arange(south, north, step * 0.866))
        x[1::2] += step / 2
        grid = np.column_stack([x.ravel(), y.ravel()])
        polygon, point = shapely.STRtree(shapely.points(grid)).query(shapes, predicate="contains")
        bare = np.setdiff1d(np.arange(len(shapes)), polygon)
        x, y = np.concatenate([grid[point], anchors[bare]]).T
        self.axes.scatter(x, y, s=2.2, color=colour, edgecolors="white", linewidths=0.3, zorder=4)

    def ground(self) -> None:
        """Draw all of the pane as what the map is not about."""
        whole = np.array([shapely.box(*self.extent)])
        self.draw(whole, fill=GROUND, hatch=OUTSIDE, ink=OUTSIDE_INK, order=0)

    def frame(self, weight: float = 1.0) -> None:
        """Draw a line around the pane."""
        self.page.box(self.place, "none", edge=INK, weight=weight, order=6)

    def scale_bar(self, corner: str, size: float = 6.0) -> None:
        """Draw a scale bar in a corner ("lower left", …)."""
        from matplotlib_scalebar.scalebar import ScaleBar

        self.page.letters[False] |= set("0123456789 km")
        self.axes.add_artist(
            ScaleBar(
                1,
                "m",
                location=corner,
                length_fraction=0.26,
                width_fraction=0.35 / self.place.height,
                border_pad=0.6,
                pad=0.25,
                sep=1.5,
                box_alpha=0.85,
                color=INK,
                scale_loc="top",
                rotation="horizontal-only",
                font_properties=font_of(size, False),
            )
        )

    def north_arrow(self, x: float, y: float, height: float = 7.5) -> None:
        """Draw an arrow to grid north; ``x`` its middle and ``y`` its top on the page, millimetres."""
        from matplotlib.patches import Polygon

        half, foot, notch = height * 0.24, y + height * 0.62, y + height * 0.48
        for side, colour in ((-1, INK), (1, "white")):
            points = [(x, y), (x + side * half, foot), (x, notch)]
            style: dict[str, Any] = {"fc": colour, "ec": INK, "linewidth": 0.5, "zorder": 5}
            self.page.top.add_artist(Polygon(points, **style))
        self.page.text(x, y + height, "N", 7, bold=True, align="center", halo=True)

    def corner(self, corner: str, width: float, height: float) -> Rect:
        """Place on the page of a corner of the pane ("upper left", …)."""
        left = self.place.left if "left" in corner else self.place.right - width
        top = self.place.top if "upper" in corner else self.place.bottom - height
        return Rect.of(left, top, width, height)

    def emptiest(self, anchors: np.ndarray, corners: Sequence[str], width: float, height: float) -> str:
        """Choose the corner with the fewest areas in it.

        Parameters
        ----------
        anchors : ndarray, shape (n, 2)
            Points of the areas, EPSG:27700.
        corners : sequence of str
            "upper left", "lower right", …, the preferred one first.
        width, height : float
            Of the corner, millimetres.
        """
        points = self.at(anchors)

        def crowd(corner: str) -> int:
            place = self.corner(corner, width, height)
            inside = (points >= (place.left, place.top)) & (points <= (place.right, place.bottom))
            return int(inside.all(axis=1).sum())

        return min(corners, key=crowd)


def _outline(shapes: np.ndarray, detail: float) -> Any:
    """Polygons as one path, holes turned the other way.

    Points go to a grid of ``detail`` metres, finer than print can show, and those that fall on the one before
    are left out. Neighbours stay neighbours, since both move alike.
    """
    from matplotlib.path import Path

    rings = shapely.get_rings(shapely.orient_polygons(shapely.get_parts(shapes)))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    points = np.round(points / detail) * detail
    moved = np.append(True, (np.diff(points, axis=0) != 0).any(axis=1) | (np.diff(ring) > 0))
    last = np.append(np.diff(ring) > 0, True)
    points, ring = points[moved | last], ring[moved | last]
    codes = np.full(len(points), Path.LINETO, np.uint8)
    codes[np.flatnonzero(np.diff(ring, prepend=-1))] = Path.MOVETO
    codes[np.flatnonzero(np.diff(ring, append=-1))] = Path.CLOSEPOLY
    return Path(points, codes)


def spread(
    points: np.ndarray,
    gap: float | np.ndarray,
    *,
    free: np.ndarray | None = None,
    keep: Callable[[np.ndarray], np.ndarray] = lambda places: places,
    rounds: int = 120,
) -> np.ndarray:
    """Move points apart until all are at least ``gap`` from each other, each as little as may be.

    Parameters
    ----------
    points : ndarray of float, shape (n, 2)
    gap : float or ndarray of float, shape (n,)
        Of two points that have one each, the mean of both.
    free : ndarray of float, shape (n,), optional
        How far around each point nothing may lie that is ``gap`` wide; 0 for anything. Such a point is left
        away from the middle of all. Where there is too little room this comes last.
    keep : callable
        Where points may be that would be at some places.
    rounds : int
        After so many steps some pairs may still be closer.

    Returns
    -------
    ndarray of float, shape (n, 2)
        The same points always give the same places.
    """
    home = np.array(points, dtype=float).reshape(-1, 2)
    if not len(home):
        return home
    gaps = np.broadcast_to(gap, len(home)).astype(float)
    least = (gaps[:, None] + gaps) / 2
    turn = np.arange(len(home)) * 2.399963  # where two coincide, part them in different directions
    nudge = 1e-3 * np.column_stack([np.cos(turn), np.sin(turn)])
    placed = home + nudge
    if free is not None:
        away = placed - placed.mean(axis=0)
        away /= np.maximum(np.hypot(*away.T), 1e-3)[:, None]
        placed += away * np.where(free > 0, gaps, 0.0)[:, None]
        clear = np.where(free > 0, gaps[:, None] / 2 + free, 0.0)
    placed = keep(placed)
    for at in range(rounds):
        before = placed
        apart = placed[:, None] - placed
        alike = (apart == 0).all(axis=2)  # as where both were kept out of the same corner
        apart[alike] = (nudge[:, None] - nudge)[alike]
        distance = np.hypot(apart[..., 0], apart[..., 1])
        np.fill_diagonal(distance, np.inf)
        placed = placed + (apart * (np.maximum(0, least - distance) / 2 / distance)[..., None]).sum(axis=1)
        if free is not None and at < rounds * 2 / 3:
            off = placed[:, None] - home
            distance = np.maximum(np.hypot(off[..., 0], off[..., 1]), 1e-6)
            placed = placed + (off * (np.maximum(0, clear - distance) / distance)[..., None]).sum(axis=1)
        placed = keep(placed)
        if np.abs(placed - before).max() < 1e-4:
            break
    return placed
