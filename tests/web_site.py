"""A running site for the tests that look at pages: real processes, a folder of their own, the demo's accounts."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from helpers import ROOT


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Site:
    """``fangpin web`` in a folder; ``url`` ends with a slash."""

    def __init__(self, folder: Path, *options: str, **environment: str) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.log = (folder / "log.txt").open("w")
        code = "import sys; from fangpin.cli import main; sys.exit(main())"
        call = [sys.executable, "-c", code, "web", "--port", str(self.port), "--data", str(folder / "data"), *options]
        settings = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "FANGPIN_WORKERS": "1", **environment}
        settings.pop("DJANGO_SETTINGS_MODULE", None)
        self.process = subprocess.Popen(call, env=settings, stdout=self.log, stderr=subprocess.STDOUT)

    def said(self) -> str:
        """What the command has printed so far."""
        return (self.folder / "log.txt").read_text("utf-8")

    def wait(self, patience: float = 120) -> Site:
        """Until it answers. Raises RuntimeError with what it said."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and self.process.poll() is None:
            if "ready: " in self.said():
                return self
            time.sleep(0.1)
        raise RuntimeError(self.said())

    def health(self) -> dict[str, Any]:
        """What /healthz says."""
        with urlopen(f"{self.url}healthz", timeout=20) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def account(self, role: str) -> dict[str, str]:
        """The demo's account of a role."""
        accounts = json.loads((self.folder / "data" / "accounts.json").read_text("utf-8"))
        return next(one for one in accounts if one["role"] == role)

    def stop(self) -> int:
        """Ask it to end; the exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            code = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self.log.close()
        return code
