"""What was typed in a form, read as the core reads a cell of a file.

Reads   texts by field code
Gives   read(table, texts) → canonical values by inside names, and what could not be read
Keeps   one way to read a value: `fp.read`, with its findings; an empty text is a blank, and a blank is unknown
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

import fangpin as fp
from fangpin import tables
from fangpin.vocabulary.text import Text

ONE = "1"


def read(name: str, texts: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Text]]:
    """Values and problems.

    Args:
        name: The table.
        texts: What was typed, by field code.

    Returns:
        Canonical values by inside names (money as micro-yuan), and by field code what is wrong with what was typed.
    """
    table = tables.catalogue().table(name)
    filled = {code: text.strip() for code, text in texts.items() if text.strip()}
    values: dict[str, Any] = {table.field(code).inside: None for code in texts}
    if not filled:
        return values, {}
    row = dict.fromkeys(table.identity, ONE) | filled
    frames = {"household": pl.DataFrame({"household_id": [ONE]})}
    frames[name] = pl.DataFrame({**({"household_id": [ONE]}), **{k: [v] for k, v in row.items()}})
    loaded = fp.read(frames).load()
    problems: dict[str, Text] = {}
    for found in loaded.findings:
        code = found.field.partition(".")[2]
        if found.severity == "error" and found.field.startswith(f"{name}.") and code in filled:
            zh = f"{found.message.zh}。{found.remedy.zh}".rstrip("。")
            problems.setdefault(code, Text(zh, f"{found.message.en}. {found.remedy.en}".rstrip(". ")))
    said = loaded.frames[name].to_dicts()
    for code in filled:
        inside = table.field(code).inside
        values[inside] = said[0].get(inside) if said and code not in problems else None
    return values, problems
