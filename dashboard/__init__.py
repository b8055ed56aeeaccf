"""The web page: what it shows, how it is wired, how it is served. It knows :mod:`geo`; never the reverse."""

from __future__ import annotations

from html import escape
from typing import Any

from dash import Dash
from flask import redirect, request
from werkzeug.exceptions import NotFound

from dashboard import (
    callbacks,
    delivery,
    layout,
    notes,
    openapi,
    replies,
    routes,
    routes_assess,
    routes_compare,
    routes_data,
    routes_export,
    routes_indicators,
    routes_ogc,
    routes_patrol,
    routes_pieces,
    routes_trial,
    routes_weekends,
    security,
    shell,
)
from dashboard.link import link_to
from geo.access.file import Access
from geo.answer.atlas import Atlas
from geo.answer.first_picture import first_picture
from geo.ask.query import SCREEN
from geo.ask.resources import shipped

__all__ = ["create_app"]


class Page(Dash):
    """A Dash app whose first bytes already show the frame of the page, before any script has run."""

    atlas: Atlas

    def index(self, path: str = "", **parts: Any) -> Any:
        """Answer "/" with the page, the bare address with the way to the first picture.

        Dash would answer any path with the page.
        """
        if path:
            raise NotFound
        if set(request.args) <= set(SCREEN):
            query = first_picture(self.atlas)
            search = link_to(query, {"source": query.source})
            return redirect("&".join(filter(None, [search, request.query_string.decode()])))
        return super().index(**parts)

    def interpolate_index(self, *_: Any, **parts: Any) -> str:
        """Fill the index: a skeleton over the place of the page; our own script starts the renderer."""
        place = f'{shell.SKELETON}<div id="react-entry-point"></div>'
        parts["css"] += shell.asked_ahead(self.atlas, replies.search())
        parts |= {"renderer": shell.entry(), "app_entry": place, "scripts": shell.needed(parts["scripts"])}
        return super().interpolate_index(**{key: shell.relative(text) for key, text in parts.items()})


def create_app(atlas: Atlas, access: Access | None = None) -> Dash:
    """Build the dashboard of one atlas.

    Parameters
    ----------
    atlas : Atlas
        What is loaded; every answer comes from it.
    access : Access, optional
        How people log in, where it stands behind a door.

    Returns
    -------
    Dash
        ``app.server`` is the WSGI application.

    Raises
    ------
    Problem
        If the atlas holds no events.
    """
    atlas.catalogue.needs_events()
    app = Page(
        __name__,
        title=f"Hotspots · {escape(atlas.place)}",
        assets_folder=str(shipped("assets")),
        assets_url_path=shell.assets(),
        include_assets_files=False,  # the index names them
        index_string=shell.index(atlas),
        serve_locally=True,
        update_title="",
        enable_mcp=False,
        add_log_handler=False,
    )
    app.atlas = atlas
    app.layout = layout.page(atlas)
    callbacks.register(app, atlas)
    for room in (
        routes,
        routes_data,
        routes_indicators,
        routes_export,
        routes_ogc,
        routes_pieces,
        routes_assess,
        routes_patrol,
        routes_trial,
        routes_compare,
        routes_weekends,
        notes,
    ):
        room.register(app, atlas)
    openapi.register(app, atlas)
    shell.register(app)
    replies.register(app)
    security.guard(app.server, access)
    delivery.register(app)
    return app
