"""The sub-indicators: each by itself, and how they come together."""

from __future__ import annotations

from fangpin.reports import charts, figures
from fangpin.reports.blocks import (
    Cell,
    Column,
    Section,
    Table,
    columns,
    head,
    number,
    para,
    percent,
    text,
)
from fangpin.reports.context import Context
from fangpin.reports.words import DIMENSIONS


def each(context: Context) -> Section:
    """Each indicator: for how many households it holds, does not hold, is unknown."""
    section = Section("indicators", context.word("indicators")).add(para(context.word("indicators_note")))
    title = context.word("chart_indicators")
    return section.add(
        context.figure(lambda: charts.indicators(context.summary, context.lang), title, "indicators", _table(context))
    )


def _table(context: Context) -> Table:
    low = context.statuses["low_income"]
    heads = columns(
        *[context.word(w) for w in ("indicator", "true", "true_share", "false", "unknown", "among_low")],
        numeric=(1, 2, 3, 4, 5),
    )
    rows = tuple(
        (
            _label(context, a.code),
            number(a.true),
            percent(a.true, a.total),
            number(a.false),
            number(a.unknown),
            percent(a.among_low, low),
        )
        for a in figures.indicators(context.summary)
    )
    return Table(context.word("table_indicators"), heads, rows, stack=True)


def _label(context: Context, code: str) -> Cell:
    item = context.standard.item(code)
    said = context.indicator(code)
    if item.dimension:
        dimension = DIMENSIONS[item.dimension](context.lang)
        said += f"（{dimension}）" if context.lang == "zh" else f" ({dimension})"
    if code not in context.standard.counted:
        said += f" [{context.word('not_counted')}]"
    return head(said)


def joint(context: Context) -> Section:
    """How many indicators hold at once, which pairs, and which combinations."""
    section = Section("joint", context.word("joint"))
    title = context.word("chart_true_counts", k=context.standard.k)
    section.add(
        context.figure(
            lambda: charts.true_counts(context.summary, context.lang), title, "counts", _true_counts(context)
        )
    )
    title = context.word("chart_together")
    section.add(
        context.figure(lambda: charts.together(context.summary, context.lang), title, "together", _together(context))
    )
    return section.add(_combinations(context))


def _true_counts(context: Context) -> Table:
    heads = columns(
        *[context.word(w) for w in ("true_count", "households", "share", "could_reach")], numeric=(0, 1, 2, 3)
    )
    rows = tuple(
        (number(true), number(n), percent(n, context.total), number(maybe))
        for true, n, maybe in figures.true_counts(context.summary)
    )
    return Table(context.word("table_true_counts"), heads, rows)


def _together(context: Context) -> Table:
    """The square of pairs, its lower half."""
    codes, found = context.standard.counted, figures.together(context.summary)
    heads = (Column(context.word("indicator")), *[Column(c, True, context.indicator(c)) for c in codes])
    rows = tuple(
        (head(b), *[number(found[(a, b)]) if codes.index(a) <= codes.index(b) else text("") for a in codes])
        for b in codes
    )
    return Table(context.word("table_together"), heads, rows, note=context.word("together_note"))


def _combinations(context: Context) -> Table:
    heads = columns(*[context.word(w) for w in ("combination", "households", "share")], numeric=(1, 2))
    join = "＋" if context.lang == "zh" else " + "
    rows = tuple(
        (text(join.join(context.indicator(c) for c in codes)), number(n), percent(n, context.total))
        for codes, n in figures.combinations(context.summary)
    )
    return Table(context.word("table_combinations"), heads, rows)
