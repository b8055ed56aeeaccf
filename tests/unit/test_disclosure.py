"""The gate keeps small numbers of controlled sources inside."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.answer.disclosure import Gate

CONTROLLED, OPEN = Gate("controlled"), Gate("open")


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, 0), (1, None), (6, None), (7, None), (8, 10), (12, 10), (13, 15), (17, 15), (18, 20), (1002, 1000)],
)
def test_boundaries_of_suppression_and_rounding(count, shown):
    assert CONTROLLED.count(count) == shown


@given(st.lists(st.integers(0, 10**7)))
def test_no_controlled_count_tells_a_small_number(counts):
    shown = CONTROLLED.counts(counts)
    known = ~shown.isna()
    assert (shown.isna() == np.array([1 <= c <= 7 for c in counts], bool)).all()
    assert all(value == 0 or value >= 10 for value in shown[known])
    assert all(value % 5 == 0 for value in shown[known])
    assert (np.abs(np.array(shown[known], float) - np.array(counts)[np.asarray(known)]) <= 2).all()


@given(st.lists(st.integers(0, 10**7)))
def test_open_counts_pass_as_they_are(counts):
    assert OPEN.counts(counts).tolist() == counts


def test_an_unknown_class_is_treated_as_controlled():
    assert Gate("something else").count(3) is None


def test_shares_rest_on_protected_counts():
    assert CONTROLLED.share(3, 100) is None
    assert CONTROLLED.share(12, 101) == 0.1
    assert OPEN.share(12, 101) == 12 / 101
    assert OPEN.share(0, 0) is None


def test_statistics_that_could_be_solved_for_counts_are_withheld():
    frame = pd.DataFrame({"local_i": [1.0], "z": [2.0], "p": [0.03], "cluster": ["HH"]}, index=["E01000001"])
    kept = CONTROLLED.statistics(frame, own=["local_i", "z"])
    assert kept[["local_i", "z"]].isna().all().all()
    assert kept[["p", "cluster"]].equals(frame[["p", "cluster"]])
    assert OPEN.statistics(frame, own=["local_i", "z"]) is frame


def test_only_a_controlled_source_carries_a_notice():
    assert "1 to 7" in CONTROLLED.notice
    assert OPEN.notice == ""
