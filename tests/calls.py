"""Calls of the command line in this process.

Gives   fangpin(words, cwd=) → Call, with its exit code, what it said, and its JSON; SEED_2021, a standard and its day
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from fangpin.cli.app import app

SEED_2021 = ("--standard", "national/seed_2021", "--as-of", "2021-12-31")


@dataclass
class Call:
    """What a call of the command gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def fangpin(*words: object, cwd: Path) -> Call:
    """The command, in this process (a process of its own costs a second each)."""
    here = Path.cwd()
    os.chdir(cwd)
    try:
        done = CliRunner().invoke(app, [str(w) for w in words])
    finally:
        os.chdir(here)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert "Traceback" not in done.stderr
    return Call(done.exit_code, done.stdout, done.stderr)
