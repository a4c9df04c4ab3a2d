"""The registers give the core what they were given: bulk and ordinary rows alike, and the same rule results."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import date
from typing import Any

import polars as pl
import pytest
from django.core.management import call_command

import fangpin as fp
import registers_help as county
from fangpin.web.registers import bulk, facts, load, projection, runs
from fangpin.web.registers.columns import TABLES, columns
from fangpin.web.registers.models import ROWS, Batch, CurrentHousehold, CurrentMember, Identity, Verdict
from helpers import ROOT
from registers_help import DAY

pytestmark = pytest.mark.django_db


def test_models_are_what_tables_says() -> None:
    done = subprocess.run([sys.executable, ROOT / "tools" / "web_models.py", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_what_is_loaded_comes_back_whole() -> None:
    county.loaded()
    given, kept = county.frames(), facts.frames(clear=True)
    for name in TABLES:
        assert kept[name].select(given[name].columns).equals(given[name]), name


def test_bulk_rows_equal_ordinary_ones() -> None:
    given = county.frames()
    one, two = (Batch.objects.create(kind="load", state="published") for _ in range(2))
    for name in TABLES:
        about = columns(name)
        load.add(name, given[name], one)
        for row in bulk.seal(name, given[name].head(40)).to_dicts():
            ROWS[name].objects.create(batch=two, **row)
        mine, ordinary = (
            list(
                ROWS[name]
                .objects.filter(batch=b)
                .order_by("id")[:40]
                .values(*(about.stored(n) for n in about.fields), "extra")
            )
            for b in (one, two)
        )
        assert mine == ordinary, name


def test_the_rule_decides_as_over_the_files() -> None:
    made = county.loaded(run=True)
    standard = runs.standard_on(runs.SEED, "350526000000", DAY)
    direct = fp.identify(fp.read(county.county()), standard).to_polars()
    stored = {v.household_id: v for v in Verdict.objects.filter(run=made)}
    assert made.statuses["low_income"] > 0
    assert len(stored) == direct.height
    for row in direct.iter_rows(named=True):
        verdict = stored[row["household_id"]]
        assert (verdict.status, verdict.route, verdict.income, verdict.ask) == (
            row["status"],
            row["route"],
            row["income"],
            row["ask"],
        )
        assert verdict.items == {code: row[code] for code in standard.codes}
    assert runs.replay(made) == {"same": True, "households": direct.height, "differing": [], "causes": []}


def test_one_household_through_the_interpreter_is_the_same() -> None:
    made = county.loaded(run=True)
    for before in Verdict.objects.filter(run=made).order_by("household_id")[:8]:
        after = runs.reconsider(before.household_id, day=DAY)
        assert (after.status, after.items, after.ask) == (before.status, before.items, before.ask)


def test_numbers_are_only_kept_encrypted(django_assert_max_num_queries: Any) -> None:
    county.loaded()
    numbers = county.frames()["member"]["id_number"].drop_nulls().to_list()
    from django.db import connection

    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith("registers_"):
                cursor.execute(f'SELECT * FROM "{table}"')
                text = repr(cursor.fetchall())
                assert not any(number in text for number in numbers[:20]), table
    assert Identity.objects.filter(column="member.id_number").count() == len(set(numbers))


def test_rotation_seals_anew_and_finds_as_before(settings: Any) -> None:
    from fangpin.web.registers import crypto

    county.loaded()
    before = facts.frames(("member",), clear=True)["member"]
    index = bytes(Identity.objects.order_by("id").first().index)  # type: ignore[union-attr]
    said = io.StringIO()
    call_command("rotate_keys", "--new", stdout=said)
    settings.IDENTITY_KEYS = said.getvalue().strip()
    crypto.ring.cache_clear()
    try:
        call_command("rotate_keys", stdout=said)
        assert f"{Identity.objects.count()} values sealed with key 2" in said.getvalue()
        assert bulk.rotate() == 0
        assert {bytes(row.cipher)[0] for row in Identity.objects.all()} == {2}
        assert facts.frames(("member",), clear=True)["member"].equals(before)
        assert bytes(Identity.objects.order_by("id").first().index) == index  # type: ignore[union-attr]
    finally:
        crypto.ring.cache_clear()


def test_a_correction_holds_once_it_is_known() -> None:
    county.loaded()
    household = str(CurrentHousehold.objects.order_by("household_id").values_list("household_id", flat=True)[0])
    old = facts.frames(("living",), facts.Within((), (household,)))["living"]
    batch = Batch.objects.create(kind="edit", state="published", details={"households": [household]})
    new = old.with_columns(
        pl.lit("D").cast(old["house_grade"].dtype).alias("house_grade"), pl.lit(date(2022, 3, 1)).alias("known_at")
    )
    load.add_sealed("living", new.with_columns(pl.col("row_id").alias("replaces")), batch)

    def grade(day: date) -> list[str]:
        part = facts.registry(households=[household]).parts()[0].load()
        return facts.as_of(part.frames, day)["living"]["house_grade"].to_list()

    assert grade(date(2022, 2, 28)) == old["house_grade"].to_list()
    assert grade(date(2022, 3, 1)) == ["D"]


def test_the_projection_can_be_thrown_away() -> None:
    county.loaded(run=True)

    def rows(model: Any) -> list[tuple[Any, ...]]:
        names = [f.attname for f in model._meta.fields if f.name not in ("id", "generation")]
        return sorted(map(repr, model.objects.values_list(*names)))  # type: ignore[return-value]

    before = rows(CurrentHousehold), rows(CurrentMember)
    assert len(before[0]) == county.HOUSEHOLDS
    projection.rebuild(DAY)
    assert (rows(CurrentHousehold), rows(CurrentMember)) == before
    projection.refresh([r.household_id for r in CurrentHousehold.objects.all()[:7]], DAY)
    assert (rows(CurrentHousehold), rows(CurrentMember)) == before
