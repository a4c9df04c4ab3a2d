"""What is due today about households, as cards of the workbench."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from fangpin.web.registers import queries as registers
from fangpin.web.site.cards import Card


def to_visit(request: Any) -> Card | None:
    """Households of which facts are missing that could settle them."""
    n = registers.households(request.scope, "household.visit").filter(status="needs_visit").count()
    if not n:
        return None
    address = reverse("households") + "?status=needs_visit&sort=few"
    return Card(_("去问信息不全的农户"), n, address, tone="todo", note=_("每户只问还不知道的事"), order=10)


def sure(request: Any) -> Card | None:
    """Households that meet the rule."""
    n = registers.households(request.scope).filter(status="low_income").count()
    if not n:
        return None
    return Card(_("查看初判符合的农户"), n, reverse("households") + "?status=low_income", tone="neutral", order=40)
