"""Mapping profiles: what they can say, what they refuse, and the shipped ones against their surveys."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import yaml

from fangpin import tables
from fangpin.intake import check, profile, read_batch
from fangpin.intake.expression import ExpressionError, compile_expression
from fangpin.vocabulary.errors import DocumentError, UnusableInput
from helpers import real_data

PROFILE = """
profile: mine
title: {zh: 我的, en: mine}
about: {zh: 例, en: an example}
currency: PKR
regions: elsewhere
sources:
  people:
    file: people.csv
    household: hid
    numbers: [age, wage]
    where: lives = 'yes'
  homes:
    file: homes.csv
    household: hid
    columns:
      n: {aggregate: {of: people, how: count}}
      wages: {aggregate: {of: people, how: sum, value: wage}}
      old: {aggregate: {of: people, how: any, value: age >= 70}}
tables:
  household:
    source: homes
    fields:
      household_id: {from: hid}
      population: {from: n}
      is_ex_poor: {from: old}
      monitor_group: {value: 2}
  member:
    source: people
    fields:
      household_id: {from: hid}
      person_id: {from: no}
      age: {from: age}
      sex: {from: sex, recode: {m: 1, f: 2}}
      work_monthly_income: {from: wage, unit: PKR/month}
      earnings: {from: wage, unit: PKR/month}
      resident_medical: {from: insured, recode: {"yes": true}, else: false, blank: false}
  income_year:
    source: homes
    where: wages is not null
    fields:
      household_id: {from: hid}
      net_income_pc: {derive: wages * 12 / n}
  living:
    source: homes
    fields:
      household_id: {from: hid}
      farmland: {from: land, unit: ha}
      water_access: {derive: case when tap = 'in' then '1' when tap is not null then '2' end}
design: {source: homes, weight: w, stratum: s}
lacks:
  living.house_grade: {zh: 没有问房屋, en: the house was not asked}
"""


def survey(tmp_path: Path) -> Path:
    (tmp_path / "people.csv").write_text(
        "hid,no,lives,age,sex,wage,insured\n1,1,yes,71,m,100.5,yes\n1,2,yes,30,f,x,maybe\n1,3,no,5,m,,\n2,1,yes,8,q,,\n",
        "utf-8",
    )
    (tmp_path / "homes.csv").write_text("hid,land,tap,w,s\n1,2,in,1.5,a\n2,,out,2.5,b\n3,0.1,,1,b\n", "utf-8")
    return tmp_path


def write(tmp_path: Path, text: str = PROFILE) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(text, "utf-8")
    return path


def test_a_profile_renames_recodes_converts_derives_and_aggregates(tmp_path: Path) -> None:
    batch = read_batch(survey(tmp_path), profile=write(tmp_path))
    loaded = batch.load()
    rows = {name: loaded.frames[name] for name in ("household", "member", "income_year", "living")}
    assert rows["household"].select("household_id", "population", "is_ex_poor", "monitor_group").rows() == [
        ("1", 2, True, "2"),
        ("2", 1, False, "2"),
        ("3", None, None, "2"),
    ], "nobody lives in 3: 0 is blank, with a finding"
    member = rows["member"].select("person_id", "age", "sex", "work_monthly_income", "earnings", "resident_medical")
    assert member.rows() == [
        ("1", 71, "1", 100_500_000, 1_206_000_000, True),
        ("2", 30, "2", None, None, False),
        ("1", 8, None, None, None, False),
    ]
    assert rows["income_year"].select("household_id", "net_income_pc").rows() == [("1", 603_000_000)]
    assert rows["living"].select("farmland", "water_access").rows() == [(30.0, "1"), (None, "2"), (1.5, None)]
    assert batch.profile == "mine"
    assert loaded.design is not None
    assert loaded.design.rows() == [("1", 1.5, "a", None), ("2", 2.5, "b", None), ("3", 1.0, "b", None)]


def test_findings_name_the_survey_s_own_file_row_and_column(tmp_path: Path) -> None:
    result = check(survey(tmp_path), profile=write(tmp_path))
    assert [(f.file, f.row, f.column, f.read) for f in result.findings if f.code == "FP-INTAKE-023"] == [
        ("people.csv", 5, "sex", "q")
    ]
    assert [f.read for f in result.findings if f.code == "FP-INTAKE-020"] == ["x"]
    left_out = [f for f in result.findings if f.code == "FP-INTAKE-051"]
    assert [(f.file, f.message.en.split()[0]) for f in left_out] == [("people.csv", "1"), ("homes.csv", "2")]
    lacking = [f for f in result.findings if f.field == "living.house_grade"]
    assert [f.remedy.zh for f in lacking] == ["没有问房屋"]
    counts = result.counts
    assert counts.rows == counts.accepted + counts.accepted_with_findings + counts.refused == 3 + 3 + 1 + 3


def test_frames_serve_as_files(tmp_path: Path) -> None:
    survey(tmp_path)
    frames = {name: pl.read_csv(tmp_path / f"{name}.csv", infer_schema=False) for name in ("people", "homes")}
    by_frames = read_batch(frames, profile=write(tmp_path)).load()
    by_files = read_batch(tmp_path, profile=write(tmp_path)).load()
    for name, frame in by_files.frames.items():
        assert frame.equals(by_frames.frames[name])


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("from: sex,", "form: sex,", "FP-DOCUMENT-003", "form"),
        ("  living:", "  livin:", "FP-PROFILE-004", "living"),
        ("farmland:", "farmlnd:", "FP-PROFILE-004", "farmland"),
        ("source: people", "source: peple", "FP-PROFILE-004", "people"),
        ("unit: ha", "unit: pound", "FP-PROFILE-005", "pound"),
        ("wages * 12 / n", "wages * 12 /", "FP-PROFILE-003", "syntax"),
        ("wages * 12 / n", "sqrt(wages)", "FP-PROFILE-003", "sqrt"),
        ("wages * 12 / n", "(select 1)", "FP-PROFILE-003", "language"),
        ("wages is not null", "wages is not null; drop", "FP-PROFILE-003", ""),
        ("{from: age}", "{from: age, value: 3}", "FP-PROFILE-006", "exactly one"),
        ("how: any", "how: mode", "FP-DOCUMENT-005", "how"),
        ("household_id: {from: hid}\n      person_id", "person_id", "FP-PROFILE-004", "household_id"),
        ("living.house_grade", "living.house_grad", "FP-PROFILE-004", "house_grade"),
    ],
)
def test_a_mistake_refuses_to_load_with_its_place(tmp_path: Path, old: str, new: str, code: str, said: str) -> None:
    assert old in PROFILE
    with pytest.raises(DocumentError) as caught:
        read_batch(survey(tmp_path), profile=write(tmp_path, PROFILE.replace(old, new, 1)))
    assert caught.value.code == code
    assert said in caught.value.message("en")
    file, line, column = caught.value.place.split(":")
    assert file == "mine.yaml"
    assert int(line) > 1
    assert int(column) > 0


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("file: people.csv", "file: nobody.csv", "FP-PROFILE-001"),
        ("{from: age}", "{from: years}", "FP-PROFILE-002"),
        ("wages * 12 / n", "wage * 12", "FP-PROFILE-002"),
        ("lives = 'yes'", "lives", "FP-PROFILE-003"),
        ("age >= 70", "age >= 'x'", "FP-PROFILE-003"),
        ("[age, wage]", "[age, wages]", "FP-PROFILE-002"),
        ("weight: w,", "weight: ww,", "FP-PROFILE-002"),
    ],
)
def test_what_the_files_do_not_have_ends_with_exit_2(tmp_path: Path, old: str, new: str, code: str) -> None:
    with pytest.raises(UnusableInput) as caught:
        read_batch(survey(tmp_path), profile=write(tmp_path, PROFILE.replace(old, new, 1)))
    assert caught.value.code == code
    assert "{" not in caught.value.message("zh")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("x + 1", [2.0, 3.0, None]),
        ("x is null", [False, False, True]),
        ("x is not null", [True, True, False]),
        ("not x is null", [True, True, False]),
        ("x in (1, 3)", [True, False, None]),
        ("x not in (1, 3)", [False, True, None]),
        ("x between 1 and 1", [True, False, None]),
        ("x not between 1 and 1", [False, True, None]),
        ("x = 1 or t = 'b'", [True, True, None]),
        ("x = 1 is not true", [False, True, True]),
        ("(x = 1) is true", [True, False, False]),
        ("coalesce(x, 0)", [1.0, 2.0, 0.0]),
        ("1 / (x - 1)", [None, 1.0, None]),
        ("case t when 'a' then 5 else 6 end", [5, 6, 6]),
        ("greatest(x, 1.5)", [1.5, 2.0, 1.5]),
        ("-x", [-1.0, -2.0, None]),
        ("substring(t, 1, 1)", ["a", "b", None]),
        ("upper(t) || '!'", ["A!", "B!", None]),
        ("number(text(x))", [1.0, 2.0, None]),
        ("round(x / 3, 2)", [0.33, 0.67, None]),
        ("length(trim(t))", [1, 1, None]),
        ("true", [True, True, True]),
    ],
)
def test_expressions(text: str, values: list[object]) -> None:
    frame = pl.DataFrame({"x": [1.0, 2.0, None], "t": ["a", "b", None]})
    expr = compile_expression(text).expr
    assert frame.select(n=pl.int_range(pl.len()), v=expr)["v"].to_list() == values


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x; y",
        "sum(x)",
        "x::int",
        "a.b",
        "x in (select 1)",
        "x like 'a%'",
        "x not like 'a%'",
        "x[1]",
        "(x, y)",
        "x % 2",
        "trim(leading from x)",
        "floor(x, 2)",
        "round(x, y)",
        "count(*)",
        "x is y",
        "exists (select 1)",
        "x <=> y",
        "@x",
        "cast(x as int)",
        "random()",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        compile_expression(text)


# -- the shipped profiles --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", profile.shipped())
def test_shipped_profiles_load_and_document_themselves(name: str) -> None:
    loaded = profile.load_profile(name)
    assert loaded.name == name
    raw = yaml.safe_load((profile.SHIPPED / f"{name}.yaml").read_text("utf-8"))
    assert set(raw["tables"]) <= set(tables.catalogue().tables)
    assert loaded.document.lacks


PK = real_data("pk_pslm2015")


@pytest.mark.skipif(PK is None, reason="FANGPIN_REAL_DATA does not hold pk_pslm2015")
def test_pk_pslm2015_has_the_rates_of_its_readme() -> None:
    batch = read_batch(str(PK), profile="pk_pslm2015")
    loaded = batch.load()
    household, member = loaded.frames["household"], loaded.frames["member"]
    income, living = loaded.frames["income_year"], loaded.frames["living"]
    assert (household.height, member.height) == (8083, 54629)
    assert loaded.counts.refused == loaded.counts.accepted_with_findings == 0
    assert [f.message.en.split()[0] for f in batch.findings if f.code == "FP-INTAKE-051"] == ["58"]
    assert household["population"].sum() == 54629

    def households(condition: pl.Expr) -> int:
        return member.filter(condition)["household_id"].n_unique()

    student = pl.col("student_status").is_not_null()
    working_age = pl.col("age").is_between(16, 59) & ~student
    assert (income["net_income_pc"] < 16_765_248_000).sum() == 379
    assert households((pl.col("age") >= 70) & ~pl.col("receives_pension")) == 1048
    assert 8083 - households(working_age) == 98
    low = pl.col("education_level").is_in(["1", "2", "3"])
    assert households(pl.col("age").is_between(6, 19) & ~student & low) == 3996
    assert households(working_age & (pl.col("idle_months") >= 1)) == 229
    far = pl.col("water_access").is_in(["2", "4"]) & (pl.col("water_fetch_minutes") > 30)
    assert (~living["water_safe"]).sum() == 1372
    assert living.filter(~pl.col("water_safe") | far).height == 1519
    assert (living["internet"] == "4").sum() == 7000
    assert member.filter(working_age)["education_level"].null_count() == 0, "nobody is neither in nor out of school"
