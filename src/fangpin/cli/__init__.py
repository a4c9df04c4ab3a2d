"""The command line: every command, its options and its exit codes."""

from fangpin.cli.app import main

__all__ = ["main"]
