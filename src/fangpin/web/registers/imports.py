"""Imports: upload, check, preview, merge or reject, undo; nothing is seen before the merge, and it is all or nothing.

Gives   upload, ask_check, check, ask_merge, merge_batch, reject, undo
Not     reading files (reading), comparing rows (merge), rows that wait for a decision (deciding), pages (views)
Keeps   rows are staged in chunks under their batch and shown by one flip of the batch, in the transaction that also
        shows the new lists; whatever is cut off can be done again
"""

from __future__ import annotations

import hashlib
import re
import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text
from fangpin.web.accounts import scope
from fangpin.web.audit.actions import record
from fangpin.web.jobs import actions as jobs
from fangpin.web.jobs.models import Job
from fangpin.web.registers import bulk, merge, projection, reading, runs
from fangpin.web.registers.base import Batch
from fangpin.web.registers.columns import TABLES
from fangpin.web.registers.models import ROWS, Ambiguity, HouseholdRow
from fangpin.web.registers.undoing import in_the_way

State = Batch.State
KINDS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv", ".tsv", ".txt", ".parquet", ".zip", ".gz")
MANY = 2_000
"""Up to so many households the lists are mended in place; beyond, a new generation is made beside them."""
CHECK, MERGE, BOOK = "registers.check_import", "registers.merge_import", "registers.findings_book"


# -- upload ------------------------------------------------------------------------------------------------------------


def upload(
    *,
    by: Any,
    file: UploadedFile[Any],
    region_code: str,
    keep_existing: bool = False,
    known_at: date | None = None,
    department: str = "",
) -> Batch:
    """Keep an uploaded file and begin to check it.

    Raises:
        Denied: the person may not import into this region.
        UnusableInput: it is too large, of a kind that is not read, or there is no room on the disk.
    """
    scope.of(by).require("import.upload", region_code=region_code, department=department)
    name = Path(file.name or "").name[:200]
    size = file.size or 0
    _refuse(name, size)
    digest = hashlib.sha256()
    with transaction.atomic():
        batch = Batch.objects.create(
            kind=Batch.Kind.IMPORT,
            state=State.UPLOADED,
            region_code=region_code,
            department=department,
            title=name,
            keep_existing=keep_existing,
            known_at=known_at or timezone.localdate(),
            by=by,
        )
        place = folder(batch) / "upload" / safe_name(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            with place.open("wb") as stream:
                for chunk in file.chunks():
                    digest.update(chunk)
                    stream.write(chunk)
        except OSError as error:
            shutil.rmtree(folder(batch), ignore_errors=True)
            raise _no_room(type(error).__name__) from error
        batch.file, batch.sha256 = str(place.relative_to(settings.DATA_DIR)), digest.hexdigest()
        batch.save(update_fields=["file", "sha256"])
        record(
            by,
            "import.upload",
            region_code=region_code,
            object_type="batch",
            object_id=batch.pk,
            detail={"bytes": size},
        )
        ask_check(batch, by)
    return batch


def folder(batch: Batch) -> Path:
    """Where an import keeps its file and what was read of it."""
    return Path(settings.DATA_DIR) / "imports" / str(batch.pk)


def safe_name(name: str) -> str:
    """A name for the disk that a person knows again in the findings.

    Examples:
        >>> safe_name("../七月 导出（村）.XLSX"), safe_name(".csv")
        ('七月 导出（村）.xlsx', 'file.csv')
    """
    path = Path(name.replace("\\", "/").rsplit("/", 1)[-1])
    if not path.suffix:
        path = Path(f"file{path.name}")
    stem = re.sub(r"[^\w（）() -]", "_", path.stem).strip(" .")[:60] or "file"
    return f"{stem}{path.suffix.lower()}"


def _refuse(name: str, size: int) -> None:
    if Path(safe_name(name)).suffix not in KINDS:
        raise UnusableInput(
            "FP-REGISTERS-010",
            Text("不收这种文件", "this kind of file is not taken"),
            read=name[-40:],
            expected=Text(
                "表格：.xlsx、.csv、.parquet，或它们的 .zip", "tables: .xlsx, .csv, .parquet, or a .zip of these"
            ),
        )
    if size > settings.UPLOAD_LIMIT:
        raise UnusableInput(
            "FP-REGISTERS-011",
            Text("文件太大", "the file is too large"),
            read=f"{size / 2**20:,.0f} MB",
            expected=Text(
                f"不超过 {settings.UPLOAD_LIMIT / 2**20:,.0f} MB", f"at most {settings.UPLOAD_LIMIT / 2**20:,.0f} MB"
            ),
            remedy=Text("分成几个文件", "split it into several files"),
        )
    data = Path(settings.DATA_DIR)
    data.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(data).free < 4 * size + 50 * 2**20:
        raise _no_room(f"{shutil.disk_usage(data).free / 2**20:,.0f} MB")


def _no_room(read: str) -> UnusableInput:
    return UnusableInput(
        "FP-REGISTERS-012",
        Text("磁盘空间不够，什么也没有写", "there is not enough room on the disk; nothing was written"),
        read=read,
        remedy=Text("请管理员腾出空间后再传", "ask the administrator to make room, then upload again"),
    )


# -- check -------------------------------------------------------------------------------------------------------------


def ask_check(batch: Batch, by: Any) -> Job:
    """Check an import in the background."""
    return jobs.start(CHECK, by=by, title=batch.title, region_code=batch.region_code, link=_link(batch), batch=batch.pk)


def check_again(batch: Batch, *, by: Any) -> Job:
    """Check an import once more: the registers have changed, or it was given up or undone."""
    scope.of(by).require("import.upload", region_code=batch.region_code, department=batch.department)
    with transaction.atomic():
        again = (State.CHECKED, State.FAILED, State.REJECTED, State.UPLOADED)
        if Batch.objects.filter(pk=batch.pk, state__in=again).update(state=State.UPLOADED):
            return ask_check(batch, by)
        copied = batch.state == State.UNDONE and (Path(settings.DATA_DIR) / batch.file).is_file()
        if not copied:
            raise not_in(batch)
        names = ("kind", "region_code", "department", "title", "file", "sha256", "keep_existing", "known_at")
        kept = {name: getattr(batch, name) for name in names}
        return ask_check(Batch.objects.create(**kept, parent=batch, state=State.UPLOADED, by=by), by)


def ask_book(batch: Batch, *, by: Any) -> Job:
    """Write the findings workbook of a large file in the background."""
    return jobs.start(BOOK, by=by, title=batch.title, region_code=batch.region_code, link=_link(batch), batch=batch.pk)


def book(batch: Batch, progress: jobs.Progress) -> dict[str, Any]:
    """Write the findings workbook: the sheets as they were, every problem marked."""
    source = Path(settings.DATA_DIR) / batch.file
    aside = folder(batch) / "book"
    reading.read(source, aside, timezone.localdate(), progress, progress.check, book=True)
    for written in aside.glob("*.xlsx"):
        written.replace(folder(batch) / "read" / written.name)
    shutil.rmtree(aside, ignore_errors=True)
    return {}


def took_book(batch: Batch, *, by: Any) -> None:
    """Somebody took the findings workbook, which shows what the file holds."""
    record(by, "import.read", region_code=batch.region_code, object_type="batch", object_id=batch.pk)


def _link(batch: Batch) -> str:
    return f"/registers/imports/{batch.pk}/"


def check(batch: Batch, progress: jobs.Progress) -> dict[str, Any]:
    """Read the file, compare it with the registers, stage what is new or changed; what was staged before is dropped.

    Raises:
        UnusableInput: the file cannot be used.
        Cancelled: the person asked to stop; nothing stays staged.
    """
    Batch.objects.filter(pk=batch.pk).update(state=State.CHECKING)
    clear(batch)
    begun = timezone.now()
    try:
        source = Path(settings.DATA_DIR) / batch.file
        found = reading.read(source, folder(batch) / "read", timezone.localdate(), progress, progress.check)
        staging = merge.Staging(
            batch,
            timezone.localdate(),
            list(scope.of(batch.by).regions("import.upload")),
            progress,
            total=found.counts["rows"],
        )
        merge.stage(staging, lambda name: found.frame(name) if name in found.tables() else None)
    except jobs.Cancelled:
        clear(batch)
        Batch.objects.filter(pk=batch.pk).update(state=State.REJECTED)
        raise
    except UnusableInput as error:
        clear(batch)
        said = {"zh": error.to_json("zh"), "en": error.to_json("en")}
        Batch.objects.filter(pk=batch.pk).update(state=State.FAILED, details={"problem": said})
        raise
    counts = {name: _whole(found.by_table.get(name, {}), staging.counts.get(name, {})) for name in TABLES}
    counts = {name: some for name, some in counts.items() if some["rows"]}
    details = {
        "findings": found.findings,
        "severities": found.severities,
        "touched": len(staging.touched),
        "checked": begun.isoformat(),
    }
    if len(staging.touched) <= MANY:
        details["households"] = sorted(staging.touched)
    Batch.objects.filter(pk=batch.pk).update(state=State.CHECKED, counts=counts, details=details)
    return {"counts": counts}


def _whole(read: dict[str, int], staged: dict[str, int]) -> dict[str, int]:
    """The outcomes of a table's rows; they add up to its rows."""
    counts = {**staged, "refused": read.get("refused", 0)}
    rows = read.get("rows", 0)
    answered = rows - sum(counts.values())  # rows that a later row of the same file took over
    return {"rows": rows, **counts, "unchanged": counts.get("unchanged", 0) + max(answered, 0)}


def clear(batch: Batch) -> None:
    """Drop what is staged under a batch that is not published, in small pieces."""
    ids = [batch.pk, *batch.children.filter(state=State.WAITING).values_list("id", flat=True)]
    for model in ROWS.values():
        while some := list(model.objects.filter(batch_id__in=ids).values_list("pk", flat=True)[: bulk.CHUNK]):
            with transaction.atomic():
                model.objects.filter(pk__gte=min(some), pk__lte=max(some), batch_id__in=ids).delete()
    with transaction.atomic():
        Ambiguity.objects.filter(batch=batch).delete()
        batch.children.filter(state=State.WAITING).delete()


# -- merge -------------------------------------------------------------------------------------------------------------


def ask_merge(batch: Batch, *, by: Any) -> Job:
    """Merge a checked import in the background.

    Raises:
        Denied: the person may not merge in this region.
        UnusableInput: it is not waiting to be merged (merged twice, rejected meanwhile).
    """
    scope.of(by).require("import.merge", region_code=batch.region_code)
    with transaction.atomic():
        changed = Batch.objects.filter(pk=batch.pk, state=State.CHECKED).update(state=State.PUBLISHING)
        if not changed:
            batch.refresh_from_db()
            raise not_in(batch)
        record(
            by,
            "import.merge",
            region_code=batch.region_code,
            object_type="batch",
            object_id=batch.pk,
            detail=_sums(batch),
        )
        return jobs.start(
            MERGE,
            by=by,
            title=batch.title,
            region_code=batch.region_code,
            link=_link(batch),
            batch=batch.pk,
            user=by.pk,
        )


def _sums(batch: Batch) -> dict[str, int]:
    """The outcomes over all tables."""
    found: dict[str, int] = {}
    for some in batch.counts.values():
        for outcome, rows in some.items():
            found[outcome] = found.get(outcome, 0) + rows
    return found


def not_in(batch: Batch) -> UnusableInput:
    """The refusal of something that the state of an import does not allow."""
    return UnusableInput(
        "FP-REGISTERS-013",
        Text("这一批现在不能这样做", "this cannot be done with the import now"),
        read=batch.get_state_display(),
        remedy=Text("刷新页面看它的现状", "reload the page to see how it stands"),
    )


def merge_batch(batch: Batch, progress: jobs.Progress, by: Any = None) -> dict[str, Any]:
    """Show a staged import: lists and batch in one transaction; then the rule results of its households.

    Where somebody else has written the same rows since the check, it is checked again instead, and says so.
    """
    batch.refresh_from_db()
    if batch.state == State.PUBLISHED:  # taken up again after it was cut off
        return _decide(batch, progress, by)
    if overtaken(batch):
        ask_check(batch, by or batch.by)
        return {"again": True}
    progress(0, 3, Text("整理名单", "making the lists"))
    touched = batch.details.get("households")
    made = None if touched is not None else projection.new_generation(batch.pk)
    progress.check()
    with transaction.atomic():
        projection.lock()
        flipped = Batch.objects.filter(pk=batch.pk, state=State.PUBLISHING).update(
            state=State.PUBLISHED, published=timezone.now()
        )
        if not flipped:
            raise not_in(batch)
        if made is None:
            projection.refresh(touched)
        else:
            projection.show(made[0], made[2], batch.pk)
    projection.forget()
    return _decide(batch, progress, by)


def _decide(batch: Batch, progress: jobs.Progress, by: Any) -> dict[str, Any]:
    """The rule results of the households that a batch touched."""
    last = runs.latest()
    if last is None:
        return {}
    progress(1, 3, Text("规则判定", "deciding"))
    touched = batch.details.get("households")
    day = max(last.as_of, timezone.localdate())
    if touched is None:
        made = runs.run(last.standard, day, last.region, by=by)
    elif touched:
        made = runs.run(last.standard, day, last.region, households=touched, by=by)
    else:
        return {}
    return {"run": made.pk, "households": made.households}


def overtaken(batch: Batch) -> bool:
    """Whether rows that it would correct were corrected by somebody else since the check, or its new keys came in."""
    since = datetime.fromisoformat(batch.details["checked"])
    later = {"batch__state": State.PUBLISHED, "batch__published__gte": since}
    for name, model in ROWS.items():
        mine = model.objects.filter(batch=batch)
        published = model.objects.filter(**later)
        if published.filter(replaces__in=mine.exclude(replaces=None).values("replaces")).exists():
            return True
        new = mine.filter(replaces=None).values("household_id")
        if name == "household" and published.filter(household_id__in=new).exists():
            return True
    return False


def reject(batch: Batch, *, by: Any) -> None:
    """Give up an import that is not merged; nothing of it stays staged, the file stays for the record."""
    scope.of(by).require("import.upload", region_code=batch.region_code, department=batch.department)
    with transaction.atomic():
        if not Batch.objects.filter(pk=batch.pk, state__in=(State.CHECKED, State.FAILED, State.UPLOADED)).update(
            state=State.REJECTED
        ):
            batch.refresh_from_db()
            raise not_in(batch)
        record(by, "import.reject", region_code=batch.region_code, object_type="batch", object_id=batch.pk)
    clear(batch)


# -- undo --------------------------------------------------------------------------------------------------------------


def undo(batch: Batch, *, by: Any, reason: str = "", action: str = "import.undo") -> None:
    """Hide a published batch; what it corrected is as before.

    Raises:
        Denied: the person may not undo in this region.
        UnusableInput: later writes stand in the way (``in_the_way`` lists them), or it is not published.
    """
    scope.of(by).require(action, region_code=batch.region_code)
    with transaction.atomic():
        projection.lock()
        later = in_the_way(batch)
        if later:
            raise UnusableInput(
                "FP-REGISTERS-014",
                Text("后来的改动以它为基础，要先撤销那些", "later writes build on it and must be undone first"),
                read="、".join(f"#{one.pk} {one.title}" for one in later[:5]),
            )
        done = Batch.objects.filter(pk=batch.pk, state=State.PUBLISHED).update(
            state=State.UNDONE, undone=timezone.now(), undone_by=by
        )
        if not done:
            batch.refresh_from_db()
            raise not_in(batch)
        record(
            by,
            action,
            region_code=batch.region_code,
            object_type="batch",
            object_id=batch.pk,
            reason=reason,
            detail=_sums(batch),
        )
        touched = households_of(batch)
        if len(touched) <= MANY:
            projection.refresh(touched)
    if len(touched) > MANY:
        projection.rebuild()
    _undone(touched, by)


def _undone(touched: set[str], by: Any) -> None:
    """The rule results of households after a batch was hidden; those it had brought in are gone."""
    last = runs.latest()
    if last is None:
        return
    some: list[str] | None = None
    if len(touched) <= MANY:
        left = HouseholdRow.objects.filter(household_id__in=touched, batch__state=State.PUBLISHED)
        some = sorted(set(left.values_list("household_id", flat=True)))
    if some is None or some:
        runs.run(last.standard, max(last.as_of, timezone.localdate()), last.region, households=some, by=by)


def households_of(batch: Batch) -> set[str]:
    """The households that have rows of a batch."""
    return {
        household
        for model in ROWS.values()
        for household in model.objects.filter(batch=batch).values_list("household_id", flat=True).distinct()
    }
