"""Addresses under /households/."""

from __future__ import annotations

from django.urls import path

from fangpin.web.households import views
from fangpin.web.site.guards import limited

urlpatterns = [
    path("", views.listing, name="households"),
    path("export/", limited("60/h")(views.export), name="households_export"),
    path("views/", views.keep_view, name="households_keep_view"),
    path("views/<int:number>/delete/", views.drop_view, name="households_drop_view"),
    path("villages/", views.villages, name="villages"),
    path("<str:household_id>/", views.detail, name="household"),
    path("<str:household_id>/ask/", views.ask, name="household_ask"),
    path("<str:household_id>/edit/<str:table>/", views.edit, name="household_edit"),
    path("<str:household_id>/history/", views.history, name="household_history"),
    path("<str:household_id>/print/", views.dossier, name="household_print"),
    path("<str:household_id>/paper/", views.paper, name="household_paper"),
    path("<str:household_id>/reveal/", limited("120/h", method="POST")(views.reveal), name="household_reveal"),
]
