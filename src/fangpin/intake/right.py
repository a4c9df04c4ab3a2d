"""What would be right in the place of a finding, and who says so.

Reads   the code of a finding and its field
Gives   right → (expected, authority), never empty
Not     what is wrong and what to do (messages)
"""

from __future__ import annotations

from functools import cache

from fangpin import tables
from fangpin.tables import Field, hints
from fangpin.vocabulary.text import Text

_CONVENTION = Text("本系统的读入约定（docs/data.md）", "the input conventions of fangpin (docs/data.md)")
_GB11643 = Text("GB 11643（公民身份号码）", "GB 11643 (citizen identification numbers)")
_DIVISIONS = Text(
    "民政部行政区划代码与国家统计局 12 位统计用区划代码",
    "the codes of the Ministry of Civil Affairs and the 12-digit codes of the National Bureau of Statistics",
)
_ONE_COLUMN = Text("每个字段一列，标题各不相同", "one column for each field, each with a heading of its own")

_FIXED: dict[str, tuple[Text, Text]] = {
    "FP-INTAKE-010": (
        Text("文件或工作表以表的代码或名称命名", "a file or sheet named by a table's code or name"),
        _CONVENTION,
    ),
    "FP-INTAKE-011": (
        Text("标题是字段代码或名称", "a heading that is a field's code or name"),
        Text("数据字典（docs/reference）", "the data dictionary (docs/reference)"),
    ),
    "FP-INTAKE-012": (Text("18 位文本，并通过校验位", "18 characters as text, with the right check digit"), _GB11643),
    "FP-INTAKE-013": (_ONE_COLUMN, _CONVENTION),
    "FP-INTAKE-014": (_ONE_COLUMN, _CONVENTION),
    "FP-INTAKE-026": (Text("大于 0 的整数", "a whole number above 0"), _CONVENTION),
    "FP-INTAKE-028": (Text("0 或正数", "0 or above"), _CONVENTION),
    "FP-INTAKE-029": (Text("名册中的代码", "a code of the register"), _DIVISIONS),
    "FP-INTAKE-097": (Text("代码和地名指同一个地方", "a code and names of one place"), _DIVISIONS),
    "FP-INTAKE-030": (Text("每行的格数与标题相同", "as many cells in each row as there are headings"), _CONVENTION),
    "FP-INTAKE-033": (Text("每行的格数与标题相同", "as many cells in each row as there are headings"), _CONVENTION),
    "FP-INTAKE-031": (Text("失效日期晚于生效日期", "valid_to after valid_from"), _CONVENTION),
    "FP-INTAKE-032": (
        Text(
            "人均收入 =（a+b+c+d−e）÷ 人口，相差不超过 0.01 元", "income per head = (a+b+c+d−e) / persons, within 0.01"
        ),
        Text("信息采集表：人均纯收入的算法", "the collection form: how net income per head is computed"),
    ),
    "FP-INTAKE-040": (Text("每行都有编号", "a number in every row"), _CONVENTION),
    "FP-INTAKE-041": (
        Text("同一键只有一行（或日期不同）", "one row for a key, or rows of different dates"),
        _CONVENTION,
    ),
    "FP-INTAKE-042": (Text("一户一号，一号一户", "one id for a household, one household for an id"), _CONVENTION),
    "FP-INTAKE-043": (
        Text("户编号在农户表里只出现一次", "a household id that stands once among households"),
        _CONVENTION,
    ),
    "FP-INTAKE-044": (Text("农户表里有的户编号", "a household id that stands among households"), _CONVENTION),
    "FP-INTAKE-060": (Text("与证件号码一致的出生日期", "the date of birth that the identity number says"), _GB11643),
}

_CELLS = frozenset(
    f"FP-INTAKE-{number:03}" for number in (20, 21, 22, 23, 24, 25, 27, 100, 102, 103, 104, 106, 107, 108, 109)
)
"""Codes about a cell that does not fit its field: right is what the field takes."""

_COLUMNS = frozenset({"FP-INTAKE-015", "FP-INTAKE-016"})
"""Codes about a column that is not there."""

_SOURCES = {
    "S1": Text("一个县 2023 年排查库的表定义", "the table definitions of a county's screening database of 2023"),
    "S2": Text("全国系统导出表的列名与核查项", "headings and checks of the national export"),
    "S3": Text("已脱贫人口名单导出", "the export of formerly poor persons"),
    "S4": Text("平台核查规则", "the platform's check rules"),
    "ours": Text("本系统", "fangpin"),
    "unverified": Text("来源待核", "source to be verified"),
}


def right(code: str, path: str, remedy: Text) -> tuple[Text, Text]:
    """What would be right, and who says so.

    Args:
        code: The code of the finding.
        path: Its field, ``table.field``; may be empty, or name a table alone.
        remedy: What is to be done, which stands for what would be right where nothing better is known.

    Examples:
        >>> right("FP-INTAKE-024", "member.bedridden", Text("", ""))[0].zh
        '是/否'
    """
    if code in _FIXED:
        return _FIXED[code]
    field = _field(path)
    if field is None:
        return remedy, _CONVENTION
    if code in _COLUMNS:
        said = hints.answers(field)
        column = Text(f"一列“{field.label.zh}”：{said.zh}", f"a column {field.name}: {said.en}")
        return column, authority(path)
    return (hints.answers(field) if code in _CELLS else remedy), authority(path)


@cache
def _field(path: str) -> Field | None:
    try:
        return tables.catalogue().field(path) if "." in path else None
    except LookupError:
        return None


@cache
def authority(path: str) -> Text:
    """Who says what a field takes: the data dictionary, with what its entry rests on, and its code list."""
    field = _field(path)
    if field is None:
        return _CONVENTION
    said = _source(field.source)
    dictionary = Text(f"数据字典 {path}（{said.zh}）", f"data dictionary, {path} ({said.en})")
    if not field.codes:
        return dictionary
    name, listed = field.codes, _source(tables.catalogue().codelist(field.codes).source)
    return Text(f"代码表 {name}（{listed.zh}）；{dictionary.zh}", f"code list {name} ({listed.en}); {dictionary.en}")


def _source(text: str) -> Text:
    """A source as the dictionary notes it, its marks spelled out."""
    words = text.split()
    if not all(word in _SOURCES for word in words):
        return Text(text, text)
    return Text("、".join(_SOURCES[w].zh for w in words), ", ".join(_SOURCES[w].en for w in words))
