"""The manifest in force of a data folder, as an earlier version of the program would have left it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def rewritten(folder: Path) -> Iterator[dict[str, Any]]:
    """Change what the manifest says; it is then without a seal, as they once were."""
    current = (folder / "CURRENT").read_text().split()[0]
    path = folder / "versions" / current
    manifest = json.loads(path.read_text())
    yield manifest
    manifest.pop("seal", None)
    path.write_text(json.dumps(manifest))
    (folder / "CURRENT").write_text(f"{current}\n")
