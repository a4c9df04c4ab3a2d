"""Layouts: a sheet is recognised by its headings, said with its score, and its rows are counted once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

import exports
from fangpin import tables
from fangpin.intake import CheckResult, Loaded, check, read_batch
from fangpin.intake.layouts import load_layout, shipped
from fangpin.intake.likeness import likeliest, synonyms
from fangpin.synth import generate
from fangpin.vocabulary.errors import DocumentError, UnusableInput
from fangpin.vocabulary.findings import Finding

HEAD = ["县", "乡（镇）", "行政村", "户编号", "家庭人口数", "姓名", "证件号码", "与户主关系", "性别"]
TITLES = [["监测对象家庭成员信息"], ["导出时间：2021-12-31"]]
ROWS = [
    ["德化县", "浔中镇", "乐陶村", "0417", "3", "王小明", "11010519491231002X", "户主", "男"],
    ["德化县", "浔中镇", "乐陶村", "0417", "3", "李红", "", "配偶", "女"],
    ["德化县", "浔中镇", "乐陶村", "0418", "1", "欧阳红", "", "户主", "女"],
]


def of(result: CheckResult | Loaded, code: str) -> list[Finding]:
    return [f for f in result.findings if f.code == f"FP-INTAKE-{code}"]


def book(tmp_path: Path, rows: exports.Rows, name: str = "导出.xlsx") -> Path:
    return exports.xlsx(tmp_path / name, {"Sheet1": rows})


def adds_up(result: CheckResult) -> None:
    c = result.counts
    assert c.rows == c.accepted + c.accepted_with_findings + c.refused
    assert sum(f.counts.rows for f in result.files) == c.rows


def test_a_national_export_gives_members_and_households(tmp_path: Path) -> None:
    path = book(tmp_path, [*TITLES, HEAD, *ROWS])
    loaded = read_batch(path).load()
    assert loaded.frames["member"].select("household_id", "person_id", "name", "sex").rows() == [
        ("0417", "01", "王小明", "1"),
        ("0417", "02", "李红", "2"),
        ("0418", "01", "欧阳红", "2"),
    ]
    assert loaded.frames["household"].select("household_id", "population").rows() == [("0417", 3), ("0418", 1)]
    result = check(path)
    assert (result.counts.rows, result.counts.refused) == (3, 0)
    adds_up(result)
    [said] = of(result, "075")
    assert said.row == 3
    assert "national_export_2021" in said.message.en
    assert "9 of 9 headings" in said.message.en
    assert len(of(result, "077")) == 1


def test_an_identity_number_is_never_an_id(tmp_path: Path) -> None:
    result = check(book(tmp_path, [*TITLES, HEAD, *ROWS]))
    shown = str(result.to_json())
    assert "11010519491231002X" not in shown
    assert {f.record for f in result.findings if "/" in f.record} <= {"0417/01", "0417/02", "0418/01"}


def test_a_region_code_follows_from_the_names_of_places(tmp_path: Path) -> None:
    rows = [
        *ROWS,
        ["德化县", "浔中镇", "无此村", "0419", "1", "陈", "", "户主", "女"],
        ["", "", "", "0420", "1", "陈", "", "户主", "女"],
    ]
    path = book(tmp_path, [HEAD, *rows])
    codes = dict(read_batch(path).load().frames["household"].select("household_id", "region_code").rows())
    township = codes["0419"]
    assert township == "350526100"
    assert codes["0417"] == codes["0418"]
    assert codes["0417"].startswith(township)
    assert len(codes["0417"]) == 12
    assert codes["0420"] is None
    [said] = of(check(path), "083")
    assert "1 of 3 places" in said.message.en
    assert "德化县浔中镇无此村" in said.message.zh


@pytest.mark.parametrize("rows_are", ["persons", "households"])
def test_a_code_of_another_village_than_the_names_is_said(tmp_path: Path, rows_are: str) -> None:
    given = {"0417": "", "0418": "350526101201", "0419": "350526100", "0420": "350427100201", "0421": "999999999999"}
    head = HEAD if rows_are == "persons" else HEAD[:5] + ["户主姓名"]
    rows = [["德化县", "浔中镇", "乐陶村", key, "1", "王小明", "", "户主", "男"][: len(head)] for key in given]
    codes = read_batch(book(tmp_path, [HEAD, *ROWS[:1]])).load().frames["household"]["region_code"].to_list()
    given["0417"] = codes[0]
    path = book(tmp_path, [[*head, "行政区划代码（村）"], *([*r, given[r[3]]] for r in rows)], "b.xlsx")
    result = check(path)
    [said] = of(result, "097")
    assert (said.record.partition("/")[0], said.row, said.column) == ("0418", 3, "行政区划代码（村）")
    assert said.severity == "warning"
    assert "350526101201" in said.message.zh
    assert f"乐陶村 {codes[0]}" in said.message.en
    kept = dict(read_batch(path).load().frames["household"].select("household_id", "region_code").rows())
    assert kept["0418"] == "350526101201"


def test_numbers_that_recur_in_every_village_are_made_whole(tmp_path: Path) -> None:
    other = [[row[0], "龙浔镇", "丁溪村", *row[3:5], row[5] + "乙", *row[6:]] for row in ROWS]
    path = book(tmp_path, [HEAD, *ROWS, *other])
    ids = read_batch(path).load().frames["household"]["household_id"].to_list()
    assert ids == [
        "德化县-浔中镇-乐陶村-0417",
        "德化县-浔中镇-乐陶村-0418",
        "德化县-龙浔镇-丁溪村-0417",
        "德化县-龙浔镇-丁溪村-0418",
    ]
    result = check(path)
    assert [f.severity for f in of(result, "082")] == ["warning"]
    assert result.counts.refused == 0


def test_rows_of_a_household_that_disagree_are_a_finding_and_count_as_blank(tmp_path: Path) -> None:
    rows = [row.copy() for row in ROWS]
    rows[1][4] = "4"
    path = book(tmp_path, [*TITLES, HEAD, *rows])
    result = check(path)
    [found] = of(result, "076")
    assert (found.severity, found.field, found.record) == ("error", "household.population", "0417")
    assert (found.row, found.column, found.read) == (4, "家庭人口数", "3 / 4")
    frame = read_batch(path).load().frames["household"]
    assert frame["population"].to_list() == [None, 1]
    assert (result.counts.rows, result.counts.accepted, result.counts.accepted_with_findings) == (3, 2, 1)
    adds_up(result)


def test_a_value_in_one_row_of_a_household_is_enough(tmp_path: Path) -> None:
    rows = [row.copy() for row in ROWS]
    rows[1][4] = ""
    frame = read_batch(book(tmp_path, [HEAD, *rows])).load().frames["household"]
    assert frame["population"].to_list() == [3, 1]


def test_a_row_without_its_household_is_refused_and_counted_once(tmp_path: Path) -> None:
    rows = [*ROWS, ["德化县", "浔中镇", "乐陶村", "", "1", "陈", "", "户主", "女"]]
    result = check(book(tmp_path, [*TITLES, HEAD, *rows]))
    [found] = of(result, "040")
    assert (found.row, found.column) == (7, "户编号")
    assert (result.counts.rows, result.counts.refused) == (4, 1)
    adds_up(result)


def test_findings_about_cells_name_the_row_and_heading_of_the_file(tmp_path: Path) -> None:
    rows = [row.copy() for row in ROWS]
    rows[2][8], rows[0][4], rows[1][4] = "火星", "三口", "三口"
    result = check(book(tmp_path, [*TITLES, HEAD, *rows]))
    places = {(f.code[-3:], f.file, f.sheet, f.row, f.column) for f in result.findings if f.severity == "error"}
    assert places == {("023", "导出.xlsx", "Sheet1", 6, "性别"), ("020", "导出.xlsx", "Sheet1", 4, "家庭人口数")}
    assert result.counts.accepted_with_findings == 2


def test_repeated_names_are_told_apart_by_what_stands_above_them(tmp_path: Path) -> None:
    profile = tmp_path / "p.yaml"
    profile.write_text(
        "profile: p\ntitle: {zh: 例, en: x}\nabout: {zh: 例, en: x}\nsource: ours\nverified: local\nsheets:\n  s:\n"
        "    rows: member\n    repeats: [household]\n    person_id: order\n    columns:\n      户编号: {field: household_id}\n"
        "      姓名: {field: household.head_name}\n      成员/姓名: {field: member.name}\n"
        "      电话: {field: household.phone}\n      电话#2: {field: household.helper_phone}\n",
        "utf-8",
    )
    rows = [["", "户主", "成员", "", ""], ["户编号", "姓名", "姓名", "电话", "电话"], ["1", "甲", "乙", "111", "222"]]
    loaded = read_batch(book(tmp_path, rows), profile=profile).load()
    assert loaded.frames["member"]["name"].to_list() == ["乙"]
    assert loaded.frames["household"].select("head_name", "phone", "helper_phone").rows() == [("甲", "111", "222")]


def test_columns_that_stand_twice(tmp_path: Path) -> None:
    same = check(book(tmp_path, [[*HEAD, "姓名"], *([*row, row[5]] for row in ROWS)]))
    assert [(f.severity, f.column) for f in of(same, "014")] == [("info", "姓名")]
    differing = check(book(tmp_path, [[*HEAD, "性别"], *([*row, "女"] for row in ROWS)], "b.xlsx"))
    assert [(f.severity, f.field) for f in of(differing, "013")] == [("error", "member.sex")]
    with pytest.raises(UnusableInput, match="FP-INTAKE-007"):
        check(book(tmp_path, [[*HEAD, "户编号"], *([*row, "9"] for row in ROWS)], "c.xlsx"))


def test_an_unknown_column_is_named_with_what_it_most_likely_is(tmp_path: Path) -> None:
    head = [*HEAD, "身体健康情况", "姓明"]
    result = check(book(tmp_path, [head, *([*row, "健康", "x"] for row in ROWS)]))
    hints = {f.column: f.remedy for f in of(result, "011")}
    assert "health_status" in hints["身体健康情况"].en
    assert set(hints) == {"身体健康情况", "姓明"}
    [absent] = [f for f in result.findings if f.field == "member.health_status" and f.code.endswith("016")]
    assert absent.severity == "warning"
    assert "身体健康情况" in absent.remedy.zh


@pytest.mark.parametrize(
    ("heading", "field", "why"),
    [
        ("身份证号", "id_number", "a synonym"),
        ("与户主关系（代码）", "relation_to_head", "spelt alike"),
        ("民簇", "ethnic_group", "sounds alike"),
        ("birthdate", "birth_date", "spelt alike"),
    ],
)
def test_likeness_by_synonym_spelling_and_sound(heading: str, field: str, why: str) -> None:
    found = likeliest(heading, tables.catalogue().table("member").fields.values())
    assert found is not None
    assert (found.field.name, found.why.en) == (field, why)


def test_nothing_is_likely_where_nothing_is_alike() -> None:
    assert likeliest("x9", tables.catalogue().table("member").fields.values()) is None
    assert likeliest("", tables.catalogue().table("member").fields.values()) is None


def test_synonyms_name_fields_and_are_no_names_already() -> None:
    assert len(synonyms()) > 30


def test_a_missing_key_names_the_column_that_may_be_it(tmp_path: Path) -> None:
    path = tmp_path / "household.csv"
    path.write_text("户编码,家庭人口数\n1,2\n", "utf-8")
    with pytest.raises(UnusableInput, match="FP-INTAKE-004") as caught:
        check(path)
    assert caught.value.remedy is not None
    assert "户编码" in caught.value.remedy.zh


def test_a_sheet_like_nothing_known_is_said_and_not_read(tmp_path: Path) -> None:
    path = exports.xlsx(
        tmp_path / "a.xlsx", {"Sheet1": [HEAD, *ROWS], "Sheet2": [["甲", "乙", "姓名"], ["1", "2", "3"]]}
    )
    result = check(path)
    assert [f.sheet for f in of(result, "078")] == ["Sheet2"]
    with pytest.raises(UnusableInput, match="FP-INTAKE-003"):
        check(book(tmp_path, [["甲", "乙", "姓名"], ["1", "2", "3"]], "b.xlsx"))


def test_a_household_export_beside_a_member_export(tmp_path: Path) -> None:
    homes = [
        ["户编号", "户主姓名", "家庭人口数", "是否脱贫户", "家庭人均纯收入"],
        ["0417", "王小明", "", "是", "8000"],
        ["0418", "欧阳红", "1", "否", "9000.5"],
    ]
    one = book(tmp_path, [*TITLES, HEAD, *ROWS])
    two = exports.xlsx(tmp_path / "户.xlsx", {"Sheet1": homes})
    for paths in ([one, two], [two, one]):
        loaded = read_batch(paths).load()
        frame = loaded.frames["household"].sort("household_id")
        assert frame.select("household_id", "head_name", "population", "is_ex_poor").rows() == [
            ("0417", "王小明", 3, True),
            ("0418", "欧阳红", 1, False),
        ]
        assert loaded.frames["income_year"].height == 2
        result = check(paths)
        assert (result.counts.rows, result.counts.refused) == (5, 0)
        adds_up(result)


# -- as data ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(shipped()))
def test_shipped_layouts_load_and_say_where_they_come_from(name: str) -> None:
    document = shipped()[name].document
    assert document.profile == name
    assert document.source
    for text in (document.title.text(), document.about.text()):
        assert text.zh
        assert text.en
    for spec in document.sheets.values():
        assert all(isinstance(word, str) for column in spec.columns.values() for word in column.also)


def test_the_national_export_knows_the_47_headings_that_its_checkers_know() -> None:
    spec = shipped()["national_export_2021"].document.sheets["members"]
    fields = {c.field for c in spec.columns.values() if c.field}
    evidenced = {
        f.path
        for t in ("household", "member")
        for f in tables.catalogue().table(t).fields.values()
        if "S2" in f.source.split()
    }
    evidenced = {path for path in evidenced if not path.endswith(".household_id")}
    assert len(evidenced) >= 37
    assert evidenced <= fields


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("rows: member", "rows: membr", "FP-PROFILE-004"),
        ("field: member.name", "field: member.nam", "FP-PROFILE-004"),
        ("field: member.name", "feld: member.name", "FP-DOCUMENT-003"),
        ("field: member.name", "field: member.name, place: county", "FP-PROFILE-006"),
        ("field: member.earnings, unit: 元", "field: member.earnings, unit: 磅", "FP-PROFILE-005"),
    ],
)
def test_a_mistake_refuses_to_load_with_its_place(tmp_path: Path, old: str, new: str, code: str) -> None:
    text = (
        "profile: p\ntitle: {zh: 例, en: x}\nabout: {zh: 例, en: x}\nsource: ours\nverified: local\nsheets:\n  s:\n"
        "    rows: member\n    columns:\n      户编号: {field: household_id}\n      姓名: {field: member.name}\n"
        "      收入: {field: member.earnings, unit: 元}\n"
    )
    path = tmp_path / "p.yaml"
    path.write_text(text, "utf-8")
    load_layout(path)
    path.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(DocumentError, match=code) as caught:
        load_layout(path)
    assert "p.yaml:" in caught.value.place


# -- a whole county --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("county")
    generate(path, 60, 11, county="350526", until=date(2021, 12, 31))
    return path


def test_a_generated_county_as_national_export_is_the_same_county(county: Path, tmp_path: Path) -> None:
    household, member = (pl.read_parquet(county / f"{t}.parquet") for t in ("household", "member"))
    own = [
        f"household.{c}"
        for c in household.columns
        if c not in ("household_id", "valid_from", "valid_to", "known_at", "source")
    ]
    theirs = [
        f"member.{c}"
        for c in member.columns
        if c not in ("household_id", "valid_from", "valid_to", "known_at", "source")
    ]
    rows, above = exports.national(household, member, ["household_id", *own, *theirs])
    path = book(tmp_path, rows)
    truth, loaded = read_batch(county).load(), read_batch(path).load()
    for table, columns in (("household", own), ("member", theirs)):
        names = ["household_id", *(tables.catalogue().field(c).inside for c in columns)]
        keys = [k for k in ("household_id", "person_id") if k in names]
        left, right = (one.frames[table].select(names).sort(keys) for one in (truth, loaded))
        assert left.equals(right)
    result = check(path)
    assert result.counts.rows == member.height
    assert above == 2
    assert not [f for f in result.findings if f.severity == "error" and f.code != "FP-INTAKE-011"]


# -- departments' files, and files over files ------------------------------------------------------------------------

A, B = "11010519491231002X", "440524188001010014"
PEOPLE = [
    ["户编号", "人编号", "姓名", "证件号码", "残疾等级", "是否享受低保"],
    ["1", "01", "甲", A, "", "否"],
    ["1", "02", "乙", B, "", ""],
]


def folder(tmp_path: Path) -> Path:
    path = tmp_path / "county"
    path.mkdir()
    (path / "household.csv").write_text("户编号,户主姓名\n1,甲\n", "utf-8")
    (path / "member.csv").write_text(exports.text(PEOPLE), "utf-8")
    return path


def test_a_department_s_file_finds_its_persons_by_identity_number(tmp_path: Path) -> None:
    rows = [
        ["持证残疾人名册"],
        ["序号", "姓名", "残疾证号", "残疾类别", "残疾等级"],
        ["1", "甲", A.lower() + "43", "肢体", "三级"],
        ["2", "无此人", "130503670401001", "视力", "一级"],
    ]
    source = exports.xls(tmp_path / "残联.xls", {"Sheet1": rows})
    paths = [folder(tmp_path), source]
    frame = read_batch(paths).load().frames["member"].sort("person_id")
    assert frame.select("person_id", "name", "disability_level").rows() == [("01", "甲", "3"), ("02", "乙", None)]
    assert frame["disability_class"].to_list()[1] is None
    result = check(paths)
    assert (result.counts.rows, result.counts.refused) == (5, 1)
    [lost] = of(result, "081")
    assert (lost.row, lost.column, lost.file) == (4, "残疾证号", "残联.xls")
    assert not of(result, "040")
    assert "department_disability" in of(result, "075")[0].message.en
    assert A not in str(result.to_json())
    adds_up(result)


def test_who_is_listed_receives_and_who_is_not_is_left_as_he_was(tmp_path: Path) -> None:
    rows = "姓名,身份证号,低保证号,保障金额\n甲," + A + ",9,440\n"
    (tmp_path / "低保.csv").write_bytes(rows.encode("gb18030"))
    frame = read_batch([folder(tmp_path), tmp_path / "低保.csv"]).load().frames["member"].sort("person_id")
    assert frame["dibao"].to_list() == [True, None]


def test_a_number_that_two_persons_have_finds_neither(tmp_path: Path) -> None:
    path = folder(tmp_path)
    (path / "member.csv").write_text(exports.text([*PEOPLE, ["1", "03", "丙", A, "", ""]]), "utf-8")
    (tmp_path / "医保.csv").write_text(f"姓名,身份证号,险种\n甲,{A},城乡居民医保\n乙,{B},城乡居民医保\n", "utf-8")
    paths = [path, tmp_path / "医保.csv"]
    assert len(of(check(paths), "081")) == 1
    frame = read_batch(paths).load().frames["member"].sort("person_id")
    assert frame["resident_medical"].to_list() == [None, True, None]


def test_a_list_that_says_nothing_of_a_department_is_none_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "名单.csv").write_text(f"姓名,身份证号,性别\n甲,{A},男\n", "utf-8")
    result = check([folder(tmp_path), tmp_path / "名单.csv"])
    assert [f.file for f in of(result, "078")] == ["名单.csv"]


def test_a_workbook_that_shares_households_is_laid_over_and_says_so(tmp_path: Path) -> None:
    over = exports.xlsx(tmp_path / "b.xlsx", {"户基本信息": [["户编号", "户主姓名", "家庭人口数"], ["1", "甲", "2"]]})
    paths = [folder(tmp_path), over]
    assert read_batch(paths).load().frames["household"].select("head_name", "population").rows() == [("甲", 2)]
    [said] = of(check(paths), "080")
    assert (said.file, said.severity) == ("b.xlsx", "info")


def test_one_id_with_two_heads_is_refused_and_never_laid_over(tmp_path: Path) -> None:
    rows = [["户编号", "户主姓名", "家庭人口数"], ["1", "另一人", "2"], ["2", "丁", "1"]]
    paths = [folder(tmp_path), exports.xlsx(tmp_path / "b.xlsx", {"户基本信息": rows})]
    result = check(paths)
    assert {(f.file, f.row) for f in of(result, "042")} == {("household.csv", 2), ("b.xlsx", 2)}
    assert read_batch(paths).load().frames["household"]["household_id"].to_list() == ["2"]
    adds_up(result)


def test_frames_are_read_by_a_layout_too(tmp_path: Path) -> None:
    frame = pl.DataFrame({h: [row[i] for row in ROWS] for i, h in enumerate(HEAD)})
    loaded = read_batch({"export": frame}, profile="national_export_2021").load()
    assert loaded.frames["household"]["population"].to_list() == [3, 1]
    assert loaded.frames["member"].height == 3


def test_more_unknown_columns_than_anybody_could_look_at(tmp_path: Path) -> None:
    head = ["户编号", *(f"列{i}" for i in range(3_000))]
    path = tmp_path / "household.csv"
    path.write_text(",".join(head) + "\n1" + ",x" * 3_000 + "\n", "utf-8")
    assert len(of(check(path), "011")) == 3_000
