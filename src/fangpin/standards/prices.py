"""Prices: what a household in a status costs, where a place has entered it.

Reads   rules/**/prices.yaml, a user's own file
Gives   prices_for(region, day, path) → Prices or None
Keeps   without a list nothing is costed; every price has its source, its state and its year; money in whole fen
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from fangpin.language.documents import rules_root
from fangpin.standards.documents import Pair, Period, Source, text_of
from fangpin.standards.overlays import covers
from fangpin.tables.yaml_file import Strict, parse, validate
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.money import whole_fen
from fangpin.vocabulary.text import Text

Status = Literal["low_income", "needs_visit", "deliberate", "vetoed", "to_compare"]


class PriceDocument(Strict):
    """One price: of a household or of a person in a status, in yuan (a year, or once)."""

    label: Pair
    status: Status
    per: Literal["household", "person"]
    yuan: float = Field(ge=0)
    every: Literal["year", "once"]
    year: int
    state: Literal["national", "local", "unverified", "ours"]
    source: str = Field(min_length=1)


class PricesDocument(Strict):
    """The price list of a place."""

    id: str = ""
    region: str | None = None
    effective: Period
    prices: dict[str, PriceDocument] = Field(min_length=1)
    source: Source


@dataclass(frozen=True, slots=True)
class Price:
    """What a household or a person in a status costs."""

    code: str
    label: Text
    status: str
    per: str
    yuan: Decimal
    every: str
    year: int
    state: str
    source: str


@dataclass(frozen=True, slots=True)
class Prices:
    """The price list that holds, and where it stands."""

    place: str
    region: str | None
    items: tuple[Price, ...]


def prices_for(region: str | None, day: date, path: str | Path | None = None) -> Prices | None:
    """The prices that hold at a place on a day: a file of one's own, else the most specific list under ``rules/``.

    Raises:
        UnusableInput: there is no such file, or it is of another place or day.
        DocumentError: it does not load, with its place.
    """
    if path is not None:
        return _given(Path(path), region, day)
    held = [
        (name, doc)
        for name, doc in _shipped(rules_root())
        if doc.effective.covers(day) and (doc.region is None or (region is not None and covers(doc.region, region)))
    ]
    if not held:
        return None
    name, doc = max(held, key=lambda found: len(found[1].region or ""))
    return _prices(name, doc)


@cache
def _shipped(root: Path) -> tuple[tuple[str, PricesDocument], ...]:
    return tuple((p.relative_to(root).as_posix(), _load(p)) for p in sorted(root.glob("**/prices.yaml")))


def _load(path: Path) -> PricesDocument:
    data, places = parse(text_of(path), path.name)
    return validate(data, PricesDocument, places, path.name)


def _given(path: Path, region: str | None, day: date) -> Prices:
    if not path.is_file():
        raise UnusableInput("FP-STANDARD-020", Text("没有这个价格表", "no such price list"), read=str(path))
    doc = _load(path)
    if not doc.effective.covers(day):
        raise UnusableInput(
            "FP-STANDARD-021",
            Text("价格表在这一天不适用", "the price list does not hold on that day"),
            place=path.name,
            read=day.isoformat(),
        )
    if doc.region and region and not covers(doc.region, region):
        raise UnusableInput(
            "FP-STANDARD-022",
            Text("价格表属于另一个地区", "the price list belongs to another region"),
            place=path.name,
            read=doc.region,
            expected=Text(region, region),
        )
    return _prices(path.name, doc)


def _prices(place: str, doc: PricesDocument) -> Prices:
    items = []
    for code, p in doc.prices.items():
        label = Text(p.label.zh, p.label.en)
        items.append(Price(code, label, p.status, p.per, whole_fen(p.yuan), p.every, p.year, p.state, p.source))
    return Prices(place, doc.region, tuple(items))
