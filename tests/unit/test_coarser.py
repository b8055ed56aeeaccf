"""Events of wards and districts only: every sum is that of the file."""

import pandas as pd
import pytest

from geo.ask.problem import Problem
from geo.data.coarser import level_of_codes, shared_out
from geo.data.vintages import OUTSIDE

LOOKUP = pd.DataFrame(
    {
        "wd24cd": ["E05000001", "E05000001", "E05000002"],
        "ward": ["A", "A", "B"],
        "lad24cd": ["E06000001"] * 3,
        "borough": ["C"] * 3,
    },
    index=pd.Index(["E01000001", "E01000002", "E01000003"], name="lsoa21cd"),
)


@pytest.mark.parametrize(
    ("codes", "level"),
    [
        (["E01000001", "E05000001"], "lsoa"),
        (["E05000001", None, "S13000001"], "ward"),
        (["E07000001", "E09000001", "W06000001"], "borough"),
        ([None], "lsoa"),
    ],
)
def test_the_codes_say_what_kind_of_area_they_are_of(codes: list[str | None], level: str) -> None:
    assert level_of_codes(pd.Series(codes, dtype="str"), "file.csv") == level


def test_wards_and_districts_are_not_mixed() -> None:
    with pytest.raises(Problem, match="of wards and of districts in one column: give a file for each"):
        level_of_codes(pd.Series(["E05000001", "E07000001"]), "file.csv")


def test_events_of_a_ward_are_shared_out_by_residents() -> None:
    codes = pd.Series(["E05000001"] * 4 + ["E05000002", "E05999999", None], dtype="str")
    people = pd.Series([300, 100, 50], index=LOOKUP.index)
    found = shared_out(codes, "ward", LOOKUP, people)
    assert sorted(found[:4]) == ["E01000001"] * 3 + ["E01000002"]
    assert found[4:6].tolist() == ["E01000003", OUTSIDE] and found[6:].isna().all()
    whole = shared_out(pd.Series(["E06000001"] * 9), "borough", LOOKUP, people)
    assert whole.astype("str").value_counts().to_dict() == {"E01000001": 6, "E01000002": 2, "E01000003": 1}
