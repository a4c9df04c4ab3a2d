"""Results on disk: verdicts, manifest and report, written aside and put in place at once.

Gives   Result, the verdicts with `.write(folder)`; `Written`, what was written
Keeps   an interrupted run leaves nothing half-written; an existing result is replaced atomically
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fangpin.identification.parts import Failed, ready
from fangpin.identification.verdicts import Verdicts
from fangpin.intake import Counts
from fangpin.intake.address import address_of
from fangpin.reports.manifest import manifest_of, version
from fangpin.reports.staging import Staging, put_in_place, writing
from fangpin.reports.summary import Summary
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
    failed: tuple[Failed, ...] = ()
    """Parts that could not be judged; the rest stands."""

    @property
    def verdicts(self) -> Path:
        return self.folder / VERDICTS

    @property
    def report(self) -> Path:
        return self.folder / REPORT

    @property
    def has_problems(self) -> bool:
        """Rows were refused, a finding is an error, or a part could not be judged."""
        return bool(self.failed or self.counts.refused) or any(f.severity == "error" for f in self.findings)


class Result(Verdicts):
    """The verdicts of a registry; ``write`` puts table, manifest and report into a folder."""

    def write(
        self, folder: str | Path, *, lang: str | None = None, names: str = "masked", resume: bool = False
    ) -> Written:
        """Writes ``verdicts.parquet``, ``manifest.json`` and ``report.html``.

        Args:
            folder: Where to; made if it is not there.
            lang: The language the report opens in.
            names: ``masked``, or ``full`` (the report then carries a warning).
            resume: Go on from the parts that an interrupted run left in the folder.

        Raises:
            UnusableInput: the folder cannot be written, the disk is full, or what is to be continued is another run.
            FangpinError: not one part could be judged.
        """
        if (far := address_of(folder)) is not None:
            raise UnusableInput(
                "FP-ADDRESS-002",
                Text("结果只写到本机的文件夹", "results are written to a folder of this machine"),
                read=str(far),
                remedy=Text("写到本机后再复制", "write it here and copy it afterwards"),
            )
        ready(self.engine)
        out = Path(folder)
        parts = self.registry.parts()
        hashes = [self.registry.part_hash(part) for part in parts]
        with writing(out):
            out.mkdir(parents=True, exist_ok=True)
            staging = Staging(out, self._key(), hashes, self.standard, resume)
        several = len(parts) > 1
        keep = False
        try:
            with writing(out, several):
                written = self._written(staging, out, lang_or_default(lang), names, resume)
            keep = bool(self.failed)
        except BaseException:
            keep = several and staging.count > 0
            raise
        finally:
            if keep:
                staging.close()
            else:
                staging.clear()
        return written

    def _key(self) -> dict[str, Any]:
        standard, batch = self.standard, self.registry.batch
        return {
            "fangpin": version(),
            "standard": standard.id,
            "hash": standard.hash,
            "as_of": standard.as_of.isoformat(),
            "region": standard.region,
            "profile": batch.profile_hash,
        }

    def _written(self, staging: Staging, out: Path, lang: str, names: str, resume: bool) -> Written:
        number = {id(part): n for n, part in enumerate(self.registry.parts())}
        summary = Summary(self.standard)
        resumed = staging.count if resume else 0
        for part, result in self.results(lambda part: staging.finished(number[id(part)]) if resume else None):
            summary.add(result.table, {"household": result.households})
            staging.add(number[id(part)], result)
        summary.name(self.registry)
        aside = staging.folder / "whole"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        target = staging.assemble(aside / VERDICTS)
        manifest = manifest_of(self, summary.statuses(), target)
        if resumed:
            manifest["result"]["resumed_parts"] = resumed
        (aside / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", "utf-8")
        from fangpin.reports.html import write_report  # charts are slow to load

        write_report(
            aside / REPORT, summary, self.standard, self.findings, self.counts, manifest, lang=lang, names=names
        )
        for name in (VERDICTS, REPORT, MANIFEST):
            put_in_place(aside / name, out / name)
        statuses = summary.statuses()
        failed = tuple(self.failed)
        return Written(out, sum(statuses.values()), statuses, self.counts, self.findings, manifest, failed)
