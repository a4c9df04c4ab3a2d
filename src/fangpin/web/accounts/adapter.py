"""What allauth and axes ask us: no self-registration, and the page of a locked account."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by the administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False


def locked_out(request: HttpRequest, response: Any = None, credentials: Any = None) -> HttpResponse:
    """The page after too many wrong passwords."""
    return render(request, "accounts/locked.html", status=429)
