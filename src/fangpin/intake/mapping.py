"""Mapping: a survey's files as tables, by a profile.

Reads   files (or frames) and a Profile
Gives   read_mapped → Batch, judged like any other input
Keeps   rows that a profile leaves out are counted in a finding; a row keeps the number it has in its file
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from fangpin import tables
from fangpin.intake import cells
from fangpin.intake.batch import Batch, Progress
from fangpin.intake.columns import as_text, clean
from fangpin.intake.csv_file import read_csv
from fangpin.intake.expression import Compiled, compile_expression
from fangpin.intake.frames import as_columns
from fangpin.intake.guard import look, native
from fangpin.intake.headings import Headed, heading_of, unit_of
from fangpin.intake.memory import mapped_batch
from fangpin.intake.messages import finding, unusable
from fangpin.intake.parquet import read_parquet_raw
from fangpin.intake.profile import Aggregate, Column, MappedTable, Profile, Value, load_profile
from fangpin.intake.raw import Origin, RawTable, unique_names
from fangpin.intake.sources import CSV, PARQUET, TableFile, suffix
from fangpin.intake.values import finished, plain
from fangpin.intake.workbook import SUFFIXES, is_furniture, open_workbook, read_sheet, sheet_table
from fangpin.tables.yaml_file import Loc
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.names import nearest
from fangpin.vocabulary.text import Text

ROW = "\x00row"
KEY = "\x00household"
Raw = tuple[RawTable, Headed]


@dataclass
class Survey:
    """The files of a survey as frames: columns by heading, a column of row numbers, and the household key as text."""

    profile: Profile
    frames: dict[str, pl.DataFrame]
    origins: dict[str, Origin]
    paths: dict[str, Path]
    findings: list[Finding]


def read_mapped(source: str | Path | Mapping[str, Any], name: str | Path, progress: Progress | None = None) -> Batch:
    """The batch that a profile makes of a survey's files.

    Args:
        source: The folder or file, or frames by the names that the profile gives its files.
        name: The name of a shipped profile or the path of one.
        progress: Called as reading goes on.

    Raises:
        UnusableInput: the profile, a file, or a column it names is not there.
    """
    profile = load_profile(name)
    survey = Survey(profile, {}, {}, {}, [])
    for i, key in enumerate(profile.document.sources):
        if progress is not None:
            progress(i, len(profile.document.sources), Text(f"读取 {key}", f"reading {key}"))
        _load(survey, key, source)
    for key in profile.document.sources:
        _keep_rows(survey, key)
    for key in profile.document.sources:
        _add_columns(survey, key)
    raws = {table: _table(survey, table, spec) for table, spec in profile.document.tables.items()}
    lacks = {path: words.text() for path, words in profile.document.lacks.items()}
    place = "" if isinstance(source, Mapping) else str(source)
    return mapped_batch(raws, survey.findings, place, survey.paths, profile, _design(survey), lacks)


# -- files -----------------------------------------------------------------------------------------------------------


def _load(survey: Survey, name: str, source: str | Path | Mapping[str, Any]) -> None:
    """One file of the profile as a frame."""
    spec = survey.profile.document.sources[name]
    if isinstance(source, Mapping):
        if name not in source:
            raise unusable("FP-PROFILE-001", name=name)
        columns = as_columns(source[name], name)
        origin = Origin(name)
    else:
        path = _find(Path(source), spec.file)
        survey.findings += look(path, path.name, suffix(path))
        with native(path.name):
            raw = _read(path, name, spec.sheet)
        columns = list(zip(raw.headings, raw.frame.get_columns(), strict=True))
        if not raw.typed:
            columns = [(h, c if h.strip() in spec.numbers else as_text(c)) for h, c in columns]
        origin = raw.origin
        survey.paths[origin.place] = path
    frame = _frame(survey, name, columns)
    rows = origin.rows if origin.rows is not None else pl.int_range(2, frame.height + 2, dtype=pl.UInt32, eager=True)
    survey.frames[name] = frame.with_columns(rows.cast(pl.UInt32).alias(ROW))
    survey.origins[name] = origin


def _find(source: Path, pattern: str) -> Path:
    """The file of a profile within a folder; PATH itself where it is a file."""
    if not source.exists():
        raise unusable("FP-INTAKE-001", place=str(source))
    if source.is_file():
        return source
    found = sorted(source.glob(pattern))
    if not found:
        raise unusable("FP-PROFILE-001", place=str(source), name=pattern)
    if len(found) > 1:
        raise unusable("FP-INTAKE-008", place=str(source), places="、".join(p.name for p in found[:5]))
    return found[0]


def _read(path: Path, name: str, sheet: str | None) -> RawTable:
    """A file of any format that is read."""
    if suffix(path) in CSV:
        return read_csv(path, name, path.name)
    if suffix(path) in PARQUET:
        return read_parquet_raw(TableFile(path, path.name), name)
    if suffix(path) not in SUFFIXES:
        raise unusable("FP-INTAKE-002", place=path.name, read=path.suffix)
    book = open_workbook(path, path.name)
    wanted = sheet or next((s for s in book.sheet_names if not is_furniture(s)), book.sheet_names[0])
    if wanted not in book.sheet_names:
        raise unusable("FP-PROFILE-001", place=path.name, name=wanted)
    rows = read_sheet(book, wanted)
    if not rows:
        raise unusable("FP-INTAKE-005", place=f"{path.name} › {wanted}")
    return sheet_table(rows, name, path.name, wanted)


def _frame(survey: Survey, name: str, columns: Sequence[tuple[str, pl.Series]]) -> pl.DataFrame:
    """Columns by heading: text clean, declared numbers as floats; a doubled heading cannot be asked for."""
    spec = survey.profile.document.sources[name]
    frame: dict[str, pl.Series] = {}
    for heading, column in columns:
        key = heading.strip()
        if key in frame:
            continue
        values = clean(column) if column.dtype == pl.String else column
        if isinstance(values.dtype, pl.Categorical | pl.Enum):
            values = values.cast(pl.String)
        frame[key] = values.alias(key)
    for heading in (spec.household, *spec.numbers):
        _need(survey, heading, frame, ("sources", name))
    for heading in spec.numbers:
        if frame[heading].dtype == pl.String:
            frame[heading] = _numbers(survey, name, frame[heading])
    frame[KEY] = as_text(frame[spec.household]).alias(KEY)
    return pl.DataFrame(list(frame.values()))


def _numbers(survey: Survey, name: str, column: pl.Series) -> pl.Series:
    """A column of text as numbers; what is no number is blank, with a finding."""
    values = column.cast(pl.Float64, strict=False)
    odd = column.filter(values.is_null() & column.is_not_null())
    for text in odd.unique(maintain_order=True).to_list()[:100]:
        number = cells.decimal(text)
        if number is None:
            survey.findings.append(
                finding("FP-INTAKE-020", file=name, column=column.name, read=text[:200], unit=Text("数", "a number"))
            )
    if len(odd):
        parsed = {t: cells.decimal(t) for t in odd.unique().to_list()}
        fixed = [None if t is None or parsed.get(t) is None else float(parsed[t] or 0) for t in odd.to_list()]
        at = (values.is_null() & column.is_not_null()).arg_true()
        values = values.scatter(at, pl.Series(fixed, dtype=pl.Float64))
    return values.alias(column.name)


def _need(survey: Survey, name: str, known: Mapping[str, object] | Sequence[str], loc: Loc) -> None:
    if name not in known:
        guess = nearest(name, list(known))
        other = Text("检查文件或方案", "check the file or profile")
        hint = Text(f"是否是 {guess}？", f"is it {guess}?") if guess else other
        raise survey.profile.refuse("FP-PROFILE-002", loc, name=name, guess=hint)


# -- columns ---------------------------------------------------------------------------------------------------------


def _keep_rows(survey: Survey, name: str) -> None:
    """The rows that the ``where`` of a file keeps; done for all files before any is counted or summed for another."""
    spec = survey.profile.document.sources[name]
    if spec.where is not None:
        survey.frames[name] = _filter(survey, name, survey.frames[name], spec.where, ("sources", name, "where"))


def _add_columns(survey: Survey, name: str) -> None:
    """Added columns of a file, in their order."""
    spec = survey.profile.document.sources[name]
    for column, added in spec.columns.items():
        loc: Loc = ("sources", name, "columns", column)
        values = _value(survey, name, survey.frames[name], added, loc)
        survey.frames[name] = survey.frames[name].with_columns(values.alias(column))


def _filter(survey: Survey, name: str, frame: pl.DataFrame, where: str, loc: Loc) -> pl.DataFrame:
    kept = _evaluate(survey, frame, where, loc)
    if kept.dtype != pl.Boolean:
        raise survey.profile.refuse("FP-PROFILE-003", loc, where, why=Text("不是条件", "it is no condition"), known="=")
    found = frame.filter(kept)
    if found.height < frame.height:
        survey.findings.append(
            finding("FP-INTAKE-051", file=survey.origins[name].file, where=where, count=frame.height - found.height)
        )
    return found


def _evaluate(survey: Survey, frame: pl.DataFrame, text: str, loc: Loc) -> pl.Series:
    """The values of an expression over a frame, one for each row.

    Raises:
        DocumentError: a column is not there, or types do not fit.
    """
    compiled: Compiled = compile_expression(text)
    for column in sorted(compiled.columns):
        _need(survey, column, frame.columns, loc)
    try:
        return frame.select(pl.repeat(None, pl.len()).alias("\x00"), compiled.expr.alias("x"))["x"]
    except (pl.exceptions.PolarsError, TypeError) as error:
        why = str(error).partition("\n")[0][:160]
        raise survey.profile.refuse(
            "FP-PROFILE-003", loc, text[:200], why=Text(f"类型不符（{why}）", why), known="number(), text()"
        ) from error


def _value(survey: Survey, name: str, frame: pl.DataFrame, spec: Value | Column, loc: Loc) -> pl.Series:
    """What a value is before recoding."""
    if spec.derive is not None:
        return _evaluate(survey, frame, spec.derive, (*loc, "derive"))
    if spec.aggregate is not None:
        return _aggregate(survey, frame, spec.aggregate, (*loc, "aggregate"))
    assert isinstance(spec, Value)
    if spec.from_ is not None:
        _need(survey, spec.from_, frame.columns, (*loc, "from"))
        return frame[spec.from_]
    return pl.Series("value", [plain(spec.value)]).new_from_index(0, frame.height)


_HOW: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "sum": lambda x: pl.when(x.count() > 0).then(x.sum()),
    "mean": lambda x: x.mean(),
    "median": lambda x: x.median(),
    "min": lambda x: x.min(),
    "max": lambda x: x.max(),
    "first": lambda x: x.drop_nulls().first(),
    "any": lambda x: x.any(ignore_nulls=False),
    "all": lambda x: x.all(ignore_nulls=False),
}


def _aggregate(survey: Survey, frame: pl.DataFrame, spec: Aggregate, loc: Loc) -> pl.Series:
    """A value over the rows of another file with the same household."""
    other = survey.frames[spec.of]
    if spec.where is not None:
        other = other.filter(_evaluate(survey, other, spec.where, (*loc, "where")))
    if spec.value is None:
        grouped = other.group_by(KEY).agg(pl.len().alias("x"))
    else:
        values = other.select(KEY).with_columns(_evaluate(survey, other, spec.value, (*loc, "value")).alias("x"))
        grouped = values.group_by(KEY, maintain_order=True).agg(_HOW[spec.how](pl.col("x")).alias("x"))
    found = frame.select(KEY).join(grouped, on=KEY, how="left", maintain_order="left")["x"]
    return found.fill_null(0) if spec.value is None else found


# -- tables ----------------------------------------------------------------------------------------------------------


def _table(survey: Survey, name: str, spec: MappedTable) -> Raw:
    """One table: raw columns by field, headed by the columns they came from."""
    table = tables.catalogue().table(name)
    frame = survey.frames[spec.source]
    if spec.where is not None:
        frame = _filter(survey, spec.source, frame, spec.where, ("tables", name, "where"))
    columns: dict[str, tuple[pl.Series, str]] = {}
    for field_name, value in spec.fields.items():
        loc: Loc = ("tables", name, "fields", field_name)
        field = table.field(field_name)
        made = _value(survey, spec.source, frame, value, loc)
        columns[field.name] = (
            finished(made, value, field, survey.profile.document.currency),
            value.from_ or field_name,
        )
    mapped = set(columns)
    if spec.by_heading:
        for heading in frame.columns:
            known = heading_of(name, heading)
            if known is not None and known.name not in columns:
                columns[known.name] = (frame[heading], heading)
    names = unique_names(len(columns))
    raw = pl.DataFrame([c.alias(n) for n, (c, _) in zip(names, columns.values(), strict=True)])
    source = survey.origins[spec.source]
    origin = Origin(source.file, source.sheet, frame[ROW])
    headings = tuple(h for _, h in columns.values())
    units = {f: unit for f, (_, h) in columns.items() if f not in mapped and (unit := unit_of(table.fields.get(f), h))}
    heads = Headed({f: (i, h) for i, (f, (_, h)) in enumerate(columns.items())}, [], units=units)
    return RawTable(name, raw, headings, origin), heads


def _design(survey: Survey) -> pl.DataFrame | None:
    """Weights, strata and units by household."""
    spec = survey.profile.document.design
    if spec is None:
        return None
    frame = survey.frames[spec.source]
    wanted = {"weight": spec.weight, "stratum": spec.stratum, "psu": spec.psu}
    for part, column in wanted.items():
        if column is not None:
            _need(survey, column, frame.columns, ("design", part))
    return frame.select(
        pl.col(KEY).alias("household_id"),
        *(
            pl.col(column).cast(pl.Float64 if part == "weight" else pl.String, strict=False).alias(part)
            if column is not None
            else pl.lit(None, dtype=pl.Float64 if part == "weight" else pl.String).alias(part)
            for part, column in wanted.items()
        ),
    ).unique(subset="household_id", keep="first", maintain_order=True)
