"""Variants of a standard: each threshold a step up and down, k ± 1, one indicator left out, one clause read otherwise.

Reads   rules/**/sensitivity.yaml beside the standard, or beside the one it is based on
Gives   variants_of(standard) → Variants: those that can be run, and those that the standard refuses
Keeps   a variant is `standard.with_changes(...)`; where no step is declared it is one (of what is counted or timed) or
        5 %; a yes-or-no parameter and a choice without a declared reading are read the other way all the same
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from fangpin.standards.documents import Pair, Source, text_of
from fangpin.standards.documents import Value as Plain
from fangpin.standards.merge import listing, path_of
from fangpin.standards.model import Standard, Value
from fangpin.standards.parameters import WHOLE
from fangpin.tables.yaml_file import Strict, parse, validate
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text

Kind = Literal["threshold", "k", "left_out", "reading"]
FILE = "sensitivity.yaml"
BY_ONE = (*WHOLE, "year", "month", "day", "minute")
SHARE = 0.05


class ReadingDocument(Strict):
    """A clause that can be read in two ways, and what the other reading changes."""

    id: str
    issue: str = ""
    clause: Pair
    other: Pair
    change: dict[str, Plain]


class SensitivityDocument(Strict):
    """Steps of thresholds and other readings of clauses, of one standard."""

    of: str
    source: Source
    steps: dict[str, float] = {}
    readings: list[ReadingDocument] = []


@dataclass(frozen=True)
class Variant:
    """A standard that differs in one thing: ``label`` says what it is, ``said`` what is different."""

    id: str
    kind: Kind
    changes: Mapping[str, Any]
    label: Text
    said: Text
    standard: Standard = field(repr=False)
    issue: str = ""
    parameter: str | None = None


@dataclass(frozen=True)
class Variants:
    """The variants of a standard; ``refused`` are those that it does not allow, with the reason."""

    base: Standard
    found: tuple[Variant, ...]
    refused: tuple[tuple[str, Text], ...]


def declared(standard: Standard) -> SensitivityDocument | None:
    """What is declared for a standard: beside its own file, else beside the one it is based on; None if nothing is."""
    seen: set[Path] = set()
    name: str | None = standard.sources.id if standard.sources is not None else standard.id
    while name is not None:
        path = path_of(name)
        if path in seen:
            break
        seen.add(path)
        if (path.parent / FILE).is_file():
            return _load(path.parent / FILE)
        data, _ = parse(text_of(path), path.name)
        base = data.get("base") if isinstance(data, dict) else None
        name = base if isinstance(base, str) and base in listing() else None
    return None


def _load(path: Path) -> SensitivityDocument:
    data, places = parse(text_of(path), path.name)
    return validate(data, SensitivityDocument, places, path.name)


def variants_of(standard: Standard) -> Variants:
    """Every variant of a standard; two that change the same to the same are one."""
    doc = declared(standard)
    found: list[Variant] = []
    refused: list[tuple[str, Text]] = []
    seen: set[str] = set()
    for kind, name, changes, label, said, issue in _proposed(standard, doc):
        key = repr(sorted(changes.items()))
        if key in seen:
            continue
        seen.add(key)
        try:
            other = standard.with_changes(dict(changes))
        except UnusableInput as error:
            refused.append((name, error.expected or error.title))
            continue
        parameter = next(iter(changes)) if len(changes) == 1 else None
        found.append(Variant(name, kind, changes, label, said, other, issue, parameter))
    return Variants(standard, tuple(found), tuple(refused))


Proposed = tuple[Kind, str, dict[str, Any], Text, Text, str]


def _proposed(standard: Standard, doc: SensitivityDocument | None) -> Iterator[Proposed]:
    """Readings first: where a step changes the same, it is told as the reading."""
    yield from _readings(standard, doc)
    if standard.k is not None:
        label = standard.parameters["k"].label
        for k in (standard.k - 1, standard.k + 1):
            yield "k", f"k={k}", {"k": k}, label, _from_to(standard.k, k), ""
    if "left_out" in standard.parameters:
        for code in standard.counted:
            name = standard.item(code).name
            out = [*standard.parameters["left_out"].value, code]
            label = Text(f"不计 {code} {name.zh}", f"without {code} {name.en}")
            yield "left_out", f"-{code}", {"left_out": out}, label, Text("不计入", "left out"), ""
    for value in standard.parameters.values():
        if value.name != "k" and isinstance(value.value, int | float) and not isinstance(value.value, bool):
            step = _step(value, doc)
            for new in (value.value - step, value.value + step):
                number = _tidy(new)
                if number < 0 <= value.value:
                    continue
                said = _from_to(value.value, number)
                yield "threshold", f"{value.name}={number}", {value.name: number}, value.label, said, ""


def _readings(standard: Standard, doc: SensitivityDocument | None) -> Iterator[Proposed]:
    told: set[str] = set()
    for reading in doc.readings if doc else ():
        if set(reading.change) <= set(standard.parameters) and any(
            standard.value(name) != new for name, new in reading.change.items()
        ):
            told |= set(reading.change)
            clause, other = (Text(p.zh, p.en) for p in (reading.clause, reading.other))
            yield "reading", reading.id, dict(reading.change), clause, other, reading.issue
    for value in standard.parameters.values():
        if value.name in told:
            continue
        if isinstance(value.value, bool):
            said = Text("否", "no") if value.value else Text("是", "yes")
            yield "reading", f"{value.name}={said.en}", {value.name: not value.value}, value.label, said, ""
        elif isinstance(value.value, str) and value.choices:
            for choice in value.choices:
                if choice != value.value:
                    said = Text(choice, choice)
                    yield "reading", f"{value.name}={choice}", {value.name: choice}, value.label, said, ""


def _from_to(old: float, new: float) -> Text:
    return Text(f"{old:g} → {new:g}", f"{old:g} → {new:g}")


def _step(value: Value, doc: SensitivityDocument | None) -> float:
    if doc is not None and value.name in doc.steps:
        return doc.steps[value.name]
    return 1 if value.unit in BY_ONE else (abs(value.value) * SHARE or 1)


def _tidy(number: float) -> int | float:
    """Without the noise of binary fractions."""
    rounded = round(number, 9)
    return int(rounded) if rounded == int(rounded) else rounded
