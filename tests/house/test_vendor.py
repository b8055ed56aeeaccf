"""The map library is installed by lock file, and its copies follow the lock."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def vendor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The set-up step with folders of its own and a stand-in for npm that writes what npm would."""
    spec = importlib.util.spec_from_file_location("vendor", ROOT / "tools" / "vendor.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    lock = tmp_path / "package-lock.json"
    lock.write_text("one")
    for name, value in {
        "ROOT": tmp_path, "LOCK": lock, "PACKAGE": tmp_path / "package", "VENDOR": tmp_path / "a" / "vendor",
    }.items():  # fmt: skip
        monkeypatch.setattr(module, name, value)

    def npm_ci() -> None:
        for name in module.FILES:
            path = module.PACKAGE / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(lock.read_text())

    monkeypatch.setattr(module, "npm_ci", npm_ci)
    return module


def test_copies_are_made_once_and_again_when_the_lock_changes(
    vendor: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor.main()
    library = vendor.VENDOR / "maplibre-gl.mjs"
    assert library.read_text() == "one"
    install = vendor.npm_ci
    monkeypatch.setattr(vendor, "npm_ci", lambda: pytest.fail("npm ran although nothing changed"))
    vendor.main()
    vendor.LOCK.write_text("two")
    monkeypatch.setattr(vendor, "npm_ci", install)
    vendor.main()
    assert library.read_text() == "two"


def test_a_copy_that_was_cut_off_is_made_again(vendor: ModuleType) -> None:
    vendor.main()
    (vendor.VENDOR / "LOCK").unlink()
    (vendor.VENDOR / "maplibre-gl.mjs").unlink()
    vendor.main()
    assert (vendor.VENDOR / "maplibre-gl.mjs").is_file()


def test_the_lock_pins_everything_by_hash_and_names_no_address() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    installed = {name: package for name, package in packages.items() if name}
    assert "node_modules/maplibre-gl" in installed
    assert all(package["integrity"].startswith("sha512-") for package in installed.values())
    assert not any("resolved" in package for package in installed.values())
