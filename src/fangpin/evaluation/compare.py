"""Who moves when a rule moves: the same households under two standards.

Gives   compare(registry, one, two) → Comparison: who enters, who leaves, every other move, each with what decided it
Keeps   a household enters when its status becomes low_income, and leaves when it no longer is; nothing is netted out
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from fangpin.identification.verdict import STATUSES
from fangpin.identification.verdicts import Verdicts
from fangpin.registry import Registry
from fangpin.standards import Standard
from fangpin.vocabulary.text import Text

Progress = Callable[[int, int, Text], None]


@dataclass(frozen=True)
class Move:
    """One household whose status differs, and what decided it: indicator codes, ``income``, ``k`` or ``veto``."""

    household_id: str
    region_code: str | None
    before: str
    after: str
    decided_by: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "household_id": self.household_id,
            "region_code": self.region_code,
            "from": self.before,
            "to": self.after,
            "decided_by": list(self.decided_by),
        }


@dataclass
class Comparison:
    """The moves between two standards; ``households`` counts all that were compared."""

    one: Standard
    two: Standard
    households: int = 0
    moves: list[Move] = field(default_factory=list)

    @property
    def entering(self) -> list[Move]:
        return [m for m in self.moves if m.after == "low_income"]

    @property
    def leaving(self) -> list[Move]:
        return [m for m in self.moves if m.before == "low_income"]

    @property
    def others(self) -> list[Move]:
        return [m for m in self.moves if "low_income" not in (m.before, m.after)]

    def flow(self) -> dict[str, dict[str, int]]:
        """Households by status before and after, of those that moved."""
        out: dict[str, dict[str, int]] = {}
        for move in self.moves:
            row = out.setdefault(move.before, {})
            row[move.after] = row.get(move.after, 0) + 1
        return out

    def to_json(self) -> dict[str, Any]:
        """The comparison as ``fangpin compare --json`` prints it."""
        return {
            "standard": _named(self.one),
            "against": _named(self.two),
            "households": self.households,
            "entering": [m.to_json() for m in self.entering],
            "leaving": [m.to_json() for m in self.leaving],
            "moved": self.flow(),
            "other_moves": [m.to_json() for m in self.others],
            "changed_parameters": changed_parameters(self.one, self.two),
        }

    def to_polars(self) -> pl.DataFrame:
        """One row a move."""
        return pl.DataFrame(
            [{**m.to_json()} for m in self.moves],
            schema={
                "household_id": pl.String,
                "region_code": pl.String,
                "from": pl.String,
                "to": pl.String,
                "decided_by": pl.List(pl.String),
            },
        )

    def text(self, lang: str = "zh") -> str:
        """The comparison in words: counts first, then names."""
        lines = [
            Text(
                f"共比较 {self.households:,} 户：进入 {len(self.entering):,} 户，退出 {len(self.leaving):,} 户，"
                f"其他变动 {len(self.others):,} 户",
                f"{self.households:,} households compared: {len(self.entering):,} enter, {len(self.leaving):,} leave, "
                f"{len(self.others):,} move otherwise",
            )(lang)
        ]
        lines += [
            Text(
                f"参数 {c['parameter']}：{c['from']} → {c['to']}",
                f"parameter {c['parameter']}: {c['from']} → {c['to']}",
            )(lang)
            for c in changed_parameters(self.one, self.two)
        ]
        for title, moves in (
            (Text("进入", "enter"), self.entering),
            (Text("退出", "leave"), self.leaving),
            (Text("其他变动", "move otherwise"), self.others),
        ):
            if moves:
                lines += ["", f"【{title(lang)}】", *[f"  {_line(m, self.one, self.two, lang)}" for m in moves]]
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text()


def _named(standard: Standard) -> dict[str, Any]:
    return {
        "id": standard.id,
        "hash": standard.hash,
        "as_of": standard.as_of.isoformat(),
        "region": standard.region,
        "overlays": list(standard.overlays),
        "line": float(standard.lower.yuan),
        "line_upper": float(standard.upper.yuan),
    }


def changed_parameters(one: Standard, two: Standard) -> list[dict[str, Any]]:
    """Parameters (and the lines) whose values differ."""
    out: list[dict[str, Any]] = []
    for name in dict.fromkeys([*one.parameters, *two.parameters]):
        a = one.parameters[name].value if name in one.parameters else None
        b = two.parameters[name].value if name in two.parameters else None
        if a != b:
            out.append({"parameter": name, "from": a, "to": b})
    for name, x, y in (("line", one.lower.yuan, two.lower.yuan), ("line_upper", one.upper.yuan, two.upper.yuan)):
        if x != y:
            out.append({"parameter": name, "from": float(x), "to": float(y)})
    return out


def _line(move: Move, one: Standard, two: Standard, lang: str) -> str:
    names = []
    for code in move.decided_by:
        source = next((s for s in (two, one) if code in s.codes), None)
        names.append(f"{code} {source.item(code).name(lang)}" if source else WORDS.get(code, Text(code, code))(lang))
    by = ("、" if lang == "zh" else ", ").join(names)
    return f"{move.household_id}　{STATUSES[move.before](lang)} → {STATUSES[move.after](lang)}　{by}"


WORDS = {
    "income": Text("收入", "income"),
    "k": Text("临界个数 k", "cutoff k"),
    "veto": Text("否决项", "veto items"),
    "counted": Text("计入的指标", "indicators counted"),
}


def compare(registry: Registry, one: Standard, two: Standard, progress: Progress | None = None) -> Comparison:
    """Households whose status differs between two standards.

    Args:
        registry: The households.
        one: The standard that holds now.
        two: The one it is held against.
        progress: Called with (done, all, what) part by part.
    """
    found = Comparison(one, two)
    first, second = Verdicts(registry, one, progress), Verdicts(registry, two)
    for a, b in zip(first.tables(), second.tables(), strict=True):
        found.households += a.height
        found.moves += list(_moves(a, b, one, two))
    return found


def _moves(a: pl.DataFrame, b: pl.DataFrame, one: Standard, two: Standard) -> Iterator[Move]:
    joined = a.join(b, on="household_id", how="inner", suffix="__b").filter(pl.col("status") != pl.col("status__b"))
    shared = [c for c in one.codes if c in two.codes]
    for row in joined.iter_rows(named=True):
        decided = [c for c in shared if row[c] != row[f"{c}__b"]]
        decided += [c for c in one.codes if c not in shared] + [c for c in two.codes if c not in shared]
        if row["income_status"] != row["income_status__b"]:
            decided.insert(0, "income")
        decided += _by_counting(row, one, two, decided)
        yield Move(row["household_id"], row["region_code"], row["status"], row["status__b"], tuple(decided))


def _by_counting(row: dict[str, Any], one: Standard, two: Standard, decided: list[str]) -> list[str]:
    out = []
    if one.k != two.k:
        out.append("k")
    if set(one.counted) != set(two.counted):
        changed = set(one.counted) ^ set(two.counted)
        out += [c for c in changed if c not in decided] or ["counted"]
    if row["veto"] != row["veto__b"]:
        out.append("veto")
    return out
