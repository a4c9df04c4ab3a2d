"""Cards of roles whose work is not with households: administrators, auditors, researchers, departments.

Gives   register(): puts them on the workbench; the registers and the pages of households add their own
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangpin.web.accounts import queries as accounts
from fangpin.web.accounts.permissions import table
from fangpin.web.audit import queries as audit
from fangpin.web.registers import queries as registers
from fangpin.web.site.cards import Card, add

QUIET = timedelta(days=90)


def without_second_factor(request: Any) -> Card | None:
    """People whose role needs a second factor and who have none."""
    from allauth.mfa.models import Authenticator

    needing = [code for code, role in table().roles.items() if role.second_factor]
    held = accounts.duties(request.scope, "user.manage").filter(role__in=needing, until=None, user__is_active=True)
    armed = Authenticator.objects.filter(type=Authenticator.Type.TOTP).values("user_id")
    n = held.exclude(user_id__in=armed).values("user_id").distinct().count()
    if not n:
        return None
    note = _("审定人和管理员登录后会被要求设置")
    return Card(_("提醒还没有第二验证的人"), n, reverse("people"), tone="soon", note=note, order=20)


def not_seen_lately(request: Any) -> Card | None:
    """Accounts nobody has used for a quarter: disable what is not needed."""
    edge = timezone.now() - QUIET
    idle = Q(last_login__lt=edge) | Q(last_login=None, joined_at__lt=edge)
    n = accounts.people(request.scope).filter(idle, is_active=True).distinct().count()
    if not n:
        return None
    return Card(_("查看九十天没有登录的账号"), n, reverse("people"), tone="todo", order=25)


def people(request: Any) -> Card | None:
    """How many accounts there are."""
    n = accounts.people(request.scope).filter(is_active=True).distinct().count()
    return Card(_("管理在用的账号"), n, reverse("people"), order=60)


def reveals(request: Any) -> Card | None:
    """Numbers seen in full within a week: each has a reason to be read."""
    week = timezone.now() - timedelta(days=7)
    n = audit.entries(request.scope, action="identity.reveal").filter(at__gte=week).count()
    if not n:
        return None
    address = reverse("audit") + "?action=identity.reveal"
    return Card(_("复核七天内查看完整号码的理由"), n, address, tone="todo", order=10)


def entries(request: Any) -> Card | None:
    """What was written down today."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    n = audit.entries(request.scope).filter(at__gte=today).count()
    return Card(_("翻看今天的审计记录"), n, reverse("audit"), note=_("链可随时核对"), order=50)


def villages(request: Any) -> Card | None:
    """For people who see aggregates only: how many villages there are figures of."""
    if request.scope.may("household.read"):
        return None
    n = len(registers.region_counts(request.scope, action="aggregate.read"))
    if not n:
        return None
    return Card(_("查看各村汇总"), n, reverse("villages"), note=_("户数太少的格子不显示"), order=40)


def deliveries(request: Any) -> Card | None:
    """A department's own deliveries."""
    if not any(grant.reach == "department" for grant in request.scope.grants("import.upload")):
        return None
    n = registers.batches(request.scope, "import.read", kinds=["import"]).count()
    return Card(_("交送本部门的数据"), n, reverse("imports"), note=_("已交送的批次"), order=10)


def register() -> None:
    """Put them on the workbench."""
    add("user.manage", without_second_factor)
    add("user.manage", not_seen_lately)
    add("user.manage", people)
    add("audit.read", reveals)
    add("audit.read", entries)
    add("aggregate.read", villages)
    add("import.upload", deliveries)
