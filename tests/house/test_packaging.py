"""What an installed copy and a container image hold: program, demonstration county."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from app import cli
from geo.access.file import read
from tests.support.trial import TRIAL, caddy_is_here, composed

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = (
    "assets",
    "data/boundaries",
    "docs/definitions",
    "docs/indicators",
    "docs/mappings",
    "docs/methods",
)
CODE = ("geo", "dashboard", "hotspots")


# ---------------------------------------------------------------- the wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the files at hand, unpacked."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE", "app.py"):
        shutil.copy(ROOT / name, source)
    for name in (*CODE, *SHIPPED):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    build = "from setuptools import build_meta; build_meta.build_wheel('out')"
    subprocess.run([sys.executable, "-W", "ignore", "-c", build], cwd=source, check=True, capture_output=True)
    unpacked = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(next((source / "out").glob("*.whl"))) as archive:
        archive.extractall(unpacked)
    return unpacked


def files(folder: Path) -> set[str]:
    """Relative paths of the files under a folder, without Python's caches."""
    paths = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix() for path in paths}


@pytest.mark.parametrize("package", CODE)
def test_the_wheel_holds_every_module(wheel: Path, package: str) -> None:
    ours = {name for name in files(wheel / package) if not name.startswith("_shipped/")}
    assert ours == files(ROOT / package)


def test_an_installed_copy_shows_its_types(wheel: Path) -> None:
    assert all((wheel / package / "py.typed").is_file() for package in ("geo", "hotspots"))


def test_an_installed_copy_can_be_asked_from_python(wheel: Path) -> None:
    ask = "import hotspots; print(hotspots.__file__, hotspots.__version__)"
    command = [sys.executable, "-c", ask]
    environment = {**os.environ, "PYTHONPATH": str(wheel)}
    answer = subprocess.run(command, cwd=wheel, env=environment, capture_output=True, text=True, check=False)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert answer.stdout.split() == [str(wheel / "hotspots" / "__init__.py"), version], answer.stderr


@pytest.mark.parametrize("name", SHIPPED)
def test_an_installed_copy_finds_what_was_shipped_with_it(wheel: Path, name: str) -> None:
    ask = "import sys; sys.path.insert(0, {!r}); from geo.ask.resources import shipped; print(shipped({!r}))"
    command = [sys.executable, "-S", "-c", ask.format(str(wheel), name)]
    answer = subprocess.run(command, cwd=wheel.parent, capture_output=True, text=True, check=False)
    folder = Path(answer.stdout.strip())
    assert folder.is_relative_to(wheel), answer.stderr
    assert files(folder) >= files(ROOT / name)


# ---------------------------------------------------------------- the container image


def stages() -> list[list[tuple[str, str]]]:
    """Read the Dockerfile as its stages, each a list of (instruction, rest of the line)."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    instructions = [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]
    starts = [i for i, (word, _) in enumerate(instructions) if word == "FROM"]
    assert instructions[: starts[0]] == [("ARG", "BASE=python:3.11-slim")]
    return [instructions[a:b] for a, b in zip(starts, [*starts[1:], None], strict=True)]


def test_every_stage_starts_from_the_one_base() -> None:
    assert all(stage[0][1].split()[0] == "${BASE}" for stage in stages())


def test_what_the_image_copies_is_here_and_is_let_through() -> None:
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_through = {line[1:] for line in ignore if line.startswith("!")}
    assert "*" in ignore
    names = {part for stage in stages() for part in stage[0][1].split()[2:3]}
    for stage in stages():
        for word, rest in stage:
            if word != "COPY":
                continue
            *sources, _target = rest.split()
            if sources[0].startswith("--from="):
                assert sources[0].removeprefix("--from=") in names
                continue
            assert set(sources) <= let_through
            assert all((ROOT / source).exists() for source in sources)


def test_the_image_is_built_from_all_that_the_wheel_is_made_of() -> None:
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    packages = {name for name in setuptools["packages"] if "." not in name}
    needed = (
        packages | set(setuptools["package-dir"].values()) | {f"{m}.py" for m in setuptools["py-modules"]}
    )
    copied = {part for word, rest in stages()[0] if word == "COPY" for part in rest.split()[:-1]}
    assert needed <= copied


def test_the_image_installs_by_hash() -> None:
    installs = [rest for stage in stages() for word, rest in stage if word == "RUN" and "pip install" in rest]
    assert installs
    assert all(
        "--require-hashes" in rest or rest.endswith("--no-deps --no-build-isolation .") for rest in installs
    )


def test_the_image_serves_as_a_plain_user_with_a_volume_and_a_health_check() -> None:
    last = stages()[-1]
    said = dict(last)
    words = [word for word, _ in last]
    assert said["USER"] not in ("root", "0") and words.index("USER") < words.index("CMD")
    assert "RUN" not in words[words.index("USER") :], "what is installed belongs to root"
    assert f"useradd --system --uid 10001 --home-dir {said['WORKDIR']}" in said["RUN"]
    assert said["VOLUME"] in said["ENV"].split("HOTSPOTS_DATA=")[1].split()
    assert json.loads(said["CMD"])[:4] == ["hotspots", "serve", "--host", "0.0.0.0"]
    command = json.loads(said["HEALTHCHECK"].split("CMD ")[1])
    assert f"http://127.0.0.1:{said['EXPOSE']}/readyz" in command[-1]
    compile(command[-1], "health check", "exec")


# ---------------------------------------------------------------- the trial of a partnership


MANY = ("compose.yaml", "many.yaml")


@pytest.fixture(scope="module", params=[MANY[:1], MANY], ids="+".join)
def files_of_trial(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The trial's compose file, alone and with several dashboards laid over it."""
    return composed(*request.param)


@pytest.fixture(scope="module")
def services(files_of_trial: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Its services."""
    return files_of_trial["services"]


def test_every_file_and_volume_of_the_trial_is_there(files_of_trial: dict[str, Any]) -> None:
    services = files_of_trial["services"]
    for service in services.values():
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            known = files_of_trial["volumes"]
            assert (TRIAL / source).is_file() if source.startswith("./") else source in known
        assert "." not in service["image"].partition("/")[0], "no registry of its own"
        assert set(service.get("depends_on", ())) <= services.keys()
        assert set(service.get("networks", ())) <= files_of_trial["networks"].keys()


def test_what_is_built_under_one_name_is_built_in_one_way(services: dict[str, dict[str, Any]]) -> None:
    for built in (one for one in services.values() if "build" in one):
        assert built["build"] == services["app"]["build"] and built["image"] == services["app"]["image"]
    extras = re.findall(
        r"requirements\$\{EXTRAS:\+(-)\$EXTRAS\}(\.lock)", (ROOT / "Dockerfile").read_text("utf-8")
    )
    arguments = (services["app"]["build"] if "deploy" in services["app"] else {"args": {}})["args"]
    for name, value in arguments.items():
        assert dict(stages()[0])["ARG"] == f"{name}="
        assert (ROOT / f"requirements{value.join(*extras)}").is_file()


def test_what_several_dashboards_share_is_closed_and_keeps_nothing_else() -> None:
    made = composed(*MANY)
    services = made["services"]
    assert services["app"]["deploy"] == {"replicas": 2}
    for name in ("app", "load", "database", "redis"):
        assert services[name]["read_only"] and services[name]["cap_drop"] == ["ALL"]
        assert services[name]["security_opt"] == ["no-new-privileges:true"]
    for name in ("load", "database", "redis"):
        assert services[name]["networks"] == ["store"] and made["networks"]["store"] == {"internal": True}
    assert {name for name, one in services.items() if "healthcheck" in one} == {"database", "redis"}
    waits = services["app"]["depends_on"] | services["load"]["depends_on"]
    assert {name for name, one in waits.items() if one == {"condition": "service_healthy"}} == {
        "database",
        "redis",
    }


def test_commands_and_variables_of_the_trial_are_ones_that_the_program_takes(
    services: dict[str, dict[str, Any]],
) -> None:
    for service in services.values():
        commands = set(re.findall(r"hotspots (\w+)", " ".join(service.get("command", ()))))
        assert commands <= get_command(cli.cli).commands.keys()
        taken = {one.envvar for name in commands for one in get_command(cli.cli).commands[name].params}
        assert {name for name in service.get("environment", {}) if name.startswith("HOTSPOTS_")} <= taken


def test_only_the_proxy_of_the_trial_is_reached_and_only_from_this_machine(
    services: dict[str, dict[str, Any]],
) -> None:
    assert {name: each["ports"] for name, each in services.items() if "ports" in each} == {
        "caddy": ["127.0.0.1:443:443"]
    }
    caddy = (TRIAL / "Caddyfile").read_text(encoding="utf-8")
    assert f"dynamic a app {dict(stages()[-1])['EXPOSE']}" in caddy
    assert "respond /metrics 404" in caddy


@pytest.mark.skipif(not caddy_is_here(), reason="no Caddy: install Debian's caddy")
def test_the_proxy_sends_to_every_dashboard_that_there_is() -> None:
    command = ["caddy", "adapt", "--adapter", "caddyfile", "--config", str(TRIAL / "Caddyfile")]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    [every] = re.findall(r'"dynamic_upstreams":(\{.*?\})', told)
    assert json.loads(every) == {"name": "app", "port": "8050", "refresh": 5_000_000_000, "source": "a"}


def test_the_trial_begins_with_options_that_there_are(services: dict[str, dict[str, Any]]) -> None:
    for command in (services["app"]["command"], json.loads(dict(stages()[-1])["CMD"])):
        assert command[:2] == ["hotspots", "serve"]
        known = {name for one in get_command(cli.cli).commands["serve"].params for name in one.opts}
        assert {word for word in command if word.startswith("--")} <= known


def test_the_trials_provider_names_the_groups_that_its_access_file_knows(tmp_path: Path) -> None:
    path = Path(shutil.copy(TRIAL / "access.toml", tmp_path))
    path.chmod(0o600)
    access = read(path)
    realm = json.loads((TRIAL / "realm.json").read_text(encoding="utf-8"))
    [client] = realm["clients"]
    assert access.provider is not None
    assert (access.provider.client, access.provider.secret) == (client["clientId"], client["secret"])
    assert access.provider.issuer.endswith(f"/realms/{realm['realm']}")
    assert client["redirectUris"] == [f"{access.address}/login/back"]
    assert client["attributes"]["post.logout.redirect.uris"] == f"{access.address}/login"
    assert {user["groups"][0].strip("/") for user in realm["users"]} == set(access.groups)
    [mapper] = client["protocolMappers"]
    assert mapper["config"]["claim.name"] == access.provider.groups_claim
