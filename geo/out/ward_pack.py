"""What does a ward officer take along?

A ward pack: two pages of A4 for one ward. The first is the map of its small areas among their neighbours, the
finding, and a table of them; the second tells when it happens, month by month, of which kinds, how it stands
against areas as deprived, and what other services see. Packs of several wards go into one ZIP archive.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches

from geo.answer.atlas import Atlas
from geo.answer.layers import of_events
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.ask.words import slug
from geo.out.drawing import (
    drawing,
    pdf,
)
from geo.out.export import allow
from geo.out.provenance import sheet
from geo.out.ward_when import second_page
from geo.out.ward_where import first_page
from geo.tell.area import profile

Progress = Callable[[int, int, str], None]


def _silent(done: int, total: int, what: str) -> None:
    """Report no progress."""


# ---------------------------------------------------------------- the packs


def wards_of(atlas: Atlas, query: Query, wanted: Sequence[str] = ()) -> list[str]:
    """Find wards by code or by name.

    Parameters
    ----------
    atlas : Atlas
    query : Query
        Without wards named: the ward it selects, else those of its boroughs, else all.
    wanted : sequence of str
        Codes or names, in any case of letters.

    Returns
    -------
    list of str
        Codes, as named, or in the order of the wards' names.

    Raises
    ------
    Problem
        If a ward is not on the map, with the names most like it.
    """
    frame = atlas.levels["ward"].frame
    if not wanted:
        if query.area in frame.index:
            return [query.area]
        inside = frame[frame["lad"].isin(query.borough)] if query.borough else frame
        return [str(code) for code in inside.sort_values(["name", "borough"]).index]
    names = frame["name"].str.casefold()
    found: list[str] = []
    for word in wanted:
        codes = frame.index[(frame.index == word.strip().upper()) | (names == word.strip().casefold())]
        if not len(codes):
            alike = get_close_matches(word, frame["name"].tolist(), 3, 0.5)
            hint = f": perhaps {' or '.join(alike)}" if alike else ""
            raise Problem(f"{atlas.place} has no ward “{word}”{hint}.")
        found += [str(code) for code in codes]
    return list(dict.fromkeys(found))


def ward_pack(
    atlas: Atlas, query: Query, wards: Sequence[str], progress: Progress = _silent, home: str = ""
) -> Iterator[tuple[str, bytes]]:
    """Write the packs of some wards, one after the other.

    Parameters
    ----------
    atlas : Atlas
    query : Query
        Its filters and its layer; its level and selected area do not matter.
    wards : sequence of str
        Codes; see :func:`wards_of`.
    progress : callable, optional
        ``progress(done, total, name of the ward)`` before each, and at the end.
    home : str, optional
        Address of the dashboard, for links.

    Yields
    ------
    tuple of str and bytes
        Name of a file and its PDF of two pages.
    """
    allow(atlas, "pack")
    plain = of_events(query).replace(area="", view="explore", clock="recorded")
    query, _ = atlas.catalogue.check(plain)
    lads = atlas.levels["ward"].frame["lad"].reindex(wards)
    if query.borough and not lads.isin(query.borough).all():
        query = query.replace(borough=())
    county = sheet(atlas, query.replace(level="lsoa"))
    outlines = county.outlines
    for done, code in enumerate(wards):
        told = profile(atlas, query.replace(level="ward", area=code))
        progress(done, len(wards), told.name)
        search = told.answer.query.to_search()
        here = replace(county, search=search, link=f"{home.rstrip('/')}/{search}" if home else "")
        with drawing():
            pages = [first_page(told, here, outlines), second_page(told, here, atlas)]
            title, about = f"{told.name}: {here.title}", f"{told.headline} {here.about}"
            content = pdf(pages, title, about, here.address, here.made)
        yield f"{slug(told.name)}-{code.lower()}.pdf", content
    progress(len(wards), len(wards), "")


def write_packs(
    atlas: Atlas, query: Query, wards: Sequence[str], progress: Progress = _silent, home: str = ""
) -> tuple[str, bytes]:
    """Write the packs of some wards as one file; parameters as for :func:`ward_pack`.

    Returns
    -------
    tuple of str and bytes
        Name of the file and the whole of it: a PDF for one ward, else a ZIP archive of PDFs.
    """
    packs = ward_pack(atlas, query, wards, progress, home)
    if len(wards) == 1:
        [pack] = packs
        return pack
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in packs:
            archive.writestr(name, content)
    return archive_name(atlas), file.getvalue()


def archive_name(atlas: Atlas) -> str:
    """Name of the file that holds several packs."""
    return f"{slug(atlas.place)}-ward-packs.zip"
