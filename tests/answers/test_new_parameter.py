"""A parameter that is declared once is on the page, in print, in every export, in the help and in OpenAPI."""

from __future__ import annotations

import io
import json

import numpy as np
import pandas as pd
import pytest
from plotly.io.json import to_json_plotly

from dashboard import create_app, handover, view
from geo.answer.atlas import Atlas
from geo.ask.parameters import ALL, Parameter, choice
from geo.ask.query import PARAMETERS, Query
from geo.ask.words import slug
from geo.out.export import FORMATS, export
from geo.out.provenance import sheet
from tests.support import small_county as small

VICTIM = Parameter(
    "victim",
    "victim",
    choice("sex of the victim", ("F", "M")),
    "Victim",
    "Sex of the victim.",
    default="",
    changes=ALL,
    filters=True,
    control="value",
    options={"F": "Women and girls", "M": "Men and boys"},
    keeps=lambda cube, value: cube.extra["sex"] == value,
    reason=lambda source: "" if source.key == "offences" else "toys are for offences only.",
    says=lambda value: {"F": "female victims", "M": "male victims"}[value],
)


@pytest.fixture
def atlas(small_county, monkeypatch: pytest.MonkeyPatch) -> Atlas:
    """The small county, opened while the toy is registered."""
    monkeypatch.setitem(PARAMETERS, VICTIM.name, VICTIM)
    return Atlas.open(small_county)


def raw() -> pd.DataFrame:
    """Offences on the map by the raw file alone."""
    rows = small.offences()
    return rows[rows["LSOA Code"].isin(small.CODES)]


@pytest.mark.parametrize("sex", ["F", "M"])
def test_it_filters_the_events_by_the_raw_file(atlas, sex):
    query, notices = Query.parse(f"?source=offences&victim={sex}&category=robbery", atlas.catalogue)
    assert not notices
    rows = raw()
    kept = rows[(rows["Victim Sex"] == sex) & (rows["Offence Group"].map(slug) == "robbery")]
    expected = kept["LSOA Code"].value_counts().reindex(small.CODES, fill_value=0)
    assert np.array_equal(atlas.answer(query).table["count"].to_numpy(int), expected.to_numpy())
    assert atlas.answer(query).totals.shown == len(kept)
    assert atlas.answer(query).months["count"].sum() == len(kept)
    wide = atlas.answer(query.replace(victim=""))
    assert wide.totals.shown == (rows["Offence Group"] == "Robbery").sum()


def test_with_hours_and_days_it_still_adds_up(atlas):
    parts = [
        atlas.answer(Query(source="offences", hour=(hour,)).replace(victim=sex)).totals.shown
        for sex in ("F", "M")
        for hour in range(24)
    ]
    timed = raw()[raw()["Committed From"].str.len() > 10]
    assert sum(parts) == timed["Victim Sex"].isin(["F", "M"]).sum()


def test_it_is_read_and_written_and_refused(atlas):
    query, _ = Query.parse("?victim=F", atlas.catalogue)
    assert query["victim"] == "F"
    assert query.to_search() == "?source=offences&victim=F"
    assert query.cleared()["victim"] == ""
    _, notices = Query.parse("?victim=X", atlas.catalogue)
    assert notices == ["“X” is not a sex of the victim that this page has; it has F and M."]
    query, notices = Query.parse("?source=ae&victim=F", atlas.catalogue)
    assert query["victim"] == ""
    assert notices == ["Victim was left out: toys are for offences only."]


def test_it_is_on_the_page(atlas):
    app = create_app(atlas)
    layout = json.loads(to_json_plotly(app.layout))
    found = json.dumps(layout)
    assert '"id": "filter-victim"' in found
    assert "Women and girls" in found
    assert "Victim. Sex of the victim." in app.server.test_client().get("/piece/help").text
    shown = view.page(atlas, "?victim=F")["shown"]
    assert shown["filter-victim.value"] == "F"
    assert shown["filter-victim.disabled"] is False
    assert "female victims" in shown["description.children"]
    assert view.page(atlas, "?source=ae")["shown"]["filter-victim.disabled"] is True
    assert "victim" in handover.handed(atlas)["reads"]["evidence"]
    assert view.page(atlas, "")["defaults"]["victim"] == "all"


def test_it_is_in_print_and_in_every_export(atlas):
    query, _ = Query.parse("?victim=F&layer=local_moran", atlas.catalogue)
    assert "female victims" in sheet(atlas, query).title
    plain = query.replace(victim="")
    for form in FORMATS:
        assert export(atlas, query, form) != export(atlas, plain, form), form
    table = pd.read_csv(io.BytesIO(export(atlas, query, "csv")))
    assert table["count"].sum() == (raw()["Victim Sex"] == "F").sum()


def test_it_is_described_for_programs(atlas):
    client = create_app(atlas).server.test_client()
    document = client.get("/openapi.json").get_json()
    named = json.dumps(document)
    assert '"name": "victim"' in named
    assert "Sex of the victim." in named
    answer = client.get("/export.csv?victim=X")
    assert answer.status_code == 422
    assert "sex of the victim" in answer.get_data(as_text=True)
