"""Pages in a real browser: no script error, nothing too wide for a phone, nothing serious found by axe."""

from __future__ import annotations

import os
from typing import Any

import pytest

from helpers import FULL

WAYS = [(1280, "zh"), (360, "en"), (1280, "en"), (360, "zh")]
ROLES = [
    "village_cadre",
    "township_reviewer",
    "county_officer",
    "county_approver",
    "county_admin",
    "department_officer",
    "auditor",
    "researcher",
    "helper",
]
PAGES = [
    (None, "/accounts/login/"),
    *((role, "/") for role in ROLES),
    ("county_officer", "/accounts/password/change/"),
    ("county_officer", "/accounts/sessions/"),
    ("county_officer", "/accounts/2fa/"),
    ("county_officer", "/accounts/reauthenticate/"),
    ("county_officer", "/nothing/here"),
    ("village_cadre", "/audit/"),
    ("county_admin", "/accounts/people/"),
    ("county_admin", "/accounts/people/1/"),
    ("county_admin", "/accounts/people/new/"),
    ("auditor", "/audit/"),
]


@pytest.mark.parametrize(("width", "lang"), WAYS if FULL else WAYS[:2])
def test_pages_are_sound(visit: Any, axe: Any, width: int, lang: str) -> None:
    troubles = []
    for role, path in PAGES:
        page = visit(role, path, width=width, lang=lang)
        if shots := os.environ.get("FANGPIN_SHOTS"):
            name = path.strip("/").replace("/", "_") or "home"
            page.screenshot(path=f"{shots}/{name}-{role}-{width}-{lang}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found = [*page.errors, *axe(page), *([f"{wide} px too wide"] if wide > 0 else [])]
        found += [] if page.get_attribute("html", "lang") == ("en" if lang == "en" else "zh-Hans") else ["lang"]
        troubles += [f"{role} {path}: {one}" for one in found]
        page.context.close()
    assert troubles == []
