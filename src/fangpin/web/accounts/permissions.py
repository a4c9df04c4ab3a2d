"""The permission table, read from data.

Reads   data/permissions.yaml, or the file FANGPIN_PERMISSIONS names
Gives   table() → Table: roles, actions, reach(role, action), incompatible pairs
Not     whose duty reaches which row (scope)
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from fangpin.vocabulary.errors import DocumentError
from fangpin.vocabulary.text import Text

REACHES = ("region", "own", "department")
LEVELS = {"province": 2, "prefecture": 4, "county": 6, "township": 9, "village": 12}
OURS = Path(__file__).parent / "data" / "permissions.yaml"


@dataclass(frozen=True)
class Role:
    """A role as the table declares it; ``level`` is the lowest place where it is held."""

    code: str
    label: Text
    level: str
    second_factor: bool = False
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """Roles, the cells, and the pairs that one person must not hold."""

    roles: dict[str, Role]
    cells: dict[str, dict[str, str]]
    incompatible: frozenset[frozenset[str]]

    def reach(self, role: str, action: str) -> str | None:
        """How far a role may do this; None: not at all. Raises KeyError for an action the table does not know."""
        return self.cells[action].get(role)

    def clash(self, roles: set[str]) -> tuple[str, str] | None:
        """The first two of these roles that one person must not hold together."""
        for pair in sorted(sorted(p) for p in self.incompatible):
            if set(pair) <= roles:
                return pair[0], pair[1]
        return None


@cache
def table() -> Table:
    """The table in force, read once a process."""
    return read(Path(os.environ.get("FANGPIN_PERMISSIONS") or OURS))


def read(path: Path) -> Table:
    """A table from a file. Raises DocumentError with what is wrong."""
    try:
        document = yaml.safe_load(path.read_text("utf-8"))
        roles = {code: _role(code, said) for code, said in document["roles"].items()}
        cells = {
            f"{thing}.{verb}": dict(reached or {})
            for thing, verbs in document["permissions"].items()
            for verb, reached in verbs.items()
        }
        pairs = frozenset(frozenset(pair) for pair in document["incompatible"])
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise _refused(path, f"{type(error).__name__}: {error}") from error
    for action, reached in cells.items():
        for role, reach in reached.items():
            if role not in roles or reach not in REACHES:
                raise _refused(path, f"permissions.{action}: {role}: {reach}")
    for pair in pairs:
        if len(pair) != 2 or not pair <= roles.keys():
            raise _refused(path, f"incompatible: {sorted(pair)}")
    return Table(roles, cells, pairs)


def _role(code: str, said: dict[str, Any]) -> Role:
    if said["level"] not in LEVELS:
        raise KeyError(said["level"])
    label = Text(said["label"]["zh"], said["label"]["en"])
    return Role(code, label, said["level"], bool(said.get("second_factor")), tuple(said.get("needs", ())))


def _refused(path: Path, read: str) -> DocumentError:
    return DocumentError(
        "FP-WEB-002",
        Text("权限表不能用", "the permission table cannot be used"),
        place=str(path),
        read=read,
        expected=Text(
            "roles、incompatible、permissions 三段；范围是 region、own、department 之一",
            "roles, incompatible and permissions; a reach is one of region, own, department",
        ),
        remedy=Text("改正后重新启动", "correct it and start again"),
    )
