"""Files that nobody should send, made small and quickly: bombs, tricks, masks, breakage."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

HOUSEHOLD = b"household_id,region_code,population\nh1,350526100,3\nh2,350526100,2\n"
_TYPES = """<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"""
_RELS = """<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"""
_BOOK = """<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="household" sheetId="1" r:id="rId1"/></sheets></workbook>"""
_BOOK_RELS = """<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"""
_SHEET = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
_END = "</sheetData></worksheet>"


def text(reference: str, value: str) -> str:
    """A cell with a text in it."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{value}</t></is></c>'


FIRST = f'<row r="1">{text("A1", "household_id")}{text("B1", "population")}</row>'
SECOND = f'<row r="2">{text("A2", "h1")}<c r="B2"><v>3</v></c></row>'


def workbook(sheet: str, **more: bytes) -> bytes:
    """A workbook whose only sheet has these rows, with further parts (``__`` stands for /)."""
    return packed(io.BytesIO(), _SHEET + sheet + _END, more)


def packed(out: io.BytesIO, sheet: str, more: dict[str, bytes]) -> bytes:
    """The parts of a workbook as a zip."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as book:
        for name, part in (
            ("[Content_Types].xml", _TYPES),
            ("_rels/.rels", _RELS),
            ("xl/workbook.xml", _BOOK),
            ("xl/_rels/workbook.xml.rels", _BOOK_RELS),
        ):
            book.writestr(name, part)
        book.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, data in more.items():
            book.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def padded(fill: bytes, megabytes: int) -> bytes:
    """A workbook of a few hundred kilobytes whose sheet unpacks to so many megabytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, part in (
            ("[Content_Types].xml", _TYPES),
            ("_rels/.rels", _RELS),
            ("xl/workbook.xml", _BOOK),
            ("xl/_rels/workbook.xml.rels", _BOOK_RELS),
        ):
            book.writestr(name, part)
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write((_SHEET + FIRST + SECOND).encode())
            block = fill * (1_000_000 // len(fill))
            for _ in range(megabytes):
                part.write(block)
            part.write(_END.encode())
    return out.getvalue()


def styled_rows(count: int) -> bytes:
    """A sheet with so many rows of cells that are styled and empty."""
    rows = "".join(f'<row r="{i}" s="1"><c r="A{i}" s="1"/><c r="B{i}" s="1"/></row>' for i in range(3, count))
    return workbook(FIRST + SECOND + rows)


def lying_zip() -> bytes:
    """A zip whose directory says that a large member is small."""
    data = padded(b"<row/>", 20)
    at = data.rfind(b"PK\x01\x02", 0, data.rfind(b"PK\x05\x06"))
    return data[: at + 24] + struct.pack("<I", 1_000) + data[at + 28 :]


def zip_of(*members: tuple[str, bytes]) -> bytes:
    """A zip with these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def symlink_zip() -> bytes:
    """A zip with a symbolic link in the place of a table."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("household.csv")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return out.getvalue()


def protected_zip() -> bytes:
    """A zip whose members say that they are encrypted."""
    data = bytearray(zip_of(("household.csv", HOUSEHOLD)))
    data[6] |= 1
    data[data.rfind(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def parquet(rows: int = 2) -> bytes:
    """A Parquet file of households."""
    out = io.BytesIO()
    pq.write_table(pa.table({"household_id": [f"h{i}" for i in range(rows)], "population": [1] * rows}), out)
    return out.getvalue()


def nothing_but_rows() -> bytes:
    """A small Parquet file with very many rows that are all alike."""
    out = io.BytesIO()
    pq.write_table(pa.table({"household_id": pa.nulls(30_000_000, pa.string())}), out, row_group_size=30_000_000)
    return out.getvalue()


EVIL: dict[str, tuple[str, Callable[[], bytes], str]] = {
    # name: file, bytes, the code that is said (empty: it is read)
    "bomb": ("a.xlsx", lambda: padded(b"<row/>", 40), "FP-GUARD-001"),
    "lying directory": ("a.xlsx", lying_zip, "FP-INTAKE-006"),
    "gzip bomb": ("household.csv.gz", lambda: gzip.compress(b"a,b\n" + b"\0" * 40_000_000, 6), "FP-GUARD-001"),
    "zip bomb": ("a.zip", lambda: zip_of(("household.csv", HOUSEHOLD), ("x.csv", b"0" * 30_000_000)), "FP-INTAKE-006"),
    "nested zip": ("a.zip", lambda: zip_of(("b.zip", zip_of(("household.csv", HOUSEHOLD)))), "FP-INTAKE-003"),
    "million columns, text": (
        "household.csv",
        lambda: b"household_id," + b",".join(b"c%d" % i for i in range(1_000_000)),
        "FP-GUARD-002",
    ),
    "million columns, sheet": (
        "a.xlsx",
        lambda: workbook(f'<row r="1">{text("A1", "household_id")}{text("BDWGN1", "x")}</row>'),
        "FP-GUARD-002",
    ),
    "far corner": (
        "a.xlsx",
        lambda: workbook(f'{FIRST}<row r="1048576">{text("XFD1048576", "x")}</row>'),
        "FP-GUARD-007",
    ),
    "far corner, two letters": (
        "a.xlsx",
        lambda: workbook(f'{FIRST}<row r="1048576">{text("ZZ1048576", "x")}</row>'),
        "FP-GUARD-007",
    ),
    "styled rows": ("a.xlsx", lambda: styled_rows(300_000), ""),
    "formula": (
        "a.xlsx",
        lambda: workbook(FIRST + f'<row r="2">{text("A2", "h1")}<c r="B2"><f>1+2</f><v>3</v></c></row>'),
        "",
    ),
    "macro": ("a.xlsm", lambda: workbook(FIRST + SECOND, **{"xl__vbaProject.bin": b"x"}), ""),
    "external link": (
        "a.xlsx",
        lambda: workbook(FIRST + SECOND, **{"xl__externalLinks__externalLink1.xml": b"<x/>"}),
        "",
    ),
    "climbing member": (
        "a.zip",
        lambda: zip_of(
            ("../household.csv", HOUSEHOLD), ("/abs/household.csv", HOUSEHOLD), ("C:\\household.csv", HOUSEHOLD)
        ),
        "FP-INTAKE-003",
    ),
    "link in a zip": ("a.zip", symlink_zip, "FP-INTAKE-003"),
    "protected zip": ("a.zip", protected_zip, "FP-GUARD-005"),
    "protected workbook": (
        "a.xlsx",
        lambda: (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1_000 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 1_000
        ),
        "FP-GUARD-005",
    ),
    "truncated": ("a.xlsx", lambda: workbook(FIRST + SECOND)[:700], "FP-INTAKE-006"),
    "web page": (
        "a.xls",
        lambda: (
            "\n<html xmlns:x='urn:schemas-microsoft-com:office:excel'><table><tr><td>户编号</td></tr></table></html>".encode(
                "gb18030"
            )
        ),
        "FP-GUARD-004",
    ),
    "xml of 2003": (
        "a.xls",
        lambda: (
            b'\xef\xbb\xbf<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
        ),
        "FP-GUARD-004",
    ),
    "mht": ("a.xls", lambda: b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n", "FP-GUARD-004"),
    "pdf": ("household.csv", lambda: b"%PDF-1.7\n", "FP-GUARD-004"),
    "broken encoding": ("household.csv", lambda: HOUSEHOLD + bytes(range(128, 256)) * 50, "FP-INTAKE-006"),
    "NUL bytes": ("household.csv", lambda: HOUSEHOLD.replace(b"h2", b"h\x002") + b"\0\0\0", ""),
    "only NUL": ("household.csv", lambda: b"\0" * 10_000, "FP-INTAKE-005"),
    "long cell": ("household.csv", lambda: b"household_id,village_name\nh1," + b"x" * 32_767 + b"\n", ""),
    "one long line": ("household.csv", lambda: b"household_id,population\nh1,1\n" + b"x" * 33_000_000, "FP-GUARD-003"),
    "deep quotes": ("household.csv", lambda: b"household_id,population\n" + b'"' * 1_000_001 + b"\n", ""),
    "open quote": ("household.csv", lambda: HOUSEHOLD + b'h3,"' + b"x,y\n" * 100_000, ""),
    "wrong footer": ("household.parquet", lambda: parquet()[:-8] + b"\xff\xff\xff\x7fPAR1", "FP-INTAKE-006"),
    "no footer": ("household.parquet", lambda: parquet()[:-30], "FP-INTAKE-006"),
    "text as parquet": ("household.parquet", lambda: HOUSEHOLD, "FP-INTAKE-006"),
    "rows out of nothing": ("household.parquet", nothing_but_rows, "FP-GUARD-009"),
    "empty": ("a.xlsx", lambda: b"", "FP-INTAKE-006"),
}


def made(name: str, folder: Path) -> Path:
    """A hostile file in a folder."""
    file, data, _ = EVIL[name]
    path = folder / file
    path.write_bytes(data())
    return path
