"""The manifest of a run: hashes of input, standard and version, enough to run it again and compare.

Gives   manifest_of(result, statuses, verdicts) → plain data; sha256_of(path)
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fangpin.identification.parts import engine_version
from fangpin.identification.verdicts import Verdicts


def sha256_of(path: Path) -> str:
    """The hash of a file, or of a folder's files by name."""
    digest = hashlib.sha256()
    if path.is_dir():
        for file in sorted(path.iterdir()):
            digest.update(f"{file.name} {sha256_of(file)}\n".encode())
        return digest.hexdigest()
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def version() -> str:
    """The version of fangpin that runs."""
    from fangpin import __version__

    return __version__


def manifest_of(result: Verdicts, statuses: Mapping[str, int], verdicts: Path) -> dict[str, Any]:
    """What was read, under which rules, by which version, and what came out."""
    standard, batch = result.standard, result.registry.batch
    sources = standard.sources
    overlays = [{"path": str(p.resolve()), "sha256": sha256_of(p)} for p in (sources.overlays if sources else ())]
    return {
        "fangpin": version(),
        "engine": {"name": result.engine, "version": engine_version(result.engine)},
        "input": {
            "path": str(Path(batch.place).resolve()) if batch.place else "",
            "profile": batch.profile,
            "profile_file": batch.profile_file,
            "snapshot": result.registry.snapshot_hash(),
            "files": [
                {"path": str(f.path), "table": f.table, "sheet": f.sheet, "rows": f.rows, "sha256": f.sha256}
                for f in batch.files
            ],
            "rows": result.counts.to_json(),
        },
        "standard": {
            "id": standard.id,
            "hash": standard.hash,
            "as_of": standard.as_of.isoformat(),
            "region": standard.region,
            "shipped_overlays": [o for o in standard.overlays if "/" in o],
            "overlays": overlays,
            "changes": {
                k: list(v) if isinstance(v, tuple) else v for k, v in (sources.changes if sources else {}).items()
            },
            "line": str(standard.lower.yuan),
            "line_upper": str(standard.upper.yuan),
            "line_basis": {"zh": standard.lower.basis.zh, "en": standard.lower.basis.en},
        },
        "result": {
            "households": sum(statuses.values()),
            "statuses": dict(statuses),
            "verdicts_sha256": sha256_of(verdicts),
            "failed_parts": [
                {"part": f.name, "code": f.error.code, "said": f"{f.error.title.en} {f.error.read}".rstrip()}
                for f in result.failed
            ],
        },
    }
