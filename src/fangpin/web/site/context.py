"""What every template knows: language, places, mode."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from fangpin.web.site.places import places_of


def page(request: HttpRequest) -> dict[str, Any]:
    """Language of the page, navigation, whether this is a demo."""
    english = translation.get_language() == "en"
    signed_in = getattr(request, "user", None) is not None and request.user.is_authenticated
    return {
        "lang": "en" if english else "zh-Hans",
        "other_lang": ("zh-hans", "中文") if english else ("en", "English"),
        "places": SimpleLazyObject(lambda: places_of(request) if signed_in else []),
        "demo": settings.DEMO,
        "scope": getattr(request, "scope", None),
    }
