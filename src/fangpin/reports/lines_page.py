"""The page "From a published table to a head count" of the documentation.

Reads   Table 1 and its alternatives (evaluation), fits (methods)
Gives   markdown(lang), figures(lang)
Keeps   every figure on the page is computed when the page is made; the page is checked against the program by a test
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fangpin.evaluation.table1 import SHARES, Table1, table_1
from fangpin.methods.grouped import GroupedIncome
from fangpin.reports import lines as said
from fangpin.reports import lines_charts as charts
from fangpin.reports.blocks import Bullets, Cell, Figure, Para, Section, Table, columns, head
from fangpin.vocabulary.text import Text

_SHOWN = ("gb2", "lorenz_gq", "lorenz_beta", "dagum", "singh_maddala", "lognormal")
TITLE = Text("从公布的分组表到线下人数", "From a published table to a head count")
_MADE = Text(
    "本页由程序生成（`make docs`），数字请勿手改。",
    "This page is made by the program (`make docs`); do not edit its figures.",
)
_LEAD = Text(
    "统计局每年公布农村居民按收入五等份分组的人均可支配收入。要回答“多少人低于线”，就得从五个平均数推出分布。"
    "这一页说明论文的表 1 是怎么来的、哪些推法可信、范围有多宽，以及每个数要带上哪些话。",
    "Every year the statistical bureau prints mean incomes of five equal groups of rural households. How many "
    "lie below a "
    "line has to be told from those five means. This page says how the paper's Table 1 came about, which ways "
    "to read the "
    "table can be trusted, how wide the range is, and what must be said along with each number.",
)
_WHY = Text(
    "为什么不是对数正态：对数正态只有一个形状参数，拟合 2019 年五等份时最低组均值偏高 25%，推出的中位数低 8%；"
    "用官方均值与中位数定的对数正态给出 40% 线下只有 3%，也与五等份不符。表 1 "
    "的三个数用直线内插可以复算到小数，对数正态不能。",
    "Why it is not log-normal: a log-normal has one parameter of shape; fitted to the fifths of 2019 it puts "
    "the lowest "
    "mean 25 % too high and the median 8 % too low; with the official mean and median it leaves only 3 % below "
    "the 40 % "
    "line, which the fifths contradict. A straight line meets the three printed numbers to the last digit; no "
    "log-normal "
    "does.",
)
_RULE = Text(
    "接受规则：拟合是一条合格的分布（凸的洛伦兹曲线），推出的每个组均值与公布值相差不超过 3%；"
    "按户的表再要求推出的中位数与公布的中位数相差"
    "不超过 3%。范围是被接受的拟合的最小与最大值，不是抽样误差：公布的表没有给出户数。",
    "The acceptance rule: the fit is a distribution (a convex Lorenz curve), and every group mean it implies "
    "lies within "
    "3 % of the published one; for a table of households the implied median too. The range is the lowest and "
    "highest of "
    "the accepted fits. It is no sampling error: a published table does not say how many households were asked.",
)
_TRAPS = (
    Text(
        "口径：五等份和公布的中位数都是按户的，穷的户人多。按人换算后 2020 年中位数约 14 200–14 290 元，"
        "比公布的 15 204 元低，"
        "同一条线下的人也多约 8%。程序要求写明 basis，从不默认。",
        "Basis: the fifths and the published median are of households, and poor households are larger. By "
        "persons the "
        "median of 2020 is about 14,200–14,290 rather than 15,204, and some 8 % more lie below the same line. "
        "`basis` must "
        "be given; there is no default.",
    ),
    Text(
        "年份：2020 年的线放在 2019 年的分布上，人数多出约一成。年份不同时，数后面会带 `mixed-vintages`。",
        "Vintage: a line of 2020 on a distribution of 2019 adds some 10 %. Where years differ the number carries "
        "`mixed-vintages`.",
    ),
    Text(
        "自身中位数：国际上的相对贫困线取同一数据自己的中位数，数字又不同；用 `fit.median()` 自己乘。",
        "Own median: relative lines abroad take the median of the same data; that is another number: multiply "
        "`fit.median()`.",
    ),
    Text(
        "线太低：低于最低组均值的线，数据说明不了，带 `outside-informed-range`；上下界最诚实。",
        "A line too low: below the lowest group mean the data does not tell (`outside-informed-range`); the "
        "bounds are "
        "the honest answer.",
    ),
    Text(
        "世界银行公布的平均对数离差与瓦茨指数是粗步长的和（GQ 曲线最低一步重复计入，约高 2%–3%）；程序给出同样的和，"
        '准确值在 `details["exact"]`。',
        "The mean log deviation and Watts index that the World Bank publishes are sums over coarse steps (GQ "
        "counts the "
        "lowest step twice: some 2–3 % high); the program gives the same sums, the exact values are in "
        '`details["exact"]`.',
    ),
)
_CODE = """\
```python
from fangpin.methods.grouped import GroupedIncome

table = GroupedIncome(means=[4681.5, 10391.6, 14711.7, 20884.5, 38520.3],
                      basis="household", mean=17131.5, median=15204, year=2020)
print(table.fit("gb2").headcount(6081.60, year=2020))   # 带口径、年份、方法 · with its basis
print(table.compare([6081.60, 6841.80], year=2020).ranges)
```

```console
$ fangpin table1 --lang zh --out table1.html
$ fangpin line --year 2020 --share 0.40 --share 0.45
$ fangpin headcount --table fifths.csv --basis household --line 6081.60
```
"""


def markdown(lang: str) -> str:
    """The page in one language."""
    found = table_1()
    parts = [f"# {TITLE(lang)}", f"_{_MADE(lang)}_", _LEAD(lang)]
    printed, ranges, *_, backtest = said.table1_sections(found, lang, pictures=False)
    parts += _section(printed) + [_WHY(lang)]
    parts += [f"![{TITLE(lang)}](../images/lines-tail.{lang}.svg)"]
    parts += [f"## {Text('哪种推法可信', 'Which way to trust')(lang)}", *_block(_implied(found, lang)), _RULE(lang)]
    parts += [f"![{TITLE(lang)}](../images/lines-methods.{lang}.svg)"]
    consistent = found.scenarios[1]
    labels = [f"{share:.0%}" for share in SHARES]
    parts += [
        f"### {consistent.title(lang)}",
        *_block(said.method_table(consistent.comparison, lang, found.rural, labels)),
    ]
    parts += _section(ranges) + _section(backtest)
    parts += [f"## {Text('陷阱', 'Traps')(lang)}", "\n".join(f"- {trap(lang)}" for trap in _TRAPS)]
    parts += [f"## {Text('怎么用', 'How to use it')(lang)}", _CODE]
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def figures(lang: str) -> dict[str, Any]:
    """The page's pictures by file name."""
    found = table_1()
    consistent = found.scenarios[1].comparison
    return {
        f"lines-tail.{lang}.svg": charts.lower_tail(found.scenarios[0].comparison, lang),
        f"lines-methods.{lang}.svg": charts.methods(consistent, found.rural, lang),
    }


def _implied(found: Table1, lang: str) -> Table:
    """What each shape says of the table it was fitted to."""
    table = found.scenarios[0].comparison.table
    assert isinstance(table, GroupedIncome)
    names = [Text("拟合（2019 年）", "fit to 2019")(lang)]
    names += [Text(f"第 {i} 组均值", f"mean of fifth {i}")(lang) for i in range(1, 6)]
    names += [Text("中位数", "median")(lang), Text("基尼系数", "Gini")(lang), Text("接受", "accepted")(lang)]
    rows = [_row(Text("公布", "published")(lang), table.means, table.median, None, "")]
    for method in _SHOWN:
        fit = table.fit(method)
        accepted = Text("是", "yes")(lang) if fit.accepted else "—"
        rows.append(_row(fit.name(lang), fit.group_means, float(fit.median()), float(fit.gini()), accepted))
    return Table("", columns(*names, numeric=range(1, 8)), tuple(rows))


def _row(
    name: str, means: Sequence[float], median: float | None, gini: float | None, accepted: str
) -> tuple[Cell, ...]:
    numbers = [f"{m:,.0f}" for m in means]
    numbers += ["—" if median is None else f"{median:,.0f}", "—" if gini is None else f"{gini:.3f}"]
    return (head(name), *[Cell(n, "number") for n in numbers], Cell(accepted))


# -- blocks as Markdown -----------------------------------------------------------------------------------------
def _section(section: Section) -> list[str]:
    return [f"## {section.title}", *[piece for block in section.blocks for piece in _block(block)]]


def _block(block: Any) -> Iterator[str]:
    if isinstance(block, Para):
        yield "".join(cell.text for cell in block.pieces)
    elif isinstance(block, Bullets):
        yield "\n".join("- " + "".join(cell.text for cell in item) for item in block.items)
    else:
        table = block.table if isinstance(block, Figure) else block
        heads = [c.heading for c in table.columns]
        lines = [
            "| " + " | ".join(heads) + " |",
            "|" + "|".join("--:" if c.numeric else ":--" for c in table.columns) + "|",
        ]
        lines += ["| " + " | ".join(cell.text for cell in row) + " |" for row in table.rows]
        if table.caption:
            yield f"**{table.caption}**"
        yield "\n".join(line.replace("|  |", "| |") for line in lines)
        if table.note:
            yield table.note
