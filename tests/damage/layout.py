"""Damage to the layout: columns renamed, missing, doubled, exchanged; titles, totals, merged cells.

Gives   KINDS
"""

from __future__ import annotations

from collections.abc import Callable

from damage.county import Cell, Row, Shape, Sheet
from damage.plan import NOTHING, Do, Kind, Level, Plant, Words, Work
from fangpin import tables

BORN, RELATION = "member.birth_date", "member.relation_to_head"
CELLS = tuple(f"FP-INTAKE-{n:03}" for n in (20, 21, 22, 23, 24, 25, *range(100, 110)))
UNREAD, ABSENT = "FP-INTAKE-011", ("FP-INTAKE-015", "FP-INTAKE-016")
BOTH_POSSIBLE = (
    "两列都是“是/否”，每一格都可能",
    "both columns are yes or no, and every cell is possible",
)


def _insert(sheet: Sheet, at: int, heading: str, path: str, cells: list[Cell]) -> None:
    sheet.headings.insert(at, heading)
    sheet.fields.insert(at, path)
    for row, cell in zip(sheet.rows, cells, strict=True):
        row.cells.insert(at, cell)


def _remove(sheet: Sheet, at: int) -> None:
    del sheet.headings[at], sheet.fields[at]
    for row in sheet.rows:
        del row.cells[at]


def _renamed(path: str, heading: str) -> Do:
    def do(work: Work) -> None:
        sheet = work.export.main
        sheet.headings[sheet.at(path)] = heading
        work.column(sheet, heading, path)

    return do


def _missing(path: str) -> Do:
    def do(work: Work) -> None:
        sheet = work.sheet_of(path)
        _remove(sheet, sheet.at(path))
        work.column(sheet, tables.catalogue().field(path).label.zh if "." in path else "", path)

    return do


def _key_missing(work: Work) -> None:
    _remove(work.export.main, work.export.main.at("household_id"))
    work.file()


def _extra(work: Work) -> None:
    sheet = work.export.main
    _insert(sheet, 9, "爱好", "", ["钓鱼" for _ in sheet.rows])
    work.column(sheet, "爱好")


def _twice(differing: bool) -> Do:
    def do(work: Work) -> None:
        sheet = work.export.main
        at = sheet.at(RELATION)
        copy = [row.cells[at] for row in sheet.rows]
        if differing:
            copy[0] = "其他"
            copy[-1] = "其他"
        heading = sheet.headings[at]
        _insert(sheet, at + 1, heading, "", copy)
        work.column(sheet, heading, RELATION)

    return do


def _contents(first: str, second: str) -> Do:
    """The contents of two columns exchanged, the headings left."""

    def do(work: Work) -> None:
        sheet = work.export.main
        a, b = sheet.at(first), sheet.at(second)
        for row in sheet.rows:
            row.cells[a], row.cells[b] = row.cells[b], row.cells[a]
        for row in sheet.rows:
            if row.cells[a] and len(work.plants) < work.count:
                work.plant(row, first)
        work.whole = True

    return do


def _moved(work: Work) -> None:
    sheet = work.export.main
    for line in (sheet.headings, sheet.fields, *(row.cells for row in sheet.rows)):
        line.insert(2, line.pop(25))
    work.file()


def _heading(change: Callable[[str], str]) -> Do:
    def do(work: Work) -> None:
        sheet = work.export.main
        sheet.headings[:] = [change(heading) for heading in sheet.headings]
        work.file()

    return do


def _titles(lines: list[list[Cell]]) -> Do:
    def do(work: Work) -> None:
        work.export.main.above[:] = lines
        work.file()

    return do


def _title_merged(work: Work) -> None:
    sheet = work.export.main
    work.export.merged = [(sheet.name, 0, 0, 0, len(sheet.headings) - 1, str(sheet.above[0][0]))]
    work.file()


def _below(cells: list[Cell]) -> Do:
    def do(work: Work) -> None:
        sheet = work.export.main
        row = Row([*cells, *("" for _ in range(len(sheet.headings) - len(cells)))])
        sheet.rows.append(row)
        work.plants.append(_at(sheet, row))

    return do


def _at(sheet: Sheet, row: Row) -> Plant:

    return Plant(sheet, row)


def _again(work: Work) -> None:
    sheet = work.export.main
    row = Row(list(sheet.headings))
    sheet.rows.insert(len(sheet.rows) // 2, row)
    work.plants.append(_at(sheet, row))


def _numbers(work: Work) -> None:
    sheet = work.export.main
    row = Row([str(i + 1) for i in range(len(sheet.headings))])
    sheet.rows.insert(0, row)
    work.plants.append(_at(sheet, row))


def _gaps(work: Work) -> None:
    sheet = work.export.main
    for at in (3, 9, 20):
        sheet.rows.insert(at, Row(["" for _ in sheet.headings]))
    work.file()


def _merged_keys(work: Work) -> None:
    """The household number in one merged cell for all rows of a household."""
    sheet = work.export.main
    at = sheet.at("household_id")
    for household in list(dict.fromkeys(row.household for row in sheet.rows)):
        rows = work.home(household)
        first = sheet.place(rows[0]) - 1
        if len(rows) > 1 and [sheet.place(r) - 1 for r in rows] == list(range(first, first + len(rows))):
            for row in rows:
                row.cells[at] = ""
            work.export.merged.append((sheet.name, first, at, first + len(rows) - 1, at, household))
    work.file()


def _once_keys(work: Work) -> None:
    """The household number only in the first row of a household."""
    sheet = work.export.main
    for row in work.rows("member", lambda r: work.home(r.household)[0] is not r):
        work.put(row, "household_id", "")
        work.plant(row, "household_id")
    assert sheet.rows


def _kind(
    name: str,
    zh: str,
    en: str,
    do: Do,
    *says: str,
    shape: Shape = "national",
    read: bool = False,
    level: Level = "column",
    why: Words = NOTHING,
) -> Kind:
    return Kind(name, (zh, en), shape, level, do, says, read, why)


KINDS = [
    _kind("column_renamed", "列改了名（出生日期→何时出生）", "a column renamed", _renamed(BORN, "何时出生"), UNREAD),
    _kind(
        "column_typo",
        "列名写错字（与户主关糸）",
        "a slip in a heading",
        _renamed(RELATION, "与户主关糸"),
        UNREAD,
        read=True,
    ),
    _kind("column_missing", "缺一列", "a column missing", _missing(BORN), *ABSENT),
    _kind(
        "column_missing_table",
        "缺一列（样表）",
        "a column of the template missing",
        _missing("living.house_grade"),
        *ABSENT,
        shape="template",
    ),
    _kind(
        "column_key_missing",
        "缺户编号列",
        "the column of household ids missing",
        _key_missing,
        "FP-INTAKE-003",
        "FP-INTAKE-004",
        level="file",
    ),
    _kind("column_extra", "多一列", "a column too many", _extra, UNREAD),
    _kind("column_twice", "一列重复，内容相同", "a column doubled, the same in both", _twice(False), "FP-INTAKE-014"),
    _kind(
        "column_twice_unlike",
        "一列重复，内容不同",
        "a column doubled, unlike each other",
        _twice(True),
        "FP-INTAKE-013",
    ),
    _kind(
        "column_contents",
        "两列内容对调（出生日期与民族）",
        "the contents of two columns exchanged",
        _contents(BORN, "member.ethnic_group"),
        *CELLS,
    ),
    _kind(
        "column_contents_bool",
        "两个是否列内容对调",
        "the contents of two yes-or-no columns exchanged",
        _contents("member.mandarin", "member.medical_aid"),
        why=BOTH_POSSIBLE,
    ),
    _kind("column_moved", "列的顺序变了", "columns in another order", _moved, read=True, level="file"),
    _kind(
        "heading_spaces",
        "标题里有空格和换行",
        "blanks and line breaks in headings",
        _heading(lambda h: f" {h[:2]}\n{h[2:]} "),
        read=True,
        level="file",
    ),
    _kind(
        "heading_brackets",
        "标题用半角括号",
        "narrow brackets in headings",
        _heading(lambda h: h.replace("（", "(").replace("）", ")")),
        read=True,
        level="file",
    ),
    _kind(
        "titles_none", "没有表名行，标题在第 1 行", "no titles above the headings", _titles([]), read=True, level="file"
    ),
    _kind(
        "titles_many",
        "标题上有五行说明",
        "five lines above the headings",
        _titles([[f"说明 {i}", "", "见文件"] for i in range(5)]),
        read=True,
        level="file",
    ),
    _kind("titles_merged", "表名行合并单元格", "a merged title", _title_merged, read=True, level="file"),
    _kind(
        "total_row",
        "末尾有合计行",
        "a row of totals at the end",
        _below(["合计", "", "", "", "", "", "", "", "", "", "", "178"]),
        "FP-INTAKE-071",
        level="row",
    ),
    _kind("note_row", "末尾有填表说明", "a note at the end", _below(["填表人：王某"]), "FP-INTAKE-071", level="row"),
    _kind("headings_again", "中间又有一行标题", "the headings once more halfway", _again, "FP-INTAKE-071", level="row"),
    _kind("numbers_row", "标题下有栏次行", "a row that numbers the columns", _numbers, "FP-INTAKE-071", level="row"),
    _kind("blank_rows", "中间有空行", "blank rows in between", _gaps, read=True, level="file"),
    _kind(
        "keys_merged", "户编号按户合并单元格", "household ids in merged cells", _merged_keys, read=True, level="file"
    ),
    _kind(
        "keys_once",
        "户编号只写在每户第一行",
        "household id only in the first row of a household",
        _once_keys,
        "FP-INTAKE-040",
        level="row",
    ),
]
