"""Values as typed, through whole files: units of headings, words of fields, what each finding says."""

from __future__ import annotations

import zipfile
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fangpin import tables
from fangpin.intake import check, dates, figures, read_batch, spellings
from fangpin.intake.columns import read_column
from fangpin.intake.quick import quick
from fangpin.intake.units import declared
from fangpin.intake.workbook import epoch_of
from fangpin.vocabulary.errors import DocumentError
from fangpin.vocabulary.findings import Finding
from helpers import trials

HOUSEHOLDS = pl.DataFrame({"household_id": ["h1", "h2"], "population": [3, 2]})


def read(table: str, **columns: list[str]) -> tuple[pl.DataFrame, list[Finding]]:
    """The rows of one table beside two households, and what was found in its cells."""
    frame = pl.DataFrame({"household_id": ["h1", "h2"], **columns})
    loaded = read_batch({"household": HOUSEHOLDS, table: frame}).load()
    return loaded.frames[table], [f for f in loaded.findings if f.field.startswith(f"{table}.")]


def test_a_unit_is_applied_where_the_heading_declares_it() -> None:
    rows, found = read("income_year", year=["2020"] * 2, **{"工资性收入合计（万元）": ["3.5", "0.1万元"]})
    assert rows["a"].to_list() == [35_000_000_000, 1_000_000_000]
    assert [f.code for f in found] == []
    frame = pl.DataFrame({"household_id": ["h1"], "工资性收入合计（万元）": ["3.5"]})
    (said,) = [f for f in check({"household": HOUSEHOLDS, "income_year": frame}).findings if f.code.endswith("110")]
    assert (said.severity, said.column) == ("info", "工资性收入合计（万元）")
    assert "10000" in said.message.zh


def test_a_unit_that_nobody_declared_is_not_applied() -> None:
    rows, found = read("income_year", year=["2020"] * 2, a=["3.5万元", "3000"])
    assert rows["a"].to_list() == [None, 3_000_000_000]
    (said,) = found
    assert (said.code, said.severity, said.read, said.row) == ("FP-INTAKE-108", "error", "3.5万元", 2)
    assert "3.5" in said.remedy.zh


def test_a_unit_that_is_none_of_the_field_leaves_the_column_blank() -> None:
    rows, found = read("living", **{"耕地面积（公斤）": ["3", ""]})
    assert rows["farmland"].to_list() == [None, None]
    assert [f.code for f in found] == ["FP-INTAKE-111"]


def test_monthly_pay_under_a_heading_in_yuan_is_per_month() -> None:
    frame = pl.DataFrame({"household_id": ["h1"], "person_id": ["1"], "务工月收入（元）": ["3000"]})
    rows = read_batch({"household": HOUSEHOLDS, "member": frame}).load().frames["member"]
    assert rows["work_monthly_income"].to_list() == [3_000_000_000]


@pytest.mark.parametrize(
    ("heading", "unit"),
    [
        ("工资性收入(万元)", "万元"),
        ("耕地面积（单位：亩）", "亩"),
        ("住房面积【㎡】", "㎡"),
        ("行政区划代码（村）", None),
        ("出生日期", None),
    ],
)
def test_units_of_headings(heading: str, unit: str | None) -> None:
    assert declared(heading) == unit


@pytest.mark.parametrize(
    ("table", "column", "text", "said"),
    [
        ("household", "risk_removed_on", "2023.2.30", ("2023 年 2 月只到 28 日", "2023-02 ends on day 28")),
        ("household", "risk_removed_on", "23.5.1", ("1923-05-01 或 2023-05-01", "1923-05-01 or 2023-05-01")),
        ("household", "risk_removed_on", "30/06/2021", ("可能是 2021-06-30", "it could be 2021-06-30")),
        ("household", "household_type", "稳定脱贫户", ("TPH 脱贫户、TPH_X", "TPH formerly poor household, TPH_X")),
        ("household", "household_type", "一般农产", ("是否是 YBH 一般农户", "is it YBH ordinary household")),
        ("living", "farmland", "3.5亩", ("写 3.5", "write 3.5")),
        ("living", "farmland", "1 000", ("是否是 1000", "is it 1000")),
    ],
)
def test_a_finding_says_what_would_be_right(table: str, column: str, text: str, said: tuple[str, str]) -> None:
    frame = pl.DataFrame({"household_id": ["h1"], column: [text]})
    frames = {"household": frame} if table == "household" else {"household": HOUSEHOLDS, table: frame}
    (found,) = [f for f in read_batch(frames).load().findings if f.field == f"{table}.{column}"]
    assert found.severity == "error"
    assert said[0] in found.remedy.zh
    assert said[1] in found.remedy.en


def test_a_day_number_is_read_and_said() -> None:
    frame = pl.DataFrame({"household_id": ["h1", "h2"], "risk_removed_on": [45047.0, None]})
    loaded = read_batch({"household": frame}).load()
    assert loaded.frames["household"]["risk_removed_on"].to_list() == [date(2023, 5, 1), None]
    (found,) = [f for f in loaded.findings if f.code == "FP-INTAKE-105"]
    assert found.severity == "warning"
    assert "2023-05-01" in found.message.zh


def test_october_that_lost_its_zero_is_not_read_as_january() -> None:
    field = tables.catalogue().field("household.monitored_on")
    values, troubles = read_column(pl.Series("x", [2023.1, 2023.11]), field)
    assert values.to_list() == [None, date(2023, 11, 1)]
    assert [t.code for t in troubles] == [dates.UNSURE_DATE]


@pytest.mark.parametrize(("text", "epoch"), [('<workbookPr date1904="1"/>', 1904), ("<workbookPr/>", 1900)])
def test_a_workbook_says_its_system_of_day_numbers(tmp_path: Path, text: str, epoch: int) -> None:
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", f"<workbook>{text}</workbook>")
    assert epoch_of(tmp_path / "book.xlsx") == epoch
    assert dates.by_serial("43585", 1904) == dates.by_serial("45047", 1900) == date(2023, 5, 1)


def test_words_for_nothing_in_columns_of_text() -> None:
    frame = pl.DataFrame({"household_id": ["h1", "h2"], "person_id": ["1", "1"], "employer": ["无", "不详"]})
    frame = frame.with_columns(school_name=pl.Series(["/", "德化一中"]))
    loaded = read_batch({"household": HOUSEHOLDS, "member": frame}).load()
    assert loaded.frames["member"]["employer"].to_list() == [None, None]
    assert loaded.frames["member"]["school_name"].to_list() == [None, "德化一中"]
    assert loaded.by_table["member"].accepted_with_findings == 0, "of a text nothing is lost"


# -- properties ------------------------------------------------------------------------------------------------------

FORMATS = (
    "{0:%Y}.{0.month}.{0.day}",
    "{0:%Y}-{0.month}-{0.day}",
    "{0:%Y/%m/%d}",
    "{0:%Y%m%d}",
    "{0:%Y}年{0.month}月{0.day}日",
    "{0:%Y} 年 {0.month} 月 {0.day} 日",
    "{0:%Y-%m-%d} 08:30:00",
    "{0:%Y-%m-%d}T00:00:00",
)


@settings(max_examples=trials(500), deadline=None)
@given(day=st.dates(date(1800, 1, 1), date(2199, 12, 31)), form=st.sampled_from(FORMATS), wide=st.booleans())
def test_a_date_is_read_as_it_was_written(day: date, form: str, wide: bool) -> None:
    text = form.format(day)
    if wide:
        text = "".join(chr(ord(c) + 0xFEE0) if c in "0123456789./" else c for c in text)
    assert dates.day(text) == (day, None)
    assert dates.month(text) == (day, None)


@settings(max_examples=trials(300), deadline=None)
@given(day=st.dates(dates.by_serial("10000"), dates.by_serial("73050")), epoch=st.sampled_from([1900, 1904]))  # type: ignore[arg-type]
def test_a_day_number_is_its_day(day: date, epoch: int) -> None:
    number = (day - dates.EPOCHS[epoch]).days
    if number >= 10_000:
        assert dates.day(str(number), epoch) == (day, dates.SERIAL)


@settings(max_examples=trials(500), deadline=None)
@given(value=st.decimals(-(10**9), 10**9, places=2), form=st.sampled_from(["{}", "{:,}", " {} ", "{}元", "{}万元"]))
def test_a_figure_is_read_as_it_was_written(value: Decimal, form: str) -> None:
    text = form.format(value)
    unit = "万元" if "万" in text else "元" if "元" in text else None
    times = Fraction(10_000) if unit == "万元" else Fraction(1)
    number, code = figures.figure(text, unit, times)
    assert (number, code) == (value * times.numerator, None)
    assert figures.figure(text)[0] == (value if unit is None else None)


@settings(max_examples=trials(500), deadline=None)
@given(
    text=st.text(alphabet="0123456789.,-+万元约年月日/ 一二十百千零〇无不详√×；;、'=E" + "\u3000\ufeff", max_size=14)
    | st.text()
)
def test_no_text_raises(text: str) -> None:
    for table in tables.catalogue().tables.values():
        for field in table.columns.values():
            values, _ = read_column(pl.Series("x", [text]), field)
            assert len(values) == 1
        if not text.isascii():
            break


@settings(max_examples=trials(200), deadline=None)
@given(data=st.data())
def test_the_quick_way_reads_what_the_slow_way_reads(data: st.DataObject) -> None:
    """Typed columns: whatever `quick` gives, reading cell by cell gives too, without a finding."""
    every = [f for t in tables.catalogue().tables.values() for f in t.fields.values()]
    field = data.draw(st.sampled_from(every))
    column = data.draw(
        st.lists(st.none() | st.integers(-5, 2_000_000_000)).map(lambda v: pl.Series(v, dtype=pl.Int64))
        | st.lists(st.none() | st.floats()).map(lambda v: pl.Series(v, dtype=pl.Float64))
        | st.lists(st.none() | st.dates()).map(lambda v: pl.Series(v, dtype=pl.Date))
        | st.lists(st.none() | st.booleans()).map(lambda v: pl.Series(v, dtype=pl.Boolean))
        | st.lists(st.none() | st.sampled_from(["01", "1", "A", "无", "/", "N/A", "甲", " 乙", "TPH", "-"])).map(
            lambda v: pl.Series(v, dtype=pl.String)
        )
    )
    fast = quick(pl.DataFrame({"c": column}), [(field, "c")])
    if field.name in fast:
        slow, troubles = read_column(column, field)
        assert fast[field.name].to_list() == slow.to_list()
        assert troubles == []


# -- the words themselves --------------------------------------------------------------------------------------------


def test_words_of_a_field_that_does_not_exist_refuse_to_load(tmp_path: Path) -> None:
    text = spellings.DATA.read_text("utf-8").replace(
        "  living.durables: {none: empty}", "  living.durable: {none: empty}"
    )
    path = tmp_path / "spellings.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(DocumentError) as caught:
        spellings.read(path)
    assert caught.value.place.startswith("spellings.yaml:")
    path.write_text(text.replace("living.durable: {none: empty}", "living.durables: {none: zero}"), "utf-8")
    with pytest.raises(DocumentError):
        spellings.read(path)
    path.write_text(text.replace("living.durable:", "living.durables:").replace('["TPH"]', '["TPX"]'), "utf-8")
    with pytest.raises(DocumentError):
        spellings.read(path)


def test_no_word_is_both_yes_and_no_or_unknown() -> None:
    for table in tables.catalogue().tables.values():
        for field in table.columns.values():
            words = spellings.words_of(field.path)
            assert not words.yes & words.no
            assert not (words.yes | words.no) & words.unknown
            assert not words.none & words.unknown
