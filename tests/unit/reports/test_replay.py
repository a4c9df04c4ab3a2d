"""Replays: the same whatever does not matter changes, and why a household differs where it does."""

from __future__ import annotations

import json
import random
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import fangpin as fp
from fangpin.engine.fingerprint import added, differing, sums
from fangpin.reports.replay import Replayed, replay
from fangpin.standards.saved import changed, restored, saved
from fangpin.vocabulary.errors import UnusableInput
from helpers import trials
from random_cases import READINGS
from standards_help import SEED

DAY = "2021-06-30"
TABLES = {
    "household": "household_id,region_code,population,known_at\n"
    + "".join(f"h{i},350526100201,1,\n" for i in range(9)),
    "member": "household_id,person_id,birth_date,resident_medical\n"
    + "".join(f"h{i},p1,1980-01-0{i + 1},否\n" for i in range(9)),
    "living": "household_id,house_grade,internet,water_safe,known_at\n"
    + "".join(f"h{i},A,1,是,\n" for i in range(8))
    + "h8,D,4,否,\n",
    "income_year": "household_id,year,net_income_pc\n" + "".join(f"h{i},2020,{3000 + 1500 * i}\n" for i in range(9)),
}
OVERLAY = (
    "changes: national/seed_2021\neffective: {from: 2021-01-01, until: null}\nregion: '350526'\n"
    "parameters: {k: 4}\nsource: {document: 县级测试文件}\n"
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A county of nine households, and an overlay."""
    (tmp_path / "county").mkdir()
    for name, text in TABLES.items():
        (tmp_path / "county" / f"{name}.csv").write_text(text, "utf-8")
    (tmp_path / "k.yaml").write_text(OVERLAY, "utf-8")
    return tmp_path


def run(place: Path, *inputs: str) -> Path:
    """The manifest of a run on these inputs of the place."""
    standard = fp.standard(SEED, region="350526", as_of=DAY, overlays=[place / "k.yaml"])
    paths = [place / name for name in (inputs or ("county",))]
    fp.identify(fp.read(paths if len(paths) > 1 else paths[0]), standard).write(place / "out")
    return place / "out" / "manifest.json"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def why(found: Replayed) -> dict[str, tuple[list[str], list[str], list[str]]]:
    return {d["household_id"]: (d["why"], d["facts"], d["rule"]) for d in found.differing}


@pytest.mark.clause("P1.3")
def test_the_same_input_gives_the_same_bytes(place: Path) -> None:
    found = replay(run(place))
    assert found.same and found.bytes_same and not found.causes
    assert found.to_json()["households"] == 9 and "完全相同" in found.text()


def test_order_and_encoding_change_nothing_and_later_rows_neither(place: Path) -> None:
    manifest = run(place)
    then = json.loads(manifest.read_text("utf-8"))["result"]["rows_hash"]
    for name in ("member", "household"):
        frame = pl.read_csv(place / "county" / f"{name}.csv", infer_schema=False)
        (place / "county" / f"{name}.csv").unlink()
        frame.sample(fraction=1.0, shuffle=True, seed=1).write_parquet(place / "county" / f"{name}.parquet")
    with (place / "county" / "living.csv").open("a", encoding="utf-8") as file:
        file.write("h0,D,4,否,2021-07-01\nh8,A,1,是,2021-08-01\n")
    found = replay(manifest)
    assert found.same and found.rows_hash == then
    assert any("判定日所知的事实相同" in c.zh for c in found.causes), found.causes


@pytest.mark.clause("P1.3")
def test_a_changed_fact_is_named_for_the_household_it_moves(place: Path) -> None:
    manifest = run(place)
    edit(place / "county" / "living.csv", "h5,A,1", "h5,D,1")
    found = replay(manifest)
    assert why(found) == {"h5": (["fact"], ["living.house_grade"], [])}
    assert "living.house_grade" in found.text("en") and "house_grade" in found.to_json()["causes"][1]


@pytest.mark.clause("P1.3")
def test_a_changed_rule_is_named_and_told_from_a_changed_fact(place: Path) -> None:
    manifest = run(place)
    edit(place / "k.yaml", "k: 4", "k: 3")
    edit(place / "county" / "income_year.csv", "h1,2020,4500", "h1,2020,9500")
    edit(place / "county" / "living.csv", "h7,A,1,是", "h7,D,4,否")
    found = replay(manifest)
    assert {h: w for h, (w, _, _) in why(found).items()} == {"h1": ["fact"], "h7": ["fact", "rule"], "h8": ["rule"]}
    assert why(found)["h8"][2] == ["k"] and why(found)["h1"][1] == ["income_year.net_income_pc"]
    assert found.changed_rule == [("k", 4, 3)]


def test_every_path_of_several_is_read_again_and_missed(place: Path) -> None:
    for name in ("living", "income_year"):
        shutil.move(place / "county" / f"{name}.csv", place / f"{name}.csv")
    manifest = run(place, "county", "living.csv", "income_year.csv")
    assert replay(manifest).same
    edit(place / "income_year.csv", "h8,2020,15000", "h8,2020,100")
    assert why(replay(manifest)) == {"h8": (["fact"], ["income_year.net_income_pc"], [])}
    (place / "living.csv").unlink()
    (place / "income_year.csv").unlink()
    with pytest.raises(UnusableInput, match="FP-REPLAY-002") as gone:
        replay(manifest)
    assert "living.csv" in gone.value.place and "income_year.csv" in gone.value.place


def test_input_that_stood_in_memory_cannot_be_replayed(place: Path) -> None:
    frames = {name: pl.read_csv(place / "county" / f"{name}.csv", infer_schema=False) for name in TABLES}
    fp.identify(fp.read(frames), fp.standard(SEED, as_of=DAY)).write(place / "out")
    with pytest.raises(UnusableInput, match="FP-REPLAY-004"):
        replay(place / "out" / "manifest.json")


def test_what_we_know_today_of_that_day_is_replayed_so(place: Path) -> None:
    (place / "county" / "living.csv").write_text(
        "household_id,house_grade,known_at\nh5,A,2021-01-01\nh5,D,2021-08-01\n", "utf-8"
    )
    registry, standard = fp.read(place / "county"), fp.standard(SEED, as_of=DAY)
    then, since = (fp.identify(r, standard).to_polars() for r in (registry, registry.as_of(DAY, known="2021-12-31")))
    assert (then.filter(household_id="h5")["L1"][0], since.filter(household_id="h5")["L1"][0]) == (False, True)
    fp.identify(registry.as_of(DAY, known="2021-12-31"), standard).write(place / "out")
    found = replay(place / "out" / "manifest.json")
    assert found.same and found.bytes_same


def test_a_manifest_keeps_its_ancestors(place: Path) -> None:
    first = run(place)
    snapshot = json.loads(first.read_text("utf-8"))["input"]["snapshot"]
    shutil.copytree(place / "county", place / "second")
    shutil.copy(first, place / "second" / "manifest.json")
    second = run(place, "second")
    [ancestor] = json.loads(second.read_text("utf-8"))["input"]["ancestors"]
    assert (ancestor["snapshot"], ancestor["ancestors"]) == (snapshot, [])
    shutil.copytree(place / "county", place / "third")
    shutil.copy(second, place / "third" / "manifest.json")
    [parent] = json.loads(run(place, "third").read_text("utf-8"))["input"]["ancestors"]
    assert [a["path"] for a in parent["ancestors"]] == [str(place / "second" / "manifest.json")]


# -- what it stands on -----------------------------------------------------------------------------------------------


def test_a_saved_standard_is_restored_to_the_same_hash(seed: int) -> None:
    rng = random.Random(seed)
    base = fp.standard(SEED, region="350526", as_of=DAY)
    for changes in rng.sample(READINGS, min(len(READINGS), max(3, trials(len(READINGS))))):
        standard = base.with_changes(changes)
        data = json.loads(json.dumps(saved(standard)))
        assert restored(data).hash == standard.hash
        assert (changed(data, base) == []) is (standard.hash == base.hash)
    with pytest.raises(UnusableInput, match="FP-REPLAY-005"):
        restored({**saved(base), "hash": "0" * 64})


VALUES: dict[str, list[Any]] = {
    "s": ["", "a", "aaaaaaaa", "防贫", "aaaaaaab" * 3, None],
    "n": [0, 1, -1, 2**40, None],
    "b": [True, False, None],
    "d": [date(2021, 1, 1), date(1950, 1, 1), None],
    "l": [[], ["a"], ["a", "b"], None],
}


def test_a_fingerprint_knows_no_order_and_misses_no_cell(seed: int) -> None:
    for trial in range(trials(300)):
        rng = random.Random(f"{seed} {trial}")
        rows = [{"id": f"h{i}", **{c: rng.choice(v) for c, v in VALUES.items()}} for i in range(rng.randint(1, 30))]
        kinds = {"id": pl.String, "s": pl.String, "n": pl.Int64, "b": pl.Boolean, "d": pl.Date, "l": pl.List(pl.String)}
        frame = pl.DataFrame(rows, schema=kinds)
        whole, cut = sums(frame, ["id"]), rng.randint(0, len(rows))
        mixed = frame.sample(fraction=1.0, shuffle=True, seed=trial).with_columns(pl.col("s").cast(pl.Categorical))
        assert sums(mixed, ["id"]) == whole
        assert added(sums(frame[:cut], ["id"]), sums(frame[cut:], ["id"])) == whole
        at, column = rng.randrange(len(rows)), rng.choice(list(VALUES))
        other = rng.choice([v for v in VALUES[column] if v != rows[at][column]])
        moved = pl.DataFrame([{**r, column: other} if i == at else r for i, r in enumerate(rows)], schema=kinds)
        assert differing(whole, sums(moved, ["id"])) == [column]
        assert "key" in differing(whole, sums(frame[1:], ["id"]))
