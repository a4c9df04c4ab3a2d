"""Damage to cells: dates, numbers, codes, yes and no, blanks.

Gives   KINDS
"""

from __future__ import annotations

from datetime import date
from random import Random

from damage.plan import Breaker, Kind, Work, cell

BORN, SEEN = "member.birth_date", "living.property_checked_on"
PERSONS, PHONE, REGION = "household.population", "household.phone", "household.region_code"
INCOME, WAGES, MONTHS, PAY = (
    "income_year.net_income_pc",
    "income_year.a",
    "member.work_months",
    "member.work_monthly_income",
)
ITEMS = f"{INCOME} " + " ".join(f"income_year.{item}" for item in "abcde")
NAME = "member.name"
RELATION, SCHOOL = "member.relation_to_head", "member.education_level"
UNKNOWN = ("FP-INTAKE-100", "FP-INTAKE-101", "FP-INTAKE-102")
NO_DATE = ("FP-INTAKE-022", "FP-INTAKE-103", "FP-INTAKE-104", "FP-INTAKE-105", *UNKNOWN)
NO_NUMBER = ("FP-INTAKE-020", "FP-INTAKE-107", "FP-INTAKE-108", *UNKNOWN)
NO_CODE, NO_BOOL = ("FP-INTAKE-023", "FP-INTAKE-109", *UNKNOWN), ("FP-INTAKE-024", *UNKNOWN)
TOO_LOW = ("FP-DQ-211",)
NOT_WHOLE = "FP-INTAKE-021"
WIDE = {i: i + 0xFEE0 for i in range(0x30, 0x3A)}


def _form(pattern: str) -> Breaker:
    def breaks(born: str, random: Random) -> str:
        y, m, d = (int(part) for part in born.split("-"))
        return pattern.format(y=y, m=m, d=d, yy=y % 100)

    return breaks


def _serial(born: str, random: Random) -> int:
    return (date.fromisoformat(born) - date(1899, 12, 30)).days


def _american(born: str, random: Random) -> str | None:
    year, month, day = born.split("-")
    return f"{year}-{day}-{month}" if int(day) > 12 else None


def _exchanged(number: str, random: Random) -> str | None:
    whole = number.split(".")[0]
    places = [i for i in range(len(whole) - 1) if whole[i] != whole[i + 1] and (i or whole[1] != "0")]
    if not places:
        return None
    i = random.choice(places)
    return number[:i] + number[i + 1] + number[i] + number[i + 2 :]


def _other(*words: str) -> Breaker:
    def breaks(word: str, random: Random) -> str | None:
        return random.choice([w for w in words if w != word]) if word in words else None

    return breaks


def _ten_thousand(work: Work) -> None:
    """Both figures of income in ten thousands."""
    for row in work.rows("member", lambda r: float(work.get(r, INCOME) or 0) > 0):
        for one in work.home(row.household):
            for path in (INCOME, "income_year.net_income"):
                if work.get(one, path) == "":
                    continue
                work.put(one, path, f"{float(work.get(one, path)) / 10_000:.4f}")
        work.plant(work.home(row.household)[0], INCOME)


def _all_in_ten_thousand(work: Work) -> None:
    """Every figure of a household's incomes in ten thousands."""
    sheet = work.export.sheets["income_year"]
    for row in work.rows("income_year", lambda r: float(work.get(r, INCOME) or 0) > 0):
        for path, value in zip(sheet.fields, list(row.cells), strict=True):
            if path.split(".")[1] not in ("household_id", "year", "stage", "window_from", "window_to") and value:
                work.put(row, path, f"{float(str(value)) / 10_000:.6f}")
        work.plant(row, INCOME)


DATES = [
    cell("date_impossible", "不可能的日期", "an impossible date", BORN, lambda v, r: v[:5] + "02-30", *NO_DATE),
    cell("date_month_13", "月份大于 12", "a thirteenth month", BORN, lambda v, r: v[:5] + "13-01", *NO_DATE),
    cell("date_words", "日期写成文字", "words in place of a date", BORN, lambda v, r: "不详", *NO_DATE),
    cell("date_two_digits", "两位数年份", "a year of two digits", BORN, _form("{yy:02}.{m}.{d}"), *NO_DATE),
    cell("date_month_only", "只写到月", "only year and month", BORN, _form("{y}.{m}"), *NO_DATE, read=False),
    cell(
        "date_american",
        "月日颠倒（不可能的日期）",
        "day and month exchanged, an impossible date",
        BORN,
        _american,
        *NO_DATE,
    ),
    cell("date_range", "写成一段时间", "a span in place of a date", BORN, _form("{y}年-2020年"), *NO_DATE),
    cell("date_dots", "日期用点", "a date with dots", BORN, _form("{y}.{m}.{d}"), *NO_DATE, read=True),
    cell("date_zh", "日期用年月日", "a date in Chinese", BORN, _form("{y}年{m}月{d}日"), *NO_DATE, read=True),
    cell("date_slashes", "日期用斜线", "a date with slashes", BORN, _form("{y}/{m}/{d}"), *NO_DATE, read=True),
    cell("date_plain", "八位数日期", "a date of eight digits", BORN, _form("{y}{m:02}{d:02}"), *NO_DATE, read=True),
    cell(
        "date_time",
        "日期后带时间",
        "a date with a time",
        BORN,
        _form("{y}-{m:02}-{d:02} 00:00:00"),
        *NO_DATE,
        read=True,
    ),
    cell(
        "date_cell",
        "日期格式的单元格",
        "a cell in the format of dates",
        BORN,
        lambda v, r: date.fromisoformat(v),
        *NO_DATE,
        read=True,
    ),
    cell(
        "date_serial",
        "日期变成 Excel 序号（数值）",
        "a date turned into an Excel serial number",
        BORN,
        _serial,
        *NO_DATE,
        read=True,
    ),
    cell(
        "date_serial_text",
        "日期变成 Excel 序号（文本）",
        "a date turned into an Excel serial number, as text",
        BORN,
        lambda v, r: str(_serial(v, r)),
        *NO_DATE,
        read=True,
    ),
    cell(
        "date_full_width",
        "日期用全角数字",
        "a date in full-width digits",
        BORN,
        lambda v, r: v.translate(WIDE),
        *NO_DATE,
        read=True,
    ),
    cell(
        "date_other_day",
        "财产核实日期差几天",
        "the day on which property was checked, some days off",
        SEEN,
        lambda v, r: f"{v[:8]}{(int(v[8:]) + r.randint(1, 20)) % 28 + 1:02}" if v else None,
        shape="template",
        why=("前后几天都可能，没有别的依据", "any of these days is possible, and nothing else tells"),
    ),
]

NUMBERS = [
    cell("number_words", "人口数写成汉字", "persons in words", PERSONS, lambda v, r: "三人左右", *NO_NUMBER),
    cell(
        "number_unit", "数字后带单位", "a figure with its unit", PERSONS, lambda v, r: v + "人", *NO_NUMBER, read=True
    ),
    cell(
        "number_range",
        "写成范围",
        "a range in place of a figure",
        PERSONS,
        lambda v, r: f"{v}-{int(v) + 1}",
        *NO_NUMBER,
    ),
    cell(
        "number_letter",
        "数字 0 写成字母 O",
        "the letter O for a zero",
        INCOME,
        lambda v, r: v.replace("0", "O") if "0" in v else None,
        *NO_NUMBER,
    ),
    cell(
        "number_reference", "公式出错 #REF!", "the error of a formula, #REF!", INCOME, lambda v, r: "#REF!", *NO_NUMBER
    ),
    cell("number_na", "公式出错 #N/A", "the error of a formula, #N/A", INCOME, lambda v, r: "#N/A", *NO_NUMBER),
    cell("number_currency", "金额前带 ¥", "a figure with ¥", INCOME, lambda v, r: "¥" + v, *NO_NUMBER, read=True),
    cell("number_yuan", "金额后带元", "a figure with 元", INCOME, lambda v, r: v + "元", *NO_NUMBER, read=True),
    cell(
        "number_wan",
        "金额写成万元",
        "a figure in 万元, said so",
        INCOME,
        lambda v, r: f"{float(v) / 10_000:.6f}万元",
        *NO_NUMBER,
        read=True,
    ),
    cell(
        "number_decimal_comma",
        "小数点写成逗号",
        "a comma for the decimal point",
        INCOME,
        lambda v, r: v.replace(".", ",") if float(v) > 1000 else None,
        *NO_NUMBER,
    ),
    cell(
        "number_thousands",
        "千分位逗号",
        "thousands signs",
        INCOME,
        lambda v, r: f"{float(v):,.2f}",
        *NO_NUMBER,
        read=True,
    ),
    cell(
        "number_full_width",
        "全角数字",
        "full-width digits",
        PERSONS,
        lambda v, r: v.translate(WIDE),
        *NO_NUMBER,
        read=True,
    ),
    cell(
        "number_point_zero",
        "整数带 .0",
        "a whole number with .0",
        PERSONS,
        lambda v, r: v + ".0",
        *NO_NUMBER,
        read=True,
    ),
    cell(
        "number_cell",
        "数值格式的单元格",
        "a cell in the format of numbers",
        INCOME,
        lambda v, r: float(v),
        *NO_NUMBER,
        read=True,
    ),
    cell("number_fraction", "人口数带小数", "half a person", PERSONS, lambda v, r: v + ".5", NOT_WHOLE),
    cell("persons_zero", "家庭人口数为 0", "no person in the household", PERSONS, lambda v, r: "0", "FP-INTAKE-026"),
    cell("persons_negative", "家庭人口数为负", "persons below zero", PERSONS, lambda v, r: "-" + v, "FP-INTAKE-026"),
    cell("months_13", "务工 13 个月", "thirteen months of work in a year", MONTHS, lambda v, r: "13", "FP-INTAKE-025"),
    cell(
        "money_huge",
        "金额多打了许多位",
        "money with many digits too much",
        INCOME,
        lambda v, r: "99999999999",
        "FP-INTAKE-027",
    ),
    cell(
        "money_negative",
        "收入项为负",
        "an item of income below zero",
        PAY,
        lambda v, r: "-" + v if float(v) > 0 else None,
        "FP-INTAKE-028",
    ),
    cell(
        "items_digits",
        "收入项数字颠倒，与人均数不符",
        "digits of an item exchanged; the figure per head does not fit",
        WAGES,
        _exchanged,
        "FP-INTAKE-032",
        shape="template",
        needs=ITEMS,
        at=INCOME,
    ),
    cell(
        "items_per_head",
        "人均数错位，与各项不符",
        "the figure per head off by a place; the items do not fit",
        INCOME,
        lambda v, r: f"{float(v) * 10:.2f}" if float(v) > 1 else None,
        "FP-INTAKE-032",
        shape="template",
        needs=ITEMS,
    ),
    cell(
        "unit_ten_thousand",
        "人均收入以万元填写，各项以元填写",
        "income per head in 万元, its items in yuan",
        INCOME,
        lambda v, r: f"{float(v) / 10_000:.4f}",
        "FP-INTAKE-032",
        shape="template",
        needs=ITEMS,
    ),
    Kind(
        "unit_both",
        ("户和人均收入都以万元填写（没有各项可对）", "both figures of income in 万元, without items to compare"),
        "national",
        "cell",
        _ten_thousand,
        TOO_LOW,
    ),
    Kind(
        "unit_everywhere",
        ("一户的收入全部以万元填写", "every figure of a household's income in 万元"),
        "template",
        "cell",
        _all_in_ten_thousand,
        TOO_LOW,
    ),
    cell(
        "pay_digits",
        "务工月收入数字颠倒",
        "digits of a monthly wage exchanged",
        PAY,
        _exchanged,
        why=("是可能的工资，表里没有可以对照的数", "a possible wage, and no other figure of the table follows from it"),
    ),
]

CODES = [
    cell(
        "code_unknown",
        "与户主关系不在代码表",
        "a relation outside its list",
        RELATION,
        lambda v, r: "远房表亲",
        *NO_CODE,
    ),
    cell(
        "code_typo",
        "代码名称写错字",
        "a label with a slip",
        "member.labour_skill",
        lambda v, r: v.replace("劳动", "劳劫"),
        *NO_CODE,
    ),
    cell("code_number", "没有的代码", "a code that does not exist", SCHOOL, lambda v, r: "77", *NO_CODE),
    cell("code_two", "单选填了两项", "two answers where one is asked", SCHOOL, lambda v, r: "小学;初中", *NO_CODE),
    cell(
        "code_lost_zero",
        "代码丢了前导零",
        "a code that lost its zero",
        RELATION,
        lambda v, r: "1" if v == "户主" else None,
        *NO_CODE,
        read=True,
    ),
    cell(
        "code_point_zero",
        "代码成了 1.0",
        "a code turned into 1.0",
        "member.sex",
        lambda v, r: {"男": "1.0", "女": "2.0"}[v],
        *NO_CODE,
        read=True,
    ),
    cell(
        "code_spaces",
        "名称前后有空格",
        "a label with blanks around",
        SCHOOL,
        lambda v, r: f"　{v} ",
        *NO_CODE,
        read=True,
    ),
    cell(
        "code_inner_space",
        "名称中间有空格",
        "a label with a blank inside",
        "member.sex",
        lambda v, r: v + " 性",
        *NO_CODE,
        read=True,
    ),
    cell(
        "code_plausible",
        "文化程度填成相邻一级",
        "schooling a grade off",
        SCHOOL,
        lambda v, r: {"小学": "初中", "初中": "小学"}.get(v),
        why=("两种都可能，表里没有毕业证", "both are possible, and no certificate is in the file"),
    ),
    cell(
        "bool_words",
        "是否项写“不清楚”",
        "do not know, where yes or no is asked",
        "member.mandarin",
        lambda v, r: "不清楚",
        *NO_BOOL,
    ),
    cell(
        "bool_both", "是否项写“是/否”", "yes/no, both left standing", "member.mandarin", lambda v, r: "是/否", *NO_BOOL
    ),
    cell("bool_number", "是否项写 2", "a 2 where yes or no is asked", "member.mandarin", lambda v, r: "2", *NO_BOOL),
    cell(
        "bool_yes_no",
        "是否项写 yes、no",
        "yes and no in English",
        "member.mandarin",
        lambda v, r: {"是": "Yes", "否": "no"}[v],
        *NO_BOOL,
        read=True,
    ),
    cell(
        "bool_tick",
        "是否项打 √ 打 ×",
        "ticks and crosses",
        "member.mandarin",
        lambda v, r: {"是": "√", "否": "×"}[v],
        *NO_BOOL,
        read=True,
    ),
    cell(
        "bool_have",
        "是否项写有、无",
        "有 and 无 for yes and no",
        "member.mandarin",
        lambda v, r: {"是": "有", "否": "无"}[v],
        *NO_BOOL,
        read=True,
    ),
    cell(
        "bool_other",
        "会不会普通话填反",
        "whether Mandarin is spoken, the other way round",
        "member.mandarin",
        _other("是", "否"),
        why=("是与否都可能，没有别的依据", "both are possible, and nothing else tells"),
    ),
    cell(
        "region_unknown",
        "行政区划代码不存在",
        "a region code that does not exist",
        REGION,
        lambda v, r: v[:6] + "999999",
        "FP-INTAKE-029",
    ),
    cell(
        "region_short",
        "行政区划代码少一位",
        "a region code short of a digit",
        REGION,
        lambda v, r: v[:11],
        "FP-INTAKE-029",
    ),
    cell(
        "region_scientific",
        "行政区划代码变成科学计数",
        "a region code in scientific notation",
        REGION,
        lambda v, r: f"{v[0]}.{v[1:5]}E+11",
        "FP-INTAKE-029",
        "FP-INTAKE-012",
    ),
    cell(
        "region_old",
        "已撤销县的旧代码",
        "the old code of a county that is no more",
        REGION,
        lambda v, r: "500105" + v[6:],
        "FP-INTAKE-029",
        "FP-INTAKE-095",
        "FP-INTAKE-096",
    ),
    cell(
        "region_other",
        "换成邻村的代码",
        "the code of another village",
        REGION,
        lambda v, r: "350526101201" if v != "350526101201" else None,
        "FP-INTAKE-097",
    ),
    cell(
        "phone_short",
        "电话少一位",
        "a phone number short of a digit",
        PHONE,
        lambda v, r: v[:-1] if len(v) == 11 else None,
        "FP-DQ-013",
    ),
    cell(
        "phone_scientific",
        "电话变成科学计数",
        "a phone number in scientific notation",
        PHONE,
        lambda v, r: f"{v[0]}.{v[1:5]}E+10",
        "FP-INTAKE-012",
    ),
    cell(
        "phone_other",
        "电话错一位",
        "a wrong digit in a phone number",
        PHONE,
        lambda v, r: v[:-1] + str((int(v[-1]) + 3) % 10) if v[-1:].isdigit() else None,
        why=("位数对，只有打一打才知道", "it has the right length; only calling it would tell"),
    ),
]

BLANKS = [
    cell(
        "blank_wu",
        "空白处写“无”（金额）",
        "无 in a blank of money",
        PAY,
        lambda v, r: "无",
        *NO_NUMBER,
        read=True,
        blank=True,
    ),
    cell(
        "blank_dash",
        "空白处写“—”（月数）",
        "— in a blank of months",
        MONTHS,
        lambda v, r: "—",
        *NO_NUMBER,
        read=True,
        blank=True,
    ),
    cell(
        "blank_slash",
        "空白处写“/”（金额）",
        "/ in a blank of money",
        PAY,
        lambda v, r: "/",
        *NO_NUMBER,
        read=True,
        blank=True,
    ),
    cell(
        "blank_zeros", "空白处写空格", "blanks in a blank", PAY, lambda v, r: "   ", *NO_NUMBER, read=True, blank=True
    ),
    cell(
        "blank_required",
        "应填项（与户主关系）留空",
        "a blank where an answer should be (relation to the head)",
        RELATION,
        lambda v, r: "" if v != "户主" else None,
        "FP-DQ-005",
    ),
    cell(
        "blank_optional",
        "已知的劳动技能留空",
        "a known labour skill left blank",
        "member.labour_skill",
        lambda v, r: "",
        why=(
            "空白就是“未知”，合乎规定；判定时列为要问的项",
            "a blank is unknown, which is allowed; where it matters, identification asks for it",
        ),
    ),
    cell(
        "name_spaces",
        "姓名前后有空格",
        "blanks around a name",
        "member.name",
        lambda v, r: f" {v}　",
        "FP-INTAKE-010",
        read=True,
    ),
    cell(
        "name_lost", "姓名生僻字变成问号", "a ? for a character of a name", NAME, lambda v, r: v[:-1] + "?", "FP-DQ-212"
    ),
    cell(
        "name_box",
        "姓名生僻字变成方框",
        "a box for a character of a name",
        NAME,
        lambda v, r: v[:-1] + "□",
        "FP-DQ-212",
    ),
    cell("name_broken", "姓名有乱码 �", "a broken character in a name", NAME, lambda v, r: v[:-1] + "�", "FP-DQ-212"),
    cell("name_hidden", "姓名被星号遮盖", "a name hidden by stars", NAME, lambda v, r: v[0] + "**", "FP-DQ-212"),
    cell("name_digit", "姓名后带数字", "a digit behind a name", NAME, lambda v, r: v + "2", "FP-DQ-213"),
    cell("name_remark", "姓名后带备注", "a remark behind a name", NAME, lambda v, r: v + "（外出）", "FP-DQ-213"),
    cell("name_letter", "姓名夹字母", "a letter in a name", NAME, lambda v, r: v[0] + "X" + v[1:], "FP-DQ-213"),
    cell("name_dot", "姓名间隔号写成 •", "• in place of · in a name", NAME, lambda v, r: v + "•买买提", "FP-DQ-214"),
    cell("name_blank", "姓名中间有空格", "a blank inside a name", NAME, lambda v, r: f"{v[0]}　{v[1:]}", "FP-DQ-215"),
    cell("name_short", "姓名只剩一个字", "one character of a name left", NAME, lambda v, r: v[0], "FP-DQ-216"),
    cell(
        "name_private",
        "姓名里有自造字",
        "a private code point in a name",
        NAME,
        lambda v, r: v[:-1] + "\ue863",
        "FP-DQ-217",
    ),
    cell(
        "name_other",
        "姓名错一字",
        "a wrong character in a name",
        "member.name",
        lambda v, r: v[:-1] + ("芳" if v[-1] != "芳" else "方"),
        why=("任何字都可能是名字", "any character may be part of a name"),
        needs=RELATION,
    ),
]

KINDS = [*DATES, *NUMBERS, *CODES, *BLANKS]
