"""Arguments: what a table is made of, read and refused with its place.

Gives   refused, read_basis, numbers, positive, read_shares, rising, read_sizes
Keeps   nothing is guessed: a missing basis, a missing value, shares that do not add up, falling means are refused
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from fangpin.methods.estimate import BASES, Basis, Caution, Refused
from fangpin.methods.grouped import words
from fangpin.methods.grouped.shapes import Array
from fangpin.vocabulary.text import Text

ROUNDING = 1e-3  # shares printed with one decimal of a per cent


def refused(code: str, title: Text, **more: Any) -> Refused:
    """A refusal with its code."""
    return Refused(code, title, **more)


def read_basis(basis: Any) -> Basis:
    """The basis, which must be named."""
    if basis not in BASES:
        raise refused(
            "FP-GROUPED-043",
            Text("没有写明口径", "the basis is not given") if basis is None else Text("没有这种口径", "no such basis"),
            read="" if basis is None else str(basis),
            expected=Text('basis="household"（按户）或 "person"（按人）', 'basis="household" or "person"'),
        )
    return cast(Basis, basis)


def numbers(values: Any, name: str) -> Array:
    """A list of finite numbers."""
    try:
        found = np.asarray([float(v) for v in values], dtype=float)
    except (TypeError, ValueError) as error:
        raise refused(
            "FP-GROUPED-044", Text("不是一列数", "not a list of numbers"), place=name, read=str(values)[:80]
        ) from error
    bad = np.flatnonzero(~np.isfinite(found))
    if len(bad):
        raise refused(
            "FP-GROUPED-045",
            Text("有缺失或不是数的值", "a value is missing or not a number"),
            place=Text(f"{name} 第 {bad[0] + 1} 个", f"{name}, number {bad[0] + 1}"),
            read=str(found[bad[0]]),
        )
    return found


def positive(value: Any, name: str) -> float | None:
    """A number above zero, or None."""
    if value is None:
        return None
    found = float(numbers([value], name)[0])
    if found <= 0:
        raise refused("FP-GROUPED-046", Text("必须大于零", "must be above zero"), place=name, read=f"{found:g}")
    return found


def read_shares(shares: Any, groups: int) -> tuple[Array, bool]:
    """Shares that add up to exactly 1, and whether they were scaled to."""
    if shares is None:
        return np.full(groups, 1 / groups), False
    found = numbers(shares, "shares")
    if len(found) != groups:
        raise refused(
            "FP-GROUPED-047",
            Text("比例与均值的个数不同", "shares and means differ in number"),
            read=f"shares {len(found)}, means {groups}",
        )
    if np.any(found <= 0):
        place = int(np.flatnonzero(found <= 0)[0])
        raise refused(
            "FP-GROUPED-048",
            Text("有空组：比例必须大于零", "an empty group: shares must be above zero"),
            place=Text(f"shares 第 {place + 1} 个", f"shares, number {place + 1}"),
            read=f"{found[place]:g}",
        )
    total = float(found.sum())
    if abs(total - 1) > ROUNDING:
        raise refused(
            "FP-GROUPED-049",
            Text("各组比例之和不为 1", "shares do not add up to 1"),
            read=f"{total:g}",
            expected=Text(
                "0–1 的比例，合计 1（百分数请除以 100）", "fractions that add up to 1 (per cent: divide by 100)"
            ),
        )
    return found / total, abs(total - 1) > 1e-9


def rising(means: Array, rounding: float = ROUNDING) -> list[Caution]:
    """Nothing, or a caution, where means rise; a refusal where they fall by more than rounding."""
    falls = np.flatnonzero(np.diff(means) < 0)
    if not len(falls):
        return []
    worst = float(np.max((means[falls] - means[falls + 1]) / np.maximum(np.abs(means[falls]), 1e-12)))
    if worst <= rounding:
        return [words.ROUNDED_MEANS]
    at = int(falls[0])
    raise refused(
        "FP-GROUPED-050",
        Text("组均值没有从低到高排列", "group means fall: groups must go from poor to rich"),
        place=Text(f"第 {at + 1}、{at + 2} 组", f"groups {at + 1} and {at + 2}"),
        read=f"{means[at]:g} > {means[at + 1]:g}",
    )


def read_sizes(sizes: Any, groups: int) -> tuple[float, ...]:
    """Household sizes, one a group."""
    found = numbers(sizes, "household_sizes")
    if len(found) != groups or np.any(found <= 0):
        raise refused(
            "FP-GROUPED-051",
            Text("户均人口要与组数相同，并且大于零", "household sizes: one a group, above zero"),
            read=", ".join(f"{s:g}" for s in found),
        )
    return tuple(found.tolist())
