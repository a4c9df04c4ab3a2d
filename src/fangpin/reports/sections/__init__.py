"""Sections of the report, in their order: each says one thing in tables, charts and short sentences.

Gives   all_sections(context) → Section after Section
"""

from __future__ import annotations

from collections.abc import Iterator

from fangpin.reports.blocks import Section
from fangpin.reports.context import Context
from fangpin.reports.sections import indicators, law, money, people, quality, unknown


def all_sections(context: Context) -> Iterator[Section]:
    """The sections of one report in one language; those that have nothing to say are left out."""
    yield people.answer(context)
    if not context.total:
        yield quality.quality(context)
        yield law.law(context)
        yield law.manifest(context)
        return
    yield people.who(context)
    yield people.where(context)
    if context.standard.indicators:
        yield indicators.each(context)
        yield indicators.joint(context)
    yield money.income(context)
    if context.standard.veto or context.standard.regime:
        yield money.veto(context)
    yield unknown.unknown(context)
    yield quality.quality(context)
    yield law.law(context)
    yield law.manifest(context)
