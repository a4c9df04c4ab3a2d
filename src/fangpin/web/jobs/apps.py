"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """``fangpin.web.jobs``."""

    name = "fangpin.web.jobs"
    label = "jobs"
