"""How does QGIS draw a GeoPackage as the page draws the areas? By a style that lies beside them."""

from __future__ import annotations

import sqlite3
from xml.etree import ElementTree

import pandas as pd

from geo.answer.layers import column
from geo.out.drawing import HATCH
from geo.out.provenance import Sheet

HATCHES = {"nodata": "b_diagonal", "suppressed": "diagonal_x"}
LEVEL = "horizontal"
"""What QGIS calls the hatchings of classes without a number, and the lines over what is less."""
EDGE = {"outline_color": "255,255,255,255", "outline_width": "0.1", "outline_style": "solid"}
STYLES = """CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
    f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
    update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')))"""
"""The table in which QGIS keeps styles and looks for the usual one of a layer."""
STYLE = """INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column,
    styleName, styleQML, styleSLD, useAsDefault, description, owner, update_time)
    VALUES ('', '', ?, ?, ?, ?, '', ?, ?, '', ?)"""


def style_of(sheet: Sheet, table: pd.DataFrame, by: str = "class_shown") -> str:
    """Write the legend of a sheet as a style of QGIS 3 (QML), by a column with the labels of its classes."""
    root = ElementTree.Element("qgis", version="3.22.0", styleCategories="Symbology|Fields")
    renderer = ElementTree.SubElement(
        root, "renderer-v2", type="categorizedSymbol", attr=by, symbollevels="0", forceraster="0"
    )
    categories = ElementTree.SubElement(renderer, "categories")
    symbols = ElementTree.SubElement(renderer, "symbols")
    for at, entry in enumerate(one for one in sheet.legend if one.position >= 0):
        label = f"{entry.label} ({entry.count:,})"
        ElementTree.SubElement(
            categories, "category", value=entry.label, symbol=str(at), label=label, render="true"
        )
        symbol = ElementTree.SubElement(symbols, "symbol", type="fill", name=str(at), alpha="1")
        _fill(symbol, entry.colour, "solid")
        if entry.pattern in HATCHES:
            _fill(symbol, HATCH, HATCHES[entry.pattern])
        elif entry.lines:
            _fill(symbol, entry.lines, LEVEL)
    aliases = ElementTree.SubElement(root, "aliases")
    for at, name in enumerate(table.columns, start=1):  # the first is the number of the row
        ElementTree.SubElement(
            aliases, "alias", index=str(at), field=name, name=column(name).label or name.replace("_", " ")
        )
    return ElementTree.tostring(root, encoding="unicode")


def _fill(symbol: ElementTree.Element, colour: str, style: str) -> None:
    """Lay a colour, or strokes of it, over what a symbol has so far."""
    fill = ElementTree.SubElement(symbol, "layer", {"class": "SimpleFill", "enabled": "1", "pass": "0"})
    for key, value in {"color": _rgba(colour), "style": style, **EDGE}.items():
        ElementTree.SubElement(fill, "prop", k=key, v=value)


def styled(content: bytes, sheet: Sheet, table: pd.DataFrame) -> bytes:
    """Lay the style of a sheet into its GeoPackage."""
    with sqlite3.connect(":memory:") as package:
        package.deserialize(content)
        layer, shapes = package.execute(
            "SELECT table_name, column_name FROM gpkg_geometry_columns"
        ).fetchone()
        package.execute(STYLES)
        maps = [(sheet, layer, "class_shown", 1)]
        if sheet.second is not None:
            maps.append((sheet.second, f"{layer}, the second map", "class_beside", 0))
        for one, name, by, usual in maps:
            style = style_of(one, table, by)
            made = f"{sheet.made.isoformat()}T00:00:00.000Z"
            package.execute(STYLE, (layer, shapes, name, style, usual, one.layer, made))
        package.commit()
        return bytes(package.serialize())


def _rgba(colour: str) -> str:
    """A colour of the web as QGIS writes it.

    Examples
    --------
    >>> _rgba("#b2182b")
    '178,24,43,255'
    """
    return ",".join(str(part) for part in (*bytes.fromhex(colour.removeprefix("#")), 255))
