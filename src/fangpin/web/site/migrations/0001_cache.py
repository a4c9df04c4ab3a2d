"""The table of the shared cache (rate limits)."""

from typing import Any, ClassVar

from django.core.management import call_command
from django.db import migrations


def create(apps: Any, schema_editor: Any) -> None:
    """Django's own command; it leaves an existing table alone."""
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    """The first step of this app."""

    initial = True
    dependencies: ClassVar[list[tuple[str, str]]] = []
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
