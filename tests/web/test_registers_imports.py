"""Imports that never lie: nothing before the merge, all or nothing after, and a way back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

import registers_help as county
from fangpin.vocabulary.errors import UnusableInput
from fangpin.web.accounts import scope
from fangpin.web.accounts.scope import Denied
from fangpin.web.jobs.actions import Cancelled, Progress
from fangpin.web.jobs.models import Job
from fangpin.web.registers import deciding, facts, imports, queries, reading
from fangpin.web.registers.models import ROWS, Ambiguity, Batch, CurrentHousehold, CurrentMember, Identity
from fangpin.web.registers.undoing import in_the_way
from registers_help import Files, archive, given

pytestmark = pytest.mark.django_db
REGION = "350526000000"


@pytest.fixture(autouse=True)
def read_here(request: Any, monkeypatch: Any) -> None:
    """Files are read in this process, which is faster; the process of its own has a test of its own."""
    if "apart" not in request.fixturenames:
        county.read_here(monkeypatch)


@pytest.fixture
def officer(person: Any) -> Any:
    return person("county_officer", "350526")


@pytest.fixture
def send(officer: Any) -> Callable[..., Batch]:
    """Upload and check, as the worker does."""

    def go(files: Files | SimpleUploadedFile, by: Any = None, **options: Any) -> Batch:
        file = files if isinstance(files, SimpleUploadedFile) else archive(files)
        batch = imports.upload(by=by or officer, file=file, region_code=options.pop("region_code", REGION), **options)
        imports.check(batch, progress(batch))
        batch.refresh_from_db()
        return batch

    return go


def progress(batch: Batch) -> Progress:
    return Progress(Job.objects.filter(arguments__batch=batch.pk).latest("created"))


def merge(batch: Batch, by: Any) -> Batch:
    imports.ask_merge(batch, by=by)
    imports.merge_batch(batch, progress(batch), by)
    batch.refresh_from_db()
    return batch


def seen() -> str:
    """All that anybody can see, as text."""
    rows = {
        name: frame.drop("row_id", "replaces", "batch_id", "said_at").write_json()
        for name, frame in facts.frames().items()
    }
    generation = queries.generation()
    lists = [
        sorted(map(repr, model.objects.filter(generation=generation).values_list(*names)))
        for model, names in (
            (CurrentHousehold, ("household_id", "head_name", "population", "persons")),
            (CurrentMember, ("household_id", "person_id", "name", "state")),
        )
    ]
    return json.dumps([rows, lists])


def adds_up(batch: Batch) -> bool:
    return all(some["rows"] == sum(n for k, n in some.items() if k != "rows") for some in batch.counts.values())


def test_nothing_is_seen_before_the_merge_and_everything_after(officer: Any, send: Any) -> None:
    files = given("household", "member", "living", "income_year")
    before = seen()
    batch = send(files)
    assert batch.state == Batch.State.CHECKED, batch.details
    assert batch.counts["household"]["added"] == county.HOUSEHOLDS
    assert batch.counts["member"]["added"] == files["member"].height
    assert adds_up(batch)
    assert seen() == before
    merge(batch, officer)
    assert batch.state == Batch.State.PUBLISHED
    assert queries.households(scope.of(officer)).count() == county.HOUSEHOLDS
    kept = facts.frames(("member",), clear=True)["member"]
    assert kept["id_number"].to_list() == files["member"]["id_number"].to_list()


def test_the_same_file_again_changes_nothing(officer: Any, send: Any) -> None:
    files = given(*county.frames())
    merge(send(files), officer)
    before = seen()
    again = send(files)
    for table, counts in again.counts.items():
        assert counts["unchanged"] == counts["rows"], (table, counts)
    merge(again, officer)
    assert seen() == before


def test_only_mended_cells_change(officer: Any, send: Any) -> None:
    county.loaded(run=True)
    files = given("household", "living")
    mended = files["living"].with_columns(
        pl.when(pl.int_range(pl.len()) < 3).then(pl.lit("D")).otherwise(pl.col("house_grade")).alias("house_grade")
    )
    expected = sum(a != "D" for a in files["living"]["house_grade"].head(3).to_list())
    assert expected > 0
    batch = send({"household": files["household"], "living": mended})
    assert batch.counts["living"]["changed"] == expected
    assert batch.counts["living"]["unchanged"] == mended.height - expected
    assert adds_up(batch)
    merge(batch, officer)
    first = files["living"]["household_id"][0]
    today = queries.household(scope.of(officer), first).rows["living"][0]
    assert today["house_grade"] == "D"
    earlier = queries.household(scope.of(officer), first, county.DAY).rows["living"][0]
    assert earlier["house_grade"] == files["living"]["house_grade"][0]
    change = next(c for c in queries.timeline(scope.of(officer), first) if not c.added)
    assert (change.table, set(change.fields)) == ("living", {"house_grade"})
    verdict = queries.verdict_of(scope.of(officer), first)
    assert verdict is not None
    assert verdict.items["L1"] is True


def test_a_blank_never_erases_and_absent_columns_stay(officer: Any, send: Any) -> None:
    county.loaded()
    files = given("household")["household"].select("household_id", "region_code", "head_name", "population")
    blank = files.with_columns(pl.lit(None, pl.String).alias("head_name"))
    before = seen()
    batch = send({"household": blank})
    assert batch.counts["household"]["unchanged"] == files.height
    merge(batch, officer)
    assert seen() == before


def test_do_not_overwrite_leaves_rows_byte_for_byte(officer: Any, send: Any) -> None:
    county.loaded()
    household = given("household")["household"]
    more = household.head(1).with_columns(
        pl.lit("35052699999999").alias("household_id"), pl.lit(None, pl.String).alias("head_id_number")
    )
    changed = household.with_columns(pl.lit(9).cast(household["population"].dtype).alias("population"))
    before = json.loads(seen())[0]
    batch = send({"household": pl.concat([changed, more])}, keep_existing=True)
    assert batch.counts["household"]["kept"] == household.height
    assert batch.counts["household"]["added"] == 1
    merge(batch, officer)
    after = json.loads(seen())[0]
    assert json.loads(after["household"])[: household.height] == json.loads(before["household"])


def test_older_data_change_nothing(officer: Any, send: Any) -> None:
    county.loaded()
    household = given("household")["household"].drop("valid_from", "known_at")
    changed = household.with_columns(pl.lit(9).cast(household["population"].dtype).alias("population"))
    batch = send({"household": changed}, known_at=date(2019, 1, 1))
    assert batch.counts["household"]["older"] == household.height
    assert "changed" not in batch.counts["household"]


def test_undo_brings_back_what_was_and_says_what_stands_in_the_way(officer: Any, send: Any) -> None:
    county.loaded(run=True)
    before = seen()
    files = given("household", "living")
    worse = files["living"].with_columns(pl.lit("D").alias("house_grade"))
    one = merge(send({"household": files["household"], "living": worse}), officer)
    middle = seen()
    assert middle != before
    two = merge(
        send({"household": files["household"], "living": worse.with_columns(pl.lit("C").alias("house_grade"))}), officer
    )
    assert [b.pk for b in in_the_way(one)] == [two.pk]
    with pytest.raises(UnusableInput, match="later writes"):
        imports.undo(one, by=officer)
    imports.undo(two, by=officer)
    assert seen() == middle
    imports.undo(Batch.objects.get(pk=one.pk), by=officer, reason="错表")
    assert seen() == before
    with pytest.raises(UnusableInput):
        imports.undo(Batch.objects.get(pk=one.pk), by=officer)


def test_a_member_known_elsewhere_waits(officer: Any, send: Any) -> None:
    county.loaded()
    files = given("household", "member")
    people = files["member"].drop_nulls("id_number")
    first = people.row(0, named=True)
    other = next(h for h in files["household"]["household_id"].to_list() if h != first["household_id"])
    moved = people.head(1).with_columns(pl.lit(other).alias("household_id"), pl.lit(f"{other}99").alias("person_id"))
    batch = send({"household": files["household"], "member": moved})
    assert batch.counts["member"] == {"rows": 1, "ambiguous": 1, "unchanged": 0, "refused": 0}
    matter = Ambiguity.objects.get(batch=batch)
    known = f"{first['household_id']}/{first['person_id']}"
    assert matter.candidates == [known]
    before = seen()
    merge(batch, officer)
    assert seen() == before
    deciding.decide(matter, by=officer, choice="same", chosen=known, reason="出嫁")
    now = {
        (m.household_id, m.person_id): m.state for m in queries.members(scope.of(officer)).filter(name=first["name"])
    }
    assert now[first["household_id"], first["person_id"]] == "7"
    assert (other, f"{other}99") in now
    with pytest.raises(UnusableInput):
        deciding.decide(matter, by=officer, choice="new")
    decision = Batch.objects.get(kind="decision", state="published")
    imports.undo(decision, by=officer)
    assert seen() == before


def test_a_household_under_a_new_number_waits_with_all_its_rows(officer: Any, send: Any) -> None:
    county.loaded()
    files = given("household", "member", "living")
    known = files["household"].drop_nulls("head_id_number").row(0, named=True)["household_id"]

    def renamed(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.filter(pl.col("household_id") == known).with_columns(
            pl.lit("35052688888888").alias("household_id")
        )

    new = {name: renamed(frame) for name, frame in files.items()}
    new["living"] = new["living"].with_columns(pl.lit("D").alias("house_grade"))
    batch = send(new)
    assert {name: some["ambiguous"] for name, some in batch.counts.items()} == {n: f.height for n, f in new.items()}
    assert adds_up(batch)
    matter = Ambiguity.objects.get(batch=batch)
    assert (matter.table, matter.candidates) == ("household", [known])
    deciding.decide(matter, by=officer, choice="same", chosen=known, reason="换号")
    merge(batch, officer)
    assert not CurrentHousehold.objects.filter(household_id="35052688888888").exists()
    assert queries.household(scope.of(officer), known).rows["living"][0]["house_grade"] == "D"
    assert len(queries.household(scope.of(officer), known).rows["member"]) == new["member"].height


@pytest.mark.parametrize("choice", ["new", "skip"])
def test_the_other_decisions(officer: Any, send: Any, choice: str) -> None:
    county.loaded()
    files = given("household")
    row = files["household"].drop_nulls("head_id_number").head(1)
    batch = send({"household": row.with_columns(pl.lit("35052677777777").alias("household_id"))})
    deciding.decide(Ambiguity.objects.get(batch=batch), by=officer, choice=choice, reason="两户")
    merge(batch, officer)
    assert CurrentHousehold.objects.filter(household_id="35052677777777").exists() == (choice == "new")


def test_rows_beyond_the_uploaders_region_stay_out(person: Any, send: Any, officer: Any) -> None:
    township = person("township_reviewer", county.OTHER_VILLAGE[:9])
    files = given("household", "living")
    batch = send(files, by=township, region_code=county.OTHER_VILLAGE[:9] + "000")
    inside = files["household"].filter(pl.col("region_code") == county.OTHER_VILLAGE).height
    assert batch.counts["household"]["added"] == inside
    assert batch.counts["household"]["outside"] == county.HOUSEHOLDS - inside
    assert batch.counts["living"]["outside"] > 0
    assert adds_up(batch)
    with pytest.raises(Denied):
        imports.ask_merge(batch, by=township)
    with pytest.raises(Denied):
        imports.upload(by=township, file=archive(files), region_code="350526100000")


@pytest.fixture
def apart() -> None:
    """Asks for the process of its own."""


def test_a_file_is_read_in_a_process_of_its_own(apart: None, officer: Any, send: Any) -> None:
    batch = send(given("household", "member"))
    assert batch.counts["household"]["added"] == county.HOUSEHOLDS
    assert (imports.folder(batch) / "read" / reading.BOOK).exists()
    with pytest.raises(UnusableInput) as refused:
        send(SimpleUploadedFile("a.xlsx", b"<html>no workbook</html>"))
    assert refused.value.code == "FP-GUARD-004"


def test_cancel_leaves_nothing_staged(officer: Any) -> None:
    batch = imports.upload(by=officer, file=archive(given("household", "member")), region_code=REGION)
    job = Job.objects.get(arguments__batch=batch.pk)
    Job.objects.filter(pk=job.pk).update(cancel_asked=True)
    with pytest.raises(Cancelled):
        imports.check(batch, Progress(job))
    batch.refresh_from_db()
    assert batch.state == Batch.State.REJECTED
    assert not any(model.objects.exists() for model in ROWS.values())


def test_rejecting_drops_what_was_staged(officer: Any, send: Any) -> None:
    batch = send(given("household", "member"))
    imports.reject(batch, by=officer)
    assert not any(model.objects.exists() for model in ROWS.values())
    with pytest.raises(UnusableInput):
        imports.ask_merge(batch, by=officer)
    assert Path(imports.folder(batch) / "upload").exists()


def test_two_checks_of_the_same_rows_do_not_both_merge(officer: Any, send: Any) -> None:
    county.loaded()
    files = given("household", "living")
    one, two = (
        send({"household": files["household"], "living": files["living"].with_columns(pl.lit(g).alias("house_grade"))})
        for g in ("D", "C")
    )
    merge(one, officer)
    imports.ask_merge(two, by=officer)
    assert imports.merge_batch(two, progress(two), officer) == {"again": True}
    assert {r["house_grade"] for r in facts.as_of(facts.frames(("living",)), date.today())["living"].to_dicts()} == {
        "D"
    }


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.exe", b"MZ", "FP-REGISTERS-010"),
        ("a.xlsx", b"<html>no workbook</html>", "FP-GUARD-004"),
        ("a.csv", b"nothing,known\n1,2\n", "FP-INTAKE-003"),
        ("a.xlsx", b"PK\x03\x04 broken", None),
    ],
)
def test_bad_files_end_in_a_message(officer: Any, send: Any, name: str, data: bytes, code: str | None) -> None:
    with pytest.raises(UnusableInput) as refused:
        send(SimpleUploadedFile(name, data))
    if code is not None:
        assert refused.value.code == code
    assert not Batch.objects.exclude(state=Batch.State.FAILED).exists()
    assert not Identity.objects.exists()


def test_a_file_too_large_or_a_full_disk_is_said_before_anything_is_written(
    officer: Any, settings: Any, monkeypatch: Any
) -> None:
    settings.UPLOAD_LIMIT = 10
    with pytest.raises(UnusableInput) as large:
        imports.upload(by=officer, file=SimpleUploadedFile("a.csv", b"x" * 11), region_code=REGION)
    assert large.value.code == "FP-REGISTERS-011"
    settings.UPLOAD_LIMIT = 2**20
    monkeypatch.setattr(imports.shutil, "disk_usage", lambda _: type("U", (), {"free": 1000})())
    with pytest.raises(UnusableInput) as full:
        imports.upload(by=officer, file=SimpleUploadedFile("a.csv", b"x"), region_code=REGION)
    assert full.value.code == "FP-REGISTERS-012"
    assert not Batch.objects.exists()
