"""fangpin code: the page of a code, offline.

Keeps   a command holds no rule: it reads options, calls the core, and prints
"""

from __future__ import annotations

from typing import Annotated

import typer

from fangpin.cli.commands import Debug, Json, Lang
from fangpin.cli.door import DONE, answer, guarded, h, opened
from fangpin.reports import codes
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text


@guarded
def code(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[CODE]", help=h("如 FP-INTAKE-023；不写则全列", "such as FP-INTAKE-023; else all")),
    ] = None,
    lang: Lang = None,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    door = opened(lang, as_json, debug)
    if name is None:
        listed = codes.everything()
        text = "\n".join(f"{page.code}  {page.title(door.lang)}" for page in listed)
        answer([page.to_json(door.lang) for page in listed], text)
        return DONE
    page = codes.page(name)
    if page is None:
        near = codes.near(name)
        raise UnusableInput(
            "FP-CLI-012",
            Text("没有这个代码", "there is no such code"),
            read=name,
            expected=Text("、".join(near), ", ".join(near)) if near else None,
            remedy=Text("用 `fangpin code` 列出全部", "`fangpin code` lists them all"),
        )
    answer(page.to_json(door.lang), page.text(door.lang))
    return DONE
