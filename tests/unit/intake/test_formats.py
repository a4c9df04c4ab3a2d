"""Formats: what officers really have is read, and what was found out about it is said."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import exports
from fangpin.intake import CheckResult, check, read_batch
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.findings import Finding

ROWS = [
    ["户编号", "户主姓名", "家庭人口数", "家庭住址"],
    ["0417", "王小明", "3", "德化县，浔中镇"],
    ["0418", "欧阳红", "2", "上村; 3组"],
]
MEMBERS = [["户编号", "人编号", "姓名", "性别"], ["0417", "01", "王小明", "男"], ["0418", "01", "欧阳红", "女"]]


def of(result: CheckResult, code: str) -> list[Finding]:
    return [f for f in result.findings if f.code == f"FP-INTAKE-{code}"]


def homes(source: object) -> list[tuple[object, ...]]:
    frame = read_batch(source).load().frames["household"]  # type: ignore[arg-type]
    return frame.select("household_id", "head_name", "population", "address").rows()


HOMES = [("0417", "王小明", 3, "德化县，浔中镇"), ("0418", "欧阳红", 2, "上村; 3组")]

ENCODINGS = [
    ("utf-8", b"", "UTF-8"),
    ("utf-8", b"\xef\xbb\xbf", "UTF-8 BOM"),
    ("gb18030", b"", "GB18030"),
    ("utf-16-le", b"\xff\xfe", "UTF-16 LE BOM"),
    ("utf-16-be", b"\xfe\xff", "UTF-16 BE BOM"),
    ("utf-16-le", b"", "UTF-16 LE"),
    ("utf-16-be", b"", "UTF-16 BE"),
]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "，"])
@pytest.mark.parametrize("quoted", [False, True])
@pytest.mark.parametrize(("encoding", "mark", "said"), ENCODINGS)
def test_text_in_any_encoding_and_with_any_separator(
    tmp_path: Path, encoding: str, mark: bytes, said: str, separator: str, quoted: bool
) -> None:
    path = tmp_path / "household.txt"
    path.write_bytes(mark + exports.text(ROWS, separator, quoted=quoted).encode(encoding))
    assert homes(path) == HOMES
    [found] = of(check(path), "070")
    assert found.severity == "info"
    assert found.file == "household.txt"
    assert f"{said}, separator" in found.message.en
    assert "3 of 3 lines have 4 cells" in found.message.en
    assert "3 行中 3 行有 4 格" in found.message.zh
    assert ("Tab" if separator == "\t" else separator) in found.message.zh


def test_a_file_that_declares_its_separator(tmp_path: Path) -> None:
    path = tmp_path / "household.csv"
    path.write_text("sep=;\n" + exports.text(ROWS, ";"), "utf-8")
    assert homes(path) == HOMES
    path.write_text("sep=;\n" + exports.text([["户编号", "家庭人口数"], ["0417", "x"]], ";"), "utf-8")
    assert [(f.row, f.column) for f in of(check(path), "020")] == [(3, "家庭人口数")]


def test_a_few_broken_bytes_are_said_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "household.csv"
    data = exports.text(ROWS * 30).replace("0417,", "0417,", 1).encode()
    path.write_bytes(data.replace("欧阳红".encode(), "欧阳红".encode()[:-1], 1))
    result = check(path)
    [found] = of(result, "073")
    assert (found.severity, found.row) == ("warning", 3)
    assert "UTF-8" in found.message.en


@pytest.mark.parametrize("name", ["county.xlsx", "county.xlsm", "county.xls", "county.xlsb", "county.ods"])
def test_workbooks_of_any_kind(tmp_path: Path, name: str) -> None:
    sheets = {"户基本信息": ROWS, "家庭成员": MEMBERS}
    path = tmp_path / name
    write = {".xls": exports.xls, ".xlsb": exports.xlsb, ".ods": exports.ods}.get(path.suffix, exports.xlsx)
    write(path, sheets)
    assert homes(path) == HOMES
    result = check(path)
    assert result.counts.rows == 4
    assert {(f.table, f.sheet) for f in result.files} == {("household", "户基本信息"), ("member", "家庭成员")}


def test_a_workbook_is_known_by_its_bytes_and_not_by_its_name(tmp_path: Path) -> None:
    made = exports.xlsx(tmp_path / "a.xlsx", {"户基本信息": ROWS})
    renamed = made.rename(tmp_path / "a.xls")
    assert homes(renamed) == HOMES
    text = tmp_path / "household.xls"
    text.write_bytes(exports.text(ROWS, "\t").encode("gb18030"))
    assert homes(text) == HOMES


# -- what stands above and below -------------------------------------------------------------------------------------


TITLED = [["监测对象花名册", "", "", ""], ["填报单位：德化县", "", "2021-12-31", ""], *ROWS]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "xls"])
def test_titles_above_the_headings_are_said_and_rows_keep_their_numbers(tmp_path: Path, kind: str) -> None:
    rows = [*TITLED, ["0419", "陈", "许多", ""]]
    if kind == "csv":
        path = tmp_path / "household.csv"
        path.write_bytes(exports.text(rows).encode("gb18030"))
    else:
        path = {"xlsx": exports.xlsx, "xls": exports.xls}[kind](tmp_path / f"a.{kind}", {"户基本信息": rows})
    result = check(path)
    assert result.counts.rows == 3
    [found] = of(result, "072")
    assert found.row == 3
    assert "row 3" in found.message.en
    [bad] = of(result, "020")
    assert (bad.row, bad.column) == (6, "家庭人口数")


def test_totals_notes_and_repeated_headings_are_counted_and_said_never_dropped_in_silence(tmp_path: Path) -> None:
    rows = [
        *ROWS[:2],
        ROWS[0],
        ROWS[2],
        ["小 计", "", "5", ""],
        ["合计（户）", "", "5", ""],
        ["填表人：王某 13800000000", "", "", ""],
        ["注：人口数以户籍为准", "", "", ""],
    ]
    for path in (
        exports.xlsx(tmp_path / "a.xlsx", {"household": rows}),
        _csv(tmp_path / "household.csv", rows),
    ):
        result = check(path)
        assert result.counts.rows == 2
        assert result.counts.refused == 0
        said = {f.row: f for f in of(result, "071")}
        assert sum(int(f.message.en.split()[0]) for f in said.values()) == len(rows) - 3
        assert set(said) == {3, 5, 7}
        assert "5、6" in said[5].message.en
        assert "13800000000" not in str([f.to_json() for f in result.findings])


def _csv(path: Path, rows: exports.Rows) -> Path:
    path.write_text(exports.text(rows), "utf-8")
    return path


def test_a_row_with_a_key_of_its_own_stays_a_row(tmp_path: Path) -> None:
    rows = [*ROWS, ["0420", "", "", ""], ["", "合计", "5", ""]]
    path = _csv(tmp_path / "household.csv", rows)
    result = check(path)
    assert (result.counts.rows, len(of(result, "071"))) == (3, 1)


def test_two_rows_of_headings_with_merged_cells(tmp_path: Path) -> None:
    rows = [
        ["", "", "", "", ""],
        ["", "", "", "", ""],
        ["", "户主姓名", "家庭人口数", "家庭住址", "户联系电话"],
        ["", "王小明", "3", "上村", "13800000000"],
    ]
    path = exports.xlsx(
        tmp_path / "a.xlsx",
        {"household": [[""] * 5, *rows[1:3], ["0417", *rows[3][1:]]]},
        merged=[
            ("household", 0, 0, 0, 4, "花名册"),
            ("household", 1, 0, 2, 0, "户编号"),
            ("household", 1, 1, 1, 4, "基本情况"),
        ],
    )
    frame = read_batch(path).load().frames["household"]
    assert frame.select("household_id", "head_name", "population").rows() == [("0417", "王小明", 3)]


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_cells_merged_downwards_say_the_same_in_each_row(tmp_path: Path, kind: str) -> None:
    people = [MEMBERS[0], ["", "01", "甲", "男"], ["", "02", "乙", "女"], ["0418", "01", "丙", "女"]]
    sheets = {"household": ROWS, "member": people}
    if kind == "xls":
        import xlwt

        book = xlwt.Workbook()
        for name, rows in sheets.items():
            page = book.add_sheet(name)
            for i, row in enumerate(rows):
                for j, cell in enumerate(row):
                    if cell:
                        page.write(i, j, cell)
            if name == "member":
                page.write_merge(1, 2, 0, 0, "0417")
        path = tmp_path / "a.xls"
        book.save(str(path))
    else:
        path = exports.xlsx(tmp_path / "a.xlsx", sheets, merged=[("member", 1, 0, 2, 0, "0417")])
    result = check(path)
    assert result.counts.refused == 0
    frame = read_batch(path).load().frames["member"]
    assert frame["household_id"].to_list() == ["0417", "0417", "0418"]
    assert [f.severity for f in of(result, "074")] == ["info"]


# -- archives and several paths --------------------------------------------------------------------------------------


@pytest.mark.parametrize("gbk", [False, True])
def test_an_archive_of_tables_in_folders_with_chinese_names(tmp_path: Path, gbk: bool) -> None:
    members = {
        "德化县/户基本信息.csv": exports.text(ROWS).encode("gb18030"),
        "德化县/家庭成员.csv": exports.text(MEMBERS).encode(),
        "__MACOSX/._户基本信息.csv": b"\0",
    }
    path = exports.zipped(tmp_path / "county.zip", members, gbk=gbk)
    assert homes(path) == HOMES
    result = check(path)
    assert {f.file for f in result.files} == {"county.zip/德化县/户基本信息.csv", "county.zip/德化县/家庭成员.csv"}
    batch = read_batch(path)
    assert {f.path for f in batch.files} == {path}
    assert len({f.sha256 for f in batch.files}) == 2


def test_an_archive_of_workbooks_and_parquet(tmp_path: Path) -> None:
    book = exports.xlsx(tmp_path / "b.xlsx", {"家庭成员": MEMBERS})
    parquet = tmp_path / "p.parquet"
    pl.DataFrame({h: [row[i] for row in ROWS[1:]] for i, h in enumerate(ROWS[0])}).write_parquet(parquet)
    path = exports.zipped(tmp_path / "a.zip", {"成员.xlsx": book.read_bytes(), "农户.parquet": parquet.read_bytes()})
    assert homes(path) == HOMES
    assert check(path).counts.rows == 4


def test_names_that_point_outside_an_archive_are_not_read(tmp_path: Path) -> None:
    inside = exports.text(ROWS).encode()
    path = exports.zipped(
        tmp_path / "a.zip", {"household.csv": inside, "../member.csv": inside, "/etc/loan.csv": inside}
    )
    result = check(path)
    assert result.counts.rows == 2
    assert {f.read for f in of(result, "079")} == {"../member.csv", "/etc/loan.csv"}


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = exports.zipped(tmp_path / "a.zip", {"household.csv": b"0" * 40_000_000})
    with pytest.raises(UnusableInput, match="FP-INTAKE-006"):
        check(path)


def test_several_files_of_several_kinds_in_one_call(tmp_path: Path) -> None:
    one = exports.xlsx(tmp_path / "A.xlsx", {"户基本信息": ROWS})
    two = _csv(tmp_path / "member.csv", MEMBERS)
    more = exports.zipped(
        tmp_path / "C.zip", {"户基本信息.csv": exports.text([ROWS[0], ["0500", "林", "1", ""]]).encode("gbk")}
    )
    result = check([one, two, more])
    assert result.counts.rows == 5
    assert result.counts.refused == 0
    assert {f.file for f in result.files} == {"A.xlsx", "member.csv", "C.zip/户基本信息.csv"}


def test_a_second_workbook_without_shared_households_is_more_rows(tmp_path: Path) -> None:
    one = exports.xlsx(tmp_path / "A.xlsx", {"户基本信息": ROWS})
    two = exports.xlsx(tmp_path / "B.xlsx", {"户基本信息": [ROWS[0], ["0500", "林", "1", ""]]})
    batch = read_batch([one, two])
    assert batch.load().frames["household"]["household_id"].to_list() == ["0417", "0418", "0500"]


def test_files_of_one_name_in_several_folders_are_told_apart(tmp_path: Path) -> None:
    paths = []
    for name, household in (("a", "1"), ("b", "2")):
        (tmp_path / name).mkdir()
        paths.append(_csv(tmp_path / name / "household.csv", [ROWS[0], [household, "", "x", ""]]))
    result = check(paths)
    assert [f.file for f in of(result, "020")] == [str(p) for p in paths]


def test_a_folder_of_workbooks_is_read_sheet_by_sheet(tmp_path: Path) -> None:
    (tmp_path / "上村").mkdir()
    exports.xlsx(tmp_path / "上村" / "a.xlsx", {"户基本信息": ROWS, "家庭成员": MEMBERS})
    exports.xlsx(tmp_path / "b.xlsx", {"Sheet1": [ROWS[0], ["0500", "林", "1", ""]]})
    (tmp_path / "README.txt").write_text("x")
    result = check(tmp_path)
    assert result.counts.rows == 5
    [found] = of(result, "075")
    assert (found.file, found.sheet) == ("b.xlsx", "Sheet1")
    assert "4 of 4 headings" in found.message.en


def test_a_row_that_ends_early_is_said_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "household.csv"
    rows = [ROWS[0], *([f"{n:04}", "王小明", "3", "浔中镇" if n % 2 else ""] for n in range(40))]
    lines = exports.text(rows).splitlines()
    path.write_text("\n".join([*lines[:8], "0900,王", *lines[8:], "0901,李"]), "utf-8")
    result = check(path)
    assert result.counts.rows == 42
    assert [(f.row, f.severity) for f in of(result, "033")] == [(9, "warning"), (43, "warning")]
    path.write_text("\n".join(lines), "utf-8")
    assert of(check(path), "033") == []


def test_rows_whose_blank_ends_were_left_out_by_the_writer_are_not_said(tmp_path: Path) -> None:
    path = tmp_path / "household.csv"
    rows = [",".join([f"{n:04}", "王小明", "3", *(["浔中镇"] if n % 2 else [])]) for n in range(40)]
    path.write_text("\n".join([",".join(ROWS[0]), *rows]), "utf-8")
    assert of(check(path), "033") == []


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_short_chinese_file_in_utf16_without_mark(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "household.csv").write_bytes("表一\r\n户编号,户主姓名\r\n一,丁一一\r\n".encode(encoding))
    found = read_batch(tmp_path).load().frames["household"]
    assert found.select("household_id", "head_name").rows() == [("一", "丁一一")]
