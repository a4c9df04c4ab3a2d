"""fangpin doctor: what is installed, what is missing and how to mend it.

Keeps   a command holds no rule: it reads options, calls the core, and prints
"""

from __future__ import annotations

from itertools import groupby

from fangpin.cli.commands import Debug, Json, Lang
from fangpin.cli.door import DONE, PROBLEMS, answer, guarded, opened
from fangpin.cli.machine import Item, examine
from fangpin.vocabulary.text import Text

GROUPS = {
    "python": Text("Python", "Python"),
    "packages": Text("必需的包", "packages needed"),
    "programs": Text("其他程序", "other programs"),
    "environment": Text("环境变量", "environment"),
    "room": Text("空间与机器", "room and machine"),
    "contents": Text("随附的内容", "what is shipped"),
    "terminal": Text("终端", "terminal"),
}
MARKS = {
    "ok": Text("好", "ok"),
    "note": Text("可选", "optional"),
    "warning": Text("注意", "warning"),
    "missing": Text("缺少", "missing"),
}


@guarded
def doctor(lang: Lang = None, as_json: Json = False, debug: Debug = False) -> int:
    door = opened(lang, as_json, debug)
    items = examine()
    missing = [item for item in items if item.state == "missing"]
    data = {"ok": not missing, "items": [item.to_json(door.lang) for item in items]}
    answer(data if as_json else None, "" if as_json else _text(items, door.lang))
    return PROBLEMS if missing else DONE


def _text(items: tuple[Item, ...], lang: str) -> str:
    lines: list[str] = []
    for group, members in groupby(items, key=lambda item: item.group):
        title = GROUPS.get(group, Text(f"可选组件 {group.partition(' ')[2]}", f"optional {group}"))(lang)
        lines.append(title)
        for item in members:
            mark = MARKS[item.state](lang)
            lines.append(f"  [{mark}] {item.name}  {item.found(lang)}")
            if item.remedy(lang):
                lines.append(f"      {Text('办法', 'remedy')(lang)}  {item.remedy(lang)}")
    missing = sum(item.state == "missing" for item in items)
    warnings = sum(item.state == "warning" for item in items)
    lines.append(
        Text(
            f"缺少 {missing} 项，注意 {warnings} 项" if missing or warnings else "都好",
            f"{missing} missing, {warnings} warnings" if missing or warnings else "all well",
        )(lang)
    )
    lines.append(Text("代码的说明：fangpin code FP-…", "what a code means: fangpin code FP-…")(lang))
    return "\n".join(lines)
