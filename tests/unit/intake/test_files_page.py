"""The page about files: every code it names exists, and its example of a profile loads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fangpin.intake.layouts import load_layout, shipped
from fangpin.intake.messages import SAYINGS
from helpers import ROOT

PAGES = {lang: (ROOT / "docs" / "how-to" / f"files.{lang}.md").read_text("utf-8") for lang in ("zh", "en")}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_codes_and_profiles_on_the_page_exist(lang: str) -> None:
    assert set(re.findall(r"FP-INTAKE-\d{3}", PAGES[lang])) <= set(SAYINGS)
    named = set(re.findall(r"^\| `(\w+)` \|", PAGES[lang], re.MULTILINE))
    assert named == {"template", *shipped()}


def test_both_pages_name_the_same_codes() -> None:
    found = [re.findall(r"FP-INTAKE-\d{3}", page) for page in PAGES.values()]
    assert sorted(found[0]) == sorted(found[1])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_example_of_a_profile_loads(lang: str, tmp_path: Path) -> None:
    [block] = re.findall(r"```yaml\n(sheets:.*?)```", PAGES[lang], re.DOTALL)
    head = "profile: p\ntitle: {zh: 例, en: x}\nabout: {zh: 例, en: x}\nsource: ours\nverified: local\n"
    path = tmp_path / "p.yaml"
    path.write_text(head + block, "utf-8")
    [spec] = load_layout(path).document.sheets.values()
    assert spec.columns["户编码"].guess == 0.95
