"""Writers of files as officers have them: text in any encoding, workbooks, archives, the national export."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import polars as pl
import xlsxwriter

from fangpin import tables

Rows = list[list[str]]
TABLES = ("household", "member", "income_year", "safeguards", "living", "measure", "clearing", "loan")


def typed_out(frame: pl.DataFrame, table: str, *, chinese: bool = True) -> Rows:
    """A frame of raw columns as a person would have typed it; the headings first (Chinese names, or field codes)."""
    fields = tables.catalogue().table(table)
    headings = [fields.field(c).label.zh if chinese else c for c in frame.columns]
    return [headings, *([_cell(cell) for cell in row] for row in frame.rows())]


def _cell(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, list):
        return ";".join(map(str, cell)) or "-"
    return str(cell)


def text(rows: Rows, separator: str = ",", *, quoted: bool = False) -> str:
    """Rows as separated text."""

    def cell(word: str) -> str:
        must = separator in word or '"' in word or "\n" in word
        return '"' + word.replace('"', '""') + '"' if quoted or must else word

    return "".join(separator.join(map(cell, row)) + "\r\n" for row in rows)


def xlsx(path: Path, sheets: dict[str, Rows], *, merged: Iterable[tuple[str, int, int, int, int, str]] = ()) -> Path:
    """A workbook of text cells; ``merged`` are (sheet, first row, first column, last row, last column, text)."""
    with xlsxwriter.Workbook(str(path), {"strings_to_numbers": False}) as book:
        pages = {name: book.add_worksheet(name) for name in sheets}
        for name, rows in sheets.items():
            for i, row in enumerate(rows):
                for j, cell in enumerate(row):
                    if cell:
                        pages[name].write_string(i, j, cell)
        for name, *span, said in merged:
            pages[name].merge_range(*span, said)
    return path


def xls(path: Path, sheets: dict[str, Rows]) -> Path:
    """A workbook of Excel 97."""
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    for name, rows in sheets.items():
        page = book.add_sheet(name)
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                if cell:
                    page.write(i, j, cell)
    book.save(str(path))
    return path


def ods(path: Path, sheets: dict[str, Rows]) -> Path:
    """An OpenDocument spreadsheet with nothing but text."""
    body = []
    for name, rows in sheets.items():
        lines = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
        body.append(f'<table:table table:name="{escape(name)}">{lines}</table:table>')
    space = "urn:oasis:names:tc:opendocument:xmlns:"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{space}office:1.0" '
        f'xmlns:table="{space}table:1.0" xmlns:text="{space}text:1.0" office:version="1.2"><office:body>'
        f"<office:spreadsheet>{''.join(body)}</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<manifest:manifest xmlns:manifest="{space}manifest:1.0"><manifest:file-entry manifest:full-path="/" '
        f'manifest:media-type="{kind}"/></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return path


def _ods_cell(cell: str) -> str:
    if not cell:
        return "<table:table-cell/>"
    return f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'


class _GbkName(zipfile.ZipInfo):
    """A member whose name is written as Windows in China writes it: in GBK, without saying so."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def zipped(path: Path, members: dict[str, bytes], *, gbk: bool = False) -> Path:
    """An archive; with ``gbk`` its names are in GBK."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(_GbkName(name) if gbk else name, data, zipfile.ZIP_DEFLATED)
    return path


def national(
    household: pl.DataFrame, member: pl.DataFrame, columns: Sequence[str], *, titles: bool = True
) -> tuple[Rows, int]:
    """The national export of a county, a row a person; how many rows stand above the headings.

    Args:
        household: Raw households.
        member: Raw members.
        columns: table.field, in their order; ``household_id`` is the household number.
        titles: Whether a title and a line about the export stand above the headings.
    """
    homes = household.rename({c: f"household.{c}" for c in household.columns if c != "household_id"})
    people = member.rename({c: f"member.{c}" for c in member.columns if c != "household_id"})
    wide = people.join(homes, on="household_id", how="left", maintain_order="left").select(columns)
    catalogue = tables.catalogue()
    headings = [catalogue.field(c if "." in c else f"household.{c}").label.zh for c in columns]
    rows = [["序号", *headings], *([str(i), *map(_cell, row)] for i, row in enumerate(wide.rows(), 1))]
    above = [["监测对象家庭成员信息（自定义导出）"], ["导出单位：德化县", "", "导出时间：2021-12-31"]] if titles else []
    return [*above, *rows], len(above)


def xlsb(path: Path, sheets: dict[str, Rows]) -> Path:
    """A binary workbook with nothing but text, as little of [MS-XLSB] as there must be."""
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    links = "".join(
        f'<Relationship Id="rId{i}" Type="{relation}/worksheet" Target="worksheets/sheet{i}.bin"/>'
        for i in range(1, len(sheets) + 1)
    )
    bundle = b"".join(
        _record(0x9C, struct.pack("<II", 0, i) + _wide(f"rId{i}") + _wide(name)) for i, name in enumerate(sheets, 1)
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    package = "http://schemas.openxmlformats.org/package/2006"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        types = '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
        archive.writestr("[Content_Types].xml", f'{head}<Types xmlns="{package}/content-types">{types}</Types>')
        archive.writestr(
            "xl/_rels/workbook.bin.rels",
            f'{head}<Relationships xmlns="{package}/relationships">{links}</Relationships>',
        )
        archive.writestr("xl/workbook.bin", _record(0x83) + _record(0x8F) + bundle + _record(0x90) + _record(0x84))
        for i, rows in enumerate(sheets.values(), 1):
            archive.writestr(f"xl/worksheets/sheet{i}.bin", _xlsb_sheet(rows))
    return path


def _xlsb_sheet(rows: Rows) -> bytes:
    width = max(map(len, rows))
    cells = b""
    for i, row in enumerate(rows):
        cells += _record(0x00, struct.pack("<IIHHB", i, 0, 300, 0, 0) + struct.pack("<I", 0))
        for j, cell in enumerate(row):
            if cell:
                cells += _record(0x06, struct.pack("<II", j, 0) + _wide(cell))
    size = _record(0x94, struct.pack("<IIII", 0, len(rows) - 1, 0, width - 1))
    return _record(0x81) + size + _record(0x91) + cells + _record(0x92) + _record(0x82)


def _record(kind: int, data: bytes = b"") -> bytes:
    number = bytes([kind]) if kind < 0x80 else bytes([(kind & 0x7F) | 0x80, kind >> 7])
    length, left = b"", len(data)
    while True:
        length += bytes([(left & 0x7F) | (0x80 if left > 0x7F else 0)])
        left >>= 7
        if not left:
            return number + length + data


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text.encode("utf-16-le")) // 2) + text.encode("utf-16-le")
