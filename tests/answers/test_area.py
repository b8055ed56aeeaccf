"""The panel of an area and of a set: what it says, what it protects, where its links go."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import plotly
import pytest

from dashboard import area, blocks, figures, theme
from geo.answer.atlas import Atlas
from geo.ask.query import Query
from geo.ask.words import month_number
from geo.stats.against_rest import change_against
from geo.tell.area_set import FEWEST, group
from tests.support.small_county import CODES

HERE = "E01035001"


def link(query: Query) -> str:
    return query.to_search() or "?"


def shown(atlas: Atlas, **asked: Any) -> list[dict[str, Any]]:
    """The panels of a question, as plain data."""
    query, _ = atlas.catalogue.check(Query(**asked))
    return json.loads(json.dumps(area.panels(atlas, query, link), cls=plotly.utils.PlotlyJSONEncoder))


def words(node: Any) -> str:
    """All the text of some components."""
    if isinstance(node, list):
        return " ".join(map(words, node))
    if isinstance(node, dict):
        return words(node.get("props", node).get("children", ""))
    return str(node or "")


def found(node: Any, key: str) -> list[Any]:
    """Every value of a property in some components."""
    if isinstance(node, list):
        return [value for child in node for value in found(child, key)]
    if isinstance(node, dict):
        own = [node["props"][key]] if key in node.get("props", {}) else []
        return own + found(node.get("props", {}).get("children"), key)
    return []


def test_nothing_chosen_is_no_panel(small_atlas: Atlas):
    assert shown(small_atlas) == []


def test_one_event_is_called_one(small_atlas: Atlas):
    query = Query(hour=(4,))
    counts = small_atlas.answer(query).table["count"]
    assert counts.eq(1).any()
    said = words(shown(small_atlas, area=str(counts.index[counts.eq(1)][0]), hour=(4,)))
    assert " · 1 offence · " in said


def test_an_area_is_told_from_all_sides(small_atlas: Atlas):
    said = words(shown(small_atlas, area=HERE, hour=(22, 23)))
    row = small_atlas.answer(Query(hour=(22, 23))).table.loc[HERE]
    counted = "1 offence" if row["count"] == 1 else f"{row['count']} offences"
    assert f"Rank {row['rank']} of 36 · {counted}" in said
    for title in ("By month", "By weekday and hour", "In every source", "Is it a hotspot?", "Neighbours"):
        assert title in said
    assert "A&E attendances" in said
    assert "Ward: Ward 00" in said
    assert "Borough: Westshire" in said


def test_the_rate_comes_with_its_interval(small_atlas: Atlas):
    said = words(shown(small_atlas, area=HERE))
    rate = small_atlas.answer(Query()).table.at[HERE, "rate_per_1000_year"]
    low, high = (
        float(text)
        for text in said.split("Per 1,000 residents a year ")[1].split("(")[1].split(")")[0].split(" to ")
    )
    assert low < rate < high


def test_a_neighbour_is_one_step_away(small_atlas: Atlas):
    panel = shown(small_atlas, area=HERE, layer="local_moran")
    links = found(panel, "href")
    assert f"?source=offences&layer=local_moran&area={CODES[7]}" in links
    assert "?source=offences&layer=local_moran" in links  # close


def test_a_suppressed_area_gives_nothing_away(small_atlas: Atlas):
    table = small_atlas.answer(Query(source="ae")).table
    code = table.index[table["count"].isna()][0]
    panel = shown(small_atlas, source="ae", area=code)
    assert "* (1 to 7)" in words(panel)
    assert "Per 1,000 residents" not in words(panel).partition("By month")[0]
    (months,) = (text for text in found(panel, "data-copy") if text.startswith("month\t"))
    counts = {row.split("\t")[1] for row in months.split("\n")[1:]}
    assert "*" in counts
    assert not counts & set("1234567")


def test_a_ward_says_how_many_of_its_areas_are_hotspots(small_atlas: Atlas):
    ward = small_atlas.levels["ward"].frame.index[0]
    assert "of its 4 small areas" in words(shown(small_atlas, level="ward", area=ward))


# ---------------------------------------------------------------- sets


def test_a_set_adds_up_and_with_the_rest_makes_the_whole(small_atlas: Atlas):
    codes = tuple(CODES[:7])
    told = group(small_atlas, Query(group=codes))
    answer = small_atlas.answer(Query())
    assert told.count == answer.table.loc[list(codes), "count"].sum()
    assert told.share == pytest.approx(told.count / answer.totals.shown)
    months = told.months["count"] + told.rest_months["count"]
    assert list(months) == list(answer.months["count"])
    week = told.week.clock + told.rest_week.clock
    assert (week.to_numpy() == answer.clock.to_numpy()).all()


def test_the_deciles_of_a_set_and_of_the_rest_make_those_of_all(small_atlas: Atlas):
    told = group(small_atlas, Query(group=tuple(CODES[:7])))
    whole = small_atlas.answer(Query()).gradient.tenths
    for column in ("areas", "population", "count"):
        both = told.gradient.tenths[column].add(told.rest_gradient.tenths[column], fill_value=0)
        assert list(both) == list(whole[column])
    assert "By deprivation" in words(shown(small_atlas, group=tuple(CODES[:7])))


def test_a_set_is_set_against_the_rest_over_time(small_atlas: Atlas):
    codes = tuple(CODES[:7])
    july, december = month_number("2023-07"), month_number("2023-12")
    told = group(small_atlas, Query(group=codes, first=july)).trend
    assert (told.period, told.before) == ((july, december), (july - 6, july - 1))
    half = [small_atlas.answer(Query(first=a, last=b)).table["count"] for a, b in (told.before, told.period)]
    here = [int(count[list(codes)].sum()) for count in half]
    rest = [int(count.drop(list(codes)).sum()) for count in half]
    assert told.here == pytest.approx(here[1] / 184 / (here[0] / 181))  # July to December has three days more
    assert told.rest == pytest.approx(rest[1] / 184 / (rest[0] / 181))
    by_month = small_atlas.asked(Query()).monthly()
    inside = by_month.index.isin(codes)
    parts = [
        by_month.loc[which, first:last].sum()
        for which in (inside, ~inside)
        for first, last in (told.before, told.period)
    ]
    assert told.against == pytest.approx(change_against(*parts, paired=False))
    said = words(shown(small_atlas, group=codes, first=july))
    assert "July to December 2023 against January to June 2023, per day: " in said


@pytest.mark.parametrize(
    ("chosen", "judged"),
    [
        ("", "how the set was chosen is not known"),
        ("outside", ""),
        ("offences:2023-10..2023-12", "Chosen for being high it will look risen"),
        ("offences:2022-01..2022-12", ""),
        ("ae:2023-10..2023-12", ""),
    ],
)
def test_a_set_is_judged_only_by_counts_that_did_not_choose_it(small_atlas: Atlas, chosen: str, judged: str):
    asked = Query(group=tuple(CODES[:7]), first=month_number("2023-07"), chosen=chosen)
    why = group(small_atlas, asked).trend.unjudged
    assert judged in why and bool(judged) == bool(why)
    panel = shown(small_atlas, group=asked.group, first=asked.first, chosen=chosen)
    said = words(panel)
    assert ("can be chance" in said or "more than months vary" in said) == (not judged)
    assert judged in said and "(95% interval" in said
    assert ("these counts did not choose the set" in said) == (chosen == "outside")
    assert any("chosen=outside" in href for href in found(panel, "href")) or chosen


def test_a_set_without_a_period_before_has_no_trend(small_atlas: Atlas):
    assert group(small_atlas, Query(group=tuple(CODES[:7]))).trend is None
    assert (
        group(small_atlas, Query(source="ae", group=tuple(CODES[:7]), first=month_number("2023-07"))).trend
        is None
    )


def test_a_set_under_a_borough_is_what_is_inside(small_atlas: Atlas):
    west, east = CODES[0], CODES[4]
    told = group(small_atlas, Query(group=(west, east), borough=("E06000001",)))
    assert list(told.table.index) == [west]
    assert group(small_atlas, Query(group=(east,), borough=("E06000001",))) is None


def test_a_controlled_set_tells_no_more_than_its_areas(small_atlas: Atlas):
    table = small_atlas.answer(Query(source="ae")).table
    hidden = list(table.index[table["count"].isna()][:2])
    seen = list(table.index[table["count"].notna()][:3])
    told = group(small_atlas, Query(source="ae", group=tuple(seen + hidden)))
    assert told.count == table.loc[seen, "count"].sum()
    assert told.suppressed == 2
    assert told.rate_per_1000_year is None
    assert told.months is told.week is told.rest_months is told.gradient is told.rest_gradient is None
    assert "subtracted" in told.note


def test_swapping_one_area_of_a_controlled_set_moves_its_total_by_what_is_shown(small_atlas: Atlas):
    """The attack that rounding alone would not stop."""
    table = small_atlas.answer(Query(source="ae")).table
    hidden = table.index[table["count"].isna()][0]
    seen = tuple(table.index[table["count"].notna()][:FEWEST])
    one, other = (group(small_atlas, Query(source="ae", group=codes)) for codes in (seen, (*seen, hidden)))
    assert one.count == other.count


def test_a_controlled_set_of_two_is_only_a_list(small_atlas: Atlas):
    told = group(small_atlas, Query(source="ae", group=tuple(CODES[:2])))
    assert told.count is told.share is told.rate_per_1000_year is None
    said = words(shown(small_atlas, source="ae", group=tuple(CODES[:2])))
    assert "not added up" in said
    assert "Square 00" in said


def test_the_selected_area_of_a_set_is_marked_in_its_list(small_atlas: Atlas):
    panel = shown(small_atlas, group=tuple(CODES[:3]), area=CODES[1])
    assert [current for current in found(panel, "aria-current") if current] == ["true"]


def test_an_area_leaves_the_set_by_its_link(small_atlas: Atlas):
    panel = shown(small_atlas, group=tuple(CODES[:3]))
    assert f"?source=offences&set={CODES[0]},{CODES[2]}" in found(panel, "href")


# ---------------------------------------------------------------- small charts


def test_suppressed_months_are_hatched_not_drawn_as_nought(small_atlas: Atlas):
    months = pd.DataFrame({"month": [24276, 24277], "month_text": ["2023-01", "2023-02"]})
    months["count"] = pd.array([pd.NA, 20], "Int64")
    calls = replace(small_atlas.sources["offences"].info, noun="calls", one="call")
    drawn = blocks.bars(months, calls, [True, False])
    assert found(drawn.to_plotly_json(), "className")
    few, most = (cell for cell in drawn.children[0].children)
    assert "bar-few" in few.className
    assert few.title == "January 2023: * calls"
    alone = blocks.bars(months.fillna({"count": 1}), calls, [True, False]).children[0].children[0]
    assert alone.title == "January 2023: 1 call"
    assert most.style["--part"] == "1.000"
    assert blocks.months_table(months) == "month\tcount\n2023-01\t*\n2023-02\t20"


def test_doubtful_midnight_does_not_set_the_scale():
    counts = np.ones((7, 24))
    counts[:, 0], counts[4, 22] = 500, 10
    week = pd.DataFrame(counts).astype("Int64")
    rows = blocks.heat(week, "calls", midnight=True).children[0].children
    friday = rows[4].children[1].style["background"]
    assert friday.startswith(f"linear-gradient(to right, {theme.css(figures.EDGE)} 0.00%")
    *_, high, most = (theme.css(colour) for colour in figures.HEAT)
    assert f"color-mix(in srgb, {most} 100%, {high}) 91.67%" in friday
    assert blocks.clock_table(week).split("\n")[5].split("\t")[:2] == ["Friday", "500"]
