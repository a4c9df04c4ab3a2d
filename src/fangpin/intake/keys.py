"""Keys: whether they differ and whether they match, without comparing texts one by one.

Gives   runs, match, different, strangers: on hashes of 64 bits
Keeps   the answer "all is well" is certain but for a chance of one in 10**12; any doubt is settled on the texts
"""

from __future__ import annotations

import polars as pl


def runs(keys: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Where a new key begins (true or false for each row), and the hash of each run of equal keys."""
    hashes = keys.hash()
    new = (hashes != hashes.shift(1)).fill_null(True)
    return new, hashes.filter(new)


def match(keys: pl.Series, households: pl.Series) -> bool:
    """Whether rows stand in runs, one for each household, in the order of the households' hashes."""
    hashes = runs(keys)[1]
    return len(hashes) == len(households) and bool((hashes == households).all())


def different(keys: pl.Series) -> bool:
    """Whether all keys differ; none of them is blank."""
    if keys.null_count():
        return False
    return bool((keys.shift(1) < keys).all()) or keys.hash().n_unique() == len(keys)


def pairs_different(first: pl.Series, second: pl.Series) -> bool:
    """Whether all pairs of keys differ; none of them is blank."""
    if first.null_count() or second.null_count():
        return False
    new, heads = runs(first)
    if (len(heads) > 1 and not bool((heads.shift(1) != heads).all())) or heads.n_unique() != len(heads):
        return bool((first.hash() * 3 + second.hash(seed=7)).n_unique() == len(first))
    doubtful = ~(new | (second > second.shift(1)).fill_null(True))
    if not doubtful.any():
        return True
    run = new.cast(pl.UInt32).cum_sum()
    suspects = run.is_in(run.filter(doubtful).unique().implode())
    rows = pl.DataFrame({"run": run.filter(suspects), "second": second.filter(suspects)})
    return rows.is_unique().all()


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
