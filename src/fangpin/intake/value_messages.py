"""Messages about values: words for nothing, dates, figures, codes, identity numbers and names.

Gives   VALUE_SAYINGS, part of `messages.SAYINGS`
Keeps   ``{hint}`` is what would be right in this cell (`hints`), ``{known_here}`` what is known from elsewhere
"""

from __future__ import annotations

from fangpin.intake.saying import Saying
from fangpin.vocabulary.text import Text

VALUE_SAYINGS: dict[str, Saying] = {
    # -- words that stand for nothing -------------------------------------------------------------------------------
    "FP-INTAKE-100": Saying(
        "error",
        Text("写的是“不知道”；按空白（未知）处理", "it says that this is not known; it counts as blank (unknown)"),
        Text("不知道就留空；问到后填写", "leave it blank where unknown, and fill it in once it is known"),
    ),
    "FP-INTAKE-101": Saying(
        "info",
        Text(
            "这一格写的是“没有”或“不知道”；按空白处理",
            "it says that there is nothing to enter, or nothing known; it counts as blank",
        ),
        Text("可以直接留空", "it may be left blank"),
    ),
    "FP-INTAKE-102": Saying(
        "error",
        Text(
            "看不出是“没有”还是“不知道”；按空白（未知）处理，不当作“否”或 0",
            'it could mean "none" or "not known"; it counts as blank (unknown), never as no or 0',
        ),
        Text(
            "确实没有：数字写 0，是否写 否，可多选的写 -；不知道就留空",
            "where there truly is none write 0, no, or - in a list; leave it blank where unknown",
        ),
    ),
    # -- dates ------------------------------------------------------------------------------------------------------
    "FP-INTAKE-103": Saying(
        "error",
        Text(
            "只写了年或年月，没有日；不补编日期，按空白处理",
            "only a year or a month is given; no day is made up, and it counts as blank",
        ),
        Text(
            "写全年月日，如 2021-06-30；不知道就留空",
            "write the whole date, like 2021-06-30; leave it blank where unknown",
        ),
    ),
    "FP-INTAKE-104": Saying(
        "error",
        Text("这个日期有几种读法；按空白处理", "this date can be read in several ways; it counts as blank"),
        Text("写成四位年份、年月日顺序，如 2021-06-30。{hint}", "write it like 2021-06-30, the year in full. {hint}"),
    ),
    "FP-INTAKE-105": Saying(
        "warning",
        Text(
            "表格软件的日期序号，读作 {known_here}",
            "a spreadsheet's day number, read as {known_here}",
        ),
        Text("核对；把这一列设为日期格式", "check it, and format the column as dates"),
    ),
    "FP-INTAKE-106": Saying(
        "warning",
        Text("读作 1 月；如原写 10 月，末尾的 0 已丢失", "read as January; had it been October, its last 0 was lost"),
        Text("写成 202101 或 2021-10", "write it like 202101 or 2021-10"),
    ),
    # -- figures ----------------------------------------------------------------------------------------------------
    "FP-INTAKE-107": Saying(
        "error",
        Text("约数或区间，不是确数；按空白处理", "an approximate figure or a range; it counts as blank"),
        Text(
            "写一个确数，单位 {unit}；不知道就留空", "write one exact figure, in {unit}; leave it blank where unknown"
        ),
    ),
    "FP-INTAKE-108": Saying(
        "error",
        Text(
            "数字后写了单位，而标题没有声明这个单位；不换算，按空白处理",
            "the figure has a unit that the heading does not declare; it was not converted and counts as blank",
        ),
        Text("只写数字，单位 {unit}。{hint}", "write digits only, in {unit}. {hint}"),
    ),
    "FP-INTAKE-110": Saying(
        "info",
        Text(
            "标题声明单位为 {declared}，数字已乘以 {times}，换算成 {unit}",
            "the heading says {declared}: figures were multiplied by {times} to be in {unit}",
        ),
        Text("如不对，改标题里的单位", "if that is wrong, correct the unit in the heading"),
    ),
    "FP-INTAKE-111": Saying(
        "error",
        Text(
            "标题里的单位不能换算成 {unit}；按空白处理",
            "the unit in the heading does not become {unit}; it counts as blank",
        ),
        Text("改标题里的单位，或换成以 {unit} 计的数字", "correct the heading, or give figures in {unit}"),
    ),
    # -- codes ------------------------------------------------------------------------------------------------------
    "FP-INTAKE-109": Saying(
        "error",
        Text(
            "旧代码表的名称，在现行代码表 {list} 中对应不止一项；按空白处理",
            "a label of an earlier list that is several codes of {list} now; it counts as blank",
        ),
        Text("写其中一项。{hint}", "write one of them. {hint}"),
    ),
}
