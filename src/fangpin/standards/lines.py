"""Lines: how much income is low, where, on which day, on whose figures.

Reads   published statistics (reference), a standard's document and what its overlays set
Gives   lower_and_upper(...), monitoring_line(...)
Keeps   a line is set in whole fen, half up; what was used, its year and whether it is an estimate travel with it
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from fangpin.reference import regions, statistics
from fangpin.standards.documents import LineDocument, MonitoringLine, StandardDocument
from fangpin.standards.model import Line, Value
from fangpin.standards.overlays import Setting
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.money import whole_fen
from fangpin.vocabulary.text import Text


def lower_and_upper(
    doc: StandardDocument, values: Mapping[str, Value], chosen: Sequence[Setting], region: str | None, day: date
) -> tuple[Line, Line]:
    """The lower and the upper line; equal where the standard has one line only.

    Raises:
        UnusableInput: the line is not known at that place (本地标准未录入), no statistic was published by the day,
            or the upper line lies below the lower one.
    """
    own = _last(chosen, "line")
    monitored = _last(chosen, "monitoring_line")
    if monitored is not None and (own is None or doc.income.line.form == "monitoring_line"):
        line = _monitoring(monitored, day)
        return line, line
    form = own.value if own is not None else doc.income.line
    if form.form == "share_of_median":
        return _shares(values, chosen, region, day)
    if form.form == "monitoring_line":
        found = monitoring_line(doc, chosen, region, day)
        if found is None:
            raise _not_entered(region, day)
        return found, found
    line = _plain(form, own, doc)
    return line, line


def _last(chosen: Sequence[Setting], kind: str) -> Setting | None:
    found = [s for s in chosen if s.kind == kind]
    return found[-1] if found else None


def _not_entered(region: str | None, day: date) -> UnusableInput:
    where = (
        Text(f"{regions.name(region, 'zh')} {day}", f"{regions.name(region, 'en')} {day}")
        if region
        else Text(f"全国 {day}", f"the nation {day}")
    )
    return UnusableInput(
        "FP-STANDARD-004",
        Text("本地标准未录入", "the local line has not been entered"),
        place=where,
        expected=Text(
            "当地当年的监测标准（元/人·年）", "the place's own monitoring line of that year (yuan per person and year)"
        ),
        remedy=Text("用 --overlay 给出 monitoring_line 及其来源", "give monitoring_line and its source with --overlay"),
    )


def _plain(form: LineDocument, own: Setting | None, doc: StandardDocument) -> Line:
    source = own.source if own else f"{doc.source.document} {doc.source.place}".strip()
    if form.form == "multiple_of_dibao" and form.multiple and form.dibao_per_month:
        return _dibao(form.multiple, form.dibao_per_month, form.year, source, own.verified if own else True)
    if form.form == "absolute_yuan" and form.yuan is not None:
        yuan = whole_fen(form.yuan)
        return Line(
            yuan,
            form.form,
            Text(f"直接给定 {yuan} 元", f"set at {yuan} yuan"),
            form.year,
            source,
            verified=own.verified if own else True,
        )
    raise UnusableInput(
        "FP-STANDARD-015",
        Text("划线方式缺少数值", "the line's form lacks its figures"),
        read=form.form,
        expected=Text(
            "absolute_yuan 需要 yuan；multiple_of_dibao 需要 multiple 与 dibao_per_month",
            "absolute_yuan needs yuan; multiple_of_dibao needs multiple and dibao_per_month",
        ),
    )


def _dibao(multiple: float, per_month: float, year: int | None, source: str, verified: bool) -> Line:
    yuan = whole_fen(Decimal(str(multiple)) * Decimal(str(per_month)) * 12)
    basis = Text(
        f"当地农村低保标准 {per_month:g} 元/月 × 12 × {multiple:g}",
        f"local rural dibao {per_month:g} yuan a month × 12 × {multiple:g}",
    )
    return Line(yuan, "multiple_of_dibao", basis, year, source, verified=verified)


# -- monitoring lines ---------------------------------------------------------------------------------------
def monitoring_line(doc: StandardDocument, chosen: Sequence[Setting], region: str | None, day: date) -> Line | None:
    """The official monitoring line: the nation's without a region, else the place's own; None where it is not known."""
    own = _last(chosen, "monitoring_line") or _last(chosen, "line")
    if own is not None:
        return _monitoring(own, day) if own.kind == "monitoring_line" else _plain(own.value, own, doc)
    form = doc.income.line
    if region is not None or form.form != "monitoring_line" or form.yuan is None:
        return None
    yuan = whole_fen(form.yuan)
    return Line(
        yuan,
        "monitoring_line",
        _monitoring_basis(yuan, form.year, day),
        form.year,
        f"{doc.source.document} {form.relation}".strip(),
        outdated=_outdated(form.year, day),
        verified=doc.source.verified is True,
    )


def _monitoring(setting: Setting, day: date) -> Line:
    given: MonitoringLine = setting.value
    if given.yuan is not None:
        yuan = whole_fen(given.yuan)
        basis = _monitoring_basis(yuan, given.year, day)
        return Line(
            yuan,
            "monitoring_line",
            basis,
            given.year,
            setting.source,
            outdated=_outdated(given.year, day),
            verified=setting.verified,
        )
    per_month = (given.dibao or {}).get("value")
    if given.multiple_of != "dibao" or given.value is None or per_month is None:
        raise UnusableInput(
            "FP-STANDARD-015",
            Text("监测标准缺少数值", "the monitoring line lacks its figures"),
            place=setting.by,
            expected=Text(
                "yuan，或 multiple_of: dibao 与 value、dibao.value",
                "yuan, or multiple_of: dibao with value and dibao.value",
            ),
        )
    line = _dibao(given.value, float(per_month), given.year, setting.source, setting.verified)
    return Line(
        line.yuan,
        "monitoring_line",
        _with_age(line.basis, given.year, day),
        given.year,
        setting.source,
        outdated=_outdated(given.year, day),
        verified=setting.verified,
    )


def _with_age(basis: Text, year: int | None, day: date) -> Text:
    """A basis with its year, and that no later line is known where it is past."""
    if year is None:
        return basis
    old = _outdated(year, day)
    return Text(
        f"{year} 年，{basis.zh}{'，此后未见新标准' if old else ''}",
        f"{year}, {basis.en}{', no later one is known' if old else ''}",
    )


def _outdated(year: int | None, day: date) -> bool:
    return year is not None and day.year > year


def _monitoring_basis(yuan: Decimal, year: int | None, day: date) -> Text:
    old = _outdated(year, day)
    return Text(
        f"{year} 年监测标准 {yuan} 元{'，此后未见新标准' if old else ''}",
        f"monitoring line of {year}: {yuan} yuan{', no later one is known' if old else ''}",
    )


# -- shares of a median -------------------------------------------------------------------------------------
def _shares(values: Mapping[str, Value], chosen: Sequence[Setting], region: str | None, day: date) -> tuple[Line, Line]:
    if not {"line_share", "median"} <= values.keys():
        raise UnusableInput(
            "FP-STANDARD-015",
            Text("划线方式缺少数值", "the line's form lacks its figures"),
            read="share_of_median",
            remedy=Text(
                "标准没有 line_share 或 median；用 absolute_yuan",
                "the standard lacks line_share or median; use absolute_yuan",
            ),
        )
    median, basis, year, source, estimated, verified = _median(values, chosen, region, day)

    def line(name: str) -> Line:
        share = Decimal(str(values[name].value))
        said = Text(f"{basis.zh} × {share:%}".replace("%", " %"), f"{basis.en} × {share:%}".replace("%", " %"))
        return Line(whole_fen(median * share), "share_of_median", said, year, source, estimated, verified=verified)

    lower = line("line_share")
    one_line = "band" in values and values["band"].value == "choose"
    if "line_share_upper" not in values or one_line:
        return lower, lower
    upper = line("line_share_upper")
    if upper.yuan < lower.yuan:
        raise UnusableInput(
            "FP-STANDARD-016",
            Text("上线低于下线", "the upper line lies below the lower one"),
            read=f"{lower.yuan} > {upper.yuan}",
            place="line_share, line_share_upper",
        )
    return lower, upper


def _median(
    values: Mapping[str, Value], chosen: Sequence[Setting], region: str | None, day: date
) -> tuple[Decimal, Text, int, str, bool, bool]:
    own = _last(chosen, "median")
    if own is not None and own.value.published_on <= day:
        yuan = Decimal(str(own.value.yuan))
        return (
            yuan,
            Text(f"本地 {own.value.year} 年中位数 {yuan} 元", f"local median of {own.value.year}: {yuan} yuan"),
            own.value.year,
            own.value.source or own.source,
            False,
            own.verified,
        )
    if values["median"].value == "as_printed":
        printed = statistics.PRINTED_MEDIAN
        return (
            Decimal(printed.value),
            Text(
                f"论文印出的 {printed.year} 年中位数 {printed.value} 元",
                f"median of {printed.year} as printed in the paper: {printed.value} yuan",
            ),
            printed.year,
            printed.source,
            False,
            printed.verified,
        )
    return _published(region, day)


def _published(region: str | None, day: date) -> tuple[Decimal, Text, int, str, bool, bool]:
    try:
        national = statistics.rural_median(day)
    except LookupError as error:
        raise UnusableInput(
            "FP-STANDARD-017",
            Text("这一天之前没有公布过中位数", "no median was published by that day"),
            read=day.isoformat(),
        ) from error
    if region is None:
        basis = Text(
            f"全国农村居民 {national.year} 年人均可支配收入中位数 {national.value} 元（{national.published_on} 公布）",
            f"national rural median of {national.year}: {national.value} yuan (published {national.published_on})",
        )
        return national.value, basis, national.year, national.source, False, national.verified
    estimate: Any = statistics.provincial_median_estimate(region[:2] + "0000", day)
    return estimate.value, estimate.note, estimate.year, national.source, True, False
