"""What stands in the way of undoing a write.

Gives   in_the_way: later published writes that build on it
"""

from __future__ import annotations

from fangpin.web.registers.base import Batch
from fangpin.web.registers.models import ROWS, HouseholdRow


def in_the_way(batch: Batch) -> list[Batch]:
    """Later published batches that correct rows of this one, or write to households that this one brought in."""
    found: set[int] = set()
    if batch.published is None:
        return []
    later = {"batch__state": Batch.State.PUBLISHED, "batch__published__gt": batch.published}
    earlier = HouseholdRow.objects.filter(batch__state=Batch.State.PUBLISHED, batch__published__lt=batch.published)
    brought = HouseholdRow.objects.filter(batch=batch, replaces=None).exclude(
        household_id__in=earlier.values("household_id")
    )
    for model in ROWS.values():
        mine = model.objects.filter(batch=batch).values("id")
        published = model.objects.filter(**later)
        found.update(published.filter(replaces__in=mine).values_list("batch_id", flat=True).distinct())
        inside = published.filter(household_id__in=brought.values("household_id"))
        found.update(inside.values_list("batch_id", flat=True).distinct())
    return list(Batch.objects.filter(pk__in=found).order_by("-published"))
