"""The page of a sensitivity analysis: what the result hangs on, and the files beside it.

Reads   a Sensitivity
Gives   sections(found, lang), html(found, lang), write(found, folder, lang): sensitivity.html, variants.csv, edges.csv,
        households.parquet, households.csv
Not     what is varied (standards.variants), how it is worked out (evaluation), the charts (moves_charts)
Keeps   no names of persons; what is generated says so
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from fangpin.evaluation.sensitivity import Sensitivity
from fangpin.identification.verdict import STATUSES
from fangpin.reports import moves_charts as charts
from fangpin.reports import page
from fangpin.reports.blocks import (
    Cell,
    Figure,
    Para,
    Section,
    Table,
    code,
    columns,
    head,
    name,
    number,
    para,
    percent,
    text,
)
from fangpin.reports.figures import place_name
from fangpin.reports.manifest import version
from fangpin.reports.svg import inline
from fangpin.reports.words import TONES, word
from fangpin.vocabulary.text import Text

PAGE, VARIANTS, EDGES, HOUSEHOLDS = "sensitivity.html", "variants.csv", "edges.csv", "households"
MOST_LISTED, MOST_DRAWN = 500, 14
TITLE = Text("结果取决于什么", "What the result hangs on")
STANDING = {
    "always_in": Text("始终符合", "always meets the rule"),
    "depends": Text("取决于变化", "depends"),
    "always_out": Text("始终不符合", "never meets the rule"),
}
KINDS = {
    "reading": Text("条文的另一种读法", "A clause read otherwise"),
    "k": Text("临界个数", "The cutoff k"),
    "left_out": Text("少计一项指标", "One indicator left out"),
    "threshold": Text("门槛上下一步", "A threshold a step up or down"),
}
_COUNTS = {
    "entering": Text("进入", "enter"),
    "leaving": Text("退出", "leave"),
    "visits_caused": Text("新增走访", "visits caused"),
    "visits_saved": Text("省去走访", "visits saved"),
    "moved": Text("共变动", "moved"),
}
_UNITS = {
    "year": Text("岁", "years"),
    "day": Text("天", "days"),
    "month": Text("月", "months"),
    "kind": Text("种", "kinds"),
    "count": Text("次", "times"),
    "minute": Text("分钟", "minutes"),
    "litre": Text("升", "litres"),
}


def html(found: Sensitivity, lang: str = "zh") -> str:
    """The page in both languages, opened in ``lang``."""
    standard = found.standard
    meta = [
        (Text("标准", "standard"), Text(*[f"{standard.id}@{standard.hash[:12]}"] * 2)),
        (Text("截至", "as of"), Text(*[standard.as_of.isoformat()] * 2)),
    ]
    banners = [("due", "generated")] if found.generated else []
    return page.html(TITLE, meta, lambda one: list(sections(found, one)), lang, version(), banners)


def sections(found: Sensitivity, lang: str) -> Iterator[Section]:
    """The sections of the page in one language."""
    yield _answer(found, lang)
    if found.total:
        yield _moves(found, lang)
        yield _near(found, lang)
        yield _who(found, lang)


def _answer(found: Sensitivity, lang: str) -> Section:
    s, r = found.standing, found.standing_by_reading
    lead = Text(
        f"{found.total:,} 户，{found.table.height} 个变化：始终符合 {s['always_in']:,} 户，始终不符合 "
        f"{s['always_out']:,} 户，取决于变化 {s['depends']:,} 户；其中只因条文读法不同就会变的 {r['depends']:,} 户。",
        f"{found.total:,} households under {found.table.height} variants: {s['always_in']:,} always meet the rule, "
        f"{s['always_out']:,} never do, {s['depends']:,} depend; {r['depends']:,} depend on how a clause "
        "is read alone.",
    )
    section = Section("answer", Text("结果", "The answer")(lang)).add(
        Para((text(lead(lang)),), kind="lead"), para(word("rule_result", lang))
    )
    heads = columns(
        Text("站得住吗", "how sure")(lang),
        Text("所有变化", "all variants")(lang),
        Text("比例", "share")(lang),
        Text("只看条文读法", "readings alone")(lang),
        Text("比例", "share")(lang),
        numeric=range(1, 5),
    )
    rows = tuple(
        (head(said(lang)), number(s[k]), percent(s[k], found.total), number(r[k]), percent(r[k], found.total))
        for k, said in STANDING.items()
    )
    return section.add(Table(Text("谁站得住（户）", "Who is sure (households)")(lang), heads, rows, stack=True))


def _moves(found: Sensitivity, lang: str) -> Section:
    section = Section("moves", Text("每个变化使谁变动", "Who moves under each variant")(lang))
    most = found.table.filter(pl.col("gross") > 0).sort("gross", descending=True).head(MOST_DRAWN)
    drawn = [
        (_named(found, v, lang), out, entering)
        for v, out, entering in most.select("variant", "leaving", "entering").iter_rows()
    ]
    if drawn:
        title = Text("进入与退出", "who enters and leaves")(lang)
        heads = columns(
            Text("变化", "variant")(lang), *[_COUNTS[k](lang) for k in ("entering", "leaving")], numeric=(1, 2)
        )
        rows = tuple((head(said), number(entering), number(out)) for said, out, entering in drawn)
        caption = Text(f"变动最大的 {len(drawn)} 个（户）", f"The {len(drawn)} that move most (households)")(lang)
        picture = charts.variants([(_broken(said), out, entering) for said, out, entering in drawn], lang)
        section.add(Figure(inline(picture, title, f"variants-{lang}"), Table(caption, heads, rows)))
    for kind, said in KINDS.items():
        frame = found.table.filter(pl.col("kind") == kind).sort("moved", descending=True)
        if frame.height:
            section.add(_variants(found, frame, said, lang))
    if found.refused:
        listed = "、".join(n for n, _ in found.refused)
        section.add(
            para(
                Text(f"标准不允许，未算：{listed}", f"Not allowed by the standard, not worked out: {listed}")(lang),
                tone="quiet",
            )
        )
    return section


def _variants(found: Sensitivity, frame: pl.DataFrame, said: Text, lang: str) -> Table:
    moving, still = frame.filter(pl.col("moved") > 0), frame.filter(pl.col("moved") == 0)
    heads = columns(said(lang), *[w(lang) for w in _COUNTS.values()], numeric=range(1, 6))
    rows = tuple(
        (
            head(_named(found, r["variant"], lang) + (f" [{r['issue']}]" if r["issue"] else "")),
            *[number(r[k]) for k in _COUNTS],
        )
        for r in moving.iter_rows(named=True)
    )
    between = "；" if lang == "zh" else "; "
    names = between.join(_named(found, v, lang) for v in still["variant"])
    note = Text(f"不影响任何一户：{names}", f"These move nobody: {names}")(lang) if still.height else ""
    return Table(said(lang), heads, rows, note=note, stack=True)


def _named(found: Sensitivity, variant: str, lang: str) -> str:
    chosen = found.variant(variant)
    colon = "：" if lang == "zh" else ": "
    label = chosen.label(lang)
    if chosen.parameter and "." in chosen.parameter and chosen.kind == "threshold":
        label = f"{chosen.parameter.partition('.')[0]} {label}"
    return label if chosen.kind == "left_out" else f"{label}{colon}{chosen.said(lang)}"


def _broken(said: str) -> str:
    """A name in at most two lines of an axis: broken at the colon, else at a space or near the middle."""
    for mark in ("：", ": "):
        before, found, after = said.partition(mark)
        if found and _wide(said) > 28:
            return f"{_cut(before)}{mark.strip()}\n{_cut(after)}"
    if _wide(said) <= 30:
        return said
    spaces = [i for i, c in enumerate(said) if c == " "]
    at = min(spaces, key=lambda i: abs(i - len(said) / 2)) if spaces else len(said) // 2
    return f"{_cut(said[:at])}\n{_cut(said[at:].strip())}"


def _wide(said: str) -> int:
    return sum(2 if ord(c) > 0x2E80 else 1 for c in said)


def _cut(said: str) -> str:
    """As much as fits on a line of an axis."""
    kept = said
    while _wide(kept) > 30:
        kept = kept[:-1]
    return kept if kept == said else kept[:-1].rstrip(" ,，、") + "…"


# -- close to the edges ---------------------------------------------------------------------------------------
def _near(found: Sensitivity, lang: str) -> Section:
    section = Section("near", Text("门槛附近有多少户", "How many stand close to a threshold")(lang))
    section.add(
        para(
            Text(
                "线上下5%，每个门槛上下5%（按整数数的至少上下1）。一户有几个人在附近，只在每个值上算一次；不知道的不算。",
                "Within 5 % of the line, and within 5 % of each threshold (at least one, where whole numbers are "
                "counted). A household counts once for each value; what is not known is not counted.",
            )(lang)
        )
    )
    if found.line.height:
        section.add(_line(found, lang))
    if found.near.height:
        section.add(_edges(found, lang))
    return section


def _line(found: Sensitivity, lang: str) -> Figure:
    before = [0, *found.line["below"].to_list()[:-1]]
    heads = columns(
        Text("线", "line")(lang),
        Text("元", "yuan")(lang),
        Text("收入低于它", "income below it")(lang),
        Text("这1%之内", "within this 1 %")(lang),
        STATUSES["low_income"](lang),
        STATUSES["needs_visit"](lang),
        numeric=range(1, 6),
    )
    rows = tuple(
        (
            head(f"{r['step']:+d}%" if r["step"] else Text("现在", "now")(lang)),
            Cell(f"{r['line'] / 1e6:,.2f}", "number"),
            number(r["below"]),
            number(r["below"] - b) if i else text("—"),
            number(r["low_income"]),
            number(r["needs_visit"]),
        )
        for i, (r, b) in enumerate(zip(found.line.iter_rows(named=True), before, strict=True))
    )
    table = Table(Text("两条线同时移动（户）", "Both lines moved together (households)")(lang), heads, rows, stack=True)
    svg = inline(charts.line(found.line, lang), Text("线与户数", "the line and households")(lang), f"line-{lang}")
    return Figure(svg, table)


def _edges(found: Sensitivity, lang: str) -> Figure:
    drawn, rows = [], []
    for frame in found.near.partition_by("parameter", "indicator", "value", maintain_order=True):
        parameter, indicator, value = frame.select("parameter", "indicator", "value").row(0)
        label = found.standard.parameters[str(parameter)].label(lang)
        said = f"{indicator} {label}"
        unit = _UNITS.get(frame["unit"][0] or "", Text("", ""))(lang)
        for i, r in enumerate(frame.iter_rows(named=True)):
            at = r["low"] == r["high"] == r["value"] or (r["low"] <= r["value"] < r["high"])
            drawn.append((said, _bin(r), i, r["households"], at))
        below = frame.filter(pl.col("low") < value)["households"].sum()
        on = frame.filter(pl.col("low") >= value)["households"].sum()
        moved = found.table.filter(pl.col("parameter") == parameter)["moved"].to_list()
        rows.append(
            (
                head(said),
                Cell(f"{value:g} {unit}".strip(), "number"),
                text(f"{min(frame['low'].to_list()):g}–{max(frame['high'].to_list()):g}"),
                number(int(below)),
                number(int(on)),
                number(max(moved, default=None)),
            )
        )
    words = [
        Text("门槛", "threshold"),
        Text("值", "value"),
        Text("范围", "range"),
        Text("在它之下", "below it"),
        Text("在它之上（含）", "at it or above"),
        Text("一步最多变动", "most moved by a step"),
    ]
    note = Text(
        "“在它之下”“之上”是附近各值户数之和，同一户可在几个值上；“一步最多变动”是门槛移动一步时结果改变的户数，多数附近的户由别的指标决定，"
        "并不变动。",
        "Below and above add up the households of each value close by; one household may stand at several. “Most moved "
        "by a step” are households whose result changes as the threshold moves a step: most that stand close are "
        "decided by something else and do not move.",
    )
    caption = Text("每个门槛（户）", "Each threshold (households)")(lang)
    table = Table(
        caption, columns(*[w(lang) for w in words], numeric=(1, 3, 4, 5)), tuple(rows), note=note(lang), stack=True
    )
    title = Text("门槛附近的户数", "households close to each threshold")(lang)
    return Figure(inline(charts.edges(drawn, lang), title, f"edges-{lang}"), table, wide=True)


def _bin(row: dict[str, float]) -> str:
    return f"{row['low']:g}" if row["low"] == row["high"] else f"{row['low']:.4g}"


# -- who ------------------------------------------------------------------------------------------------------
def _who(found: Sensitivity, lang: str) -> Section:
    section = Section("who", Text("是谁", "Who")(lang))
    reading = found.who("depends", by_reading=True)
    other = found.who("depends").filter(~pl.col("by_reading"))
    sure = found.who("always_in")
    for frame, said in (
        (reading, Text("取决于条文读法的户", "Households that depend on how a clause is read")),
        (other, Text("取决于门槛、k 或一项指标的户", "Households that depend on a threshold, k or one indicator")),
        (sure, Text("始终符合的户", "Households that always meet the rule")),
    ):
        if frame.height:
            section.add(_listed(found, frame, said, lang))
    return section


def _listed(found: Sensitivity, frame: pl.DataFrame, said: Text, lang: str) -> Table:
    between = "；" if lang == "zh" else "; "
    words = [Text("户编号", "household"), Text("村", "village"), Text("现在", "now")]
    varies = frame["changed_by"].list.len().max()
    if varies:
        words.append(Text("在哪些变化下不同", "changed by"))
    rows = []
    for r in frame.head(MOST_LISTED).iter_rows(named=True):
        cells = [
            code(r["household_id"]),
            name(place_name(r["region_code"] or "", "", lang)),
            Cell(STATUSES[r["status"]](lang), "chip", TONES[r["status"]]),
        ]
        if varies:
            shown = [_named(found, v, lang) for v in r["changed_by"][:6]]
            rest = len(r["changed_by"]) - len(shown)
            cells.append(text(between.join(shown) + (f" +{rest}" if rest > 0 else "")))
        rows.append(tuple(cells))
    more = frame.height - MOST_LISTED
    note = (
        Text(
            f"只列前 {MOST_LISTED} 户，另 {more:,} 户见 {HOUSEHOLDS}.csv",
            f"The first {MOST_LISTED}; {more:,} more are in {HOUSEHOLDS}.csv",
        )(lang)
        if more > 0
        else ""
    )
    caption = Text(f"{said.zh}（{frame.height:,} 户）", f"{said.en} ({frame.height:,})")(lang)
    return Table(caption, columns(*[w(lang) for w in words]), tuple(rows), note=note, tall=True, stack=True)


def write(found: Sensitivity, folder: str | Path, lang: str = "zh") -> Path:
    """The page, the variants, the edges and the households in a folder, each replaced as a whole.

    Raises:
        UnusableInput: the folder cannot be written.
    """
    out = page.folder(folder)
    labels = [
        pl.Series("label", [found.variant(v).label(lang) for v in found.table["variant"]], pl.String),
        pl.Series("said", [found.variant(v).said(lang) for v in found.table["variant"]], pl.String),
    ]
    page.write_csv(out / VARIANTS, found.table.with_columns(labels))
    page.write_csv(out / EDGES, found.near)
    page.write_csv(out / f"{HOUSEHOLDS}.csv", found.households)
    page.write_parquet(out / f"{HOUSEHOLDS}.parquet", found.households)
    return page.write(out / PAGE, html(found, lang))
