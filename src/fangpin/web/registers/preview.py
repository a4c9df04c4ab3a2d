"""What an import would change, for a person who decides: field by field, and who a doubtful row may be.

Gives   sums, changes, added, matters, findings; value (a fact as it is shown)
Keeps   identity numbers, phones and accounts are masked on both sides
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from fangpin import tables
from fangpin.tables.model import Field
from fangpin.vocabulary.money import MICRO
from fangpin.vocabulary.text import Text
from fangpin.web.registers import imports, queries, reading
from fangpin.web.registers.base import Batch
from fangpin.web.registers.columns import columns
from fangpin.web.registers.facts import ROW, rows_by_id
from fangpin.web.registers.merge import OUTCOMES
from fangpin.web.registers.models import ROWS, Ambiguity

PAGE = 50
YES, NO, UNKNOWN = Text("是", "yes"), Text("否", "no"), Text("未知", "unknown")
LABELS: Mapping[str, Text] = {
    "rows": Text("行数", "rows"),
    "added": Text("新增", "new"),
    "changed": Text("变更", "changed"),
    "unchanged": Text("未变", "unchanged"),
    "older": Text("旧于现有", "older than known"),
    "kept": Text("保留原值", "kept as it was"),
    "ambiguous": Text("待决", "undecided"),
    "outside": Text("不在辖区", "beyond the region"),
    "refused": Text("拒收", "refused"),
}


@dataclass(frozen=True)
class Row:
    """One table's rows by outcome."""

    table: str
    label: Text
    counts: Sequence[int]

    @property
    def links(self) -> list[tuple[str, int]]:
        """The outcomes whose rows can be looked at one by one."""
        by_name = dict(zip(("rows", *OUTCOMES), self.counts, strict=True))
        return [(name, by_name[name]) for name in ("added", "changed") if by_name[name]]


def heads() -> list[Text]:
    """The headings of the outcomes, rows first."""
    return [LABELS["rows"], *(LABELS[name] for name in OUTCOMES)]


def sums(batch: Batch) -> list[Row]:
    """Rows by table and outcome, the whole last."""
    names = ("rows", *OUTCOMES)
    found = [
        Row(name, tables.catalogue().table(name).label, [some.get(n, 0) for n in names])
        for name, some in batch.counts.items()
    ]
    if len(found) > 1:
        together = [sum(row.counts[i] for row in found) for i in range(len(names))]
        found.append(Row("", Text("合计", "together"), together))
    return found


@dataclass(frozen=True)
class Difference:
    """A row that would change, or a new one: its key and its fields (label, before, after)."""

    table: str
    key: str
    fields: Sequence[tuple[Text, Text, Text]]


def label_of(table: str) -> Text:
    """What a table is called."""
    return tables.catalogue().table(table).label


def changes(batch: Batch, table: str, page: int = 0) -> list[Difference]:
    """The rows of a table that a batch changes, a page of them, field by field."""
    rows = ROWS[table].objects.filter(batch=batch).exclude(replaces=None).order_by("id")
    ids = list(rows.values_list("id", "replaces")[page * PAGE : (page + 1) * PAGE])
    return _differences(table, ids)


def _differences(table: str, ids: Sequence[tuple[int, int | None]]) -> list[Difference]:
    new = {row[ROW]: row for row in rows_by_id(table, [i for i, _ in ids]).to_dicts()}
    old = {row[ROW]: row for row in rows_by_id(table, [r for _, r in ids if r is not None]).to_dicts()}
    found = []
    for number, replaced in ids:
        fields = queries.changed_fields(table, old.get(replaced or 0), new[number])
        about = columns(table).fields
        shown = [(about[n].label, value(about[n], a), value(about[n], b)) for n, (a, b) in fields.items()]
        found.append(Difference(table, queries.key_of(table, new[number]), shown))
    return found


def added(batch: Batch, table: str, page: int = 0) -> list[Difference]:
    """The rows of a table that a batch adds, a page of them."""
    rows = ROWS[table].objects.filter(batch=batch, replaces=None).order_by("id")
    ids = [(i, None) for i in rows.values_list("id", flat=True)[page * PAGE : (page + 1) * PAGE]]
    return _differences(table, ids)


def value(field: Field, found: Any) -> Text:
    """A fact as it is shown: codes by their labels, money in yuan, a blank as unknown."""
    if found is None:
        return UNKNOWN
    if field.kind == "bool":
        return YES if found else NO
    if field.codes and field.kind == "code":
        codes = tables.catalogue().codelist(field.codes)
        return Text(codes.label_of(found, "zh"), codes.label_of(found, "en"))
    if field.codes:
        codes = tables.catalogue().codelist(field.codes)
        some = [Text(codes.label_of(one, "zh"), codes.label_of(one, "en")) for one in found]
        return Text("、".join(s.zh for s in some) or "-", ", ".join(s.en for s in some) or "-")
    if field.kind == "money":
        yuan = f"{found / MICRO:,.2f}"
        return Text(yuan, yuan)
    return Text(str(found), str(found))


# -- rows that wait ----------------------------------------------------------------------------------------------------


def matters(batch: Batch) -> QuerySet[Ambiguity]:
    """The rows of an import that wait for a decision, or were decided."""
    return Ambiguity.objects.filter(batch=batch).select_related("decided_by").order_by("pk")


@dataclass(frozen=True)
class Candidate:
    """Somebody a row may be: the key, and field by field what is known and what the row says (equal or not)."""

    key: str
    fields: Sequence[tuple[Text, Text, Text, bool]]


SIDE = {
    "household": ("region_code", "natural_village", "head_name", "head_id_number", "phone", "population"),
    "member": ("name", "sex", "birth_date", "id_number", "relation_to_head", "state", "work_place"),
}


def candidates(matter: Ambiguity) -> list[Candidate]:
    """Those a row may be, side by side with it."""
    mine = rows_by_id(matter.table, [matter.row_id]).to_dicts()
    if not mine:
        return []
    found = []
    for key in matter.candidates:
        household, _, person = key.partition("/")
        rows = ROWS[matter.table].objects.filter(batch__state=Batch.State.PUBLISHED, household_id=household)
        rows = rows.filter(person_id=person) if person else rows
        last = rows.order_by("-id").values_list("pk", flat=True).first()
        theirs = rows_by_id(matter.table, [last]).to_dicts() if last else []
        if theirs:
            found.append(Candidate(key, side_by_side(matter.table, theirs[0], mine[0])))
    return found


def side_by_side(table: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> list[tuple[Text, Text, Text, bool]]:
    """Two rows field by field, encrypted ones masked, with whether they are equal."""
    about = columns(table)
    differs = queries.changed_fields(table, one, other)
    same = queries.changed_fields(table, None, one)
    found = []
    for name in SIDE[table]:
        field = about.fields[name]
        if name in differs:
            found.append((field.label, value(field, differs[name][0]), value(field, differs[name][1]), False))
        else:
            shown = value(field, same[name][1] if name in same else None)
            found.append((field.label, shown, shown, True))
    return found


# -- findings ----------------------------------------------------------------------------------------------------------


def findings(batch: Batch, lang: str, page: int = 0) -> list[dict[str, Any]]:
    """What checking had to say, the gravest first, a page of it (the workbook has all)."""
    path = imports.folder(batch) / "read" / reading.FINDINGS
    if not path.exists():
        return []
    every = json.loads(path.read_text("utf-8"))
    return [one[lang] for one in every[page * PAGE : (page + 1) * PAGE]]
