"""What is unknown, and which few facts or visits would settle most households."""

from __future__ import annotations

from fangpin.reports import charts, figures
from fangpin.reports.blocks import Para, Section, Table, code, columns, head, name, number, para, percent, text
from fangpin.reports.context import Context
from fangpin.reports.shortcuts import stand_ins

MOST_FACTS, MOST_TRIPS = 40, 20


def unknown(context: Context) -> Section:
    """Open facts, the order in which to gather them, the villages to go to first."""
    section = Section("open", context.word("open"))
    waiting = context.statuses["needs_visit"]
    if not waiting:
        return section.add(para(context.word("open_none")))
    one = figures.least(context.summary).get(1, 0)
    section.add(para(context.word("open_line", n=f"{waiting:,}", one=f"{one:,}")))
    title = context.word("chart_facts")
    section.add(
        context.figure(
            lambda: charts.open_facts(context.summary, context.lang), title, "facts", _facts(context), wide=True
        )
    )
    section.add(*_spared(context))
    sheets = para(context.word("sheets"), " ", code("fangpin visits PATH --out DIR"))
    section.add(_plan(context), _trips(context), sheets, _least(context))
    return section


def _spared(context: Context) -> list[Para]:
    """Which question comes first because its answer makes others needless."""
    asked = {f.fact for f in context.open_facts}
    comma = "、" if context.lang == "zh" else ", "
    return [
        para(
            context.word(
                "facts_spared", fact=context.fact(fact), spared=comma.join(context.fact(s) for s in sorted(spared))
            )
        )
        for fact, spared in stand_ins(context.standard).items()
        if fact in asked
    ]


def _facts(context: Context) -> Table:
    heads = columns(
        *[context.word(w) for w in ("fact", "fact_open", "fact_enough", "fact_one", "field")], numeric=(1, 2, 3)
    )
    rows = tuple(
        (head(context.fact(f.fact)), number(f.households), number(f.enough), number(f.one), code(f.fact))
        for f in context.open_facts[:MOST_FACTS]
    )
    return Table(context.word("facts_table"), heads, rows, note=context.word("facts_note"), tall=len(rows) > 16)


def _plan(context: Context) -> Table:
    heads = columns(
        *[context.word(w) for w in ("step", "fact", "settled", "cumulative", "share")], numeric=(0, 2, 3, 4)
    )
    rows = tuple(
        (
            number(i + 1),
            head(context.fact(fact)),
            number(n),
            number(total),
            percent(total, context.statuses["needs_visit"]),
        )
        for i, (fact, n, total) in enumerate(figures.plan(context.summary))
    )
    return Table(context.word("plan_table"), heads, rows, note=context.word("plan_note"))


def _trips(context: Context) -> Table:
    places = [p for p in (context.levels[-1][1] if context.levels else []) if p.statuses.get("needs_visit")]
    places.sort(key=lambda p: (-p.one, -p.statuses["needs_visit"], p.code, p.village))
    heads = columns(*[context.word(w) for w in ("village", "one_answer", "waiting", "cumulative")], numeric=(1, 2, 3))
    rows, total = [], 0
    for place in places[:MOST_TRIPS]:
        total += place.one
        label = name(place.name(context.lang)) if place.code or place.village else text(context.word("no_code"))
        rows.append((label, number(place.one), number(place.statuses["needs_visit"]), number(total)))
    return Table(context.word("trips_table"), heads, tuple(rows), note=context.word("trips_note"))


def _least(context: Context) -> Table:
    heads = columns(*[context.word(w) for w in ("least", "households", "share")], numeric=(1, 2))
    rows = tuple(
        (head(str(k) if k else context.word("least_zero")), number(n), percent(n, context.statuses["needs_visit"]))
        for k, n in figures.least(context.summary).items()
    )
    return Table(context.word("least_table"), heads, rows)
