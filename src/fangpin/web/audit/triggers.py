"""What holds the audit's rows in place in the database itself: they cannot be changed or taken away.

Gives   install(connection), remove(connection); tests that empty their database remove them for a moment
"""

from __future__ import annotations

from typing import Any

TABLES = ("audit_entry", "audit_seal", "audit_sealed")
REFUSAL = "audit rows are never changed"


def statements(vendor: str, *, there: bool) -> list[str]:
    """The SQL that puts the triggers there, or takes them away."""
    if vendor == "postgresql":
        drop = [f"DROP TRIGGER IF EXISTS {table}_fixed ON {table}" for table in TABLES]
        drop += [f"DROP TRIGGER IF EXISTS {table}_kept ON {table}" for table in TABLES]
        if not there:
            return drop
        function = (
            "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
        )
        made = [function, *drop]
        for table in TABLES:
            made += [
                f"CREATE TRIGGER {table}_fixed BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
                f"CREATE TRIGGER {table}_kept BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
            ]
        return made
    made = []
    for table in TABLES:
        for act in ("UPDATE", "DELETE"):
            name = f"{table}_no_{act.lower()}"
            made.append(f"DROP TRIGGER IF EXISTS {name}")
            if there:
                made.append(
                    f"CREATE TRIGGER {name} BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
                )
    return made


def install(connection: Any) -> None:
    """From now on the rows stay as they are."""
    _execute(connection, there=True)


def remove(connection: Any) -> None:
    """The triggers are gone (a migration back, a test that empties its database)."""
    _execute(connection, there=False)


def _execute(connection: Any, *, there: bool) -> None:
    with connection.cursor() as cursor:
        for statement in statements(connection.vendor, there=there):
            cursor.execute(statement)
