"""Judging rows: which rows are kept, and the account of every one.

Reads   judged tables of one set of households
Gives   Loaded: accepted rows, findings, counts
Keeps   refused are only rows with a blank or doubled key or without their household; a doubled household refuses
        all its rows in every table from the day it is doubled (docs/decisions/0008); rows = accepted +
        accepted_with_findings + refused
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import polars as pl

from fangpin import tables
from fangpin.intake.across import income_gaps
from fangpin.intake.batch import Counts, Loaded
from fangpin.intake.hints import HINTED, NOTHING, hint
from fangpin.intake.judge import Judged, Located, Places
from fangpin.intake.keys import different, pairs_different, strangers
from fangpin.intake.messages import SAYINGS, finding
from fangpin.tables import Field
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.masking import mask_value
from fangpin.vocabulary.text import Text

BLANK_KEY, DOUBLED, DOUBLED_HOUSEHOLD, WITH_HOUSEHOLD, ORPHAN = (
    "FP-INTAKE-040",
    "FP-INTAKE-041",
    "FP-INTAKE-042",
    "FP-INTAKE-043",
    "FP-INTAKE-044",
)
HOUSEHOLD = "household_id"
NOBODY = "FP-INTAKE-081"
VERSION = ("valid_from", "known_at")
GRAVE = ("error", "warning")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Rows that are refused for one reason: positions, and for doubled keys how many rows have the key."""

    code: str
    at: pl.Series
    count: pl.Series | None = None
    key: str = ""


def account(judged: Mapping[str, Judged], limit: int | None = None) -> Loaded:
    """Accepted rows, findings and counts of one set of households.

    Args:
        judged: Every table of the catalogue by name; ``household`` first.
        limit: How many findings of one code and field are kept one by one; the others are counted in one more.
    """
    frames: dict[str, pl.DataFrame] = {}
    findings: list[Finding] = []
    by_table: dict[str, Counts] = {}
    by_file: dict[tuple[str, str, str], Counts] = {}
    refused: dict[str, pl.Series] = {}
    places: dict[str, Places] = {}
    voids: dict[str, pl.DataFrame] = {}
    refused_households, households = pl.Series([], dtype=pl.String), pl.Series([], dtype=pl.String)
    sure = False
    for name in tables.catalogue().tables:
        table = judged[name]
        if name == "income_year" and table.height:
            gaps = income_gaps(table.table, table.frame, judged["household"].frame)
            table = replace(table, troubles=[*table.troubles, *(Located(f, trouble) for f, trouble in gaps)])
        refusals = _refusals(table, sure) if table.height else []
        if name == "household":
            refused_households, households = _households(table, refusals)
            sure = not refusals and _all_once(table)
        elif table.height and not (sure and table.starts is not None):
            refusals += _without_household(table, refusals, households, refused_households)
        gone = _positions([r.at for r in refusals])
        unused = _positions([gone, table.superseded])
        kept = ~_mask(table.height, unused) if len(unused) else None
        frames[name] = table.frame if kept is None else table.frame.filter(kept)
        void = _voids(table, refusals, frames[name])
        if void is not None:
            voids[name] = void
        findings += cell_findings(table, limit) + [f for r in refusals for f in _refusal_findings(table, r, limit)]
        refused[name] = gone
        places[name] = Places(table.segments, None if kept is None else kept.arg_true(), gone)
    noted_elsewhere = _noted_rows(judged.values())
    for name, table in judged.items():
        noted = _noted_and_kept(table, refused[name], noted_elsewhere)
        places[name] = replace(places[name], noted=noted)
        counts = _counts(table, refused[name], noted)
        by_table[name] = sum(counts.values(), Counts())
        for place, count in counts.items():
            by_file[place] = by_file.get(place, Counts()) + count
    return Loaded(frames, findings, sum(by_table.values(), Counts()), by_table, by_file, places=places, voids=voids)


def _positions(pieces: list[pl.Series]) -> pl.Series:
    """All positions, each once."""
    pieces = [p.cast(pl.UInt32) for p in pieces if len(p)]
    return pl.concat(pieces).unique() if pieces else pl.Series([], dtype=pl.UInt32)


def _mask(height: int, at: pl.Series) -> pl.Series:
    return pl.int_range(height, dtype=pl.UInt32, eager=True).is_in(at.implode())


Place = tuple[str, str]


def _noted(table: Judged) -> pl.Series:
    """Positions with an error or a warning."""
    return _positions([t.trouble.at for t in table.troubles if SAYINGS[t.trouble.code].severity in GRAVE])


def _noted_rows(judged: Iterable[Judged]) -> dict[Place, set[int]]:
    """Rows of files with an error or a warning in a table that was made of them."""
    found: dict[Place, set[int]] = {}
    for table in judged:
        if all(segment.counted for segment in table.segments):
            continue
        for position in _noted(table).to_list():
            segment, row = table.place(position)
            if not segment.counted:
                found.setdefault((segment.origin.file, segment.origin.sheet), set()).add(row)
    return found


def _noted_and_kept(table: Judged, gone: pl.Series, elsewhere: Mapping[Place, set[int]]) -> pl.Series:
    """Positions of kept rows with an error or a warning, here or in a table that was made of them, in order."""
    pieces = [_noted(table)]
    for segment in table.segments:
        rows = elsewhere.get((segment.origin.file, segment.origin.sheet))
        if rows and segment.counted:
            at = [i for i in range(segment.height) if segment.origin.row(i) in rows]
            pieces.append(pl.Series(at, dtype=pl.UInt32) + segment.start)
    noted = _positions(pieces)
    return (noted.filter(~noted.is_in(gone.implode())) if len(gone) else noted).sort()


def _counts(table: Judged, gone: pl.Series, noted: pl.Series) -> dict[tuple[str, str, str], Counts]:
    """The rows of one table by outcome, for each file; rows made of another table's are counted there."""
    gone = gone.sort()
    counts: dict[tuple[str, str, str], Counts] = {}
    for segment in table.segments:
        if not segment.counted:
            continue
        refused, with_findings = (_between(at, segment.start, segment.start + segment.height) for at in (gone, noted))
        place = (table.table.name, segment.origin.file, segment.origin.sheet)
        counts[place] = counts.get(place, Counts()) + Counts(
            segment.height, segment.height - refused - with_findings, with_findings, refused
        )
    return counts


def _between(at: pl.Series, low: int, high: int) -> int:
    """How many sorted positions lie in [low, high)."""
    return int(at.search_sorted(high, side="left")) - int(at.search_sorted(low, side="left")) if len(at) else 0


# -- which rows are refused ------------------------------------------------------------------------------------------


def _refusals(table: Judged, sure: bool) -> list[Refusal]:
    """Rows with a blank or doubled key; ``sure`` if all households are known to differ and to be accepted."""
    found: list[Refusal] = []
    blank = pl.Series([], dtype=pl.UInt32)
    for key in table.table.identity:
        if table.frame[key].null_count():
            at = table.frame[key].is_null().arg_true()
            if len(blank):
                at = at.filter(~at.is_in(blank.implode()))
            found += [Refusal(code, some, key=key) for code, some in _by_code(table, at)]
            blank = _positions([blank, at])
    if not table.table.key:
        return found
    if _all_different(table, sure):
        return found
    keys = table.frame.select(*table.table.key, *VERSION).with_row_index("at")
    if len(table.superseded):
        keys = keys.filter(~pl.col("at").is_in(table.superseded.implode()))
    keys = keys.filter(pl.all_horizontal(pl.col(table.table.key).is_not_null()))
    doubled = keys.with_columns(count=pl.len().over(*table.table.key, *VERSION)).filter(pl.col("count") > 1)
    if table.table.name == "household" and doubled.height:
        doubled = _from_then_on(keys, doubled)
    if doubled.height:
        code = DOUBLED_HOUSEHOLD if table.table.name == "household" else DOUBLED
        found.append(Refusal(code, doubled["at"], doubled["count"]))
    return found


def _from_then_on(keys: pl.DataFrame, doubled: pl.DataFrame) -> pl.DataFrame:
    """All rows of the doubled households but those that were known before the id was doubled."""
    known = pl.col("known_at")
    start = doubled.group_by(HOUSEHOLD).agg(pl.when(known.is_null().any()).then(None).otherwise(known.min()).alias("s"))
    found = keys.join(start, on=HOUSEHOLD, how="inner", maintain_order="left")
    found = found.filter(pl.col("s").is_null() | (known >= pl.col("s")).fill_null(False)).drop("s")
    return found.with_columns(count=pl.len().over(HOUSEHOLD))


def _voids(table: Judged, refusals: list[Refusal], accepted: pl.DataFrame) -> pl.DataFrame | None:
    """The versions of which contradicting rows were refused although the key has other rows; None if there are none.

    Of a household it is the first: from then on its id stands for two.
    """
    at = _positions([r.at for r in refusals if r.code in (DOUBLED, DOUBLED_HOUSEHOLD)])
    if not len(at):
        return None
    key, to = list(table.table.key), pl.col("valid_to")
    rows = table.frame.select(*key, *VERSION, "valid_to")[at.sort().to_list()]
    rows = rows.join(accepted.select(key).unique(), on=key, how="semi")
    if not rows.height:
        return None
    if table.table.name == "household":
        return rows.group_by(key, maintain_order=True).agg(pl.col("known_at").min())
    agreed = pl.when(to.n_unique() == 1).then(to.first())
    return rows.group_by(*key, *VERSION, maintain_order=True).agg(agreed)


def _by_code(table: Judged, at: pl.Series) -> list[tuple[str, pl.Series]]:
    """Positions of rows without a key, by the code that says why."""
    codes = {segment.blank_key for segment in table.segments}
    if len(codes) == 1:
        return [(codes.pop(), at)]
    found: dict[str, list[int]] = {}
    for position in at.to_list():
        found.setdefault(table.place(position)[0].blank_key, []).append(position)
    return [(code, pl.Series(some, dtype=pl.UInt32)) for code, some in found.items()]


def _all_different(table: Judged, sure: bool) -> bool:
    """Whether the keys are surely all different, whatever the versions; ``sure`` if no household was refused."""
    first, *others = (table.frame[key] for key in table.table.key)
    if others:
        return pairs_different(first, others[0], table.starts if sure else None)
    if sure and table.starts is not None:
        return bool(table.starts.all())
    return different(first)


def _all_once(table: Judged) -> bool:
    """Whether every accepted household has one row, none of them in several versions."""
    if len(table.superseded):
        return False
    dated = any(table.frame[c].null_count() < table.height for c in VERSION)
    return not dated or different(table.frame[HOUSEHOLD])


def _households(table: Judged, refusals: list[Refusal]) -> tuple[pl.Series, pl.Series]:
    """Household ids that are refused as doubled, and those that are accepted."""
    ids = table.frame[HOUSEHOLD]
    doubled = [ids.gather(r.at) for r in refusals if r.code == DOUBLED_HOUSEHOLD]
    gone = _positions([r.at for r in refusals])
    kept = ids if not len(gone) else ids.filter(~_mask(table.height, gone))
    return (pl.concat(doubled).unique() if doubled else pl.Series([], dtype=pl.String)), kept


def _without_household(
    table: Judged, refusals: list[Refusal], households: pl.Series, doubled: pl.Series
) -> list[Refusal]:
    """Rows whose household was refused or is not there; rows already refused are left out."""
    ids = table.frame[HOUSEHOLD]
    strange = strangers(ids, households)
    if not len(strange):
        return []
    at = ids.is_in(strange.implode()).fill_null(False).arg_true()
    gone = _positions([r.at for r in refusals])
    if len(gone):
        at = at.filter(~at.is_in(gone.implode()))
    with_household = ids.gather(at).is_in(doubled.implode())
    found = [Refusal(WITH_HOUSEHOLD, at.filter(with_household)), Refusal(ORPHAN, at.filter(~with_household))]
    return [refusal for refusal in found if len(refusal.at)]


# -- what is said about them -----------------------------------------------------------------------------------------


def cell_findings(table: Judged, limit: int | None = None) -> list[Finding]:
    """A finding for every cell in trouble; above the limit one that counts the rest."""
    found: list[Finding] = []
    for located in table.troubles:
        at, read = located.trouble.at, located.trouble.read
        shown = len(at) if limit is None else min(limit, len(at))
        say = _sayer(table, located)
        records = _records(table, at.head(shown))
        known = located.trouble.known
        more = known.head(shown).to_list() if known is not None else [None] * shown
        texts = read.head(shown).to_list()
        for position, text, one, record in zip(at.head(shown).to_list(), texts, more, records, strict=True):
            found.append(_placed(say(text, one), table, located.field, position, text, record))
        found += _rest(say(None, None), len(at) - shown)
    return found


def _sayer(table: Judged, located: Located) -> Callable[[str | None, str | None], Finding]:
    """What says the finding about a cell: once for all of them, or with a hint for each distinct text."""
    code, field, path = located.trouble.code, located.field, _path(table, located)
    values = _cell_values(located)

    @lru_cache(maxsize=10_000)
    def say(read: str | None, known: str | None) -> Finding:
        hinted = hint(code, field, read) if field and read is not None and code in HINTED else NOTHING
        return finding(code, field=path, values={**values, "hint": hinted, "known_here": known or ""})

    def once(_: str | None, __: str | None) -> Finding:
        return say(None, None)

    return say if code in HINTED or located.trouble.known is not None else once


def _path(table: Judged, located: Located) -> str:
    return located.field.path if located.field else table.table.name


def _placed(said: Finding, table: Judged, field: Field | None, position: int, read: str | None, record: str) -> Finding:
    """A finding that was said once, at one position of the table."""
    segment, row = table.place(position)
    return Finding(
        said.code,
        said.severity,
        said.message,
        said.remedy if segment.counted or not field else _in_every_row(said.remedy),
        said.field,
        record,
        segment.origin.file,
        segment.origin.sheet,
        row,
        segment.headings.get(field.name, "") if field else "",
        mask_value(read, field.privacy)[:200] if field else "",
        said.expected,
        said.authority,
    )


@lru_cache(maxsize=1_000)
def _in_every_row(remedy: Text) -> Text:
    """The remedy for a cell that the rows of a household repeat; the finding stands at the first of them."""
    return Text(
        f"{remedy.zh.rstrip('。')}。同一户有几行的，每行都改",
        f"{remedy.en.rstrip('.')}. Where the household has several rows, mend each of them",
    )


def _cell_values(located: Located) -> dict[str, object]:
    """What the messages about cells of this field name: unit, range, code list."""
    field = located.field
    if field is None:
        return {}
    values: dict[str, object] = {"unit": _unit(field.unit), **dict(located.trouble.said)}
    if located.trouble.code in ("FP-INTAKE-023", "FP-INTAKE-109") and field.codes:
        codes = tables.catalogue().codelist(field.codes)
        shown = list(codes.items.items())[:12]
        more = len(codes.items) > len(shown)
        values |= {
            "list": field.codes,
            "known": Text(
                "、".join(f"{code} {label.zh}" for code, label in shown) + ("……" if more else ""),
                ", ".join(f"{code} {label.en}" for code, label in shown) + (" …" if more else ""),
            ),
        }
    if located.trouble.code == "FP-INTAKE-025":
        values |= {"low": _bound(field.minimum), "high": _bound(field.maximum)}
    return values


_UNITS = {
    "yuan": "元",
    "yuan/month": "元/月",
    "yuan/year": "元/年",
    "person": "人",
    "month": "月",
    "year": "年",
    "day": "天",
    "mu": "亩",
    "km": "公里",
    "m2": "平方米",
    "minute": "分钟",
    "cm": "厘米",
    "kg": "公斤",
    "pct": "%",
}


def _unit(unit: str | None) -> Text:
    return Text(_UNITS.get(unit, unit), unit) if unit else Text("无", "no unit")


def _bound(limit: float | None) -> object:
    if limit is None:
        return Text("不限", "any")
    return int(limit) if float(limit).is_integer() else limit


def _records(table: Judged, at: pl.Series) -> list[str]:
    """household_id, or household_id/person_id, of the rows at these positions."""
    rows = table.frame.select(table.table.identity)[at.cast(pl.UInt32).to_list()] if len(at) else table.frame.head(0)
    names = [name for name in (HOUSEHOLD, "person_id") if name in table.table.identity]
    parts = [rows[name].fill_null("").to_list() for name in names]
    return ["/".join(words).rstrip("/") if any(words) else "" for words in zip(*parts, strict=True)]


def _refusal_findings(table: Judged, refusal: Refusal, limit: int | None) -> list[Finding]:
    """A finding for every refused row."""
    field = table.table.fields[refusal.key or (table.table.key[-1] if refusal.code == DOUBLED else HOUSEHOLD)]
    shown = len(refusal.at) if limit is None else min(limit, len(refusal.at))
    at = refusal.at.head(shown)
    counts = refusal.count.head(shown).to_list() if refusal.count is not None else [0] * shown
    said = {n: finding(refusal.code, field=field.path, name=field.name, count=n) for n in {0, *counts}}
    found = []
    for position, count, record in zip(at.to_list(), counts, _records(table, at), strict=True):
        read = "" if refusal.code in (BLANK_KEY, NOBODY) else record
        found.append(_placed(said[count], table, field, position, read, record))
    return found + _rest(said[0], len(refusal.at) - shown)


def _rest(said: Finding, count: int) -> list[Finding]:
    if count <= 0:
        return []
    return [finding("FP-INTAKE-050", field=said.field, severity=said.severity, code=said.code, count=count)]
