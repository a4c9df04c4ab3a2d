"""What the commands of the web application do.

Gives   web(...), demo(...): prepare, first accounts, serve; verify_audit, export_audit
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from django.db.models import Count

from fangpin.reference import regions
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text
from fangpin.web import config, supervise

Say = Callable[[Text], None]
COUNTY = "350526"


def web(host: str, port: int, data: Path, ready: Callable[[str], None], say: Say, *, region: str | None = None) -> int:
    """Serve a data folder, new or old, until asked to stop; the exit code."""
    county = regions.require(region or COUNTY).code
    supervise.require_free(host, port)
    supervise.prepare(data, demo=False)
    _first_start(county, say)
    return supervise.run(host, port, ready)


def demo(
    host: str,
    port: int,
    data: Path,
    ready: Callable[[str], None],
    say: Say,
    *,
    county: Callable[[], Path],
    day: date,
    accounts: Path,
    region: str = COUNTY,
) -> int:
    """The same with a generated county and an account a role.

    Args:
        county: Makes the county's tables and tells where they are; asked only where the registers are empty.
        day: The day of the rule run.
        accounts: The folder of accounts.json.
    """
    supervise.require_free(host, port)
    # the reports of the main job stand beside the accounts
    os.environ.setdefault("FANGPIN_REPORTS", str(accounts.absolute()))
    os.environ.setdefault("FANGPIN_REPORTS_REGION", region)
    supervise.prepare(data, demo=True)
    _load(county, day, region, say)
    _accounts(accounts, region, say)
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


def _load(county: Callable[[], Path], day: date, region: str, say: Say) -> None:
    from fangpin.web.registers.load import load
    from fangpin.web.registers.models import CurrentHousehold

    if CurrentHousehold.objects.exists():
        return
    folder = county()
    say(Text("装入登记", "loading the registers"))
    load(folder, day=day, region=region)


def _accounts(folder: Path, region: str, say: Say) -> None:
    from fangpin.web.accounts.demo import demo_accounts
    from fangpin.web.registers.models import CurrentHousehold

    places = CurrentHousehold.objects.values_list("region_code", flat=True)
    found = places.annotate(n=Count("id")).order_by("-n", "region_code")
    village = next(iter(found), None) or _first_village(region)
    own = CurrentHousehold.objects.filter(region_code=village).order_by("household_id")
    accounts = demo_accounts(folder, region, village, list(own.values_list("household_id", flat=True)[:8]))
    say(Text(f"演示账号（{folder / 'accounts.json'}）：", f"demo accounts ({folder / 'accounts.json'}):"))
    for one in accounts:
        said = f"  {one['role']:20} {one['username']:20} {one['password']:14} {one['region_code']}"
        say(Text(said, said))


def _first_village(county: str) -> str:
    town = next(iter(regions.children(county)))
    return next(iter(regions.children(town.code))).code


def _existing(data: Path) -> None:
    """Raises UnusableInput where there is no data folder to look at; nothing is made."""
    if config.database(data)["ENGINE"].endswith("sqlite3") and not Path(config.database(data)["NAME"]).exists():
        raise UnusableInput(
            "FP-WEB-010",
            Text("这里没有网页程序的数据", "there are no data of the web application here"),
            place=str(data),
            remedy=Text("用 --data 指明数据文件夹", "name the data folder with --data"),
        )


def verify_audit(data: Path) -> Any:
    """What verifying the chain finds."""
    _existing(data)
    supervise.prepare(data, demo=False)
    from fangpin.web.audit.queries import verify

    return verify()


def export_audit(data: Path, out: Path) -> int:
    """Write the sealed audit as JSON lines; how many."""
    _existing(data)
    supervise.prepare(data, demo=False)
    from fangpin.web.audit.queries import lines

    partial, count = out.with_name(f".{out.name}.partial"), 0
    with partial.open("w", encoding="utf-8") as file:
        for line in lines():
            file.write(line + "\n")
            count += 1
    partial.replace(out)
    return count
