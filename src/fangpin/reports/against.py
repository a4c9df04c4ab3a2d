"""Against a past run: which fact, rule or date changed the answer of one household.

Reads   a manifest, its input as far as it is still there, the household as it is explained now
Gives   against(manifest, explanation, registry) → Against: every change, whether it turns the answer alone, whether the
        answer turns without it, and the smallest sets of changes that turn it
Keeps   changes are laid on the household of that time one by one and together, and decided each time; what cannot be
        told is said
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Any

import polars as pl

from fangpin import tables
from fangpin.identification.ask import veto_of
from fangpin.identification.explain import Explanation, find
from fangpin.identification.income_test import income_status
from fangpin.identification.record import Record
from fangpin.identification.verdict import STATUSES, decide_status
from fangpin.language.interpret import evaluate
from fangpin.registry import Registry
from fangpin.reports import past
from fangpin.reports.result import VERDICTS
from fangpin.standards import Standard
from fangpin.standards.saved import changed, made, saved
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.money import to_yuan
from fangpin.vocabulary.text import Text

LARGEST, MOST = 3, 16
"""The largest sets that are tried, and the most changes among which they are sought."""
NOT_FACTS = frozenset(
    "household_id person_id region_code valid_from valid_to known_at source ends_on year stage window_from window_to "
    "name head_name relation_to_head".split()
)
KINDS = {"fact": Text("事实", "fact"), "rule": Text("规则", "rule"), "date": Text("日期", "date")}
ABSENT = Text("没有判定", "no verdict")


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """One thing that is otherwise than at that time; each is itself alone."""

    kind: str
    name: str
    before: Any
    after: Any
    at: tuple[str, ...] = ()
    """Where a fact stands: the table, and the person; the field is in the name."""

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "name": self.name, "from": self._said(self.before), "to": self._said(self.after)}

    def text(self, lang: str) -> str:
        return f"{KINDS[self.kind](lang)} {self.name}: {self._said(self.before)} → {self._said(self.after)}"

    def _said(self, value: Any) -> Any:
        """A value as plain data, money in yuan."""
        field = self.name.partition("@")[0]
        if self.kind == "fact" and isinstance(value, int) and "." in field:
            money = tables.catalogue().field(field).kind == "money"
            return float(to_yuan(value)) if money else value
        return value if value is None or isinstance(value, bool | int | float | str | list) else str(value)


@dataclass(frozen=True)
class World:
    """A household under a rule on a day."""

    record: Record
    standard: Standard
    day: date


@dataclass
class Against:
    """What became of one household since a run."""

    manifest: Path
    day: str
    then: str | None
    now: str
    changes: list[Change] = field(default_factory=list)
    alone: list[Change] = field(default_factory=list)
    needed: list[Change] = field(default_factory=list)
    minimal: list[tuple[Change, ...]] = field(default_factory=list)
    untold: list[Text] = field(default_factory=list)

    def to_json(self, lang: str = "zh") -> dict[str, Any]:
        """The account as plain data."""
        marked = [{**c.to_json(), "alone": c in self.alone, "needed": c in self.needed} for c in self.changes]
        return {
            "manifest": str(self.manifest),
            "then": {"status": self.then, "as_of": self.day},
            "now": {"status": self.now},
            "turned": self.then != self.now,
            "changes": marked,
            "minimal": [[c.name for c in some] for some in self.minimal],
            "cannot_tell": [u(lang) for u in self.untold],
        }

    def text(self, lang: str = "zh") -> str:
        """The account in words."""
        statuses = [STATUSES[s](lang) if s else ABSENT(lang) for s in (self.then, self.now)]
        head = Text(f"与 {self.day} 的判定相比", f"Since the run of {self.day}")(lang)
        lines = ["", f"【{head}】{' → '.join(statuses)}", *[f"  {u(lang)}" for u in self.untold]]
        for change in self.changes:
            marks = [Text("单独即改变结果", "turns the result alone")(lang)] if change in self.alone else []
            marks += [Text("没有它结果不变", "without it the result stays")(lang)] if change in self.needed else []
            lines.append(f"  {change.text(lang)}" + (f"（{'；'.join(marks)}）" if marks else ""))
        if self.minimal:
            few = "；".join(" + ".join(c.name for c in some) for some in self.minimal)
            lines.append(
                Text(f"  足以改变结果的最少变动：{few}", f"  fewest changes that turn the result: {few}")(lang)
            )
        return "\n".join(lines)


def against(path: Path, now: Explanation, registry: Registry) -> Against:
    """What changed the answer of a household since a run.

    Args:
        path: The manifest of the run.
        now: The household as explained now.
        registry: What it was explained from; where the input of the run is gone, what was known on its day is taken
            from here.

    Raises:
        UnusableInput: no manifest.
    """
    manifest = past.read(path)
    household = str(now.row["household_id"])
    stored = _stored(path.parent / VERDICTS, household)
    found = Against(path, manifest["standard"]["as_of"], stored, now.row["status"])
    rule, day = _rule(manifest, found), date.fromisoformat(manifest["standard"]["as_of"])
    old = rule or now.standard
    record = _record(manifest, registry, old, now.standard, household, found)
    if record is None:
        return found
    before = World(record, old, day)
    after = World(find(registry, now.standard, household, old), now.standard, now.standard.as_of)
    if found.then is None or status_of(before) != found.then:
        if found.then is not None:
            said = (
                "当时的事实已不能复原，只比较规则和日期",
                "the facts of that time are gone; only rule and date are compared",
            )
            found.untold.append(Text(*said))
            before = replace(before, record=after.record)
        found.then = found.then or status_of(before)
    attribute(found, before, after)
    return found


def _stored(path: Path, household: str) -> str | None:
    """The status that the run gave; None where its verdicts are gone or do not have the household."""
    if not path.exists():
        return None
    rows = pl.scan_parquet(path / "*.parquet" if path.is_dir() else path).filter(pl.col("household_id") == household)
    statuses = rows.select("status").collect()["status"].to_list()
    return str(statuses[0]) if statuses else None


def _rule(manifest: Mapping[str, Any], found: Against) -> Standard | None:
    rule = past.restored_or_none(manifest)
    if rule is None:
        try:
            rule = past.standard_now(manifest)
        except UnusableInput:
            rule = None
    if rule is None or rule.hash != manifest["standard"]["hash"]:
        found.untold.append(Text("当时的规则已不能复原", "the rule of that time cannot be made again"))
        return None
    return rule


def _record(
    manifest: Mapping[str, Any], registry: Registry, old: Standard, new: Standard, household: str, found: Against
) -> Record | None:
    """The household as it was known then; None where it was not."""
    source = registry
    try:
        source = past.registry(manifest)
        if not past.unchanged(manifest, source):
            said = (
                "当时的输入文件已变，按其中当日所知的行复原",
                "the input has changed since; rows known on that day are taken",
            )
            found.untold.append(Text(*said))
    except UnusableInput as error:
        found.untold.append(
            Text(
                f"{error.title.zh}：{error.place}；按现有登记簿当日所知的行复原",
                f"{error.title.en}: {error.place}; rows known on that day are taken from the registry of now",
            )
        )
    try:
        return find(source, replace(old, as_of=date.fromisoformat(manifest["standard"]["as_of"])), household, new)
    except UnusableInput:
        found.untold.append(Text("那一天还不知道这一户", "the household was not known on that day"))
        return None


def status_of(world: World) -> str:
    """The status of a household in a world."""
    record, standard = world.record, world.standard
    truths = [evaluate(standard.item(code).node, record.facts()) for code in standard.counted]
    by_income = income_status(record.income(standard.concept), standard)
    veto = veto_of(standard, record.facts())
    return decide_status(by_income, truths.count(True), truths.count(None), standard.k, veto)


# -- attribution -----------------------------------------------------------------------------------------------------


def attribute(found: Against, before: World, after: World) -> None:
    """Puts down what changed between two worlds, and which of it turns the answer."""
    mix = Mix(before, after)
    found.changes = mix.changes
    then, now = status_of(before), status_of(after)
    if then == now or not mix.changes:
        return
    every = frozenset(mix.changes)
    found.alone = [c for c in mix.changes if mix.status(frozenset((c,))) == now]
    found.needed = [c for c in mix.changes if mix.status(every - {c}) == then]
    sought = mix.changes if len(mix.changes) <= MOST else list(dict.fromkeys([*found.needed, *found.alone]))[:MOST]
    found.minimal = minimal_sets(sought, lambda some: mix.status(some) == now)


def minimal_sets(changes: Sequence[Change], turns: Callable[[frozenset[Change]], bool]) -> list[tuple[Change, ...]]:
    """The sets, of at most ``LARGEST``, that turn the answer while no part of them does."""
    out: list[tuple[Change, ...]] = []
    for size in range(1, LARGEST + 1):
        for some in combinations(changes, size):
            if not any(set(smaller) <= set(some) for smaller in out) and turns(frozenset(some)):
                out.append(some)
    return out


class Mix:
    """Worlds between two: some of the changes made, the others not yet."""

    def __init__(self, before: World, after: World) -> None:
        self.before, self.after = before, after
        self._standards: dict[frozenset[Change], Standard] = {}

    @cached_property
    def changes(self) -> list[Change]:
        """All that differs and can bear on the status."""
        days = [Change("date", "as_of", self.before.day, self.after.day)] if self.before.day != self.after.day else []
        return [*self._rules(), *days, *self._facts()]

    def status(self, made_: frozenset[Change]) -> str:
        """The status once these changes are made."""
        day = self.after.day if any(c.kind == "date" for c in made_) else self.before.day
        return status_of(World(self._record(made_, day), self._standard(made_), day))

    # -- rules
    @cached_property
    def _one_by_one(self) -> bool:
        """Whether the rules differ in values alone, which can be changed one at a time."""
        old, new = self.before.standard, self.after.standard
        names = [n for n, _, _ in changed(saved(old), new)]
        values = set(old.parameters) & set(new.parameters)
        return old.id == new.id and all(n in values or n in ("lower", "upper") for n in names)

    def _rules(self) -> list[Change]:
        old, new = self.before.standard, self.after.standard
        if old.hash == new.hash:
            return []
        if not self._one_by_one:
            return [Change("rule", old.id if old.id == new.id else "standard", *_versions(old, new))]
        return [Change("rule", n, a, b) for n, a, b in ((n, str(a), str(b)) for n, a, b in changed(saved(old), new))]

    def _standard(self, made_: frozenset[Change]) -> Standard:
        rules = frozenset(c for c in made_ if c.kind == "rule")
        if rules not in self._standards:
            self._standards[rules] = self._mixed({c.name for c in rules})
        return self._standards[rules]

    def _mixed(self, names: set[str]) -> Standard:
        if not names:
            return self.before.standard
        if len(names) == len(self._rules()):
            return self.after.standard
        old, new = saved(self.before.standard), saved(self.after.standard)
        for section in ("values", "lines"):
            old[section] = {n: new[section][n] if n in names else v for n, v in old[section].items()}
        return made(old)

    # -- facts
    def _facts(self) -> list[Change]:
        out = []
        one, two = self.before.record, self.after.record
        for table, a, b in (
            ("household", one.household, two.household),
            ("living", one.living, two.living),
            ("income_year", one.income_row, two.income_row),
        ):
            out += [Change("fact", f"{table}.{n}", a.get(n), b.get(n), (table,)) for n in _fields(a, b)]
        then, now = ({str(m["person_id"]): m for m in r.members} for r in (one, two))
        for person in dict.fromkeys([*then, *now]):
            x, y = then.get(person), now.get(person)
            if x is None or y is None:
                out.append(Change("fact", f"member@{person}", x is not None, y is not None, ("member", person)))
            else:
                out += [
                    Change("fact", f"member.{n}@{person}", x.get(n), y.get(n), ("member", person))
                    for n in _fields(x, y)
                ]
        return out

    def _record(self, made_: frozenset[Change], day: date) -> Record:
        one, two = self.before.record, self.after.record
        rows = {"household": dict(one.household), "living": dict(one.living), "income_year": dict(one.income_row)}
        people = {str(m["person_id"]): dict(m) for m in one.members}
        now = {str(m["person_id"]): m for m in two.members}
        for change in made_:
            if change.kind != "fact":
                continue
            name = change.name.partition("@")[0].partition(".")[2]
            if change.at[0] != "member":
                rows[change.at[0]][name] = change.after
            elif name:
                people[change.at[1]][name] = change.after
            elif change.after:
                people[change.at[1]] = dict(now[change.at[1]])
            else:
                people.pop(change.at[1], None)
        return Record(rows["household"], rows["living"], rows["income_year"], list(people.values()), day)


def _versions(old: Standard, new: Standard) -> tuple[str, str]:
    return f"{old.id}@{old.hash[:12]}", f"{new.id}@{new.hash[:12]}"


def _fields(one: Mapping[str, Any], two: Mapping[str, Any]) -> list[str]:
    names = dict.fromkeys([*one, *two])
    return [n for n in names if n not in NOT_FACTS and one.get(n) != two.get(n)]
