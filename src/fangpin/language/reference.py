"""The reference page of the rule language, made from the grammar itself.

Gives   CONSTRUCTS, each with an example that parses; markdown(lang)
Keeps   every quantifier, function, comparison and node of the language has its row (held by a test)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fangpin.language import tree as t
from fangpin.language.parse import QUANTIFIERS, Context, parse
from fangpin.language.say import label
from fangpin.language.vocabulary import CHECKED, DERIVED, check_vocabulary, vocabulary
from fangpin.vocabulary.text import Text


@dataclass(frozen=True, slots=True)
class Construct:
    """One way of writing: its form, what it means, an example, and where the example may stand."""

    form: str
    meaning: Text
    example: str
    scope: t.Scope = "household"
    want: t.Kind = "bool"
    checks: bool = False

    def tree(self) -> t.Node:
        """The example, parsed. Raises DocumentError if it is not in the language."""
        words = check_vocabulary() if self.checks else vocabulary()
        return parse(self.example, Context(words), scope=self.scope, want=self.want)


def _forms(table: t.Scope) -> list[str]:
    """Every quantifier over the rows of a table, as it is written."""
    two = ("sum", "max")
    return [f"{name}({'x, a' if how in two else 'a'})" for name, (how, own) in QUANTIFIERS.items() if own == table]


CONSTRUCTS: tuple[Construct, ...] = (
    Construct(
        "a and b",
        Text(
            "都成立；有一个不成立即为否，其余未知则未知",
            "both hold; no as soon as one does not, else unknown as long as one is",
        ),
        "school_debt and other_safe_house",
    ),
    Construct(
        "a or b",
        Text(
            "至少一个成立；有一个成立即为是，其余未知则未知",
            "one of them holds; yes as soon as one does, else unknown as long as one is",
        ),
        "school_debt or other_safe_house",
    ),
    Construct("not a", Text("不成立；未知仍是未知", "does not hold; unknown stays unknown"), "not water_safe"),
    Construct(
        "x < y   x <= y   x = y   x >= y   x > y   x <> y",
        Text(
            "数的比较，两边单位须相同；正好在线上不算低于",
            "comparison of numbers of one unit; exactly at the line is not below it",
        ),
        "water_fetch_minutes <= 20",
    ),
    Construct(
        "x between m and n", Text("从 m 到 n，两端都算", "from m to n, both included"), "age between 6 and 20", "member"
    ),
    Construct(
        "c in ('1', '2')   c = '1'",
        Text(
            "代码是其中之一；代码不在代码表里就不能加载",
            "the code is one of these; a code outside its list refuses to load",
        ),
        "internet in ('3', '4')",
    ),
    Construct("x is known", Text("有记录", "is on record"), "house_rebuilt_on is known"),
    Construct(
        "a is true   a is false",
        Text(
            "确知成立（不成立）才算，未知算否；缺的事实仍会被问到",
            "only what is surely so counts, unknown is no; its blanks may still be asked",
        ),
        "(house_grade in ('C', 'D')) is true",
    ),
    Construct(
        "recorded(a)",
        Text(
            "有记录才算的例外：空白不算例外，也不去问",
            "an excuse that counts when recorded: a blank is none, and is never asked",
        ),
        "recorded(other_safe_house)",
    ),
    Construct(
        "unknown", Text("未知", "unknown"), "case when house_grade = 'N' then unknown else house_grade = 'C' end"
    ),
    Construct(
        "case when a then x … else y end",
        Text(
            "依次判断；条件未知则全句未知；必须有 else",
            "one after another; an unknown condition makes the whole unknown; else is a must",
        ),
        "case when recorded(other_safe_house) then false else house_grade = 'D' end",
    ),
    Construct(
        "x + y   x - y   x * y   x / y",
        Text(
            "算术；空白的非负数按可能的上下限比较，除以零为未知",
            "arithmetic; a blank that cannot be negative is compared by its bounds, division by zero is unknown",
        ),
        "work_months + farm_months < 6",
        "member",
    ),
    Construct("size(list)", Text("清单里有几种", "how many kinds a list holds"), "size(durables) <= 3"),
    Construct("has(list, '1')", Text("清单里有没有这一种", "whether a list holds this kind"), "has(durables, '1')"),
    Construct(
        "days_since(d)",
        Text("从该日到判定之日的天数", "days from that date to the day of the decision"),
        "days_since(property_checked_on) >= 0",
    ),
    Construct(
        "years_since(d)",
        Text("从该日到判定之日满几年", "completed years from that date to the day of the decision"),
        "years_since(trained_on) >= 3",
        "member",
    ),
    Construct(
        "any_member(a)",
        Text(
            "有一位成员如此；名单不全时，没有找到不等于没有",
            "some member; on an incomplete roster, none found is not none",
        ),
        "any_member(age >= 70)",
    ),
    Construct(
        "all_members(a)",
        Text("每位成员都如此；名单不全时最多是未知", "every member; on an incomplete roster at best unknown"),
        "all_members(resident_medical)",
    ),
    Construct(
        "any_known_member(a)",
        Text(
            "有一位成员如此；只要有一位已知，未知的成员不影响",
            "some member; members of whom nothing is known are left out as soon as one is known",
        ),
        "any_known_member(nutrition_judged = '2')",
    ),
    Construct(
        "count_members(a)",
        Text("如此的成员人数；未知的成员按可能的上下限比较", "how many members; unknown ones are compared by bounds"),
        "count_members(labour_skill = '1') >= 2",
    ),
    Construct(
        "sum_members(x, a)",
        Text("如此的成员的合计", "the sum over such members"),
        "sum_members(earnings, age >= 16) < 20000",
    ),
    Construct(
        "max_members(x, a)", Text("如此的成员中的最大值", "the greatest among such members"), "max_members(age) >= 60"
    ),
)
_ROW_EXAMPLES: dict[t.Scope, tuple[Text, str]] = {
    "former_member": (
        Text(
            "不再属于本户的成员（死亡、嫁出、迁出、分户）",
            "members who no longer belong (died, married out, moved, split)",
        ),
        "any_former_member(state = '8' and days_since(valid_from) < 365)",
    ),
    "income_year": (Text("各年度收入行", "income rows of all years"), "count_income_years(stage = '2') >= 2"),
    "safeguards": (Text("三保障和饮水安全的各行", "rows of the three guarantees"), "any_safeguard(water_problem)"),
    "measure": (
        Text("帮扶措施", "measures"),
        "risk_1 = '02' and not any_measure(measure_kind in ('100A46', '100A47'))",
    ),
    "clearing": (Text("风险消除记录", "records of risk removed"), "risk_removed and not any_clearing(net_pc is known)"),
    "loan": (Text("小额信贷", "loans"), "sum_loans(amount, state <> '4') > 50000"),
}
FOR_CHECKS: tuple[Construct, ...] = (
    *(
        Construct("   ".join(_forms(table)), meaning, example, checks=True)
        for table, (meaning, example) in _ROW_EXAMPLES.items()
    ),
    Construct(
        "this_year.x   last_year.x",
        Text(
            "判定之日所用的那一行收入，及其周期结束前一年以上、两年以内结束的最近一行；没有该行即为未知",
            "the row of income that holds on the day, and the latest whose window ended at least one year and less "
            "than two before it; unknown where there is none",
        ),
        "this_year.net_income_pc > 3 * last_year.net_income_pc",
        checks=True,
    ),
    Construct(
        "household.x   living.x   this_year.x",
        Text("在行的条件里写户的列：必须写全表名", "a household's column in a condition on rows: written in full"),
        "any_measure(started_on < household.monitored_on)",
        checks=True,
    ),
)
DOCUMENTED_NAMES = (
    "any_member",
    "all_members",
    "any_known_member",
    "count_members",
    "sum_members",
    "max_members",
    "recorded",
    "size",
    "has",
    "days_since",
    "years_since",
    *(form.split("(")[0] for table in _ROW_EXAMPLES for form in _forms(table)),
)
INTRODUCTION = {
    "zh": """\
# 规则语言

本页由语法自身生成（`make docs`），请勿手改。

规则是 SQL 的表达式部分，只多了对家庭成员的量词。它是三值的：是、否、未知；空白就是未知，未知从不当作否。
规则只能用下面列出的写法、表中声明的列、标准的参数和 `define` 里的定义；别的写法一律拒绝加载，
并指出文件、行、列和最接近的正确名字。规则从不作为程序执行。成员的列只写在量词里，户的列只写在量词外；
量词不能套量词。金额以元书写。
""",
    "en": """\
# The rule language

This page is generated from the grammar itself (`make docs`); do not edit it.

A rule is the expression part of SQL, with quantifiers over the members of a household. It has three values:
yes, no, unknown; a blank is unknown, and unknown is never no. A rule uses only what stands below, declared
columns, the parameters of its standard and the definitions under `define`; anything else refuses to load, with
file, line, column and the nearest right name. A rule is never executed as a program. A member's columns stand
only inside quantifiers, a household's only outside; quantifiers do not nest. Money is written in yuan.
""",
}
HEADS = {"zh": "| 写法 | 意思 | 例子 |", "en": "| form | meaning | example |"}
CHECKS_TITLE = Text("只用于数据疑点规则", "for data checks only")
CHECKS_TEXT = Text(
    "数据疑点规则（`rules/checks/`）除以上写法外，还可以对别的表的行使用同样的六种量词，读上年的收入行，"
    "读各表的 valid_from、valid_to、known_at，以及下列推算列；标准的规则用到它们就不能加载。"
    "没有交来的表是未知；交来了而某户没有行，表示该户没有记录。以某表的行为对象的规则，直接写该表的列。",
    "Data checks (`rules/checks/`) may also use the same six quantifiers over the rows of other tables, read the row "
    "of income of the year before, the dates valid_from, valid_to and known_at of each row, and the derived columns "
    "below; a standard that names them refuses to load. A table that was not given is unknown; a table that was given "
    "and has no row for a household says that none is recorded. A check about the rows of a table names its columns "
    "as they are.",
)
DERIVED_TITLE = Text("推算的成员列", "derived member columns")
FACTS_TITLE = Text("依据的事实", "facts they stand on")


def markdown(lang: str) -> str:
    """The page in one language."""
    return "\n".join(_lines(lang)) + "\n"


def _lines(lang: str) -> Iterator[str]:
    yield INTRODUCTION[lang]
    yield HEADS[lang]
    yield "|---|---|---|"
    for c in CONSTRUCTS:
        yield f"| `{_cell(c.form)}` | {c.meaning(lang)} | `{_cell(c.example)}` |"
    yield f"\n## {DERIVED_TITLE(lang)}\n"
    for name, (kind, facts) in DERIVED.items():
        yield _derived(t.Col("member", name, kind, facts), lang)
    yield f"\n## {CHECKS_TITLE(lang)}\n\n{CHECKS_TEXT(lang)}\n"
    yield HEADS[lang]
    yield "|---|---|---|"
    for c in FOR_CHECKS:
        yield f"| `{_cell(c.form)}` | {c.meaning(lang)} | `{_cell(c.example)}` |"
    yield ""
    for table, columns in CHECKED.items():
        for name, (kind, facts, _, _) in columns.items():
            yield _derived(t.Col(table, name, kind, facts), lang)


def _derived(column: t.Col, lang: str) -> str:
    name = column.name if column.scope == "member" else column.key
    said = ", ".join(f"`{f}`" for f in column.facts) or "—"
    return f"- `{name}`: {label(column)(lang)}; {FACTS_TITLE(lang)}: {said}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
