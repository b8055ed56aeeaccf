"""How does a Python program ask? As the address bar does, with the same names and values.

>>> import hotspots
>>> county = hotspots.open("data")
>>> answer = county.ask(category="robbery", from_="2023-01", layer="local_moran", hour=range(19, 24))
>>> answer.description.partition(",")[0]
'Robbery in Bedfordshire'

What leaves here has passed the same gate as the page: small numbers of controlled sources are protected. For
people who want the exact statistics alone there are :func:`local_moran` and :func:`getis_ord` on any libpysal
Graph. A tour is in ``docs/python.ipynb``; the examples here ask the demonstration county in ``data``, which
``hotspots demo`` makes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import asdict
from html import escape
from importlib.metadata import version
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np
import pandas as pd

from geo.answer.atlas import Atlas as _Atlas
from geo.ask.parameters import Parameter as _Parameter
from geo.ask.problem import Problem
from geo.ask.query import PARAMETERS as _PARAMETERS
from geo.ask.query import Query as _Query
from geo.ask.refusal import Refused
from geo.ask.viewer import CLEARED_OWNER as _CLEARED
from geo.ask.viewer import OWNER as _OWNER
from geo.data.writing import write_whole as _write_whole
from geo.engines.engine import engine_of as _engine_of

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from libpysal.graph import Graph

    from geo.stats.weights import Neighbours

__all__ = [
    "Answer", "County", "Print", "Problem", "Refused", "__version__", "getis_ord", "local_moran", "open",
]  # fmt: skip
__version__ = version("hotspots")


def open(folder: str | os.PathLike[str] = "data", *, cleared: bool = False, engine: str = "memory") -> County:
    """Open a data folder.

    Parameters
    ----------
    folder : path
        As ``hotspots import`` and ``hotspots demo`` make it.
    cleared : bool
        Whether to read the true small numbers of controlled sources, for those with a right to them; what
        is made of them is not for sharing.
    engine : str
        Who counts: ``memory``, this process, or another as ``hotspots serve --engine`` takes it, such as
        ``duckdb`` or ``postgresql://user@host/database``.

    Returns
    -------
    County

    Raises
    ------
    Problem
        If it holds no boundaries or cannot be read.
    """
    return County(_Atlas.open(folder, _CLEARED if cleared else _OWNER, _engine_of(engine)))


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

        Parameters
        ----------
        source : str
            Its key; the first source loaded where it is left out.

        Raises
        ------
        Problem
            If there is no such source, or no events are loaded.

        Examples
        --------
        >>> county = open("data")
        >>> county.categories("offences")["robbery"]
        'Robbery'
        """
        self._atlas.catalogue.needs_events()
        known = self._atlas.catalogue.sources
        key = source or next(iter(known), "")
        if key not in known:
            raise Problem(f"There is no source “{key}”: choose one of {', '.join(known)}.")
        return dict(known[key].categories)

    @property
    def parameters(self) -> pd.DataFrame:
        """All that :meth:`ask` takes, by name: ``label``, ``description``, ``default`` and ``allowed``.

        ``allowed`` holds the values between which one chooses; it is empty where they cannot be listed.

        Examples
        --------
        >>> open("data").parameters.loc["level", ["default", "allowed"]].tolist()
        ['lsoa', ('lsoa', 'ward', 'borough')]
        """
        rows = {
            one.name: (one.label, one.description, one.usually, self._allowed(one))
            for one in _PARAMETERS.values()
        }
        columns = ["label", "description", "default", "allowed"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("name")

    def _allowed(self, parameter: _Parameter) -> tuple[str, ...]:
        """Values that a parameter may have, where they can be listed."""
        kind = parameter.kind
        return tuple(
            getattr(self._atlas.catalogue, kind.loaded) if kind.loaded else kind.schema.get("enum", ())
        )

    def ask(self, **asked: Any) -> Answer:
        """Ask a question.

        Parameters
        ----------
        **asked
            The parameters of the address bar by their own names (``from_`` for ``from``), as
            :attr:`parameters` lists them: text, numbers, True and False for on and off, and lists or ranges
            for what may hold several. None leaves one out; an empty list is refused, since it asks for
            nothing where the address bar would show everything.

        Returns
        -------
        Answer

        Raises
        ------
        Refused
            If any part of it cannot be taken, with a sentence for each that says what is allowed.
        Problem
            If no events are loaded.

        Examples
        --------
        >>> county = open("data")
        >>> answer = county.ask(level="ward", source="ae", night=["fri", "sat"])
        >>> answer.search
        '?level=ward&source=ae&night=fri,sat'
        >>> try:
        ...     county.ask(level="parish")
        ... except Refused as refused:
        ...     print(*refused.sentences)
        “parish” is not a level that this page has; it has borough, lsoa and ward.
        """
        known = {name: _name(name) for name, value in asked.items() if value is not None}
        given = [(key, _text(asked[name], key)) for name, key in known.items()]
        return Answer(self._atlas, self._atlas.exactly(urlencode(given, safe=",:")))


def _name(name: str) -> str:
    """A parameter as the address bar has it: Python keeps some names to itself, so ``from_``."""
    return name[:-1] if name.endswith("_") and iskeyword(name[:-1]) else name


def _text(value: Any, name: str) -> str:
    """A value of a parameter as the address bar has it; True is “on” only of what is on or off."""
    if isinstance(value, bool | np.bool_) and name in _PARAMETERS:
        switched = "on" in _PARAMETERS[name].kind.schema.get("enum", ())
        return str(bool(value)) if not switched else "on" if value else "off"
    if isinstance(value, str) or not isinstance(value, Iterable):
        return str(value)
    return ",".join(_text(one, name) for one in value)


class Answer:
    """What one question found; get one from :meth:`County.ask`. All of it may be shown.

    Examples
    --------
    >>> answer = open("data").ask(level="borough", source="ae")
    >>> answer.table.index.name, list(answer.table.columns[:4])
    ('lad24cd', ['name', 'borough', 'count', 'plus_minus'])
    >>> answer.frame.crs.to_epsg()
    27700
    """

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
    def totals(self) -> dict[str, int | None]:
        """How the events add up (:class:`geo.answer.answer.Totals`); None where suppressed."""
        return asdict(self._answer.totals)

    @property
    def table(self) -> pd.DataFrame:
        """One row an area of the boroughs asked for, index of codes named by vintage (``lsoa21cd``).

        The columns of every export: ``name, borough, count, population``, the rate, then those of the measure
        and the layer; of a published indicator its own alone. ``count`` is Int64, missing where suppressed.
        """
        table = self._answer.export()
        return table.assign(count=self._answer.table["count"]) if "count" in table else table

    @property
    def frame(self) -> GeoDataFrame:
        """The table with the areas' shapes, EPSG:27700."""
        import geopandas as gpd

        table, shapes = self.table, self._atlas.levels[self._answer.query.level].shapes
        return gpd.GeoDataFrame(table, geometry=shapes.geometry.reindex(table.index), crs=shapes.crs)

    def plot(self) -> Print:
        """The printed map, as the page exports it; a notebook shows it. ``save("map.pdf")`` writes it."""
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
        name = path.name.lower()
        endings = [form for form in FORMATS if name.endswith(f".{form}")]
        _write_whole(path, self.bytes(max(endings, key=len, default=path.suffix.removeprefix("."))))
        return path

    def _repr_html_(self) -> str:
        notes = "".join(f"<li>{escape(caveat)}</li>" for caveat in self.caveats)
        return (
            f"<p>{escape(self.description)}</p><p><strong>{escape(self.headline)}</strong></p>"
            f"<ul>{notes}</ul>{self.table.to_html(max_rows=10)}"
        )


class Print:
    """A printed map, which a notebook shows.

    Attributes
    ----------
    png : bytes
        The picture, 300 dots an inch.
    """

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
        Who neighbours whom. What counts is which areas have a weight, not how much: the neighbours of an area
        weigh the same, as in a binary or a row-standardised contiguity. Other weights (kernels, distances)
        are refused, since with them the null is another. No area is its own neighbour: a weight of its own
        is left out.
    alpha, fdr
        Level of significance of ``cluster``, with or without the Benjamini-Hochberg correction.

    Returns
    -------
    DataFrame
        On ``graph.unique_ids``: as :func:`geo.stats.hotspots.local_moran`.

    Raises
    ------
    ValueError
        If the values do not fit the graph, or the neighbours of an area differ in weight, or one is negative.

    Examples
    --------
    >>> from libpysal.graph import Graph
    >>> street = Graph.from_arrays(list("abbccd"), list("bacbdc"), np.ones(6))
    >>> local_moran(pd.Series([9, 8, 1, 0], street.unique_ids), street)[["local_i", "p"]].round(3)
           local_i      p
    focal
    a        0.727  0.667
    b        0.081  0.667
    c        0.081  0.667
    d        0.727  0.667
    """
    from geo.stats import hotspots

    return hotspots.local_moran(y, _neighbours(graph), alpha=alpha, fdr=fdr)


def getis_ord(
    y: pd.Series | np.ndarray, graph: Graph, *, alpha: float = 0.05, fdr: bool = True
) -> pd.DataFrame:
    """Getis-Ord Gi*, the area itself included, with its exact two-sided p under exchange of all values.

    Returns
    -------
    DataFrame
        On ``graph.unique_ids``: as :func:`geo.stats.hotspots.getis_ord_star`.
    """
    from geo.stats import hotspots

    return hotspots.getis_ord_star(y, _neighbours(graph), alpha=alpha, fdr=fdr)


def _neighbours(graph: Graph) -> Neighbours:
    """Neighbour lists of a graph whose weights say no more than who neighbours whom."""
    from geo.stats.weights import Neighbours

    weights = graph.adjacency[graph.adjacency != 0]
    between = weights[weights.index.get_level_values(0) != weights.index.get_level_values(1)]
    least, most = between.groupby(level=0).min(), between.groupby(level=0).max()
    if not ((least > 0) & (most - least <= 1e-9 * most)).all():
        raise ValueError(
            "The exact null needs neighbours of equal weight above zero: give the graph before it was "
            'weighted, or graph.transform("B").'
        )
    return Neighbours.from_graph(graph, graph.unique_ids)
