"""Reading: every item of bad input is a message with place and remedy; every row is accounted for."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from fangpin import tables
from fangpin.intake import CheckResult, Loaded, check, read_batch
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.findings import Finding

HOUSEHOLD = "household_id,region_code,population,is_ex_poor\nh1,350526100,3,是\nh2,350526100,2,否\n"


def folder(tmp_path: Path, **files: str | bytes) -> Path:
    """A folder with these files; names without an ending are CSV."""
    path = tmp_path / "county"
    path.mkdir()
    for name, text in {"household": HOUSEHOLD, **files}.items():
        data = text.encode() if isinstance(text, str) else text
        (path / (name if "." in name else f"{name}.csv")).write_bytes(data)
    return path


def load(source: object) -> Loaded:
    return read_batch(source).load()  # type: ignore[arg-type]


def of(result: CheckResult | Loaded, code: str) -> list[Finding]:
    return [f for f in result.findings if f.code.endswith(code)]


def refuse(source: object, code: str) -> UnusableInput:
    with pytest.raises(UnusableInput) as caught:
        read_batch(source)  # type: ignore[arg-type]
    assert caught.value.code == f"FP-INTAKE-{code}"
    assert caught.value.remedy is not None
    for lang in ("zh", "en"):
        assert "{" not in caught.value.message(lang)
    return caught.value


def adds_up(result: CheckResult) -> None:
    counts = result.counts
    assert counts.rows == counts.accepted + counts.accepted_with_findings + counts.refused
    assert sum(f.counts.rows for f in result.files) == counts.rows


# -- what ends the command -------------------------------------------------------------------------------------------


def test_no_file(tmp_path: Path) -> None:
    assert "nothing" in refuse(tmp_path / "nothing", "001").place


def test_no_table_of_households(tmp_path: Path) -> None:
    (tmp_path / "member.csv").write_text("household_id,person_id\nh1,1\n")
    refuse(tmp_path, "003")
    refuse({"member": pl.DataFrame({"household_id": ["h"], "person_id": ["1"]})}, "003")
    empty = tmp_path / "empty"
    empty.mkdir()
    refuse(empty, "003")


@pytest.mark.parametrize("name", ["household.doc", "household.pdf", "household.json"])
def test_a_format_that_is_not_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"\xd0\xcf\x11\xe0")
    error = refuse(path, "002")
    assert error.remedy is not None
    assert ".xlsx" in error.remedy.en


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\n\n", b"  \r\n"])
def test_an_empty_file(tmp_path: Path, data: bytes) -> None:
    refuse(folder(tmp_path, household=data), "005")


def test_a_missing_key_column(tmp_path: Path) -> None:
    error = refuse(folder(tmp_path, household="region_code,population\n350526,3\n"), "004")
    assert "household.household_id" in error.message("zh")
    assert "household.csv" in error.place
    (tmp_path / "m").mkdir()
    refuse(folder(tmp_path / "m", member="household_id,name\nh1,王小明\n"), "004")


def test_a_doubled_key_column(tmp_path: Path) -> None:
    error = refuse(folder(tmp_path, household="household_id,户编号\nh1,h1\n"), "007")
    assert "household_id" in error.message("en")
    assert "户编号" in error.message("en")


@pytest.mark.parametrize(
    "name",
    ["household.csv", "household.parquet", "household.csv.gz", "county.xlsx", "county.xls", "county.ods", "a.zip"],
)
def test_a_damaged_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"\x1f\x8b\xff\xff\xfe\x00\x01" if name.endswith("gz") else b"PK\x03\x04\xff\xff" * 9)
    refuse(path, "006")


def test_bytes_in_no_encoding(tmp_path: Path) -> None:
    refuse(folder(tmp_path, household=b"household_id,name\nh1,\xff\xff\xff\n"), "006")


def test_a_table_in_two_places(tmp_path: Path) -> None:
    path = folder(tmp_path)
    pl.DataFrame({"household_id": ["h1"]}).write_parquet(path / "household.parquet")
    refuse(path, "008")


def test_an_unknown_profile(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="FP-INTAKE-009"):
        read_batch(tmp_path, profile="no_such_profile")


# -- files, sheets, columns ------------------------------------------------------------------------------------------


def test_header_only_tables_are_empty_not_wrong(tmp_path: Path) -> None:
    result = check(folder(tmp_path, household="household_id,population\n", member="household_id,person_id"))
    assert result.counts.rows == 0
    assert result.exit_code == 0


def test_unknown_files_and_columns_are_named_with_what_was_meant(tmp_path: Path) -> None:
    path = folder(tmp_path, household="household_id,populaton,x\nh1,3,y\n", members="household_id,person_id\n")
    (path / "members.csv").rename(path / "memberz.csv")
    (path / "notes.docx").write_bytes(b"x")
    (path / "old").mkdir()
    result = check(path)
    assert {f.column for f in of(result, "011")} == {"populaton", "x"}
    assert "population" in next(f for f in of(result, "011") if f.column == "populaton").remedy.en
    assert {f.file for f in of(result, "010")} == {"memberz.csv", "notes.docx"}
    assert "member" in next(f for f in of(result, "010") if f.file == "memberz.csv").remedy.en
    assert [f.file for f in of(result, "018")] == ["old"]
    assert result.exit_code == 0


def test_absent_columns_have_one_finding_each_and_absent_tables_one(tmp_path: Path) -> None:
    result = check(folder(tmp_path, household="household_id\nh1\nh2\n"))
    absent = {f.field: f.severity for f in result.findings if f.code in ("FP-INTAKE-015", "FP-INTAKE-016")}
    fields = tables.catalogue().table("household").fields
    assert set(absent) == {f.path for f in fields.values()} - {"household.household_id"}
    assert absent["household.region_code"] == "warning"
    assert absent["household.address"] == "info"
    assert {f.field for f in of(result, "017")} == set(tables.catalogue().tables) - {"household"}
    assert result.counts.accepted == 2


def test_a_doubled_column_is_taken_if_equal_and_blank_if_not(tmp_path: Path) -> None:
    equal = folder(tmp_path, household="household_id,population,家庭人口数\nh1,3,3\n")
    result = check(equal)
    assert [f.column for f in of(result, "014")] == ["家庭人口数"]
    assert load(equal).frames["household"]["population"].to_list() == [3]
    (equal / "household.csv").write_text("household_id,population,家庭人口数\nh1,3,4\n", "utf-8")
    result = check(equal)
    assert "population" in of(result, "013")[0].message.zh
    assert "家庭人口数" in of(result, "013")[0].message.zh
    assert load(equal).frames["household"]["population"].to_list() == [None]
    assert result.exit_code == 1
    assert result.counts.accepted == 1, "a finding about a column is not one about a row"


# -- cells -----------------------------------------------------------------------------------------------------------

CELLS = [
    ("household", "population", "0", "026"),
    ("household", "population", "-2", "026"),
    ("household", "population", "三四口", "020"),
    ("household", "population", "2.5", "021"),
    ("household", "is_ex_poor", "不详", "100"),
    ("household", "monitored_on", "202113", "022"),
    ("household", "risk_1", "因贫", "023"),
    ("household", "head_id_number", "5.22E+17", "012"),
    ("member", "birth_date", "2021-02-30", "022"),
    ("member", "sex", "3", "023"),
    ("member", "work_months", "13", "025"),
    ("member", "health_status", "1;9", "023"),
    ("member", "age", "131", "025"),
    ("income_year", "net_income_pc", "一万", "020"),
    ("income_year", "a", "1000000001", "027"),
    ("living", "water_fetch_minutes", "远", "020"),
    ("living", "durables", "飞机", "023"),
    ("living", "known_at", "去年", "022"),
]


@pytest.mark.parametrize(("table", "field", "text", "code"), CELLS)
def test_a_bad_cell_is_blank_with_a_finding_and_the_row_stays(
    tmp_path: Path, table: str, field: str, text: str, code: str
) -> None:
    keys = "household_id,person_id" if table == "member" else "household_id"
    values = "h1,1" if table == "member" else "h1"
    path = folder(tmp_path, **{table: f"{keys},{field}\n{values},{text}\n"})
    result = check(path)
    found = of(result, code)
    assert [(f.field, f.row, f.column, f.severity) for f in found] == [(f"{table}.{field}", 2, field, "error")]
    assert found[0].record == ("h1/1" if table == "member" else "h1")
    assert found[0].file == f"{table}.csv"
    for lang in ("zh", "en"):
        assert found[0].message(lang)
        assert found[0].remedy(lang)
        assert "{" not in found[0].message(lang) + found[0].remedy(lang)
    assert load(path).frames[table][field].to_list() == [None]
    assert result.counts.refused == 0
    assert result.counts.accepted_with_findings == 1
    assert result.exit_code == 1
    adds_up(result)


def test_what_was_read_is_masked_where_it_names_a_person(tmp_path: Path) -> None:
    found = of(check(folder(tmp_path, household="household_id,head_id_number\nh1,5.22E+17\n")), "012")
    assert "5.22E+17" not in found[0].read
    assert found[0].read


def test_a_negative_net_income_is_allowed_and_a_negative_item_is_noted(tmp_path: Path) -> None:
    path = folder(tmp_path, income_year="household_id,year,net_income_pc,a\nh1,2020,-500.5,-3\n")
    result = check(path)
    assert [(f.field, f.severity) for f in of(result, "028")] == [("income_year.a", "warning")]
    frame = load(path).frames["income_year"]
    assert frame["net_income_pc"].to_list() == [-500_500_000]
    assert frame["a"].to_list() == [-3_000_000]
    assert result.exit_code == 0


def test_a_region_that_does_not_exist_is_noted_and_stays(tmp_path: Path) -> None:
    path = folder(tmp_path, household="household_id,region_code\nh1,999999\nh2,350526100201\n")
    assert [(f.record, f.read, f.severity) for f in of(check(path), "029")] == [("h1", "999999", "warning")]
    assert load(path).frames["household"]["region_code"].to_list() == ["999999", "350526100201"]


def test_surplus_cells_are_never_dropped_in_silence(tmp_path: Path) -> None:
    path = folder(tmp_path, household="household_id,address,population\nh1,上村,3\nh2,中村,2组,4\nh3,下村,5,,\n")
    result = check(path)
    assert [(f.row, f.record) for f in of(result, "030")] == [(3, "h2")]
    assert result.counts.rows == 3
    adds_up(result)


def test_income_per_head_that_its_items_contradict(tmp_path: Path) -> None:
    rows = "h1,2020,30000,0,0,0,0,{}\n"
    heads = "household_id,year,a,b,c,d,e,net_income_pc\n"
    result = check(folder(tmp_path, income_year=heads + rows.format("10000.02")))
    assert [(f.field, f.record, f.severity) for f in of(result, "032")] == [
        ("income_year.net_income_pc", "h1", "warning")
    ]
    (tmp_path / "county" / "income_year.csv").write_text(heads + rows.format("10000.01"), "utf-8")
    assert not of(check(tmp_path / "county"), "032")


def test_a_date_of_birth_is_offered_never_filled_in(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        member="household_id,person_id,id_number,birth_date\nh1,1,11010519491231002X,\n"
        "h1,2,110105194912310021,\nh1,3,11010519491231002X,1950-01-01\n",
    )
    result = check(path)
    assert [(f.record, f.severity, f.read) for f in of(result, "060")] == [("h1/1", "info", "1949-12-31")]
    assert load(path).frames["member"]["birth_date"].to_list() == [None, None, date(1950, 1, 1)]
    assert result.counts.accepted_with_findings == 0


# -- rows ------------------------------------------------------------------------------------------------------------


def test_two_households_with_one_id_refuse_all_their_rows(tmp_path: Path) -> None:
    result = check(
        folder(
            tmp_path,
            household="household_id,population\nh1,3\nh1,3\nh2,1\n",
            member="household_id,person_id\nh1,1\nh2,1\n",
            living="household_id,internet\nh1,1\n",
        )
    )
    assert [f.row for f in of(result, "042")] == [2, 3]
    assert {(f.field, f.record) for f in of(result, "043")} == {
        ("member.household_id", "h1/1"),
        ("living.household_id", "h1"),
    }
    assert result.counts.refused == 4
    assert result.counts.rows == 6
    adds_up(result)


def test_a_member_without_a_household_is_refused(tmp_path: Path) -> None:
    result = check(folder(tmp_path, member="household_id,person_id\nh1,1\nh9,1\n"))
    assert [(f.record, f.row, f.file) for f in of(result, "044")] == [("h9/1", 3, "member.csv")]
    assert result.exit_code == 1
    adds_up(result)


def test_blank_keys_are_refused_also_where_the_row_has_nothing_else(tmp_path: Path) -> None:
    result = check(
        folder(
            tmp_path,
            household="household_id,population\nh1,3\n,2\n,\n  ,1\n",
            member="household_id,person_id\nh1,\n,1\n",
        )
    )
    assert sorted((f.field, f.row) for f in of(result, "040")) == [
        ("household.household_id", 3),
        ("household.household_id", 4),
        ("household.household_id", 5),
        ("member.household_id", 3),
        ("member.person_id", 2),
    ]
    assert result.counts.refused == 5
    adds_up(result)


def test_a_person_id_may_recur_in_another_household_but_not_in_its_own(tmp_path: Path) -> None:
    path = folder(tmp_path, member="household_id,person_id\nh1,1\nh2,1\nh2,2\nh2,2\n")
    result = check(path)
    assert [f.record for f in of(result, "041")] == ["h2/2", "h2/2"]
    assert load(path).frames["member"].height == 2
    adds_up(result)


def test_versions_are_not_doubles(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        household="household_id,population,valid_from\nh1,3,\nh1,4,2021-01-01\n",
        living="household_id,internet,known_at\nh1,1,2020-01-01\nh1,2,2021-01-01\nh1,3,2021-01-01\n",
    )
    result = check(path)
    assert not of(result, "042")
    assert [f.row for f in of(result, "041")] == [3, 4]
    assert load(path).frames["household"].height == 2
    adds_up(result)


def test_validity_that_ends_before_it_begins_is_noted(tmp_path: Path) -> None:
    result = check(folder(tmp_path, household="household_id,valid_from,valid_to\nh1,2021-01-01,2021-01-01\n"))
    assert [(f.field, f.severity) for f in of(result, "031")] == [("household.valid_to", "warning")]


# -- the same rows in every form -------------------------------------------------------------------------------------

MEMBER = (
    "户编号,人编号,性别,出生日期,健康状况,务工月收入,务工时间（月）,是否卧病在床（失能）\n"
    "h1,1,男,1950-01-02,长期慢性病；残疾,1234.5,5,是\nh1,2,女,1980/3/4,-,,,否\nh2,1,,,,0.01,12,\n"
)


def canonical(loaded: Loaded) -> dict[str, pl.DataFrame]:
    return {name: frame for name, frame in loaded.frames.items() if frame.height}


def same(left: Loaded, right: Loaded) -> None:
    assert canonical(left).keys() == canonical(right).keys()
    for name, frame in canonical(left).items():
        assert frame.equals(right.frames[name]), name
    assert left.counts == right.counts


@pytest.mark.parametrize(
    "encode",
    [
        lambda t: t.encode("utf-8"),
        lambda t: t.encode("utf-8-sig"),
        lambda t: t.encode("gb18030"),
        lambda t: t.encode("utf-16"),
        lambda t: t.replace("\n", "\r\n").encode("gb18030"),
        lambda t: t.replace("\n", "\r").encode(),
        lambda t: t.replace("\n", "\n\n").encode(),
    ],
)
def test_every_encoding_and_line_ending(tmp_path: Path, encode: object) -> None:
    plain = load(folder(tmp_path, member=MEMBER))
    other = tmp_path / "other"
    other.mkdir()
    same(plain, load(folder(other, household=encode(HOUSEHOLD), member=encode(MEMBER))))  # type: ignore[operator]


def test_gzip_folders_and_chinese_file_names(tmp_path: Path) -> None:
    plain = load(folder(tmp_path, member=MEMBER))
    other = tmp_path / "other"
    (other / "member" / "35").mkdir(parents=True)
    (other / "household.CSV.gz").write_bytes(gzip.compress(HOUSEHOLD.encode()))
    lines = MEMBER.splitlines()
    (other / "member" / "35" / "a.csv").write_text("\n".join(lines[:3]), "utf-8")
    (other / "member" / "b.csv").write_text("\n".join([lines[0], lines[3]]), "utf-8")
    same(plain, load(other))
    (other / "household.CSV.gz").rename(other / f"{tables.catalogue().table('household').label.zh}.csv.gz")
    same(plain, load(other))


def _typed(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """A canonical frame as it stands in a Parquet file: outside names, yuan as decimal, codes as strings."""
    fields = {f.inside: f for f in tables.catalogue().table(table).columns.values()}
    columns = []
    for column in frame.get_columns():
        field = fields[column.name]
        if field.kind == "money":
            column = (column.cast(pl.Decimal(24, 6)) / 1_000_000).cast(pl.Decimal(18, 6))
        elif field.kind == "code":
            column = column.cast(pl.String)
        columns.append(column.alias(field.name))
    return pl.DataFrame(columns)


def test_csv_parquet_workbook_and_frames_give_the_same(tmp_path: Path) -> None:
    csv = load(folder(tmp_path, member=MEMBER))
    typed = {name: _typed(frame, name) for name, frame in canonical(csv).items()}
    texts = {
        name: pl.read_csv(tmp_path / "county" / f"{name}.csv", infer_schema=False) for name in ("household", "member")
    }
    for kind, frames in {"typed": typed, "text": texts}.items():
        path = tmp_path / kind
        path.mkdir()
        for name, frame in frames.items():
            frame.write_parquet(path / f"{name}.parquet")
        same(csv, load(path))
        same(csv, load(frames))
        same(csv, load({name: frame.lazy() for name, frame in frames.items()}))
        same(csv, load({name: frame.to_arrow() for name, frame in frames.items()}))
        same(csv, load({name: frame.to_pandas() for name, frame in frames.items()}))
        categorical = {n: f.with_columns(pl.col(pl.String).cast(pl.Categorical)) for n, f in frames.items()}
        same(csv, load(categorical))
    book = tmp_path / "county.xlsx"
    rows = {name: _canonical_rows(frame) for name, frame in canonical(csv).items()}
    tables.template.write(book, [tables.template.SheetSpec(name, rows=found) for name, found in rows.items()])
    same(csv, load(book))


def _canonical_rows(frame: pl.DataFrame) -> list[dict[str, object]]:
    return frame.to_dicts()


def test_the_empty_template_is_read_without_a_word(tmp_path: Path) -> None:
    tables.template.write(tmp_path / "in.xlsx")
    result = check(tmp_path / "in.xlsx")
    assert result.findings == []
    assert result.counts.rows == 0


def test_a_workbook_as_a_person_fills_it_in(tmp_path: Path) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(tmp_path / "by_hand.xlsx")
    sheet = book.add_worksheet("household")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, ["户编号", "家庭人口数", "监测对象识别时间", "是否脱贫户", "联系人签字"])
    sheet.write_row(1, 0, [35052600001, 3.0])
    sheet.write_datetime(1, 2, pd.Timestamp("2021-05-06").to_pydatetime(), day)
    sheet.write_boolean(1, 3, True)
    sheet.write_row(3, 0, ["h2", "许多"])
    book.add_worksheet("随便").write(0, 0, "x")
    book.close()
    result = check(tmp_path / "by_hand.xlsx")
    frame = load(tmp_path / "by_hand.xlsx").frames["household"]
    assert frame.select("household_id", "population", "monitored_on", "is_ex_poor").rows() == [
        ("35052600001", 3, date(2021, 5, 6), True),
        ("h2", None, None, None),
    ]
    assert [(f.sheet, f.row, f.column, f.read) for f in of(result, "020")] == [("household", 4, "家庭人口数", "许多")]
    assert [f.sheet for f in of(result, "010")] == ["随便"]
    assert [f.column for f in of(result, "011")] == ["联系人签字"]
    adds_up(result)


def test_frames_of_mixed_objects(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"household_id": ["h1", 2, 3.0], "population": [3, "4", None], "is_ex_poor": [True, float("nan"), "否"]}
    )
    loaded = load({"household": frame})
    assert loaded.frames["household"].select("household_id", "population", "is_ex_poor").rows() == [
        ("h1", 3, True),
        ("2", 4, None),
        ("3", None, False),
    ]
    doubled = pd.DataFrame([["h1", 1, 1]], columns=["household_id", "population", "population"])
    assert load({"household": doubled}).frames["household"]["population"].to_list() == [1]
    with pytest.raises(UnusableInput):
        load({"household": "household.csv"})


def test_keys_as_numbers_are_text(tmp_path: Path) -> None:
    frame = pa.table({"household_id": pa.array([1, 2], pa.int64())})
    members = pl.DataFrame({"household_id": [1.0, 2.0], "person_id": [1, 2]})
    loaded = load({"household": frame, "member": members})
    assert loaded.frames["member"]["household_id"].to_list() == ["1", "2"]
    assert loaded.counts.refused == 0


# -- the account -----------------------------------------------------------------------------------------------------


def test_json_has_the_promised_shape(tmp_path: Path) -> None:
    result = check(folder(tmp_path, member="household_id,person_id,sex\nh1,1,9\n"))
    document = json.loads(json.dumps(result.to_json("en")))
    assert {"rows", "accepted", "accepted_with_findings", "refused", "findings"} <= set(document)
    found = next(f for f in document["findings"] if f["code"] == "FP-INTAKE-023")
    assert found == {
        "code": "FP-INTAKE-023",
        "severity": "error",
        "field": "member.sex",
        "record": "h1/1",
        "file": "member.csv",
        "sheet": "",
        "row": 2,
        "column": "sex",
        "read": "9",
        "message": found["message"],
        "remedy": found["remedy"],
        "expected": "male; female",
        "authority": found["authority"],
    }
    assert "code list" in found["message"]
