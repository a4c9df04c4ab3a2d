"""Where each part of a rule's text stands in its YAML file, so that a mistake is reported at its own line and column.

Gives   marks_in(source, line, column) → the marks of the scalar that begins there
Keeps   folded (>), literal (|), quoted and plain scalars; where the style is not one of these, the beginning
"""

from __future__ import annotations

from fangpin.language.refusal import Mark


def marks_in(source: str, line: int, column: int) -> tuple[Mark, ...]:
    """The marks of the scalar whose value begins at ``line`` and ``column`` (both from 1) of ``source``."""
    rows = source.splitlines()
    if not 1 <= line <= len(rows):
        return ()
    first = rows[line - 1][column - 1 :]
    if first[:1] in (">", "|"):
        return _of_block(rows, line)
    if first[:1] in ("'", '"'):
        return (Mark(0, line, column + 1),)
    return _of_plain(rows, line, column)


def _of_block(rows: list[str], line: int) -> tuple[Mark, ...]:
    """One mark a row; rows are joined by one character, a space or an end of line."""
    marks: list[Mark] = []
    offset, indent = 0, -1
    for number, row in enumerate(rows[line:], start=line + 1):
        own = len(row) - len(row.lstrip(" "))
        if not row.strip():
            break
        indent = own if indent < 0 else indent
        if own < indent:
            break
        marks.append(Mark(offset, number, indent + 1))
        offset += len(row) - indent + 1
    return tuple(marks)


def _of_plain(rows: list[str], line: int, column: int) -> tuple[Mark, ...]:
    """A plain scalar may run on over rows that are indented deeper than its key; they are joined by a space."""
    head = rows[line - 1]
    indent = len(head) - len(head.lstrip(" "))
    marks = [Mark(0, line, column)]
    offset = len(head[column - 1 :].rstrip()) + 1
    for number, row in enumerate(rows[line:], start=line + 1):
        own = len(row) - len(row.lstrip(" "))
        if not row.strip() or own <= indent:
            break
        marks.append(Mark(offset, number, own + 1))
        offset += len(row.strip()) + 1
    return tuple(marks)
