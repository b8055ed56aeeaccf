"""Marked areas: which they are, what they hold, and that everything on the page shows the same ones."""

import base64
import json

import numpy as np
import pytest
from dash._utils import to_json

from dashboard import ids, view
from dashboard import legend as parts
from geo.answer import atlas as atlas_module
from geo.answer.atlas import Atlas
from geo.answer.legend import class_value
from geo.ask.query import Query
from geo.out.export import FORMATS
from geo.tell.marking import marking
from tests.support.table import rows_of


def marked(atlas: Atlas, search: str):
    query, _ = Query.parse(search, atlas.catalogue)
    return marking(atlas, atlas.answer(query))


def shown(atlas: Atlas, search: str) -> dict:
    return json.loads(to_json(view.page(atlas, search)))


# ---------------------------------------------------------------- which, and what they hold


def test_a_decile_marks_its_areas_and_says_what_they_hold(small_atlas: Atlas):
    found, notices = marked(small_atlas, "?mark=decile:1")
    table = small_atlas.answer(Query()).table
    of = table["imd_decile"] == 1
    assert not notices
    assert found.areas.tolist() == of.tolist()
    events, people = (table.loc[of, c].sum() / table[c].sum() for c in ("count", "population"))
    assert found.said == (
        f"{of.sum()} small areas in decile 1 are marked: they hold {events:.0%} of the offences shown "
        f"and {people:.0%} of the residents."
    )


def test_a_class_marks_what_the_legend_counts(small_atlas: Atlas):
    for layer in small_atlas.catalogue.layers:
        classes = small_atlas.answer(Query(layer=layer)).classes
        for key, count in zip(classes.keys, classes.counts, strict=True):
            query, said = Query.parse(f"?layer={layer}&mark=class:{class_value(key)}", small_atlas.catalogue)
            found, unknown = marking(small_atlas, small_atlas.answer(query))
            assert not said + unknown
            assert found.number == count


def test_classes_together_are_all_marked_and_one_that_is_not_there_is_said(small_atlas: Atlas):
    found, notices = marked(small_atlas, "?layer=quintile&mark=class:5,1,9")
    assert found.values == ("5", "1")
    assert notices == ["The legend has no class “9” to mark."]
    assert "“Highest fifth of areas” and “Lowest fifth of areas”" in found.said
    assert marked(small_atlas, "?mark=class:HH") == (None, ["The legend has no class “HH” to mark."])


def test_only_areas_of_the_boroughs_chosen_are_marked(small_atlas: Atlas):
    found, _ = marked(small_atlas, "?mark=decile:1,10&borough=E06000002")
    answer = small_atlas.answer(Query(borough=("E06000002",)))
    assert 0 < found.number == (answer.inside & answer.table["imd_decile"].isin([1, 10])).sum()


def test_a_class_without_an_area_marks_nothing_and_says_so(small_atlas: Atlas):
    classes = small_atlas.answer(Query(layer="local_moran")).classes
    empty = classes.keys[classes.counts.index(0)]
    page = shown(small_atlas, f"?layer=local_moran&mark=class:{empty}")
    assert page["frame"]["marked"] is None
    assert "nothing is marked" in json.dumps(page["shown"][f"{ids.MARKED}.children"])


@pytest.mark.parametrize("level", ["lsoa", "ward"])
def test_the_part_of_each_decile_is_counted_small_area_by_small_area(small_atlas: Atlas, level: str):
    found, _ = marked(small_atlas, f"?level={level}&layer=quintile&mark=class:5,4")
    lsoas = small_atlas.answer(Query()).table
    names = small_atlas.levels[level].frame.index[found.areas]
    parent = small_atlas.levels[level].frame.index[small_atlas.levels[level].parent]
    inside = np.isin(parent, names)
    by_hand = (lsoas["count"] * inside).groupby(lsoas["imd_decile"]).sum()
    whole = lsoas["count"].groupby(lsoas["imd_decile"]).sum()
    np.testing.assert_allclose(found.by_group, by_hand / whole)


def test_of_a_controlled_source_only_shown_numbers_are_added_up(small_atlas: Atlas):
    query = Query(source="ae", mark="decile:1,2,3,4,5,6,7,8")
    found, _ = marking(small_atlas, small_atlas.answer(query))
    table = small_atlas.answer(query).table
    share = table["count"][found.areas].fillna(0).sum() / table["count"].fillna(0).sum()
    true = small_atlas.asked(small_atlas.answer(query).query).counts
    assert table["count"][found.areas].isna().any()
    assert f"hold {share:.0%} of the attendances shown" in found.said
    assert found.said.count("%") == 2
    assert true[found.areas].sum() != table["count"][found.areas].fillna(0).sum()
    hidden, _ = marked(small_atlas, "?source=ae&mark=class:suppressed")
    assert hidden.said.endswith("% of the residents.")
    assert "attendances" not in hidden.said
    assert (hidden.by_group[hidden.by_group > 0] == 1).all()


def test_a_mark_is_no_new_question(small_atlas: Atlas, monkeypatch: pytest.MonkeyPatch):
    small_atlas.answer(Query(layer="quintile"))
    monkeypatch.setattr(atlas_module, "find", lambda *_: pytest.fail("worked out again"))
    for mark in ("", "decile:1", "decile:2", "class:5"):
        view.page(small_atlas, f"?layer=quintile&mark={mark}")


# ---------------------------------------------------------------- the same everywhere


def test_map_table_bars_legend_and_words_mark_the_same_areas(small_atlas: Atlas):
    page = shown(small_atlas, "?layer=quintile&mark=class:5")
    answer = small_atlas.answer(Query(layer="quintile"))
    of = answer.codes == answer.classes.keys.index("5")
    number = int(of.sum())
    assert (
        np.frombuffer(base64.b64decode(page["frame"]["marked"]), np.uint8).tolist() == of.astype(int).tolist()
    )
    rows = rows_of(page["shown"])
    assert {row["code"] for row in rows if not row["muted"]} == set(answer.table.index[of])
    assert [row["muted"] for row in rows] == [False] * number + [True] * (len(rows) - number)
    assert page["shown"][f"{ids.TABLE_TITLE}.children"].startswith(f"{number} marked of 36")
    part, whole = page["shown"][f"{ids.GRADIENT}.figure"]["data"]
    assert whole["marker"]["opacity"] < 1
    assert all(0 <= a <= b for a, b in zip(part["y"], whole["y"], strict=True))
    assert 0 < sum(part["y"]) < sum(whole["y"])
    pressed = json.dumps(page["shown"][f"{ids.LEGEND}.children"]).count('"aria-pressed": "true"')
    assert pressed == 1
    said = json.dumps(page["shown"][f"{ids.MARKED}.children"])
    assert f"{number} small areas" in said
    assert "?layer=quintile&set=" in said and "&chosen=offences:2023-01..2023-12" in said


def test_a_set_says_by_which_counts_it_was_chosen(small_atlas: Atlas):
    def link(search: str) -> str:
        return json.dumps(shown(small_atlas, search)["shown"][f"{ids.MARKED}.children"])

    assert "&chosen=outside" in link("?mark=decile:1,2")
    assert "&chosen=offences:2023-07..2023-12" in link("?layer=quintile&from=2023-07&mark=class:5")
    before = link("?layer=change&from=2023-07&compare=2023-01..2023-06&mark=class:NS")
    assert "chosen=offences:2023-07" not in before


def test_a_set_that_is_drawn_is_chosen_by_what_the_map_shows(small_atlas: Atlas):
    seen = {
        "": "offences:2023-01..2023-12",
        "?from=2023-07&layer=getis_ord": "offences:2023-07..2023-12",
        "?layer=imd": "outside",
        "?layer=agreement": "",
        "?layer=colocation": "",
    }
    assert {search: shown(small_atlas, search)["seen"] for search in seen} == seen


def test_a_mark_changes_no_number_and_goes_along_in_a_file(small_atlas: Atlas):
    with_, without = (shown(small_atlas, f"?level=ward{mark}")["shown"] for mark in ("&mark=decile:1", ""))
    for name in (ids.HEADLINE, ids.CAVEATS, ids.DESCRIPTION):
        assert with_[f"{name}.children"] == without[f"{name}.children"]
    for key in FORMATS:
        assert with_[f"{ids.export(key)}.href"] == f"{without[f'{ids.export(key)}.href']}&mark=decile:1"


def test_more_areas_than_a_set_holds_are_not_offered_as_one(
    demo_atlas: Atlas, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("dashboard.marked.LARGEST_GROUP", 60)
    few, many = (
        json.dumps(shown(demo_atlas, f"?mark=decile:{d}")["shown"][f"{ids.MARKED}.children"])
        for d in ("1", "1,2,3")
    )
    assert "Look at these areas together" in few
    assert "Look at these areas together" not in many


def test_what_cannot_be_marked_is_said_and_left_out_of_the_address(small_atlas: Atlas):
    page = shown(small_atlas, "?mark=class:HH")
    assert page["search"] == "?level=lsoa"
    assert "no class “HH”" in json.dumps(page["shown"][f"{ids.NOTICES}.children"], ensure_ascii=False)
    page = shown(small_atlas, "?mark=colour:red")
    assert page["tidy"]
    assert "marks no areas" in json.dumps(page["shown"][f"{ids.NOTICES}.children"])


def test_where_a_room_is_shown_the_map_nothing_is_marked(small_atlas: Atlas):
    page = shown(small_atlas, "?view=present&mark=decile:1")
    assert page["frame"]["marked"] is None
    assert "data-mark" not in json.dumps(page["shown"][f"{ids.LEGEND}.children"])


def test_both_maps_of_a_comparison_mark_the_same_areas(small_atlas: Atlas):
    frame = shown(small_atlas, "?view=compare&compare=ae&mark=decile:1")["frame"]
    assert frame["marked"] == frame["second"]["marked"] is not None


def test_the_selected_area_has_its_decile_outlined_and_its_class_named(small_atlas: Atlas):
    code = small_atlas.answer(Query()).table.index[35]
    page = shown(small_atlas, f"?area={code}")["shown"]
    (bars,) = page[f"{ids.GRADIENT}.figure"]["data"]
    widths = bars["marker"]["line"]["width"]
    assert [i + 1 for i, width in enumerate(widths) if width] == [10]
    assert "legend-current" in json.dumps(page[f"{ids.LEGEND}.children"])


def test_buttons_say_what_is_pressed():
    assert parts.mark_of("decile", "1", "decile:1,10")["aria-pressed"] == "true"
    assert parts.mark_of("decile", "1", "decile:10")["aria-pressed"] == "false"
    assert parts.mark_of("class", "1", "decile:1")["aria-pressed"] == "false"
