"""Text of a rule → typed tree, or a message with line and column.

Reads   the expression part of SQL (sqlglot), over declared columns, parameters and named definitions
Gives   parse(text, context) → Node
Keeps   a whitelist: whatever is not named here refuses to load; a unit that does not fit refuses to load
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlglot
from sqlglot import TokenType, exp
from sqlglot.errors import SqlglotError

from fangpin.language import tree as t
from fangpin.language.refusal import Mark, Refusals, marks_of
from fangpin.language.units import LARGEST, Unfit, combined, scaled
from fangpin.language.vocabulary import Vocabulary
from fangpin.vocabulary.errors import DocumentError
from fangpin.vocabulary.names import nearest
from fangpin.vocabulary.text import Text

# what the parser of SQL would warn of is refused here, with its place
logging.getLogger("sqlglot").setLevel(logging.ERROR)

HOW = {"any": "any_{0}", "all": "all_{1}", "any_known": "any_known_{0}", "count": "count_{1}", "sum": "sum_{1}"}
HOW["max"] = "max_{1}"
#: Every quantifier: how it counts, and over the rows of which table.
QUANTIFIERS: dict[str, tuple[str, t.Scope]] = {
    form.format(*words): (how, table) for table, words in t.ROWS.items() for how, form in HOW.items()
}
FUNCTIONS = {"recorded": "bool", "size": "codes", "has": "codes", "days_since": "date", "years_since": "date"}
COMPARISONS: dict[type[exp.Expr], str] = {exp.LT: "<", exp.LTE: "<=", exp.EQ: "=", exp.GTE: ">=", exp.GT: ">"}
ARITHMETIC: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/"}
BOOL, NUMBER = t.Type("bool"), t.Type("number")
DEEPEST = 60  # how many brackets a rule may nest; a rule that a person reads has few

Typed = tuple[t.Node, t.Type]


@dataclass(frozen=True)
class Parameter:
    """A named value of a standard as a rule sees it."""

    value: bool | int | float | str | tuple[str, ...]
    unit: str | None = None


@dataclass(frozen=True)
class Context:
    """What a rule may name, and where its text stands (for messages).

    ``marks`` say where its parts stand if the document does not hold the text as it is (folded, quoted).
    """

    vocabulary: Vocabulary
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    definitions: Mapping[str, tuple[str, t.Node]] = field(default_factory=dict)
    file: str = ""
    line: int = 1
    column: int = 1
    marks: tuple[Mark, ...] = ()


def parse(text: str, context: Context, *, scope: t.Scope = "household", want: t.Kind = "bool") -> t.Node:
    """The tree of ``text``.

    Args:
        text: The rule as it stands in the document.
        context: Columns, parameters and definitions it may name, and its place.
        scope: ``household``, or ``member`` for a definition used inside quantifiers.
        want: The kind the rule must give.

    Raises:
        DocumentError: not in the language, an unknown name, or a type or unit that does not fit;
            with file, line, column and the nearest right name.
    """
    return _Parser(text, context).run(scope, want)


class _Parser(Refusals):
    def __init__(self, text: str, context: Context) -> None:
        super().__init__(text, context.file, context.marks or marks_of(text, context.line, context.column))
        self.context = context

    def run(self, scope: t.Scope, want: t.Kind) -> t.Node:
        try:
            found = self._expression()
            node, kind = self.node(found, scope)
        except (SqlglotError, RecursionError) as error:
            raise self.not_a_rule(error) from error
        if kind.kind != want:
            raise self.refuse(
                "FP-LANGUAGE-005",
                Text(
                    f"规则应当给出 {want}，实际给出 {kind.kind}", f"the rule should give {want}, it gives {kind.kind}"
                ),
                found,
            )
        return t.simplify(node)

    def _expression(self) -> exp.Expr:
        """The one expression the text holds: no statement, no comment, no second one."""
        depth = 0
        for token in sqlglot.tokenize(self.text, read="duckdb"):
            if token.comments:
                raise self.refuse("FP-LANGUAGE-002", Text("规则里不能写注释", "no comments inside a rule"), token)
            if token.token_type == TokenType.SEMICOLON:
                raise self.refuse(
                    "FP-LANGUAGE-001", Text("一条规则只能是一个表达式", "a rule is one expression"), token
                )
            depth += (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)
            if depth > DEEPEST:
                raise self.refuse("FP-LANGUAGE-001", Text("括号套得太深", "the brackets nest too deep"), token)
        found = sqlglot.parse(self.text, read="duckdb")
        if len(found) != 1 or found[0] is None:
            raise self.refuse("FP-LANGUAGE-001", Text("一条规则只能是一个表达式", "a rule is one expression"), None)
        return found[0]

    def unfit(self, zh: str, en: str, e: exp.Expr) -> DocumentError:
        """The error for a kind that does not fit."""
        return self.refuse("FP-LANGUAGE-005", Text(zh, en), e)

    # -- nodes ----------------------------------------------------------------------------------------------
    def node(self, e: exp.Expr, scope: t.Scope) -> Typed:
        for kinds, method in self._methods():
            if type(e) in kinds:
                return method(e, scope)
        if isinstance(e, exp.Func) and not isinstance(e, exp.Cast | exp.If):
            raise self._unknown_function(e, e.sql_name().lower())
        raise self.refuse(
            "FP-LANGUAGE-002",
            Text(f"规则语言没有这种写法：{type(e).__name__}", f"the rule language has no {type(e).__name__}"),
            e,
        )

    def _methods(self) -> list[tuple[tuple[type[exp.Expr], ...], Callable[[Any, t.Scope], Typed]]]:
        return [
            ((exp.Paren,), lambda e, s: self.node(e.this, s)),
            ((exp.And, exp.Or), self._logic),
            ((exp.Not,), self._not),
            ((*COMPARISONS, exp.NEQ), self._compare),
            ((exp.Between,), self._between),
            ((exp.In,), self._in),
            ((exp.Is,), self._is),
            ((exp.Boolean,), lambda e, s: (t.Lit(bool(e.this), BOOL), BOOL)),
            ((exp.Literal,), self._literal),
            ((exp.Neg,), self._negative),
            (tuple(ARITHMETIC), self._arithmetic),
            ((exp.Column,), self._column),
            ((exp.Case,), self._case),
            ((exp.Anonymous,), self._call),
        ]

    def boolean(self, e: exp.Expr, scope: t.Scope) -> t.Node:
        node, kind = self.node(e, scope)
        if kind.kind != "bool":
            raise self.unfit(f"这里需要是非，实际是 {kind.kind}", f"a yes/no is needed here, this is {kind.kind}", e)
        return node

    def _logic(self, e: exp.Connector, scope: t.Scope) -> Typed:
        args = tuple(self.boolean(part, scope) for part in e.flatten())
        return (t.And(args) if type(e) is exp.And else t.Or(args)), BOOL

    def _not(self, e: exp.Expr, scope: t.Scope) -> Typed:
        return t.Not(self.boolean(e.this, scope)), BOOL

    # -- comparisons ----------------------------------------------------------------------------------------
    def _compare(self, e: exp.Expr, scope: t.Scope) -> Typed:
        left, lt = self.node(e.this, scope)
        right, rt = self.node(e.expression, scope)
        if "codes" in (lt.kind, rt.kind):
            raise self.unfit("代码清单用 size() 或 has()", "use size() or has() on a list of codes", e)
        left, right, kind = self.same(e, left, lt, right, rt)
        op = COMPARISONS.get(type(e), "=")
        if kind.kind in ("code", "text"):
            if op != "=":
                raise self.unfit("代码只能比较是否相等", "codes compare only with = or <>", e)
            node = self._code_equals(e, left, right, kind)
        elif kind.kind == "bool":
            raise self.unfit("是非直接写，不用等号", "write a yes/no as it is, without =", e)
        else:
            node = t.Cmp(op, left, right)
        return (t.Not(node) if type(e) is exp.NEQ else node), BOOL

    def _code_equals(self, e: exp.Expr, left: t.Node, right: t.Node, kind: t.Type) -> t.Node:
        if isinstance(left, t.Lit) and isinstance(right, t.Lit):
            return t.Lit(left.value == right.value, BOOL)
        if isinstance(left, t.Lit):
            left, right = right, left
        if not isinstance(right, t.Lit):
            raise self.unfit("代码列要与代码值比较", "a code column compares with a code", e)
        if kind.kind == "text":
            raise self.unfit("文字列不能比较", "a column of text does not compare", e)
        self.known_codes(e, kind, (str(right.value),))
        return t.In(left, (str(right.value),), right.param)

    def known_codes(self, e: exp.Expr, kind: t.Type, values: tuple[str, ...]) -> None:
        """Refuse codes that the list does not have."""
        codes = self.context.vocabulary.codes(kind.codes) if kind.codes else ()
        for value in values if kind.codes else ():
            if value in codes:
                continue
            at = next((n for n in e.find_all(exp.Literal) if n.this == value), e)
            guess, few = nearest(value, codes), list(codes)[:12]
            raise self.refuse(
                "FP-LANGUAGE-006",
                Text(f"代码表 {kind.codes} 没有 {value}", f"list {kind.codes} has no code {value}"),
                at,
                read=value,
                remedy=Text(f"可用：{'、'.join(few)}", f"use one of: {', '.join(few)}")
                if not guess
                else Text(f"是否想写 {guess}？", f"did you mean {guess}?"),
            )

    def same(self, e: exp.Expr, left: t.Node, lt: t.Type, right: t.Node, rt: t.Type) -> tuple[t.Node, t.Node, t.Type]:
        """Both sides with one type; a bare number takes the unit of the other side."""
        if lt.kind != rt.kind and not {lt.kind, rt.kind} <= {"code", "text"}:
            raise self.unfit(f"{lt.kind} 不能与 {rt.kind} 比较", f"{lt.kind} does not compare with {rt.kind}", e)
        if lt.kind == "number" and lt.unit != rt.unit:
            (left, lt), (right, rt) = self._with_unit(left, lt, rt.unit), self._with_unit(right, rt, lt.unit)
            if lt.unit != rt.unit:
                raise self.refuse(
                    "FP-LANGUAGE-007",
                    Text(
                        f"单位不符：{lt.unit or '无'} 与 {rt.unit or '无'}",
                        f"units do not fit: {lt.unit or 'none'} and {rt.unit or 'none'}",
                    ),
                    e,
                )
        if {lt.kind, rt.kind} == {"code", "text"}:
            return left, right, lt if lt.kind == "code" else rt
        return left, right, t.Type(lt.kind, lt.unit or rt.unit, lt.codes or rt.codes)

    def _with_unit(self, node: t.Node, own: t.Type, unit: str | None) -> Typed:
        """A bare number as it stands beside ``unit``."""
        if own.unit is not None or unit is None or not isinstance(node, t.Lit):
            return node, own
        found = scaled(node, unit)
        if not isinstance(found.value, int | float) or abs(found.value) >= LARGEST:
            raise self.refuse("FP-LANGUAGE-005", Text("数太大", "the number is too large"), None, read=str(node.value))
        return found, found.type

    def _between(self, e: exp.Expr, scope: t.Scope) -> Typed:
        if e.args.get("symmetric") is not None:
            raise self.refuse(
                "FP-LANGUAGE-002", Text("between 后面直接写下限", "write the lower end right after between"), e
            )
        arg, at = self.node(e.this, scope)
        low, lt = self.node(e.args["low"], scope)
        high, ht = self.node(e.args["high"], scope)
        one, low, _ = self.same(e, arg, at, low, lt)
        two, high, kind = self.same(e, arg, at, high, ht)
        if kind.kind not in ("number", "date"):
            raise self.unfit("between 只用于数与日期", "between is for numbers and dates", e)
        return t.And((t.Cmp(">=", one, low), t.Cmp("<=", two, high))), BOOL

    def _in(self, e: exp.Expr, scope: t.Scope) -> Typed:
        arg, kind = self.node(e.this, scope)
        listed, param = self._in_values(e)
        if kind.kind == "code":
            self.known_codes(e, kind, listed)
            return t.In(arg, listed, param), BOOL
        if kind.kind == "text" and isinstance(arg, t.Lit):
            return t.Lit(arg.value in listed, BOOL), BOOL
        raise self.unfit("in 只用于代码列", "in is for code columns", e)

    def _in_values(self, e: exp.Expr) -> tuple[tuple[str, ...], str | None]:
        if e.args.get("query") or e.args.get("unnest"):
            raise self.refuse("FP-LANGUAGE-002", Text("in 后面只能是代码", "in takes codes only"), e)
        items = [e.args["field"]] if e.args.get("field") else list(e.expressions)
        if len(items) == 1 and isinstance(items[0], exp.Column):
            name = ".".join(p.name for p in items[0].parts)
            parameter = self.context.parameters.get(name)
            if parameter is not None and isinstance(parameter.value, tuple):
                return parameter.value, name
        if not items or not all(isinstance(i, exp.Literal) and i.is_string for i in items):
            raise self.unfit("in 后面写带引号的代码，或一个清单参数", "in takes quoted codes or a list parameter", e)
        return tuple(i.this for i in items), None

    def _is(self, e: exp.Expr, scope: t.Scope) -> Typed:
        right = e.expression
        if isinstance(right, exp.Column) and right.name.lower() == "known" and not right.table:
            return t.IsKnown(self.node(e.this, scope)[0]), BOOL
        if isinstance(right, exp.Boolean):
            arg = self.boolean(e.this, scope)
            return t.IsTrue(arg if right.this else t.Not(arg)), BOOL
        raise self.refuse(
            "FP-LANGUAGE-002", Text("is 后面只能是 known、true、false", "is takes known, true or false"), e
        )

    # -- numbers --------------------------------------------------------------------------------------------
    def _literal(self, e: exp.Expr, scope: t.Scope) -> Typed:
        if e.is_string:
            return t.Lit(str(e.this), t.Type("text")), t.Type("text")
        try:
            value = float(e.this) if any(c in e.this for c in ".eE") else int(e.this)
        except ValueError as error:
            raise self.not_a_rule(error) from error
        if abs(value) >= LARGEST:
            raise self.unfit("数太大", "the number is too large", e)
        return t.Lit(value, NUMBER), NUMBER

    def _negative(self, e: exp.Expr, scope: t.Scope) -> Typed:
        arg, kind = self.node(e.this, scope)
        if kind.kind != "number":
            raise self.unfit("负号只用于数", "minus is for numbers", e)
        if isinstance(arg, t.Lit) and arg.value is not None:
            return t.Lit(-arg.value, arg.type, arg.param), kind  # type: ignore[operator]
        return t.Arith("-", t.Lit(0, kind), arg), kind

    def _arithmetic(self, e: exp.Expr, scope: t.Scope) -> Typed:
        left, lt = self.node(e.this, scope)
        right, rt = self.node(e.expression, scope)
        if lt.kind != "number" or rt.kind != "number":
            raise self.unfit("算术只用于数", "arithmetic is for numbers", e)
        op = ARITHMETIC[type(e)]
        if op == "/" and isinstance(right, t.Lit) and not right.value:
            raise self.unfit("除以零", "division by zero", e)
        if op in "+-":
            left, right, kind = self.same(e, left, lt, right, rt)
        else:
            kind = t.Type("number", self._product_unit(e, op, lt.unit, rt.unit))
        return t.folded(t.Arith(op, left, right), kind), kind

    def _product_unit(self, e: exp.Expr, op: str, left: str | None, right: str | None) -> str | None:
        try:
            return combined(op, left, right)
        except Unfit:
            raise self.refuse(
                "FP-LANGUAGE-007",
                Text(f"单位不符：{left or '无'} {op} {right}", f"units do not fit: {left or 'none'} {op} {right}"),
                e,
            ) from None

    # -- names ----------------------------------------------------------------------------------------------
    def _column(self, e: exp.Column, scope: t.Scope) -> Typed:
        name = ".".join(p.name for p in e.parts)
        if name.lower() == "unknown":
            return t.UNKNOWN, BOOL
        if name in self.context.parameters:
            return self._parameter(e, name)
        if name in self.context.definitions:
            return self._definition(e, name, scope)
        found = self.context.vocabulary.resolve(name, scope)
        if found is None:
            raise self._unknown_name(e, name, scope)
        return found, found.type

    def _parameter(self, e: exp.Expr, name: str) -> Typed:
        parameter = self.context.parameters[name]
        value = parameter.value
        if isinstance(value, tuple):
            raise self.unfit(f"{name} 是清单，只能写在 in 后面", f"{name} is a list: it stands only after in", e)
        if isinstance(value, bool):
            return t.Lit(value, BOOL, name), BOOL
        if isinstance(value, str):
            return t.Lit(value, t.Type("text"), name), t.Type("text")
        found = scaled(t.Lit(value, NUMBER, name), parameter.unit)
        return found, found.type

    def _definition(self, e: exp.Expr, name: str, scope: t.Scope) -> Typed:
        own, node = self.context.definitions[name]
        if own != scope:
            raise self.refuse(
                "FP-LANGUAGE-004",
                Text(
                    f"定义 {name} 只能用在{'户一级' if own == 'household' else '成员条件里'}",
                    f"definition {name} belongs to the {own}",
                ),
                e,
            )
        return node, BOOL

    def _unknown_name(self, e: exp.Expr, name: str, scope: t.Scope) -> DocumentError:
        words = self.context.vocabulary
        others: tuple[t.Scope, ...] = tuple(t.ROWS) if scope == "household" else ("household",)
        other = next((s for s in others if words.resolve(name, s) is not None), None)
        if other is not None:
            remedy = _belongs(other, name, words)
            return self.refuse(
                "FP-LANGUAGE-004", Text(f"{name} 不属于这里", f"{name} does not belong here"), e, name, remedy
            )
        guess = nearest(name, [*words.names(scope), *self.context.parameters, *self.context.definitions])
        return self.refuse(
            "FP-LANGUAGE-003", Text(f"没有这个名字：{name}", f"unknown name: {name}"), e, name, _meant(guess)
        )

    # -- case and calls -------------------------------------------------------------------------------------
    def _case(self, e: exp.Expr, scope: t.Scope) -> Typed:
        if e.this is not None:
            raise self.refuse("FP-LANGUAGE-002", Text("case 后面直接写 when", "write when right after case"), e)
        if e.args.get("default") is None:
            raise self.refuse("FP-LANGUAGE-002", Text("case 必须有 else", "case needs an else"), e)
        conditions = [self.boolean(i.this, scope) for i in e.args["ifs"]]
        values = [self.node(v, scope) for v in (*(i.args["true"] for i in e.args["ifs"]), e.args["default"])]
        unit = next((kind.unit for _, kind in values if kind.unit is not None), None)
        values = [self._with_unit(node, kind, unit) for node, kind in values]
        kinds = {kind for _, kind in values}
        if len(kinds) > 1 or values[0][1].kind not in ("bool", "number"):
            raise self.unfit(
                "case 各分支须同为是非，或同为同单位的数",
                "branches of a case are all yes/no or all numbers of one unit",
                e,
            )
        nodes = [node for node, _ in values]
        return t.Case(tuple(zip(conditions, nodes, strict=False)), nodes[-1]), values[0][1]

    def _call(self, e: exp.Anonymous, scope: t.Scope) -> Typed:
        name = e.name.lower()
        if name in QUANTIFIERS:
            return self._quantifier(e, name, scope)
        if name not in FUNCTIONS:
            raise self._unknown_function(e, name)
        self._arity(e, name, 2 if name == "has" else 1)
        arg, kind = self.node(e.expressions[0], scope)
        need = FUNCTIONS[name]
        if kind.kind != need:
            raise self.unfit(
                f"{name}() 需要 {need}，实际是 {kind.kind}", f"{name}() needs {need}, this is {kind.kind}", e
            )
        if name == "recorded":
            return t.Recorded(arg), BOOL
        if name == "size":
            return t.Size(arg), t.Type("number", "kind")
        if name == "has":
            return self._has(e, arg, kind)
        unit: Any = "day" if name == "days_since" else "year"
        return t.Since(unit, arg), t.Type("number", unit)

    def _has(self, e: exp.Anonymous, arg: t.Node, kind: t.Type) -> Typed:
        value = e.expressions[1]
        if not (isinstance(value, exp.Literal) and value.is_string):
            raise self.unfit("has() 的第二项是带引号的代码", "has() takes a quoted code", e)
        self.known_codes(value, kind, (value.this,))
        return t.Has(arg, value.this), BOOL

    def _unknown_function(self, e: exp.Expr, name: str) -> DocumentError:
        words = self.context.vocabulary
        known = [*(q for q, (_, table) in QUANTIFIERS.items() if words.names(table)), *FUNCTIONS]
        guess = nearest(name, known) or next((k for k in known if k.startswith(name + "_")), None)
        return self.refuse(
            "FP-LANGUAGE-003", Text(f"没有这个函数：{name}", f"unknown function: {name}"), e, name, _meant(guess)
        )

    def _arity(self, e: exp.Expr, name: str, *allowed: int) -> None:
        if len(e.expressions) not in allowed:
            raise self.unfit(
                f"{name}() 需要 {' 或 '.join(map(str, allowed))} 项",
                f"{name}() takes {' or '.join(map(str, allowed))} argument(s)",
                e,
            )

    def _quantifier(self, e: exp.Anonymous, name: str, scope: t.Scope) -> Typed:
        if scope != "household":
            raise self.refuse("FP-LANGUAGE-004", Text("量词不能套量词", "quantifiers do not nest"), e)
        how: Any
        how, table = QUANTIFIERS[name]
        if not self.context.vocabulary.names(table):
            raise self.refuse(
                "FP-LANGUAGE-004",
                Text(f"{name}() 只能用在数据疑点规则里", f"{name}() is for data checks only"),
                e,
            )
        if how not in ("sum", "max"):
            self._arity(e, name, 1)
            cond = self.boolean(e.expressions[0], table)
            unit = "person" if table in ("member", "former_member") else "count"
            return t.Agg(how, cond, table=table), (t.Type("number", unit) if how == "count" else BOOL)
        self._arity(e, name, 1, 2)
        value, kind = self.node(e.expressions[0], table)
        if kind.kind != "number":
            raise self.unfit(f"{name}() 的第一项是数", f"{name}() begins with a number", e)
        cond = self.boolean(e.expressions[1], table) if len(e.expressions) == 2 else t.TRUE
        return t.Agg(how, cond, value, table), kind


def _belongs(scope: t.Scope, name: str, words: Vocabulary) -> Text:
    """Where a column stands that does not belong where it was written."""
    if scope == "household" and words.qualified:
        return Text(f"在行的条件里写全：表名.{name}", f"in the condition of a row write it in full: table.{name}")
    if scope == "household":
        return Text("户的列写在成员条件之外", "a household's column stands outside the member condition")
    if scope == "member":
        return Text(
            "成员的列只能写在 any_member(…) 等量词里", "a member's column stands inside any_member(…) and the like"
        )
    one = t.ROWS[scope][0]
    return Text(f"它的列只能写在 any_{one}(…) 等量词里", f"its columns stand inside any_{one}(…) and the like")


def _meant(guess: str | None) -> Text | None:
    return Text(f"是否想写 {guess}？", f"did you mean {guess}?") if guess else None
