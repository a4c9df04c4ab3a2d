"""Pages of households: the list, one household, questions answered, edits, history, paper, numbers, exports, scope."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from typing import Any

import pytest
from django.test import Client

from registers_help import HOUSEHOLDS, OTHER_VILLAGE, loaded
from web_rig import queries_at_most, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(db: None) -> Any:
    """A small county in the registers, decided once; of one household the income is not known."""
    from fangpin.web.accounts.models import Duty, User
    from fangpin.web.registers import actions
    from fangpin.web.registers.columns import columns
    from fangpin.web.registers.models import CurrentHousehold, IncomeYearRow

    made = loaded(run=True)
    one = CurrentHousehold.objects.filter(status="not_low_income", count_unknown=0).order_by("household_id").first()
    row = IncomeYearRow.objects.filter(household_id=one.household_id).order_by("-year").first()
    blank = [f for f in columns("income_year").facts if columns("income_year").fields[f].kind == "money"]
    officer = User.objects.create_user("importer", "x")
    Duty.objects.create(user=officer, role="county_officer", region_code="350526")
    actions.edit(
        by=officer,
        household_id=one.household_id,
        table="income_year",
        values=dict.fromkeys(blank),
        seen=row.pk,
    )
    return made


def some(**narrowed: Any) -> Any:
    from fangpin.web.registers.models import CurrentHousehold

    return CurrentHousehold.objects.filter(**narrowed).order_by("household_id").first()


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[:400]
    return answer.content.decode()


# ---- the list -----------------------------------------------------------------------------------------------------------


def test_the_list_shows_everybody_of_the_county_and_few_queries_make_it(as_role: Any, county: Any) -> None:
    client = as_role("county_officer")
    client.get("/households/")
    with queries_at_most(12):
        html = page(client, "/households/")
    assert f"<strong>{HOUSEHOLDS}</strong>" in html
    assert html.count('<td data-label="户主">') == HOUSEHOLDS
    assert "规则判定" in html


def test_a_long_list_is_paged_and_keeps_its_filters(as_role: Any, county: Any, monkeypatch: Any) -> None:
    from fangpin.web.households import queries

    monkeypatch.setattr(queries, "PAGE", 10)
    html = page(as_role("county_officer"), "/households/?sort=name&page=2")
    assert html.count('<td data-label="户主">') == 10
    assert "sort=name&amp;page=3" in html


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_page_has_an_untranslated_word(as_role: Any, county: Any, lang: str) -> None:
    client = as_role("county_officer", lang=lang)
    one = some(status="needs_visit")
    for address in ("/households/", f"/households/{one.household_id}/edit/living/", "/households/villages/"):
        html = re.sub(r"<(script|style).*?</\1>", "", page(client, address), flags=re.S)
        if lang == "en":
            html = html.replace(one.head_name, "").replace(">中文<", "><")  # the switch speaks the other language
            text = re.sub(r"<(td|option|h1|strong|title|a|summary)[^>]*>.*?</", "<", html, flags=re.S)
            assert not re.findall(r"[\u4e00-\u9fff]{2,}", words(text)), address


@pytest.mark.parametrize(
    ("query", "every"),
    [
        ("status=low_income", {"status": "low_income"}),
        ("status=needs_visit", {"status": "needs_visit"}),
        (f"place={OTHER_VILLAGE}", {"region_code": OTHER_VILLAGE}),
        ("ask=1", {"asked__gt": 0}),
    ],
)
def test_filters_keep_what_they_say_and_count_it(as_role: Any, county: Any, query: str, every: dict[str, Any]) -> None:
    from fangpin.web.registers.models import CurrentHousehold

    html = page(as_role("county_officer"), f"/households/?{query}")
    expected = CurrentHousehold.objects.filter(**every)
    assert f"<strong>{expected.count()}</strong>" in html
    for row in expected[:50]:
        assert f"/households/{row.household_id}/" in html


def test_search_by_name_pinyin_number_and_identity_number(as_role: Any, county: Any) -> None:
    client = as_role("county_officer")
    one = some()
    for text in (one.head_name, one.head_pinyin.split()[0], one.household_id):
        assert f"/households/{one.household_id}/" in page(client, f"/households/?q={text}")
    assert "没有符合条件的农户" in page(client, "/households/?q=没有这个人")


def test_rows_alone_for_htmx(as_role: Any, county: Any) -> None:
    answer = as_role("county_officer").get("/households/", headers={"HX-Request": "true"})
    assert b"<html" not in answer.content
    assert b"<table" in answer.content


def test_views_are_kept_without_what_was_searched_for(as_role: Any, county: Any) -> None:
    client = as_role("county_officer")
    answer = client.post("/households/views/", {"name": "待问", "status": "needs_visit", "sort": "asked", "q": "陈"})
    assert answer.headers["Location"] == "/households/?status=needs_visit&sort=asked"
    assert "待问" in page(client, "/households/")
    assert "待问</a>" not in page(as_role("county_officer"), "/households/")
    assert client.post("/households/views/", {"name": " "}).status_code == 422


# ---- one household --------------------------------------------------------------------------------------------------------


@pytest.mark.clause("P1.2")
def test_a_household_says_its_result_its_reason_and_what_is_open(as_role: Any, county: Any) -> None:
    one = some(status="needs_visit")
    html = page(as_role("county_officer"), f"/households/{one.household_id}/")
    for said in ("信息不全待补", "还不知道的", "规则判定，不是认定", "未知 · 问", "H1", "L4"):
        assert said in html
    sure = some(status="low_income")
    assert "初判符合" in page(as_role("village_cadre", "350526"), f"/households/{sure.household_id}/")


def test_identity_numbers_are_masked_everywhere_and_seen_in_full_only_for_a_reason(as_role: Any, county: Any) -> None:
    from fangpin.web.audit.models import Entry
    from fangpin.web.registers import bulk
    from fangpin.web.registers.models import HouseholdRow

    client = as_role("county_officer")
    row = HouseholdRow.objects.exclude(head_id_number=None).first()
    (number,) = bulk.unsealed("household.head_id_number", [row.head_id_number_id]).values()
    address = f"/households/{row.household_id}/"
    for where in (address, f"{address}print/", f"{address}history/", f"{address}edit/household/", "/households/"):
        assert number not in page(client, where), where
    assert 'class="masked"' in page(client, address)
    data = {"table": "household", "key": row.household_id, "column": "head_id_number", "reason": ""}
    refused = client.post(f"{address}reveal/", data)
    assert refused.status_code == 422
    assert number not in refused.content.decode()
    assert number in client.post(f"{address}reveal/", data | {"reason": "核对入户材料"}).content.decode()
    entry = Entry.objects.filter(action="identity.reveal").get()
    assert entry.reason == "核对入户材料"
    assert number not in str(entry.detail)
    assert as_role("township_reviewer").post(f"{address}reveal/", data | {"reason": "看看"}).status_code == 403


def test_health_is_hidden_from_people_who_need_not_know(as_role: Any, county: Any) -> None:
    from fangpin import tables
    from fangpin.web.registers.models import MemberRow

    sensitive = [f for f in tables.catalogue().table("member").fields.values() if f.privacy == "sensitive"]
    assert sensitive
    row = MemberRow.objects.exclude(**{sensitive[0].inside: None}).first()
    html = page(as_role("auditor"), f"/households/{row.household_id}/")
    assert "按权限不显示" in html
    assert "涉及健康，按权限不显示" in html


@pytest.mark.parametrize("role", ["researcher", "department_officer", "county_admin"])
def test_who_may_not_read_households_is_refused(as_role: Any, county: Any, role: str) -> None:
    client = as_role(role, department="civil") if role == "department_officer" else as_role(role)
    one = some()
    for address in ("/households/", f"/households/{one.household_id}/", f"/households/{one.household_id}/paper/"):
        page(client, address, 403)


def test_another_village_is_not_there(as_role: Any, county: Any) -> None:
    client = as_role("village_cadre", OTHER_VILLAGE)
    theirs, ours = some(region_code=OTHER_VILLAGE), some(region_code__lt=OTHER_VILLAGE)
    ours = ours or some(region_code__gt=OTHER_VILLAGE)
    page(client, f"/households/{theirs.household_id}/")
    for rest in ("", "history/", "ask/", "edit/living/", "print/", "paper/"):
        page(client, f"/households/{ours.household_id}/{rest}", 404)
    html = page(client, f"/households/?q={ours.household_id}")
    assert f"/households/{ours.household_id}/" not in html
    assert "<strong>0</strong>" in html


# ---- answers and edits -----------------------------------------------------------------------------------------------------


def answer_to(name: str) -> str:
    from fangpin import tables

    field = tables.catalogue().field(name.partition("@")[0])
    if field.kind == "bool":
        return "false"
    if field.kind in ("code", "codes"):
        return next(iter(tables.catalogue().codelist(field.codes or "").items))
    return "2000-01-01" if field.kind == "date" else "3"


@pytest.mark.clause("P1.2")
def test_an_answer_is_kept_and_the_result_follows_at_once(as_role: Any, county: Any) -> None:
    from fangpin.web.registers.models import CurrentHousehold, Verdict

    client = as_role("village_cadre", "350526")
    for row in CurrentHousehold.objects.filter(status="needs_visit").order_by("asked"):
        verdict = Verdict.objects.get(pk=row.verdict_id)
        asks = [a for a in verdict.ask if not a.startswith("household.roster")]
        if asks:
            break
    fact = asks[0]
    code = fact.partition("@")[0].partition(".")[2]
    address = f"/households/{row.household_id}/ask/"
    assert "记下" in page(client, address)
    html = client.post(address, {"fact": fact, code: answer_to(fact)}).content.decode()
    assert "已记下" in html
    after = Verdict.objects.filter(household_id=row.household_id).order_by("-id").first()
    assert fact not in after.ask
    assert after.pk != verdict.pk
    assert "没有填写" in client.post(address, {"fact": after.ask[0]}).content.decode() if after.ask else True


def test_an_edit_keeps_history_and_tells_what_changed(as_role: Any, county: Any) -> None:
    from fangpin.web.registers.models import LivingRow

    client = as_role("county_officer")
    row = LivingRow.objects.filter(house_grade__in=["A", "B"]).first()
    address = f"/households/{row.household_id}/"
    html = page(client, f"{address}edit/living/")
    number = re.search(r'name="row" value="(\d+)"', html)
    data = {"row": number[1] if number else "", "house_grade": "D", "reason": "鉴定报告"}
    answer = client.post(f"{address}edit/living/", data)
    assert answer.status_code == 302
    told = page(client, f"{address}history/")
    assert "鉴定报告" in told
    assert "D" in told
    assert LivingRow.objects.filter(household_id=row.household_id).count() >= 2
    # the same form again: somebody has changed the row meanwhile
    again = client.post(f"{address}edit/living/", data | {"house_grade": "C"})
    assert again.status_code == 422
    assert "这一行刚被别人改过" in again.content.decode()


def test_what_cannot_be_read_keeps_what_was_typed(as_role: Any, county: Any) -> None:
    client = as_role("county_officer")
    one = some()
    answer = client.post(f"/households/{one.household_id}/edit/living/", {"house_area": "八十多"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="八十多"' in html
    assert "errorlist" in html


def test_nothing_changed_writes_nothing(as_role: Any, county: Any) -> None:
    from fangpin.web.registers.models import Batch

    client = as_role("county_officer")
    before = Batch.objects.count()
    one = some()
    assert client.post(f"/households/{one.household_id}/edit/living/", {"row": ""}).status_code == 302
    assert Batch.objects.count() == before


# ---- paper and files ----------------------------------------------------------------------------------------------------------


def test_one_household_on_paper(as_role: Any, county: Any) -> None:
    client = as_role("county_officer")
    one = some()
    assert "打印" in page(client, f"/households/{one.household_id}/print/")
    for lang in ("zh", "en"):
        made = as_role("county_officer", lang=lang).get(f"/households/{one.household_id}/paper/")
        assert made.content.startswith(b"%PDF")
    from fangpin.web.audit.models import Entry

    assert Entry.objects.filter(action="household.print").count() == 3


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_an_export_needs_a_purpose_and_imports_again_without_loss(
    as_role: Any, county: Any, kind: str, tmp_path: Any
) -> None:
    import fangpin as fp
    from fangpin.web.audit.models import Entry
    from fangpin.web.registers.facts import registry

    client = as_role("county_officer")
    assert client.post("/households/export/", {"kind": kind}).status_code == 302
    answer = client.post("/households/export/", {"kind": kind, "purpose": "村里核对"})
    assert answer.status_code == 200
    path = tmp_path / f"out.{'zip' if kind == 'csv' else 'xlsx'}"
    path.write_bytes(answer.content)
    back = fp.read(path)
    standard = fp.standard("national/seed_2021", as_of=date.today())
    ours = fp.identify(registry(), standard).to_polars().sort("household_id")
    theirs = fp.identify(back, standard).to_polars().sort("household_id")
    assert theirs.equals(ours)
    entry = Entry.objects.get(action="household.export")
    assert entry.reason == "村里核对"
    assert entry.detail["households"] == HOUSEHOLDS
    if kind == "csv":
        names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
        heading = zipfile.ZipFile(io.BytesIO(answer.content)).read("household.csv").decode("utf-8-sig").splitlines()[0]
        assert "household.csv" in names
        assert "head_id_number" not in heading


def test_small_counts_are_not_told_to_a_researcher(as_role: Any, county: Any) -> None:
    html = page(as_role("researcher"), "/households/villages/")
    assert "少于5户的数不显示" in html
    assert "/households/?place=" not in html
    assert "合计" in page(as_role("county_officer"), "/households/villages/")
