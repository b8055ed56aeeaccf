"""House rules for what is committed: hashed locks, nothing of a machine, nobody else's code, true words."""

import importlib.util
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-engines.lock", "requirements-npm.lock")
# Written with gaps, so that this file does not name them either.
REGISTRY = re.compile(r"pypi[.]org|python[h]osted|npm[j]s[.]|debian[.]org|j[f]rog|artifactor[y]")
MACHINE_PATH = re.compile(r"(?<![\w.$}:*/-])/(?:work|tmp|root|home|Users)/\w|\b[A-Z]:\\Users\b")


def tracked() -> list[str]:
    """Paths of the files that git holds; the tests on them are skipped outside a checkout."""
    git = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if git.returncode:
        pytest.skip("not a git checkout, so there is no list of committed files")
    return [name for name in git.stdout.split("\0") if name and (ROOT / name).is_file()]


def read(name: str) -> str:
    """Text of a committed file; bytes that are no text become marks."""
    return (ROOT / name).read_text(encoding="utf-8", errors="replace")


def pins(lock: str) -> dict[str, list[str]]:
    """Requirement lines of a lock file, by package name (more than one where they depend on the system)."""
    found: dict[str, list[str]] = {}
    for line in read(lock).splitlines():
        if "==" in line:
            requirement = line.removesuffix("\\").strip()
            found.setdefault(canonicalize_name(requirement.split("==")[0]), []).append(requirement)
    return found


# ---------------------------------------------------------------- what is committed


def test_nothing_committed_names_a_registry_or_a_path_of_one_machine() -> None:
    wrong = []
    for name in tracked():
        for number, line in enumerate(read(name).splitlines(), start=1):
            for pattern in (REGISTRY, MACHINE_PATH):
                if match := pattern.search(line):
                    wrong.append(f"{name}:{number}: {match[0]}")
    assert not wrong


def test_every_file_of_code_fits_five_hundred_lines() -> None:
    long = {name: read(name).count("\n") for name in tracked() if name.endswith((".py", ".mjs", ".css"))}
    assert not {name: lines for name, lines in long.items() if lines > 500}


def test_hotspots_are_spelt_one_way_but_in_the_names_of_others() -> None:
    names = "Emerging Hot[ ]Spot Analysis|Do crime hot[ ]spots move|large hot[ ]spot areas"
    wrong = [
        f"{name}: {found[0]}"
        for name in tracked()
        for found in re.finditer(r"\b(?:hot|cold)[ -]spots?\b", re.sub(names, "", read(name)), re.I)
    ]
    assert not wrong


@pytest.mark.parametrize("text", ["see |home/ann/x", "open('|tmp/a')", "C:|Users|ann"])
def test_paths_of_a_machine_are_recognised(text: str) -> None:
    assert MACHINE_PATH.search(text.replace("|", "\\" if text.startswith("C") else "/"))


def test_no_code_of_others_is_committed() -> None:
    names = tracked()
    folders = ("node_modules/", ".venv/")
    assert not [name for name in names if name.startswith(folders) or ".min." in name]
    scripts = [name for name in names if name.endswith((".js", ".mjs", ".css"))]
    assert not [name for name in scripts if re.search("sourceMappingURL|@license|@preserve", read(name))]


def test_the_lock_of_the_tools_for_scripts_pins_everything_by_hash_and_names_no_address() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    installed = {name: package for name, package in packages.items() if name}
    assert installed and all(package["dev"] for package in installed.values()), "the page needs none of them"
    assert all(package["integrity"].startswith("sha512-") for package in installed.values())
    assert not any("resolved" in package for package in installed.values())


def test_data_of_users_are_never_committed() -> None:
    assert not [
        name for name in tracked() if name.startswith("data/") and not name.startswith("data/boundaries/")
    ]


# ---------------------------------------------------------------- lock files


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_of_a_lock_has_hashes(lock: str) -> None:
    text = read(lock)
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert len(blocks) == sum(map(len, pins(lock).values()))
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", block) for block in blocks)


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_an_address(lock: str) -> None:
    assert not re.search(r"https?:|file:|index-url|find-links", read(lock))


def test_the_lock_of_the_map_library_has_hashes_and_no_addresses() -> None:
    packages = json.loads(read("package-lock.json"))["packages"]
    assert all(package.get("integrity") for name, package in packages.items() if name)
    assert not [name for name, package in packages.items() if "resolved" in package]


def test_the_locks_agree_with_each_other_and_with_what_is_asked_for() -> None:
    project = tomllib.loads(read("pyproject.toml"))
    groups = project["dependency-groups"]
    wanted = {
        "requirements.lock": project["project"]["dependencies"] + project["build-system"]["requires"],
        "requirements-dev.lock": project["project"]["dependencies"] + groups["dev"],
        "requirements-engines.lock": project["project"]["optional-dependencies"]["engines"],
        "requirements-npm.lock": groups["npm"],
    }
    for lock, requirements in wanted.items():
        found = pins(lock)
        for requirement in map(Requirement, requirements):
            versions = [Requirement(pin).specifier for pin in found[canonicalize_name(requirement.name)]]
            for exactly in versions:
                assert next(iter(exactly)).version in requirement.specifier, (
                    f"{lock}: {requirement}; run make lock"
                )
    runtime = pins("requirements.lock")
    for lock in ("requirements-dev.lock", "requirements-engines.lock"):
        assert {name: pins(lock).get(name) for name in runtime} == runtime


# ---------------------------------------------------------------- what the documents say


def documents() -> list[str]:
    """The Markdown files committed."""
    return [name for name in tracked() if name.endswith(".md")]


def test_commands_in_the_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), flags=re.MULTILINE))
    spec = importlib.util.spec_from_file_location("set_up", ROOT / "tools" / "setup.py")
    assert spec and spec.loader
    set_up = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(set_up)
    assert {"run", "test"} <= targets
    for name in documents():
        text = read(name)
        assert set(re.findall(r"(?:`|^)make ([a-z]+)", text, flags=re.MULTILINE)) <= targets, name
        assert set(re.findall(r"setup\.py ([a-z]+)", text)) <= set(set_up.TASKS), name
    assert set(re.findall(r"tools/setup\.py ([a-z]+)", read("Makefile"))) == set(set_up.TASKS)


def test_links_in_the_documents_lead_somewhere() -> None:
    for name in documents():
        links = re.findall(r"\]\(([^)\s]+)\)", read(name))
        missing = [
            link
            for link in links
            if not re.match("https?:|mailto:|#", link)
            and not (ROOT / name).parent.joinpath(link.split("#")[0]).exists()
        ]
        assert not missing, name
