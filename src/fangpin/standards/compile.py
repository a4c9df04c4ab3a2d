"""Rules of a standard: their texts parsed, definitions first.

Gives   compiled_rules(document, …) → code → tree; check_rules(…) → every mistake
Keeps   a name means one thing: a definition or parameter that is called like a column refuses to load
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from fangpin.language import tree as t
from fangpin.language.exact import exact
from fangpin.language.parse import Context, Parameter, parse
from fangpin.language.vocabulary import vocabulary
from fangpin.standards.documents import StandardDocument, text_of
from fangpin.standards.marks import marks_in
from fangpin.standards.model import Value
from fangpin.standards.parameters import values_of
from fangpin.tables.yaml_file import Places
from fangpin.vocabulary.errors import DocumentError, UnusableInput
from fangpin.vocabulary.text import Text

SCOPES: tuple[t.Scope, ...] = ("member", "household")


def compiled_rules(doc: StandardDocument, values: Mapping[str, Value], places: Places, path: Path) -> dict[str, t.Node]:
    """The tree of every indicator and veto item by its code.

    Raises:
        DocumentError: the first rule or definition that does not parse, with its place.
    """
    found: dict[str, t.Node] = {}
    for code, node in _parsed(doc, values, places, path):
        if isinstance(node, UnusableInput):
            raise node
        if code is not None:
            found[code] = exact(node)
    return found


def check_rules(doc: StandardDocument, places: Places, path: Path) -> Iterator[UnusableInput]:
    """Every rule and definition that does not parse, with its place."""
    yield from (node for _, node in _parsed(doc, values_of(doc, []), places, path) if isinstance(node, UnusableInput))


def _parsed(
    doc: StandardDocument, values: Mapping[str, Value], places: Places, path: Path
) -> Iterator[tuple[str | None, t.Node | UnusableInput]]:
    """Definitions (without a code), then rules, each as its tree or its mistake."""
    parameters = {name: Parameter(v.value, v.unit) for name, v in values.items()}
    base = Context(vocabulary(), parameters, {}, path.name)
    source = text_of(path)
    definitions: dict[str, tuple[str, t.Node]] = {}
    for scope in SCOPES:
        for name, definition in getattr(doc.define, scope).items():
            at = replace(_at(base, places, source, ("define", scope, name, "rule")), definitions=dict(definitions))
            node = _clash(name, at) or _tree(definition.rule, at, scope)
            definitions[name] = (scope, t.UNKNOWN if isinstance(node, UnusableInput) else node)
            yield None, node
    for section, items in (("indicators", doc.indicators), ("veto", doc.veto)):
        for code, item in items.items():
            at = _at(base, places, source, (section, code, "rule"))
            own = {n: parameters[f"{code}.{n}"] for n in item.parameters}
            clash = next((c for c in (_clash(n, at) for n in own) if c), None)
            at = replace(at, parameters={**parameters, **own}, definitions=definitions)
            yield code, clash or _tree(item.rule, at, "household")


def _tree(rule: str, at: Context, scope: t.Scope) -> t.Node | UnusableInput:
    try:
        return parse(rule, at, scope=scope)
    except UnusableInput as error:
        return error


def _at(context: Context, places: Places, source: str, loc: tuple[str, ...]) -> Context:
    line, column = places.of_value(loc)
    return replace(context, line=line, column=column, marks=marks_in(source, line, column))


def _clash(name: str, at: Context) -> UnusableInput | None:
    if name not in at.parameters and not any(at.vocabulary.resolve(name, scope) for scope in SCOPES):
        return None
    return DocumentError(
        "FP-STANDARD-009",
        Text("定义或参数与列或参数重名", "a definition or parameter has the name of a column or parameter"),
        place=f"{at.file}:{at.line}:{at.column}",
        read=name,
    )
