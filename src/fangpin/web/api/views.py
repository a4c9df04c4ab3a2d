"""The API: who am I, households, villages; the same reads that the pages have.

Keeps   every endpoint asks request.scope; the site's session signs in; what is not one's own is not there (404)
"""

from __future__ import annotations

from typing import Annotated, Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Query
from ninja.security import django_auth
from ninja.throttling import AuthRateThrottle

import fangpin
from fangpin.web.api import queries
from fangpin.web.api.schemas import HouseholdDetail, Households, Me, Trouble, Village

api = NinjaAPI(
    title="防贫 fangpin",
    version=fangpin.__version__,
    description="农户与规则判定，只限本人职责之内 / Households and rule results, within one's own duties only",
    auth=django_auth,
    docs_url=None,
    openapi_url="/openapi.json",
    throttle=[AuthRateThrottle("240/m")],
)
REFUSED: dict[Any, Any] = {401: Trouble, 403: Trouble, 404: Trouble, 429: Trouble}


@api.exception_handler(Http404)
def missing(request: HttpRequest, error: Any) -> HttpResponse:
    """Not there, or not one's own: the same words."""
    return api.create_response(request, {"detail": _("没有，或不在您的职责之内")}, status=404)


@api.exception_handler(PermissionDenied)
def denied(request: HttpRequest, error: Any) -> HttpResponse:
    """Not within the duties."""
    return api.create_response(request, {"detail": _("这不在您的职责之内")}, status=403)


@api.get("/me", response={200: Me, **REFUSED}, tags=["accounts"])
def me(request: Any) -> dict[str, Any]:
    """Who is signed in, and with which duties."""
    duties = [{"role": d.role, "region_code": d.region_code} for d in request.user.duties_now]
    return {"username": request.user.get_username(), "duties": duties}


@api.get("/households", response={200: Households, **REFUSED}, tags=["households"])
def households(
    request: Any,
    q: Annotated[str, Query(max_length=64, description="姓名、拼音、户编号 / name, pinyin, number")] = "",
    place: Annotated[str, Query(max_length=12, pattern=r"^\d*$", description="区划代码开头 / head of a code")] = "",
    status: Annotated[str, Query(max_length=20)] = "",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Households within one's duties, by place and number."""
    request.scope.require("household.read")
    return queries.page(request.scope, q=q, place=place, status=status, number=page, size=size)


@api.get("/households/{household_id}", response={200: HouseholdDetail, **REFUSED}, tags=["households"])
def household(request: Any, household_id: str) -> dict[str, Any]:
    """One household with its rule result."""
    request.scope.require("household.read")
    return queries.detail(request.scope, household_id)


@api.get("/villages", response={200: list[Village], **REFUSED}, tags=["aggregates"])
def villages(request: Any) -> list[dict[str, Any]]:
    """Households by village and rule result; for researchers without small cells."""
    request.scope.require("aggregate.read")
    return queries.villages(request.scope)
