"""Rule documents: where `rules/` stands, and the hash of what a document says.

Gives   rules_root(), content_hash(data)
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any


def rules_root() -> Path:
    """The folder `rules/`: inside an installed wheel beside the package's code, in a checkout at its root.

    Raises:
        FileNotFoundError: neither stands where it should.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "_rules", package.parents[1] / "rules"):
        if (folder / "national").is_dir():
            return folder
    raise FileNotFoundError("rules/ was not installed with fangpin; install the package again")


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal | date):
        return str(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    if hasattr(value, "_asdict"):
        return value._asdict()
    raise TypeError(f"cannot hash a {type(value).__name__}")


def content_hash(data: Any) -> str:
    """SHA-256 of ``data`` written in one canonical way; equal content has an equal hash, whatever the order of keys."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()
