"""What the API says, as its description shows it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ninja import Schema


class DutyOut(Schema):
    """A duty of the signed-in person."""

    role: str
    region_code: str


class Me(Schema):
    """The signed-in person."""

    username: str
    duties: list[DutyOut]


class HouseholdOut(Schema):
    """A household as of today; the name of its head is masked."""

    household_id: str
    region_code: str
    natural_village: str
    head_name: str
    persons: int
    population: int | None
    monitor_group: str | None
    status: str
    route: str | None
    income: Decimal | None
    margin: Decimal | None
    count_true: int | None
    count_unknown: int | None
    target_group: str | None
    asked: int
    fresh_on: date | None


class Households(Schema):
    """One page of households, and how many there are within one's reach."""

    total: int
    page: int
    results: list[HouseholdOut]


class VerdictOut(Schema):
    """The rule result (规则判定), not the county's decision."""

    standard: str
    standard_hash: str
    as_of: date
    status: str
    items: dict[str, bool | None]
    veto: bool | None
    ask: list[str]
    ask_least: int


class HouseholdDetail(HouseholdOut):
    """A household with its rule result."""

    verdict: VerdictOut | None


class Village(Schema):
    """Households of a village; null where they are too few to be told to this person."""

    region_code: str
    households: int | None
    statuses: dict[str, int | None]


class Trouble(Schema):
    """Why there is no answer."""

    detail: str
