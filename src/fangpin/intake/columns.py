"""Columns: a raw column of any type as canonical values, with what could not be read.

Gives   read_column: values of the field's canonical type, and troubles (positions, code, what was read)
Keeps   typed columns are cast without looking at each value; text is read once for each distinct value;
        a cell that cannot be read is null and has exactly one trouble
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import polars as pl

from fangpin import tables
from fangpin.intake import cells, dates, spellings
from fangpin.intake.cells import NOTHING_DECLARED, Declared
from fangpin.tables import Field
from fangpin.tables.schemas import polars_type
from fangpin.vocabulary import identity_numbers
from fangpin.vocabulary.money import LIMIT_YUAN, MICRO

TEXT_KINDS = ("str", "id", "region", "file")
IDENTITY_NUMBERS = frozenset({"household.head_id_number", "member.id_number"})
NEGATIVE_AS_A_RULE = frozenset(
    {
        "income_year.net_income",
        "income_year.net_income_pc",
        "income_year.adjusted_income",
        "income_year.adjusted_income_pc",
        "clearing.net",
        "clearing.net_pc",
    }
)
"""Money that may be negative: what is left after costs, and what a bad season leaves of it."""

_SAFE_FLOAT = 2.0**53


@dataclass(frozen=True, slots=True)
class Trouble:
    """Cells of one column with one finding: positions in the column, what was read there, blank now or kept.

    ``said`` are values that the messages name, for all of these cells.
    """

    code: str
    at: pl.Series
    read: pl.Series
    said: tuple[tuple[str, object], ...] = ()
    known: pl.Series | None = None
    """What is known from elsewhere and goes into the message: plain text, the same in both languages."""


def read_column(raw: pl.Series, field: Field, declared: Declared = NOTHING_DECLARED) -> tuple[pl.Series, list[Trouble]]:
    """A raw column as canonical values of ``field``.

    Args:
        raw: The column as read: text, or any type of Arrow.
        field: What it is to be.
        declared: What the heading or the file says of it.

    Returns:
        Values (null where blank or unreadable) and the troubles found.
    """
    values, troubles = typed(raw, field) if declared.times == 1 else (None, [])
    if values is None:
        values, troubles = from_text(as_text(raw), field, declared, floats=raw.dtype.is_float())
    values, more = within_limits(values, raw, field)
    return values.alias(field.inside), troubles + more


# -- typed columns ---------------------------------------------------------------------------------------------------


def typed(raw: pl.Series, field: Field) -> tuple[pl.Series | None, list[Trouble]]:
    """The values of a column whose type already fits; None where it has to be read as text."""
    if raw.dtype == pl.Null:
        return pl.Series(raw.name, [None], dtype=polars_type(field)).new_from_index(0, len(raw)), []
    if field.kind in TEXT_KINDS:
        return _plain_text(clean(raw), field) if raw.dtype == pl.String else (None, [])
    if field.kind == "code":
        return _typed_code(raw, polars_type(field)), []
    if field.kind == "codes":
        return _typed_codes(raw, field), []
    if field.kind == "bool":
        return (raw if raw.dtype == pl.Boolean else None), []
    if field.kind in ("date", "month"):
        fits = isinstance(raw.dtype, (pl.Date, pl.Datetime))
        return (raw.cast(pl.Date) if fits else None), []
    if not raw.dtype.is_numeric():
        return None, []
    if field.kind == "money":
        return _typed_money(raw), []
    return _typed_number(raw, field)


def clean(raw: pl.Series) -> pl.Series:
    """Text stripped, and null where nothing is left; the same column where there is nothing to strip."""
    if needs_cleaning(raw):
        raw = raw.str.strip_chars()
        return raw.to_frame().select(pl.when(pl.first() != "").then(pl.first())).to_series()
    return raw


def needs_cleaning(raw: pl.Series) -> bool:
    """Whether some text begins or ends with white space, or is empty."""
    first = raw.min()
    if not isinstance(first, str):
        return False
    if first < "!" or raw.str.len_bytes().sum() != raw.str.len_chars().sum():
        return True
    return any(raw.str.ends_with(blank).any() for blank in " \t\r\n")


def _typed_code(raw: pl.Series, dtype: pl.DataType) -> pl.Series | None:
    if raw.dtype == dtype:
        return raw
    if not isinstance(raw.dtype, (pl.String, pl.Categorical, pl.Enum)):
        return None
    if raw.dtype != pl.String:
        raw = raw.cast(pl.String)
    values = raw.cast(dtype, strict=False)
    return values if values.null_count() == raw.null_count() else None


def _typed_codes(raw: pl.Series, field: Field) -> pl.Series | None:
    if not isinstance(raw.dtype, pl.List) or raw.dtype.inner not in (pl.String, pl.Categorical):
        return None
    raw = raw.cast(pl.List(pl.String))
    known = tables.catalogue().codelist(field.codes or "").codes
    if not set(raw.list.explode(empty_as_null=False, keep_nulls=False).unique().to_list()) <= set(known):
        return None
    doubled = (raw.list.n_unique() != raw.list.len()).any()
    return raw.list.unique(maintain_order=True) if doubled else raw


def _typed_money(raw: pl.Series) -> pl.Series:
    """Yuan as micro-yuan; what lies beyond the limit is only kept beyond it."""
    if isinstance(raw.dtype, pl.Decimal) and (raw.dtype.scale or 0) <= 6:
        factor = 10 ** (6 - (raw.dtype.scale or 0))
        top = 2 * LIMIT_YUAN * MICRO // factor
        units = raw.to_physical().alias("x").to_frame()
        low, high = units.select(low=pl.first().min(), high=pl.first().max()).row(0)
        figure = pl.col("x") if low is None or (low >= -top and high <= top) else pl.col("x").clip(-top, top)
        return units.select(figure.cast(pl.Int64) * factor).to_series()
    yuan = pl.col("x").cast(pl.Float64).fill_nan(None).clip(-2 * LIMIT_YUAN, 2 * LIMIT_YUAN)
    return raw.alias("x").to_frame().select((yuan * MICRO).round().cast(pl.Int64)).to_series()


def _typed_number(raw: pl.Series, field: Field) -> tuple[pl.Series | None, list[Trouble]]:
    """Numbers; for whole numbers None where some value is not whole, so that it is found as text."""
    if field.kind == "num":
        values = raw.cast(pl.Float64)
        finite = values.is_finite() | values.is_nan()
        return (values.fill_nan(None), []) if finite.all() else (None, [])
    if raw.dtype.is_float():
        raw = raw.fill_nan(None)
        if not (raw == raw.round()).all():
            return None, []
    elif isinstance(raw.dtype, pl.Decimal) and (raw.dtype.scale or 0) > 0:
        return None, []
    values = raw.cast(pl.Int32, strict=False)
    return (values, []) if values.null_count() == raw.null_count() else (None, [])


# -- text ------------------------------------------------------------------------------------------------------------


def as_text(raw: pl.Series) -> pl.Series:
    """Any column as text a person would have typed; NaN is blank, 3.0 is 3, a list is joined by semicolons."""
    dtype = raw.dtype
    if dtype == pl.String:
        return clean(raw)
    if dtype.is_float():
        return _float_text(raw.cast(pl.Float64))
    if isinstance(dtype, pl.List) and not (dtype.inner.is_nested() if dtype.inner else True):
        return _list_text(raw)
    if dtype.is_nested() or isinstance(dtype, pl.Object | pl.Binary | pl.Duration):
        return pl.Series(raw.name, [None if x is None else _any_text(x) for x in raw.to_list()], dtype=pl.String)
    return clean(raw.cast(pl.String))


def _list_text(raw: pl.Series) -> pl.Series:
    """Lists joined by semicolons; an empty one is ``-``, a blank within one is ``?``, which no list of codes has."""
    inner = raw.list.eval(pl.element().cast(pl.String).fill_null("?")).list.join(";")
    frame = pl.DataFrame([raw.alias("x"), inner.alias("text")])
    return frame.select(pl.when(pl.col("x").list.len() == 0).then(pl.lit("-")).otherwise(pl.col("text"))).to_series()


def _any_text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _float_text(raw: pl.Series) -> pl.Series:
    """Floats as text: whole ones without a point, up to the last that a float holds exactly."""
    x = pl.col("x")
    whole = (x == x.round()) & (x.abs() < _SAFE_FLOAT)
    text = pl.when(whole).then(pl.when(whole).then(x).cast(pl.Int64).cast(pl.String)).otherwise(x.cast(pl.String))
    return raw.fill_nan(None).alias("x").to_frame().select(text).to_series()


def from_text(
    text: pl.Series, field: Field, declared: Declared = NOTHING_DECLARED, *, floats: bool = False
) -> tuple[pl.Series, list[Trouble]]:
    """A column of clean text as values; each distinct text is read once.

    Args:
        text: The column.
        field: What it is to be.
        declared: What is declared about it.
        floats: Whether the texts were numbers with a point before: 2023.10 and 2023.1 are then the same.
    """
    if field.kind in TEXT_KINDS:
        return _plain_text(text, field)
    parse = cells.parser(field, declared)
    assert parse is not None
    dtype = polars_type(field)
    if field.kind == "money" and declared.times == 1:
        quick, rest = _quick_money(text)
    elif field.kind in ("date", "month"):
        quick, rest = _quick_dates(text)
    else:
        quick, rest = None, text
    distinct = rest.drop_nulls().unique(maintain_order=True)
    answers = [parse(word) for word in distinct.to_list()]
    if floats:
        answers = [(None, dates.UNSURE_DATE) if code == dates.LOST_ZERO else (v, code) for v, code in answers]
    place = rest.replace_strict(
        distinct, pl.int_range(len(distinct), dtype=pl.UInt32, eager=True), default=None, return_dtype=pl.UInt32
    )
    values = pl.Series([value for value, _ in answers], dtype=dtype, strict=True).gather(place)
    codes = pl.Series([code for _, code in answers], dtype=pl.String).gather(place)
    if quick is not None:
        values = quick.fill_null(values) if quick.null_count() else quick
    troubles = [_trouble(str(code), codes == code, text) for code in codes.drop_nulls().unique(maintain_order=True)]
    return values, [_with_value(t, values) if t.code == dates.SERIAL else t for t in troubles]


def _with_value(trouble: Trouble, values: pl.Series) -> Trouble:
    return replace(trouble, known=values.gather(trouble.at).cast(pl.String))


def _quick_money(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Micro-yuan of the ordinary figures, and the texts that are left for the parser."""
    plain = pl.col("x").str.contains(r"^[+-]?[0-9]{1,9}([.][0-9]{1,6})?$")
    figure = pl.when(plain).then(pl.col("x")).cast(pl.Decimal(20, 6), strict=False)
    frame = text.alias("x").to_frame().select(micro=figure.to_physical().cast(pl.Int64), x="x")
    rest = frame.select(pl.when(pl.col("micro").is_null()).then(pl.col("x"))).to_series()
    return frame["micro"], rest


def _quick_dates(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The days that are written as 2021-06-30, and the texts that are left for the parser."""
    written = pl.col("x").str.contains(r"^(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}$")
    day = pl.when(written).then(pl.col("x")).str.to_date("%Y-%m-%d", strict=False)
    frame = text.alias("x").to_frame().select(day=day, x="x")
    rest = frame.select(pl.when(pl.col("day").is_null()).then(pl.col("x"))).to_series()
    return frame["day"], rest


def _plain_text(text: pl.Series, field: Field) -> tuple[pl.Series, list[Trouble]]:
    """Text as it is, but words for nothing and numbers that a spreadsheet spoilt are blank; keys are kept as written.

    A key that is spoilt only has a finding: without a key its row would go.
    """
    key = field.name in tables.catalogue().table(field.table).identity
    troubles: list[Trouble] = []
    if not key and field.kind != "region":
        nothing = text.is_in(words_for_nothing(field.path))
        if nothing.any():
            troubles.append(_trouble(cells.NOTHING_THERE, nothing, text))
            text = blank(text, troubles[-1].at)
    if field.path in IDENTITY_NUMBERS:
        text = _identity_numbers(text)
    if field.kind == "id" or field.privacy == "direct":
        spoilt = text.str.contains(cells.DAMAGED_NUMBER)
        if field.path in IDENTITY_NUMBERS:
            spoilt |= _lost_their_end(text)
        if spoilt.any():
            troubles.append(_trouble(cells.DAMAGED, spoilt, text))
            text = text if key else blank(text, troubles[-1].at)
    return text, troubles


def _identity_numbers(text: pl.Series) -> pl.Series:
    """Identity numbers without blanks, hyphens and wide characters; the others are not looked at one by one."""
    odd = text.filter(~text.str.contains(r"^[0-9]*X?[0-9]*$")).drop_nulls().unique()
    if not len(odd):
        return text
    changed = {number: identity_numbers.normal(number) or None for number in odd.to_list()}
    return text.replace_strict(changed, default=text, return_dtype=pl.String)


def _lost_their_end(text: pl.Series) -> pl.Series:
    """Whether each number ends in the zeros that a spreadsheet writes beyond fifteen digits."""
    ending = text.filter(text.str.contains(r"^[0-9]{15}000")).drop_nulls().unique()
    lost = [number for number in ending.to_list() if identity_numbers.lost_its_end(number)]
    return text.is_in(lost)


@cache
def words_for_nothing(path: str) -> list[str]:
    """The words that leave a field of text blank; they are said to be so, but no error: nothing was lost."""
    all_words, own = spellings.spellings(), spellings.words_of(path)
    nothing = [*all_words.marks, *own.blank, *(all_words.none if own.none_is == "blank" else ())]
    words = [*all_words.unknown, *all_words.broken, *nothing]
    return sorted({w for word in words for w in (word, word.upper(), word.title())})


def _trouble(code: str, where: pl.Series, text: pl.Series) -> Trouble:
    at = where.fill_null(False).arg_true()
    return Trouble(code, at, text.gather(at))


def blank(values: pl.Series, at: pl.Series) -> pl.Series:
    """The values with null at these positions."""
    if len(at) == 0:
        return values
    gone = pl.select(pl.int_range(len(values), dtype=pl.UInt32).is_in(at.cast(pl.UInt32).implode())).to_series()
    return values.alias("x").to_frame().select(pl.when(~gone).then(pl.col("x"))).to_series()


# -- limits ----------------------------------------------------------------------------------------------------------


def within_limits(values: pl.Series, raw: pl.Series, field: Field) -> tuple[pl.Series, list[Trouble]]:
    """Values with null where a number lies outside what its field allows; signs that are unusual are only noted."""
    if field.kind == "money":
        return _money_limits(values, raw, field)
    if field.kind not in ("int", "num") or (field.minimum is None and field.maximum is None):
        return values, []
    low, high = values.min(), values.max()
    if low is None or (_at_least(low, field.minimum) and _at_most(high, field.maximum)):
        return values, []
    where = pl.Series([False]).new_from_index(0, len(values))
    if field.minimum is not None:
        where |= (values < field.minimum).fill_null(False)
    if field.maximum is not None:
        where |= (values > field.maximum).fill_null(False)
    at = where.arg_true()
    read = as_text(raw.gather(at))
    trouble = Trouble(cells.OUT_OF_RANGE, at, read)
    if field.path == "household.population":
        trouble = Trouble("FP-INTAKE-026", at, read)
    return blank(values, at), [trouble]


def _at_least(value: object, limit: float | None) -> bool:
    return limit is None or (isinstance(value, int | float) and value >= limit)


def _at_most(value: object, limit: float | None) -> bool:
    return limit is None or (isinstance(value, int | float) and value <= limit)


def _money_limits(values: pl.Series, raw: pl.Series, field: Field) -> tuple[pl.Series, list[Trouble]]:
    limit = LIMIT_YUAN * MICRO
    low, high = values.min(), values.max()
    if low is None:
        return values, []
    troubles = []
    if not (_at_least(low, -limit) and _at_most(high, limit)):
        at = (values.abs() > limit).fill_null(False).arg_true()
        troubles.append(Trouble(cells.TOO_LARGE, at, as_text(raw.gather(at))))
        values = blank(values, at)
    if field.path not in NEGATIVE_AS_A_RULE and not _at_least(low, 0):
        at = (values < 0).fill_null(False).arg_true()
        troubles.append(Trouble("FP-INTAKE-028", at, as_text(raw.gather(at))))
    return values, [t for t in troubles if len(t.at)]
