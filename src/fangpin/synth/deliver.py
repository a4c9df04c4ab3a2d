"""Delivering: a folder that is replaced as a whole, its manifest and its notice.

Gives   check_out, staged, about_files, write_manifest
Keeps   what is not ours is never touched; an interrupted call leaves the folder as it was
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text

MANIFEST, README = "MANIFEST.json", "README.md"
_INPUT_SUFFIXES = (".parquet", ".csv", "")
_CHUNK = 1 << 20

_README = """# 模拟数据 · Synthetic data

本目录由 `fangpin synth` 随机生成，不是任何真实的户或人。姓名中间带“模、拟、仿、例”字样；证件号码校验位正确
（GB 11643），但前六位不是任何县的代码；手机号码以未启用的 154 开头；村代码为编造，乡镇代码是真实的。
不得用于任何真实认定。

Generated at random by `fangpin synth`; nobody here exists. Names carry 模, 拟, 仿 or 例; identity numbers have
correct check digits (GB 11643), but their first six digits name no county; mobile numbers begin with 154, which is not
in use; village codes are made up, township codes are real. Never use it for a real decision.

- `TABLE.parquet` 或 / or `TABLE/<county>.parquet`：登记数据，有缺失 / the registry, with gaps
- `truth/`：空缺之前的完整事实，同样的表与列；`latent` 是潜在变量（困难程度、收入位次、人均收入）。识别时不要读它 /
  the complete facts before blanks were made, same tables and columns; `latent` holds latent figures (hardship, rank by
  income, income per head). Keep it away from identification
- `MANIFEST.json`：参数、种子、版本、行数、校验和、与公布数的对照 / arguments, seed, version, rows, checksums, and
  how the margins compare with published ones

种子 / seed: {seed} · 户数 / households: {households} · 截至 / until: {until}
生成器版本 / generator: {generator} · fangpin {fangpin}
"""


def check_out(out: Path, tables: Sequence[str]) -> None:
    """Refuses a place that cannot be the folder of a result.

    Raises:
        UnusableInput: it is a file, or holds tables (or a README) that this generator did not write.
    """
    place = str(out)
    if out.exists() and not out.is_dir():
        raise UnusableInput(
            "FP-SYNTH-004",
            Text("这里是一个文件，不能作目录", "a file stands where the folder should"),
            place=place,
            remedy=Text("换一个目录", "give another folder"),
        )
    if (out / MANIFEST).exists() and _is_ours(out / MANIFEST):
        return
    found = [
        f"{name}{suffix}"
        for name in (*tables, "truth")
        for suffix in _INPUT_SUFFIXES
        if (out / f"{name}{suffix}").exists()
    ]
    found += [name for name in (MANIFEST, README) if (out / name).exists()]
    if found:
        raise UnusableInput(
            "FP-SYNTH-005",
            Text("目录里有不是模拟生成的文件", "the folder holds files that were not generated"),
            place=place,
            read="、".join(found),
            remedy=Text("换一个空目录", "give an empty folder"),
        )


def _is_ours(manifest: Path) -> bool:
    try:
        return "generator" in json.loads(manifest.read_text("utf-8"))
    except (OSError, ValueError):
        return False


@contextmanager
def staged(out: Path, entries: Sequence[str]) -> Iterator[Path]:
    """A hidden folder inside ``out`` to write into; at the end its entries take the place of the earlier ones.

    After an error or an interruption ``out`` is as it was: it is not there if it was not.
    """
    fresh = not out.exists()
    try:
        out.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=".partial-", dir=out))
    except OSError as error:
        raise UnusableInput(
            "FP-SYNTH-006",
            Text("目录不能写", "the folder cannot be written"),
            place=str(out),
            read=str(error.strerror or error),
        ) from error
    try:
        yield stage
        _take_place(stage, out, entries)
        fresh = False
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        if fresh:
            shutil.rmtree(out, ignore_errors=True)


def _take_place(stage: Path, out: Path, entries: Sequence[str]) -> None:
    """Earlier entries removed, new ones moved in; the manifest goes first and comes last."""
    _remove(out / MANIFEST)
    for name in entries:
        _remove(out / name)
        _remove(out / f"{name}.parquet")
    for new in sorted(stage.iterdir(), key=lambda path: path.name == MANIFEST):
        _remove(out / new.name)
        os.replace(new, out / new.name)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def about_files(stage: Path, about: Mapping[str, object]) -> None:
    """README.md of the result, and one in ``truth/``."""
    text = _README.format(**about)
    (stage / README).write_text(text, "utf-8")
    (stage / "truth" / README).write_text("# 模拟数据的真值 · hidden truth of synthetic data\n\n" + text, "utf-8")


def write_manifest(
    stage: Path, about: Mapping[str, object], counties: Sequence[str], rows: Mapping[str, int], margins: pl.DataFrame
) -> None:
    """MANIFEST.json: the arguments, the rows, a checksum for every file, and the calibration."""
    files = sorted(path for path in stage.rglob("*") if path.is_file())
    document = {
        **about,
        "counties": list(counties),
        "rows": dict(rows),
        "files": {path.relative_to(stage).as_posix(): _sha256(path) for path in files},
        "calibration": [
            {key: round(value, 6) if isinstance(value, float) else value for key, value in row.items()}
            for row in margins.to_dicts()
        ],
    }
    (stage / MANIFEST).write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
