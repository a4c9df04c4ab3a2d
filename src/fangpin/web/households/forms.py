"""Forms made from the tables: the fields of one row, each with the right control.

Gives   controls(table, row, …) → what a template draws; posted(table, data) → the texts that were given
Keeps   what is sealed comes empty and is only changed where something was typed; labels and lists are those of tables/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fangpin import tables
from fangpin.tables import Field
from fangpin.web.households.words import NO, YES, typed
from fangpin.web.registers.columns import columns

DERIVED = "D"


@dataclass(frozen=True)
class Control:
    """One field in a form."""

    field: Field
    name: str
    label: str
    kind: str
    value: str
    help: str = ""
    options: Sequence[tuple[str, str]] = ()
    chosen: frozenset[str] = frozenset()
    placeholder: str = ""
    problem: str = ""
    required: bool = False
    unit: str = ""


def controls(
    name: str,
    row: Mapping[str, Any],
    lang: str,
    *,
    only: Sequence[str] = (),
    health: bool = True,
    given: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
    masked: Mapping[str, str] | None = None,
) -> list[Control]:
    """The controls of a row's fields.

    Args:
        name: The table.
        row: What holds now, by inside names; empty for a new row.
        lang: The language of labels.
        only: Field codes; all that can be typed if empty.
        health: Whether sensitive fields are shown.
        given: What was typed before, kept when it could not be read.
        problems: What is wrong with it, by field code.
        masked: How sealed values look, by field code.
    """
    about = columns(name)
    found = []
    for inside in about.facts:
        declared = about.fields[inside]
        if (only and declared.name not in only) or (not health and declared.privacy == "sensitive"):
            continue
        if declared.required == DERIVED and declared.name not in only:
            continue
        sealed = inside in about.sealed
        value = "" if sealed else typed(declared, row.get(inside), lang)
        value = (given or {}).get(declared.name, value)
        found.append(
            Control(
                field=declared,
                name=declared.name,
                label=declared.label(lang),
                kind=_kind(declared),
                value=value,
                help=(declared.ask(lang) if declared.ask else declared.note(lang) if declared.note else ""),
                options=_options(declared, lang),
                chosen=frozenset(value.split(";")) if declared.kind == "codes" else frozenset({value}),
                placeholder=(masked or {}).get(declared.name, "") if sealed else "",
                problem=(problems or {}).get(declared.name, ""),
                unit=declared.unit or "",
            )
        )
    return found


def _kind(declared: Field) -> str:
    kinds = {"bool": "choice", "code": "choice", "codes": "several", "date": "date", "month": "month"}
    kinds |= {"int": "number", "num": "decimal", "money": "decimal"}
    if declared.kind == "code" and declared.codes and len(tables.catalogue().codelist(declared.codes).items) > 5:
        return "list"
    return kinds.get(declared.kind, "text")


def _options(declared: Field, lang: str) -> list[tuple[str, str]]:
    if declared.kind == "bool":
        return [("true", YES(lang)), ("false", NO(lang))]
    if declared.kind in ("code", "codes") and declared.codes:
        return [(code, text(lang)) for code, text in tables.catalogue().codelist(declared.codes).items.items()]
    return []


def posted(name: str, data: Any, before: Mapping[str, Any], lang: str = "zh") -> dict[str, str]:
    """The texts that were given for the fields of a row and differ from what holds; an empty sealed field is no change.

    Args:
        name: The table.
        data: What the form sent (a QueryDict).
        before: What holds, by inside names.
        lang: As the form was made.
    """
    about, found = columns(name), {}
    for inside in about.facts:
        declared = about.fields[inside]
        if declared.name not in data and f"{declared.name}.shown" not in data:
            continue
        values = [v.strip() for v in data.getlist(declared.name)]
        text = ";".join(v for v in values if v) if declared.kind == "codes" else (values[-1] if values else "")
        if inside in about.sealed:
            if text:
                found[declared.name] = text
        elif text != typed(declared, before.get(inside), lang):
            found[declared.name] = text
    return found
