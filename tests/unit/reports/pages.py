"""Reading a report back: its tables, its texts, and whether its tags fit."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "img", "link", "input", "hr", "rect", "path", "line", "circle", "stop"}


@dataclass
class Page(HTMLParser):
    """One half of a report: tables by caption, texts outside what is not translated, ids, links, faults."""

    lang: str = "zh-Hans"
    tables: dict[str, list[list[str]]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    drawn: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[tuple[str, bool, bool, bool]] = []
        self._caption = ""
        self._rows: list[list[str]] = []
        self._cell: list[str] | None = None
        self._in_caption = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        above = self._open[-1] if self._open else ("", False, False, False)
        inside = above[1] or (tag == "div" and given.get("class") == "half" and given.get("lang") == self.lang)
        foreign = given.get("lang") not in (None, self.lang) and tag == "button"
        kept = above[2] or given.get("translate") == "no" or foreign or tag in ("script", "style")
        drawn = above[3] or tag == "svg"
        if "id" in given:
            self.ids.append(given["id"] or "")
        for name in ("href", "src"):
            if name in given:
                self.links.append(given[name] or "")
        if inside and not kept:
            self.texts += [given[n] or "" for n in ("aria-label", "title") if n in given]
        if tag not in VOID:
            self._open.append((tag, inside, kept, drawn))
        if tag == "table":
            self._caption, self._rows = "", []
        elif tag == "caption":
            self._in_caption = True
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._cell = []

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.handle_starttag(tag, attributes)
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self._open or self._open[-1][0] != tag:
            self.faults.append(f"</{tag}> at {self.getpos()} closes {self._open[-1][0] if self._open else 'nothing'}")
            return
        _, inside, _, _ = self._open.pop()
        if tag == "caption":
            self._in_caption = False
        elif tag in ("td", "th") and self._cell is not None and self._rows:
            self._rows[-1].append("".join(self._cell).strip())
            self._cell = None
        elif tag == "table" and inside and self._caption:
            if self._caption in self.tables:
                self.faults.append(f"two tables are called {self._caption}")
            self.tables[self._caption] = self._rows

    def handle_data(self, data: str) -> None:
        _, inside, kept, drawn = self._open[-1] if self._open else ("", False, False, False)
        if self._in_caption:
            self._caption += data.strip()
        if self._cell is not None:
            self._cell.append(data)
        if inside and not kept and data.strip():
            (self.drawn if drawn else self.texts).append(data.strip())

    def close(self) -> None:
        super().close()
        self.faults += [f"<{tag}> is never closed" for tag, *_ in self._open]


def read(page: str, lang: str) -> Page:
    """The half of a report in one language."""
    parser = Page("en" if lang == "en" else "zh-Hans")
    parser.feed(page)
    parser.close()
    return parser


def whole(text: str) -> int:
    """A whole number as the report writes it."""
    return int(text.replace(",", ""))
