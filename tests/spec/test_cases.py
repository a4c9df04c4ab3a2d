"""The worked cases under rules/: each holds on every reader of the rules, and together they leave nothing out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest

from fangpin.identification.cases import WORDS, Case, load, run
from fangpin.identification.verdict import INCOME_STATUSES, ROUTES, STATUSES
from fangpin.language.documents import rules_root
from fangpin.standards.documents import load_overlay
from fangpin.standards.resolve import document, listing
from fangpin.tables.yaml_file import parse

CASES = load()
PAPER = "national/seed_2021"
# readings_to_vary of the paper's definitions: each is a parameter with cases on both sides
READINGS = """
H1.unmeasured H3.age_min H4.no_worker_counts H4.include_half H4.only_main_worker E1.age_max E1.stop_before E1.blank_debt
E2.min_days L3.test L4.include_unaffordable k left_out median band V3.counts
""".split()


def is_local(case: Case) -> bool:
    """About what one place sets differently."""
    return case.overlay is not None or "overlays" in case.file or not case.file.startswith(("national/", "research/"))


def is_about_groups(case: Case) -> bool:
    """About the key groups of the official regimes."""
    return not is_local(case) and ("groups" in case.file or "/regime_" in case.standard)


def named(cases: Iterable[Case]) -> list[object]:
    """The cases as parameters of a test, called by their file and line."""
    return [pytest.param(case, id=f"{case.file}:{case.line}") for case in cases]


@pytest.mark.clause("P1.2")
@pytest.mark.parametrize("case", named(c for c in CASES if not is_local(c) and not is_about_groups(c)))
def test_identification(case: Case) -> None:
    assert run(case) == []


@pytest.mark.clause("P1.5")
@pytest.mark.parametrize("case", named(c for c in CASES if is_about_groups(c)))
def test_groups(case: Case) -> None:
    assert run(case) == []


@pytest.mark.clause("P1.3")
@pytest.mark.parametrize("case", named(c for c in CASES if is_local(c)))
def test_overlays(case: Case) -> None:
    assert run(case) == []


# -- nothing is left out ------------------------------------------------------------------------------------
def expected(column: str) -> set[object]:
    """What the cases expect of a column of the verdicts, 是 否 未知 among it."""
    found: set[object] = set()
    for case in CASES:
        for wanted in case.document.expect.values():
            whole = wanted if isinstance(wanted, dict) else {case.indicator: wanted}
            if column in whole:
                value = whole[column]
                found.add(tuple(value) if isinstance(value, list) else value)
    return found


def settings_of(case: Case) -> Iterator[str]:
    """The parameters a case sets, by itself or by its overlay."""
    yield from case.changes
    if case.overlay is not None:
        overlay, _ = load_overlay(case.overlay)
        yield from overlay.parameters
        yield from (f"{code}.counts" for code in overlay.veto)


def parameters() -> dict[str, list[str]]:
    """The parameters of every standard shipped, by its id."""
    found = {}
    for standard_id in listing():
        doc, _, _ = document(standard_id)
        own = list(doc.parameters)
        for code, item in {**doc.indicators, **doc.veto}.items():
            own += [f"{code}.{name}" for name in item.parameters]
        found[standard_id] = own
    return found


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 150
    assert {c.standard for c in CASES} >= {PAPER, *(f"national/regime_{year}" for year in (2020, 2021, 2026))}


def test_every_file_and_case_is_titled_and_no_two_alike() -> None:
    names = defaultdict(list)
    for case in CASES:
        names[case.file].append(case.name)
    for file, own in names.items():
        data, _ = parse((rules_root() / file).read_text("utf-8"), file)
        assert data.get("title"), f"{file} has no title"
        assert len(set(own)) == len(own), f"{file}: {sorted(n for n in own if own.count(n) > 1)}"


def test_every_case_expects_something() -> None:
    silent = [c for c in CASES if not (c.document.expect or c.document.refused or c.document.line_is)]
    assert silent == []


@pytest.mark.parametrize("code", [*document(PAPER)[0].indicators, *document(PAPER)[0].veto])
def test_every_indicator_is_yes_no_and_unknown_somewhere(code: str) -> None:
    assert expected(code) >= set(WORDS)


def test_every_parameter_is_set_by_a_case() -> None:
    exercised = {name for case in CASES for name in settings_of(case)}
    missing = {i: sorted(set(own) - exercised) for i, own in parameters().items()}
    assert missing == {i: [] for i in missing}


@pytest.mark.parametrize("name", READINGS)
def test_every_reading_has_a_case_on_each_side(name: str) -> None:
    files = {c.file for c in CASES if name in settings_of(c) and c.standard == PAPER}
    assert files, f"no case sets {name}"
    assert any(c.file in files and name not in settings_of(c) for c in CASES), f"no case leaves {name} as it is"


def test_every_indicator_is_left_out_once() -> None:
    left = {code for c in CASES for code in c.changes.get("left_out", ())}
    assert left == set(document(PAPER)[0].indicators)


def test_every_status_route_and_group_is_expected_somewhere() -> None:
    said = expected("status")
    assert {code for code, label in STATUSES.items() if code in said or label.zh in said} == set(STATUSES)
    assert expected("route") >= set(ROUTES)
    assert expected("income_status") >= set(INCOME_STATUSES)
    for standard_id in listing():
        groups = document(standard_id)[0].groups
        if groups is not None:
            assert expected("target_group") >= set(groups.names), standard_id


def test_a_wrong_expectation_is_reported_by_every_reader() -> None:
    case = next(c for c in CASES if c.file.endswith("H3.yaml") and c.document.expect == {"h1": "是", "h2": "否"})
    wrong = replace(case, document=case.document.model_copy(update={"expect": {"h1": "否", "h9": "是"}}))
    said = run(wrong)
    assert any("h1 H3 应为 False" in line and "得到 True" in line for line in said)
    assert len([line for line in said if "h1" in line]) == 2
    assert len([line for line in said if "h9" in line]) == 2
    assert run(replace(case, document=case.document.model_copy(update={"refused": "没有这个标准"}))) != []
