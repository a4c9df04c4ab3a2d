"""fangpin process: the procedure from a clue to the end of help; show, check and test it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import fangpin as fp
from fangpin.cli.commands import Debug, Json, Lang, RegionCode
from fangpin.cli.door import DONE, PROBLEMS, UNUSABLE, answer, guarded, h, opened
from fangpin.cli.standard import OptionalDay, mistake
from fangpin.standards.process import process, stories
from fangpin.standards.process.resolve import read_draft
from fangpin.standards.resolve import read_day
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text

process_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help=h(
        "程序：谁在什么状态能做什么、时限、表决、文书", "the procedure: who may do what when; limits, votes, papers"
    ),
)
Out = Annotated[
    Path | None,
    typer.Option("--out", help=h("另写成网页 .html 或程序图 .svg", "also write it as a page .html or a drawing .svg")),
]


@process_app.command(
    help=h("一地一日的程序，每个时限的来源和状态", "the procedure of a place on a day, each limit with its source")
)
@guarded
def show(
    region: RegionCode = None,
    as_of: OptionalDay = None,
    out: Out = None,
    lang: Lang = None,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    from fangpin.reports import page, procedure
    from fangpin.reports.procedure_drawing import drawing

    door = opened(lang, as_json, debug)
    rules = process(region, None if as_of is None else read_day(as_of))
    if out is not None:
        kinds = {
            ".html": lambda: procedure.html(rules, door.lang, fp.__version__),
            ".svg": lambda: drawing(rules, door.lang),
        }
        if out.suffix.lower() not in kinds or not out.parent.is_dir():
            raise UnusableInput(
                "FP-PROCESS-007",
                Text("写不了这个文件", "this file cannot be written"),
                read=str(out),
                expected=Text("已有文件夹里的 .html 或 .svg", "an .html or .svg in a folder that is there"),
            )
        page.write(out, kinds[out.suffix.lower()]())
    answer(procedure.to_json(rules, door.lang), page.text(procedure.sections(rules, door.lang), door.lang))
    return DONE


@process_app.command(help=h("检查程序文件或本地调整，指出行列", "check a procedure or a county's change of it"))
@guarded
def check(
    path: Annotated[Path, typer.Argument(help=h("YAML 文件", "a YAML file"))],
    lang: Lang = None,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    door = opened(lang, as_json, debug)
    if not path.is_file():
        raise UnusableInput("FP-CLI-004", Text("没有这个文件", "no such file"), read=str(path))
    try:
        notes = [note(door.lang) for note in read_draft(path)]
    except UnusableInput as error:
        answer({"file": str(path), "ok": False, "mistakes": [mistake(error, door.lang)]}, error.message(door.lang))
        return UNUSABLE
    good = Text(f"{path} 没有错误", f"{path} has no mistakes")(door.lang)
    answer({"file": str(path), "ok": True, "mistakes": [], "remarks": notes}, "\n".join([good, *notes]))
    return DONE


@process_app.command(help=h("运行随程序写下的故事", "run the worked stories written beside the procedure"))
@guarded
def test(lang: Lang = None, as_json: Json = False, debug: Debug = False) -> int:
    door = opened(lang, as_json, debug)
    told = stories.read()
    failed = [line for story in told for line in stories.run(story)]
    text = Text(f"{len(told)} 个故事，{len(failed)} 处不符", f"{len(told)} stories, {len(failed)} differences")
    answer({"stories": len(told), "failed": failed}, "\n".join([*failed, text(door.lang)]))
    return PROBLEMS if failed else DONE
