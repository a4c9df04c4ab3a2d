"""Damage to files: encodings, separators, truncation, wrong names.

Gives   KINDS
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

from damage.county import Shape
from damage.plan import NOTHING, Do, Kind, Words, Work

BROKEN = "FP-INTAKE-006"


def _bytes(change: Callable[[bytes], bytes], name: str = "") -> Do:
    """The bytes of the workbook, or of the members' text file, changed; ``name`` is its new ending."""

    def do(work: Work) -> None:
        def rewrite(path: Path) -> Path:
            file = path / "member.csv" if path.is_dir() else path
            file.write_bytes(change(file.read_bytes()))
            return file.rename(file.with_suffix(name)) if name else path

        work.rewrite = rewrite
        work.file()

    return do


def _written(encoding: str, separator: str = ",") -> Do:
    def do(work: Work) -> None:
        work.export.encoding, work.export.separator = encoding, separator
        work.file()

    return do


def _zipped(work: Work) -> None:
    def rewrite(path: Path) -> Path:
        target = path.with_suffix(".zip")
        with zipfile.ZipFile(target, "w") as archive:
            for file in sorted(path.iterdir()):
                archive.write(file, f"导出/{file.name}")
        return target

    work.rewrite = rewrite
    work.file()


def _sheet_missing(work: Work) -> None:
    del work.export.sheets["living"]
    work.file()


def _no_homes(work: Work) -> None:
    del work.export.sheets["household"]
    work.file()


def _cut_rows(work: Work) -> None:
    """The last third of the households is not there: cut off between two rows, in every table."""
    gone = sorted({row.household for row in work.export.sheets["household"].rows})
    gone = gone[len(gone) * 2 // 3 :]
    for sheet in work.export.sheets.values():
        sheet.rows[:] = [row for row in sheet.rows if row.household not in gone]
    work.file()


def _kind(
    name: str, zh: str, en: str, do: Do, *says: str, shape: Shape = "csv", read: bool = False, why: Words = NOTHING
) -> Kind:
    return Kind(name, (zh, en), shape, "file", do, says, read, why)


def _mojibake(data: bytes) -> bytes:
    return data.decode("gb18030", "replace").encode("utf-8")


KINDS = [
    _kind("text_gb18030", "GB18030 编码", "text in GB18030", _written("gb18030"), read=True),
    _kind("text_bom", "带 BOM 的 UTF-8", "UTF-8 with a mark", _written("utf-8-sig"), read=True),
    _kind("text_utf16", "UTF-16 编码", "text in UTF-16", _written("utf-16"), read=True),
    _kind("text_semicolon", "分号分隔", "separated by semicolons", _written("utf-8", ";"), read=True),
    _kind("text_tab", "制表符分隔", "separated by tabs", _written("gb18030", "\t"), read=True),
    _kind(
        "text_bytes",
        "几处字节损坏",
        "some broken bytes",
        _bytes(lambda d: d.replace("男".encode(), b"\xe7\x94", 1)),
        "FP-INTAKE-073",
    ),
    _kind(
        "text_mojibake",
        "按错误编码另存，成了乱码",
        "saved again in the wrong encoding",
        _bytes(_mojibake),
        "FP-INTAKE-004",
    ),
    _kind(
        "text_cut",
        "文件在一行中间截断",
        "a file cut off within a row",
        _bytes(lambda d: d[: len(d) - 150]),
        "FP-INTAKE-033",
        "FP-INTAKE-006",
    ),
    _kind(
        "text_cut_between",
        "各表都缺最后三分之一的农户",
        "the last third of the households missing from every table",
        _cut_rows,
        why=(
            "留下的每一行都完整，各表也互相对得上；要与上次的户数比",
            "every row that is left is whole and the tables agree; only the number of households of last time would tell",
        ),
    ),
    _kind("text_empty", "文件是空的", "an empty file", _bytes(lambda d: b""), "FP-INTAKE-005"),
    _kind("archive", "压缩包", "a zip archive", _zipped, read=True),
    _kind(
        "book_cut", "工作簿被截断", "a truncated workbook", _bytes(lambda d: d[: len(d) // 2]), BROKEN, shape="national"
    ),
    _kind(
        "book_not",
        "别的文件改名为 xlsx",
        "another file renamed to xlsx",
        _bytes(lambda d: b"\x89PNG\r\n\x1a\n" + d[8:4000]),
        BROKEN,
        "FP-INTAKE-002",
        shape="national",
    ),
    _kind(
        "book_html",
        "网页改名为 xls",
        "a web page named xls",
        _bytes(lambda d: "<html><table><tr><td>户编号</td></tr></table></html>".encode(), ".xls"),
        "FP-GUARD-004",
        BROKEN,
        "FP-INTAKE-002",
        "FP-INTAKE-003",
        shape="national",
    ),
    _kind(
        "book_name", "xlsx 改名为 xls", "an xlsx named xls", _bytes(lambda d: d, ".xls"), read=True, shape="national"
    ),
    _kind("sheet_missing", "缺一张表", "a table missing", _sheet_missing, "FP-INTAKE-017", shape="template"),
    _kind("sheet_homes", "缺农户表", "the table of households missing", _no_homes, "FP-INTAKE-003", shape="template"),
]
