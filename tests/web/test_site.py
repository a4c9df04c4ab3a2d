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


# ---- when something breaks ---------------------------------------------------


def test_health_says_that_the_database_is_gone(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    from fangpin.web.site import views

    class Gone:
        def cursor(self) -> None:
            raise OperationalError("server closed the connection: password=hunter2")

    monkeypatch.setattr(views, "connection", Gone())
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["database"] == "unreachable"
    assert "hunter2" not in answer.content.decode()


@pytest.mark.parametrize(("lang", "word"), [("zh", "程序出错"), ("en", "Something went wrong")])
def test_an_unforeseen_error_is_a_page_without_a_traceback(
    as_role: Any, monkeypatch: pytest.MonkeyPatch, lang: str, word: str
) -> None:
    from fangpin.web.workbench import views

    def broken(request: Any) -> None:
        raise RuntimeError("secret of the program")

    monkeypatch.setattr(views, "cards_of", broken)
    client = as_role("county_officer", lang=lang)
    client.raise_request_exception = False
    answer = client.get("/")
    assert answer.status_code == 500
    assert word in answer.content.decode()
    assert "secret of the program" not in answer.content.decode()


@pytest.mark.parametrize(("lang", "word"), [("zh", "办法"), ("en", "Remedy")])
def test_an_error_of_the_core_says_what_to_do(
    as_role: Any, monkeypatch: pytest.MonkeyPatch, lang: str, word: str
) -> None:
    from fangpin.vocabulary.errors import FangpinError
    from fangpin.vocabulary.text import Text
    from fangpin.web.workbench import views

    def refused(request: Any) -> None:
        raise FangpinError("FP-X-001", Text("做不到", "cannot be done"), remedy=Text("换一种", "another way"))

    monkeypatch.setattr(views, "cards_of", refused)
    answer = as_role("county_officer", lang=lang).get("/")
    assert answer.status_code == 422
    for part in ("FP-X-001", word, "another way" if lang == "en" else "换一种"):
        assert part in answer.content.decode()


def test_a_task_that_a_dead_worker_left_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    from django_tasks.base import TaskResultStatus
    from django_tasks_db.models import DBTaskResult

    from fangpin.web.audit import tasks
    from fangpin.web.audit.actions import record
    from fangpin.web.supervise import put_back

    monkeypatch.setattr("django.db.close_old_connections", lambda: None)  # the connection is this test's
    record(None, "household.edit")
    assert tasks.seal_soon()
    assert not tasks.seal_soon()  # it waits already
    waiting = DBTaskResult.objects.get()
    waiting.claim("a worker that dies")
    assert DBTaskResult.objects.get().status == TaskResultStatus.RUNNING
    put_back()
    assert DBTaskResult.objects.get().status == TaskResultStatus.READY
