"""Tags of every template: {% asset "app.js" %}, {% icon "home" %}, {{ text|said }}, {{ code|region_name }}."""

from __future__ import annotations

from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString

from fangpin.reference import regions
from fangpin.vocabulary.text import Text
from fangpin.web.site import assets

register = template.Library()


def lang() -> str:
    """``zh`` or ``en``, as the core calls the language of this page."""
    return "en" if translation.get_language() == "en" else "zh"


@register.simple_tag
def asset(name: str) -> str:
    """The address of a built file."""
    return static(assets.address(name))


@register.simple_tag
def icon(name: str) -> SafeString:
    """A picture of our own set, for the eye only."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', asset("icons.svg"), name)


@register.filter
def may(scope: Any, action: str) -> bool:
    """Whether the person may do something anywhere: {% if scope|may:"household.export" %}."""
    return bool(scope) and scope.may(action)


@register.filter
def get(known: Any, key: Any) -> Any:
    """What a dictionary holds for a key, else the key."""
    return known.get(key, key)


@register.filter
def said(value: Any) -> str:
    """A Text of the core in the language of the page; anything else as it is."""
    return value(lang()) if isinstance(value, Text) else str(value)


@register.filter
def region_name(code: str | None) -> str:
    """The full name of a region, or its code where it has none."""
    if not code:
        return ""
    return regions.full_name(code, lang()) if regions.exists(code) else code
