"""What does a manifest tell of a source to who may not see its true events? What it is, and when; no number.

An import writes down how many rows a file had, what became of them, and what each force reports: all of it
is of the true events. Who may see only their protected version opens a manifest without it, so that no page,
file or sentence can tell it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from geo.data.coverage import reported

TOLD = ("kind", "role", "months", "vintage", "grain", "imported")
"""What is told of an import."""
WITHHELD = ("files", "forces")
"""What is not told of a batch of events: digests of the files, and how much a force usually reports."""


def seen(manifest: Mapping[str, Any], sees: Callable[[str], bool]) -> dict[str, Any]:
    """Return the manifest as it is opened.

    Parameters
    ----------
    manifest : mapping
    sees : callable
        Whether the true events of a source are seen, by its key.

    Examples
    --------
    >>> true = {"sources": {"ae": {}}, "batches": {}, "history": [{"kind": "ae", "rows": 3, "grain": "day"}]}
    >>> [seen(true, lambda source: right)["history"] for right in (True, False)]
    [[{'kind': 'ae', 'rows': 3, 'grain': 'day'}], [{'kind': 'ae', 'grain': 'day'}]]
    """
    hidden = {source for source in manifest["sources"] if not sees(source)}
    batches = dict(manifest["batches"])
    for source in hidden:
        batches |= _batches({role: one for role, one in batches.items() if one["source"] == source})
    history = [_import(one) if one["kind"] in hidden else one for one in manifest["history"]]
    return {**manifest, "batches": batches, "history": history}


def _import(entry: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: entry[name] for name in TOLD if name in entry}
    if done := entry.get("conversion"):
        told["conversion"] = {"source": done["source"], "apportioned": bool(done["apportioned"])}
    return told


def _batches(batches: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Batches of one source: of what forces report only the months in which they do."""
    months: dict[str, Counter[str]] = {}
    for one in batches.values():
        for force, numbers in one.get("reports", {}).items():
            months.setdefault(force, Counter()).update(numbers)
    known = {force: reported(numbers) for force, numbers in months.items()}
    told = {role: {k: v for k, v in one.items() if k not in WITHHELD} for role, one in batches.items()}
    for one in told.values():
        if "reports" in one:
            one["reports"] = {
                force: {month: 1 for month in numbers if month in known[force]}
                for force, numbers in one["reports"].items()
            }
    return told
