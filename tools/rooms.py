"""The size of rooms: no module over 600 lines, at most 3 % of functions over 50 lines.

Reads   the Python files under the folders given
Gives   exit 0, or exit 1 with every module that is too long and the longest functions
Not     style (ruff) or who may import whom (import-linter)
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

MODULE_LINES = 600
FUNCTION_LINES = 50
SHARE = 0.03
APART = {"migrations", "generated"}


class Room(NamedTuple):
    """A module or a function, and how many lines it has."""

    lines: int
    place: str


def modules(roots: list[Path]) -> Iterator[Path]:
    """Every Python file under ``roots``, migrations and generated models apart."""
    for root in roots:
        yield from (path for path in sorted(root.rglob("*.py")) if not APART & set(path.parts))


def functions(path: Path) -> Iterator[Room]:
    """Every function of a file with its length, docstring included."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Room((node.end_lineno or node.lineno) - node.lineno + 1, f"{path}:{node.lineno} {node.name}")


def complaints(roots: list[Path]) -> list[str]:
    """What is too large, one line each; empty where all is well."""
    files = list(modules(roots))
    sized = [Room(len(path.read_text("utf-8").splitlines()), str(path)) for path in files]
    said = [f"{room.place}: {room.lines} lines, at most {MODULE_LINES}" for room in sized if room.lines > MODULE_LINES]
    every = [room for path in files for room in functions(path)]
    long = sorted((room for room in every if room.lines > FUNCTION_LINES), reverse=True)
    if len(long) > SHARE * len(every):
        said.append(f"{len(long)} of {len(every)} functions are over {FUNCTION_LINES} lines, at most {SHARE:.0%}:")
        said += [f"  {room.place}: {room.lines}" for room in long]
    return said


def main(arguments: list[str]) -> int:
    """0 where all is well, else 1 with the complaints on standard error."""
    said = complaints([Path(name) for name in arguments or ["src"]])
    print("\n".join(said) if said else "rooms: all of a good size", file=sys.stderr)
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
