"""fangpin doctor: what a machine has, what it lacks, and what it must not say."""

from __future__ import annotations

import json
from importlib import metadata
from typing import Any

import pytest
from typer.testing import CliRunner

from fangpin.cli import machine
from fangpin.cli.app import app


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["doctor", *words])
    return done.exit_code, done.stdout


def test_a_whole_machine_is_well() -> None:
    code, text = run("--json")
    found = json.loads(text)
    assert (code, found["ok"]) == (0, True)
    items = {item["name"]: item for item in found["items"]}
    for name in (
        "python",
        "fangpin",
        "polars",
        "standards",
        "regions",
        "temporary folder",
        "memory",
        "cores",
        "locale",
    ):
        assert items[name]["state"] == "ok", items[name]
        assert items[name]["found"]
    assert all(item["remedy"] for item in found["items"] if item["state"] in ("missing", "warning"))


def test_it_speaks_both_languages() -> None:
    assert "必需的包" in run()[1]
    english = run("--lang", "en")[1]
    assert "packages needed" in english
    assert "fangpin code" in english


def test_a_missing_package_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    real = metadata.version

    def version(name: str) -> str:
        if name == "sqlglot":
            raise metadata.PackageNotFoundError(name)
        return "0.1" if name == "altair" else real(name)

    monkeypatch.setattr(
        machine, "_requirements", lambda: [("sqlglot", "30", ""), ("altair", "6.0", ""), ("svy", "9999", "survey")]
    )
    monkeypatch.setattr(machine.metadata, "version", version)
    items = {item.name: item for item in machine._packages()}
    assert items["sqlglot"].state == "missing"
    assert items["sqlglot"].remedy.zh == "pip install 'sqlglot>=30'"
    assert items["altair"].state == "missing"
    assert items["svy"].state == "note"
    monkeypatch.setattr(machine, "examine", lambda: tuple(items.values()))
    monkeypatch.setattr("fangpin.cli.doctor.examine", lambda: tuple(items.values()))
    assert run()[0] == 1


def test_what_is_shipped_but_broken_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Any:
        raise ValueError("spoilt")

    monkeypatch.setattr(machine, "_standards", broken)
    items = {item.name: item for item in machine._contents()}
    assert items["standards"].state == "missing"
    assert "spoilt" in items["standards"].found.zh
    assert items["rules"].state == "ok"


def test_no_other_variable_is_shown_and_ours_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_TOKEN", "hunter2-secret")
    monkeypatch.setenv("FANGPIN_LANG", "fr")
    monkeypatch.setenv("FANGPIN_REAL_DATA", "no-such-folder")
    items = {item.name: item for item in machine._environment()}
    assert items["FANGPIN_LANG"].state == "warning"
    assert items["FANGPIN_REAL_DATA"].state == "warning"
    assert "hunter2-secret" not in run("--json")[1]


def test_a_temporary_folder_that_cannot_be_written_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(machine.tempfile, "TemporaryFile", refuse)
    items = {item.name: item for item in machine._room()}
    assert items["temporary folder"].state == "missing"
    assert "TMPDIR" in items["temporary folder"].remedy.en
