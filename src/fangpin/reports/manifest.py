"""The manifest of a run: hashes of input, standard and version, enough to run it again and compare.

Gives   manifest_of(result, statuses, verdicts) → plain data
Keeps   the facts and the verdicts have a hash that no order, encoding or engine changes, beside those of their bytes;
        the rule itself is in it, so that it can be had again when its documents have changed
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fangpin.engine.fingerprint import digest
from fangpin.identification.parts import engine_version
from fangpin.identification.verdicts import Verdicts
from fangpin.intake.address import address_of
from fangpin.reports.digests import sha256_of
from fangpin.reports.past import ancestors
from fangpin.standards.saved import saved


def version() -> str:
    """The version of fangpin that runs."""
    from fangpin import __version__

    return __version__


def where(place: str) -> str:
    """The input as it can be found again: an absolute path, or the address as it stands."""
    if not place or address_of(place) is not None:
        return place
    return str(Path(place).resolve())


def manifest_of(result: Verdicts, statuses: Mapping[str, int], verdicts: Path) -> dict[str, Any]:
    """What was read, under which rules, by which version, and what came out."""
    standard, batch = result.standard, result.registry.batch
    sources = standard.sources
    overlays = [{"path": str(p.resolve()), "sha256": sha256_of(p)} for p in (sources.overlays if sources else ())]
    return {
        "fangpin": version(),
        "engine": {"name": result.engine, "version": engine_version(result.engine)},
        "input": {
            "path": where(batch.place),
            "paths": list(batch.given),
            "known": result.registry.known.isoformat() if result.registry.known else None,
            "profile": batch.profile,
            "profile_file": batch.profile_file,
            "snapshot": result.registry.snapshot_hash(),
            "files": [
                {"path": str(f.path), "table": f.table, "sheet": f.sheet, "rows": f.rows, "sha256": f.sha256}
                for f in batch.files
            ],
            "rows": result.counts.to_json(),
            "facts": {table: {**found, "hash": digest(found)} for table, found in result.facts.items()},
            "ancestors": ancestors(batch.given),
        },
        "standard": {
            "id": standard.id,
            "source": _source(sources.id if sources else standard.id),
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
            "resolved": saved(standard),
        },
        "result": {
            "households": sum(statuses.values()),
            "statuses": dict(statuses),
            "verdicts_sha256": sha256_of(verdicts),
            "rows_hash": digest(result.rows),
            "failed_parts": [
                {"part": f.name, "code": f.error.code, "said": f"{f.error.title.en} {f.error.read}".rstrip()}
                for f in result.failed
            ],
        },
    }


def _source(name: str) -> str:
    """The id of a standard, or where its draft stands."""
    return str(Path(name).resolve()) if Path(name).suffix in (".yaml", ".yml") else name
