"""A generated county reads the same from any file that says the same."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import exports
from fangpin.intake import check, read_batch
from fangpin.synth import generate
from helpers import trials

ENCODINGS = [
    ("utf-8", b""),
    ("utf-8", b"\xef\xbb\xbf"),
    ("gb18030", b""),
    ("utf-16-le", b"\xff\xfe"),
    ("utf-16-be", b""),
]
SEPARATORS = [",", ";", "\t", "|", "，"]
SHAPES = ["text", "xlsx", "xls", "xlsb", "ods", "zip of text", "zip of a workbook", "several paths"]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    path = tmp_path_factory.mktemp("county")
    generate(path, 40, 7, county="350526", until=date(2021, 12, 31))
    return {table: pl.read_parquet(path / f"{table}.parquet") for table in exports.TABLES}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("trial", range(trials(20)))
def test_any_file_gives_the_same_frames(
    county: dict[str, pl.DataFrame], tmp_path: Path, rng: random.Random, shape: str, trial: int
) -> None:
    folder = tmp_path / "parquet"
    folder.mkdir()
    for name, frame in county.items():
        frame.write_parquet(folder / f"{name}.parquet")
    truth = read_batch(folder).load()
    titled = rng.random() < 0.5
    sheets = {}
    for name, frame in county.items():
        rows = exports.typed_out(frame, name, chinese=rng.random() < 0.7)
        if rng.random() < 0.5:
            order = rng.sample(range(len(rows[0])), len(rows[0]))
            rows = [[row[i] for i in order] for row in rows]
        sheets[name] = [["表一"], ["单位：某县"], *rows] if titled else rows
    source = _written(tmp_path / "out", sheets, shape, rng)
    loaded = read_batch(source).load()
    for name, frame in truth.frames.items():
        assert frame.equals(loaded.frames[name]), name
    result = check(source)
    assert result.counts.rows == sum(frame.height for frame in county.values())
    assert result.counts.refused == 0
    assert not [f for f in result.findings if f.severity == "error"]


def _text(rows: exports.Rows, rng: random.Random) -> bytes:
    encoding, mark = rng.choice(ENCODINGS)
    return mark + exports.text(rows, rng.choice(SEPARATORS), quoted=rng.random() < 0.3).encode(encoding)


def _written(path: Path, sheets: dict[str, exports.Rows], shape: str, rng: random.Random) -> Path | list[Path]:
    path.mkdir()
    if shape in ("xlsx", "xls", "xlsb", "ods"):
        return getattr(exports, shape)(path / f"county.{shape}", sheets)  # type: ignore[no-any-return]
    if shape == "zip of a workbook":
        book = exports.xlsx(path / "b.xlsx", sheets)
        return exports.zipped(path / "a.zip", {"资料/县.xlsx": book.read_bytes()}, gbk=True)
    texts = {f"{name}{rng.choice(['.csv', '.txt', '.tsv'])}": _text(rows, rng) for name, rows in sheets.items()}
    if shape == "zip of text":
        return exports.zipped(path / "a.zip", {f"某县/{name}": data for name, data in texts.items()}, gbk=True)
    for name, data in texts.items():
        (path / name).write_bytes(data)
    return [path / name for name in texts] if shape == "several paths" else path
