"""The report: one file that needs no network, in Chinese and English, for a screen, a phone and A4 paper.

Reads   a Summary, the standard, findings and counts of reading, the manifest
Gives   write_report(path, …); render(…) → the page as text
Not     what is counted (summary), what is said (sections), verdict table and manifest (result)
Keeps   names are masked unless asked for in full, and then the page says so; what is generated or a survey says so
        on the screen and on every sheet of paper
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from fangpin.intake import Counts
from fangpin.reference import regions
from fangpin.reports.blocks import Cell, code, name, text
from fangpin.reports.context import Context
from fangpin.reports.sections import all_sections
from fangpin.reports.summary import Summary
from fangpin.reports.words import WORDS, word
from fangpin.standards import Standard
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.text import LANGUAGES

TEMPLATES = Path(__file__).parent / "templates"
HTML_LANG = {"zh": "zh-Hans", "en": "en"}


def write_report(
    path: str | os.PathLike[str],
    summary: Summary,
    standard: Standard,
    findings: Sequence[Finding],
    counts: Counts,
    manifest: Mapping[str, Any],
    lang: str = "zh",
    names: str = "masked",
) -> Path:
    """The report at ``path``, replaced as a whole.

    Args:
        path: Where to write; the folder must exist.
        summary: Every verdict table counted in, the listed households named (``summary.name(registry)``).
        standard: The standard of the verdicts.
        findings: What reading had to say.
        counts: Rows by outcome.
        manifest: Hashes of input, standard and version, as beside the verdicts.
        lang: The language it opens in; the other is one press away.
        names: ``masked``, or ``full`` (the page then carries a warning).

    Raises:
        ValueError: ``lang`` or ``names`` is none of those.
    """
    target = Path(path)
    page = render(summary, standard, findings, counts, manifest, lang, names)
    partial = target.with_name(f".{target.name}.partial")
    try:
        partial.write_text(page, "utf-8")
        os.replace(partial, target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def render(
    summary: Summary,
    standard: Standard,
    findings: Sequence[Finding],
    counts: Counts,
    manifest: Mapping[str, Any],
    lang: str = "zh",
    names: str = "masked",
) -> str:
    """The report as text (see :func:`write_report`)."""
    if lang not in LANGUAGES or names not in ("masked", "full"):
        raise ValueError(f"lang {lang!r} must be one of {', '.join(LANGUAGES)}, names {names!r} masked or full")
    halves = [_half(Context(summary, standard, findings, counts, manifest, one, names)) for one in LANGUAGES]
    opened = halves[LANGUAGES.index(lang)]
    return page_template().render(
        halves=halves,
        first=HTML_LANG[lang],
        title=opened["title"],
        version=manifest.get("fangpin", ""),
        style=asset("report.css"),
        script=asset("report.js"),
    )


@cache
def page_template() -> jinja2.Template:
    """The page all HTML comes from."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template("report.html.j2")


@cache
def asset(file: str) -> str:
    """Style or script, as text."""
    return (TEMPLATES / file).read_text("utf-8")


def _half(context: Context) -> dict[str, Any]:
    """Everything the template needs for one language."""
    lang = context.lang
    other = "zh" if lang == "en" else "en"
    foot = _foot(context)
    return {
        "key": lang,
        "lang": HTML_LANG[lang],
        "other": HTML_LANG[other],
        "w": {key: said(lang) for key, said in WORDS.items()},
        "title": f"{word('title', lang)} {context.standard.as_of}",
        "meta": _meta(context),
        "banners": _banners(context),
        "sections": list(all_sections(context)),
        "foot": foot,
        "page": _page_rules(context, foot),
    }


def _meta(context: Context) -> list[tuple[str, Cell]]:
    standard = context.standard
    place = name(regions.full_name(standard.region, context.lang)) if standard.region else text(context.word("nation"))
    return [
        (context.word("as_of"), text(standard.as_of.isoformat())),
        (context.word("place"), place),
        (context.word("standard"), text(standard.title(context.lang))),
        ("", code(f"{standard.id}@{standard.hash[:12]}")),
        (context.word("made_with"), code(f"fangpin {context.manifest.get('fangpin', '')}".strip())),
    ]


def _banners(context: Context) -> list[tuple[str, str]]:
    said = []
    if context.summary.generated:
        said.append(("due", context.word("generated")))
    if context.profile:
        said.append(("due", context.word("survey", profile=context.profile)))
    if context.names == "full":
        said.append(("bad", context.word("full_names")))
    return said


def _foot(context: Context) -> str:
    """What stands at the foot of every sheet: title, day, standard and its hash, what made it."""
    standard = context.standard
    made = f"fangpin {context.manifest.get('fangpin', '')}".strip()
    return " · ".join([context.word("title"), standard.as_of.isoformat(), f"{standard.id}@{standard.hash[:12]}", made])


def _page_rules(context: Context, foot: str) -> str:
    """A4 with margins that carry the foot, the number of the page, and what must not be missed."""
    short = [
        w
        for w, holds in (("generated_short", context.summary.generated), ("survey_short", bool(context.profile)))
        if holds
    ]
    above = " · ".join(context.word(w) for w in short)
    before, between, after = (_css(part) for part in context.word("page", page="\x00", pages="\x00").split("\x00"))
    font = "font: 8pt system-ui, 'Noto Sans CJK SC', sans-serif; color: #3b4754;"
    top = f"@top-right {{ content: {_css(above)}; {font} font-weight: 600; }}" if above else ""
    return (
        f'.half[lang="{HTML_LANG[context.lang]}"] {{ page: {context.lang}; }}\n'
        f"@page {context.lang} {{ size: A4; margin: 15mm 13mm 17mm; {top} "
        f"@bottom-left {{ content: {_css(foot)}; {font} }} "
        f"@bottom-right {{ content: {before} counter(page) {between} counter(pages) {after}; {font} }} }}"
    )


def _css(said: str) -> str:
    """A string of CSS."""
    return '"' + said.replace("\\", "\\\\").replace('"', '\\"').replace("<", "\\3c ").replace("\n", " ") + '"'
