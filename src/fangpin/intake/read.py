"""Reading: files to a batch, one outcome for every row.

Reads   folders, workbooks, text and Parquet files, archives of these, frames in memory; a profile
Gives   read_batch → Batch
Not     which row holds on a day (registry), whether a household is low-income (identification)
Keeps   nothing is dropped in silence; what cannot be used ends with UnusableInput and says how to mend it
Source  INTERFACE section 2, "Input"; docs/how-to/files.zh.md
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from fangpin import tables
from fangpin.intake.address import address_of
from fangpin.intake.batch import Batch, Progress
from fangpin.intake.frames import as_columns, read_frames
from fangpin.intake.gather import Item, gather
from fangpin.intake.guard import reading
from fangpin.intake.layouts import HOUSEHOLD_ID, Layout, is_layout, load_layout, shipped
from fangpin.intake.matching import contradicting, divided, field_columns, matched
from fangpin.intake.memory import memory_batch
from fangpin.intake.messages import finding, unusable
from fangpin.intake.parquet import parquet_batch
from fangpin.intake.raw import Origin, RawTable, Sheet, unique_names
from fangpin.intake.sources import (
    ARCHIVES,
    PARQUET,
    Listing,
    TableFile,
    list_address,
    list_folder,
    names_a_table,
    suffix,
)
from fangpin.intake.understand import understand

Source = str | Path | Mapping[str, Any]


def read_batch(
    source: Source | Sequence[str | Path],
    profile: str | Path | None = None,
    lang: str | None = None,
    progress: Progress | None = None,
) -> Batch:
    """The batch of folders, workbooks, files and archives, or of frames in memory.

    Args:
        source: Paths, or frames (Polars, pandas, Arrow) by table name. Several paths make up one source: files of
            single tables and archives are more rows; a folder or workbook that shares households with what stands
            before it holds answers that came back from visits, and is laid over it, else it is more rows too.
        profile: The name of a profile that ships, or the path of a YAML file: a researcher's mapping, or the layout
            of an export. Without one, a file not named like a table is recognised by its headings.
        lang: Kept for callers; findings and errors carry both languages.
        progress: Called as reading goes on.

    Returns:
        The batch: parts that share no household, files with their hashes, findings about files and columns.

    Raises:
        UnusableInput: there is nothing there, no table of households, a key column is missing, or a file is damaged.
    """
    far = isinstance(source, str | Path) and address_of(source) is not None  # its size is not known before
    with nullcontext() if far else reading(source):
        batch = _read(source, profile, progress)
    if not isinstance(source, Mapping):
        some = [source] if isinstance(source, str | Path) else source
        batch = replace(batch, given=tuple(_kept(path) for path in some))
    if profile is None or not Path(profile).is_file() or str(profile) in shipped():
        return batch
    return replace(batch, profile_file=str(Path(profile).resolve()))


def _kept(path: str | Path) -> str:
    """A place as it can be found again from anywhere."""
    far = address_of(path)
    return str(Path(path).resolve()) if far is None else str(far)


def _read(source: Source | Sequence[str | Path], profile: str | Path | None, progress: Progress | None) -> Batch:
    if isinstance(source, Mapping):
        if profile is not None and layout_of(profile) is None:
            return _mapped(source, profile, progress)
        asked = layout_of(profile)
        if asked is not None:
            raws, findings = understand([_item(name, frame) for name, frame in source.items()], asked)
            return memory_batch(raws, findings, place="", profile=(asked.name, asked.sha256))
        raws, findings = read_frames(source)
        return memory_batch(raws, findings, place="")
    some: list[str | Path] = [source] if isinstance(source, str | Path) else list(source)
    if not some:
        raise unusable("FP-INTAKE-001")
    layout = layout_of(profile)
    if profile is not None and layout is None:
        if len(some) > 1:
            raise unusable("FP-PROFILE-007", read="、".join(map(str, some))[:200])
        return _mapped(some[0], profile, progress)
    address = address_of(some[0])
    if address is not None and len(some) == 1 and layout is None:
        return parquet_batch(list_address(address), str(address), progress)
    paths = [_existing(path) for path in some]
    if len(paths) == 1 and layout is None:
        listing = _parquet(paths[0])
        if listing is not None:
            return parquet_batch(listing, str(paths[0]), progress)
    return _batch(paths, layout, progress)


def _item(name: str, frame: Any) -> Item:
    """A frame in memory as a sheet."""
    columns = as_columns(frame, name)
    named = [series.alias(n) for n, (_, series) in zip(unique_names(len(columns)), columns, strict=True)]
    sheet = Sheet(tuple(heading for heading, _ in columns), pl.DataFrame(named), Origin(name))
    return Item(sheet, tables.catalogue().table_named(name))


def _mapped(source: Source, profile: str | Path, progress: Progress | None) -> Batch:
    from fangpin.intake.mapping import read_mapped  # mappings are rare, and their parser slow to load

    return read_mapped(source, profile, progress)


def _existing(path: str | Path) -> Path:
    if not Path(path).exists():
        raise unusable("FP-INTAKE-001", place=str(path))
    return Path(path)


def layout_of(profile: str | Path | None) -> Layout | None:
    """The layout of an export that was asked for; None where there is none, or the profile is a survey's mapping."""
    if profile is None:
        return None
    if str(profile) in shipped():
        return shipped()[str(profile)]
    path = Path(profile)
    return load_layout(path) if path.is_file() and is_layout(path) else None


def _parquet(path: Path) -> Listing | None:
    """The Parquet files of the tables at a path, which are read part by part; None where there is something else."""
    if path.is_dir():
        if not names_a_table(path):
            return None
        listing = list_folder(path)
        if "household" not in listing.files:
            raise unusable("FP-INTAKE-003", place=str(path), read="、".join(listing.files))
        return listing if listing.all_parquet else None
    file = TableFile(path, path.name)
    if suffix(path) in PARQUET and file.stem == "household":
        return Listing({"household": [file]})
    return None


def _batch(paths: Sequence[Path], layout: Layout | None, progress: Progress | None) -> Batch:
    """Everything at these paths as one batch in memory."""
    names = Counter(path.name for path in paths)
    found = [gather(p, str(p) if names[p.name] > 1 else "", progress, layout) for p in paths]
    raws: list[RawTable] = []
    answers: list[RawTable] = []
    open_: list[RawTable] = []
    findings = [f for one in found for f in one.findings]
    households: set[str] = set()
    for path, one in zip(paths, found, strict=True):
        own, about = understand(one.items, layout)
        findings += about
        open_ += [raw for raw in own if raw.match]
        own = [raw for raw in own if not raw.match]
        keys = {key for raw in own for key in _keys(raw)} if len(paths) > 1 else set()
        shared = set() if one.single or suffix(path) in ARCHIVES else households & keys
        if shared:
            more, over = _laid_over(raws, own, shared)
            raws += more
            answers += over
            findings.append(finding("FP-INTAKE-080", file=path.name, count=len(shared)))
        else:
            raws += own
        households |= keys
    members = [raw for raw in raws if raw.table == "member"]
    answers += [matched(raw, members) for raw in open_]
    return memory_batch(
        raws,
        findings,
        place=str(paths[0]),
        paths=_merged([one.paths for one in found]),
        answers=answers,
        contents=_merged([one.contents for one in found]),
        profile=(layout.name, layout.sha256) if layout is not None else ("", ""),
    )


def _laid_over(
    before: Sequence[RawTable], own: Sequence[RawTable], shared: set[str]
) -> tuple[list[RawTable], list[RawTable]]:
    """Rows that stand beside what was there, and rows laid over it.

    A household with another head in each file is not laid over: its id is doubled, and refused as such.
    """
    doubled = contradicting(before, own) & shared
    if not doubled:
        return [], list(own)
    pairs = [divided(raw, doubled) for raw in own]
    return [theirs for _, theirs in pairs if theirs.frame.height], [others for others, _ in pairs]


def _keys(raw: RawTable) -> set[str]:
    """The household ids of a raw table, as text."""
    keys = field_columns(raw, HOUSEHOLD_ID).get(HOUSEHOLD_ID)
    return set() if keys is None else set(keys.drop_nulls().unique().to_list())


def _merged(some: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {key: value for one in some for key, value in one.items()}
