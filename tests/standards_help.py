"""Overlays and drafts written for one test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from fangpin.language.documents import rules_root

SEED = "national/seed_2021"

#: Another value for every parameter of the seed standard.
CHANGES: dict[str, Any] = {
    "k": 2,
    "line_share": 0.35,
    "line_share_upper": 0.5,
    "band": "choose",
    "median": "as_printed",
    "left_out": ["L4"],
    "H1.bmi_adult": 18,
    "H1.bmi_older": 19,
    "H1.older_from": 60,
    "H1.measured_from": 18,
    "H1.unmeasured": "unknown",
    "H2.newborn_days": 30,
    "H3.age_min": 65,
    "H3.bed_rest_days": 10,
    "H4.age_min": 18,
    "H4.age_max": 60,
    "H4.include_half": True,
    "H4.only_main_worker": True,
    "H4.no_worker_counts": True,
    "E1.age_min": 7,
    "E1.age_max": 19,
    "E1.stop_before": "compulsory",
    "E1.blank_debt": "no",
    "E1.count_state_loan": True,
    "E2.months_min": 9,
    "E2.changes_max": 4,
    "E2.idle_months_max": 4,
    "E2.min_days": 3,
    "E2.within_years": 5,
    "L2.durables_max": 2,
    "L3.test": "four_part",
    "L3.fetch_minutes_max": 30,
    "L3.outage_days_max": 10,
    "L3.litres_min": 35,
    "L4.include_unaffordable": True,
    "V1.counts": False,
    "V1.exceptions": ["1"],
    "V2.counts": False,
    "V2.exceptions": [],
    "V3.counts": True,
}


def overlay(folder: Path, name: str = "overlay.yaml", **content: Any) -> Path:
    """An overlay file that changes the seed standard, unless ``content`` says otherwise."""
    document = {
        "changes": SEED,
        "effective": {"from": "2021-01-01", "until": None},
        "source": {"document": f"县政府〔2021〕1号 {name}"},
        **content,
    }
    return written(folder / name, document)


def draft(folder: Path, change: Callable[[dict[str, Any]], object] | None = None, name: str = "draft.yaml") -> Path:
    """The seed standard as a draft of one's own, changed by ``change``."""
    document = yaml.safe_load((rules_root() / SEED / "standard.yaml").read_text("utf-8"))
    if change is not None:
        change(document)
    return written(folder / name, document)


def written(path: Path, document: Any) -> Path:
    """A document as a YAML file; days given as text are days."""
    path.write_text(yaml.safe_dump(_days(document), allow_unicode=True, sort_keys=False), "utf-8")
    return path


def _days(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _days(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_days(item) for item in value]
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else value
    except ValueError:
        return value
