"""The page of a comparison: who moves, where, by what, and what it comes from; and the files beside it.

Reads   a Comparison
Gives   sections(found, lang), html(found, lang), write(found, folder, lang): compare.html, moves.parquet, moves.csv
Not     what moves (evaluation.compare), the charts (moves_charts)
Keeps   no names of persons; what is generated says so; without a price list no cost is shown
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from fangpin import tables
from fangpin.evaluation.compare import Comparison, changed_parameters, decider_name, status_name
from fangpin.evaluation.corners import ABSENT
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
    text,
    yuan,
)
from fangpin.reports.figures import place_name
from fangpin.reports.manifest import version
from fangpin.reports.svg import inline
from fangpin.reports.words import TONES, word
from fangpin.vocabulary.text import Text

PAGE, PARQUET, CSV = "compare.html", "moves.parquet", "moves.csv"
MOST_LISTED, MOST_PLACES = 500, 300
TITLE = Text("谁变动", "Who moves")
LEVELS = {
    "township": (Text("按乡镇", "By township"), Text("乡镇", "township")),
    "village": (Text("按村", "By village"), Text("村", "village")),
}
KIND_WORDS = {
    "in": Text("进入", "enter"),
    "out": Text("退出", "leave"),
    "to_visit": Text("转为待补", "to a visit"),
    "to_deliberate": Text("转为待评议", "to deliberation"),
    "other": Text("其他变动", "other moves"),
}
CAUSE_WORDS = {
    "rule": Text("标准", "rule"),
    "facts": Text("事实", "facts"),
    "either": Text("任一即可", "either"),
    "together": Text("两者一起", "both together"),
}
_MOVED = ("in", "out", "net", "gross", "to_visit", "to_deliberate", "moved")
_HEADS = {
    **KIND_WORDS,
    "net": Text("净增", "net"),
    "gross": Text("进出合计", "gross"),
    "moved": Text("共变动", "moved"),
    "households": Text("户数", "households"),
}


def html(found: Comparison, lang: str = "zh") -> str:
    """The page in both languages, opened in ``lang``."""
    meta = [
        (Text("原标准", "before"), Text(*[f"{found.one.id}@{found.one.hash[:12]}"] * 2)),
        (Text("新标准", "after"), Text(*[f"{found.two.id}@{found.two.hash[:12]}"] * 2)),
        (Text("日期", "day"), _days(found)),
    ]
    banners = [("due", "generated")] if found.generated else []
    return page.html(TITLE, meta, lambda one: list(sections(found, one)), lang, version(), banners)


def _days(found: Comparison) -> Text:
    one, two = found.one.as_of.isoformat(), found.two.as_of.isoformat()
    return Text(*[one if one == two else f"{one} → {two}"] * 2)


def sections(found: Comparison, lang: str) -> Iterator[Section]:
    """The sections of the page in one language."""
    yield _answer(found, lang)
    if found.table.height:
        yield _flow(found, lang)
        yield _source(found, lang)
        yield _where(found, lang)
        yield _cost(found, lang)
        yield _who(found, lang)


def _answer(found: Comparison, lang: str) -> Section:
    visits = found.visits
    lead = Text(
        f"比较 {found.households:,} 户：进入 {len(found.entering):,} 户，退出 {len(found.leaving):,} 户，"
        f"净增 {found.net:+,} 户；需走访新增 {visits['caused']:,} 户、省去 {visits['saved']:,} 户。",
        f"Of {found.households:,} households, {len(found.entering):,} enter and {len(found.leaving):,} leave, a net "
        f"change of {found.net:+,}; {visits['caused']:,} visits are caused and {visits['saved']:,} saved.",
    )
    section = Section("answer", Text("结果", "The answer")(lang)).add(Para((text(lead(lang)),), kind="lead"))
    section.add(para(word("rule_result", lang)))
    kinds = {k: found.table.filter(pl.col("kind") == k).height for k in KIND_WORDS}
    heads = columns(Text("变动", "move")(lang), HOUSEHOLDS(lang), numeric=(1,))
    rows = tuple((head(said(lang)), number(kinds[k])) for k, said in KIND_WORDS.items())
    total = (head(_HEADS["moved"](lang)), number(found.table.height))
    section.add(
        Table(Text("变动的户，每户只算一次", "Households that move, each counted once")(lang), heads, rows, total=total)
    )
    return section.add(_sides(found, lang))


HOUSEHOLDS = _HEADS["households"]


def _sides(found: Comparison, lang: str) -> Table:
    """What differs between the sides."""
    heads = columns(Text("不同之处", "what differs")(lang), Text("原", "before")(lang), Text("新", "after")(lang))
    one, two = found.one, found.two
    rows = [
        (head(word("standard", lang)), code(f"{one.id}@{one.hash[:8]}"), code(f"{two.id}@{two.hash[:8]}")),
        (head(Text("日期", "day")(lang)), text(one.as_of.isoformat()), text(two.as_of.isoformat())),
        (
            head(Text("下线 / 上线", "line / upper line")(lang)),
            text(f"{one.lower.yuan:,} / {one.upper.yuan:,}"),
            text(f"{two.lower.yuan:,} / {two.upper.yuan:,}"),
        ),
    ]
    if not found.same_facts:
        kept = [s[:12] for s in found.snapshots]
        rows.append((head(Text("数据", "data")(lang)), code(kept[0]), code(kept[1])))
    for change in changed_parameters(one, two):
        label = next(
            (s.parameters[change["parameter"]].label(lang) for s in (one, two) if change["parameter"] in s.parameters),
            "",
        )
        if label:
            rows.append((head(f"{label} ({change['parameter']})"), _value(change["from"]), _value(change["to"])))
    return Table(Text("两方", "The two sides")(lang), heads, tuple(rows))


def _value(value: object) -> Cell:
    said = ", ".join(str(v) for v in value) if isinstance(value, tuple | list) else "—" if value is None else str(value)
    return text(said or "—")


def _flow(found: Comparison, lang: str) -> Section:
    flows = found.flow()
    heads_ = [s for s in [*STATUSES, ABSENT] if any(s in row for row in flows.values())]
    title = Text("原结果 ＼ 新结果", "before \\ after")(lang)
    heads = columns(title, *[status_name(s)(lang) for s in heads_], numeric=range(1, len(heads_) + 1))
    rows = tuple(
        (head(status_name(b)(lang)), *[number(row[a]) if a in row else text("") for a in heads_])
        for b, row in flows.items()
    )
    table = Table(Text("从哪里到哪里（户）", "From where to where (households)")(lang), heads, rows)
    section = Section("flow", Text("流向", "The flow")(lang))
    svg = inline(charts.flow(flows, lang), Text("变动的流向", "the flow of moves")(lang), f"flow-{lang}")
    return section.add(Figure(svg, table, wide=True))


def _source(found: Comparison, lang: str) -> Section:
    section = Section("source", Text("由什么引起", "What it comes from")(lang))
    if found.same_facts:
        section.add(
            para(
                Text(
                    "两方的事实相同，变动全部来自标准。",
                    "Both sides have the same facts: every move comes from the rule.",
                )(lang)
            )
        )
    elif found.one.hash == found.two.hash:
        section.add(
            para(
                Text(
                    "两方的标准相同，变动全部来自事实。", "Both sides have the same rule: every move comes from facts."
                )(lang)
            )
        )
    else:
        section.add(_split(found, lang))
    rows = tuple(
        (
            head(decider_name(r["decided_by"], found.one, found.two)(lang)),
            *[number(r[k]) for k in (*KIND_WORDS, "moved")],
        )
        for r in found.by_indicator().iter_rows(named=True)
    )
    heads = columns(
        Text("由哪项决定", "decided by")(lang), *[_HEADS[k](lang) for k in (*KIND_WORDS, "moved")], numeric=range(1, 7)
    )
    note = Text(
        "一户的变动若只要某一项恢复原样就不会发生，就由这一项决定；没有这样的一项，就列出全部不同之处。一户可列在几项之下。",
        "A move is decided by what alone, as it was before, would undo it; where nothing alone would, by all that "
        "differs. A household may stand under several.",
    )
    return section.add(
        Table(Text("由哪项决定（户）", "By what decided it (households)")(lang), heads, rows, note=note(lang))
    )


def _split(found: Comparison, lang: str) -> Table:
    words = [
        Text("结果", "result"),
        Text("净变动", "net change"),
        Text("标准", "rule"),
        Text("事实", "facts"),
        Text("两者同变", "both together"),
        Text("标准（平分后）", "rule (shared)"),
        Text("事实（平分后）", "facts (shared)"),
    ]
    rows = tuple(
        (
            head(status_name(r["status"])(lang)),
            *[Cell(f"{r[k]:+,}", "number") for k in ("total", "rule", "facts", "interaction")],
            *[Cell(f"{r[k]:+,.1f}", "number") for k in ("rule_shapley", "facts_shapley")],
        )
        for r in found.decomposition().iter_rows(named=True)
        if r["before"] or r["after"]
    )
    note = Text(
        "标准：新标准用在原来的事实上；事实：原标准用在新的事实上；其余只有两者同时变才出现。三项相加正好等于净变动。"
        "平分：把“两者同变”各算一半（沙普利值）。",
        "Rule: the new rule on the old facts. Facts: the old rule on the new facts. The rest appears only where both "
        "change. The three sum to the net change exactly. Shared: half of “both together” to each (Shapley value).",
    )
    caption = Text("净变动的来源（户）", "Where the net change comes from (households)")(lang)
    return Table(caption, columns(*[w(lang) for w in words], numeric=range(1, 7)), rows, note=note(lang))


def _where(found: Comparison, lang: str) -> Section:
    section = Section("where", Text("在哪里", "Where")(lang))
    for level, title in LEVELS.items():
        section.add(_places(found, level, title, lang))
    labels = household_types(lang)
    frame = found.by_type()
    rows = tuple(
        (
            head(labels.get(r["household_type"] or "", r["household_type"] or Text("未填", "not recorded")(lang))),
            *_counts(r),
        )
        for r in frame.iter_rows(named=True)
    )
    heads = columns(Text("户类型", "type of household")(lang), *_move_heads(lang), numeric=range(1, 9))
    return section.add(Table(Text("按户类型", "By type of household")(lang), heads, rows))


def household_types(lang: str) -> dict[str, str]:
    """The labels of the types of household by code."""
    kinds = tables.catalogue().codelist(tables.catalogue().field("household.household_type").codes or "")
    return {item: kinds.label_of(item, lang) for item in kinds.codes}


def _places(found: Comparison, level: str, words: tuple[Text, Text], lang: str) -> Table:
    frame = found.by_place(level).filter(pl.col("moved") > 0)
    rows = tuple((_place(r["place"], lang), *_counts(r)) for r in frame.head(MOST_PLACES).iter_rows(named=True))
    heads = columns(words[1](lang), *_move_heads(lang), numeric=range(1, 9))
    more = frame.height - MOST_PLACES
    note = Text(f"另有 {more:,} 处，见 {PARQUET}", f"{more:,} more places are in {PARQUET}")(lang) if more > 0 else ""
    return Table(words[0](lang), heads, rows, note=note, tall=level == "village")


def _place(place: str | None, lang: str) -> Cell:
    if not place:
        return Cell(word("no_code", lang), "head")
    return Cell(place_name(place, "", lang) or place, "head")


def _move_heads(lang: str) -> list[str]:
    return [HOUSEHOLDS(lang), *[_HEADS[k](lang) for k in _MOVED]]


def _counts(row: dict[str, int]) -> list[Cell]:
    return [
        number(row["households"]),
        *[Cell(f"{row[k]:+,}" if k == "net" else f"{row[k]:,}", "number") for k in _MOVED],
    ]


def _cost(found: Comparison, lang: str) -> Section:
    section = Section("cost", Text("走访与费用", "Visits and cost")(lang))
    visits = found.visits
    section.add(
        para(
            Text(
                f"新增需走访 {visits['caused']:,} 户，省去 {visits['saved']:,} 户。",
                f"{visits['caused']:,} households newly need a visit, {visits['saved']:,} no longer do.",
            )(lang)
        )
    )
    costs = found.cost()
    if costs is None or found.prices is None:
        said = Text(
            "没有本地价格表（prices.yaml），不显示费用。",
            "There is no local price list (prices.yaml): no cost is shown.",
        )
        return section.add(para(said(lang), tone="quiet"))
    words = [
        Text("项目", "item"),
        Text("单价（元）", "price (yuan)"),
        Text("原", "before"),
        Text("新", "after"),
        Text("变动（元）", "change (yuan)"),
        Text("来源", "source"),
    ]
    rows = tuple(
        (
            head(c["label"][lang]),
            Cell(yuan(c["yuan"], 2), "number"),
            number(c["before"]),
            number(c["after"]),
            Cell(f"{c['change']:+,.2f}", "number"),
            name(f"{c['source']} · {c['year']} · {c['state']}"),
        )
        for c in costs
    )
    caption = Text(f"费用（价格表 {found.prices.place}）", f"Cost (price list {found.prices.place})")(lang)
    return section.add(Table(caption, columns(*[w(lang) for w in words], numeric=range(1, 5)), rows, stack=True))


def _who(found: Comparison, lang: str) -> Section:
    section = Section("who", Text("是谁", "Who")(lang))
    for kind, said in KIND_WORDS.items():
        frame = found.table.filter(pl.col("kind") == kind)
        if frame.height:
            section.add(_listed(found, frame, said, lang))
    return section


def _listed(found: Comparison, frame: pl.DataFrame, said: Text, lang: str) -> Table:
    words = [
        Text("户编号", "household"),
        Text("村、组", "village"),
        Text("人口", "persons"),
        Text("原结果", "before"),
        Text("新结果", "after"),
        Text("由哪项决定", "decided by"),
    ]
    if not found.same_facts:
        words.append(Text("来自", "from"))
    between = "、" if lang == "zh" else ", "
    rows = []
    for r in frame.head(MOST_LISTED).iter_rows(named=True):
        by = between.join(decider_name(c, found.one, found.two)(lang) for c in r["decided_by"])
        place = place_name(r["region_code"] or "", "", lang)
        cells = [
            code(r["household_id"]),
            name(" ".join(filter(None, (place, r["natural_village"])))),
            number(r["persons"]),
            _status(r["from"], lang),
            _status(r["to"], lang),
            text(by),
        ]
        rows.append(tuple([*cells, text(CAUSE_WORDS[r["cause"]](lang))] if not found.same_facts else cells))
    more = frame.height - MOST_LISTED
    note = (
        Text(
            f"只列前 {MOST_LISTED} 户，另 {more:,} 户见 {CSV}", f"The first {MOST_LISTED}; {more:,} more are in {CSV}"
        )(lang)
        if more > 0
        else ""
    )
    caption = Text(f"{said.zh}（{frame.height:,} 户）", f"{said.en} ({frame.height:,} households)")(lang)
    return Table(
        caption, columns(*[w(lang) for w in words], numeric=(2,)), tuple(rows), note=note, tall=True, stack=True
    )


def _status(status: str, lang: str) -> Cell:
    return Cell(status_name(status)(lang), "chip", TONES.get(status, "quiet"))


def write(found: Comparison, folder: str | Path, lang: str = "zh") -> Path:
    """``compare.html``, ``moves.parquet`` and ``moves.csv`` in a folder, each replaced as a whole.

    Raises:
        UnusableInput: the folder cannot be written.
    """
    out = page.folder(folder)
    page.write_csv(out / CSV, found.table)
    page.write_parquet(out / PARQUET, found.table)
    return page.write(out / PAGE, html(found, lang))
