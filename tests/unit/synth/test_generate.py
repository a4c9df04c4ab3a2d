"""Files: layout, sameness, refusals, and what an interruption leaves behind."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from fangpin import synth
from fangpin.synth import places
from fangpin.synth.generate import TABLES
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text

module = importlib.import_module("fangpin.synth.generate")


def bytes_of(folder: Path) -> dict[str, str]:
    """A checksum for every file of a folder."""
    return {
        f.relative_to(folder).as_posix(): hashlib.sha256(f.read_bytes()).hexdigest()
        for f in sorted(folder.rglob("*"))
        if f.is_file()
    }


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counties of 60 households in blocks of 25."""
    monkeypatch.setattr(places, "COUNTY_SIZE", 60)
    monkeypatch.setattr(module, "BLOCK_SIZE", 25)


@pytest.mark.usefixtures("small")
def test_same_seed_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        synth.generate(tmp_path / name, 150, seed)
    one, same, other = (bytes_of(tmp_path / name) for name in "abc")
    assert one == same
    assert {k for k in one if one[k] == other[k]} == set()


def test_the_bytes_do_not_depend_on_threads(tmp_path: Path) -> None:
    call = "import sys; from pathlib import Path; from fangpin import synth; synth.generate(Path(sys.argv[1]), 3000, 5)"
    for threads in ("1", "4"):
        environment = {
            **os.environ,
            "POLARS_MAX_THREADS": threads,
            "OMP_NUM_THREADS": threads,
            "PYTHONPATH": str(Path(synth.__file__).parents[2]),
        }
        subprocess.run([sys.executable, "-c", call, str(tmp_path / threads)], check=True, env=environment)
    assert bytes_of(tmp_path / "1") == bytes_of(tmp_path / "4")


@pytest.mark.usefixtures("small")
def test_a_county_is_the_same_however_many_follow(tmp_path: Path) -> None:
    synth.generate(tmp_path / "few", 120, 5)
    synth.generate(tmp_path / "many", 200, 5)
    few, many = bytes_of(tmp_path / "few"), bytes_of(tmp_path / "many")
    tables = [name for name in few if name.endswith(".parquet")]
    assert len(tables) == 2 * (2 * len(TABLES) + 1)  # two counties; the registry, the truth, latent
    assert all(few[name] == many[name] for name in tables)


def test_one_county_is_a_file_a_table_with_the_truth_apart(county: Path) -> None:
    assert {p.name for p in county.iterdir()} == {
        *(f"{t}.parquet" for t in TABLES),
        "truth",
        "MANIFEST.json",
        "README.md",
    }
    assert {p.name for p in (county / "truth").iterdir()} == {
        *(f"{t}.parquet" for t in TABLES),
        "latent.parquet",
        "README.md",
    }


@pytest.mark.usefixtures("small")
def test_many_counties_are_a_folder_a_table(tmp_path: Path) -> None:
    made = synth.generate(tmp_path / "nation", 150, 5)
    assert len(made.counties) == 3
    for table in TABLES:
        assert sorted(p.stem for p in (tmp_path / "nation" / table).iterdir()) == sorted(made.counties)
    households = pl.read_parquet(tmp_path / "nation" / "household")
    assert households["household_id"].n_unique() == made.households == households.height == 150
    assert set(households["region_code"].str.head(6)) == set(made.counties)


def test_one_county_can_be_asked_for_whatever_its_size(tmp_path: Path, small: None) -> None:
    made = synth.generate(tmp_path / "c", 130, 5, county="522628")
    assert made.counties == ("522628",)
    assert pl.read_parquet(tmp_path / "c" / "household.parquet").height == 130


def test_every_file_says_that_it_is_synthetic(county: Path) -> None:
    manifest = json.loads((county / "MANIFEST.json").read_text("utf-8"))
    assert "模拟数据" in manifest["notice"]
    assert manifest["seed"] == 11
    assert manifest["generator"] == module.VERSION
    assert "模拟数据" in (county / "README.md").read_text("utf-8")
    for path in [*county.glob("*.parquet"), *(county / "truth").glob("*.parquet")]:
        assert manifest["files"][path.relative_to(county).as_posix()] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert "模拟数据" in pl.read_parquet_metadata(path)["fangpin"]
    for table in TABLES:
        assert set(pl.read_parquet(county / f"{table}.parquet")["source"]) == {"模拟数据"}


def test_the_rows_that_are_named_are_the_rows_that_stand_there(tmp_path: Path) -> None:
    made = synth.generate(tmp_path / "c", 300, 2)
    for table, rows in made.rows.items():
        assert pl.read_parquet(tmp_path / "c" / f"{table}.parquet").height == rows
    assert pl.read_parquet(tmp_path / "c" / "truth" / "member.parquet").height == made.members


@pytest.mark.parametrize("households", [1, 2, 3, 7])
def test_the_smallest_counties(tmp_path: Path, households: int) -> None:
    assert synth.generate(tmp_path / "c", households, 1).households == households


@pytest.mark.parametrize("until", [date(2021, 6, 30), date(2024, 2, 29), date(2030, 10, 1)])
def test_nothing_is_known_after_the_last_day(tmp_path: Path, until: date) -> None:
    synth.generate(tmp_path / "c", 400, 3, until=until)
    for table in TABLES:
        rows = pl.read_parquet(tmp_path / "c" / f"{table}.parquet")
        for name in ("known_at", "valid_from"):
            assert rows[name].null_count() == 0
            assert rows.height == 0 or rows[name].max() <= until
    income = pl.read_parquet(tmp_path / "c" / "income_year.parquet")
    assert income["window_to"].max() <= until
    household = pl.read_parquet(tmp_path / "c" / "household.parquet")
    fresh = (pl.lit(until) - pl.col("known_at")).dt.total_days() < 365
    assert 0.9 < household.select(fresh.mean()).item() < 1


def test_years_of_income(tmp_path: Path) -> None:
    synth.generate(tmp_path / "c", 300, 3, years=3)
    rows = pl.read_parquet(tmp_path / "c" / "truth" / "income_year.parquet").filter(pl.col("stage") == "2")
    assert sorted(rows["year"].unique()) == [2019, 2020, 2021]
    assert rows.height == 900
    assert rows.select("household_id", "window_to").is_unique().all()


def test_progress_is_told(tmp_path: Path, small: None) -> None:
    heard: list[tuple[int, int, Text]] = []
    synth.generate(tmp_path / "c", 150, 5, progress=lambda done, total, what: heard.append((done, total, what)))
    assert [done for done, _, _ in heard] == [25, 50, 60, 85, 110, 120, 145, 150]
    assert {total for _, total, _ in heard} == {150}


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"households": 0}, "--households"),
        ({"seed": -1}, "--seed"),
        ({"years": 0}, "--years"),
        ({"until": date(1850, 1, 1)}, "--until"),
        ({"county": "000000"}, "--county"),
        ({"county": "350000"}, "--county"),
        ({"households": 10**10}, "--households"),
    ],
)
def test_arguments_that_cannot_be_used(tmp_path: Path, wrong: dict[str, object], place: str) -> None:
    arguments: dict[str, object] = {"households": 10, "seed": 1, **wrong}
    with pytest.raises(UnusableInput) as error:
        synth.generate(tmp_path / "c", **arguments)  # type: ignore[arg-type]
    assert error.value.place == place
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize("name", ["household.csv", "member.parquet", "README.md"])
def test_what_was_not_generated_is_not_replaced(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(UnusableInput) as error:
        synth.generate(tmp_path, 10, 1)
    assert name in error.value.read
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "c").write_text("mine")
    with pytest.raises(UnusableInput):
        synth.generate(tmp_path / "c", 10, 1)


def test_an_earlier_result_is_replaced_and_other_files_stay(tmp_path: Path, small: None) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    synth.generate(tmp_path, 150, 5)
    synth.generate(tmp_path, 30, 5)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert not (tmp_path / "household").exists()
    assert pl.read_parquet(tmp_path / "household.parquet").height == 30


@pytest.mark.parametrize("before", [False, True])
def test_an_interruption_leaves_the_folder_as_it_was(tmp_path: Path, small: None, before: bool) -> None:
    folder = tmp_path / "c"
    if before:
        synth.generate(folder, 30, 4)
    had = bytes_of(folder)

    def interrupt(done: int, total: int, what: Text) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        synth.generate(folder, 150, 5, progress=interrupt)
    assert bytes_of(folder) == had
    assert folder.exists() == before
