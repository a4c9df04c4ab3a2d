"""A list as a workbook or as text that imports again without loss.

Reads   facts of the households of a list, as the core's as_of chooses them
Gives   workbook(path, ids), csv_archive(path, ids)
Keeps   identity numbers, phones and accounts are left out altogether: a column that is not there changes nothing when
        the file comes back; cells that a spreadsheet would run are made safe
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.utils import timezone

from fangpin import tables
from fangpin.tables import template
from fangpin.vocabulary.csvsafe import guarded
from fangpin.vocabulary.text import Text
from fangpin.web.households.words import typed
from fangpin.web.registers.columns import TABLES, columns
from fangpin.web.registers.facts import Within, as_of, frames

Rows = Mapping[str, list[dict[str, Any]]]
NOTE = Text(
    "这份表可以原样再导入：证件号码、电话和账号没有导出，导入时不会改动它们。",
    "This workbook imports again as it is: identity numbers, phones and accounts are not in it and stay as they are.",
)


def rows_of(ids: Sequence[str], day: date | None = None, *, health: bool = True) -> Rows:
    """The rows of some households as of a day; without ``health`` no sensitive field."""
    found = as_of(frames(within=Within((), tuple(ids))), day or timezone.localdate())
    return {name: frame.to_dicts() for name, frame in found.items() if name in TABLES}


def fields_of(name: str, *, health: bool = True) -> list[str]:
    """The fields of a table that may leave the house."""
    about = columns(name)
    return [
        field.name
        for inside, field in about.fields.items()
        if inside not in about.sealed and (health or field.privacy != "sensitive")
    ]


def workbook(path: Path, ids: Sequence[str], *, health: bool = True) -> Path:
    """The households as a workbook like the template, one sheet a table."""
    rows = rows_of(ids, health=health)
    sheets = [template.SheetSpec(name, fields_of(name, health=health), rows[name]) for name in TABLES if rows.get(name)]
    return template.write(path, sheets, notes=[NOTE])


def csv_archive(path: Path, ids: Sequence[str], *, health: bool = True) -> Path:
    """The households as an archive of CSV files, one a table, headings are field codes."""
    rows = rows_of(ids, health=health)
    partial = path.with_name(f".{path.name}.partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in TABLES:
            if not rows.get(name):
                continue
            out = io.StringIO()
            writer = csv.writer(out)
            chosen = fields_of(name, health=health)
            writer.writerow(chosen)
            table = tables.catalogue().table(name)
            for row in rows[name]:
                said = [typed(table.field(f), row.get(table.field(f).inside), "zh") for f in chosen]
                writer.writerow([guarded(text) for text in said])
            archive.writestr(f"{name}.csv", "\ufeff" + out.getvalue())
    partial.replace(path)
    return path
