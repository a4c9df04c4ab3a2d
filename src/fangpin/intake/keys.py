"""Keys: whether they differ and whether they match, without comparing texts one by one.

Gives   runs, match, different, strangers: on hashes of 64 bits
Keeps   the answer "all is well" is certain but for a chance of one in 10**12; any doubt is settled on the texts
"""

from __future__ import annotations

import polars as pl


def runs(keys: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Where a new key begins (true or false for each row), and the hash of each run of equal keys."""
    hashed = pl.DataFrame([keys.alias("key")]).select(hash=pl.col("key").hash())
    new = hashed.select((pl.col("hash") != pl.col("hash").shift(1)).fill_null(True)).to_series()
    return new, hashed.to_series().filter(new)


def match(keys: pl.Series, households: pl.Series) -> pl.Series | None:
    """Where each run of equal keys begins, if each run belongs to a household of its own (some may have none).

    Args:
        keys: Keys of the rows.
        households: Hashes of the keys of the households.

    Returns:
        True where a run begins; None if some key is no household's, or comes back after another.
    """
    new, heads = runs(keys)
    if len(heads) == len(households) and bool((heads == households).all()):
        return new
    if not heads.is_in(households.implode()).all():
        return None
    return new if different(keys.filter(new)) else None


def different(keys: pl.Series) -> bool:
    """Whether all keys differ; none of them is blank."""
    if keys.null_count():
        return False
    return bool((keys.shift(1) < keys).all()) or keys.hash().n_unique() == len(keys)


def pairs_different(first: pl.Series, second: pl.Series, starts: pl.Series | None = None) -> bool:
    """Whether all pairs of keys differ; none of them is blank.

    Args:
        first: The first key of each row.
        second: The second.
        starts: Where each run of equal first keys begins, if every key is known to have one run only.
    """
    if first.null_count() or second.null_count():
        return False
    if starts is None:
        starts, heads = runs(first)
        if heads.n_unique() != len(heads):
            return bool((first.hash() * 3 + second.hash(seed=7)).n_unique() == len(first))
    frame = pl.DataFrame([starts.alias("new"), second.alias("second")])
    rising = pl.col("new") | (pl.col("second") > pl.col("second").shift(1)).fill_null(True)
    doubtful = frame.select(~rising).to_series()
    if not doubtful.any():
        return True
    run = starts.cast(pl.UInt32).cum_sum()
    suspects = run.is_in(run.filter(doubtful).unique().implode())
    rows = pl.DataFrame({"run": run.filter(suspects), "second": second.filter(suspects)})
    return bool(rows.is_unique().all())


def strangers(keys: pl.Series, households: pl.Series) -> pl.Series:
    """The keys (each once, blank left out) that no household has.

    Args:
        keys: Keys of the rows.
        households: Keys of the households.
    """
    new, heads = runs(keys)
    unknown = ~heads.is_in(households.hash().implode())
    if not unknown.any():
        return keys.head(0)
    found = keys.filter(new).filter(unknown).drop_nulls().unique()
    return found.filter(~found.is_in(households.implode()))
