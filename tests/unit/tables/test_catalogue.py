"""The catalogue holds every field and code of the data dictionary, labelled in both languages."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from fangpin import tables
from fangpin.tables.model import Catalogue, Field

SCHEMA = Path(__file__).parents[4] / "shared" / "data" / "schema"
CJK = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
# fields of the dictionary (its row risk_1..risk_5 is five fields), and fields added by us
COUNTS = {
    "household": (35, 2),
    "member": (47, 13),
    "income_year": (62, 0),
    "safeguards": (6, 0),
    "living": (29, 10),
    "measure": (10, 0),
    "clearing": (18, 0),
    "loan": (10, 0),
}
ADDED = """
household: school_debt school_debt_state_loan_only
member: age earnings farm_months labour_lost_on pregnant amputee bedridden_days school_entry_deferred home_teaching
  training_days trained_on job_changes idle_months
living: other_safe_house property_checked_on house_grade_provisional house_rebuilt_on house_appraised_on
  water_outage_days water_litres car_exception house_exception property_firm_exception
"""
AMBIGUOUS = {("measure_item", "其他"), ("measure_item", "other")}  # one word for four codes: cannot be read


@pytest.fixture(scope="module")
def cat() -> Catalogue:
    return tables.catalogue()


def every_field() -> list[Field]:
    return [field for table in tables.catalogue().tables.values() for field in table.columns.values()]


def dictionary_rows() -> list[dict[str, str]]:
    if not SCHEMA.exists():
        pytest.skip("the shared data dictionary is not here; the frozen counts stand in for it")
    with (SCHEMA / "data_dictionary.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def code_rows() -> list[dict[str, str]]:
    if not SCHEMA.exists():
        pytest.skip("the shared code lists are not here; the frozen counts stand in for them")
    with (SCHEMA / "codelists.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_eight_tables_have_the_fields_that_were_counted(cat: Catalogue) -> None:
    counted = {
        name: (sum(not f.ours for f in t.fields.values()), sum(f.ours for f in t.fields.values()))
        for name, t in cat.tables.items()
    }
    assert counted == COUNTS
    assert sum(theirs for theirs, _ in counted.values()) == 213 + 4


def test_the_code_lists_have_the_values_that_were_counted(cat: Catalogue) -> None:
    theirs = [codelist for codelist in cat.codelists.values() if not codelist.ours]
    assert (len(theirs), sum(len(codelist.items) for codelist in theirs)) == (40, 349)
    assert [c.name for c in cat.codelists.values() if c.ours] == ["car_exception", "house_exception"]


def test_every_row_of_the_dictionary_is_a_field_of_ours(cat: Catalogue) -> None:
    order: dict[str, list[str]] = {}
    for row in dictionary_rows():
        names = [f"risk_{i}" for i in range(1, 6)] if row["field"] == "risk_1..risk_5" else [row["field"]]
        for name in names:
            field = cat.field(f"{row['table']}.{name}")
            order.setdefault(row["table"], []).append(name)
            assert not field.ours
            if len(names) == 1:
                assert (field.label.zh, field.required) == (row["name_zh"], row["required"]), field.path
            assert (field.unit or "") == row["unit"], field.path
            assert field.kind in {"code": ("code",), "code (multi)": ("codes",), "bool": ("bool",)}.get(
                row["type"], ("str", "id", "region", "file", "int", "num", "money", "date", "month")
            ), field.path
            if row["codes"] not in ("", "yesno", "regions"):
                assert field.codes == row["codes"], field.path
            assert (field.kind == "money") == row["unit"].startswith("yuan"), field.path
    assert len(dictionary_rows()) == 213
    for name, fields in order.items():
        assert [f.name for f in cat.table(name).fields.values() if not f.ours] == fields


def test_every_given_code_is_read_by_code_and_by_either_label(cat: Catalogue) -> None:
    rows = code_rows()
    assert len(rows) == 349
    for row in rows:
        codelist = cat.codelist(row["list"])
        assert row["code"] in codelist.items
        for word in (row["code"], row["zh"], row["en"]):
            if word and (row["list"], word) not in AMBIGUOUS:
                assert codelist.code_of(word) == row["code"], (row["list"], word)


def test_the_fields_that_the_indicators_need_are_there_and_marked_as_ours(cat: Catalogue) -> None:
    for line in ADDED.replace("\n  ", " ").strip().splitlines():
        table, _, names = line.partition(":")
        assert {f.name for f in cat.table(table).fields.values() if f.ours} == set(names.split())


@pytest.mark.parametrize("field", every_field(), ids=lambda f: f.path)
def test_a_field_speaks_both_languages(field: Field) -> None:
    for text in (field.label, field.ask, field.note):
        if text is not None:
            assert text.zh.strip()
            assert text.en.strip()
            assert not CJK.search(text.en), text.en
    assert CJK.search(field.label.zh)


def test_every_code_speaks_both_languages_and_is_text(cat: Catalogue) -> None:
    for codelist in cat.codelists.values():
        assert not CJK.search(codelist.label.en)
        for code, label in codelist.items.items():
            assert isinstance(code, str)
            assert label.zh.strip()
            assert label.en.strip()
            assert not CJK.search(label.en), label.en
    assert next(iter(cat.codelist("risk_type").items)) == "01"


def test_the_official_romanised_names_of_ethnic_groups(cat: Catalogue) -> None:
    groups = cat.codelist("ethnic_group")
    assert [groups.items[code].en for code in ("04", "05", "10", "11", "15", "29", "44", "56")] == [
        "Zang",
        "Uygur",
        "Chosen",
        "Man",
        "Tujia",
        "Kirgiz",
        "Russ",
        "Jino",
    ]
    assert groups.code_of("tibetan") == "04"
    assert groups.code_of("汉") == "01"


def test_excuses_and_property_are_never_asked(cat: Catalogue) -> None:
    for field in every_field():
        if field.excuse or field.name.startswith("property_") or field.name == "age":
            assert field.ask is None, field.path


def test_what_the_indicators_and_the_income_use_has_a_question(cat: Catalogue) -> None:
    asked = """household.population household.school_debt member.birth_date member.nutrition_height_cm
        member.nutrition_weight_kg member.nutrition_judged member.resident_medical member.employee_medical
        member.receives_pension member.bedridden member.student_status member.education_level member.labour_skill
        member.labour_lost_on member.trained member.work_months member.farm_months member.work_monthly_income
        member.earnings living.house_grade living.durables living.water_access living.water_fetch_minutes
        living.water_safe living.internet income_year.a income_year.b income_year.c income_year.d income_year.e
        income_year.net_income_pc income_year.adjusted_income_pc income_year.insurance_payout
        income_year.compliant_self_paid"""
    assert [path for path in asked.split() if cat.field(path).ask is None] == []
    assert cat.roster_ask.zh
    assert cat.roster_ask.en


def test_privacy_classes(cat: Catalogue) -> None:
    direct = {f.path for f in every_field() if f.privacy == "direct"}
    assert direct == {
        "household.address",
        "household.head_name",
        "household.head_id_number",
        "household.phone",
        "household.helper_name",
        "household.helper_phone",
        "household.signature_ref",
        "member.name",
        "member.id_number",
        "clearing.contact",
        "clearing.phone",
        "loan.contract_no",
    }
    assert cat.field("member.health_status").privacy == "sensitive"
    assert cat.field("income_year.net_income_pc").privacy == "sensitive"


def test_facts_that_do_not_change_never_go_stale(cat: Catalogue) -> None:
    for path in (
        "member.birth_date",
        "member.sex",
        "member.ethnic_group",
        "member.id_number",
        "household.household_id",
    ):
        assert cat.field(path).fresh_days is None
        assert cat.field(path).fresh_source is None
    assert cat.field("member.receives_pension").fresh_days == 365
    assert cat.field("living.house_grade").fresh_days == 730
    assert cat.field("living.house_grade").fresh_source == "ours"


def test_ranges(cat: Catalogue) -> None:
    def limits(path: str) -> tuple[float | None, float | None]:
        return cat.field(path).minimum, cat.field(path).maximum

    assert limits("household.population") == (1, None)
    assert limits("member.work_months") == limits("member.farm_months") == (0, 12)
    assert limits("member.nutrition_height_cm") == (20, 250)
    assert limits("member.nutrition_weight_kg") == (1, 300)
    assert limits("income_year.net_income_pc") == (None, None)


def test_keys(cat: Catalogue) -> None:
    assert {name: table.key for name, table in cat.tables.items() if table.key} == {
        "household": ("household_id",),
        "member": ("household_id", "person_id"),
        "living": ("household_id",),
    }
    assert all("household_id" in table.identity for table in cat.tables.values())


def test_a_heading_may_be_code_alias_or_label(cat: Catalogue) -> None:
    for text in ("birth_date", " 出生日期 ", "date of birth", "Date of birth"):
        found = cat.heading("member", text)
        assert found is not None
        assert found.path == "member.birth_date"
    for text in ("from", "from_date", "发放日"):
        found = cat.heading("loan", text)
        assert found is not None
        assert found.inside == "from_date"
    assert cat.heading("member", "生效日期") is not None
    assert cat.heading("member", "鞋码") is None


def test_a_table_is_found_by_code_label_and_label_with_suffix(cat: Catalogue) -> None:
    for text in ("member", "家庭成员", "Members", "家庭成员（石牛山村）"):
        found = cat.table_named(text)
        assert found is not None
        assert found.name == "member"
    assert cat.table_named("说明") is None


def test_aliases_of_words_that_the_rule_language_keeps(cat: Catalogue) -> None:
    aliases = {f.path: f.inside for f in every_field() if f.alias}
    assert aliases == {
        "clearing.on": "on_date",
        "loan.from": "from_date",
        "loan.to": "to_date",
        "loan.use": "use_kind",
    }
    assert cat.field("loan.use_kind") is cat.field("loan.use")


def test_an_unknown_name_says_the_nearest(cat: Catalogue) -> None:
    with pytest.raises(LookupError, match=r"member\.birth_date"):
        cat.field("member.birthdate")
    with pytest.raises(LookupError, match="income_year"):
        cat.table("income_years")
    with pytest.raises(LookupError, match="durable"):
        cat.codelist("durables")


def test_the_catalogue_is_read_once_and_cannot_be_changed(cat: Catalogue) -> None:
    assert tables.catalogue() is cat
    with pytest.raises(TypeError):
        cat.tables["x"] = cat.table("member")  # type: ignore[index]
    with pytest.raises(AttributeError):
        cat.field("member.sex").kind = "str"  # type: ignore[misc]
