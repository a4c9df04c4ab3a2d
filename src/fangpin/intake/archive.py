"""Archives: the files inside a zip, read without being unpacked to disk.

Gives   members: the readable files with their names and bytes; findings for those left out
Keeps   a name that points outside the archive is not read; names without a declared encoding are read as UTF-8 or GBK;
        what would unpack beyond the limits ends the command
"""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from fangpin.intake.messages import finding, unusable
from fangpin.vocabulary.findings import Finding

MOST_MEMBERS = 5_000
MOST_BYTES = 1_000_000_000
MOST_RATIO = 200
_RATIO_FROM = 10_000_000
_UTF8 = 0x800


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive: its name there, and its bytes."""

    name: str
    data: bytes

    @property
    def sha256(self) -> str:
        """The hash of its bytes, hex."""
        return hashlib.sha256(self.data).hexdigest()


def members(path: Path, shown: str) -> tuple[list[Member], list[Finding]]:
    """The files of an archive by name; a finding for each name that is not safe.

    Raises:
        UnusableInput: it is damaged, protected by a password, or would unpack to too much.
    """
    found: list[Member] = []
    findings: list[Finding] = []
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _within_limits(entries, shown)
            for entry in entries:
                name = _name(entry)
                if entry.flag_bits & 1:
                    raise unusable("FP-GUARD-005", place=f"{shown}/{name}")
                safe = None if stat.S_ISLNK(entry.external_attr >> 16) else _safe(name)
                if safe is None:
                    findings.append(finding("FP-INTAKE-079", file=shown, read=name[:120]))
                elif not any(part.startswith((".", "__MACOSX", "~$")) for part in PurePosixPath(safe).parts):
                    found.append(Member(safe, _bytes(archive, entry)))
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError) as error:
        raise unusable("FP-INTAKE-006", place=shown, read=f"{type(error).__name__}: {error}"[:200]) from error
    return sorted(found, key=lambda member: member.name), findings


def _within_limits(entries: list[zipfile.ZipInfo], shown: str) -> None:
    total, packed = sum(e.file_size for e in entries), sum(e.compress_size for e in entries)
    if len(entries) > MOST_MEMBERS or total > MOST_BYTES or (total > _RATIO_FROM and total > packed * MOST_RATIO):
        raise unusable(
            "FP-INTAKE-006", place=shown, read=f"{len(entries):,} files, {packed:,} → {total:,} bytes", values=None
        )


def _bytes(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The bytes of a member, never more than it declares."""
    with archive.open(entry) as stream:
        buffer = io.BytesIO()
        for block in _blocks(stream, entry.file_size):
            buffer.write(block)
        return buffer.getvalue()


def _blocks(stream: IO[bytes], most: int) -> Iterator[bytes]:
    left = most + 1
    while left > 0 and (block := stream.read(min(left, 1 << 20))):
        left -= len(block)
        yield block
    if left <= 0:
        raise zipfile.BadZipFile("a member is longer than it says")


def _name(entry: zipfile.ZipInfo) -> str:
    """The name as its maker meant it: without the UTF-8 mark, Windows in China writes GBK."""
    if entry.flag_bits & _UTF8:
        return entry.filename
    try:
        raw = entry.filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _safe(name: str) -> str | None:
    """The name with / between its parts; None where it is absolute or climbs out of the archive."""
    name = name.replace("\\", "/")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or ".." in parts or (parts and ":" in parts[0]) or not parts:
        return None
    return "/".join(parts)
