"""The current projection: one row for each household and member as of today, for lists and search.

Reads   the version tables through the core's `as_of`
Gives   rebuild (a whole new generation, shown at once when it is ready), refresh (some households, in place);
        new_generation and show, for a write that must become visible together with it
Keeps   it says nothing that the version tables do not say; it can be thrown away and made again
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

import polars as pl
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from fangpin.engine.derive import GONE
from fangpin.web.registers import bulk
from fangpin.web.registers.base import Batch, Identity
from fangpin.web.registers.bulk import LOOKED_UP
from fangpin.web.registers.facts import ROW, Seen, Within, as_of, frames
from fangpin.web.registers.models import CurrentHousehold, CurrentMember, Shown, Verdict
from fangpin.web.registers.pinyin import pinyin

WANTED: dict[str, set[str]] = {
    "household": {
        *("region_code", "natural_village", "head_name", "head_id_number", "phone", "population", "monitor_group"),
        *("household_type", "is_ex_poor", "helper_name"),
    },
    "member": {"name", "sex", "birth_date", "id_number", "relation_to_head", "state"},
    "living": {"house_grade"},
    "income_year": {"year"},
}
RESULTS = (
    *("status", "route", "income", "margin", "count_true", "count_unknown", "target_group", "asked", "verdict_id"),
)


def shown() -> Shown:
    """Which generation is shown."""
    return Shown.objects.get_or_create(pk=1)[0]


def lock() -> Shown:
    """Which generation is shown, held until the transaction ends: every write that becomes visible takes it first."""
    return Shown.objects.select_for_update().get_or_create(pk=1)[0]


def rebuild(today: date | None = None) -> int:
    """The whole projection anew, then shown at once.

    Returns:
        How many households it has.
    """
    generation, count, begun = new_generation(today=today)
    with transaction.atomic():
        show(generation, begun)
    forget()
    return count


def new_generation(*besides: int, today: date | None = None) -> tuple[int, int, datetime]:
    """A generation that is not shown yet; it takes in the batches published now, and some besides.

    Returns:
        Its number, how many households it has, and when it was begun.
    """
    with transaction.atomic():
        now = lock()
        begun, seen = timezone.now(), Seen.now(*besides)
        newest = CurrentHousehold.objects.aggregate(Max("generation"))["generation__max"] or 0
    generation = max(now.generation, newest) + 1
    households, members = _rows(generation, Within(), seen, today)
    households = _with_results(households, None)
    for model, frame in ((CurrentHousehold, households), (CurrentMember, members)):
        for piece in frame.iter_slices(bulk.CHUNK):
            with transaction.atomic():
                bulk.insert(model, piece)
    return generation, households.height, begun


def show(generation: int, begun: datetime, *besides: int) -> None:
    """Show a generation; households written since it was begun are taken in. Within the transaction of the caller."""
    now = lock()
    now.generation, now.made = generation, timezone.now()
    now.save()
    late = Batch.objects.filter(Q(published__gte=begun) | Q(undone__gte=begun)).exclude(pk__in=besides)
    since = list(late.values_list("details", flat=True))
    if all("households" in details for details in since):
        refresh({household for details in since for household in details["households"]})
    else:  # another large write came in between
        transaction.on_commit(lambda: rebuild() and None)


def forget() -> None:
    """Delete generations that are no longer shown, in small pieces."""
    now = shown().generation
    for model in (CurrentHousehold, CurrentMember):
        while ids := list(model.objects.exclude(generation=now).values_list("pk", flat=True)[: bulk.CHUNK]):
            with transaction.atomic():
                model.objects.filter(pk__gte=min(ids), pk__lte=max(ids)).exclude(generation=now).delete()


def refresh(households: Iterable[str], today: date | None = None, seen: Seen | None = None) -> None:
    """Make the rows of some households anew, in the generation that is shown; within one transaction."""
    some = sorted(set(households))
    if not some:
        return
    with transaction.atomic():
        generation = shown().generation
        rows, members = _rows(generation, Within((), tuple(some)), seen or Seen.now(), today)
        rows = _with_results(rows, some)
        for start in range(0, len(some), LOOKED_UP):
            piece = some[start : start + LOOKED_UP]
            for model in (CurrentHousehold, CurrentMember):
                model.objects.filter(generation=generation, household_id__in=piece).delete()
        bulk.insert(CurrentHousehold, rows)
        bulk.insert(CurrentMember, members)


def _rows(generation: int, within: Within, seen: Seen, today: date | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of both tables, without rule results."""
    found = as_of(frames(tuple(WANTED), within, seen, WANTED), today or timezone.localdate())
    member = found["member"].with_columns(_names("name").alias("name"))
    number = pl.lit(generation, pl.Int32).alias("generation")
    household = found["household"].unique("household_id", keep="last", maintain_order=True)
    here = member.filter(~pl.col("state").is_in(list(GONE)).fill_null(False)) if member.height else member
    persons = here.group_by("household_id").agg(pl.len().cast(pl.Int32).alias("persons"))
    numbers = indexes([household["head_id_number_id"], household["phone_id"], member["id_number_id"]])
    rows = (
        household.join(persons, on="household_id", how="left", maintain_order="left")
        .join(_fresh(found), on="household_id", how="left", maintain_order="left")
        .join(numbers.rename({"index": "head_index"}), left_on="head_id_number_id", right_on="id", how="left")
        .join(numbers.rename({"index": "phone_index"}), left_on="phone_id", right_on="id", how="left")
        .select(
            number,
            "household_id",
            _twelve("region_code"),
            *[pl.col(n).fill_null("").alias(n) for n in ("natural_village", "head_name", "helper_name")],
            _pinyin("head_name").alias("head_pinyin"),
            "head_index",
            "phone_index",
            "population",
            pl.col("persons").fill_null(0),
            *[pl.col(n).cast(pl.String) for n in ("monitor_group", "household_type")],
            "is_ex_poor",
            "fresh_on",
        )
    )
    places = rows.select("household_id", "region_code")
    members = (
        member.join(places, on="household_id", how="inner", maintain_order="left")
        .join(numbers.rename({"index": "number_index"}), left_on="id_number_id", right_on="id", how="left")
        .select(
            number,
            *("household_id", "person_id", "region_code", "name"),
            _pinyin("name").alias("pinyin"),
            "number_index",
            *[pl.col(n).cast(pl.String) for n in ("sex", "relation_to_head", "state")],
            *("birth_date", ROW),
        )
    )
    return rows, members


def _names(column: str) -> pl.Expr:
    return pl.col(column).fill_null("").str.strip_chars()


def _twelve(column: str) -> pl.Expr:
    """A region code of twelve digits; a shorter one is filled up, a blank one stays empty."""
    code = pl.col(column).fill_null("").str.slice(0, 12)
    return pl.when(code == "").then(code).otherwise(code.str.pad_end(12, "0")).alias(column)


def _pinyin(column: str) -> pl.Expr:
    return pl.col(column).fill_null("").map_elements(pinyin, return_dtype=pl.String)


def _fresh(found: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """The oldest day on which one of a household's tables was last known."""
    days = [
        frame.select("household_id", pl.coalesce("known_at", "valid_from").alias("day"))
        .group_by("household_id")
        .agg(pl.col("day").max())
        for frame in found.values()
    ]
    return pl.concat(days).group_by("household_id").agg(pl.col("day").min().alias("fresh_on"))


def indexes(references: Sequence[pl.Series]) -> pl.DataFrame:
    """The blind indexes of some references."""
    ids = pl.concat([r.drop_nulls() for r in references]).unique().to_list()
    if len(ids) > 20 * LOOKED_UP:
        rows = [(i, bytes(x)) for i, x in Identity.objects.values_list("id", "index").iterator(bulk.CHUNK)]
    else:
        rows = []
        for start in range(0, len(ids), LOOKED_UP):
            piece = Identity.objects.filter(id__in=ids[start : start + LOOKED_UP])
            rows += [(i, bytes(x)) for i, x in piece.values_list("id", "index")]
    return pl.DataFrame(rows, schema={"id": pl.Int64, "index": pl.Binary}, orient="row")


# -- rule results ------------------------------------------------------------------------------------------------------


def _with_results(rows: pl.DataFrame, households: Sequence[str] | None) -> pl.DataFrame:
    """The rows with the rule results that are shown now."""
    now = CurrentHousehold.objects.filter(generation=shown().generation)
    if households is not None:
        kept = []
        for start in range(0, len(households), LOOKED_UP):
            piece = now.filter(household_id__in=households[start : start + LOOKED_UP])
            kept += list(piece.values_list("household_id", *RESULTS))
    else:
        kept = list(now.exclude(status="").values_list("household_id", *RESULTS).iterator(bulk.CHUNK))
    money = pl.Decimal(18, 2)
    schema = {
        **{"household_id": pl.String(), "status": pl.String(), "route": pl.String(), "income": money, "margin": money},
        **{"count_true": pl.Int32(), "count_unknown": pl.Int32(), "target_group": pl.String(), "asked": pl.Int32()},
        "verdict_id": pl.Int64(),
    }
    results = pl.DataFrame(kept, schema=schema, orient="row")
    joined = rows.join(results, on="household_id", how="left", maintain_order="left")
    joined = joined.with_columns(pl.col("status").fill_null(""), pl.col("asked").fill_null(0))
    return joined.with_columns(pl.col("income").cast(pl.String), pl.col("margin").cast(pl.String))


def take_results(run_id: int, households: Sequence[str] | None = None) -> None:
    """Lay the results of a run over what is shown; all of its households, or some."""
    verdicts = Verdict.objects.filter(run_id=run_id)
    if households is not None and len(households) <= LOOKED_UP:
        verdicts = verdicts.filter(household_id__in=households)
    generation = shown().generation
    rows = [
        (
            v.status,
            v.route,
            _text(v.income),
            _text(v.margin),
            v.count_true,
            v.count_unknown,
            v.target_group,
            len(v.ask),
            v.id,
        )
        + (generation, v.household_id)
        for v in verdicts.iterator(bulk.CHUNK)
    ]
    names = ", ".join(f'"{name}" = {bulk.mark()}' for name in RESULTS)
    table = CurrentHousehold._meta.db_table
    where = f"generation = {bulk.mark()} AND household_id = {bulk.mark()}"
    for start in range(0, len(rows), 5_000):
        with transaction.atomic():
            bulk.many(f'UPDATE "{table}" SET {names} WHERE {where}', rows[start : start + 5_000])


def _text(value: object) -> str | None:
    return None if value is None else str(value)
