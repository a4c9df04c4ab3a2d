"""Reading the audit: entries within one's scope, and whether the chain is whole.

Gives   entries(scope, …), verify() → Verified, lines() for a check from outside
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.db.models import Q, QuerySet

from fangpin.web.audit import chain
from fangpin.web.audit.models import Entry, Seal, Sealed


def entries(scope: Any, *, action: str = "", username: str = "", household_id: str = "") -> QuerySet[Entry]:
    """The entries a person may read, newest first; those of the system have no region."""
    if not scope.may("audit.read"):
        return Entry.objects.none()
    inside = scope.where("audit.read", household=None) | Q(region_code="")
    rows = Entry.objects.filter(inside).select_related("sealed")
    wanted = {"action__startswith": action, "username": username, "household_id": household_id}
    return rows.filter(**{name: value for name, value in wanted.items() if value})


@dataclass(frozen=True)
class State:
    """How far the sealing is, without hashing anything again."""

    unsealed: int
    seals: int
    head: str


def state() -> State:
    """What waits for a seal, and the last seal."""
    last = Seal.objects.order_by("-id").first()
    unsealed = Entry.objects.filter(sealed=None).count()
    return State(unsealed, last.id if last else 0, last.hash if last else chain.START)


@dataclass
class Verified:
    """What the check found: ``problems`` is empty where the chain is whole."""

    seals: int = 0
    sealed: int = 0
    unsealed: int = 0
    head: str = chain.START
    problems: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether nothing was changed or taken away."""
        return not self.problems


def verify() -> Verified:
    """Every sealed entry hashed again and held against its seal, every seal against the one before."""
    found = Verified(unsealed=Entry.objects.filter(sealed=None).count())
    previous = chain.START
    inside = _by_seal()
    current = next(inside, None)
    for number, seal in enumerate(Seal.objects.order_by("id").iterator(), 1):
        found.seals += 1
        rows: list[Sealed] = []
        while current is not None and current[0] <= seal.id:
            rows = current[1] if current[0] == seal.id else rows
            current = next(inside, None)
        found.problems += _broken(seal, rows, number, previous)
        found.sealed += len(rows)
        previous = found.head = seal.hash
    return found


def _by_seal() -> Iterator[tuple[int, list[Sealed]]]:
    rows = Sealed.objects.select_related("entry").order_by("seal_id", "entry_id").iterator(chunk_size=2_000)
    for seal, group in groupby(rows, key=lambda row: row.seal_id):
        yield seal, list(group)


def _broken(seal: Seal, rows: list[Sealed], number: int, previous: str) -> list[str]:
    said = []
    if seal.id != number:
        said.append(f"seal {number}: missing")
    if seal.previous != previous:
        said.append(f"seal {seal.id}: does not follow the seal before")
    if len(rows) != seal.count:
        said.append(f"seal {seal.id}: {len(rows)} of {seal.count} entries")
    said += [f"entry {row.entry_id}: changed" for row in rows if chain.leaf(row.entry) != row.hash]
    inside = chain.content(chain.leaf(row.entry) for row in rows)
    if inside != seal.content and len(rows) == seal.count:
        said.append(f"seal {seal.id}: its entries are not those that were sealed")
    if chain.seal_hash(seal.id, seal.at, seal.count, seal.content, seal.previous) != seal.hash:
        said.append(f"seal {seal.id}: changed")
    return said


def lines() -> Iterator[str]:
    """The audit as JSON lines for a check from outside: the entries of a seal, then the seal."""
    inside = dict(_by_seal())
    for seal in Seal.objects.order_by("id").iterator():
        for row in inside.get(seal.id, ()):
            yield json.dumps({"entry": chain.plain(row.entry)}, ensure_ascii=False)
        said = {"id": seal.id, "at": chain.moment(seal.at), "count": seal.count, "content": seal.content}
        yield json.dumps({"seal": {**said, "previous": seal.previous, "hash": seal.hash}})
