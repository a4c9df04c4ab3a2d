"""Lines and head counts: fangpin line, table1, headcount.

Keeps   a command holds no rule: it reads options, calls the core, and prints
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

import typer

import fangpin as fp
from fangpin.cli.commands import Debug, Json, Lang, Overlays
from fangpin.cli.door import DONE, answer, guarded, h, opened, warn
from fangpin.intake.grouped_file import FORMAT, read_grouped
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text

SUFFIXES = (".html", ".csv", ".json", ".png", ".svg", ".txt")
Files = Annotated[
    list[Path] | None,
    typer.Option(
        "--out",
        help=h(
            "另写到文件，按后缀定格式：.html .csv .json .png .svg .txt，可给多个",
            "also write a file, its form by its suffix: .html .csv .json .png .svg .txt; may be repeated",
        ),
    ),
]
Region = Annotated[
    str | None,
    typer.Option("--region", help=h("行政区划代码；不给则为全国", "region code; the nation without")),
]
Basis = Annotated[
    str | None,
    typer.Option(
        "--basis",
        help=h("表的口径：household 按户，person 按人", "of what the groups are shares: household or person"),
    ),
]
Population = Annotated[
    float | None,
    typer.Option("--population", help=h("农村人口，万人", "rural population, in 10,000 persons")),
]
Mean = Annotated[float | None, typer.Option("--mean", help=h("公布的均值，元", "published mean, yuan"))]
Median = Annotated[float | None, typer.Option("--median", help=h("公布的中位数，元", "published median, yuan"))]


class Page:
    """What a command has to say, in every form."""

    def __init__(
        self,
        data: dict[str, Any],
        title: Text,
        sections: Callable[[str, bool], Sequence[Any]],
        rows: Callable[[], list[dict[str, Any]]],
        picture: Callable[[str], Any],
        meta: Sequence[tuple[Text, Text]] = (),
    ) -> None:
        self.data, self.title, self.sections, self.rows, self.picture = data, title, sections, rows, picture
        self.meta = meta

    def written(self, path: Path, lang: str) -> str | bytes:
        """The file's content, by its suffix."""
        from fangpin.reports import page, svg

        kind = path.suffix.lower().lstrip(".")
        if kind == "html":
            return page.html(self.title, self.meta, lambda one: self.sections(one, True), lang, fp.__version__)
        if kind == "json":
            return json.dumps(self.data, ensure_ascii=False, indent=1, default=str) + "\n"
        if kind == "csv":
            return _csv(self.rows())
        if kind == "txt":
            return page.text(self.sections(lang, False), lang) + "\n"
        return svg.standalone(self.picture(lang), kind)

    def finish(self, files: list[Path] | None, lang: str) -> int:
        """Write what was asked for, then answer."""
        from fangpin.reports import page

        wanted = files or []
        for path in wanted:
            if path.suffix.lower() not in SUFFIXES:
                raise UnusableInput(
                    "FP-LINE-002",
                    Text("不认识的文件后缀", "an unknown suffix"),
                    read=str(path),
                    expected=Text(" ".join(SUFFIXES), " ".join(SUFFIXES)),
                )
            if not path.absolute().parent.is_dir():
                raise UnusableInput("FP-LINE-003", Text("没有这个文件夹", "no such folder"), read=str(path.parent))
        ready = [(path, self.written(path, lang)) for path in wanted]
        for path, content in ready:
            page.write(path, content)
            warn(Text(f"写出 {path}", f"written: {path}"))
        answer(self.data, page.text(self.sections(lang, False), lang))
        return DONE


def _csv(rows: list[dict[str, Any]]) -> str:
    """Rows with every column any of them has; the mark lets Excel read Chinese."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return "\ufeff" + out.getvalue()


@guarded
def table1(out: Files = None, lang: Lang = None, as_json: Json = False, debug: Debug = False) -> int:
    from fangpin.evaluation.table1 import table_1
    from fangpin.reports import lines as said
    from fangpin.reports import lines_charts

    door = opened(lang, as_json, debug)
    found = table_1()
    page = Page(
        found.to_json(door.lang),
        said.TITLE_TABLE_1,
        lambda one, pictures: said.table1_sections(found, one, pictures),
        lambda: said.table1_rows(found),
        lambda one: lines_charts.methods(found.scenarios[1].comparison, found.rural, one),
    )
    return page.finish(out, door.lang)


@guarded
def line(
    year: Annotated[int, typer.Option("--year", help=h("统计年份", "year of the statistics"))],
    region: Region = None,
    share: Annotated[
        list[str] | None,
        typer.Option(
            "--share", help=h("占中位数的比例，可给多个；缺省 0.40 0.45 0.50", "share of the median; may be repeated")
        ),
    ] = None,
    overlay: Overlays = None,
    table: Annotated[
        Path | None,
        typer.Option(
            "--table", help=h("当地自己的分组表（格式同 headcount）", "the place's own table, as for headcount")
        ),
    ] = None,
    basis: Basis = None,
    mean: Mean = None,
    median: Median = None,
    population: Population = None,
    total_population: Annotated[
        float | None, typer.Option("--total-population", help=h("总人口，万人", "total population, in 10,000 persons"))
    ] = None,
    out: Files = None,
    lang: Lang = None,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    from fangpin.evaluation.lines import SHARES, lines
    from fangpin.reports import lines as said
    from fangpin.reports import lines_charts

    door = opened(lang, as_json, debug)
    shares = tuple(_share(text) for text in share) if share else SHARES
    own = None if table is None else read_grouped(table, basis, mean=mean, median=median)
    rural, total = _persons(population, "--population"), _persons(total_population, "--total-population")
    found = lines(year, region, shares, tuple(overlay or ()), own, rural, total)
    levels = {f"{one.share:.0%}" if one.share is not None else "—": float(one.line.yuan) for one in found.lines}
    page = Page(
        found.to_json(door.lang),
        said.TITLE_LINES,
        lambda one, pictures: said.lines_sections(found, one, pictures),
        lambda: said.lines_rows(found),
        lambda one: lines_charts.methods(found.table.compare(levels, year), found.rural, one),
    )
    return page.finish(out, door.lang)


def _share(text: str) -> Decimal:
    """A share of the median: 0.40, 40% or 40 %."""
    plain = text.strip().replace(" ", "")
    try:
        return Decimal(plain[:-1]) / 100 if plain.endswith("%") else Decimal(plain)
    except InvalidOperation as error:
        raise UnusableInput(
            "FP-LINE-001",
            Text("占中位数的比例应在 0 与 1 之间", "a share of the median lies between 0 and 1"),
            read=text,
            expected=Text("如 0.40", "such as 0.40"),
        ) from error


def _persons(value: float | None, option: str) -> float | None:
    if value is None:
        return None
    if not 0 < value < 1e6:
        raise UnusableInput(
            "FP-LINE-004",
            Text("人口以万人计，应大于 0", "a population in 10,000 persons, above 0"),
            place=option,
            read=f"{value:g}",
        )
    return value * 1e4


@guarded
def headcount(
    table: Annotated[
        Path,
        typer.Option(
            "--table", help=h(f"分组表：CSV 或工作簿。{FORMAT.zh}", f"a grouped table: CSV or workbook; {FORMAT.en}")
        ),
    ],
    line: Annotated[
        list[float],
        typer.Option("--line", help=h("线，元/人·年，可给多个", "line, yuan per person and year; may be repeated")),
    ],
    basis: Basis = None,
    mean: Mean = None,
    median: Median = None,
    population: Population = None,
    year: Annotated[int | None, typer.Option("--year", help=h("数据年份", "year of the data"))] = None,
    line_year: Annotated[int | None, typer.Option("--line-year", help=h("线的年份", "year of the line"))] = None,
    method: Annotated[
        str | None,
        typer.Option(
            "--method",
            help=h(
                "只用一种方法，如 gb2、lorenz_gq、linear_cdf", "one method only, such as gb2, lorenz_gq, linear_cdf"
            ),
        ),
    ] = None,
    criterion: Annotated[
        str | None,
        typer.Option("--criterion", help=h("拟合准则：log_means、lorenz、gmm", "criterion: log_means, lorenz, gmm")),
    ] = None,
    out: Files = None,
    lang: Lang = None,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    from fangpin.evaluation.headcounts import headcounts
    from fangpin.reports import lines as said
    from fangpin.reports import lines_charts

    door = opened(lang, as_json, debug)
    people = _persons(population, "--population")
    grouped = read_grouped(table, basis, mean=mean, median=median, population=people, year=year)
    found = headcounts(grouped, line, line_year, method, criterion)
    page = Page(
        found.to_json(door.lang),
        said.TITLE_HEADCOUNT,
        lambda one, pictures: said.headcount_sections(found, one, pictures),
        lambda: said.headcount_rows(found.comparison),
        lambda one: lines_charts.methods(found.comparison, people, one),
    )
    return page.finish(out, door.lang)
