"""Gathering: everything that one path holds, as sheets, each with the table it is named like.

Reads   a path: a folder, a zip, a workbook, a text or Parquet file
Gives   gather → Gathered: items (a sheet, the table it is named like or none), findings, places on disk
Not     what a sheet without a table's name is (recognise)
Keeps   where anything is named like a table, names decide and the rest is said and not read; else headings decide
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from fangpin import tables
from fangpin.intake.archive import members
from fangpin.intake.aside import set_aside
from fangpin.intake.batch import Progress
from fangpin.intake.csv_file import read_bytes, read_text, unpacked
from fangpin.intake.guard import look, native
from fangpin.intake.layouts import Layout
from fangpin.intake.messages import finding, unusable
from fangpin.intake.parquet import read_parquet_raw
from fangpin.intake.raw import Sheet
from fangpin.intake.sources import (
    ARCHIVES,
    CSV,
    PARQUET,
    QUIET_FILES,
    TableFile,
    list_folder,
    loose_files,
    names_a_table,
    suffix,
)
from fangpin.intake.workbook import SIGNATURES, SUFFIXES, read_sheets
from fangpin.tables import Table
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.names import nearest
from fangpin.vocabulary.text import Text


@dataclass(frozen=True, slots=True)
class Item:
    """A sheet, and the table that its name says it is."""

    sheet: Sheet
    table: Table | None


@dataclass
class Gathered:
    """What a path holds; ``single`` if it is one file of one table; ``profile`` may say where headings are."""

    items: list[Item] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    paths: dict[str, Path] = field(default_factory=dict)
    contents: dict[str, str] = field(default_factory=dict)
    single: bool = False
    profile: Layout | None = None

    def add(self, sheet: Sheet, table: Table | None, file: TableFile) -> None:
        """A sheet of a file, rows that are no records set aside."""
        if not sheet.typed:
            sheet, about = set_aside(sheet)
            self.findings += about
        self.items.append(Item(sheet, table))
        self.paths[sheet.origin.place] = file.local
        if file.data is not None:
            self.contents[sheet.origin.place] = hashlib.sha256(file.data).hexdigest()


def gather(path: Path, shown: str = "", progress: Progress | None = None, profile: Layout | None = None) -> Gathered:
    """Everything that a path holds.

    Args:
        path: A folder or file that is there.
        shown: The name that messages give a file; its own if empty.
        progress: Called before each file.
        profile: The profile that was asked for.

    Raises:
        UnusableInput: there is nothing there, or a file is damaged or of a format that is not read.
    """
    if not path.exists():
        raise unusable("FP-INTAKE-001", place=str(path))
    found = Gathered(profile=profile)
    if path.is_dir():
        _folder(found, path, progress)
        return found
    file = TableFile(path, shown or path.name)
    if suffix(path) in ARCHIVES:
        _archive(found, file, progress)
    elif file.readable:
        _file(found, file, tables.catalogue().table_named(file.stem))
        found.single = suffix(path) not in SUFFIXES
    else:
        raise unusable("FP-INTAKE-002", place=file.shown, read=path.suffix)
    return found


def _folder(found: Gathered, path: Path, progress: Progress | None) -> None:
    if not names_a_table(path):
        files = loose_files(path)
        if not any(file.readable or file.suffix in ARCHIVES for file in files):
            list_folder(path)  # says that there is no table, and what is there
        _loose(found, files, progress)
        return
    listing = list_folder(path)
    found.findings += listing.findings
    _files(found, [(table, file) for table, some in listing.files.items() for file in some], progress)


def _files(found: Gathered, files: Sequence[tuple[str, TableFile]], progress: Progress | None) -> None:
    for done, (table, file) in enumerate(files):
        if progress is not None:
            progress(done, len(files), Text(f"读取 {file.shown}", f"reading {file.shown}"))
        _file(found, file, tables.catalogue().table(table))


def _loose(found: Gathered, files: Sequence[TableFile], progress: Progress | None) -> None:
    for done, file in enumerate(files):
        if progress is not None:
            progress(done, len(files), Text(f"读取 {file.shown}", f"reading {file.shown}"))
        if file.readable:
            _file(found, file, None)
        elif file.suffix in ARCHIVES and file.data is None:
            _archive(found, file, None)
        else:
            hint = Text("不读这种格式", "this format is not read")
            found.findings.append(finding("FP-INTAKE-010", file=file.shown, guess=hint))


def _archive(found: Gathered, file: TableFile, progress: Progress | None) -> None:
    """The files of a zip: those named like a table, else all."""
    packed, about = members(file.local, file.shown)
    found.findings += about
    inside = [TableFile(file.local, f"{file.shown}/{m.name}", m.name, m.data) for m in packed]
    inside = [f for f in inside if f.stem.casefold() not in QUIET_FILES]
    if not inside:
        raise unusable("FP-INTAKE-003", place=file.shown)
    named = [(table.name, f) for f in inside if f.suffix in CSV + PARQUET and (table := _named(f)) is not None]
    if not named:
        _loose(found, inside, progress)
        return
    taken = {f.shown for _, f in named}
    hint = Text("压缩包里有以表命名的文件，只读这些", "the archive has files named like tables, and only they are read")
    found.findings += [finding("FP-INTAKE-010", file=f.shown, guess=hint) for f in inside if f.shown not in taken]
    _files(found, named, progress)


def _named(file: TableFile) -> Table | None:
    """The table that a member is named like, by its own name or by the folder it stands in."""
    table = tables.catalogue().table_named(file.stem)
    if table is None:
        for part in PurePosixPath(file.within).parts[:-1]:
            table = table or tables.catalogue().table_named(part)
    return table


def _file(found: Gathered, file: TableFile, table: Table | None) -> None:
    """The sheets of one file, which was looked at first."""
    found.findings += look(file.local, file.shown, file.suffix, file.data)
    with native(file.shown):
        _read(found, file, table)


def _read(found: Gathered, file: TableFile, table: Table | None) -> None:
    if file.suffix in PARQUET:
        raw = read_parquet_raw(file, table.name if table else "")
        found.add(Sheet(raw.headings, raw.frame, raw.origin, typed=True), table, file)
        return
    data = read_bytes(file.local, file.shown) if file.data is None else unpacked(file.data, file.shown)
    if file.suffix in CSV or (file.suffix in SUFFIXES and _is_text(data)):
        sheet, about = read_text(data, file.shown, _header_row(found, file.shown, ""))
        found.findings += about
        found.add(sheet, table, file)
        return
    _book(found, file, data, table)


def _header_row(found: Gathered, file: str, sheet: str) -> int | None:
    """The number of the row of headings, where the profile says it of just this sheet."""
    specs = found.profile.document.sheets.values() if found.profile is not None else ()
    return next((s.header_row for s in specs if s.header_row is not None and s.fits(file, sheet)), None)


def _is_text(data: bytes) -> bool:
    """Whether a file with the name of a workbook holds separated text, as some systems export it."""
    head = data[:2_000]
    return bool(head) and not head.startswith(SIGNATURES) and head.lstrip()[:1] != b"<" and b"\0\0" not in head


def _book(found: Gathered, file: TableFile, data: bytes, table: Table | None) -> None:
    """The sheets of a workbook: those named like a table, else all; a single sheet may go by the file's name."""
    sheets, about = read_sheets(file.local, file.shown, data, lambda name: _header_row(found, file.shown, name))
    found.findings += about
    named = [tables.catalogue().table_named(sheet.origin.sheet) for sheet in sheets]
    filled = [sheet for sheet in sheets if sheet.headings]
    for sheet, own in zip(sheets, named, strict=True):
        if own is not None and not sheet.headings:
            raise unusable("FP-INTAKE-005", place=sheet.origin.place)
        if own is not None:
            found.add(sheet, own, file)
        elif any(named):
            found.findings.append(_unread(sheet))
        elif sheet.headings:
            found.add(sheet, table or (_stem_table(file) if len(filled) == 1 else None), file)


def _stem_table(file: TableFile) -> Table | None:
    return tables.catalogue().table_named(file.stem)


def _unread(sheet: Sheet) -> Finding:
    known = {w: t for t in tables.catalogue().tables.values() for w in (t.name, t.label.zh, t.label.en)}
    guess = nearest(sheet.origin.sheet, known)
    if guess is not None:
        hint = Text(f"是否是 {known[guess].label.zh}（{known[guess].name}）？", f"is it {known[guess].name}?")
    else:
        hint = Text("工作表名须是表的代码或名称", "a sheet must be named like a table")
    return finding("FP-INTAKE-010", file=sheet.origin.file, sheet=sheet.origin.sheet, guess=hint)
