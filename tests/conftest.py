"""Fixtures for every test: the run's seed, real data where it is there, a real browser."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from helpers import FULL, IN_CI, SEED, chromium, real_data, trials

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["trials"]

# a closed network must not slow the browser down, and a container's root has no sandbox
CHROMIUM_FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Give Hypothesis the run's seed, unless one was asked for on the command line."""
    if getattr(config.option, "hypothesis_seed", None) is None:
        config.option.hypothesis_seed = str(SEED)


def pytest_report_header() -> str:
    """The seed of this run and how many trials it makes."""
    return f"FANGPIN_SEED={SEED} trials={'all' if FULL else 'a tenth (FULL=1 for all)'}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Budgets of time and memory run only when everything does."""
    if not FULL:
        later = pytest.mark.skip(reason="a budget of time or memory: make test FULL=1")
        for item in items:
            if item.get_closest_marker("scale"):
                item.add_marker(later)


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """A seed of this test's own, from the run's seed and the test's name."""
    return random.Random(f"{SEED} {request.node.nodeid}").randrange(2**31)


@pytest.fixture
def rng(seed: int) -> random.Random:
    """A random source of this test's own."""
    return random.Random(seed)


@pytest.fixture(scope="session")
def pk_pslm2015() -> Path:
    """The folder of the real survey of 8,083 rural households."""
    folder = real_data("pk_pslm2015")
    if folder is None:
        pytest.skip("FANGPIN_REAL_DATA does not hold pk_pslm2015; docs say where the survey is to be had")
    return folder


@pytest.fixture(scope="session")
def spark() -> Any:
    """The Spark session of this process, on two cores."""
    from fangpin.engine.spark import MASTER, cluster, hindrance

    found = hindrance()
    if found is not None:
        (pytest.fail if IN_CI else pytest.skip)(f"no Spark: {found.message('en')}")
    os.environ.setdefault(MASTER, "local[2]")
    return cluster().session


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium; in CI it must be there."""
    path = chromium()
    if path is None:
        (pytest.fail if IN_CI else pytest.skip)("no Chromium: make tools")
    from playwright.sync_api import sync_playwright

    flags = [*CHROMIUM_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=flags)
        yield started
        started.close()
