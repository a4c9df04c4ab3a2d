"""A page of blocks: the report's looks for anything else that is read on a screen, on paper or in a terminal.

Reads   sections of blocks in each language
Gives   html(title, sections, …), one file in both languages; text(sections, lang) for a terminal; write(path, data)
Not     what the page says (lines), the report of verdicts (html)
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console
from rich.table import Table as Grid

from fangpin.reports import html as report
from fangpin.reports.blocks import Bullets, Cell, Figure, Para, Section, Sub, Table, code
from fangpin.reports.words import WORDS
from fangpin.vocabulary.csvsafe import guarded
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import LANGUAGES, Text

Sections = Callable[[str], Sequence[Section]]
_WIDTH = 150


def html(
    title: Text,
    meta: Sequence[tuple[Text, Text]],
    sections: Sections,
    lang: str,
    version: str,
    banners: Sequence[tuple[str, str]] = (),
) -> str:
    """One page in both languages, opened in ``lang``; ``banners`` are tones with keys of the words."""
    halves = [_half(title, meta, sections, one, version, banners) for one in LANGUAGES]
    return report.page_template().render(
        halves=halves,
        first=report.HTML_LANG[lang],
        title=title(lang),
        version=version,
        style=report.asset("report.css"),
        script=report.asset("report.js"),
    )


def _half(
    title: Text,
    meta: Sequence[tuple[Text, Text]],
    sections: Sections,
    lang: str,
    version: str,
    banners: Sequence[tuple[str, str]] = (),
) -> dict[str, Any]:
    other = "zh" if lang == "en" else "en"
    made = code(f"fangpin {version}")
    return {
        "key": lang,
        "lang": report.HTML_LANG[lang],
        "other": report.HTML_LANG[other],
        "w": {**{key: said(lang) for key, said in WORDS.items()}, "title": title(lang)},
        "title": title(lang),
        "meta": [*((name(lang), Cell(value(lang))) for name, value in meta), (WORDS["made_with"](lang), made)],
        "banners": [(tone, WORDS[key](lang)) for tone, key in banners],
        "sections": list(sections(lang)),
        "foot": f"{title(lang)} · fangpin {version}",
        "page": "@page { size: A4; margin: 15mm 13mm; }",
    }


def text(sections: Iterable[Section], lang: str = "zh") -> str:
    """The same for a terminal: words and tables, without pictures."""
    out = io.StringIO()
    console = Console(file=out, width=_WIDTH, color_system=None, highlight=False, markup=False, emoji=False)
    for section in sections:
        console.print(f"\n■ {section.title}")
        for block in section.blocks:
            _print(console, block)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()).strip("\n")


def _print(console: Console, block: Any) -> None:
    if isinstance(block, Para):
        console.print("".join(cell.text for cell in block.pieces), soft_wrap=True)
    elif isinstance(block, Sub):
        console.print(f"\n· {block.text}")
    elif isinstance(block, Bullets):
        for item in block.items:
            console.print("  – " + "".join(cell.text for cell in item), soft_wrap=True)
    else:
        table = block.table if isinstance(block, Figure) else block
        console.print(_grid(table))
        if table.note:
            console.print(table.note, soft_wrap=True)


def _grid(table: Table) -> Grid:
    grid = Grid(
        title=table.caption or None,
        title_justify="left",
        title_style="",
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
    )
    for column in table.columns:
        grid.add_column(column.heading, justify="right" if column.numeric else "left", header_style="")
    for row in table.rows:
        grid.add_row(*[cell.text for cell in row])
    return grid


def write(path: Path, data: str | bytes) -> Path:
    """A file replaced as a whole; its folder must exist."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(data.encode() if isinstance(data, str) else data)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def write_parquet(path: Path, table: pl.DataFrame) -> Path:
    """A table replaced as a whole; its folder must exist."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        table.write_parquet(partial)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def write_csv(path: Path, table: pl.DataFrame) -> Path:
    """A table for spreadsheets: no text is a formula, lists are joined by ``;``."""
    lists = [c for c, kind in table.schema.items() if isinstance(kind, pl.List)]
    flat = table.with_columns(pl.col(lists).list.join(";"))
    texts = [c for c, kind in flat.schema.items() if kind == pl.String]
    safe = flat.with_columns(pl.col(texts).map_elements(guarded, return_dtype=pl.String, skip_nulls=True))
    return write(path, "\ufeff" + safe.write_csv())


def folder(place: str | Path) -> Path:
    """The folder, made if it is not there.

    Raises:
        UnusableInput: it cannot be written.
    """
    out = Path(place)
    try:
        out.mkdir(parents=True, exist_ok=True)
        if not os.access(out, os.W_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        raise UnusableInput(
            "FP-RESULT-001",
            Text("结果文件夹不能写入", "the folder for the result cannot be written"),
            place=str(out),
            read=error.strerror or str(error),
            remedy=Text("用 --out 换一个文件夹", "choose another folder with --out"),
        ) from error
    return out
