"""Writing to the audit: one call, in the transaction of what it tells of; and the seals.

Gives   record(...), seal()
Keeps   no identity number, phone or account in an entry: what looks like one is masked before it is written
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from fangpin.web.audit import chain
from fangpin.web.audit.masks import mask_text, masked
from fangpin.web.audit.models import Entry, Seal, Sealed

BATCH = 5_000


def record(
    by: Any,
    action: str,
    *,
    region_code: str = "",
    household_id: str = "",
    object_type: str = "",
    object_id: object = "",
    reason: str = "",
    detail: dict[str, Any] | None = None,
) -> Entry:
    """One entry; call it inside the transaction of the write (or read) it tells of.

    Args:
        by: The user; None where the system itself acts.
        action: ``object.verb`` as in the permission table.
        reason: What the person gave as the reason.
        detail: Plain JSON; a bulk operation gives counts and a compact diff, never rows.
    """
    return Entry.objects.create(
        at=timezone.now(),
        user_id=getattr(by, "pk", None),
        username=getattr(by, "username", "") or "",
        action=action,
        region_code=region_code or "",
        household_id=str(household_id or ""),
        object_type=object_type,
        object_id=str(object_id),
        reason=mask_text(reason)[:400],
        detail=masked(detail or {}),
    )


def seal() -> int:
    """Seal what is not sealed yet, in batches; how many entries were sealed."""
    done = 0
    while True:
        with transaction.atomic():
            entries = list(Entry.objects.filter(sealed=None).order_by("id")[:BATCH])
            if not entries:
                return done
            last = Seal.objects.order_by("-id").first()
            number, previous = (last.id + 1, last.hash) if last else (1, chain.START)
            leaves = [chain.leaf(entry) for entry in entries]
            at, inside = timezone.now(), chain.content(leaves)
            made = Seal.objects.create(
                id=number,
                at=at,
                count=len(entries),
                content=inside,
                previous=previous,
                hash=chain.seal_hash(number, at, len(entries), inside, previous),
            )
            Sealed.objects.bulk_create(
                [Sealed(entry=entry, seal=made, hash=hash_) for entry, hash_ in zip(entries, leaves, strict=True)],
                batch_size=500,
            )
        done += len(entries)
