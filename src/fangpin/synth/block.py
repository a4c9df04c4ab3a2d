"""A block on its way to the files: its facts as sheets, its gaps, then Arrow.

Gives   Made (sheets, gaps and latent figures of a block), make(), add_to()
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from fangpin.synth import aid, ledgers, names, registers
from fangpin.synth.diary import Diary, diary
from fangpin.synth.draw import Draw, Small
from fangpin.synth.facts import Block, Facts, Season, draw_facts
from fangpin.synth.gaps import Gaps, gaps
from fangpin.synth.sheet import Sheet, with_blanks
from fangpin.synth.write import LATENT, LATENT_SCHEMA, CountyFiles, file_schema

_CERTIFICATE = 0.4  # of the disabled, those registered with the disability certificate
_FIRST_BLOCK_KEY = 1  # 0 is the villages of the county (places)


@dataclass(frozen=True, slots=True)
class Made:
    """A block that waits to be written."""

    sheets: dict[str, Sheet]
    gaps: Gaps
    latent: dict[str, pa.Array]
    households: int
    members: int


def make(seed: int, block: Block, when: Season) -> Made:
    """The sheets of one block and what will be missing from them."""
    draw = Draw(seed, int(block.county.code), _FIRST_BLOCK_KEY + block.number)
    facts = draw_facts(draw, block, when)
    days = diary(draw, facts, when)
    key_bytes = names.household_keys(block.county.code, block.first, block.n)
    keys = names.strings(key_bytes)
    rows = ledgers.income_rows(facts, when)
    sheets = _person_sheets(draw, block, facts, days, keys, names.strings(names.person_keys(key_bytes, facts.people)))
    works = block.county.villages.township[facts.homes.village]
    sheets["income_year"] = ledgers.income_sheet(draw, facts, days, keys, rows, when)
    sheets["living"] = ledgers.living_sheet(facts, days, keys, works)
    sheets["safeguards"] = ledgers.safeguards_sheet(facts, days, keys)
    sheets["measure"] = aid.measure_sheet(draw, facts, keys, when)
    sheets["loan"] = aid.loan_sheet(draw, block, facts, keys, when)
    sheets["clearing"] = aid.clearing_sheet(draw, facts, keys, when)
    missing = gaps(draw, block, facts, rows)
    return Made(sheets, missing, _latent(facts, keys, block), block.n, facts.people.n)


def _person_sheets(
    draw: Draw, block: Block, facts: Facts, days: Diary, keys: pa.Array, persons: pa.Array
) -> dict[str, Sheet]:
    health, people = facts.health, facts.people
    shown = health.disabled & draw.chance(_CERTIFICATE, people.n)
    certificate: Small = np.where(shown, health.disability_class, np.int8(0))
    slots = names.sequence_slots(block.number, block.blocks)
    cards = names.identity_numbers(block.county.identity_prefix, people, slots, certificate, health.disability_level)
    called = names.called(draw, facts.homes, people, facts.woman_head)
    cast = registers.Cast(keys, persons, called, cards, certificate)
    return {
        "household": registers.household_sheet(draw, block.county, facts, days, cast),
        "member": registers.member_sheet(draw, block.county, facts, days, cast),
    }


def _latent(facts: Facts, keys: pa.Array, block: Block) -> dict[str, pa.Array]:
    """What no table has a column for: hardship, rank and income per head, persons, how well the village keeps books."""
    net = facts.accounts[0].net
    gaps_factor = block.county.villages.gaps[facts.homes.village]
    values = {
        "hardship": facts.homes.hardship,
        "rank": np.abs(facts.place),
        "failed_season": facts.place < 0,
        "income_pc": net / 100 / facts.size,
        "persons": facts.size,
        "village_gaps": gaps_factor,
    }
    columns = {LATENT_SCHEMA.names[0]: keys}
    columns.update({name: pa.array(array, LATENT_SCHEMA.field(name).type) for name, array in values.items()})
    return columns


def add_to(registry: CountyFiles, truth: CountyFiles, made: Made) -> None:
    """A block written: the truth whole, the registry with its gaps."""
    for table, sheet in made.sheets.items():
        schema = file_schema(table)
        whole = sheet.arrow(schema)
        truth.add(table, whole, schema)
        known = with_blanks(whole, made.gaps.blanks.get(table, {}))
        kept = made.gaps.kept.get(table)
        if kept is not None and not kept.all():
            mask = pa.array(kept)
            known = {name: array.filter(mask) for name, array in known.items()}
        registry.add(table, known, schema)
    truth.add(LATENT, made.latent, LATENT_SCHEMA)
