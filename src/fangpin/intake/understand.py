"""Understanding: sheets as tables, by their names, by a profile that was asked for, or by their headings.

Reads   sheets, each with the table it is named like or none
Gives   understand → raw tables and what was found out
Keeps   what a sheet was taken for is said; a sheet that is like nothing known is said and not read
"""

from __future__ import annotations

from collections.abc import Sequence

from fangpin.intake.gather import Item
from fangpin.intake.layouts import Layout
from fangpin.intake.messages import finding
from fangpin.intake.raw import RawTable, Sheet
from fangpin.intake.recognise import TEMPLATE, Reading, nearest, read, recognise, template_spec
from fangpin.intake.wide import said, tables_of
from fangpin.tables import Table
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.text import Text


def understand(items: Sequence[Item], profile: Layout | None = None) -> tuple[list[RawTable], list[Finding]]:
    """The raw tables of these sheets.

    Args:
        items: Sheets, and the tables they are named like.
        profile: The profile that was asked for: then nothing is recognised, but sheets named like a table are read.

    Raises:
        UnusableInput: a key column stands twice with different contents.
    """
    raws: list[RawTable] = []
    findings: list[Finding] = []
    for item in items:
        reading = reading_of(item, profile)
        if item.table is not None and (reading is None or reading.profile == TEMPLATE):
            raws.append(item.sheet.raw(item.table.name))
        elif reading is None:
            findings.append(_unlike(item.sheet, profile))
        elif reading.profile == TEMPLATE:
            raws.append(item.sheet.raw(reading.spec.rows))
            findings.append(said(item.sheet, reading))
        else:
            own, about = tables_of(item.sheet, reading)
            raws += own
            findings += about
    return raws, findings


def reading_of(item: Item, profile: Layout | None = None) -> Reading | None:
    """How a sheet is read; None for a sheet of the template whose key is missing, or one that is like nothing known."""
    if profile is not None:
        asked = recognise(item.sheet, profile)
        return asked or (_named(item.sheet, item.table) if item.table is not None else None)
    if item.table is None:
        return recognise(item.sheet)
    own = _named(item.sheet, item.table)
    if own.whole and own.known == own.headings:
        return own
    best = recognise(item.sheet)
    if not own.whole:
        return best if best is not None and best.profile != TEMPLATE else None
    return best if best is not None and best.spec.repeats and best.known > own.known + 1 else own


def _named(sheet: Sheet, table: Table) -> Reading:
    return read(sheet, template_spec(table), TEMPLATE, Text("", ""), table.name)


def _unlike(sheet: Sheet, profile: Layout | None) -> Finding:
    file, page = sheet.origin.file, sheet.origin.sheet
    if profile is not None:
        hint = Text(f"方案 {profile.name} 里没有这样的表", f"the profile {profile.name} has no such sheet")
        return finding("FP-INTAKE-010", guess=hint, file=file, sheet=page)
    like = nearest(sheet)
    if like is None:
        hint = Text(
            "标题都不认识；文件或工作表可按表名命名", "no heading is known; name the file or sheet like a table"
        )
        return finding("FP-INTAKE-010", guess=hint, file=file, sheet=page)
    name = f"{like.profile} › {like.kind}"
    return finding("FP-INTAKE-078", profile=name, known=like.known, headings=like.headings, file=file, sheet=page)
