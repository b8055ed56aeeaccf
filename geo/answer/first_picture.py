"""What is shown to who asks nothing yet? Hotspots of violence over the last twelve months, no coldspots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.ask.query import Query
from geo.ask.words import counted, month_runs, period_name

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas

LAYER = "getis_ord"
VIOLENCE = "violence"
"""How the name of a category of violence begins, in the words of the police and of hospitals."""
YEAR = 12


def first_picture(atlas: Atlas) -> Query:
    """Return the question of the first picture, which has an address of its own.

    Parameters
    ----------
    atlas : Atlas

    Returns
    -------
    Query
        Hotspots of the first source's violence, or else of its commonest category, over the last year without
        a gap.

    Raises
    ------
    Problem
        If no events are loaded.
    """
    atlas.catalogue.needs_events()
    source = next(iter(atlas.catalogue.sources.values()))
    query = Query(source=source.key)
    if query.level not in atlas.catalogue.levels:
        query = query.replace(level=next(iter(atlas.catalogue.levels)))
    if len(source.categories) > 1:
        query = query.replace(category=(_main_category(atlas, query),))
    if source.months and (period := last_year(source.months)) != (source.months[0], source.months[-1]):
        query = query.replace(first=period[0], last=period[1])
    if LAYER in atlas.catalogue.layers:
        query = query.replace(layer=LAYER, cold=False)
    return query


def _main_category(atlas: Atlas, query: Query) -> str:
    """Slug of the category of violence, or of the most frequent one."""
    categories = atlas.catalogue.sources[query.source].categories
    violent = [slug for slug in categories if slug.startswith(VIOLENCE)]
    if violent:
        return violent[0]
    slugs = {label: slug for slug, label in categories.items()}
    found = atlas.asked(query).selection.by_category().index
    return next(slugs[label] for label in found if label in slugs)


def last_year(months: tuple[int, ...]) -> tuple[int, int]:
    """First and last of the latest twelve months without a gap; of the latest stretch where none is so long.

    Examples
    --------
    >>> last_year(tuple(range(30))), last_year((*range(20), 25, 26)), last_year((3, 4, 7))
    ((18, 29), (8, 19), (7, 7))
    """
    runs = month_runs(months)
    first, last = next((run for run in reversed(runs) if run[1] - run[0] + 1 >= YEAR), runs[-1])
    return max(first, last - YEAR + 1), last


def why_not_later(atlas: Atlas, query: Query) -> str:
    """Say why the first picture does not end with the last month loaded; "" of any other question."""
    months = atlas.catalogue.sources[query.source].months
    if not months or query.last in (None, months[-1]) or query != first_picture(atlas):
        return ""
    assert query.first is not None and query.last is not None
    missing = query.last + 1
    while missing in months:
        missing += 1
    return (
        f"Shown is the last unbroken year, {period_name(query.first, query.last)}: "
        f"of what came after, {counted(len([m for m in months if m > query.last]), 'month', 'months')} "
        f"are loaded, but not {period_name(missing, missing)}."
    )
