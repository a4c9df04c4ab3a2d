"""The page docs/recall.md: a generated county damaged on purpose, kind by kind, and how much of it checking finds.

``python tools/recall.py [--households N] [--seed S] [--plants P] [--write]``
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "recall.md"
MARKS = ("<!-- recall -->", "<!-- /recall -->")
sys.path.insert(0, str(ROOT / "tests"))


def main() -> None:
    """Measures, prints, and with ``--write`` puts the table into the page."""
    from damage.page import table
    from damage.plan import Kind

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plants", type=int, default=20, help="damages of each kind, where there is room")
    parser.add_argument("--write", action="store_true", help="put the table into docs/recall.md")
    args = parser.parse_args()
    began = time.perf_counter()

    def step(kind: Kind) -> None:
        print(f"{time.perf_counter() - began:6.1f} s  {kind.name}", file=sys.stderr)

    found = table(args.households, args.seed, args.plants, step)
    print(found)
    if args.write:
        before, rest = PAGE.read_text("utf-8").split(MARKS[0])
        PAGE.write_text(f"{before}{MARKS[0]}\n{found}\n{MARKS[1]}{rest.split(MARKS[1])[1]}", "utf-8")


if __name__ == "__main__":
    main()
