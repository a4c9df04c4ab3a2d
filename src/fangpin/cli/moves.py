"""Who moves: two sides compared, and what a result hangs on.

Keeps   a command holds no rule: it reads options, calls the core, and prints
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

import fangpin as fp
from fangpin.cli.commands import Day, Debug, Json, Lang, Overlays, Profile, RegionCode, Source, StandardId
from fangpin.cli.door import DONE, answer, guarded, h, opened, progress, warn
from fangpin.standards import Standard
from fangpin.standards.prices import prices_for
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text

Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help=h("只用于另一方：改一个参数试算，如 k=2，可给多个", "try a parameter on the other side, such as k=2"),
    ),
]


@guarded
def compare(
    path: Source,
    standard: StandardId,
    as_of: Day,
    against: Annotated[
        str | None,
        typer.Option(
            "--against", help=h("另一个标准；不给则仍为同一标准", "the other standard; the same one if not given")
        ),
    ] = None,
    region: RegionCode = None,
    overlay: Overlays = None,
    against_overlay: Annotated[
        list[Path] | None,
        typer.Option("--against-overlay", help=h("只用于另一方的本地调整", "overlay for the other side only")),
    ] = None,
    against_as_of: Annotated[
        str | None, typer.Option("--against-as-of", help=h("另一方的日期", "the other side's day"))
    ] = None,
    against_data: Annotated[
        Path | None,
        typer.Option("--against-data", help=h("另一方的数据：文件夹或工作簿", "the other side's folder or workbook")),
    ] = None,
    changes: Changes = None,
    prices: Annotated[
        Path | None,
        typer.Option(
            "--prices",
            help=h("价格表（YAML）；没有价格表就不显示费用", "price list (YAML); without one no cost is shown"),
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help=h("写出页面与变动表到文件夹", "write a page and the table of moves into a folder")),
    ] = None,
    profile: Profile = None,
    lang: Lang = None,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    door = opened(lang, as_json, debug)
    one = fp.standard(standard, region=region, as_of=as_of, overlays=overlay or ())
    others = [*(overlay or []), *(against_overlay or [])]
    if against and against.endswith((".yaml", ".yml")) and not against_overlay and _is_overlay(Path(against)):
        others, against = [*(overlay or []), Path(against)], standard
    two = fp.standard(against or standard, region=region, as_of=against_as_of or as_of, overlays=others)
    two = _changed(two, changes)
    listed = prices_for(region, two.as_of, prices)
    with progress(Text("比较", "comparing")) as step:
        registry = fp.read(path, profile=profile, progress=step)
        other = None if against_data is None else fp.read(against_data, profile=profile, progress=step)
        found = fp.compare(registry, one, two, step, against=other, prices=listed)
    if out is not None:
        from fangpin.reports import moves

        page = moves.write(found, out, door.lang)
        warn(Text(f"页面 {page}", f"page {page}"))
    answer(found.to_json() if as_json else None, "" if as_json else found.text(door.lang))
    return DONE


@guarded
def sensitivity(
    path: Source,
    standard: StandardId,
    as_of: Day,
    region: RegionCode = None,
    overlay: Overlays = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help=h("写出页面、各变化与各户到文件夹", "write a page, the variants and the households into a folder"),
        ),
    ] = None,
    profile: Profile = None,
    lang: Lang = None,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    door = opened(lang, as_json, debug)
    chosen = fp.standard(standard, region=region, as_of=as_of, overlays=overlay or ())
    with progress(Text("敏感性分析", "sensitivity")) as step:
        found = fp.sensitivity(fp.read(path, profile=profile, progress=step), chosen, step)
    if out is not None:
        from fangpin.reports import sensitivity as pages

        page = pages.write(found, out, door.lang)
        warn(Text(f"页面 {page}", f"page {page}"))
    answer(found.to_json(door.lang) if as_json else None, "" if as_json else found.text(door.lang))
    return DONE


def _is_overlay(path: Path) -> bool:
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    return any(s.startswith("changes:") for s in lines) and not any(s.startswith("income:") for s in lines)


def _changed(standard: Standard, changes: list[str] | None) -> Standard:
    """The standard with the values given as NAME=VALUE."""
    found: dict[str, Any] = {}
    for said in changes or ():
        name, equals, value = said.partition("=")
        if not (name.strip() and equals and value.strip()):
            raise UnusableInput(
                "FP-CLI-013",
                Text("参数应写成 名称=值", "a parameter is written as NAME=VALUE"),
                read=said,
                expected=Text("如 k=2 或 H3.age_min=71", "such as k=2 or H3.age_min=71"),
            )
        try:
            found[name.strip()] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise UnusableInput(
                "FP-CLI-013", Text("参数的值读不懂", "the value of a parameter cannot be read"), read=said
            ) from error
    return standard.with_changes(found) if found else standard


__all__ = ["compare", "sensitivity"]
