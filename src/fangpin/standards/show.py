"""A standard as a person reads it: text, parameters with source and state, line, overlays, hash.

Gives   to_json(standard, lang), document_text(standard, lang)
"""

from __future__ import annotations

from typing import Any

from fangpin.standards.model import Indicator, Line, Standard, Value
from fangpin.vocabulary.text import Text

STATES = {
    "national": Text("全国", "national"),
    "local": Text("本地", "local"),
    "unverified": Text("待核", "unverified"),
    "ours": Text("我们的读法", "our reading"),
}
DIMENSIONS = {
    "health": Text("健康水平", "health"),
    "education": Text("教育水平", "education"),
    "living": Text("生活水平", "living standard"),
}


def to_json(standard: Standard, lang: str) -> dict[str, Any]:
    """The standard as plain data."""
    doc = standard.document
    return {
        "id": standard.id,
        "title": standard.title(lang),
        "hash": standard.hash,
        "as_of": standard.as_of.isoformat(),
        "region": standard.region,
        "effective_from": standard.effective_from.isoformat(),
        "effective_until": standard.effective_until.isoformat() if standard.effective_until else None,
        "supersedes": doc.supersedes,
        "legal_basis": Text(doc.legal_basis.zh, doc.legal_basis.en)(lang),
        "source": doc.source.document,
        "income_concept": standard.concept,
        "k": standard.k,
        "line": line_json(standard.lower, lang),
        "line_upper": line_json(standard.upper, lang),
        "parameters": [parameter_json(v, lang) for v in standard.parameters.values()],
        "indicators": [indicator_json(i, lang) for i in standard.indicators],
        "veto": [indicator_json(i, lang) for i in standard.veto],
        "overlays": list(standard.overlays),
    }


def line_json(line: Line, lang: str) -> dict[str, Any]:
    """A line with how it was set."""
    return {
        "yuan": float(line.yuan),
        "form": line.form,
        "basis": line.basis(lang),
        "year": line.year,
        "source": line.source,
        "estimated": line.estimated,
        "outdated": line.outdated,
        "verified": line.verified,
    }


def parameter_json(value: Value, lang: str) -> dict[str, Any]:
    """A parameter with who may set it and who did."""
    return {
        "name": value.name,
        "label": value.label(lang),
        "value": list(value.value) if isinstance(value.value, tuple) else value.value,
        "unit": value.unit,
        "state": value.state,
        "state_label": STATES[value.state](lang),
        "source": value.source,
        "set_by": value.set_by,
        "direction": value.direction,
        "inherited": list(value.inherited) if isinstance(value.inherited, tuple) else value.inherited,
        "changed_by": value.changed_by,
    }


def indicator_json(item: Indicator, lang: str) -> dict[str, Any]:
    """An indicator or veto item with its rule, clause and our readings."""
    return {
        "code": item.code,
        "name": item.name(lang),
        "dimension": item.dimension,
        "text": item.text(lang),
        "rule": item.rule,
        "clause": item.clause,
        "counts": item.counts,
        "readings": [r(lang) for r in item.readings],
    }


def line_text(line: Line, lang: str) -> str:
    """A line in words; what is estimated, outdated or unverified is said."""
    marks = [
        t(lang)
        for flag, t in (
            (line.estimated, Text("推算", "estimated")),
            (line.outdated, Text("已过所属年份", "past its year")),
            (not line.verified, Text("待核", "unverified")),
        )
        if flag
    ]
    said = f"{line.yuan:,} {Text('元/人·年', 'yuan per person and year')(lang)}　{line.basis(lang)}"
    return said + (f"（{'、'.join(marks)}）" if marks else "")


def document_text(standard: Standard, lang: str) -> str:
    """The standard as text."""
    doc = standard.document
    until = standard.effective_until or ""
    lines = [
        f"{standard.title(lang)}　{standard.id}@{standard.hash[:12]}",
        f"{Text('施行', 'in force')(lang)} {standard.effective_from} – {until}　{standard.as_of}",
        Text(doc.legal_basis.zh, doc.legal_basis.en)(lang),
        f"{Text('来源', 'source')(lang)} {doc.source.document} {doc.source.place}",
        "",
        f"{Text('低收入线', 'line')(lang)} {line_text(standard.lower, lang)}",
    ]
    if standard.upper != standard.lower:
        lines.append(f"{Text('上线', 'upper line')(lang)} {line_text(standard.upper, lang)}")
    for title, items in (
        (Text("指标", "indicators"), standard.indicators),
        (Text("否决项", "veto items"), standard.veto),
    ):
        if items:
            lines += ["", f"【{title(lang)}】", *[part for i in items for part in _indicator(i, lang)]]
    if standard.parameters:
        lines += [
            "",
            f"【{Text('参数', 'parameters')(lang)}】",
            *[_parameter(v, lang) for v in standard.parameters.values()],
        ]
    if standard.overlays:
        lines += ["", f"{Text('本地调整', 'overlays')(lang)} {'、'.join(standard.overlays)}"]
    return "\n".join(lines)


def _indicator(item: Indicator, lang: str) -> list[str]:
    dimension = f"{DIMENSIONS[item.dimension](lang)}　" if item.dimension else ""
    flag = "" if item.counts else Text("［只作提示］", " [flag only]")(lang)
    sep = "；" if lang == "zh" else "; "
    readings = (
        f"    {Text('我们的读法', 'our reading')(lang)}：{sep.join(r(lang) for r in item.readings)}"
        if item.readings
        else ""
    )
    return [
        line
        for line in (
            f"  {item.code} {item.name(lang)}{flag}　{dimension}{item.text(lang)}",
            f"    {item.rule}",
            readings,
        )
        if line
    ]


def _parameter(value: Value, lang: str) -> str:
    said = ", ".join(map(str, value.value)) if isinstance(value.value, tuple) else str(value.value)
    by = f"　← {value.changed_by}" if value.changed_by else ""
    head = f"  {value.name} = {said} {value.unit or ''}　{value.label(lang)}"
    return f"{head}　[{STATES[value.state](lang)}] {value.source}{by}"
