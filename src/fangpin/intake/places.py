"""Places: the names of county, township and village in an export, as a region code.

Reads   columns of names
Gives   codes: a region code for each row, as deep as the names lead without doubt; numbered_within; contradicted:
        rows whose written code is of another place than their names
Keeps   a name that fits none or several regions ends the way down: the code of the level above is given, and said
Source  reference.regions, reference.villages
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import polars as pl

from fangpin.reference import regions, villages

LEVELS = ("province", "prefecture", "county", "township", "village")
_ENDS = tuple("自治区 自治州 自治县 特别行政区 地区 林区 街道办事处 街道 省 市 盟 州 县 区 旗 乡 镇 苏木".split())
_SEVERAL = 0.2
"""The share of household numbers in several places from which numbers are taken to count within each village."""


def codes(columns: Mapping[str, pl.Series]) -> tuple[pl.Series, int, list[str]]:
    """Region codes of rows by the names of their places.

    Args:
        columns: Names by level.

    Returns:
        A code for each row (null where nothing was found), how many different places there are, and the places of
        which the deepest name was not found.
    """
    levels = [level for level in LEVELS if level in columns]
    frame = pl.DataFrame([columns[level].alias(level) for level in levels])
    places = frame.unique(maintain_order=True)
    found: list[str | None] = []
    lost: list[str] = []
    for row in places.rows():
        names = tuple((level, str(name).strip()) for level, name in zip(levels, row, strict=True) if name)
        code, whole = _code(names)
        found.append(code)
        if not whole:
            lost.append("".join(name for _, name in names))
    joined = frame.join(
        places.with_columns(pl.Series("code", found, dtype=pl.String)),
        on=levels,
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    return joined["code"], places.height, lost


def contradicted(given: pl.Series, columns: Mapping[str, pl.Series]) -> pl.Series:
    """For each row whose code is of another place than its names: both, in words; null where they agree or say less.

    Args:
        given: Region codes as written.
        columns: Names by level.
    """
    named, _, _ = codes(columns)
    deepest = pl.coalesce(*(pl.col(level) for level in reversed(LEVELS) if level in columns))
    frame = pl.DataFrame([given.alias("given"), named.alias("named"), *(s.alias(n) for n, s in columns.items())])
    pairs = frame.select("given", "named", deepest.alias("word")).unique(maintain_order=True).drop_nulls()
    said = [_apart(*pair) for pair in pairs.rows()]
    pairs = pairs.with_columns(pl.Series("said", said, dtype=pl.String))
    return (
        frame.select("given", "named", deepest.alias("word"))
        .join(pairs, on=["given", "named", "word"], how="left", maintain_order="left")
        .get_column("said")
    )


def _apart(given: str, named: str, word: str) -> str | None:
    """A written code and what the names lead to, where both are known and are not in one another."""
    code = regions.normal(given)
    county = regions.get(code[:6]) if code is not None else None
    if code is None or county is None or "superseded" in county.flags:
        return None  # said as unknown or old
    known = next(n for n in (12, 9, 6) if n == 6 or (len(code) >= n and regions.get(code[:n]) is not None))
    length = min(known, len(named))
    if code[:length] == named[:length]:
        return None
    return f"{given} {regions.full_name(code)} ≠ {word} {named}"


def numbered_within(keys: pl.Series, columns: Sequence[pl.Series]) -> bool:
    """Whether household numbers count within each village: so many of them stand in several places."""
    frame = pl.DataFrame([keys.alias("key"), *(c.alias(f"p{i}") for i, c in enumerate(columns))]).drop_nulls()
    places = frame.group_by("key").agg(pl.struct(pl.exclude("key")).n_unique().alias("n"))
    return bool(places.height and (places["n"] > 1).mean() > _SEVERAL)  # type: ignore[operator]


def _code(names: tuple[tuple[str, str], ...]) -> tuple[str | None, bool]:
    """The code that names lead to, and whether they led to the last of them."""
    code: str | None = None
    for level, name in names:
        fitting = _fitting(code, level, name)
        if len(fitting) != 1:
            return code, False
        code = fitting[0]
    return code, code is not None


@cache
def _fitting(above: str | None, level: str, name: str) -> tuple[str, ...]:
    """The codes of this level inside a region that have the name; exactly that name before one without its kind."""
    known = dict(_inside(above, level))
    exact = tuple(code for code, one in known.items() if one == name)
    if exact:
        return exact
    plain = villages.plain if level == "village" else _plain
    return tuple(code for code, one in known.items() if plain(one) == plain(name))


@cache
def _inside(above: str | None, level: str) -> tuple[tuple[str, str], ...]:
    if level == "village":
        return tuple(villages.of_township(above).items()) if above and len(above) == 9 else ()
    if level == "township" and above is None:
        return ()
    found = regions.children(above, level)  # type: ignore[arg-type]
    return tuple((region.code, region.name) for region in found)


def _plain(name: str) -> str:
    for end in _ENDS:
        if name.endswith(end) and len(name) - len(end) >= 2:
            return name[: -len(end)]
    return name
