"""How does a Python program ask? As the address bar does, with the same names and values.

>>> import hotspots
>>> county = hotspots.open("my-county")  # doctest: +SKIP
>>> answer = county.ask(category="robbery", from_="2023-01", layer="local_moran", hour=range(19, 24))  #
doctest: +SKIP
>>> answer.headline, answer.table, answer.save("robbery.gpkg")  # doctest: +SKIP

What leaves here has passed the same gate as the page: small numbers of controlled sources are protected. For
people who want the exact statistics alone there are :func:`local_moran` and :func:`getis_ord` on any libpysal
Graph.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from geo.answer.answer import Answer as _Answer
from geo.answer.atlas import Atlas as _Atlas
from geo.ask.problem import Problem
from geo.ask.query import PARAMETERS as _PARAMETERS
from geo.ask.query import Query as _Query
from geo.ask.refusal import Refused, exactly

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from geopandas import GeoDataFrame
    from libpysal.graph import Graph

__all__ = ["Answer", "County", "Problem", "Refused", "getis_ord", "local_moran", "open"]
__version__ = version("hotspots")


def open(folder: str | os.PathLike[str] = "data") -> County:
    """Open a data folder.

    Parameters
    ----------
    folder : path
        As ``hotspots import`` and ``hotspots demo`` make it.

    Returns
    -------
    County

    Raises
    ------
    Problem
        If it holds no boundaries or cannot be read.
    """
    return County(_Atlas.open(folder))


# ---------------------------------------------------------------- what is loaded, and what it answers


class County:
    """A data folder, open; get one from :func:`open`. Immutable, and safe to share between threads."""

    def __init__(self, atlas: _Atlas) -> None:
        self._atlas = atlas

    def __repr__(self) -> str:
        return f"<hotspots.County {self.place}: {', '.join(self.sources.values())}>"

    @property
    def place(self) -> str:
        """Name of the county."""
        return self._atlas.place

    @property
    def version(self) -> str:
        """Hash of the data: answers of one version never change."""
        return self._atlas.version

    @property
    def sources(self) -> dict[str, str]:
        """Key and name of every source loaded; the first is asked where none is named."""
        return {key: info.label for key, info in self._atlas.catalogue.sources.items()}

    @property
    def layers(self) -> dict[str, str]:
        """Key and name of every layer that the data can show."""
        return dict(self._atlas.catalogue.layers)

    @property
    def boroughs(self) -> dict[str, str]:
        """Code and name of every borough or district."""
        return dict(self._atlas.catalogue.boroughs)

    def categories(self, source: str = "") -> dict[str, str]:
        """Slug and name of the categories of a source, the most frequent first.

        Raises
        ------
        Problem
            If there is no such source.
        """
        sources = self._atlas.catalogue.sources
        if (source or next(iter(sources), "")) not in sources:
            raise Problem(f"There is no source “{source}”: choose one of {', '.join(sources)}.")
        return dict(sources[source or next(iter(sources))].categories)

    @property
    def parameters(self) -> pd.DataFrame:
        """All that :meth:`ask` takes: index ``name``; ``label``, ``description``, ``default``."""
        import pandas as pd

        rows = {one.name: (one.label, one.description, one.usually) for one in _PARAMETERS.values()}
        return pd.DataFrame.from_dict(
            rows, orient="index", columns=["label", "description", "default"]
        ).rename_axis("name")

    def ask(self, **asked: Any) -> Answer:
        """Ask a question.

        Parameters
        ----------
        **asked
            The parameters of the address bar by their own names (``from_`` for ``from``): text, numbers, True
            and False for on and off, and lists or ranges for what may hold several.

        Returns
        -------
        Answer

        Raises
        ------
        Refused
            If any part of it cannot be taken, with a sentence for each that says what is allowed.

        Examples
        --------
        >>> county.ask(level="ward", source="ae", night=["fri", "sat"])  # doctest: +SKIP
        """
        given = {name.removesuffix("_"): _text(value) for name, value in asked.items() if value is not None}
        search = urlencode({name: text for name, text in given.items() if text})
        return Answer(self._atlas, exactly(search, self._atlas.catalogue))


def _text(value: Any) -> str:
    """A value as the address bar has it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str) or not isinstance(value, Iterable):
        return str(value)
    return ",".join(map(_text, value))


class Answer:
    """What one question found; get one from :meth:`County.ask`. All of it may be shown."""

    def __init__(self, atlas: _Atlas, query: _Query) -> None:
        self._atlas, self._answer = atlas, atlas.answer(query)

    def __repr__(self) -> str:
        return f"<hotspots.Answer {self.description}: {self.headline}>"

    @property
    def search(self) -> str:
        """The question as the page's address has it, "?level=ward&source=ae"."""
        return self._answer.query.to_search()

    @property
    def description(self) -> str:
        """What was asked, in plain English."""
        return self._answer.description

    @property
    def headline(self) -> str:
        """The finding, one sentence."""
        return self._answer.headline

    @property
    def caveats(self) -> tuple[str, ...]:
        """What to know before the numbers are used."""
        return self._answer.caveats

    @property
    def totals(self) -> Mapping[str, int | None]:
        """How the events add up (:class:`geo.answer.answer.Totals`); None where suppressed."""
        from dataclasses import asdict

        return asdict(self._answer.totals)

    @property
    def table(self) -> pd.DataFrame:
        """One row an area of the boroughs asked for, index of codes named by vintage (``lsoa21cd``).

        The columns of every export: ``name, borough, count, population``, the rate, then those of the measure
        and the layer. ``count`` is Int64, missing where suppressed.
        """
        shown: _Answer = self._answer
        table = shown.export()
        table["count"] = shown.table["count"][shown.inside]
        return table

    @property
    def frame(self) -> GeoDataFrame:
        """The table with the areas' shapes, EPSG:27700."""
        import geopandas as gpd

        table, shapes = self.table, self._atlas.levels[self._answer.query.level].shapes
        return gpd.GeoDataFrame(table, geometry=shapes.geometry.reindex(table.index), crs=shapes.crs)

    def plot(self) -> Print:
        """The printed map, as the page exports it: a notebook shows it, :meth:`save` writes it."""
        return Print(self.bytes("png"))

    def bytes(self, form: str) -> bytes:
        """The answer as a file of one format, by its ending: csv, xlsx, json, gpkg, pdf…

        Raises
        ------
        Problem
            If there is no such format.
        """
        from geo.out.export import export

        return export(self._atlas, self._answer.query, form)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the answer to a file; its ending says in which format.

        Returns
        -------
        Path
            Of the file written, whole or not at all.

        Raises
        ------
        Problem
            If the ending is that of no format; nothing is written.
        """
        from geo.out.export import FORMATS

        path = Path(path)
        endings = sorted((form for form in FORMATS if path.name.endswith(f".{form}")), key=len)
        content = self.bytes(endings[-1] if endings else path.suffix.removeprefix("."))
        partial = path.with_name(f"{path.name}.part")
        partial.write_bytes(content)
        partial.replace(path)
        return path

    def _repr_html_(self) -> str:
        from html import escape

        notes = "".join(f"<li>{escape(caveat)}</li>" for caveat in self.caveats)
        return (
            f"<p>{escape(self.description)}</p><p><strong>{escape(self.headline)}</strong></p>"
            f"<ul>{notes}</ul>{self.table.to_html(max_rows=10)}"
        )


class Print:
    """A printed map as PNG, which a notebook shows."""

    def __init__(self, png: bytes) -> None:
        self.png = png

    def _repr_png_(self) -> bytes:
        return self.png


# ---------------------------------------------------------------- the exact statistics alone


def local_moran(
    y: pd.Series | np.ndarray, graph: Graph, *, alpha: float = 0.05, fdr: bool = True
) -> pd.DataFrame:
    """Local Moran's I with its exact two-sided p under the conditional null, without random permutations.

    Parameters
    ----------
    y : Series or array, one value an area
        A Series is put in order by its labels, an array is in the order of ``graph.unique_ids``. NaN leaves
        the population.
    graph : libpysal.graph.Graph
        Who neighbours whom. Weights are read as present or absent: those of a row-standardised contiguity
        give the same p, others (kernels, distances) are refused.
    alpha, fdr
        Level of significance of ``cluster``, with or without the Benjamini-Hochberg correction.

    Returns
    -------
    DataFrame
        On ``graph.unique_ids``: as :func:`geo.stats.hotspots.local_moran`.

    Raises
    ------
    ValueError
        If the values do not fit the graph, or the neighbours of an area have different weights.

    Examples
    --------
    >>> import numpy as np
    >>> from libpysal.graph import Graph
    >>> row = Graph.from_arrays([0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2], np.ones(6))
    >>> hotspots_of = local_moran(np.array([9, 8, 1, 0]), row)
    >>> hotspots_of["p"].round(3).tolist()
    [0.667, 1.0, 1.0, 0.667]
    """
    from geo.stats import hotspots

    return hotspots.local_moran(y, _neighbours(graph), alpha=alpha, fdr=fdr)


def getis_ord(
    y: pd.Series | np.ndarray, graph: Graph, *, alpha: float = 0.05, fdr: bool = True
) -> pd.DataFrame:
    """Getis-Ord Gi*, the area itself included, with its exact two-sided p; as :func:`local_moran`.

    Returns
    -------
    DataFrame
        On ``graph.unique_ids``: as :func:`geo.stats.hotspots.getis_ord_star`.
    """
    from geo.stats import hotspots

    return hotspots.getis_ord_star(y, _neighbours(graph), alpha=alpha, fdr=fdr)


def _neighbours(graph: Graph) -> Any:
    from geo.stats.weights import Neighbours

    linked = graph.adjacency[graph.adjacency != 0]
    spread = linked.groupby(level=0).agg(["min", "max"])
    if (spread["max"] - spread["min"] > 1e-9 * spread["max"].abs()).any():
        raise ValueError(
            "the exact null needs neighbours of equal weight: give the graph before it was weighted, or "
            "graph.transform('B')"
        )
    return Neighbours.from_graph(graph, graph.unique_ids)
