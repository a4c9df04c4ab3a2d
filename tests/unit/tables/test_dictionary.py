"""The page of the docs is the catalogue, and the committed page is the generated one."""

from __future__ import annotations

from pathlib import Path

import pytest

from fangpin import tables
from fangpin.tables import dictionary

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_committed_page_is_the_generated_one(lang: str) -> None:
    committed = (REFERENCE / f"data-dictionary.{lang}.md").read_text("utf-8")
    assert committed == tables.dictionary.markdown(lang), "run: make docs"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_field_and_code_stands_on_the_page(lang: str) -> None:
    page = dictionary.markdown(lang)
    for table in tables.catalogue().tables.values():
        section = page.partition(f"## `{table.name}`")[2].partition("\n## ")[0]
        for field in table.fields.values():
            assert f"| `{field.name}` | {field.label(lang)}" in section
            assert field.ask is None or field.ask(lang) in section
    for codelist in tables.catalogue().codelists.values():
        section = page.partition(f'<a id="{codelist.name}">')[2].partition("\n### ")[0]
        for code, label in codelist.items.items():
            assert f"| `{code}` | {label.zh} | {label.en} |" in section


def test_the_command_writes_both_pages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dictionary.main([str(tmp_path / "reference")]) == 0
    assert sorted(p.name for p in (tmp_path / "reference").iterdir()) == [
        "data-dictionary.en.md",
        "data-dictionary.zh.md",
    ]
    assert dictionary.main([]) == 2
    assert "FOLDER" in capsys.readouterr().err
