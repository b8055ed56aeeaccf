"""How does a decision reach the notes? One route that takes what the page's own form sends, and nothing else.

A page of another site must not write notes through a reader's browser: the browser says where a request
comes from (``Sec-Fetch-Site``, ``Origin``), and a request that does not come from this page is refused, as is
one that is not JSON, which a foreign form cannot send.
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dash import Dash
from flask import Request, Response, jsonify, request

from dashboard.openapi import PAGE, Operation, described
from geo.ask.problem import Problem
from geo.tell.meeting import Notes, note

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas

LARGEST = 8 * 1024
"""Bytes of one note as sent."""
WANTED = ("area", "source", "author", "text")


def same_origin(asked: Request) -> bool:
    """Whether a request comes from a page of this server, by what the browser says of it."""
    site = asked.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return bool(asked.host) and urlsplit(asked.headers.get("Origin", "")).netloc == asked.host


def register(app: Dash, atlas: Atlas) -> None:
    """Add the route ``POST /notes`` of an atlas to an app.

    It takes a JSON object of ``area``, ``source``, ``author`` and ``text``, and keeps it with today's date in
    the notes of the data folder. It answers 201 with the note; 400, 403, 413, 415 or 422 with a sentence.
    """
    notes = Notes(atlas.snapshot.folder)

    @app.server.post("/notes")
    @described(
        Operation(
            "Keep a decision of a meeting, for the page",
            PAGE,
            {"application/json": {"type": "object"}},
            question=False,
            faults=(400, 403, 415, 422),
            done=201,
            body={
                "type": "object",
                "required": list(WANTED),
                "properties": {key: {"type": "string"} for key in WANTED},
            },
        )
    )
    def keep() -> tuple[Response, int] | tuple[str, int]:
        if not same_origin(request):
            return "Notes are taken from the dashboard's own page only.\n", 403
        if request.mimetype != "application/json":
            return "A note is sent as JSON.\n", 415
        request.max_content_length = LARGEST
        try:
            given = json.loads(request.get_data())
        except (ValueError, RecursionError):
            return "The note cannot be read: it is not JSON, or nested too deeply.\n", 400
        if not isinstance(given, dict) or not all(isinstance(given.get(key), str) for key in WANTED):
            return f"A note is a JSON object of {', '.join(WANTED)}.\n", 422
        area, source, author, text = (given[key] for key in WANTED)
        if not any(area in codes for codes in atlas.catalogue.areas.values()):
            raise Problem("This map has no such area.")
        if source not in atlas.catalogue.sources:
            raise Problem("This source is not loaded here.")
        months = atlas.catalogue.sources[source].months
        made = note(
            area, author, text, day=date.today(), source=source, seen=months[-1], team=atlas.viewer.team
        )
        notes.add(made)
        return jsonify(date=made.date, author=made.author, text=made.text), 201
