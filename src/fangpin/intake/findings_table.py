"""Findings as a table: one row each, for those who count and sort them elsewhere.

Gives   write_table: .csv, .parquet or .json by the ending of the path; columns_of
Keeps   the file is replaced as a whole; CSV is UTF-8 with its mark, and no cell of it is a formula (vocabulary.csvsafe)
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from fangpin.vocabulary.csvsafe import guarded
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.text import Text

SUFFIXES = (".csv", ".parquet", ".json")
COLUMNS = (
    "code",
    "severity",
    "field",
    "record",
    "file",
    "sheet",
    "row",
    "column",
    "read",
    "message",
    "expected",
    "authority",
    "remedy",
)


def check_path(path: Path) -> None:
    """Refuse an ending that is not written, before any work is done.

    Raises:
        UnusableInput: the path ends in none of .csv, .parquet, .json.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise UnusableInput(
            "FP-CLI-006",
            Text("问题清单不能写成这种格式", "findings are not written in this format"),
            read=path.name,
            expected=Text("、".join(SUFFIXES), ", ".join(SUFFIXES)),
        )


def write_table(path: Path, findings: Sequence[Finding], document: Mapping[str, Any], lang: str = "zh") -> Path:
    """The findings at ``path``.

    Args:
        path: Where; its ending chooses the format.
        findings: The findings.
        document: What ``check --json`` prints, which a .json file holds.
        lang: The language of messages.
    """
    check_path(path)
    ending = path.suffix.lower()
    partial = path.with_name(f".{path.name}.partial")
    try:
        if ending == ".json":
            partial.write_text(json.dumps(document, ensure_ascii=False, indent=1, default=str), "utf-8")
        elif ending == ".parquet":
            frame(findings, lang).write_parquet(partial)
        else:
            _write_csv(partial, findings, lang)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def frame(findings: Sequence[Finding], lang: str = "zh") -> pl.DataFrame:
    """The findings as a frame, one row each."""
    rows = [f.to_json(lang) for f in findings]
    types: dict[str, type[pl.DataType]] = {name: pl.Int64 if name == "row" else pl.String for name in COLUMNS}
    return pl.DataFrame({name: pl.Series(name, [r[name] for r in rows], dtype=types[name]) for name in COLUMNS})


def _write_csv(path: Path, findings: Sequence[Finding], lang: str) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(COLUMNS)
        for found in findings:
            said = found.to_json(lang)
            out.writerow([guarded(str(said[name])) for name in COLUMNS])
