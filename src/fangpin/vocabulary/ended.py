"""What a person is told when reading a file was ended: too long, too much memory, or a crash.

Gives   ended, the error (FP-GUARD-006 to 008); RESAVE, what to do
Not     who ends it, and when (watch)
"""

from __future__ import annotations

from collections.abc import Mapping

from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.limits import variable
from fangpin.vocabulary.text import Text

WHY = {
    "time": Text("读这个文件用的时间超过限度，已停止", "reading the file took longer than the limit and was stopped"),
    "memory": Text("读这个文件用的内存超过限度，已停止", "reading the file took more memory than the limit; stopped"),
    "crash": Text("文件里有读不了的内容，已停止", "the file holds something that cannot be read; stopped"),
}
RESAVE = Text(
    "用表格软件打开，另存为新的 .xlsx 或 .csv 再试；确是大表，改存 .parquet 或分几个文件",
    "open it in a spreadsheet, save it as a new .xlsx or .csv and try again; if the table truly is so large, save it "
    "as .parquet or in several files",
)
_CODES = {"time": "FP-GUARD-006", "memory": "FP-GUARD-007"}
_LIMITS = {"time": ("seconds", "seconds", 1.0), "memory": ("memory", "memory_mb", 1e6)}


def ended(why: str, doing: Mapping[str, float | str]) -> UnusableInput:
    """The error of reading that was ended.

    Args:
        why: ``time``, ``memory`` or ``crash``.
        doing: What was being done, within which limits (`watch.phase`).
    """
    name, setting, unit = _LIMITS.get(why, ("", "", 1.0))
    expected = None
    if name in doing:
        most, raised = f"{float(doing[name]) / unit:,.0f}", variable(setting)
        measure = Text("秒", "seconds") if why == "time" else Text("MB", "MB")
        expected = Text(
            f"不超过 {most} {measure.zh}；可用环境变量 {raised} 提高",
            f"at most {most} {measure.en}; {raised} raises it",
        )
    place = str(doing.get("place", ""))
    return UnusableInput(
        _CODES.get(why, "FP-GUARD-008"), WHY.get(why, WHY["crash"]), place=place, expected=expected, remedy=RESAVE
    )
