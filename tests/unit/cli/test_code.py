"""Every code that the program can say has a page: cause, example, remedy, in both languages."""

from __future__ import annotations

import ast
import json
import re

from typer.testing import CliRunner

from fangpin.cli.app import app
from fangpin.intake.messages import SAYINGS
from fangpin.reports import codes
from helpers import ROOT

CODE = re.compile(r"FP-[A-Z]+-[0-9]{3}")
HINT = """
Add an entry to src/fangpin/reports/pages/{area}.yaml (then `make docs`):
{code}:{title}
  cause: {{zh: 为什么会出现, en: why it arises}}
  example: {{zh: 一个例子, en: an example}}{remedy}"""


def said() -> dict[str, str]:
    """Every code that stands in the source, with where."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "src" / "fangpin").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
                found.setdefault(node.value, str(path.relative_to(ROOT)))
    return found


def hint(code: str) -> str:
    new = code not in SAYINGS
    return HINT.format(
        area=code.split("-")[1].lower(),
        code=code,
        title="\n  title: {zh: …, en: …}" if new else "",
        remedy="\n  remedy: {zh: 怎么办, en: what to do}" if new else "",
    )


def test_every_code_has_a_page() -> None:
    known = codes._written()
    without = {
        code: place for code, place in {**said(), **dict.fromkeys(SAYINGS, "messages.py")}.items() if code not in known
    }
    assert not without, "\n".join(f"{code} ({place}) has no page." + hint(code) for code, place in without.items())


def test_every_page_is_whole_in_both_languages() -> None:
    for code, entry in codes._written().items():
        wanted = {"cause", "example"} | (set() if code in SAYINGS else {"title", "remedy"})
        assert wanted <= set(entry), f"{code}: {wanted - set(entry)}" + hint(code)
        for part, words in entry.items():
            assert set(words) == {"zh", "en"}, (code, part)
            assert all(str(word).strip() for word in words.values()), (code, part)
        page = codes.page(code)
        assert page is not None
        assert re.search("[一-鿿]", page.cause.zh), code
        assert not re.search("[一-鿿]", page.cause.en), code
        assert "{" not in page.title.zh + page.remedy.en.replace("{k", "")
        assert page.remedy.zh.strip(" …，。；"), f"{code}: its remedy is only filled in; write one"


def test_a_quality_check_has_its_page_too() -> None:
    for page in codes.check_pages():
        assert page.cause.zh
        assert page.example.zh
        assert page.remedy.en
    first = codes.check_pages()[0]
    assert codes.page(first.code) == first
    assert codes.page("DQ" + first.code[-3:]) == first


def test_every_page_is_of_a_code_that_is_still_said() -> None:
    stale = set(codes._written()) - set(said()) - set(SAYINGS)
    assert not stale, f"no longer said by the program: {sorted(stale)}; remove from src/fangpin/reports/pages/"


def test_the_command_shows_lists_and_refuses() -> None:
    runner = CliRunner()
    shown = runner.invoke(app, ["code", "fp-intake-023"])
    assert shown.exit_code == 0
    assert "原因" in shown.stdout
    assert "E" in shown.stdout
    english = json.loads(runner.invoke(app, ["code", "FP-INTAKE-023", "--lang", "en", "--json"]).stdout)
    assert english["severity"] == "error"
    assert english["cause"]
    everything = json.loads(runner.invoke(app, ["code", "--json"]).stdout)
    assert {page["code"] for page in everything} >= set(SAYINGS)
    wrong = runner.invoke(app, ["code", "FP-INTAKE-999"])
    assert wrong.exit_code == 2
    assert "FP-CLI-012" in wrong.output
