"""The standard in full, with every parameter, its source and state; and where the report comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from fangpin import tables
from fangpin.identification.explain import STATES
from fangpin.reports.blocks import (
    Bullets,
    Cell,
    Section,
    Sub,
    Table,
    Tone,
    chip,
    code,
    columns,
    head,
    name,
    number,
    own_words,
    para,
    text,
)
from fangpin.reports.context import Context
from fangpin.reports.words import CONCEPTS, DIMENSIONS, MANIFEST, SET_BY, value_of
from fangpin.standards import Indicator, Value

MOST_FILES = 40
STATE_TONES: dict[str, Tone] = {"national": "plain", "local": "todo", "unverified": "due", "ours": "wait"}


def law(context: Context) -> Section:
    """The standard's text: what it is, its indicators and veto items, terms and parameters."""
    section = Section("law", context.word("law")).add(_about(context))
    if context.standard.indicators:
        section.add(Sub(context.word("law_indicators")), _items(context, context.standard.indicators))
    if context.standard.veto:
        section.add(Sub(context.word("law_veto")), _items(context, context.standard.veto))
    if context.standard.definitions:
        section.add(_definitions(context))
    if context.standard.parameters:
        section.add(_parameters(context))
    document = context.standard.document
    for key, pairs in (("law_changes", document.changes), ("law_open", document.open_questions)):
        lines = pairs.en if context.lang == "en" else pairs.zh
        if lines:
            section.add(Sub(context.word(key)), Bullets(tuple((own_words(line),) for line in lines)))
    return section


def _about(context: Context) -> Table:
    standard, document = context.standard, context.standard.document
    until = standard.effective_until
    period = (
        context.word("law_until", start=standard.effective_from, end=until)
        if until
        else context.word("law_from", start=standard.effective_from)
    )
    basis = document.legal_basis
    verified = context.word("verified" if document.source.verified is True else "unverified")
    rows: list[tuple[Cell, ...]] = [
        (head(context.word("law_id")), code(standard.id)),
        (head(context.word("law_title")), text(standard.title(context.lang))),
        (head(context.word("law_in_force")), text(period)),
        (head(context.word("law_basis")), own_words(basis.en if context.lang == "en" else basis.zh)),
        (head(context.word("law_source")), name(f"{document.source.document} {document.source.place}".strip())),
        (head(context.word("state")), text(verified)),
        (head(context.word("law_concept")), text(CONCEPTS[standard.concept](context.lang))),
    ]
    if standard.k is not None:
        rows.append((head(context.word("law_k")), number(standard.k)))
    if standard.regime is not None:
        rows.append((head(context.word("law_regime")), _regime(context)))
    overlays = ", ".join(standard.overlays)
    rows += [
        (head(context.word("law_overlays")), code(overlays) if overlays else text(context.word("law_no_overlays"))),
        (head(context.word("law_hash")), code(standard.hash)),
    ]
    return Table(
        context.word("law_table"),
        columns(context.word("law_item"), context.word("law_value"), widths=(20, 80)),
        tuple(rows),
    )


def _regime(context: Context) -> Cell:
    regime = context.standard.regime
    assert regime is not None
    line = f"{regime.line.yuan:,} {context.word('yuan_year')}" if regime.line else context.word("no_line")
    return text(f"{regime.id}（{line}）" if context.lang == "zh" else f"{regime.id} ({line})")


def _items(context: Context, items: Sequence[Indicator]) -> Table:
    heads = columns(
        *[context.word(w) for w in ("indicator", "law_text", "law_rule", "law_readings", "law_source")],
        widths=(15, 19, 32, 20, 14),
    )
    stop = "；" if context.lang == "zh" else "; "
    rows = tuple(
        (
            head(_label(context, item)),
            text(item.text(context.lang)),
            code(" ".join(item.rule.split())),
            text(stop.join(r(context.lang) for r in item.readings)),
            name(item.clause),
        )
        for item in items
    )
    return Table("", heads, rows)


def _label(context: Context, item: Indicator) -> str:
    said = f"{item.code} {item.name(context.lang)}"
    if item.dimension:
        said += (
            f"（{DIMENSIONS[item.dimension].zh}）" if context.lang == "zh" else f" ({DIMENSIONS[item.dimension].en})"
        )
    if not item.counts:
        said += f" [{context.word('veto_flag')}]"
    return said


def _definitions(context: Context) -> Table:
    document = context.standard.document.define
    rules = {**document.member, **document.household}
    rows = tuple(
        (code(term), text(said(context.lang)), code(" ".join(rules[term].rule.split())))
        for term, said in context.standard.definitions.items()
    )
    heads = columns(*[context.word(w) for w in ("term", "law_text", "law_rule")], widths=(17, 23, 60))
    return Table(context.word("law_definitions"), heads, rows)


def _parameters(context: Context) -> Table:
    heads = columns(
        *[context.word(w) for w in ("field", "parameter", "value", "state", "source", "set_by")],
        widths=(20, 25, 14, 10, 23, 8),
    )
    rows = tuple(
        (
            code(p.name),
            text(p.label(context.lang)),
            _value(context, p),
            _state(context, p),
            name(p.source),
            text(SET_BY[p.set_by](context.lang)),
        )
        for p in context.standard.parameters.values()
    )
    return Table(context.word("law_parameters"), heads, rows)


def _value(context: Context, parameter: Value) -> Cell:
    said = value_of(parameter, parameter.value)(context.lang)
    if parameter.changed_by:
        by = context.word("whatif") if parameter.changed_by == "what-if" else parameter.changed_by
        old = value_of(parameter, parameter.inherited)(context.lang)
        changed = context.word("changed", by=by, old=old)
        said += f"（{changed}）" if context.lang == "zh" else f" ({changed})"
    return text(said)


def _state(context: Context, parameter: Value) -> Cell:
    if parameter.changed_by == "what-if":
        return chip(context.word("whatif"), "due")
    return chip(STATES[parameter.state](context.lang), STATE_TONES[parameter.state])


# -- manifest -----------------------------------------------------------------------------------------------
def manifest(context: Context) -> Section:
    """Input, standard and version with their hashes."""
    again = para(context.word("manifest_note"), " ", code("fangpin replay manifest.json"))
    section = Section("manifest", context.word("manifest")).add(again)
    rows = tuple(
        (head(MANIFEST[key](context.lang) if key in MANIFEST else key), _manifest_value(context, value))
        for key, value in _flat(context.manifest)
        if key in MANIFEST
    )
    section.add(Table("", columns(context.word("law_item"), context.word("law_value"), widths=(30, 70)), rows))
    files = (
        context.manifest.get("input", {}).get("files", []) if isinstance(context.manifest.get("input"), Mapping) else []
    )
    return section.add(_files(context, files)) if files else section


def _flat(data: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Every single value by its path."""
    for key, value in data.items():
        path = f"{above}.{key}" if above else str(key)
        if isinstance(value, Mapping) and path != "standard.changes":
            yield from _flat(value, path)
        elif not isinstance(value, list):
            yield path, value


def _manifest_value(context: Context, value: Any) -> Cell:
    if value in (None, "", {}):
        return text(context.word("none"))
    if isinstance(value, Mapping):
        return code(", ".join(f"{k} = {v}" for k, v in value.items()))
    said = str(value)
    return (
        number(value)
        if isinstance(value, int)
        else code(PurePath(said).name if "/" in said and said.startswith("/") else said)
    )


def _files(context: Context, files: Sequence[Mapping[str, Any]]) -> Table:
    heads = columns(*[context.word(w) for w in ("table", "file", "rows", "sha256")], numeric=(2,))
    known = tables.catalogue().tables
    rows = [
        (
            text(known[f["table"]].label(context.lang)) if f.get("table") in known else code(str(f.get("table", ""))),
            name(" › ".join(p for p in (PurePath(str(f.get("path", ""))).name, str(f.get("sheet", ""))) if p)),
            number(int(f.get("rows", 0))),
            code(str(f.get("sha256", ""))[:16]),
        )
        for f in files[:MOST_FILES]
    ]
    if len(files) > MOST_FILES:
        rows.append((text(context.word("others", n=f"{len(files) - MOST_FILES:,}")), text(""), text(""), text("")))
    return Table(context.word("files"), heads, tuple(rows))
