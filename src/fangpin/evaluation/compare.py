"""Who moves when a rule moves, or when facts do: the same households on two sides.

Reads   one or two registries, two standards (of two days, or of one), a price list where there is one
Gives   compare(registry, one, two) → Comparison: who enters, who leaves, every other move, each with what decided it;
        flows, net and gross by place, type and indicator; what comes from the rule, from facts, from both; visits; cost
Keeps   a household enters when its status becomes low_income, and leaves when it no longer is; nothing is netted out;
        the parts of a decomposition sum to the total exactly
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

import polars as pl

from fangpin.evaluation.corners import ABSENT, Progress, Side, corners, is_generated
from fangpin.evaluation.moves import KEYS, KINDS, MOVES, Move, move_of, moves_of, tally_of, together
from fangpin.identification.citation import citation_of
from fangpin.identification.verdict import STATUSES
from fangpin.registry import Registry
from fangpin.standards import Standard
from fangpin.standards.prices import Prices, prices_for
from fangpin.vocabulary.text import Text

WIDTHS = {"county": 6, "township": 9, "village": 12}
NOT_KNOWN = Text("未登记", "not registered")
WORDS = {
    "income": Text("收入", "income"),
    "k": Text("临界个数 k", "cutoff k"),
    "veto": Text("否决项", "veto items"),
    "counted": Text("计入的指标", "indicators counted"),
    "register": Text("在册与否", "being registered"),
}


@dataclass
class Comparison:
    """What differs between two sides; ``households`` counts all that either side knows."""

    one: Standard
    two: Standard
    table: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=MOVES))
    tally: pl.DataFrame = field(default_factory=lambda: together([]))
    prices: Prices | None = None
    same_facts: bool = True
    generated: bool = False
    snapshots: tuple[str, str] = ("", "")

    # -- who ------------------------------------------------------------------------------------------------
    @cached_property
    def moves(self) -> list[Move]:
        return [move_of(row) for row in self.table.iter_rows(named=True)]

    @property
    def households(self) -> int:
        return int(self.tally["households"].sum())

    @property
    def entering(self) -> list[Move]:
        return [m for m in self.moves if m.after == "low_income"]

    @property
    def leaving(self) -> list[Move]:
        return [m for m in self.moves if m.before == "low_income"]

    @property
    def others(self) -> list[Move]:
        return [m for m in self.moves if "low_income" not in (m.before, m.after)]

    def of_kind(self, kind: str) -> list[Move]:
        """The moves of one kind: in, out, to_visit, to_deliberate, other; each move is of one."""
        return [m for m in self.moves if m.kind == kind]

    # -- how many -------------------------------------------------------------------------------------------
    def flow(self, *, all_households: bool = False) -> dict[str, dict[str, int]]:
        """Households by status before and after; only of those that moved, or of all."""
        frame = self.tally if all_households else self.tally.filter(pl.col("before") != pl.col("after"))
        rows = frame.group_by("before", "after").agg(pl.col("households").sum())
        found = {(b, a): int(n) for b, a, n in rows.iter_rows()}
        order = [*STATUSES, ABSENT]
        flows = {b: {a: found[b, a] for a in order if (b, a) in found} for b in order}
        return {before: row for before, row in flows.items() if row}

    @property
    def gross(self) -> int:
        """Households that enter or leave."""
        return len(self.entering) + len(self.leaving)

    @property
    def net(self) -> int:
        """Households that enter, less those that leave."""
        return len(self.entering) - len(self.leaving)

    @property
    def visits(self) -> dict[str, int]:
        """Visits caused (households that now need one) and saved (that no longer do)."""
        to, away = self.table.filter(pl.col("to") == "needs_visit"), self.table.filter(pl.col("from") == "needs_visit")
        return {"caused": to.height, "saved": away.height}

    def by_place(self, level: str = "township") -> pl.DataFrame:
        """Moves by place: ``county``, ``township`` or ``village`` (by the region code of the household)."""
        return self._by(pl.col("region_code").str.head(WIDTHS[level]).alias("place"))

    def by_type(self) -> pl.DataFrame:
        """Moves by type of household (a code of the list ``household_type``; null where it is not recorded)."""
        return self._by(pl.col("household_type"))

    def _by(self, key: pl.Expr) -> pl.DataFrame:
        """Households and moves by a key, the most moves first."""
        frame = self.tally.select(key, "before", "after", "households")
        name, n = frame.columns[0], pl.col("households")
        before, after = pl.col("before"), pl.col("after")
        moved = before != after
        counts = {
            "in": moved & (after == "low_income"),
            "out": moved & (before == "low_income"),
            "to_visit": moved & (before != "low_income") & (after == "needs_visit"),
            "to_deliberate": moved & (before != "low_income") & (after == "deliberate"),
            "moved": moved,
            "visits_caused": moved & (after == "needs_visit"),
            "visits_saved": moved & (before == "needs_visit"),
        }
        found = frame.group_by(name).agg(n.sum(), *[n.filter(c).sum().alias(k) for k, c in counts.items()])
        found = found.with_columns(net=pl.col("in") - pl.col("out"), gross=pl.col("in") + pl.col("out"))
        order = [name, "households", "in", "out", "net", "gross", "to_visit", "to_deliberate", "moved"]
        return found.select(*order, "visits_caused", "visits_saved").sort(
            ["moved", name], descending=[True, False], nulls_last=True
        )

    def by_indicator(self) -> pl.DataFrame:
        """Moves by what decided them; a move that several things decided counts under each."""
        each = self.table.select("kind", pl.col("decided_by").list.unique(maintain_order=True)).explode("decided_by")
        found = each.group_by(pl.col("decided_by").alias("decided_by")).agg(
            *[(pl.col("kind") == kind).sum().cast(pl.Int64).alias(kind) for kind in KINDS],
            pl.len().cast(pl.Int64).alias("moved"),
        )
        return found.sort(["moved", "decided_by"], descending=[True, False])

    # -- where it comes from --------------------------------------------------------------------------------
    def decomposition(self, level: str | None = None) -> pl.DataFrame:
        """The net change of every status, split into rule, facts and what only both together bring.

        Args:
            level: ``county``, ``township`` or ``village``; None: all households together.

        Returns:
            ``status``, ``before``, ``after``, ``total`` = after − before, ``rule`` (the second rule on the first
            facts), ``facts`` (the first rule on the second facts), ``interaction`` (the rest); ``rule`` + ``facts`` +
            ``interaction`` = ``total`` exactly. ``rule_shapley`` and ``facts_shapley`` halve the interaction, and sum
            to the total as exactly.
        """
        keys = [] if level is None else [pl.col("region_code").str.head(WIDTHS[level]).alias("place")]
        frame = self.tally.with_columns(keys)
        pieces = []
        for status in [*STATUSES, ABSENT]:
            n = pl.col("households")
            counts = [n.filter(pl.col(c) == status).sum().alias(c) for c in ("before", "by_rule", "by_facts", "after")]
            grouped = frame.group_by("place").agg(counts) if keys else frame.select(counts)
            pieces.append(grouped.with_columns(pl.lit(status).alias("status")))
        found = pl.concat(pieces).with_columns(
            total=pl.col("after") - pl.col("before"),
            rule=pl.col("by_rule") - pl.col("before"),
            facts=pl.col("by_facts") - pl.col("before"),
        )
        found = found.with_columns(interaction=pl.col("total") - pl.col("rule") - pl.col("facts"))
        found = found.with_columns(
            rule_shapley=pl.col("rule") + pl.col("interaction") / 2,
            facts_shapley=pl.col("facts") + pl.col("interaction") / 2,
        )
        heads = ["place"] if keys else []
        return found.select(
            *heads,
            "status",
            "before",
            "after",
            "total",
            "rule",
            "facts",
            "interaction",
            "rule_shapley",
            "facts_shapley",
        )

    @property
    def causes(self) -> dict[str, int]:
        """Moves by what they come from: rule, facts, either, together."""
        return {str(c): int(n) for c, n in self.table.group_by("cause").len().sort("cause").iter_rows()}

    # -- what it costs --------------------------------------------------------------------------------------
    def cost(self) -> list[dict[str, Any]] | None:
        """What each price comes to before and after; None without a price list."""
        if self.prices is None:
            return None
        out = []
        for price in self.prices.items:
            n = pl.col("persons" if price.per == "person" else "households")
            before, after = (
                int(self.tally.select(n.filter(pl.col(s) == price.status).sum()).item()) for s in ("before", "after")
            )
            out.append(
                {
                    "price": price.code,
                    "label": {"zh": price.label.zh, "en": price.label.en},
                    "yuan": price.yuan,
                    "per": price.per,
                    "every": price.every,
                    "before": before,
                    "after": after,
                    "change": (after - before) * price.yuan,
                    "year": price.year,
                    "state": price.state,
                    "source": price.source,
                }
            )
        return out

    # -- out ------------------------------------------------------------------------------------------------
    def to_json(self) -> dict[str, Any]:
        """The comparison as ``fangpin compare --json`` prints it."""
        said = {
            "standard": _named(self.one),
            "against": _named(self.two),
            "households": self.households,
            "entering": [m.to_json() for m in self.entering],
            "leaving": [m.to_json() for m in self.leaving],
            "moved": self.flow(),
            "other_moves": [m.to_json() for m in self.others],
            "net": self.net,
            "gross": self.gross,
            "visits": self.visits,
            "causes": self.causes,
            "decomposition": self.decomposition().to_dicts(),
            "by_township": self.by_place("township").to_dicts(),
            "by_village": self.by_place("village").to_dicts(),
            "by_household_type": self.by_type().to_dicts(),
            "by_indicator": self.by_indicator().to_dicts(),
            "changed_parameters": changed_parameters(self.one, self.two),
        }
        costs = self.cost()
        if costs is not None and self.prices is not None:
            said["cost"] = {
                "prices": self.prices.place,
                "items": [{k: float(v) if isinstance(v, Decimal) else v for k, v in c.items()} for c in costs],
            }
        return said

    def to_polars(self) -> pl.DataFrame:
        """One row a move."""
        return self.table

    def citation(self, lang: str | None = None) -> Any:
        """What the comparison rests on: both standards, the data, the version; as text in a language, or in parts."""
        found = citation_of([self.one, self.two], self.snapshots, Text("两方比较", "comparison"))
        return found if lang is None else found.text(lang)

    def text(self, lang: str = "zh") -> str:
        """The comparison in words: counts first, then names."""
        lines = [
            Text(
                f"共比较 {self.households:,} 户：进入 {len(self.entering):,} 户，退出 {len(self.leaving):,} 户，"
                f"其他变动 {len(self.others):,} 户",
                f"{self.households:,} households compared: {len(self.entering):,} enter, {len(self.leaving):,} leave, "
                f"{len(self.others):,} move otherwise",
            )(lang),
            Text(
                f"需走访：新增 {self.visits['caused']:,} 户，省去 {self.visits['saved']:,} 户",
                f"visits: {self.visits['caused']:,} caused, {self.visits['saved']:,} saved",
            )(lang),
        ]
        if not self.same_facts:
            part = next(row for row in self.decomposition().iter_rows(named=True) if row["status"] == "low_income")
            lines.append(
                Text(
                    f"初判符合净变动 {part['total']:+,} 户 = 标准 {part['rule']:+,}，事实 {part['facts']:+,}，"
                    f"两者同变 {part['interaction']:+,}",
                    f"net change of those who meet the rule {part['total']:+,} = rule {part['rule']:+,}, facts "
                    f"{part['facts']:+,}, both together {part['interaction']:+,}",
                )(lang)
            )
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


def status_name(status: str) -> Text:
    """A status in words; also of households that a side does not know."""
    return NOT_KNOWN if status == ABSENT else STATUSES[status]


def decider_name(code: str, one: Standard, two: Standard) -> Text:
    """What decided a move, in words."""
    source = next((s for s in (two, one) if code in s.codes), None)
    if source is None:
        return WORDS.get(code, Text(code, code))
    name = source.item(code).name
    return Text(f"{code} {name.zh}", f"{code} {name.en}")


def _line(move: Move, one: Standard, two: Standard, lang: str) -> str:
    by = ("、" if lang == "zh" else ", ").join(decider_name(code, one, two)(lang) for code in move.decided_by)
    return f"{move.household_id}　{status_name(move.before)(lang)} → {status_name(move.after)(lang)}　{by}"


def compare(
    registry: Registry,
    one: Standard,
    two: Standard | None = None,
    progress: Progress | None = None,
    *,
    against: Registry | None = None,
    prices: Prices | None = None,
) -> Comparison:
    """Households whose status differs between two sides.

    Args:
        registry: The households.
        one: The standard that holds now; its day is the day of the first facts.
        two: The one it is held against, of the same day or another; None: the same.
        progress: Called with (done, all, what) part by part.
        against: Other facts for the second side, such as the same county a year later.
        prices: What a household costs by status; None: the list under ``rules/`` that holds at the place of ``two``.
    """
    left = Side(registry, one)
    right = Side(registry if against is None else against, one if two is None else two)
    tallies, moves = [], [pl.DataFrame(schema=MOVES)]
    for frame in corners(left, right, progress):
        tallies.append(tally_of(frame))
        moves.append(moves_of(frame, left.standard, right.standard))
    held = prices or prices_for(right.standard.region, right.day)
    return Comparison(
        left.standard,
        right.standard,
        pl.concat(moves),
        together(tallies),
        held,
        left.same_facts(right),
        any(is_generated(side.registry) for side in (left, right)),
        snapshots=(left.registry.snapshot_hash(), right.registry.snapshot_hash()),
    )


__all__ = ["KEYS", "Comparison", "Move", "changed_parameters", "compare"]
