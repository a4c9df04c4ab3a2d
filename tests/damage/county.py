"""A generated county as people hand it in: sheets of cells, with the field that each column is.

Gives   County (frames of a seed), export → Export in one of the shapes; Export.write; Sheet, Row
Keeps   a row is an object: wherever damage moves it, its place in the file is looked up last
"""

from __future__ import annotations

import csv
import io
import tempfile
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

import polars as pl
import xlsxwriter

from fangpin import tables
from fangpin.reference import regions
from fangpin.synth import generate

Cell = str | int | float | date
Shape = Literal["national", "template", "csv"]

TABLES = ("household", "member", "income_year", "safeguards", "living")
LEFT_OUT = {"valid_from", "valid_to", "known_at", "source"}
PLACES = {"省": 2, "市": 4, "县": 6, "乡": 9, "村": 12}
NATIONAL = [
    "household.region_code",
    "household_id",
    "household.head_name",
    "household.head_id_number",
    "household.phone",
    "household.population",
    "household.household_type",
    "household.is_ex_poor",
    "household.monitor_group",
    "household.monitored_on",
    "household.risk_1",
    "household.risk_removed",
    "member.person_id",
    "member.name",
    "member.sex",
    "member.birth_date",
    "member.id_type",
    "member.id_number",
    "member.ethnic_group",
    "member.political_status",
    "member.relation_to_head",
    "member.education_level",
    "member.student_status",
    "member.health_status",
    "member.labour_skill",
    "member.work_place",
    "member.work_months",
    "member.work_monthly_income",
    "member.employer",
    "member.industry",
    "member.job_channel",
    "member.work_abroad",
    "member.public_job",
    "member.public_job_months",
    "member.resident_medical",
    "member.employee_medical",
    "member.catastrophic_insurance",
    "member.commercial_medical",
    "member.medical_aid",
    "member.resident_pension",
    "member.employee_pension",
    "member.dibao",
    "member.tekun",
    "member.mandarin",
    "income_year.net_income",
    "income_year.net_income_pc",
    "income_year.year",
]


@dataclass(eq=False)
class Row:
    """One row of a sheet; ``household`` and ``person`` are its keys before any damage, empty if it is no record."""

    cells: list[Cell]
    household: str = ""
    person: str = ""

    @property
    def record(self) -> str:
        """The keys as a finding writes them."""
        return f"{self.household}/{self.person}".rstrip("/")


@dataclass(eq=False)
class Sheet:
    """A sheet: lines above, headings, the field (``table.field``) that each column is, rows."""

    name: str
    above: list[list[Cell]]
    headings: list[str]
    fields: list[str]
    rows: list[Row]

    def at(self, path: str) -> int:
        """The position of the column that is this field."""
        return self.fields.index(path)

    def place(self, row: Row) -> int:
        """The number of a row in the file, as a person counts."""
        return len(self.above) + 2 + self.rows.index(row)

    def lines(self) -> list[list[Cell]]:
        """Everything, from the first line on."""
        return [*self.above, list(self.headings), *(row.cells for row in self.rows)]


@dataclass(eq=False)
class Export:
    """Sheets, and how they are written: one workbook, or a folder of text files."""

    shape: Shape
    sheets: dict[str, Sheet]
    encoding: str = "utf-8"
    separator: str = ","
    merged: list[tuple[str, int, int, int, int, str]] = field(default_factory=list)
    suffix: str = ".xlsx"

    @property
    def main(self) -> Sheet:
        """The sheet of persons."""
        return self.sheets["member"]

    def records(self) -> int:
        """How many rows are records."""
        return sum(row.household != "" for sheet in self.sheets.values() for row in sheet.rows)

    def write(self, folder: Path) -> Path:
        """The path at which it is written."""
        if self.shape == "csv":
            target = folder / "county"
            target.mkdir()
            for table, sheet in self.sheets.items():
                (target / f"{table}.csv").write_bytes(self.text(sheet).encode(self.encoding, "surrogatepass"))
            return target
        path = folder / f"county{self.suffix}"
        with xlsxwriter.Workbook(str(path)) as book:
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            pages = {sheet.name: book.add_worksheet(sheet.name) for sheet in self.sheets.values()}
            for sheet in self.sheets.values():
                for i, line in enumerate(sheet.lines()):
                    for j, cell in enumerate(line):
                        if isinstance(cell, str):
                            pages[sheet.name].write_string(i, j, cell) if cell else None
                        elif isinstance(cell, date):
                            pages[sheet.name].write_datetime(i, j, cell, day)
                        else:
                            pages[sheet.name].write_number(i, j, cell)
            for name, *span, said in self.merged:
                pages[name].merge_range(*span, said)
        return path

    def text(self, sheet: Sheet) -> str:
        """A sheet as separated text."""
        out = io.StringIO()
        csv.writer(out, delimiter=self.separator).writerows(sheet.lines())
        return out.getvalue()

    def file(self, sheet: Sheet) -> str:
        """The name of the file in which a sheet stands, as findings say it."""
        table = next(name for name, one in self.sheets.items() if one is sheet)
        return f"{table}.csv" if self.shape == "csv" else f"county{self.suffix}"


def typed(path: str, value: object) -> str:
    """A value as an export or an officer writes it: labels of codes, 是 and 否, dates with hyphens."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    spec = tables.catalogue().field(path) if "." in path else None
    if spec is not None and spec.codes:
        labels = tables.catalogue().codelist(spec.codes).items
        some = value if isinstance(value, list) else [value]
        return ";".join(labels[str(code)].zh for code in some) or "-"
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


class County:
    """The frames of a generated county."""

    def __init__(self, households: int, seed: int) -> None:
        with tempfile.TemporaryDirectory() as folder:
            generate(Path(folder), households, seed=seed, county="350526")
            self.frames = {name: pl.read_parquet(Path(folder) / f"{name}.parquet") for name in TABLES}
        latest = self.frames["income_year"].sort("household_id", "window_to", "stage", nulls_last=False)
        self.frames["income_year"] = latest.unique("household_id", keep="last", maintain_order=True)
        self.frames["safeguards"] = self.frames["safeguards"].unique("household_id", keep="last", maintain_order=True)

    def export(self, shape: Shape) -> Export:
        """The county in one of the shapes, undamaged."""
        if shape == "national":
            return Export(shape, {"member": self._national()})
        return Export(shape, {table: self._sheet(table) for table in TABLES})

    def _sheet(self, table: str) -> Sheet:
        frame = self.frames[table]
        kept = [c for c in frame.columns if c not in LEFT_OUT and frame[c].null_count() < frame.height]
        paths = [f"{table}.{c}" for c in kept]
        rows = [
            Row(
                [typed(path, cell) for path, cell in zip(paths, row.values(), strict=True)],
                str(row["household_id"]),
                str(row.get("person_id") or ""),
            )
            for row in frame.select(kept).iter_rows(named=True)
        ]
        known = tables.catalogue().table(table)
        return Sheet(known.label.zh, [], [known.field(c).label.zh for c in kept], paths, rows)

    def _national(self) -> Sheet:
        homes = {row["household_id"]: row for row in self.frames["household"].iter_rows(named=True)}
        incomes = {row["household_id"]: row for row in self.frames["income_year"].iter_rows(named=True)}
        rows: list[Row] = []
        for i, person in enumerate(self.frames["member"].iter_rows(named=True), 1):
            key = person["household_id"]
            of = {"household": homes[key], "income_year": incomes.get(key, {}), "member": person}
            values = [
                key if path == "household_id" else typed(path, of[path.split(".")[0]].get(path.split(".")[1]))
                for path in NATIONAL
            ]
            rows.append(Row([str(i), *_place(homes[key]["region_code"]), *values, "", ""], key, person["person_id"]))
        labels = ["户编号" if p == "household_id" else tables.catalogue().field(p).label.zh for p in NATIONAL]
        headings = ["序号", *PLACES, *labels, "备注", "备注"]
        above: list[list[Cell]] = [
            ["监测对象家庭成员信息（自定义导出）"],
            ["导出单位：德化县", "", "导出时间：2021-12-31"],
        ]
        fields = ["", *("" for _ in PLACES), *NATIONAL, "", ""]
        return Sheet("家庭成员信息", above, headings, fields, rows)


def _place(code: str) -> list[str]:
    found = []
    for length in PLACES.values():
        region = regions.get(code[:length].ljust(6, "0") if length < 6 else code[:length])
        found.append(region.name if region else "")
    return found


@cache
def county(households: int, seed: int) -> County:
    """A county of a size and a seed, generated once."""
    return County(households, seed)
