"""Saved standards: a resolved standard as plain data in a manifest, and the same standard out of it years later.

Gives   saved(standard) → data; restored(data) → Standard; changed(data, standard) → what differs
Keeps   a restored standard has the hash it was saved with, or it is refused: nothing near enough is taken for the same
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from fangpin.standards.model import Line, Standard
from fangpin.standards.resolve import Sources, digest_of, read_day, resolve
from fangpin.vocabulary.errors import FangpinError, UnusableInput
from fangpin.vocabulary.text import Text


def saved(standard: Standard) -> dict[str, Any]:
    """All that decides in a standard, overlays worked in: its document, values and lines."""
    return {
        "document": standard.document.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        "values": {name: _plain(v.value) for name, v in standard.parameters.items()},
        "lines": {name: str(line.yuan) for name, line in (("lower", standard.lower), ("upper", standard.upper))},
        "hash": standard.hash,
        "region": standard.region,
        "as_of": standard.as_of.isoformat(),
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def restored(data: Mapping[str, Any]) -> Standard:
    """The standard that was saved.

    Raises:
        UnusableInput: this version makes another rule of what was saved.
    """
    found = made(data)
    if found.hash != data["hash"]:
        raise _another(found.hash[:12])
    return found


def made(data: Mapping[str, Any]) -> Standard:
    """The standard that saved data make, whatever hash they were saved with.

    Raises:
        UnusableInput: they make none.
    """
    document = {k: v for k, v in data["document"].items() if k not in ("base", "without")}
    try:
        with tempfile.TemporaryDirectory(prefix="fangpin-") as folder:
            path = Path(folder) / "standard.yaml"
            path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
            sources = Sources(str(path), data["region"], read_day(data["as_of"]))
            plain = resolve(sources)
            own = {n: v for n, v in data["values"].items() if _plain(plain.parameters[n].value) != v}
            found = resolve(sources.with_changes(own)) if own else plain
        lower, upper = (_line(found, data["lines"][name]) for name in ("lower", "upper"))
        found = replace(found, lower=lower, upper=upper)
        return replace(found, hash=digest_of(found))
    except (FangpinError, KeyError, TypeError, ValueError) as error:
        raise _another(str(error)) from error


def _line(standard: Standard, yuan: str) -> Line:
    own = next((line for line in (standard.lower, standard.upper) if line.yuan == Decimal(yuan)), standard.lower)
    return replace(own, yuan=Decimal(yuan))


def _another(read: str) -> UnusableInput:
    return UnusableInput(
        "FP-REPLAY-005",
        Text("当时的标准无法复原", "the standard of that run cannot be made again"),
        read=read[:200],
        remedy=Text("用当时的版本重做", "run it with the version of that time"),
    )


def changed(data: Mapping[str, Any], standard: Standard) -> list[tuple[str, Any, Any]]:
    """What decides otherwise than when it was saved: (name, then, now) of parameters, lines and rules."""
    now = saved(standard)
    out = [(n, data["lines"][n], now["lines"][n]) for n in ("lower", "upper") if data["lines"][n] != now["lines"][n]]
    names = dict.fromkeys([*data["values"], *now["values"]])
    out += [(n, a, b) for n in names if (a := data["values"].get(n)) != (b := now["values"].get(n))]
    for section in ("indicators", "veto"):
        then, since = (d["document"].get(section, {}) for d in (data, now))
        for code in dict.fromkeys([*then, *since]):
            a, b = (d.get(code, {}).get("rule") for d in (then, since))
            if a != b:
                out.append((code, a, b))
    return out
