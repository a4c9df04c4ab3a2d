"""Pages of codes: what every FP-… code means, with cause, example and remedy, offline.

Reads   pages/*.yaml (cause, example; title and remedy where no message has them), intake.messages
Gives   page, pages, check_pages, everything, near, markdown
Keeps   a code that intake says has its title and remedy from the message itself; every code has a page (tested)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from fangpin.intake.messages import SAYINGS
from fangpin.registry.checks.documents import Check, checks, finding_code
from fangpin.vocabulary.findings import Severity
from fangpin.vocabulary.text import Text

_HEADS = {
    "cause": Text("原因", "Cause"),
    "example": Text("例", "Example"),
    "remedy": Text("办法", "Remedy"),
}
_SEVERITIES: dict[Severity | None, Text] = {
    "error": Text("错误", "error"),
    "warning": Text("提示", "warning"),
    "info": Text("说明", "note"),
    None: Text("中止", "ends the command"),
}
_INTRODUCTION = Text(
    """\
# 代码

本页由程序自身生成（`make docs`），请勿手改。不联网也能看：`fangpin code FP-INTAKE-023`。

程序说的每一件事都有一个不变的代码。“中止”表示命令以 2 结束，什么也没有写；其余是逐条的问题：错误、提示、说明。
数据疑点的代码（FP-DQ-…）见 [quality-checks](quality-checks.zh.md)。
""",
    """\
# Codes

This page is generated from the program itself (`make docs`); do not edit it. Offline: `fangpin code FP-INTAKE-023`.

Everything that the program says has a code that never changes its meaning. "Ends the command" means exit 2 with nothing
written; the others are findings: error, warning, note. Codes of quality checks (FP-DQ-…) are on
[quality-checks](quality-checks.en.md).
""",
)


@dataclass(frozen=True, slots=True)
class Page:
    """What one code means; ``severity`` is None where it ends the command."""

    code: str
    severity: Severity | None
    title: Text
    cause: Text
    example: Text
    remedy: Text

    def to_json(self, lang: str) -> dict[str, str]:
        """The page as plain strings."""
        return {
            "code": self.code,
            "severity": self.severity or "ends",
            "title": self.title(lang),
            "cause": self.cause(lang),
            "example": self.example(lang),
            "remedy": self.remedy(lang),
        }

    def text(self, lang: str) -> str:
        """The page for a terminal."""
        lines = [f"{self.code}  [{_SEVERITIES[self.severity](lang)}]  {self.title(lang)}"]
        return "\n".join([*lines, *(f"{head(lang)}  {self.part(name)(lang)}" for name, head in _HEADS.items())])

    def part(self, name: str) -> Text:
        """One part by its name: cause, example, remedy."""
        return {"cause": self.cause, "example": self.example, "remedy": self.remedy}[name]


def _filled(text: Text) -> Text:
    """A message without the places that a finding fills in."""
    return Text(*(re.sub(r"\{[^}]*\}", "…", half) for half in text))


def _text(entry: dict[str, Any], name: str) -> Text | None:
    return Text(entry[name]["zh"], entry[name]["en"]) if name in entry else None


@cache
def _written() -> dict[str, dict[str, Any]]:
    """What is written about every code, over all files of pages/."""
    found: dict[str, dict[str, Any]] = {}
    for file in sorted(files("fangpin.reports").joinpath("pages").iterdir(), key=lambda f: f.name):
        if file.name.endswith(".yaml"):
            found |= yaml.safe_load(file.read_text("utf-8"))
    return found


def _page(code: str, entry: dict[str, Any]) -> Page:
    saying = SAYINGS.get(code)
    title, remedy = _text(entry, "title"), _text(entry, "remedy")
    cause, example = _text(entry, "cause"), _text(entry, "example")
    severity = saying.severity if saying is not None and not _ends(code) else None
    if saying is not None:
        title = title or _filled(saying.message)
        remedy = remedy or _filled(saying.remedy)
    if title is None or remedy is None or cause is None or example is None:
        raise ValueError(f"{code}: title, cause, example or remedy is missing in reports/pages")
    return Page(code, severity, title, cause, example, remedy)


def _ends(code: str) -> bool:
    """Whether a code of intake ends the command: numbers below 010, and those of profiles."""
    area, number = code.split("-")[1:3]
    return area == "PROFILE" or int(number) < 10


@cache
def pages() -> tuple[Page, ...]:
    """Every page, by code."""
    return tuple(_page(code, entry) for code, entry in sorted(_written().items()))


@cache
def check_pages() -> tuple[Page, ...]:
    """The pages of the quality checks (FP-DQ-…), from the checks themselves."""
    return tuple(_of_check(check) for check in checks())


def _of_check(check: Check) -> Page:
    entry = check.entry
    shown = yaml.safe_dump(entry.examples.fires[0], allow_unicode=True, default_flow_style=True, width=10_000).strip()
    name, reason = (Text(words.zh, words.en) for words in (entry.name, entry.reason))
    return Page(check.finding_code, entry.severity, name, reason, Text(shown, shown), check.remedy)


def everything() -> tuple[Page, ...]:
    """Every page, those of the quality checks too."""
    return (*pages(), *check_pages())


def page(code: str) -> Page | None:
    """The page of a code (``FP-INTAKE-023``, ``FP-DQ-007`` or ``DQ07``); None where there is no such code."""
    wanted = code.strip().upper()
    if re.fullmatch("DQ[0-9]{1,3}", wanted):
        wanted = finding_code(wanted)
    return next((found for found in everything() if found.code == wanted), None)


def near(code: str) -> list[str]:
    """Codes that are written much like one that does not exist."""
    return get_close_matches(code.strip().upper(), [found.code for found in everything()], n=5, cutoff=0.7)


def markdown(lang: str) -> str:
    """All pages as one document."""
    return "\n".join(_lines(lang))


def _lines(lang: str) -> Iterator[str]:
    yield _INTRODUCTION(lang)
    area = ""
    for one in pages():
        own = one.code.rsplit("-", 1)[0]
        if own != area:
            area = own
            yield f"## {area}\n"
        yield f"### {one.code}\n"
        yield f"**{one.title(lang)}** ({_SEVERITIES[one.severity](lang)})\n"
        for name, head in _HEADS.items():
            yield f"- {head(lang)}{'：' if lang == 'zh' else ': '}{one.part(name)(lang)}"
        yield ""
