"""What allauth and axes ask us: who may sign in, no self-registration, what happens after a password was changed.

Gives   Backend (no demo account outside demo mode), Adapter, username_of, locked_out
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Allauth's own, for people who are active; demo accounts only in demo mode."""

    def user_can_authenticate(self, user: Any) -> bool:
        """Asked at every page, so a person who is switched off is out at once."""
        return bool(user.is_active) and (settings.DEMO or not user.is_demo)

    def _check_password(self, user: Any, password: str) -> Any:
        """Allauth lets a person who may not sign in through as far as a page that says so; ours ends here."""
        found = super()._check_password(user, password)
        self.unstash_authenticated_user()
        return found


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by the administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False


def username_of(request: HttpRequest, credentials: Any = None) -> str:
    """The account that somebody tries, whichever way it is told; a lock holds for every way of writing it."""
    told = credentials or {}
    name = told.get("username") or told.get("login") or request.POST.get("login") or ""
    return str(name).strip().casefold()[:150]


def locked_out(request: HttpRequest, response: Any = None, credentials: Any = None) -> HttpResponse:
    """The page after too many wrong passwords."""
    return render(request, "accounts/locked.html", status=429)
