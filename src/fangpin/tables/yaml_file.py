"""YAML files with places: a mistake is reported with file, line and column.

Gives   load(path, model), a pydantic model from a YAML file; `parse` for text; `Places` to find a key's line
Keeps   unknown keys, wrong types and doubled keys refuse to load
"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from fangpin.vocabulary.errors import DocumentError
from fangpin.vocabulary.names import nearest
from fangpin.vocabulary.text import Text

Model = TypeVar("Model", bound=BaseModel)
Loc = tuple[str | int, ...]


class Strict(BaseModel):
    """Base of every document model: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class _Loader(yaml.SafeLoader):
    """SafeLoader without yes/no/on/off booleans (是 and 否 are words here) that refuses doubled keys."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in pairs if tag != "tag:yaml.org,2002:bool"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


class _Quick(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The same loader on libyaml, where it is there: ten times as fast; its errors are said by the other one."""

    yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers


_DEEPEST = 200
_BRACKETS = re.compile(r"[\[\]{}]")
_DASHES = re.compile(rf"(?:[-?:] +){{{_DEEPEST}}}")
_NOT_YAML = (yaml.YAMLError, ValueError, TypeError, OverflowError, RecursionError)
"""What the loaders raise on text that is no document."""


class Places:
    """Line and column (both from 1) of every key and item of a document."""

    def __init__(self, root: yaml.Node | None) -> None:
        self._marks: dict[Loc, tuple[int, int]] = {(): (1, 1)}
        if root is not None:
            self._walk(root, ())

    def _walk(self, node: yaml.Node, loc: Loc) -> None:
        self._marks.setdefault(loc, (node.start_mark.line + 1, node.start_mark.column + 1))
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                here = (*loc, key.value)
                self._marks[here] = (key.start_mark.line + 1, key.start_mark.column + 1)
                self._marks[(*here, "=")] = (value.start_mark.line + 1, value.start_mark.column + 1)
                self._walk(value, here)
        elif isinstance(node, yaml.SequenceNode):
            for i, value in enumerate(node.value):
                self._walk(value, (*loc, i))

    def of(self, loc: Loc) -> tuple[int, int]:
        """The place of ``loc``, or of the nearest parent that has one."""
        loc = tuple(loc)
        while loc not in self._marks:
            loc = loc[:-1]
        return self._marks[loc]

    def of_value(self, loc: Loc) -> tuple[int, int]:
        """The place where the value of a key begins."""
        return self._marks.get((*loc, "="), self.of(loc))


def _doubled(node: yaml.Node, name: str, met: set[int] | None = None) -> None:
    """Refuse a key that stands twice or is no word, and anchors, by which a short file can unfold without end."""
    met = set() if met is None else met
    if id(node) in met:
        raise yaml.MarkedYAMLError(problem="anchors and aliases are not read", problem_mark=node.start_mark)
    met.add(id(node))
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key must be a word", problem_mark=key.start_mark)
            if key.value in seen:
                mark = key.start_mark
                raise DocumentError(
                    "FP-DOCUMENT-002",
                    Text("同一个键写了两次", "a key stands twice"),
                    place=f"{name}:{mark.line + 1}:{mark.column + 1}",
                    read=str(key.value),
                    remedy=Text("删去其中一个", "remove one of them"),
                )
            seen.add(key.value)
            _doubled(value, name, met)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _doubled(value, name, met)


def parse(text: str, name: str) -> tuple[Any, Places]:
    """The plain data of a YAML text, and the places of its keys.

    Raises:
        DocumentError: the text is not YAML, or a key stands twice.
    """
    _not_too_deep(text, name)
    with suppress(*_NOT_YAML):  # said again below, as the plain loader says it
        return _parsed(_Quick(text), name)
    try:
        return _parsed(_Loader(text), name)
    except _NOT_YAML as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        raise DocumentError(
            "FP-DOCUMENT-001",
            Text("不是有效的 YAML 文件", "the file is not valid YAML"),
            place=place,
            read=str(getattr(error, "problem", "") or error)[:200],
            remedy=Text("按所示行列检查缩进与标点", "check indentation and punctuation at that place"),
        ) from error


def _not_too_deep(text: str, name: str) -> None:
    """Refuse brackets within brackets without end, at which the quick loader would crash."""
    depth = deepest = 0
    for bracket in _BRACKETS.findall(text):
        depth = depth + 1 if bracket in "[{" else max(depth - 1, 0)
        deepest = max(deepest, depth)
    if deepest > _DEEPEST or _DASHES.search(text):
        raise DocumentError(
            "FP-DOCUMENT-001",
            Text("不是有效的 YAML 文件", "the file is not valid YAML"),
            place=name,
            remedy=Text(f"嵌套不超过 {_DEEPEST} 层", f"nest no deeper than {_DEEPEST}"),
        )


def _parsed(loader: Any, name: str) -> tuple[Any, Places]:
    try:
        root = loader.get_single_node()
        if root is not None:
            _doubled(root, name)
        return (loader.construct_document(root) if root is not None else None), Places(root)
    finally:
        loader.dispose()


def _fields_at(model: type[BaseModel], loc: Loc) -> list[str]:
    """Names a model (or the model nested at ``loc``) allows, for the nearest right name."""
    names: set[str] = set()
    stack: list[type[BaseModel]] = [model]
    seen: set[type[BaseModel]] = set()
    while stack:
        current = stack.pop()
        if current in seen:
            continue
        seen.add(current)
        names |= set(current.model_fields)
        for field in current.model_fields.values():
            stack += [t for t in _models_in(field.annotation) if t not in seen]
    return sorted(names)


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for arg in getattr(annotation, "__args__", ()) for m in _models_in(arg)]


def problems(data: Any, model: type[BaseModel], places: Places, name: str) -> list[DocumentError]:
    """Every mistake of ``data`` as ``model``, each with its place; nothing where it fits."""
    try:
        model.model_validate(data)
    except ValidationError as error:
        return [_problem(found, model, places, name) for found in error.errors()]
    return []


def _problem(found: Any, model: type[BaseModel], places: Places, name: str) -> DocumentError:
    loc: Loc = tuple(found["loc"])
    line, column = places.of(loc)
    where = ".".join(str(part) for part in loc)
    place = f"{name}:{line}:{column}"
    if found["type"] == "extra_forbidden":
        guess = nearest(str(loc[-1]), _fields_at(model, loc))
        hint = Text(f"是否想写 {guess}？", f"did you mean {guess}?") if guess else None
        return DocumentError("FP-DOCUMENT-003", Text("未知的键", "unknown key"), place=place, read=where, remedy=hint)
    if found["type"] == "missing":
        return DocumentError(
            "FP-DOCUMENT-004",
            Text("缺少必要的键", "a required key is missing"),
            place=place,
            read=where,
            remedy=Text(f"补写 {loc[-1]}", f"add {loc[-1]}"),
        )
    read = f"{where} = {found.get('input')!r}"[:200]
    expected = Text(EXPECTED.get(found["type"], found["msg"]), found["msg"])
    return DocumentError(
        "FP-DOCUMENT-005", Text("值不合要求", "the value does not fit"), place=place, read=read, expected=expected
    )


EXPECTED = {
    "bool_parsing": "真假值（true 或 false）",
    "bool_type": "真假值（true 或 false）",
    "int_parsing": "整数",
    "int_type": "整数",
    "float_parsing": "数",
    "float_type": "数",
    "string_type": "文字",
    "list_type": "清单",
    "dict_type": "键与值",
    "date_from_datetime_parsing": "日期，形如 2021-06-30",
    "date_type": "日期，形如 2021-06-30",
    "model_type": "键与值",
    "literal_error": "所列取值之一",
    "too_short": "至少一项",
    "model_attributes_type": "键与值",
}


def validate(data: Any, model: type[Model], places: Places, name: str) -> Model:
    """``data`` as ``model``; the first mistake becomes a DocumentError with its place.

    Raises:
        DocumentError: an unknown key, a missing one, or a value of the wrong type.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise _problem(error.errors()[0], model, places, name) from error


def load(path: Path, model: type[Model]) -> Model:
    """The document at ``path`` as ``model``.

    Raises:
        DocumentError: the file does not load, with file, line and column.
    """
    data, places = parse(path.read_text("utf-8"), path.name)
    return validate(data, model, places, path.name)
