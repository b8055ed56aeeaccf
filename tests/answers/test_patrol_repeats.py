"""A file of points: planted repeats are found, what cannot be judged is refused."""

import io
from functools import partial

import numpy as np
import pytest

from dashboard import create_app
from geo.ask.problem import Problem
from geo.tell.patrol.repeats import near_repeats


def _file(again: int) -> bytes:
    rng = np.random.default_rng(3)
    x, y = 500_000 + rng.integers(0, 60, 300) * 150, 230_000 + rng.integers(0, 60, 300) * 150
    day = np.datetime64("2024-01-01") + rng.integers(0, 300, 300)
    x, y = np.append(x, x[:again] + 50), np.append(y, y[:again])
    day = np.append(day, day[:again] + 3)
    rows = [f"{d},{e},{n}" for d, e, n in zip(day, x, y, strict=True)]
    return "\n".join(["date,easting,northing", *rows, "2024-05-01,,"]).encode()


def test_planted_repeats_are_found_where_they_were_planted() -> None:
    table, places = near_repeats("events.csv", _file(40), 99)
    assert "pairs as by chance 1 to 100 m and within 7 days" in table.finding
    cells = table.table.set_index("Distance")
    assert "*" in cells.loc["1 to 100 m", "0 to 7 days"]
    assert "1 event without a day or a point" in table.caveats[1]
    assert places.table["Places"].dot(np.array([1, 2, 3, 4, 5])) <= 340


def test_events_at_random_are_not_called_repeats() -> None:
    table, _ = near_repeats("events.csv", _file(0), 99)
    assert table.finding.startswith("No more pairs")


def test_the_page_looks_for_repeats_in_a_file(small_atlas, monkeypatch) -> None:
    monkeypatch.setattr("dashboard.routes_compare.near_repeats", partial(near_repeats, permutations=99))
    client, mine = create_app(small_atlas).server.test_client(), {"Sec-Fetch-Site": "same-origin"}
    sent = {"events": (io.BytesIO(_file(40)), "events.csv")}
    page = client.post("/patrol/repeats", data=sent, headers=mine)
    assert page.status_code == 200 and "pairs as by chance 1 to 100 m and within 7 days" in page.text
    nothing = client.post("/patrol/repeats", data={}, headers=mine)
    assert nothing.status_code == 422 and "Choose a file" in nothing.text
    assert client.post("/patrol/repeats", data={}).status_code == 403


@pytest.mark.parametrize(
    "rows", ["date,place\n2024-01-01,x", "date,easting,northing\n2024-01-01,500000,230000"]
)
def test_what_cannot_be_judged_is_refused(rows: str) -> None:
    with pytest.raises(Problem):
        near_repeats("events.csv", rows.encode(), 9)
