"""The workbook opens, carries drop-downs, and every heading leads back to its field."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from fangpin import tables
from fangpin.tables.template import CODES_SHEET, HELP_SHEET, SheetSpec, write
from fangpin.vocabulary.text import Text


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tables.template.write(tmp_path_factory.mktemp("template") / "in.xlsx")


@pytest.fixture(scope="module")
def book(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path)


def sheets(book: openpyxl.Workbook) -> dict[str, Worksheet]:
    found = {}
    for sheet in book.worksheets:
        table = tables.catalogue().table_named(sheet.title)
        if table is not None:
            found[table.name] = sheet
    return found


def column(sheet: Worksheet, heading: str) -> int:
    return next(cell.column for cell in sheet[1] if cell.value == heading)


def validation(sheet: Worksheet, heading: str) -> DataValidation | None:
    cell = f"{openpyxl.utils.get_column_letter(column(sheet, heading))}2"
    return next((v for v in sheet.data_validations.dataValidation if cell in v.sqref), None)


def test_help_then_a_sheet_for_each_table_then_the_hidden_lists(book: openpyxl.Workbook) -> None:
    labels = [table.label.zh for table in tables.catalogue().tables.values()]
    assert book.sheetnames == [HELP_SHEET, *labels, CODES_SHEET]
    assert book[CODES_SHEET].sheet_state == "hidden"
    assert book.active is not None
    assert book.active.title == HELP_SHEET
    text = " ".join(str(c.value) for row in book[HELP_SHEET].iter_rows() for c in row if c.value)
    assert "空白表示" in text
    assert "Leave blank what is not known" in text


def test_every_heading_resolves_to_its_field_in_order(book: openpyxl.Workbook) -> None:
    for name, sheet in sheets(book).items():
        table = tables.catalogue().table(name)
        found = [tables.catalogue().heading(name, str(cell.value)) for cell in sheet[1]]
        assert [f.name if f else None for f in found[: len(table.identity)]] == list(table.identity)
        assert sorted(f.name for f in found if f) == sorted(table.columns)
        assert [cell.value for cell in sheet[1]][-4:] == ["生效日期", "失效日期", "获知日期", "来源"]


def test_calamine_reads_the_same_headings(path: Path, book: openpyxl.Workbook) -> None:
    reader = CalamineWorkbook.from_path(str(path))
    assert reader.sheet_names == book.sheetnames
    for sheet in sheets(book).values():
        assert reader.get_sheet_by_name(sheet.title).to_python() == [[cell.value for cell in sheet[1]]]


def test_every_heading_carries_a_hint_in_both_languages(book: openpyxl.Workbook) -> None:
    for name, sheet in sheets(book).items():
        for cell in sheet[1]:
            field = tables.catalogue().heading(name, str(cell.value))
            assert field is not None
            assert cell.comment is not None
            assert field.label.zh in cell.comment.text
            assert field.label.en in cell.comment.text
            assert field.ask is None or field.ask.zh in cell.comment.text


def test_bools_and_codes_have_drop_downs_of_labels(book: openpyxl.Workbook) -> None:
    for name, sheet in sheets(book).items():
        for field in tables.catalogue().table(name).columns.values():
            rule = validation(sheet, field.label.zh)
            if field.kind == "bool":
                assert rule is not None
                assert rule.formula1 == '"是,否"'
            if field.kind == "code":
                assert rule is not None
                assert rule.type == "list"
                assert drop_down(book, rule) == [
                    t.zh for t in tables.catalogue().codelist(field.codes or "").items.values()
                ]


def drop_down(book: openpyxl.Workbook, rule: DataValidation) -> list[str]:
    formula = rule.formula1
    if formula.startswith('"'):
        return formula.strip('"').split(",")
    cells = book[CODES_SHEET][formula.partition("!")[2].replace("$", "")]
    return [row[0].value for row in cells]


def test_long_lists_stand_on_the_hidden_sheet(book: openpyxl.Workbook) -> None:
    rule = validation(sheets(book)["member"], "民族")
    assert rule is not None
    assert CODES_SHEET in rule.formula1
    assert len(drop_down(book, rule)) == 56


def test_ids_numbers_and_telephones_are_text(book: openpyxl.Workbook) -> None:
    text = {"household": ["户编号", "户主证件号码", "户联系电话", "帮扶联系人电话", "行政区划代码（村）"]}
    text |= {"member": ["户编号", "人编号", "证件号码"], "clearing": ["户编号", "联系方式"], "loan": ["合同号"]}
    for name, headings in text.items():
        sheet = sheets(book)[name]
        for heading in headings:
            at = column(sheet, heading)  # neighbours that look alike share one entry of the file
            look = next(d for d in sheet.column_dimensions.values() if d.min <= at <= d.max)
            assert look.number_format == "@", heading


def test_numbers_and_dates_are_checked_softly(book: openpyxl.Workbook) -> None:
    months = validation(sheets(book)["member"], "务工时间（月）")
    assert months is not None
    assert (months.type, months.formula1, months.formula2, months.errorStyle) == ("whole", "0", "12", "warning")
    born = validation(sheets(book)["member"], "出生日期")
    assert born is not None
    assert (born.type, born.errorStyle) == ("date", "warning")


def test_the_heading_is_frozen_with_the_key(book: openpyxl.Workbook) -> None:
    frozen = {name: sheet.freeze_panes for name, sheet in sheets(book).items()}
    assert frozen["household"] == "B2"
    assert frozen["member"] == "C2"


def test_the_same_call_gives_the_same_bytes(path: Path, tmp_path: Path) -> None:
    assert write(tmp_path / "again.xlsx").read_bytes() == path.read_bytes()


MEMBERS = SheetSpec(
    "member",
    ["birth_date", "labour_skill", "earnings", "resident_medical", "health_status"],
    [
        {"household_id": "0417", "person_id": "1", "labour_skill": "4", "earnings": 12_345_670_000},
        {"household_id": "0417", "person_id": "2", "birth_date": date(1950, 1, 2), "resident_medical": False},
        {"household_id": "0418", "person_id": "1", "health_status": ["2", "4"], "resident_medical": True},
    ],
    [{"birth_date"}, {"labour_skill"}, ()],
    suffix="石牛山/村",
)


def test_a_visit_sheet_holds_the_key_the_asked_fields_and_the_rows(tmp_path: Path) -> None:
    target = write(tmp_path / "visit.xlsx", [MEMBERS], title=Text("入户核查", "Visits"), notes=[Text("注", "note")])
    reader = CalamineWorkbook.from_path(str(target))
    assert reader.sheet_names[:2] == [HELP_SHEET, "家庭成员（石牛山-村）"]
    rows = reader.get_sheet_by_name("家庭成员（石牛山-村）").to_python()
    blank = [""] * 4
    assert rows[0][:7] == ["户编号", "人编号", "出生日期", "劳动技能", "收入周期内劳动收入", MEDICAL, "健康状况"]
    assert rows[1] == ["0417", "1", "", "丧失劳动力", 12345.67, "", "", *blank]
    assert rows[2] == ["0417", "2", date(1950, 1, 2), "", "", "否", "", *blank]
    assert rows[3] == ["0418", "1", "", "", "", "是", "长期慢性病;残疾", *blank]


MEDICAL = "是否参加城乡居民基本医疗保险"


def test_the_cells_to_fill_in_are_marked_and_carry_their_question(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write(tmp_path / "visit.xlsx", [MEMBERS]))
    sheet = book.worksheets[1]
    marked = [
        (cell.row, cell.column_letter)
        for row in sheet.iter_rows(min_row=2)
        for cell in row
        if cell.fill.fgColor.rgb == "FFFFF2CC"
    ]
    assert marked == [(2, "C"), (3, "D")]
    rule = validation(sheet, "出生日期")
    assert rule is not None
    assert rule.prompt.startswith("是哪年哪月哪日出生的？")
    text = " ".join(str(c.value) for row in book[HELP_SHEET].iter_rows() for c in row if c.value)
    assert "member.birth_date" in text
    assert "member.resident_medical" not in text  # nobody is asked


def test_an_empty_list_that_was_taken_and_a_stored_date_time(tmp_path: Path) -> None:
    spec = SheetSpec(
        "living",
        ["durables"],
        [
            {"household_id": "0417", "durables": [], "known_at": datetime(2021, 6, 30)},
            {"household_id": "0418", "durables": None},
        ],
    )
    rows = CalamineWorkbook.from_path(str(write(tmp_path / "v.xlsx", [spec]))).get_sheet_by_index(1).to_python()
    assert [row[1] for row in rows[1:]] == ["-", ""]
    assert rows[1][4] == date(2021, 6, 30)


def test_inside_names_serve_too_and_versions_can_be_left_out(tmp_path: Path) -> None:
    spec = SheetSpec("loan", ["use_kind"], [{"household_id": "1", "use_kind": "2"}], versions=False)
    rows = CalamineWorkbook.from_path(str(write(tmp_path / "v.xlsx", [spec]))).get_sheet_by_index(1).to_python()
    assert rows == [["户编号", "用途"], ["1", "养殖业"]]


def test_two_sheets_of_one_name_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="家庭成员"):
        write(tmp_path / "v.xlsx", [SheetSpec("member"), SheetSpec("member")])
    with pytest.raises(LookupError, match="birth_date"):
        write(tmp_path / "v.xlsx", [SheetSpec("member", ["birthdate"])])
    assert list(tmp_path.iterdir()) == []


def test_a_long_suffix_keeps_the_name_within_what_excel_allows() -> None:
    spec = SheetSpec("safeguards", suffix="很长很长" * 10)
    assert len(spec.name()) <= 31
    found = tables.catalogue().table_named(spec.name())
    assert found is not None
    assert found.name == "safeguards"
