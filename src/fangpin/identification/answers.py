"""Answers: the values of an open fact that the rules can tell apart.

Gives   Variable, an open fact; Options, the answers to a column or to a date of birth; single_classifier, atoms_of
Keeps   one answer for every way the conditions of the rules can come out, no more; both sides of every threshold,
        also where a condition weighs a column against others that are known
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from fangpin.language import tree as t
from fangpin.language.interpret import Evaluator, Facts, compiled, completed_years
from fangpin.vocabulary.money import MICRO

BORN = "birth_date"
OLDEST = 130
STEPS = 16  # how finely a range is looked through for thresholds
LONG_AGO = 40_000  # days
WHOLE = 200  # a range of whole numbers no wider is tried number by number


@dataclass(frozen=True, slots=True)
class Variable:
    """An open fact: its field, the column it fills, the values the rules can tell apart, and what it holds now.

    A stale fact holds a value; it is filled anew only when it is the one that is asked. A blank beside a stale fact of
    the same indicator is filled in completed worlds, yet not ``asked`` for its own sake.
    """

    fact: str
    column: str
    options: tuple[Any, ...]
    current: Any = None
    stale: bool = False
    asked: bool = True

    @property
    def completions(self) -> tuple[Any, ...]:
        """Its values in completed worlds while another fact is asked."""
        return (self.current,) if self.stale else self.options


def hashable(value: Any) -> Any:
    """A list as a tuple; all else as it is."""
    return tuple(value) if isinstance(value, list) else value


def atoms_of(node: t.Node, column: t.Col) -> Iterator[t.Node]:
    """The smallest conditions of a rule that name ``column``."""
    if node == column:
        yield node
        return
    if isinstance(node, t.Cmp | t.In | t.Has | t.IsKnown) and not any(isinstance(n, t.Agg) for n in t.walk(node)):
        if column in t.columns(node):
            yield node
        return
    for child in t.children(node):
        yield from atoms_of(child, column)


@lru_cache(maxsize=4096)
def _atoms(nodes: tuple[t.Node, ...], column: t.Col) -> tuple[t.Node, ...]:
    return tuple(dict.fromkeys(a for n in nodes for a in atoms_of(n, column)))


@lru_cache(maxsize=4096)
def _classifier(column: t.Col, atoms: tuple[t.Node, ...], today: date) -> Callable[[Any], Hashable]:
    runs = [compiled(a) for a in atoms]

    @lru_cache(maxsize=100_000)
    def classify(value: Hashable) -> Hashable:
        plain = list(value) if isinstance(value, tuple) else value
        facts = Facts({column.key: plain}, (), True, today)
        return (plain is None, *(run(facts, {column.name: plain}) for run in runs))

    return lambda value: classify(hashable(value))


def single_classifier(column: t.Col, node: t.Node, today: date) -> Callable[[Any], Hashable]:
    """A function that gives equal results for values that no condition of ``node`` on the column alone tells apart."""
    return _classifier(column, tuple(a for a in _atoms((node,), column) if len(t.columns(a)) == 1), today)


class Options:
    """Answers under one set of rules on one day; lists of codes are tuples here."""

    def __init__(self, nodes: tuple[t.Node, ...], today: date) -> None:
        self.nodes, self.today = nodes, today
        self._beside: dict[str, tuple[t.Col, ...]] = {}
        self._known: dict[Hashable, tuple[Any, ...]] = {}

    def of(self, column: t.Col, codes: Callable[[t.Col], Sequence[str]], row: Mapping[str, Any]) -> tuple[Any, ...]:
        """Values of ``column`` that stand for all.

        Args:
            column: The column that is asked.
            codes: Gives the codes that answer it, where it holds codes.
            row: What is known beside it (by ``table.column`` for a household's, by name for a member's).
        """
        key = column.key
        if key not in self._beside:
            atoms = _atoms(self.nodes, column)
            self._beside[key] = tuple(c for c in dict.fromkeys(c for a in atoms for c in t.columns(a)) if c != column)
        beside = self._beside[key]
        memo = (key, *[hashable(row.get(place(c))) for c in beside])
        if memo not in self._known:
            known = {c: row.get(place(c)) for c in beside}
            self._known[memo] = self._work_out(column, codes(column), known)
        return self._known[memo]

    def _work_out(self, column: t.Col, codes: Sequence[str], beside: Mapping[t.Col, Any]) -> tuple[Any, ...]:
        atoms = _atoms(self.nodes, column)
        candidates = self._candidates(column, atoms, codes, beside)
        if beside:
            return tuple(candidates)
        classify = _classifier(column, atoms, self.today)
        seen: dict[Hashable, Any] = {}
        for value in candidates:
            seen.setdefault(classify(value), value)
        return tuple(seen.values())

    def _candidates(
        self, column: t.Col, atoms: Sequence[t.Node], codes: Sequence[str], beside: Mapping[t.Col, Any]
    ) -> list[Any]:
        kind = column.type.kind
        if kind == "bool":
            return [True, False]
        if kind == "code":
            return list(codes)
        if kind == "codes":
            return _lists(codes)
        if kind == "date":
            near = [v for v in beside.values() if isinstance(v, date)]
            return sorted(
                {self.today - timedelta(days=d) for d in _days(atoms)}
                | {v + timedelta(days=d) for v in near for d in (-1, 0, 1)}
            )
        return self._numbers(column, atoms, beside) if kind == "number" else ["x"]

    # -- numbers --------------------------------------------------------------------------------------------
    def _numbers(self, column: t.Col, atoms: Sequence[t.Node], beside: Mapping[t.Col, Any]) -> list[float]:
        low, high = column.minimum, column.maximum
        if low is not None and high is not None:
            if beside and len(atoms) == 1 and _is_one_sided(atoms[0]):
                return [low, high]  # a condition that only turns once: the ends stand for all
            if high - low <= WHOLE and column.type.unit not in ("kg", "cm", "yuan"):
                return list(range(int(low), int(high) + 1))
        together = [a for a in atoms if len(t.columns(a)) > 1]
        values = set(_around_constants(column, atoms))
        if together:
            values |= {_middle(column)} | {v for a in together for v in self._turns(column, a, beside)}
        return sorted(values)

    def _turns(self, column: t.Col, atom: t.Node, beside: Mapping[t.Col, Any]) -> Iterator[float]:
        """Both sides of every place where a condition turns as ``column`` goes from end to end."""
        others = {
            c: value if value is not None else _middle(c) if c.type.kind == "number" else None
            for c, value in beside.items()
        }
        run = compiled(atom)

        def truth(value: float) -> Any:
            row = {place(c): other for c, other in others.items()} | {place(column): value}
            return run(Facts(row, (), True, self.today), row)

        low, high = _ends(column)
        grid = [low + (high - low) * i / STEPS for i in range(STEPS + 1)]
        for a, b in zip(grid, grid[1:], strict=False):
            before, after = truth(a), truth(b)
            if before != after:
                yield from _narrowed(a, b, before, truth)

    # -- dates of birth -------------------------------------------------------------------------------------
    def births(self, read: Sequence[t.Col]) -> tuple[date, ...]:
        """Dates of birth that stand for all, told apart by the columns ``read`` (age and the date itself)."""
        atoms = tuple(dict.fromkeys(a for c in read for a in _atoms(self.nodes, c)))
        memo = ("births", atoms)
        if memo not in self._known:
            day = min(self.today.day, 28)
            years = [date(self.today.year - age, self.today.month, day) for age in range(OLDEST + 1)]
            near = [
                self.today - timedelta(days=d)
                for d in _days([a for a in atoms if any(isinstance(n, t.Since) for n in t.walk(a))])
                if d <= OLDEST * 365
            ]
            runs = [compiled(a) for a in atoms]
            alone = all(c.name in ("age", BORN) for a in atoms for c in t.columns(a))
            seen: dict[Hashable, date] = {}
            for born in [*years, *sorted(near)]:
                seen.setdefault(self._class_of(born, runs) if alone else born, born)
            self._known[memo] = tuple(seen.values())
        return self._known[memo]

    def _class_of(self, born: date, runs: Sequence[Evaluator]) -> Hashable:
        member = {BORN: born, "age": completed_years(born, self.today)}
        facts = Facts({}, (), True, self.today)
        return tuple(run(facts, member) for run in runs)


def place(column: t.Col) -> str:
    """Where a column stands in a row: by its name in a member's, by ``table.column`` in a household's."""
    return column.name if column.scope == "member" else column.key


def _lists(codes: Sequence[str]) -> list[tuple[str, ...]]:
    """Lists of every length, and with and without every single code."""
    singles = [(c,) for c in codes] + [tuple(c for c in codes if c != left) for left in codes]
    return [
        *(tuple(codes[:i]) for i in range(len(codes) + 1)),
        *(tuple(codes[i:]) for i in range(1, len(codes))),
        *singles,
    ]


def _constants(atoms: Sequence[t.Node]) -> set[float]:
    return {
        n.value
        for a in atoms
        for n in t.walk(a)
        if isinstance(n, t.Lit) and isinstance(n.value, int | float) and not isinstance(n.value, bool)
    }


def _days(atoms: Sequence[t.Node]) -> list[int]:
    years = any(isinstance(n, t.Since) and n.unit == "year" for a in atoms for n in t.walk(a))
    steps = {int(c * days) for c in _constants(atoms) for days in ((365, 366) if years else (1,))}
    near = range(-2, 3) if not years else range(-40, 41)
    return sorted({d for s in steps for d in (s + n for n in near) if abs(d) <= LONG_AGO} | {0, LONG_AGO})


def _is_one_sided(atom: t.Node) -> bool:
    return isinstance(atom, t.Cmp) and atom.op != "=" and not any(isinstance(n, t.Case) for n in t.walk(atom))


def _ends(column: t.Col) -> tuple[float, float]:
    far = 10**6 * _step(column)
    return (-far if column.minimum is None else column.minimum, far if column.maximum is None else column.maximum)


def _step(column: t.Col) -> int:
    return MICRO // 100 if column.type.unit == "yuan" else 1


def _middle(column: t.Col) -> float:
    low, high = _ends(column)
    return (low + high) // 2


def _around_constants(column: t.Col, atoms: Sequence[t.Node]) -> list[float]:
    """The ends of the range, and both sides of every constant the column alone is compared with."""
    step, (low, high) = _step(column), _ends(column)
    constants = _constants([a for a in atoms if len(t.columns(a)) == 1])
    near = {v for c in constants for v in (c - step, c - step / 2, c, c + step / 2, c + step)} | {low, high}
    return sorted(v for v in near if low <= v <= high)


def _narrowed(a: float, b: float, before: Any, truth: Callable[[float], Any]) -> Iterator[float]:
    for _ in range(60):
        middle = (a + b) / 2
        if middle in (a, b):
            break
        if truth(middle) == before:
            a = middle
        else:
            b = middle
    yield a
    yield b
