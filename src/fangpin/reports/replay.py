"""Replay: a manifest run again; the same, or which households differ and why.

Gives   replay(path) → Replayed
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

import fangpin.standards.resolve as rules
from fangpin.intake import read_batch
from fangpin.registry import Registry
from fangpin.reports.manifest import sha256_of, version
from fangpin.reports.result import VERDICTS, Result
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text

Progress = Callable[[int, int, Text], None]


@dataclass
class Replayed:
    """What a replay found: what changed in input or rule, and the households whose row differs."""

    manifest: Path
    causes: list[Text] = field(default_factory=list)
    differing: list[dict[str, Any]] = field(default_factory=list)
    households: int = 0

    @property
    def same(self) -> bool:
        return not self.differing

    def to_json(self) -> dict[str, Any]:
        return {
            "manifest": str(self.manifest),
            "same": self.same,
            "households": self.households,
            "causes": [c.en for c in self.causes],
            "differing": self.differing,
        }

    def text(self, lang: str = "zh") -> str:
        head = (
            Text(
                f"{self.households:,} 户与当时的结果完全相同",
                f"all {self.households:,} households have the same result as then",
            )
            if self.same
            else Text(f"{len(self.differing):,} 户与当时不同", f"{len(self.differing):,} households differ")
        )
        lines = [head(lang), *[c(lang) for c in self.causes]]
        lines += [
            f"  {d['household_id']}　{d['before']} → {d['after']}　{'、'.join(d['columns'])}" for d in self.differing
        ]
        return "\n".join(lines)


def replay(path: Path, progress: Progress | None = None) -> Replayed:
    """The run of a manifest again, compared with the verdicts that stand beside it.

    Raises:
        UnusableInput: no manifest, or the input or an overlay it names is gone.
    """
    manifest = _read(path)
    standard = _standard(manifest)
    registry = Registry(read_batch(_input(manifest), profile=_profile(manifest)))
    found = Replayed(path, list(_causes(manifest, registry, standard)))
    now = Result(registry, standard, progress).to_polars()
    before = _verdicts(path.parent / VERDICTS)
    found.households = now.height
    found.differing = _differences(before, now)
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text("utf-8"))
        data["input"]["files"], data["standard"]["id"], data["result"]["verdicts_sha256"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnusableInput(
            "FP-REPLAY-001",
            Text("不是可用的运行清单", "not a usable manifest"),
            place=str(path),
            read=f"{type(error).__name__}: {error}"[:200],
            expected=Text("fangpin identify 写出的 manifest.json", "manifest.json as fangpin identify writes it"),
        ) from error
    return data  # type: ignore[no-any-return]


def _profile(manifest: dict[str, Any]) -> str | None:
    """The file of the profile, or the name of one that ships."""
    return manifest["input"].get("profile_file") or manifest["input"]["profile"] or None


def _input(manifest: dict[str, Any]) -> Path:
    place = Path(manifest["input"]["path"])
    if not place.exists():
        raise UnusableInput(
            "FP-REPLAY-002",
            Text("清单所指的输入已不在", "the input of the manifest is gone"),
            place=str(place),
            remedy=Text("把原来的文件放回原处", "put the files back where they were"),
        )
    return place


def _standard(manifest: dict[str, Any]) -> Any:
    said = manifest["standard"]
    overlays = tuple(Path(o["path"]) for o in said["overlays"])
    changes = {k: tuple(v) if isinstance(v, list) else v for k, v in said["changes"].items()}
    return rules.resolve(rules.Sources(said["id"], said["region"], rules.read_day(said["as_of"]), overlays, changes))


def _causes(manifest: dict[str, Any], registry: Registry, standard: Any) -> Any:
    if manifest["fangpin"] != version():
        yield Text(
            f"版本由 {manifest['fangpin']} 变为 {version()}",
            f"version changed from {manifest['fangpin']} to {version()}",
        )
    if manifest["standard"]["hash"] != standard.hash:
        yield Text("标准的内容已变", "the text of the standard has changed")
    if manifest["input"]["snapshot"] != registry.snapshot_hash():
        before = {f["path"]: f["sha256"] for f in manifest["input"]["files"]}
        after = {str(f.path): f.sha256 for f in registry.batch.files}
        names = sorted(p for p in {*before, *after} if before.get(p) != after.get(p))
        yield Text(f"输入文件已变：{'、'.join(names)}", f"input files have changed: {', '.join(names)}")
    for overlay in manifest["standard"]["overlays"]:
        if Path(overlay["path"]).is_file() and sha256_of(Path(overlay["path"])) != overlay["sha256"]:
            yield Text(f"调整文件已变：{overlay['path']}", f"an overlay has changed: {overlay['path']}")


def _verdicts(path: Path) -> pl.DataFrame:
    if not path.exists():
        raise UnusableInput(
            "FP-REPLAY-003",
            Text("清单旁没有当时的结果", "the verdicts of the manifest are not beside it"),
            place=str(path),
        )
    return pl.read_parquet(path / "*.parquet" if path.is_dir() else path)


def _differences(before: pl.DataFrame, now: pl.DataFrame) -> list[dict[str, Any]]:
    shared = [c for c in before.columns if c in now.columns and c != "household_id"]
    joined = before.join(now, on="household_id", how="full", suffix="__now", coalesce=True)
    unequal = [(~pl.col(c).eq_missing(pl.col(f"{c}__now"))).alias(f"__{c}") for c in shared]
    marked = joined.with_columns(unequal).filter(pl.any_horizontal([f"__{c}" for c in shared]))
    return [
        {
            "household_id": row["household_id"],
            "before": row["status"],
            "after": row["status__now"],
            "columns": [c for c in shared if row[f"__{c}"]],
        }
        for row in marked.iter_rows(named=True)
    ]
