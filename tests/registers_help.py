"""A small county for the tests of the registers: generated once a session, loaded into the database of a test."""

from __future__ import annotations

import contextlib
import io
import zipfile
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import polars as pl
from django.core.files.uploadedfile import SimpleUploadedFile

Files = dict[str, pl.DataFrame]
DAY = date(2021, 12, 31)
HOUSEHOLDS = 24
OTHER_VILLAGE = "350526101201"


@cache
def county(households: int = HOUSEHOLDS, seed: int = 11) -> Path:
    """A folder of tables of a generated county; every third household in another village."""
    from fangpin.synth import generate

    folder = Path(mkdtemp(prefix="fangpin-county-")) / "county"
    generate(folder, households, seed, county="350526", years=1, until=DAY)
    path = folder / "household.parquet"
    rows = pl.read_parquet(path)
    third = pl.int_range(pl.len()) % 3 == 0
    code = pl.when(third).then(pl.lit(OTHER_VILLAGE)).otherwise(pl.col("region_code")).alias("region_code")
    rows.with_columns(code.cast(rows["region_code"].dtype)).write_parquet(path)
    return folder


def loaded(run: bool = False) -> Any:
    """The county in the registers."""
    from fangpin.web.registers import load, runs

    return load.load(county(), day=DAY, region="350526000000", standard=runs.SEED if run else None)


def frames() -> dict[str, pl.DataFrame]:
    """The same rows as the core reads them."""
    import fangpin as fp

    return fp.read(county()).load().frames


def given(*names: str) -> Files:
    """Some tables as the files of the county have them."""
    return {name: pl.read_parquet(county() / f"{name}.parquet") for name in names}


def archive(files: Files, name: str = "data.zip") -> SimpleUploadedFile:
    """Tables as a .zip of CSV files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as out:
        for table, frame in files.items():
            lists = [pl.col(c).list.join(";") for c, kind in frame.schema.items() if kind == pl.List(pl.String)]
            out.writestr(f"{table}.csv", frame.with_columns(lists).write_csv())
    return SimpleUploadedFile(name, packed.getvalue())


def reader() -> Any:
    """What reads an upload in the caller's own process."""
    from fangpin.web.registers import reading

    def read(source: Path, folder: Path, day: date, step: Any, check: Any, *, book: bool = False) -> reading.Read:
        folder.mkdir(parents=True, exist_ok=True)
        check()
        with contextlib.redirect_stdout(io.StringIO()):
            reading.read_here(source, folder, day, book=book)
        return reading.stored(folder)

    return read


def read_here(monkeypatch: Any) -> None:
    """Uploads are read in the test's own process."""
    from fangpin.web.registers import reading

    monkeypatch.setattr(reading, "read", reader())
