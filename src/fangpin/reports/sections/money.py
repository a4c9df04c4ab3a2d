"""Income against the lines, the routes by which a household is sure, veto items and key groups."""

from __future__ import annotations

import polars as pl

from fangpin.identification.verdict import ROUTES
from fangpin.reports import charts, figures
from fangpin.reports.blocks import Cell, Section, Table, columns, head, number, para, percent, share, text, yuan
from fangpin.reports.context import Context
from fangpin.reports.words import SIDES, SIDES_ONE_LINE


def income(context: Context) -> Section:
    """The distribution of income around the lines, and how many lie between them."""
    section = Section("income", context.word("income" if context.has_band else "income_single"))
    by_side = {side: n for side, (n, _) in context.summary.answers.by("income_status").items()}
    band = by_side.get("band", 0)
    if context.has_band:
        section.add(
            para(
                context.word(
                    "income_band",
                    n=f"{band:,}",
                    share=share(band, context.total),
                    d=f"{context.statuses['deliberate']:,}",
                )
            )
        )
    else:
        section.add(para(context.word("income_one")))
    unknown = by_side.get("unknown", 0)
    if unknown:
        section.add(para(context.word("income_unknown", n=f"{unknown:,}"), " ", context.word("chart_income_left_out")))
    title = context.word("chart_income")
    section.add(context.figure(lambda: charts.income(context.summary, context.lang), title, "income", _bins(context)))
    routes = _routes(context)
    return section.add(routes) if routes.rows else section


def _bins(context: Context) -> Table:
    sides = SIDES if context.has_band else SIDES_ONE_LINE
    heads = columns(*[context.word(w) for w in ("income_range", "side", "households", "persons")], numeric=(2, 3))
    rows = tuple(
        (head(_range(context, b)), text(sides[b.side](context.lang)), number(b.households), number(b.persons))
        for b in figures.wide_bins(context.summary)
    )
    return Table(context.word("table_income"), heads, rows, note=context.word("between_note"))


def _range(context: Context, found: figures.Bin) -> str:
    low, high = yuan(found.low, 2), yuan(found.high, 2)
    if found.low is None:
        return context.word("under", high=high)
    return context.word("from", low=low) if found.high is None else context.word("between", low=low, high=high)


def _routes(context: Context) -> Table:
    found = context.summary.routes.by("route")
    heads = columns(*[context.word(w) for w in ("route", "households", "share", "persons")], numeric=(1, 2, 3))
    rows = tuple(
        (head(ROUTES[r](context.lang)), number(found[r][0]), percent(found[r][0], context.total), number(found[r][1]))
        for r in ROUTES
        if r in found
    )
    return Table(context.word("routes"), heads, rows, note=context.word("routes_note"))


def veto(context: Context) -> Section:
    """Veto items over all households, and the key groups of the regime in force."""
    section = Section("veto", context.word("veto"))
    if context.standard.veto:
        section.add(_vetoes(context))
    if context.standard.regime is not None:
        section.add(_groups(context))
    return section


def _vetoes(context: Context) -> Table:
    heads = columns(
        *[context.word(w) for w in ("veto_item", "veto_true", "veto_false", "veto_unknown")], numeric=(1, 2, 3)
    )

    def label(code: str) -> Cell:
        if code == "veto":
            return head(context.word("veto_any"))
        flag = "" if context.standard.item(code).counts else f" [{context.word('veto_flag')}]"
        return head(context.indicator(code) + flag)

    rows = tuple(
        (label(a.code), number(a.true), number(a.false), number(a.unknown)) for a in figures.vetoes(context.summary)
    )
    return Table(context.word("veto_table"), heads, rows)


def _groups(context: Context) -> Table:
    regime = context.standard.regime
    assert regime is not None
    found = context.summary.groups.by("target_group")
    still = context.summary.groups.by("target_group_open", pl.col("target_group").is_null()).get(True, (0, 0))
    heads = columns(*[context.word(w) for w in ("group", "households", "persons")], numeric=(1, 2))
    rows = [
        (
            head(label.en if context.lang == "en" else label.zh),
            number(found.get(g, (0, 0))[0]),
            number(found.get(g, (0, 0))[1]),
        )
        for g, label in regime.groups.names.items()
    ]
    rows.append((head(context.word("group_open")), number(still[0]), number(still[1])))
    note = context.word("no_line") if regime.line is None else ""
    return Table(context.word("groups_table", regime=regime.id), heads, tuple(rows), note=note)
