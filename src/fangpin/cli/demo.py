"""The demo: the main job on survey data and on a generated county.

Gives   run(folder, households, lang) → what was made, and where
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import fangpin as fp
from fangpin.cli.door import progress
from fangpin.intake.surveys import locate
from fangpin.synth import generate
from fangpin.vocabulary.text import Text

COUNTY, DAY, SEED = "350526", "2021-12-31", 2021
SURVEYS = {
    "pk_pslm2015": ("research/pk_pslm2015", "2016-06-30"),
    "teaching_survey": ("research/teaching_survey", "2023-12-31"),
}


def run(folder: Path, households: int, lang: str) -> dict[str, Any]:
    """Both runs; the reports stand in ``folder``/survey and ``folder``/county."""
    folder.mkdir(parents=True, exist_ok=True)
    survey = _survey(folder, lang)
    county = _county(folder, households, lang)
    return {"survey": survey, "county": county, "ready": str((folder / "county" / "report.html").resolve())}


def _survey(folder: Path, lang: str) -> dict[str, Any]:
    name = "pk_pslm2015" if os.environ.get("FANGPIN_REAL_DATA") else "teaching_survey"
    standard_id, day = SURVEYS[name]
    _say(Text(f"一、问卷数据 {name}", f"1. survey data {name}"), lang)
    registry = fp.read(locate(name), profile=name)
    return _identified(registry, fp.standard(standard_id, as_of=day), folder / "survey", lang)


def _county(folder: Path, households: int, lang: str) -> dict[str, Any]:
    _say(
        Text(
            f"二、模拟县（{households:,} 户，模拟数据）",
            f"2. a generated county ({households:,} households, synthetic data)",
        ),
        lang,
    )
    data = folder / "data"
    with progress(Text("生成模拟数据", "generating")) as step:
        generate(data, households, SEED, county=COUNTY, progress=step)
    standard = fp.standard("national/seed_2021", region=COUNTY, as_of=DAY)
    return _identified(fp.read(data), standard, folder / "county", lang)


def _identified(registry: Any, standard: Any, out: Path, lang: str) -> dict[str, Any]:
    from fangpin.identification.verdict import STATUSES

    with progress(Text("规则判定", "identifying")) as step:
        written = fp.identify(registry, standard, step).write(out, lang=lang)
    for status, count in written.statuses.items():
        _say(Text(f"   {STATUSES[status].zh} {count:,} 户", f"   {STATUSES[status].en}: {count:,} households"), lang)
    _say(Text(f"   报告 {written.report}", f"   report {written.report}"), lang)
    return {"report": str(written.report), "verdicts": str(written.verdicts), "statuses": dict(written.statuses)}


def _say(text: Text, lang: str) -> None:
    print(text(lang), file=sys.stderr, flush=True)
