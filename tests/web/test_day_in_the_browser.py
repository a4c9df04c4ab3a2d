"""A working day in a real browser: the cadre on the hill, the village's meeting and board, the township and the county."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

WIDTHS = (1280, 360)


def fits(page: Page) -> bool:
    """Whether nothing lies beyond the width of the screen."""
    page.wait_for_load_state()
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def first(page: Page, selector: str) -> str:
    """The address of the first link that fits."""
    found = page.locator(selector).first.get_attribute("href")
    assert found, selector
    return found.partition("#")[0]


@pytest.mark.clause("P1.2")
def test_the_cadre_on_the_hill_asks_only_what_is_not_known_and_sees_what_it_changes(visit: Any, axe: Any) -> None:
    page = visit("village_cadre", "/", 360)
    page.click("text=去问信息不全的农户")
    assert fits(page)
    page.click("#rows td a >> nth=0")
    known = page.locator(".facts dt").count()
    assert known > 5
    assert axe(page) == []
    page.click("text=要问")
    questions = page.locator("section.question")
    before = questions.count()
    assert before > 0
    assert fits(page)
    assert page.locator("section.question").first.locator("button").bounding_box()["height"] >= 44  # type: ignore[index]
    control = questions.filter(has=page.locator("form")).first
    if control.locator("input[type=radio]").count():
        control.locator("label.tick").first.click()
    elif control.locator("select").count():
        control.locator("select").select_option(index=1)
    else:
        control.locator("input.field").fill("2" if control.locator("input[type=date]").count() == 0 else "1980-01-01")
    control.locator("button").click()
    page.wait_for_selector(".alert-success")
    assert "规则判定" in page.inner_text(".alert-success")
    assert page.errors == []


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", WIDTHS)
def test_pages_of_households_and_cases_fit_and_can_be_read_by_everybody(
    visit: Any, axe: Any, width: int, lang: str
) -> None:
    page = visit("county_officer", "/households/", width, lang)
    one = first(page, "#rows td a")
    for address in (
        "/households/?status=needs_visit", one, f"{one}ask/", f"{one}history/", f"{one}edit/living/", f"{one}print/",
        "/households/villages/", "/cases/", "/cases/notices/", "/cases/procedure/",
    ):  # fmt: skip
        page.goto(address)
        assert fits(page), address
        assert axe(page) == [], address
    assert page.errors == []


def test_a_filter_changes_the_rows_and_the_address_and_back_returns(visit: Any) -> None:
    page = visit("county_officer", "/households/")
    everybody = page.inner_text("#rows .count strong")
    page.check("input[name=status][value=low_income]")
    page.wait_for_url("**status=low_income**")
    page.wait_for_function("n => document.querySelector('#rows .count strong').innerText !== n", arg=everybody)
    sure = int(page.inner_text("#rows .count strong").replace(",", ""))
    assert 0 < sure < int(everybody.replace(",", ""))
    page.click("#rows td a >> nth=0")
    page.go_back()
    assert page.is_checked("input[name=status][value=low_income]")
    assert int(page.inner_text("#rows .count strong").replace(",", "")) == sure


@pytest.mark.clause("P1.4")
def test_the_village_meets_posts_its_notice_and_somebody_objects(visit: Any, axe: Any) -> None:
    cadre = visit("village_cadre", "/households/?status=low_income", 1280)
    cadre.click("#rows td a >> nth=0")
    head = cadre.inner_text("h1").split()[0]
    cadre.click("text=立为线索")
    assert "风险线索" in cadre.inner_text("header.sheet")
    case = cadre.url

    def learn(page: Page, kind: str, value: str) -> None:
        row = page.locator("tr", has=page.locator(f"input[name=kind][value={kind}]"))
        row.locator("summary").click()
        box = row.locator("[name=value]")
        box.select_option(value) if row.locator("select").count() else box.fill(value)
        row.locator("button").click()

    learn(cadre, "visitors", "2")
    learn(cadre, "authorised", "true")
    cadre.locator("form.choice-row", has=cadre.locator("input[value=visit]")).locator("button").click()
    officer = visit("county_officer", case)
    learn(officer, "compared", "true")
    officer.locator("form.choice-row", has=officer.locator("input[value=compare]")).locator("button").click()
    assert "信息比对" in officer.inner_text("header.sheet")

    cadre.goto("/cases/meetings/new/")
    today = date.today()
    day = cadre.input_value("input[name=held_on]") or today.isoformat()
    called = (date.fromisoformat(day) - timedelta(15)).isoformat()
    for name, value in {
        "chair": "陈主任",
        "place": "村部",
        "entitled": "200",
        "present": "120",
        "called_on": called,
    }.items():
        cadre.fill(f"input[name={name}]", value)
    cadre.fill("input[name=for]", "115")
    cadre.fill("input[name=against]", "5")
    assert axe(cadre) == []
    cadre.click("text=记下会议和表决")
    assert "民主评议" in cadre.inner_text("main")

    cadre.goto("/cases/notices/new/")
    cadre.fill("input[name=contact]", "村委会")
    cadre.click("text=记下张贴")
    assert head in cadre.inner_text("main")
    assert axe(cadre) == []
    public = cadre.locator("a", has_text="二维码指向的页面").get_attribute("href")
    stranger = visit(None, public, 360)
    text = stranger.inner_text("main")
    assert "这张公示单是真的" in text
    assert head not in text
    assert fits(stranger)
    assert axe(stranger) == []
    stranger.fill("textarea", "他家在县城有房")
    stranger.click("text=提交")
    assert "待答复" in stranger.inner_text("main")
    cadre.goto("/cases/notices/")
    assert "他家在县城有房" in cadre.inner_text("main")
    township = visit("township_reviewer", case)
    review = township.locator("form.choice-row", has=township.locator("input[value=review]"))
    assert review.locator("button").is_disabled()
    assert "公示期已满" in review.inner_text()
    assert cadre.errors == stranger.errors == []
