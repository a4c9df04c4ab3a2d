"""docs/clauses.yaml says no more than the tests, the commands and the code bear out."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers import ROOT, command_exists

IDS = """
P1.1 P1.2 P1.3 P1.4 P1.5 P1.6 P3.4
G1 G2 G3 G4 G5 G6 G7 G8
P2.1 P2.2 P2.3 P2.4 P3.1 P3.2 P3.3
P4.1 P4.2 P4.3 P4.4 P4.5 P4.6 P5.1 P5.2 P5.3
""".split()
KEYS = {"id", "zh", "where", "does", "web", "state", "reach"}
STATES = {"open", "part", "done"}
Clause = dict[str, Any]

CLAUSES: list[Clause] = yaml.safe_load((ROOT / "docs" / "clauses.yaml").read_text("utf-8"))


def marks(node: ast.AST) -> Iterator[str]:
    """The ids in every ``…mark.clause("id", …)`` under a node."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "clause":
            yield from (str(arg.value) for arg in call.args if isinstance(arg, ast.Constant))


def marked_tests(body: list[ast.stmt], inherited: frozenset[str] = frozenset()) -> Iterator[tuple[str, str]]:
    """(clause id, test name) for every test function, with the marks of its class and module."""
    pytestmark = [n for n in body if isinstance(n, ast.Assign) and "pytestmark" in ast.unparse(n.targets[0])]
    inherited = inherited.union(*(set(marks(node)) for node in pytestmark))
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            own = {mark for decorator in node.decorator_list for mark in marks(decorator)}
            yield from ((mark, node.name) for mark in own | inherited)
        elif isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            own = {mark for decorator in node.decorator_list for mark in marks(decorator)}
            yield from marked_tests(node.body, inherited | own)


@cache
def carried_by() -> dict[str, list[str]]:
    """For every clause id that is used as a mark, the tests that carry it."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for mark, name in marked_tests(ast.parse(path.read_text("utf-8")).body):
            found.setdefault(mark, []).append(f"{path.relative_to(ROOT)}::{name}")
    return found


def function_exists(name: str) -> bool:
    """Whether a dotted Python name leads somewhere."""
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            found = getattr(found, part, None)
        return found is not None
    return False


def several(value: object) -> list[str]:
    """One name, several, or none, as a list."""
    return [] if value is None else [str(v) for v in value] if isinstance(value, list) else [str(value)]


def problems(clause: Clause) -> list[str]:
    """What a clause says that is not so."""
    reach, state = clause["reach"], clause["state"]
    commands, functions, pages = (several(reach[way]) for way in ("command", "function", "page"))
    said = [f"no command {name!r}" for name in commands if not command_exists(name)]
    said += [f"no Python name {name!r}" for name in functions if not function_exists(name)]
    if pages and not (ROOT / "src" / "fangpin" / "web").is_dir():
        said.append(f"pages {pages} without a web application")
    if state == "open" and (commands or functions or pages):
        said.append("is open but says how to reach it")
    if state in ("part", "done") and not carried_by().get(clause["id"]):
        said.append(f"is {state} but no test carries its mark")
    if state == "part" and not (commands or functions):
        said.append("is part but names neither a command nor a function")
    if state == "done":
        missing = {"command": not commands, "function": not functions, "page": clause["web"] and not pages}
        said += [f"is done but names no {way}" for way, absent in missing.items() if absent]
    return said


def test_all_31_clauses_stand_in_the_order_of_the_paper() -> None:
    assert [clause["id"] for clause in CLAUSES] == IDS
    for clause in CLAUSES:
        assert set(clause) == KEYS, clause["id"]
        assert set(clause["reach"]) == {"command", "function", "page"}, clause["id"]
        assert clause["state"] in STATES, clause["id"]
        assert clause["zh"], clause["id"]
        assert clause["does"], clause["id"]


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause["id"])
def test_a_clause_says_no_more_than_is_so(clause: Clause) -> None:
    assert problems(clause) == []


def test_every_mark_names_a_clause() -> None:
    assert set(carried_by()) <= set(IDS)


def test_a_clause_that_says_too_much_is_caught() -> None:
    reach = {"command": "fangpin nosuchcommand", "function": "fangpin.vocabulary.nothing", "page": "/x/"}
    clause = {"id": "none", "web": True, "state": "done", "reach": reach}
    assert [line.split()[0] for line in problems(clause)][:2] == ["no", "no"]
    assert "is done but no test carries its mark" in problems(clause)
    nothing = {"command": None, "function": None, "page": None}
    assert [line.rsplit(" ", 1)[1] for line in problems({**clause, "reach": nothing})][1:] == [
        "command",
        "function",
        "page",
    ]
    assert problems({**clause, "state": "open", "reach": {**nothing, "function": "fangpin.vocabulary.text.Text"}}) == [
        "is open but says how to reach it"
    ]


def test_marks_are_found_on_functions_classes_and_modules(tmp_path: Path) -> None:
    source = """
import pytest
pytestmark = [pytest.mark.clause("A")]
@pytest.mark.clause("B")
def test_one(): ...
def helper(): ...
@pytest.mark.clause("C", "D")
class TestMore:
    def test_two(self): ...
"""
    found = sorted(marked_tests(ast.parse(source).body))
    assert found == [("A", "test_one"), ("A", "test_two"), ("B", "test_one"), ("C", "test_two"), ("D", "test_two")]
