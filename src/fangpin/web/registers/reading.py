"""An upload read and checked in a process of its own, which is ended when it goes beyond the limits.

Reads   one uploaded file, as the core's `check` reads it
Gives   read (called by the job): counts, findings, accepted rows as Parquet, the findings workbook; what the process
        itself does is `main`
Not     comparing it with the registers (merge)
Keeps   a hostile file ends with a message, never with the worker
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from fangpin.vocabulary.ended import ended
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text

Step = Callable[[int, int, Text], None]
RESULT, FINDINGS, BOOK = "result.json", "findings.json", "findings.xlsx"
BOOK_ROWS = 5_000
"""Up to so many rows the findings workbook is written at once; of more when somebody asks for it, as it takes long."""
MOST_FINDINGS = 5_000
"""Findings that are kept for the page; the workbook has all."""
NO_ROOM = Text("核对的结果写不下，什么也没有合并", "what the check found cannot be written; nothing was merged")
MAKE_ROOM = Text("请管理员腾出磁盘空间，再重新核对", "ask the administrator to make room on the disk, then check again")


@dataclass(frozen=True)
class Read:
    """What reading brought; everything stands in ``folder``."""

    folder: Path
    counts: dict[str, int]
    by_table: dict[str, dict[str, int]]
    findings: int
    severities: dict[str, int]

    def tables(self) -> list[str]:
        """The tables that have accepted rows."""
        return [name for name, counts in self.by_table.items() if (self.folder / f"{name}.parquet").exists() and counts]

    def frame(self, table: str) -> pl.DataFrame:
        """The accepted rows of a table."""
        return pl.read_parquet(self.folder / f"{table}.parquet")


def stored(folder: Path) -> Read:
    """What a process wrote.

    Raises:
        UnusableInput: the file cannot be used; the message is the core's.
    """
    said = json.loads((folder / RESULT).read_text("utf-8"))
    if "error" in said:
        zh, en = said["error"]["zh"], said["error"]["en"]
        remedy = Text(zh["remedy"], en["remedy"]) if zh["remedy"] else None
        expected = Text(zh["expected"], en["expected"]) if zh["expected"] else None
        raise UnusableInput(
            zh["code"],
            Text(zh["message"], en["message"]),
            place=Text(zh["place"], en["place"]) if zh["place"] else "",
            read=zh["read"],
            expected=expected,
            remedy=remedy,
        )
    return Read(folder, said["counts"], said["by_table"], said["findings"], said["severities"])


def read(source: Path, folder: Path, day: date, step: Step, check: Callable[[], None], *, book: bool = False) -> Read:
    """Read and check a file in a process of its own.

    Args:
        source: The upload.
        folder: Where the outcome goes.
        day: The day of the quality checks.
        step: Told how far it is.
        check: Called meanwhile; what it raises ends the process (a person asked to stop).
        book: Whether only the findings workbook is wanted.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RESULT).unlink(missing_ok=True)
    call = [
        sys.executable,
        "-m",
        "fangpin.web.registers.reading",
        str(source),
        str(folder),
        day.isoformat(),
        *(["book"] if book else []),
    ]
    process = subprocess.Popen(call, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, encoding="utf-8")
    said: list[dict[str, Any]] = []

    def listen() -> None:
        for line in process.stdout or ():
            if line.startswith("{"):
                said.append(json.loads(line))

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        while process.poll() is None:
            check()
            if said:
                last = said[-1]
                step(last["done"], last["total"], Text(last["zh"], last["en"]))
            listener.join(0.3)
    except BaseException:
        process.terminate()
        process.wait()
        raise
    listener.join()
    if not (folder / RESULT).exists():
        raise ended("crash", {"place": source.name})
    return stored(folder)


# -- the process itself ------------------------------------------------------------------------------------------------


def main(arguments: list[str]) -> int:
    """Read, check, and leave everything in the folder."""
    from fangpin.vocabulary import watch

    source, folder, day = Path(arguments[0]), Path(arguments[1]), date.fromisoformat(arguments[2])

    def tell(why: str, doing: dict[str, float | str]) -> None:
        error = ended(why, {**doing, "place": source.name})
        _write(folder, {"error": {"zh": error.to_json("zh"), "en": error.to_json("en")}})

    watch.split(tell)
    read_here(source, folder, day, book="book" in arguments[3:])
    return 0


def read_here(source: Path, folder: Path, day: date, *, book: bool = False) -> None:
    """Read and check in this process; what comes out stands in the folder."""
    try:
        _write(folder, _check(source, folder, day, book))
    except UnusableInput as error:
        _write(folder, {"error": {"zh": error.to_json("zh"), "en": error.to_json("en")}})
    except OSError as error:
        full = UnusableInput("FP-REGISTERS-016", NO_ROOM, read=type(error).__name__, remedy=MAKE_ROOM)
        _write(folder, {"error": {"zh": full.to_json("zh"), "en": full.to_json("en")}})


def _write(folder: Path, document: dict[str, Any]) -> None:
    partial = folder / f".{RESULT}"
    partial.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    partial.replace(folder / RESULT)


def _check(source: Path, folder: Path, day: date, book: bool) -> dict[str, Any]:
    from fangpin.intake.batch import Batch, Loaded, Part
    from fangpin.intake.check import Examined, check
    from fangpin.registry.checks import Examiner

    class Keeping(Examiner):
        """The examiner, which also keeps the rows that were accepted."""

        pieces: dict[str, list[pl.DataFrame]]

        def start(self, batch: Batch) -> Any:
            self.pieces = {}
            return super().start(batch)

        def part(self, part: Part, loaded: Loaded) -> Examined:
            for name, frame in loaded.frames.items():
                if frame.height:
                    self.pieces.setdefault(name, []).append(frame)
            return super().part(part, loaded)

    def step(done: int, total: int, what: Text) -> None:
        sys.stdout.write(json.dumps({"done": done, "total": total, "zh": what.zh, "en": what.en}) + "\n")
        sys.stdout.flush()

    examiner = Keeping(day)
    found = check(source, progress=step, examiner=examiner)
    for name, pieces in examiner.pieces.items():
        pl.concat(pieces).write_parquet(folder / f"{name}.parquet", compression="zstd")
    ordered = sorted(found.findings, key=lambda f: ("error", "warning", "info").index(f.severity))
    both = [{"zh": f.to_json("zh"), "en": f.to_json("en")} for f in ordered[:MOST_FINDINGS]]
    (folder / FINDINGS).write_text(json.dumps(both, ensure_ascii=False), "utf-8")
    if book or found.counts.rows <= BOOK_ROWS:
        step(1, 1, Text("写问题工作簿", "writing the findings workbook"))
        found.write_workbook(folder / BOOK)
    severities: dict[str, int] = {}
    for finding in found.findings:
        severities[finding.severity] = severities.get(finding.severity, 0) + 1
    return {
        "counts": found.counts.to_json(),
        "by_table": {name: counts.to_json() for name, counts in found.by_table.items()},
        "findings": len(found.findings),
        "severities": severities,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
