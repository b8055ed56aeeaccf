"""What does a room see? The map, the top areas with its numbers, and one line of when.

Present mode is a state of the one page: the same map, the same address, another layout
(``assets/style/present.css``) and keys (``assets/present/keys.mjs``). :func:`gather` asks for what it needs;
:func:`shown` turns that into the properties of the page. Nothing is computed here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from dash import html
from dash.development.base_component import Component

from dashboard import ids
from dashboard.blocks import with_warning
from dashboard.link import PLAIN
from geo.answer.disclosure import SHOWN
from geo.answer.layer_clusters import NOT_CORRECTED
from geo.answer.said import NOT_LOADED
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.ask.source_info import SourceInfo
from geo.ask.words import AREAS, MONTH_NAMES, agree, counted, period_name
from geo.tell.briefing import SINCE_HIGH, briefing
from geo.tell.meeting import (
    LONGEST_AUTHOR,
    LONGEST_TEXT,
    Meeting,
    Note,
    Notes,
    last_meeting,
    of_area,
    of_viewer,
)
from geo.tell.spot import Briefing, Spot

if TYPE_CHECKING:
    from geo.answer.answer import Answer
    from geo.answer.atlas import Atlas

Link = Callable[..., str]
"""Query string of the same question with some answers changed."""

REMEMBERED = 2
"""Decisions shown of an area, the newest first."""
BRIEF = 15
"""Characters of a period in the title band: "Jan to Mar 2023"."""

ARROWS = {"up": "▲ ", "down": "▼ ", "": ""}


# ---------------------------------------------------------------- the frame


def band() -> Component:
    """Title band: what is shown, the steps through time, and the way out."""
    return html.Div(
        className="present-band present-only",
        role="banner",
        children=[
            html.Div(id=ids.PRESENT_TITLE, className="present-title", role="heading", **{"aria-level": "1"}),
            html.Nav(id=ids.PRESENT_STEPS, className="present-steps", **{"aria-label": "Period"}),
            html.Button(["Keys ", html.Kbd("?")], type="button", className="present-act", id="present-help"),
            html.A(["Leave ", html.Kbd("Esc")], id=ids.PRESENT_LEAVE, href=PLAIN, className="present-act"),
        ],
    )


def side() -> Component:
    """List of the top areas, numbered as on the map."""
    return html.Section(
        className="present-side present-only",
        **{"aria-label": "Top areas"},
        children=[
            html.P(id=ids.PRESENT_UNIT, className="present-unit"),
            html.Ol(id=ids.PRESENT_LIST, className="present-list"),
            html.P(id=ids.PRESENT_MORE, className="present-more"),
            html.P(id=ids.PRESENT_SAID, className="present-said", **{"aria-live": "polite"}),
        ],
    )


def foot() -> Component:
    """One line of when, what the numbers are, and the marking of the data."""
    return html.Div(id=ids.PRESENT_FOOT, className="present-foot present-only", role="contentinfo")


KEYS = (
    (("↑", "↓"), "the area before, the next"),
    (("1", "to", "9"), "that area of the list"),
    (("0",), "the whole county"),
    (("←", "→"), "the period before, the next"),
    (("m",), "by month, by year"),
    (("n",), "note a decision for the area"),
    (("b",), "black screen"),
    (("f",), "full screen"),
    (("d",), "dark or light"),
    (("Esc",), "back to explore"),
)
"""Keys of present mode, for :data:`DIALOGS`."""

DIALOGS = f"""
<dialog class="present-dialog" id="present-keys" aria-labelledby="present-keys-title">
  <h2 id="present-keys-title">Keys</h2>
  <dl>{
    "".join(
        "<dt>"
        + " ".join(key if key == "to" else f"<kbd>{key}</kbd>" for key in keys)
        + f"</dt><dd>{what}</dd>"
        for keys, what in KEYS
    )
}</dl>
  <form method="dialog"><button class="button">Close</button></form>
</dialog>
<dialog class="present-dialog" id="present-note" aria-labelledby="present-note-title">
  <form>
    <h2 id="present-note-title">Decision</h2>
    <label for="present-text">What was decided</label>
    <textarea id="present-text" rows="4" maxlength="{LONGEST_TEXT}" required
      aria-describedby="present-care"></textarea>
    <p id="present-care">It is shown at the next meeting. Name no victim, suspect or witness.</p>
    <label for="present-author">Who decided</label>
    <input id="present-author" maxlength="{LONGEST_AUTHOR}" autocomplete="off" required>
    <p id="present-fault" role="alert"></p>
    <p class="present-buttons">
      <button class="button">Keep</button>
      <button class="button present-plain" type="button" id="present-cancel">Cancel <kbd>Esc</kbd></button>
    </p>
  </form>
</dialog>
<div class="present-blank" id="present-blank" role="status" hidden>
  <p>The screen is blank. Press b to go on.</p>
</div>"""


# ---------------------------------------------------------------- what is shown


@dataclass(frozen=True)
class Material:
    """All that present mode shows of a question.

    Attributes
    ----------
    answer : Answer
    source : SourceInfo
    told : Briefing
    meeting : Meeting or None
        The last one before today that made notes of the source.
    notes : tuple of Note
    trouble : str
        Why the notes cannot be read; "" where they can.
    """

    answer: Answer
    source: SourceInfo
    told: Briefing
    meeting: Meeting | None
    notes: tuple[Note, ...]
    trouble: str


def gather(atlas: Atlas, query: Query, today: date | None = None) -> Material:
    """Ask for what present mode shows: the answer, what is told of its top areas, and the notes.

    Parameters
    ----------
    atlas : Atlas
    query : Query
        Checked.
    today : date, optional
        Notes of this day are of the meeting that is on, not of the last one.
    """
    notes: tuple[Note, ...] = ()
    trouble = ""
    try:
        notes = of_viewer(Notes(atlas.snapshot.folder).read(), atlas.viewer)
    except Problem as problem:
        trouble = str(problem)
    meeting = last_meeting(notes, query.source, today or date.today())
    told = briefing(atlas, query, seen=meeting.seen if meeting else None)
    source = atlas.catalogue.source(query)
    return Material(atlas.answer(query), source, told, meeting, notes, trouble)


def shown(material: Material | None, link: Link) -> dict[str, Any]:
    """Properties of present mode; empty where it is not on.

    Parameters
    ----------
    material : Material or None
    link : callable
        ``link(**changes)``: query string of the same question with some answers changed.

    Returns
    -------
    dict
        "component.property" to value, the same names in either case.
    """
    if material is None:
        parts = [ids.PRESENT_TITLE, ids.PRESENT_STEPS, ids.PRESENT_UNIT, ids.PRESENT_LIST, ids.PRESENT_MORE]
        parts += [ids.PRESENT_SAID, ids.PRESENT_FOOT]
        return {f"{part}.children": None for part in parts} | {f"{ids.PRESENT_LEAVE}.href": PLAIN}
    answer, told = material.answer, material.told
    chosen = answer.query.area
    return {
        f"{ids.PRESENT_TITLE}.children": [
            answer.description,
            html.Span(with_warning(answer), className="present-finding"),
        ],
        f"{ids.PRESENT_STEPS}.children": _steps(answer.query, material.source, link),
        f"{ids.PRESENT_LEAVE}.href": link(view="explore"),
        f"{ids.PRESENT_UNIT}.children": _unit(told),
        f"{ids.PRESENT_LIST}.children": [
            row(material, spot, link(area=spot.code), chosen=chosen == spot.code) for spot in told.spots
        ],
        f"{ids.PRESENT_MORE}.children": _more(material),
        f"{ids.PRESENT_SAID}.children": _said(material),
        f"{ids.PRESENT_FOOT}.children": [
            html.Span(_when(told)),
            html.Span(
                [_small_print(material), " ", html.Span(answer.banner, className="badge")],
                className="present-source",
            ),
        ],
    }


# ---------------------------------------------------------------- the steps through time


Period = tuple[int, int]


def periods(query: Query, months: Sequence[int]) -> dict[str, Period | None]:
    """Where the arrow keys and ``m`` lead.

    Parameters
    ----------
    query : Query
    months : sequence of int
        Month numbers loaded, sorted.

    Returns
    -------
    dict
        ``earlier`` and ``later``: the stretch of the same length before and after, skipping gaps in the data;
        from the whole period, ``earlier`` is its last year (or month). ``other``: the last month, or from a
        single month the year that ends with it. First and last month each, or None where there is none.

    Examples
    --------
    >>> periods(Query(first=24, last=35), range(60))
    {'earlier': (12, 23), 'later': (36, 47), 'other': (35, 35)}
    """
    if not months:
        return {"earlier": None, "later": None, "other": None}
    first = months[0] if query.first is None else max(query.first, months[0])
    last = months[-1] if query.last is None else min(query.last, months[-1])
    kept = {m for m in months if not query.month or m % 12 + 1 in query.month}
    length = last - first + 1
    if (first, last) == (months[0], months[-1]) and length > 1:
        step = 12 if length > 12 else 1
        return {"earlier": (last - step + 1, last), "later": None, "other": (last, last)}

    def towards(direction: int) -> Period | None:
        start = first + direction * length
        while months[0] <= start and start + length - 1 <= months[-1]:
            if kept.intersection(range(start, start + length)):
                return start, start + length - 1
            start += direction * length
        return None

    other = (last, last) if length > 1 else (max(last - 11, months[0]), last)
    return {
        "earlier": towards(-1),
        "later": towards(1),
        "other": other if other != (first, last) else None,
    }


def _steps(query: Query, source: SourceInfo, link: Link) -> list[Component]:
    """Links of the period before, the next, and the other length; of the month that compared days end in."""
    months, (compared, _) = source.months, query.windows(source)
    if compared is not None:
        end = compared.after.months[-1]
        found = {**periods(query.replace(first=end, last=end, month=()), months), "other": None}
    else:
        found = periods(query, months)
    other = found["other"]
    length = "By year" if other and other[0] < other[1] else "By month"

    def to(key: str, said: str, form: str) -> Component:
        period = found[key]
        if period is None:
            return html.Span(form.format(""), className="present-step present-off", **{"aria-hidden": "true"})
        first, last = period
        href = link(first=None if first == months[0] else first, last=None if last == months[-1] else last)
        words = period_name(first, last)
        return html.A(
            form.format(_short(words, said)),
            id=f"present-{key}",
            href=href,
            className="present-step",
            **{"aria-label": f"{said}: {words}"},
        )

    return [to("earlier", "Earlier", "◀ {}"), to("other", length, length), to("later", "Later", "{} ▶")]


def _short(period: str, otherwise: str = "") -> str:
    """Period with the names of its months cut to three letters; ``otherwise``, if given, where still long.

    >>> _short("December 2022", "Earlier"), _short("May 2022 to April 2023", "Earlier")
    ('Dec 2022', 'Earlier')
    """
    short = re.sub("|".join(MONTH_NAMES), lambda name: name[0][:3], period)
    return otherwise if otherwise and len(short) > BRIEF else short


# ---------------------------------------------------------------- the list


def row(material: Material, spot: Spot, href: str, *, chosen: bool) -> Component:
    """One area of the list; of the chosen one also the numbers behind its sentence."""
    return html.Li(
        [
            html.A(
                [
                    html.Span(spot.rank, className="present-rank"),
                    html.Span(
                        [
                            html.Strong(spot.name),
                            " ",
                            spot.place,
                            html.Span(spot.found, className="present-found"),
                        ],
                        className="present-name",
                    ),
                    html.Span(spot.value, className="present-value"),
                    html.Span(" · ".join(spot.facts), className="present-facts"),
                    html.Span(_sentence(spot), className="present-sentence"),
                ],
                href=href,
                className="present-row",
                **{
                    "data-code": spot.code,
                    "data-name": f"{spot.name}, {spot.place}" if spot.place else spot.name,
                    "data-source": material.answer.query.source,
                },
                **({"aria-current": "true"} if chosen else {}),
            ),
            *([_details(material, spot)] if chosen else []),
        ],
        className="present-here" if chosen else None,
    )


def _sentence(spot: Spot) -> list[Any]:
    """When; what changed, in bold where it is clear; why."""
    trend = spot.change.trend
    clear: Any = html.B(f"{ARROWS[trend]}{spot.changed}") if trend else spot.changed
    said = [part for part in (spot.when, clear, spot.why) if part]
    if said and isinstance(said[0], str):
        said[0] = said[0][:1].upper() + said[0][1:]
    return [piece for part in said for piece in (part, "; ")][:-1]


def _details(material: Material, spot: Spot) -> Component:
    """What was decided of the area that is chosen, then the numbers behind its sentence and what is new."""
    told, meeting = material.told, material.meeting
    notes = of_area(material.notes, spot.code)[:REMEMBERED]
    rows = [(f"Decided {_day(date.fromisoformat(n.date))}", f"{n.text} ({n.author})") for n in notes]
    kinds = dict.fromkeys(range(1, len(rows)), "present-earlier")
    if spot.change.numbers:
        rows.append(("Change", _short(spot.change.numbers)))
    if told.until:
        lately = ", ".join(filter(None, (spot.lately.words, spot.lately.numbers)))
        rows.append(("28 days", f"to {_short(told.until)}: {lately}"))
    if spot.kinds:
        rows.append(("Most of it", spot.kinds))
    if meeting is not None:
        new = ", ".join(filter(None, (spot.since.words, spot.since.numbers)))
        fresh = _short(f"{told.months_since}: {new}") if told.months_since else "no newer months are loaded"
        rows.append((f"Since {_day(meeting.day)}", fresh))
    if notes:
        kinds |= dict.fromkeys(range(len(notes), len(rows)), "present-behind")
    return html.Dl(
        [
            part(said, className=kinds.get(i))
            for i, row in enumerate(rows)
            for part, said in zip((html.Dt, html.Dd), row, strict=True)
        ],
        className="present-details",
    )


def _day(day: date) -> str:
    """A day of which no part begins a line."""
    return f"{day.day}\u00a0{MONTH_NAMES[day.month - 1][:3]}\u00a0{day.year}"


def _unit(told: Briefing) -> list[Any]:
    """What the values are; and, where changes stand beside them, that the areas are those high now."""
    if not told.spots:
        return []
    changed = any(spot.change.numbers for spot in told.spots)
    return [told.unit, *([html.Br(), SINCE_HIGH] if changed else [])]


def _more(material: Material) -> str:
    """Say what the list leaves out, or why it is empty."""
    told, answer = material.told, material.answer
    said = [material.trouble]
    if not told.spots:
        said.append(answer.headline)
    if told.tied:
        more = counted(told.tied, *(f"more {area}" for area in AREAS[answer.query.level]))
        said.append(f"{more} {agree(told.tied, 'shares', 'share')} rank {told.spots[-1].rank}.")
    return " ".join(filter(None, said))


def _said(material: Material) -> str:
    """Say the chosen area, or what is shown, to a screen reader."""
    told, answer = material.told, material.answer
    for position, spot in enumerate(told.spots, start=1):
        if spot.code == answer.query.area:
            known = ", ".join(filter(None, (spot.name, spot.place, spot.found, *spot.facts)))
            return f"{position} of {len(told.spots)}: {known}. {told.unit}: {spot.value}. {spot.sentence}."
    return f"{answer.description}. {counted(len(told.spots), 'area is', 'areas are')} listed."


# ---------------------------------------------------------------- the foot


def _when(told: Briefing) -> list[Any]:
    """One line of when: the peak of all that is shown, and its change."""
    peak = told.when or "no time of the week stands out"
    change = told.change
    said = f"{ARROWS[change.trend]}{change.words if change.trend else change.numbers}"
    return [html.B(f"{peak[:1].upper()}{peak[1:]}"), f" · {said}" if said else ""]


def _small_print(material: Material) -> str:
    """What the numbers are, what is not among them, and what chance alone would flag of many areas."""
    source, said = material.source, []
    said += [caveat.rstrip(".") for caveat in material.answer.method if caveat.startswith(NOT_CORRECTED)]
    said += [caveat.rstrip(".") for caveat in material.answer.caveats if caveat.startswith(NOT_LOADED)]
    if source.disclosure not in SHOWN:
        said.append("* is 1 to 7, others to the nearest 5")
    if source.place == "residence":
        said.append("where people live")
    if source.disclosure == "internal":
        said.append(source.attribution)
    return " · ".join(said)
