"""Surveys: where their data are found, and that the page on bringing one's own survey says what is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fangpin.intake import read_batch, surveys
from fangpin.intake.profile import shipped
from fangpin.standards import standard
from fangpin.tables.yaml_file import parse
from fangpin.vocabulary.errors import UnusableInput
from helpers import ROOT

PAGES = {lang: (ROOT / "docs" / "how-to" / f"survey.{lang}.md").read_text("utf-8") for lang in ("zh", "en")}


def blocks(lang: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGES[lang], flags=re.DOTALL | re.MULTILINE)


# -- where they are --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["", "/nowhere/at/all"])
def test_a_survey_that_is_not_here_says_where_to_get_it(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(surveys.REAL_DATA, value)
    with pytest.raises(UnusableInput) as caught:
        surveys.locate("pk_pslm2015")
    assert caught.value.code == "FP-SURVEY-002"
    for lang in ("zh", "en"):
        assert surveys.REAL_DATA in caught.value.message(lang)
        assert "docs/data.md" in caught.value.message(lang)


@pytest.mark.parametrize(("name", "hint"), [("pk_pslm2014", "pk_pslm2015?"), ("nonsense", "teaching_survey")])
def test_an_unknown_survey_names_the_known(name: str, hint: str) -> None:
    with pytest.raises(UnusableInput) as caught:
        surveys.locate(name)
    assert caught.value.code == "FP-SURVEY-001"
    assert hint in caught.value.message("en")


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_profile_has_its_place_and_its_standard(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(surveys.REAL_DATA, raising=False)
    monkeypatch.setattr(surveys, "find_spec", lambda name: None)
    with pytest.raises(UnusableInput, match="not on this machine"):
        surveys.locate(name)
    assert standard(f"research/{name}", as_of="2024-01-01").document.changes.en


# -- the page --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", PAGES)
def test_the_example_on_the_page_runs(lang: str, tmp_path: Path) -> None:
    homes, people = blocks(lang, "csv")
    profile, draft = blocks(lang, "yaml")
    (tmp_path / "homes.csv").write_text(homes, "utf-8")
    (tmp_path / "people.csv").write_text(people, "utf-8")
    (tmp_path / "my_survey.yaml").write_text(profile, "utf-8")
    (tmp_path / "my_standard.yaml").write_text(draft, "utf-8")

    batch = read_batch(tmp_path, profile=tmp_path / "my_survey.yaml")
    loaded = batch.load()
    household, living = loaded.frames["household"], loaded.frames["living"]
    # homes stand before people, and still only the people who are kept are counted
    assert household.select("household_id", "region_code", "population").rows() == [
        ("1", "Norte", 2),
        ("2", "Norte", 1),
        ("3", "Sur", 1),
    ]
    assert loaded.frames["income_year"]["net_income_pc"].to_list() == [25_200_000_000, 10_800_000_000, 30_000_000_000]
    assert living.select("water_access", "water_safe").rows() == [("1", True), ("4", False), ("2", True)]
    assert loaded.frames["member"]["receives_pension"].to_list() == [True, None, False, None]
    assert loaded.design is not None
    assert loaded.design["weight"].to_list() == [110.5, 110.5, 98.0]
    assert [f.message.en.split()[0] for f in batch.findings if f.code == "FP-INTAKE-051"] == ["1"]

    rule = standard(tmp_path / "my_standard.yaml", as_of="2021-12-31")
    assert (rule.veto, rule.regime, float(rule.lower.yuan)) == ((), None, 18000.0)
    assert len(rule.indicators) == 10


def test_both_languages_show_the_same_examples() -> None:
    for language in ("csv", "python"):
        zh, en = ([re.sub(r" +#.*", "", b) for b in blocks(lang, language)] for lang in ("zh", "en"))
        assert zh == en
    for zh_text, en_text in zip(blocks("zh", "yaml"), blocks("en", "yaml"), strict=True):
        assert parse(zh_text, "zh")[0] == parse(en_text, "en")[0]


def test_a_research_standard_takes_no_share_of_a_median(tmp_path: Path) -> None:
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(
        "changes: research/teaching_survey\neffective: {from: 2020-01-01, until: null}\n"
        "line: {form: share_of_median}\nsource: {document: mine}\n",
        "utf-8",
    )
    with pytest.raises(UnusableInput) as caught:
        standard("research/teaching_survey", as_of="2023-12-31", overlays=[overlay])
    assert caught.value.code == "FP-STANDARD-015"
