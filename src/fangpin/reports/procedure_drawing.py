"""The procedure as a drawing, made from its data.

Reads   Process (standards)
Gives   drawing(process, lang): SVG; a box a state, down the way to admission and help, with what may be done from it;
        arcs for what leads back or skips a state
Keeps   nothing stands in the drawing that the data does not say; a state that is added appears
"""

from __future__ import annotations

from html import escape

from fangpin.reports.svg import FONTS
from fangpin.standards.process import Process
from fangpin.standards.process.documents import ActionDocument
from fangpin.vocabulary.text import Text

_TOP, _LEFT, _BOX, _HIGH, _LINE, _GAP = 34, 120, 190, 40, 19, 26
_WIDE = 790
_FILL = {"open": "#e8f0fa", "held": "#e6f4ea", "closed": "#f1f1ef"}
_EDGE = {"open": "#2f5d9b", "held": "#2c6e49", "closed": "#6b6b66"}
KINDS = {
    "open": Text("待定", "open"),
    "held": Text("在册监测", "under monitoring"),
    "closed": Text("已结", "closed"),
}


def drawing(process: Process, lang: str) -> str:
    """The procedure as SVG, with its title for those who cannot see it.

    The states stand in the order of the document; beside each stands who may do what, within which limit, to where.
    """
    tops: dict[str, float] = {}
    y = float(_TOP)
    rows = {name: _actions(process, name) for name in process.states}
    for name in process.states:
        tops[name] = y
        y += max(_HIGH, _LINE * max(len(rows[name]), 1) + 6) + _GAP
    parts = [_box(process, name, top, lang) for name, top in tops.items()]
    order = list(process.states)
    parts += _arcs(process, order, tops)
    for name, actions in rows.items():
        for n, (key, action) in enumerate(actions):
            parts.append(_row(process, key, action, tops[name] + 14 + n * _LINE, lang))
    title = escape(process.title(lang))
    legend = "".join(
        f'<rect x="{_LEFT + n * 150}" y="8" width="14" height="14" rx="3" fill="{_FILL[kind]}" stroke="{_EDGE[kind]}"/>'
        f'<text x="{_LEFT + n * 150 + 20}" y="19" font-size="12">{escape(said(lang))}</text>'
        for n, (kind, said) in enumerate(KINDS.items())
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {y:.0f}" width="{_WIDE}" '
        f'style="max-width:100%;height:auto" role="img" aria-label="{title}" '
        f'font-family="{FONTS}" font-size="13" fill="#1c1c1a">{_ARROW}{legend}{"".join(parts)}</svg>'
    )


_ARROW = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 0 8 4 0 8z" fill="#55554f"/></marker></defs>'
)


def _actions(process: Process, state: str) -> list[tuple[str, ActionDocument]]:
    return [(key, action) for key, action in process.actions.items() if state in action.from_]


def _box(process: Process, name: str, top: float, lang: str) -> str:
    state = process.states[name]
    said = escape(state.text(lang))
    size = 13 if len(said) < 22 else 11
    return (
        f'<rect x="{_LEFT}" y="{top}" width="{_BOX}" height="{_HIGH}" rx="6" fill="{_FILL[state.kind]}" '
        f'stroke="{_EDGE[state.kind]}"/>'
        f'<text x="{_LEFT + _BOX / 2}" y="{top + 25}" text-anchor="middle" font-weight="600" font-size="{size}">'
        f"{said}</text>"
    )


def _arcs(process: Process, order: list[str], tops: dict[str, float]) -> list[str]:
    """A straight arrow to the next state, and an arc on the left for what leads back or skips; closed ones are said."""
    found: list[str] = []
    pairs = {(f, a.to) for a in process.actions.values() for f in a.from_ if a.to in tops and a.to != f}
    for one, two in sorted(pairs, key=lambda p: (order.index(p[0]), order.index(p[1]))):
        first, second = order.index(one), order.index(two)
        if second == first + 1:
            x = _LEFT + _BOX / 2
            line = f"M{x} {tops[one] + _HIGH} V{tops[two] - 2}"
        elif process.states[two].kind != "closed":
            reach = 18 + 9 * min(abs(first - second), 10)
            down = 6 if second < first else -6
            start, end = tops[one] + _HIGH / 2 + down, tops[two] + _HIGH / 2 + down / 3
            line = f"M{_LEFT} {start} C{_LEFT - reach} {start} {_LEFT - reach} {end} {_LEFT - 2} {end}"
        else:
            continue
        found.append(f'<path d="{line}" fill="none" stroke="#55554f" marker-end="url(#tip)"/>')
    return found


def _row(process: Process, key: str, action: ActionDocument, y: float, lang: str) -> str:
    who = (
        "、".join(process.actors[a].text(lang) for a in action.by)
        if lang == "zh"
        else ", ".join(process.actors[a].text(lang) for a in action.by)
    )
    to = "" if action.to == "same" else " → " + process.states[action.to].text(lang)
    limit = process.deadlines[action.within] if action.within else None
    within = "" if limit is None else f" · {length(limit.days, limit.months, limit.unit)(lang)}"
    weight = "600" if action.right is None and not action.returns else "400"
    return (
        f'<text x="{_LEFT + _BOX + 18}" y="{y:.0f}" font-size="12"><tspan font-weight="{weight}">'
        f'{escape(action.text(lang))}</tspan><tspan fill="#55554f">{escape(to)} · {escape(_short(who))}{escape(within)}'
        "</tspan></text>"
    )


def _short(who: str) -> str:
    """An actor without what stands in brackets."""
    return who.split("（")[0].split(" (")[0]


def length(days: int, months: int, unit: str) -> Text:
    """A length of time: 5 days, 20 working days, 1 month."""
    if months:
        return Text(f"{months} 个月", f"{months} month{'s' if months > 1 else ''}")
    if unit == "working":
        return Text(f"{days} 个工作日", f"{days} working days")
    return Text(f"{days} 天", f"{days} day{'s' if days != 1 else ''}")
