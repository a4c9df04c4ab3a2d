"""Names of persons: rare characters pass without a word, spellings are compared alike and never changed."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from fangpin.intake.check import check
from fangpin.registry.checks.examine import Examiner
from fangpin.vocabulary.person_names import comparable, counted, private_points

DAY = date(2025, 6, 30)
ABOUT_NAMES = {f"FP-DQ-{n}" for n in (212, 213, 214, 215, 216, 217, 218)}


def said(name: str, head: str | None = None) -> dict[str, str]:
    """The codes of the findings about the name of a head of a household, with their messages."""
    frames = {
        "household": pl.DataFrame({"household_id": ["h1"], "population": [1], "head_name": [head or name]}),
        "member": pl.DataFrame(
            {"household_id": ["h1"], "person_id": ["p1"], "name": [name], "relation_to_head": ["01"]},
        ),
    }
    return {f.code: f.message.zh for f in check(frames, examiner=Examiner(DAY)).findings if f.code.startswith("FP-DQ")}


@pytest.mark.clause("P1.6")
@pytest.mark.parametrize(
    "name", ["王𠮷", "𬱖琳", "㛃妮", "〇一", "欧阳娜娜", "阿依古丽·买买提", "NGUYEN THI HOA", "王\ufa11", "丁Ⅲ"]
)
def test_rare_characters_dots_and_letters_of_other_scripts_are_names(name: str) -> None:
    assert not ABOUT_NAMES & said(name).keys() - {"FP-DQ-215"}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("王?明", "FP-DQ-212"),
        ("王？", "FP-DQ-212"),
        ("李\ufffd", "FP-DQ-212"),
        ("张□", "FP-DQ-212"),
        ("赵■■", "FP-DQ-212"),
        ("钱**", "FP-DQ-212"),
        ("孙3", "FP-DQ-213"),
        ("周Ａ", "FP-DQ-213"),
        ("吴小（故）", "FP-DQ-213"),
        ("阿依古丽‧买买提", "FP-DQ-214"),
        ("郑　二", "FP-DQ-215"),
        ("冯", "FP-DQ-216"),
        ("陈\ue863", "FP-DQ-217"),
    ],
)
def test_what_is_no_part_of_a_name_is_said(name: str, code: str) -> None:
    assert code in said(name)


def test_private_code_points_are_named_and_the_name_is_not() -> None:
    message = said("陈小\ue863\U000f0001")["FP-DQ-217"]
    assert "U+E863 U+F0001" in message
    assert "陈小" not in message


@pytest.mark.parametrize("head", ["阿依古丽•买买提", "阿依古丽．买买提", "阿依古丽 · 买买提", " 阿依古丽·买买提"])
def test_the_head_is_the_same_person_whatever_dot_is_typed(head: str) -> None:
    assert "FP-DQ-040" not in said("阿依古丽·买买提", head)
    assert "FP-DQ-040" in said("阿依古丽·买买提", "阿依古丽买买提")


def test_names_are_compared_and_stay_as_written() -> None:
    name = "阿依古丽•买买提"
    assert comparable(name) == "阿依古丽·买买提"
    assert counted(name) == 7
    assert private_points("𠮷") == ""
    frame = pl.DataFrame({"household_id": ["h1"], "person_id": ["p1"], "name": [name]})
    from fangpin.intake.read import read_batch

    batch = read_batch({"household": pl.DataFrame({"household_id": ["h1"]}), "member": frame})
    assert batch.load().frames["member"]["name"].to_list() == [name]
