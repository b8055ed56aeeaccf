"""What the charts beside the map show: months, gaps, the clock, and what is suppressed."""

import json

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from dashboard import figures, ids, view
from geo.answer.atlas import Atlas
from geo.ask.query import Query
from geo.ask.words import month_number
from tests.support.shown import shown


def months(small_atlas: Atlas, search: str) -> tuple[dict, Query]:
    query, _ = Query.parse(search, small_atlas.catalogue)
    answer = small_atlas.answer(query)
    return figures.months_figure(answer.months, query, small_atlas.catalogue.source(query)), query


def test_bars_of_the_months_chosen_are_coloured(small_atlas: Atlas):
    figure, _ = months(small_atlas, "?from=2023-04&to=2023-06")
    bars = figure["data"][0]
    chosen = [
        m for m, c in zip(bars["customdata"], bars["marker"]["color"], strict=True) if c == figures.ACTION
    ]
    assert chosen == ["2023-04", "2023-05", "2023-06"]
    assert sum(bars["y"]) == small_atlas.answer(Query()).totals.shown


def test_months_that_were_not_loaded_are_gaps_not_zeros(small_atlas: Atlas):
    table = small_atlas.answer(Query()).months
    kept = table[~table["month"].isin([month_number("2023-05"), month_number("2023-06")])]
    figure = figures.months_figure(kept, Query(), small_atlas.sources["offences"].info)
    assert len(figure["data"][0]["x"]) == 10
    gap = figure["layout"]["shapes"]
    assert [(shape["x0"], shape["x1"]) for shape in gap] == [
        (month_number("2023-05") - 0.5, month_number("2023-06") + 0.5)
    ]
    assert figure["layout"]["annotations"][0]["text"] == "not loaded"


def test_the_clock_veils_what_is_left_out(small_atlas: Atlas):
    query = Query(hour=(23, 0), night=(4,))
    answer = small_atlas.answer(query)
    heat, veil = figures.clock_figure(answer.clock, query, small_atlas.sources["offences"].info)["data"]
    clear = {(day, hour) for day, row in enumerate(veil["z"]) for hour, z in enumerate(row) if z is None}
    assert clear == {(4, 23), (5, 0)}  # the night of Friday runs into Saturday
    assert np.nansum(np.array(heat["z"], float)) == answer.clock.to_numpy(float).sum()


def test_a_doubtful_midnight_is_hatched_and_does_not_set_the_colours(small_atlas: Atlas):
    clock = pd.DataFrame(5, index=range(7), columns=range(24)).astype("Int64")
    clock[0] = 900
    clock.iloc[3, 2] = 1
    source = small_atlas.sources["offences"].info
    plain = figures.clock_figure(clock, Query(), source)
    doubted = figures.clock_figure(clock, Query(), source, midnight=True)
    assert plain["data"][0]["text"][3][1:3] == [
        "Thursday 01:00 to 01:59: 5 offences",
        "Thursday 02:00 to 02:59: 1 offence",
    ]
    assert (plain["data"][0]["zmax"], doubted["data"][0]["zmax"]) == (900, 5)
    assert (len(plain["layout"]["shapes"]), len(doubted["layout"]["shapes"])) == (0, 7)
    assert "stands out" in doubted["data"][0]["text"][3][0]
    assert "stands out" not in doubted["data"][0]["text"][3][1]


@pytest.mark.parametrize("search", ["", "?from=2023-02&hour=3", "?source=ae"])
def test_charts_are_valid_plotly_figures(small_atlas: Atlas, search: str):
    state = shown(small_atlas, search)
    for name in (ids.MONTHS, ids.CLOCK):
        figure = state[f"{name}.figure"]
        go.Figure(figure)
        assert figure["data"]


def test_charts_say_their_message_to_a_screen_reader(small_atlas: Atlas):
    state = shown(small_atlas, "")
    assert state["months-box.aria-label"].startswith("Bar chart of offences by month, 2023. Most in ")
    assert state["clock-box.aria-label"].startswith("Heat map of offences by weekday and hour. ")
    assert state["clock-note.children"] in state["clock-box.aria-label"]


def test_suppressed_months_are_not_drawn_as_numbers(small_atlas: Atlas):
    search = "?source=ae&category=sharp-object&borough=E06000002"
    query, _ = Query.parse(search, small_atlas.catalogue)
    table = small_atlas.answer(query).months
    assert table["count"].isna().any()
    figure = figures.months_figure(table, query, small_atlas.catalogue.source(query))
    hidden = table["count"].isna().tolist()
    words = [word for word, off in zip(figure["data"][0]["text"], hidden, strict=True) if off]
    assert all("too few attendances to show" in word for word in words)
    one = table.assign(count=pd.array([1] * len(table), "Int64"))
    text = figures.months_figure(one, query, small_atlas.catalogue.source(query))["data"][0]["text"]
    assert all(word.endswith(": 1 attendance") for word in text)
    assert [
        json.loads(json.dumps(view.page(small_atlas, s)[k]))
        for s in ("", "?source=ae")
        for k in ("one", "noun")
    ] == [
        "offence",
        "offences",
        "attendance",
        "attendances",
    ]
    stars = [note["x"] for note in figure["layout"]["annotations"] if note["text"] == "*"]
    assert stars == table["month"][table["count"].isna()].tolist()


def test_charts_have_no_button_that_sends_data_away():
    assert figures.CONFIG["plotlyServerURL"] == ""
    assert not figures.CONFIG["showSendToCloud"]
    assert not figures.CONFIG["displaylogo"]
