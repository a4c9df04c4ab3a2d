"""Values of profiles: what is done to a column before it is read as a field: recoding, filling, units.

Gives   finished, plain
Keeps   figures are converted exactly; texts that are no figures stay as they are, to be found when read
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import polars as pl

from fangpin.intake.columns import as_text
from fangpin.intake.figures import figure
from fangpin.intake.units import factor
from fangpin.tables import Field

Scalar = str | int | float | bool


class Change(Protocol):
    """What a profile says is done to a column."""

    @property
    def recode(self) -> Mapping[Scalar, Scalar | None] | None: ...

    @property
    def else_(self) -> Scalar | None: ...

    @property
    def blank(self) -> Scalar | None: ...

    @property
    def unit(self) -> str | None: ...


def plain(value: object) -> object:
    """A value as text or number: true and false as words."""
    return ("true" if value else "false") if isinstance(value, bool) else value


def _word(value: object) -> str | None:
    return None if value is None else str(plain(value))


def finished(made: pl.Series, spec: Change, field: Field, currency: str | None = None) -> pl.Series:
    """A column after recoding, filling and conversion.

    Args:
        made: The column as it stands.
        spec: What the profile says of it.
        field: What it is to be; its unit is converted to.
        currency: A code that stands for yuan in this profile.
    """
    if spec.recode is not None or spec.else_ is not None:
        text = as_text(made)
        recode = {str(_word(k)): _word(v) for k, v in (spec.recode or {}).items()}
        default: Any = pl.col("x") if spec.else_ is None else pl.lit(_word(spec.else_))
        changed = pl.col("x").replace_strict(recode, default=default, return_dtype=pl.String) if recode else default
        made = text.alias("x").to_frame().select(pl.when(pl.col("x").is_not_null()).then(changed)).to_series()
    if spec.blank is not None:
        made = as_text(made).fill_null(_word(spec.blank))
    if spec.unit is not None:
        made = _converted(made, spec.unit, field, currency)
    return made


def _converted(made: pl.Series, unit: str, field: Field, currency: str | None) -> pl.Series:
    """Figures in the unit of the field, exact to the sixth decimal; texts that are no figures stay to be found."""
    times = factor(unit, field.unit or "", currency)
    assert times is not None
    if times == 1 and made.dtype != pl.String:
        return made
    text = as_text(made)
    distinct = text.drop_nulls().unique()
    changed = {t: t if (n := figure(t, unit, times)[0]) is None else str(n) for t in distinct.to_list()}
    return text.replace_strict(changed, default=None, return_dtype=pl.String) if changed else text
