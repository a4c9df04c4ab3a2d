"""Which address leads to which app. A new app adds one line; each app keeps its own urls.py."""

from __future__ import annotations

from django.urls import include, path

from fangpin.web.site import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("language/", views.set_language, name="language"),
    path("accounts/", include("fangpin.web.accounts.urls")),
    path("audit/", include("fangpin.web.audit.urls")),
    path("jobs/", include("fangpin.web.jobs.urls")),
    path("registers/", include("fangpin.web.registers.urls")),
    path("households/", include("fangpin.web.households.urls")),
    path("cases/", include("fangpin.web.casework.urls")),
    path("public/", include("fangpin.web.casework.public_urls")),
    path("api/", include("fangpin.web.api.urls")),
    path("", include("fangpin.web.workbench.urls")),
]

handler400 = "fangpin.web.site.views.bad_request"
handler403 = "fangpin.web.site.views.denied"
handler404 = "fangpin.web.site.views.not_found"
handler500 = "fangpin.web.site.views.failed"
