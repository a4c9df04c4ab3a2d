"""Signing in: allauth's page, with axes counting wrong passwords."""

from __future__ import annotations

from typing import Any

from allauth.account.views import LoginView
from axes.decorators import axes_dispatch, axes_form_invalid
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):  # type: ignore[misc]
    """Fields ``login`` and ``password``."""

    @method_decorator(axes_dispatch)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refused at once where the account is locked."""
        answer: HttpResponse = super().dispatch(request, *args, **kwargs)
        return answer

    @method_decorator(axes_form_invalid)
    def form_invalid(self, form: Any) -> HttpResponse:
        """A wrong password: the page again, or the page of a locked account."""
        answer: HttpResponse = super().form_invalid(form)
        return answer


sign_in = SignIn.as_view()
