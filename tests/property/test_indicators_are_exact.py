"""Each indicator is unknown only if some completion of its own blanks changes it, and known only if none does."""

from __future__ import annotations

import random
from itertools import product
from typing import Any

import pytest

from ask_oracle import (
    HOUSE_INPUTS,
    MEMBER_INPUTS,
    NOT_ASSESSED,
    TODAY,
    Case,
    Fact,
    World,
    combos,
    completions,
    facts_of,
    newcomer_types,
    values_of,
)
from fangpin.language.interpret import evaluate
from fangpin.standards import Standard, standard
from helpers import trials
from random_cases import READINGS, blanked, known_case
from standards_help import SEED

LIMIT = 4000


def own_blanks(case: Case, code: str, chosen: Standard) -> list[Fact]:
    """The blanks an indicator reads, excuses apart; school as one question."""
    found = []
    for i, m in enumerate(case.record().belonging):
        for column in MEMBER_INPUTS.get(code, []):
            if code == "E2" and not m["main_worker"]:
                continue
            known = (
                m["age"]
                if column == "birth_date"
                else m["student"]
                if column in ("student_status", "education_level")
                else m.get(column)
            )
            if known in (None, NOT_ASSESSED.get(column)) and (column != "education_level" or m["student"] is None):
                found.append(Fact(f"member.{column}@{i}", "member", column, i, values_of(column, chosen)))
    for path in HOUSE_INPUTS.get(code, []):
        table, _, column = path.partition(".")
        value = getattr(case, table).get(column)
        reads = column != "school_debt" or chosen.value("E1.blank_debt") == "unknown"
        if reads and value in (None, NOT_ASSESSED.get(column)):
            found.append(Fact(path, table, column, None, values_of(column, chosen)))
    return found


def outcomes(case: Case, code: str, chosen: Standard) -> set[bool | None] | None:
    """What the indicator can come to once its blanks are filled; None where there are too many ways."""
    blanks, node = own_blanks(case, code, chosen), chosen.item(code).node
    record = case.record()
    rosters: list[Any] = [None]
    if not record.complete and code in MEMBER_INPUTS:
        rosters = list(combos(newcomer_types(chosen), record.missing))
    size = len(rosters)
    for b in blanks:
        size *= len(b.values)
    if size > LIMIT:
        return None
    return {
        evaluate(node, facts_of(case, World(answers, roster)))
        for answers, roster in product(completions(blanks), rosters)
    }


def settled_otherwise(code: str, case: Case) -> bool:
    """Where a blank is outranked: who was never measured or judged (H1), a provisional grade (L1)."""
    return code == "H1" or (code == "L1" and case.living.get("house_grade_provisional") is not None)


@pytest.mark.parametrize("code", ["H1", "H2", "H3", "H4", "E1", "E2", "L1", "L2", "L3", "L4"])
def test_unknown_exactly_where_a_completion_changes_it(code: str, seed: int) -> None:
    standards = [
        (r, standard(SEED, as_of=TODAY).with_changes({n: v for n, v in r.items() if n != "left_out"})) for r in READINGS
    ]
    unknown = 0
    for trial in range(trials(1500)):
        rng = random.Random(f"{seed} {trial}")
        reading, chosen = rng.choice(standards)
        case = blanked(rng, known_case(rng, chosen))
        found = outcomes(case, code, chosen)
        if found is None:
            continue
        now = evaluate(chosen.item(code).node, facts_of(case, World()))
        said = f"trial {trial} {reading}\n{case}\n{code} is {now}; filled it can be {found}"
        if now is None:
            unknown += 1
            assert {True, False} <= found, said
        elif not settled_otherwise(code, case):
            assert found == {now}, said
    assert unknown
