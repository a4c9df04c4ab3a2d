"""The examiner: all checks over every part, evaluated by the engine over all rows at once.

Reads   accepted rows, part by part (intake.check)
Gives   Examiner: findings, which rows now have one, how many rows each check could not judge
Not     what a check says (words) or stands on (facts)
Keeps   a check refuses nothing and changes nothing; unknown is no finding, and is counted; an exempted finding is
        listed as exempted
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import polars as pl

from fangpin import tables
from fangpin.engine.rows import about_rows, decide
from fangpin.intake.batch import Batch, Loaded, Part
from fangpin.intake.check import Examined
from fangpin.intake.memory import MEMORY_LIMIT
from fangpin.intake.messages import finding
from fangpin.intake.parquet import FINDING_LIMIT
from fangpin.language import tree as t
from fangpin.language.lower import Low, Plan, atom_truth, both, lower
from fangpin.registry.checks.documents import Check
from fangpin.registry.checks.documents import checks as shipped
from fangpin.registry.checks.exemptions import Exemption, Exemptions, load
from fangpin.registry.checks.facts import Needs, PartFacts, gather
from fangpin.registry.checks.hits import Hits, crossing_rows, of_function, of_rows, of_rule
from fangpin.registry.checks.integrity import FUNCTIONS, PART, Function, Rows
from fangpin.registry.checks.marking import Marker
from fangpin.registry.checks.words import Saying
from fangpin.registry.versions import as_of
from fangpin.vocabulary.findings import Finding

ONLY = "only."


@dataclass
class Tally:
    """What one check came to: rows it judged, found, could not judge, and findings exempted."""

    rows: int = 0
    found: int = 0
    unknown: int = 0
    exempted: int = 0


@dataclass(frozen=True)
class Lowered:
    """The checks with a rule, lowered once: one plan for households, one expression for each check about rows."""

    checks: Sequence[Check]

    @cached_property
    def plan(self) -> Plan:
        """Household rules by code, and the conditions on the household of other checks as ``only.CODE``."""
        rules: dict[str, t.Node] = {}
        for check in self.checks:
            if check.rule is None:
                continue
            if check.object == "household":
                rules[check.code] = t.And((check.only, check.rule)) if check.only else check.rule
            elif check.only is not None:
                rules[ONLY + check.code] = check.only
        return lower(rules)

    @cached_property
    def about_rows(self) -> dict[str, dict[str, Low]]:
        """The checks about the rows of each table."""
        found: dict[str, dict[str, Low]] = {}
        for check in self.checks:
            if check.rule is None or check.object == "household":
                continue
            low = atom_truth(check.rule)
            if check.only is not None:
                low = both(Low("col", value=ONLY + check.code), low)
            found.setdefault(check.object, {})[check.code] = low
        return found

    def truths(self, facts: PartFacts, present: set[str], day: date) -> tuple[PartFacts, dict[str, pl.Series]]:
        """The truth of every check for every row (or household) it is about; and the households as they were joined."""
        households = decide(self.plan, facts.households, facts.rows, present, day).sort("household_id")
        facts = PartFacts(households, facts.rows, facts.ids, facts.plain)
        found = {c.code: households[c.code] for c in self.checks if c.code in self.plan.rules}
        for scope, lows in self.about_rows.items():
            rows = facts.rows.get(scope)
            if rows is not None and rows.height:
                found |= about_rows(lows, rows, households, day)
        return facts, found


class Examiner:
    """Every check that is in force on a day, over the rows that were accepted.

    Args:
        day: The day: ages and dates are reckoned on it, and only checks in force on it run.
        exemptions: A file of exemptions.
        checks: The checks; those that ship if not given.
    """

    def __init__(self, day: date, *, exemptions: Path | None = None, checks: Sequence[Check] | None = None) -> None:
        every = shipped() if checks is None else checks
        self.day = day
        self.checks = [c for c in every if c.effective.covers(day)]
        self.exemptions: Exemptions = load(exemptions, day, {c.code for c in every})
        self.tallies = {c.code: Tally() for c in self.checks}
        self.exempted: list[tuple[Finding, Exemption]] = []
        self._needs, self._rules = Needs.of(self.checks), Lowered(self.checks)
        self._sayings = {c.code: Saying(c) for c in self.checks}
        self._crossing = [c for c in self.checks if c.entry.function and FUNCTIONS[c.entry.function].keys]

    # -- part by part ------------------------------------------------------------------------------------------------
    def start(self, batch: Batch) -> list[Finding]:
        """Before the first part; what is said about the exemptions themselves."""
        self._present = {f.table for f in batch.files}
        self._limit = MEMORY_LIMIT if batch.in_memory else FINDING_LIMIT
        self._alone = len(batch.parts) == 1
        self._marker = Marker()
        self._parts: list[Part] = []
        self._hashes: dict[str, list[pl.Series]] = {c.code: [] for c in self._crossing}
        return list(self.exemptions.findings)

    def part(self, part: Part, loaded: Loaded) -> Examined:
        """The findings of one part."""
        number = len(self._parts)
        self._parts.append(part)
        self._present |= {name for name, places in loaded.places.items() if places.segments}
        if "member" in self._present:
            self._present.add("former_member")
        facts = gather(loaded.frames, self._needs, self._present, self.day)
        self._marker.open(number, loaded.places)
        examined = Examined()
        for check, hits in self._hits(facts, loaded):
            self._tell(check, hits, number, examined)
        self._marker.close(number)
        return examined

    def _hits(self, facts: PartFacts, loaded: Loaded) -> Iterator[tuple[Check, Hits]]:
        facts, truths = self._rules.truths(facts, self._present, self.day)
        for check in self.checks:
            function = FUNCTIONS[check.entry.function] if check.entry.function else None
            if function is not None:
                yield from self._of_function(check, function, facts)
                continue
            truth = truths.get(check.code)
            if truth is None:
                continue
            tally = self.tallies[check.code]
            tally.rows += len(truth)
            if not _recorded(check, loaded):
                tally.unknown += len(truth)
                continue
            tally.unknown += truth.null_count()
            if truth.any():
                yield check, of_rule(check, facts, truth)

    def _of_function(self, check: Check, function: Function, facts: PartFacts) -> Iterator[tuple[Check, Hits]]:
        self.tallies[check.code].rows += facts.plain.today[function.table].height
        if self._alone or not function.keys:
            hits = of_function(check, function, facts.plain)
            if hits.size:
                yield check, hits
            return
        rows = function.rows(facts.plain).drop_nulls(list(function.keys))
        self._hashes[check.code].append(rows.select(_hash(function)).to_series())

    # -- over all parts ----------------------------------------------------------------------------------------------
    def finish(self) -> Examined:
        """What shows only when rows of different parts are laid beside each other; exemptions nobody needed."""
        examined = Examined()
        for check in self._crossing if not self._alone else ():
            function = FUNCTIONS[check.entry.function or ""]
            together = self._together(check, function)
            if together is None:
                continue
            found = function.find(together)
            for (number,), own in found.partition_by(PART, as_dict=True).items():
                self._tell(check, of_rows(check, function, own), int(number), examined)
        examined.findings.extend(self.exemptions.unused())
        return examined

    def _together(self, check: Check, function: Function) -> pl.DataFrame | None:
        """The rows of all parts whose keys are met more than once; None where there are none."""
        hashes = self._hashes[check.code]
        every = pl.concat(hashes) if hashes else pl.Series([], dtype=pl.UInt64)
        twice = every.filter(every.is_duplicated()).unique()
        pieces: list[pl.DataFrame] = []
        needs = Needs({name: set(names) for name, names in function.columns.items()})
        needs.stored.setdefault(function.table, set()).add(tables.catalogue().field(check.entry.field).inside)
        for number, part in enumerate(self._parts):
            if not hashes[number].is_in(twice.implode()).any():
                continue
            loaded = part.load({n: {*c, "region_code"} if n == "household" else c for n, c in needs.stored.items()})
            self._marker.reopen(number, loaded.places)
            plain = gather_plain(loaded, needs, self.day)
            rows = function.rows(plain).filter(_hash(function).is_in(twice.implode()))
            pieces.append(crossing_rows(check, function, rows, plain, number))
        return pl.concat(pieces) if pieces else None

    # -- telling -----------------------------------------------------------------------------------------------------
    def _tell(self, check: Check, hits: Hits, number: int, examined: Examined) -> None:
        """The findings of some hits of one part; beyond the limit they are counted."""
        tally, saying = self.tallies[check.code], self._sayings[check.code]
        kept: list[int] = []
        for i, record in enumerate(hits.records):
            entry = self.exemptions.of(check.finding_code, record) if self.exemptions.entries else None
            if entry is None:
                kept.append(i)
            else:
                self.exempted.append((self._finding(check, hits, i, number, saying), entry))
        tally.exempted += hits.size - len(kept)
        tally.found += len(kept)
        examined.findings.extend(self._finding(check, hits, i, number, saying) for i in kept[: self._limit])
        if len(kept) > self._limit:
            rest = len(kept) - self._limit
            examined.findings.append(
                finding(
                    "FP-INTAKE-050",
                    field=check.entry.field,
                    severity=check.entry.severity,
                    code=check.finding_code,
                    count=rest,
                )
            )
        if check.entry.severity != "info":
            for table, at in hits.by_table(kept):
                for place, rows in self._marker.note(number, table, at).items():
                    examined.moved[place] = examined.moved.get(place, 0) + rows

    def _finding(self, check: Check, hits: Hits, i: int, number: int, saying: Saying) -> Finding:
        table, at = hits.places[i]
        file, sheet, row, column = self._marker.place(number, table, at, check.entry.field)
        return Finding(
            check.finding_code,
            check.entry.severity,
            saying.message(hits.values[i]),
            check.remedy,
            check.entry.field,
            hits.records[i],
            file,
            sheet,
            row,
            column,
            hits.read[i],
            check.entry.reason.text(),
            check.authority,
        )

    def to_json(self, lang: str) -> dict[str, object]:
        """The account of the checks for ``check --json``."""
        listed = []
        for check in self.checks:
            tally = self.tallies[check.code]
            listed.append(
                {
                    "check": check.code,
                    "code": check.finding_code,
                    "name": check.entry.name.text()(lang),
                    "severity": check.entry.severity,
                    "rows": tally.rows,
                    "found": tally.found,
                    "unknown": tally.unknown,
                    "exempted": tally.exempted,
                }
            )
        exempted = [
            {**f.to_json(lang), "reason": e.reason, "approver": e.approver, "until": e.until.isoformat()}
            for f, e in self.exempted
        ]
        return {"checks": {"as_of": self.day.isoformat(), "checks": listed, "exempted": exempted}}


def gather_plain(loaded: Loaded, needs: Needs, day: date) -> Rows:
    """The rows of one part as functions see them."""
    accepted = needs.narrow(loaded.frames)
    return Rows(as_of(accepted, day), accepted, day)


def _hash(function: Function) -> pl.Expr:
    return pl.struct(list(function.keys)).hash()


def _recorded(check: Check, loaded: Loaded) -> bool:
    """Whether every field that the check needs is recorded somewhere."""
    for path in check.entry.needs:
        found = tables.catalogue().field(path)
        frame = loaded.frames[found.table]
        if frame[found.inside].null_count() == frame.height:
            return False
    return True
