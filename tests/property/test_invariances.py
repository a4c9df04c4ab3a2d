"""What a verdict must not depend on, and how it may move."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import product
from typing import Any

import polars as pl
import pytest

import fangpin as fp
from ask_oracle import TODAY, Case, World, open_facts, truths_of
from fangpin.identification.decide import decide
from fangpin.identification.record import Income, Record
from fangpin.identification.verdict import decide_status
from fangpin.intake import read_batch
from fangpin.language.interpret import evaluate
from fangpin.registry import Registry
from fangpin.standards import Standard, standard
from fangpin.vocabulary.money import MICRO
from helpers import trials
from random_cases import READINGS, blanked, known_case
from random_registry import frames_of, registry
from standards_help import SEED

CHOSEN = standard(SEED, as_of=TODAY)
LOW, HIGH = CHOSEN.lower.micro, CHOSEN.upper.micro


# -- order, names, size ---------------------------------------------------------------------------------------
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    for trial in range(trials(60)):
        rng = random.Random(f"{seed} {trial}")
        rows = registry(rng, CHOSEN)
        shuffled = rng.sample(rows, len(rows))
        for h in shuffled:
            h["member"] = rng.sample(h["member"], len(h["member"]))
        one, two = decide(frames_of(rows, CHOSEN), CHOSEN), decide(frames_of(shuffled, CHOSEN), CHOSEN)
        assert one.drop("ask").equals(two.drop("ask"))
        assert one["ask"].list.sort().equals(two["ask"].list.sort())


def test_a_household_does_not_depend_on_others(seed: int) -> None:
    for trial in range(trials(30)):
        rng = random.Random(f"{seed} {trial}")
        rows = registry(rng, CHOSEN)
        half = rng.sample(rows, len(rows) // 2)
        whole = decide(frames_of(rows, CHOSEN), CHOSEN)
        part = decide(frames_of(half, CHOSEN), CHOSEN)
        assert part.equals(whole.filter(pl.col("household_id").is_in(part["household_id"].implode())))


def test_names_of_households_and_persons_do_not_matter(seed: int) -> None:
    for trial in range(trials(30)):
        rng = random.Random(f"{seed} {trial}")
        rows = registry(rng, CHOSEN)
        named = [renamed(h, "x") for h in rows]
        one, two = decide(frames_of(rows, CHOSEN), CHOSEN), decide(frames_of(named, CHOSEN), CHOSEN)
        assert one.drop("household_id", "ask").equals(two.drop("household_id", "ask"))
        facts = two["ask"].list.eval(pl.element().str.replace("@x", "@"))
        assert one["ask"].to_list() == facts.to_list()


def renamed(h: dict[str, Any], prefix: str) -> dict[str, Any]:
    def own(row: dict[str, Any] | None) -> dict[str, Any] | None:
        return row and {**row, "household_id": prefix + row["household_id"]}

    people = [{**own(m), "person_id": prefix + m["person_id"]} for m in h["member"]]  # type: ignore[dict-item]
    return {**{n: own(h[n]) for n in ("household", "living", "income")}, "member": people}


def test_income_is_a_head_not_a_household(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(trials(3000)):
        people, times = rng.randint(1, 9), rng.randint(1, 7)
        total = rng.choice([LOW, HIGH]) * people + rng.choice([-MICRO, -1, 0, 1, MICRO])
        one = Income("net_income_pc", None, total, people, ())
        many = Income("net_income_pc", None, total * times, people * times, ())
        for line in (LOW, HIGH):
            assert one.below(line) is many.below(line) is (total < line * people)
        if total % people == 0:
            given = Income("net_income_pc", total // people, None, None, ())
            assert given.below(LOW) is one.below(LOW)
        assert one.per_person == many.per_person


# -- how a verdict may move -----------------------------------------------------------------------------------
STATUSES = ("below", "band", "above", "unknown")


def test_more_deprivation_and_less_income_never_remove() -> None:
    for k, true, unknown, veto in product((1, 2, 3, 10), range(11), range(4), (True, False, None)):
        found = {i: decide_status(i, true, unknown, k, veto) for i in STATUSES}  # type: ignore[arg-type]
        more = {i: decide_status(i, true + 1, unknown, k, veto) for i in STATUSES}  # type: ignore[arg-type]
        sure = {"low_income", "vetoed", "to_compare"} if veto is not False else {"low_income"}
        for i in STATUSES:
            if true >= k or i == "below":
                assert found[i] in sure
                assert more[i] == found[i]
            if veto is True:
                assert found[i] in ("vetoed", "not_low_income")
            assert (found[i] == "not_low_income") <= (found["above"] == "not_low_income")
            if found[i] != "not_low_income":
                assert more[i] != "not_low_income"


def test_filling_a_blank_leaves_what_is_known(seed: int) -> None:
    standards = [standard(SEED, as_of=TODAY).with_changes(r) for r in READINGS]
    filled = 0
    for trial in range(trials(3000)):
        rng = random.Random(f"{seed} {trial}")
        chosen = rng.choice(standards)
        case = blanked(rng, known_case(rng, chosen))
        facts = [f for f in open_facts(case, chosen) if not f.stale and f.asked]
        if not facts:
            continue
        filled += 1
        before = truths_of(case, chosen, World())
        fact = rng.choice(facts)
        value = rng.choice(fact.values)
        after = truths_of(case, chosen, World({fact: value}))
        for code, truth in before.items():
            newborn = (
                code == "H2" and fact.column == "birth_date" and (TODAY - value).days <= chosen.value("H2.newborn_days")
            )
            provisional = code == "L1" and case.living.get("house_grade_provisional") is not None
            judged = code == "H1" and fact.column == "nutrition_judged"
            if truth is not None and not (newborn or provisional or judged):
                assert after[code] is truth, (trial, code, fact.name, value, case)
    assert filled > trials(3000) / 4


def test_every_settled_status_follows_from_the_counts(seed: int) -> None:
    for trial in range(trials(40)):
        rng = random.Random(f"{seed} {trial}")
        table = decide(frames_of(registry(rng, CHOSEN), CHOSEN), CHOSEN)
        for r in table.iter_rows(named=True):
            truths = [r[c] for c in CHOSEN.counted]
            assert r["count_true"] == truths.count(True)
            assert r["count_unknown"] == truths.count(None)
            assert (r["ask_least"] > 0) >= bool(r["ask"])
            assert not (r["ask"] and r["status"] != "needs_visit")
            assert (r["route"] is None) == (r["income_status"] != "below" and r["count_true"] < 3)
            assert (r["income"] is None) == (r["income_status"] == "unknown") == (r["margin"] is None)


# -- boundaries -----------------------------------------------------------------------------------------------
def verdict(
    chosen: Standard = CHOSEN,
    income: dict[str, Any] | None = None,
    members: list[dict[str, Any]] | None = None,
    living: dict[str, Any] | None = None,
    population: int | None = 1,
) -> dict[str, Any]:
    """The verdict of one household of which only what is given is known."""
    key = {"household_id": "h"}
    people = [{"person_id": f"p{i}", **key, **m} for i, m in enumerate(members or [])]
    h = {
        "household": {**key, "population": population, "region_code": None},
        "living": {**key, **(living or {})},
        "income": {**key, **(income or {})},
        "member": people,
    }
    return decide(frames_of([h], chosen), chosen).row(0, named=True)


@pytest.mark.parametrize(
    ("yuan", "status", "margin"),
    [
        ("6081.59", "below", "-0.01"),
        ("6081.60", "band", "0.00"),
        ("6081.61", "band", "0.01"),
        ("6841.79", "band", "760.19"),
        ("6841.80", "above", "760.20"),
        ("6841.81", "above", "760.21"),
        ("-100", "below", "-6181.60"),
        ("0", "below", "-6081.60"),
    ],
)
def test_one_fen_around_both_lines(yuan: str, status: str, margin: str) -> None:
    micro = round(float(yuan) * 100) * 10_000
    for income, population in (({"net_income_pc": micro}, 1), ({"a": micro * 3, "b": 0, "c": 0, "d": 0, "e": 0}, 3)):
        found = verdict(income=income, population=population)
        assert (found["income_status"], str(found["margin"])) == (status, margin)


def test_nothing_is_rounded_before_it_is_compared() -> None:
    assert verdict(income={"net_income_pc": LOW - 1})["income_status"] == "below"
    total = {"a": LOW * 3 - 1, "b": 0, "c": 0, "d": 0, "e": 0}
    found = verdict(income=total, population=3)
    assert found["income_status"] == "below"
    assert str(found["income"]) == "6081.60"
    assert verdict(income={**total, "a": LOW * 3}, population=3)["income_status"] == "band"


def truth_on(day: date, code: str, member: dict[str, Any], **changes: Any) -> bool | None:
    chosen = standard(SEED, as_of=day).with_changes(changes)
    record = Record({"population": 1}, {}, {}, [member], day)
    return evaluate(chosen.item(code).node, record.facts())  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("born", "day", "old"),
    [
        ("1951-06-30", "2021-06-30", True),
        ("1951-07-01", "2021-06-30", False),
        ("1951-06-29", "2021-06-30", True),
        ("1952-02-29", "2022-02-28", False),
        ("1952-02-29", "2022-03-01", True),
        ("1952-02-29", "2024-02-29", True),
        ("1952-03-01", "2022-02-28", False),
        ("1952-03-01", "2022-03-01", True),
        ("1951-12-31", "2021-12-31", True),
        ("1952-01-01", "2021-12-31", False),
    ],
)
def test_the_birthday_itself_counts(born: str, day: str, old: bool) -> None:
    member = {"birth_date": date.fromisoformat(born), "bedridden": True, "receives_pension": True}
    assert truth_on(date.fromisoformat(day), "H3", member) is old


@pytest.mark.parametrize(
    ("age", "code", "facts", "inside"),
    [
        (15, "H4", {"labour_skill": "4"}, False),
        (16, "H4", {"labour_skill": "4"}, True),
        (59, "H4", {"labour_skill": "4"}, True),
        (60, "H4", {"labour_skill": "4"}, False),
        (5, "E1", {}, False),
        (6, "E1", {}, True),
        (20, "E1", {}, True),
        (21, "E1", {}, False),
        (69, "H3", {"receives_pension": False, "bedridden": False}, False),
        (70, "H3", {"receives_pension": False}, True),
    ],
)
def test_ages_are_inclusive(age: int, code: str, facts: dict[str, Any], inside: bool) -> None:
    day = date(2021, 6, 30)
    birthday, eve = date(day.year - age, 6, 30), date(day.year - age, 7, 1)
    member = {"education_level": "1", **facts}
    assert truth_on(day, code, {**member, "birth_date": birthday}) is inside
    assert truth_on(day, code, {**member, "age": age}) is inside
    assert truth_on(day, code, {**member, "birth_date": eve}) is truth_on(day, code, {**member, "age": age - 1})


@pytest.mark.parametrize(("days", "excused"), [(0, True), (89, True), (90, True), (91, False)])
def test_newborns_are_excused_for_ninety_days(days: int, excused: bool) -> None:
    member = {"birth_date": TODAY - timedelta(days=days), "resident_medical": False, "employee_medical": False}
    assert truth_on(TODAY, "H2", member) is not excused


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5])
def test_one_less_than_k_and_k(k: int) -> None:
    bad = {"house_grade": "C", "durables": [], "internet": "4", "water_safe": False}
    good = {
        "house_grade": "A",
        "durables": ["1", "2", "3", "4"],
        "internet": "1",
        "water_safe": True,
        "water_access": "1",
    }
    person = {
        "birth_date": date(1980, 1, 1),
        "education_level": "4",
        "labour_skill": "1",
        "employee_medical": False,
        "nutrition_judged": "1",
        "trained": True,
        "work_months": 12,
        "farm_months": 0,
    }
    checked = {"property_checked_on": TODAY, "property_car": False, "property_house": False}
    chosen = CHOSEN.with_changes({"k": k})
    for met in range(5):
        living = {**good, **checked, **dict(list(bad.items())[: min(met, 4)])}
        uninsured = {"resident_medical": met < 5}
        found = verdict(chosen, {"net_income_pc": HIGH}, [{**person, **uninsured}], living)
        assert found["count_true"] == met
        assert found["status"] == ("low_income" if met >= k else "not_low_income")
        assert found["route"] == ("count" if met >= k else None)


# -- nothing is lost ------------------------------------------------------------------------------------------
def test_rows_in_are_rows_accounted_for(seed: int) -> None:
    for trial in range(trials(200)):
        rng = random.Random(f"{seed} {trial}")
        ids = [rng.choice(["h1", "h2", "h3", "h4", "h5", "", None, " h1 ", "h6"]) for _ in range(rng.randint(1, 9))]
        household = pl.DataFrame(
            {
                "household_id": ids,
                "population": [rng.choice(["1", "2", "0", "-1", "x", None]) for _ in ids],
                "known_at": [rng.choice([None, "2021-01-01", "2021-07-01"]) for _ in ids],
            }
        )
        owners = [rng.choice(["h1", "h2", "h9", None, "h6"]) for _ in range(rng.randint(0, 9))]
        member = pl.DataFrame(
            {
                "household_id": owners,
                "person_id": [rng.choice(["a", "b", None]) for _ in owners],
                "age": [rng.choice(["70", "x", None, "-3"]) for _ in owners],
            },
            schema={"household_id": pl.String, "person_id": pl.String, "age": pl.String},
        )
        verdicts = fp.identify(Registry(read_batch({"household": household, "member": member})), CHOSEN)
        table = verdicts.to_polars()
        counts = verdicts.counts
        assert counts.rows == len(ids) + len(owners)
        assert counts.rows == counts.accepted + counts.accepted_with_findings + counts.refused
        clean = [i.strip() for i in ids if i and i.strip()]
        known = set(table["household_id"].to_list())
        assert table["household_id"].n_unique() == table.height
        assert known <= set(clean)
        early = {i.strip() for i, day in zip(ids, household["known_at"], strict=True) if i and day != "2021-07-01"}
        assert known >= {i for i in early if clean.count(i) == 1}
        assert sum(n for _, n, _ in verdicts.summary().iter_rows()) == table.height


def test_the_case_of_the_generator_is_open_now_and_then(seed: int) -> None:
    rng = random.Random(seed)
    cases: list[Case] = [blanked(rng, known_case(rng, CHOSEN)) for _ in range(200)]
    assert 20 < sum(any(v is None for v in truths_of(c, CHOSEN, World()).values()) for c in cases) < 200
