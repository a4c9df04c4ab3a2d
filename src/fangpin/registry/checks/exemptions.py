"""Exemptions: findings that somebody has looked at and answers for.

Reads   a YAML or CSV file: check, record, reason, approver, until
Gives   load → Exemptions: which findings are exempted, and what is said about entries that do not count
Keeps   an entry without reason, approver or expiry, or past its expiry, does not count, and that is said; nothing
        exempted is dropped
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from fangpin.registry.checks.documents import CODE, finding_code
from fangpin.tables.yaml_file import Places, parse
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.text import Text

COLUMNS = ("check", "record", "reason", "approver", "until")
SAYINGS: dict[str, tuple[Text, Text]] = {
    "FP-CHECKS-010": (
        Text(
            "豁免没有写理由、批准人或到期日，不算数", "an exemption without reason, approver or expiry does not count"
        ),
        Text("补齐 reason、approver、until", "fill in reason, approver and until"),
    ),
    "FP-CHECKS-011": (
        Text("豁免已经过期，不算数", "the exemption has expired and does not count"),
        Text("重新核实；仍成立的，报批后改 until", "look again; if it still holds, have it approved and set until"),
    ),
    "FP-CHECKS-012": (
        Text("豁免所指的检查不存在", "the exemption names a check that there is not"),
        Text(
            "写检查编号，如 DQ07；编号见检查清单", "write the code of a check, such as DQ07; the reference lists them"
        ),
    ),
    "FP-CHECKS-013": (
        Text("豁免没有用上：本次没有这一条疑点", "the exemption was not used: there is no such finding this time"),
        Text("已改正的可以删去", "remove it if the data was mended"),
    ),
    "FP-CHECKS-014": (
        Text(
            "豁免没有写对象（户编号，或 户编号/人编号）",
            "the exemption names no record (household, or household/person)",
        ),
        Text("补上 record", "fill in record"),
    ),
}
_AUTHORITY = Text("数据疑点页：豁免", "the page of the quality checks: exemptions")


@dataclass(frozen=True, slots=True)
class Exemption:
    """One entry that counts."""

    reason: str
    approver: str
    until: date
    line: int


@dataclass
class Exemptions:
    """What is exempted, by finding code and record."""

    file: str = ""
    entries: dict[tuple[str, str], Exemption] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    used: set[tuple[str, str]] = field(default_factory=set)

    def of(self, code: str, record: str) -> Exemption | None:
        """The exemption of a finding; None where there is none that counts."""
        found = self.entries.get((code, record))
        if found is not None:
            self.used.add((code, record))
        return found

    def unused(self) -> list[Finding]:
        """A note for every entry that no finding met."""
        return [
            _said("FP-CHECKS-013", self.file, entry.line, f"{code} {record}", record, severity="info")
            for (code, record), entry in self.entries.items()
            if (code, record) not in self.used
        ]


def load(path: Path | None, day: date, known: Set[str]) -> Exemptions:
    """The exemptions of a file on a day.

    Args:
        path: A file .yaml, .yml or .csv; None for none.
        day: The day; an entry counts up to and including its ``until``.
        known: The codes of checks, such as DQ07.

    Raises:
        UnusableInput: the file is not there or not readable.
    """
    if path is None:
        return Exemptions()
    found = Exemptions(path.name)
    for line, entry in _entries(path):
        words = {name: str(entry.get(name) if entry.get(name) is not None else "").strip() for name in COLUMNS}
        code = words["check"].upper()
        code = f"DQ{int(code[6:]):02d}" if code.startswith("FP-DQ-") and code[6:].isdecimal() else code
        until, fault = _fault(words, code, known, day)
        shown = f"{words['check']} {words['record']}".strip()
        if until is None or fault:
            found.findings.append(_said(fault or "FP-CHECKS-010", path.name, line, shown, words["record"]))
        else:
            key = (finding_code(code), words["record"])
            found.entries[key] = Exemption(words["reason"], words["approver"], until, line)
    return found


def _fault(words: Mapping[str, str], code: str, known: Set[str], day: date) -> tuple[date | None, str]:
    """The day of expiry, and why the entry does not count (empty: it does)."""
    until = _day(words["until"])
    if not CODE.fullmatch(code) or code not in known:
        return until, "FP-CHECKS-012"
    if not words["record"]:
        return until, "FP-CHECKS-014"
    if until is None or not words["reason"] or not words["approver"]:
        return until, "FP-CHECKS-010"
    return until, "FP-CHECKS-011" if until < day else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _entries(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(path, str(error)) from error
    if path.suffix.lower() == ".csv":
        rows = csv.DictReader(io.StringIO(text))
        if not {"check", "record"} <= set(rows.fieldnames or ()):
            raise _unusable(path, ", ".join(rows.fieldnames or ()))
        yield from ((rows.line_num, row) for row in rows)
        return
    data, places = parse(text, path.name)
    listed = data.get("exemptions") if isinstance(data, dict) else None
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        raise _unusable(path, "exemptions")
    yield from ((_line(places, i), entry) for i, entry in enumerate(listed))


def _line(places: Places, i: int) -> int:
    return places.of(("exemptions", i))[0]


def _unusable(path: Path, read: str) -> UnusableInput:
    return UnusableInput(
        "FP-CHECKS-009",
        Text("豁免清单不能用", "the file of exemptions cannot be used"),
        place=path.name,
        read=read[:200],
        remedy=Text(
            "YAML：exemptions 下列出 check、record、reason、approver、until；CSV：同名的列（UTF-8）",
            "YAML: a list `exemptions` of check, record, reason, approver, until; CSV: columns of these names (UTF-8)",
        ),
    )


def _said(code: str, file: str, line: int, read: str, record: str, severity: str = "warning") -> Finding:
    message, remedy = SAYINGS[code]
    grade: Any = severity
    return Finding(
        code, grade, message, remedy, "", record, file, row=line, read=read[:200], expected=remedy, authority=_AUTHORITY
    )
