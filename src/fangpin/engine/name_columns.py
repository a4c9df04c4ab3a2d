"""Derived columns about names, which only data checks read.

Reads   members, households
Gives   NAME_COLUMNS, with_names (of members), head_name_odd (of households), same_name (an expression to compare by);
        `names_of`, `odd`: the same for one name in plain Python
Keeps   a blank name says nothing; the name itself is never changed
"""

from __future__ import annotations

import re
from typing import Any

import polars as pl

from fangpin.vocabulary import person_names as n

NAME_COLUMNS = ("name_length", "name_lost", "name_mixed", "name_dots", "name_spaced", "name_private")


def same_name(name: pl.Expr) -> pl.Expr:
    """A name as two are compared; see `person_names.comparable`."""
    return name.str.replace_all(n.DOTS, n.DOT).str.replace_all("[ \\t\\r\\n\u3000\u00a0]", "").str.to_uppercase()


def _mixed(name: pl.Expr) -> pl.Expr:
    return name.str.contains(n.MIXED) | (name.str.contains(n.HAN) & name.str.contains(n.LATIN))


def _stripped(column: str) -> pl.Expr:
    text = pl.col(column).cast(pl.String).str.strip_chars()
    return pl.when(text.str.len_chars() > 0).then(text)


def with_names(members: pl.DataFrame, wanted: set[str]) -> pl.DataFrame:
    """The members with the columns about names that are wanted."""
    name = _stripped("name")
    exprs = {
        "name_length": same_name(name).str.replace_all(n.DOT, "").str.len_chars().cast(pl.Int32),
        "name_lost": name.str.contains(n.LOST),
        "name_mixed": _mixed(name),
        "name_dots": name.str.contains(n.DOTS),
        "name_spaced": name.str.contains(n.SPACED),
    }
    members = members.with_columns(expr.alias(column) for column, expr in exprs.items() if column in wanted)
    if "name_private" in wanted:
        members = members.with_columns(_private(members["name"]).alias("name_private"))
    return members


def _private(names: pl.Series) -> pl.Series:
    """The private code points of each name; null where it has none."""
    names = names.cast(pl.String)
    some = names.filter(names.str.contains(n.PRIVATE)).drop_nulls().unique().to_list()
    points = {name: n.private_points(name) for name in some}
    return names.replace_strict(points, default=None, return_dtype=pl.String)


def head_name_odd(column: str) -> pl.Expr:
    """Whether a name has lost characters, digits, signs or private code points."""
    name = _stripped(column)
    return name.str.contains(n.LOST) | _mixed(name) | name.str.contains(n.PRIVATE)


# -- one name, in plain Python -----------------------------------------------------------------------------------------


def names_of(text: str | None) -> dict[str, Any]:
    """Every column of one name."""
    name = (text or "").strip()
    if not name:
        return dict.fromkeys(NAME_COLUMNS)
    return {
        "name_length": n.counted(name),
        "name_lost": _has(n.LOST, name),
        "name_mixed": _is_mixed(name),
        "name_dots": _has(n.DOTS, name),
        "name_spaced": _has(n.SPACED, name),
        "name_private": n.private_points(name) or None,
    }


def odd(text: str | None) -> bool | None:
    """Whether one name has lost characters, digits, signs or private code points."""
    name = (text or "").strip()
    return (_has(n.LOST, name) or _is_mixed(name) or _has(n.PRIVATE, name)) if name else None


def _has(pattern: str, name: str) -> bool:
    return re.search(pattern, name) is not None


def _is_mixed(name: str) -> bool:
    return _has(n.MIXED, name) or (_has(n.HAN, name) and _has(n.LATIN, name))
