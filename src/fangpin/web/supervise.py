"""One process tree: the server and the background worker, started, watched and ended together.

Gives   serve(...): migrate, first accounts, gunicorn and db_worker as children; returns the exit code
Keeps   SIGTERM and SIGINT end everything; a dead worker is started again and what it was doing is put back; a child
        never outlives its parent (Linux); audit entries are sealed in turn
Source  methods tried: one supervised tree, a fixed worker id, RUNNING rows put back before a restart
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text
from fangpin.web import config

WORKER = "fangpin-worker"
PATIENCE, SEAL_EVERY = 8.0, 30.0
Ready = Callable[[str], None]


def require_free(host: str, port: int) -> None:
    """Raises UnusableInput where something listens on the port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise UnusableInput(
                "FP-WEB-003",
                Text("端口已被占用或不能用", "the port is in use, or cannot be used"),
                place=f"{host}:{port}",
                read=error.strerror or str(error),
                remedy=Text(
                    f"停掉占用的程序，或换一个端口，如 --port {port + 1}",
                    f"stop the program that uses it, or take another port, such as --port {port + 1}",
                ),
            ) from error


def prepare(data: Path, *, demo: bool) -> None:
    """Environment, keys, Django, tables. Raises UnusableInput where the database cannot be reached."""
    os.environ["FANGPIN_DATA"] = str(data.absolute())
    os.environ["FANGPIN_DEMO"] = "1" if demo else os.environ.get("FANGPIN_DEMO", "")
    os.environ["DJANGO_SETTINGS_MODULE"] = "fangpin.web.settings"
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    config.make_secrets(data)
    (data / "uploads").mkdir(exist_ok=True, mode=0o700)
    import django
    from django.core.management import call_command
    from django.db import OperationalError

    django.setup()
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except OperationalError as error:
        raise UnusableInput(
            "FP-WEB-004",
            Text("数据库连不上", "the database cannot be reached"),
            read=str(error).splitlines()[0][:200],
            remedy=Text("启动数据库，核对 DATABASE_URL，再启动一次", "start it, check DATABASE_URL, and start again"),
        ) from error


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _child(*arguments: str) -> subprocess.Popen[bytes]:
    linux = sys.platform == "linux"
    # a group of its own, so that Ctrl-C reaches the children once and in order, through us
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        preexec_fn=_die_with_parent if linux else None,
        start_new_session=True,
    )


class Tree:
    """The server and the worker."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.stopping = False
        self.deaths: list[float] = []
        self.server = self._server()
        self.worker = self._worker()

    def _server(self) -> subprocess.Popen[bytes]:
        return _child(
            "gunicorn",
            "fangpin.web.wsgi:application",
            "--worker-class=gthread",
            f"--workers={os.environ.get('FANGPIN_WORKERS', '2')}",
            "--threads=4",
            "--timeout=120",
            "--graceful-timeout=5",
            f"--bind={self.host}:{self.port}",
            "--log-level=warning",
            "--no-control-socket",
        )

    def _worker(self) -> subprocess.Popen[bytes]:
        put_back()
        return _child("django", "db_worker", "--no-reload", f"--worker-id={WORKER}", "--queue-name=*", "--interval=0.5")

    def stop(self, signum: int = signal.SIGTERM, frame: FrameType | None = None) -> None:
        """From now on everything ends."""
        self.stopping = True

    def end(self) -> None:
        """Ask both to end, then insist."""
        children = [self.server, self.worker]
        for child in children:
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + PATIENCE
        for child in children:
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def watch(self) -> int:
        """Until asked to stop: restart a dead worker, give up where the server is dead. The exit code."""
        sealed = time.monotonic()
        while not self.stopping:
            if self.server.poll() is not None:
                return 1
            if self.worker.poll() is not None:
                now = time.monotonic()
                self.deaths = [at for at in self.deaths if now - at < 60] + [now]
                time.sleep(min(5.0, 0.2 * 2 ** len(self.deaths)))
                self.worker = self._worker()
            if time.monotonic() - sealed > SEAL_EVERY:
                sealed = time.monotonic()
                seal()
            time.sleep(0.2)
        return 0


def put_back() -> None:
    """Tasks that a dead worker left running wait for a worker again; the work itself counts its attempts."""
    from django.db import DatabaseError, close_old_connections

    from fangpin.web.jobs.actions import recover

    try:
        recover()
    except DatabaseError as error:
        sys.stderr.write(f"fangpin web: {error}\n")
    finally:
        close_old_connections()


def seal() -> None:
    """Ask the worker to seal new audit entries."""
    from django.db import DatabaseError, close_old_connections

    from fangpin.web.audit.tasks import seal_soon

    try:
        seal_soon()
    except DatabaseError as error:
        sys.stderr.write(f"fangpin web: {error}\n")
    finally:
        close_old_connections()


def answers(address: str, tree: Tree, patience: float = 60) -> bool:
    """Whether the server answers at its address before it dies or patience ends."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and tree.server.poll() is None and not tree.stopping:
        try:
            with urlopen(f"{address}healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            time.sleep(0.1)
    return False


def run(host: str, port: int, ready: Ready) -> int:
    """Start the tree, say where it is, watch it, end it."""
    tree = Tree(host, port)
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, tree.stop)
    address = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}/"
    try:
        if answers(address, tree):
            ready(address)
            code = tree.watch()
        else:
            code = 0 if tree.stopping else 1
    finally:
        tree.end()
    if code:
        raise UnusableInput(
            "FP-WEB-006",
            Text("网页服务没有启动或中途结束", "the web server did not start, or ended"),
            remedy=Text("按前面的输出处理后再启动", "mend what it says above, and start again"),
        )
    return code
