"""The web application: fangpin web, fangpin demo, fangpin audit.

Gives   web, demo, the audit commands
Keeps   this module imports no Django: where it is not installed the message says how to get it
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from fangpin.cli.commands import Debug, Json, Lang
from fangpin.cli.door import DONE, PROBLEMS, answer, guarded, h, opened, progress, warn
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


def require_free(host: str, port: int) -> None:
    """Raises UnusableInput where the web application is not installed or the port is taken."""
    require_web()
    from fangpin.web import supervise

    supervise.require_free(host, port)


@guarded
def web(
    port: Port = PORT,
    data: Data = None,
    demo: Annotated[
        bool,
        typer.Option("--demo", help=h("演示：模拟县，每种角色一个账号", "demo: a generated county, an account a role")),
    ] = False,
    host: Host = "127.0.0.1",
    households: Annotated[
        int,
        typer.Option("--households", envvar="HOUSEHOLDS", help=h("演示县的户数", "households of the demo's county")),
    ] = 2_000,
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

    folder = (data or Path("fangpin-data")).absolute()
    if demo:
        return serve_demo(
            host, port, folder, folder, lambda: generated(folder / "county", households), door.lang, "web"
        )
    return start.web(host, port, folder, ready("web"), saying(door.lang), region=region)


def saying(lang: str) -> Callable[[Text], None]:
    """Says a text on standard error."""
    return lambda text: print(text(lang), file=sys.stderr, flush=True)


def ready(what: str) -> Callable[[str], None]:
    """Says where the pages are, on standard output."""
    return lambda address: print(f"fangpin {what} ready: {address}", flush=True)


def generated(folder: Path, households: int) -> Path:
    """A generated county in a folder; what is there already stays."""
    from fangpin.cli.demo import COUNTY, SEED
    from fangpin.synth import generate

    if not (folder / "household.parquet").exists():
        with progress(Text("生成模拟数据", "generating")) as step:
            generate(folder, households, SEED, county=COUNTY, progress=step)
    return folder


def serve_demo(
    host: str, port: int, data: Path, accounts: Path, county: Callable[[], Path], lang: str, what: str
) -> int:
    """The demo's site in the foreground until it is asked to stop."""
    from fangpin.cli.demo import COUNTY, DAY
    from fangpin.web import start

    return start.demo(
        host,
        port,
        data,
        ready(what),
        saying(lang),
        county=county,
        day=date.fromisoformat(DAY),
        accounts=accounts,
        region=COUNTY,
    )


@guarded
def demo(
    folder: Annotated[Path | None, typer.Option("--dir", envvar="DEMO_DIR", help=h("演示文件夹", "folder"))] = None,
    households: Annotated[
        int,
        typer.Option("--households", envvar="HOUSEHOLDS", help=h("模拟县户数", "households of the generated county")),
    ] = 20_000,
    serve: Annotated[
        bool,
        typer.Option("--web", help=h("随后启动网页程序，直到中断", "then serve the web application until interrupted")),
    ] = False,
    port: Port = PORT,
    lang: Lang = None,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    from fangpin.cli.demo import run

    door = opened(lang, as_json, debug)
    place = (folder or Path("fangpin-demo")).absolute()
    if serve:
        require_free("127.0.0.1", port)
        run(place, households, door.lang)
        return serve_demo("127.0.0.1", port, place / "web", place, lambda: place / "data", door.lang, "demo")
    found = run(place, households, door.lang)
    told = f"fangpin demo ready: {found['ready']}"
    if as_json:
        warn(Text(told, told))
    answer(found, told)
    return DONE


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
