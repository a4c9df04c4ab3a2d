"""The examiner: cells marked, rows counted once, exemptions kept, parts laid beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import exports
from fangpin.intake import plan
from fangpin.intake.check import CheckResult, check
from fangpin.intake.read import read_batch
from fangpin.registry.checks import Examiner, checks
from fangpin.registry.checks.documents import read
from fangpin.registry.checks.exemptions import load
from fangpin.vocabulary.errors import DocumentError, UnusableInput

DAY = date(2025, 6, 30)
NUMBER = "11010519491231002X"
HOUSEHOLD = "household_id,population,region_code,phone\n1,1,350526100001,138\n2,1,350526100001,13800138000\n"
MEMBER = f"""户编号,人编号,姓名,证件号码,与户主关系,年龄（周岁）,公益性岗位类型
1,a,王小明,{NUMBER},01,15,1
2,b,李四,{NUMBER.lower()},01,75,1
"""


def folder(place: Path, files: Mapping[str, str]) -> Path:
    place.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (place / f"{name}.csv").write_text(text, "utf-8")
    return place


def examined(place: Path, exemptions: Path | None = None, day: date = DAY) -> CheckResult:
    return check(place, examiner=Examiner(day, exemptions=exemptions))


@pytest.fixture
def county(tmp_path: Path) -> Path:
    return folder(tmp_path / "in", {"household": HOUSEHOLD, "member": MEMBER})


def test_a_finding_stands_at_its_cell(county: Path) -> None:
    found = {(f.code, f.record): f for f in examined(county).findings if f.code.startswith("FP-DQ")}
    young = found["FP-DQ-019", "1/a"]
    assert (young.severity, young.field) == ("error", "member.public_job")
    assert (young.file, young.row, young.column) == ("member.csv", 2, "公益性岗位类型")
    assert "15岁" in young.message.zh and "15 years" in young.message.en
    assert young.expected.zh and "S4 rule 5_12_004" in young.authority.en and "DQ19" in young.authority.zh
    phone = found["FP-DQ-013", "1"]
    assert (phone.file, phone.row, phone.column, phone.read) == ("household.csv", 2, "phone", "＊＊＊")
    assert "3位" in phone.message.zh
    double = found["FP-DQ-002", "2/b"]
    assert double.file == "member.csv" and double.row == 3 and NUMBER[6:14] not in double.read
    assert "1/a" in double.message.zh


def test_rows_with_a_finding_count_once_and_notes_do_not(county: Path) -> None:
    plain, found = check(county), examined(county)
    assert plain.counts.accepted_with_findings == 0
    assert found.counts.rows == plain.counts.rows == 4
    assert (found.counts.accepted, found.counts.accepted_with_findings) == (1, 3)
    assert found.by_table["member"].accepted_with_findings == 2
    assert sum(f.counts.accepted_with_findings for f in found.files) == 3
    assert found.exit_code == 1


def test_rows_that_made_a_household_are_marked_and_counted_once(tmp_path: Path) -> None:
    head = ["县", "乡（镇）", "行政村", "户编号", "家庭人口数", "姓名", "证件号码", "与户主关系", "性别"]
    rows = [
        ["德化县", "浔中镇", "乐陶村", "0417", "1", "王小明", "", "户主", "男"],
        ["德化县", "浔中镇", "乐陶村", "0417", "1", "李红", NUMBER, "配偶", "男"],
        ["德化县", "浔中镇", "乐陶村", "0418", "1", "欧阳红", "", "户主", "女"],
    ]
    book = exports.xlsx(tmp_path / "导出.xlsx", {"Sheet1": [["名单"], ["导出"], head, *rows]})
    plain, found = check(book), examined(book)
    codes = {(f.code, f.row) for f in found.findings}
    assert ("FP-DQ-057", 4) in codes  # about the household, which its first row made
    assert {("FP-DQ-009", 5), ("FP-DQ-038", 5)} <= codes
    c = found.counts
    assert (c.rows, c.refused) == (plain.counts.rows, plain.counts.refused) == (3, 0)
    assert c.accepted_with_findings == len({f.row for f in found.findings if f.row > 3 and f.severity != "info"})
    assert sum(f.counts.accepted_with_findings for f in found.files) == c.accepted_with_findings


def test_what_cannot_be_judged_is_counted(county: Path) -> None:
    told = examined(county).to_json()["checks"]
    assert isinstance(told, dict) and told["as_of"] == "2025-06-30"
    listed = {c["check"]: c for c in told["checks"]}
    assert listed["DQ22"]["unknown"] == 0 and listed["DQ22"]["found"] == 0  # no group on record
    assert listed["DQ11"]["unknown"] == listed["DQ11"]["rows"] == 2
    assert listed["DQ19"]["found"] == 1


def test_a_check_holds_from_its_day(county: Path) -> None:
    assert {c.code for c in Examiner(date(2025, 12, 31)).checks} ^ {
        c.code for c in Examiner(date(2026, 1, 1)).checks
    } == {
        "DQ159",
        "DQ160",
    }
    assert len(Examiner(date(2000, 1, 1)).checks) < len(checks())


# -- exemptions --------------------------------------------------------------------------------------------------------
GOOD = "check: DQ19, record: 1/a, reason: 县里批准的公益岗试点, approver: 张三, until: 2025-06-30"


def exemption_file(place: Path, *entries: str) -> Path:
    place.write_text("exemptions:\n" + "".join(f"  - {{{e}}}\n" for e in entries), "utf-8")
    return place


def test_an_exempted_finding_is_listed_not_dropped(county: Path, tmp_path: Path) -> None:
    found = examined(county, exemption_file(tmp_path / "e.yaml", GOOD))
    assert not any(f.code == "FP-DQ-019" for f in found.findings)
    told = found.to_json()["checks"]
    assert isinstance(told, dict)
    (one,) = told["exempted"]
    assert (one["code"], one["record"], one["approver"], one["until"]) == ("FP-DQ-019", "1/a", "张三", "2025-06-30")
    assert next(c for c in told["checks"] if c["check"] == "DQ19")["exempted"] == 1


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (GOOD.replace("2025-06-30", "2025-06-29"), "FP-CHECKS-011"),
        (GOOD.replace("reason: 县里批准的公益岗试点", "reason: ''"), "FP-CHECKS-010"),
        (GOOD.replace("approver: 张三", "approver: null"), "FP-CHECKS-010"),
        (GOOD.replace("until: 2025-06-30", "until: soon"), "FP-CHECKS-010"),
        (GOOD.replace("DQ19", "DQ999"), "FP-CHECKS-012"),
        (GOOD.replace("record: 1/a", "record: ''"), "FP-CHECKS-014"),
        (GOOD.replace("1/a", "9/z"), "FP-CHECKS-013"),
    ],
)
def test_an_exemption_that_does_not_count_is_said(tmp_path: Path, entry: str, code: str) -> None:
    found = load(exemption_file(tmp_path / "e.yaml", entry), DAY, {c.code for c in checks()})
    assert found.of("FP-DQ-019", "1/a") is None
    (said,) = [*found.findings, *found.unused()]
    assert (said.code, said.file, said.row) == (code, "e.yaml", 2)


def test_what_is_wrong_with_exemptions_is_among_the_findings(county: Path, tmp_path: Path) -> None:
    entries = (GOOD.replace("2025-06-30", "2025-06-29"), GOOD.replace("1/a", "9/z"))
    found = examined(county, exemption_file(tmp_path / "e.yaml", *entries))
    assert {f.code for f in found.findings} >= {"FP-CHECKS-011", "FP-CHECKS-013", "FP-DQ-019"}


def test_exemptions_as_csv_and_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("check,record,reason,approver,until\nFP-DQ-019,1/a,r,a,2026-01-01\n", "utf-8-sig")
    assert load(tmp_path / "e.csv", DAY, {"DQ19"}).of("FP-DQ-019", "1/a") is not None
    for name, text in (("a.csv", "x,y\n1,2\n"), ("b.yaml", "other: 1\n"), ("c.yaml", "exemptions: 3\n")):
        (tmp_path / name).write_text(text, "utf-8")
        with pytest.raises(UnusableInput):
            load(tmp_path / name, DAY, {"DQ19"})
    with pytest.raises(UnusableInput):
        load(tmp_path / "none.yaml", DAY, {"DQ19"})


# -- several parts -----------------------------------------------------------------------------------------------------
def test_parts_give_what_the_whole_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    homes = [f"h{i:03d}" for i in range(60)]
    household = pl.DataFrame({"household_id": homes, "population": [1] * 60, "phone": ["13800138000"] * 60})
    numbers = [NUMBER if i % 20 == 0 else None for i in range(60)]
    member = pl.DataFrame(
        {
            "household_id": homes,
            "person_id": ["p1" if i in (3, 50) else f"q{i}" for i in range(60)],
            "name": ["王甲" if i in (3, 50) else f"乙{i}" for i in range(60)],
            "birth_date": [date(1970, 1, 1)] * 60,
            "id_number": numbers,
        }
    )
    place = tmp_path / "county"
    place.mkdir()
    household.write_parquet(place / "household.parquet")
    member.write_parquet(place / "member.parquet")
    whole = examined(place)
    monkeypatch.setattr(plan, "PART_HOUSEHOLDS", 25)
    monkeypatch.setattr(plan, "_SAMPLE", 1)
    assert len(read_batch(place).parts) > 1
    parts = examined(place)
    assert sorted(map(str, parts.findings)) == sorted(map(str, whole.findings))
    assert parts.counts == whole.counts
    codes = {f.code for f in whole.findings}
    assert codes >= {"FP-DQ-002", "FP-DQ-200", "FP-DQ-208"}


# -- documents ---------------------------------------------------------------------------------------------------------
CHECK = """\
title: {{zh: 甲, en: a}}
remedy: {{zh: 改, en: mend}}
source: here
state: ours
checks:
  DQ01:
    name: {{zh: 甲, en: a}}
    object: member
    severity: error
    rule: {rule}
    field: {field}
    message: {{zh: "甲{fact}", en: "a{fact}"}}
    reason: {{zh: 甲, en: a}}
    examples: {{fires: [{{member: {{}}}}], passes: [{{member: {{}}}}]}}
"""


@pytest.mark.parametrize(
    ("rule", "field", "fact", "code"),
    [
        ("agee > 3", "member.sex", "", "FP-LANGUAGE-003"),
        ("sex = '7'", "member.sex", "", "FP-LANGUAGE-006"),
        ("any_member(sex = '1')", "member.sex", "", "FP-LANGUAGE-004"),
        ("population > 3", "member.sex", "", "FP-LANGUAGE-004"),
        ("age > 3", "member.sexx", "", "FP-CHECKS-004"),
        ("age > 3", "member.sex", "{agee}", "FP-CHECKS-005"),
    ],
)
def test_a_check_with_a_mistake_refuses_to_load(tmp_path: Path, rule: str, field: str, fact: str, code: str) -> None:
    (tmp_path / "a.yaml").write_text(CHECK.format(rule=rule, field=field, fact=fact), "utf-8")
    with pytest.raises(DocumentError) as refusal:
        read(tmp_path)
    assert refusal.value.code == code
    assert refusal.value.place.startswith("a.yaml:")


def test_two_checks_with_one_code_and_an_unknown_function_refuse_to_load(tmp_path: Path) -> None:
    text = CHECK.format(rule="age > 3", field="member.sex", fact="")
    (tmp_path / "a.yaml").write_text(text, "utf-8")
    (tmp_path / "b.yaml").write_text(text, "utf-8")
    with pytest.raises(DocumentError, match="FP-CHECKS-001"):
        read(tmp_path)
    (tmp_path / "b.yaml").write_text(text.replace("rule: age > 3", "function: duplicate_numbers"), "utf-8")
    with pytest.raises(DocumentError, match="duplicate_number"):
        read(tmp_path)
    (tmp_path / "b.yaml").write_text(text.replace("DQ01:", "Q1:"), "utf-8")
    with pytest.raises(DocumentError, match="FP-CHECKS-002"):
        read(tmp_path)
