"""Names and numbers: who is called what, identity numbers, phones, keys of households and persons.

Gives   household_keys, person_keys, identity_numbers, phones, surnames, called, NAMES
Keeps   nobody has them: names carry 模, 拟, 仿 or 例 in the middle, identity numbers begin with six digits that name
        no county (places), mobile numbers begin with 154, which is not in use. Check digits are those of GB 11643
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import numpy as np
import pyarrow as pa

from fangpin.synth.draw import Array, Bytes, Draw, Flags, Ints, Small
from fangpin.synth.people import CHILD, GRAND, HEAD, PARENT, Homes, People

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢"
_MARKS = "模拟仿例"
_GIVEN = "春夏秋冬山川田禾谷麦竹松柏梅兰菊荷桂云霞月星雨雪风江河湖海波石玉金银木水火土东南西北中安平福寿康宁和顺"
NAMES = tuple(s + m + g for s in _SURNAMES for m in _MARKS for g in _GIVEN)
_PER_SURNAME = len(_MARKS) * len(_GIVEN)
_ZERO = ord("0")
_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], np.int32)
_CHECKS = np.frombuffer(b"10X98765432", np.uint8)
_FIRST_DAY = date(1880, 1, 1)
_EPOCH = date(1970, 1, 1)
_SEQUENCES = 500  # three digits, odd for men and even for women


def digits(values: Array, width: int) -> Bytes:
    """Whole numbers as text of fixed width, one row each; leading digits that do not fit are cut."""
    rest = values.astype(np.int64)
    found = np.empty((rest.size, width), np.uint8)
    for column in range(width - 1, -1, -1):
        rest, last = np.divmod(rest, 10)
        found[:, column] = last + _ZERO
    return found


def constant(text: str, n: int) -> Bytes:
    """The same text in every row."""
    return np.broadcast_to(np.frombuffer(text.encode("ascii"), np.uint8), (n, len(text)))


def strings(rows: Bytes, width: Small | Ints | None = None) -> pa.Array:
    """Rows of bytes as text; ``width`` cuts each row to its own length."""
    n, full = rows.shape
    if width is None:
        offsets = np.arange(n + 1, dtype=np.int32) * np.int32(full)
        data = np.ascontiguousarray(rows)
    else:
        offsets = np.concatenate(([0], np.cumsum(width, dtype=np.int32))).astype(np.int32)
        data = rows[np.arange(full) < width[:, None]]
    return pa.StringArray.from_buffers(n, pa.py_buffer(offsets), pa.py_buffer(data))


def household_keys(county: str, first: int, n: int) -> Bytes:
    """Numbers of households: the county and eight digits, in order."""
    return np.hstack([constant(county, n), digits(np.arange(first + 1, first + n + 1), 8)])


def person_keys(keys: Bytes, people: People) -> Bytes:
    """Numbers of persons: that of the household and the place in it."""
    place = np.arange(people.n) - people.start[people.household] + 1
    return np.hstack([keys[people.household], digits(place, 2)])


@cache
def _calendar() -> Bytes:
    """yyyymmdd of every day from 1880 to 2079, one row a day."""
    days = [_FIRST_DAY + timedelta(days=i) for i in range(73_000)]
    return np.frombuffer("".join(f"{d:%Y%m%d}" for d in days).encode("ascii"), np.uint8).reshape(-1, 8)


def identity_numbers(prefix: str, people: People, slots: tuple[int, int], certificate: Small, level: Small) -> pa.Array:
    """Identity numbers with check digits; a disability certificate adds class and level (20 digits).

    Args:
        prefix: Six digits.
        people: The members of the block.
        slots: First sequence number of this block, and how many it may use for each birthday and sex.
        certificate: Class of the certificate that is shown instead of the identity card, else 0.
        level: Level of the certificate.
    """
    n = people.n
    number = np.empty((n, 20), np.uint8)
    number[:, :6] = constant(prefix, n)
    number[:, 6:14] = _calendar()[people.born + (_EPOCH - _FIRST_DAY).days]
    first, many = slots
    turn = first + _turns(people.born * 2 + people.female) % many
    number[:, 14:17] = digits(2 * turn + ~people.female, 3)
    total = np.zeros(n, np.int32)
    for column, weight in enumerate(_WEIGHTS):
        total += (number[:, column].astype(np.int32) - _ZERO) * weight
    number[:, 17] = _CHECKS[total % 11]
    number[:, 18] = certificate + _ZERO
    number[:, 19] = level + _ZERO
    return strings(number, np.where(certificate > 0, 20, 18).astype(np.int8))


def _turns(key: Ints) -> Ints:
    """How many earlier entries have the same key."""
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    fresh = np.concatenate(([True], ordered[1:] != ordered[:-1]))
    begin = np.maximum.accumulate(np.where(fresh, np.arange(key.size), 0))
    found = np.empty(key.size, np.int32)
    found[order] = np.arange(key.size) - begin
    return found


def sequence_slots(block: int, blocks: int) -> tuple[int, int]:
    """The sequence numbers of one block of a county, so that no two blocks share any (up to 500 blocks)."""
    many = max(1, _SEQUENCES // blocks)
    return (block * many) % _SEQUENCES, many


def phones(draw: Draw, n: int) -> pa.Array:
    """Mobile numbers of eleven digits that are not in use."""
    return strings(np.hstack([constant("154", n), digits(draw.whole(0, 99_999_999, n), 8)]))


def called(draw: Draw, homes: Homes, people: People, woman_head: Flags) -> Ints:
    """Positions in NAMES: children carry the name of the house, whoever married in another."""
    # common surnames come first in the list and are drawn more often
    house = (draw.unit(homes.n) ** 1.8 * len(_SURNAMES)).astype(np.int32)
    own = (draw.unit(people.n) ** 1.8 * len(_SURNAMES)).astype(np.int32)
    slot = people.slot
    shares = (slot == HEAD) | ((slot >= CHILD) & (slot < PARENT)) | (slot >= GRAND)
    shares |= (slot >= PARENT) & (slot < PARENT + 2) & ~people.female & ~woman_head[people.household]
    surname = np.where(shares, house[people.household], own)
    return (surname * _PER_SURNAME + draw.whole(0, _PER_SURNAME - 1, people.n)).astype(np.int32)
