"""The input workbook: a sheet for each table, drop-downs from the code lists, hints in the headings.

Reads   the catalogue
Gives   write(path), the whole template; write(path, sheets), a workbook with some fields and rows filled in (visits)
Keeps   headings are the Chinese names, each of which `Catalogue.heading` resolves; a sheet's name is the Chinese name
        of its table, with a suffix in brackets where a table has several; the same call gives the same bytes
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from fangpin.tables import hints
from fangpin.tables.catalogue import catalogue
from fangpin.tables.model import Field, Table
from fangpin.vocabulary.money import MICRO
from fangpin.vocabulary.text import Text

HELP_SHEET = "说明"
CODES_SHEET = "代码"
LAST_ROW = 1_048_575
_MESSAGE = 255  # Excel allows no longer message, nor a longer list inside a validation
_INLINE = 100  # longer lists stand on the hidden sheet, where people can look them up
_FIT_COLUMNS = 16  # sheets up to this width are printed one page wide
_FONT = {"font_name": "Microsoft YaHei", "font_size": 10}
_TEXT_KINDS = ("id", "region")
_COLOURS = {"key": "#1F4E79", "Y": "#2E75B6", "C": "#7FA7CF", "N": "#8496A9", "D": "#8496A9", "ours": "#5B8C5A"}


@dataclass(frozen=True)
class SheetSpec:
    """One sheet of a workbook.

    ``fields`` are names of the table (outside or inside), None for all; its key always comes first and the version
    columns last (``versions=False`` leaves them out). ``rows`` hold canonical values by field name: codes, bools,
    dates, lists of codes, money as whole micro-yuan. ``asked`` says for each row which fields are to be filled in:
    those cells are marked. ``suffix`` tells several sheets of one table apart, such as a village.
    """

    table: str
    fields: Sequence[str] | None = None
    rows: Sequence[Mapping[str, object]] = ()
    asked: Sequence[Collection[str]] = ()
    suffix: str = ""
    versions: bool = True

    def columns(self) -> list[Field]:
        """The fields of the sheet, in its order.

        Raises:
            LookupError: a table or field is unknown.
        """
        table = catalogue().table(self.table)
        chosen = list(table.fields.values()) if self.fields is None else [table.field(name) for name in self.fields]
        ordered = [table.fields[name] for name in table.identity] + chosen
        ordered += list(table.version_fields.values()) if self.versions else []
        return list({field.name: field for field in ordered}.values())

    def name(self) -> str:
        """The name of the sheet: the table's Chinese name and the suffix, at most 31 characters."""
        label = catalogue().table(self.table).label.zh
        if not self.suffix:
            return label
        clean = "".join("-" if c in "[]:*?/\\'（）" else c for c in self.suffix)
        return f"{label}（{clean[: 29 - len(label)]}）"


def write(
    path: str | os.PathLike[str],
    sheets: Sequence[SheetSpec] | None = None,
    *,
    title: Text | None = None,
    notes: Sequence[Text] = (),
) -> Path:
    """The workbook at ``path``, replaced as a whole; without ``sheets`` the template with every table and field.

    Args:
        path: Where to write; the folder must exist.
        sheets: The sheets, in their order.
        title: Heading of the help sheet.
        notes: Lines of the help sheet that come before the general ones.

    Raises:
        LookupError: a table or field of ``sheets`` is unknown.
        ValueError: two sheets have one name.

    Examples:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from fangpin import tables
        >>> tables.template.write(Path(tempfile.mkdtemp()) / "in.xlsx").name
        'in.xlsx'
    """
    specs = [SheetSpec(name) for name in catalogue().tables] if sheets is None else list(sheets)
    names = [spec.name() for spec in specs]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise ValueError(f"two sheets of one name: {', '.join(doubled)}; give them different suffixes")
    columns = [spec.columns() for spec in specs]
    target = Path(path)
    partial = target.with_name(f".{target.name}.partial")
    try:
        _Writer(partial, title, notes).write(specs, columns)
        os.replace(partial, target)
    finally:
        partial.unlink(missing_ok=True)
    return target


class _Writer:
    """One workbook under construction."""

    def __init__(self, path: Path, title: Text | None, notes: Sequence[Text]) -> None:
        self.title, self.notes = title or hints.TITLE, notes
        self.book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
        self.book.set_properties({"title": self.title.zh, "created": datetime(2000, 1, 1)})
        self.book.set_custom_property("fangpin.template", "1")
        self.book.set_calc_mode("auto")
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._ranges: dict[str, str] = {}

    def format(self, **properties: Any) -> Any:
        """A cell format; equal properties share one."""
        key = tuple(sorted({**_FONT, **properties}.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(dict(key))
        return self._formats[key]

    def write(self, specs: Sequence[SheetSpec], columns: Sequence[Sequence[Field]]) -> None:
        """Every sheet, in the order a person meets them; the hidden lists come last."""
        guide = self.book.add_worksheet(HELP_SHEET)
        sheets = [self.book.add_worksheet(spec.name()) for spec in specs]
        self._codes({field.codes for fields in columns for field in fields if field.codes})
        self._guide(guide, specs, columns)
        for sheet, spec, fields in zip(sheets, specs, columns, strict=True):
            self._sheet(sheet, spec, fields)
        (sheets[0] if any(spec.rows for spec in specs) else guide).activate()
        self.book.close()

    def _codes(self, used: set[str]) -> None:
        """The hidden sheet with the lists that are too long to stand inside a validation."""
        long = [name for name in catalogue().codelists if name in used and len(",".join(_labels(name))) > _INLINE]
        if not long:
            return
        sheet = self.book.add_worksheet(CODES_SHEET)
        for column, name in enumerate(long):
            labels = _labels(name)
            sheet.write_column(0, column, [catalogue().codelist(name).label.zh, *labels])
            letter = xlsxwriter.utility.xl_col_to_name(column, True)
            self._ranges[name] = f"='{CODES_SHEET}'!{letter}$2:{letter}${len(labels) + 1}"
        sheet.hide()

    # ---- a table

    def _sheet(self, sheet: Any, spec: SheetSpec, fields: Sequence[Field]) -> None:
        table = catalogue().table(spec.table)
        for column, field in enumerate(fields):
            sheet.set_column(column, column, _width(field), self.format(**_look(field)))
            sheet.write_string(0, column, field.label.zh, self._heading(table, field))
            _comment(sheet, column, hints.comment(field))
            rule = self._validation(field, prompt=bool(spec.asked))
            if rule:
                sheet.data_validation(1, column, LAST_ROW, column, rule)
        for number, row in enumerate(spec.rows):
            asked = spec.asked[number] if number < len(spec.asked) else None
            for column, field in enumerate(fields):
                self._cell(sheet, number + 1, column, field, _value_in(row, field), asked)
        sheet.set_row(0, 45)
        sheet.freeze_panes(1, len(table.identity))
        self._page(sheet, len(fields))

    def _page(self, sheet: Any, width: int) -> None:
        """A4, landscape, the heading on every page."""
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(0.4, 0.4, 0.6, 0.6)
        sheet.repeat_rows(0)
        sheet.set_footer("&L&A&R&P / &N")
        if width <= _FIT_COLUMNS:
            sheet.fit_to_pages(1, 0)

    def _heading(self, table: Table, field: Field) -> Any:
        kind = "key" if field.name in table.identity else "ours" if field.ours else field.required
        return self.format(
            bold=True,
            text_wrap=True,
            valign="vcenter",
            align="center",
            border=1,
            border_color="#FFFFFF",
            font_color="#FFFFFF",
            bg_color=_COLOURS[kind],
        )

    def _validation(self, field: Field, prompt: bool) -> dict[str, Any] | None:
        """What a cell of the field may hold, and the question shown when it is chosen."""
        rule = _limits(field)
        if field.kind == "bool":
            rule = {"validate": "list", "source": ["是", "否"], "error_type": "stop"}
        elif field.kind == "code" and field.codes:
            source = self._ranges.get(field.codes, _labels(field.codes))
            rule = {"validate": "list", "source": source, "error_type": "stop"}
        if rule:
            rule |= {"error_title": field.label.zh[:32], "error_message": hints.error(field)[:_MESSAGE]}
        message = hints.prompt(field) if prompt or field.kind in ("codes", "month") else ""
        if message:
            rule = rule or {"validate": "any"}
            rule |= {"input_title": field.label.zh[:32], "input_message": message[:_MESSAGE]}
        return rule

    def _cell(
        self, sheet: Any, row: int, column: int, field: Field, value: object, asked: Collection[str] | None
    ) -> None:
        look = _look(field) | {"border": 1, "border_color": "#BFBFBF"}
        if asked is not None and (field.name in asked or field.inside in asked):
            look["bg_color"] = "#FFF2CC"
        shown = _shown(field, value)
        style = self.format(**look)
        if shown is None:
            sheet.write_blank(row, column, None, style)
        elif isinstance(shown, date):
            sheet.write_datetime(row, column, shown, style)
        elif isinstance(shown, str):
            sheet.write_string(row, column, shown, style)
        else:
            sheet.write_number(row, column, shown, style)

    # ---- the help sheet

    def _guide(self, sheet: Any, specs: Sequence[SheetSpec], columns: Sequence[Sequence[Field]]) -> None:
        wrap, bold = self.format(text_wrap=True, valign="top"), self.format(bold=True, valign="top", text_wrap=True)
        sheet.set_column(0, 1, 22, wrap)
        sheet.set_column(2, 4, 46, wrap)
        head = self.format(bold=True, font_size=15)
        sheet.write_string(0, 0, self.title.zh, head)
        sheet.write_string(0, 3, self.title.en, head)
        marked = (hints.MARKED,) if any(spec.asked for spec in specs) else ()
        row = 2
        for note in (*self.notes, *marked, *hints.GUIDE):
            sheet.merge_range(row, 0, row, 2, note.zh, wrap)
            sheet.merge_range(row, 3, row, 4, note.en, wrap)
            sheet.set_row(row, 15 * (1 + max(hints.width(note.zh) // 88, hints.width(note.en) // 88)))
            row += 1
        row = self._legend(sheet, row + 1)
        row = self._contents(sheet, row + 1, specs, bold)
        self._questions(sheet, row + 1, specs, columns, bold)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)

    def _legend(self, sheet: Any, row: int) -> int:
        for kind, meaning in hints.LEGEND.items():
            colour = self.format(bg_color=_COLOURS[kind], font_color="#FFFFFF", bold=True, align="center")
            sheet.write_string(row, 0, hints.SAMPLE.zh, colour)
            sheet.write_string(row, 1, meaning.zh)
            sheet.write_string(row, 3, meaning.en)
            row += 1
        return row

    def _contents(self, sheet: Any, row: int, specs: Sequence[SheetSpec], bold: Any) -> int:
        for column, heading in enumerate(hints.CONTENTS):
            sheet.write_string(row, column, f"{heading.zh} {heading.en}", bold)
        link = self.format(font_color="#1F4E79", underline=1, valign="top")
        for spec in specs:
            row += 1
            table = catalogue().table(spec.table)
            sheet.write_url(row, 0, f"internal:'{spec.name()}'!A1", link, spec.name())
            sheet.write_string(row, 1, table.name)
            sheet.write_string(row, 2, hints.PER[table.per].zh)
            sheet.write_string(row, 3, f"{table.label.en}: {hints.PER[table.per].en}")
        return row + 1

    def _questions(
        self, sheet: Any, row: int, specs: Sequence[SheetSpec], columns: Sequence[Sequence[Field]], bold: Any
    ) -> None:
        """The questions of the fields that are asked, with what may be answered."""
        fields = {field.path: field for fs in columns for field in fs if field.ask is not None}
        asked = {catalogue().table(s.table).field(n).path for s in specs for names in s.asked for n in names}
        for column, heading in enumerate(hints.QUESTIONS):
            sheet.write_string(row, column, f"{heading.zh} {heading.en}", bold)
        for path, field in fields.items():
            if field.ask is None or (asked and path not in asked):
                continue
            row += 1
            answers = hints.answers(field)
            cells = (field.label.zh, field.path, field.ask.zh, field.ask.en, f"{answers.zh}\n{answers.en}".strip())
            for column, text in enumerate(cells):
                sheet.write_string(row, column, text)


def _comment(sheet: Any, column: int, text: str) -> None:
    """The hint on a heading, in a box that is high enough for it."""
    lines = sum(1 + hints.width(line) // 52 for line in text.splitlines())
    sheet.write_comment(0, column, text, {"width": 340, "height": 12 + 14 * lines, "font_size": 9})


def _labels(codelist: str) -> list[str]:
    return [text.zh for text in catalogue().codelist(codelist).items.values()]


def _width(field: Field) -> int:
    longest = max((hints.width(label) for label in _labels(field.codes)), default=0) if field.codes else 0
    return min(max(hints.width(field.label.zh) // 2 + 3, 20 if field.kind == "id" else 11, longest + 3), 30)


def _look(field: Field) -> dict[str, Any]:
    """How the cells of a field look: keys, identity numbers and telephones as text, dates as dates."""
    if field.kind in _TEXT_KINDS:
        return {"num_format": "@"}
    return {"num_format": {"date": "yyyy-mm-dd", "money": "#,##0.00", "int": "0"}.get(field.kind, "General")}


def _limits(field: Field) -> dict[str, Any] | None:
    """The range of a number or date; a value outside it is warned of, not refused."""
    if field.kind == "date":
        return {
            "validate": "date",
            "criteria": "between",
            "error_type": "warning",
            "minimum": date(1900, 1, 1),
            "maximum": date(2199, 12, 31),
        }
    if field.kind not in ("int", "num", "money"):
        return None
    low, high = field.minimum, field.maximum
    return {
        "validate": "integer" if field.kind == "int" else "decimal",
        "criteria": "between",
        "error_type": "warning",
        "minimum": -999_999_999 if low is None else _whole(low),
        "maximum": 999_999_999 if high is None else _whole(high),
    }


def _whole(value: float) -> float:
    return int(value) if value == int(value) else value


def _value_in(row: Mapping[str, object], field: Field) -> object:
    return row.get(field.name, row.get(field.inside))


def _shown(field: Field, value: object) -> str | float | date | None:
    """A canonical value as a cell shows it; None for a blank."""
    if value is None:
        return None
    if field.kind == "bool":
        return "是" if value else "否"
    if field.codes and isinstance(value, str):
        return catalogue().codelist(field.codes).label_of(value)
    if field.codes and isinstance(value, list | tuple):
        return ";".join(catalogue().codelist(field.codes).label_of(str(code)) for code in value) or "-"
    if field.kind == "money" and isinstance(value, int):
        return float(Decimal(value) / MICRO)
    if isinstance(value, date):
        return value
    return float(value) if isinstance(value, int | float | Decimal) else str(value)
