"""A run on its way: the finished parts, kept aside until the whole can be put in place.

Gives   Staging(folder, key, parts): `finished(number)`, `add(number, result)`, `assemble(target)`, `clear()`
Keeps   a part is there whole or not at all; what an interrupted run left is used again only where its hashes, the
        part's own files and the run's key are the same; two runs never share a folder
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import polars as pl

from fangpin.identification.parts import PartResult
from fangpin.identification.verdict import schema
from fangpin.identification.verdicts import by_county
from fangpin.intake import Counts
from fangpin.standards import Standard
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.text import Text

RUN, PREFIX = ".fangpin-run", ".fangpin-"
HOUSEHOLDS, ABOUT, KEY, LOCK = "households.parquet", "about.json", "key.json", "lock"
_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


class Staging:
    """The finished parts of one run.

    Args:
        out: The folder of the result; the parts stand in a hidden folder in it.
        key: What the run is about; equal for a run that continues another.
        parts: A hash of what each part is made from, in their order.
        standard: The standard, for the columns.
        resume: Whether to go on from what an interrupted run left.

    Raises:
        UnusableInput: what was left is of another run.
    """

    def __init__(
        self, out: Path, key: Mapping[str, Any], parts: Sequence[str], standard: Standard, resume: bool
    ) -> None:
        self.out, self.parts, self.standard = out, parts, standard
        self.folder = out / RUN
        self._lock = _locked(self.folder)
        if self._lock is None:
            if resume:
                raise _busy(out)
            self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=out))
            return
        if resume:
            self._same(key)
        else:
            _emptied(self.folder)
        (self.folder / KEY).write_text(json.dumps(key, sort_keys=True), "utf-8")

    def _same(self, key: Mapping[str, Any]) -> None:
        try:
            left = json.loads((self.folder / KEY).read_text("utf-8"))
        except (OSError, ValueError):
            _emptied(self.folder)
            return
        differing = sorted(name for name in {*left, *key} if left.get(name) != key.get(name))
        if differing:
            self.close()
            raise UnusableInput(
                "FP-RESULT-003",
                Text("要继续的是另一次判定", "what is to be continued is another run"),
                place=str(self.out),
                read="；".join(f"{name}: {left.get(name)} → {key.get(name)}" for name in differing)[:300],
                remedy=Text(
                    "去掉 --resume 从头判定，或换一个 --out",
                    "leave --resume out to begin anew, or choose another --out",
                ),
            )

    # -- parts ----------------------------------------------------------------------------------------------
    def _place(self, number: int) -> Path:
        return self.folder / f"{number:05}-{self.parts[number][:12]}"

    def finished(self, number: int) -> Callable[[], PartResult] | None:
        """How to have the result of a part that was finished before; None where there is none, or it is not whole."""
        place = self._place(number)
        if not place.is_dir():
            return None
        try:
            about = json.loads((place / ABOUT).read_text("utf-8"))
            found = [_finding(f) for f in about["findings"]]
            counts = Counts(**about["counts"])
            if about["part"] != self.parts[number] or about["files"] != _hashes(place):
                raise ValueError(place.name)
        except (OSError, ValueError, KeyError, TypeError):
            shutil.rmtree(place, ignore_errors=True)
            return None

        def load() -> PartResult:
            pieces = [pl.read_parquet(place / name) for name in about["files"] if name != HOUSEHOLDS]
            table = pl.concat(pieces) if pieces else pl.DataFrame(schema=schema(self.standard))
            return PartResult(table, pl.read_parquet(place / HOUSEHOLDS), found, counts, about.get("facts", {}))

        return load

    def add(self, number: int, result: PartResult) -> None:
        """Keeps the result of a part: whole, or not at all."""
        place = self._place(number)
        if place.is_dir():
            return
        aside = place.with_name(f"{place.name}.partial")
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        for code, piece in by_file(result.table):
            written(piece, aside / f"{code}.parquet")
        if len(self.parts) > 1:
            written(result.households, aside / HOUSEHOLDS)
            about = {
                "part": self.parts[number],
                "files": _hashes(aside),
                "counts": result.counts.to_json(),
                "facts": dict(result.facts),
                "findings": [asdict(f) for f in result.findings],
            }
            (aside / ABOUT).write_text(json.dumps(about, ensure_ascii=False), "utf-8")
        os.replace(aside, place)

    @property
    def count(self) -> int:
        """How many parts are finished."""
        return sum(self._place(n).is_dir() for n in range(len(self.parts)))

    def assemble(self, target: Path) -> Path:
        """The whole: one file for one county, a folder of files by county for several."""
        found: dict[str, list[Path]] = {}
        for number in range(len(self.parts)):
            for path in sorted(self._place(number).glob("*.parquet")):
                if path.name != HOUSEHOLDS:
                    found.setdefault(path.name, []).append(path)
        if len(found) <= 1:
            pieces = next(iter(found.values()), [])
            if not pieces:
                written(pl.DataFrame(schema=schema(self.standard)), target)
            _joined(pieces, target)
            return target
        target.mkdir()
        for name, pieces in sorted(found.items()):
            _joined(pieces, target / name)
        return target

    # -- the end --------------------------------------------------------------------------------------------
    def close(self) -> None:
        """Lets go of the folder; what is in it stays."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def clear(self) -> None:
        """Removes what was kept aside."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.close()


def by_file(table: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """The verdicts of each county, by the name of its file."""
    county = pl.col("region_code").str.slice(0, 6).fill_null("")
    for (name,), piece in table.with_columns(county.alias("__county")).group_by("__county", maintain_order=True):
        yield _file_name(str(name)), piece.drop("__county")


def _file_name(county: str) -> str:
    if not county:
        return "unknown"
    plain = county.isalnum() and county.isascii()
    return county if plain else hashlib.sha256(county.encode()).hexdigest()[:12]


def written(frame: pl.DataFrame, path: Path) -> None:
    """A frame as a file, the same bytes for the same rows."""
    frame.write_parquet(path, compression="zstd", compression_level=1, statistics=False)


def _joined(pieces: list[Path], target: Path) -> None:
    if len(pieces) == 1:
        try:
            os.link(pieces[0], target)
        except OSError:  # no hard links here
            shutil.copyfile(pieces[0], target)
    elif pieces:
        written(by_county(pl.concat([pl.read_parquet(p) for p in pieces])), target)


def _hashes(place: Path) -> dict[str, str]:
    found = {}
    for path in sorted(place.glob("*.parquet")):
        with path.open("rb") as stream:
            found[path.name] = hashlib.file_digest(stream, "sha256").hexdigest()
    return found


def _finding(plain: dict[str, Any]) -> Finding:
    values: dict[str, Any] = {n: Text(**v) if isinstance(v, dict) else v for n, v in plain.items()}
    return Finding(**values)


# -- folders ---------------------------------------------------------------------------------------------------------


def _locked(folder: Path) -> IO[bytes] | None:
    """The folder with nobody else in it: an open file that holds it; None where another run does."""
    folder.mkdir(exist_ok=True)
    held = (folder / LOCK).open("ab")
    try:
        import fcntl

        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:  # no such locks on this system
        pass
    except OSError:
        held.close()
        return None
    return held


def _emptied(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        elif entry.name != LOCK:
            entry.unlink(missing_ok=True)


def _busy(out: Path) -> UnusableInput:
    return UnusableInput(
        "FP-RESULT-004",
        Text("另一次判定正在写这个文件夹", "another run is writing into this folder"),
        place=str(out),
        remedy=Text("等它结束，或换一个 --out", "wait for it to end, or choose another --out"),
    )


@contextmanager
def writing(out: Path, going_on: bool = False) -> Iterator[None]:
    """What cannot be written is said plainly.

    Args:
        out: The folder of the result.
        going_on: Whether finished parts stay for ``--resume``.

    Raises:
        UnusableInput: the disk is full, or the folder cannot be written.
    """
    try:
        yield
    except (OSError, pl.exceptions.PolarsError) as error:
        number = getattr(error, "errno", None)
        said = getattr(error, "strerror", None) or str(error)
        if number in _FULL or "No space left" in str(error):
            stay = Text("；已完成的部分留着，加 --resume 继续", "; finished parts stay, --resume goes on from them")
            room = Text("腾出空间，或用 --out 换一个盘", "make room, or choose another disk with --out")
            raise UnusableInput(
                "FP-RESULT-002",
                Text("磁盘已满", "the disk is full"),
                place=str(out),
                read=said[:200],
                remedy=room if not going_on else Text(room.zh + stay.zh, room.en + stay.en),
            ) from error
        if isinstance(error, OSError):
            raise UnusableInput(
                "FP-RESULT-001",
                Text("结果文件夹不能写入", "the folder for the result cannot be written"),
                place=str(out),
                read=said[:200],
                remedy=Text("用 --out 换一个文件夹", "choose another folder with --out"),
            ) from error
        raise


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
