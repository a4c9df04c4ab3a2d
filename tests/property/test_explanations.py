"""What an explanation names is enough: its facts put back into the rule, alone, give the same answer."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import Any

import pytest

from fangpin.identification.cases import one_row
from fangpin.identification.explain import Explanation
from fangpin.identification.record import Record
from fangpin.language import say
from fangpin.language.interpret import Facts, evaluate
from fangpin.reference import regions
from fangpin.standards import standard
from helpers import trials
from random_registry import TODAY, record_of, registry
from standards_help import SEED


def only(record: Record, conditions: list[say.Condition]) -> Facts:
    """The household with nothing but what the conditions name."""
    whole = record.facts()
    values: dict[str, Any] = {}
    members: dict[int, dict[str, Any]] = defaultdict(dict)
    for condition in conditions:
        for column in say.columns_of(condition):
            if condition.member is None:
                values[column.key] = whole.values.get(column.key)
            else:
                members[condition.member][column.name] = whole.members[condition.member].get(column.name)
    return Facts(values, [members[i] for i in range(len(whole.members))], whole.complete, whole.today)


@pytest.mark.clause("P1.2")
def test_the_facts_an_explanation_names_give_the_same_answer(seed: int) -> None:
    chosen = standard(SEED, as_of=TODAY)
    settled = 0
    for trial in range(trials(60)):
        for rows in registry(random.Random(f"{seed} {trial}"), chosen):
            record = record_of(rows)
            for item in (*chosen.indicators, *chosen.veto):
                truth = evaluate(item.node, record.facts())
                conditions = say.certificate(item.node, record.facts())
                if truth is not None:
                    settled += 1
                    assert evaluate(item.node, only(record, conditions)) is truth, (item.code, rows)
    assert settled > 100


def test_every_sentence_is_there_in_both_languages(seed: int) -> None:
    chosen = standard(SEED, region="350526", as_of=TODAY)
    for trial in range(trials(20)):
        for rows in registry(random.Random(f"{seed} {trial}"), chosen):
            record = record_of(rows)
            told = Explanation(record, chosen, one_row(record, chosen))
            zh, en = told.text("zh"), told.text("en")
            assert "规则判定" in zh
            assert "rule result" in en
            sources = [str(r.get("source") or "") for r in (record.household, record.living, record.income_row)]
            plain = en
            code = str(record.household.get("region_code") or "")
            here = [r for r in (regions.get(code),) if r is not None]
            sources += [r.name for r in (*here, *(regions.ancestors(code) if here else ()))]  # the same in both
            for source in (*sources, chosen.title.en, *(i.clause for i in (*chosen.indicators, *chosen.veto))):
                plain = plain.replace(source, "") if source else plain
            assert not [line for line in plain.splitlines() if any("\u4e00" <= c <= "\u9fff" for c in line)]
            assert told.to_json("zh")["ask"] == told.to_json("en")["ask"] == list(told.row["ask"])
