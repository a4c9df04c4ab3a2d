"""The account of a check in words: rows by outcome, what was found out about files, then what is wrong.

Gives   check_text, finding_line
Keeps   columns that are not there are told together, a line for each file; the JSON and the workbook name every one
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from fangpin import tables
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.text import Text

if TYPE_CHECKING:
    from fangpin.intake.check import CheckResult

SEVERITIES = {"error": Text("错误", "error"), "warning": Text("提示", "warning"), "info": Text("说明", "note")}
MOST_LINES = 40
MOST_ABOUT = 20
MOST_NAMES = 12
NEEDED = "FP-INTAKE-016"
ABSENT = {
    NEEDED: Text(
        "缺 {count} 列应填项，都按空白（未知）处理：{names}{rest}",
        "{count} columns that should be filled are not there, all of them unknown: {names}{rest}",
    ),
    "FP-INTAKE-015": Text(
        "另有 {count} 列没有，按空白（未知）处理：{names}{rest}",
        "{count} other columns are not there, all of them unknown: {names}{rest}",
    ),
}
ABOUT_FILES = frozenset(f"FP-INTAKE-0{number}" for number in (70, 71, 72, 74, 75, 77, 80, 83))
"""What was found out about files and sheets: how they were read stands above what is wrong with them."""


def check_text(found: CheckResult, lang: str) -> str:
    """The account of a check: rows by outcome, then the findings, the gravest first."""
    counts = found.counts
    lines = [
        Text(
            f"共 {counts.rows:,} 行：接受 {counts.accepted:,}，接受但有问题 {counts.accepted_with_findings:,}，"
            f"拒收 {counts.refused:,}",
            f"{counts.rows:,} rows: {counts.accepted:,} accepted, {counts.accepted_with_findings:,} accepted with "
            f"findings, {counts.refused:,} refused",
        )(lang)
    ]
    lines += [finding_line(f, lang) for f in found.findings if f.code in ABOUT_FILES][:MOST_ABOUT]
    rest = [f for f in found.findings if f.code not in ABOUT_FILES]
    lines += absent_lines((f for f in rest if f.code in ABSENT), lang)
    ordered = sorted((f for f in rest if f.code not in ABSENT), key=lambda f: list(SEVERITIES).index(f.severity))
    lines += [finding_line(f, lang) for f in ordered[:MOST_LINES]]
    if len(ordered) > MOST_LINES:
        lines.append(
            Text(
                f"…… 另有 {len(ordered) - MOST_LINES:,} 条，用 --out 写出全部",
                f"… and {len(ordered) - MOST_LINES:,} more; --out writes them all",
            )(lang)
        )
    if rest:
        code = (ordered or rest)[0].code
        lines.append(Text(f"代码的说明：fangpin code {code}", f"what a code means: fangpin code {code}")(lang))
    return "\n".join(lines)


def absent_lines(findings: Iterable[Finding], lang: str) -> list[str]:
    """A line for each file and kind: which columns it does not have."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for found in findings:
        groups.setdefault((found.code, found.file, found.sheet), []).append(found)
    lines = []
    for (code, file, sheet), absent in sorted(groups.items(), key=lambda x: (x[0][1], x[0][2], x[0][0] != NEEDED)):
        labels = [_label(f.field) for f in absent]
        shown = labels[:MOST_NAMES]
        more = len(labels) - len(shown)
        names = Text("、".join(x.zh for x in shown), ", ".join(x.en for x in shown))
        rest = Text(" 等", f" and {more} more") if more else Text("", "")
        said = ABSENT[code].format(count=len(labels), names=names, rest=rest)
        place = " › ".join(filter(None, (file, sheet)))
        lines.append(f"[{SEVERITIES[absent[0].severity](lang)}] {code} {place}　{said(lang)}")
    return lines


def _label(path: str) -> Text:
    try:
        return tables.catalogue().field(path).label
    except KeyError:
        return Text(path, path)


def finding_line(finding: Finding, lang: str) -> str:
    """One finding in one line: severity, code, place, message, remedy."""
    row = Text(f"第{finding.row}行", f"row {finding.row}")(lang) if finding.row else ""
    place = " › ".join(filter(None, (finding.file, finding.sheet, row, finding.column)))
    said = f"{finding.message(lang)}　{finding.remedy(lang)}"
    return f"[{SEVERITIES[finding.severity](lang)}] {finding.code} {place}　{said}"
