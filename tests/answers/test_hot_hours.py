"""When is it a hotspot? Hours of the week, counted from the events and told in words."""

import numpy as np
import pandas as pd
import pytest

from geo.answer.atlas import Atlas
from geo.ask.query import Query
from geo.stats.at_once import hot_at_once

ASKED = {"source": "offences", "layer": "hot_hours"}


def asked(atlas: Atlas, **changes: object):
    query, notices = atlas.catalogue.check(Query(**{**ASKED, **changes}))
    assert not notices
    return atlas.asked(query), atlas.answer(query)


def test_hours_are_those_of_the_events(demo_atlas: Atlas):
    question, answer = asked(demo_atlas)
    events = demo_atlas.snapshot.events("offences")
    known = events.dropna(subset=["hour", "date", "lsoa"])
    slot = pd.to_datetime(known["date"]).dt.day_of_week * 24 + known["hour"].astype(int)
    independent = pd.crosstab(known["lsoa"].astype(str), slot)
    independent = independent.reindex(answer.table.index, columns=range(168), fill_value=0).to_numpy()
    assert (question.selection.by_area_and_hour() == independent).all() and independent.sum()
    hot = hot_at_once(independent, question.neighbours).hot
    assert answer.table["hot_hours"].tolist() == hot.sum(axis=1).tolist()
    at = int(np.argmax(hot.sum(axis=1)))
    assert answer.table["name"].iloc[at] in answer.finding
    assert f"{(hot.any(axis=1)).sum()} of {len(hot)} small areas" in answer.finding
    assert answer.table["hot_when"].notna().tolist() == hot.any(axis=1).tolist()


def test_with_a_night_chosen_its_hours_alone_are_looked_at(demo_atlas: Atlas):
    question, answer = asked(demo_atlas, night=(4,))
    counts = question.selection.by_area_and_hour()
    assert (counts.sum(axis=0) > 0).sum() == 24
    kept = np.r_[4 * 24 + 12 : 5 * 24 + 12]
    hot = hot_at_once(counts[:, kept], question.neighbours).hot
    assert answer.table["hot_hours"].tolist() == hot.sum(axis=1).tolist()
    assert "in some of the 24 hours of the week" in answer.finding
    assert f"({len(hot)} small areas at 24 hours)" in " ".join(answer.caveats)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"hour": (3,), "day": (6,)}, "in the hour looked at."),
        ({"level": "borough"}, "No hour stands out: not one of 3 boroughs is a hotspot of "),
    ],
)
def test_few_hours_and_few_areas_are_told_as_such(demo_atlas: Atlas, changes: dict, said: str):
    assert said in asked(demo_atlas, **changes)[1].finding


def test_a_source_without_hours_says_so(small_atlas: Atlas):
    events = small_atlas.snapshot.events("offences").drop(columns="hour")
    months = small_atlas.snapshot.months("offences")
    _, answer = asked(small_atlas.with_events("offences", events, months))
    assert answer.finding.startswith("No hour can be judged: ")
    assert "hot_hours" not in answer.table


def test_areas_that_tie_are_all_named_or_counted(demo_atlas: Atlas):
    _, answer = asked(demo_atlas, night=(4,), fdr=False)
    hours = answer.table["hot_hours"].to_numpy(int)
    most = answer.table["name"][hours == hours.max()].tolist()
    told = " and ".join(most) if len(most) <= 2 else f"{len(most)} of them"
    assert f"{told} in the most, {hours.max()}." in answer.finding
