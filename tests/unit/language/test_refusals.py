"""What the rule language refuses, and how it says so: code, line and column, and what was probably meant."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fangpin.language.parse import Context, Parameter, parse
from fangpin.language.refusal import Mark
from fangpin.language.vocabulary import vocabulary
from fangpin.vocabulary.errors import DocumentError
from helpers import trials
from random_rules import Rules, context

PARAMETERS = {
    "k": Parameter(3, "kind"),
    "age_min": Parameter(70, "year"),
    "line": Parameter(500, "yuan"),
    "reading": Parameter("strict"),
    "on_debt": Parameter(True),
    "listed": Parameter(("1", "2")),
    "bare": Parameter(2),
}
CONTEXT = Context(vocabulary(), PARAMETERS, {}, "rule.yaml", 7, 11)
MEMBERS = Context(
    vocabulary(), PARAMETERS, {"weak": ("member", parse("bedridden", CONTEXT, scope="member"))}, "rule.yaml"
)

#: rule · code · column of the mistake (the text begins at column 11 of line 7) · a word the message must hold
REFUSED = [
    # not one expression
    ("", "001", 11, ""),
    ("   ", "001", 11, ""),
    ("any_member(bedridden", "001", 11, ""),
    ("any_member bedridden)", "001", 11, ""),
    ("living.electricity and", "001", 11, ""),
    ("living.electricity electricity tv_signal", "001", 11, ""),
    ("size(durables) <= 3; drop table member", "001", 30, ";"),
    ("size(durables) <= 3;", "001", 30, ";"),
    ("'it is open", "001", 11, ""),
    ("(" * 80 + "electricity" + ")" * 80, "001", 71, "("),
    # statements, comments, what SQL has and a rule has not
    ("drop table member", "002", 22, "Drop"),
    ("select 1", "002", 18, "Select"),
    ("show tables", "002", 11, "Show"),
    ("electricity -- or tv_signal", "002", 11, "comment"),
    ("electricity /* or tv_signal */", "002", 11, "comment"),
    ("internet in ('3' /* bad */, '4')", "002", 24, "comment"),
    ("household.population::int > 3", "002", 11, "Cast"),
    ("cast(household.population as varchar) = '3'", "002", 16, "Cast"),
    ("household.population > (select count(*) from member)", "002", 42, "Subquery"),
    ("internet in (select internet from living)", "002", 11, ""),
    ("exists(select 1)", "003", 25, "exists"),
    ("household.population is null", "002", 11, "known"),
    ("electricity is not null", "002", 11, "known"),
    ("internet like '3%'", "002", 11, "Like"),
    ("household.population % 2 = 1", "002", 11, "Mod"),
    ("household.population ** 2 > 9", "003", 11, "power"),
    ("internet || '3' = '33'", "002", 11, "DPipe"),
    ("* ", "002", 11, "Star"),
    ("any_member(*)", "002", 22, "Star"),
    ("any_member(distinct bedridden)", "002", 31, "Distinct"),
    ("count_members(bedridden) over () > 1", "002", 11, "Window"),
    ("durables[1] = '1'", "002", 11, "Bracket"),
    ("case internet when '3' then true else false end", "002", 16, "when"),
    ("case when electricity then true end", "002", 21, "else"),
    ("if(electricity, true, false)", "002", 14, "If"),
    ("household.population between symmetric 5 and 1", "002", 11, "between"),
    ("household.population > ?", "002", 11, "Placeholder"),
    ("household.population > $1", "002", 11, "Placeholder"),
    ("internet is distinct from '3'", "002", 11, "Null"),
    ("living.house_rebuilt_on > date '2020-01-01'", "002", 42, "Cast"),
    # unknown names and functions
    ("any_member(bedriden)", "003", 22, "bedridden"),
    ("water_acess = '1'", "003", 11, "water_access"),
    ("living.electricty", "003", 11, "electricity"),
    ("size(durables) <= kk", "003", 29, ""),
    ("safeguards.water_ok", "003", 11, ""),
    ("Electricity", "003", 11, "electricity"),
    ("any_membr(bedridden)", "003", 11, "any_member"),
    ("count(bedridden) > 1", "003", 11, "count_members"),
    ("coalesce(electricity, true)", "003", 11, "coalesce"),
    ("__import__('os')", "003", 11, "__import__"),
    ("eval('1')", "003", 11, "eval"),
    ("read_csv('/etc/passwd')", "003", 11, "read_csv"),
    ("now() > living.house_rebuilt_on", "003", 11, ""),
    # the right name in the wrong place
    ("bedridden", "004", 11, "any_member"),
    ("age >= age_min", "004", 11, "any_member"),
    ("any_member(electricity)", "004", 22, "member"),
    ("any_member(size(living.durables) < 3)", "004", 27, ""),
    ("any_member(any_member(bedridden))", "004", 22, "nest"),
    ("any_member(age > max_members(age))", "004", 28, "nest"),
    # kinds that do not fit
    ("household.population", "005", 11, "bool"),
    ("internet", "005", 11, ""),
    ("durables", "005", 11, ""),
    ("k", "005", 11, ""),
    ("household.population = '3'", "005", 11, ""),
    ("internet = 3", "005", 11, ""),
    ("internet < '3'", "005", 11, ""),
    ("internet = water_access", "005", 11, ""),
    ("household.head_name = 'x'", "005", 11, ""),
    ("electricity = true", "005", 11, "without ="),
    ("electricity and household.population", "005", 27, ""),
    ("not household.population", "005", 15, ""),
    ("durables = '1'", "005", 11, "size"),
    ("internet between '1' and '3'", "005", 11, ""),
    ("household.population in (1, 2)", "005", 11, ""),
    ("internet in (3, 4)", "005", 11, ""),
    ("internet in ('3', null)", "005", 11, ""),
    ("internet in reading", "005", 11, ""),
    ("internet = listed", "005", 22, "list"),
    ("size(internet) < 3", "005", 11, "codes"),
    ("has(durables, 1)", "005", 11, ""),
    ("has(durables)", "005", 11, ""),
    ("size(durables, 2) < 3", "005", 11, "argument"),
    ("recorded()", "005", 11, "argument"),
    ("any_member(bedridden, age)", "005", 11, "argument"),
    ("sum_members(bedridden) > 1", "005", 11, "number"),
    ("days_since(household.population) > 1", "005", 11, "date"),
    ("electricity + 1 > 2", "005", 11, ""),
    ("-electricity", "005", 12, ""),
    ("household.population / 0 > 1", "005", 11, "zero"),
    ("household.population > 99999999999999999999", "005", 34, "large"),
    ("household.population > 1e300", "005", 34, "large"),
    ("sum_members(earnings) > 99999999999", "005", 11, "large"),
    ("case when electricity then 1 else true end", "005", 21, ""),
    ("case when electricity then '1' else '2' end = '1'", "005", 21, ""),
    ("recorded(household.population)", "005", 11, "bool"),
    ("(household.population) is true", "005", 12, ""),
    # codes that the list does not have
    ("internet = '9'", "006", 22, "internet"),
    ("internet in ('3', '44')", "006", 29, "4"),
    ("any_member(labour_skill = 'lost')", "006", 37, "labour_skill"),
    ("has(durables, '99')", "006", 25, "durable"),
    ("house_grade in listed", "006", 11, "house_grade"),
    # units that do not fit
    ("any_member(age > line)", "007", 22, "yuan"),
    ("household.population > k", "007", 11, "person"),
    ("any_member(work_months > age)", "007", 22, "month"),
    ("any_member(earnings > work_monthly_income)", "007", 22, "yuan/month"),
    ("any_member(earnings * earnings > 1)", "007", 22, "yuan"),
    ("any_member(1 / earnings > 1)", "007", 22, "yuan"),
    ("any_member(nutrition_weight_kg + nutrition_height_cm > 200)", "007", 22, "kg"),
    ("any_member(earnings / earnings > line)", "007", 22, "yuan"),
    ("case when electricity then household.population else k end > 1", "005", 21, "unit"),
]


@pytest.mark.parametrize(("text", "code", "column", "word"), REFUSED, ids=[r[0][:40] or "empty" for r in REFUSED])
def test_refused_with_code_and_place(text: str, code: str, column: int, word: str) -> None:
    with pytest.raises(DocumentError) as refusal:
        parse(text, CONTEXT)
    error = refusal.value
    assert error.code == f"FP-LANGUAGE-{code}", error
    file, line, at = error.place.rsplit(":", 2)
    assert (file, int(line)) == ("rule.yaml", 7)
    if code != "001" or column > 11:
        assert int(at) == column, error
    assert word.lower() in error.message("en").lower()
    assert error.message("zh") != error.message("en")


def test_a_mistake_on_the_second_line_is_placed_there() -> None:
    with pytest.raises(DocumentError) as refusal:
        parse("any_member(bedridden)\n  and any_member(blind)", CONTEXT)
    assert refusal.value.place == "rule.yaml:8:18"


def test_marks_say_where_a_folded_text_stands() -> None:
    marks = (Mark(0, 20, 7), Mark(22, 21, 7))
    context = Context(vocabulary(), {}, {}, "rule.yaml", marks=marks)
    with pytest.raises(DocumentError) as refusal:
        parse("any_member(bedridden) or any_member(blind)", context)
    assert refusal.value.place == "rule.yaml:21:21"


def test_a_definition_stands_only_where_it_belongs() -> None:
    with pytest.raises(DocumentError, match="FP-LANGUAGE-004"):
        parse("weak", MEMBERS)
    assert parse("any_member(weak)", MEMBERS) == parse("any_member(bedridden)", MEMBERS)


def test_a_rule_gives_what_is_wanted() -> None:
    with pytest.raises(DocumentError, match="FP-LANGUAGE-005"):
        parse("electricity", CONTEXT, want="number")
    assert parse("household.population * 2", CONTEXT, want="number")


def test_nothing_is_printed_about_what_is_refused(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.WARNING), pytest.raises(DocumentError):
        parse("show tables", CONTEXT)
    assert not caplog.records
    assert capsys.readouterr() == ("", "")


DEEP = [
    "not " * 5000 + "electricity",
    "-" * 5000 + "1 > 0",
    "electricity" + " and electricity" * 5000,
    "case when electricity then " * 500 + "true" + " else false end" * 500,
    "[" * 500,
    "{" * 500,
    "((" * 3000,
]


@pytest.mark.parametrize("text", DEEP, ids=range(len(DEEP)))
def test_depth_ends_in_a_message_or_a_tree(text: str) -> None:
    try:
        parse(text, CONTEXT)
    except DocumentError as error:
        assert error.code.startswith("FP-LANGUAGE-")  # noqa: PT017


@settings(max_examples=trials(3000), deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_rule_or_a_document_error(text: str) -> None:
    _parse_or_refuse(text)


WORDS = [
    "any_member",
    "count_members",
    "sum_members",
    "(",
    ")",
    ",",
    "and",
    "or",
    "not",
    "age",
    "bedridden",
    "durables",
    "internet",
    "'3'",
    "in",
    "is",
    "known",
    "true",
    "unknown",
    "null",
    "between",
    "case",
    "when",
    "then",
    "else",
    "end",
    "<",
    "<=",
    "=",
    "<>",
    "+",
    "-",
    "*",
    "/",
    "3",
    "0",
    "1e9",
    "recorded",
    "size",
    "has",
    "days_since",
    "birth_date",
    "k",
    "listed",
    "reading",
    "::int",
    ";",
    "--",
    "/*",
    "*/",
    "select",
    "from",
    "[",
    "]",
    "{",
    "}",
    ".",
    "living",
    "household.population",
    "over",
    "distinct",
    "filter",
    "as",
    "?",
    "$1",
    ":x",
    "@",
    "%",
    "||",
    "earnings",
    "line",
    "interval",
    "date",
    "'",
    '"',
    "\\",
    "\n",
    "x'00'",
    "0x1F",
    "1_0",
    "''",
    "lambda",
    "->",
]


@settings(max_examples=trials(5000), deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=14))
def test_any_row_of_words_is_a_rule_or_a_document_error(words: list[str]) -> None:
    _parse_or_refuse(" ".join(words))


@settings(max_examples=trials(2000), deadline=None)
@given(st.randoms(use_true_random=False), st.integers(0, 200), st.sampled_from(WORDS))
def test_a_good_rule_with_one_word_put_in_is_a_rule_or_a_document_error(rng: object, at: int, word: str) -> None:
    text = Rules(rng).text(2)  # type: ignore[arg-type]
    at = min(at, len(text))
    _parse_or_refuse(text[:at] + f" {word} " + text[at:])


def _parse_or_refuse(text: str) -> None:
    try:
        parse(text, context())
    except DocumentError as error:
        file, line, column = error.place.rsplit(":", 2)
        assert file == "random.yaml"
        assert int(line) >= 1
        assert int(column) >= 1
