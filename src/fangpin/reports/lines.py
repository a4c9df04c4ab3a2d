"""What is said of lines: Table 1 and its alternatives, the lines of a place, anybody's table.

Reads   Table1, Lines (evaluation), a Comparison (methods)
Gives   table1_sections, lines_sections, headcount_sections; table1_rows, lines_rows, headcount_rows for CSV
Keeps   a number is said with its basis, its years, its method and the range of the accepted methods
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from fangpin.evaluation.headcounts import Headcounts
from fangpin.evaluation.lines import Below, Lines
from fangpin.evaluation.table1 import SHARES, Table1
from fangpin.methods.estimate import BASES, Caution
from fangpin.methods.grouped import Comparison
from fangpin.methods.grouped.words import method_name
from fangpin.reports import lines_charts as charts
from fangpin.reports.blocks import NOTHING, Bullets, Cell, Figure, Section, Table, columns, head, para, text
from fangpin.reports.svg import inline
from fangpin.vocabulary.text import Text

TITLE_TABLE_1 = Text("表 1：2020 年农村低收入人口规模", "Table 1: rural persons below the line in 2020")
TITLE_LINES = Text("低收入线与线下人口", "Low-income lines and persons below them")
TITLE_HEADCOUNT = Text("从分组表到线下比例", "From a grouped table to a head count")
_WAN = Text("万人", "in 10,000 persons")


def _n(value: float | None, digits: int = 0) -> Cell:
    return Cell(NOTHING if value is None else f"{value:,.{digits}f}", "number")


def _pct(value: float | None, digits: int = 2) -> str:
    return NOTHING if value is None else f"{100 * value:.{digits}f} %"


def _span(ends: Sequence[float], scale: float) -> str:
    return f"{ends[0] * scale:,.0f} – {ends[1] * scale:,.0f}"


def _pct_span(ends: Sequence[float] | None) -> str:
    return NOTHING if ends is None else f"{100 * ends[0]:.2f} – {100 * ends[1]:.2f} %"


def _cautions(found: Iterable[Caution], lang: str) -> Bullets:
    return Bullets(tuple((text(f"⚠ {w(lang)}"),) for w in found))


# -- Table 1 --------------------------------------------------------------------------------------------------
def table1_sections(found: Table1, lang: str = "zh", pictures: bool = True) -> list[Section]:
    """The page of Table 1."""
    return [_printed(found, lang), _ranges(found, lang), *_scenarios(found, lang, pictures), _backtest(found, lang)]


def _printed(found: Table1, lang: str) -> Section:
    w = {
        "title": Text("论文的表与复算", "The paper's table and its reproduction"),
        "share": Text("占中位数", "share of median"),
        "line": Text("线，元", "line, yuan"),
        "printed": Text("论文印出，万人", "printed, 10,000 persons"),
        "again": Text("复算，万人", "reproduced, 10,000 persons"),
        "rural": Text("占农村人口", "of rural persons"),
        "total": Text("占总人口", "of all persons"),
        "what": Text(
            "论文注“假定收入服从对数正态分布”，实际是把 2019 年五等份的组均值放在各组中点，用直线连起来读数；"
            "线是 2020 年的，分布是 2019 年的，人数用 2020 年普查的农村人口。40% 一行印作 8374，"
            "应为 8347（两个数字对调）。",
            "The paper's note says log-normal; the numbers are read off a straight line through the group means of "
            "2019, each placed at the middle of its fifth: lines of 2020 on a distribution of 2019, times the rural "
            "persons of the 2020 census. The row of 40 % is printed 8374 for 8347: two digits changed places.",
        ),
    }
    rows = tuple(
        (
            head(f"{p.share:.0%}"),
            _n(float(p.exact_line), 2),
            _n(p.persons_10k),
            _n(p.reproduced_10k, 2),
            Cell(_pct(p.reproduced.value), "number"),
            Cell(_pct(found.of_total(p.reproduced.value)), "number"),
        )
        for p in found.printed
    )
    heads = columns(*[w[k](lang) for k in ("share", "line", "printed", "again", "rural", "total")], numeric=range(1, 6))
    return Section("answer", w["title"](lang)).add(
        para(w["what"](lang)),
        Table("", heads, rows, stack=True),
        _cautions(found.cautions, lang),
    )


def _ranges(found: Table1, lang: str) -> Section:
    title = Text("诚实的范围", "The honest range")
    what = Text(
        "被接受的拟合（组均值、中位数都与公布值相差不超过 3%）的最小与最大值；上下界不假定分布形状。",
        "Lowest and highest of the accepted fits (group means and median within 3 % of the published ones); the bounds "
        "assume no shape at all.",
    )
    names = (
        Text("情形", "reading"),
        Text("占中位数", "share"),
        Text("线，元", "line, yuan"),
        Text("被接受的范围，万人", "accepted range, 10,000 persons"),
        Text("占总人口", "of all persons"),
        Text("上下界，万人", "sharp bounds, 10,000 persons"),
    )
    rows = []
    for scenario in found.scenarios:
        comparison = scenario.comparison
        for share, line, ends, bounds in zip(
            SHARES, comparison.lines, comparison.ranges, comparison.bounds, strict=True
        ):
            spans = [_in(found, e) for e in (ends, bounds)]
            of_total = [found.of_total(e) for e in ends] if ends else None
            cells = (f"{share:.0%}", f"{line:,.2f}", spans[0], _pct_span(of_total), spans[1])
            rows.append((text(scenario.title(lang)), *[Cell(c, "number") for c in cells]))
    heads = columns(*[n(lang) for n in names], numeric=range(1, 6))
    return Section("range", title(lang)).add(para(what(lang)), Table("", heads, tuple(rows), stack=True))


def _in(found: Table1, ends: Sequence[float] | None) -> str:
    return NOTHING if ends is None else _span(ends, found.rural / 1e4)


def _scenarios(found: Table1, lang: str, pictures: bool) -> Iterable[Section]:
    for scenario in found.scenarios:
        title = Text(f"方法与线：{scenario.title.zh}", f"Method by line: {scenario.title.en}")(lang)
        table = method_table(scenario.comparison, lang, found.rural, [f"{s:.0%}" for s in SHARES])
        svg = (
            inline(charts.methods(scenario.comparison, found.rural, lang), title, f"{scenario.id}-{lang}")
            if pictures
            else ""
        )
        yield Section(scenario.id, title).add(Figure(svg, table, wide=True))


def method_table(found: Comparison, lang: str, people: float | None, labels: Sequence[str]) -> Table:
    """Methods × lines: persons in 万 with the rate below, or the rate alone."""
    name, accepted = Text("方法", "method"), Text("接受", "accepted")
    why, yes = Text("说明", "remark"), Text("是", "yes")
    rows = []
    for row in found.rows:
        cells = [
            Cell(_pct(r) if people is None or r is None else f"{r * people / 1e4:,.0f} ({100 * r:.1f} %)", "number")
            for r in row.rates
        ]
        reason = row.reason(lang) if row.reason else ""
        rows.append((head(row.name(lang)), *cells, text(yes(lang) if row.accepted else NOTHING), text(reason)))
    caption = Text("万人（占比）", "10,000 persons (rate)")(lang) if people else ""
    heads = columns(name(lang), *labels, accepted(lang), why(lang), numeric=range(1, len(labels) + 1))
    return Table(caption, heads, tuple(rows), stack=True)


def _backtest(found: Table1, lang: str) -> Section:
    title = Text("回测：已知真值的 38 个总体", "Back-test: 38 populations whose truth is known")
    what = Text(
        "只给五等份组均值，估计低于中位数若干比例的人口比例；误差为百分点，偏差 / 平均绝对误差。"
        "总体之间不独立，有的是模拟的，看排序，不当误差棒。",
        "Quintile means in, the share below r × median out; error in percentage points, bias / mean absolute. The "
        "populations are not independent and some are synthetic: a ranking, not error bars.",
    )
    shares = sorted({b.share for b in found.backtest})
    by: dict[tuple[str, str | None], dict[Any, Any]] = {}
    for b in found.backtest:
        by.setdefault((b.method, b.criterion), {})[b.share] = b
    rows = tuple(
        (
            head(method_name(*key)(lang)),
            *[Cell(f"{one[s].bias:+.2f} / {one[s].mean_abs_error:.2f}", "number") for s in shares],
        )
        for key, one in by.items()
    )
    heads = columns(Text("方法", "method")(lang), *[f"{s:.0%}" for s in shares], numeric=range(1, len(shares) + 1))
    return Section("backtest", title(lang)).add(para(what(lang)), Table("", heads, rows, stack=True))


def table1_rows(found: Table1) -> list[dict[str, Any]]:
    """A flat table: scenario × method × line."""
    rows: list[dict[str, Any]] = []
    for p in found.printed:
        for kind, persons in (("printed", float(p.persons_10k)), ("reproduced", p.reproduced_10k)):
            rows.append({"scenario": kind, "share": p.share, "line": p.exact_line, "persons_10k": persons})
    for s in found.scenarios:
        rows += [{"scenario": s.id, **row} for row in _flat(s.comparison, [str(x) for x in SHARES], found.rural)]
    return rows


def _flat(found: Comparison, labels: Sequence[str], people: float | None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []

    def add(method: str, criterion: str | None, i: int, rate: float | None, accepted: bool | None) -> None:
        persons = None if rate is None or people is None else round(rate * people / 1e4, 2)
        line = round(found.lines[i], 2)
        rows.append(
            {
                "method": method,
                "criterion": criterion or "",
                "share": labels[i],
                "line": line,
                "rate": rate,
                "persons_10k": persons,
                "accepted": accepted,
            }
        )

    for row in found.rows:
        for i, rate in enumerate(row.rates):
            add(row.method, row.criterion, i, rate, row.accepted)
    for i, (ends, bounds) in enumerate(zip(found.ranges, found.bounds, strict=True)):
        for side in (0, 1):
            end = ("low", "high")[side]
            add(f"accepted_{end}", None, i, ends[side] if ends else None, None)
            add(f"bound_{end}", None, i, bounds[side], None)
    return rows


# -- lines of a place -------------------------------------------------------------------------------------------
def lines_sections(found: Lines, lang: str = "zh", pictures: bool = True) -> list[Section]:
    """The page of the lines of a year and place."""
    title = Text(f"{found.year} 年的线：{found.place('zh')}", f"Lines of {found.year}: {found.place('en')}")
    section = Section("answer", title(lang)).add(_lines_table(found, lang), _cautions(found.cautions, lang))
    if pictures:
        levels = [float(one.line.yuan) for one in found.lines]
        compared = found.table.compare(levels, found.year)
        svg = inline(charts.lower_tail(compared, lang), title(lang), f"tail-{lang}")
        labels = [f"{level:,.2f}" for level in levels]
        section.add(Figure(svg, method_table(compared, lang, found.rural, labels), wide=True))
    return [section, _grounds(found, lang)]


def _lines_table(found: Lines, lang: str) -> Table:
    names = (
        Text("占中位数", "share of median"),
        Text("线，元/人·年", "line, yuan"),
        Text("口径", "basis"),
        Text("线下比例", "rate below"),
        Text("被接受的范围", "accepted range"),
        Text("上下界", "sharp bounds"),
        Text("线下人口，万人", "below, 10,000 persons"),
        Text("范围，万人", "range, 10,000 persons"),
        Text("占总人口", "of all persons"),
    )
    rows = []
    for one in found.lines:
        for below in (b for b in (one.households, one.persons) if b is not None):
            share = f"{one.share:.0%}" if one.share is not None else NOTHING
            rows.append((head(share), _n(float(one.line.yuan), 2), *_below_cells(below, lang)))
    heads = columns(*[n(lang) for n in names], numeric=(1, 3, 4, 5, 6, 7, 8))
    return Table("", heads, tuple(rows), stack=True)


def _below_cells(below: Below, lang: str) -> list[Cell]:
    basis = BASES[below.estimate.basis](lang) if below.estimate.basis else NOTHING
    rate = below.estimate.value
    people = below.in_10k(rate)
    span = _span(below.range, below.rural / 1e4) if below.range and below.rural else NOTHING
    numbers = (
        _pct(rate),
        _pct_span(below.range),
        _pct_span(below.bounds),
        NOTHING if people is None else f"{people:,.2f}",
        span,
        _pct(below.of_total(rate)),
    )
    return [text(basis), *[Cell(n, "number") for n in numbers]]


def _grounds(found: Lines, lang: str) -> Section:
    section = Section("grounds", Text("依据", "Grounds")(lang))
    method = next((b.estimate.method for b in (found.lines[0].households, found.lines[0].persons) if b), None)
    people = (
        Text(
            "没有当地农村人口，只给比例（--population 给出后算人数）",
            "no rural population of the place: rates only (give --population)",
        )
        if found.rural is None
        else Text(
            f"农村人口 {found.rural / 1e4:,.2f} 万（{found.population_year} 年）",
            f"rural population {found.rural / 1e4:,.2f} × 10,000 ({found.population_year})",
        )
    )
    items = [
        Text(
            f"中位数 {found.median.yuan} 元：{found.median.basis.zh}",
            f"median {found.median.yuan} yuan: {found.median.basis.en}",
        ),
        Text(f"分布：{found.source.zh}", f"distribution: {found.source.en}"),
        *([Text(f"方法：{method.zh}", f"method: {method.en}")] if method else []),
        people,
    ]
    if found.monitoring is not None:
        line = found.monitoring
        items.append(
            Text(
                f"官方监测线 {line.yuan} 元：{line.basis.zh}",
                f"official monitoring line {line.yuan} yuan: {line.basis.en}",
            )
        )
    return section.add(Bullets(tuple((text(item(lang)),) for item in items)))


def lines_rows(found: Lines) -> list[dict[str, Any]]:
    """A flat table: line × basis."""
    rows = []
    for one in found.lines:
        for below in (b for b in (one.households, one.persons) if b is not None):
            said = below.to_json("en")
            flat = {k: (f"{v[0]} – {v[1]}" if isinstance(v, list) else v) for k, v in said.items()}
            rows.append(
                {"year": found.year, "region": found.region or "", "share": one.share, "line": one.line.yuan, **flat}
            )
    return rows


# -- anybody's table --------------------------------------------------------------------------------------------
def headcount_sections(answer: Headcounts, lang: str = "zh", pictures: bool = True) -> list[Section]:
    """The page of one table and its lines."""
    found = answer.comparison
    people = found.table.population
    names = (
        Text("线", "line"),
        Text("线下比例", "rate below"),
        Text("被接受的范围", "accepted range"),
        Text("上下界", "sharp bounds"),
        Text("线下人口，万人", "below, 10,000 persons"),
        Text("方法", "method"),
    )
    rows = tuple(
        (
            head(f"{line:,.2f}"),
            Cell(_pct(e.value), "number"),
            Cell(_pct_span(ends), "number"),
            Cell(_pct_span(bounds), "number"),
            _n(None if people is None else e.value * people / 1e4, 2),
            text(e.method(lang)),
        )
        for line, e, ends, bounds in zip(found.lines, answer.estimates, found.ranges, found.bounds, strict=True)
    )
    basis = BASES[found.table.basis](lang)
    title = Text(f"线下比例（{basis}）", f"Rate below the line ({basis})")(lang)
    heads = columns(*[n(lang) for n in names], numeric=(1, 2, 3, 4))
    first = Section("answer", title).add(Table("", heads, rows, stack=True), _cautions(answer.cautions, lang))
    table = method_table(found, lang, people, found.labels)
    name = Text("各种方法", "Every method")(lang)
    svg = inline(charts.methods(found, people, lang), name, f"methods-{lang}") if pictures else ""
    return [first, Section("methods", name).add(Figure(svg, table, wide=True))]


def headcount_rows(found: Comparison) -> list[dict[str, Any]]:
    """A flat table: method × line."""
    return _flat(found, list(found.labels), found.table.population)
