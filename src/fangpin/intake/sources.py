"""Sources: which file is which table.

Reads   a path: a folder, a workbook, or one table's file
Gives   Listing: files by table, findings for what is not read
Keeps   a format that is not read ends the command and says which are
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from fangpin import tables
from fangpin.intake.messages import finding, unusable
from fangpin.intake.workbook import SUFFIXES as WORKBOOKS
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.names import nearest
from fangpin.vocabulary.text import Text

CSV = (".csv", ".csv.gz")
PARQUET = (".parquet",)
QUIET_FOLDERS = frozenset({"truth", "__MACOSX"})
QUIET_FILES = ("readme", "manifest")
"""What stands beside tables by right, and is not remarked on."""


@dataclass(frozen=True, slots=True)
class TableFile:
    """One file of one table: its path, its name as shown (relative to the source), and the same without the table."""

    path: Path
    shown: str
    within: str = ""

    @property
    def suffix(self) -> str:
        """The kind of file: ``.csv`` or ``.parquet`` (gzip or not)."""
        return suffix(self.path)


@dataclass(frozen=True, slots=True)
class Listing:
    """Files by table, in a fixed order."""

    files: dict[str, list[TableFile]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def all_parquet(self) -> bool:
        """Whether every file is Parquet, so that rows can be read part by part."""
        return all(f.suffix in PARQUET for files in self.files.values() for f in files)


def suffix(path: Path) -> str:
    """The ending that tells the format, in small letters, ``.csv.gz`` as one."""
    name = path.name.lower()
    return ".csv.gz" if name.endswith(".csv.gz") else path.suffix.lower()


def stem(path: Path) -> str:
    """The name without the ending that tells the format."""
    ending = suffix(path)
    return path.name[: len(path.name) - len(ending)] if ending else path.name


def only_workbook(path: Path) -> Path | None:
    """The workbook that a path is, or that a folder without tables holds as its only one; None if there is none."""
    if path.is_file():
        return path if is_workbook(path) else None
    entries = _entries(path)
    books = [entry for entry in entries if entry.is_file() and is_workbook(entry)]
    named = any(tables.catalogue().table_named(stem(e)) and (e.is_dir() or suffix(e) in CSV + PARQUET) for e in entries)
    return books[0] if len(books) == 1 and not named else None


def list_folder(folder: Path) -> Listing:
    """The tables of a folder: ``TABLE.csv``, ``TABLE.parquet``, or a folder TABLE with such files at any depth.

    Raises:
        UnusableInput: a table stands twice, or there is no table at all.
    """
    listing = Listing()
    taken: dict[str, str] = {}
    for entry in _entries(folder):
        table = tables.catalogue().table_named(stem(entry) if entry.is_file() or suffix(entry) else entry.name)
        files = _files_of(entry, folder) if table is not None else []
        if table is None or not files:
            listing.findings.extend(_unread(entry))
            continue
        if table.name in taken:
            raise unusable("FP-INTAKE-008", place=folder.name, places=f"{taken[table.name]}、{entry.name}")
        taken[table.name] = entry.name
        listing.files[table.name] = files
    if not listing.files:
        names = "、".join(entry.name for entry in _entries(folder))
        raise unusable("FP-INTAKE-003", place=str(folder), read=names[:200])
    return listing


def _entries(folder: Path) -> list[Path]:
    try:
        found = sorted(folder.iterdir())
    except OSError as error:
        raise unusable("FP-INTAKE-006", place=str(folder), read=type(error).__name__) from error
    return [entry for entry in found if not entry.name.startswith((".", "~$", "_"))]


def _files_of(entry: Path, folder: Path) -> list[TableFile]:
    """The readable files of one table."""
    if entry.is_file():
        return [TableFile(entry, entry.name)] if suffix(entry) in CSV + PARQUET else []
    found = [
        p
        for p in sorted(entry.rglob("*"))
        if p.is_file()
        and suffix(p) in CSV + PARQUET
        and not any(part.startswith((".", "_")) for part in p.relative_to(entry).parts)
    ]
    return [TableFile(p, p.relative_to(folder).as_posix(), p.relative_to(entry).as_posix()) for p in found]


def _unread(entry: Path) -> list[Finding]:
    """What is said of a file or folder that is not read."""
    if entry.is_dir():
        quiet = entry.name in QUIET_FOLDERS
        return [] if quiet else [finding("FP-INTAKE-018", file=entry.name)]
    if stem(entry).casefold() in QUIET_FILES:
        return []
    guess = nearest(stem(entry), tables.catalogue().tables)
    if is_workbook(entry) or tables.catalogue().table_named(stem(entry)) is not None:
        hint = Text(
            "另存为 .csv 或 .parquet；工作簿请单独作为 PATH 给出",
            "save it as .csv or .parquet; a workbook is given as PATH by itself",
        )
    elif guess is not None:
        hint = Text(f"是否是 {guess}？文件名须是表的代码或名称", f"is it {guess}? A file must be named like a table")
    else:
        names = tables.catalogue().tables
        hint = Text("表名：" + "、".join(names), "tables are: " + ", ".join(names))
    return [finding("FP-INTAKE-010", file=entry.name, guess=hint)]


def single_file(path: Path) -> Listing:
    """One file as a source of one table.

    Raises:
        UnusableInput: the format is not read, or the file is not named like a table.
    """
    if suffix(path) not in CSV + PARQUET:
        raise unusable("FP-INTAKE-002", place=path.name, read=path.suffix)
    table = tables.catalogue().table_named(stem(path))
    if table is None:
        raise unusable("FP-INTAKE-003", place=path.name, read=stem(path))
    return Listing({table.name: [TableFile(path, path.name)]})


def is_workbook(path: Path) -> bool:
    """Whether a path is a workbook that is read."""
    return suffix(path) in WORKBOOKS
