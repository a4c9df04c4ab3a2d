"""Overlays and drafts written for one test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from fangpin.language.documents import rules_root

SEED = "national/seed_2021"


def overlay(folder: Path, name: str = "overlay.yaml", **content: Any) -> Path:
    """An overlay file that changes the seed standard, unless ``content`` says otherwise."""
    document = {"changes": SEED, "effective": {"from": "2021-01-01", "until": None},
                "source": {"document": f"县政府〔2021〕1号 {name}"}, **content}
    return written(folder / name, document)


def draft(folder: Path, change: Callable[[dict[str, Any]], object] | None = None, name: str = "draft.yaml") -> Path:
    """The seed standard as a draft of one's own, changed by ``change``."""
    document = yaml.safe_load((rules_root() / SEED / "standard.yaml").read_text("utf-8"))
    if change is not None:
        change(document)
    return written(folder / name, document)


def written(path: Path, document: Any) -> Path:
    """A document as a YAML file; days given as text are days."""
    path.write_text(yaml.safe_dump(_days(document), allow_unicode=True, sort_keys=False), "utf-8")
    return path


def _days(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _days(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_days(item) for item in value]
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else value
    except ValueError:
        return value
