"""The workbench: what must I do today?"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from fangpin.web.site.cards import cards_of


def home(request: HttpRequest) -> HttpResponse:
    """The cards of this person."""
    return render(request, "workbench/home.html", {"cards": cards_of(request)})
