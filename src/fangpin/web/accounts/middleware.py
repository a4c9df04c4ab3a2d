"""What comes first: the scope of the request, a one-time password changed, a second factor where the role needs one."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject

from fangpin.web.accounts import scope

FREE = (
    "/accounts/log",
    "/accounts/password/",
    "/accounts/reauthenticate/",
    "/accounts/2fa/",
    "/language/",
    "/static/",
    "/healthz",
)


class FirstThings:
    """Puts ``request.scope`` in place and sends people to what they must do before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.scope = SimpleLazyObject(lambda: scope.of(request.user))  # type: ignore[attr-defined]
        if request.user.is_authenticated and not request.path.startswith(FREE):
            if request.user.must_change_password:
                return redirect("account_change_password")
            if not settings.DEMO and needs_second_factor(request):
                return redirect("mfa_activate_totp")
        return self.get_response(request)


def needs_second_factor(request: HttpRequest) -> bool:
    """Whether a role of this person needs a second factor and none is set up."""
    from allauth.mfa.utils import is_mfa_enabled

    decided = request.scope  # type: ignore[attr-defined]
    return any(decided.rules.roles[r].second_factor for r in decided.roles) and not is_mfa_enabled(request.user)
