"""What a verdict is: statuses, their order of precedence, their words, and the columns of the table.

Source  INTERFACE of the project, section 3
"""

from __future__ import annotations

from typing import Literal

import polars as pl

from fangpin.standards import Standard
from fangpin.vocabulary.text import Text

Status = Literal["low_income", "needs_visit", "deliberate", "vetoed", "to_compare", "not_low_income"]
IncomeStatus = Literal["below", "band", "above", "unknown"]

STATUSES: dict[str, Text] = {
    "low_income": Text("初判符合", "meets the rule"),
    "needs_visit": Text("信息不全待补", "facts missing, needs a visit"),
    "deliberate": Text("待评议", "between the lines, for deliberation"),
    "vetoed": Text("有否决情形", "a veto item applies"),
    "to_compare": Text("待信息比对", "awaiting the cross-check of records"),
    "not_low_income": Text("初判不符合", "does not meet the rule"),
}
ROUTES: dict[str, Text] = {
    "income": Text("收入", "income"),
    "count": Text("指标个数", "count of indicators"),
    "both": Text("收入和指标个数", "income and count"),
}
INCOME_STATUSES: dict[str, Text] = {
    "below": Text("低于下线", "below the line"),
    "band": Text("两线之间", "between the lines"),
    "above": Text("不低于上线", "at or above the upper line"),
    "unknown": Text("未知", "unknown"),
}
RESULT_NAME = Text("规则判定", "rule result")


def decide_status(income: IncomeStatus, true: int, unknown: int, k: int | None, veto: bool | None) -> Status:
    """The status from the income test, the counts, k and the veto (None: not compared yet)."""
    sure = income == "below" or (k is not None and true >= k)
    still_open = not sure and (income == "unknown" or (k is not None and true + unknown >= k))
    band = not sure and not still_open and income == "band"
    if (sure or still_open or band) and veto is True:
        return "vetoed"
    if (sure or band) and veto is None:
        return "to_compare"
    if sure:
        return "low_income"
    if still_open:
        return "needs_visit"
    return "deliberate" if band else "not_low_income"


def route_of(income: IncomeStatus, true: int, k: int | None) -> str | None:
    """Why a household is sure: by income, by count, by both; None where it is not sure."""
    by_income, by_count = income == "below", k is not None and true >= k
    if by_income and by_count:
        return "both"
    return "income" if by_income else "count" if by_count else None


def schema(standard: Standard) -> dict[str, pl.DataType]:
    """The columns of the verdict table of ``standard``, in their order."""
    money = pl.Decimal(18, 2)
    return {
        "household_id": pl.String(),
        "region_code": pl.String(),
        "status": pl.String(),
        "route": pl.String(),
        "income_status": pl.String(),
        "income": money,
        "line": money,
        "line_upper": money,
        "margin": money,
        "count_true": pl.Int32(),
        "count_unknown": pl.Int32(),
        **{code: pl.Boolean() for code in standard.codes},
        "veto": pl.Boolean(),
        "target_group": pl.String(),
        "target_group_open": pl.Boolean(),
        "ask": pl.List(pl.String()),
        "ask_least": pl.Int32(),
    }
