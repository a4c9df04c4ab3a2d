"""fangpin region: find a region by code, name, address or pinyin, and say what is known of it.

Keeps   a command holds no rule: it reads options, calls the core, and prints
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from fangpin.cli.commands import Debug, Json, Lang
from fangpin.cli.door import DONE, PROBLEMS, answer, guarded, h, opened
from fangpin.reference import history, lists, lookup, naming, regions
from fangpin.reference.history import Fate, Standing
from fangpin.reference.lookup import Found, Match
from fangpin.reference.regions import LEVELS, Change, Level
from fangpin.standards.resolve import read_day
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text

LEVEL_NAMES: dict[Level, Text] = {
    "province": Text("省级", "province"),
    "prefecture": Text("地级", "prefecture"),
    "county": Text("县级", "county"),
    "township": Text("乡级", "township"),
    "village": Text("村级", "village"),
}
FATES: dict[str, Text] = {
    "today": Text("现行代码", "in force today"),
    "recoded": Text("旧代码，今为", "old code, today"),
    "carried": Text("县级代码已改，按末几位推得，请核对", "its county got another code; likely, to be checked"),
    "merged": Text("已并入", "merged into"),
    "split": Text("已拆分或调整，候选", "split or changed, candidates"),
    "ended": Text("已撤销，记录没有写去向，候选", "abolished, no successor on record, candidates"),
}
STATES = {
    "in_force": Text("有效", "in force"),
    "not_yet": Text("尚未设立", "not set up yet"),
    "ended": Text("已停用", "ended"),
}


@guarded
def region(
    text: Annotated[
        str,
        typer.Argument(
            help=h(
                "代码、名称、地址或拼音，如 350526、德化、福建德化龙浔、dehua",
                "a code, name, address or pinyin, such as 350526, 德化, 福建德化龙浔, dehua",
            )
        ),
    ],
    at: Annotated[
        str | None,
        typer.Option("--at", help=h("说明代码在这一天的情况，如 2019-12-31", "what the code was on that day")),
    ] = None,
    level: Annotated[
        str | None,
        typer.Option("--level", help=h("只找这一级：", "only this level: ") + " | ".join(LEVELS)),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help=h("最多列出几个", "how many at most"))] = 10,
    lang: Lang = None,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    door = opened(lang, as_json, debug)
    if not text.strip():
        raise UnusableInput("FP-CLI-010", Text("没有写要找什么", "there is nothing to look for"), place="TEXT")
    if level is not None and level not in LEVELS:
        raise UnusableInput(
            "FP-CLI-011",
            Text("没有这一级", "there is no such level"),
            place="--level",
            read=level,
            expected=Text("、".join(LEVELS), ", ".join(LEVELS)),
        )
    day = read_day(at) if at is not None else None
    found = lookup.search(text, limit, level)
    answer(_json(found, day, door.lang) if as_json else None, "" if as_json else _text(found, day, door.lang))
    return DONE if found.matches else PROBLEMS


# -- JSON ------------------------------------------------------------------------------------------------------------


def _json(found: Found, day: date | None, lang: str) -> dict[str, Any]:
    return {
        "query": found.text,
        "at": day.isoformat() if day else None,
        "found": bool(found.matches),
        "ambiguous": found.ambiguous,
        "total": found.total,
        "matches": [_match(m, day, lang) for m in found.matches],
        "nearest": [_match(m, day, lang) for m in found.nearest],
    }


def _match(match: Match, day: date | None, lang: str) -> dict[str, Any]:
    region, fate = match.region, history.today(match.region.code)
    standing = history.on(region.code, day) if day else None
    return {
        "code": region.code,
        "name": region.name,
        "level": region.level,
        "full_name": regions.full_name(region.code),
        "pinyin": naming.reading(region.name),
        "parents": [{"code": r.code, "name": r.name, "level": r.level} for r in regions.ancestors(region.code)],
        "score": match.score,
        "why": [why(lang) for why in match.why],
        "not_understood": match.rest,
        "marks": [_mark(mark, lang) for mark in lists.marks(region.code)],
        "statistical_only": "statistical" in region.flags,
        "today": _fate(fate),
        "before": [_change(change) for change in history.before(region.code)],
        "on": _standing(standing) if standing else None,
    }


def _mark(mark: lists.Mark, lang: str) -> dict[str, str]:
    return {
        "flag": mark.flag,
        "label": mark.label(lang),
        "value": mark.value,
        "of": mark.of,
        "state": mark.state,
        "note": mark.note(lang),
        "source": mark.source,
    }


def _fate(fate: Fate | None) -> dict[str, Any] | None:
    if fate is None:
        return None
    return {
        "kind": fate.kind,
        "certain": fate.certain,
        "ended_in": fate.year,
        "now": [{"code": r.code, "name": r.name, "full_name": regions.full_name(r.code)} for r in fate.now],
        "steps": [_change(change) for change in fate.steps],
    }


def _standing(standing: Standing) -> dict[str, Any]:
    return {
        "name": standing.name,
        "state": standing.state,
        "since": standing.since,
        "until": standing.until,
        "open_year": standing.open_year,
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "year": change.year,
        "kind": change.kind,
        "old_code": change.old_code,
        "old_name": change.old_name,
        "new_code": change.new_code,
        "new_name": change.new_name,
        "corrected": change.corrected,
    }


# -- text ------------------------------------------------------------------------------------------------------------


def _text(found: Found, day: date | None, lang: str) -> str:
    if not found.matches:
        head = Text("没有找到。", "Nothing was found.")(lang)
        if not found.nearest:
            return head + Text("换一种写法，或写上级地名再试", " Write it another way, or add the place above")(lang)
        return "\n".join([head + Text("相近的有：", " Nearest are:")(lang), *_entries(found.nearest, day, lang)])
    lines = _entries(found.matches, day, lang)
    if found.ambiguous:
        lines.insert(0, Text("有几处都说得通，请自行选定：", "Several places fit; choose between them:")(lang))
    if found.total > len(found.matches):
        more = found.total - len(found.matches)
        lines.append(Text(f"另有 {more} 处，用 --limit 列出", f"{more} more; --limit lists them")(lang))
    return "\n".join(lines)


def _entries(matches: tuple[Match, ...], day: date | None, lang: str) -> list[str]:
    return [line for match in matches for line in _entry(match, day, lang, notes=len(matches) == 1)]


def _entry(match: Match, day: date | None, lang: str, *, notes: bool) -> list[str]:
    """One candidate: a line with code, level and full name, and the rest below it."""
    region, fate = match.region, history.today(match.region.code)
    sep = "；" if lang == "zh" else "; "
    path = regions.full_name(region.code)
    reading = naming.reading(region.name) if lang == "en" else ""
    shown = f"{path} ({reading})" if reading else path
    lines = [f"{region.code:<12}  {LEVEL_NAMES[region.level](lang)}  {shown}  {match.score:.2f}"]
    why = sep.join(reason(lang) for reason in match.why)
    details = [f"{Text('依据', 'why')(lang)}  {why}"]
    if "statistical" in region.flags:
        details.append(
            Text("统计用区划（开发区等），不是民政建制", "known to the statistical office only (a zone)")(lang)
        )
    if fate is not None and fate.kind != "today":
        now = "、".join(f"{r.code} {regions.full_name(r.code)}" for r in fate.now)
        details.append(f"{fate.year}  {FATES[fate.kind](lang)}  {now}")
    if day is not None:
        details.append(_day_line(region.code, day, lang))
    earlier = history.before(region.code)
    if earlier:
        details.append(f"{Text('以前', 'before')(lang)}  " + sep.join(_earlier(change) for change in earlier[:6]))
    marks = lists.marks(region.code)
    if marks:
        details.append(f"{Text('名单', 'lists')(lang)}  " + sep.join(_mark_line(mark, lang, notes) for mark in marks))
    return lines + [f"    {line}" for line in details]


def _day_line(code: str, day: date, lang: str) -> str:
    standing = history.on(code, day)
    if standing is None:
        return f"{day}  " + Text("没有记录", "not on record")(lang)
    named = f"{standing.name}  " if standing.name else ""
    line = f"{day}  {named}{STATES[standing.state](lang)}"
    if standing.open_year:
        line += Text(
            "（这一年有变更，记录只写年份，当日属前属后请核对）",
            " (it changed in that year; the record names years only, so check the day)",
        )(lang)
    return line


def _earlier(change: Change) -> str:
    if not change.old_code and not change.old_name:
        return f"{change.year} {change.kind}"
    moved = f"{change.old_code} " if change.old_code != change.new_code else ""
    return f"{change.year} {change.kind} {moved}{change.old_name}→{change.new_name}"


def _mark_line(mark: lists.Mark, lang: str, notes: bool) -> str:
    value = f" {mark.value}" if mark.value else ""
    said = mark.note(lang) if notes or mark.state == "uncertain" else ""
    note = ("，" if lang == "zh" else ", ") + said if said else ""
    state = lists.STATES[mark.state](lang)
    label = f"{mark.label(lang)}{value}"
    return f"{label}（{state}{note}）" if lang == "zh" else f"{label} ({state}{note})"
