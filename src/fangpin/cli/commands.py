"""The commands of the main job.

Keeps   a command holds no rule: it reads options, calls the core, and prints
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

import fangpin as fp
from fangpin.cli.account import check_text
from fangpin.cli.door import DEBUG, DONE, JSON, LANG, PROBLEMS, answer, guarded, h, opened, progress, warn
from fangpin.identification.parts import engine_named
from fangpin.identification.verdict import STATUSES
from fangpin.reports.result import Result, Written
from fangpin.reports.staging import RUN
from fangpin.standards import Standard
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text

Lang = Annotated[str | None, LANG]
Json = Annotated[bool, JSON]
Debug = Annotated[bool, DEBUG]
Source = Annotated[
    Path,
    typer.Argument(
        help=h("表格所在文件夹，或由模板填好的工作簿", "folder of tables, or a workbook made from the template")
    ),
]
StandardId = Annotated[
    str, typer.Option("--standard", help=h("标准编号，如 national/seed_2021", "standard, such as national/seed_2021"))
]
Day = Annotated[str, typer.Option("--as-of", help=h("判定之日，如 2021-06-30", "the day, such as 2021-06-30"))]
RegionCode = Annotated[
    str | None,
    typer.Option(
        "--region",
        help=h(
            "行政区划代码：选择本地调整和线，不筛选农户", "region code: chooses overlay and line, never filters rows"
        ),
    ),
]
Overlays = Annotated[
    list[Path] | None, typer.Option("--overlay", help=h("本地调整文件，可给多个", "overlay file; may be repeated"))
]
Profile = Annotated[
    str | None,
    typer.Option(
        "--profile", help=h("映射方案：随附名称或 YAML 文件", "mapping profile: a shipped name or a YAML file")
    ),
]
Answers = Annotated[
    list[Path] | None,
    typer.Option(
        "--answers",
        help=h(
            "走访后填好的表（可给多个），盖在原有事实之上",
            "filled visit sheets, laid over what was known; may be repeated",
        ),
    ),
]
Out = Annotated[Path, typer.Option("--out", help=h("结果文件夹", "folder for the result"))]
Engine = Annotated[
    str,
    typer.Option(
        "--engine",
        help=h(
            "计算引擎：polars（本进程）或 spark（集群，或本机各核）",
            "engine: polars (this process) or spark (a cluster, or the cores of this machine)",
        ),
    ),
]


def _sources(path: Path, answers: list[Path] | None) -> Path | list[Path]:
    return [path, *answers] if answers else path


def _standard(standard_id: str, region: str | None, as_of: str, overlays: list[Path] | None) -> Standard:
    return fp.standard(standard_id, region=region, as_of=as_of, overlays=overlays or ())


@guarded
def template(
    out: Annotated[Path, typer.Argument(help=h("要写出的 .xlsx", "the .xlsx to write"))],
    lang: Lang = None,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    from fangpin.tables import template as workbook

    door = opened(lang, as_json, debug)
    if out.suffix.lower() != ".xlsx":
        raise UnusableInput("FP-CLI-003", Text("模板是 .xlsx 文件", "the template is an .xlsx file"), read=str(out))
    workbook.write(out)
    answer({"template": str(out)}, Text(f"已写出模板 {out}", f"template written to {out}")(door.lang))
    return DONE


@guarded
def check(
    paths: Annotated[list[Path], typer.Argument(help=h("要检查的文件夹或工作簿", "folders or workbooks to check"))],
    profile: Profile = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help=h(
                "写出问题工作簿（.xlsx）：原样的各表，问题标在格子上；改好后可再核对它",
                "write the findings workbook (.xlsx): the sheets as they were, problems marked in place; "
                "correct it and check it again",
            ),
        ),
    ] = None,
    findings: Annotated[
        Path | None,
        typer.Option(
            "--findings",
            help=h(
                "把问题清单写成表：.csv、.parquet 或 .json（按扩展名）",
                "write the findings as a table: .csv, .parquet or .json, by the ending",
            ),
        ),
    ] = None,
    draft: Annotated[
        Path | None,
        typer.Option(
            "--draft-profile",
            help=h(
                "写出导入方案草稿（YAML），猜测都标出；核对后用 --profile 带回",
                "write the draft of a profile (YAML), guesses marked; look it over, give it back with --profile",
            ),
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", help=h("疑点按哪一天算；不给则为今天", "the day of the quality checks; today if not given")
        ),
    ] = None,
    checks: Annotated[
        bool, typer.Option("--checks/--no-checks", help=h("是否做数据疑点检查", "whether to run the quality checks"))
    ] = True,
    exemptions: Annotated[
        Path | None,
        typer.Option("--exemptions", help=h("豁免清单（YAML 或 CSV）", "file of exemptions (YAML or CSV)")),
    ] = None,
    lang: Lang = None,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    from fangpin.intake.check import check as judge
    from fangpin.intake.check import refused
    from fangpin.intake.findings_table import check_path
    from fangpin.registry.checks import Examiner
    from fangpin.standards.resolve import read_day

    door = opened(lang, as_json, debug)
    if findings is not None:
        check_path(findings)
    if out is not None and out.suffix.lower() != ".xlsx":
        raise UnusableInput(
            "FP-CLI-003",
            Text("问题工作簿是 .xlsx 文件", "the findings workbook is an .xlsx file"),
            read=out.name,
            remedy=Text("列成表用 --findings", "for a table use --findings"),
        )
    day = date.today() if as_of is None else read_day(as_of)
    examiner = Examiner(day, exemptions=exemptions) if checks else None
    if draft is not None:
        _write_draft(draft, paths, profile)
    with progress(Text("读入并检查", "reading and checking")) as step:
        try:
            found = judge(paths, profile, progress=step, examiner=examiner)
        except UnusableInput as error:
            if draft is None:
                raise
            found = refused(error)
    if out is not None:
        for book in found.write_workbook(out, door.lang):
            warn(Text(f"问题工作簿 {book}", f"findings workbook {book}"))
    if findings is not None:
        found.write_table(findings, door.lang)
    answer(None if not as_json else found.to_json(door.lang), "" if as_json else check_text(found, door.lang))
    return found.exit_code


def _write_draft(draft: Path, paths: list[Path], profile: str | None) -> None:
    from fangpin.intake.check import draft_profile

    text = draft_profile(paths, profile)
    partial = draft.with_name(f".{draft.name}.partial")
    try:
        partial.write_text(text, "utf-8")
        partial.replace(draft)
    finally:
        partial.unlink(missing_ok=True)
    warn(Text(f"已写出导入方案草稿 {draft}", f"draft of a profile written to {draft}"))


@guarded
def identify(
    path: Source,
    standard: StandardId,
    as_of: Day,
    region: RegionCode = None,
    overlay: Overlays = None,
    profile: Profile = None,
    answers: Answers = None,
    engine: Engine = "polars",
    out: Out = Path("fangpin-out"),
    resume: Annotated[
        bool,
        typer.Option(
            "--resume", help=h("接着上次中断处做，已完成的部分不重做", "go on where an interrupted run stopped")
        ),
    ] = False,
    full_names: Annotated[
        bool,
        typer.Option(
            "--full-names",
            help=h(
                "报告中显示完整姓名（含个人信息，注意保管）", "show full names in the report (personal: keep it safe)"
            ),
        ),
    ] = False,
    lang: Lang = None,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    door = opened(lang, as_json, debug)
    engine_named(engine)
    rules = _standard(standard, region, as_of, overlay)
    if full_names:
        warn(Text("注意：报告将含完整姓名", "note: the report will contain full names"))
    with progress(Text("规则判定", "identifying")) as step:
        registry = fp.read(_sources(path, answers), profile=profile, progress=step)
        result = fp.identify(registry, rules, step, engine)
        with interruptible(out):
            written = result.write(out, lang=door.lang, names="full" if full_names else "masked", resume=resume)
    for part in written.failed:
        warn(part.finding().message)
    _tell_findings(written)
    answer(_written_json(written, rules), _written_text(written, rules, door.lang))
    return PROBLEMS if written.has_problems else DONE


@contextmanager
def interruptible(out: Path) -> Iterator[None]:
    """Says how to go on where an interrupt leaves finished parts."""
    try:
        yield
    except KeyboardInterrupt:
        if (out / RUN).is_dir():
            warn(Text("已完成的部分留着，加 --resume 继续", "finished parts stay: --resume goes on from them"))
        raise


def _tell_findings(written: Written) -> None:
    errors = sum(f.severity == "error" for f in written.findings)
    if errors or written.counts.refused:
        warn(
            Text(
                f"{written.counts.refused} 行被拒收，{errors} 处错误；详见报告或 fangpin check",
                f"{written.counts.refused} rows refused, {errors} errors; see the report or fangpin check",
            )
        )


def _written_json(written: Written, rules: Standard) -> dict[str, Any]:
    severities = [f.severity for f in written.findings]
    return {
        "out": str(written.folder),
        "verdicts": str(written.verdicts),
        "report": str(written.report),
        "manifest": str(written.folder / "manifest.json"),
        "households": written.households,
        "statuses": dict(written.statuses),
        "standard": {"id": rules.id, "hash": rules.hash, "as_of": rules.as_of.isoformat(), "region": rules.region},
        "line": float(rules.lower.yuan),
        "line_upper": float(rules.upper.yuan),
        "line_basis": rules.lower.basis("en"),
        **written.counts.to_json(),
        "engine": written.manifest["engine"],
        "failed_parts": [part.name for part in written.failed],
        "findings": {s: severities.count(s) for s in ("error", "warning", "info")},
    }


def _written_text(written: Written, rules: Standard, lang: str) -> str:
    total = max(written.households, 1)
    head = Text(
        f"{rules.title.zh} · {rules.as_of} · 规则判定 {written.households:,} 户",
        f"{rules.title.en} · {rules.as_of} · rule results of {written.households:,} households",
    )(lang)
    line = Text(
        f"低收入线 {rules.lower.yuan:,} {rules.currency.zh}（{rules.lower.basis.zh}）",
        f"line {rules.lower.yuan:,} {rules.currency.en} ({rules.lower.basis.en})",
    )(lang)
    rows = [f"  {STATUSES[s](lang)}　{n:,}　{n / total:.1%}" for s, n in written.statuses.items()]
    where = Text(
        f"报告 {written.report}\n结果 {written.verdicts}", f"report {written.report}\nresult {written.verdicts}"
    )(lang)
    return "\n".join([head, line, *rows, where])


@guarded
def explain(
    path: Source,
    household: Annotated[str, typer.Option("--household", help=h("户编号", "household_id"))],
    standard: StandardId,
    as_of: Day,
    region: RegionCode = None,
    overlay: Overlays = None,
    profile: Profile = None,
    answers: Answers = None,
    manifest: Annotated[
        Path | None,
        typer.Option(
            "--against",
            help=h(
                "以前判定的 manifest.json：哪个事实、规则或日期改变了结果",
                "manifest.json of an earlier run: which fact, rule or date changed the result",
            ),
        ),
    ] = None,
    lang: Lang = None,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    door = opened(lang, as_json, debug)
    rules = _standard(standard, region, as_of, overlay)
    registry = fp.read(_sources(path, answers), profile=profile)
    found = fp.explain(registry, rules, household, door.lang)
    data, text = found.to_json(door.lang) if as_json else {}, "" if as_json else found.text(door.lang)
    if manifest is not None:
        from fangpin.reports.against import against

        since = against(manifest, found, registry)
        data, text = {**data, "against": since.to_json(door.lang)}, "\n".join([text, since.text(door.lang)])
    answer(data, text)
    return DONE


@guarded
def visits(
    path: Source,
    standard: StandardId,
    as_of: Day,
    out: Out = Path("fangpin-visits"),
    region: RegionCode = None,
    overlay: Overlays = None,
    profile: Profile = None,
    lang: Lang = None,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    from fangpin.reports.visits import write_visits

    door = opened(lang, as_json, debug)
    rules = _standard(standard, region, as_of, overlay)
    with progress(Text("写走访表", "writing visit sheets")) as step:
        registry = fp.read(path, profile=profile, progress=step)
        files = write_visits(out, registry, rules, Result(registry, rules, step))
    answer(
        {"out": str(out), "sheets": [str(f) for f in files]},
        Text(f"写出 {len(files)} 个村的走访表到 {out}", f"visit sheets of {len(files)} villages written to {out}")(
            door.lang
        ),
    )
    return DONE


@guarded
def replay(
    manifest: Annotated[Path, typer.Argument(help=h("结果文件夹中的 manifest.json", "manifest.json of a result"))],
    engine: Annotated[
        str | None,
        typer.Option("--engine", help=h("换一个计算引擎：polars 或 spark", "another engine: polars or spark")),
    ] = None,
    lang: Lang = None,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    from fangpin.reports.replay import replay as again

    door = opened(lang, as_json, debug)
    with progress(Text("重做", "running again")) as step:
        found = again(manifest, step, engine)
    answer(found.to_json(), found.text(door.lang))
    return DONE if found.same else PROBLEMS


@guarded
def synth(
    out: Annotated[Path, typer.Argument(help=h("写到哪个文件夹", "folder to write"))],
    households: Annotated[int, typer.Option("--households", help=h("户数", "how many households"))],
    seed: Annotated[int, typer.Option("--seed", help=h("随机种子", "seed"))],
    county: Annotated[
        str | None, typer.Option("--county", help=h("县代码（六位）", "county code (six digits)"))
    ] = None,
    years: Annotated[int, typer.Option("--years", help=h("收入与措施的年数", "years of income and measures"))] = 1,
    until: Annotated[str, typer.Option("--until", help=h("最后一天", "the last day"))] = "2021-12-31",
    lang: Lang = None,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    from fangpin.standards.resolve import read_day
    from fangpin.synth import generate

    door = opened(lang, as_json, debug)
    with progress(Text("生成模拟数据", "generating")) as step:
        made = generate(out, households, seed, county=county, years=years, until=read_day(until), progress=step)
    data = {"out": str(out), "households": households, "seed": seed, "counties": len(made.counties), "synthetic": True}
    answer(
        data,
        Text(
            f"模拟数据：{households:,} 户写到 {out}，真值另存于 {out / 'truth'}",
            f"synthetic data: {households:,} households in {out}, their truth apart in {out / 'truth'}",
        )(door.lang),
    )
    return DONE
