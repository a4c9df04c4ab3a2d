"""Who may be one person: by one identity number, or by name, birth date and village (splink on DuckDB).

Reads   members as of today: keys, region, name, sex, birth date, blind index of the number
Gives   same_number, alike: pairs of keys with a probability; BLOCK, THRESHOLD
Not     deciding (duplicates)
Keeps   sub-quadratic: only persons who share a birth date, or a name with a township and a year of birth, are compared;
        a date or name that very many share opens no block
Source  Fellegi and Sunter's model by splink; the chances that two records of one person agree are ours
"""

from __future__ import annotations

import logging
from typing import Any

import polars as pl

BLOCK = 500
"""So many persons at most share a birth date, or a name in a township, that is compared; beyond it is a default."""
THRESHOLD = 0.9
SCHEMA = {
    "unique_id": pl.String,
    "region_code": pl.String,
    "name": pl.String,
    "pinyin": pl.String,
    "sex": pl.String,
    "birth_date": pl.Date,
    "number": pl.Binary,
}
PAIRS = {"one": pl.String(), "other": pl.String(), "probability": pl.Float64()}


def same_number(members: pl.DataFrame) -> pl.DataFrame:
    """Pairs with one identity number, in whatever spelling; of a number that many have, neighbours only.

    Args:
        members: Columns as SCHEMA.

    Returns:
        one, other (keys, in order), probability 1.
    """
    known = members.drop_nulls("number").sort("number", "unique_id")
    same = known.with_columns(pl.col("unique_id").shift(1).over("number").alias("one")).drop_nulls("one")
    return same.select("one", pl.col("unique_id").alias("other"), pl.lit(1.0).alias("probability"))


def alike(members: pl.DataFrame) -> pl.DataFrame:
    """Pairs who may be one person by name, birth date and village, and have no different numbers that prove otherwise.

    Args:
        members: Columns as SCHEMA.

    Returns:
        one, other (keys, in order), probability at least THRESHOLD.
    """
    rows = _prepared(members)
    if rows.height < 2:
        return pl.DataFrame(schema=PAIRS)
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    for name in ("splink", "splink.internals"):
        logging.getLogger(name).setLevel(logging.ERROR)
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=_comparisons(rows),
        blocking_rules_to_generate_predictions=[block_on("by_date"), block_on("by_name")],
        probability_two_random_records_match=1 / max(rows.height, 2),
        retain_matching_columns=False,
    )
    database = DuckDBAPI()
    linker = Linker(database.register(rows.to_arrow()), settings, log_level=logging.ERROR)
    found = linker.inference.predict(threshold_match_probability=THRESHOLD, warning_mode="never")
    pairs: pl.DataFrame = found.as_duckdbpyrelation().pl()
    keys = pl.concat_list("unique_id_l", "unique_id_r").list.sort()
    return pairs.select(
        keys.list.get(0).alias("one"), keys.list.get(1).alias("other"), pl.col("match_probability").alias("probability")
    ).sort("one", "other")


def _prepared(members: pl.DataFrame) -> pl.DataFrame:
    """What is compared, and the blocks: none where a value is blank or shared by very many."""
    full = pl.col("pinyin").str.split(" ").list.get(0, null_on_oob=True)
    birth, town = pl.col("birth_date").cast(pl.String), pl.col("region_code").str.slice(0, 9)
    rows = members.filter(pl.col("name").str.len_chars() > 1).select(
        "unique_id",
        "name",
        full.alias("pinyin"),
        birth.alias("birth"),
        birth.str.slice(0, 4).alias("year"),
        birth.str.slice(5).alias("day"),
        pl.col("sex"),
        pl.col("region_code").alias("village"),
        town.alias("town"),
        pl.col("number").bin.encode("hex").alias("number"),
    )
    by_name = pl.concat_str("pinyin", pl.lit("|"), "town", pl.lit("|"), "year")
    rows = rows.with_columns(pl.col("birth").alias("by_date"), by_name.alias("by_name"))
    return rows.with_columns(
        pl.when(pl.len().over(n) <= BLOCK).then(pl.col(n)).alias(n) for n in ("by_date", "by_name")
    )


def _comparisons(rows: pl.DataFrame) -> list[Any]:
    """Levels of agreement: how often two records of one person show them (ours), how often strangers do (counted)."""
    import splink.comparison_level_library as level
    import splink.comparison_library as library

    def at(condition: str, same: float, chance: float) -> Any:
        return level.CustomLevel(condition).configure(m_probability=same, u_probability=min(chance, 0.99))

    def rest(same: float) -> Any:
        return level.ElseLevel().configure(m_probability=same, u_probability=0.99)

    def comparison(column: str, *levels: Any) -> Any:
        return library.CustomComparison([level.NullLevel(column), *levels], output_column_name=column)

    name, sound, birth = chance(rows["name"]), chance(rows["pinyin"]), chance(rows["birth"])
    village, year, day = chance(rows["village"]), chance(rows["year"]), chance(rows["day"])
    apart = "levenshtein(name_l, name_r) = 1 and length(name_l) = length(name_r)"
    return [
        comparison(
            "name",
            at("name_l = name_r", 0.75, name),
            at("pinyin_l = pinyin_r", 0.1, sound),
            at(apart, 0.1, 30 * sound),
            rest(0.05),
        ),
        comparison(
            "birth",
            at("birth_l = birth_r", 0.85, birth),
            at("day_l = day_r", 0.06, day),
            at("year_l = year_r", 0.06, year),
            rest(0.03),
        ),
        comparison(
            "village",
            at("village_l = village_r", 0.7, village),
            at("town_l = town_r", 0.2, chance(rows["town"])),
            rest(0.1),
        ),
        comparison("sex", at("sex_l = sex_r", 0.98, 0.5), rest(0.02)),
        comparison("number", at("number_l = number_r", 0.9, 1e-6), rest(0.02)),
    ]


def chance(column: pl.Series) -> float:
    """How often two strangers have the same value.

    Examples:
        >>> chance(pl.Series(["a", "a", "b", "c"]))
        0.375
    """
    counts = column.drop_nulls().value_counts()["count"]
    total = int(counts.sum() or 1)
    return max(float((counts.cast(pl.Float64) ** 2).sum()) / total**2, 1e-9)
