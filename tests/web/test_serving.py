"""The processes: what is printed, what ends, what comes back after a death."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers import ROOT, fangpin
from web_site import Site


def children(pid: int) -> dict[str, int]:
    """The server and the worker of a tree, by name."""
    listed = subprocess.run(["ps", "--ppid", str(pid), "-o", "pid=,args="], capture_output=True, text=True).stdout
    found = {}
    for line in listed.splitlines():
        number, _, words = line.strip().partition(" ")
        found["worker" if "db_worker" in words else "server" if "gunicorn" in words else words] = int(number)
    return found


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site on an empty folder, without the demo."""
    started = Site(tmp_path_factory.mktemp("plain"))
    try:
        yield started.wait()
    finally:
        started.stop()


def test_the_first_start_tells_the_administrator_once(plain: Site) -> None:
    said = plain.said()
    assert said.count("一次性口令") == 1
    assert f"fangpin web ready: {plain.url}" in said
    assert plain.health() == {"status": "ok", "database": "ok", "version": plain.health()["version"]}


def test_keys_are_made_once_for_their_owner_only(plain: Site) -> None:
    made = plain.folder / "data" / "secrets.json"
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert len(json.loads(made.read_text("utf-8"))["secret_key"]) > 50


def test_a_dead_worker_comes_back(plain: Site) -> None:
    before = children(plain.process.pid)["worker"]
    os.kill(before, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        now = children(plain.process.pid).get("worker", before)
        if now != before:
            break
        time.sleep(0.2)
    assert now != before
    assert plain.health()["status"] == "ok"


def test_a_port_in_use_is_said_and_nothing_is_written(plain: Site, tmp_path: Path) -> None:
    done = fangpin("web", "--port", str(plain.port), "--data", str(tmp_path / "other"), "--lang", "en")
    assert done.returncode == 2
    assert "FP-WEB-003" in done.stderr
    assert f"--port {plain.port + 1}" in done.stderr
    assert not (tmp_path / "other").exists()


def test_sigterm_ends_the_whole_tree(plain: Site) -> None:
    tree = children(plain.process.pid)
    assert set(tree) == {"server", "worker"}
    assert plain.stop() == 0
    for pid in tree.values():
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", plain.port)) != 0


def test_a_database_that_is_not_there_is_said(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
    done = fangpin("web", "--port", "18999", "--data", str(tmp_path), "--lang", "en")
    assert done.returncode == 2
    assert "FP-WEB-004" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_address_that_is_none_is_said(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://secret:hunter2@host/none")
    done = fangpin("web", "--port", "18998", "--data", str(tmp_path), "--lang", "en")
    assert done.returncode == 2
    assert "FP-WEB-001" in done.stderr
    assert "hunter2" not in done.stderr


@pytest.mark.scale
def test_the_demo_from_nothing_to_the_first_page(tmp_path: Path) -> None:
    from urllib.request import urlopen

    from web_site import free_port

    port = free_port()
    call = ["make", "-s", "demo", f"PORT={port}", f"DEMO_DIR={tmp_path}", "HOUSEHOLDS=200"]
    with (tmp_path / "log.txt").open("w") as log:
        started = subprocess.Popen(call, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
        try:
            deadline = time.monotonic() + 300
            line = f"fangpin demo ready: http://127.0.0.1:{port}/"
            while line not in (tmp_path / "log.txt").read_text("utf-8"):
                assert time.monotonic() < deadline and started.poll() is None, (tmp_path / "log.txt").read_text("utf-8")
                time.sleep(0.2)
            with urlopen(f"http://127.0.0.1:{port}/accounts/login/") as page:
                assert b'name="login"' in page.read()
            accounts = json.loads((tmp_path / "accounts.json").read_text("utf-8"))
            assert all(set(one) == {"username", "password", "role", "region_code"} for one in accounts)
            assert (tmp_path / "county" / "report.html").exists()
        finally:
            os.killpg(started.pid, signal.SIGTERM)
            started.wait(30)


def test_verifying_where_nothing_is_makes_nothing(tmp_path: Path) -> None:
    for command in (["verify"], ["export", str(tmp_path / "out.jsonl")]):
        done = fangpin("audit", *command, "--data", str(tmp_path / "none"), "--lang", "en")
        assert done.returncode == 2
        assert "FP-WEB-010" in done.stderr
    assert not any((tmp_path / name).exists() for name in ("none", "out.jsonl"))


def test_the_audit_of_a_folder_is_verified_and_written_out(plain: Site, tmp_path: Path) -> None:
    data = str(plain.folder / "data")
    said = json.loads(fangpin("audit", "verify", "--data", data, "--json").stdout)
    assert said["whole"] is True
    assert said["sealed"] + said["unsealed"] >= 2  # the administrator and the duty
    done = fangpin("audit", "export", str(tmp_path / "audit.jsonl"), "--data", data)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "audit.jsonl").exists()
