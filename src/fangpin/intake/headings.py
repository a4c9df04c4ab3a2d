"""Headings: which column is which field.

Reads   the headings of one raw table
Gives   Mapping_: field → column; findings for unknown, doubled and absent columns
Keeps   a key column that is missing or doubled ends the command; any other trouble is a finding
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import polars as pl

from fangpin import tables
from fangpin.intake.likeness import MOST, Likely, likeliest
from fangpin.intake.messages import SAYINGS, finding, unusable
from fangpin.intake.raw import Origin
from fangpin.intake.units import by_heading, declared
from fangpin.tables import Field, Table
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.text import Text

Same = Callable[[int, int], bool]


@dataclass(frozen=True, slots=True)
class Headed:
    """The columns of one raw table: field name → (number of the column, heading as it stands)."""

    columns: dict[str, tuple[int, str]]
    findings: list[Finding]
    doubled: frozenset[str] = frozenset()
    """Fields that stand twice with different contents: they count as blank."""
    likely: Mapping[str, str] = field(default_factory=dict)
    """Fields that no column is, with the unknown heading most like each."""
    units: Mapping[str, str] = field(default_factory=dict)
    """Units that headings declare, by field name."""


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


def read_headings(
    table: Table,
    headings: tuple[str, ...],
    origin: Origin,
    same: Same,
    meant: Sequence[str] | None = None,
    in_unit: frozenset[str] = frozenset(),
) -> Headed:
    """What each column is.

    Args:
        table: The table that the rows belong to.
        headings: As they stand.
        origin: For the places in findings.
        same: Whether two columns have the same contents.
        meant: The field of each column where a profile has said so (empty: none of this table).
        in_unit: Paths of the fields whose unit a profile has seen to.

    Raises:
        UnusableInput: a key column is missing or doubled.
    """
    found: dict[str, list[int]] = {}
    unknown: list[tuple[int, str]] = []
    for number, heading in enumerate(headings):
        if meant is not None:
            name = meant[number]
        else:
            known = heading_of(table.name, heading)
            name = known.name if known is not None else ""
            if not name:
                unknown.append((number, heading))
        if name:
            found.setdefault(name, []).append(number)
    free = [f for f in table.columns.values() if f.name not in found]
    guesses = {n: likeliest(h, free) if i < MOST else None for i, (n, h) in enumerate(unknown)}
    findings = [unknown_column(table.name, heading, n, origin, guesses[n]) for n, heading in unknown]
    for key in table.identity:
        if key not in found:
            raise _no_key(table, key, headings, origin, [headings[n] for n, g in guesses.items() if _is(g, key)])
    doubled = {name for name, numbers in found.items() if len(numbers) > 1}
    differing: set[str] = set()
    for name in sorted(doubled):
        equal = all(same(found[name][0], other) for other in found[name][1:])
        findings.append(_doubled(table, name, [headings[i] for i in found[name]], origin, equal))
        if findings[-1].code == "FP-INTAKE-013":
            differing.add(name)
    columns = {name: (numbers[0], headings[numbers[0]]) for name, numbers in found.items()}
    likely = {guess.field.name: headings[n] for n, guess in guesses.items() if guess is not None}
    seen = {n: h for n, (_, h) in columns.items() if n in table.fields and table.fields[n].path not in in_unit}
    units = {name: unit for name, head in seen.items() if (unit := unit_of(table.fields[name], head))}
    findings += [f for n, u in units.items() if (f := _multiplied(table.fields[n], u, columns[n][1], origin))]
    return Headed(columns, findings, frozenset(differing), likely, units)


def unit_of(field: Field | None, heading: str) -> str | None:
    """The unit that a heading declares for the figures of its field; None where it says none."""
    measured = field is not None and field.kind in ("money", "num", "int") and field.unit
    return declared(heading) if measured else None


def _multiplied(field: Field, unit: str, heading: str, origin: Origin) -> Finding | None:
    """That the figures of a column are multiplied; None where they are not."""
    times = by_heading(unit, field.unit or "")
    if times is None or times == 1:
        return None
    said = {"declared": unit, "times": times, "unit": field.unit}
    path, file, sheet = field.path, origin.file, origin.sheet
    return finding("FP-INTAKE-110", field=path, file=file, sheet=sheet, column=heading, values=said)


def _is(guess: Likely | None, key: str) -> bool:
    return guess is not None and guess.field.name == key


def _no_key(table: Table, key: str, headings: Sequence[str], origin: Origin, likely: Sequence[str]) -> UnusableInput:
    label = table.fields[key].label
    code = "FP-INTAKE-004"
    said = {"field": f"{table.name}.{key}", "label": label, "name": key, "zh": label.zh}
    error = unusable(code, place=origin.place, read="、".join(h for h in headings if h)[:200], **said)
    if likely:
        return UnusableInput(
            code,
            SAYINGS[code].message.format(**said),
            place=error.place,
            read=error.read,
            remedy=Text(
                f"“{likely[0]}”是否就是 {key}（{label.zh}）？是则改标题，"
                "或用 --draft-profile 写出方案草稿，确认后用 --profile 带回",
                f"is “{likely[0]}” {key} ({label.en})? Then rename it, or write a draft with --draft-profile, "
                "look it over and give it back with --profile",
            ),
        )
    return error


def _doubled(table: Table, name: str, headings: list[str], origin: Origin, equal: bool) -> Finding:
    path = f"{table.name}.{name}"
    written = "、".join(headings)
    if name in table.identity:
        raise unusable("FP-INTAKE-007", place=origin.place, read=written, field=path, headings=written)
    return finding(
        "FP-INTAKE-014" if equal else "FP-INTAKE-013",
        field=path,
        headings=written,
        file=origin.file,
        sheet=origin.sheet,
        column=headings[1],
    )


def unknown_column(place: str, heading: str, number: int, origin: Origin, guess: Likely | None) -> Finding:
    """The finding about a column that is no known field, with what it most likely is.

    Args:
        place: The table, as the finding's field.
        heading: As it stands.
        number: The number of the column, named by its letters where the heading is blank.
        origin: Where it stands.
        guess: The field that it is most like.
    """
    if guess is not None:
        near = guess.field
        hint = Text(
            f"是否是 {near.name}（{near.label.zh}）？{guess.why.zh} {guess.score:.0%}。"
            "改用字段代码或名称作标题，或用 --draft-profile 写出方案草稿",
            f"is it {near.name} ({near.label.en})? {guess.why.en}, {guess.score:.0%}. "
            "Head it with the field's code or name, or write a draft with --draft-profile",
        )
    else:
        hint = Text(
            "如需读入，改用字段代码或名称作标题，或写导入方案",
            "to have it read, head it with a field's code or name, or write a mapping profile",
        )
    shown = heading or f"[{letters(number)}]"
    return finding("FP-INTAKE-011", field=place, file=origin.file, sheet=origin.sheet, column=shown, guess=hint)


def letters(number: int) -> str:
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
    likely: dict[str, str] = {}
    for heads, origin in headed:
        for name in table.fields:
            if name not in heads.columns:
                lacking.setdefault(name, origin)
                if name in heads.likely:
                    likely.setdefault(name, heads.likely[name])
    return [
        _absent(known, lacking[name], likely.get(name, "")) for name, known in table.fields.items() if name in lacking
    ]


def _absent(known: Field, origin: Origin, likely: str) -> Finding:
    code = "FP-INTAKE-016" if known.required == "Y" else "FP-INTAKE-015"
    said = finding(code, field=known.path, label=known.label, file=origin.file, sheet=origin.sheet)
    if not likely:
        return said
    hint = Text(f"“{likely}”这一列可能就是", f"the column “{likely}” may be it")
    return replace(said, remedy=Text(f"{hint.zh}；{said.remedy.zh}", f"{hint.en}; {said.remedy.en}"))


def same_columns(frame: pl.DataFrame) -> Same:
    """A comparison of two columns of a frame, blank equal to blank."""

    def same(left: int, right: int) -> bool:
        a, b = frame.to_series(left), frame.to_series(right)
        return a.dtype == b.dtype and a.equals(b, check_names=False, null_equal=True)

    return same
