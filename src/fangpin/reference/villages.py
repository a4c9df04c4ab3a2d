"""Villages: names by 12-digit code, from one archive of which only the prefectures asked for are unpacked.

Gives   name_of, of_township, under, named, plain
Keeps   importing reads nothing; the archive is opened at the first question, a prefecture's villages are unpacked when
        one of them is asked for, and no more than 64 prefectures are held at once
Source  data/SOURCES.md: statistical codes of 2023-06; built by tools/regions.py
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from zipfile import ZipFile

ARCHIVE = "regions_village_nbs2023.zip"
ENDS = (
    "村村民委员会",
    "社区居民委员会",
    "嘎查村民委员会",
    "村民委员会",
    "居民委员会",
    "社区居委会",
    "社区委员会",
    "村委会",
    "居委会",
    "社区",
    "嘎查",
    "村",
)
_SHORT = (("村村民委员会", "村"), ("村民委员会", "村"), ("居民委员会", "社区"), ("村委会", "村"), ("居委会", "社区"))


@cache
def _archive() -> ZipFile:
    return ZipFile(io.BytesIO(files("fangpin.reference").joinpath("data", ARCHIVE).read_bytes()))


@cache
def _prefectures() -> frozenset[str]:
    return frozenset(_archive().namelist())


@lru_cache(maxsize=64)
def _text(prefecture: str) -> bytes:
    """The villages of a prefecture: ``#`` and five digits open a township, a line is a village in it."""
    return _archive().read(prefecture) if prefecture in _prefectures() else b""


@lru_cache(maxsize=1024)
def _township(code: str) -> dict[str, str]:
    text = _text(code[:4])
    start = text.find(b"#" + code[4:].encode("ascii") + b"\n")
    if start < 0:
        return {}
    end = text.find(b"#", start + 1)
    lines = text[start:end].decode("utf-8") if end > 0 else text[start:].decode("utf-8")
    return {code + line[:3]: line[3:] for line in lines.split("\n")[1:] if line}


def name_of(code: str) -> str | None:
    """The name of a village by its 12 digits, None where the list has no such code."""
    return _township(code[:9]).get(code)


def of_township(code: str) -> dict[str, str]:
    """The villages of a township (9 digits): code → name."""
    return dict(_township(code))


def under(stem: str) -> Iterator[tuple[str, str]]:
    """Code and name of every village whose code begins with ``stem``; only its prefectures are unpacked."""
    for prefecture in sorted(_prefectures()):
        if prefecture.startswith(stem[:4]):
            township = ""
            for line in _text(prefecture).decode("utf-8").split("\n"):
                if line.startswith("#"):
                    township = prefecture + line[1:]
                elif (code := township + line[:3]).startswith(stem):
                    yield code, line[3:]


def plain(name: str) -> str:
    """The name without what says what kind it is: 宝美村委会 → 宝美; a single letter is left with its kind."""
    for end in ENDS:
        if name.endswith(end) and len(name) - len(end) >= 2:
            return name[: -len(end)]
    return name


def short(name: str) -> str:
    """The name as people say it: 宝美村委会 → 宝美村, 城东社区居委会 → 城东社区."""
    for end, instead in _SHORT:
        if name.endswith(end):
            stem = name[: -len(end)]
            return stem if stem.endswith((instead, "嘎查")) else stem + instead
    return name


@cache
def _everything() -> dict[str, bytes]:
    """The text of all villages by prefecture, for a search without a place: some 19 MB, kept once it was asked for."""
    return {prefecture: _text(prefecture) for prefecture in sorted(_prefectures())}


def named(name: str, stem: str = "") -> Iterator[tuple[str, str]]:
    """Code and name of every village of this plain name in the country, or in one province (``stem``, 2 digits)."""
    wanted = name.encode("utf-8")
    ends = b"|".join(end.encode("utf-8") for end in ENDS)
    pattern = re.compile(rb"(?<=[0-9])" + re.escape(wanted) + rb"(?:" + ends + rb")?(?=\n|\Z)")
    for prefecture, text in _everything().items():
        if not prefecture.startswith(stem) or wanted not in text:
            continue
        for found in pattern.finditer(text):
            start = text.rfind(b"\n", 0, found.start()) + 1
            opened = text.rfind(b"#", 0, start) + 1
            code = prefecture + (text[opened : opened + 5] + text[start : found.start()]).decode("ascii")
            if len(code) == 12:
                yield code, found.group().decode("utf-8")
