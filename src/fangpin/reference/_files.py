"""Rows of the package's own CSV files.

Gives   rows(name), the file as a tuple of dicts; once(name), the same without keeping it; number(text), a Decimal or
        None where blank
Keeps   files are read when first asked for, and once
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from importlib.resources import files

from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text


def _text(name: str) -> str:
    data = files("fangpin.reference").joinpath("data", name).read_bytes()
    if name.endswith(".xz"):
        data = _unpacked(data, name)
    return data.decode("utf-8")


def _unpacked(data: bytes, name: str) -> bytes:
    try:
        import lzma  # not every build of Python has it; only townships need it
    except ImportError as error:
        raise UnusableInput(
            "FP-REFERENCE-003",
            Text(
                "这个 Python 没有 lzma 模块，读不了乡镇代码",
                "this Python lacks the lzma module; townships cannot be read",
            ),
            place=name,
            remedy=Text(
                "安装 liblzma 后重装 Python，或换用系统 Python",
                "install liblzma and rebuild Python, or use the system's Python",
            ),
        ) from error
    return lzma.decompress(data)


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """Every row of ``data/<name>``, in the file's order."""
    return tuple(once(name))


def once(name: str) -> Iterator[dict[str, str]]:
    """Every row of a long file that is read once and not kept."""
    lines = csv.reader(io.StringIO(_text(name)))
    head = next(lines)
    return (dict(zip(head, line, strict=False)) for line in lines)


def number(text: str) -> Decimal | None:
    """The number in a cell, None where the cell is blank."""
    return Decimal(text) if text.strip() else None


def verified(state: str) -> bool:
    """Whether a verification cell says that the value was read in a published page."""
    return state.startswith("verified")
