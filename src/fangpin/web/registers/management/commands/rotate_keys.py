"""``python -m django rotate_keys``: encrypted values sealed anew with the first key; ``--new`` prints keys to set.

Keeps   values are opened and sealed in small transactions; interrupted, it goes on where it stopped when called again
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from fangpin.web.registers import bulk, crypto


class Command(BaseCommand):
    """Two steps: ``--new`` gives what to set as FANGPIN_IDENTITY_KEYS; then, without it, everything is resealed."""

    help = "seal encrypted values anew with the first key of FANGPIN_IDENTITY_KEYS"

    def add_arguments(self, parser: CommandParser) -> None:
        """The one option."""
        parser.add_argument("--new", action="store_true", help="print keys with a new one first, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print new keys, or seal anew."""
        if options["new"]:
            self.stdout.write(crypto.with_new_key(settings.IDENTITY_KEYS))
            return
        count = bulk.rotate()
        self.stdout.write(f"{count} values sealed with key {crypto.ring().active}")
