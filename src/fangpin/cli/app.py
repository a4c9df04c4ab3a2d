"""The application: which commands there are.

Gives   app, main
"""

from __future__ import annotations

from typing import NoReturn

import typer

from fangpin.cli.code import code
from fangpin.cli.commands import check, explain, identify, replay, synth, template, visits
from fangpin.cli.doctor import doctor
from fangpin.cli.door import h
from fangpin.cli.history import history
from fangpin.cli.lines import headcount, line, table1
from fangpin.cli.moves import compare, sensitivity
from fangpin.cli.paper import paper
from fangpin.cli.process import process_app
from fangpin.cli.region import region
from fangpin.cli.standard import standard_app
from fangpin.cli.usage import run
from fangpin.cli.web import audit_app, demo, web

app = typer.Typer(
    name="fangpin",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help=h("防贫：从县里的表格到一份说得清理由的农户名单", "from a county's files to an explained list of households"),
)
for command, text in (
    (template, h("写出填报用的 Excel 模板", "write the Excel workbook for input")),
    (check, h("读入并逐行检查", "read and judge every row")),
    (identify, h("按标准作规则判定，写出结果和报告", "run the standard; write verdicts, manifest and report")),
    (explain, h("说明一户的结果、理由、要问的事", "explain one household: result, reasons, what to ask")),
    (
        history,
        h("一户的历史：逐日得知了什么、来自谁、改变了什么", "one household's history, as it was learned"),
    ),
    (visits, h("按村写出只含待问事项的走访表", "write, per village, a sheet with only the facts to ask")),
    (
        compare,
        h(
            "谁变动：比较两个标准、两份调整、两个日期或两份数据，谁进入、谁退出、因哪项指标、来自标准还是事实",
            "who moves between two standards, overlays, days or sets of data, and what decided it: rule or facts",
        ),
    ),
    (
        sensitivity,
        h(
            "结果取决于什么：每个门槛上下一步、k ± 1、少计一项、条文的另一种读法，各使谁变动，谁始终符合",
            "what a result hangs on: each threshold, k ± 1, one indicator left out, a clause read otherwise",
        ),
    ),
    (replay, h("按清单重做一次，并指出不同", "run a manifest again and name what differs")),
    (line, h("一年一地的低收入线与线下人口", "the low-income lines of a year and place, and persons below them")),
    (
        table1,
        h("论文的表 1：复算、各种方法、范围与回测", "the paper's Table 1: reproduced, by every method, with its range"),
    ),
    (headcount, h("任何分组表的线下比例", "the share below a line from anybody's grouped table")),
    (synth, h("生成模拟县数据", "generate a synthetic county")),
    (
        region,
        h(
            "按代码、名称、地址或拼音查区划；有几处说得通就都列出。找到时退出码 0，没有找到（列出相近的）时 1",
            "find a region by code, name, address or pinyin; every place that fits is listed. Exit 0 if something was "
            "found, 1 if nothing was (what is nearest is listed)",
        ),
    ),
    (
        doctor,
        h(
            "这台机器装了什么、缺什么、怎么补；命令要用的都在时退出码 0，缺了 1",
            "what is installed, what is missing and how to mend it; exit 0 if all that commands need is there, else 1",
        ),
    ),
    (code, h("一个代码（FP-…）的说明：原因、例子、办法", "what a code (FP-…) means: cause, example, remedy")),
    (
        paper,
        h(
            "官方文书的 PDF：空白，或按数据填好；不写编号则全列",
            "an official paper as PDF, blank or filled in; else all",
        ),
    ),
    (
        web,
        h(
            "网页程序与后台进程，一条命令启动；SIGTERM 或 Ctrl-C 一并停止",
            "the web application and its background worker, started and ended together",
        ),
    ),
    (demo, h("演示：问卷数据与模拟县各跑一遍", "the main job on survey data and on a generated county")),
):
    app.command(name=command.__name__, help=text)(command)
app.add_typer(standard_app, name="standard")
app.add_typer(audit_app, name="audit")
app.add_typer(process_app, name="process")


def main() -> NoReturn:
    """The console script: ends with the exit code of the call."""
    raise SystemExit(run(app))
