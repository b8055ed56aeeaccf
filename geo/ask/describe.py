"""How is a question said in plain English: what, where, when?"""

from __future__ import annotations

from geo.ask.catalogue import Catalogue
from geo.ask.query import Query, filters_of
from geo.ask.words import (
    AREAS,
    DAY_NAMES,
    MONTH_NAMES,
    hours_name,
    listed,
    lower_first,
    named,
    period_name,
    windows_name,
)


def describe(query: Query, catalogue: Catalogue) -> str:
    """Say a question in plain English.

    Parameters
    ----------
    query : Query
        Checked.
    catalogue : Catalogue
        For the names of categories and boroughs.

    Returns
    -------
    str
        Without a full stop, "Robbery in Bedford and Luton, 2025, Friday and Saturday nights".
    """
    parts = [f"{what(query, catalogue)} in {where(query, catalogue)}"]
    return ", ".join(parts + when(query, catalogue))


def what(query: Query, catalogue: Catalogue) -> str:
    """Name the events: "Robbery", "All police offences", "Stop and search (all searches)"."""
    source = catalogue.source(query)
    label = lower_first(source.label)
    if query.definition:
        name = catalogue.definitions[query.definition].label
        kinds = [lower_first(source.categories[c]) for c in query.category]
        return f"{name} ({listed(kinds)})" if kinds else name
    if not query.category:
        return f"All {label}" if source.noun in label else f"{source.label} (all {source.noun})"
    names = [source.categories[c] for c in query.category]
    if len(names) > 3:
        return f"{len(names)} categories of {label}"
    words = listed([names[0], *(lower_first(name) for name in names[1:])])
    # "Assault" of A&E attendances is not an offence: say which service unless the label says it.
    return words if source.key == "offences" else f"{source.label} ({lower_first(words)})"


def where(query: Query, catalogue: Catalogue) -> str:
    """Name the boroughs chosen, the first of them where they are many, or the whole place."""
    chosen = [catalogue.boroughs[b] for b in query.borough]
    return named(chosen, *AREAS["borough"]) if chosen else catalogue.place


def months_of_year(query: Query) -> str:
    """Name the months of the year that are kept, "June and July only"; "" where all are."""
    return listed([MONTH_NAMES[m - 1] for m in query.month]) + " only" if query.month else ""


def when(query: Query, catalogue: Catalogue) -> list[str]:
    """Name the period, each filter of time, and each further filter."""
    source = catalogue.sources[query.source]
    months, words = source.months, []
    compared, _ = query.windows(source)
    if compared is not None:
        words.append(windows_name(compared))
    elif months:
        first = months[0] if query.first is None else query.first
        last = months[-1] if query.last is None else query.last
        words.append(period_name(first, last))
    if query.month and compared is None:
        words.append(months_of_year(query))
    if query.day:
        words.append(listed([DAY_NAMES[d] + "s" for d in query.day]))
    if query.night:
        names = [f"{DAY_NAMES[d]} into {DAY_NAMES[(d + 1) % 7]}" for d in query.night]
        words.append("nights of " + listed(names))
    if query.hour:
        words.append(hours_name(query.hour))
    words += [parameter.says(value) for parameter, value in filters_of(query) if parameter.says]
    return words
