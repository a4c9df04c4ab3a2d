"""A generated county, its verdicts, its summary and its report, made once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from fangpin.identification.verdicts import Verdicts, identify
from fangpin.intake import read_batch
from fangpin.registry import Registry
from fangpin.reports import svg
from fangpin.reports.html import render
from fangpin.reports.summary import Summary
from fangpin.standards import Standard, standard
from fangpin.synth import generate


@dataclass(frozen=True)
class Case:
    """One county under one standard."""

    folder: Path
    registry: Registry
    standard: Standard
    verdicts: Verdicts
    table: pl.DataFrame
    frames: dict[str, pl.DataFrame]
    summary: Summary

    @property
    def manifest(self) -> dict[str, Any]:
        files = [
            {"path": str(f.path), "table": f.table, "sheet": f.sheet, "rows": f.rows, "sha256": f.sha256}
            for f in self.registry.batch.files
        ]
        read = {"path": str(self.folder), "profile": "", "snapshot": self.registry.snapshot_hash(), "files": files}
        return {
            "fangpin": "0.1.0",
            "engine": {"name": "polars", "version": "2"},
            "input": read,
            "standard": {"id": self.standard.id, "hash": self.standard.hash, "changes": {}},
            "result": {"verdicts_sha256": "0" * 64},
        }

    def page(self, **options: Any) -> str:
        found = self.verdicts
        return render(self.summary, self.standard, found.findings, found.counts, self.manifest, **options)


def make_case(folder: Path, law: Standard) -> Case:
    """The case of a folder under a standard."""
    registry = Registry(read_batch(folder))
    verdicts = identify(registry, law)
    summary = Summary(law)
    pieces = []
    for table, frames in verdicts.decided():
        summary.add(table, frames)
        pieces.append((table, frames))
    summary.name(registry)
    [(table, frames)] = pieces
    return Case(folder, registry, law, verdicts, table, frames, summary)


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages without pictures, which take most of the time."""
    monkeypatch.setattr(svg, "_drawn", lambda spec: "")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated county of 400 households."""
    out = tmp_path_factory.mktemp("county") / "c"
    generate(out, households=400, seed=11)
    return out


@pytest.fixture(scope="session")
def county(folder: Path) -> Case:
    """The county under the paper's standard."""
    return make_case(folder, standard("national/seed_2021", as_of="2021-12-31"))


@pytest.fixture(scope="session")
def page(county: Case) -> str:
    """Its report."""
    return county.page()
