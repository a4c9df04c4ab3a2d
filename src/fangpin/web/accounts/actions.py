"""Every write to people and duties; each leaves an audit entry in the same transaction.

Gives   create_user, add_duty, end_duty, set_active, reset_password, set_charges, first_administrator
Keeps   no two incompatible roles in one hand; nobody raises themselves; a one-time password is shown once
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from fangpin.reference import regions
from fangpin.vocabulary.errors import FangpinError
from fangpin.vocabulary.text import Text
from fangpin.web.accounts.models import Charge, Duty, User
from fangpin.web.accounts.permissions import LEVELS, table
from fangpin.web.accounts.scope import of, prefix
from fangpin.web.audit.actions import record

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def one_time_password() -> str:
    """Sixteen characters that cannot be mistaken for each other, in groups of four."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(16))
    return "-".join(letters[i : i + 4] for i in range(0, 16, 4))


def full_code(code: str) -> str:
    """A region code as twelve digits. Raises UnknownRegion."""
    digits = code.strip()
    return digits if len(digits) == 12 and regions.exists(digits) else regions.require(digits).code.ljust(12, "0")


def clash(user: User, role: str) -> FangpinError | None:
    """Why this person cannot hold the role too; None: they can."""
    held = {duty.role for duty in Duty.objects.filter(user=user, until=None)}
    pair = table().clash(held | {role})
    if pair is None:
        return None
    one, other = (table().roles[code].label for code in pair)
    return FangpinError(
        "FP-WEB-007",
        Text("两个角色不能由一人担任", "one person cannot hold both roles"),
        read=f"{one.zh} · {other.zh}",
        remedy=Text("先结束原有职责，或交给另一人", "end the other duty first, or give it to another person"),
    )


def wrong_place(role: str, region_code: str, department: str) -> FangpinError | None:
    """Why a role cannot be held there; None: it can."""
    declared = table().roles[role]
    if len(prefix(region_code)) > LEVELS[declared.level]:
        found = Text("辖区太小", "the region is too small for the role")
    elif "department" in declared.needs and not department:
        found = Text("这个角色要写明部门", "this role needs a department")
    else:
        return None
    return FangpinError(
        "FP-WEB-008", found, read=f"{declared.label.zh} {region_code}", remedy=Text("改正后再试", "correct it")
    )


@transaction.atomic
def create_user(
    username: str, *, by: Any, name: str = "", password: str | None = None, **fields: Any
) -> tuple[User, str]:
    """A new person and the one-time password they sign in with first."""
    once = password or one_time_password()
    user = User.objects.create_user(username, once, name=name, must_change_password=password is None, **fields)
    record(
        by, "user.create", region_code=_home(by), object_type="user", object_id=user.pk, detail={"username": username}
    )
    return user, once


@transaction.atomic
def new_person(said: dict[str, Any], *, by: Any) -> tuple[User, str]:
    """A person with a first duty, or neither; the one-time password."""
    user, once = create_user(said["username"], by=by, name=said["name"])
    add_duty(user, said["role"], said["region_code"], by=by, group=said["group"], department=said["department"])
    return user, once


@transaction.atomic
def add_duty(user: User, role: str, region_code: str, *, by: Any, group: str = "", department: str = "") -> Duty:
    """Give a person a role in a region. Raises FangpinError where it clashes, Denied where it is not one's to give."""
    code = full_code(region_code)
    if by is not None:
        of(by).require("user.manage", region_code=code)
    if found := clash(user, role) or wrong_place(role, code, department):
        raise found
    duty, made = Duty.objects.get_or_create(
        user=user, role=role, region_code=code, group=group, department=department, until=None
    )
    if made:
        detail = {"username": user.username, "role": role, "group": group, "department": department}
        record(by, "user.duty", region_code=code, object_type="user", object_id=user.pk, detail=detail)
    user.__dict__.pop("duties_now", None)
    return duty


@transaction.atomic
def end_duty(duty: Duty, *, by: Any) -> None:
    """The person no longer has it; it stays as history."""
    of(by).require("user.manage", region_code=duty.region_code)
    _not_oneself(duty.user, by)
    duty.until = timezone.now()
    duty.save(update_fields=["until"])
    detail = {"username": duty.user.username, "role": duty.role}
    record(by, "user.duty_end", region_code=duty.region_code, object_type="user", object_id=duty.user.pk, detail=detail)


@transaction.atomic
def set_active(user: User, active: bool, *, by: Any) -> None:
    """Let a person sign in, or no longer; open sessions end with the next page."""
    _not_oneself(user, by)
    user.is_active = active
    user.save(update_fields=["is_active"])
    act = "user.enable" if active else "user.disable"
    record(by, act, region_code=_home(by), object_type="user", object_id=user.pk, detail={"username": user.username})


@transaction.atomic
def reset_password(user: User, *, by: Any) -> str:
    """A new one-time password; the second factor is set up anew as well."""
    from allauth.mfa.models import Authenticator

    _not_oneself(user, by)
    once = one_time_password()
    user.set_password(once)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    Authenticator.objects.filter(user=user).delete()
    record(
        by,
        "user.reset",
        region_code=_home(by),
        object_type="user",
        object_id=user.pk,
        detail={"username": user.username},
    )
    return once


@transaction.atomic
def password_changed(user: User) -> None:
    """The person has chosen a password of their own."""
    user.must_change_password = False
    user.save(update_fields=["must_change_password"])
    record(user, "user.password", object_type="user", object_id=user.pk)


@transaction.atomic
def set_charges(user: User, household_ids: Iterable[str], *, by: Any) -> None:
    """The households a helper is responsible for from now on."""
    wanted, now = set(household_ids), timezone.now()
    held = set(Charge.objects.filter(user=user, until=None).values_list("household_id", flat=True))
    Charge.objects.filter(user=user, until=None, household_id__in=held - wanted).update(until=now)
    Charge.objects.bulk_create([Charge(user=user, household_id=one) for one in sorted(wanted - held)])
    detail = {"username": user.username, "added": len(wanted - held), "ended": len(held - wanted)}
    record(by, "user.charges", region_code=_home(by), object_type="user", object_id=user.pk, detail=detail)


def first_administrator(region_code: str) -> tuple[str, str] | None:
    """On an empty installation: the administrator and a one-time password; None where there are people already."""
    with transaction.atomic():
        if User.objects.exists():
            return None
        user, once = create_user("admin", by=None, name="")
        add_duty(user, "county_admin", region_code, by=None)
    return user.username, once


def _home(by: Any) -> str:
    duties = getattr(by, "duties_now", ())
    return duties[0].region_code if duties else ""


def _not_oneself(user: User, by: Any) -> None:
    if by is not None and user.pk == by.pk:
        raise FangpinError(
            "FP-WEB-009",
            Text("不能对自己的账号这样做", "this cannot be done to one's own account"),
            remedy=Text("请另一位管理员处理", "ask another administrator"),
        )
