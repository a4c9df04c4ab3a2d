"""The generated pages of docs/: written from what the program reads or computes itself, never by hand.

Gives   docs/reference/<page>.{zh,en}.md for every page of PAGES, docs/explanation/<page>.{zh,en}.md for every page of
        EXPLANATIONS with its pictures in docs/images/; with --check nothing is written, and exit 1 names the pages that
        are out of date (pictures depend on a machine's fonts and are only written)
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
EXPLANATION = ROOT / "docs" / "explanation"
IMAGES = ROOT / "docs" / "images"

INTRODUCTION = {
    "zh": """\
# 命令

本页由命令自身生成（`make docs`），请勿手改。处处可用 `--lang zh|en`、`--json`、`--debug`。

退出码：0 完成 · 1 完成，但有拒收的行或错误级问题 · 2 调用或输入不能用，什么也没有写 · 130 被中断，没有写了一半的东西。
""",
    "en": """\
# Commands

This page is generated from the commands themselves (`make docs`); do not edit it. `--lang zh|en`, `--json` and
`--debug` work everywhere.

Exit codes: 0 done · 1 done, with refused rows or findings of severity error · 2 the call or its input cannot be
used, and nothing was written · 130 interrupted, nothing half-written.
""",
}
HEADINGS = {"zh": "| 参数 | 含义 | 默认 |", "en": "| argument | meaning | default |"}
REQUIRED = {"zh": "必填", "en": "required"}
EVERYWHERE = {"--lang", "--json", "--debug", "--help"}


def data_dictionary(lang: str) -> str:
    """The page of tables, fields and code lists."""
    from fangpin.tables import dictionary

    return dictionary.markdown(lang)


def commands(lang: str) -> str:
    """The page of commands; help texts take their language when the program starts, hence a process of its own."""
    environment = {**os.environ, "FANGPIN_LANG": lang, "PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1"}
    call = [sys.executable, __file__, "--print-commands", lang]
    done = subprocess.run(call, env=environment, capture_output=True, text=True, encoding="utf-8", check=True)
    return done.stdout


def rule_language(lang: str) -> str:
    """The page of the rule language."""
    from fangpin.language import reference

    return reference.markdown(lang)


def lines(lang: str) -> str:
    """The page from a published table to a head count."""
    from fangpin.reports import lines_page

    return lines_page.markdown(lang)


def definitions(lang: str) -> str:
    """The page of definitions of the measures."""
    sys.path.insert(0, str(ROOT / "tools"))
    import definitions as page

    return str(page.markdown(lang))


def pictures() -> Iterator[tuple[Path, bytes]]:
    """Every picture's place and its content, in both languages."""
    from fangpin.reports import lines_page, svg

    for lang in ("zh", "en"):
        for name, chart in lines_page.figures(lang).items():
            yield IMAGES / name, svg.standalone(chart, "svg")


def quality_checks(lang: str) -> str:
    """The page of the quality checks."""
    from fangpin.registry.checks import page

    return page.markdown(lang)


def codes(lang: str) -> str:
    """The page of codes."""
    from fangpin.reports import codes

    return codes.markdown(lang)


PAGES: dict[str, Callable[[str], str]] = {
    "codes": codes,
    "commands": commands,
    "data-dictionary": data_dictionary,
    "quality-checks": quality_checks,
    "rule-language": rule_language,
    "definitions": definitions,
}
EXPLANATIONS: dict[str, Callable[[str], str]] = {"from-table-to-headcount": lines}


def command_page(lang: str) -> Iterator[str]:
    """The lines of the page of commands."""
    import typer

    from fangpin.cli.app import app

    yield INTRODUCTION[lang]
    yield from _command(typer.main.get_command(app), "fangpin", lang)


def _command(command: Any, name: str, lang: str) -> Iterator[str]:
    """One command with its arguments, then those under it; a group by itself has no section but its sentence."""
    under = getattr(command, "commands", {})
    if not under:
        shown = [p for p in command.params if not EVERYWHERE & set(p.opts)]
        places = " ".join(_placeholder(p) for p in shown if p.param_type_name == "argument")
        yield f"## `{f'{name} {places}'.strip()}`\n"
        yield f"{command.help}\n"
        if shown:
            yield from _arguments(shown, lang)
    for word, child in under.items():
        yield from _command(child, f"{name} {word}", lang)


def _placeholder(argument: Any) -> str:
    name = argument.name.upper() + ("…" if argument.nargs == -1 else "")
    return name if argument.required else f"[{name}]"


def _arguments(params: list[Any], lang: str) -> Iterator[str]:
    yield HEADINGS[lang]
    yield "|---|---|---|"
    for p in params:
        name = p.name.upper() if p.param_type_name == "argument" else p.opts[0]
        default = REQUIRED[lang] if p.required else "" if p.default in (None, False, ()) else f"`{p.default}`"
        help_text = (p.help or "").replace("|", "\\|")
        yield f"| `{name}` | {help_text} | {default} |".replace("|  |", "| |")
    yield ""


def pages() -> Iterator[tuple[Path, str]]:
    """Every page's place and its text, in both languages."""
    for name, text in PAGES.items():
        for lang in ("zh", "en"):
            yield REFERENCE / f"{name}.{lang}.md", text(lang)
    for name, text in EXPLANATIONS.items():
        for lang in ("zh", "en"):
            yield EXPLANATION / f"{name}.{lang}.md", text(lang)


def outdated() -> list[Path]:
    """The pages whose file is missing or says something else."""
    return [path for path, text in pages() if not path.exists() or path.read_text("utf-8") != text]


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check say which are out of date."""
    if "--print-commands" in arguments:
        print("\n".join(command_page(arguments[-1])).rstrip("\n"))
        return 0
    if "--check" in arguments:
        late = outdated()
        print("\n".join(f"{path}: out of date; make docs" for path in late) or "docs: up to date", file=sys.stderr)
        return 1 if late else 0
    for folder in (REFERENCE, EXPLANATION, IMAGES):
        folder.mkdir(parents=True, exist_ok=True)
    for path, text in pages():
        path.write_text(text, encoding="utf-8", newline="\n")
        print(path.relative_to(ROOT))
    for path, content in pictures():
        path.write_bytes(content)
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
