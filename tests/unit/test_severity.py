"""geo.data.severity: weights read strictly, applied plainly."""

import numpy as np
import pandas as pd
import pytest

from geo.ask.problem import Problem
from geo.data import severity

GOOD = """\ufeffOffence Code,Offence,Weight
8/06,Assault with injury,12
1,Murder,"7,979.5"

105A,Common assault,3
"""


def written(tmp_path, text, name="weights.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def test_weights_are_read(tmp_path):
    weights = severity.read_weights(written(tmp_path, GOOD))
    assert weights.to_dict() == {"8/06": 12, "1": 7979.5, "105A": 3}
    assert weights.index.name == "code" and weights.name == "weight"


def test_categories_may_be_weighted_by_name(tmp_path):
    weights = severity.read_weights(written(tmp_path, "category,score\nViolence  and sexual offences,30\n"))
    events = pd.Series(["violence and sexual offences", "Drugs"], index=["a", "b"])
    assert severity.apply_weights(events, weights).to_dict() == pytest.approx(
        {"a": 30, "b": np.nan}, nan_ok=True
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "weights.csv has no column “code”"),
        ("offence code,points\n1,2\n", "has no column “weight”"),
        ("code,weight\n", "has no weights"),
        ("code,weight\n1,two\n", "row 2: the weight “two” is not a number"),
        ("code,weight\n1,-3\n", "row 2: the weight “-3” is not"),
        ("code,weight\n1,inf\n", "row 2"),
        ("code,weight\n1,nan\n", "row 2"),
        ("code,weight\n1,3\n ,4\n", "row 3 has no offence code"),
        ("code,weight\n1,3\n1,4\n", "row 3: the offence 1 occurs twice"),
        ("code,weight\n08-Jun,3\n", "row 2: “08-Jun” looks like a code that a spreadsheet"),
        ("code,weight\n1\n", "row 2 has 1 columns where the header has 2"),
    ],
)
def test_a_bad_file_is_refused_with_its_row(tmp_path, text, message):
    with pytest.raises(Problem, match=message):
        severity.read_weights(written(tmp_path, text))


def test_an_unreadable_file_is_refused(tmp_path):
    with pytest.raises(Problem, match=r"absent\.csv cannot be read"):
        severity.read_weights(tmp_path / "absent.csv")
    with pytest.raises(Problem, match="not UTF-8"):
        severity.read_weights(written(tmp_path, "code,weight\né,2\n", encoding="latin-1"))


def test_the_same_row_twice_is_harmless(tmp_path):
    assert len(severity.read_weights(written(tmp_path, "code,weight\n1,3\n1,3\n"))) == 1
