"""Reading people: only those whose duties lie within one's own region.

Gives   people(scope), one_person(scope, id), covered(scope, user)
"""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404

from fangpin.web.accounts.models import Duty, User
from fangpin.web.accounts.scope import Scope


def duties(scope: Scope, action: str = "user.read") -> QuerySet[Duty]:
    """The duties, ended ones too, that lie within the scope."""
    return scope.filter(Duty.objects.all(), action, household=None, group=None, department="department")


def people(scope: Scope, text: str = "", role: str = "") -> QuerySet[User]:
    """The people with a duty within the scope, by account; ``text`` is part of account or name."""
    inside = duties(scope)
    if role:
        inside = inside.filter(role=role, until=None)
    rows = User.objects.filter(pk__in=inside.values("user_id")).prefetch_related("duties").order_by("username")
    text = text.strip()[:60]
    return rows.filter(Q(username__icontains=text) | Q(name__icontains=text)) if text else rows


def one_person(scope: Scope, number: int) -> User:
    """One of them. Raises Http404 where there is none, or none within the scope."""
    found = people(scope).filter(pk=number).first()
    if found is None:
        raise Http404(number)
    return found


def covered(scope: Scope, user: User, action: str = "user.manage") -> bool:
    """Whether every duty in force of a person lies within the scope: only then may the whole account be changed."""
    held = Duty.objects.filter(user=user, until=None)
    return all(scope.covers(action, region_code=duty.region_code, department=duty.department) for duty in held)
