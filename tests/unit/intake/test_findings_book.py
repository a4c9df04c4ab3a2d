"""The findings workbook: the input comes back with every problem marked where it stands, and can be sent again."""

from __future__ import annotations

import csv
import datetime as dt
import json
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from fangpin.intake import check, findings_book, findings_sheets
from fangpin.intake.findings_marks import runs
from fangpin.intake.messages import SAYINGS, finding
from fangpin.intake.right import right
from fangpin.vocabulary import csvsafe
from fangpin.vocabulary.errors import UnusableInput

NUMBER = "11010519491231002X"
HOUSEHOLD = """household_id,region_code,population,is_ex_poor,phone,备注
h1,350526100,3,是,13800000000,=1+1
h2,350526100,x,否,,"+cmd|' /C calc'!A0"
h3,999999,0,也许,,"@sum
line2"
h3,350526100,2,是,,
,350526100,2,是,,
h4,350526100,2,,5.2E+17,-5
"""
MEMBER = f"""household_id,person_id,name,id_number,sex,birth_date,total_income
h1,1,王小明,{NUMBER},9,1949-13-01,007
h1,2,王丽,440524188001010014,女,,1.50
h9,1,李四,5.22121E+17,1,2001-02-03,
"""
TITLED = """某县脱贫人口名单
导出日期：2021-06-30
户编号,人编号,姓名,性别
h1,1,王小明,男,多出,的
h1,2,王丽,3
"""


@pytest.fixture
def county(tmp_path: Path) -> Path:
    path = tmp_path / "county"
    path.mkdir()
    (path / "household.csv").write_text(HOUSEHOLD, "utf-8")
    (path / "member.csv").write_text(MEMBER, "utf-8")
    return path


def booked(source: Path, out: Path, lang: str = "zh") -> Any:
    check(source).write_workbook(out, lang)
    return openpyxl.load_workbook(out)


def tone(cell: Any) -> str:
    return str(cell.fill.fgColor.rgb)[-6:]


def key(found: Any) -> tuple[object, ...]:
    return found.code, found.row, found.column, found.read, found.record


# -- what it holds ---------------------------------------------------------------------------------------------------


@pytest.mark.clause("P3.3")
def test_sheets_rows_headings_and_values_are_those_of_the_input(county: Path, tmp_path: Path) -> None:
    book = booked(county, tmp_path / "f.xlsx")
    assert book.sheetnames == ["〔核对汇总〕", "household", "member", "〔问题清单〕"]
    for name, text in (("household", HOUSEHOLD), ("member", MEMBER)):
        lines = list(csv.reader(text.splitlines(keepends=True)))
        for row, line in enumerate(lines, 1):
            for column, value in enumerate(line, 1):
                shown = book[name].cell(row, column).value
                assert (shown if isinstance(shown, str) else "" if shown is None else f"{shown:g}") == value
    sheet = book["household"]
    assert sheet["C2"].value == 3 and sheet["C2"].data_type == "n"
    assert sheet["E2"].value == "13800000000" and sheet["E2"].number_format == "@"
    assert [sheet[c].data_type for c in ("F2", "F3", "F4", "F7")] == ["s"] * 4
    assert book["member"]["D2"].value == NUMBER, "what was in the person's own file is not masked in its cells"
    assert book["member"]["G2"].value == "007", "zeros in front are not lost"
    assert sheet.freeze_panes == "B2" and sheet.auto_filter.ref == "A1:F7"


def test_cells_are_coloured_by_severity_and_signed(county: Path, tmp_path: Path) -> None:
    sheet = booked(county, tmp_path / "f.xlsx")["household"]
    assert tone(sheet["C3"]) == "F4B6B6" and tone(sheet["B4"]) == "FFE699" and tone(sheet["F1"]) == "CFE2F3"
    assert tone(sheet["A2"]) == "000000" and sheet["A2"].fill.patternType is None
    refused = {
        r
        for r in range(2, 8)
        if sheet.cell(r, 6).fill.patternType == "lightUp" or sheet.cell(r, 5).fill.patternType == "lightUp"
    }
    assert refused == {4, 5, 6}
    signs = {str(r.sqref): rule.dxf.numFmt.formatCode for r in sheet.conditional_formatting for rule in r.rules}
    assert any("C3" in where.replace(":", " ").split() and sign.startswith('"× "') for where, sign in signs.items())
    assert any("B4" in where.replace(":", " ").split() and sign.startswith('"! "') for where, sign in signs.items())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_comments_say_what_would_be_right_who_says_so_and_what_to_do(county: Path, tmp_path: Path, lang: str) -> None:
    book = booked(county, tmp_path / "f.xlsx", lang)
    comment = book["member"]["E2"].comment.text
    assert "FP-INTAKE-023" in comment
    assert all(
        w in comment
        for w in (
            ("应为：男、女", "依据：代码表 sex", "办法：")
            if lang == "zh"
            else ("Right would be: male; female", "Says: code list sex", "What to do:")
        )
    )
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert NUMBER not in (cell.comment.text if cell.comment else "")
    listed = [c.value for row in book[book.sheetnames[-1]].iter_rows() for c in row]
    assert not any(isinstance(v, str) and NUMBER in v for v in listed)


def test_the_list_has_every_finding_and_leads_to_its_cell(county: Path, tmp_path: Path) -> None:
    result = check(county)
    result.write_workbook(tmp_path / "f.xlsx")
    book = openpyxl.load_workbook(tmp_path / "f.xlsx")
    sheet = book["〔问题清单〕"]
    heads = [c.value for c in sheet[1]]
    assert sheet.max_row == 1 + len(result.findings)
    where = {
        (r[1].value, r[4].value, r[5].value): r[4].hyperlink.location for r in sheet.iter_rows(2) if r[4].hyperlink
    }
    assert where["FP-INTAKE-020", "3", "population"] == "'household'!C3"
    assert where["FP-INTAKE-011", "备注", "备注"] == "'household'!F1"
    for row in sheet.iter_rows(2, values_only=True):
        line = dict(zip(heads, row, strict=True))
        assert line["应为"] and line["依据"] and line["办法"]


def test_the_summary_adds_up(county: Path, tmp_path: Path) -> None:
    result = check(county)
    rows = list(booked(county, tmp_path / "f.xlsx").worksheets[0].iter_rows(values_only=True))
    counts = result.counts
    assert (counts.rows, counts.accepted, counts.accepted_with_findings, counts.refused) in [r[:4] for r in rows]
    assert ["household.csv", "household"] in [list(r[:2]) for r in rows]
    said = {r[0]: r[2] for r in rows if str(r[0]).startswith("FP-")}
    assert sum(said.values()) == len(result.findings)


# -- sent again ------------------------------------------------------------------------------------------------------


def test_the_same_workbook_says_the_same_again(county: Path, tmp_path: Path) -> None:
    first = check(county)
    first.write_workbook(tmp_path / "f.xlsx")
    again = check(tmp_path / "f.xlsx")
    assert again.counts == first.counts
    said = [f for f in first.findings if f.code != "FP-INTAKE-070"]  # how a text file was read
    assert sorted(map(key, again.findings)) == sorted(map(key, said))
    again.write_workbook(tmp_path / "g.xlsx")
    assert check(tmp_path / "g.xlsx").counts == first.counts
    assert (
        openpyxl.load_workbook(tmp_path / "g.xlsx").sheetnames == openpyxl.load_workbook(tmp_path / "f.xlsx").sheetnames
    )


def test_corrected_cells_are_accepted(county: Path, tmp_path: Path) -> None:
    book = booked(county, tmp_path / "f.xlsx")
    household, member = book["household"], book["member"]
    for cell, value in {
        "C3": 2,
        "B4": "350526100",
        "C4": 1,
        "D4": "否",
        "A5": "h5",
        "A6": "h6",
        "E7": "13900000000",
    }.items():
        household[cell] = value
    for cell, value in {"E2": "男", "F2": dt.date(1949, 12, 31), "A4": "h2", "D4": NUMBER}.items():
        member[cell] = value
    book.save(tmp_path / "f.xlsx")
    mended = check(tmp_path / "f.xlsx")
    assert mended.counts.refused == 0
    assert [f for f in mended.findings if f.severity == "error"] == []


def test_a_folder_of_parquet_comes_back_too(tmp_path: Path) -> None:
    folder = tmp_path / "county"
    folder.mkdir()
    pl.DataFrame(
        {
            "household_id": ["1", "2", "2"],
            "region_code": ["350526100"] * 3,
            "population": [3, 0, 1],
            "is_ex_poor": [True, False, None],
            "risk_cleared_on": [dt.date(2021, 1, 2), None, None],
        }
    ).write_parquet(folder / "household.parquet")
    first = check(folder)
    first.write_workbook(tmp_path / "f.xlsx")
    again = check(tmp_path / "f.xlsx")
    assert again.counts == first.counts and again.counts.refused == 2
    assert CalamineWorkbook.from_path(str(tmp_path / "f.xlsx")).get_sheet_by_name("household").to_python()[1][:4] == [
        "1",
        "350526100",
        3.0,
        True,
    ]


def test_a_workbook_keeps_its_other_sheets_titles_and_types(tmp_path: Path) -> None:
    source = tmp_path / "in.xlsx"
    with xlsxwriter.Workbook(str(source)) as book:
        notes = book.add_worksheet("说明")
        notes.write_string(3, 2, "=不是公式")
        book.add_worksheet("_代码").hide()
        sheet = book.add_worksheet("户基本信息")
        sheet.write_row(0, 0, ["户编号", "县（市、区）", "家庭人口数", "户联系电话", "证件号码列"])
        sheet.write_row(2, 0, ["h1", "德化", 3, 13800000000])
        sheet.write_formula(3, 0, '="h"&2', None, "h2")
        sheet.write_row(3, 1, ["德化", 0, 522121198001010000])
        sheet.write_datetime(3, 4, dt.datetime(2021, 5, 6), book.add_format({"num_format": "yyyy/m/d"}))
    found = check(source)
    found.write_workbook(tmp_path / "f.xlsx")
    book = openpyxl.load_workbook(tmp_path / "f.xlsx")
    assert book.sheetnames == ["〔核对汇总〕", "说明", "_代码", "户基本信息", "〔问题清单〕"]
    assert book["_代码"].sheet_state == "hidden"
    assert book["说明"]["C4"].value == "=不是公式" and book["说明"]["C4"].data_type == "s"
    sheet = book["户基本信息"]
    assert sheet["A4"].value == "h2" and sheet["D3"].value == "13800000000"
    assert sheet["D4"].value == float(522121198001010000) and sheet["E4"].value == dt.datetime(2021, 5, 6)
    assert tone(sheet["C4"]) == "F4B6B6" and sheet["A2"].value is None
    assert check(tmp_path / "f.xlsx").counts == found.counts


def test_titles_and_surplus_cells_come_back_where_they_stood(county: Path, tmp_path: Path) -> None:
    (county / "member.csv").write_bytes(TITLED.encode("gb18030"))
    archive = tmp_path / "county.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for file in sorted(county.iterdir()):
            packed.write(file, f"数据/{file.name}")
    for source in (county, archive):
        sheet = next(s for s in booked(source, tmp_path / "f.xlsx").worksheets[2:3])
        assert [c.value for c in sheet["A"]] == ["某县脱贫人口名单", "导出日期：2021-06-30", "户编号", "h1", "h1"]
        assert [c.value for c in sheet[4]] == ["h1", "1", "王小明", "男", "多出", "的"]
        assert tone(sheet["D5"]) == "F4B6B6" and tone(sheet["A4"]) == "F4B6B6"
        assert sheet.freeze_panes == "C4"
        assert check(tmp_path / "f.xlsx").by_table["member"].rows == 2


# -- limits ----------------------------------------------------------------------------------------------------------


def test_a_long_table_goes_on_on_a_second_sheet(county: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings_book, "LAST_ROW", 4)
    monkeypatch.setattr(findings_sheets, "LAST_ROW", 4)
    first = check(county)
    first.write_workbook(tmp_path / "f.xlsx")
    book = openpyxl.load_workbook(tmp_path / "f.xlsx")
    assert book.sheetnames == ["〔核对汇总〕", "household", "household（2）", "member", "〔问题清单〕"]
    assert book["household（2）"]["A1"].value == "household_id" and tone(book["household（2）"]["A2"]) == "F4B6B6"
    links = [r[4].hyperlink.location for r in book["〔问题清单〕"].iter_rows(2) if r[4].hyperlink]
    assert "'household（2）'!E4" in links
    assert check(tmp_path / "f.xlsx").counts == first.counts


def test_limits_are_said(county: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings_sheets, "COMMENTS", 2)
    monkeypatch.setattr(findings_book, "LINKS", 3)
    monkeypatch.setattr(findings_book, "MOST_CELLS", 42)
    book = booked(county, tmp_path / "f.xlsx")
    assert book.sheetnames[1:3] == ["household", "_member"], "the second table no longer fits, and is not read back"
    assert sum(1 for row in book["household"].iter_rows() for cell in row if cell.comment) == 2
    assert sum(1 for row in book["〔问题清单〕"].iter_rows() for cell in row if cell.hyperlink) == 3
    assert [c.value for c in book["_member"]["A"]] == ["household_id", "h1", "h1", "h9"]
    said = "\n".join(str(r[0]) for r in book.worksheets[0].iter_rows(values_only=True))
    assert "批注只写了最重的 2 个" in said and "前 3 行带链接" in said and "原表太大" in said


def test_cells_beyond_what_a_workbook_takes_are_cut_and_said(tmp_path: Path) -> None:
    path = tmp_path / "household.csv"
    path.write_text(f"household_id,village_name\nh1,{'长' * 40_000}\nh2,{'a' * 32_767}\n", "utf-8")
    book = booked(path, tmp_path / "f.xlsx")
    assert len(book["household"]["B2"].value) == 32_767 == len(book["household"]["B3"].value)
    assert any("超过 32,767 字" in str(r[0]) for r in book.worksheets[0].iter_rows(values_only=True))


def test_it_is_replaced_as_a_whole_with_the_same_bytes(county: Path, tmp_path: Path) -> None:
    result = check(county)
    (first,) = result.write_workbook(tmp_path / "a.xlsx")
    (second,) = result.write_workbook(tmp_path / "b.xlsx")
    assert first.read_bytes() == second.read_bytes()
    assert not list(tmp_path.glob(".*partial"))


# -- as a table ------------------------------------------------------------------------------------------------------


def test_findings_as_a_table(county: Path, tmp_path: Path) -> None:
    result = check(county)
    for ending in (".csv", ".parquet", ".json"):
        result.write_table(tmp_path / f"f{ending}", "en")
    frame = pl.read_parquet(tmp_path / "f.parquet")
    assert frame.height == len(result.findings) and frame["row"].dtype == pl.Int64
    assert json.loads((tmp_path / "f.json").read_text("utf-8"))["findings"][0]["code"]
    with (tmp_path / "f.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [csvsafe.plain(r["read"]) for r in rows] == frame["read"].to_list()
    assert all(cell[:1] not in "=+-@\t\r" or not cell for r in rows for cell in r.values())
    with pytest.raises(UnusableInput):
        result.write_table(tmp_path / "f.doc")


@given(st.text(alphabet="'=+-@\t\r\n＝－1a.王", max_size=8))
def test_guarded_text_is_no_formula_and_comes_back(text: str) -> None:
    shown = csvsafe.guarded(text)
    assert csvsafe.plain(shown) == text
    if shown[:1] in tuple("=@\t\r\n＝－+-"):
        float(shown)


def test_every_code_says_what_would_be_right_and_who_says_so() -> None:
    for code, saying in SAYINGS.items():
        for path in ("member.sex", "household", "", "household.population", "no.such"):
            expected, authority = right(code, path, saying.remedy)
            assert all(expected) and all(authority)
    assert finding("FP-INTAKE-020", field="household.population", unit="人").expected.zh.startswith("整数（人）")


def test_runs() -> None:
    assert runs([]) == [] and runs([1, 2, 3, 7, 8, 10]) == [(1, 3), (7, 8), (10, 10)]
