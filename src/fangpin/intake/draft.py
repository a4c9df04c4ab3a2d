"""Drafts: a profile for files as they are, with what was guessed marked, for a person to look over.

Reads   paths, and the profile they were read with if there was one
Gives   draft → YAML that ``--profile`` takes back
Keeps   every heading of every sheet stands in it, known, guessed or not read; given back, nothing is guessed any more
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from fangpin import tables
from fangpin.intake.gather import Item, gather
from fangpin.intake.header import normal
from fangpin.intake.layouts import HOUSEHOLD_ID, Layout
from fangpin.intake.likeness import Likely, likeliest
from fangpin.intake.raw import Sheet
from fangpin.intake.recognise import Column, Reading, readings
from fangpin.intake.understand import reading_of
from fangpin.tables import Field

_HEAD = """\
# 导入方案草稿：由 fangpin check --draft-profile 写出。
# 请核对带 guess 的各列（猜测，0–1 为把握），改正后用 --profile 带回：
#   对的：留着（可删去 guess、why）；错的：改 field，或改成 skip（不读，写明理由）；单位不同的列加 unit，如 unit: 万元
# Draft of a profile, written by fangpin check --draft-profile. Look over the columns with a guess (0–1 says how sure),
# correct them, and give the file back with --profile: what is right stays (guess and why may go); what is wrong gets
# another field, or skip with the reason; a column in another unit gets unit, such as unit: 万元
"""


@dataclass
class _Drafted:
    """A sheet with what each of its columns is or may be."""

    sheet: Sheet
    reading: Reading
    guesses: dict[int, Likely] = field(default_factory=dict)

    @property
    def score(self) -> tuple[float, int]:
        """What is compared to choose a reading: headings known and guessed, then tables."""
        return self.reading.known + sum(guess.score for guess in self.guesses.values()), len(self.reading.spec.repeats)


def draft(paths: Iterable[str | Path], profile: Layout | None = None) -> str:
    """The draft of a profile for the sheets of these paths.

    Args:
        paths: As for reading.
        profile: The profile that was asked for, whose decisions are kept.

    Raises:
        UnusableInput: a path cannot be read.
    """
    items = [item for path in paths for item in gather(Path(path), profile=profile).items]
    found = [one for item in items if (one := _drafted(item, profile)) is not None]
    title = {"zh": "草稿，待核对", "en": "a draft, to be looked over"}
    lines = [
        _HEAD.rstrip(),
        "profile: draft",
        f"title: {_flow(title)}",
        f"about: {_flow({'zh': '按文件实际标题', 'en': 'by the headings as they stand in the files'})}",
        "source: fangpin check --draft-profile",
        "verified: local",
        "",
        "sheets:",
    ]
    for number, one in enumerate(found, 1):
        lines += _sheet(f"sheet_{number}", one)
    return "\n".join(lines) + "\n"


def _drafted(item: Item, profile: Layout | None) -> _Drafted | None:
    """A sheet by the reading that it has, else by the one that knows or guesses most of its headings."""
    reading = reading_of(item, profile)
    if reading is not None:
        return _with_guesses(item.sheet, reading)
    own = [r for r in readings(item.sheet) if item.table is None or r.spec.rows == item.table.name]
    candidates = [_with_guesses(item.sheet, r) for r in own]
    best = max(candidates, key=lambda one: one.score, default=None)
    return best if best is not None and best.score[0] >= 1 else None


def _with_guesses(sheet: Sheet, reading: Reading) -> _Drafted:
    """Guesses for the headings that are not known, each field once, the surest first."""
    found = _Drafted(sheet, reading)
    free = [f for f in _fields(reading) if _path(f) not in reading.paths]
    open_ = [i for i, column in enumerate(reading.columns) if not column.known and sheet.headings[i]]
    guessed = [(i, guess) for i in open_ if (guess := likeliest(sheet.headings[i], free)) is not None]
    taken: set[str] = set()
    for i, guess in sorted(guessed, key=lambda pair: -pair[1].score):
        if _path(guess.field) not in taken:
            taken.add(_path(guess.field))
            found.guesses[i] = guess
    return found


def _fields(reading: Reading) -> Iterator[Field]:
    for table in dict.fromkeys((reading.spec.rows, *reading.spec.repeats)):
        yield from tables.catalogue().table(table).columns.values()


def _path(known: Field) -> str:
    return HOUSEHOLD_ID if known.name == HOUSEHOLD_ID else known.path


def _sheet(name: str, one: _Drafted) -> list[str]:
    """A sheet in YAML."""
    spec, origin = one.reading.spec, one.sheet.origin
    lines = [f"  {name}:", f"    file: {_flow(PurePosixPath(origin.file).name)}"]
    if origin.sheet:
        lines.append(f"    sheet: {_flow(origin.sheet)}")
    lines.append(f"    header_row: {one.sheet.header}")
    lines.append(f"    rows: {spec.rows}")
    if spec.repeats:
        lines.append(f"    repeats: {_flow(list(spec.repeats))}")
    if spec.person_id is not None:
        lines.append(f"    person_id: {spec.person_id}")
    if spec.match is not None:
        lines.append(f"    match: {spec.match}")
    if spec.values:
        lines.append(f"    values: {_flow(spec.values)}")
    lines.append("    columns:")
    names = _names(one.sheet)
    for i, (column, heading) in enumerate(zip(one.reading.columns, names, strict=True)):
        if one.sheet.headings[i]:
            lines.append(f"      {_flow(heading)}: {_flow(_column(column, one.guesses.get(i)))}")
    return lines


def _names(sheet: Sheet) -> Sequence[str]:
    """Headings under which each column can be named alone: the second of a name is ``名#2``."""
    seen: Counter[str] = Counter()
    found = []
    for heading in sheet.headings:
        word = normal(heading)
        seen[word] += 1
        found.append(f"{heading}#{seen[word]}" if seen[word] > 1 else heading)
    return found


def _column(column: Column, guess: Likely | None) -> dict[str, object]:
    """What a column is, in the words of a profile."""
    if column.spec is not None:
        said = column.spec.model_dump(by_alias=True, exclude_none=True, exclude={"also"})
        return {key: value for key, value in said.items() if value != ()}
    if column.path:
        return {"field": column.path}
    if guess is not None:
        return {
            "field": _path(guess.field),
            "guess": round(guess.score, 2),
            "why": f"{guess.why.zh} {guess.field.label.zh} / {guess.why.en}",
        }
    return {"skip": {"zh": "没有读", "en": "not read"}}


def _flow(value: object) -> str:
    """A value in YAML's flow form, which JSON is part of."""
    return json.dumps(value, ensure_ascii=False)
