"""Words: names of shapes and criteria, and the cautions that travel with a number.

Gives   METHODS, CRITERIA, DEFAULT_CRITERION, method_name, cautions
"""

from __future__ import annotations

from fangpin.methods.estimate import Caution
from fangpin.vocabulary.text import Text

METHODS: dict[str, Text] = {
    "gb2": Text("GB2 分布", "GB2"),
    "dagum": Text("Dagum 分布", "Dagum"),
    "singh_maddala": Text("Singh–Maddala 分布", "Singh–Maddala"),
    "lognormal": Text("对数正态分布", "log-normal"),
    "lorenz_gq": Text("洛伦兹曲线 GQ（世界银行）", "Lorenz GQ (World Bank)"),
    "lorenz_beta": Text("洛伦兹曲线 Beta（世界银行）", "Lorenz Beta (World Bank)"),
    "linear_cdf": Text("组中点直线内插（论文的做法）", "straight line through group middles (the paper's)"),
    "pchip": Text("组中点保形三次内插", "PCHIP through group middles"),
    "loglinear_cdf": Text("组中点对数直线内插", "log-linear through group middles"),
    "probit_cdf": Text("组中点分段对数正态", "piecewise log-normal through group middles"),
    "mean_preserving": Text("保持组均值的分段直线", "mean-preserving piecewise-linear quantile"),
}
CRITERIA: dict[str, Text] = {
    "log_means": Text("组均值对数最小二乘", "least squares of log group means"),
    "log_means_median": Text("组均值与中位数对数最小二乘", "least squares of log group means and median"),
    "lorenz": Text("洛伦兹纵坐标最小二乘", "least squares of Lorenz ordinates"),
    "gmm": Text("最优权广义矩", "optimal-weight GMM"),
    "probit": Text("组均值的概率单位回归", "probit regression of log group means"),
    "mean_median": Text("官方均值与中位数", "official mean and median"),
    "median_lorenz": Text("官方中位数加洛伦兹拟合的离散度", "official median, spread from the Lorenz curve"),
}
ALIASES = {"log_group_means": "log_means", "lorenz_ls": "lorenz", "ewmd": "lorenz", "omd": "gmm", "optimal": "gmm"}
_BETA = ("log_means", "lorenz", "gmm", "log_means_median")
ALLOWED: dict[str, tuple[str, ...]] = {
    "gb2": _BETA,
    "dagum": ("lorenz", "gmm", "log_means", "log_means_median"),
    "singh_maddala": ("lorenz", "gmm", "log_means", "log_means_median"),
    "lognormal": ("lorenz", "gmm", "log_means", "probit", "median_lorenz", "mean_median"),
}
"""The criteria of each shape, its default first; the two Lorenz curves are regressions and rules have none."""


def method_name(method: str, criterion: str | None) -> Text:
    """A method as a person reads it."""
    if criterion is None:
        return METHODS[method]
    name, by = METHODS[method], CRITERIA[criterion]
    return Text(f"{name.zh}，{by.zh}", f"{name.en}, {by.en}")


def _caution(code: str, zh: str, en: str) -> Caution:
    return Caution(code, Text(zh, en))


def mixed_vintages(data: int, other: int, what: Text) -> Caution:
    """Line or population of another year than the table."""
    zh, en = (
        f"年份混用：分组数据 {data} 年，{what.zh} {other} 年",
        f"mixed vintages: group data of {data}, {what.en} of {other}",
    )
    return _caution("mixed-vintages", zh, en)


def outside_range(line: float, low: float, high: float) -> Caution:
    """A line beyond the outermost group means."""
    ends = f"{low:,.0f}–{high:,.0f}"
    zh = f"线 {line:,.0f} 在首末两组均值 {ends} 之外，数据说明不了"
    en = f"line {line:,.0f} lies outside the outermost group means {ends}: the data does not tell"
    return _caution("outside-informed-range", zh, en)


def rejected(reason: Text) -> Caution:
    """A fit that does not pass the acceptance rule."""
    return _caution("fit-rejected", f"拟合未被接受：{reason.zh}", f"fit rejected: {reason.en}")


def negative_bottom(share: float) -> Caution:
    """A Beta curve that begins below 0."""
    zh = f"曲线在最低 {share:.1%} 处给出负收入：缺口类指标只作参考"
    return _caution(
        "negative-bottom", zh, f"the curve gives the lowest {share:.1%} negative incomes: do not lean on its gaps"
    )


def mean_differs(table: float, official: float, sizes_known: bool) -> Caution:
    """The table's mean is not the published one."""
    off = f"{table / official - 1:+.1%}"
    zh = f"各组均值推出的均值 {table:,.0f} 与公布均值 {official:,.0f} 差 {off}"
    en = f"mean of the groups {table:,.0f} is {off} off the published mean {official:,.0f}"
    if not sizes_known:
        zh += "；多为各组户均人口不同，给出户均人口可换算为按人口径"
        en += "; mostly household sizes differ: give household_sizes for a person basis"
    return _caution("mean-differs", zh, en)


RULE_ONLY = _caution(
    "interpolation",
    "这是内插规则，不是分布，只作对照",
    "a rule of interpolation, not a distribution; shown beside fits only",
)
ENDS_EXTENDED = _caution(
    "ends-extended", "首末两组之外沿原规则外推", "beyond the outermost means the rule was carried on"
)
HOUSEHOLD_RATE = _caution(
    "household-basis", "按户的比例乘以人口得到人数", "a rate of households was applied to persons"
)
ROUNDED_SHARES = _caution(
    "shares-rounded",
    "各组比例之和因四舍五入不为 1，已按比例调整",
    "shares add up to 1 only after rounding; they were scaled",
)
EMPTY_GROUPS = _caution(
    "empty-groups",
    "有空组（重复的点），只进入洛伦兹回归",
    "empty groups (repeated points) enter Lorenz regressions only",
)
ROUNDED_MEANS = _caution(
    "means-rounded", "相邻两组均值因四舍五入略有倒挂", "means of neighbouring groups fall slightly, within rounding"
)
