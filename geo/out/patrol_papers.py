"""What of a schedule is drawn on paper? Its map, and a duty sheet for each area."""

from __future__ import annotations

from geo.out import duty_sheets, patrol_map
from geo.out.file_form import PDF, SVG, FileForm, by_key

PICTURE = "map.svg"
"""The map that stands on the page."""
PAPERS = by_key(
    FileForm("map.pdf", "Map (PDF)", PDF, patrol_map.write_pdf),
    FileForm(PICTURE, "Map (SVG)", SVG, patrol_map.write_svg),
    FileForm("sheets.pdf", "Duty sheets, a page an area (PDF)", PDF, duty_sheets.write_sheets),
)
"""Each is written of the atlas that was planned from and what was drawn."""
