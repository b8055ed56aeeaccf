"""What is on a slide and beside a printed map: what is numbered is listed, and nothing lies over another."""

import io
from dataclasses import replace

import pytest
from PIL import Image
from pptx import Presentation
from pptx.util import Mm

from geo.answer.layers import LAYERS
from geo.ask.query import Query
from geo.ask.words import month_number
from geo.out.drawing import POINT, RANK, Rect, drawing, text_width
from geo.out.export import Sheet, sheet
from geo.out.printed_map import beside_frame, poster
from geo.out.slide import NEXT, write_pptx
from tests.support.exported import HOME, MADE, read_shapes
from tests.support.overprint import overprinted
from tests.support.small_print import smallest_on_slides

JULY = month_number("2023-07")


def make(atlas, **asked) -> Sheet:
    query, _ = atlas.catalogue.check(Query(source="offences", overlay="imd", **asked))
    return sheet(atlas, query, HOME + query.to_search(), MADE)


@pytest.fixture(scope="module")
def clusters(small_atlas) -> Sheet:
    """Hotspots of offences, with deprivation laid over them."""
    return make(small_atlas, layer="local_moran")


def test_a_slide_can_be_edited_and_heard(clusters):
    deck = Presentation(io.BytesIO(write_pptx(clusters)))
    [slide] = deck.slides
    assert slide.shapes.title.text_frame.text == clusters.title
    by_name = {shape.name: shape for shape in slide.shapes}
    assert by_name["Finding"].text_frame.text == clusters.answer.headline
    assert by_name["Marking"].text_frame.text == clusters.answer.banner.upper()
    for name in ("Map", "Legend", "Highest areas"):
        assert len(by_name[name]._element.xpath(".//p:cNvPr")[0].get("descr")) > 30
    assert clusters.answer.headline in by_name["Map"]._element.xpath(".//p:cNvPr")[0].get("descr")
    picture = Image.open(io.BytesIO(by_name["Map"].image.blob))
    assert min(picture.size) > 1000
    rows = [[cell.text for cell in row.cells] for row in by_name["Highest areas"].table.rows]
    assert rows[0] == ["", "Highest areas", "Offences", "Per 1,000 a year"]
    for row, (_, area) in zip(rows[1:], clusters.top.iterrows(), strict=True):
        assert row == [area["rank"], f"{area['name']} ({area['ward']})", *clusters.shown(area)]
    labels = [text for text in read_shapes(by_name["Legend"].shapes)]
    for entry in clusters.legend:
        assert labels[labels.index(entry.label) + 1] == f"{entry.count:,}"
    link = by_name["Notes and sources"].text_frame.paragraphs[-1].runs[0].hyperlink.address
    assert link == clusters.link
    assert deck.core_properties.title == clusters.title
    for shape in slide.shapes:
        assert shape.left >= 0
        assert shape.left + shape.width <= deck.slide_width + Mm(0.1)
        assert shape.top + shape.height <= deck.slide_height + Mm(0.1)


LONG = "Bournemouth, Christchurch and Poole"


@pytest.mark.parametrize("layer", LAYERS)
def test_a_slide_with_long_names_lists_what_its_map_numbers_and_keeps_its_legend_free(small_atlas, layer):
    one = make(small_atlas, layer=layer)
    names = [f"{LONG} 038{chr(65 + k)}" for k in range(len(one.answer.table))]
    one = replace(one, answer=replace(one.answer, table=one.answer.table.assign(name=names)))
    [slide] = Presentation(io.BytesIO(write_pptx(one))).slides
    by_name = {shape.name: shape for shape in slide.shapes}
    table, legend = by_name["Highest areas"], by_name["Legend"]
    _, *rows = ([cell.text for cell in row.cells] for row in table.table.rows)
    assert [row[0] for row in rows] == one.top["rank"].tolist()
    for row, name in zip(rows, one.top["name"], strict=True):
        assert row[1].startswith("Bournemouth") and row[1].endswith(name[-4:])
    widths = [column.width / Mm(1) - 2 for column in table.table.columns]
    for row in rows:  # in Arial, which is nine tenths as wide as the letters that are measured here
        for place, (text, width) in enumerate(zip(row, widths, strict=True)):
            bold = place in (0, 2)
            assert 0.9 * text_width(text, 8, bold) <= width, "a row of two lines would push the table down"
    for row in list(table.table.rows)[1:]:
        assert {run.font.size.pt for cell in row.cells for run in cell.text_frame.paragraphs[0].runs} == {8}
    assert table.top + sum(row.height for row in table.table.rows) <= legend.top
    assert all(row.height / Mm(1) >= 8 * POINT * 1.2 + 0.6 for row in table.table.rows)


def test_of_two_maps_a_slide_has_both_and_their_difference(small_atlas):
    """Each map had a slide by itself, and nothing said how they differ."""
    one = make(small_atlas, view="compare", first=JULY, compare="2023-01..2023-06")
    [slide] = Presentation(io.BytesIO(write_pptx(one))).slides
    by_name = {shape.name: shape for shape in slide.shapes}
    assert by_name["Finding"].text_frame.text == one.answer.headline
    for k, side in ((1, "Left: July to December 2023"), (2, "Right: January to June 2023")):
        assert by_name[f"Name of map {k}"].text_frame.text == side
        picture = by_name[f"Map {k}"]
        assert picture.top >= by_name[f"Name of map {k}"].top + by_name[f"Name of map {k}"].height
        assert len(picture._element.xpath(".//p:cNvPr")[0].get("descr")) > 30
    assert by_name["Map 1"].left + by_name["Map 1"].width < by_name["Map 2"].left
    heads, *rows = ([cell.text for cell in row.cells] for row in by_name["Highest areas"].table.rows)
    assert heads[2:] == ["Left", "Right", "Difference"] and rows
    counts = [
        small_atlas.answer(one.answer.query.replace(view="explore", compare="", **period)).table["count"]
        for period in ({}, {"first": JULY - 6, "last": JULY - 1})
    ]
    for row, code in zip(rows, one.top.index, strict=True):
        here, there = (int(count[code]) for count in counts)
        assert row[2:4] == [f"{here:,}", f"{there:,}"]
        assert int(row[4].replace("−", "-").replace(",", "")) == here - there
    assert [shape.name for shape in slide.shapes].count("Legend") == 1
    labels = list(read_shapes(by_name["Legend"].shapes))
    assert labels[1:3] == ["Left", "Right"]
    for entry, sides in one.legends[0].rows:
        at = labels.index(entry.label)
        assert labels[at + 1 : at + 3] == list(sides)
    assert sum(int(sides[1].replace(",", "")) for _, sides in one.legends[0].rows[:-1]) == len(counts[1])


def test_two_layers_of_one_question_have_a_legend_each_and_no_difference(small_atlas):
    one = make(small_atlas, view="compare", layer="local_moran", compare="getis_ord")
    names = [
        shape.name for slide in Presentation(io.BytesIO(write_pptx(one))).slides for shape in slide.shapes
    ]
    assert names.count("Legend") == 2 == len(one.legends)
    assert one.heads == ("Offences", "Per 1,000 a year") and "count_more" not in one.table


def test_notes_that_have_no_room_are_on_the_next_slide_and_nothing_is_small(small_atlas):
    """They shrank to 6 points."""
    few = make(small_atlas)
    notes = tuple(f"Note {k} of many: {'it goes on and on ' * 12}." for k in range(30))
    many = replace(few, answer=replace(few.answer, caveats=notes))
    content = write_pptx(many, few)
    first, *rest, last = Presentation(io.BytesIO(content)).slides
    by_name = {shape.name: shape.text_frame.text for shape in first.shapes if shape.has_text_frame}
    assert NEXT in by_name["Notes and sources"] and many.credits[0] in by_name["Notes and sources"]
    said = " ".join(text for slide in rest for text in read_shapes(slide.shapes))
    assert len(rest) > 1 and all(slide.shapes.title.text_frame.text.startswith("Notes") for slide in rest)
    for note in (*many.notes, *many.credits, many.link):
        assert note in said
    assert NEXT not in " ".join(read_shapes(last.shapes))
    assert smallest_on_slides(content) >= 8


@pytest.mark.parametrize("layer", LAYERS)
def test_a_print_lists_what_its_map_numbers(small_atlas, layer):
    one = make(small_atlas, layer=layer)
    with drawing():
        page = poster(one)
    written = [text.get_text() for text in page.top.texts if text.get_fontsize() == RANK]
    assert sorted(written) == sorted(2 * one.top["rank"].tolist())
    assert overprinted(page) == []


@pytest.mark.parametrize("asked", [{"compare": "2023-01..2023-06", "first": JULY}, {"compare": "ae"}])
def test_nothing_beside_two_maps_is_printed_over_another(small_atlas, asked):
    """Counts with their ± ran into the next column."""
    one = make(small_atlas, view="compare", **asked)
    with drawing():
        assert overprinted(poster(one)) == []


@pytest.mark.parametrize(("gap", "wide"), [(0.5, 40), (2.0, 30), (60.0, 20)])
def test_names_of_frames_side_by_side_do_not_meet(gap, wide):
    first = Rect.of(20, 60, 12, 12)
    frames = [first, Rect.of(first.right + gap, 61, 12, 12)]
    room, taken = Rect(0, 0, 200, 120), list(frames)
    for frame in frames:
        name = beside_frame(frame, wide, taken, room)
        assert not any(map(name.meets, taken))
        assert room.left <= name.left and name.right <= room.right
        taken.append(name)
    if gap == 60:
        assert all(name.bottom == frame.top for name, frame in zip(taken[2:], frames, strict=True))
