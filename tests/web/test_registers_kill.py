"""The power goes during a merge: after the restart everything is as before it, and doing it again brings the whole."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from helpers import ROOT
from web_rig import NAMES, RIG, unavailable


@pytest.mark.parametrize("name", NAMES)
def test_a_killed_merge_leaves_everything_or_nothing(name: str, tmp_path: Path) -> None:
    if not RIG.available(name):
        unavailable(name)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "fangpin.web.settings",
        "FANGPIN_DATA": str(tmp_path),
        "FANGPIN_IDENTITY_KEYS": "1:" + base64.b64encode(bytes(range(32))).decode(),
        "FANGPIN_DATABASE": RIG.dsn(f"kill_{os.getpid()}") if name == "postgresql" else "",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")]),
    }
    environment.pop("DATABASE_URL", None)
    steps = ["setup", "in the middle of staging", "in the middle of the lists", "a large one, at the flip", "finish"]
    said: list[tuple[str, object]] = []
    for step in steps:
        call = [sys.executable, str(ROOT / "tests" / "web_kill.py"), step]
        done = subprocess.run(call, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=300)
        assert done.returncode == (0 if step in ("setup", "finish") else -signal.SIGKILL), done.stderr[-3000:]
        said += [tuple(json.loads(line)) for line in done.stdout.splitlines() if line.startswith("[")]
    before = next(value for what, value in said if what == "before")
    assert [value for what, value in said if what == "seen"] == [before] * 4
    assert [value for what, value in said if what == "checked"] == [["checked", True]]
    assert said[-1] == ("done", [True, "published"])
