"""fangpin (防贫): from a county's files to an explained list of households.

>>> import fangpin as fp
>>> standard = fp.standard("national/seed_2021", as_of="2021-06-30")
>>> str(standard.lower.yuan), str(standard.upper.yuan), standard.k
('6081.60', '6841.80', 3)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fangpin.vocabulary.errors import DocumentError, FangpinError, UnusableInput
from fangpin.vocabulary.text import Text

if TYPE_CHECKING:
    from fangpin.evaluation.compare import Comparison
    from fangpin.evaluation.sensitivity import Sensitivity
    from fangpin.registry import Registry
    from fangpin.reports.result import Result
    from fangpin.standards import Standard

__version__ = "0.1.0"
__all__ = [
    "DocumentError",
    "FangpinError",
    "UnusableInput",
    "compare",
    "explain",
    "identify",
    "read",
    "sensitivity",
    "standard",
]

Progress = Callable[[int, int, Text], None]


def read(
    source: Any, profile: str | None = None, progress: Progress | None = None, *, isolated: bool = False
) -> Registry:
    """The registry in a folder, a workbook, or frames.

    Args:
        source: A folder of CSV or Parquet tables, a workbook made from the template, or a mapping of table name to
            frame (Polars, pandas, Arrow).
        profile: A mapping profile: the name of a shipped one, or the path of a YAML file.
        progress: Called with (done, all, what); not where ``isolated``.
        isolated: Read files that nobody vouches for in a process of its own, which is ended when it takes too long or
            too much memory (as the commands do). Frames are in memory already, and are read here.

    Raises:
        UnusableInput: the input cannot be used; the message says where and what to do.
    """
    from collections.abc import Mapping

    from fangpin.intake import read_batch
    from fangpin.registry import Registry

    if isolated and not isinstance(source, Mapping):
        from fangpin.intake.isolated import read_isolated

        return Registry(read_isolated(source, profile))
    return Registry(read_batch(source, profile=profile, progress=progress))


def standard(standard_id: str, region: str | None = None, as_of: Any = None, overlays: Any = ()) -> Standard:
    """The standard in force at a place on a day (see :func:`fangpin.standards.standard`)."""
    from fangpin.standards import standard as find

    return find(standard_id, region, as_of, overlays)


def identify(
    registry: Registry, standard: Standard, progress: Progress | None = None, engine: str = "polars"
) -> Result:
    """The verdicts of all households; nothing runs until they are asked for (``.to_polars()``, ``.write(folder)``).

    Args:
        registry: What :func:`read` gives.
        standard: What :func:`fangpin.standard` gives; its day is the day of the verdict.
        progress: Called with (done, all, what) part by part.
        engine: ``polars``, in this process; or ``spark``: a cluster, or the cores of this machine.
    """
    from fangpin.reports.result import Result

    return Result(registry, standard, progress, engine)


def explain(registry: Registry, standard: Standard, household_id: str, lang: str = "zh") -> Any:
    """Why one household has its status, what to ask, and what would change it."""
    from fangpin.identification.explain import explain as of_one

    return of_one(registry, standard, household_id, lang)


def compare(
    registry: Registry,
    one: Standard,
    two: Standard | None = None,
    progress: Progress | None = None,
    *,
    against: Registry | None = None,
    prices: Any = None,
) -> Comparison:
    """Who enters, who leaves and who moves otherwise between two sides (see :mod:`fangpin.evaluation.compare`).

    Args:
        registry: The households.
        one: The standard that holds now.
        two: The one it is held against, of the same day or another; None: the same.
        progress: Called with (done, all, what).
        against: Other facts for the second side.
        prices: A price list; None: the one under ``rules/`` that holds at the place, if there is one.
    """
    from fangpin.evaluation.compare import compare as of_two

    return of_two(registry, one, two, progress, against=against, prices=prices)


def sensitivity(registry: Registry, standard: Standard, progress: Progress | None = None) -> Sensitivity:
    """What a result hangs on: thresholds, k ± 1, one indicator left out, a clause read otherwise."""
    from fangpin.evaluation.sensitivity import sensitivity as of_one

    return of_one(registry, standard, progress)
