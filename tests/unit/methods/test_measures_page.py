"""The page about measures: every example runs and gives what the page says, in both languages the same."""

from __future__ import annotations

import doctest
import re

import pytest

from helpers import ROOT

PAGES = {lang: (ROOT / "docs" / "how-to" / f"measures.{lang}.md").read_text("utf-8") for lang in ("zh", "en")}
pytestmark = pytest.mark.clause("P1.1")


def test_every_example_runs() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGES["en"], re.DOTALL)
    assert len(blocks) == 4
    examples = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "measures", None, 0)
    found = doctest.DocTestRunner().run(examples)
    assert found.attempted > 25 and found.failed == 0


def test_both_pages_show_the_same_examples() -> None:
    one, two = (re.findall(r"```python\n(.*?)```", page, re.DOTALL) for page in PAGES.values())
    assert one == two
