"""The report as a page: one file, two whole languages, right numbers, masked names."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from fangpin.identification.verdict import STATUSES
from fangpin.intake import Counts
from fangpin.reference import regions
from fangpin.reports.html import TEMPLATES, render, write_report
from fangpin.reports.summary import Summary
from fangpin.reports.words import MANIFEST, WORDS
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.masking import mask_name
from fangpin.vocabulary.text import Text
from unit.reports.conftest import Case
from unit.reports.pages import read, whole

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CJK = re.compile(r"[\u3400-\u9fff]")


def test_it_needs_no_network(page: str) -> None:
    assert "://" not in page
    assert not re.search(r"@import|url\(\s*['\"]?(?!#)", page)
    assert "default-src 'none'" in page
    assert all(link.startswith("#") for link in read(page, "zh").links)


def test_tags_fit_and_ids_are_single(page: str) -> None:
    half = read(page, "zh")
    assert half.faults == []
    assert len(half.ids) == len(set(half.ids))
    assert {link[1:] for link in half.links} <= set(half.ids)
    pictures = set(re.findall(r"url\(#([^)]+)\)", page))
    assert pictures <= set(half.ids)


def test_every_word_is_in_both_languages() -> None:
    for key, said in {**WORDS, **MANIFEST}.items():
        assert said.zh.strip(), key
        assert said.en.strip(), key
        assert key == "switch" or not CJK.search(said.en), key
        assert set(re.findall(r"{(\w+)}", said.zh)) == set(re.findall(r"{(\w+)}", said.en)), key


def test_the_english_half_is_english(county: Case, page: str) -> None:
    half = read(page, "en")
    assert len(half.texts) > 400
    assert [t for t in half.texts if CJK.search(t)] == []
    places = {regions.name(code[:9], "en") for code in county.table["region_code"].unique()}
    assert {t for t in half.drawn if CJK.search(t)} <= places


def test_the_chinese_half_is_chinese(page: str) -> None:
    half = read(page, "zh")
    assert len(half.texts) > 400
    assert [t for t in half.texts + half.drawn if re.search(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}", t)] == []


def test_both_halves_say_the_same_numbers(page: str) -> None:
    zh, en = read(page, "zh"), read(page, "en")
    assert len(zh.tables) == len(en.tables)

    def numbers(tables: dict[str, list[list[str]]]) -> list[list[list[str]]]:
        kept = [rows[1:] for name, rows in tables.items() if name not in ("参数", "Parameters")]
        return [[[c for c in row if re.fullmatch(r"[\d,.%—-]+", c)] for row in rows] for rows in kept]

    assert numbers(zh.tables) == numbers(en.tables)


def test_the_answer_and_the_tables_equal_the_verdicts(county: Case, page: str) -> None:
    half = read(page, "zh")
    total, statuses = county.table.height, county.summary.statuses()
    [lead] = [t for t in half.texts if t.startswith("截至 2021-12-31，")]
    assert f"{total:,} 户中有 {statuses['low_income']:,} 户初判符合" in lead
    assert f"另有 {statuses['needs_visit']:,} 户信息不全" in lead
    assert f"{county.standard.lower.yuan:,.2f} 元/人·年" in lead
    by_status = half.tables["各结果户数"]
    assert [whole(row[1]) for row in by_status[1:-1]] == list(statuses.values())
    assert whole(by_status[-1][1]) == total
    for level, cut in (("乡镇", 9), ("村", 12)):
        [head, *places, last] = half.tables[f"各{level}户数"]
        assert sum(whole(p[1]) for p in places) == total == whole(last[1])
        found = county.table.with_columns(pl.col("region_code").str.head(cut).alias("at"))
        low = found.filter(pl.col("status") == "low_income").group_by("at").len().sort("at")["len"].to_list()
        column = head.index("初判符合")
        assert [n for n in (whole(p[column]) for p in places) if n] == low
    for row in half.tables["每项指标的户数"][1:]:
        code = row[0].split()[0]
        assert whole(row[1]) == county.table[code].sum()
        assert whole(row[4]) == county.table[code].null_count()


def test_every_status_is_listed_with_masked_names(county: Case, page: str) -> None:
    heads = dict(county.registry.load().frames["household"].select("household_id", "head_name").iter_rows())
    half = read(page, "zh")
    listed = [row for rows in half.tables.values() if rows[0][:3] == ["村", "户编号", "户主"] for row in rows[1:]]
    assert len(listed) == county.table.height - county.summary.statuses()["not_low_income"]
    for row in listed:
        assert row[2] == (mask_name(heads[row[1]]) or "—")
    for name in {n for n in heads.values() if n}:
        assert name not in page


def test_nothing_that_names_a_person_is_there(county: Case, page: str) -> None:
    household = county.registry.load().frames["household"]
    member = county.registry.load().frames["member"]
    for column in (household["head_id_number"], household["phone"], member["id_number"], member["name"]):
        for value in column.drop_nulls().unique():
            assert value not in page


@pytest.mark.usefixtures("undrawn")
def test_full_names_carry_a_warning(county: Case) -> None:
    page = county.page(names="full")
    heads = county.summary.listed["head_name"].drop_nulls()
    assert all(name in page for name in heads)
    assert WORDS["full_names"].zh in page
    assert WORDS["full_names"].en in page


@pytest.mark.usefixtures("undrawn")
def test_generated_and_survey_data_say_so_on_screen_and_paper(county: Case, page: str) -> None:
    assert WORDS["generated"].zh in page
    assert WORDS["generated"].en in page
    assert page.count(f'content: "{WORDS["generated_short"].zh}"') == 1
    real = Summary(county.standard)
    real.add(county.table, county.frames)
    plain = render(real, county.standard, [], Counts(), {})
    assert "模拟数据" not in plain
    survey = render(real, county.standard, [], Counts(), {"input": {"profile": "pk_pslm2015"}})
    assert "pk_pslm2015" in survey
    assert f'content: "{WORDS["survey_short"].en}"' in survey


def test_it_is_never_called_a_decision(page: str) -> None:
    assert WORDS["rule_result"].zh in page
    assert not re.search(r"(?<!非)贫困户|不合格|(?<!ex-)\bpoor household|decided that", page)


def test_the_standard_is_there_in_full(county: Case, page: str) -> None:
    half = read(page, "zh")
    parameters = {row[0]: row for row in half.tables["参数"][1:]}
    assert set(parameters) == set(county.standard.parameters)
    assert parameters["k"][2:4] == ["3项", "全国"]
    assert parameters["L3.litres_min"][3] == "待核"
    assert county.standard.hash in page
    for item in (*county.standard.indicators, *county.standard.veto):
        assert item.text.zh in page
        assert item.clause in page


@pytest.mark.usefixtures("undrawn")
def test_changes_and_doubtful_lines_are_said(county: Case) -> None:
    law = county.standard.with_changes({"k": 2})
    law = replace(law, lower=replace(law.lower, estimated=True, outdated=True, verified=False))
    summary = Summary(law)
    summary.add(county.table, county.frames)
    half = read(render(summary, law, [], Counts(), {}), "zh")
    assert any(row[3] == "估计值、已过年份、来源待核" for row in half.tables["用的线"][1:])
    changed = next(row for row in half.tables["参数"][1:] if row[0] == "k")
    assert changed[2:4] == ["2项（已由 试算 改动，原值 3项）", "试算"]


@pytest.mark.usefixtures("undrawn")
def test_findings_are_grouped_with_count_and_remedy(county: Case) -> None:
    bad = [
        Finding(
            "FP-X-1",
            "error",
            Text(f"坏的 {i}", f"bad {i}"),
            Text("改", "mend"),
            "living.internet",
            "1",
            "a.csv",
            row=i + 2,
            column="网络",
            read="?",
        )
        for i in range(3)
    ]
    note = Finding("FP-X-2", "info", Text("少一列", "a column less"), Text("补", "add it"), "living.fuel")
    counts = Counts(10, 6, 3, 1)
    half = read(render(county.summary, county.standard, [note, *bad], counts, {}), "zh")
    table = half.tables["发现的问题（按代码归并）"]
    assert [row[:3] for row in table[1:]] == [["FP-X-1", "错误", "3"], ["FP-X-2", "说明", "1"]]
    assert table[1][3:] == ["坏的 0（等 3 处）", "改", "a.csv › 第 2 行 › 网络 › ?"]
    assert "读入 10 行：收下 6 行，收下但有问题 3 行，拒收 1 行。" in half.texts


@pytest.mark.usefixtures("undrawn")
def test_what_people_wrote_cannot_become_markup(county: Case) -> None:
    evil = "<script>alert(1)</script>"
    summary = Summary(county.standard)
    summary.add(
        county.table,
        {
            "household": county.frames["household"].with_columns(
                pl.lit(evil).alias("head_name"), pl.lit('"><b>').alias("natural_village")
            )
        },
    )
    finding = Finding("FP-X-1", "error", Text(evil, evil), Text("改", "mend"), file=evil, row=2)
    manifest = {"input": {"profile": "</style>" + evil}}
    page = render(summary, county.standard, [finding], Counts(), manifest, names="full")
    assert evil not in page
    assert read(page, "en").faults == []


@pytest.mark.usefixtures("undrawn")
def test_no_household_is_a_report_too(county: Case) -> None:
    page = render(Summary(county.standard), county.standard, [], Counts(2, 0, 0, 2), county.manifest)
    half = read(page, "en")
    assert half.faults == []
    assert WORDS["no_households"].en in half.texts
    assert "2 rows read: 0 accepted, 0 accepted with findings, 2 refused." in half.texts


@pytest.mark.usefixtures("undrawn")
def test_it_opens_in_the_language_asked_for(county: Case, tmp_path: Path) -> None:
    for lang, code in (("zh", "zh-Hans"), ("en", "en")):
        path = write_report(tmp_path / f"{lang}.html", county.summary, county.standard, [], Counts(), {}, lang=lang)
        assert f'<html lang="{code}"' in path.read_text("utf-8")
    assert [p.name for p in sorted(tmp_path.iterdir())] == ["en.html", "zh.html"]
    with pytest.raises(ValueError, match="names"):
        county.page(names="some")


def _luminance(colour: str) -> float:
    colour = colour if len(colour) == 7 else "#" + "".join(c * 2 for c in colour[1:])
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_can_be_read_in_the_sun() -> None:
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", (TEMPLATES / "report.css").read_text("utf-8")))
    pairs = [(ink, "paper") for ink in ("ink", "soft", "todo", "due", "wait", "bad")]
    pairs += [(tone, f"{tone}-wash") for tone in ("todo", "due", "wait", "bad")] + [("ink", "wash")]
    for ink, paper in pairs:
        light, dark = _luminance(colours[paper]), _luminance(colours[ink])
        assert (light + 0.05) / (dark + 0.05) >= 7, (ink, paper)


@pytest.fixture
def written(page: str, tmp_path: Path) -> Path:
    path = tmp_path / "report.html"
    path.write_text(page, "utf-8")
    return path


@pytest.mark.parametrize("width", [360, 1280])
def test_a_browser_shows_it(written: Path, browser: Browser, width: int) -> None:
    tab = browser.new_page(viewport={"width": width, "height": 800})
    asked: list[str] = []
    said: list[Any] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: said.append(message.text))
    tab.goto(written.as_uri())
    for lang in ("zh-Hans", "en"):
        assert tab.evaluate("document.documentElement.lang") == lang
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.locator("h1:visible").count() == 1
        assert tab.locator("svg:visible").count() == 6
        assert tab.locator(".chip:visible").first.inner_text() == STATUSES["low_income"]("en" if lang == "en" else "zh")
        tab.locator("[data-switch]:visible").click()
    assert tab.evaluate("document.documentElement.lang") == "zh-Hans"
    assert asked == [written.as_uri()]
    assert said == []
    tab.close()


def test_it_prints_on_a4(written: Path, browser: Browser, tmp_path: Path) -> None:
    tab = browser.new_page()
    tab.goto(written.as_uri())
    paper = tab.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    tab.close()
    boxes = set(re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", paper))
    assert {(round(float(w)), round(float(h))) for w, h in boxes} == {(595, 842)}
