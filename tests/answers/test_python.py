"""``import hotspots``: the same answers, the same refusals and the same protection as on the page."""

import doctest
import inspect
import io
import itertools
import json
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph

import hotspots
from geo.ask.notice import MOST_OFFERED
from geo.ask.parameters import Parameter, choice
from geo.ask.query import PARAMETERS, Query
from geo.ask.refusal import Refused, exactly
from geo.out.export import FORMATS, export
from tests.support.fence import ROOT

NOTEBOOK = ROOT / "docs" / "python.ipynb"


@pytest.fixture(scope="module")
def county(small_county) -> hotspots.County:
    return hotspots.open(small_county)


def test_it_is_asked_by_the_names_and_values_of_the_address(county, small_atlas):
    answer = county.ask(
        source="offences",
        category=["robbery", "drugs"],
        from_="2023-02",
        hour=range(19, 24),
        fdr=False,
        layer="local_moran",
        level="ward",
        month=None,
    )
    search = "?level=ward&source=offences&category=robbery,drugs&from=2023-02&hour=19-23&layer=local_moran"
    search += "&fdr=off"
    assert answer.search == search
    same = small_atlas.answer(Query.parse(search, small_atlas.catalogue)[0])
    assert (answer.headline, answer.caveats, answer.description) == (
        same.headline,
        same.caveats,
        same.description,
    )
    assert np.array_equal(answer.table["count"], same.table["count"])
    assert answer.totals["shown"] == answer.table["count"].sum()


def test_the_frame_has_the_shapes_on_the_national_grid(county):
    frame = county.ask(borough="E06000001").frame
    assert isinstance(frame, gpd.GeoDataFrame)
    assert frame.crs.to_epsg() == 27700
    assert (frame.area == 1e6).all()
    assert frame.index.name == "lsoa21cd"
    assert len(frame) == 24


@pytest.mark.parametrize(
    "asked",
    [
        {"source": "typo"}, {"hour": 77}, {"measure": "nonsense"}, {"borough": "E99999999"},
        {"colour": "red"}, {"from_": "2031-01"}, {"category": "robery"}, {"layer": "nothing"},
        {"month": range(12, 15)}, {"category": []}, {"hour": range(0)}, {"level": ""}, {"layer_": "imd"},
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_refused_as_it_is_by_the_server(county, small_atlas, asked):
    with pytest.raises(hotspots.Refused) as here:
        county.ask(**asked)
    name, value = next(iter(asked.items()))
    text = ",".join(map(str, value)) if isinstance(value, range | list) else value
    with pytest.raises(Refused) as there:
        exactly(f"{'from' if name == 'from_' else name}={text}", small_atlas.catalogue)
    assert str(here.value) == str(there.value)


def test_a_wrong_name_or_value_is_told_what_is_allowed(county):
    with pytest.raises(hotspots.Refused, match=r"it knows level, source, .* exclude, indicator and ages"):
        county.ask(colour="red")
    with pytest.raises(hotspots.Refused, match="choose from offences and ae"):
        county.ask(source="typo")
    with pytest.raises(hotspots.Refused) as refused:
        county.ask(hour=77, colour="red")
    assert len(refused.value.sentences) == 2


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"borough": "Westshire"}, "choose from E06000001 (Westshire) and E06000002 (Eastshire)."),
        ({"category": "Robbery"}, "choose from violence-and-sexual-offences, drugs, robbery, "),
        ({"day": "x"}, "choose from mon, tue, wed, thu, fri, sat and sun."),
        ({"night": "x"}, "choose from mon, tue, wed, thu, fri, sat and sun."),
        ({"benchmark": "Westshire"}, "choose from E06000001 (Westshire)"),
        ({"benchmark": "West shire"}, "choose from E06000001 (Westshire)"),
        ({"compare": "x"}, "choose from offences, ae, 28-days, ytd, measure, "),
        ({"compare": "x"}, " others, or give months such as 2022-01..2022-12."),
        ({"source": "A b"}, "choose from offences and ae."),
        ({"sources": "A b"}, "choose from offences and ae."),
        ({"layer": "x y"}, "choose from measure, "),
        ({"measure": "x y"}, "choose from count, "),
        ({"measure": "x"}, "it has count, "),
        ({"area": "E01"}, "choose from E01035001, "),
        ({"set": "x"}, "is not a code of an area such as E01000001."),
        ({"set": "E01999999"}, "and 24 others."),
        ({"mark": "quintile:7"}, "choose from 1 to 5."),
        ({"month": True}, "“True” is not a month of the year from 1 to 12."),
        ({"hour": [True]}, "“True” is not an hour from 0 to 23"),
        ({"fdr": "x"}, "is “on” or “off”"),
        ({"overlay": "x"}, "it has boundaries, imd and none."),
    ],
)  # fmt: skip
def test_a_refusal_names_what_could_be_asked_instead(county, asked, said):
    with pytest.raises(hotspots.Refused) as refused:
        county.ask(**asked)
    assert said in str(refused.value)


def test_of_many_choices_a_dozen_are_named(county):
    with pytest.raises(hotspots.Refused) as refused:
        county.ask(area="E01999999")
    assert len(re.findall("E01035", str(refused.value))) == MOST_OFFERED
    assert "and 24 others." in str(refused.value)


def test_a_parameter_registered_later_is_taken(county, monkeypatch):
    weekend = Parameter("class", "class", choice("weekend", ["only"]), "Weekend", "Days.", default="")
    monkeypatch.setitem(PARAMETERS, "class", weekend)
    assert county.ask(class_="only").search == "?source=offences&class=only"
    assert county.parameters.at["class", "allowed"] == ("only",)


@pytest.mark.parametrize("form", ["csv", "json", "gpkg", "excel.csv"])
def test_it_saves_what_the_page_exports(county, small_atlas, form, tmp_path):
    answer = county.ask(source="ae", layer="getis_ord")
    path = answer.save(tmp_path / f"ward.{form}")
    assert path.stat().st_size > 0
    if form in ("csv", "excel.csv"):
        assert path.read_bytes() == export(small_atlas, answer._answer.query, form)
    if form == "json":
        assert json.loads(path.read_text(encoding="utf-8"))["title"]
    assert list(tmp_path.iterdir()) == [path]


def test_an_ending_that_is_no_format_writes_nothing(county, tmp_path):
    with pytest.raises(hotspots.Problem, match="choose one of csv"):
        county.ask().save(tmp_path / "ward.doc")
    assert not list(tmp_path.iterdir())


def test_a_notebook_shows_it(county):
    answer = county.ask(source="offences")
    assert answer.headline in answer._repr_html_()
    assert answer.plot()._repr_png_().startswith(b"\x89PNG")


def test_what_is_loaded_can_be_looked_up(county):
    assert list(county.sources) == ["offences", "ae"]
    assert "robbery" in county.categories()
    assert list(county.boroughs) == ["E06000001", "E06000002"]
    assert {"from", "layer", "hour"} <= set(county.parameters.index)
    assert "local_moran" in county.layers
    assert county.parameters.at["source", "allowed"] == ("offences", "ae")
    assert county.parameters.at["fdr", "allowed"] == ("on", "off")
    with pytest.raises(hotspots.Problem, match="choose one of offences, ae"):
        county.categories("fire")
    assert hotspots.__version__


def test_small_numbers_leave_as_they_leave_the_page(county, small_atlas):
    answer = county.ask(source="ae", layer="local_moran")
    true = small_atlas.asked(Query(source="ae")).counts
    small = (true >= 1) & (true <= 7)
    assert small.any()
    assert answer.table["count"][small].isna().all()
    assert (answer.table["count"].dropna() % 5 == 0).all()
    assert answer.table["local_i"].isna().all()
    assert answer.frame["count"][small].isna().all()
    left = pd.read_csv(io.BytesIO(answer.bytes("csv")), index_col=0, na_values="*")
    assert np.array_equal(left["count"], answer.table["count"].astype(float), equal_nan=True)


def test_nothing_public_leads_to_the_true_numbers(county):
    answer = county.ask(source="ae", layer="local_moran")
    for one in (county, answer, answer.plot()):
        for name, value in inspect.getmembers(one, lambda value: not callable(value)):
            if not name.startswith("_"):
                assert type(value).__module__.partition(".")[0] != "geo", name


# ---------------------------------------------------------------- the exact statistics alone


def grid() -> Graph:
    """Nine areas, three by three, rook neighbours."""
    cells = list(itertools.product(range(3), range(3)))
    pairs = [
        (f"{a}", f"{b}")
        for (i, a), (j, b) in itertools.product(enumerate(cells), enumerate(cells))
        if i != j and abs(a[0] - b[0]) + abs(a[1] - b[1]) == 1
    ]
    focal, neighbour = zip(*pairs, strict=True)
    return Graph.from_arrays(np.array(focal), np.array(neighbour), np.ones(len(pairs)))


@pytest.mark.parametrize("transform", ["B", "R"])
def test_p_of_local_moran_is_that_of_every_permutation(transform):
    graph = grid().transform(transform)
    y = pd.Series([9, 7, 1, 6, 5, 0, 2, 0, 1], graph.unique_ids, dtype=float)
    found = hotspots.local_moran(y, graph)
    for area in graph.unique_ids:
        ring = [one for one in graph[area].index if one != area]
        others = y.drop(area).to_numpy()
        sums = np.array([sum(drawn) for drawn in itertools.combinations(others, len(ring))])
        seen = y[ring].sum()
        expected = min(1.0, 2 * min((sums >= seen).mean(), (sums <= seen).mean()))
        assert found.at[area, "p"] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("transform", ["B", "R"])
def test_p_of_getis_ord_is_that_of_every_deal_of_all_values(transform):
    graph = grid().transform(transform)
    y = pd.Series([9, 7, 1, 6, 5, 0, 2, 0, 1], graph.unique_ids, dtype=float)
    found = hotspots.getis_ord(y, graph)
    for area in graph.unique_ids:
        window = [area, *(one for one in graph[area].index if one != area)]
        sums = np.array([sum(drawn) for drawn in itertools.combinations(y.to_numpy(), len(window))])
        seen = y[window].sum()
        expected = min(1.0, 2 * min((sums >= seen).mean(), (sums <= seen).mean()))
        assert found.at[area, "p"] == pytest.approx(expected, abs=1e-9)
    assert np.allclose(found["p_ring"], hotspots.local_moran(y, graph)["p"])


def test_the_statistics_are_those_of_esda():
    from esda import G_Local, Moran_Local

    graph = grid()
    y = pd.Series([9, 7, 1, 6, 5, 0, 2, 0, 1], graph.unique_ids, dtype=float)
    moran = Moran_Local(y.to_numpy(), graph.transform("R"), permutations=0)
    assert np.allclose(hotspots.local_moran(y, graph)["local_i"], moran.Is)
    star = G_Local(y.to_numpy(), graph, transform="B", star=True, permutations=0)
    assert np.allclose(hotspots.getis_ord(y, graph)["z"], star.Zs)


def test_a_series_is_put_in_order_and_unequal_weights_are_refused():
    graph = grid()
    y = pd.Series([9, 7, 1, 6, 5, 0, 2, 0, 1], graph.unique_ids, dtype=float)
    assert hotspots.local_moran(y[::-1], graph).equals(hotspots.local_moran(y, graph))
    adjacency = graph.adjacency.copy()
    adjacency.iloc[0] = 3.0
    with pytest.raises(ValueError, match="equal weight"):
        hotspots.local_moran(y, Graph(adjacency))


def test_every_format_can_be_saved_by_its_ending(county):
    answer = county.ask(source="offences", level="ward")
    assert all(answer.bytes(form) for form in FORMATS)


# ---------------------------------------------------------------- the examples


@pytest.fixture
def beside_the_demonstration(demo_county, tmp_path, monkeypatch) -> Path:
    """A folder to work in, with the demonstration county in ``data``."""
    (tmp_path / "data").symlink_to(demo_county, target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_examples_of_the_docstrings(beside_the_demonstration):
    result = doctest.testmod(hotspots, optionflags=doctest.NORMALIZE_WHITESPACE)
    examples = Path(hotspots.__file__).read_text(encoding="utf-8").count(">>> ")
    assert (result.attempted, result.failed) == (examples, 0)


def test_the_notebook_runs_from_its_first_cell_to_its_last(beside_the_demonstration):
    import nbformat  # half a second, which every process would wait
    from nbclient import NotebookClient

    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    assert not any(cell.get("outputs") for cell in notebook.cells), "committed without what it shows"
    resources = {"metadata": {"path": str(beside_the_demonstration)}}
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources=resources).execute()
    shown = [
        kind for cell in notebook.cells for one in cell.get("outputs", []) for kind in one.get("data", {})
    ]
    assert {"image/png", "text/html"} <= set(shown)
    assert (beside_the_demonstration / "wards.gpkg").is_file()
