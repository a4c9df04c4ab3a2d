"""Addresses under /jobs/."""

from __future__ import annotations

from django.urls import path

from fangpin.web.jobs import views

urlpatterns = [
    path("", views.jobs_page, name="jobs"),
    path("<uuid:job_id>/", views.job_page, name="job"),
    path("<uuid:job_id>/cancel/", views.job_cancel, name="job_cancel"),
]
