"""The compiled rules on the same data as the hand-written query: ``python compiled.py DATA OUT [--ask]``."""

from __future__ import annotations

import sys
from pathlib import Path

import fangpin as fp
from fangpin.identification.alike import Alike
from fangpin.identification.decide import decide, needed_columns


def main(data: Path, out: Path, asking: bool) -> None:
    """The verdicts of every part of ``data``, one file each; ``asking``: what to ask as well."""
    out.mkdir(parents=True, exist_ok=True)
    registry, standard = fp.read(data), fp.standard("national/seed_2021", as_of="2021-12-31")
    alike, need = Alike(standard), needed_columns(standard)
    for part in registry.parts():
        frames = registry.rows_on(part.load(need), standard.as_of)
        income, _ = registry.income_on(frames, standard.as_of)
        table = decide({**frames, "income": income}, standard, alike, asking=asking)
        table.write_parquet(out / f"{part.name}.parquet", compression="zstd", compression_level=1, statistics=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), "--ask" in sys.argv)
