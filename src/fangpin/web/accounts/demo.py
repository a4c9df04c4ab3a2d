"""Accounts of the demo: one of every role, in demo mode only, told in accounts.json.

Gives   demo_accounts(folder, county, villages, charges) → the list that was written
Keeps   outside demo mode nobody signs in with them (adapter.Backend)
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db import transaction

from fangpin.web.accounts import actions
from fangpin.web.accounts.models import Duty, User
from fangpin.web.accounts.permissions import LEVELS, table

FILE = "accounts.json"


def demo_accounts(folder: Path, county: str, village: str, charges: Sequence[str] = ()) -> list[dict[str, str]]:
    """One account a role; passwords are those of accounts.json where it still fits, else new ones."""
    known = {one["username"]: one for one in _written(folder)}
    said = []
    with transaction.atomic():
        for code, role in table().roles.items():
            region = village if role.level == "village" else village[: LEVELS[role.level]]
            region = (region if village.startswith(county[:6]) else county).ljust(12, "0")
            password = known.get(code, {}).get("password") or secrets.token_urlsafe(9)
            user = _account(code, password)
            if not Duty.objects.filter(user=user, role=code, region_code=region, until=None).exists():
                Duty.objects.filter(user=user, until=None).delete()
                department = "民政" if "department" in role.needs else ""
                Duty.objects.create(user=user, role=code, region_code=region, department=department)
            if code == "helper" and charges:
                actions.set_charges(user, charges, by=None)
            said.append({"username": code, "password": password, "role": code, "region_code": region})
    _write(folder, said)
    return said


def _account(code: str, password: str) -> User:
    user, made = User.objects.get_or_create(
        username=code, defaults={"name": table().roles[code].label.zh, "is_demo": True}
    )
    if made or not user.check_password(password):
        user.set_password(password)
        user.is_demo, user.is_active, user.must_change_password = True, True, False
        user.save()
    return user


def _written(folder: Path) -> list[dict[str, Any]]:
    try:
        found = json.loads((folder / FILE).read_text("utf-8"))
        return [one for one in found if isinstance(one, dict) and "username" in one]
    except (OSError, ValueError):
        return []


def _write(folder: Path, said: list[dict[str, str]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f".{FILE}.partial"
    text = json.dumps(said, ensure_ascii=False, indent=1) + "\n"
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    partial.replace(folder / FILE)
