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
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from helpers import IN_CI, ROOT
from web_rig import NAMES, RIG, database_of, unavailable, wants_database
from web_site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# the sync browser driver runs a loop in this thread, which Django would take for asynchronous code
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

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


@pytest.fixture(scope="session", autouse=True)
def audit_can_be_emptied() -> Iterator[None]:
    """A test with transactions of its own ends by emptying its database, which the audit's triggers would refuse."""
    from django.db import connection
    from django.test import TransactionTestCase

    from fangpin.web.audit import triggers

    empty = TransactionTestCase._fixture_teardown

    def without_triggers(case: Any) -> None:
        triggers.remove(connection)
        try:
            empty(case)
        finally:
            triggers.install(connection)

    TransactionTestCase._fixture_teardown = without_triggers  # type: ignore[method-assign]
    yield
    TransactionTestCase._fixture_teardown = empty  # type: ignore[method-assign]


Person = Callable[..., Any]


@pytest.fixture
def person(db: None) -> Person:
    """Makes a user with one duty (or none)."""
    from fangpin.web.accounts.models import Duty, User

    def make(role: str | None = None, region: str = "350526", **fields: Any) -> Any:
        user = User.objects.create_user(f"u{next(_numbers)}", PASSWORD, name=fields.pop("name", ""))
        if role is not None:
            Duty.objects.create(user=user, role=role, region_code=region.ljust(12, "0"), **fields)
        return user

    return make


@pytest.fixture
def as_role(person: Person, settings: Any) -> Callable[..., Client]:
    """Makes a client signed in as a person of this role and region (demo mode: no second factor is asked)."""
    settings.DEMO = True

    def make(role: str | None = None, region: str = "350526", lang: str = "zh", **fields: Any) -> Client:
        user = person(role, region, **fields)
        client = Client()
        client.force_login(user, backend="fangpin.web.accounts.adapter.Backend")
        client.cookies["lang"] = "en" if lang == "en" else "zh-hans"
        client.user = user  # type: ignore[attr-defined]
        return client

    return make


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A running demo site."""
    started = Site(tmp_path_factory.mktemp("site"), "--demo", "--households", "300")
    try:
        yield started.wait()
    finally:
        started.stop()


@pytest.fixture(scope="session")
def signed_in(site: Site, browser: Browser) -> Callable[[str], list[Any]]:
    """The cookies of a signed-in person of a role; each signs in once a session, through the page."""

    @cache
    def cookies(role: str) -> list[Any]:
        account = site.account(role)
        context = browser.new_context(base_url=site.url)
        page = context.new_page()
        page.goto("/accounts/login/")
        page.fill("input[name=login]", account["username"])
        page.fill("input[name=password]", account["password"])
        page.click("main button.btn-primary")
        page.wait_for_url(site.url)
        found = context.cookies()
        context.close()
        return found

    return cookies


@pytest.fixture
def visit(site: Site, browser: Browser, signed_in: Callable[[str], list[Any]]) -> Iterator[Callable[..., Page]]:
    """Opens pages of the site at a width, in a language, signed in as a role (None: a stranger)."""
    contexts: list[Any] = []

    def opened(role: str | None = None, path: str = "/", width: int = 1280, lang: str = "zh") -> Page:
        context = browser.new_context(
            base_url=site.url, viewport={"width": width, "height": 800}, has_touch=width < 768, is_mobile=width < 768
        )
        contexts.append(context)
        if role is not None:
            context.add_cookies(signed_in(role))
        value = "en" if lang == "en" else "zh-hans"
        context.add_cookies([{"name": "lang", "value": value, "url": site.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: page.errors.append(str(error)))  # type: ignore[attr-defined]
        page.errors = []  # type: ignore[attr-defined]
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """Serious findings of axe on a page, one a line."""
    source = ROOT / "assets" / "axe.min.js"
    if not source.exists():
        (pytest.fail if IN_CI else pytest.skip)("no axe: python tools/assets.py")
    script = source.read_text("utf-8")

    def findings(page: Page) -> list[str]:
        page.evaluate(script)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{v['id']}: {v['help']} {[n['target'] for n in v['nodes']][:3]}"
            for v in found["violations"]
            if v["impact"] in ("serious", "critical")
        ]

    return findings
