"""Standards as documents: drafts, bases, what is left out, and mistakes with their place."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fangpin.language.documents import rules_root
from fangpin.standards import listing, standard
from fangpin.standards.validate import mistakes
from fangpin.vocabulary.errors import UnusableInput
from standards_help import SEED, draft, written

DAY = "2021-06-30"


def own(**content: Any) -> dict[str, Any]:
    """A draft that stands on the seed standard."""
    return {
        "id": "draft/own",
        "base": SEED,
        "title": {"zh": "试拟", "en": "a draft"},
        "effective": {"from": "2021-01-01", "until": None},
        "legal_basis": {"zh": "无", "en": "none"},
        "source": {"document": "试拟"},
        "income": income(),
        **content,
    }


def income() -> dict[str, Any]:
    return {
        "concept": "net_income_pc",
        "line": {"form": "share_of_median"},
        "text": {"zh": "低于线", "en": "below the line"},
    }


def refused(path: Path, code: str) -> UnusableInput:
    with pytest.raises(UnusableInput) as refusal:
        standard(path, as_of=DAY)
    assert refusal.value.code == code, refusal.value
    return refusal.value


# -- bases ----------------------------------------------------------------------------------------------------
def test_a_draft_of_the_same_content_has_the_same_rules(tmp_path: Path) -> None:
    one, two = standard(SEED, as_of=DAY), standard(draft(tmp_path), as_of=DAY)
    assert two.hash == one.hash
    assert [i.node for i in two.indicators] == [i.node for i in one.indicators]


def test_a_draft_on_a_base_says_only_what_differs(tmp_path: Path) -> None:
    changes = {
        "H3": {"parameters": {"age_min": {"value": 60}}, "text": {"zh": "六十岁以上", "en": "60 or more"}},
        "L2": {"rule": "size(durables) < durables_max"},
    }
    found = standard(written(tmp_path / "own.yaml", own(indicators=changes, parameters={"k": {"value": 2}})), as_of=DAY)
    seed = standard(SEED, as_of=DAY)
    assert found.codes == seed.codes
    assert (found.k, found.value("H3.age_min"), found.value("H3.bed_rest_days")) == (2, 60, 30)
    assert found.item("H3").rule == seed.item("H3").rule
    assert found.item("L2").rule != seed.item("L2").rule
    assert found.item("H3").text.en == "60 or more"
    assert found.parameters["k"].label == seed.parameters["k"].label
    assert found.hash != seed.hash


def test_a_draft_on_a_draft(tmp_path: Path) -> None:
    first = written(tmp_path / "first.yaml", own(id="draft/first", parameters={"k": {"value": 2}}))
    second = own(id="draft/second", base=str(first), indicators={"H3": {"parameters": {"age_min": {"value": 60}}}})
    found = standard(written(tmp_path / "second.yaml", second), as_of=DAY)
    assert (found.k, found.value("H3.age_min")) == (2, 60)


def test_leaving_out_indicators_veto_items_parameters_and_definitions(tmp_path: Path) -> None:
    out = [
        "H4",
        "E1",
        "V1",
        "V2",
        "V3",
        "left_out",
        "labour_lost",
        "below_stop",
        "youth",
        "working_age",
        "enrolled",
        "out_of_school",
    ]
    found = standard(written(tmp_path / "own.yaml", own(without=out)), as_of=DAY)
    assert found.codes == ["H1", "H2", "H3", "E2", "L1", "L2", "L3", "L4"]
    assert found.counted == found.codes
    assert not [name for name in found.parameters if name.startswith(("H4.", "E1.", "V"))]


def test_research_standards_stand_on_the_seed() -> None:
    seed = standard(SEED, as_of=DAY)
    for name in [n for n in listing() if n.startswith("research/")]:
        found = standard(name, as_of=DAY)
        assert found.veto == ()
        assert found.regime is None
        assert found.lower == found.upper
        assert [i.code for i in found.indicators] == [i.code for i in seed.indicators]
        assert found.item("H1").node == seed.item("H1").node
    assert standard("research/pk_pslm2015", as_of=DAY).lower.yuan == Decimal("16765.25")


def test_every_shipped_standard_loads_and_has_no_mistakes() -> None:
    assert {
        SEED,
        "national/regime_2020",
        "national/regime_2021",
        "national/regime_2026",
        "research/pk_pslm2015",
    } <= set(listing())
    for path in [*listing().values(), *sorted(rules_root().glob("*/*/overlay*.yaml"))]:
        assert mistakes(path) == [], path


# -- what does not load ---------------------------------------------------------------------------------------
def test_a_cycle_of_bases_is_refused(tmp_path: Path) -> None:
    alone = tmp_path / "alone.yaml"
    error = refused(written(alone, own(base=str(alone))), "FP-STANDARD-018")
    assert error.place == "alone.yaml:2:7"
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    written(one, own(base=str(two)))
    written(two, own(base=str(one)))
    refused(one, "FP-STANDARD-018")
    assert [e.code for e in mistakes(one)] == ["FP-STANDARD-018"]


def test_a_base_that_is_not_there_names_the_nearest(tmp_path: Path) -> None:
    error = refused(written(tmp_path / "own.yaml", own(base="national/seed_2012")), "FP-STANDARD-002")
    assert error.place == "own.yaml:2:7"
    assert "national/seed_2021" in error.message("zh")


def test_leaving_out_what_is_not_there_names_the_nearest(tmp_path: Path) -> None:
    error = refused(written(tmp_path / "own.yaml", own(without=["H4", "below_stopp"])), "FP-STANDARD-019")
    assert "below_stop" in error.message("zh")
    assert error.place.startswith("own.yaml:")


def test_leaving_out_a_definition_that_is_used_is_refused(tmp_path: Path) -> None:
    assert refused(written(tmp_path / "own.yaml", own(without=["youth"])), "FP-LANGUAGE-003").read == "youth"


def broken(section: str, *keys: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        at = document[section] if section else document
        for key in keys[:-1]:
            at = at[key]
        if value is None:
            del at[keys[-1]]
        else:
            at[keys[-1]] = value

    return change


BROKEN = [
    # what is written · where · code · word
    (broken("indicators", "H3", "rule", value="any_member(age >= age_mim)"), "FP-LANGUAGE-003", "age_min"),
    (broken("indicators", "H3", "rule", value="any_member(age >= L2.durables_max)"), "FP-LANGUAGE-007", "units"),
    (broken("indicators", "H3", "rule", value="any_member(age >= "), "FP-LANGUAGE-001", ""),
    (broken("indicators", "H3", "rule", value="count_members(age >= age_min)"), "FP-LANGUAGE-005", "bool"),
    (broken("indicators", "H3", "parameters", "age_min", "unit", value="person"), "FP-LANGUAGE-007", "person"),
    (broken("indicators", "H3", "parameters", "age_min", "value", value="seventy"), "FP-LANGUAGE-005", ""),
    (broken("veto", "V1", "rule", value="property_car; drop table x"), "FP-LANGUAGE-001", ";"),
    (broken("define", "member", "youth", "rule", value="age between E1.age_min and"), "FP-LANGUAGE-001", ""),
    (broken("define", "member", "youth", "rule", value="not youth"), "FP-LANGUAGE-003", "youth"),
    (broken("define", "member", "insured", "rule", value="not working_age"), "FP-LANGUAGE-003", "working_age"),
    (
        broken("define", "member", "bedridden", value={"rule": "age > 70", "text": {"zh": "卧", "en": "b"}}),
        "FP-STANDARD-009",
        "",
    ),
    (
        broken("indicators", "H3", "parameters", "bedridden", value={"value": True, "label": {"zh": "卧", "en": "b"}}),
        "FP-STANDARD-009",
        "bedridden",
    ),
    (broken("indicators", "H3", "rule", value=None), "FP-DOCUMENT-004", "rule"),
    (broken("indicators", "H3", "name", value=None), "FP-DOCUMENT-004", "name"),
    (broken("indicators", "H3", "name", "en", value=None), "FP-DOCUMENT-004", "en"),
    (broken("indicators", "H3", "source", value=None), "FP-DOCUMENT-004", "source"),
    (broken("indicators", "H3", "ruel", value="true"), "FP-DOCUMENT-003", "rule"),
    (broken("indicators", "H3", "dimension", value="wealth"), "FP-DOCUMENT-005", "dimension"),
    (
        broken("indicators", "H3", "our_reading", value={"zh": ["一", "二"], "en": ["one"]}),
        "FP-DOCUMENT-005",
        "our_reading",
    ),
    (broken("", "effective", value=None), "FP-DOCUMENT-004", "effective"),
    (broken("", "income", value=None), "FP-DOCUMENT-004", "income"),
    (broken("", "legal_basis", value=None), "FP-DOCUMENT-004", "legal_basis"),
    (broken("", "indicators", value=[1, 2]), "FP-DOCUMENT-005", "indicators"),
    (broken("", "define", value="none"), "FP-DOCUMENT-005", "define"),
    (broken("effective", "until", value="2021-02-30"), "FP-DOCUMENT-005", "until"),
    (broken("income", "concept", value="gross"), "FP-DOCUMENT-005", "concept"),
    (broken("income", "line", value={"form": "absolute_yuan"}), "FP-STANDARD-015", "yuan"),
    (broken("parameters", "line_share", value=None), "FP-STANDARD-015", "line_share"),
    (broken("parameters", "median", value=None), "FP-STANDARD-015", "median"),
    (broken("parameters", "k", "value", value=0), "FP-STANDARD-008", "at least"),
    (broken("parameters", "k", "value", value=2.5), "FP-STANDARD-008", "whole"),
    (broken("parameters", "band", "value", value="maybe"), "FP-STANDARD-008", "deliberate"),
]


@pytest.mark.parametrize(("change", "code", "word"), BROKEN, ids=range(len(BROKEN)))
def test_a_broken_draft_is_refused_with_its_place(
    tmp_path: Path, change: Callable[[dict[str, Any]], None], code: str, word: str
) -> None:
    path = draft(tmp_path, change)
    error = refused(path, code)
    assert word in error.message("en")
    assert error.message("zh") != error.message("en")
    if code.startswith(("FP-LANGUAGE", "FP-DOCUMENT")):
        assert re.fullmatch(r"draft\.yaml:\d+:\d+", error.place)
    found = mistakes(path)
    assert code in {e.code for e in found}


def test_a_parameter_less_band_has_two_lines(tmp_path: Path) -> None:
    found = standard(draft(tmp_path, broken("parameters", "band", value=None)), as_of=DAY)
    assert found.lower.yuan < found.upper.yuan


def test_a_mistake_in_a_folded_rule_is_placed_on_its_own_line(tmp_path: Path) -> None:
    text = (rules_root() / SEED / "standard.yaml").read_text("utf-8")
    wrong = text.replace("or any_member(main_worker and unstable_work)", "or any_member(main_worker and unstable_wrk)")
    assert wrong != text
    path = tmp_path / "draft.yaml"
    path.write_text(wrong, "utf-8")
    row = next(i for i, line in enumerate(wrong.splitlines(), start=1) if "unstable_wrk" in line)
    column = wrong.splitlines()[row - 1].index("unstable_wrk") + 1
    error = refused(path, "FP-LANGUAGE-003")
    assert error.place == f"draft.yaml:{row}:{column}"
    assert "unstable_work" in error.message("zh")


@pytest.mark.parametrize(
    "style",
    [
        "any_member(age >= age_mim)",
        "'any_member(age >= age_mim)'",
        '"any_member(age >= age_mim)"',
        "|-\n      any_member(age\n        >= age_mim)",
        ">\n      any_member(\n      age >=\n      age_mim)",
        "any_member(age\n      >= age_mim)",
    ],
)
def test_every_style_of_yaml_has_its_place(tmp_path: Path, style: str) -> None:
    text = (rules_root() / SEED / "standard.yaml").read_text("utf-8")
    right = "any_member(age >= age_min and (bedridden_lasting or not receives_pension))"
    wrong = text.replace(f"rule: {right}", f"rule: {style}")
    assert wrong != text
    path = tmp_path / "draft.yaml"
    path.write_text(wrong, "utf-8")
    row = next(i for i, line in enumerate(wrong.splitlines(), start=1) if "age_mim" in line)
    assert (
        refused(path, "FP-LANGUAGE-003").place == f"draft.yaml:{row}:{wrong.splitlines()[row - 1].index('age_mim') + 1}"
    )


def test_every_mistake_of_a_draft_is_told(tmp_path: Path) -> None:
    def change(document: dict[str, Any]) -> None:
        document["indicators"]["H3"]["rule"] = "any_member(age >= age_mim)"
        document["indicators"]["L2"]["rule"] = "size(durabels) <= durables_max"
        document["define"]["member"]["youth"]["rule"] = "age between E1.age_min and E1.age_maxx"

    found = mistakes(draft(tmp_path, change))
    assert [e.read for e in found] == ["E1.age_maxx", "age_mim", "durabels"]
    assert len({e.place for e in found}) == 3
