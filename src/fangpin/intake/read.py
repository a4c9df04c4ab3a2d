"""Reading: files to a batch, one outcome for every row.

Reads   a folder of CSV or Parquet, a workbook made from the template, frames in memory; a mapping profile
Gives   read_batch → Batch
Not     which row holds on a day (registry), whether a household is low-income (identification)
Keeps   nothing is dropped in silence; what cannot be used ends with UnusableInput and says how to mend it
Source  INTERFACE section 2, "Input"
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fangpin.intake.batch import Batch, Progress
from fangpin.intake.csv_file import read_csv
from fangpin.intake.frames import read_frames
from fangpin.intake.memory import memory_batch
from fangpin.intake.messages import unusable
from fangpin.intake.parquet import parquet_batch, read_parquet_raw
from fangpin.intake.raw import RawTable
from fangpin.intake.sources import Listing, TableFile, is_workbook, list_folder, only_workbook, single_file
from fangpin.intake.workbook import read_workbook
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.text import Text

Source = str | Path | Mapping[str, Any]
Raws = tuple[list[RawTable], list[Finding], dict[str, Path]]


def read_batch(
    source: Source | Sequence[str | Path],
    profile: str | Path | None = None,
    lang: str | None = None,
    progress: Progress | None = None,
) -> Batch:
    """The batch of a folder, a workbook, or frames in memory.

    Args:
        source: A folder or file, or frames (Polars, pandas, Arrow) by table name. Of several paths, files of single
            tables make up one source with the first path; folders and workbooks after it are answers that came back
            from visits and are laid over it.
        profile: A researcher's mapping: the name of one that ships, or the path of a YAML file.
        lang: Kept for callers; findings and errors carry both languages.
        progress: Called as reading goes on.

    Returns:
        The batch: parts that share no household, files with their hashes, findings about files and columns.

    Raises:
        UnusableInput: there is nothing there, no table of households, a key column is missing, or a file is damaged.
    """
    if isinstance(source, Sequence) and not isinstance(source, str):
        if len(source) > 1:
            if profile is not None:
                raise unusable("FP-PROFILE-007", read="、".join(str(path) for path in source)[:200])
            return _several([_existing(path) for path in source], progress)
        if not source:
            raise unusable("FP-INTAKE-001")
        source = source[0]
    if profile is not None:
        from fangpin.intake.mapping import read_mapped  # profiles are rare, and their parser slow to load

        return read_mapped(source, profile, progress)
    if isinstance(source, Mapping):
        raws, findings = read_frames(source)
        return memory_batch(raws, findings, place="")
    path = _existing(source)
    book = only_workbook(path)
    if book is not None:
        raws, findings = read_workbook(book, book.name)
        return memory_batch(raws, findings, place=str(path), paths={raw.origin.place: book for raw in raws})
    listing = list_folder(path) if path.is_dir() else single_file(path)
    if "household" not in listing.files:
        raise unusable("FP-INTAKE-003", place=str(path), read="、".join(listing.files))
    if listing.all_parquet:
        return parquet_batch(listing, str(path), progress)
    raws, findings, paths = _listed(listing, progress)
    return memory_batch(raws, findings, place=str(path), paths=paths)


def _existing(path: str | Path) -> Path:
    if not Path(path).exists():
        raise unusable("FP-INTAKE-001", place=str(path))
    return Path(path)


def _several(paths: Sequence[Path], progress: Progress | None) -> Batch:
    """Several paths as one batch: single tables together with the first, folders and workbooks after it as answers."""
    raws: list[RawTable] = []
    answers: list[RawTable] = []
    findings: list[Finding] = []
    places: dict[str, Path] = {}
    for number, path in enumerate(paths):
        found, about, where = _everything(path, progress)
        table = path.is_file() and not is_workbook(path)
        (raws if table or not number else answers).extend(found)
        findings += about
        places |= where
    return memory_batch(raws, findings, place=str(paths[0]), paths=places, answers=answers)


def _everything(path: Path, progress: Progress | None) -> Raws:
    """All raw tables of one path."""
    book = only_workbook(path)
    if book is not None:
        raws, findings = read_workbook(book, book.name)
        return raws, findings, {raw.origin.place: book for raw in raws}
    return _listed(list_folder(path) if path.is_dir() else single_file(path), progress)


def _listed(listing: Listing, progress: Progress | None) -> Raws:
    """The files of a listing, one after another."""
    raws: list[RawTable] = []
    paths: dict[str, Path] = {}
    files = [(table, file) for table, found in listing.files.items() for file in found]
    for done, (table, file) in enumerate(files):
        if progress is not None:
            progress(done, len(files), Text(f"读取 {file.shown}", f"reading {file.shown}"))
        raws.append(read_file(table, file))
        paths[file.shown] = file.path
    return raws, listing.findings, paths


def read_file(table: str, file: TableFile) -> RawTable:
    """One file as a raw table."""
    return read_parquet_raw(file, table) if file.suffix == ".parquet" else read_csv(file.path, table, file.shown)
