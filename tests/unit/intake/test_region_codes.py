"""Old region codes are recognised and said; nothing is changed."""

from __future__ import annotations

import polars as pl

import fangpin as fp
from fangpin.intake.check import check
from fangpin.intake.region_codes import region_troubles


def found(*codes: str | None) -> dict[str, list[int]]:
    troubles = region_troubles(pl.Series("region_code", codes, dtype=pl.String))
    result: dict[str, list[int]] = {}
    for trouble in troubles:
        result.setdefault(trouble.code, []).extend(trouble.at.to_list())
    return result


def test_codes_of_today_and_villages_that_no_list_has_are_no_trouble() -> None:
    assert found("350526", "350526101201", "350526101999", None, "3505", "620171") == {}


def test_old_codes_and_those_with_candidates() -> None:
    assert found("350427", "350526", "350427", "500105") == {"FP-INTAKE-095": [0, 2], "FP-INTAKE-096": [3]}
    assert found("350427100201", "350321000000", "140202") == {"FP-INTAKE-096": [2, 1, 0]}
    assert found("999999", "350526999201") == {"FP-INTAKE-029": [0, 1]}


def test_what_is_said_names_today_and_the_value_stays() -> None:
    frame = pl.DataFrame({"household_id": ["a", "b", "c"], "region_code": ["350427", "350321", "999999"]})
    registry = fp.read({"household": frame})
    result = {f.record: f for f in registry.findings if f.field == "household.region_code"}
    assert "350405 福建省三明市沙县区" in result["a"].message.zh
    assert "2021" in result["a"].message.en
    assert result["a"].severity == "info"
    assert "350304" in result["b"].message.zh
    assert "350305" in result["b"].message.en
    assert result["b"].severity == "warning"
    assert result["b"].read == "350321"
    assert result["c"].code == "FP-INTAKE-029"
    assert registry.counts.refused == 0


def test_check_counts_them(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "household.csv").write_text("household_id,region_code\na,350427\nb,500105001\n", "utf-8")
    result = check([tmp_path])
    codes = [f.code for f in result.findings if f.field == "household.region_code"]
    assert codes == ["FP-INTAKE-095", "FP-INTAKE-096"]
    assert (result.counts.accepted, result.counts.accepted_with_findings) == (1, 1)
