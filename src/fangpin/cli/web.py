"""The web application: fangpin web, fangpin audit.

Gives   web, audit commands; `serve_demo` for the demo
Keeps   this module imports no Django: where it is not installed the message says how to get it
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from fangpin.cli.commands import Debug, Json, Lang
from fangpin.cli.door import DONE, PROBLEMS, answer, guarded, h, opened
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text

PORT = 8123
Data = Annotated[
    Path | None,
    typer.Option("--data", envvar="FANGPIN_DATA", help=h("数据文件夹", "folder of the data")),
]
Port = Annotated[int, typer.Option("--port", envvar="PORT", help=h("端口", "port"), min=1, max=65535)]
Host = Annotated[
    str,
    typer.Option(
        "--host",
        help=h("监听的地址；给别的机器用时写 0.0.0.0", "address to listen on; 0.0.0.0 serves other machines too"),
    ),
]


def require_web() -> None:
    """Raises UnusableInput where the web application is not installed."""
    missing = [name for name in ("django", "allauth", "gunicorn", "django_tasks_db") if find_spec(name) is None]
    if missing:
        raise UnusableInput(
            "FP-WEB-005",
            Text("网页程序没有安装", "the web application is not installed"),
            read=", ".join(missing),
            remedy=Text('pip install "fangpin[web]"', 'pip install "fangpin[web]"'),
        )


@guarded
def web(
    port: Port = PORT,
    data: Data = None,
    demo: Annotated[
        bool,
        typer.Option("--demo", help=h("演示：模拟县，每种角色一个账号", "demo: a generated county, an account a role")),
    ] = False,
    host: Host = "127.0.0.1",
    region: Annotated[
        str | None,
        typer.Option("--region", help=h("首次启动：本县代码", "first start: the code of the county")),
    ] = None,
    lang: Lang = None,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    door = opened(lang, as_json, debug)
    require_web()
    from fangpin.web import start

    def said(text: Text) -> None:
        print(text(door.lang), file=sys.stderr, flush=True)

    def ready(address: str) -> None:
        print(f"fangpin web ready: {address}", flush=True)

    return start.web(host, port, data or Path("fangpin-data"), ready, said, demo=demo, region=region)


audit_app = typer.Typer(
    help=h("审计记录：核对、导出", "the audit: verify, export"), no_args_is_help=True, rich_markup_mode=None
)


@guarded
def verify(data: Data = None, lang: Lang = None, as_json: Json = False, debug: Debug = False) -> int:
    door = opened(lang, as_json, debug)
    require_web()
    from fangpin.web import start

    found = start.verify_audit(data or Path("fangpin-data"))
    word = Text("完整", "whole") if found.whole else Text("不完整", "NOT whole")
    head = Text(
        f"审计链{word.zh}：{found.seals} 个封存，{found.sealed:,} 条已封，{found.unsealed:,} 条待封\n末端 {found.head}",
        f"the chain is {word.en}: {found.seals} seals, {found.sealed:,} entries sealed, {found.unsealed:,} waiting\n"
        f"head {found.head}",
    )(door.lang)
    answer(
        {
            "whole": found.whole,
            "seals": found.seals,
            "sealed": found.sealed,
            "unsealed": found.unsealed,
            "head": found.head,
            "problems": found.problems,
        },
        "\n".join([head, *found.problems]),
    )
    return DONE if found.whole else PROBLEMS


@guarded
def export(
    out: Annotated[Path, typer.Argument(help=h("写到哪个文件（JSON 行）", "file to write (JSON lines)"))],
    data: Data = None,
    lang: Lang = None,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    door = opened(lang, as_json, debug)
    require_web()
    from fangpin.web import start

    count = start.export_audit(data or Path("fangpin-data"), out)
    answer({"out": str(out), "lines": count}, Text(f"{count:,} 行写到 {out}", f"{count:,} lines in {out}")(door.lang))
    return DONE


audit_app.command(
    name="verify",
    help=h("核对哈希链；完整时退出码 0，有改动或缺失 1", "verify the hash chain; exit 0 if it is whole, else 1"),
)(verify)
audit_app.command(
    name="export",
    help=h("导出，供外部脚本核对", "write it out, for a check by a script from outside"),
)(export)
