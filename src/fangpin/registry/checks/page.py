"""The reference page of the quality checks, made from the checks themselves.

Gives   markdown(lang)
"""

from __future__ import annotations

from collections.abc import Iterator

from fangpin.registry.checks.documents import STATES, Check, checks
from fangpin.vocabulary.text import Text

INTRODUCTION = {
    "zh": """\
# 数据疑点

本页由 `rules/checks/` 生成（`make docs`），请勿手改。`fangpin check` 对收下的每一行运行以下检查；
`--as-of` 给出按哪一天算
（不给则为今天），`--no-checks` 不做检查，`--exemptions FILE` 给出豁免。检查从不拒收：
有疑点的行记为“接受但有问题”（说明级除外）。
判断不了的不算疑点，但在 JSON 的 `checks` 里计数（`unknown`）。结果里的代码是 FP-DQ- 加三位编号。

来源一栏：**已核实** 指在来源里读到过；**地方** 指来自某地做法；**未核实** 指凭记忆，用前请核对；
**我们的** 指我们自己的读法或界限。

来源里的 S1 是一个县 2023 年排查库的表定义，S2 是全国系统导出表的列名与核查项，S3 是已脱贫人口名单导出，
S4 是平台核查规则。

豁免清单是 YAML（`exemptions` 下的清单）或 CSV，每条有 `check`（检查编号）、`record`（户编号，
或 户编号/人编号）、`reason`（理由）、
`approver`（批准人）、`until`（最后一天）。缺理由、批准人或到期日的，以及过期的，都不算数，并会说明；
豁免了的疑点另列在 `exempted` 里，不会丢掉。
""",
    "en": """\
# Quality checks

This page is generated from `rules/checks/` (`make docs`); do not edit it. `fangpin check` runs these checks
over every row
that was accepted; `--as-of` gives the day (today if not given), `--no-checks` leaves them out, `--exemptions
FILE` names
what is exempted. A check refuses nothing: a row with a finding counts as accepted with findings (notes apart).
What cannot be
judged is no finding, but is counted under `checks` in the JSON (`unknown`). Findings carry the code FP-DQ- and
three digits.

State of the source: **verified** was read in the source; **local** comes from one place; **unverified** is
from memory and must be
checked before use; **ours** is our own reading or bound.

In the sources S1 is the table definitions of a county's screening database of 2023, S2 the headings and checks of
the national export, S3 the export of formerly poor persons, S4 the platform's check rules.

Exemptions are YAML (a list under `exemptions`) or CSV, each with `check` (its code), `record` (household, or
household/person), `reason`, `approver` and `until` (the last day). One without reason, approver or expiry, or
past it, does not
count, and that is said; exempted findings are listed under `exempted` and never dropped.
""",
}
SEVERITIES = {"error": Text("错误", "error"), "warning": Text("提示", "warning"), "info": Text("说明", "note")}
WORDS = {
    "object": Text("对象", "object"),
    "rule": Text("条件", "condition"),
    "only": Text("限于户", "only households"),
    "function": Text("函数", "function"),
    "parameters": Text("参数", "values"),
    "field": Text("标在", "marked"),
    "says": Text("说明", "message"),
    "remedy": Text("办法", "remedy"),
    "reason": Text("理由", "reason"),
    "reading": Text("我们的读法", "our reading"),
    "source": Text("来源", "source"),
    "effective": Text("施行", "in force"),
}


def markdown(lang: str) -> str:
    """The page in one language."""
    return "\n".join(_lines(lang)) + "\n"


def _lines(lang: str) -> Iterator[str]:
    yield INTRODUCTION[lang]
    files: dict[str, list[Check]] = {}
    for check in checks():
        files.setdefault(check.file, []).append(check)
    for file, own in files.items():
        yield f"## {own[0].title(lang)}\n\n`rules/checks/{file}`"
        for check in own:
            yield from _check(check, lang)


def _check(check: Check, lang: str) -> Iterator[str]:
    entry = check.entry
    severity = SEVERITIES[entry.severity](lang)
    yield f"\n### {check.code} {entry.name.text()(lang)} ({severity})\n"
    rows = [("object", f"`{entry.object}`")]
    rows += [("only", f"`{entry.only}`")] if entry.only else []
    rows += [("rule", f"`{' '.join(entry.rule.split())}`")] if entry.rule else [("function", f"`{entry.function}`")]
    bounds = [f"`{n}` = {b.value}{' ' + b.unit if b.unit else ''}" for n, b in entry.parameters.items()]
    rows += [("parameters", "; ".join(bounds))] if bounds else []
    rows += [("field", f"`{entry.field}`"), ("says", entry.message.text()(lang)), ("remedy", check.remedy(lang))]
    rows += [("reason", entry.reason.text()(lang))]
    rows += [("reading", entry.our_reading.text()(lang))] if entry.our_reading else []
    rows += [("source", f"{check.source} — {STATES[check.state](lang)}")]
    period = check.effective
    if period.from_ or period.until:
        rows += [("effective", f"{period.from_ or '…'} – {period.until or '…'}")]
    colon = "：" if lang == "zh" else ": "
    yield from (f"- {WORDS[name](lang)}{colon}{text}" for name, text in rows)
