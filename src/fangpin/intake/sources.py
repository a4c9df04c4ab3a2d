"""Sources: which file is which table.

Reads   a path: a folder, a zip, a workbook, or one table's file
Gives   Listing: files by table, findings for what is not read; entries, the files of a folder or zip
Keeps   a format that is not read ends the command and says which are
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from fangpin import tables
from fangpin.intake.address import Address, on_this_machine
from fangpin.intake.messages import finding, unusable
from fangpin.intake.workbook import SUFFIXES as WORKBOOKS
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.names import nearest
from fangpin.vocabulary.text import Text

CSV = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".txt.gz")
PARQUET = (".parquet",)
ARCHIVES = (".zip",)
QUIET_FOLDERS = frozenset({"truth", "__MACOSX"})
QUIET_FILES = ("readme", "manifest")
"""What stands beside tables by right, and is not remarked on."""


@dataclass(frozen=True, slots=True)
class TableFile:
    """One file of one table: its path, its name as shown (relative to the source), and the same without the table."""

    path: Path | Address
    shown: str
    within: str = ""
    data: bytes | None = None
    """The bytes of a member of an archive, whose ``path`` is the archive."""

    @property
    def local(self) -> Path:
        """Its path on this machine, for what is read whole."""
        return on_this_machine(self.path)

    @property
    def name(self) -> str:
        """Its name without folders."""
        return PurePosixPath(self.shown).name if self.data is not None else self.path.name

    @property
    def suffix(self) -> str:
        """The kind of file: ``.csv``, ``.parquet``, ``.xlsx`` … (gzip or not)."""
        return suffix(Path(self.name))

    @property
    def stem(self) -> str:
        """The name without the ending that tells the format."""
        return stem(Path(self.name))

    @property
    def readable(self) -> bool:
        """Whether its format is read."""
        return self.suffix in CSV + PARQUET + WORKBOOKS


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
    return next((ending for ending in CSV if ending.endswith(".gz") and name.endswith(ending)), path.suffix.lower())


def stem(path: Path) -> str:
    """The name without the ending that tells the format."""
    ending = suffix(path)
    return path.name[: len(path.name) - len(ending)] if ending else path.name


def names_a_table(path: Path) -> bool:
    """Whether something in a folder is named like a table and may hold its rows."""
    return any(
        tables.catalogue().table_named(stem(entry) if entry.is_file() else entry.name)
        and (entry.is_dir() or suffix(entry) in CSV + PARQUET)
        for entry in _entries(path)
    )


def loose_files(folder: Path) -> list[TableFile]:
    """The readable files of a folder in which nothing is named like a table, at any depth."""
    found = []
    for entry in sorted(folder.rglob("*")):
        within = entry.relative_to(folder)
        hidden = any(part.startswith((".", "~$", "_")) or part in QUIET_FOLDERS for part in within.parts)
        if entry.is_file() and not hidden and stem(entry).casefold() not in QUIET_FILES:
            found.append(TableFile(entry, within.as_posix()))
    return found


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


def list_address(address: Address) -> Listing:
    """The tables of a dataset at an address: ``TABLE.parquet``, or a folder TABLE with such files at any depth.

    Raises:
        UnusableInput: it cannot be reached, or there is no table in Parquet.
    """
    listing = Listing()
    for below, file in address.within():
        top, _, within = below.partition("/")
        hidden = any(part.startswith((".", "_")) for part in PurePosixPath(below).parts)
        table = tables.catalogue().table_named(top if within else PurePosixPath(top).stem)
        if table is not None and not hidden and PurePosixPath(below).suffix in PARQUET:
            listing.files.setdefault(table.name, []).append(TableFile(file, below, within))
    if "household" not in listing.files:
        raise unusable("FP-INTAKE-003", place=str(address), read="、".join(listing.files))
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
    if suffix(entry) in WORKBOOKS + ARCHIVES or tables.catalogue().table_named(stem(entry)) is not None:
        hint = Text(
            "另存为 .csv 或 .parquet；工作簿、压缩包请单独作为 PATH 给出",
            "save it as .csv or .parquet; a workbook or zip is given as PATH by itself",
        )
    elif guess is not None:
        hint = Text(f"是否是 {guess}？文件名须是表的代码或名称", f"is it {guess}? A file must be named like a table")
    else:
        names = tables.catalogue().tables
        hint = Text("表名：" + "、".join(names), "tables are: " + ", ".join(names))
    return [finding("FP-INTAKE-010", file=entry.name, guess=hint)]
