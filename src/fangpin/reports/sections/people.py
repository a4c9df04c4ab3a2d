"""How many, who, where: the answer in one line, the list by village, and the tables by place."""

from __future__ import annotations

from typing import Any

from fangpin.identification.verdict import STATUSES
from fangpin.reports import charts, figures
from fangpin.reports.blocks import (
    NOTHING,
    Cell,
    Column,
    Para,
    Section,
    Table,
    chip,
    code,
    columns,
    head,
    name,
    number,
    own_words,
    para,
    percent,
    share,
    text,
    yuan,
)
from fangpin.reports.context import Context
from fangpin.reports.summary import LISTED
from fangpin.reports.words import MEANINGS, MEANINGS_ONE_LINE, TONES
from fangpin.standards import Line

MOST_FINE_ROWS = 600


# -- the answer ---------------------------------------------------------------------------------------------
def answer(context: Context) -> Section:
    """How many of how many, how many need a visit, on which day and line."""
    section = Section("answer", context.word("answer"))
    if not context.total:
        return section.add(para(context.word("no_households")), line_table(context))
    section.add(
        Para((text(_answer_line(context)),), kind="lead"),
        _by_status(context),
        para(_persons_line(context)),
        para(context.word("rule_result")),
        line_table(context),
    )
    note = context.standard.document.income.note
    if note is not None:
        section.add(para(note.en if context.lang == "en" else note.zh))
    return section


def _answer_line(context: Context) -> str:
    low, visit = context.statuses["low_income"], context.statuses["needs_visit"]
    return context.word(
        "answer_line",
        day=context.standard.as_of.isoformat(),
        total=f"{context.total:,}",
        low=f"{low:,}",
        share=share(low, context.total),
        visit=f"{visit:,}",
        line=yuan(context.standard.lower.yuan, 2),
    )


def _persons_line(context: Context) -> str:
    said = context.word("persons_line", persons=f"{context.summary.persons()['low_income']:,}")
    gap = "" if context.lang == "zh" else " "
    if context.summary.uncounted:
        said += gap + context.word("uncounted", n=f"{context.summary.uncounted:,}")
    return said


def _by_status(context: Context) -> Table:
    meanings = MEANINGS if context.standard.k is not None else MEANINGS_ONE_LINE
    used = [
        s
        for s in STATUSES
        if context.statuses[s]
        or context.standard.k is not None
        or (s in MEANINGS_ONE_LINE and s in ("low_income", "needs_visit", "not_low_income"))
    ]
    people = context.summary.persons()
    rows = tuple(
        (
            chip(STATUSES[s](context.lang), TONES[s], meanings[s](context.lang)),
            number(context.statuses[s]),
            percent(context.statuses[s], context.total),
            number(people[s]),
        )
        for s in used
    )
    total = (
        head(context.word("total")),
        number(context.total),
        percent(context.total, context.total),
        number(sum(people.values())),
    )
    heads = columns(*[context.word(w) for w in ("status", "households", "share", "persons")], numeric=(1, 2, 3))
    return Table(context.word("by_status"), heads, rows, total=total, stack=True)


def line_table(context: Context) -> Table:
    """The line or the two lines: yuan, how set, year, source and what is to be said against it."""
    lower, upper = context.standard.lower, context.standard.upper
    lines = [("line_lower", lower), ("line_upper", upper)] if context.has_band else [("line_one", lower)]
    rows = tuple(
        (
            head(context.word(key)),
            Cell(yuan(line.yuan, 2), "number"),
            own_words(line.basis(context.lang)),
            _line_state(context, line),
            name(line.source),
        )
        for key, line in lines
    )
    heads = columns(
        *[context.word(w) for w in ("line", "yuan_year", "how_set", "state", "source")],
        numeric=(1,),
        widths=(13, 12, 35, 16, 24),
    )
    return Table(context.word("line_table"), heads, rows)


def _line_state(context: Context, line: Line) -> Cell:
    """What is to be said against a line: estimated, past its year, not verified."""
    said = [
        context.word(w)
        for w, holds in (("estimated", line.estimated), ("outdated", line.outdated), ("unverified", not line.verified))
        if holds
    ]
    if not said:
        return chip(context.word("verified"), "plain")
    return chip(("、" if context.lang == "zh" else ", ").join(said), "due")


# -- who ----------------------------------------------------------------------------------------------------
def who(context: Context) -> Section:
    """The households by result and village."""
    section = Section("who", context.word("who"))
    listed = context.summary.listed
    said = context.word("full_names" if context.names == "full" else "masked_note")
    section.add(
        para(
            said,
            " ",
            context.word("who_note"),
            " ",
            code("fangpin explain PATH --household ID"),
            tone="due" if context.names == "full" else "plain",
        )
    )
    if not listed.height:
        return section.add(para(context.word("who_none")))
    for status in LISTED:
        rows = [r for r in listed.iter_rows(named=True) if r["status"] == status]
        if rows:
            section.add(_list(context, status, rows))
    return section


def _list(context: Context, status: str, rows: list[dict[str, Any]]) -> Table:
    total = context.statuses[status]
    said = context.word("all_of" if len(rows) >= total else "first_of", total=f"{total:,}", shown=f"{len(rows):,}")
    heads = columns(
        *[context.word(w) for w in ("village", "household_id", "head_name", "persons", "income_pp", "why")],
        numeric=(3, 4),
        widths=(27, 17, 8, 8, 14, 26),
    )
    body = tuple(
        (
            name(_village(context, r)),
            text(r["household_id"]),
            name(context.head(r["head_name"]) or NOTHING),
            number(r["population"]),
            Cell(yuan(r["income"]), "number"),
            text(_why(context, r)),
        )
        for r in rows
    )
    colon = "：" if context.lang == "zh" else ": "
    return Table(f"{STATUSES[status](context.lang)}{colon}{said}", heads, body, tall=len(body) > 20)


def _village(context: Context, row: dict[str, Any]) -> str:
    code = row["region_code"] or ""
    place = figures.place_name(code, "", context.lang) if code else ""
    return f"{place} {row['natural_village'] or ''}".strip() or NOTHING


def _why(context: Context, row: dict[str, Any]) -> str:
    """What a listed household has its result from, in a few words."""
    comma = "；" if context.lang == "zh" else "; "
    true = " ".join(c for c in context.standard.counted if row[c])
    parts = []
    if row["status"] == "needs_visit":
        parts.append(context.word("why_ask", n=row["ask_least"]))
        return comma.join([*parts, f"{context.word('why_true')} {true}"] if true else parts)
    if row["income_status"] == "below":
        parts.append(context.word("why_income"))
    elif row["income_status"] == "band":
        parts.append(context.word("why_band"))
    if true:
        parts.append(f"{context.word('why_count')} {true}")
    if row["veto"]:
        items = " ".join(i.code for i in context.standard.veto if i.counts and row[i.code])
        parts.append(f"{context.word('why_veto')} {items}")
    return comma.join(parts)


# -- where --------------------------------------------------------------------------------------------------
def where(context: Context) -> Section:
    """Households by result in townships and villages (or the levels that the codes allow)."""
    section = Section("where", context.word("where"))
    if not context.levels:
        return section.add(para(context.word("where_none")))
    (width, coarse), *finer = context.levels
    first = _places(context, width, coarse)
    title = context.word("chart_places")
    section.add(
        context.figure(lambda: charts.places(context.summary, coarse, context.lang), title, "places", first, wide=True)
    )
    for width, places in finer:
        section.add(_places(context, width, places))
    return section


def _places(context: Context, width: int, places: list[figures.Place]) -> Table:
    level = figures.LEVEL_NAMES.get(width, figures.LEVEL_NAMES[12])(context.lang)
    used = [s for s in STATUSES if context.statuses[s]]
    shown, rest = places[:MOST_FINE_ROWS], places[MOST_FINE_ROWS:]

    def row(label: Cell, place: figures.Place) -> tuple[Cell, ...]:
        return (
            label,
            number(place.households),
            *[number(place.statuses.get(s, 0)) for s in used],
            percent(place.statuses.get("low_income", 0), place.households),
        )

    rows = [row(name(p.name(context.lang)) if p.code or p.village else text(context.word("no_code")), p) for p in shown]
    if rest:
        rows.append(row(text(context.word("others", n=f"{len(rest):,}")), figures.rest_of(rest)))
    heads = (
        Column(level),
        Column(context.word("households"), True),
        *[Column(STATUSES[s](context.lang), True) for s in used],
        Column(f"{STATUSES['low_income'](context.lang)} %", True),
    )
    return Table(
        context.word("by_level", level=level),
        heads,
        tuple(rows),
        tall=len(rows) > 20,
        total=row(head(context.word("total")), figures.rest_of(places)),
    )
