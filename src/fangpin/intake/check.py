"""Checking: every row of some files judged, and the account of it.

Reads   paths as read_batch does
Gives   check → CheckResult: counts, findings, counts by file; as JSON or as a workbook
Source  INTERFACE section 2, `fangpin check`
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from fangpin.intake.batch import Batch, Counts, Loaded, Part, Progress, SourceFile
from fangpin.intake.findings_book import write_findings
from fangpin.intake.findings_table import write_table
from fangpin.intake.guard import again, reading
from fangpin.intake.memory import MEMORY_LIMIT
from fangpin.intake.messages import finding
from fangpin.intake.parquet import finer
from fangpin.intake.read import Source, layout_of, read_batch
from fangpin.vocabulary.errors import FangpinError
from fangpin.vocabulary.findings import Finding, Severity
from fangpin.vocabulary.text import Text

Place = tuple[str, str, str]
PART_HOUSEHOLDS = 150_000
"""Households that are checked at once: a check reads every column."""
MOST_OF_PARTS = 10_000
"""Findings of one code and field that are kept one by one where the input is read in parts."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What looking at accepted rows brought: findings, and how many accepted rows of each table, file and sheet are
    now accepted with findings."""

    findings: list[Finding] = field(default_factory=list)
    moved: dict[Place, int] = field(default_factory=dict)


class Examiner(Protocol):
    """Who looks at accepted rows: part by part, then at what shows only over all parts."""

    def start(self, batch: Batch) -> list[Finding]: ...

    def part(self, part: Part, loaded: Loaded) -> Examined: ...

    def finish(self) -> Examined: ...

    def to_json(self, lang: str) -> dict[str, object]: ...


@dataclass(frozen=True, slots=True)
class FileCounts:
    """The rows of one file or sheet by outcome."""

    table: str
    file: str
    sheet: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What checking had to say."""

    counts: Counts
    findings: list[Finding]
    files: list[FileCounts]
    by_table: dict[str, Counts]
    profile: str = ""
    sources: list[SourceFile] = field(default_factory=list)
    """What was read, for the findings workbook, which shows it."""
    examiner: Examiner | None = None

    @property
    def exit_code(self) -> int:
        """0, or 1 where rows were refused or some finding is an error."""
        return 1 if self.counts.refused or any(f.severity == "error" for f in self.findings) else 0

    def by_code(self) -> Counter[str]:
        """How many findings each code has."""
        return Counter(f.code for f in self.findings)

    def to_json(self, lang: str = "zh") -> dict[str, object]:
        """The document that ``check --json`` prints."""
        return {
            **self.counts.to_json(),
            "findings": [f.to_json(lang) for f in self.findings],
            "files": [{"table": f.table, "file": f.file, "sheet": f.sheet, **f.counts.to_json()} for f in self.files],
            "profile": self.profile,
            **(self.examiner.to_json(lang) if self.examiner else {}),
        }

    def write_workbook(self, path: str | Path, lang: str = "zh") -> list[Path]:
        """The findings workbook at ``path``: a summary, the sheets as they were with every problem marked, a list.

        Where the input was several workbooks, each comes back as one of its own (``NAME-2.xlsx`` and so on).
        """
        files = [(f.table, f.file, f.sheet, f.counts) for f in self.files]
        with again({f.path for f in self.sources}, Path(path).name, times=3, more=len(self.findings) / 500):
            return write_findings(Path(path), self.counts, self.findings, files, self.sources, lang)

    def write_table(self, path: str | Path, lang: str = "zh") -> Path:
        """The findings as a table at ``path``: .csv, .parquet or .json."""
        return write_table(Path(path), self.findings, self.to_json(lang), lang)


def draft_profile(source: str | Path | Sequence[str | Path], profile: str | Path | None = None) -> str:
    """The draft of a profile for some files, with what was guessed marked, as YAML.

    Args:
        source: A path, or several.
        profile: The profile they are read with; its decisions are kept.

    Raises:
        UnusableInput: a path cannot be read.
    """
    from fangpin.intake.draft import draft  # drafts are rare

    return draft([source] if isinstance(source, str | Path) else source, layout_of(profile))


def refused(error: FangpinError) -> CheckResult:
    """The account of input that cannot be used: no row, and the error as its finding."""
    said = Finding(error.code, "error", error.title, error.remedy or Text("", ""), file=error.place, read=error.read)
    return CheckResult(Counts(), [said], [], {})


def check(
    source: Source | Sequence[str | Path],
    profile: str | Path | None = None,
    progress: Progress | None = None,
    examiner: Examiner | None = None,
) -> CheckResult:
    """The account of every row of some files.

    Args:
        source: As for ``read_batch``: a path, several paths, or frames.
        profile: A mapping profile.
        progress: Called as parts are judged.
        examiner: Looks at the rows that were accepted.

    Raises:
        UnusableInput: the input cannot be used at all.
    """
    with reading(source):
        return _check(source, profile, progress, examiner)


class _Room:
    """How many findings of a code and field are kept one by one over all parts; the others are counted."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.seen: Counter[tuple[str, str, Severity]] = Counter()

    def kept(self, some: Iterable[Finding]) -> list[Finding]:
        """Those of some findings that there is room for."""
        kept: list[Finding] = []
        for one in some:
            key = (one.code, one.field, one.severity)
            self.seen[key] += 1
            if self.seen[key] <= self.most:
                kept.append(one)
        return kept

    def rest(self) -> list[Finding]:
        """A finding for each code and field that says how many more there are."""
        return [
            finding("FP-INTAKE-050", field=field_, severity=severity, code=code, count=count - self.most)
            for (code, field_, severity), count in self.seen.items()
            if count > self.most
        ]


def _check(
    source: Source | Sequence[str | Path],
    profile: str | Path | None,
    progress: Progress | None,
    examiner: Examiner | None,
) -> CheckResult:
    batch = finer(read_batch(source, profile, progress=progress), PART_HOUSEHOLDS)
    room = _Room(MEMORY_LIMIT if batch.in_memory else MOST_OF_PARTS)
    counts, findings = Counts(), list(batch.findings)
    by_table: dict[str, Counts] = {}
    by_file: dict[Place, Counts] = {}
    found = examiner.start(batch) if examiner else []
    moved: Counter[Place] = Counter()
    for done, part in enumerate(batch.parts):
        if progress is not None:
            progress(done, len(batch.parts), Text(f"核对 {part.name}", f"checking {part.name}"))
        loaded = part.load()
        counts += loaded.counts
        findings += room.kept(loaded.findings)
        for name, some in loaded.by_table.items():
            by_table[name] = by_table.get(name, Counts()) + some
        for place, some in loaded.by_file.items():
            by_file[place] = by_file.get(place, Counts()) + some
        if examiner is not None:
            seen = examiner.part(part, loaded)
            found += room.kept(seen.findings)
            moved.update(seen.moved)
    if examiner is not None:
        seen = examiner.finish()
        found += seen.findings
        moved.update(seen.moved)
    for place, rows in moved.items():
        shift = Counts(0, -rows, rows)
        counts, by_file[place] = counts + shift, by_file[place] + shift
        by_table[place[0]] += shift
    findings += [*found, *room.rest()]
    files = [FileCounts(*place, some) for place, some in by_file.items()]
    return CheckResult(counts, findings, files, by_table, batch.profile, batch.files, examiner)
