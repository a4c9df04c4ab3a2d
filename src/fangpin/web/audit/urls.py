"""Addresses under /audit/."""

from __future__ import annotations

from django.urls import path

from fangpin.web.audit import views

urlpatterns = [
    path("", views.entries, name="audit"),
    path("verify/", views.verify, name="audit_verify"),
]
