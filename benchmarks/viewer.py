"""What does a viewer get from a checkout? Its answers, by a process that imports nothing else of this one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path


def python_of(root: Path) -> str:
    """The Python of a checkout, its own where it has one: an earlier commit may need other libraries."""
    own = root / ".venv/bin/python"
    return str(own) if own.exists() else sys.executable


def viewer(root: Path, folder: str) -> Callable[[str], bytes]:
    """Open a checkout in a process of its own, with a data folder."""
    process = subprocess.Popen(
        [python_of(root), "-W", "ignore", str(Path(__file__).resolve()), folder],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root), "OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )

    def get(path: str) -> bytes:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(path.encode() + b"\n")
        process.stdin.flush()
        length = process.stdout.readline()
        if not length:
            sys.exit(f"{root} could not be opened; the lines above say why.")
        return process.stdout.read(int(length))

    return get


def work(folder: str) -> None:
    """Answer addresses from standard input, as a viewer of a folder gets them."""
    from importlib import import_module

    from dashboard import create_app

    rooms = (Path.cwd() / "geo" / "answer").is_dir()  # else a checkout from before geo/ had rooms
    atlas = import_module("geo.answer.atlas" if rooms else "geo.atlas").Atlas
    client = create_app(atlas.open(folder)).server.test_client()
    for line in sys.stdin:
        content = client.get(line.strip()).data
        sys.stdout.buffer.write(b"%d\n" % len(content) + content)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.path.insert(0, os.getcwd())
    work(sys.argv[1])
