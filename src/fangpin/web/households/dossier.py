"""一户一档: one household as a PDF on A4, from the same page that is read on the screen.

Reads   Page (queries)
Gives   dossier_pdf(page, lang, who, when)
Keeps   what is masked or hidden on the page is masked or hidden on paper; unknown is written as unknown
"""

from __future__ import annotations

from datetime import datetime

from fangpin.reports.papers import document
from fangpin.vocabulary.text import Text
from fangpin.web.households.queries import Fact, Page, RowOf

UNKNOWN = Text("未知", "unknown")
HIDDEN = Text("按权限不显示", "not shown to this duty")
TITLE = Text("一户一档", "Household record")


def dossier_pdf(page: Page, lang: str, who: str, when: datetime) -> bytes:
    """The household's record as PDF."""
    blocks: list[dict[str, object]] = [
        {"kind": "words", "text": f"{page.place}　{page.now.household_id}", "small": False}
    ]
    if page.explanation is not None:
        blocks.append({"kind": "words", "text": str(page.explanation["sentence"]), "small": False})
    blocks.append(_fields(page.basics, lang))
    for member in page.members:
        blocks += [_title(member.title), _fields(member, lang)]
    for section in page.sections:
        for row in section.rows:
            blocks += [_title(f"{section.title} {row.title}".strip()), _fields(row, lang)]
    if page.explanation is not None:
        reasons = [[r["code"], r["sentence"]] for r in page.explanation["reasons"]]
        heads = [Text("指标", "indicator")(lang), Text("规则判定的理由", "reasons of the rule result")(lang)]
        blocks.append({"kind": "rows", "title": "", "heads": heads, "widths": [0, 12], "rows": reasons})
    foot = f"{who}　{when:%Y-%m-%d %H:%M}"
    return document(TITLE(lang), blocks, lang, number=page.now.household_id, foot=foot)


def _title(text: str) -> dict[str, object]:
    return {"kind": "words", "text": text, "small": True}


def _fields(row: RowOf, lang: str) -> dict[str, object]:
    """Facts that are known or asked; a record of blanks helps nobody."""
    facts = [f for f in row.facts if f.value is not None or f.asked or f.hidden]
    return {"kind": "fields", "fields": [_cell(f, lang) for f in facts]}


def _cell(fact: Fact, lang: str) -> dict[str, object]:
    value = HIDDEN(lang) if fact.hidden else fact.value if fact.value is not None else UNKNOWN(lang)
    return {"label": fact.label, "value": value, "wide": len(value) > 24, "high": 0}
