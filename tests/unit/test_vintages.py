"""Areas of 2011 and of 2021: told apart, and converted without loss."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.ask.problem import Problem
from geo.data import vintages
from geo.data.vintages import TellingCodes
from tests.support.tables import table

CHANGES = vintages.read_changes(
    table(
        "LSOA11CD,LSOA21CD,CHGIND\n"
        "E01000001,E01000001,U\n"  # the same
        "E01000002,E01033801,S\nE01000002,E01033802,S\n"  # split in two
        "E01000003,E01033803,M\nE01000004,E01033803,M\n"  # two merged
        "E01000005,E01000005,U\n"  # the same, elsewhere
        "E01000006,E01033899,S\nE01000006,E01033898,S\n"  # split, elsewhere
    )
)
TELLING = TellingCodes.of(CHANGES)
NEW = pd.Index(["E01000001", "E01033801", "E01033802", "E01033803"], name="lsoa21cd")
OLD = pd.Index(["E01000001", "E01000002", "E01000003", "E01000004"], name="lsoa11cd")


def detect(
    codes: list[str | None], areas: pd.Index, telling: TellingCodes | None, known: list[str] | None = None
) -> str | list[str]:
    """Vintage of the file, or of each row where it has both."""
    found, notes = vintages.vintages_of(
        pd.Series(codes, dtype="str"), areas, telling, "file.csv", pd.Index(known or [], name=areas.name)
    )
    told = found.tolist()
    assert bool(notes) == (len({*told}) > 1)
    return told[0] if len({*told}) == 1 else told


@pytest.mark.parametrize(
    ("codes", "areas", "expected"),
    [
        (["E01000001", "E01000002"], NEW, "lsoa11cd"),
        (["E01000001", "E01033801", None], NEW, "lsoa21cd"),
        (["E01000001", "E01000005"], NEW, "lsoa21cd"),  # the same in both: as loaded
        (["E01000001", "E01000005"], OLD, "lsoa11cd"),
        (["E01000002"], OLD, "lsoa11cd"),
        (["E01033801"], OLD, "lsoa21cd"),
        (["E01000006", "E01000001"], NEW, "lsoa11cd"),  # told by a code of elsewhere
        ([None], NEW, "lsoa21cd"),
        (["W01000001", "E01000001"], NEW, "lsoa21cd"),
    ],
)
def test_a_vintage_is_told_by_the_codes_that_differ(
    codes: list[str | None], areas: pd.Index, expected: str
) -> None:
    assert detect(codes, areas, TELLING) == expected


def test_mixed_vintages_are_told_row_by_row() -> None:
    assert detect(["E01000002", "E01033801", "E01000001", None], NEW, TELLING) == [
        "lsoa11cd",
        "lsoa21cd",
        "lsoa21cd",
        "lsoa21cd",
    ]
    assert detect(["E01033802", "E01000002"], OLD, TELLING) == ["lsoa21cd", "lsoa11cd"]


@pytest.mark.parametrize(
    ("codes", "areas", "expected"),
    [
        (["E01000001", None], NEW, "lsoa21cd"),  # all of them loaded
        (["E01034000"], NEW, "lsoa21cd"),  # one that only 2021 has
        (["E01000005", "E01000001"], OLD, "lsoa11cd"),  # none that only 2021 has
    ],
)
def test_without_the_lookup_a_file_is_believed_where_no_wrong_join_is_possible(
    codes: list[str | None], areas: pd.Index, expected: str
) -> None:
    assert detect(codes, areas, None) == expected


@pytest.mark.parametrize(
    ("codes", "areas", "message"),
    [
        (["E01000001", "E01000005"], NEW, "may use small areas of 2011 in 1 row"),
        (["E01000002", "E01034000", "E01000002"], NEW, "may use small areas of 2011 in 2 rows"),
        (["E01000001", "E01034000"], OLD, "uses small areas of 2021"),
    ],
)
def test_without_the_lookup_a_doubtful_file_is_refused(
    codes: list[str | None], areas: pd.Index, message: str
) -> None:
    with pytest.raises(Problem, match=f"{message}.*import ONS's exact-fit lookup"):
        detect(codes, areas, None)


KNOWN = ["E01000001", "E01000007", "E01000009", "E01033801", "E01033802", "E01033803"]
"""Areas of 2021: those of NEW, and two of a district whose codes follow."""


def test_a_national_lookup_tells_retired_codes_of_other_districts() -> None:
    found, notes = vintages.vintages_of(
        pd.Series(["E01000001", "E01000008", "E01000008", None], dtype="str"),
        NEW,
        None,
        "july.csv",
        pd.Index(KNOWN, name="lsoa21cd"),
    )
    assert set(found) == {"lsoa21cd"}
    assert notes == [
        "july.csv has small areas of 2011 that are no more in 2 rows (E01000008). Codes were given district "
        "by district, and these lie among those of other districts: outside."
    ]


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("E01000002", KNOWN),  # beside a loaded one
        ("E01033000", KNOWN),  # given in 2011, in no order of districts
        ("E01000008", ["E01000007", "E01000009"]),  # the lookup is of elsewhere
    ],
)
def test_a_retired_code_that_may_be_local_is_refused(code: str, known: list[str]) -> None:
    with pytest.raises(Problem, match=rf"may use small areas of 2011 in 1 row \({code}\)"):
        detect(["E01000001", code], NEW, None, known)


def test_events_move_to_the_areas_of_2021() -> None:
    codes = pd.Series(
        [
            "E01000001",
            *["E01000002"] * 7,
            "E01000003",
            "E01000004",
            "E01000005",
            "E01000006",
            None,
            "W01000001",
        ]
    )
    people = pd.Series({"E01000001": 1500, "E01033801": 1000, "E01033802": 2000, "E01033803": 1500})
    converted, said = vintages.convert_vintage(codes, "lsoa11cd", NEW, CHANGES, people)
    assert converted[0] == "E01000001"
    assert converted[1:8].value_counts().to_dict() == {"E01033802": 5, "E01033801": 2}, "7 × 2/3 and 7 × 1/3"
    assert converted[8:10].tolist() == ["E01033803"] * 2
    assert converted[10:12].tolist() == ["outside"] * 2
    assert pd.isna(converted[12])
    assert converted[13] == "outside"
    assert said == vintages.Conversion("lsoa11cd", "lsoa21cd", 1, 2, 7, 1)
    again, _ = vintages.convert_vintage(codes, "lsoa11cd", NEW, CHANGES, people)
    pd.testing.assert_series_equal(converted, again)


def test_events_move_back_to_the_areas_of_2011() -> None:
    codes = pd.Series(["E01033801", "E01033802", "E01000001", *["E01033803"] * 4])
    people = pd.Series({"E01000003": 3000, "E01000004": 1000})
    converted, said = vintages.convert_vintage(codes, "lsoa21cd", OLD, CHANGES, people)
    assert converted[:3].tolist() == ["E01000002", "E01000002", "E01000001"]
    assert converted[3:].value_counts().to_dict() == {"E01000003": 3, "E01000004": 1}
    assert (said.unchanged, said.merged, said.apportioned, said.areas_apportioned) == (1, 2, 4, 1)


@given(
    n=st.integers(0, 60),
    weights=st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=1, max_size=6),
)
def test_sharing_out_loses_nothing_and_is_fair(n: int, weights: list[float]) -> None:
    weight = np.array(weights)
    part = vintages.share_out(n, weight)
    counts = np.bincount(part, minlength=len(weights))
    share = weight / weight.sum() if weight.sum() else np.full(len(weights), 1 / len(weights))
    assert len(part) == counts.sum() == n
    assert (np.abs(counts - n * share) < 1 + 1e-6).all(), "no part is a whole event away from its share"
    for first in range(0, n, 10):  # spread evenly along the file, not one part after the other
        counts = np.bincount(part[: first + 10], minlength=len(weights))
        assert (np.abs(counts - min(first + 10, n) * share) < len(weights) + 1).all()


def test_the_exact_fit_lookup_is_checked() -> None:
    with pytest.raises(Problem, match="lacks the column “CHGIND”"):
        vintages.read_changes(table("LSOA11CD,LSOA21CD\nE01000001,E01000001\n"))
    with pytest.raises(Problem, match="row 2, column “CHGIND”: none of U, S, M, X"):
        vintages.read_changes(table("LSOA11CD,LSOA21CD,CHGIND\nE01000001,E01000001,Q\n"))


def test_a_national_lookup_tells_a_neighbours_code_from_a_retired_one() -> None:
    known = [*NEW, "E01000005"]
    assert detect(["E01000001", "E01000005"], NEW, None, known) == "lsoa21cd"
    with pytest.raises(Problem, match=r"in 1 row \(E01000002\)"):
        detect(["E01000005", "E01000002"], NEW, None, known)
