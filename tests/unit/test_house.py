"""The house: the map is kept, rules travel with the wheel, set-up and pages are as they say."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from importlinter.cli import lint_imports

from helpers import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
CONTRACTS: list[dict[str, Any]] = PROJECT["tool"]["importlinter"]["contracts"]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def tool(name: str) -> ModuleType:
    """A script of tools/ as a module."""
    spec = importlib.util.spec_from_file_location(f"tool_{name}", ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def layers() -> list[str]:
    """The packages of the map, lowest first; those not there yet too."""
    journey = next(contract for contract in CONTRACTS if contract["id"] == "journey")
    return [name.strip(" ()") for layer in reversed(journey["layers"]) for name in layer.split("|")]


# ---- the map -----------------------------------------------------------------


def test_every_contract_of_the_map_is_kept(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename="pyproject.toml", no_cache=True, no_logo=True) == 0, capfd.readouterr().out


VIOLATIONS = {
    "journey": ("vocabulary/__init__.py", "import fangpin.tables"),
    "journey (a package without a place)": ("attic/__init__.py", ""),
    "strangers": ("registry/__init__.py", "import fangpin.standards"),
    "no-cycles": ("language/a.py", "from fangpin.language import b"),
    "truth": ("identification/__init__.py", "import fangpin.synth"),
    "plain-words": ("vocabulary/__init__.py", "import numpy"),
    "databases": ("identification/__init__.py", "import duckdb"),
    "one-household": ("language/__init__.py", "import polars"),
    "mathematics": ("methods/growth.py", "import fangpin.tables"),
    "web": ("reports/__init__.py", "import django"),
}


@pytest.fixture
def paper_house(tmp_path: Path) -> Path:
    """A package with the rooms of ours and nothing in them, under our contracts."""
    for name in ["", *layers()]:
        (tmp_path / "fangpin" / name).mkdir(parents=True, exist_ok=True)
        (tmp_path / "fangpin" / name / "__init__.py").touch()
    (tmp_path / "fangpin" / "language" / "b.py").write_text("from fangpin.language import a\n", "utf-8")
    (tmp_path / "fangpin" / "language" / "a.py").touch()
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    (tmp_path / "pyproject.toml").write_text(text[text.index("[tool.importlinter]") :], "utf-8")
    return tmp_path


def lint(house: Path) -> subprocess.CompletedProcess[str]:
    """What import-linter says about a house."""
    code = "import sys; from importlinter.cli import lint_imports as l; sys.exit(l(no_cache=True, no_logo=True))"
    environment = {**os.environ, "PYTHONPATH": str(house), "COLUMNS": "200"}
    return subprocess.run([sys.executable, "-c", code], cwd=house, env=environment, capture_output=True, text=True)


def test_an_empty_house_keeps_the_contracts(paper_house: Path) -> None:
    said = lint(paper_house)
    assert said.returncode == 0, said.stdout


def test_a_room_that_is_not_there_yet_is_no_mistake(paper_house: Path) -> None:
    journey = next(contract for contract in CONTRACTS if contract["id"] == "journey")
    absent = [name for layer in journey["layers"] for name in re.findall(r"\((\w+)\)", layer)]
    assert "monitoring" in absent
    for name in absent:
        shutil.rmtree(paper_house / "fangpin" / name)
    said = lint(paper_house)
    assert said.returncode == 0, said.stdout


@pytest.mark.parametrize("violation", VIOLATIONS)
def test_a_wrong_import_breaks_its_contract(paper_house: Path, violation: str) -> None:
    place, line = VIOLATIONS[violation]
    path = paper_house / "fangpin" / place
    path.parent.mkdir(exist_ok=True)
    path.write_text(line + "\n", "utf-8")
    said = lint(paper_house)
    name = next(contract["name"] for contract in CONTRACTS if contract["id"] == violation.split()[0])
    assert said.returncode == 1
    assert f"{name} BROKEN" in said.stdout


def test_each_contract_has_a_violation_that_breaks_it() -> None:
    assert {violation.split()[0] for violation in VIOLATIONS} == {contract["id"] for contract in CONTRACTS}


def test_rooms_are_of_a_good_size() -> None:
    assert tool("rooms").complaints([ROOT / "src"]) == []


def test_a_room_too_large_is_named(tmp_path: Path) -> None:
    (tmp_path / "long.py").write_text("def f():\n" + "    x = 1\n" * 600, "utf-8")
    (tmp_path / "short.py").write_text("def g():\n    return 1\n", "utf-8")
    module, count, function = tool("rooms").complaints([tmp_path])
    assert "long.py: 601 lines" in module
    assert count.startswith("1 of 2 functions are over 50 lines")
    assert function.endswith("f: 601")


# ---- the wheel ---------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, unpacked."""
    out = tmp_path_factory.mktemp("wheel")
    call = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(call, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(out / "site")
    return out / "site"


def files_under(root: Path) -> set[str]:
    """Relative paths of the files under a folder, caches apart."""
    return {
        str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_carries_every_rule_and_every_data_file(wheel: Path) -> None:
    assert files_under(ROOT / "rules") == files_under(wheel / "fangpin" / "_rules")
    assert files_under(ROOT / "src" / "fangpin") <= files_under(wheel / "fangpin")


@pytest.mark.parametrize("place", ["wheel", "checkout"])
def test_rules_are_found_and_read_from(place: str, wheel: Path, tmp_path: Path) -> None:
    code = (
        "import json, fangpin; from fangpin.language.documents import rules_root; "
        "standard = fangpin.standard('national/seed_2021', as_of='2021-06-30'); "
        "print(json.dumps([fangpin.__file__, str(rules_root()), len(list(rules_root().rglob('*.yaml')))]))"
    )
    site = wheel if place == "wheel" else ROOT / "src"
    environment = {**os.environ, "PYTHONPATH": str(site)}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    module, root, count = json.loads(done.stdout)
    assert Path(module).is_relative_to(site)
    assert Path(root) == (wheel / "fangpin" / "_rules" if place == "wheel" else ROOT / "rules")
    assert count == len(list((ROOT / "rules").rglob("*.yaml"))) > 0


def test_the_licence_travels_with_the_wheel(wheel: Path) -> None:
    (licence,) = wheel.glob("*.dist-info/licenses/LICENSE")
    assert licence.read_text("utf-8") == (ROOT / "LICENSE").read_text("utf-8")


# ---- set-up ------------------------------------------------------------------


def test_all_has_every_extra() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    (everything,) = extras["all"]
    assert set(re.findall(r"[a-z]+", everything.partition("[")[2])) == set(extras) - {"all"}


def test_constraints_pin_every_dependency_and_name_no_host() -> None:
    text = (ROOT / "constraints.txt").read_text("utf-8")
    pinned = {line.partition("==")[0] for line in text.splitlines() if not line.startswith("#")}
    groups = [PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"].values()]
    names = {re.split(r"[\[<>=]", need)[0].lower() for group in groups for need in group} - {"fangpin"}
    assert names <= pinned
    assert "://" not in text


def test_hooks_run_what_is_here_and_fetch_nothing() -> None:
    (only,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    assert only["repo"] == "local"
    assert all(hook["language"] == "system" and hook["entry"].startswith(".venv/bin/") for hook in only["hooks"])


@pytest.mark.parametrize("target", ["setup", "demo", "test", "lint", "bench", "docs", "clean"])
def test_make_knows_the_target(target: str) -> None:
    done = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_without_a_new_enough_python_the_message_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    script = tmp_path / "tools" / "setup.sh"
    script.write_text((ROOT / "tools" / "setup.sh").read_text("utf-8"), "utf-8")
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    for name in ("python3", "python3.11", "python3.12", "python3.13", "python3.14", "python"):
        (bin_ / name).write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2 && exit 0\nexit 1\n', "utf-8")
        (bin_ / name).chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", str(script), "all"], env={"PATH": f"{bin_}:/usr/bin:/bin"}, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed; found: Python 3.9.2" in done.stderr
    assert "需要 Python 3.11" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_the_stamp_holds_for_the_same_files_only(tmp_path: Path) -> None:
    setup = tool("setup")
    for name in setup.DECIDING:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("one", "utf-8")
    key = setup.key_of(tmp_path)
    stamp = tmp_path / "stamp.json"
    assert setup.installed(stamp, key) == set()
    stamp.write_text(json.dumps({"key": key, "extras": ["core", "survey"]}), "utf-8")
    assert setup.installed(stamp, key) == {"core", "survey"}
    (tmp_path / setup.DECIDING[0]).write_text("two", "utf-8")
    assert setup.installed(stamp, setup.key_of(tmp_path)) == set()
    stamp.write_text("damaged", "utf-8")
    assert setup.installed(stamp, key) == set()


# ---- the pages ---------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
    missing = [t for t in targets if "://" not in t and not t.startswith("mailto:") and not (page.parent / t).exists()]
    assert missing == []


def test_the_architecture_page_names_every_room_in_the_order_of_the_map() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    drawing = text.partition("<!-- map -->")[2].partition("<!-- /map -->")[0]
    drawn = re.findall(r"^  ([a-z]+) {2,}", drawing, flags=re.MULTILINE)
    here = [name for name in layers() if (ROOT / "src" / "fangpin" / name / "__init__.py").exists()]
    assert drawn == here


def test_decisions_are_numbered_without_a_gap() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        first = page.read_text("utf-8").splitlines()[0]
        assert first.startswith(f"# {page.name[:4]} "), page.name


def test_the_changelog_speaks_of_this_version() -> None:
    assert f"## {PROJECT['project']['version']}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_generated_pages_are_what_the_program_says() -> None:
    assert tool("docs").outdated() == [], "make docs"
