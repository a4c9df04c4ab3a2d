"""The same rule by hand: national/seed_2021 on 2021-12-31 as one Polars query, county by county, Parquet to Parquet.

Reads   DATA/{household,member,income_year,living}/<county>.parquet
Gives   OUT/<county>.parquet, the verdict columns without what to ask
Not     judging rows, stale facts, versions, explanations: what a careful expert would write for this one rule
Keeps   three-valued answers; only the columns needed; small integers inside

    python benchmarks/handwritten.py DATA OUT
"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl

DAY = date(2021, 12, 31)
LOWER, UPPER, MONITORING = 608_160, 684_180, 600_000  # fen per person and year
K = 3
INDICATORS = ("H1", "H2", "H3", "H4", "E1", "E2", "L1", "L2", "L3", "L4")
KEY = "household_id"
c, lit = pl.col, pl.lit
UNKNOWN = lit(None, pl.Boolean)

MEMBER = (
    KEY, "birth_date", "age", "student_status", "education_level", "labour_skill", "work_months", "farm_months",
    "earnings", "work_monthly_income", "state", "nutrition_judged", "nutrition_height_cm", "nutrition_weight_kg",
    "pregnant", "amputee", "resident_medical", "employee_medical", "bedridden", "bedridden_days", "receives_pension",
    "home_teaching", "school_entry_deferred", "trained", "training_days", "job_changes", "idle_months",
)  # fmt: skip
HOUSEHOLD = (
    KEY, "region_code", "population", "school_debt", "school_debt_state_loan_only", "monitor_group", "risk_1", "risk_2",
    "risk_3", "risk_4", "risk_5", "risk_removed", "is_ex_poor", "household_type",
)  # fmt: skip
LIVING = (
    KEY, "other_safe_house", "house_rebuilt_on", "house_appraised_on", "house_grade", "house_grade_provisional",
    "durables", "water_safe", "water_access", "water_fetch_minutes", "internet", "property_checked_on", "property_car",
    "property_house", "property_firm", "car_exception", "house_exception", "property_firm_exception",
)  # fmt: skip
ITEMS = ("a", "b", "c", "d", "e", "net_income_pc", "insurance_payout", "compliant_self_paid", "adjusted_income_pc")


def is_true(x: pl.Expr) -> pl.Expr:
    """Recorded and true."""
    return x.fill_null(False)


def code(x: pl.Expr) -> pl.Expr:
    """2 true, 1 unknown, 0 false."""
    return (x.cast(pl.Int8) * lit(2, pl.Int8)).fill_null(lit(1, pl.Int8))


def age(day: date = DAY) -> pl.Expr:
    """The age of a member on the day."""
    born = c("birth_date")
    turned = born.dt.month().cast(pl.Int16) * 100 + born.dt.day() <= day.month * 100 + day.day
    age = lit(day.year, pl.Int16) - born.dt.year().cast(pl.Int16) - (~turned).cast(pl.Int16)
    return pl.coalesce(age, c("age").cast(pl.Int16))


def worker() -> pl.Expr:
    """Whether a member is a worker, as the facts stand."""
    months = c("work_months").fill_null(0) + c("farm_months").fill_null(0)
    of_age = c("age").is_between(16, 59) | (c("age").is_between(60, 69) & (months > 0))
    return is_true(of_age) & ~is_true(c("student")) & ~is_true(c("labour_skill").is_in(["4", "5"]))


def undernourished() -> tuple[pl.Expr, pl.Expr]:
    """Whether a member is undernourished, and whether measured: by a clinic, else by the index from the age of 20."""
    height, weight = c("nutrition_height_cm"), c("nutrition_weight_kg")
    bmi, grown = weight / (height * height) * 10000, c("age") >= 20
    thin = grown & (((c("age") < 65) & (bmi < 18.5)) | ((c("age") >= 65) & (bmi < 20.0)))
    taken = height.is_not_null() & weight.is_not_null() & ~is_true(c("pregnant") | c("amputee"))
    judged = c("nutrition_judged").is_in(["1", "2"]).fill_null(False)
    found = pl.when(judged).then(c("nutrition_judged") == "2").when(taken).then(thin).otherwise(False)
    return found, pl.when(judged).then(True).when(taken).then(is_true(grown)).otherwise(False)


def few_months() -> pl.Expr:
    """Fewer than six months of work and farming together; a blank is 0 to 12."""
    most = c("work_months").fill_null(12) + c("farm_months").fill_null(12)
    least = c("work_months").fill_null(0) + c("farm_months").fill_null(0)
    return pl.when(most < 6).then(True).when(least >= 6).then(False).otherwise(UNKNOWN)


def roster(rows: pl.LazyFrame) -> pl.LazyFrame:
    """One row for each household: how many belong, and the greatest code of every condition of members."""
    rows = rows.filter(~is_true(c("state").is_in(["5", "6", "7", "8"]))).with_columns(age=age())
    student = pl.when(c("student_status").is_not_null()).then(True).when(c("education_level").is_not_null())
    rows = rows.with_columns(student=student.then(False).otherwise(UNKNOWN))
    pay = c("work_months").cast(pl.Int64) * fen("work_monthly_income")
    rows = rows.with_columns(worker=worker(), earned=pl.coalesce(fen("earnings"), pay).fill_null(0))
    narrow = rows.select(KEY, "worker", *conditions(), earned=pl.when("worker").then("earned"))
    # a main worker earns most, or at least 30 % of what the workers earn together; all are where nobody earns
    narrow = narrow.with_columns(top=c("earned").max().over(KEY), sum=c("earned").sum().over(KEY))
    main = c("worker") & is_true((c("sum") == 0) | (c("earned") == c("top")) | (c("earned") * 10 >= c("sum") * 3))
    narrow = narrow.with_columns(
        main=main, trained=pl.when(main).then("trained"), unstable=pl.when(main).then("unstable")
    )
    codes = ("h2", "h3", "h4", "left", "enrolled", "trained", "unstable")
    return narrow.group_by(KEY).agg(
        pl.len().cast(pl.Int32).alias("members"),
        c("poor").max(),
        c("judged").any(),
        c("main").any(),
        *[c(n).max() for n in codes],
    )


def conditions() -> list[pl.Expr]:
    """What the indicators ask of each member, as codes."""
    born, (poor, judged) = c("birth_date"), undernourished()
    newborn = is_true(born >= DAY - timedelta(days=90))
    in_bed = c("bedridden") & ~is_true(c("bedridden_days") < 30)
    young, grown = c("age").is_between(6, 20), c("age").is_between(16, 59)
    at_home = is_true(c("home_teaching"))
    out = ~c("student") & ~at_home & ~is_true(c("school_entry_deferred"))
    insured = c("resident_medical") | c("employee_medical")
    return [
        code(poor).alias("poor"),
        judged.alias("judged"),
        code(~is_true(c("state") == "11") & ~newborn & ~insured).alias("h2"),
        code((c("age") >= 70) & (in_bed | ~c("receives_pension"))).alias("h3"),
        code(grown & ~c("student") & (c("labour_skill") == "4")).alias("h4"),
        code(young & out & c("education_level").is_in(["1", "2", "3"])).alias("left"),
        code(young & (c("student") | at_home)).alias("enrolled"),
        code(c("trained") & ~is_true(c("training_days") < 0)).alias("trained"),
        code(few_months() | is_true(c("job_changes") >= 3) | is_true(c("idle_months") >= 3)).alias("unstable"),
    ]


def fen(name: str) -> pl.Expr:
    """Money in whole fen: the files hold two decimals."""
    return c(name).to_physical().cast(pl.Int64)


def income(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The row of income that holds for each household on the day; rows tied and unequal are unknown."""
    rows = rows.select(
        KEY,
        "known_at",
        "stage",
        *[fen(n).alias(n) for n in ITEMS],
        ends=pl.coalesce("window_to", pl.date("year", 12, 31)),
    )
    rows = rows.filter((c("ends") <= DAY).fill_null(True)).with_columns(several=c(KEY).is_duplicated())
    several = rows.filter("several")
    for column in ("ends", "known_at", "stage"):
        several = several.filter(c(column).eq_missing(c(column).max().over(KEY)))
    same = [pl.when(c(n).n_unique() == 1).then(c(n).first()).alias(n) for n in ITEMS]
    return pl.concat([rows.filter(~c("several")).select(KEY, *ITEMS), several.group_by(KEY).agg(same)])


def rules() -> list[pl.Expr]:
    """The ten indicators and the three veto items of a household."""
    complete = c("members") >= c("population").fill_null(1)

    def some(found: str) -> pl.Expr:
        codes = c(found).fill_null(0)
        return pl.when(codes == 2).then(True).when(complete & (codes == 0)).then(False).otherwise(UNKNOWN)

    thin = some("poor")
    grade, rebuilt = c("house_grade"), c("house_rebuilt_on")
    waits = rebuilt.is_not_null() & ~is_true(c("house_appraised_on") >= rebuilt)
    house = (
        pl.when(is_true(c("other_safe_house")))
        .then(False)
        .when(waits)
        .then(UNKNOWN)
        .when(is_true(grade.is_in(["C", "D"])))
        .then(True)
        .when(is_true(grade.is_in(["A", "B"])))
        .then(False)
        .when(is_true(c("house_grade_provisional").is_in(["A", "B"])))
        .then(False)
        .otherwise(UNKNOWN)
    )
    near = c("water_access").is_in(["1", "3"]) | (c("water_fetch_minutes") <= 20)
    checked = is_true(c("property_checked_on") <= DAY)
    main = pl.when(is_true(c("main"))).then(True).when(complete).then(False).otherwise(UNKNOWN)
    debt = c("school_debt") & ~is_true(c("school_debt_state_loan_only"))

    def veto(owned: str, excused: pl.Expr) -> pl.Expr:
        return pl.when(checked).then(c(owned) & ~is_true(excused)).otherwise(UNKNOWN)

    return [
        pl.when(is_true(thin) | is_true(c("judged"))).then(thin).otherwise(UNKNOWN).alias("H1"),
        some("h2").alias("H2"),
        some("h3").alias("H3"),
        some("h4").alias("H4"),
        (some("left") | (some("enrolled") & debt)).alias("E1"),
        ((main & ~some("trained")) | some("unstable")).alias("E2"),
        house.alias("L1"),
        (c("durables").list.n_unique() <= 3).alias("L2"),
        (~(c("water_safe") & near)).alias("L3"),
        c("internet").is_in(["3", "4"]).alias("L4"),
        veto("property_car", c("car_exception").is_in(["1", "2", "3", "4"])).alias("V1"),
        veto("property_house", c("house_exception").is_in(["1", "2", "3"])).alias("V2"),
        veto("property_firm", c("property_firm_exception")).alias("V3"),
    ]


def below(line: int, given: str, total: pl.Expr) -> pl.Expr:
    """Income a head below a line, by the figure given or the computed total; null where it is unknown."""
    return (
        pl.when(c(given).is_not_null()).then(c(given) < line).otherwise(total < c("population").cast(pl.Int64) * line)
    )


def tests() -> list[pl.Expr]:
    """Income against the lines, the counts, and the veto."""
    total = c("a") + c("b") + c("c") + c("d") - c("e")
    adjusted = total + c("insurance_payout") - c("compliant_self_paid")
    under, under_upper = below(LOWER, "net_income_pc", total), below(UPPER, "net_income_pc", total)
    status = (
        pl.when(under.is_null())
        .then(lit("unknown"))
        .when(under)
        .then(lit("below"))
        .when(under_upper)
        .then(lit("band"))
        .otherwise(lit("above"))
    )
    people = c("population").cast(pl.Int64)
    half_up = (total.abs() * 2 + people) // (2 * people)
    computed = pl.when(total < 0).then(-half_up).otherwise(half_up)
    return [
        status.alias("income_status"),
        below(MONITORING, "adjusted_income_pc", adjusted).alias("monitored"),
        pl.when(c("net_income_pc").is_not_null()).then(c("net_income_pc")).otherwise(computed).alias("income"),
        pl.sum_horizontal([is_true(c(i)).cast(pl.Int32) for i in INDICATORS]).alias("count_true"),
        pl.sum_horizontal([c(i).is_null().cast(pl.Int32) for i in INDICATORS]).alias("count_unknown"),
        (c("V1") | c("V2")).alias("veto"),
    ]


def status() -> list[pl.Expr]:
    """The status, why it is sure, and the key group of the official regime."""
    by_income, by_count = c("income_status") == "below", c("count_true") >= K
    sure = by_income | by_count
    waits = ~sure & ((c("income_status") == "unknown") | (c("count_true") + c("count_unknown") >= K))
    band = ~sure & ~waits & (c("income_status") == "band")
    found = (
        pl.when((sure | waits | band) & is_true(c("veto")))
        .then(lit("vetoed"))
        .when((sure | band) & c("veto").is_null())
        .then(lit("to_compare"))
        .when(sure)
        .then(lit("low_income"))
        .when(waits)
        .then(lit("needs_visit"))
        .when(band)
        .then(lit("deliberate"))
        .otherwise(lit("not_low_income"))
    )
    route = (
        pl.when(by_income & by_count)
        .then(lit("both"))
        .when(by_income)
        .then(lit("income"))
        .when(by_count)
        .then(lit("count"))
        .otherwise(lit(None, pl.String))
    )
    return [found.alias("status"), route.alias("route"), *group()]


def group() -> list[pl.Expr]:
    """The key group of regime_2021 and whether unknown facts could assign one."""
    recorded = (
        pl.when(is_true(c("monitor_group") == "1"))
        .then(lit("TPBWD"))
        .when(is_true(c("monitor_group") == "2"))
        .then(lit("BYYZP"))
        .when(is_true(c("monitor_group") == "3"))
        .then(lit("TFYZKN"))
        .otherwise(lit(None, pl.String))
    )
    kind = (
        pl.when(is_true(c("household_type").is_in(["TPH", "TPH_X"])))
        .then(True)
        .when(is_true(c("household_type") == "YBH"))
        .then(False)
        .otherwise(UNKNOWN)
    )
    ex_poor = pl.coalesce("is_ex_poor", kind)
    by_kind = (
        pl.when(is_true(ex_poor))
        .then(lit("TPBWD"))
        .when(is_true(~ex_poor))
        .then(lit("BYYZP"))
        .otherwise(lit(None, pl.String))
    )
    active, under = ~is_true(c("risk_removed")), c("monitored")
    assigned = (
        pl.when(is_true(under) & c("risk_1").is_not_null() & active).then(by_kind).otherwise(lit(None, pl.String))
    )
    hit = pl.any_horizontal([is_true(c(f"risk_{i}").is_in(["01", "02", "03", "04", "05", "06"])) for i in range(1, 6)])
    possible = active & (under.fill_null(True) | hit)
    return [
        pl.coalesce(recorded, assigned).alias("target_group"),
        (recorded.is_null() & assigned.is_null() & possible).alias("target_group_open"),
    ]


def yuan(fen: pl.Expr) -> pl.Expr:
    """Whole fen as yuan with two decimals."""
    return (fen.cast(pl.Decimal(18, 0)) * lit(Decimal("0.01"))).cast(pl.Decimal(18, 2))


def query(data: Path, county: str) -> pl.LazyFrame:
    """The verdicts of one county."""

    def scan(table: str, columns: tuple[str, ...]) -> pl.LazyFrame:
        return pl.scan_parquet(data / table / f"{county}.parquet").select(columns)

    money = income(scan("income_year", (KEY, "known_at", "stage", "year", "window_to", *ITEMS)))
    facts = (
        scan("household", HOUSEHOLD)
        .join(roster(scan("member", MEMBER)), on=KEY, how="left")
        .join(money, on=KEY, how="left")
        .join(scan("living", LIVING), on=KEY, how="left")
    )
    facts = facts.with_columns(c("members").fill_null(0)).with_columns(rules()).with_columns(tests())
    facts = facts.with_columns(status())
    return facts.select(
        KEY,
        "region_code",
        "status",
        "route",
        "income_status",
        yuan(c("income")).alias("income"),
        yuan(lit(LOWER)).alias("line"),
        yuan(lit(UPPER)).alias("line_upper"),
        yuan(c("income") - LOWER).alias("margin"),
        "count_true",
        "count_unknown",
        *INDICATORS,
        "V1",
        "V2",
        "V3",
        "veto",
        "target_group",
        "target_group_open",
    ).sort(KEY)


def main(data: Path, out: Path) -> None:
    """The verdicts of every county of ``data``, one file each."""
    out.mkdir(parents=True, exist_ok=True)
    for path in sorted((data / "household").glob("*.parquet")):
        query(data, path.stem).sink_parquet(out / path.name, compression="zstd", compression_level=1, statistics=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
