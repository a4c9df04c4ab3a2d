"""The built files of the pages, under names that carry their hash.

Reads   static/app/manifest.json, which tools/assets.py writes
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

BUILT = Path(__file__).resolve().parent.parent / "static" / "app"


@cache
def manifest() -> dict[str, str]:
    """Plain name → built name; empty where nothing is built."""
    try:
        found: dict[str, str] = json.loads((BUILT / "manifest.json").read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return found


def address(name: str) -> str:
    """The path under /static/ of a file such as ``app.js``."""
    return f"app/{manifest().get(name, name)}"
