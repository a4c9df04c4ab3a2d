"""Every mistake of a standard or overlay, not only the first.

Gives   mistakes(path) → errors with file, line and column, in the order of the file
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fangpin.standards.documents import OverlayDocument, StandardDocument, load_overlay
from fangpin.standards.resolve import check_rules, document, merged_text, resolve, Sources
from fangpin.tables.yaml_file import Places, parse, problems
from fangpin.vocabulary.errors import DocumentError, UnusableInput
from fangpin.vocabulary.text import Text


def mistakes(path: Path) -> list[UnusableInput]:
    """What is wrong with the document at ``path``; nothing where it can be used."""
    try:
        raw, places = parse(path.read_text("utf-8"), path.name)
    except UnicodeDecodeError:
        return [DocumentError("FP-DOCUMENT-006", Text("文件不是 UTF-8 文字", "the file is not UTF-8 text"), place=path.name)]
    except UnusableInput as error:
        return [error]
    found = _of_overlay(path, raw, places) if is_overlay(raw) else _of_standard(path)
    return sorted(found, key=_line)


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
    found = list(check_rules(doc, places, path.name))
    if not found:
        try:
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
