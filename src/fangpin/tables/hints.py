"""What a field asks of the person who fills it in, said in Chinese and English.

Reads   the catalogue
Gives   comment, prompt, error, answers for one field; the general help of the workbook
"""

from __future__ import annotations

import unicodedata

from fangpin.tables.catalogue import catalogue
from fangpin.tables.model import Field
from fangpin.vocabulary.text import Text

TITLE = Text("防贫监测信息采集表", "Input workbook for fangpin")
SAMPLE = Text("标题", "heading")
GUIDE = (
    Text(
        "每张表第一行是标题，请不要改动；从第二行起填写。不用的表、不用的列可以空着或删去。",
        "Row 1 of each sheet holds the headings: leave them as they are and fill in from row 2. "
        "Sheets and columns that are not needed may stay empty or be removed.",
    ),
    Text(
        "只有编号必须填：每张表的“户编号”，家庭成员表还有“人编号”。",
        "Only the ids must be there: the household id on every sheet, and the person id on the sheet of members.",
    ),
    Text(
        "不知道就空着：空白表示“不知道”，不会当作“否”或0。确实没有收入或支出，请填0。",
        'Leave blank what is not known: a blank means "unknown", never "no" or 0. '
        "Where there truly is no income or cost, enter 0.",
    ),
    Text(
        "有下拉的从下拉中选；可多选的用分号（;）隔开；问过而一样都没有，填“-”。",
        'Choose from the drop-down where there is one; join several by a semicolon (;); asked and none at all is "-".',
    ),
    Text(
        "日期写成 2021-06-30；标为“年月”的可写 202106。金额以元为单位，可带小数。",
        "Dates are written 2021-06-30; where a month will do, 202106. Money is in yuan and may have decimals.",
    ),
    Text(
        "编号、证件号码、电话等列已设为文本，请不要改成数字，否则末几位会丢失。",
        "Ids, identity numbers and telephones are set as text: do not turn them into numbers, "
        "or the last digits are lost.",
    ),
    Text(
        "最后四列可不填：生效日期、失效日期（不含当天）、获知日期、来源。没有日期的表看作当前情况。",
        "The last four columns may stay empty: valid from, valid to (exclusive), known at, source. "
        "A sheet without dates is taken as it stands.",
    ),
    Text(
        "填好后运行：fangpin check 文件名.xlsx，逐行检查。把鼠标放在标题上可看填写提示。",
        "When done, run: fangpin check FILE.xlsx, which judges every row. Point at a heading to see its hint.",
    ),
)
MARKED = Text(
    "黄色格子是要问、要填的；其他格子不用再问。",
    "The yellow cells are to be asked and filled in; the others need no asking.",
)
LEGEND = {
    "key": Text("编号，必须填", "ids, must be filled"),
    "Y": Text("应填；不知道可空", "expected; blank if not known"),
    "C": Text("符合条件时填", "expected under a condition"),
    "N": Text("选填或可计算", "optional, or computed"),
    "ours": Text("为指标判断增加的项", "added for the indicators"),
}
CONTENTS = (Text("表", "sheet"), Text("代号", "code"), Text("一行是什么", "what a row is"), Text("英文", "in English"))
QUESTIONS = (
    Text("字段", "field"),
    Text("代号", "code"),
    Text("怎么问", "question"),
    Text("英文", "in English"),
    Text("可以怎么答", "answers"),
)
PER = {
    "household": Text("每户一行", "one row for each household"),
    "member": Text("每人一行", "one row for each person"),
    "many": Text("每户可有多行", "a household may have several rows"),
}
REQUIRED = {
    "Y": Text("应填", "expected"),
    "C": Text("条件项", "on a condition"),
    "D": Text("可计算", "computed"),
    "N": Text("选填", "optional"),
}
UNITS = {
    "person": Text("人", "persons"),
    "month": Text("月", "months"),
    "year": Text("岁", "years"),
    "day": Text("天", "days"),
    "count": Text("次", "times"),
    "minute": Text("分钟", "minutes"),
    "yuan": Text("元", "yuan"),
    "yuan/month": Text("元/月", "yuan a month"),
    "mu": Text("亩", "mu (1/15 hectare)"),
    "km": Text("公里", "kilometres"),
    "m2": Text("平方米", "square metres"),
    "cm": Text("厘米", "centimetres"),
    "kg": Text("公斤", "kilograms"),
    "litre": Text("升", "litres"),
    "pct": Text("%", "per cent"),
}
KINDS = {
    "str": Text("文字", "text"),
    "id": Text("编号（文本）", "id (as text)"),
    "region": Text("行政区划代码（文本）", "region code (as text)"),
    "file": Text("文件", "file"),
    "code": Text("单选", "one of a list"),
    "codes": Text("多选，用分号隔开", "several of a list, joined by semicolons"),
    "bool": Text("是/否", "yes or no"),
    "int": Text("整数", "whole number"),
    "num": Text("数字", "number"),
    "money": Text("金额", "money"),
    "date": Text("日期，如 2021-06-30", "date, as 2021-06-30"),
    "month": Text("年月，如 202106", "month, as 202106, or a date"),
}
PRIVACY = {
    "direct": Text("直接标识", "names a person"),
    "sensitive": Text("敏感", "sensitive"),
    "plain": Text("一般", "plain"),
}
_SHOWN_CODES = 12


def width(text: str) -> int:
    """The width of a text in halves of a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def number(value: float) -> str:
    """A limit without needless decimals."""
    return f"{value:g}"


def limits(field: Field) -> str:
    """The range of a field, such as ``0–12``; empty where there is none."""
    if field.minimum is None and field.maximum is None:
        return ""
    if field.maximum is None:
        return f"≥ {number(field.minimum or 0)}"
    return f"≤ {number(field.maximum)}" if field.minimum is None else f"{number(field.minimum)}–{number(field.maximum)}"


def answers(field: Field) -> Text:
    """What may be answered: the labels of its list, 是 or 否, or its kind with unit and range."""
    if field.codes:
        labels = list(catalogue().codelist(field.codes).items.values())
        shown, more = labels[:_SHOWN_CODES], len(labels) > _SHOWN_CODES
        return Text(
            "、".join(label.zh for label in shown) + (" 等" if more else ""),
            "; ".join(label.en for label in shown) + (" and others" if more else ""),
        )
    kind, unit, range_ = KINDS[field.kind], UNITS[field.unit] if field.unit else None, limits(field)
    return Text(
        kind.zh + (f"（{unit.zh}）" if unit else "") + (f" {range_}" if range_ else ""),
        kind.en + (f" ({unit.en})" if unit else "") + (f", {range_}" if range_ else ""),
    )


def comment(field: Field) -> str:
    """The hint on a heading: what, whether required, what may be answered, how to ask; Chinese, then English."""
    return "\n\n".join("\n".join(_lines(field, lang)) for lang in ("zh", "en"))


def _lines(field: Field, lang: str) -> list[str]:
    zh = lang == "zh"
    kind = KINDS[field.kind](lang)
    lines = [f"{field.label(lang)}（{field.name}）" if zh else f"{field.label.en} ({field.name})"]
    lines.append(f"{REQUIRED[field.required](lang)}{'；' if zh else '; '}{kind}")
    said = answers(field)(lang)
    if said != kind:
        lines.append(f"{'可填：' if zh else 'Answers: '}{said}")
    if field.note is not None:
        lines.append(field.note(lang))
    if field.ask is not None:
        lines.append(f"{'问：' if zh else 'Ask: '}{field.ask(lang)}")
    return lines


def prompt(field: Field) -> str:
    """The message beside a chosen cell: the question, then what may be answered."""
    return "\n".join(part for part in (field.ask.zh if field.ask else "", answers(field).zh) if part)


def error(field: Field) -> str:
    """What to say where a cell does not fit."""
    said = answers(field)
    return f"应为：{said.zh}；不知道请留空。\nExpected: {said.en}; leave blank if not known."
