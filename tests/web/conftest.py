"""Fixtures of the web tests: two databases, people of every role, a running site, a browser page.

``client``      Django's test client
``person``      person("county_officer", "350526") → a User with that duty
``as_role``     as_role("county_officer", "350526") → a client signed in as such a person
``site``        a running site (real processes, own data folder, demo accounts); ``site.url``, ``site.account(role)``
``visit``       visit(role=None, width=1280, lang="zh") → a Playwright page on the site, signed in
``axe``         axe(page) → what is wrong with a page, serious findings only
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from web_rig import NAMES, RIG, database_of, unavailable, wants_database

PASSWORD = "correct horse 42"
_numbers = itertools.count(1)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test that touches the database runs once on each."""
    if wants_database(metafunc) and "database" not in metafunc.fixturenames:
        metafunc.fixturenames.append("database")
    if "database" in metafunc.fixturenames:
        metafunc.parametrize("database", NAMES, indirect=True)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """The right database stands behind Django's default before any fixture asks for it."""
    name = database_of(item)
    if name is None:
        return
    if not RIG.available(name):
        unavailable(name)
    from pytest_django.plugin import blocking_manager_key

    with item.config.stash[blocking_manager_key].unblock():
        RIG.use(name)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """``sqlite`` or ``postgresql``."""
    return str(request.param)


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """The rig makes the databases itself."""


@pytest.fixture(autouse=True)
def places_of_this_test(settings: Any, tmp_path: Path) -> None:
    """Files go into this test's folder; fast passwords; a cache in memory; known keys."""
    settings.DATA_DIR, settings.UPLOADS_DIR = tmp_path, tmp_path / "uploads"
    settings.UPLOADS_DIR.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(tmp_path)}
    }
    settings.IDENTITY_KEYS = "1:" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="
    settings.ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]


Person = Callable[..., Any]


@pytest.fixture
def person(db: None) -> Person:
    """Makes a user with one duty (or none)."""
    from fangpin.web.accounts.models import Duty, User

    def make(role: str | None = None, region: str = "350526", **fields: Any) -> Any:
        user = User.objects.create_user(f"u{next(_numbers)}", PASSWORD, name=fields.pop("name", ""))
        if role is not None:
            Duty.objects.create(user=user, role=role, region_code=region, **fields)
        return user

    return make


@pytest.fixture
def as_role(person: Person, settings: Any) -> Callable[..., Client]:
    """Makes a client signed in as a person of this role and region (demo mode: no second factor is asked)."""
    settings.DEMO = True

    def make(role: str | None = None, region: str = "350526", lang: str = "zh", **fields: Any) -> Client:
        user = person(role, region, **fields)
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        client.cookies["lang"] = "en" if lang == "en" else "zh-hans"
        client.user = user  # type: ignore[attr-defined]
        return client

    return make
