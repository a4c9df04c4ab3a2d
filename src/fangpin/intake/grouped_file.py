"""Tables of group means from a file: CSV or a workbook's first sheet.

Reads   one row a group, poorest first; headings in Chinese or English (COLUMNS)
Gives   read_grouped(path, …) → GroupedIncome; FORMAT, the form in words
Keeps   the basis is in the file or in the call, never guessed; an unknown column of numbers, a cell that is no number:
        refused with its place
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fangpin.intake import detect
from fangpin.intake.csv_file import read_bytes
from fangpin.intake.messages import unusable
from fangpin.intake.workbook import SUFFIXES, open_workbook
from fangpin.methods.estimate import Basis
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text

if TYPE_CHECKING:
    from fangpin.methods.grouped import GroupedIncome

COLUMNS: dict[str, tuple[str, ...]] = {
    "share": ("share", "shares", "population_share", "weight", "比例", "人口比例", "户数比例", "各组比例"),
    "mean": (
        "mean",
        "means",
        "income",
        "group_mean",
        "average",
        "均值",
        "组均值",
        "人均可支配收入",
        "收入",
        "平均收入",
    ),
    "p": ("p", "cumulative_population", "累计人口", "累计人口比例", "累计户数比例"),
    "l": ("l", "lorenz", "cumulative_income", "累计收入", "累计收入比例"),
    "household_size": ("household_size", "household_sizes", "size", "户均人口", "户均常住人口"),
    "basis": ("basis", "口径"),
    "year": ("year", "年份", "年度"),
    "group": ("group", "quintile", "decile", "组", "组别", "分组", "名称"),
}
FORMAT = Text(
    "一行一组，从低到高；列：均值（mean）必填，比例（share，小数，缺省为等分）、户均人口（household_size）、口径（basis：按户或按人）、"
    "年份（year）可选；或列 p、l（洛伦兹曲线的累计比例）加 --mean",
    "one row a group, poorest first; columns: mean, and if known share (fractions; equal groups without), "
    "household_size, basis (household or person), year; or columns p and l (points of a Lorenz curve) with --mean",
)
_BASES: dict[str, Basis] = {
    "household": "household",
    "person": "person",
    "按户": "household",
    "户": "household",
    "按人": "person",
    "人": "person",
}


def _refuse(code: str, title: Text, place: str | Text, **more: Any) -> UnusableInput:
    return UnusableInput(code, title, place=place, remedy=FORMAT, **more)


def read_grouped(path: Path, basis: str | None = None, **known: Any) -> GroupedIncome:
    """The table in a file.

    Args:
        path: ``.csv``, ``.xlsx`` or ``.xlsm``.
        basis: ``household`` or ``person``, where the file does not say.
        known: ``mean``, ``median``, ``population``, ``year``, ``source``.

    Raises:
        UnusableInput: the file cannot be read, or it is no table of groups.
    """
    from fangpin.methods.grouped import GroupedIncome  # scipy: half a second that other commands need not wait

    columns = _columns(_cells(path), path.name)
    given = {k: v for k, v in known.items() if v is not None}
    given.setdefault("source", path.name)
    either = _basis(basis, _one(columns, "basis", path.name), path.name)
    year = _one(columns, "year", path.name)
    if year is not None:
        given.setdefault("year", int(_number(year, path.name, "year", 2)))
    if "p" in columns and "l" in columns:
        if "mean" not in given:
            raise _refuse(
                "FP-GROUPED-084", Text("洛伦兹曲线还要给出均值", "points of a Lorenz curve need a mean"), path.name
            )
        mean = given.pop("mean")
        return GroupedIncome.from_lorenz(
            _numbers(columns, "p", path.name), _numbers(columns, "l", path.name), mean, basis=either, **given
        )
    if "mean" not in columns:
        raise _refuse(
            "FP-GROUPED-085", Text("没有组均值一列", "no column of group means"), path.name, read=", ".join(columns)
        )
    shares = _numbers(columns, "share", path.name) if "share" in columns else None
    sizes = _numbers(columns, "household_size", path.name) if "household_size" in columns else None
    return GroupedIncome(shares, _numbers(columns, "mean", path.name), either, household_sizes=sizes, **given)


def _basis(asked: str | None, said: str | None, file: str) -> Basis:
    """The basis of the call or of the file; both only where they agree, never neither."""
    for word in (asked, said):
        if word is not None and word not in _BASES:
            expected = Text("household（按户）或 person（按人）", "household or person")
            raise _refuse("FP-GROUPED-082", Text("没有这种口径", "no such basis"), file, read=word, expected=expected)
    found = {_BASES[word] for word in (asked, said) if word is not None}
    if len(found) > 1:
        raise _refuse(
            "FP-GROUPED-083", Text("口径与文件不同", "the basis differs from the file's"), file, read=f"{asked}, {said}"
        )
    if not found:
        raise UnusableInput(
            "FP-GROUPED-043",
            Text("没有写明口径", "the basis is not given"),
            place=file,
            expected=Text("household（按户）或 person（按人）", "household or person"),
            remedy=Text(
                "加 --basis，或在表中加一列“口径”。统计局的五等份是按户的",
                "add --basis, or a column `basis`; the fifths of the statistical bureau are of households",
            ),
        )
    return found.pop()


def _cells(path: Path) -> list[list[str]]:
    """The filled rows as text."""
    if not path.is_file():
        raise _refuse("FP-GROUPED-088", Text("没有这个文件", "no such file"), path.name)
    if path.suffix.lower() in SUFFIXES:
        book = open_workbook(path, path.name)
        rows = [["" if v is None else str(v).strip() for v in row] for row in book.get_sheet_by_index(0).to_python()]
    else:
        text = detect.decode(read_bytes(path, path.name), path.name).data.decode("utf-8")
        try:
            mark = detect.separator(text, lambda row: sum(_known(cell) is not None for cell in row)).separator
            rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=mark)]
        except csv.Error as error:
            raise unusable("FP-INTAKE-006", place=path.name, read=str(error)) from error
    return [row for row in rows if any(row)]


def _known(heading: str) -> str | None:
    """The column a heading names."""
    return next((name for name, words in COLUMNS.items() if heading.strip().lower() in words), None)


def _columns(rows: list[list[str]], file: str) -> dict[str, list[str]]:
    if len(rows) < 2:
        raise _refuse("FP-GROUPED-080", Text("没有内容", "there is nothing in it"), file)
    names: dict[str, list[str]] = {}
    for at, heading in enumerate(rows[0]):
        known = _known(heading)
        if known is None:
            if not heading:
                continue
            if any(_is_number(row[at]) for row in rows[1:] if at < len(row)):
                raise _refuse(
                    "FP-GROUPED-081", Text("不认识的数字列", "an unknown column of numbers"), file, read=heading
                )
            continue  # names and notes
        if known in names:
            raise _refuse("FP-GROUPED-086", Text("同一列出现两次", "a column is there twice"), file, read=heading)
        names[known] = [row[at] if at < len(row) else "" for row in rows[1:]]
    return names


def _one(columns: dict[str, list[str]], name: str, file: str) -> str | None:
    """What a column says of the whole table: one value."""
    said = sorted({v.lower() for v in columns.get(name, []) if v})
    if len(said) > 1:
        raise _refuse(
            "FP-GROUPED-087",
            Text("一张表里口径或年份不一", "mixed bases or years in one table"),
            file,
            read=", ".join(said),
        )
    return said[0] if said else None


def _numbers(columns: dict[str, list[str]], name: str, file: str) -> list[float]:
    return [_number(text, file, name, row) for row, text in enumerate(columns[name], start=2)]


def _is_number(text: str) -> bool:
    try:
        _number(text, "", "", 0)
    except UnusableInput:
        return False
    return True


def _number(text: str, file: str, name: str, row: int) -> float:
    plain = text.replace(",", "").replace("，", "").replace(" ", "")
    try:
        return float(plain[:-1]) / 100 if plain.endswith(("%", "％")) else float(plain)
    except ValueError as error:
        place = Text(f"{file} › 第{row}行 › {name}", f"{file} › row {row} › {name}")
        raise _refuse("FP-GROUPED-089", Text("不是数", "not a number"), place, read=text) from error
