"""The one place that decides who may see and do what.

Reads   the duties of a user, the permission table
Gives   of(user) → Scope: may(action), where(action), filter(queryset, action), covers(action, …), require(action, …)
Keeps   a queryset and a single object get the same answer: ``where`` and ``covers`` compare the same way
Not     whether a person is who they say (allauth, axes)

Use it so::

    scope = request.scope                                    # or scope.of(user) in a job
    scope.filter(Household.objects, "household.read")        # lists, searches, exports, counts, charts, the API
    scope.require("household.edit", region_code=…, household_id=…)   # one object; raises Denied (403)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet

from fangpin.web.accounts.permissions import LEVELS, Table, table

M = TypeVar("M", bound=Model)
NOWHERE = Q(pk__in=())


class Denied(PermissionDenied):
    """Not within this person's duties; becomes a page with status 403."""


@dataclass(frozen=True)
class Grant:
    """What one duty allows for one action."""

    reach: str
    first: str
    last: str
    group: str = ""
    department: str = ""


def prefix(code: str) -> str:
    """The digits of a region code that say something: 350526000000 → 350526."""
    code = code.strip()
    if not code.strip("0"):
        return ""
    for digits in sorted(LEVELS.values()):
        if set(code[digits:]) <= {"0"}:
            return code[:digits]
    return code


class Scope:
    """What one person may see and do now."""

    def __init__(self, user: Any, rules: Table | None = None) -> None:
        self.user = user
        self.rules = rules or table()
        self.duties: tuple[Any, ...] = tuple(getattr(user, "duties_now", ()))

    def __repr__(self) -> str:
        return f"Scope({self.user}: {', '.join(f'{d.role}@{d.region_code}' for d in self.duties)})"

    @property
    def roles(self) -> frozenset[str]:
        """The codes of the roles held."""
        return frozenset(duty.role for duty in self.duties)

    @cached_property
    def own(self) -> frozenset[str]:
        """The households this person is responsible for as a helper."""
        return frozenset(self.user.charged.values_list("household_id", flat=True))

    def grants(self, action: str) -> tuple[Grant, ...]:
        """What the duties allow for an action; empty: nothing."""
        found = []
        for duty in self.duties:
            reach = self.rules.reach(duty.role, action)
            start = prefix(duty.region_code)
            if reach and start:
                first, last = start.ljust(12, "0"), start.ljust(12, "9")
                found.append(Grant(reach, first, last, duty.group, duty.department))
        return tuple(found)

    def may(self, action: str) -> bool:
        """Whether the action is allowed anywhere at all (to show a button or a place)."""
        return bool(self.grants(action))

    def where(
        self,
        action: str,
        *,
        region: str = "region_code",
        household: str | None = "household_id",
        group: str | None = None,
        department: str | None = None,
    ) -> Q:
        """The condition that keeps what the action may reach. The arguments name the fields of the model (None: it has
        none, and a reach that would need it keeps nothing)."""
        allowed = NOWHERE
        for grant in self.grants(action):
            inside = Q(**{f"{region}__gte": grant.first, f"{region}__lte": grant.last})
            if grant.group:
                inside = inside & Q(**{group: grant.group}) if group else NOWHERE
            if grant.reach == "own":
                inside = inside & Q(**{f"{household}__in": self.own}) if household else NOWHERE
            elif grant.reach == "department":
                inside = inside & Q(**{department: grant.department}) if department and grant.department else NOWHERE
            allowed = inside if allowed is NOWHERE else allowed | inside
        return allowed

    def filter(self, rows: QuerySet[M], action: str, **fields: str | None) -> QuerySet[M]:
        """The rows that the action may reach."""
        return rows.filter(self.where(action, **fields))  # type: ignore[arg-type]

    def covers(
        self, action: str, *, region_code: str = "", household_id: str = "", group: str = "", department: str = ""
    ) -> bool:
        """Whether the action may reach one object."""
        return any(
            grant.first <= (region_code or "") <= grant.last
            and (not grant.group or grant.group == group)
            and (grant.reach != "own" or (bool(household_id) and household_id in self.own))
            and (grant.reach != "department" or (bool(grant.department) and grant.department == department))
            for grant in self.grants(action)
        )

    def require(self, action: str, **place: str) -> None:
        """Raises Denied where the action may not reach the object (or, without one, anything)."""
        if not (self.covers(action, **place) if place else self.may(action)):
            raise Denied(action)

    def regions(self, action: str) -> Iterable[tuple[str, str]]:
        """The ranges of region codes an action reaches, for SQL of one's own."""
        return [(grant.first, grant.last) for grant in self.grants(action)]


def of(user: Any) -> Scope:
    """The scope of a user as of now."""
    return Scope(user)
