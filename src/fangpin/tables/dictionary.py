"""The data dictionary: the page of the docs, in Chinese or English, made from the catalogue.

Reads   the catalogue
Gives   markdown(lang); ``python -m fangpin.tables.dictionary FOLDER`` writes both pages
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from fangpin.tables import hints
from fangpin.tables.catalogue import catalogue
from fangpin.tables.model import CodeList, Field, Table
from fangpin.vocabulary.text import Text

TITLE = Text("数据字典", "Data dictionary")
INTRODUCTION = (
    Text(
        "本页由 `src/fangpin/tables/data/*.yaml` 生成（`make docs`），请勿手改。",
        "This page is generated from `src/fangpin/tables/data/*.yaml` (`make docs`); do not edit it.",
    ),
    Text(
        "共 {tables} 张表、{fields} 个字段（其中我们增加 {ours} 个）、{lists} 个代码表、{codes} 个代码。"
        "文件的标题可用字段代号，也可用中文名或英文名。",
        "{tables} tables with {fields} fields ({ours} of them ours), {lists} code lists with {codes} codes. "
        "A heading in a file may be the field's code or its Chinese or English name.",
    ),
    Text(
        "空白表示未知，不是“否”。代码可填代码本身或名称，多个用 `;` 连接，问过而没有填 `-`；"
        "是/否也可填 true/false 或 1/0。一行只有主键必须填。",
        "A blank is unknown, not no. A code is given as the code or its label, several joined by `;`, and `-` where "
        "none was found; 是/否 may also be true/false or 1/0. Only the key must be filled.",
    ),
    Text(
        "“保鲜期”是一条事实从获知日期（否则生效日期）起算的有效天数，过期仍使用，但会标出并优先询问；— 表示不会过时。"
        "保鲜期均为我们的取值。",
        "Fresh for: days after which a fact is stale, counted from `known_at`, else `valid_from`; a stale fact stays "
        "in use, is flagged, and is asked first. — never stale. These periods are ours.",
    ),
    Text(
        "来源：S1 某县筛查系统的表结构（2023年）；S2 全国导出表的表头与校验；S3、S4 全国导出的校验程序；"
        "seed 为论文（doi:10.15302/J-SSCAE-2021.05.019）；"
        "file id 为所读公开表格的编号；ours 为我们增加或选定；unverified 为凭记忆、待县里核对。",
        "Sources: S1 tables of a county's screening system (2023); S2 headings and checks of a national export; S3, S4 "
        "check scripts for national exports; seed, the paper (doi:10.15302/J-SSCAE-2021.05.019); file id, a "
        "published form that was read; ours, added or chosen by us; unverified, from memory, to be checked by the "
        "county.",
    ),
)
HEADINGS = (
    Text("代号", "code"),
    Text("名称", "name"),
    Text("类型", "type"),
    Text("单位、范围", "unit, range"),
    Text("必填", "required"),
    Text("隐私", "privacy"),
    Text("保鲜期（天）", "fresh for (days)"),
    Text("来源", "source"),
    Text("说明", "note"),
)
REQUIRED = {
    "Y": Text("应填", "yes"),
    "C": Text("条件", "condition"),
    "D": Text("计算", "computed"),
    "N": Text("", ""),
}
ONE_ROW = Text("一行：{per}。主键：{key}。", "A row: {per}. Key: {key}.")
NO_KEY = Text("`household_id`（不要求唯一）", "`household_id` (need not be unique)")
QUESTIONS = Text("入户时怎么问", "How it is asked at a visit")
VERSIONS = Text("每张表都可有的列", "Columns that every table accepts")
LISTS = Text("代码表", "Code lists")
ROSTER = Text("成员行不齐时", "Where rows of members are missing")
ALIAS = Text("规则里写 `{alias}`", "`{alias}` in rules")
ALSO = Text("也认", "also read")
_SEED = re.compile(r"seed 表2 (?:第(\d+)项|否决指标)")


def markdown(lang: str) -> str:
    """The page in ``zh`` or ``en``: every table with its fields and questions, then every code list."""
    return "\n".join(_page(lang)).rstrip() + "\n"


def main(arguments: Sequence[str]) -> int:
    """Writes data-dictionary.zh.md and data-dictionary.en.md into a folder; 0 when done."""
    if len(arguments) != 1:
        sys.stderr.write("python -m fangpin.tables.dictionary FOLDER\n")
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for lang in ("zh", "en"):
        (folder / f"data-dictionary.{lang}.md").write_text(markdown(lang), encoding="utf-8", newline="\n")
    return 0


def _page(lang: str) -> Iterator[str]:
    cat = catalogue()
    fields = [field for table in cat.tables.values() for field in table.fields.values()]
    counts = {
        "tables": len(cat.tables),
        "fields": len(fields),
        "ours": sum(field.ours for field in fields),
        "lists": len(cat.codelists),
        "codes": sum(len(codelist.items) for codelist in cat.codelists.values()),
    }
    yield f"# {TITLE(lang)}"
    for paragraph in INTRODUCTION:
        yield ""
        yield paragraph.format(**counts)(lang)
    for table in cat.tables.values():
        yield from _table(table, lang)
    yield from ("", f"## {VERSIONS(lang)}", "")
    yield from _fields(next(iter(cat.tables.values())).version_fields.values(), lang)
    yield from ("", f"## {LISTS(lang)}")
    for codelist in cat.codelists.values():
        yield from _codelist(codelist, lang)


def _table(table: Table, lang: str) -> Iterator[str]:
    key = "、".join(f"`{name}`" for name in table.key) if lang == "zh" else ", ".join(f"`{name}`" for name in table.key)
    yield from ("", f"## `{table.name}` {_both(table.label, lang)}", "")
    yield ONE_ROW.format(per=hints.PER[table.per], key=key or NO_KEY)(lang)
    yield ""
    yield from _fields(table.fields.values(), lang)
    asked = [(field.name, field.label, field.ask) for field in table.fields.values() if field.ask is not None]
    if asked:
        yield from ("", f"**{QUESTIONS(lang)}**", "")
        yield from (f"- `{name}` {label(lang)}: {ask(lang)}" for name, label, ask in asked)
    if table.name == "household":
        cat = catalogue()
        yield f"- `household.roster` {cat.roster_label(lang)} ({ROSTER(lang)}): {cat.roster_ask(lang)}"


def _fields(fields: Iterable[Field], lang: str) -> Iterator[str]:
    yield _row(heading(lang) for heading in HEADINGS)
    yield _row("---" for _ in HEADINGS)
    for field in fields:
        yield _row(_cells(field, lang))


def _cells(field: Field, lang: str) -> Iterator[str]:
    yield f"`{field.name}`"
    yield _both(field.label, lang)
    link = f" [{field.codes}](#{field.codes})" if field.codes else ""
    yield hints.KINDS[field.kind](lang) + link
    unit = hints.UNITS[field.unit](lang) if field.unit else ""
    yield " ".join(part for part in (unit, hints.limits(field)) if part)
    yield REQUIRED[field.required](lang)
    yield hints.PRIVACY[field.privacy](lang)
    yield "—" if field.fresh_days is None else str(field.fresh_days)
    yield _source(field.source, lang)
    notes = [ALIAS.format(alias=field.alias)(lang)] if field.alias else []
    yield ("；" if lang == "zh" else "; ").join(notes + ([field.note(lang)] if field.note else []))


def _codelist(codelist: CodeList, lang: str) -> Iterator[str]:
    title = f"{codelist.label(lang)} ({_source(codelist.source, lang)})"
    yield from ("", f'### <a id="{codelist.name}"></a>`{codelist.name}` {title}', "")
    yield _row((HEADINGS[0](lang), "中文", "English", ALSO(lang)))
    yield _row(("---",) * 4)
    for code, label in codelist.items.items():
        yield _row((f"`{code}`", label.zh, label.en, ", ".join(codelist.also.get(code, ()))))


def _both(label: Text, lang: str) -> str:
    """The name in the page's language; the English page adds the Chinese, which is the heading in files."""
    return label.zh if lang == "zh" else f"{label.en} ({label.zh})"


def _source(source: str, lang: str) -> str:
    if lang == "zh":
        return source
    return _SEED.sub(lambda m: f"seed Table 2 item {m[1]}" if m[1] else "seed Table 2 veto", source)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
