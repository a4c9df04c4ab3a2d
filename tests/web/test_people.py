"""User administration: who may, what is written down, what the person then sees; sign-in and its limits."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from fangpin.web.accounts.models import Duty, User
from fangpin.web.audit.models import Entry
from web_rig import queries_at_most

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse 42"
VILLAGE = "350526100001"


def form(**changes: str) -> dict[str, str]:
    """What the form of a new person sends."""
    return {"username": "wang", "name": "王小明", "role": "village_cadre", "region_code": VILLAGE, **changes}


def test_a_new_person_gets_a_password_once(as_role: Any) -> None:
    admin = as_role("county_admin")
    page = admin.post("/accounts/people/new/", form())
    assert page.status_code == 200
    once = re.search(r"<code>([a-z2-9-]{19})</code>", page.content.decode())
    assert once is not None
    user = User.objects.get(username="wang")
    assert user.must_change_password
    assert once[1] not in admin.get(f"/accounts/people/{user.pk}/").content.decode()
    acts = list(Entry.objects.filter(object_id=str(user.pk)).values_list("action", "username", "region_code"))
    assert ("user.duty", admin.user.username, VILLAGE) in acts
    assert once[1] not in str(list(Entry.objects.values()))
    client = Client()
    answer = client.post("/accounts/login/", {"login": "wang", "password": once[1]})
    assert answer.status_code == 302
    assert client.get("/").headers["Location"] == "/accounts/password/change/"
    changed = {"oldpassword": once[1], "password1": "a river and 7 hills", "password2": "a river and 7 hills"}
    assert client.post("/accounts/password/change/", changed).status_code == 302
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"username": ""},
        {"username": "no space"},
        {"username": "x" * 61},
        {"name": ""},
        {"name": "名" * 81},
        {"role": "emperor"},
        {"region_code": "350525100001"},
        {"region_code": "nonsense"},
        {"role": "county_approver"},
        {"role": "department_officer", "region_code": "350526000000"},
    ],
)
def test_what_cannot_be_is_refused_with_what_was_typed(as_role: Any, changes: dict[str, str]) -> None:
    people = User.objects.count()
    answer = as_role("county_admin").post("/accounts/people/new/", form(**changes))
    assert answer.status_code == 422
    assert User.objects.count() == people + 1  # the administrator
    assert not Duty.objects.filter(role=changes.get("role", "village_cadre")).exists()
    if "name" not in changes:
        assert "王小明" in answer.content.decode()


def test_the_same_account_twice_is_refused(as_role: Any) -> None:
    admin = as_role("county_admin")
    admin.post("/accounts/people/new/", form())
    assert admin.post("/accounts/people/new/", form(username="WANG")).status_code == 422


@pytest.mark.parametrize(
    "role", ["village_cadre", "township_reviewer", "county_officer", "county_approver", "researcher", "helper"]
)
def test_only_the_administrator_administers(as_role: Any, role: str) -> None:
    client = as_role(role)
    assert client.get("/accounts/people/").status_code == 403
    assert client.post("/accounts/people/new/", form()).status_code == 403
    assert not User.objects.filter(username="wang").exists()


def test_an_auditor_reads_and_changes_nothing(as_role: Any, person: Any) -> None:
    user, client = person("county_officer"), as_role("auditor")
    assert client.get(f"/accounts/people/{user.pk}/").status_code == 200
    for path in (f"{user.pk}/change/", f"{user.pk}/duty/", f"{user.pk}/duty/{user.duties.get().pk}/end/"):
        assert client.post(f"/accounts/people/{path}", {"act": "disable"}).status_code == 403


def test_people_of_another_county_are_not_there(as_role: Any, person: Any) -> None:
    other, admin = person("county_officer", "350525000000", name="远方"), as_role("county_admin")
    assert "远方" not in admin.get("/accounts/people/").content.decode()
    for path in ("", "change/", "duty/"):
        call = admin.get if path == "" else admin.post
        assert call(f"/accounts/people/{other.pk}/{path}", {"act": "disable"}).status_code == 404
    other.refresh_from_db()
    assert other.is_active


def test_a_duty_elsewhere_keeps_the_account_out_of_reach(as_role: Any, person: Any) -> None:
    user = person("helper", "350526000000")
    Duty.objects.create(user=user, role="researcher", region_code="350000000000")
    assert as_role("county_admin").post(f"/accounts/people/{user.pk}/change/", {"act": "disable"}).status_code == 403


def test_switched_off_means_out_at_once(as_role: Any) -> None:
    officer = as_role("county_officer")
    assert officer.get("/").status_code == 200
    assert (
        as_role("county_admin").post(f"/accounts/people/{officer.user.pk}/change/", {"act": "disable"}).status_code
        == 302
    )
    assert officer.get("/").headers["Location"].startswith("/accounts/login/")
    answer = Client().post("/accounts/login/", {"login": officer.user.username, "password": PASSWORD})
    assert answer.status_code == 200


def test_a_list_of_many_takes_few_queries(as_role: Any, person: Any) -> None:
    for _ in range(12):
        person("village_cadre", VILLAGE)
    admin = as_role("county_admin")
    with queries_at_most(12):
        assert admin.get("/accounts/people/").status_code == 200


# ---- signing in --------------------------------------------------------------


def test_six_wrong_passwords_lock_the_account_for_a_while(person: Any, client: Client, settings: Any) -> None:
    settings.DEMO = True
    user = person("county_officer")
    for _ in range(6):
        answer = client.post("/accounts/login/", {"login": user.username, "password": "wrong"})
    assert answer.status_code == 429
    assert "登录暂停" in answer.content.decode()
    again = client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})
    assert again.status_code == 429
    assert "_auth_user_id" not in client.session
    assert Entry.objects.filter(action="session.locked").exists()
    other = person("county_officer")
    assert client.post("/accounts/login/", {"login": other.username, "password": PASSWORD}).status_code == 302


def test_a_wrong_password_says_nothing_of_the_account(person: Any, client: Client) -> None:
    user = person("county_officer")
    said = [
        client.post("/accounts/login/", {"login": name, "password": "wrong"}).content.decode()
        for name in (user.username, "nobody-at-all")
    ]
    errors = [re.findall(r'role="alert">(.*?)</div>', page, re.DOTALL) for page in said]
    assert errors[0] == errors[1] != []


@pytest.mark.parametrize(
    ("role", "asked"), [("county_approver", True), ("county_admin", True), ("county_officer", False)]
)
def test_some_roles_need_a_second_factor_outside_the_demo(as_role: Any, settings: Any, role: str, asked: bool) -> None:
    client = as_role(role)
    settings.DEMO = False
    answer = client.get("/")
    assert answer.status_code == (302 if asked else 200)
    if asked:
        assert answer.headers["Location"] == "/accounts/2fa/totp/activate/"
        assert client.get("/accounts/people/").status_code in (302, 403)
        assert client.get("/api/me").status_code == 302


def test_the_second_factor_is_set_up_and_then_asked_for(
    as_role: Any, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    client = as_role("county_approver")
    settings.DEMO = False
    client.post("/accounts/logout/")
    client.post("/accounts/login/", {"login": client.user.username, "password": PASSWORD})
    again = client.get("/").headers["Location"]
    assert client.get(again).headers["Location"].startswith("/accounts/reauthenticate/")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get(again).content.decode()
    secret = re.search(r'id="authenticator_secret" value="(\w+)"', page)
    assert secret is not None
    code = format_hotp_value(hotp_value(secret[1], next(iter(yield_hotp_counters_from_time()))))
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/accounts/2fa/totp/activate/", {"code": code}).status_code == 302
    assert client.get("/").status_code == 200
    client.post("/accounts/logout/")
    half = client.post("/accounts/login/", {"login": client.user.username, "password": PASSWORD})
    assert half.headers["Location"].startswith("/accounts/2fa/authenticate/")
    assert client.get("/").status_code == 302
    assert "user.factor_set" in Entry.objects.filter(username=client.user.username).values_list("action", flat=True)


def test_demo_accounts_do_not_sign_in_elsewhere(tmp_path: Any, client: Client, settings: Any) -> None:
    from fangpin.web.accounts.demo import demo_accounts

    accounts = demo_accounts(tmp_path, "350526", VILLAGE)
    one = next(a for a in accounts if a["role"] == "county_officer")
    sign = {"login": one["username"], "password": one["password"]}
    settings.DEMO = False
    client.post("/accounts/login/", sign)
    assert "_auth_user_id" not in client.session
    settings.DEMO = True
    assert client.post("/accounts/login/", sign).status_code == 302
    settings.DEMO = False
    assert client.get("/").status_code == 302


def test_there_is_no_way_to_register_or_to_reset_by_mail(client: Client) -> None:
    for path in ("signup/", "password/reset/", "email/", "social/signup/"):
        assert client.get(f"/accounts/{path}").status_code in (302, 404), path
        assert client.post(f"/accounts/{path}", {"username": "x"}).status_code in (302, 404), path
    assert not User.objects.exists()


def test_other_devices_are_signed_out(person: Any, settings: Any) -> None:
    settings.DEMO = True
    user = person("county_officer")
    clients = [Client(headers={"user-agent": f"device {n}"}) for n in range(2)]
    for client in clients:
        client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})
        assert client.get("/").status_code == 200
    assert "device 1" in clients[0].get("/accounts/sessions/").content.decode()
    clients[0].post("/accounts/sessions/")
    assert clients[0].get("/").status_code == 200
    assert clients[1].get("/").status_code == 302


def test_the_audit_page_is_for_auditors(as_role: Any, person: Any) -> None:
    admin = as_role("county_admin")
    admin.post("/accounts/people/new/", form())
    page = as_role("auditor", lang="en").get("/audit/?action=user")
    assert page.status_code == 200
    assert "user.duty" in page.content.decode()
    assert as_role("county_officer").get("/audit/").status_code == 403
    auditor = as_role("auditor", lang="en")
    assert "The chain is whole" in auditor.post("/audit/verify/").content.decode()
    answers = [auditor.post("/audit/verify/") for _ in range(10)]
    assert [one.status_code for one in answers] == [200] * 9 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 61
    assert "Too often" in answers[-1].content.decode()
    assert as_role("auditor").post("/audit/verify/").status_code == 200
