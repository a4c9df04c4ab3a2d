"""Addresses under /public/: what anybody may see."""

from __future__ import annotations

from django.urls import path

from fangpin.web.casework import public

urlpatterns = [
    path("notice/<str:token>/", public.notice, name="public_notice"),
    path("receipt/<str:token>/", public.receipt, name="public_receipt"),
]
