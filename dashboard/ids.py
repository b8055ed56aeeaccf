"""What is each part of the page called? Names, once.

A control of the URL parameter ``level`` is named ``filter-level``; the browser code reads the parameter
from the name. Everything else has its own constant.
"""

ROOT = "page"

MAP = "map"
MAP_AREA = "map-area"
LEGEND = "legend"
SELECTED = "selected"
MARKED = "marked"

HEADLINE = "headline"
CAVEATS = "caveats"
DESCRIPTION = "description"
NOTICES = "notices"
BADGE = "badge"
TABLE = "table"
TABLE_TITLE = "table-title"
MONTHS = "months"
MONTHS_AREA = "months-area"
MONTHS_TITLE = "months-title"
MONTHS_NOTE = "months-note"
MONTHS_BOX = "months-box"
MONTHS_QUICK = "months-quick"
MONTHS_COPY = "months-copy"
MONTHS_CURSOR = "months-cursor"
CLOCK = "clock"
CLOCK_BOX = "clock-box"
CLOCK_PART = "clock-part"
CLOCK_OFF = "clock-off"
CLOCK_NOTE = "clock-note"
PERSONS_CHOSEN = "persons-chosen"
PERSONS_OFF = "persons-off"
CLOCK_COPY = "clock-copy"
CLOCK_CURSOR = "clock-cursor"
GRADIENT = "gradient"
GRADIENT_BOX = "gradient-box"
GRADIENT_PART = "gradient-part"
GRADIENT_TITLE = "gradient-title"
GRADIENT_NOTE = "gradient-note"
GRADIENT_SAID = "gradient-said"
GRADIENT_COPY = "gradient-copy"
GRADIENT_DECILES = "gradient-deciles"
EVIDENCE = "evidence"
EVIDENCE_NAME = "evidence-name"
EVIDENCE_BODY = "evidence-body"
ABOUT_LAYER = "about-layer"
RESET = "reset"
PRESENT = "present"
FURTHER = "further"
EXPLORE = "explore"
COMPARE = "compare"
ASSESSMENT = "assessment"
PATROLS = "patrols"
ASSESS = "assess"
ASSESS_BODY = "assess-body"
FIND = "find"
PRESENT_TITLE = "present-title"
PRESENT_STEPS = "present-steps"
PRESENT_LEAVE = "present-leave"
PRESENT_UNIT = "present-unit"
PRESENT_LIST = "present-list"
PRESENT_MORE = "present-more"
PRESENT_SAID = "present-said"
PRESENT_FOOT = "present-foot"


def control(parameter: str) -> str:
    """Name of the control of a URL parameter."""
    return f"filter-{parameter}"


def row(parameter: str) -> str:
    """Name of the row that holds a control, its label and its note."""
    return f"row-{parameter}"


def note(parameter: str) -> str:
    """Name of the note beside a control: what is chosen, or why nothing can be."""
    return f"note-{parameter}"


def clear(parameter: str) -> str:
    """Name of the link that clears a control."""
    return f"clear-{parameter}"


def export(form: str) -> str:
    """Name of the link that exports in a format."""
    return f"export-{form.replace('.', '-')}"
