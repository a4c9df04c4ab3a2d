"""Writing to the audit: one call, in the transaction of what it tells of.

Gives   record(...)
Keeps   no identity number, phone or account in an entry: what looks like one is masked before it is written
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from fangpin.web.audit.masks import mask_text, masked
from fangpin.web.audit.models import Entry


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
