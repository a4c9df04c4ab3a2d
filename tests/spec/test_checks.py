"""The examples beside every quality check: they fire, do not, or stay open, by the interpreter and by the engine."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import polars as pl
import pytest

from fangpin.intake.batch import Counts, Loaded
from fangpin.language.documents import rules_root
from fangpin.language.tree import columns
from fangpin.registry.checks.documents import PLACE, Check, checks
from fangpin.registry.checks.examine import Lowered
from fangpin.registry.checks.examples import EXAMPLE_DAY, Example, frames_of, given, judged, scenes_of
from fangpin.registry.checks.facts import Needs, gather
from fangpin.registry.checks.integrity import AT, FUNCTIONS

CHECKS = checks()
EXAMPLES = [example for check in CHECKS for example in scenes_of(check)]
FROM_THE_SOURCES = {f"DQ{n:02d}" for n in range(1, 37)}


def named(examples: list[Example]) -> list[object]:
    return [pytest.param(e, id=f"{e.check.code}-{e.kind}-{e.number}") for e in examples]


@cache
def by_engine() -> dict[tuple[str, str, int], bool | None]:
    """The truth of every example of a rule, all examples with the same tables at once."""
    groups: dict[frozenset[str], list[Example]] = defaultdict(list)
    for example in EXAMPLES:
        if example.check.rule is not None:
            groups[given(example)].append(example)
    found = {}
    rules = [c for c in CHECKS if c.rule is not None]
    needs, lowered = Needs.of(CHECKS), Lowered(rules)
    for tables, examples in groups.items():
        present = {*tables, *({"former_member"} if "member" in tables else set())}
        facts = gather(frames_of(examples), needs, present, EXAMPLE_DAY)
        facts, truths = lowered.truths(facts, present, EXAMPLE_DAY)
        for e in examples:
            frame, truth = facts.frame(e.check.object), truths.get(e.check.code)
            assert frame is not None
            assert truth is not None, e
            own = frame.with_columns(truth.alias("\x00truth"), facts.ids.gather(frame["household_id"]).alias("\x00id"))
            found[e.check.code, e.kind, e.number] = own.filter(pl.col("\x00id") == e.household)["\x00truth"][0]
    return found


@pytest.mark.clause("P1.6")
@pytest.mark.parametrize("example", named([e for e in EXAMPLES if e.check.rule is not None]))
def test_examples_of_rules(example: Example) -> None:
    assert judged(example) is example.expected
    assert by_engine()[example.check.code, example.kind, example.number] is example.expected


@pytest.mark.parametrize("example", named([e for e in EXAMPLES if e.check.rule is None]))
def test_examples_of_functions(example: Example) -> None:
    function = FUNCTIONS[example.check.entry.function or ""]
    frames = frames_of([example])
    plain = gather(frames, Needs.of([example.check]), {*given(example), "former_member"}, EXAMPLE_DAY).plain
    found = function.find(function.rows(plain))
    assert (found.height > 0) is example.expected
    assert {AT, *function.values} <= set(found.columns)
    assert Loaded(frames, [], Counts(), {}).frames[function.table].height > 0


def test_the_thirty_six_and_at_least_a_hundred() -> None:
    codes = {c.code for c in CHECKS}
    assert codes >= FROM_THE_SOURCES
    assert len(codes) >= 100
    assert len(codes) == len({c.finding_code for c in CHECKS})


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.code)
def test_every_check_says_what_it_must(check: Check) -> None:
    entry = check.entry
    for pair in (entry.name, entry.message, entry.reason):
        assert any("\u4e00" <= c <= "\u9fff" for c in pair.zh)
        assert pair.en
    assert not any("\u4e00" <= c <= "\u9fff" for c in entry.name.en)
    assert set(PLACE.findall(entry.message.zh)) == set(PLACE.findall(entry.message.en))
    assert check.remedy.zh
    assert check.source
    if check.rule is not None and not entry.examples.unknown:
        never_open = {c.key for c in columns(check.rule)}
        assert "is known" in (entry.rule or "") and never_open, "a rule that can stay open has such an example"


def test_every_function_is_named_by_a_check() -> None:
    assert {c.entry.function for c in CHECKS if c.entry.function} == set(FUNCTIONS)


def test_no_check_stands_outside_the_listed_files() -> None:
    files = {c.file for c in CHECKS}
    assert files == {p.name for p in (rules_root() / "checks").glob("*.yaml")}
