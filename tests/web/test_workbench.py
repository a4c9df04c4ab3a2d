"""What each role sees first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import registers_help as county
from web_rig import queries_at_most, words

pytestmark = pytest.mark.django_db


def cards(client: Any) -> dict[str, int]:
    """The cards of a person's workbench: verb and number."""
    return {str(card.verb): card.number for card in client.get("/").context["cards"]}


def test_every_role_has_something_to_begin_with(as_role: Any) -> None:
    county.loaded(run=True)
    for role in ("county_officer", "county_approver", "county_admin", "auditor", "researcher", "township_reviewer"):
        assert cards(as_role(role)), role
    assert "交送本部门的数据" in cards(as_role("department_officer", department="民政"))
    village = cards(as_role("village_cadre", county.OTHER_VILLAGE))
    whole = cards(as_role("county_officer"))
    assert 0 < village["查看初判符合的农户"] < whole["查看初判符合的农户"]


def test_the_administrator_is_told_who_lacks_a_second_factor(as_role: Any, person: Any) -> None:
    admin = as_role("county_admin")
    person("county_approver")
    person("county_approver", "350525000000")
    assert cards(admin)["提醒还没有第二验证的人"] == 2  # the administrator and the approver of this county


def test_without_a_duty_it_says_what_to_do(as_role: Any) -> None:
    assert "请县级管理员安排" in words(as_role(None).get("/").content.decode())


@pytest.mark.parametrize("role", ["county_officer", "county_admin", "auditor"])
def test_it_takes_few_queries(as_role: Any, role: str) -> None:
    county.loaded(run=True)
    client = as_role(role)
    with queries_at_most(20):
        client.get("/")


def test_a_report_is_paper_and_for_those_who_may_read_the_county(as_role: Any, settings: Any, tmp_path: Path) -> None:
    settings.REPORTS_DIR, settings.REPORTS_REGION = tmp_path, "350526"
    officer = as_role("county_officer")
    assert officer.get("/reports/county/").status_code == 404
    (tmp_path / "county").mkdir()
    (tmp_path / "county" / "report.html").write_text("<h1>report</h1>")
    assert "/reports/county/" in officer.get("/").content.decode()
    answer = officer.get("/reports/county/")
    assert b"".join(answer.streaming_content) == b"<h1>report</h1>"
    policy = answer.headers["Content-Security-Policy"]
    assert all(f"{name}-src 'none'" in policy for name in ("default", "script", "connect"))
    for role, place in (("township_reviewer", "350526100000"), ("researcher", "350526"), ("county_officer", "350525")):
        assert as_role(role, place).get("/reports/county/").status_code == 404
    for name in ("..", "accounts.json", "county/../county", "other"):
        assert officer.get(f"/reports/{name}/").status_code == 404
