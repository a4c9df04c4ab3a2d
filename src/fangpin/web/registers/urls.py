"""Addresses under /registers/."""

from __future__ import annotations

from django.urls import path, re_path

from fangpin.web.registers import views, views_duplicates, views_events

IMPORT = r"imports/(?P<number>[0-9]{1,9})"
urlpatterns = [
    path("imports/", views.imports_page, name="imports"),
    path("imports/<int:number>/", views.import_page, name="import"),
    re_path(rf"^{IMPORT}/(?P<table>[a-z_]+)/(?P<what>added|changed)/$", views.import_rows, name="import_rows"),
    path("imports/<int:number>/findings/", views.import_findings, name="import_findings"),
    path("imports/<int:number>/findings.xlsx", views.import_book, name="import_book"),
    re_path(rf"^{IMPORT}/(?P<what>merge|reject|check|undo)/$", views.import_do, name="import_do"),
    path("imports/<int:number>/undecided/", views.import_matters, name="import_matters"),
    path("imports/<int:number>/undecided/<int:matter>/", views.import_decide, name="import_decide"),
    path("households/<str:household_id>/events/", views_events.events_page, name="events"),
    path("households/<str:household_id>/events/<int:number>/undo/", views_events.event_undo, name="event_undo"),
    path("households/<str:household_id>/events/<slug:kind>/", views_events.event_page, name="event"),
    path("duplicates/", views_duplicates.duplicates_page, name="duplicates"),
    path("duplicates/find/", views_duplicates.duplicates_find, name="duplicates_find"),
    path("duplicates/<int:number>/", views_duplicates.duplicate_decide, name="duplicate_decide"),
]
