"""Every form of chart of a document is drawn."""

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from geo.answer.atlas import Atlas
from geo.out.charts import FORMS, picture
from geo.tell.exhibits.exhibit import Chart, Exhibit


def bars(**more: object) -> tuple[Chart, pd.DataFrame]:
    table = pd.DataFrame(
        {"Name": ["a", "b", "c"], "Count": pd.array([5, None, 20], "Int64"), "L": 1.0, "U": 30.0}
    )
    return Chart("bars", "Name", ("Count",), **more), table  # type: ignore[arg-type]


CHARTS = {
    "bars": bars(interval=("L", "U"), benchmark=12.0),
    "lying bars": (bars()[0], bars()[1].assign(Name=["a long name of a bar"] * 3)),
    "lines": (
        Chart("lines", "Hour", ("A", "B"), doubtful=("00",)),
        pd.DataFrame({"Hour": ["00", "01", "02"], "A": [900.0, 5, 6], "B": [np.nan, np.nan, 3]}),
    ),
    "nothing but gaps": (
        Chart("lines", "Hour", ("A",)),
        pd.DataFrame({"Hour": ["00", "01"], "A": pd.array([None, None], "Int64")}),
    ),
    "heat": (
        Chart("heat", "Hours", ("Mon", "Tue"), doubtful=("00",)),
        pd.DataFrame({"Hours": ["00", "04"], "Mon": [90.0, 1], "Tue": [np.nan, 3]}),
    ),
    "curve": (
        Chart("curve", "areas", ("Events", "Even")),
        pd.DataFrame({"areas": [0.0, 100], "Events": [0.0, 100], "Even": [0.0, 100]}),
    ),
    "funnel": (
        Chart("funnel", "Residents", ("Rate",), benchmark=3.0),
        pd.DataFrame({"Residents": [1000.0, 2000], "Rate": [1.0, 5.0], "Compared": ["Similar", "Similar"]}),
    ),
    "pyramid": (
        Chart("pyramid", "Age", ("Female", "Male")),
        pd.DataFrame({"Age": ["0-4", "5-9"], "Female": [90.0, 40], "Male": [70.0, 60]}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(CHARTS))
def test_every_form_of_chart_is_drawn(name: str, small_atlas: Atlas) -> None:
    chart, table = CHARTS[name]
    png, width, height = picture(Exhibit("k", "A title", "A finding.", table, chart=chart), small_atlas)
    image = Image.open(io.BytesIO(png))
    assert image.size[0] / image.size[1] == pytest.approx(width / height, rel=0.02)
    assert image.text["Title"] == "A title"
    assert np.asarray(image.convert("L")).std() > 3, "the picture is blank"


def test_every_form_is_tried() -> None:
    assert {chart.form for chart, _ in CHARTS.values()} == set(FORMS)
