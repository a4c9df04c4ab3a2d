"""Every mistake of a standard or overlay, not only the first.

Gives   mistakes(path) → errors with file, line and column, in the order of the file; remarks(path) → what is no
        mistake, but good to know
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fangpin import tables
from fangpin.language.exact import inexact
from fangpin.standards.compile import check_rules
from fangpin.standards.documents import OverlayDocument, StandardDocument, load_overlay, text_of
from fangpin.standards.merge import document, merged_text
from fangpin.standards.model import Indicator
from fangpin.standards.resolve import Sources, resolve
from fangpin.tables.yaml_file import Places, parse, problems
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text

_WEAK = Text(
    "{code} 几处用到“{names}”，又与别的事实算在一起：这项空着时可能判为未知，即使怎样回答结果都一样",
    "{code} names {names} in several places, reckoned together with other facts: where it is blank the indicator may "
    "be unknown although every answer would give the same",
)


def mistakes(path: Path) -> list[UnusableInput]:
    """What is wrong with the document at ``path``; nothing where it can be used."""
    try:
        raw, places = parse(text_of(path), path.name)
    except UnusableInput as error:
        return [error]
    found = _of_overlay(path, raw, places) if is_overlay(raw) else _of_standard(path)
    return sorted(found, key=_line)


def remarks(path: Path) -> list[Text]:
    """Rules that may be unknown although every answer gives the same, of a document without mistakes."""
    raw, _ = parse(text_of(path), path.name)
    if is_overlay(raw):
        return []  # a local adjustment has no rules of its own
    doc = StandardDocument.model_validate(merged_text(path)[0])
    try:
        found = resolve(Sources(str(path), None, doc.effective.from_))
    except UnusableInput:
        return []  # its line is only known locally
    return [remark for item in (*found.indicators, *found.veto) for remark in _weak(item)]


def _weak(item: Indicator) -> list[Text]:
    fields = [tables.catalogue().field(c.facts[0] if c.facts else c.key).label for c in inexact(item.node)]
    if not fields:
        return []
    names = Text("、".join(f.zh for f in fields), ", ".join(f.en for f in fields))
    return [_WEAK.format(code=item.code, names=names)]


def is_overlay(raw: Any) -> bool:
    """An overlay says what it changes; a standard says how income is judged."""
    return isinstance(raw, dict) and "changes" in raw and "income" not in raw and not isinstance(raw["changes"], dict)


def _line(error: UnusableInput) -> tuple[int, int]:
    parts = error.place.rsplit(":", 2)
    return (int(parts[1]), int(parts[2])) if len(parts) == 3 and parts[1].isdigit() and parts[2].isdigit() else (0, 0)


def _of_standard(path: Path) -> list[UnusableInput]:
    try:
        merged, places = merged_text(path)
    except UnusableInput as error:
        return [error]
    found: list[UnusableInput] = list(problems(merged, StandardDocument, places, path.name))
    if found:
        return found
    doc = StandardDocument.model_validate(merged)
    try:
        found = list(check_rules(doc, places, path))
        if not found:
            resolve(Sources(str(path), None, doc.effective.from_))
    except UnusableInput as error:
        if error.code != "FP-STANDARD-004":  # a line that is only known locally is no mistake of the document
            found = [error]
    return found


def _of_overlay(path: Path, raw: Any, places: Places) -> list[UnusableInput]:
    found: list[UnusableInput] = list(problems(raw, OverlayDocument, places, path.name))
    if found:
        return found
    try:
        overlay, _ = load_overlay(path)
        document(overlay.changes.split("@")[0])
        resolve(Sources(overlay.changes.split("@")[0], overlay.region, overlay.effective.from_, (path,)))
    except UnusableInput as error:
        return [error]
    return []
