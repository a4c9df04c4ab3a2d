"""Charts: what each picture of the report shows, as Altair specifications.

Reads   a Summary, through figures
Gives   places, indicators, true_counts, together, income, open_facts: Altair charts in one language; the web shows the
        same specifications
Not     drawing (svg), the tables beside them (sections)
Keeps   every mark has its words in the table beside it; no meaning by colour alone; no red
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from fangpin import tables
from fangpin.identification.verdict import STATUSES
from fangpin.reports import figures
from fangpin.reports.summary import Summary
from fangpin.reports.svg import FONTS
from fangpin.reports.words import ROSTER, SIDES, SIDES_ONE_LINE, word

Picture = alt.Chart | alt.LayerChart | alt.FacetChart
WIDTH = 230
INK, GRID = "#1b2430", "#dfe3e8"
COLOURS = {
    "low_income": "#1f3a5f",
    "to_compare": "#7d8794",
    "deliberate": "#d99a2b",
    "vetoed": "#4c5663",
    "needs_visit": "#4f8fd6",
    "not_low_income": "#d5dae0",
}
DARK, BLUE, AMBER, PALE = (
    COLOURS["low_income"],
    COLOURS["needs_visit"],
    COLOURS["deliberate"],
    COLOURS["not_low_income"],
)
MOST_PLACES, MOST_FACTS = 15, 12
LOOKED_AT = ("low_income", "to_compare", "deliberate", "vetoed", "needs_visit")


def finished(chart: Picture, title: str) -> Picture:
    """The chart in the report's type and colours, with its title."""
    titled: Picture = chart.properties(
        title=alt.TitleParams(title, anchor="start", frame="bounds", offset=10), background="transparent"
    )
    styled: Picture = (
        titled.configure(font=FONTS, padding=4)
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=13,
            titleFontSize=13,
            labelColor=INK,
            titleColor=INK,
            titleFontWeight="normal",
            gridColor=GRID,
            domainColor="#8a94a0",
            tickColor="#8a94a0",
            labelLimit=195,
        )
        .configure_legend(
            labelFontSize=13, labelColor=INK, orient="top", title=None, labelLimit=260, symbolType="square", padding=0
        )
        .configure_title(fontSize=14.5, color=INK, fontWeight="bold")
    )
    return styled


def _households(lang: str) -> alt.X:
    return alt.X("households:Q", title=word("households", lang), axis=alt.Axis(format=",d", tickMinStep=1, tickCount=5))


def indicator_name(summary: Summary, code: str, lang: str) -> str:
    """Code and name of an indicator."""
    return f"{code} {summary.standard.item(code).name(lang)}"


def fact_name(fact: str, lang: str) -> str:
    """A fact as people call it."""
    return ROSTER(lang) if fact == "household.roster" else tables.catalogue().field(fact).label(lang)


def _two_lines(name: str) -> str:
    """A long name broken near its middle, at a space where it has one."""
    wide = sum(2 if ord(c) > 0x2E80 else 1 for c in name)
    if wide <= 28:
        return name
    spaces = [i for i, c in enumerate(name) if c == " " and i > 3]
    middle = len(name) // 2
    if not spaces:
        return f"{name[:middle]}\n{name[middle:]}"
    at = min(spaces, key=lambda i: abs(i - middle))
    return f"{name[:at]}\n{name[at + 1 :]}"


def _stacked(
    rows: list[dict[str, Any]],
    order: Sequence[str],
    words: Sequence[str],
    colours: Sequence[str],
    lang: str,
    in_a_row: int = 3,
) -> alt.Chart:
    """Horizontal bars, one a row, cut into named pieces; long names take two lines."""
    rows = [{**row, "name": _two_lines(row["name"])} for row in rows]
    order = [_two_lines(name) for name in order]
    step = 34 if any("\n" in name for name in order) else 23
    chart: alt.Chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_bar()
        .encode(
            y=alt.Y(
                "name:N",
                sort=list(order),
                title=None,
                axis=alt.Axis(
                    ticks=False,
                    domain=False,
                    labelPadding=6,
                    labelExpr="split(datum.label, '\\n')",
                    labelBaseline={
                        "condition": {"test": "indexof(datum.value, '\\n') > 0", "value": "bottom"},
                        "value": "middle",
                    },
                ),
            ),
            x=_households(lang),
            color=alt.Color(
                "piece:N",
                scale=alt.Scale(domain=list(words), range=list(colours)),
                legend=alt.Legend(title=None, columns=in_a_row),
            ),
            order=alt.Order("rank:Q"),
        )
        .properties(width=WIDTH, height=step * max(len(order), 1))
    )
    return chart


def places(summary: Summary, shown: Sequence[figures.Place], lang: str) -> Picture:
    """Households by place and result, without those that do not meet the rule; the places with most of them."""

    def looked_at(place: figures.Place) -> int:
        return sum(place.statuses.get(s, 0) for s in LOOKED_AT)

    best = sorted(shown, key=lambda p: (-looked_at(p), p.code))[:MOST_PLACES]
    names = [p.name(lang) or word("no_code", lang) for p in best]
    rows = [
        {"name": n, "piece": STATUSES[s](lang), "rank": i, "households": p.statuses.get(s, 0)}
        for n, p in zip(names, best, strict=True)
        for i, s in enumerate(LOOKED_AT)
    ]
    chart = _stacked(
        rows,
        names,
        [STATUSES[s](lang) for s in LOOKED_AT],
        [COLOURS[s] for s in LOOKED_AT],
        lang,
        in_a_row=3 if lang == "zh" else 1,
    )
    return finished(chart, word("chart_places", lang))


def indicators(summary: Summary, lang: str) -> Picture:
    """Households for which each indicator holds, and for which it is unknown."""
    answers = figures.indicators(summary)
    names = [indicator_name(summary, a.code, lang) for a in answers]
    words = [word("true", lang), word("unknown", lang)]
    rows = [
        {"name": n, "piece": w, "rank": i, "households": value}
        for n, a in zip(names, answers, strict=True)
        for i, (w, value) in enumerate(zip(words, (a.true, a.unknown), strict=True))
    ]
    return finished(_stacked(rows, names, words, [DARK, BLUE], lang), word("chart_indicators", lang))


def true_counts(summary: Summary, lang: str) -> Picture:
    """Households by the number of indicators that hold; those that could still reach k are told apart."""
    k = summary.standard.k or 0
    words = [word(w, lang) for w in ("at_least_k", "maybe_k", "below_k")]
    rows = []
    for true, n, maybe in figures.true_counts(summary):
        pieces = (n, 0, 0) if true >= k else (0, maybe, n - maybe)
        rows += [
            {"true": true, "piece": w, "rank": i, "households": value}
            for i, (w, value) in enumerate(zip(words, pieces, strict=True))
        ]
    chart: alt.Chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_bar()
        .encode(
            x=alt.X("true:O", title=word("true_count", lang), axis=alt.Axis(labelAngle=0)),
            y=alt.Y(
                "households:Q", title=word("households", lang), axis=alt.Axis(format=",d", tickMinStep=1, tickCount=5)
            ),
            color=alt.Color(
                "piece:N", scale=alt.Scale(domain=words, range=[DARK, BLUE, PALE]), legend=alt.Legend(title=None)
            ),
            order=alt.Order("rank:Q"),
        )
        .properties(width=WIDTH + 110, height=210)
    )
    return finished(chart, word("chart_true_counts", lang, k=k))


def together(summary: Summary, lang: str) -> Picture:
    """A square of indicators: households for which two hold at once."""
    found = figures.together(summary)
    codes = summary.standard.counted
    most = max((n for (a, b), n in found.items() if a != b), default=0)
    rows = [
        {"a": a, "b": b, "households": n, "shade": min(n, most), "light": n * 2 < most} for (a, b), n in found.items()
    ]
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("a:N", sort=codes, title=None, axis=alt.Axis(labelAngle=0, orient="top", domain=False, ticks=False)),
        y=alt.Y("b:N", sort=codes, title=None, axis=alt.Axis(domain=False, ticks=False)),
    )
    squares = base.mark_rect(stroke="#ffffff").encode(
        color=alt.Color("shade:Q", scale=alt.Scale(domain=[0, max(most, 1)], range=["#eef2f6", DARK]), legend=None)
    )
    figures_ = base.mark_text(fontSize=11.5).encode(
        text=alt.Text("households:Q", format=",d"),
        color=alt.condition("datum.light", alt.value(INK), alt.value("#ffffff")),
    )
    size = 36 * len(codes)
    chart: Picture = alt.layer(squares, figures_).properties(width=size, height=size * 0.72)
    return finished(chart, word("chart_together", lang))


def income(summary: Summary, lang: str) -> Picture:
    """Households by income per person, with the line or the two lines; open groups at the ends are not drawn."""
    bins = [b for b in figures.income_bins(summary) if b.low is not None and b.high is not None]
    sides = SIDES if summary.standard.upper.yuan > summary.standard.lower.yuan else SIDES_ONE_LINE
    used = [s for s in ("below", "band", "above") if s != "band" or sides is SIDES]
    colours = {"below": DARK, "band": AMBER, "above": "#a9b4c0"}
    rows = [
        {"low": float(b.low), "high": float(b.high), "households": b.households, "piece": sides[b.side](lang)}
        for b in bins
        if b.low is not None and b.high is not None
    ]
    x = alt.X(
        "low:Q",
        bin="binned",
        title=word("chart_income_axis", lang, money=summary.standard.currency(lang)),
        axis=alt.Axis(format=",d", tickCount=6),
        scale=alt.Scale(nice=False, zero=False),
    )
    bars = (
        alt.Chart(alt.Data(values=rows))
        .mark_bar(stroke="#ffffff", strokeWidth=0.5)
        .encode(
            x=x,
            x2="high:Q",
            y=alt.Y(
                "households:Q", title=word("households", lang), axis=alt.Axis(format=",d", tickMinStep=1, tickCount=5)
            ),
            color=alt.Color(
                "piece:N",
                scale=alt.Scale(domain=[sides[s](lang) for s in used], range=[colours[s] for s in used]),
                legend=alt.Legend(title=None, columns=3 if lang == "zh" else 2),
            ),
        )
    )
    lines = list(dict.fromkeys([summary.standard.lower.yuan, summary.standard.upper.yuan]))
    marks = (
        alt.Chart(alt.Data(values=[{"low": float(y)} for y in lines]))
        .mark_rule(color=INK, strokeDash=[4, 3])
        .encode(x="low:Q")
    )
    chart: Picture = alt.layer(bars, marks).properties(width=WIDTH + 110, height=210)
    return finished(chart, word("chart_income", lang, money=summary.standard.currency(lang)))


def open_facts(summary: Summary, lang: str) -> Picture:
    """Households in which a fact is open: alone, or beside others; the facts open in most."""
    facts = sorted(figures.open_facts(summary), key=lambda f: (-f.households, f.fact))[:MOST_FACTS]
    words = [word("chart_enough", lang), word("chart_others", lang)]
    names = [fact_name(f.fact, lang) for f in facts]
    rows = [
        {"name": n, "piece": w, "rank": i, "households": value}
        for n, f in zip(names, facts, strict=True)
        for i, (w, value) in enumerate(zip(words, (f.enough, f.households - f.enough), strict=True))
    ]
    return finished(_stacked(rows, names, words, [BLUE, "#bcd6f2"], lang), word("chart_facts", lang))
