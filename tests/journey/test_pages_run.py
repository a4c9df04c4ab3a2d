"""Pages for researchers run as they stand: every block of code, every command, in both languages the same."""

from __future__ import annotations

import re
import shlex
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from typer.testing import CliRunner

import fangpin as fp
from fangpin.cli.app import app
from fangpin.standards.prices import prices_for
from fangpin.standards.variants import SensitivityDocument
from fangpin.synth import generate
from helpers import ROOT

PAGES = ("docs/how-to/notebook", "docs/tutorial/county-to-nation")
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str, lang: str) -> list[tuple[str, str]]:
    """The code of a page in its order: kind, text."""
    return BLOCK.findall((ROOT / f"{page}.{lang}.md").read_text("utf-8"))


def run(kind: str, text: str, names: dict[str, Any]) -> None:
    """One block, as a reader would run it."""
    if kind == "python":
        exec(compile(text, "page", "exec"), names)
        return
    for line in text.splitlines():
        assert line.startswith("$ fangpin ")
        done = CliRunner().invoke(app, shlex.split(line)[2:])
        assert done.exit_code == 0, (line, done.stderr)


@pytest.mark.parametrize("page", PAGES)
def test_every_block_runs(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if page.endswith("notebook"):
        generate(Path("county"), households=400, seed=2021, county="350526")
    names: dict[str, Any] = {}
    for kind, text in blocks(page, "en"):
        run(kind, text, names)


@pytest.mark.parametrize("page", PAGES)
def test_both_languages_have_the_same_code(page: str) -> None:
    assert blocks(page, "zh") == blocks(page, "en") != []


def test_examples_are_about_ten_lines() -> None:
    assert max(len(text.splitlines()) for _, text in blocks(PAGES[0], "en")) <= 12


def test_verdicts_stand_beside_any_column_and_show_nobody(tmp_path: Path) -> None:
    generate(tmp_path / "county", households=30, seed=4, county="350526")
    verdicts = fp.identify(fp.read(tmp_path / "county"), fp.standard("national/seed_2021", as_of="2021-12-31"))
    wanted = ("income_year.a", "living.house_grade", "member.id_number", "household.head_name", "living.durables")
    table = verdicts.join(*wanted)
    assert table.select(verdicts.to_polars().columns).equals(verdicts.to_polars())
    stored = {n: pl.read_parquet(tmp_path / "county" / f"{n}.parquet") for n in ("living", "member")}
    grades = dict(stored["living"].select("household_id", pl.col("house_grade").cast(pl.String)).iter_rows())
    assert dict(table.select("household_id", "living.house_grade").iter_rows()) == {
        h: grades.get(h) for h in table["household_id"]
    }
    numbers = set(stored["member"]["id_number"].drop_nulls().cast(pl.String))
    shown = table["member.id_number"].explode().drop_nulls()
    assert shown.len() and not numbers & set(shown) and shown.str.contains("＊").all()
    assert table["household.head_name"].drop_nulls().str.contains("＊").all()
    assert table.schema["income_year.a"] == pl.Decimal(18, 6)
    with pytest.raises(fp.UnusableInput) as error:
        verdicts.join("living.house_grad")
    assert error.value.code == "FP-IDENTIFY-003" and "house_grade" in error.value.message("en")


def test_a_citation_holds_all_that_finds_the_result_again(tmp_path: Path) -> None:
    generate(tmp_path / "county", households=30, seed=4, county="350526")
    registry, standard = fp.read(tmp_path / "county"), fp.standard("national/seed_2021", as_of="2021-12-31")
    verdicts = fp.identify(registry, standard)
    for lang in ("zh", "en"):
        said = verdicts.citation(lang)
        for part in (standard.id, standard.hash[:16], "2021-12-31", registry.snapshot_hash()[:16], fp.__version__):
            assert part in said
        assert "10.15302/J-SSCAE-2021.05.019" in said
    assert verdicts.citation().bibtex().startswith("@misc{fangpin-")
    assert verdicts.citation().to_json()["standards"][0]["hash"] == standard.hash
    both = fp.compare(registry, standard, standard.with_changes({"k": 2}))
    assert "k=2" in both.citation("en") and standard.hash[:16] in both.citation("en")
    assert fp.sensitivity(registry, standard).citation("zh").startswith("敏感性分析")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_documents_of_the_page_on_moves_load(lang: str, tmp_path: Path) -> None:
    text = (ROOT / f"docs/how-to/moves.{lang}.md").read_text("utf-8")
    prices, steps = re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (tmp_path / "prices.yaml").write_text(prices, "utf-8")
    found = prices_for("350526", date(2021, 12, 31), tmp_path / "prices.yaml")
    assert found is not None and [p.status for p in found.items] == ["low_income", "needs_visit"]
    doc = SensitivityDocument.model_validate(yaml.safe_load(steps))
    assert set(doc.steps) <= set(fp.standard(doc.of, as_of="2021-12-31").parameters)
    options = set(re.findall(r" (--[a-z-]+)", " ".join(re.findall(r"^\$ fangpin .*$", text, re.MULTILINE))))
    helps = [CliRunner().invoke(app, [command, "--help"]).stdout for command in ("compare", "sensitivity")]
    assert all(option in "".join(helps) for option in options)
