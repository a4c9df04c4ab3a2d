"""Addresses: datasets that stand in an object store or a distributed file system.

Reads   s3://, gs://, abfss://, hdfs://, file:// … by the readers of Polars and Arrow, with their own credentials
Gives   address_of(text) → Address or None; Address, which can be listed, opened and named like a path; `readable`,
        what Polars is given for a path or an address
Not     text and workbooks at an address: they are small, and are copied here first
Keeps   what Polars reads by itself it reads by itself, so that only the columns asked for travel
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text

_SCHEME = re.compile(r"([a-z][a-z0-9+]+):/+(.*)", re.DOTALL)
READ_BY_POLARS = ("s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "azure", "adl", "file", "http", "https", "hf")
_ARROW_NAMES = {"s3a": "s3", "gcs": "gs", "az": "abfs", "azure": "abfs"}


class Stat(NamedTuple):
    """What is known of a file at an address."""

    st_size: int


@dataclass(frozen=True, slots=True)
class Address:
    """A place that is no path of this machine: what Python calls the scheme, and the rest."""

    scheme: str
    rest: str
    size: int = 0

    def __str__(self) -> str:
        return f"{self.scheme}://{'/' if self.scheme == 'file' else ''}{self.rest}"

    @property
    def name(self) -> str:
        """The last word of the address."""
        return PurePosixPath(self.rest).name

    def stat(self) -> Stat:
        """Its size, as the listing gave it."""
        return Stat(self.size)

    def open(self, mode: str = "rb") -> Any:
        """The bytes, as an open file."""
        files, path = self._files()
        return files.open_input_file(path)

    def within(self) -> Iterator[tuple[str, Address]]:
        """The files below, with their place relative to this address, in the order of their names.

        Raises:
            UnusableInput: there is nothing there, or it cannot be reached.
        """
        from pyarrow import fs

        try:
            files, path = self._files()
            found = files.get_file_info(fs.FileSelector(path, recursive=True))
        except Exception as error:  # each file system raises kinds of its own
            raise _not_there(self, str(error)) from error
        base = path.rstrip("/")
        for info in sorted(found, key=lambda i: str(i.path)):
            if info.type == fs.FileType.File:
                below = str(info.path)[len(base) :].lstrip("/")
                yield below, Address(self.scheme, f"{self.rest.rstrip('/')}/{below}", int(info.size or 0))

    def _files(self) -> tuple[Any, str]:
        """Arrow's file system and the path in it."""
        from pyarrow import fs

        files, path = fs.FileSystem.from_uri(str(Address(_ARROW_NAMES.get(self.scheme, self.scheme), self.rest)))
        return files, path


def address_of(text: str | Path) -> Address | None:
    """The address that a text is, also where a shell or a path has folded its slashes; None for a path."""
    found = _SCHEME.fullmatch(str(text))
    return Address(found.group(1), found.group(2)) if found and not Path(text).exists() else None


def on_this_machine(place: Path | Address) -> Path:
    """The path that a place is."""
    if not isinstance(place, Path):
        raise TypeError(f"{place} is no file of this machine")
    return place


def readable(place: Path | Address) -> Any:
    """What Polars is given: the path, the address where it reads it by itself, or else the open file."""
    if isinstance(place, Path):
        return place
    return str(place) if place.scheme in READ_BY_POLARS else place.open()


def _not_there(address: Address, said: str) -> UnusableInput:
    return UnusableInput(
        "FP-ADDRESS-001",
        Text("这个地址读不到", "the address cannot be read"),
        place=str(address),
        read=said.strip().splitlines()[0][:200] if said.strip() else "",
        expected=Text(
            "按县存放的 Parquet 数据集，如 s3://桶/夹", "Parquet datasets by county, such as s3://bucket/folder"
        ),
        remedy=Text(
            "核对地址与凭据（由环境变量给出）；hdfs 要 Hadoop 的客户端库",
            "look at the address and the credentials (from the environment); hdfs needs Hadoop's client library",
        ),
    )
