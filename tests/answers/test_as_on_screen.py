"""Does a file hold what the screen shows: both maps, the set, the marks, tiles?"""

import json
import re
import sqlite3
from pathlib import Path

import numpy as np
import shapely

from geo.answer.atlas import Atlas
from geo.ask.query import Query
from geo.ask.words import month_number
from geo.out.beside_map import beside
from geo.out.drawing import SMALL, text_width
from geo.out.export import sheet
from geo.out.map_data import write_geojson, write_gpkg
from geo.out.printed_map import write_svg
from geo.out.tables import columns, records

JUNE, JULY = month_number("2023-06"), month_number("2023-07")
TWO = Query(source="offences", view="compare", first=JULY, compare="2023-01..2023-06")
CODES = ("E01035001", "E01035011")


def test_a_table_of_two_maps_has_both_and_their_difference(small_atlas: Atlas):
    found = sheet(small_atlas, TWO)
    table = records(found).set_index("lsoa21cd")
    before = small_atlas.answer(Query(source="offences", last=JUNE)).table["count"]
    assert (table["count_beside"] == before[table.index]).all()
    assert (table["count_more"] == table["count"] - table["count_beside"]).all()
    assert set(table["class_beside"]) <= set(found.second.answer.classes.labels)
    assert {"count_beside", "count_more", "class_beside"} <= set(columns(records(found)))


def test_a_geopackage_of_two_maps_can_be_drawn_as_either(small_atlas: Atlas, tmp_path: Path):
    tmp_path.joinpath("two.gpkg").write_bytes(write_gpkg(sheet(small_atlas, TWO)))
    with sqlite3.connect(tmp_path / "two.gpkg") as package:
        styles = package.execute("SELECT styleName, useAsDefault, styleQML FROM layer_styles").fetchall()
    assert [(name, usual) for name, usual, _ in styles] == [("lsoa", 1), ("lsoa, the second map", 0)]
    assert ['attr="class_beside"' in style for *_, style in styles] == [False, True]


def test_a_print_of_two_maps_names_both_and_says_how_they_differ(small_atlas: Atlas):
    found = sheet(small_atlas, TWO)
    text = write_svg(found).decode()
    assert (found.name, found.second.name) == ("July to December 2023", "January to June 2023")
    assert found.answer.headline.startswith(
        f"{small_atlas.answer(Query(first=JULY)).totals.shown:,} offences in"
    )
    assert text.count(found.name) >= 2 and text.count(found.second.name) >= 2


def test_the_list_beside_a_print_cuts_the_place_and_never_the_class(demo_atlas: Atlas):
    found = sheet(demo_atlas, Query(source="ambulance", level="ward", layer="getis_ord"))
    said = set()
    for code, row in found.top.iterrows():
        label = found.answer.classes.labels[found.answer.codes[found.answer.table.index.get_loc(code)]]
        for width in (text_width(label, SMALL), 30.0, 40.0, 60.0, 80.0):
            said.add(text := beside(found, row, width))
            assert text.endswith(label)
            assert text_width(text, SMALL) <= max(width, text_width(label, SMALL))
    assert {"Not significant", "Central Bedfordshire · Not significant"} <= said


def test_a_difference_of_what_may_not_be_shown_is_missing(small_atlas: Atlas):
    table = records(
        sheet(small_atlas, Query(source="ae", view="compare", first=JULY, compare="2023-01..2023-06"))
    )
    hidden = table["count"].isna() | table["count_beside"].isna()
    assert hidden.any()
    assert (table["count_more"].isna() == hidden).all()


def test_the_set_and_the_marks_are_columns(small_atlas: Atlas):
    found = sheet(small_atlas, Query(source="offences", layer="quintile", group=CODES, mark="class:5"))
    table = records(found).set_index("lsoa21cd")
    assert set(table.index[table["in_set"]]) == set(CODES)
    highest = small_atlas.answer(Query(source="offences", layer="quintile"))
    assert set(table.index[table["marked"]]) == set(highest.table.index[highest.codes == 4])
    assert not {"in_set", "marked"} & set(records(sheet(small_atlas, Query(source="offences"))))


def test_what_is_chosen_is_outlined_in_print_and_the_print_says_so(small_atlas: Atlas):
    asked = Query(source="offences", layer="quintile")
    line = re.compile("stroke-width: 3.2")
    plain, area = write_svg(sheet(small_atlas, asked)).decode(), CODES[0]
    assert not line.search(plain) and "Outlined" not in plain
    found = sheet(small_atlas, asked.replace(group=CODES, area=area, mark="class:5"))
    number, name = int(found.marked.sum()), found.level.frame.loc[area, "name"]
    lines = f"{number} small areas marked (dotted line), 2 small areas in the set (dashed line) and {name}"
    assert found.marks[0] == f"Outlined: {lines} (double line)."
    printed = write_svg(found).decode()
    texts = re.findall(r"<text[^>]*>([^<]+)</text>", printed)
    assert {f"{number} small areas marked", "2 small areas in the set"} <= set(texts)
    assert texts.count(name) == 1 + list(found.top["name"]).count(name)
    assert len(line.findall(printed)) == 3 * (1 + len(found.insets) + 1), "on each map and in the legend"
    assert len(re.findall("stroke-dasharray", printed)) == 2 * (1 + len(found.insets) + 1)


def test_tiles_leave_as_tiles_of_one_size(small_atlas: Atlas):
    found = sheet(small_atlas, Query(source="offences", layout="tiles"))
    shapes = [
        shapely.from_geojson(json.dumps(one["geometry"]))
        for one in json.loads(write_geojson(found))["features"]
    ]
    assert {len(shape.exterior.coords) for shape in shapes} == {7}
    assert np.ptp(shapely.area(found.level.shapes.geometry.to_numpy())) < 1e-3
    assert not found.insets
    assert "10 km" not in write_svg(found).decode()
