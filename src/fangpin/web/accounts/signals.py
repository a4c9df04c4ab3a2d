"""Signing in and out, wrong passwords, changed passwords, second factors: each leaves an audit entry."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa.signals import authenticator_added, authenticator_removed
from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver

from fangpin.web.accounts import actions
from fangpin.web.audit.actions import record


@receiver(user_logged_in)
def signed_in(sender: Any, user: Any, **more: Any) -> None:
    """Signed in."""
    record(user, "session.start", region_code=_home(user))


@receiver(user_logged_out)
def signed_out(sender: Any, user: Any, **more: Any) -> None:
    """Signed out."""
    if user is not None:
        record(user, "session.end", region_code=_home(user))


@receiver(user_locked_out)
def locked(sender: Any, username: str = "", ip_address: str = "", **more: Any) -> None:
    """Too many wrong passwords."""
    record(None, "session.locked", detail={"username": username or "", "address": ip_address or ""})


@receiver(password_changed)
def changed(sender: Any, user: Any, **more: Any) -> None:
    """A password of one's own."""
    actions.password_changed(user)


@receiver(authenticator_added)
@receiver(authenticator_removed)
def second_factor(sender: Any, user: Any, authenticator: Any, signal: Any = None, **more: Any) -> None:
    """A second factor was set up or taken away."""
    act = "user.factor_set" if signal is authenticator_added else "user.factor_removed"
    record(user, act, region_code=_home(user), detail={"kind": str(authenticator.type)})


def _home(user: Any) -> str:
    duties = getattr(user, "duties_now", ())
    return duties[0].region_code if duties else ""
