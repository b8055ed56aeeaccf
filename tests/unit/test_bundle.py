"""How do our scripts become one?"""

import re
import shutil
import subprocess

import pytest

from dashboard import bundle
from geo.ask.resources import shipped

NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="node is not installed")
@pytest.mark.parametrize("start", ["start.mjs", "take/take.mjs"])
def test_the_one_script_is_a_module_that_imports_nothing(start: str) -> None:
    text = bundle.script(start)
    assert re.findall(r"^(?:import|export) .*", text, re.M) == ["export const parts = {};"]
    subprocess.run([NODE, "--check", "--input-type=module", "-"], input=text.encode(), check=True)


def test_each_script_comes_once_and_before_those_that_need_it() -> None:
    text = bundle.script("start.mjs")
    made = re.findall(r'^parts\["(.+)"\] = ', text, re.M)
    assert len(made) == len(set(made)) > 40
    for name in made:
        assert text.index(f'parts["{name}"] = ') == text.index(f'parts["{name}"]'), name


def test_what_a_script_exports_is_handed_on_under_its_name(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.mjs").write_text(
        "/** A. */\nexport const $ = 1;\nexport async function b() {}\nlet c; // not out\n"
    )
    (tmp_path / "z.mjs").write_text(
        'import * as all from "./a.mjs";\nimport { $, b as other } from "./a.mjs";\nall;\n'
    )
    monkeypatch.setattr(bundle, "shipped", lambda _: tmp_path)
    assert bundle.script.__wrapped__("z.mjs") == (
        'export const parts = {};\nparts["a.mjs"] = (() => {\n'
        "const $ = 1;\nasync function b() {}\nlet c; // not out\nreturn { $, b };\n})();\n"
        'const all = parts["a.mjs"];\nconst { $, b: other } = parts["a.mjs"];\nall;\n'
    )


def test_style_sheets_follow_each_other() -> None:
    first, second = (shipped("assets") / f"style/{name}.css" for name in ("dark", "page"))
    assert bundle.style(("dark", "page")) == first.read_text("utf-8") + second.read_text("utf-8")
