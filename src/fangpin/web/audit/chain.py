"""The hash chain over audit entries.

Gives   canonical(entry), leaf(entry), seal_hash(...): what is hashed, exactly as docs/how-to/verify_audit.py does it
Not     the database (actions seal, queries verify)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

START = "0" * 64
FIELDS = (
    "id", "at", "user_id", "username", "action", "region_code", "household_id", "object_type", "object_id", "reason",
    "detail",
)  # fmt: skip


def moment(at: datetime) -> str:
    """A moment in universal time, to the microsecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def plain(entry: Any) -> dict[str, Any]:
    """An entry as JSON."""
    said = {name: getattr(entry, name) for name in FIELDS}
    said["at"] = moment(said["at"])
    return said


def canonical(said: dict[str, Any]) -> bytes:
    """The bytes of an entry that are hashed: keys in order, no spaces, UTF-8."""
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def leaf(entry: Any) -> str:
    """The hash of one entry."""
    return hashlib.sha256(canonical(plain(entry))).hexdigest()


def content(leaves: Iterable[str]) -> str:
    """The hash over the entries of a seal, in the order of their ids."""
    return hashlib.sha256("\n".join(leaves).encode()).hexdigest()


def seal_hash(number: int, at: datetime, count: int, inside: str, previous: str) -> str:
    """The hash of a seal: its number, moment, count, content, and the hash of the seal before."""
    return hashlib.sha256(f"{number}\n{moment(at)}\n{count}\n{inside}\n{previous}".encode()).hexdigest()
