"""Parameters: what a standard declares, what overlays and what-ifs set, and who may set what.

Gives   values_of(document, settings) → every parameter as it holds
Keeps   a value of another kind, outside its range or choices, or set by whom it is not for, is refused
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from math import isfinite
from numbers import Integral, Real
from typing import Any

from fangpin.standards.documents import ParameterDocument, StandardDocument
from fangpin.standards.model import Value
from fangpin.standards.overlays import LEVELS, Level, Setting
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.names import nearest
from fangpin.vocabulary.text import Text

LARGEST = 2**53  # whole numbers are exact up to here
WHOLE = ("kind", "count", "person")  # units of what is counted
#: Down to which level a parameter may be set.
MAY_SET: dict[str, Level] = {"national": "national", "province": "province", "county": "township"}


def _declared(doc: StandardDocument) -> dict[str, ParameterDocument]:
    found = dict(doc.parameters)
    for code, item in {**doc.indicators, **doc.veto}.items():
        found |= {f"{code}.{name}": p for name, p in item.parameters.items()}
    return found


def values_of(doc: StandardDocument, chosen: Iterable[Setting]) -> dict[str, Value]:
    """Every parameter of ``doc`` by its full name, with what ``chosen`` sets.

    Raises:
        UnusableInput: an unknown parameter (with the nearest), or a value that does not fit.
    """
    declared = _declared(doc)
    values = {
        name: Value(
            name,
            _frozen(p.value),
            p.unit,
            Text(p.label.zh, p.label.en),
            p.state,
            p.source,
            p.set_by,
            p.direction,
            p.minimum,
            p.maximum,
            tuple(p.choices) if p.choices else None,
            _frozen(p.value),
        )
        for name, p in declared.items()
    }
    for value in values.values():
        _set(value, Setting("parameter", value.name, value.value, doc.id, "what-if"))
    for setting in chosen:
        name = _parameter_name(setting.name, values, setting.by)
        values[name] = _set(values[name], setting)
    return values


def _frozen(value: Any) -> Any:
    """Lists as tuples, numbers as plain Python's."""
    if isinstance(value, list | tuple):
        return tuple(value)
    if isinstance(value, bool | int | float) or not isinstance(value, Real | Decimal):
        return value
    return int(value) if isinstance(value, Integral) else float(value)


def _parameter_name(name: str, values: Mapping[str, Value], by: str) -> str:
    if name in values:
        return name
    short = [full for full in values if full.split(".")[-1] == name]
    if len(short) == 1:
        return short[0]
    guess = nearest(name, values)
    raise UnusableInput(
        "FP-STANDARD-003",
        Text("标准没有这个参数", "the standard has no such parameter"),
        place=by,
        read=name,
        remedy=Text(f"同名的有 {'、'.join(short)}，请写全名", f"write one of {', '.join(short)}")
        if short
        else Text(f"是否想写 {guess}？", f"did you mean {guess}?")
        if guess
        else None,
    )


def _set(value: Value, setting: Setting) -> Value:
    new = _frozen(setting.value)
    problem = _misfit(value, new, setting)
    if problem is not None:
        raise UnusableInput(
            "FP-STANDARD-008",
            Text("参数值不合要求", "the value of a parameter does not fit"),
            place=f"{setting.by} › {value.name}",
            read=str(setting.value),
            expected=problem,
        )
    return replace(
        value,
        value=new,
        changed_by=setting.by,
        source=setting.source or value.source,
        state="local" if setting.level != "what-if" else value.state,
    )


def _misfit(value: Value, new: Any, setting: Setting) -> Text | None:
    if not _same_kind(value.value, new):
        return Text(f"与原值同类：{value.value!r}", f"of the same kind as {value.value!r}")
    if value.choices and not set(new if isinstance(new, tuple) else (new,)) <= set(value.choices):
        return Text(f"取其一：{'、'.join(value.choices)}", f"one of {', '.join(value.choices)}")
    if isinstance(new, int | float) and not isinstance(new, bool):
        problem = _number_misfit(value, new, setting)
        if problem is not None:
            return problem
    if setting.level != "what-if" and LEVELS.index(setting.level) > LEVELS.index(MAY_SET[value.set_by]):
        return Text(f"只有{value.set_by}级可以设定", f"only the {value.set_by} may set it")
    return None


def _number_misfit(value: Value, new: int | float, setting: Setting) -> Text | None:
    if not isfinite(new) or abs(new) >= LARGEST:
        return Text("一个有限的数", "a finite number")
    if (value.name == "k" or value.unit in WHOLE) and new != int(new):
        return Text("整数", "a whole number")
    if value.minimum is not None and new < value.minimum:
        return Text(f"不小于 {value.minimum:g}", f"at least {value.minimum:g}")
    if value.maximum is not None and new > value.maximum:
        return Text(f"不大于 {value.maximum:g}", f"at most {value.maximum:g}")
    against = new < value.value if value.direction == "up" else new > value.value
    if setting.level != "what-if" and value.direction != "any" and against:
        return Text(f"只能往{'上' if value.direction == 'up' else '下'}调", f"may only go {value.direction}")
    return None


def _same_kind(old: Any, new: Any) -> bool:
    if isinstance(old, bool) or isinstance(new, bool):
        return isinstance(old, bool) and isinstance(new, bool)
    if isinstance(old, int | float):
        return isinstance(new, int | float)
    return type(old) is type(new)
