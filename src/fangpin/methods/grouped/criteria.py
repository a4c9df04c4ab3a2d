"""Criteria: how the parameters of a shape are found from group means.

Reads   ranks and Lorenz ordinates of a table, its mean, its median where it is used
Gives   fitted(shape, criterion, points) → Lognormal or BetaShape
Keeps   none of this is maximum likelihood: limits and counts of groups are not published, only means
Source  log means: least squares of log group means, scale free · lorenz: equally weighted minimum distance of Lorenz
        ordinates · gmm: the same with the optimal weight, the inverse covariance of Lorenz ordinates (Beach and
        Davidson 1983, Rev. Econ. Stud. 50:723; Hajargasht et al. 2012, J. Bus. Econ. Stat. 30:563; Jorda et al. 2021)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares, minimize_scalar
from scipy.special import ndtr, ndtri

from fangpin.methods.estimate import Refused
from fangpin.methods.grouped.shapes import Array, BetaShape, Lognormal, relative_lorenz, relative_mean
from fangpin.vocabulary.text import Text

Shape = Lognormal | BetaShape
_MEDIAN_COUNTS = 2.0  # weight of the median's distance beside those of group means
_LEAST_A = 0.05  # below it the shapes are log-normal to four digits, and their scale no longer a number
_LIMIT = 9.0  # parameters are searched within exp(±9) of 1
_FAR = 60  # steps: a search that has not ended by then climbs along a ridge to a limit of the family
_SAME = 3e-5  # two searches that end this near to each other (relative, in the criterion) ended at the same place


@dataclass(frozen=True)
class Points:
    """What a shape is fitted to: ranks and Lorenz ordinates with both ends, the mean, the median where known."""

    p: Array
    lorenz: Array
    mean: float
    median: float | None = None

    @property
    def shares(self) -> Array:
        """Population share of each group."""
        return np.diff(self.p)

    @property
    def means(self) -> Array:
        """Mean of each group."""
        return self.mean * np.diff(self.lorenz) / self.shares

    @property
    def middles(self) -> Array:
        """Middle rank of each group."""
        return (self.p[1:] + self.p[:-1]) / 2


# -- the three families in free parameters ------------------------------------------------------------------
_Family = Callable[[Array], tuple[float, float, float]]


def _gb2(x: Array) -> tuple[float, float, float]:
    a, p = _LEAST_A + np.exp(x[0]), np.exp(x[1])
    return float(a), float(p), float((1 + np.exp(x[2])) / a)


def _dagum(x: Array) -> tuple[float, float, float]:
    return float(1 + np.exp(x[0])), float(np.exp(x[1])), 1.0


def _singh_maddala(x: Array) -> tuple[float, float, float]:
    a = _LEAST_A + np.exp(x[0])
    return float(a), 1.0, float((1 + np.exp(x[1])) / a)


_FAMILIES: dict[str, tuple[_Family, list[list[float]]]] = {
    "gb2": (_gb2, [[1.2, -0.5, 0.5], [0.7, 0.0, 0.5], [2.0, -1.5, 0.2]]),
    "dagum": (_dagum, [[0.7, -0.5], [0.3, 0.5]]),
    "singh_maddala": (_singh_maddala, [[0.7, 0.7], [1.2, 0.0]]),
}


def fitted(shape: str, criterion: str, points: Points) -> Shape:
    """The shape that is best by the criterion.

    Raises:
        Refused: too few groups, a group mean that is not positive, a median that is needed and not known, or a variance
            that does not exist (gmm).
    """
    if shape != "lognormal":
        _enough(points, len(_FAMILIES[shape][1][0]), shape)
    if np.any(points.means <= 0):
        raise Refused(
            "FP-GROUPED-010",
            Text("有的组均值不大于零，这种分布拟合不了", "a group mean is not positive; this shape cannot be fitted"),
            read=f"{int(np.sum(points.means <= 0))}",
            remedy=Text("用 lorenz_gq 或 linear_cdf", "use lorenz_gq or linear_cdf"),
        )
    if criterion in ("log_means_median", "median_lorenz", "mean_median"):
        _known_median(points)
    if shape == "lognormal":
        return _lognormal(criterion, points)
    if criterion in ("log_means", "log_means_median"):
        return _by_log_means(shape, points, with_median=criterion.endswith("median"))
    start = _search(lambda x: relative_lorenz(*_FAMILIES[shape][0](x), points.p[1:-1]) - points.lorenz[1:-1], shape)
    by_lorenz = _scaled(_FAMILIES[shape][0](start), points.mean)
    if criterion == "lorenz":
        return by_lorenz
    root = _weight_root(by_lorenz, points)
    found = _search(
        lambda x: root @ (relative_lorenz(*_FAMILIES[shape][0](x), points.p[1:-1]) - points.lorenz[1:-1]), shape, start
    )
    return _scaled(_FAMILIES[shape][0](found), points.mean)


def _enough(points: Points, parameters: int, shape: str) -> None:
    if len(points.shares) <= parameters:
        raise Refused(
            "FP-GROUPED-011",
            Text("组数太少，这种分布拟合不了", "too few groups for this shape"),
            read=str(len(points.shares)),
            expected=Text(f"{shape}：至少 {parameters + 1} 组", f"{shape}: at least {parameters + 1} groups"),
        )


def _known_median(points: Points) -> float:
    if points.median is None:
        raise Refused(
            "FP-GROUPED-012",
            Text("这个准则要用中位数，表中没有", "this criterion needs a median and the table has none"),
            remedy=Text("给出 median=", "give median="),
        )
    return points.median


def _scaled(shape: tuple[float, float, float], mean: float) -> BetaShape:
    a, p, q = shape
    return BetaShape(a, mean / relative_mean(a, p, q), p, q)


def _search(residuals: Callable[[Array], Array], shape: str, start: Array | None = None) -> Array:
    """Least squares from several starts; a second start that ends at the same place ends the search."""
    best, cost = None, np.inf
    starts = _FAMILIES[shape][1] if start is None else [start.tolist(), *_FAMILIES[shape][1]]

    def bent(y: Array) -> Array:
        return np.asarray(residuals(_LIMIT * np.tanh(y / _LIMIT)))  # keeps the search within the limit

    for first in starts:
        begin = _LIMIT * np.arctanh(np.clip(np.asarray(first) / _LIMIT, -0.999, 0.999))
        found = least_squares(bent, begin, method="lm", xtol=1e-7, ftol=1e-8, gtol=1e-14, max_nfev=_FAR)
        again = best is not None and abs(found.cost - cost) <= _SAME * max(cost, 1e-18)
        if found.cost < cost:
            best, cost = _LIMIT * np.tanh(found.x / _LIMIT), float(found.cost)
        if again:
            break
    assert best is not None
    return np.asarray(best)


def _by_log_means(shape: str, points: Points, with_median: bool) -> BetaShape:
    """Least squares of log group means; the scale that fits best is the mean distance."""
    family = _FAMILIES[shape][0]
    target = np.log(points.means)
    if with_median:
        target = np.append(target, np.log(_known_median(points)))

    def distances(x: Array) -> Array:
        a, p, q = family(x)
        said = np.diff(relative_lorenz(a, p, q, points.p)) / points.shares
        if with_median:
            middle = float(BetaShape(a, 1.0, p, q).quantile(0.5)) / relative_mean(a, p, q)
            said = np.append(said, middle)
        return np.asarray(target - np.log(np.maximum(said, 1e-300)))

    weight = np.ones(len(target))
    if with_median:
        weight[-1] = _MEDIAN_COUNTS

    def scale(d: Array) -> float:
        return float(np.sum(weight**2 * d) / np.sum(weight**2))

    def residuals(x: Array) -> Array:
        d = distances(x)
        return np.asarray(weight * (d - scale(d)))

    found = _search(residuals, shape)
    return _scaled(family(found), float(np.exp(scale(distances(found)))))


# -- log-normal: one parameter and a scale -------------------------------------------------------------------
def _lognormal(criterion: str, points: Points) -> Lognormal:
    inner, ordinates = points.p[1:-1], points.lorenz[1:-1]
    if criterion == "mean_median":
        ratio = points.mean / _known_median(points)
        if ratio <= 1:
            raise Refused(
                "FP-GROUPED-013",
                Text("均值不高于中位数，不是对数正态", "the mean does not exceed the median: not log-normal"),
                read=f"{points.mean:g} ≤ {points.median:g}",
            )
        return Lognormal(float(np.log(_known_median(points))), float(np.sqrt(2 * np.log(ratio))))
    if criterion == "probit":
        x, y = ndtri(points.middles), np.log(points.means)
        sigma = float(np.cov(x, y, bias=True)[0, 1] / np.var(x))
        return Lognormal(float(y.mean() - sigma * x.mean()), sigma)
    if criterion == "log_means":
        return _lognormal_log_means(points)

    def lorenz(sigma: float) -> Array:
        return np.asarray(ndtr(ndtri(inner) - sigma) - ordinates)

    sigma = _least(lambda s: float(np.sum(lorenz(s) ** 2)))
    if criterion == "median_lorenz":
        return Lognormal(float(np.log(_known_median(points))), sigma)
    if criterion == "gmm":
        root = _weight_root(Lognormal(float(np.log(points.mean) - sigma**2 / 2), sigma), points)
        sigma = _least(lambda s: float(np.sum((root @ lorenz(s)) ** 2)))
    return Lognormal(float(np.log(points.mean) - sigma**2 / 2), sigma)


def _lognormal_log_means(points: Points) -> Lognormal:
    target = np.log(points.means)

    def distances(sigma: float) -> Array:
        return np.asarray(target - np.log(np.diff(ndtr(ndtri(points.p) - sigma)) / points.shares))

    sigma = _least(lambda s: float(np.var(distances(s))))
    return Lognormal(float(distances(sigma).mean() - sigma**2 / 2), sigma)


def _least(loss: Callable[[float], float]) -> float:
    grid = np.geomspace(1e-3, 4.0, 60)
    at = int(np.argmin([loss(float(s)) for s in grid]))
    low, high = grid[max(at - 1, 0)], grid[min(at + 1, len(grid) - 1)]
    return float(minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-12}).x)


# -- the optimal weight --------------------------------------------------------------------------------------
def _weight_root(at: Shape, points: Points) -> Array:
    """R with RᵀR = inverse covariance of the Lorenz ordinates of a sample from ``at`` (Beach and Davidson 1983)."""
    if not np.isfinite(at.second_moment):
        raise Refused(
            "FP-GROUPED-014",
            Text("拟合出的分布没有方差，gmm 的权不存在", "the fitted shape has no variance; gmm has no weight"),
            read=", ".join(f"{k}={v:.4g}" for k, v in at.parameters.items()),
            remedy=Text("用 lorenz 或 log_means", "use lorenz or log_means"),
        )
    p = points.p[1:-1]
    mean, square = at.mean, at.second_moment
    income, level = at.quantile(p), mean * at.lorenz(p)
    order = np.arange(len(p))
    i, j = np.minimum.outer(order, order), np.maximum.outer(order, order)
    below = square * at.second_moment_share(p)
    inner = below[i] + (p[i] * income[i] - level[i]) * (income[j] - p[j] * income[j] + level[j]) - income[i] * level[i]
    border = below + (p * income - level) * mean - income * level
    full = np.block([[inner, border[:, None]], [border[None, :], np.array([[square - mean**2]])]])
    jacobian = np.column_stack([np.eye(len(p)) / mean, -level / mean**2])
    try:
        return np.asarray(np.linalg.inv(np.linalg.cholesky(jacobian @ full @ jacobian.T)))
    except np.linalg.LinAlgError as error:
        raise Refused(
            "FP-GROUPED-015",
            Text(
                "洛伦兹纵坐标的协方差阵不可逆，gmm 的权不存在",
                "the covariance of the ordinates is singular; gmm has no weight",
            ),
            remedy=Text("用 lorenz 或 log_means", "use lorenz or log_means"),
        ) from error
