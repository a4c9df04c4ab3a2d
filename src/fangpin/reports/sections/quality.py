"""What reading the input had to say: rows by outcome, findings by code with their remedy."""

from __future__ import annotations

from collections.abc import Sequence

from fangpin.reports.blocks import Cell, Section, Table, chip, code, columns, name, number, own_words, para
from fangpin.reports.context import Context
from fangpin.reports.words import SEVERITIES
from fangpin.vocabulary.findings import Finding

ORDER = ("error", "warning", "info")
MOST_FIELDS = 6


def quality(context: Context) -> Section:
    """Rows read and refused, findings grouped by code."""
    counts = context.counts
    section = Section("quality", context.word("quality"))
    section.add(
        para(
            context.word(
                "rows_line",
                rows=f"{counts.rows:,}",
                accepted=f"{counts.accepted:,}",
                noted=f"{counts.accepted_with_findings:,}",
                refused=f"{counts.refused:,}",
            ),
            tone="bad" if counts.refused else "plain",
        )
    )
    if not context.findings:
        return section.add(para(context.word("findings_none")))
    groups: dict[tuple[str, str], list[Finding]] = {}
    for found in context.findings:
        groups.setdefault((found.severity, found.code), []).append(found)
    ordered = sorted(groups.items(), key=lambda g: (ORDER.index(g[0][0]), g[0][1]))
    heads = columns(
        *[context.word(w) for w in ("finding_code", "severity", "count", "finding", "remedy", "example")],
        numeric=(2,),
        widths=(13, 8, 6, 28, 25, 20),
    )
    rows = tuple(_row(context, group) for _, group in ordered)
    return section.add(Table(context.word("findings_table"), heads, rows))


def _row(context: Context, group: Sequence[Finding]) -> tuple[Cell, ...]:
    first = group[0]
    severity, tone = SEVERITIES[first.severity]
    messages = {f.message(context.lang) for f in group}
    said = first.message(context.lang)
    if len(messages) > 1:
        more = context.word("and_more", n=f"{len(group):,}")
        said = f"{said}（{more}）" if context.lang == "zh" else f"{said} ({more})"
    return (
        code(first.code),
        chip(severity(context.lang), tone),
        number(len(group)),
        own_words(said),
        own_words(first.remedy(context.lang)),
        _example(context, group),
    )


def _example(context: Context, group: Sequence[Finding]) -> Cell:
    """Where: the first cell, or the fields where a whole column is meant."""
    first = group[0]
    if first.row:
        place = [first.file, first.sheet, context.word("row", n=first.row), first.column, first.read]
        return name(" › ".join(p for p in place if p))
    fields = list(dict.fromkeys(f.field for f in group if f.field))
    if not fields:
        return name(" › ".join(p for p in (first.file, first.sheet, first.column) if p))
    shown = ", ".join(fields[:MOST_FIELDS])
    return name(shown + (f" … ({len(fields)})" if len(fields) > MOST_FIELDS else ""))
