"""How it stands on a server: Django's own check, HTTPS, cookies, headers, what is read from the environment."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from fangpin.vocabulary.errors import UnusableInput
from fangpin.web import config
from helpers import ROOT


def django(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command of Django's in a process of its own, with settings from this environment."""
    said = {"PYTHONPATH": str(ROOT / "src"), "DJANGO_SETTINGS_MODULE": "fangpin.web.settings", **environment}
    call = [sys.executable, "-m", "django", *arguments]
    around = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    return subprocess.run(call, env={**around, **said}, capture_output=True, text=True)


def test_the_check_for_deployment_finds_nothing(tmp_path: Path) -> None:
    place = {"FANGPIN_HTTPS": "1", "FANGPIN_HOSTS": "fangpin.example", "FANGPIN_DATA": str(tmp_path)}
    done = django("check", "--deploy", "--fail-level", "WARNING", **place)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_every_model_has_its_migration() -> None:
    done = django("makemigrations", "--check", "--dry-run")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.django_db
def test_headers_of_a_page(as_role: Any) -> None:
    headers = as_role("county_officer").get("/").headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy.replace("'self'", "")


@pytest.mark.django_db
def test_cookies_are_out_of_reach_of_scripts(person: Any, client: Client, settings: Any) -> None:
    settings.DEMO = True
    client.post("/accounts/login/", {"login": person("county_officer").username, "password": "correct horse 42"})
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.django_db
def test_a_form_from_elsewhere_is_refused_with_a_page(person: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/accounts/login/", {"login": "x", "password": "y"})
    assert answer.status_code == 403
    assert "页面放得太久了" in answer.content.decode()


@pytest.mark.django_db
def test_pages_name_no_other_host(as_role: Any) -> None:
    for path in ("/", "/accounts/sessions/", "/accounts/2fa/"):
        page = as_role("county_officer").get(path).content.decode()
        found = [part.split('"')[0] for part in page.split("://")[1:]]
        assert all(name.startswith(("www.w3.org", "testserver")) for name in found), found


# ---- the environment ---------------------------------------------------------


def test_a_database_from_its_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://the%20user:p%40ss@db.example:5433/county?sslmode=require")
    found = config.database(tmp_path)
    assert (found["NAME"], found["USER"], found["PASSWORD"]) == ("county", "the user", "p@ss")
    assert (found["HOST"], found["PORT"], found["OPTIONS"]) == ("db.example", "5433", {"sslmode": "require"})
    monkeypatch.setenv("DATABASE_URL", f"sqlite://{tmp_path}/x.sqlite3")
    assert config.database(tmp_path)["NAME"] == f"{tmp_path}/x.sqlite3"
    monkeypatch.setenv("DATABASE_URL", "oracle://a:b@c/d")
    with pytest.raises(UnusableInput) as refused:
        config.database(tmp_path)
    assert "a:b" not in str(refused.value)
    monkeypatch.delenv("DATABASE_URL")
    assert config.database(tmp_path)["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_keys_are_made_once_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert config.secrets(tmp_path) == {}
    config.make_secrets(tmp_path)
    made = config.secrets(tmp_path)
    assert len(base64.b64decode(made["identity_keys"].partition(":")[2])) == 32
    config.make_secrets(tmp_path)
    assert config.secrets(tmp_path) == made
    monkeypatch.setenv("FANGPIN_SECRET_KEY", "from outside")
    assert config.secrets(tmp_path) == made | {"secret_key": "from outside"}


def test_keys_from_the_environment_are_not_written_down(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FANGPIN_SECRET_KEY", "from outside")
    config.make_secrets(tmp_path)
    assert "from outside" not in (tmp_path / config.SECRETS).read_text("utf-8")
    monkeypatch.setenv("FANGPIN_IDENTITY_KEYS", "1:abc")
    config.make_secrets(tmp_path / "other")
    assert not (tmp_path / "other" / config.SECRETS).exists()


def test_this_machine_may_always_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANGPIN_HOSTS", " fangpin.example , ")
    assert config.hosts() == ["fangpin.example", "localhost", "127.0.0.1", "[::1]"]
