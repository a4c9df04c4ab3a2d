"""The text of a standard: where it stands, its base worked in.

Reads   rules/**/standard.yaml, and drafts by path
Gives   listing(), path_of(id), document(id), merged_text(path)
Keeps   a standard with a base says only what differs; a cycle, or a name to leave out that is unknown, is refused
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from fangpin.language.documents import rules_root
from fangpin.standards.documents import StandardDocument, text_of
from fangpin.tables.yaml_file import Places, parse, validate
from fangpin.vocabulary.errors import DocumentError, UnusableInput
from fangpin.vocabulary.names import nearest
from fangpin.vocabulary.text import Text

MERGED = ("parameters", "indicators", "veto")
SCOPES = ("member", "household")


def listing() -> dict[str, Path]:
    """Ids of the standards shipped, with their files."""
    root = rules_root()
    return {p.parent.relative_to(root).as_posix(): p for p in sorted(root.glob("**/standard.yaml"))}


def path_of(standard_id: str) -> Path:
    """The file of a standard: shipped by id, or a draft by path.

    Raises:
        UnusableInput: there is none; with the nearest id.
    """
    found = listing()
    if standard_id in found:
        return found[standard_id]
    draft = Path(standard_id)
    if draft.suffix in (".yaml", ".yml") and draft.is_file():
        return draft
    guess = nearest(standard_id, found)
    raise UnusableInput(
        "FP-STANDARD-002",
        Text("没有这个标准", "no such standard"),
        read=standard_id,
        remedy=Text(f"是否想写 {guess}？", f"did you mean {guess}?")
        if guess
        else Text(f"可用：{'、'.join(found)}", f"there are: {', '.join(found)}"),
    )


def merged_text(path: Path, chain: tuple[Path, ...] = ()) -> tuple[Any, Places]:
    """The plain data of a standard with its base worked in, and the places of its own keys.

    Raises:
        DocumentError: not YAML, or standards that are each other's base.
    """
    raw, places = parse(text_of(path), path.name)
    if not isinstance(raw, dict) or not isinstance(raw.get("base"), str):
        return raw, places
    line, column = places.of_value(("base",))
    base = _base(raw["base"], f"{path.name}:{line}:{column}")
    if base.resolve() in (path.resolve(), *chain):
        raise DocumentError(
            "FP-STANDARD-018",
            Text("标准互为基础，成了循环", "standards are each other's base: a cycle"),
            place=f"{path.name}:{line}:{column}",
            read=raw["base"],
        )
    under, _ = merged_text(base, (*chain, path.resolve()))
    merged = _merged(_section(under), raw)
    _leave_out(merged, raw.get("without"), places, path.name)
    return merged, places


def _base(name: str, place: str) -> Path:
    try:
        return path_of(name)
    except UnusableInput as error:
        raise DocumentError(error.code, error.title, place=place, read=error.read, remedy=error.remedy) from error


@cache
def _document(path: Path, _stamp: float) -> tuple[StandardDocument, Any, Places]:
    merged, places = merged_text(path)
    return validate(merged, StandardDocument, places, path.name), merged, places


def document(standard_id: str) -> tuple[StandardDocument, Places, Path]:
    """The document of a standard with its base worked in, the places of its own keys, and its file."""
    path = path_of(standard_id)
    found, _, places = _document(path, path.stat().st_mtime)
    return found, places, path


def _section(value: Any) -> Mapping[str, Any]:
    """A mapping as it is; anything else as nothing (what it should be is said where the whole is validated)."""
    return value if isinstance(value, Mapping) else {}


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """``own`` on top of ``base``: indicators, veto items, their parameters and definitions by name, all else whole."""
    out = {**base, **own}
    for section in MERGED:
        if section in base and isinstance(own.get(section, {}), Mapping):
            before, body = _section(base[section]), own.get(section, {})
            out[section] = {
                **before,
                **{
                    name: _laid_over(_section(before.get(name)), item) if isinstance(item, Mapping) else item
                    for name, item in body.items()
                },
            }
    if isinstance(own.get("define", {}), Mapping):
        before, body = _section(base.get("define")), own.get("define", {})
        out["define"] = {
            **before,
            **body,
            **{
                scope: {**_section(before.get(scope)), **_section(body.get(scope))}
                for scope in SCOPES
                if isinstance(body.get(scope, {}), Mapping)
            },
        }
    return out


def _leave_out(merged: dict[str, Any], names: Any, places: Places, file: str) -> None:
    """Take the indicators, veto items, parameters and definitions ``names`` out again."""
    define = _section(merged.get("define"))
    sections = [s for s in (*(merged.get(m) for m in MERGED), *(define.get(s) for s in SCOPES)) if isinstance(s, dict)]
    for at, name in enumerate(names if isinstance(names, list) else []):
        holding = [s for s in sections if name in s]
        if not holding:
            line, column = places.of(("without", at))
            guess = nearest(str(name), [str(n) for s in sections for n in s])
            raise DocumentError(
                "FP-STANDARD-019",
                Text("要去掉的项不在基础标准里", "what is to be left out is not in the base"),
                place=f"{file}:{line}:{column}",
                read=str(name),
                remedy=Text(f"是否想写 {guess}？", f"did you mean {guess}?") if guess else None,
            )
        for section in holding:
            del section[name]


def _laid_over(before: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """An item with what ``body`` says differently; of its parameters only those that ``body`` names change."""
    out = {**before, **body}
    if isinstance(body.get("parameters"), dict):
        old = _section(before.get("parameters"))
        out["parameters"] = {
            **old,
            **{
                name: {**_section(old.get(name)), **own} if isinstance(own, dict) else own
                for name, own in body["parameters"].items()
            },
        }
    return out
