"""The API: who am I, and (from the apps) the same reads that the pages have.

Keeps   every endpoint asks request.scope; sessions of the site sign in, and writes need the CSRF token
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI, Schema
from ninja.security import django_auth

import fangpin

api = NinjaAPI(
    title="防贫 fangpin", version=fangpin.__version__, auth=django_auth, docs_url=None, openapi_url="/openapi.json"
)


class DutyOut(Schema):
    """A duty of the signed-in person."""

    role: str
    region_code: str


class Me(Schema):
    """The signed-in person."""

    username: str
    duties: list[DutyOut]


@api.get("/me", response=Me, tags=["accounts"])
def me(request: HttpRequest) -> dict[str, Any]:
    """Who is signed in, and with which duties."""
    duties = [{"role": d.role, "region_code": d.region_code} for d in request.user.duties_now]  # type: ignore[union-attr]
    return {"username": request.user.get_username(), "duties": duties}
