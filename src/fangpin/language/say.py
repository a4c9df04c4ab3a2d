"""Why a rule came out as it did, said in Chinese and English.

Reads   a rule's tree and one household's facts
Gives   certificate(node, facts): the conditions that settle the answer, with the member they are about;
        say(condition, lang): one of them as an officer would write it
Keeps   a certificate is enough: with nothing but its facts the rule gives the same answer (held by a property test)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from fangpin import tables
from fangpin.language import tree as t
from fangpin.language.interpret import NOBODY, Facts, Member, compiled
from fangpin.language.units import is_money
from fangpin.vocabulary.money import to_yuan
from fangpin.vocabulary.text import Text

DERIVED_LABELS: dict[str, Text] = {
    "age": Text("年龄", "age"),
    "student": Text("在校生", "a student"),
    "main_worker": Text("主要劳动力", "a main worker"),
    "was_main_worker": Text("丧失能力前是主要劳动力", "a main worker before the loss"),
    "id_length": Text("证件号码位数", "length of the identity number"),
    "id_fits": Text("证件号码校验相符", "the identity number passes its check"),
    "id_born_on": Text("证件号码中的出生日期", "date of birth in the identity number"),
    "id_sex": Text("证件号码中的性别", "sex in the identity number"),
    "id_local": Text("证件号码属本省", "the identity number was issued in this province"),
    "certificate_class": Text("残疾证类别码可能", "the class digit of the disability certificate is possible"),
    "id_day": Text("证件号码里写的日期", "the date written in the identity number"),
    "id_prefix_known": Text("证件号码前四位是已知的省、市", "the first four digits are a known prefecture"),
    "id_old_end": Text("15 位号码补成 18 位后的末位", "the last character of a 15-digit number made 18"),
    "name_length": Text("姓名字数", "characters of the name"),
    "name_lost": Text("姓名有丢失的字", "characters of the name are lost"),
    "name_mixed": Text("姓名夹有数字、字母或符号", "digits, letters or signs in the name"),
    "name_dots": Text("姓名间隔号不是“·”", "the mark between the parts of the name is not ·"),
    "name_spaced": Text("姓名中间有空格", "blanks inside the name"),
    "name_private": Text("姓名里的自造字编码", "private code points in the name"),
    "head_age": Text("户主年龄", "age of the head"),
    "head_sex": Text("户主性别", "sex of the head"),
    "phone_length": Text("电话位数", "length of the telephone number"),
    "helper_phone_length": Text("联系人电话位数", "length of the helper's telephone number"),
    "head_name_odd": Text("户主姓名有缺字、数字或符号", "lost characters, digits or signs in the head's name"),
    "head_name_fits": Text("户主姓名与成员表相符", "the head's name is as in the members"),
    "head_number_fits": Text("户主证件号码与成员表相符", "the head's identity number is as in the members"),
    "members_listed": Text("在册成员数", "members listed"),
}
YEAR_LABELS: dict[str, Text] = {"this_year": Text("本年", "this year's"), "last_year": Text("上年", "last year's")}
UNITS: dict[str, Text] = {
    "year": Text("岁", " years"),
    "month": Text("个月", " months"),
    "day": Text("天", " days"),
    "yuan": Text("元", " yuan"),
    "yuan/month": Text("元/月", " yuan a month"),
    "person": Text("人", " persons"),
    "minute": Text("分钟", " minutes"),
    "cm": Text("厘米", " cm"),
    "kg": Text("公斤", " kg"),
    "kind": Text("种", " kinds"),
    "count": Text("次", " times"),
    "digit": Text("位", " characters"),
    "character": Text("个字", " characters"),
    "pct": Text("%", " %"),
    "litre": Text("升", " litres"),
    "km": Text("公里", " km"),
    "mu": Text("亩", " mu"),
    "m2": Text("平方米", " m²"),
}
OPERATORS: dict[str, Text] = {
    "<": Text("低于", "below"),
    "<=": Text("不超过", "at most"),
    "=": Text("等于", "equal to"),
    ">=": Text("不低于", "at least"),
    ">": Text("高于", "above"),
}
NEGATED = {"<": ">=", "<=": ">", ">=": "<", ">": "<="}


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition that settles an answer: its node, its truth, and whom it is about (position; None: household).

    ``table`` says among whose rows the position counts.
    """

    node: t.Node
    truth: bool | None
    member: int | None = None
    table: str = "member"


# -- certificates -------------------------------------------------------------------------------------------
def certificate(node: t.Node, facts: Facts) -> list[Condition]:
    """The conditions that settle the value of ``node``; for an unknown one, those that leave it open."""
    found = list(dict.fromkeys(_settling(node, facts, NOBODY, None)))
    if not found and compiled(node)(facts, NOBODY) is None:
        found = [Condition(c, None) for c in t.columns(node) if c.scope == "household" and _is_open(c, facts)]
    return found


def _is_open(column: t.Col, facts: Facts) -> bool:
    """A blank that matters: not an excuse, which counts only when recorded."""
    return facts.values.get(column.key) is None and not any(tables.catalogue().field(f).excuse for f in column.facts)


def _settling(node: t.Node, facts: Facts, member: Member, at: int | None) -> Iterator[Condition]:
    truth = compiled(node)(facts, member)
    if isinstance(node, t.Not):
        yield from _settling(node.arg, facts, member, at)
    elif isinstance(node, t.And | t.Or):
        yield from _of_logic(node, truth, facts, member, at)
    elif isinstance(node, t.Case):
        yield from _of_case(node, facts, member, at)
    elif isinstance(node, t.Recorded | t.IsTrue):
        if truth:
            yield from _settling(node.arg, facts, member, at)
    elif isinstance(node, t.Agg):
        yield from _of_agg(node, truth, facts)
    elif isinstance(node, t.Cmp):
        yield from _of_compare(node, truth, facts, member, at)
    elif not isinstance(node, t.Lit):
        yield Condition(node, truth if isinstance(truth, bool) else None, at)


def _of_logic(
    node: t.And | t.Or, truth: bool | None, facts: Facts, member: Member, at: int | None
) -> Iterator[Condition]:
    stop = isinstance(node, t.Or)
    for arg in node.args:
        value = compiled(arg)(facts, member)
        if value is truth:
            yield from _settling(arg, facts, member, at)
            if truth is stop:
                return


def _of_case(node: t.Case, facts: Facts, member: Member, at: int | None) -> Iterator[Condition]:
    for condition, value in node.branches:
        truth = compiled(condition)(facts, member)
        yield from _settling(condition, facts, member, at)
        if truth is None:
            return
        if truth:
            yield from _settling(value, facts, member, at)
            return
    yield from _settling(node.otherwise, facts, member, at)


def _of_agg(node: t.Agg, truth: Any, facts: Facts) -> Iterator[Condition]:
    decisive = {"any": True, "any_known": True, "all": False}.get(node.how)
    if decisive is not None and truth is decisive:
        for i, m in enumerate(facts.of(node.table)[0]):
            if compiled(node.cond)(facts, m) is decisive:
                yield from _of_rows(node.table, _settling(node.cond, facts, m, i))
                return
    for i, m in enumerate(facts.of(node.table)[0]):
        value = compiled(node.cond)(facts, m)
        if truth is None and value is not None and decisive is not None:
            continue
        yield from _of_rows(node.table, _settling(node.cond, facts, m, i))
        if node.value is not None:
            yield from _of_rows(node.table, _settling(node.value, facts, m, i))


def _of_rows(table: str, found: Iterator[Condition]) -> Iterator[Condition]:
    """The conditions with the table whose rows they are about."""
    return found if table == "member" else (replace(c, table=table) for c in found)


def _of_compare(node: t.Cmp, truth: bool | None, facts: Facts, member: Member, at: int | None) -> Iterator[Condition]:
    aggregates = [n for n in t.walk(node) if isinstance(n, t.Agg)]
    for agg in aggregates:
        yield from _of_agg(agg, compiled(agg)(facts, member), facts)
    if not aggregates:
        yield Condition(node, truth, at)


def columns_of(condition: Condition) -> list[t.Col]:
    """The columns a condition names."""
    return t.columns(condition.node)


# -- words --------------------------------------------------------------------------------------------------
def label(column: t.Col) -> Text:
    """The name of a column as people know it."""
    if column.table in ("member", "household") and column.name in DERIVED_LABELS:
        return DERIVED_LABELS[column.name]
    said = tables.catalogue().field(column.facts[0] if column.facts else column.key).label
    year = YEAR_LABELS.get(column.table)
    return Text(year.zh + said.zh, f"{year.en} {said.en}") if year else said


def value_text(value: Any, column: t.Col) -> Text:
    """A value as it is said: a code by its label, money in yuan, a list by its items; 未知 where it is blank."""
    if value is None:
        return Text("未知", "unknown")
    if isinstance(value, bool):
        return Text("是", "yes") if value else Text("否", "no")
    if column.type.codes and column.type.kind in ("code", "codes"):
        items = tables.catalogue().codelist(column.type.codes).items
        codes = value if isinstance(value, list | tuple) else [value]
        found = [items.get(str(c), Text(str(c), str(c))) for c in codes]
        return (
            Text("、".join(f.zh for f in found), ", ".join(f.en for f in found))
            if found
            else Text("一项也没有", "none")
        )
    if isinstance(value, date):
        return Text(value.isoformat(), value.isoformat())
    return amount(value, column.type.unit)


def amount(value: float, unit: str | None) -> Text:
    """A number with its unit; money is held in micro-yuan."""
    said = f"{to_yuan(int(value)):,}" if is_money(unit) else f"{value:,g}"
    word = UNITS.get(unit or "", Text("", ""))
    return Text(said + word.zh, said + word.en)


def say(condition: Condition, facts: Facts, lang: str = "zh") -> str:
    """One condition in words: the value, and the threshold where there is one."""
    node, member = condition.node, _row(condition, facts)
    if isinstance(node, t.Cmp):
        return _say_compare(node, condition.truth, facts, member)(lang)
    if isinstance(node, t.In | t.Has | t.IsKnown | t.Col):
        column = t.columns(node)[0]
        return _plain(column, _value(column, facts, member))(lang)
    found = [_plain(c, _value(c, facts, member)) for c in t.columns(node)]
    return Text("，".join(f.zh for f in found), ", ".join(f.en for f in found))(lang)


def _row(condition: Condition, facts: Facts) -> Member:
    return NOBODY if condition.member is None else facts.of(condition.table)[0][condition.member]


def _value(column: t.Col, facts: Facts, member: Member) -> Any:
    return facts.values.get(column.key) if column.scope == "household" else member.get(column.name)


def _plain(column: t.Col, value: Any) -> Text:
    name, said = label(column), value_text(value, column)
    return Text(f"{name.zh}：{said.zh}", f"{name.en}: {said.en}")


def _say_compare(node: t.Cmp, truth: bool | None, facts: Facts, member: Member) -> Text:
    columns = t.columns(node)
    known = [_plain(c, _value(c, facts, member)) for c in columns]
    head = Text("，".join(k.zh for k in known), ", ".join(k.en for k in known))
    threshold = node.right if isinstance(node.right, t.Lit) else node.left if isinstance(node.left, t.Lit) else None
    if threshold is None or truth is None or not isinstance(threshold.value, int | float):
        return head
    op = node.op if threshold is node.right else {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}[node.op]
    if not truth:
        if op == "=":
            return head
        op = NEGATED[op]
    unit = threshold.type.unit or (columns[0].type.unit if columns else None)
    if isinstance(node.left, t.Size):
        size = compiled(node.left)(facts, member)[0]
        return Text(
            f"{head.zh}，共 {size:g} 种，{OPERATORS[op].zh} {threshold.value:g} 种",
            f"{head.en}; {size:g} kinds, {OPERATORS[op].en} {threshold.value:g}",
        )
    limit = amount(threshold.value, unit)
    if len(columns) > 1:
        total = compiled(node.left if threshold is node.right else node.right)(facts, member)
        if total[0] is not None and total[0] == total[1]:
            plain = amount(round(total[0], 2), unit if unit in UNITS else None)
            return Text(
                f"{head.zh}，合计 {plain.zh}，{OPERATORS[op].zh}{limit.zh}"
                if unit in UNITS
                else f"{head.zh}，算得 {plain.zh}，{OPERATORS[op].zh} {threshold.value:g}",
                f"{head.en}; together {plain.en}, {OPERATORS[op].en} {limit.en}"
                if unit in UNITS
                else f"{head.en}; works out at {plain.en}, {OPERATORS[op].en} {threshold.value:g}",
            )
    return Text(f"{head.zh}（{OPERATORS[op].zh} {limit.zh}）", f"{head.en} ({OPERATORS[op].en} {limit.en})")


def gap(condition: Condition, facts: Facts) -> tuple[float, str | None] | None:
    """How far a compared value is from its threshold (never negative) and its unit; None for conditions without one."""
    node = condition.node
    if not isinstance(node, t.Cmp):
        return None
    member = _row(condition, facts)
    left, right = compiled(node.left)(facts, member), compiled(node.right)(facts, member)
    if left[0] is None or right[0] is None or left[0] != left[1] or right[0] != right[1]:
        return None
    columns = t.columns(node)
    unit = "kind" if isinstance(node.left, t.Size) else columns[0].type.unit if len(columns) == 1 else None
    return abs(left[0] - right[0]), unit
