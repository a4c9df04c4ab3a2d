"""The procedure as a page: drawing, actions, time limits, what a vote can do, meetings, papers; each with its source.

Reads   Process (standards)
Gives   sections(process, lang), html(process, lang, version), to_json(process, lang)
Not     a case and what is due for it (the web)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fangpin.reports import page
from fangpin.reports.blocks import Figure, Section, Table, chip, code, columns, head, own_words, para, text
from fangpin.reports.procedure_drawing import drawing, length
from fangpin.standards.process import Process, forms
from fangpin.standards.process.checks import remarks
from fangpin.standards.process.documents import said as said_of
from fangpin.vocabulary.text import Text

LEVELS = {
    "national": Text("全国", "national"),
    "local": Text("本地", "local"),
    "ours": Text("我们的读法", "our reading"),
    "unverified": Text("待核", "unverified"),
}
STATUS = {
    "low_income": Text("初判符合", "low income (sure)"),
    "needs_visit": Text("信息不全待补", "needs a visit"),
    "deliberate": Text("待评议", "to deliberate"),
    "vetoed": Text("有否决情形", "vetoed"),
    "to_compare": Text("待信息比对", "to compare"),
    "not_low_income": Text("初判不符合", "not low income"),
}
VOTES = {"for": Text("赞成", "for"), "against": Text("不赞成", "against"), "any": Text("任何", "any")}
OUTCOMES = {
    "publish": Text("提交公示", "public notice"),
    "refuse": Text("不予纳入", "not admitted"),
    "recheck": Text("乡镇复核", "township recheck"),
    "not_put": Text("不提交表决", "not put to the vote"),
    "lift": Text("视本县是否允许解除否决", "only where the county lets a veto be lifted"),
}
VERIFIED = {
    "verified": Text("已核对", "verified"),
    "local": Text("本地", "local"),
    "memory": Text("待核", "unverified"),
    "ours": Text("自拟", "ours"),
}
_T = {
    "drawing": Text("程序图", "The procedure"),
    "states": Text("状态", "States"),
    "actions": Text("谁能做什么", "Who may do what"),
    "limits": Text("时限", "Time limits"),
    "votes": Text("规则判定与表决", "Rule result and vote"),
    "meetings": Text("会议", "Meetings"),
    "forms": Text("文书", "Papers"),
    "clear": Text("风险消除的条件", "Conditions of removal"),
}


def _joined(words: Sequence[str], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(words)


def _heads(lang: str, *pairs: tuple[str, str]) -> tuple[str, ...]:
    return tuple(Text(*pair)(lang) for pair in pairs)


def sections(rules: Process, lang: str) -> list[Section]:
    """The page's sections in one language."""
    notes = [para(note(lang), tone="due") for note in remarks(rules.deadlines)]
    return [
        Section("drawing", _T["drawing"](lang)).add(Figure(drawing(rules, lang), _states(rules, lang), wide=True)),
        Section("actions", _T["actions"](lang)).add(_actions(rules, lang)),
        Section("limits", _T["limits"](lang)).add(_limits(rules, lang), *notes),
        Section("votes", _T["votes"](lang)).add(_votes(rules, lang)),
        Section("meetings", _T["meetings"](lang)).add(_meetings(rules, lang)),
        Section("clear", _T["clear"](lang)).add(_clear(rules, lang)),
        Section("forms", _T["forms"](lang)).add(_forms(lang)),
    ]


def _states(rules: Process, lang: str) -> Table:
    kinds = {
        "open": Text("待定", "open"),
        "held": Text("在册监测", "under monitoring"),
        "closed": Text("已结", "closed"),
    }
    rows = tuple((head(s.text(lang)), text(kinds[s.kind](lang)), code(key)) for key, s in rules.states.items())
    return Table(
        _T["states"](lang), columns(*_heads(lang, ("状态", "state"), ("性质", "kind"), ("代码", "code"))), rows
    )


def _actions(rules: Process, lang: str) -> Table:
    rows = []
    for action in rules.actions.values():
        to = "·" if action.to == "same" else rules.states[action.to].text(lang)
        guards = _joined([rules.guards[g].text(lang) for g in action.guards], lang)
        records = [Text("理由", "reason")(lang) if r == "reason" else Text("事实", "fact")(lang) for r in action.record]
        rows.append(
            (
                head(action.text(lang)),
                text(_joined([rules.states[s].text(lang) for s in action.from_], lang)),
                text(to),
                text(_joined([rules.actors[a].text(lang) for a in action.by], lang)),
                text(guards or "—"),
                text(_joined(records, lang) or "—"),
                code(" ".join(action.forms) or "—"),
                chip(LEVELS[action.level](lang), "quiet"),
            )
        )
    titles = _heads(
        lang, ("动作", "action"), ("从", "from"), ("到", "to"), ("谁", "who"), ("须先满足", "must hold"),
        ("须写明", "to record"), ("文书", "papers"), ("层级", "level"),
    )  # fmt: skip
    return Table("", columns(*titles), tuple(rows), stack=True)


def _limits(rules: Process, lang: str) -> Table:
    rows = []
    for key, limit in rules.deadlines.items():
        said = length(limit.days, limit.months, limit.unit)
        least = (
            Text(f"不少于 {said.zh}", f"at least {said.en}")
            if limit.least
            else Text(f"{said.zh}内", f"within {said.en}")
        )
        if limit.every:
            least = Text(f"每 {said.zh}", f"every {said.en}")
        sure = Text("已核对", "verified") if limit.verified else Text("待核", "unverified")
        rows.append(
            (
                head(limit.text(lang)),
                text(least(lang)),
                chip(LEVELS[limit.level](lang), "quiet"),
                text((Text("执行", "enforced") if limit.enforced else Text("只提示", "shown"))(lang)),
                text(sure(lang)),
                own_words(said_of(limit.source)(lang)),
                code(rules.set_by.get(f"deadlines.{key}", "—")),
            )
        )
    titles = _heads(
        lang, ("时限", "limit"), ("长度", "length"), ("层级", "level"), ("作用", "effect"), ("核对", "state"),
        ("来源", "source"), ("本地调整", "set by"),
    )  # fmt: skip
    note = Text(
        "贴出或发生的当天不计；末日遇节假日顺延到下一个工作日。",
        "The day itself is not counted; an end on a day off moves to the next working day.",
    )
    return Table("", columns(*titles), tuple(rows), note=note(lang), stack=True)


def _votes(rules: Process, lang: str) -> Table:
    rows = tuple(
        (
            head(_joined([STATUS[r](lang) for r in row.rule], lang)),
            text(VOTES[row.vote](lang)),
            text(OUTCOMES[row.then](lang)),
            text((row.zh if lang == "zh" else row.en) or "—"),
        )
        for row in rules.votes
    )
    titles = _heads(lang, ("规则判定", "rule result"), ("表决", "vote"), ("去向", "leads to"), ("说明", "note"))
    return Table("", columns(*titles), rows, stack=True)


def _meetings(rules: Process, lang: str) -> Table:
    rows = []
    for period in rules.meetings:
        until = period.effective.until.isoformat() if period.effective.until else ""
        for kind in period.kinds.values():
            quorum = f"{kind.quorum.of} {kind.quorum.share}"
            if kind.quorum.or_of:
                quorum += f" / {kind.quorum.or_of} {kind.quorum.or_share}"
            rows.append(
                (
                    head(kind.text(lang)),
                    text(f"{period.effective.from_} – {until}"),
                    text(_entitled(quorum, lang)),
                    text(f"{kind.notice_days}" if kind.notice_days else "—"),
                    chip(LEVELS[kind.level](lang), "quiet"),
                    own_words(period.source.document),
                )
            )
    titles = _heads(
        lang, ("会议", "meeting"), ("时期", "period"), ("到会", "quorum"), ("提前通知（天）", "days of notice"),
        ("层级", "level"), ("来源", "source"),
    )  # fmt: skip
    return Table("", columns(*titles), tuple(rows), stack=True)


_COUNTED = {"adults": "成年村民", "households": "户", "representatives": "代表", "committee members": "委员"}


def _entitled(quorum: str, lang: str) -> str:
    if lang == "en":
        return quorum
    for english, chinese in _COUNTED.items():
        quorum = quorum.replace(english, chinese)
    return quorum


def _clear(rules: Process, lang: str) -> Table:
    rows = tuple(
        (head(c.text(lang)), chip(LEVELS[c.level](lang), "quiet"), own_words(said_of(c.source or "—")(lang)))
        for c in rules.clear_conditions.values()
    )
    return Table(
        "", columns(*_heads(lang, ("条件", "condition"), ("层级", "level"), ("来源", "source"))), rows, stack=True
    )


def _forms(lang: str) -> Table:
    rows = tuple(
        (head(key), text(f.text(lang)), text(VERIFIED[f.verification](lang)), own_words(said_of(f.source)(lang)))
        for key, f in forms().items()
    )
    titles = _heads(lang, ("编号", "no."), ("名称", "name"), ("核对", "state"), ("来源", "source"))
    return Table("", columns(*titles), rows, stack=True)


def meta(rules: Process) -> list[tuple[Text, Text]]:
    """The lines under the page's title."""
    place = rules.region or Text("全国", "the nation")
    return [
        (Text("适用", "for"), place if isinstance(place, Text) else Text(place, place)),
        (Text("日期", "as of"), Text(rules.as_of.isoformat(), rules.as_of.isoformat())),
        (Text("依据", "legal basis"), rules.legal_basis),
        (Text("哈希", "hash"), Text(rules.hash[:12], rules.hash[:12])),
    ]


def html(rules: Process, lang: str, version: str) -> str:
    """The page as one file in both languages."""
    return page.html(rules.title, meta(rules), lambda one: sections(rules, one), lang, version)


def to_json(rules: Process, lang: str) -> dict[str, Any]:
    """The procedure as plain data."""
    return {
        "id": rules.id,
        "title": rules.title(lang),
        "legal_basis": rules.legal_basis(lang),
        "region": rules.region,
        "as_of": rules.as_of.isoformat(),
        "hash": rules.hash,
        "states": {k: {"name": s.text(lang), "kind": s.kind} for k, s in rules.states.items()},
        "actions": {
            k: {
                "name": a.text(lang),
                "from": a.from_,
                "to": a.to,
                "by": a.by,
                "roles": sorted({r for level in a.by for r in rules.actors[level].roles}),
                "guards": {g: rules.guards[g].text(lang) for g in a.guards},
                "record": a.record,
                "forms": a.forms,
                "within": a.within,
                "level": a.level,
            }
            for k, a in rules.actions.items()
        },
        "deadlines": {
            k: {"name": d.text(lang), "set_by": rules.set_by.get(f"deadlines.{k}")}
            | {"source": said_of(d.source)(lang)}
            | d.model_dump(mode="json", by_alias=True, exclude={"zh", "en", "source"})
            for k, d in rules.deadlines.items()
        },
        "votes": [row.model_dump(mode="json") for row in rules.votes],
        "veto_may_be_lifted": rules.veto_may_be_lifted,
        "remarks": [note(lang) for note in remarks(rules.deadlines)],
    }
