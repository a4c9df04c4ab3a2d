"""Audit rows are never changed: the database refuses."""

from typing import Any, ClassVar

from django.db import migrations

from fangpin.web.audit import triggers


def install(apps: Any, schema_editor: Any) -> None:
    """Put the triggers there."""
    triggers.install(schema_editor.connection)


def remove(apps: Any, schema_editor: Any) -> None:
    """Take them away."""
    triggers.remove(schema_editor.connection)


class Migration(migrations.Migration):
    """After the tables."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("audit", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
