"""Whether a procedure's parts fit together.

Gives   `refuse`, which raises on what cannot work; `remarks`, what works but does not fit; `changed`, a county's limit
Keeps   a name that nothing declares refuses to load with its place and the nearest right name
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from fangpin.standards.documents import Source
from fangpin.standards.process.documents import DeadlineChange, DeadlineDocument, ProcessDocument
from fangpin.standards.process.guards import GUARDS
from fangpin.tables.yaml_file import Loc, Places
from fangpin.vocabulary.errors import DocumentError
from fangpin.vocabulary.names import nearest
from fangpin.vocabulary.text import Text

STATUSES = ("low_income", "needs_visit", "deliberate", "vetoed", "to_compare", "not_low_income")
ROLES = (
    "village_cadre", "township_reviewer", "county_officer", "county_approver", "county_admin", "department_officer",
    "auditor", "researcher", "helper",
)  # fmt: skip


def no_such(what: str, name: str, names: Iterable[str], place: str) -> DocumentError:
    """A name that nothing declares."""
    guess = nearest(name, list(names))
    return DocumentError(
        "FP-PROCESS-003",
        Text(f"没有这个名字（{what}）", f"nothing declares this name ({what})"),
        place=place,
        read=name,
        remedy=Text(f"是否想写 {guess}？", f"did you mean {guess}?") if guess else None,
    )


def _references(document: ProcessDocument) -> Iterator[tuple[str, str, Iterable[str], Loc]]:
    """Every name that a part uses for another part: what it should be, the name, what there is, where."""
    states = document.states
    for key, action in document.actions.items():
        here: Loc = ("actions", key)
        yield from (("states", name, states, (*here, "from", n)) for n, name in enumerate(action.from_))
        yield "states", action.to, (*states, "same"), (*here, "to")
        yield from (("actors", name, document.actors, (*here, "by", n)) for n, name in enumerate(action.by))
        yield from (("guards", name, document.guards, (*here, "guards", n)) for n, name in enumerate(action.guards))
        if action.within is not None:
            yield "deadlines", action.within, document.deadlines, (*here, "within")
    for key, limit in document.deadlines.items():
        yield from (("states", name, states, ("deadlines", key, "from", n)) for n, name in enumerate(limit.from_))
        yield from (("states", name, states, ("deadlines", key, "until", n)) for n, name in enumerate(limit.until))
    for key, actor in document.actors.items():
        yield from (("roles", name, ROLES, ("actors", key, "roles", n)) for n, name in enumerate(actor.roles))
    for n, row in enumerate(document.votes):
        yield from (("rule", name, STATUSES, ("votes", n, "rule", i)) for i, name in enumerate(row.rule))
    yield from (("guards", name, GUARDS, ("guards", name)) for name in document.guards)
    yield from (("deadlines", name, document.deadlines, ("deadlines",)) for name in ("notice", "objection", "appeal"))


def refuse(document: ProcessDocument, forms: Iterable[str], places: Places, name: str) -> None:
    """Raise on what cannot work; ``forms`` are the papers that there are.

    Raises:
        DocumentError: a name that nothing declares, a state that cannot be reached or left, a vote without an answer.
    """
    papers = [
        ("forms", paper, forms, ("actions", key, "forms", n))
        for key, action in document.actions.items()
        for n, paper in enumerate(action.forms)
    ]
    for what, read, names, loc in (*_references(document), *papers):
        if read not in names:
            raise no_such(what, read, names, _place(places, loc, name))
    lost = _stranded(document)
    if lost is not None:
        state, why = lost
        place = _place(places, ("states", state), name)
        raise DocumentError("FP-PROCESS-004", why, place=place, read=state)
    for status in STATUSES:
        for vote in ("for", "against"):
            rows = [n for n, row in enumerate(document.votes) if status in row.rule and row.vote in (vote, "any")]
            if len(rows) != 1:
                title = Text(
                    "规则判定与表决的每种组合须恰有一个去向", "each pair of rule result and vote needs one outcome"
                )
                place = _place(places, ("votes", rows[1]) if rows else ("votes",), name)
                raise DocumentError("FP-PROCESS-005", title, place=place, read=f"{status} × {vote}: {len(rows)}")


def _place(places: Places, loc: Loc, name: str) -> str:
    line, column = places.of(loc)
    return f"{name}:{line}:{column}"


def _stranded(document: ProcessDocument) -> tuple[str, Text] | None:
    """A state that nothing leads to, or an open one that cannot be withdrawn and ended."""
    first = next(iter(document.states))
    reached = {first}
    while True:
        new = {a.to for a in document.actions.values() if a.to != "same" and reached & set(a.from_)} - reached
        if not new:
            break
        reached |= new
    for state, declared in document.states.items():
        if state not in reached:
            return state, Text("没有动作能到这个状态", "no action leads to this state")
        exits = {a.to for a in document.actions.values() if state in a.from_} - {"same", state}
        if declared.kind == "open" and not {"withdrawn", "natural_end"} <= exits:
            return state, Text(
                "待定的状态须能撤回、能因户消亡而终止", "an open state must be one that can be withdrawn and ended"
            )
        if declared.kind == "held" and not exits:
            return state, Text("没有动作能离开这个状态", "no action leaves this state")
    return None


def remarks(deadlines: Mapping[str, DeadlineDocument]) -> list[Text]:
    """What works but does not fit: the steps' limits and the notice against the whole."""
    whole = deadlines.get("clue_to_admission")
    steps = [key for key in ("visit", "comparison", "deliberation", "posting", "notice") if key in deadlines]
    if whole is None or not whole.days:
        return []
    total = sum(deadlines[key].days for key in steps)
    if whole.unit == "natural" and total > whole.days:
        named = "、".join(f"{deadlines[k].zh} {deadlines[k].days}" for k in steps)
        english = ", ".join(f"{deadlines[k].en} {deadlines[k].days}" for k in steps)
        return [
            Text(
                f"各步时限合计 {total} 天（{named}），超过总时限 {whole.days} 天：只提示，以总时限为准",
                f"the steps' limits add up to {total} days ({english}), above {whole.days} in all: the whole holds",
            )
        ]
    return []


def changed(
    deadlines: Mapping[str, DeadlineDocument], key: str, change: DeadlineChange, place: str, source: Source
) -> DeadlineDocument:
    """A time limit as a county sets it.

    Raises:
        DocumentError: no such limit, or a national least length would be made shorter.
    """
    if key not in deadlines:
        raise no_such("deadlines", key, deadlines, place)
    limit = deadlines[key]
    said = {"level": "local", "source": source.document, "verified": source.verified is True}
    new = limit.model_copy(update=change.model_dump(exclude_none=True) | said)
    if limit.least and limit.level == "national" and new.days < limit.days:
        raise DocumentError(
            "FP-PROCESS-006",
            Text(f"{limit.zh}不得短于国家规定", f"{limit.en} cannot be shorter than the national minimum"),
            place=place,
            read=str(new.days),
            expected=Text(f"不少于 {limit.days} 天", f"at least {limit.days} days"),
        )
    return new
