"""A household's history: what was learned, when, from whom; corrections, ends, plans and contradictions as such."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import fangpin as fp
from fangpin.cli.app import app
from fangpin.vocabulary.errors import UnusableInput


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """Two households: one splits, a person moves, a grade is corrected, and two visits contradict each other."""
    texts = {
        "household": "household_id,head_name,population,valid_from,valid_to,known_at,source\n"
        "h1,王小明,3,2020-01-01,,2020-01-05,建档\n"
        "h1,王小明,2,2021-04-01,,2021-04-10,分户\n"
        "h2,王大力,1,2021-04-01,,2021-04-10,分户\n",
        "member": "household_id,person_id,name,id_number,bedridden,valid_from,valid_to,known_at,source\n"
        "h1,p3,王大力,350526198001011234,否,2020-01-01,,2020-01-05,建档\n"
        "h1,p3,王大力,350526198001011234,否,2020-01-01,2021-04-01,2021-04-10,分户\n"
        "h2,p3,王大力,350526198001011234,否,2021-04-01,,2021-04-10,分户\n",
        "living": "household_id,house_grade,valid_from,known_at,source\n"
        "h1,A,2020-01-01,2020-01-05,建档\n"
        "h1,C,2020-01-01,2020-06-01,鉴定\n"
        "h1,B,2021-09-01,2021-06-01,搬迁计划\n"
        "h1,A,2021-03-01,2021-03-02,入户\n"
        "h1,D,2021-03-01,2021-03-02,入户\n",
        "income_year": "household_id,year,net_income_pc,known_at,source\nh1,2020,9000,2021-01-05,入户\n"
        "h1,2020,5000,2021-02-05,比对\n",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    return tmp_path


@pytest.mark.clause("P1.3")
def test_everything_that_was_learned_is_told_in_order(county: Path) -> None:
    told = fp.read(county).history("h1")
    kinds = [(str(e.known), e.table.name, e.kind) for e in told.events]
    assert set(kinds) == {
        ("2020-01-05", "household", "first"),
        ("2020-01-05", "living", "first"),
        ("2020-01-05", "member", "first"),
        ("2020-06-01", "living", "correction"),
        ("2021-01-05", "income_year", "first"),
        ("2021-02-05", "income_year", "correction"),
        ("2021-03-02", "living", "contradiction"),
        ("2021-04-10", "member", "end"),
        ("2021-04-10", "household", "change"),
        ("2021-06-01", "living", "change"),
    }
    assert [day for day, _, _ in kinds] == sorted(day for day, _, _ in kinds)
    counts = {k: sum(kind == k for _, _, kind in kinds) for _, _, k in kinds}
    assert counts == {"first": 4, "correction": 2, "contradiction": 1, "end": 1, "change": 2}
    [plan] = [e for e in told.events if e.planned]
    assert (plan.source, [(t.before.zh if t.before else None, t.after.zh) for t in plan.told]) == (
        "搬迁计划",
        [("C级", "B级")],
    )
    [moved] = [e for e in told.events if e.kind == "end"]
    assert (moved.person, str(moved.until), moved.told) == ("p3", "2021-04-01", ())


def test_the_command_tells_it_in_both_languages_and_masks_persons(county: Path) -> None:
    for lang, words in (
        ("zh", ("更正", "互相矛盾", "来源：鉴定")),
        ("en", ("corrected", "contradicts itself", "planned")),
    ):
        call = CliRunner().invoke(app, ["history", str(county), "--household", "h1", "--lang", lang])
        assert call.exit_code == 0 and all(w in call.stdout for w in words), call.stdout
        assert "350526198001011234" not in call.stdout and "王小明" not in call.stdout
    as_json = CliRunner().invoke(app, ["history", str(county), "--household", "h2", "--json"])
    assert '"kind": "first"' in as_json.stdout
    assert CliRunner().invoke(app, ["history", str(county), "--household", "h9"]).exit_code == 2
    with pytest.raises(UnusableInput, match="FP-REGISTRY-003"):
        fp.read(county).history("h9")
