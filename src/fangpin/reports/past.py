"""Past runs: what a manifest names, found again.

Gives   read, registry (the input as it is now), standard_now (the rule as it is now), restored (the rule as it was),
        ancestors
Keeps   what is gone is named, all of it, and nothing else is taken in its place
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import fangpin.standards.resolve as rules
from fangpin.intake import read_batch
from fangpin.intake.address import address_of
from fangpin.registry import Registry
from fangpin.reports.digests import sha256_of
from fangpin.standards import Standard
from fangpin.standards.saved import restored
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text

MANIFEST = "manifest.json"


def read(path: Path) -> dict[str, Any]:
    """A manifest.

    Raises:
        UnusableInput: it is none.
    """
    try:
        data: dict[str, Any] = json.loads(path.read_text("utf-8"))
        data["input"]["files"], data["standard"]["id"], data["result"]["verdicts_sha256"], data["engine"]["name"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnusableInput(
            "FP-REPLAY-001",
            Text("不是可用的运行清单", "not a usable manifest"),
            place=str(path),
            read=f"{type(error).__name__}: {error}"[:200],
            expected=Text("fangpin identify 写出的 manifest.json", "manifest.json as fangpin identify writes it"),
        ) from error
    return data


def _paths(manifest: Mapping[str, Any]) -> list[Path]:
    said = manifest["input"]
    return [Path(p) for p in said.get("paths") or ([said["path"]] if said["path"] else [])]


def registry(manifest: Mapping[str, Any]) -> Registry:
    """The input of a run, as its files are now.

    Raises:
        UnusableInput: some of it is gone, or it never stood in files.
    """
    paths = _paths(manifest)
    if not paths:
        raise UnusableInput(
            "FP-REPLAY-004",
            Text(
                "这次运行的输入在内存里，没有文件可重读",
                "the input of the run was in memory; no file can be read again",
            ),
            remedy=Text("从文件运行 identify，才能重做", "run identify on files to be able to replay"),
        )
    gone = [str(p) for p in paths if address_of(p) is None and not p.exists()]
    if gone:
        raise UnusableInput(
            "FP-REPLAY-002",
            Text("清单所指的输入已不在", "the input of the manifest is gone"),
            place="、".join(gone),
            remedy=Text("把原来的文件放回原处", "put the files back where they were"),
        )
    said = manifest["input"]
    batch = read_batch(
        paths if len(paths) > 1 else paths[0], profile=said.get("profile_file") or said["profile"] or None
    )
    found = Registry(batch)
    return found.as_of(manifest["standard"]["as_of"], said["known"]) if said.get("known") else found


def standard_now(manifest: Mapping[str, Any]) -> Standard:
    """The standard that a run names, as its documents are now."""
    said = manifest["standard"]
    overlays = tuple(Path(o["path"]) for o in said["overlays"])
    changes = {k: tuple(v) if isinstance(v, list) else v for k, v in said["changes"].items()}
    sources = rules.Sources(
        said.get("source") or said["id"], said["region"], rules.read_day(said["as_of"]), overlays, changes
    )
    return rules.resolve(sources)


def restored_or_none(manifest: Mapping[str, Any]) -> Standard | None:
    """The standard as it was; None where the manifest does not hold it, or it cannot be made again."""
    saved = manifest["standard"].get("resolved")
    try:
        return restored(saved) if saved else None
    except UnusableInput:
        return None


def unchanged(manifest: Mapping[str, Any], now: Registry) -> bool:
    """Whether the input is byte for byte what it was."""
    return bool(manifest["input"]["snapshot"] == now.snapshot_hash())


def ancestors(paths: Sequence[str]) -> list[dict[str, Any]]:
    """The runs that the input came from: a manifest in a folder that was given, with its own ancestors.

    A manifest of a run *on* that folder does not count: it is no source of what lies there.
    """
    found: dict[str, dict[str, Any]] = {}
    for given in paths:
        path = Path(given)
        place = (path if path.is_dir() else path.parent) / MANIFEST
        try:
            data = read(place)
        except UnusableInput:
            continue
        if given in map(str, _paths(data)):
            continue
        found[str(place)] = {
            "path": str(place),
            "sha256": sha256_of(place),
            "fangpin": data["fangpin"],
            "engine": data["engine"],
            "standard": {k: data["standard"][k] for k in ("id", "hash", "as_of", "region")},
            "snapshot": data["input"]["snapshot"],
            "households": data["result"]["households"],
            "verdicts_sha256": data["result"]["verdicts_sha256"],
            "rows_hash": data["result"].get("rows_hash"),
            "ancestors": data["input"].get("ancestors", []),
        }
    return list(found.values())
