"""The frame of every page: health, language, refusals, headers."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_health_is_json(client: Client) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json()["database"] == "ok"


def test_a_stranger_is_sent_to_sign_in(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/accounts/login/?next=/"


def test_signing_in_uses_the_fields_of_the_interface(person: Any, client: Client, settings: Any) -> None:
    settings.DEMO = True
    user = person("county_officer")
    page = client.get("/accounts/login/").content.decode()
    assert 'name="login"' in page
    assert 'name="password"' in page
    answer = client.post("/accounts/login/", {"login": user.username, "password": "correct horse 42"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/"
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(("code", "lang", "word"), [("zh-hans", "zh-Hans", "今日"), ("en", "en", "Today")])
def test_the_switch_holds_on_the_next_page(as_role: Any, code: str, lang: str, word: str) -> None:
    client = as_role("county_officer")
    answer = client.post("/language/", {"language": code, "next": "/"})
    assert answer.headers["Location"] == "/"
    page = client.get("/").content.decode()
    assert f'<html lang="{lang}">' in page
    assert word in page


def test_the_switch_leads_nowhere_else(client: Client) -> None:
    answer = client.post("/language/", {"language": "en", "next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == "/"


def test_content_policy_is_strict(client: Client) -> None:
    policy = client.get("/accounts/login/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_a_missing_page_says_so(as_role: Any) -> None:
    answer = as_role("county_officer").get("/nothing/here")
    assert answer.status_code == 404
    assert "没有这一页" in answer.content.decode()
