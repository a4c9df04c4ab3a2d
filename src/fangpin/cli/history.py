"""fangpin history: a household's history as a story.

Keeps   a command holds no rule: it reads options, calls the core, and prints
"""

from __future__ import annotations

from typing import Annotated

import typer

import fangpin as fp
from fangpin.cli.commands import Answers, Debug, Json, Lang, Profile, Source
from fangpin.cli.door import DONE, answer, guarded, h, opened


@guarded
def history(
    path: Source,
    household: Annotated[str, typer.Option("--household", help=h("户编号", "household_id"))],
    profile: Profile = None,
    answers: Answers = None,
    lang: Lang = None,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    door = opened(lang, as_json, debug)
    told = fp.read([path, *answers] if answers else path, profile=profile).history(household)
    answer(told.to_json(door.lang) if as_json else None, "" if as_json else told.text(door.lang))
    return DONE
