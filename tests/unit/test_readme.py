"""The README keeps its word: its example runs, its commands exist, both languages say the same."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from helpers import ROOT, command_exists, fangpin

README = {lang: (ROOT / name).read_text("utf-8") for lang, name in {"en": "README.md", "zh": "README.zh.md"}.items()}
MADE_BY = re.compile(r"fangpin (synth county .*)")


def blocks(text: str, language: str) -> list[str]:
    """The fenced code blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


def commands(text: str) -> set[str]:
    """The commands of the table, such as ``fangpin check``, with the words after ``·`` as subcommands."""
    found: set[str] = set()
    for cell in re.findall(r"^\| (`fangpin .*?) \|", text, flags=re.MULTILINE):
        first, *others = re.findall(r"`([^`]+)`", cell)
        words = [word for word in first.split() if re.fullmatch(r"[a-z]+", word)]
        found.add(" ".join(words))
        found |= {" ".join([*words[:-1], other]) for other in others}
    return found


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds ``county/``, made by the command that the example names."""
    folder = tmp_path_factory.mktemp("readme")
    (example,) = blocks(README["en"], "python")
    named = MADE_BY.search(example)
    assert named is not None
    done = fangpin(*named[1].split(), cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("lang", README)
def test_the_example_runs(lang: str, county: Path) -> None:
    (example,) = blocks(README[lang], "python")
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1"}
    done = subprocess.run([sys.executable, "-c", example], cwd=county, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "low_income" in done.stdout
    assert ("规则判定" in done.stdout) is (lang == "zh")
    assert {"verdicts.parquet", "manifest.json", "report.html"} <= {path.name for path in (county / "out").iterdir()}


@pytest.mark.parametrize("lang", README)
def test_the_example_has_ten_lines_or_so(lang: str) -> None:
    (example,) = blocks(README[lang], "python")
    assert len(example.splitlines()) <= 11


@pytest.mark.parametrize("lang", README)
def test_the_two_commands_come_first(lang: str) -> None:
    (first,) = blocks(README[lang], "sh")
    assert [line.split("  ")[0] for line in first.splitlines()] == ["make demo", "make test"]
    assert README[lang].index("make demo") < README[lang].index("docs/images/report")


def test_both_languages_show_the_same_example_and_commands() -> None:
    (english,), (chinese,) = (blocks(README[lang], "python") for lang in ("en", "zh"))
    assert english.replace('lang="en"', 'lang="zh"') == chinese
    assert commands(README["en"]) == commands(README["zh"])


@pytest.mark.parametrize("command", sorted(commands(README["en"])))
def test_a_command_of_the_readme_exists(command: str) -> None:
    assert command_exists(command)


def test_a_command_that_is_not_there_is_noticed() -> None:
    assert not command_exists("fangpin nosuchcommand")
