"""Headings: which column is which field.

Reads   the headings of one raw table
Gives   Mapping_: field → column; findings for unknown, doubled and absent columns
Keeps   a key column that is missing or doubled ends the command; any other trouble is a finding
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import polars as pl

from fangpin import tables
from fangpin.intake.messages import finding, unusable
from fangpin.intake.raw import Origin
from fangpin.tables import Field, Table
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.names import nearest
from fangpin.vocabulary.text import Text

Same = Callable[[int, int], bool]


@dataclass(frozen=True, slots=True)
class Headed:
    """The columns of one raw table: field name → (number of the column, heading as it stands)."""

    columns: dict[str, tuple[int, str]]
    findings: list[Finding]
    doubled: frozenset[str] = frozenset()
    """Fields that stand twice with different contents: they count as blank."""


def heading_of(table: str, text: str) -> Field | None:
    """The field a heading means; marks of required columns and units in brackets do not matter."""
    catalogue = tables.catalogue()
    text = text.replace("\ufeff", "").replace("\n", "").replace("\r", "").strip()
    bare = text.strip("*＊ ").strip()
    short = _without_brackets(bare)
    for word in (text, bare, short):
        found = catalogue.heading(table, word) if word else None
        if found is not None:
            return found
    return _short_labels(table).get(short)


def _without_brackets(text: str) -> str:
    return text.partition("（")[0].partition("(")[0].strip()


@cache
def _short_labels(table: str) -> dict[str, Field]:
    """Chinese names without what stands in brackets, where that is still the name of one field only."""
    fields = tables.catalogue().table(table).fields.values()
    short = [(_without_brackets(f.label.zh), f) for f in fields if _without_brackets(f.label.zh) != f.label.zh]
    names = [name for name, _ in short]
    return {name: f for name, f in short if names.count(name) == 1}


def read_headings(table: Table, headings: tuple[str, ...], origin: Origin, same: Same) -> Headed:
    """What each column is.

    Args:
        table: The table that the rows belong to.
        headings: As they stand.
        origin: For the places in findings.
        same: Whether two columns have the same contents.

    Raises:
        UnusableInput: a key column is missing or doubled.
    """
    found: dict[str, list[int]] = {}
    findings: list[Finding] = []
    for number, heading in enumerate(headings):
        field = heading_of(table.name, heading)
        if field is None:
            findings.append(_unknown(table, heading, number, origin))
        else:
            found.setdefault(field.name, []).append(number)
    for key in table.identity:
        if key not in found:
            raise unusable(
                "FP-INTAKE-004",
                place=origin.place,
                read="、".join(h for h in headings if h)[:200],
                field=f"{table.name}.{key}",
                label=table.fields[key].label,
                name=key,
                zh=table.fields[key].label.zh,
            )
    doubled = {name for name, numbers in found.items() if len(numbers) > 1}
    differing: set[str] = set()
    for name in sorted(doubled):
        findings.append(
            _doubled(
                table,
                name,
                [headings[i] for i in found[name]],
                origin,
                all(same(found[name][0], other) for other in found[name][1:]),
            )
        )
        if findings[-1].code == "FP-INTAKE-013":
            differing.add(name)
    columns = {name: (numbers[0], headings[numbers[0]]) for name, numbers in found.items()}
    return Headed(columns, findings, frozenset(differing))


def _doubled(table: Table, name: str, headings: list[str], origin: Origin, equal: bool) -> Finding:
    field = f"{table.name}.{name}"
    written = "、".join(headings)
    if name in table.identity:
        raise unusable("FP-INTAKE-007", place=origin.place, read=written, field=field, headings=written)
    return finding(
        "FP-INTAKE-014" if equal else "FP-INTAKE-013",
        field=field,
        headings=written,
        file=origin.file,
        sheet=origin.sheet,
        column=headings[1],
    )


def _unknown(table: Table, heading: str, number: int, origin: Origin) -> Finding:
    words = {w: f for f in table.columns.values() for w in (f.name, f.label.zh, f.label.en)}
    guess = nearest(heading.strip(), words) if heading.strip() else None
    if guess is not None:
        near = words[guess]
        hint = Text(
            f"是否是 {near.name}（{near.label.zh}）？标题须与字段代码或名称一致",
            f"is it {near.name} ({near.label.en})? A heading must be a field's code or name",
        )
    else:
        hint = Text(
            "如需读入，改用字段代码或名称作标题，或写导入方案",
            "to have it read, head it with a field's code or name, or write a mapping profile",
        )
    shown = heading or f"[{_letters(number)}]"
    return finding("FP-INTAKE-011", field=table.name, file=origin.file, sheet=origin.sheet, column=shown, guess=hint)


def _letters(number: int) -> str:
    """The name of a column in a spreadsheet: 0 is A, 26 is AA."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def absent_in(table: Table, headed: list[tuple[Headed, Origin]]) -> list[Finding]:
    """One finding for each column that a file lacks, naming the first; a warning where it should be filled."""
    lacking: dict[str, Origin] = {}
    for heads, origin in headed:
        for name in table.fields:
            if name not in heads.columns:
                lacking.setdefault(name, origin)
    return [
        finding(
            "FP-INTAKE-016" if field.required == "Y" else "FP-INTAKE-015",
            field=field.path,
            label=field.label,
            file=lacking[name].file,
            sheet=lacking[name].sheet,
        )
        for name, field in table.fields.items()
        if name in lacking
    ]


def same_columns(frame: pl.DataFrame) -> Same:
    """A comparison of two columns of a frame, blank equal to blank."""

    def same(left: int, right: int) -> bool:
        a, b = frame.to_series(left), frame.to_series(right)
        return a.dtype == b.dtype and a.equals(b, check_names=False, null_equal=True)

    return same
