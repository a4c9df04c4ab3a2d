"""Charts of who moves and of what a result hangs on, as Altair specifications; the web shows the same.

Reads   flows (evaluation.compare), variants, lines and edges (evaluation.sensitivity)
Gives   flow, causes, variants, line, edges: Altair charts in one language
Keeps   every mark has its words in the table beside it; no meaning by colour alone; no red
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import polars as pl

from fangpin.evaluation.compare import status_name
from fangpin.evaluation.corners import ABSENT
from fangpin.identification.verdict import STATUSES
from fangpin.reports.charts import AMBER, BLUE, COLOURS, DARK, INK, PALE, WIDTH, Picture, finished
from fangpin.vocabulary.text import Text

SHADES = {**COLOURS, ABSENT: "#ece7dd", "not_low_income": "#c3cad2"}
ORDER = [*STATUSES, ABSENT]
_HEIGHT, _SLOT, _WIDE, _BAR = 250, 46, 165, 10
_STEPS = 20
HOUSEHOLDS = Text("户", "households")
ENTER, LEAVE = Text("进入", "enter"), Text("退出", "leave")


def flow(flows: Mapping[str, Mapping[str, int]], lang: str) -> Picture:
    """Households that moved, from the status before (left) to the status after (right), as ribbons."""
    total = max(sum(n for row in flows.values() for n in row.values()), 1)
    before = {b: sum(row.values()) for b, row in flows.items()}
    after = {a: sum(row.get(a, 0) for row in flows.values()) for a in ORDER}
    left = _places({s: before.get(s, 0) for s in ORDER}, total)
    right = _places(after, total)
    tops = {"left": {s: y for s, (y, _) in left.items()}, "right": {s: y for s, (y, _) in right.items()}}
    points: list[dict[str, Any]] = []
    for b in ORDER:
        for a in ORDER:
            n = flows.get(b, {}).get(a, 0)
            if n:
                height = n / total * _HEIGHT
                points += _ribbon(f"{b}>{a}", b, tops["left"][b], tops["right"][a], height)
                tops["left"][b] += height
                tops["right"][a] += height
    sides = [(0, left, before, -_BAR, 0), (1, right, after, _WIDE, _WIDE + _BAR)]
    bars: list[dict[str, Any]] = [
        {"x": x, "x2": x2, "y": y, "y2": y + h, "status": s}
        for _, places, _, x, x2 in sides
        for s, (y, h) in places.items()
    ]
    deepest = max([bar["y2"] for bar in bars] + [_SLOT]) + 8
    y = alt.Scale(domain=[deepest, 0], nice=False, zero=False)
    x = alt.Scale(domain=[-_BAR, _WIDE + _BAR], nice=False, zero=False)
    colour = alt.Color("status:N", scale=alt.Scale(domain=ORDER, range=[SHADES[s] for s in ORDER]), legend=None)
    areas = (
        alt.Chart(alt.Data(values=points))
        .mark_area(opacity=0.6)
        .encode(
            x=alt.X("x:Q", scale=x, axis=None),
            y=alt.Y("y:Q", scale=y, axis=None),
            y2="y2:Q",
            color=colour,
            detail="ribbon:N",
        )
    )
    ends = (
        alt.Chart(alt.Data(values=bars))
        .mark_rect()
        .encode(x=alt.X("x:Q", scale=x), x2="x2:Q", y=alt.Y("y:Q", scale=y), y2="y2:Q", color=colour)
    )
    words = [_words(places, counts, at, side, lang, x, y) for side, places, counts, at in _ends(sides)]
    chart: Picture = alt.layer(areas, ends, *words).properties(width=_WIDE + 2 * _BAR, height=deepest)
    title = Text("变动的户：原结果（左）→ 新结果（右）", "Households that move: result before (left), after (right)")
    return finished(chart, title(lang))


def _ends(sides: Sequence[tuple[Any, ...]]) -> list[tuple[int, Any, Any, float]]:
    return [(side, places, counts, x if side == 0 else x2) for side, places, counts, x, x2 in sides]


def _places(counts: Mapping[str, int], total: int) -> dict[str, tuple[float, float]]:
    """The top and height of each status, those without households left out; each has room for its words."""
    found, y = {}, 0.0
    for status, n in counts.items():
        if n:
            height = n / total * _HEIGHT
            slot = max(height, _SLOT)
            found[status] = (y + (slot - height) / 2, height)
            y += slot + 4
    return found


def _ribbon(name: str, status: str, left: float, right: float, height: float) -> list[dict[str, Any]]:
    points = []
    for i in range(_STEPS + 1):
        t = i / _STEPS
        y = left + (right - left) * t * t * (3 - 2 * t)
        points.append({"ribbon": name, "status": status, "x": t * _WIDE, "y": y, "y2": y + height})
    return points


def _words(
    places: Mapping[str, tuple[float, float]],
    counts: Mapping[str, int],
    at: float,
    side: int,
    lang: str,
    x: alt.Scale,
    y: alt.Scale,
) -> alt.Chart:
    rows = [
        {"x": at, "y": top + height / 2, "said": "\n".join([*_broken(status_name(s)(lang)), f"{counts[s]:,}"])}
        for s, (top, height) in places.items()
    ]
    chart: alt.Chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_text(
            align="right" if side == 0 else "left",
            baseline="middle",
            dx=-6 if side == 0 else 6,
            fontSize=13,
            color=INK,
            lineBreak="\n",
            lineHeight=14.5,
            dy=-7,
        )
        .encode(x=alt.X("x:Q", scale=x), y=alt.Y("y:Q", scale=y), text="said:N")
    )
    return chart


def _broken(name: str) -> list[str]:
    """A long name in two lines, broken at the space or comma nearest its middle."""
    if len(name) <= 16 or " " not in name:
        return [name]
    spaces = [i for i, c in enumerate(name) if c == " "]
    at = min(spaces, key=lambda i: abs(i - len(name) / 2))
    return [name[:at], name[at + 1 :]]


def variants(rows: Sequence[tuple[str, int, int]], lang: str) -> Picture:
    """Households that leave (left of the middle) and enter (right) under each variant."""
    data = [
        {"name": name, "piece": said(lang), "households": n}
        for name, leaving, entering in rows
        for said, n in ((LEAVE, -leaving), (ENTER, entering))
    ]
    names = [name for name, _, _ in rows]
    chart: alt.Chart = (
        alt.Chart(alt.Data(values=data))
        .mark_bar()
        .encode(
            y=alt.Y(
                "name:N",
                sort=names,
                title=None,
                axis=alt.Axis(
                    ticks=False,
                    domain=False,
                    labelPadding=6,
                    labelExpr="split(datum.label, '\\n')",
                    labelLineHeight=13.5,
                    labelBaseline={
                        "condition": {"test": "indexof(datum.value, '\\n') > 0", "value": "bottom"},
                        "value": "middle",
                    },
                ),
            ),
            x=alt.X(
                "households:Q",
                title=HOUSEHOLDS(lang),
                axis=alt.Axis(labelExpr="format(abs(datum.value), ',d')", tickCount=5, tickMinStep=1),
            ),
            color=alt.Color(
                "piece:N",
                scale=alt.Scale(domain=[LEAVE(lang), ENTER(lang)], range=[AMBER, DARK]),
                legend=alt.Legend(title=None),
            ),
        )
        .properties(width=WIDTH, height=34 * max(len(names), 1))
    )
    title = Text("每个变化使多少户进入、退出", "Households that enter or leave under each variant")
    return finished(chart, title(lang))


def line(frame: pl.DataFrame, lang: str) -> Picture:
    """Households that meet the rule as both lines move from −5 % to +5 %."""
    rows = [
        {"step": r["step"], "households": r["low_income"]}
        for r in frame.select("step", "low_income").iter_rows(named=True)
    ]
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X(
            "step:Q",
            title=Text("线的变动（%）", "change of the line (%)")(lang),
            axis=alt.Axis(values=list(range(-5, 6)), labelExpr="datum.value > 0 ? '+' + datum.value : datum.value"),
        ),
        y=alt.Y(
            "households:Q", title=HOUSEHOLDS(lang), scale=alt.Scale(zero=False), axis=alt.Axis(format=",d", tickCount=5)
        ),
    )
    now = alt.Chart(alt.Data(values=[{"step": 0}])).mark_rule(color=INK, strokeDash=[4, 3]).encode(x="step:Q")
    chart: Picture = alt.layer(
        now, base.mark_line(color=DARK), base.mark_point(color=DARK, filled=True, size=40)
    ).properties(width=WIDTH + 110, height=200)
    title = Text("线上下移动5%，初判符合的户数", "Households that meet the rule as the line moves by 5 %")
    return finished(chart, title(lang))


def edges(rows: Sequence[tuple[str, str, int, int, bool]], lang: str) -> Picture:
    """Households close to each threshold, by value; the value itself and the side it holds on are told apart.

    Args:
        rows: name of the threshold, value or bin as it is called, its order, households, whether it is the threshold.
        lang: The language.
    """
    data = [
        {
            "edge": edge,
            "bin": said,
            "order": order,
            "households": n,
            "piece": Text("门槛", "threshold")(lang) if at else Text("附近", "near")(lang),
        }
        for edge, said, order, n, at in rows
    ]
    words = [Text("附近", "near")(lang), Text("门槛", "threshold")(lang)]
    chart: Picture = (
        alt.Chart(alt.Data(values=data))
        .mark_bar()
        .encode(
            x=alt.X(
                "bin:O",
                sort=alt.SortField("order"),
                title=None,
                axis=alt.Axis(labelAngle=0, labelFontSize=11, labelOverlap=True),
            ),
            y=alt.Y("households:Q", title=None, axis=alt.Axis(format="~s", tickCount=3)),
            color=alt.Color(
                "piece:N", scale=alt.Scale(domain=words, range=[PALE, BLUE]), legend=alt.Legend(title=None)
            ),
        )
        .properties(width=150, height=80)
        .facet(
            facet=alt.Facet(
                "edge:N",
                sort=list(dict.fromkeys(r[0] for r in rows)),
                title=None,
                header=alt.Header(labelFontSize=12.5, labelLimit=190, labelAnchor="start", labelColor=INK),
            ),
            columns=2,
        )
        .resolve_scale(x="independent", y="independent")
    )
    title = Text("门槛附近的户数", "Households close to each threshold")
    return finished(chart, title(lang))
