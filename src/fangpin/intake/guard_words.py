"""What the guard says about files that are not as they should be: FP-GUARD codes, as data of messages.

Gives   ABOUT_FILES: severity, message, remedy by code; numbers below 010 end the command
"""

from __future__ import annotations

from fangpin.vocabulary.findings import Severity
from fangpin.vocabulary.text import Text

_RESAVE = Text(
    "用 Excel 或 WPS 打开，“另存为”选 .xlsx（或 .csv UTF-8），再读另存的文件",
    "open it in a spreadsheet, save it as .xlsx (or CSV UTF-8), and read the file that was saved",
)
_RAISE = Text(
    "确是可信的大表，用环境变量 {variable} 提高限度；否则请来源单位重新导出",
    "if it truly is a large table that you trust, raise the limit by {variable}; else have it exported again",
)

ABOUT_FILES: dict[str, tuple[Severity, Text, Text]] = {
    "FP-GUARD-001": (
        "error",
        Text(
            "文件很小，解压后却极大（压缩炸弹的样子）；没有读",
            "the file is small and would unpack to far too much (as a zip bomb does); it was not read",
        ),
        _RAISE,
    ),
    "FP-GUARD-002": (
        "error",
        Text("一张表有 {count} 列，超过 {most} 列", "a table has {count} columns, more than {most}"),
        _RAISE,
    ),
    "FP-GUARD-003": (
        "error",
        Text("文本文件里有一行超过 {most} MB", "a line of the text file is longer than {most} MB"),
        _RAISE,
    ),
    "FP-GUARD-004": (
        "error",
        Text(
            "名称是表格文件，内容其实是{what}",
            "the name is that of a workbook or table, but what stands in it is {what}",
        ),
        _RESAVE,
    ),
    "FP-GUARD-005": (
        "error",
        Text("文件有打开密码，读不了", "the file is protected by a password and cannot be read"),
        Text(
            "用密码打开，在“文件›信息›保护工作簿”里去掉密码，再存一份",
            "open it with its password, remove that under File › Info › Protect Workbook, and save a copy",
        ),
    ),
    "FP-GUARD-009": (
        "error",
        Text(
            "Parquet 文件的尾部写着 {rows} 行、{groups} 个行组，与文件大小不符",
            "the footer of the Parquet file names {rows} rows in {groups} row groups, which its size does not allow",
        ),
        _RAISE,
    ),
    "FP-GUARD-020": (
        "info",
        Text(
            "工作簿里有公式；读的是上次存盘时算出的结果，公式没有运行",
            "the workbook has formulas; their results as last saved were read, and no formula was run",
        ),
        Text("在表格软件里重新计算并存盘，结果才是新的", "recalculate and save it in a spreadsheet"),
    ),
    "FP-GUARD-021": (
        "info",
        Text("工作簿里有宏；没有运行，也不需要", "the workbook has macros; they were not run, nor are they needed"),
        Text("不必处理；要去掉就另存为 .xlsx", "nothing need be done; to be rid of them save it as .xlsx"),
    ),
    "FP-GUARD-022": (
        "info",
        Text(
            "工作簿引用别的文件；没有去读，用的是存盘时的数",
            "the workbook refers to other files; they were not opened, and the figures as saved were used",
        ),
        Text("在表格软件里更新链接或改成数值后存盘", "update the links or turn them into values, and save"),
    ),
    "FP-GUARD-023": (
        "warning",
        Text(
            "有 {count} 个公式没有存下结果，这些格子读成空白",
            "{count} formulas have no saved result: their cells were read as blank",
        ),
        Text("用 Excel 或 WPS 打开，存盘，再读", "open it in a spreadsheet, save it, and read it again"),
    ),
    "FP-GUARD-024": (
        "info",
        Text("这是一个链接，读的是它指向的文件", "this is a link; the file that it leads to was read"),
        Text("如不应读，删去链接", "remove the link if that was not meant"),
    ),
}
