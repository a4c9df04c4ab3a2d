"""What rows would change: compared with what holds, row by row and field by field, then staged under their batch.

Reads   accepted rows (reading), the rows that hold today, who may write where
Gives   stage: every row gets one outcome and the numbers add up; what is new or changed is written under the batch,
        unseen until it is published
Not     publishing (actions), showing it (preview)
Keeps   a blank never erases what is known; a row older than what is known changes nothing; a row that may be somebody
        known under another number waits; with "do not overwrite" only new rows are written
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl
from django.db import transaction

from fangpin.engine.derive import GONE
from fangpin.vocabulary.text import Text
from fangpin.web.registers import bulk, load
from fangpin.web.registers.base import Batch
from fangpin.web.registers.columns import TABLES, Columns, columns
from fangpin.web.registers.facts import ROW, Seen, as_of, frames, rows_by_id
from fangpin.web.registers.models import Ambiguity, CurrentHousehold, CurrentMember, HouseholdRow, MemberRow
from fangpin.web.registers.projection import indexes, shown

Step = Callable[[int, int, Text], None]
OUTCOMES = ("added", "changed", "unchanged", "older", "kept", "ambiguous", "outside", "refused")
"""older: known later already; kept: "do not overwrite"; outside: beyond the writer's regions."""
OUT, OLD, NTH = "__out", "__old", "__nth"
CHUNK = 20_000
COMPARING = Text("与登记比对", "comparing with the registers")
EVERYWHERE = (("", "~"),)


@dataclass
class Staging:
    """What is staged: the batch, who may write where, and what was found on the way."""

    batch: Batch
    today: date
    ranges: Sequence[tuple[str, str]] = EVERYWHERE
    step: Step = lambda done, total, what: None
    doubt: bool = True
    """Whether rows that may be somebody known under another number wait for a decision."""
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    outside: set[str] = field(default_factory=set)
    waiting_households: dict[str, list[str]] = field(default_factory=dict)
    waiting_members: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    done: int = 0
    total: int = 0

    def tell(self, rows: int) -> None:
        """So many rows more are done."""
        self.done += rows
        self.step(self.done, max(self.total, self.done), COMPARING)


def stage(staging: Staging, read: Callable[[str], pl.DataFrame | None], names: Iterable[str] = TABLES) -> None:
    """Compare the rows of every table with what holds, and write what is new or changed under the batch.

    Args:
        staging: The batch, and where outcomes are counted.
        read: Gives the accepted rows of a table, as canonical frames; None where it has none.
        names: The tables.
    """
    for name in names:
        frame = read(name)
        if frame is None or not frame.height:
            continue
        with transaction.atomic():
            sealed = bulk.seal(name, frame) if not _is_sealed(name, frame) else frame
        if name == "household":
            _where(staging, sealed)
            if staging.doubt:
                _doubtful_households(staging, sealed)
        if name == "member" and staging.doubt:
            _doubtful_members(staging, sealed)
        _table(staging, name, sealed)
    if staging.waiting_households or staging.waiting_members:
        _ambiguities(staging)


def _is_sealed(name: str, frame: pl.DataFrame) -> bool:
    return any(columns(name).stored(n) in frame.columns for n in columns(name).sealed)


# -- one table ---------------------------------------------------------------------------------------------------------


def _table(staging: Staging, name: str, incoming: pl.DataFrame) -> None:
    about = columns(name)
    facts = [about.stored(n) for n in about.facts]
    said = [n for n in facts if incoming[n].null_count() < incoming.height]
    existing = _existing(name, said)
    judged = _judged(staging, name, incoming, existing, said)
    counts = dict(judged[OUT].value_counts().iter_rows())
    staging.counts[name] = {outcome: counts[outcome] for outcome in OUTCOMES if outcome in counts}
    staging.tell(incoming.height - counts.get("added", 0) - counts.get("changed", 0))
    dated = judged.with_columns(
        pl.col("__known").alias("known_at"),
        pl.when(pl.col("said_at") < pl.col("__known")).then("said_at").alias("said_at"),
        pl.col("source").fill_null(staging.batch.title or ""),
    )
    for outcome, target in (("added", staging.batch), ("ambiguous", None), ("changed", staging.batch)):
        rows = dated.filter(pl.col(OUT) == outcome)
        if not rows.height:
            continue
        batch = target or _waiting(staging.batch)
        staging.touched.update(rows["household_id"].to_list() if target else ())
        for piece in rows.iter_slices(CHUNK):
            whole = _laid_over(about, piece) if outcome == "changed" else piece
            with transaction.atomic():
                load.add_sealed(name, whole, batch)
            staging.tell(piece.height if target else 0)


def _existing(name: str, said: Sequence[str]) -> pl.DataFrame:
    """The rows of a table that hold today, with the columns that the file speaks of."""
    about = columns(name)
    plain = {n.removesuffix("_id") if n.removesuffix("_id") in about.sealed else n for n in said}
    found = frames((name,), seen=Seen.now(), wanted={name: plain | set(about.key)})
    from django.utils import timezone

    return as_of(found, timezone.localdate())[name]


def _judged(
    staging: Staging, name: str, incoming: pl.DataFrame, existing: pl.DataFrame, said: Sequence[str]
) -> pl.DataFrame:
    """The incoming rows with their outcome, the row each would change, and when what it says was known."""
    about = columns(name)
    keys = [about.stored(k) for k in about.key]
    nth = pl.int_range(pl.len()).over(keys).cast(pl.Int64).alias(NTH)
    dates = ("valid_from", "known_at", "said_at")
    before = existing.with_columns(nth).select(
        *keys,
        NTH,
        pl.col(ROW).alias(OLD),
        *[pl.col(n).alias(f"__{n}") for n in (*dates, *said) if n not in keys],
    )
    both = incoming.with_columns(nth).join(before, on=[*keys, NTH], how="left", nulls_equal=True, maintain_order="left")
    differs = [pl.col(n).is_not_null() & pl.col(n).ne_missing(pl.col(f"__{n}")) for n in said if n not in keys]
    there, default = pl.col(OLD).is_not_null(), pl.lit(staging.batch.known_at or staging.today)
    changed = pl.any_horizontal(differs) if differs else pl.lit(False)
    known, last = pl.coalesce("known_at", default), pl.col("__known_at")
    later = (pl.col("known_at") > last).fill_null(pl.col("known_at").is_not_null() & last.is_null())
    claimed = pl.coalesce("__said_at", "__known_at")
    older = ((known < claimed) | (pl.col("valid_from") < pl.col("__valid_from"))).fill_null(False)
    outcome = (
        pl.when(pl.col("household_id").is_in(list(staging.outside)))
        .then(pl.lit("outside"))
        .when(_waits(staging, name))
        .then(pl.lit("ambiguous"))
        .when(~there)
        .then(pl.lit("added"))
        .when(staging.batch.keep_existing)
        .then(pl.lit("kept"))
        .when(changed & older)
        .then(pl.lit("older"))
        .when(changed | later)
        .then(pl.lit("changed"))
        .otherwise(pl.lit("unchanged"))
    )
    corrected = pl.when(there & ~later).then(pl.max_horizontal(known, default, last)).otherwise(known)
    return both.with_columns(outcome.alias(OUT), corrected.alias("__known"), known.alias("said_at"))


def _waits(staging: Staging, name: str) -> pl.Expr:
    """Rows that wait for a decision: all of a household that does, or one member."""
    waits = pl.col("household_id").is_in(list(staging.waiting_households))
    if name == "member" and staging.waiting_members:
        key = pl.col("household_id") + "/" + pl.col("person_id")
        waits = waits | key.is_in([f"{h}/{p}" for h, p in staging.waiting_members])
    return waits


def _laid_over(about: Columns, rows: pl.DataFrame) -> pl.DataFrame:
    """Changed rows with what is known already where the file is blank. A later period follows; else it corrects."""
    old = rows_by_id(about.table, rows[OLD].to_list())
    facts = [about.stored(n) for n in about.facts]
    names = [*facts, "valid_from", "valid_to"]
    before = old.select(pl.col(ROW).alias(OLD), *[pl.col(n).alias(f"__o_{n}") for n in names])
    both = rows.drop([n for n in rows.columns if n.startswith("__o_")]).join(
        before, on=OLD, how="left", maintain_order="left"
    )
    follows = (pl.col("valid_from") > pl.col("__o_valid_from")).fill_null(
        pl.col("valid_from").is_not_null() & pl.col("__o_valid_from").is_null()
    )
    return both.with_columns(
        pl.when(follows).then(None).otherwise(pl.col(OLD)).alias("replaces"),
        pl.coalesce("valid_from", "__o_valid_from").alias("valid_from"),
        pl.when(follows).then(pl.col("valid_to")).otherwise(pl.coalesce("valid_to", "__o_valid_to")).alias("valid_to"),
        *[pl.coalesce(n, f"__o_{n}").alias(n) for n in facts],
    )


# -- who may write, and who may be somebody else -----------------------------------------------------------------------


def padded(code: pl.Expr) -> pl.Expr:
    """A region code of twelve digits; shorter ones are filled up."""
    return code.fill_null("").str.slice(0, 12).str.pad_end(12, "0")


def _where(staging: Staging, incoming: pl.DataFrame) -> None:
    """Households beyond the writer's regions: where they are said to be, or where they are."""
    now = CurrentHousehold.objects.filter(generation=shown().generation).values_list("household_id", "region_code")
    known = pl.DataFrame(
        list(now.iterator(bulk.CHUNK)), schema={"household_id": pl.String, "__r": pl.String}, orient="row"
    )
    both = incoming.select("household_id", "region_code").join(known, on="household_id", how="left")
    said = padded(pl.coalesce("region_code", "__r"))
    within = _inside(said, staging.ranges) & (_inside(padded(pl.col("__r")), staging.ranges) | pl.col("__r").is_null())
    staging.outside = set(both.filter(~within)["household_id"].to_list())


def _inside(code: pl.Expr, ranges: Sequence[tuple[str, str]]) -> pl.Expr:
    return pl.any_horizontal([(code >= first) & (code <= last) for first, last in ranges] or [pl.lit(False)])


def _doubtful_households(staging: Staging, incoming: pl.DataFrame) -> None:
    """New household numbers whose head is known as the head of another household."""
    now = CurrentHousehold.objects.filter(generation=shown().generation)
    known = _known(now.values_list("household_id", "head_index"), {"household_id": pl.String, "index": pl.Binary})
    if not known.height:
        return
    new = incoming.join(known, on="household_id", how="anti").filter(pl.col("head_id_number_id").is_not_null())
    numbers = indexes([new["head_id_number_id"]])
    found = (
        new.select("household_id", "head_id_number_id")
        .join(numbers, left_on="head_id_number_id", right_on="id")
        .join(known.drop_nulls().rename({"household_id": "other"}), on="index")
    )
    staging.waiting_households = _grouped(found.select("household_id", "other").iter_rows())


def _doubtful_members(staging: Staging, incoming: pl.DataFrame) -> None:
    """Members whose identity number is known of somebody else, who does not leave by the same file."""
    schema = {"household_id": pl.String, "person_id": pl.String, "index": pl.Binary, "state": pl.String}
    now = CurrentMember.objects.filter(generation=shown().generation)
    known = _known(now.values_list("household_id", "person_id", "number_index", "state"), schema)
    if not known.height:
        return
    leaving = incoming.filter(pl.col("state").cast(pl.String).is_in(list(GONE))).select("household_id", "person_id")
    others = (
        known.filter(~pl.col("state").is_in(list(GONE)).fill_null(False))
        .drop_nulls("index")
        .join(leaving, on=["household_id", "person_id"], how="anti")
        .select("index", pl.concat_str("household_id", pl.lit("/"), "person_id").alias("other"))
    )
    numbers = indexes([incoming["id_number_id"]])
    rows = incoming.select("household_id", "person_id", "id_number_id").join(
        numbers, left_on="id_number_id", right_on="id"
    )
    same = known.select("household_id", "person_id", pl.col("index").alias("own"))
    rows = rows.join(same, on=["household_id", "person_id"], how="left").filter(
        pl.col("own").is_null() | (pl.col("own") != pl.col("index"))
    )
    found = rows.join(others, on="index").filter(
        pl.col("other") != pl.concat_str("household_id", pl.lit("/"), "person_id")
    )
    pairs = ((f"{h}/{p}", other) for h, p, other in found.select("household_id", "person_id", "other").iter_rows())
    for key, candidates in _grouped(pairs).items():
        household, _, person = key.partition("/")
        if household not in staging.waiting_households:
            staging.waiting_members[household, person] = candidates


def _known(rows: Any, schema: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    plain = [tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in rows.iterator(bulk.CHUNK)]
    return pl.DataFrame(plain, schema=dict(schema), orient="row")


def _grouped(pairs: Iterable[tuple[str, ...]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, other in pairs:
        if other not in found.setdefault(key, []):
            found[key].append(other)
    return found


def _waiting(batch: Batch) -> Batch:
    """The batch of rows that wait for a decision; never shown."""
    return Batch.objects.get_or_create(
        parent=batch,
        state=Batch.State.WAITING,
        kind=Batch.Kind.DECISION,
        defaults={"region_code": batch.region_code, "title": batch.title, "by": batch.by, "known_at": batch.known_at},
    )[0]


def _ambiguities(staging: Staging) -> None:
    """One matter for each household or member that waits, with those it may be."""
    waiting = _waiting(staging.batch)
    places = dict(
        CurrentHousehold.objects.filter(generation=shown().generation).values_list("household_id", "region_code")
    )
    made = []
    for number, household in HouseholdRow.objects.filter(batch=waiting).values_list("id", "household_id"):
        candidates = staging.waiting_households.get(household, [])
        made.append(Ambiguity(table="household", row_id=number, household_id=household, candidates=candidates))
    for number, household, person in MemberRow.objects.filter(batch=waiting).values_list(
        "id", "household_id", "person_id"
    ):
        candidates = staging.waiting_members.get((household, person), [])
        if candidates:
            key = {"household_id": household, "person_id": person}
            made.append(Ambiguity(table="member", row_id=number, candidates=candidates, **key))
    for one in made:
        one.batch = staging.batch
        one.region_code = places.get(one.household_id) or places.get(one.candidates[0].partition("/")[0], "")
    with transaction.atomic():
        Ambiguity.objects.bulk_create(made, batch_size=bulk.LOOKED_UP)
