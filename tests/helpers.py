"""What tests share: where things are, and how many random trials a run makes.

A run prints its seed (``FANGPIN_SEED``); the same seed repeats it. ``make test`` runs a tenth of the trials,
``make test FULL=1`` all of them.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FULL = os.environ.get("FANGPIN_FULL", "") not in ("", "0")
IN_CI = os.environ.get("CI", "").lower() in ("1", "true")

# set once, by the first process; xdist's workers inherit it
SEED = int(os.environ.setdefault("FANGPIN_SEED", str(secrets.randbelow(2**31))))


def trials(n: int) -> int:
    """How many of ``n`` random trials this run makes: all with FANGPIN_FULL=1, else a tenth, at least one."""
    return n if FULL else max(1, n // 10)


def real_data(name: str) -> Path | None:
    """The folder of a real data set under FANGPIN_REAL_DATA, or None where it is not there."""
    root = os.environ.get("FANGPIN_REAL_DATA", "")
    folder = Path(root) / name
    return folder if root and folder.is_dir() else None


def chromium() -> str | None:
    """The path of an installed Chromium, or None."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def fangpin(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """What the command ``fangpin`` of this checkout does, in a process of its own."""
    code = "import sys; from fangpin.cli import main; sys.exit(main())"
    call = [sys.executable, "-c", code, *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    return subprocess.run(call, cwd=cwd, env=environment, capture_output=True, text=True)


@cache
def command_exists(command: str) -> bool:
    """Whether ``fangpin … --help`` knows the command."""
    program, *words = command.split()
    return program == "fangpin" and fangpin(*words, "--help").returncode == 0
