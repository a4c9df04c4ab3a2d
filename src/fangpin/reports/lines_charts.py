"""Charts of lines: methods beside each other, and the lower part of the distribution.

Reads   a Comparison (methods)
Gives   methods(comparison, people, lang), lower_tail(comparison, lang): Altair charts in one language
Keeps   accepted and other methods differ in shape, not in colour alone; the figures stand in the table beside them
"""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np

from fangpin.methods.estimate import Refused
from fangpin.methods.grouped import Comparison
from fangpin.reports.charts import AMBER, BLUE, DARK, INK, Picture, finished
from fangpin.vocabulary.text import Text

_KINDS = {True: Text("被接受", "accepted"), False: Text("未被接受或只是规则", "not accepted, or a rule only")}
_SHOWN = ("gb2", "lorenz_gq", "lognormal", "linear_cdf")


def methods(found: Comparison, people: float | None, lang: str) -> Picture:
    """One dot a method and line, the accepted range as a band behind them."""
    scale = people / 1e4 if people else 100.0
    unit = Text("万人", "10,000 persons") if people else Text("线下比例，%", "rate below, %")
    rows = [
        {"name": row.name(lang), "line": label, "value": rate * scale, "kind": _KINDS[row.accepted](lang)}
        for row in found.rows
        for label, rate in zip(found.labels, row.rates, strict=True)
        if rate is not None
    ]
    bands = [
        {"line": label, "low": ends[0] * scale, "high": ends[1] * scale}
        for label, ends in zip(found.labels, found.ranges, strict=True)
        if ends
    ]
    order = [row.name(lang) for row in found.rows]
    kinds = [kind(lang) for kind in _KINDS.values()]
    dots = (
        alt.Chart()
        .mark_point(filled=True, size=70, opacity=1)
        .encode(
            x=alt.X("value:Q", title=unit(lang), scale=alt.Scale(zero=False), axis=alt.Axis(format=",d", tickCount=5)),
            y=alt.Y("name:N", sort=order, title=None, axis=alt.Axis(labelLimit=360, ticks=False)),
            shape=alt.Shape("kind:N", scale=alt.Scale(domain=kinds, range=["circle", "cross"])),
            color=alt.Color("kind:N", scale=alt.Scale(domain=kinds, range=[DARK, "#8a94a0"])),
        )
    )
    band = (
        alt.Chart()
        .mark_rect(color=BLUE, opacity=0.18)
        .encode(x="low:Q", x2="high:Q")
        .transform_filter("isValid(datum.low)")
    )
    data = alt.Data(values=[*rows, *bands])
    chart = alt.layer(band, dots.transform_filter("isValid(datum.value)"), data=data).properties(width=150, height=340)
    title = Text("各方法与被接受的范围（浅色带）", "Methods, and the accepted range (band)")
    return finished(chart.facet(column=alt.Column("line:N", title=None, sort=list(found.labels))), title(lang))


def lower_tail(found: Comparison, lang: str) -> Picture:
    """The share below an income by four methods, the group middles of the table, the lines."""
    top = found.table.means[min(2, len(found.table.means) - 1)]
    grid = np.linspace(found.table.means[0] * 0.15, top, 120)
    rows: list[dict[str, Any]] = []
    names = []
    for row in found.rows:
        if row.method not in _SHOWN or row.fit is None or row.name(lang) in names:
            continue
        if any(r["method"] == row.method for r in rows):
            continue
        names.append(row.name(lang))
        for x in grid:
            try:
                rate = float(row.fit.model.cdf(float(x)))
            except Refused:
                continue
            rows.append({"income": float(x), "rate": 100 * rate, "name": row.name(lang), "method": row.method})
    middles = found.table.points.middles
    points = [
        {"income": m, "rate": 100 * float(p)} for m, p in zip(found.table.means, middles, strict=True) if m <= top
    ]
    axis = Text("人均可支配收入，元", "income per person, yuan")
    share = Text("低于该收入的比例，%", "share below, %")
    curves = (
        alt.Chart(alt.Data(values=rows))
        .mark_line(strokeWidth=2)
        .encode(
            x=alt.X("income:Q", title=axis(lang), axis=alt.Axis(format=",d", tickCount=6)),
            y=alt.Y("rate:Q", title=share(lang)),
            color=alt.Color(
                "name:N",
                sort=names,
                scale=alt.Scale(domain=names, range=[DARK, BLUE, AMBER, "#7d8794"]),
                legend=alt.Legend(columns=2, title=None, labelLimit=320, symbolType="stroke"),
            ),
            strokeDash=alt.StrokeDash(
                "name:N", sort=names, scale=alt.Scale(domain=names, range=[[1, 0], [6, 2], [2, 2], [8, 3]]), legend=None
            ),
        )
    )
    dots = (
        alt.Chart(alt.Data(values=points)).mark_point(filled=True, size=80, color=INK).encode(x="income:Q", y="rate:Q")
    )
    rules = (
        alt.Chart(alt.Data(values=[{"income": line} for line in found.lines]))
        .mark_rule(color="#8a94a0", strokeDash=[4, 3])
        .encode(x="income:Q")
    )
    title = Text(
        "分布的下端：点为组均值在组中点，竖线为各条线",
        "The lower end: dots are group means at group middles, rules the lines",
    )
    chart: Picture = alt.layer(rules, curves, dots).properties(width=460, height=300)
    return finished(chart, title(lang))
