"""The windows that magnify towns hold the crowds, never overlap, and do not depend on the order of areas."""

import copy
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from dashboard import view
from dashboard.frame import degrees
from geo.answer.atlas import Atlas
from geo.ask.query import Query
from geo.ask.words import month_number
from geo.out.provenance import sheet
from geo.tell.insets import FEWEST, MOST, SPAN, Inset, _name, choose, notable, of_answer, top_areas, view_of

JULY = month_number("2023-07")
VIEW = (0.0, 0.0, 50_000.0, 50_000.0)


@st.composite
def counties(draw):
    """Areas scattered over 50 km, some of them notable, many of these in a few towns."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    towns = rng.uniform(5_000, 45_000, (draw(st.integers(0, 4)), 2))
    near = [town + rng.normal(0, 800, (draw(st.integers(1, 12)), 2)) for town in towns]
    anchors = np.concatenate([rng.uniform(0, 50_000, (draw(st.integers(0, 30)), 2)), *near])
    widths = rng.uniform(300, 1_500, len(anchors))
    chosen = rng.random(len(anchors)) < draw(st.floats(0, 1))
    return anchors.reshape(-1, 2), widths, np.flatnonzero(chosen)


def held(anchors, window, margin=1e-6):
    west, south, east, north = window
    low, high = np.array([west, south]) - margin, np.array([east, north]) + margin
    return ((anchors >= low) & (anchors <= high)).all(axis=1)


@given(counties())
def test_windows_hold_crowds_and_do_not_overlap(county):
    anchors, widths, matter = county
    found = choose(anchors, widths, matter, VIEW)
    assert len(found) <= MOST
    for inset in found:
        west, south, east, north = inset.box
        assert east - west == pytest.approx(north - south)
        assert east - west <= 50_000 / 4
        assert len(inset.areas) >= FEWEST
        assert set(inset.areas) <= set(matter)
        assert held(anchors[list(inset.areas)], inset.box).all()
    if len(found) == 2:
        upper, lower = (inset.box for inset in found)
        assert upper[3] >= lower[3]
        assert upper[0] >= lower[2] or lower[0] >= upper[2] or upper[1] >= lower[3]
        assert not set(found[0].areas) & set(found[1].areas)


@given(counties())
def test_no_window_of_that_size_around_a_notable_area_would_hold_more(county):
    anchors, widths, matter = county
    found = choose(anchors, widths, matter, VIEW)
    if not found:
        return
    most = max(len(inset.areas) for inset in found)
    half = (found[0].box[2] - found[0].box[0]) / 2
    for x, y in anchors[matter]:
        around = (x - half, y - half, x + half, y + half)
        assert held(anchors[matter], around, margin=-1e-6).sum() <= most


@given(counties(), st.randoms(use_true_random=False))
def test_the_choice_does_not_depend_on_the_order_of_the_notable_areas(county, random):
    anchors, widths, matter = county
    mixed = [*matter, *matter[:3]]
    random.shuffle(mixed)
    assert choose(anchors, widths, mixed, VIEW) == choose(anchors, widths, matter, VIEW)


def test_areas_large_enough_to_be_seen_are_not_magnified():
    anchors = np.array([[1.0, 1.0], [2, 1], [1, 2], [2, 2]]) * 1000
    widths = np.full(4, 1000.0)
    assert not choose(anchors, widths, range(4), (0, 0, SPAN * 3999, 1))
    assert choose(anchors, widths, range(4), (0, 0, SPAN * 4001, 1))


def test_one_area_is_no_crowd():
    assert not choose(np.zeros((2, 2)), np.ones(2), [1], VIEW)
    assert choose(np.zeros((2, 2)), np.ones(2), [0, 1], VIEW)


TOWNS = {
    "west": (8_000, 10_000),
    "east": (40_000, 12_000),
    "north": (22_000, 42_000),
    "mid": (25_000, 24_000),
}
"""Where a made-up county has towns, metres."""


def hot_towns(sizes):
    """Anchors of a county of villages with towns of so many areas, and the town of each ("" is none)."""
    rng = np.random.default_rng(5)
    villages = rng.uniform(2_000, 48_000, (120, 2))
    towns = [np.array(TOWNS[name]) + rng.normal(0, 700, (size, 2)) for name, size in sizes.items()]
    anchors = np.concatenate([villages, *towns])
    owner = np.concatenate([np.full(120, ""), *(np.full(size, name) for name, size in sizes.items())])
    return anchors, owner


@pytest.mark.parametrize(
    ("sizes", "magnified"),
    [
        ({"west": 9, "east": 7}, {"west", "east"}),
        ({"west": 9, "east": 7, "north": 5}, {"west", "east", "north"}),
        ({"west": 9, "east": 7, "north": 2}, {"west", "east"}),
        ({"west": 9, "east": 7, "north": 5, "mid": 4}, {"west", "east", "north"}),
    ],
    ids=["two", "three", "two and a few", "four"],
)
def test_every_town_where_many_are_hot_is_magnified_as_far_as_there_is_room(sizes, magnified):
    anchors, owner = hot_towns(sizes)
    found = choose(anchors, np.full(len(anchors), 900.0), np.flatnonzero(owner != ""), VIEW)
    assert {str(owner[area]) for inset in found for area in inset.areas} == magnified
    north = [inset.box[3] for inset in found]
    assert north == sorted(north, reverse=True)


# ---------------------------------------------------------------- on an answer


@pytest.fixture(scope="module")
def town(small_atlas):
    """The small county with its three southern rows shrunk to a town of squares of 100 m."""
    return shrunk(small_atlas.levels["lsoa"], {0, 1, 2})


def shrunk(level, rows):
    """A level of which some rows are towns of squares of 100 m, those beside each other one town."""
    shapes = [
        box(500_000 + 100 * c, 230_000 + 100 * r, 500_100 + 100 * c, 230_100 + 100 * r) if r in rows and r < 3
        else box(500_000 + 100 * c, 235_000 + 100 * r, 500_100 + 100 * c, 235_100 + 100 * r) if r in rows
        else box(500_000 + 1000 * c, 230_000 + 1000 * r, 501_000 + 1000 * c, 231_000 + 1000 * r)
        for r in range(6) for c in range(6)
    ]  # fmt: skip
    squares = gpd.GeoDataFrame(
        {"name": level.shapes["name"]}, geometry=shapes, crs=27700, index=level.frame.index
    )
    return replace(level, read=lambda: squares)


def test_a_town_is_magnified_and_named(small_atlas, town):
    answer = small_atlas.answer(Query(source="offences", layer="local_moran"))
    [inset] = of_answer(answer, town)
    assert held(town.anchors[list(inset.areas)], inset.box).all()
    assert set(inset.areas) <= set(notable(answer))
    assert inset.name == "Ward 00"  # a shire is no town
    places = pd.DataFrame(
        {
            "name": ["Village", "Town", "Faraway"],
            "x": [500_100.0, 500_300.0, 505_000.0],
            "y": [230_100.0, 230_150.0, 235_000.0],
            "rank": [2, 1, 1],
        }
    )
    assert of_answer(answer, town, places)[0].name == "Town"
    wards = [f"Ward {row // 3}" for row in range(6) for _ in range(6)]
    part_of_a_large_borough = replace(town, frame=town.frame.assign(borough="Large", ward=wards))
    corner = replace(inset, box=(500_000, 230_000, 500_200, 230_200))
    assert _name(corner, part_of_a_large_borough, None) == "Ward 0"


def test_windows_stay_where_the_usual_areas_are_while_these_hold_what_matters(small_atlas, town):
    answer = small_atlas.answer(Query(source="offences", layer="local_moran"))
    now = notable(answer)
    [best] = of_answer(replace(answer, usual=now[:0]), town)
    usual = np.array([0, 1, 6])
    [kept] = of_answer(replace(answer, usual=usual), town)
    assert kept.box != best.box
    assert kept.areas == tuple(now[held(town.anchors[now], kept.box)])
    assert held(town.anchors[usual], kept.box).all()
    far = replace(answer, usual=np.array([33, 34, 35]))
    assert of_answer(far, town) == (best,), "the usual areas lie where nothing is now"


def test_two_maps_magnify_what_matters_on_either(small_atlas):
    level = shrunk(small_atlas.levels["lsoa"], {0, 1, 4, 5})
    answer = small_atlas.answer(Query(source="offences"))
    ranks = answer.table["rank"]

    def only(areas):
        return replace(
            answer,
            usual=areas,
            table=answer.table.assign(rank=ranks.where(np.isin(np.arange(36), areas), "")),
        )

    south, north = only(np.arange(12)), only(np.arange(24, 36))
    [below], [above] = of_answer(south, level), of_answer(north, level)
    both = of_answer(south, level, beside=north)
    assert both == (above, below), "the right map's town has a window of its own"
    assert of_answer(north, level, beside=south) == both


def test_a_map_whose_town_is_smaller_than_those_of_the_other_has_a_window_too(small_atlas):
    towns = (500_000, 230_000), (500_000, 235_000), (505_000, 232_000)
    corners = [(west + 100 * place, south) for west, south in towns for place in range(12)]
    level = small_atlas.levels["lsoa"]
    shapes = gpd.GeoDataFrame(
        {"name": level.shapes["name"]},
        geometry=[box(west, south, west + 100, south + 100) for west, south in corners],
        crs=27700,
        index=level.frame.index,
    )
    level = replace(level, read=lambda: shapes)
    answer = small_atlas.answer(Query(source="offences"))

    def only(areas):
        rank = answer.table["rank"].where(np.isin(np.arange(36), areas), "")
        return replace(answer, usual=np.array(areas), table=answer.table.assign(rank=rank))

    large, small = only([0, 1, 2, 12, 13, 14]), only([24, 25])
    two, both = of_answer(large, level), of_answer(large, level, beside=small)
    assert {inset.areas for inset in two} == {(0, 1, 2), (12, 13, 14)}
    assert {inset.areas for inset in both} == {(0, 1, 2), (12, 13, 14), (24, 25)}
    assert of_answer(small, level, beside=large) == both


def test_the_usual_areas_do_not_change_with_the_hour_or_the_month_of_the_year(small_atlas):
    whole = small_atlas.answer(Query(source="offences"))
    assert list(whole.usual) == list(whole.table.index.get_indexer(whole.ranked.index[:10]))
    for changes in ({"hour": (1, 2, 3)}, {"month": (5,)}, {"first": JULY, "last": JULY}):
        some = small_atlas.answer(Query(source="offences", **changes))
        assert list(some.usual) == list(whole.usual)
        assert list(top_areas(some).index) != list(top_areas(whole).index)
    east = small_atlas.answer(Query(source="offences", borough=("E06000002",)))
    assert east.inside[east.usual].all()


@pytest.mark.parametrize("two", [{}, {"view": "compare", "first": JULY}], ids=["one map", "two maps"])
def test_screen_and_print_magnify_the_same_windows(small_atlas, town, two):
    query = Query(source="offences", layer="getis_ord", **two)
    levels = {**small_atlas.levels, "lsoa": town}
    atlas = copy.copy(small_atlas)
    atlas.levels = levels
    printed = sheet(atlas, query).insets
    frame = view.page(atlas, query.to_search())["frame"]
    assert [degrees(inset.box) for inset in printed] == [inset["box"] for inset in frame["insets"]]
    assert frame.get("second", frame)["insets"] == frame["insets"]
    assert [inset.name for inset in printed] == [inset["name"] for inset in frame["insets"]] != []
    west, south, east, north = frame["insets"][0]["box"]
    assert (west, south) == pytest.approx((-0.54, 51.96), abs=0.02)
    assert 0 < east - west < 0.02 > north - south > 0


def test_notable_are_the_hotspots_and_the_top_ten_with_any_events(small_atlas):
    answer = small_atlas.answer(Query(source="offences", layer="local_moran"))
    hot = set(np.flatnonzero(answer.table["cluster"] == "HH"))
    top = set(answer.table.index.get_indexer(answer.ranked.index[:10]))
    assert set(notable(answer)) == hot | top
    controlled = small_atlas.answer(Query(source="ae"))
    assert controlled.table["count"].isna().any()
    assert (top_areas(controlled, 99)["count"] > 0).all()
    assert len(top_areas(answer)) == 10


def test_the_view_is_that_of_the_boroughs_chosen(small_atlas):
    level = small_atlas.levels["lsoa"]
    whole = view_of(small_atlas.answer(Query(source="offences")), level)
    east = view_of(small_atlas.answer(Query(source="offences", borough=("E06000002",))), level)
    assert whole == (500_000, 230_000, 506_000, 236_000)
    assert east == (504_000, 230_000, 506_000, 236_000)


@pytest.mark.parametrize(
    ("borough", "name"),
    [("Luton", "Luton"), ("West Northamptonshire", "Ward 00"), ("Telford and Wrekin", "Ward 00")],
)
def test_without_places_a_window_is_called_after_a_town_and_never_after_a_countryside(
    small_atlas: Atlas, borough: str, name: str
):
    level = small_atlas.levels["lsoa"]
    level = replace(level, frame=level.frame.assign(borough=borough))
    window = Inset((500_000, 230_000, 504_000, 234_000))
    assert _name(window, level, None) == name
    called = replace(level, frame=level.frame.assign(known="Old Town"))
    assert _name(window, called, None) == (name if name == borough else "Old Town")
