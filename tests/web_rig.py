"""The rig of the web tests: every test that touches the database runs on SQLite and on PostgreSQL.

PostgreSQL is a throw-away cluster of this run, started without a service manager, on a socket of its own; where its
programs are not installed those tests are skipped and say so (in CI they fail). ``FANGPIN_TEST_DATABASES=sqlite``
leaves the other out while one works.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from helpers import IN_CI

NAMES = tuple((os.environ.get("FANGPIN_TEST_DATABASES") or "sqlite,postgresql").split(","))


def programs() -> Path | None:
    """The folder of PostgreSQL's server programs, newest version first."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((path.parent for path in folders), key=lambda p: int(p.parent.name), default=None)


class Cluster:
    """A PostgreSQL of this process's own; ends with it."""

    def __init__(self, bin_: Path) -> None:
        self.bin, self.folder = bin_, Path(tempfile.mkdtemp(prefix="fangpin-pg-"))
        self.folder.chmod(0o755)
        self.user = "postgres" if os.geteuid() == 0 else None
        if self.user:
            shutil.chown(self.folder, self.user)
        self._run("initdb", "-D", self.data, "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust", "-U", "postgres")
        options = (
            f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c fsync=off -c synchronous_commit=off "
            "-c full_page_writes=off -c shared_buffers=32MB -c max_connections=20"
        )
        self._run("pg_ctl", "-D", self.data, "-w", "-l", f"{self.folder}/log", "-o", options, "start")
        atexit.register(self.stop)

    @property
    def data(self) -> str:
        """The cluster's data folder."""
        return str(self.folder / "data")

    def _run(self, program: str, *arguments: str) -> None:
        as_user = ["runuser", "-u", self.user, "--"] if self.user else []
        call = [*as_user, str(self.bin / program), *arguments]
        done = subprocess.run(call, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}")

    def stop(self) -> None:
        """Stop at once and leave nothing."""
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


class Rig:
    """The test databases of this process, made when first used; ``use`` puts one behind Django's default alias."""

    def __init__(self) -> None:
        self.wrappers: dict[str, Any] = {}
        self.cluster: Cluster | None = None
        self.why_not = ""

    def available(self, name: str) -> bool:
        """Whether a database can be had here; ``why_not`` says why it cannot."""
        if name == "postgresql" and programs() is None:
            self.why_not = "no PostgreSQL server programs: make tools"
        return not self.why_not or name == "sqlite"

    def use(self, name: str) -> None:
        """The test database ``name`` is the default from now on."""
        if name not in self.wrappers:
            connections["default"] = self.wrappers[name] = self._made(name)
            self.wrappers[name].creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        connections["default"] = self.wrappers[name]

    def _made(self, name: str) -> Any:
        from fangpin.web import config

        if name == "postgresql":
            self.cluster = self.cluster or Cluster(programs() or Path())
            folder = str(self.cluster.folder)
            described: dict[str, Any] = config.database(Path()) | {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": "fangpin",
                "USER": "postgres",
                "HOST": folder,
                "OPTIONS": {},
                "CONN_MAX_AGE": 0,
            }
        else:
            described = config.sqlite(Path("fangpin.sqlite3"))
        described = connections.configure_settings({"default": described})["default"]
        described["TEST"]["NAME"] = None
        connections.settings["default"] = described
        return connections.create_connection("default")

    def dsn(self, database: str) -> str:
        """The address of a fresh database in the cluster, for a server of its own process."""
        import psycopg

        self.cluster = self.cluster or Cluster(programs() or Path())
        folder = str(self.cluster.folder)
        with psycopg.connect(host=folder, user="postgres", dbname="postgres", autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{database}"')
        return f"postgresql://postgres@/{database}?host={folder}"


RIG = Rig()


def wants_database(metafunc: pytest.Metafunc) -> bool:
    """Whether a test is one that touches the database."""
    fixtures = {"db", "transactional_db", "django_db_setup", "client", "as_role", "person"}
    return bool(metafunc.definition.get_closest_marker("django_db")) or bool(fixtures & set(metafunc.fixturenames))


def database_of(item: pytest.Item) -> str | None:
    """The database a test runs on; None: it touches none."""
    found = getattr(item, "callspec", None)
    return found.params.get("database") if found else None


def unavailable(name: str) -> None:
    """Skip, saying why; in CI fail."""
    (pytest.fail if IN_CI else pytest.skip)(RIG.why_not)


def words(html: str) -> str:
    """The text of a page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@contextmanager
def queries_at_most(n: int) -> Iterator[None]:
    """Fails where more than ``n`` queries were made inside."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        yield
    assert len(seen) <= n, "\n".join(q["sql"][:200] for q in seen)
