"""Estimates: a number that knows what it is.

Gives   Estimate (value, error, basis, method, years, cautions), Caution, Refused (a ValueError in both languages)
Not     how it was computed (the other modules here), how a report sets it in type (reports)
Keeps   an estimate computes like its value, but is said in a report only with basis and years; never a silent NaN
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text, lang_or_default

if TYPE_CHECKING:
    import polars as pl

Basis = Literal["household", "person"]
Unit = Literal["rate", "index", "yuan", "persons", "households"]
BASES = {"household": Text("按户", "of households"), "person": Text("按人", "of persons")}
YEARS = {"data": Text("数据", "data"), "line": Text("收入线", "line"), "population": Text("人口", "population")}
_UNITS: Mapping[str, Text] = {
    "yuan": Text("元", "yuan"),
    "persons": Text("人", "persons"),
    "households": Text("户", "households"),
}


class Refused(UnusableInput, ValueError):
    """What cannot be computed, and why: a ValueError for Python, exit 2 for a command."""


@dataclass(frozen=True, slots=True)
class Caution:
    """A warning that travels with a number; ``caution("en")`` is its sentence, ``code`` is stable."""

    code: str
    text: Text

    def __call__(self, lang: str = "zh") -> str:
        return self.text(lang)

    def __str__(self) -> str:
        return f"{self.code}: {self.text.en}"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Estimate:
    """A number with what a reader must know to use it.

    It computes, compares and rounds like its ``value`` (``abs(e - 0.15) < 1e-6``, ``pytest.approx``, ``numpy``), which
    gives plain numbers; ``str(e)`` and a notebook say the whole sentence; :meth:`report` refuses to be bare.

    Args:
        value: The number: a rate 0–1, an index, yuan, persons.
        definition: What is measured, exactly, e.g. "income strictly below the line".
        method: How, e.g. "GB2, least squares on log group means" or "weighted, linearised".
        basis: ``household`` or ``person``: of what the rate is a share. None only where the two cannot differ.
        se: Standard error; None where there is none (see ``interval_kind``), 0.0 for a full count.
        interval: Lower and upper end.
        interval_kind: ``confidence`` (sampling, at ``level``), ``range`` (lowest and highest of the methods that were
            accepted) or ``bounds`` (whatever the shape of the distribution).
        level: Level of a confidence interval.
        n: Observations (records, groups) that were used.
        population: Persons (or households, by ``basis``) the rate speaks of.
        years: ``{"data": 2019, "line": 2020, …}``.
        warnings: Cautions, as a tuple.
        unit: Of ``value``.
        source: Where the data is published or kept.
        details: Anything further that belongs to it (a line, parameters), plain values.

    Raises:
        Refused: the value is not a finite number.

    Examples:
        >>> e = Estimate(0.1542, Text("收入低于线的比例", "share below the line"), Text("经验", "empirical"), "person",
        ...              se=0.01, interval=(0.135, 0.174), n=2400, years={"data": 2020, "line": 2020})
        >>> round(e + 1, 4), e < 0.2
        (1.1542, True)
        >>> print(e.sentence("en"))
        15.42 % [13.50 %, 17.40 %] — share below the line; of persons; empirical; data 2020, line 2020; n = 2400
    """

    value: float
    definition: Text
    method: Text
    basis: Basis | None = None
    se: float | None = None
    interval: tuple[float, float] | None = None
    interval_kind: Literal["confidence", "range", "bounds"] = "confidence"
    level: float = 0.95
    n: int | None = None
    population: float | None = None
    years: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[Caution, ...] = ()
    unit: Unit = "rate"
    source: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        value = float(self.value)
        if not math.isfinite(value):
            raise Refused(
                "FP-METHODS-001",
                Text(f"{self.definition.zh}：算不出来", f"{self.definition.en}: cannot be computed"),
                read=str(value),
            )
        put = object.__setattr__
        put(self, "value", value)
        put(self, "years", MappingProxyType({k: int(v) for k, v in self.years.items() if v is not None}))
        put(self, "warnings", tuple(self.warnings))
        put(self, "details", MappingProxyType(dict(self.details)))
        if self.interval is not None:
            put(self, "interval", (float(self.interval[0]), float(self.interval[1])))

    # -- said to a person -----------------------------------------------------------------------------------
    def said(self, value: float | None = None, lang: str = "zh") -> str:
        """The value (or another of its unit) as a person writes it."""
        number = self.value if value is None else value
        if self.unit == "rate":
            return f"{number:.2%}".replace("%", " %")
        if self.unit == "index":
            return f"{number:.4f}"
        return f"{number:,.{2 if self.unit == 'yuan' else 0}f} {_UNITS[self.unit](lang)}"

    def sentence(self, lang: str = "zh") -> str:
        """Value, interval, definition, basis, method, years and cautions in one line."""
        parts = [self.definition(lang)]
        if self.basis:
            parts.append(BASES[self.basis](lang))
        parts.append(self.method(lang))
        years = [f"{YEARS[k](lang) if k in YEARS else k} {v}" for k, v in self.years.items()]
        parts += [", ".join(years)] if years else []
        parts += [f"n = {self.n}"] if self.n is not None else []
        ends = f" [{self.said(self.interval[0], lang)}, {self.said(self.interval[1], lang)}]" if self.interval else ""
        marks = "".join(f" ⚠ {w(lang)}" for w in self.warnings)
        joint = "；" if lang == "zh" else "; "
        return f"{self.said(lang=lang)}{ends} — {joint.join(parts)}{marks}"

    def report(self, lang: str = "zh") -> str:
        """The sentence, for print.

        Raises:
            Refused: basis, year of the data or (where it was measured against a line) year of the line is not known.
        """
        missing = [] if self.basis else ["basis"]
        missing += [] if "data" in self.years else ["years['data']"]
        missing += ["years['line']"] if "line" in self.details and "line" not in self.years else []
        if missing:
            raise Refused(
                "FP-METHODS-002",
                Text("这个数缺少口径或年份，不能单独印出", "this number lacks basis or year and is not printed bare"),
                place=self.definition,
                expected=Text("、".join(missing), ", ".join(missing)),
            )
        return self.sentence(lang)

    def __str__(self) -> str:
        return self.sentence(lang_or_default(None))

    def __repr__(self) -> str:
        return f"<Estimate {self.sentence('en')}>"

    def __format__(self, spec: str) -> str:
        return format(self.value, spec) if spec else str(self)

    def _repr_html_(self) -> str:
        lang = lang_or_default(None)
        head, _, rest = self.sentence(lang).partition(" — ")
        said, *marks = rest.split(" ⚠ ")
        cautions = "".join(f"<br>⚠ {escape(mark)}" for mark in marks)
        return f"<div><strong>{escape(head)}</strong><br><small>{escape(said)}{cautions}</small></div>"

    # -- handed on ------------------------------------------------------------------------------------------
    def to_dict(self, lang: str = "zh") -> dict[str, Any]:
        """Plain values only (JSON); one flat row but for ``years``, ``warnings`` and ``details``."""
        return {
            "value": self.value,
            "se": self.se,
            "lower": self.interval[0] if self.interval else None,
            "upper": self.interval[1] if self.interval else None,
            "interval_kind": self.interval_kind if self.interval else None,
            "level": self.level if self.interval and self.interval_kind == "confidence" else None,
            "unit": self.unit,
            "n": self.n,
            "population": self.population,
            "definition": self.definition(lang),
            "basis": self.basis,
            "method": self.method(lang),
            "source": self.source,
            "years": dict(self.years),
            "warnings": [{"code": w.code, "message": w(lang)} for w in self.warnings],
            "details": dict(self.details),
        }

    def to_frame(self, lang: str = "zh") -> pl.DataFrame:
        """One row as a Polars frame; years and warnings as text. Rows of several estimates can be stacked."""
        import polars

        row = self.to_dict(lang)
        del row["details"]
        row["years"] = ", ".join(f"{k} {v}" for k, v in self.years.items())
        row["warnings"] = " ⚠ ".join(w(lang) for w in self.warnings)
        whole = {"n": polars.Int64}
        real = dict.fromkeys(("value", "se", "lower", "upper", "level", "population"), polars.Float64)
        return polars.DataFrame([row], schema={k: whole.get(k, real.get(k, polars.String)) for k in row})

    def __reduce__(self) -> tuple[Any, ...]:
        plain = {f.name: getattr(self, f.name) for f in fields(self)}
        return _made, ({**plain, "years": dict(self.years), "details": dict(self.details)},)

    # -- computes like its value ----------------------------------------------------------------------------
    def __float__(self) -> float:
        return self.value

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        import numpy

        return numpy.asarray(self.value, dtype=dtype)

    def __eq__(self, other: object) -> Any:
        if isinstance(other, Estimate):
            return self.to_dict() == other.to_dict()
        return self.value == other

    def __hash__(self) -> int:
        return hash(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __lt__(self, other: Any) -> Any:
        return self.value < other

    def __le__(self, other: Any) -> Any:
        return self.value <= other

    def __gt__(self, other: Any) -> Any:
        return self.value > other

    def __ge__(self, other: Any) -> Any:
        return self.value >= other

    def __add__(self, other: Any) -> Any:
        return self.value + other

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self.value - other

    def __rsub__(self, other: Any) -> Any:
        return other - self.value

    def __mul__(self, other: Any) -> Any:
        return self.value * other

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        return self.value / other

    def __rtruediv__(self, other: Any) -> Any:
        return other / self.value

    def __pow__(self, other: Any) -> Any:
        return self.value**other

    def __rpow__(self, other: Any) -> Any:
        return other**self.value

    def __neg__(self) -> float:
        return -self.value

    def __abs__(self) -> float:
        return abs(self.value)

    def __round__(self, digits: int | None = None) -> float:
        return round(self.value, digits) if digits is not None else round(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __trunc__(self) -> int:
        return int(self.value)


def _made(given: dict[str, Any]) -> Estimate:
    """An estimate from its fields, for copies and pickles."""
    return Estimate(**given)


numbers.Real.register(Estimate)
