"""The audit: entries stay as they are, the chain tells what was changed, a script from outside agrees."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from fangpin.web.accounts.scope import of
from fangpin.web.audit import queries, triggers
from fangpin.web.audit.actions import record, seal
from fangpin.web.audit.models import Entry, Seal, Sealed
from helpers import ROOT

pytestmark = pytest.mark.django_db
SCRIPT = ROOT / "docs" / "how-to" / "verify_audit.py"


def filled(n: int = 7) -> None:
    """Entries in two seals and one that waits."""
    for i in range(n):
        record(None, "household.edit", region_code="350526101201", household_id=f"h{i}", detail={"i": i, "名": "甲"})
        if i == 3:
            seal()
    seal()
    record(None, "household.edit")


def outside(tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """What the script says, which knows nothing of fangpin."""
    (tmp_path / "audit.jsonl").write_text("".join(f"{line}\n" for line in queries.lines()), "utf-8")
    call = [sys.executable, "-I", str(SCRIPT), str(tmp_path / "audit.jsonl")]
    return subprocess.run(call, capture_output=True, text=True)


def test_a_whole_chain(tmp_path: Path) -> None:
    filled()
    found = queries.verify()
    assert found.whole
    assert (found.seals, found.sealed, found.unsealed) == (2, 7, 1)
    said = outside(tmp_path)
    assert said.returncode == 0, said.stdout
    assert found.head in said.stdout


def test_an_empty_chain_is_whole(tmp_path: Path) -> None:
    assert queries.verify().whole
    assert seal() == 0
    assert outside(tmp_path).returncode == 0


@pytest.mark.parametrize("model", [Entry, Seal, Sealed])
@pytest.mark.parametrize("act", ["update", "delete"])
def test_the_database_refuses_to_change_a_row(model: Any, act: str) -> None:
    filled()
    name = model._meta.pk.attname
    field = "username" if model is Entry else "hash"
    sql = (
        f"UPDATE {model._meta.db_table} SET {field} = 'x'" if act == "update" else f"DELETE FROM {model._meta.db_table}"
    )
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{sql} WHERE {name} = (SELECT min({name}) FROM {model._meta.db_table})")


HARMS = {
    "an entry changed": "UPDATE audit_entry SET username = 'somebody' WHERE id = {entry}",
    "detail changed": "UPDATE audit_entry SET detail = '{{}}' WHERE id = {entry}",
    "an entry taken away": "DELETE FROM audit_sealed WHERE entry_id = {entry}; DELETE FROM audit_entry WHERE id = {entry}",
    "a seal taken away": "DELETE FROM audit_sealed WHERE seal_id = 1; DELETE FROM audit_seal WHERE id = 1",
    "a seal changed": "UPDATE audit_seal SET count = 5 WHERE id = 2",
    "moved to another seal": "UPDATE audit_sealed SET seal_id = 2 WHERE entry_id = {entry}",
    "hashed again after a change": "UPDATE audit_entry SET username = 'x' WHERE id = {entry}; "
    "UPDATE audit_sealed SET hash = 'recomputed' WHERE entry_id = {entry}",
}


@pytest.mark.parametrize("harm", HARMS)
def test_what_somebody_with_the_database_in_hand_does_is_seen(harm: str, tmp_path: Path) -> None:
    filled()
    entry = Sealed.objects.order_by("entry_id").first()
    assert entry is not None
    triggers.remove(connection)
    with connection.cursor() as cursor:
        for statement in HARMS[harm].format(entry=entry.pk).split("; "):
            cursor.execute(statement)
    assert not queries.verify().whole
    assert outside(tmp_path).returncode == 1
    triggers.install(connection)


def test_an_entry_goes_with_its_transaction() -> None:
    with transaction.atomic():
        record(None, "household.edit")
        transaction.set_rollback(True)
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("证件 35052619850315123X 已改", "证件 350" + "＊" * 13 + "3X 已改"),
        ("35052619850315123X24B1", "350" + "＊" * 17 + "B1"),
        ("350526850315123", "350" + "＊" * 10 + "23"),
        ("电话13812345678。", "电话138" + "＊" * 6 + "78。"),
        ("卡6222021234567890123", "卡622" + "＊" * 14 + "23"),
        ("户 350526101201 第 20260315 号", "户 350526101201 第 20260315 号"),
    ],
)
def test_personal_numbers_do_not_enter(text: str, kept: str) -> None:
    entry = record(None, "identity.reveal", reason=text, detail={"read": [text]})
    entry.refresh_from_db()
    assert (entry.reason, entry.detail) == (kept, {"read": [kept]})


def test_only_what_lies_within_ones_scope_is_read(person: Any) -> None:
    for code in ("350526101201", "350525101201", ""):
        record(None, "household.edit", region_code=code)
    read = queries.entries(of(person("auditor", "350526000000")))
    assert {e.region_code for e in read if e.action == "household.edit"} == {"350526101201", ""}
    assert not queries.entries(of(person("county_officer", "350526000000"))).exists()
