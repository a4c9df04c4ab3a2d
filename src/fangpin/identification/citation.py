"""Citations: what a result rests on, in one sentence, so that another can find it again.

Gives   Citation with `.text(lang)`, `.bibtex()`, `.to_json()`; citation_of(standards, snapshots)
Keeps   standard with its hash and source, day, place, hash of the facts, version; the same result has the same citation
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from fangpin.reference import regions
from fangpin.standards import Standard
from fangpin.vocabulary.text import Text

SHORT = 16
RULE_RESULT = Text("规则判定", "rule result")


@dataclass(frozen=True)
class Citation:
    """What a result rests on: one standard, or the two that were compared."""

    standards: tuple[Standard, ...]
    snapshots: tuple[str, ...]
    version: str
    what: Text

    def text(self, lang: str = "zh") -> str:
        """The citation in words."""
        between, stop = ("；", "。") if lang == "zh" else ("; ", ".")
        said = list(dict.fromkeys(_said(s, lang) for s in self.standards))
        facts = ("、" if lang == "zh" else ", ").join(s[:SHORT] for s in self.snapshots)
        ends = Text(f"数据快照 {facts}；fangpin {self.version}", f"data snapshot {facts}; fangpin {self.version}")(lang)
        return f"{self.what(lang)}{'：' if lang == 'zh' else ': '}{between.join([*said, ends])}{stop}"

    def bibtex(self) -> str:
        """The source of the standard and this result as an entry of BibTeX."""
        first = self.standards[-1]
        key = f"fangpin-{first.hash[:8]}-{self.snapshots[-1][:8]}"
        note = self.text("en").replace("{", "(").replace("}", ")")
        return (
            f"@misc{{{key},\n  title = {{{first.title('en')}: {self.what('en')} of {first.as_of}}},\n"
            f"  howpublished = {{fangpin {self.version}}},\n  year = {{{first.as_of.year}}},\n  note = {{{note}}}\n}}\n"
        )

    def to_json(self) -> dict[str, Any]:
        """The parts of the citation."""
        return {
            "standards": [
                {"id": s.id, "hash": s.hash, "as_of": s.as_of.isoformat(), "region": s.region, "source": _source(s)}
                for s in self.standards
            ],
            "snapshots": list(self.snapshots),
            "fangpin": self.version,
        }

    def __str__(self) -> str:
        return self.text()


def citation_of(standards: Sequence[Standard], snapshots: Sequence[str], what: Text | None = None) -> Citation:
    """The citation of a result."""
    return Citation(tuple(standards), tuple(dict.fromkeys(snapshots)), _version(), what or RULE_RESULT)


def _version() -> str:
    """The installed version; the root package is not imported, because it imports what stands above."""
    try:
        return metadata.version("fangpin")
    except metadata.PackageNotFoundError:
        return "unknown"


def _source(standard: Standard) -> str:
    source = standard.document.source
    return f"{source.document} {source.place}".strip()


def _said(standard: Standard, lang: str) -> str:
    place = regions.full_name(standard.region, lang) if standard.region else Text("全国", "the nation")(lang)
    changes = standard.sources.changes if standard.sources is not None else {}
    tried = ", ".join(f"{name}={value}" for name, value in changes.items())
    name, day, source = f"{standard.id}@{standard.hash[:SHORT]}", standard.as_of, _source(standard)
    said = Text(
        f"{standard.title.zh}（{name}），{day}，{place}，来源 {source}",
        f"{standard.title.en} ({name}), {day}, {place}, after {source}",
    )(lang)
    return said + (Text(f"，试改 {tried}", f", with {tried}")(lang) if tried else "")
