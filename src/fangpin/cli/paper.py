"""fangpin paper: an official paper as PDF, filled in from a JSON file, or blank."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from fangpin.cli.commands import Debug, Json, Lang
from fangpin.cli.door import DONE, answer, guarded, h, opened
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text


@guarded
def paper(
    form: Annotated[
        str | None,
        typer.Argument(metavar="[FORM]", help=h("编号，如 F04；不写则全列", "such as F04; else all")),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", help=h("JSON 文件：各项的值；不给则空白", "JSON file of values")),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help=h("写到哪个 .pdf", "the .pdf to write"))] = None,
    lang: Lang = None,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    from fangpin.reports import page, papers

    door = opened(lang, as_json, debug)
    if form is None:
        found = papers.names(door.lang)
        answer(found, "\n".join(f"{number}  {name}" for number, name in found.items()))
        return DONE
    target = out or Path(f"{form}.pdf")
    if target.suffix.lower() != ".pdf" or not target.parent.is_dir():
        raise UnusableInput(
            "FP-PAPER-005",
            Text("写不了这个文件", "this file cannot be written"),
            read=str(target),
            expected=Text("已有文件夹里的 .pdf", "a .pdf in a folder that is there"),
        )
    values = {} if data is None else _values(data)
    page.write(target, papers.pdf(form.upper(), values, door.lang))
    answer({"form": form.upper(), "file": str(target)}, str(target))
    return DONE


def _values(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        found = error
    if not isinstance(found, dict):
        raise UnusableInput(
            "FP-PAPER-006",
            Text("数据文件读不了", "the file of values cannot be read"),
            place=str(path),
            read=str(found)[:120],
            expected=Text("一个 JSON 对象：各项的名字和值", "one JSON object: fields and their values"),
        )
    return found
