"""How do the areas leave for other programs that draw maps? As GeoJSON, GeoPackage and GeoParquet."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from geo.out.provenance import Sheet
from geo.out.qgis_style import styled
from geo.out.tables import facts, plain, records

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from pandas import DataFrame


def features(sheet: Sheet, places: Sequence[int] | np.ndarray | None = None) -> list[str]:
    """Areas as GeoJSON features (RFC 7946), each with its code as id and the columns of :func:`records`.

    Parameters
    ----------
    sheet : Sheet
    places : sequence of int, optional
        Rows of :func:`records` to write; all by default.
    """
    import shapely

    table = records(sheet)
    table = table if places is None else table.iloc[list(places)]
    code = table.columns[0]
    shapes = shapely.to_geojson(sheet.level.degrees[sheet.level.frame.index.get_indexer(table[code])])
    written = []
    for row, shape in zip(table.astype(object).itertuples(index=False, name=None), shapes, strict=True):
        properties = dict(zip(table.columns, map(plain, row), strict=True))
        written.append(
            f'{{"type":"Feature","id":{_json(properties[code])},"geometry":{shape},'
            f'"properties":{_json(properties)}}}'
        )
    return written


def collection(members: dict[str, object], written: list[str]) -> bytes:
    """A FeatureCollection of features already written, and what else is to be said of them."""
    head = _json({"type": "FeatureCollection", **members}).removesuffix("}")
    return (head + ',"features":[' + ",".join(written) + "]}").encode("utf-8")


def write_geojson(sheet: Sheet) -> bytes:
    """GeoJSON (RFC 7946, EPSG:4326): the areas, and what they are."""
    return collection({**facts(sheet), "notes": sheet.notes}, features(sheet))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# ---------------------------------------------------------------- on the National Grid


def _shapes(sheet: Sheet, table: DataFrame) -> GeoDataFrame:
    """The areas with their records, EPSG:27700."""
    areas = sheet.level.shapes[["geometry"]].join(table.set_index(table[table.columns[0]]), how="inner")
    return areas.reset_index(drop=True)


def _header(sheet: Sheet) -> dict[str, str]:
    """What a file is, in the few fields that its header has."""
    return {
        "TITLE": sheet.title,
        "DESCRIPTION": sheet.about,
        "LAYER": sheet.layer,
        "SOURCE": sheet.source,
        "MADE": sheet.made.isoformat(),
        "LINK": sheet.address,
    }


def write_gpkg(sheet: Sheet) -> bytes:
    """GeoPackage (EPSG:27700): a layer named after the level, and how QGIS is to draw it.

    Its version is one that the programs of 2020 know.
    """
    import pyogrio

    file, table = io.BytesIO(), records(sheet)
    pyogrio.write_dataframe(
        _shapes(sheet, table),
        file,
        driver="GPKG",
        layer=sheet.level.key,
        promote_to_multi=True,
        dataset_metadata=_header(sheet),
        layer_metadata=_header(sheet),
        VERSION="1.3",
    )
    return styled(file.getvalue(), sheet, table)


def write_parquet(sheet: Sheet) -> bytes:
    """GeoParquet 1.1 (EPSG:27700), with the box of each shape; the header is in the file's own metadata."""
    from pyarrow import parquet

    file = io.BytesIO()
    _shapes(sheet, records(sheet)).to_parquet(
        file, index=False, schema_version="1.1.0", write_covering_bbox=True
    )
    table = parquet.read_table(file)
    said = {**(table.schema.metadata or {}), **{k.lower(): v for k, v in _header(sheet).items()}}
    labelled = io.BytesIO()
    parquet.write_table(table.replace_schema_metadata(said), labelled, compression="zstd")
    return labelled.getvalue()
