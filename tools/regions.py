"""The packed region data of the package, from the published lists.

Reads   regions_village_nbs2023.csv.xz (columns code, name) in the folder given; the package's own province, prefecture,
        county and township files for the readings
Gives   src/fangpin/reference/data/regions_village_nbs2023.zip (an entry a prefecture: `#` and five digits open a
        township, then a line a village, three digits and the name) and regions_pinyin.txt.gz (a line a name: the name,
        a tab, its syllables), the same bytes each time
"""

from __future__ import annotations

import csv
import gzip
import lzma
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "src" / "fangpin" / "reference" / "data"
DAY = (2023, 6, 30, 0, 0, 0)


def villages(source: Path) -> None:
    """Write the archive of villages."""
    with lzma.open(source, "rt", encoding="utf-8", newline="") as file:
        rows = sorted((row["code"], row["name"]) for row in csv.DictReader(file))
    blocks: dict[str, list[str]] = {}
    last = ""
    for code, name in rows:
        block = blocks.setdefault(code[:4], [])
        if code[:9] != last:
            last = code[:9]
            block.append("#" + code[4:9])
        block.append(code[9:] + name)
    with zipfile.ZipFile(DATA / "regions_village_nbs2023.zip", "w") as archive:
        for prefecture, lines in blocks.items():
            entry = zipfile.ZipInfo(prefecture, DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, "\n".join(lines), compresslevel=9)
    print(f"{len(rows)} villages in {len(blocks)} prefectures")


def readings() -> None:
    """Write the readings of all names from province to township; exceptions are in regions_readings.csv."""
    from pypinyin import lazy_pinyin

    names: set[str] = set()
    for file in ("regions_province", "regions_prefecture", "regions_county", "regions_county_extra_nbs2023"):
        with (DATA / f"{file}.csv").open(encoding="utf-8", newline="") as rows:
            names |= {row["name"] for row in csv.DictReader(rows)}
    with (DATA / "region_changes_2000_2026.csv").open(encoding="utf-8", newline="") as rows:
        names |= {row["old_name"] for row in csv.DictReader(rows) if row["old_code"]}
    with (DATA / "regions_aliases.csv").open(encoding="utf-8", newline="") as rows:
        names |= {row["alias"] for row in csv.DictReader(rows) if len(row["alias"]) > 1}
    with lzma.open(DATA / "regions_township_nbs2023.csv.xz", "rt", encoding="utf-8", newline="") as rows:
        names |= {row["name"] for row in csv.DictReader(rows)}
    with (DATA / "regions_readings.csv").open(encoding="utf-8", newline="") as rows:
        special = {row["name"]: row["pinyin"].split() for row in csv.DictReader(rows)}
    lines = []
    for name in sorted(names - {""}):
        syllables = lazy_pinyin(name, errors=list)
        stem = max((s for s in special if name.startswith(s)), key=len, default="")
        if stem:
            syllables[: len(stem)] = special[stem]
        if len(syllables) == len(name):
            lines.append(f"{name}\t{' '.join(syllables)}\n")
    packed = gzip.compress("".join(lines).encode("utf-8"), 9, mtime=0)
    (DATA / "regions_pinyin.txt.gz").write_bytes(packed)
    print(f"{len(lines)} readings, {len(packed)} bytes")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        villages(Path(sys.argv[1]) / "regions_village_nbs2023.csv.xz")
    readings()
