"""What the commands of the web application do.

Gives   web(...): prepare, first accounts, serve; verify_audit, export_audit
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fangpin.reference import regions
from fangpin.vocabulary.text import Text
from fangpin.web import supervise

Say = Callable[[Text], None]
COUNTY = "350526"


def web(
    host: str,
    port: int,
    data: Path,
    ready: Callable[[str], None],
    say: Say,
    *,
    demo: bool = False,
    region: str | None = None,
) -> int:
    """Serve a data folder, new or old; the exit code."""
    county = regions.require(region or COUNTY).code if region or demo else None
    supervise.require_free(host, port)
    supervise.prepare(data, demo=demo)
    if demo:
        _demo(data, county or COUNTY, say)
    else:
        _first_start(county or COUNTY, say)
    return supervise.run(host, port, ready)


def _first_start(county: str, say: Say) -> None:
    from fangpin.web.accounts.actions import first_administrator

    made = first_administrator(county)
    if made is not None:
        name, once = made
        say(
            Text(
                f"首次启动：管理员账号 {name}，一次性口令 {once}（只显示这一次；登录后先改口令，再设第二验证）",
                f"first start: administrator {name}, one-time password {once} (shown this once; after signing in, "
                "change it and set up the second factor)",
            )
        )


def _demo(data: Path, county: str, say: Say) -> None:
    from fangpin.web.accounts.demo import demo_accounts

    village = _first_village(county)
    accounts = demo_accounts(data, county, village)
    say(Text("演示账号（accounts.json）：", "demo accounts (accounts.json):"))
    for one in accounts:
        said = f"  {one['role']:20} {one['username']:20} {one['password']:14} {one['region_code']}"
        say(Text(said, said))


def _first_village(county: str) -> str:
    town = next(iter(regions.children(county)))
    return next(iter(regions.children(town.code))).code


def verify_audit(data: Path) -> Any:
    """What verifying the chain finds."""
    supervise.prepare(data, demo=False)
    from fangpin.web.audit.queries import verify

    return verify()


def export_audit(data: Path, out: Path) -> int:
    """Write the sealed audit as JSON lines; how many."""
    supervise.prepare(data, demo=False)
    from fangpin.web.audit.queries import lines

    partial, count = out.with_name(f".{out.name}.partial"), 0
    with partial.open("w", encoding="utf-8") as file:
        for line in lines():
            file.write(line + "\n")
            count += 1
    partial.replace(out)
    return count
