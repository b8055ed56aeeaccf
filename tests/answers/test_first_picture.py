"""What does someone see who asks nothing yet?"""

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from dashboard import create_app, view
from geo.answer.atlas import Atlas
from geo.answer.first_picture import first_picture
from geo.ask.query import Query


@pytest.fixture(scope="module")
def client(small_atlas: Atlas):
    return create_app(small_atlas).server.test_client()


def test_the_bare_address_goes_to_hotspots_of_violence_over_a_year(client, demo_atlas: Atlas):
    where = first_picture(demo_atlas).to_search()
    assert where == (
        "?source=offences&category=violence-and-sexual-offences&from=2023-01&to=2023-12&layer=getis_ord&cold=off"
    )
    for search in ("", "?", "?theme=dark"):
        found = client.get(f"/{search}")
        query, notices = Query.parse(urlsplit(found.location).query.replace("&theme=dark", ""))
        assert (found.status_code, query.layer, notices) == (302, "getis_ord", [])
        assert found.location.endswith("&theme=dark") == ("theme" in search)
        assert client.get(f"/{found.location}").status_code == 200
    assert client.get("/?hour=3").status_code == 200, "what is left out of any other address means everything"


def with_months(atlas: Atlas, months: tuple[int, ...]) -> Atlas:
    """The same county with some of its months only."""
    other = Atlas(atlas.snapshot)
    info = replace(other.catalogue.sources["offences"], months=months)
    other.catalogue = replace(other.catalogue, sources={"offences": info})
    return other


def test_a_county_with_gaps_opens_on_its_last_unbroken_year_and_says_so(small_atlas: Atlas):
    months = small_atlas.catalogue.sources["offences"].months
    gaps = with_months(small_atlas, (*months, months[-1] + 3, months[-1] + 4))
    query = first_picture(gaps)
    assert (query.first, query.last) == (months[0], months[11])
    said = str(view.page(gaps, query.to_search())["shown"]["notices.children"])
    assert "the last unbroken year" in said
    later = view.page(gaps, query.replace(first=months[1]).to_search())
    assert "unbroken" not in str(later["shown"]["notices.children"])


def test_a_source_without_violence_opens_on_what_it_has_most_of(small_atlas: Atlas):
    police = small_atlas.catalogue.sources["offences"]
    most = small_atlas.asked(Query(source="offences")).selection.by_category()
    known = {slug: name for slug, name in police.categories.items() if not slug.startswith("violence")}
    other = Atlas(small_atlas.snapshot)
    other.catalogue = replace(other.catalogue, sources={"offences": replace(police, categories=known)})
    assert known[first_picture(other).category[0]] == most[list(known.values())].idxmax()
