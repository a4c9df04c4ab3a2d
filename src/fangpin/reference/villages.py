"""Villages: names by 12-digit code, from one archive of which only the prefectures asked for are unpacked.

Gives   name_of, of_township, under, begun (a text begins with the name), named (anywhere in the country), plain, short
Keeps   importing reads nothing; the archive is opened at the first question, a prefecture's villages are unpacked when
        one of them is asked for, and no more than 64 prefectures are held at once; of the whole country only hashes
        of names and codes are kept (10 MB), once a village without a place was asked for
Source  data/SOURCES.md: statistical codes of 2023-06; built by tools/regions.py
"""

from __future__ import annotations

import io
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any
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


@lru_cache(maxsize=64)
def _listed(prefecture: str) -> tuple[list[str], list[str]]:
    """Codes and names of all villages of a prefecture, by code."""
    codes: list[str] = []
    names: list[str] = []
    township = ""
    for line in _text(prefecture).decode("utf-8").split("\n"):
        if line.startswith("#"):
            township = prefecture + line[1:]
        elif line:
            codes.append(township + line[:3])
            names.append(line[3:])
    return codes, names


def under(stem: str) -> Iterator[tuple[str, str]]:
    """Code and name of every village whose code begins with ``stem``; only its prefectures are unpacked."""
    for prefecture in sorted(_prefectures()):
        if prefecture.startswith(stem[:4]):
            codes, names = _listed(prefecture)
            low, high = bisect_left(codes, stem), bisect_left(codes, stem + ":")
            yield from zip(codes[low:high], names[low:high], strict=True)


Letters = Callable[[Sequence[str]], Sequence[str]]


@lru_cache(maxsize=64)
def _by_plain_name(prefecture: str, letters: Letters) -> tuple[dict[str, list[tuple[str, str]]], int]:
    """The villages of a prefecture by their plain names in a script, and how long the longest of these is."""
    codes, names = _listed(prefecture)
    found: dict[str, list[tuple[str, str]]] = {}
    for code, name, written in zip(codes, names, letters([plain(name) for name in names]), strict=True):
        if len(written) >= 2:
            found.setdefault(written, []).append((code, name))
    return found, max(map(len, found), default=0)


def as_written(names: Sequence[str]) -> Sequence[str]:
    """Names in Chinese characters, as they stand."""
    return names


def begun(text: str, stem: str, letters: Letters = as_written) -> tuple[str, list[tuple[str, str]]]:
    """The longest plain name that a text begins with, of villages whose code begins with ``stem``, and these villages.

    Args:
        text: What may begin with the name of a village.
        stem: Four digits of a code or more.
        letters: How names are written in the script of the text.
    """
    named_here, longest = _by_plain_name(stem[:4], letters)
    for length in range(min(longest, len(text)), 1, -1):
        some = [(code, name) for code, name in named_here.get(text[:length], ()) if code.startswith(stem)]
        if some:
            return text[:length], some
    return "", []


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
def _everywhere() -> tuple[Any, Any]:
    """Hashes of the names of all villages in rising order, and their codes as numbers in the same order."""
    import numpy as np

    hashes: list[int] = []
    codes: list[int] = []
    for prefecture in sorted(_prefectures()):
        township = 0
        for line in _archive().read(prefecture).split(b"\n"):
            if line[:1] == b"#":
                township = int(prefecture + line[1:].decode("ascii")) * 1000
            else:
                hashes.append(hash(line[3:]))
                codes.append(township + int(line[:3]))
    order = np.argsort(np.array(hashes, dtype=np.int64), kind="stable")
    return np.array(hashes, dtype=np.int64)[order], np.array(codes, dtype=np.int64)[order]


def named(name: str, stem: str = "") -> Iterator[tuple[str, str]]:
    """Code and name of every village of this plain name in the country, or in one province (``stem``, 2 digits)."""
    hashes, codes = _everywhere()
    found: list[tuple[str, str]] = []
    for end in ("", *ENDS):
        written = name + end
        key = hash(written.encode("utf-8"))
        low, high = hashes.searchsorted(key, "left"), hashes.searchsorted(key, "right")
        found += [(f"{code:012}", written) for code in codes[low:high].tolist()]
    yield from sorted(pair for pair in found if pair[0].startswith(stem))
