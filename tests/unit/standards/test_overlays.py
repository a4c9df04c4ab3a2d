"""Overlays and what-ifs: who sets what, which of several wins, and what is refused."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fangpin.standards import Standard, standard
from fangpin.standards.overlays import covers, level_of
from fangpin.vocabulary.errors import UnusableInput
from standards_help import CHANGES, draft, overlay

DAY = "2021-06-30"
SEED = "national/seed_2021"


def refused(code: str, *paths: Path, region: str | None = None, base: str = SEED, day: str = DAY) -> UnusableInput:
    with pytest.raises(UnusableInput) as refusal:
        standard(base, region=region, as_of=day, overlays=paths)
    assert refusal.value.code == f"FP-STANDARD-{code}", refusal.value
    return refusal.value


# -- what holds -----------------------------------------------------------------------------------------------
def test_an_overlay_changes_a_value_and_says_who(tmp_path: Path) -> None:
    path = overlay(tmp_path, region="350526", parameters={"k": 2, "H3.age_min": {"value": 65, "source": "县办法第3条"}})
    found = standard(SEED, region="350526", as_of=DAY, overlays=[path])
    k, age = found.parameters["k"], found.parameters["H3.age_min"]
    assert (found.k, k.value, k.inherited, k.changed_by, k.state) == (2, 2, 3, "overlay.yaml", "local")
    assert "县政府〔2021〕1号" in k.source
    assert (age.value, age.source) == (65, "县办法第3条")
    assert "overlay.yaml" in found.overlays
    assert found.hash != standard(SEED, region="350526", as_of=DAY).hash


def test_a_short_name_serves_where_it_means_one_parameter(tmp_path: Path) -> None:
    assert (
        standard(SEED, as_of=DAY, overlays=[overlay(tmp_path, parameters={"durables_max": 2})]).value("L2.durables_max")
        == 2
    )
    error = refused("003", overlay(tmp_path, parameters={"age_min": 65}))
    assert "H3.age_min" in error.message("en")
    assert "E1.age_min" in error.message("en")


def test_the_most_specific_region_wins_whatever_the_order(tmp_path: Path) -> None:
    province = overlay(tmp_path, "p.yaml", region="350000", parameters={"k": 4, "L2.durables_max": 1})
    prefecture = overlay(tmp_path, "c.yaml", region="3505", parameters={"k": 5})
    county = overlay(tmp_path, "x.yaml", region="350526", parameters={"k": 2})
    for paths in ([province, prefecture, county], [county, prefecture, province]):
        found = standard(SEED, region="350526", as_of=DAY, overlays=paths)
        assert (found.k, found.value("L2.durables_max")) == (2, 1)
    assert standard(SEED, region="350526", as_of=DAY, overlays=[province, prefecture]).k == 5


def test_a_township_is_more_specific_than_its_county(tmp_path: Path) -> None:
    from fangpin.reference import regions

    township = next((c for c in ("350526100", "350526101") if regions.exists(c)), None)
    if township is None:
        pytest.skip("no township of that county in the register")
    county = overlay(tmp_path, "x.yaml", region="350526", parameters={"k": 4})
    own = overlay(tmp_path, "t.yaml", region=township, parameters={"k": 2})
    assert standard(SEED, region=township, as_of=DAY, overlays=[own, county]).k == 2


def test_a_what_if_wins_over_overlays_and_is_not_local(tmp_path: Path) -> None:
    found = standard(SEED, region="350526", as_of=DAY, overlays=[overlay(tmp_path, parameters={"k": 2})])
    changed = found.with_changes({"k": 5})
    assert (changed.k, changed.parameters["k"].changed_by, found.k) == (5, "what-if", 2)
    assert changed.with_changes({"H3.age_min": 60}).k == 5


def test_two_that_agree_are_no_contradiction(tmp_path: Path) -> None:
    paths = [overlay(tmp_path, n, region="350526", parameters={"k": 2}) for n in ("a.yaml", "b.yaml")]
    assert standard(SEED, region="350526", as_of=DAY, overlays=paths).k == 2


@pytest.mark.parametrize(
    "content",
    [
        ({"parameters": {"k": 2}}, {"parameters": {"k": 4}}),
        ({"line": {"form": "absolute_yuan", "yuan": 6000}}, {"line": {"form": "absolute_yuan", "yuan": 7000}}),
        ({"veto": {"V3": "counts"}}, {"parameters": {"V3.counts": False}}),
        (
            {"median": {"yuan": 15000, "year": 2020, "published_on": "2021-03-01"}},
            {"median": {"yuan": 16000, "year": 2020, "published_on": "2021-03-01"}},
        ),
    ],
)
def test_two_of_one_level_that_differ_are_named(tmp_path: Path, content: tuple[dict[str, Any], dict[str, Any]]) -> None:
    paths = [overlay(tmp_path, n, region="350526", **c) for n, c in zip(("one.yaml", "two.yaml"), content, strict=True)]
    error = refused("005", *paths, region="350526")
    assert "one.yaml" in error.place
    assert "two.yaml" in error.place


@pytest.mark.parametrize(
    ("region", "level"),
    [
        ("35", "province"),
        ("350000", "province"),
        ("350000000000", "province"),
        ("3505", "prefecture"),
        ("350500", "prefecture"),
        ("350526", "county"),
        ("350526000000", "county"),
        ("350526100", "township"),
        ("350526100201", "township"),
        ("110100", "prefecture"),
        ("500000", "province"),
        (None, "county"),
    ],
)
def test_levels(region: str | None, level: str) -> None:
    assert level_of(region) == level


@pytest.mark.parametrize(
    ("outer", "inner", "inside"),
    [
        ("350000", "350526", True),
        ("35", "350526100201", True),
        ("350500", "350526", True),
        ("350526", "350526100", True),
        ("350526000000", "350526100201", True),
        ("350526", "350500", False),
        ("350526", "350527", False),
        (None, "350526", True),
        ("350526100000", "350526101000", False),
        ("350526100000", "350526100201", True),
        ("360000", "350526", False),
    ],
)
def test_what_lies_where(outer: str | None, inner: str, inside: bool) -> None:
    assert covers(outer, inner) is inside


# -- what is refused ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "guess"),
    [("kk", None), ("H3.age_mim", "H3.age_min"), ("line_shar", "line_share"), ("durables_maximum", None)],
)
def test_an_unknown_parameter_names_the_nearest(tmp_path: Path, name: str, guess: str | None) -> None:
    error = refused("003", overlay(tmp_path, parameters={name: 2}))
    assert error.read == name
    assert guess is None or guess in error.message("zh")
    with pytest.raises(UnusableInput, match="FP-STANDARD-003"):
        standard(SEED, as_of=DAY).with_changes({name: 2})


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("k", 0, "at least 1"),
        ("k", 2.5, "whole"),
        ("k", "3", "kind"),
        ("k", True, "kind"),
        ("k", [3], "kind"),
        ("k", float("nan"), "finite"),
        ("k", float("inf"), "finite"),
        ("line_share", 1.5, "at most"),
        ("line_share", 0.01, "at least"),
        ("band", "maybe", "deliberate"),
        ("left_out", ["H9"], "H1"),
        ("left_out", "H1", "kind"),
        ("H4.include_half", 1, "kind"),
        ("H4.include_half", "yes", "kind"),
        ("L2.durables_max", 2.5, "whole"),
        ("H3.age_min", 10**20, "finite"),
        ("median", 15032, "kind"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(tmp_path: Path, name: str, value: Any, word: str) -> None:
    with pytest.raises(UnusableInput) as refusal:
        standard(SEED, as_of=DAY).with_changes({name: value})
    assert refusal.value.code == "FP-STANDARD-008"
    assert word in refusal.value.message("en")
    assert name in refusal.value.place


@pytest.mark.parametrize("value", [4, 4.0, np.int64(4), np.float64(4), Decimal(4)])
def test_numbers_of_any_library_serve(value: Any) -> None:
    found = standard(SEED, as_of=DAY).with_changes({"k": value})
    assert found.k == 4
    assert found.hash == standard(SEED, as_of=DAY).with_changes({"k": 4}).hash


def test_direction_and_who_may_set(tmp_path: Path) -> None:
    def change(document: dict[str, Any]) -> None:
        document["id"] = "draft/own"
        document["parameters"]["k"] |= {"direction": "down"}
        document["parameters"]["line_share_upper"] |= {"direction": "up", "set_by": "province"}
        document["parameters"]["line_share"] |= {"set_by": "national"}

    own = str(draft(tmp_path, change))

    def tried(region: str | None, **parameters: Any) -> Standard:
        path = overlay(tmp_path, changes="draft/own", region=region, parameters=parameters)
        return standard(own, region="350526", as_of=DAY, overlays=[path])

    assert tried("350526", k=2).k == 2
    assert tried("350526", k=3).k == 3
    assert tried("350000", line_share_upper=0.5).value("line_share_upper") == 0.5
    for region, parameters, word in [
        ("350526", {"k": 4}, "down"),
        ("350526", {"line_share_upper": 0.5}, "province"),
        ("350500", {"line_share_upper": 0.5}, "province"),
        ("350000", {"line_share_upper": 0.42}, "up"),
        ("350000", {"line_share": 0.3}, "national"),
    ]:
        with pytest.raises(UnusableInput) as refusal:
            tried(region, **parameters)
        assert refusal.value.code == "FP-STANDARD-008"
        assert word in refusal.value.message("en")
    assert (
        standard(own, as_of=DAY).with_changes({"k": 9, "line_share": 0.3}).k == 9
    )  # a what-if may try anything in range


def test_what_the_overlay_is_for_must_fit(tmp_path: Path) -> None:
    error = refused("011", overlay(tmp_path, changes="national/regime_2021"))
    assert error.place.endswith(":1:1")
    assert "national/seed_2021" in error.message("en")
    refused("012", overlay(tmp_path, effective={"from": "2022-01-01", "until": None}))
    refused("012", overlay(tmp_path, effective={"from": "2021-01-01", "until": "2021-06-30"}))
    refused("013", overlay(tmp_path, region="350521"), region="350526")
    refused("006", overlay(tmp_path, region="999999"))
    refused("010", tmp_path / "nowhere.yaml")
    refused("014", overlay(tmp_path, changes=f"{SEED}@0123456789ab"))


def test_an_overlay_may_name_the_hash_of_its_base(tmp_path: Path) -> None:
    from fangpin.standards.resolve import base_hash

    wanted = base_hash(SEED, date(2021, 6, 30))[:12]
    assert (
        standard(SEED, as_of=DAY, overlays=[overlay(tmp_path, changes=f"{SEED}@{wanted}", parameters={"k": 2})]).k == 2
    )


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ({"paramters": {"k": 2}}, "parameters"),
        ({"effective": {"from": "2021-13-01"}}, "effective"),
        ({"effective": None}, "effective"),
        ({"veto": {"V1": "maybe"}}, "veto"),
        ({"source": None}, "source"),
        ({"line": {"form": "by_feeling"}}, "form"),
        ({"parameters": {"k": {"valu": 2}}}, "k"),
        ({"parameters": [1]}, "parameters"),
        ({"monitoring_line": {"yuan": "much"}}, "yuan"),
    ],
)
def test_a_document_that_does_not_load_says_where(tmp_path: Path, content: dict[str, Any], word: str) -> None:
    path = overlay(tmp_path, **content)
    with pytest.raises(UnusableInput) as refusal:
        standard(SEED, as_of=DAY, overlays=[path])
    assert refusal.value.code.startswith("FP-DOCUMENT-")
    assert refusal.value.place.startswith("overlay.yaml:")
    assert word in refusal.value.message("en")


def test_files_that_are_no_documents(tmp_path: Path) -> None:
    for content in (b"", b"\xff\xfe\x00", b"- 1\n- 2\n", b"a: [", "k：3".encode("gb18030"), b"a: 1\na: 2\n"):
        path = tmp_path / "overlay.yaml"
        path.write_bytes(content)
        with pytest.raises(UnusableInput):
            standard(SEED, as_of=DAY, overlays=[path])
        with pytest.raises(UnusableInput):
            standard(path, as_of=DAY)


# -- hashes ---------------------------------------------------------------------------------------------------
def test_equal_content_equal_hash() -> None:
    one = standard(SEED, as_of=DAY)
    assert (
        one.hash == standard(SEED, as_of=date(2021, 6, 30)).hash == standard(SEED, as_of=datetime(2021, 6, 30, 8)).hash
    )
    assert one.hash == one.with_changes({"k": 3}).hash == one.with_changes({"k": 2}).with_changes({"k": 3}).hash
    assert one.hash == one.with_changes({"line_share": 0.4}).hash
    assert len(one.hash) == 64


def test_every_parameter_can_be_changed_and_changes_the_hash() -> None:
    one = standard(SEED, as_of=DAY)
    assert set(CHANGES) == set(one.parameters)
    hashes = {one.with_changes({name: value}).hash for name, value in CHANGES.items()}
    assert len(hashes | {one.hash}) == len(CHANGES) + 1


def test_the_day_and_the_place_change_the_hash_only_through_what_holds() -> None:
    assert standard(SEED, as_of="2021-06-30").hash == standard(SEED, as_of="2021-07-01").hash
    assert standard(SEED, as_of="2021-01-17").hash != standard(SEED, as_of="2021-01-18").hash
    assert standard(SEED, as_of=DAY).hash != standard(SEED, region="350526", as_of=DAY).hash
