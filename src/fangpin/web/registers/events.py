"""What happens to a household, as operations with a day: birth, death, marriage, move, change of head, split, merge.

Gives   birth, death, marry_in, leave, move_household, change_head, split, join; each one batch, which can be undone
Keeps   what was so before the day stays so for it: rows are followed, not corrected; all of an event or nothing

How to use it::

    done = events.death(by=user, household_id="…", person_id="…", day=date(2026, 3, 5), reason="死亡证明")
    done.batch                              # undo it with imports.undo(batch, by=…, action="household.events")
    done.results["…household_id…"]          # (rule result before, after)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from fangpin.engine.derive import GONE
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text
from fangpin.web.accounts import scope
from fangpin.web.audit.actions import record
from fangpin.web.registers import projection, queries
from fangpin.web.registers.actions import new_batch, settle, write_row
from fangpin.web.registers.base import Batch
from fangpin.web.registers.facts import Within, as_of, frames
from fangpin.web.registers.models import HouseholdRow, MemberRow, Verdict

ACTION = "household.events"
HEAD, SPOUSE, OTHER = "01", "02", "28"
PRESENT, BORN, MARRIED_IN, MOVED_IN = "1", "2", "3", "4"
DEAD, MARRIED_OUT, MOVED_OUT, SPLIT_OFF = GONE
Row = dict[str, Any]
TAKEN = Text("户编号空白或已经有了", "the household id is blank or taken")
WHO_GOES = Text(
    "新户主须在分出的人里，原户要有人留下", "the new head must be among those who go, and somebody must stay"
)

TITLES: dict[str, Text] = {
    "birth": Text("新生", "birth"),
    "death": Text("死亡", "death"),
    "marry_in": Text("嫁入", "marriage into the household"),
    "leave": Text("嫁出或迁出", "leaving by marriage or move"),
    "move_household": Text("整户迁移", "the household moves"),
    "change_head": Text("换户主", "change of head"),
    "split": Text("分户", "split"),
    "join": Text("并户", "merging households"),
}


@dataclass(frozen=True)
class Done:
    """What an event did: its batch, and the rule results of the households it touched, before and after."""

    batch: Batch
    results: Mapping[str, tuple[Verdict | None, Verdict | None]]


class _Event:
    """One event being written: who, when, and what holds of the households on its day."""

    def __init__(self, kind: str, by: Any, day: date, reason: str, households: Sequence[str]) -> None:
        if day > timezone.localdate():
            raise _refuse("FP-REGISTERS-020", Text("这一天还没有到", "this day has not come yet"), day.isoformat())
        self.by, self.day, self.reason, self.kind = by, day, reason, kind
        self.scope = scope.of(by)
        projection.lock()
        self.places = {h: queries.current(self.scope, h, ACTION) for h in households}
        for household, place in self.places.items():
            self.allow(place.region_code, household, place.natural_village)
        first = self.places[households[0]]
        self.batch = new_batch(
            Batch.Kind.EVENT, by, first, title=TITLES[kind].zh, reason=reason, effective=day, details={"event": kind}
        )
        found = as_of(frames(("household", "member"), Within((), tuple(households))), timezone.localdate())
        self.households: dict[str, Row] = {r["household_id"]: r for r in found["household"].to_dicts()}
        self.members: dict[str, dict[str, Row]] = {h: {} for h in households}
        for row in found["member"].to_dicts():
            self.members[row["household_id"]][row["person_id"]] = row
        self.touched = set(households)

    def allow(self, region_code: str, household_id: str = "", group: str = "") -> None:
        """Raises Denied where the person may not write there."""
        self.scope.require(ACTION, region_code=region_code, household_id=household_id, group=group)

    def member(self, household_id: str, person_id: str) -> Row:
        """A member who belongs on the day.

        Raises:
            UnusableInput: there is none, or they have left.
        """
        row = self.members[household_id].get(person_id)
        if row is None or row["state"] in GONE:
            raise _refuse("FP-REGISTERS-021", Text("这户没有这个在册的人", "no such member belongs here"), person_id)
        return row

    def say(self, household_id: str, person_id: str, values: Mapping[str, Any], old: Row | None) -> None:
        """A row of a member, from the day on."""
        key = {"household_id": household_id, "person_id": person_id}
        write_row(self.batch, "member", key, values, old, self.reason)

    def head(self, household_id: str, values: Mapping[str, Any]) -> None:
        """The row of a household, from the day on."""
        write_row(
            self.batch, "household", {"household_id": household_id}, values, self.households[household_id], self.reason
        )

    def people(self, household_id: str, more: int, **values: Any) -> None:
        """So many persons more (or fewer), where the number is recorded."""
        known = self.households[household_id]["population"]
        if known is not None:
            values["population"] = max(known + more, 0)
        if values:
            self.head(household_id, values)

    def end(self) -> Done:
        """Lists, rule results, the audit."""
        for household in sorted(self.touched):
            place = self.places.get(household)
            record(
                self.by,
                ACTION,
                region_code=place.region_code if place else self.batch.region_code,
                household_id=household,
                object_type="batch",
                object_id=self.batch.pk,
                reason=self.reason,
                detail={"event": self.kind, "day": self.day.isoformat()},
            )
        return Done(self.batch, settle(self.batch, sorted(self.touched), self.by))


def _refuse(code: str, title: Text, read: str) -> UnusableInput:
    return UnusableInput(code, title, read=read[:60])


def _new_person(event: _Event, household_id: str, person_id: str) -> None:
    if not person_id or person_id in event.members[household_id]:
        raise _refuse("FP-REGISTERS-022", Text("人编号空白或已经有了", "the person id is blank or taken"), person_id)


@transaction.atomic
def birth(
    *, by: Any, household_id: str, person_id: str, day: date, values: Mapping[str, Any], reason: str = ""
) -> Done:
    """A child is born into a household; ``values`` by inside names (name, sex, relation_to_head …)."""
    event = _Event("birth", by, day, reason, [household_id])
    _new_person(event, household_id, person_id)
    event.say(household_id, person_id, {**values, "birth_date": day, "state": BORN}, None)
    event.people(household_id, 1)
    return event.end()


@transaction.atomic
def death(*, by: Any, household_id: str, person_id: str, day: date, reason: str = "") -> Done:
    """A member has died. A head's death is followed by a change of head."""
    return _gone("death", by, household_id, person_id, day, DEAD, reason)


@transaction.atomic
def leave(*, by: Any, household_id: str, person_id: str, day: date, married: bool = False, reason: str = "") -> Done:
    """A member leaves the county's households, by marriage or by move."""
    return _gone("leave", by, household_id, person_id, day, MARRIED_OUT if married else MOVED_OUT, reason)


def _gone(kind: str, by: Any, household_id: str, person_id: str, day: date, state: str, reason: str) -> Done:
    event = _Event(kind, by, day, reason, [household_id])
    old = event.member(household_id, person_id)
    event.say(household_id, person_id, {"state": state}, old)
    event.people(household_id, -1)
    return event.end()


@transaction.atomic
def marry_in(
    *,
    by: Any,
    household_id: str,
    person_id: str,
    day: date,
    values: Mapping[str, Any],
    from_household: str = "",
    from_person: str = "",
    reason: str = "",
) -> Done:
    """Somebody marries into a household: from outside, or from another household of the county, where they leave."""
    some = [household_id, *([from_household] if from_household else [])]
    event = _Event("marry_in", by, day, reason, some)
    _new_person(event, household_id, person_id)
    known: dict[str, Any] = {}
    if from_household:
        old = event.member(from_household, from_person)
        known = {k: v for k, v in old.items() if k in _PERSONAL}
        event.say(from_household, from_person, {"state": MARRIED_OUT}, old)
        event.people(from_household, -1)
    key = {"household_id": household_id, "person_id": person_id}
    write_row(event.batch, "member", key, {**values, "state": MARRIED_IN}, known or None, reason, replaces=False)
    event.people(household_id, 1)
    return event.end()


_PERSONAL = frozenset(
    "name sex birth_date id_type id_number_id ethnic_group political_status education_level student_status school_name "
    "health_status disability_class disability_level labour_skill mandarin trained dibao tekun bedridden "
    "receives_pension resident_pension resident_medical employee_medical employee_pension work_place earnings".split()
)
"""What a person takes along into another household."""


@transaction.atomic
def move_household(
    *, by: Any, household_id: str, region_code: str, day: date, natural_village: str = "", reason: str = ""
) -> Done:
    """A whole household moves to another village."""
    event = _Event("move_household", by, day, reason, [household_id])
    event.allow(region_code, household_id, natural_village)
    event.head(household_id, {"region_code": region_code, "natural_village": natural_village or None, "address": None})
    return event.end()


@transaction.atomic
def change_head(
    *,
    by: Any,
    household_id: str,
    person_id: str,
    day: date,
    relations: Mapping[str, str] | None = None,
    reason: str = "",
) -> Done:
    """Another member becomes the head; ``relations`` gives members' relations to the new head, others stay 'other'."""
    event = _Event("change_head", by, day, reason, [household_id])
    new = event.member(household_id, person_id)
    for person, row in event.members[household_id].items():
        relation = HEAD if person == person_id else (relations or {}).get(person, OTHER)
        if row["state"] not in GONE and row["relation_to_head"] != relation:
            event.say(household_id, person, {"relation_to_head": relation}, row)
    _named(event, household_id, new)
    return event.end()


def _named(event: _Event, household_id: str, head: Row, **values: Any) -> None:
    """The household's row with its head's name and number."""
    old = {**event.households[household_id], "head_id_number_id": head["id_number_id"]}
    values |= {"head_name": head["name"], "head_id_type": head["id_type"]}
    write_row(event.batch, "household", {"household_id": household_id}, values, old, event.reason)


@transaction.atomic
def split(
    *,
    by: Any,
    household_id: str,
    new_household_id: str,
    persons: Sequence[str],
    head: str,
    day: date,
    relations: Mapping[str, str] | None = None,
    reason: str = "",
) -> Done:
    """Some members form a household of their own, in the same village; ``head`` is one of them."""
    event = _Event("split", by, day, reason, [household_id])
    if not new_household_id or HouseholdRow.objects.filter(household_id=new_household_id).exists():
        raise _refuse("FP-REGISTERS-023", TAKEN, new_household_id)
    staying = {p for p, row in event.members[household_id].items() if row["state"] not in GONE} - set(persons)
    if head not in persons or not staying:
        raise _refuse("FP-REGISTERS-024", WHO_GOES, head)
    old = event.households[household_id]
    moved = {person: event.member(household_id, person) for person in persons}
    place = {k: old[k] for k in ("region_code", "natural_village", "address", "household_type", "is_ex_poor")}
    leader = moved[head]
    fresh = {"head_id_number_id": leader["id_number_id"]}
    values = {**place, "head_name": leader["name"], "head_id_type": leader["id_type"], "population": len(persons)}
    write_row(event.batch, "household", {"household_id": new_household_id}, values, fresh, reason, replaces=False)
    for person, row in moved.items():
        relation = HEAD if person == head else (relations or {}).get(person, OTHER)
        key = {"household_id": new_household_id, "person_id": person}
        values = {"relation_to_head": relation, "state": PRESENT}
        write_row(event.batch, "member", key, values, row, reason, replaces=False)
        event.say(household_id, person, {"state": SPLIT_OFF}, row)
    event.people(household_id, -len(persons))
    event.touched.add(new_household_id)
    return event.end()


@transaction.atomic
def join(
    *,
    by: Any,
    household_id: str,
    other_household_id: str,
    day: date,
    relations: Mapping[str, str] | None = None,
    reason: str = "",
) -> Done:
    """Another household is merged into this one; it ends on the day, its members go on here."""
    if household_id == other_household_id:
        itself = Text("不能和自己并户", "a household cannot be merged with itself")
        raise _refuse("FP-REGISTERS-025", itself, household_id)
    event = _Event("join", by, day, reason, [household_id, other_household_id])
    coming = {p: row for p, row in event.members[other_household_id].items() if row["state"] not in GONE}
    for person, row in coming.items():
        _new_person(event, household_id, person)
        relation = (relations or {}).get(person, OTHER)
        key = {"household_id": household_id, "person_id": person}
        values = {"relation_to_head": relation, "state": MOVED_IN}
        write_row(event.batch, "member", key, values, row, reason, replaces=False)
    event.people(household_id, len(coming))
    ended = event.households[other_household_id]
    last = {"valid_to": day, "valid_from": ended["valid_from"]}
    key = {"household_id": other_household_id}
    write_row(event.batch, "household", key, last, ended, reason, replaces=True)
    return event.end()


# -- from a form -------------------------------------------------------------------------------------------------------


def past(household_id: str) -> list[Batch]:
    """The events written for a household that stand, newest first."""
    ids = set(HouseholdRow.objects.filter(household_id=household_id).values_list("batch_id", flat=True))
    ids |= set(MemberRow.objects.filter(household_id=household_id).values_list("batch_id", flat=True))
    stands = Batch.objects.filter(pk__in=ids, kind=Batch.Kind.EVENT, state=Batch.State.PUBLISHED)
    return list(stands.select_related("by").order_by("-published"))


def happen(kind: str, *, by: Any, household: queries.Household, said: Mapping[str, Any]) -> Done:
    """Write an event as a form says it; a new person gets the household's next number."""
    common = {"by": by, "household_id": household.household_id, "day": said["day"], "reason": said["reason"]}
    if kind in ("death", "leave"):
        more = {"married": said["married"]} if kind == "leave" else {}
        return {"death": death, "leave": leave}[kind](**common, person_id=said["person"], **more)
    if kind in ("birth", "marry_in"):
        values = {"name": said["name"], "sex": said["sex"], "relation_to_head": said["relation"] or None}
        common["person_id"] = next_person(household)
        if kind == "birth":
            return birth(**common, values=values)
        values |= {n: said[n] for n in ("birth_date", "id_number") if said[n]}
        known = {"from_household": said["from_household"], "from_person": said["from_person"]}
        return marry_in(**common, values=values, **known)
    if kind == "change_head":
        heads = [row["person_id"] for row in household.rows["member"] if row["relation_to_head"] == HEAD]
        relations = dict.fromkeys(heads, said["relation"]) if said["relation"] else None
        return change_head(**common, person_id=said["person"], relations=relations)
    if kind == "split":
        gone = {name: said[name] for name in ("persons", "head", "new_household_id")}
        return split(**common, **gone)
    if kind == "join":
        return join(**common, other_household_id=said["other_household_id"])
    return move_household(**common, region_code=said["region_code"], natural_village=said["natural_village"])


def next_person(household: queries.Household) -> str:
    """The number of the next member: the household's, and two digits that nobody had."""
    taken = set(MemberRow.objects.filter(household_id=household.household_id).values_list("person_id", flat=True))
    return next(key for n in range(1, 10_000) if (key := f"{household.household_id}{n:02}") not in taken)
