"""The pages of imports: from upload to undo, who may do what, and both languages."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

import registers_help as county
from fangpin.web.jobs.models import Job
from fangpin.web.registers import imports, reading
from fangpin.web.registers.models import Ambiguity, Batch
from registers_help import archive, given

pytestmark = pytest.mark.django_db
REGION = "350526000000"


@pytest.fixture(autouse=True)
def at_once(settings: Any, monkeypatch: Any) -> None:
    """Background work is done when it is asked for, and files are read in this process."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    county.read_here(monkeypatch)


@pytest.fixture
def post(as_role: Any, django_capture_on_commit_callbacks: Any) -> Any:
    def go(client: Any, path: str, data: dict[str, Any] | None = None) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(path, data or {})

    return go


def form(file: SimpleUploadedFile, **more: Any) -> dict[str, Any]:
    return {"file": file, "region_code": REGION, "known_at": "2022-01-31", **more}


def test_from_upload_to_undo(as_role: Any, post: Any, django_capture_on_commit_callbacks: Any) -> None:
    def post_get(client: Any, path: str) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return client.get(path)

    county.loaded(run=True)
    officer = as_role("county_officer")
    files = given("household", "living")
    files["living"] = files["living"].with_columns(pl.lit("D").alias("house_grade"))
    answer = post(officer, "/registers/imports/", form(archive(files)))
    assert answer.status_code == 302
    batch = Batch.objects.get(kind="import")
    assert batch.state == "checked"
    page = officer.get(answer.headers["Location"]).content.decode()
    assert "会改什么" in page
    assert "合并" in page
    changed = officer.get(f"/registers/imports/{batch.pk}/living/changed/").content.decode()
    assert "危房等级" in changed
    assert officer.get(f"/registers/imports/{batch.pk}/household/added/").status_code == 200
    assert officer.get(f"/registers/imports/{batch.pk}/findings/").status_code == 200
    book = officer.get(f"/registers/imports/{batch.pk}/findings.xlsx")
    assert b"".join(book.streaming_content).startswith(b"PK")
    (imports.folder(batch) / "read" / reading.BOOK).unlink()  # as where the file was large
    asked = post_get(officer, f"/registers/imports/{batch.pk}/findings.xlsx")
    assert asked.headers["Location"].startswith("/jobs/")
    assert b"".join(officer.get(f"/registers/imports/{batch.pk}/findings.xlsx").streaming_content).startswith(b"PK")
    assert "查看并合并导入" in officer.get("/").content.decode()
    assert post(officer, f"/registers/imports/{batch.pk}/merge/").status_code == 302
    batch.refresh_from_db()
    assert batch.state == "published"
    assert post(officer, f"/registers/imports/{batch.pk}/merge/").status_code == 422
    assert "撤销这一批" in officer.get(f"/registers/imports/{batch.pk}/").content.decode()
    post(officer, f"/registers/imports/{batch.pk}/undo/", {"reason": "错表"})
    batch.refresh_from_db()
    assert batch.state == "undone"
    post(officer, f"/registers/imports/{batch.pk}/check/")
    again = Batch.objects.filter(kind="import").latest("id")
    assert (again.state, again.parent_id) == ("checked", batch.pk)
    jobs = officer.get("/jobs/").content.decode()
    assert "data.zip" in jobs
    assert all(officer.get(f"/jobs/{job.pk}/").status_code == 200 for job in Job.objects.all())


def test_a_doubtful_row_is_decided_side_by_side(as_role: Any, post: Any) -> None:
    county.loaded()
    officer = as_role("county_officer", lang="en")
    files = given("household")
    known = files["household"].drop_nulls("head_id_number").head(1)
    new = known.with_columns(pl.lit("35052699999999").alias("household_id"))
    post(officer, "/registers/imports/", form(archive({"household": new})))
    matter = Ambiguity.objects.get()
    path = f"/registers/imports/{matter.batch_id}/undecided/"
    page = officer.get(path).content.decode()
    assert "The same household or person?" in page
    assert known["head_id_number"][0] not in page
    assert "decide whether it is the same household or person" in officer.get("/").content.decode()
    assert post(officer, f"{path}{matter.pk}/", {"choice": "same:nobody", "reason": "?"}).status_code == 422
    assert post(officer, f"{path}{matter.pk}/", {"choice": "new", "reason": "two families"}).status_code == 302
    matter.refresh_from_db()
    assert (matter.choice, matter.reason) == ("new", "two families")


def test_a_bad_upload_keeps_the_page_and_says_what_to_do(as_role: Any, post: Any) -> None:
    officer = as_role("county_officer")
    answer = post(officer, "/registers/imports/", form(SimpleUploadedFile("a.exe", b"MZ")))
    assert answer.status_code == 422
    assert "不收这种文件" in answer.content.decode()
    answer = post(officer, "/registers/imports/", {"region_code": REGION, "known_at": "2999-01-01"})
    assert answer.status_code == 422
    assert "这一天还没有到" in answer.content.decode()
    answer = post(officer, "/registers/imports/", form(SimpleUploadedFile("a.xlsx", b"<html>no</html>")))
    batch = Batch.objects.get()
    assert batch.state == "failed"
    assert "重新核对" in officer.get(f"/registers/imports/{batch.pk}/").content.decode()


def test_imports_of_others_are_not_there(as_role: Any, post: Any) -> None:
    officer = as_role("county_officer")
    post(officer, "/registers/imports/", form(archive(given("household"))))
    batch = Batch.objects.get(kind="import")
    elsewhere = as_role("county_officer", "350121")
    cadre = as_role("village_cadre", county.OTHER_VILLAGE)
    for path in ("", "household/added/", "findings/", "findings.xlsx", "undecided/"):
        assert elsewhere.get(f"/registers/imports/{batch.pk}/{path}").status_code == 404
        assert cadre.get(f"/registers/imports/{batch.pk}/{path}").status_code == 403
    for what in ("merge", "reject", "undo", "check"):
        assert post(elsewhere, f"/registers/imports/{batch.pk}/{what}/").status_code == 404
    assert "data.zip" not in elsewhere.get("/registers/imports/").content.decode()
    job = Job.objects.latest("created")
    assert elsewhere.get(f"/jobs/{job.pk}/").status_code == 404
    assert post(elsewhere, f"/jobs/{job.pk}/cancel/").status_code == 404


def test_while_it_runs_the_page_asks_again(as_role: Any) -> None:
    officer = as_role("county_officer")
    officer.post("/registers/imports/", form(archive(given("household"))))  # nothing is done: no transaction ended
    batch = Batch.objects.get()
    page = officer.get(f"/registers/imports/{batch.pk}/").content.decode()
    assert "every 1s" in page
    Job.objects.update(state="running", done=30, total=120, doing_zh="读入")
    part = officer.get(f"/registers/imports/{batch.pk}/", headers={"HX-Request": "true"})
    assert 'value="0.250"' in part.content.decode()
    assert "<html" not in part.content.decode()
    Batch.objects.update(state="checked")
    done = officer.get(f"/registers/imports/{batch.pk}/", headers={"HX-Request": "true"})
    assert done.headers["HX-Refresh"] == "true"
    job = Job.objects.get()
    assert officer.post(f"/jobs/{job.pk}/cancel/").status_code == 302
    job.refresh_from_db()
    assert job.cancel_asked


def test_no_list_needs_many_queries(as_role: Any, post: Any) -> None:
    from web_rig import queries_at_most

    officer = as_role("county_officer")
    for _ in range(3):
        post(officer, "/registers/imports/", form(archive(given("household"))))
    for path in ("/registers/imports/", "/jobs/"):
        with queries_at_most(12):
            assert officer.get(path).status_code == 200
