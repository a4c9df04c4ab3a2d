"""The command line: every command, its options and its exit codes."""

from __future__ import annotations

import os
import sys

READERS = frozenset({"check", "identify", "explain", "visits", "compare", "sensitivity", "replay"})
"""Commands that read files from outside: they run in a child process that can be ended."""


def main() -> None:
    """The console script."""
    if READERS & set(sys.argv[1:3]) and os.environ.get("FANGPIN_WATCH", "1") != "0":
        from fangpin.vocabulary.watch import split

        split(_ended, quiet="--debug" not in sys.argv)
    from fangpin.cli.app import main as run

    run()


def _ended(why: str, doing: dict[str, float | str]) -> None:
    """What the person is told when the child was ended."""
    from fangpin.cli.door import say_ended

    say_ended(why, doing)


__all__ = ["main"]
