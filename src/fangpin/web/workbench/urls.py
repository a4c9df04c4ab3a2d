"""Addresses of the workbench."""

from __future__ import annotations

from django.urls import path

from fangpin.web.workbench import views

urlpatterns = [
    path("", views.home, name="home"),
    path("reports/<slug:name>/", views.report, name="report"),
]
