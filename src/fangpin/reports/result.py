"""Results on disk: verdicts, manifest and report, written aside and put in place at once.

Gives   Result, the verdicts with `.write(folder)`; `Written`, what was written
Keeps   an interrupted run leaves nothing half-written; an existing result is replaced atomically
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from fangpin.identification.verdict import schema
from fangpin.identification.verdicts import Verdicts, by_county
from fangpin.intake import Counts
from fangpin.reports.html import write_report
from fangpin.reports.manifest import manifest_of
from fangpin.reports.summary import Summary
from fangpin.standards import Standard
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.text import Text, lang_or_default

VERDICTS, MANIFEST, REPORT = "verdicts.parquet", "manifest.json", "report.html"


@dataclass(frozen=True)
class Written:
    """What a run left in its folder."""

    folder: Path
    households: int
    statuses: Mapping[str, int]
    counts: Counts
    findings: list[Finding]
    manifest: Mapping[str, Any]

    @property
    def verdicts(self) -> Path:
        return self.folder / VERDICTS

    @property
    def report(self) -> Path:
        return self.folder / REPORT

    @property
    def has_problems(self) -> bool:
        """Rows were refused, or a finding is an error."""
        return bool(self.counts.refused) or any(f.severity == "error" for f in self.findings)


class Result(Verdicts):
    """The verdicts of a registry; ``write`` puts table, manifest and report into a folder."""

    def write(self, folder: str | Path, *, lang: str | None = None, names: str = "masked") -> Written:
        """Writes ``verdicts.parquet``, ``manifest.json`` and ``report.html``.

        Args:
            folder: Where to; made if it is not there.
            lang: The language the report opens in.
            names: ``masked``, or ``full`` (the report then carries a warning).

        Raises:
            UnusableInput: the folder cannot be written.
        """
        out = Path(folder)
        try:
            out.mkdir(parents=True, exist_ok=True)
            aside = Path(tempfile.mkdtemp(prefix=".fangpin-", dir=out))
        except OSError as error:
            raise UnusableInput(
                "FP-RESULT-001",
                Text("结果文件夹不能写入", "the folder for the result cannot be written"),
                place=str(out),
                read=error.strerror or str(error),
                remedy=Text("用 --out 换一个文件夹", "choose another folder with --out"),
            ) from error
        try:
            summary = Summary(self.standard)
            pieces = _Pieces(aside / "pieces", self.standard)
            for table, frames in self.decided():
                summary.add(table, frames)
                pieces.add(table)
            summary.name(self.registry)
            target = pieces.finish(aside / VERDICTS)
            manifest = manifest_of(self, summary.statuses(), target)
            (aside / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", "utf-8")
            write_report(
                aside / REPORT,
                summary,
                self.standard,
                self.findings,
                self.counts,
                manifest,
                lang=lang_or_default(lang),
                names=names,
            )
            for name in (VERDICTS, REPORT, MANIFEST):
                put_in_place(aside / name, out / name)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        statuses = summary.statuses()
        return Written(out, sum(statuses.values()), statuses, self.counts, self.findings, manifest)


class _Pieces:
    """Verdict tables of parts, gathered by county; a county met in several parts is sorted together at the end."""

    def __init__(self, folder: Path, standard: Standard) -> None:
        self.folder, self.standard = folder, standard
        self.found: dict[str, list[Path]] = {}
        folder.mkdir()

    def add(self, table: pl.DataFrame) -> None:
        county = pl.col("region_code").str.slice(0, 6).fill_null("")
        for (name,), piece in table.with_columns(county.alias("__county")).group_by("__county", maintain_order=True):
            code = _file_name(str(name))
            path = self.folder / f"{code}-{len(self.found.get(code, []))}.parquet"
            piece.drop("__county").write_parquet(path, compression="zstd", compression_level=1, statistics=False)
            self.found.setdefault(code, []).append(path)

    def finish(self, target: Path) -> Path:
        """One file for one county, a folder of files by county for several."""
        if len(self.found) <= 1:
            pieces = [p for paths in self.found.values() for p in paths]
            if not pieces:
                pl.DataFrame(schema=schema(self.standard)).write_parquet(target)
            _sorted(pieces, target)
            return target
        target.mkdir()
        for code, paths in sorted(self.found.items()):
            _sorted(paths, target / f"{code}.parquet")
        return target


def _file_name(county: str) -> str:
    return (
        county
        if county.isalnum() and county.isascii()
        else "unknown"
        if not county
        else hashlib.sha256(county.encode()).hexdigest()[:12]
    )


def _sorted(pieces: list[Path], target: Path) -> None:
    if len(pieces) == 1:
        os.replace(pieces[0], target)
    elif pieces:
        by_county(pl.concat([pl.read_parquet(p) for p in pieces])).write_parquet(target)


def put_in_place(new: Path, place: Path) -> None:
    """``new`` where ``place`` was: files at once, folders by two renames; what was there before is removed after."""
    if not new.is_dir() and not place.is_dir():
        os.replace(new, place)
        return
    old = place.with_name(f".old-{place.name}-{os.getpid()}")
    if place.exists():
        os.replace(place, old)
    try:
        os.replace(new, place)
    except OSError:
        with suppress(OSError):
            os.replace(old, place)
        raise
    if old.is_dir():
        shutil.rmtree(old, ignore_errors=True)
    else:
        old.unlink(missing_ok=True)
