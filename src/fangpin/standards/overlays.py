"""Overlays: what one place sets differently, and which of several wins.

Reads   rules/**/overlay*.yaml
Gives   shipped_overlays(root), settings(overlays, changes) → what holds, least specific first
Keeps   two of one level that set one thing differently are an error that names both
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from fangpin.standards.documents import OverlayDocument, ParameterChange, load_overlay
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text

Level = Literal["national", "province", "prefecture", "county", "township", "what-if"]
LEVELS: tuple[Level, ...] = ("national", "province", "prefecture", "county", "township", "what-if")
_LEVEL_OF_DIGITS: dict[int, Level] = {2: "province", 4: "prefecture", 6: "county"}


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that an overlay sets: a parameter, the line, the monitoring line or the median."""

    kind: Literal["parameter", "line", "monitoring_line", "median"]
    name: str
    value: Any
    by: str
    level: Level
    source: str = ""
    verified: bool = True
    since: tuple[int, str] = (0, "")

    @property
    def same_thing(self) -> tuple[object, ...]:
        """Two settings alike in this contradict each other if they differ; of two lines the later holds."""
        return (self.kind, self.name, self.level, self.since if self.kind == "monitoring_line" else None)


@cache
def shipped_overlays(root: Path) -> tuple[tuple[str, OverlayDocument], ...]:
    """Every overlay under ``rules/``, with its path from there."""
    files = sorted(p for p in root.glob("**/overlay*.yaml") if "cases" not in p.parts)
    return tuple((p.relative_to(root).as_posix(), load_overlay(p)[0]) for p in files)


def level_of(region: str | None) -> Level:
    """The level of an overlay by its region code; without one it counts as the county's."""
    return "county" if region is None else _LEVEL_OF_DIGITS.get(len(_significant(region)), "township")


def covers(outer: str | None, inner: str) -> bool:
    """Whether the place ``inner`` lies in ``outer`` (codes of 2 to 12 digits; None covers every place)."""
    return inner.startswith(_significant(outer or ""))


def _significant(region: str) -> str:
    """The digits of a code that say something: 350526 of 350526000000, 35 of 350000."""
    for whole, part in ((12, 9), (9, 6), (6, 4), (4, 2)):
        if len(region) == whole and not region[part:].strip("0"):
            region = region[:part]
    return region


def settings(overlays: Sequence[tuple[str, OverlayDocument]], changes: Mapping[str, Any]) -> list[Setting]:
    """Everything that holds, least specific first, a what-if last.

    Raises:
        UnusableInput: two overlays of one level set one thing to different values; both are named.
    """
    found: list[Setting] = []
    for name, overlay in overlays:
        found += _of(name, overlay)
    found += [Setting("parameter", key, value, "what-if", "what-if") for key, value in changes.items()]
    found.sort(key=lambda s: (LEVELS.index(s.level), s.since if s.kind == "monitoring_line" else (0, "")))
    _refuse_contradictions(found)
    return found


def _of(name: str, overlay: OverlayDocument) -> list[Setting]:
    level = level_of(overlay.region)
    source = " ".join(filter(None, (overlay.source.legal_basis, overlay.source.document, overlay.source.place)))
    verified = overlay.source.verified is True
    out = []
    for key, value in overlay.parameters.items():
        own = value.source if isinstance(value, ParameterChange) else source
        plain = value.value if isinstance(value, ParameterChange) else value
        out.append(Setting("parameter", key, plain, name, level, own or source, verified))
    out += [
        Setting("parameter", f"{code}.counts", how == "counts", name, level, source, verified)
        for code, how in overlay.veto.items()
    ]
    for kind in ("line", "monitoring_line", "median"):
        value = getattr(overlay, kind)
        if value is not None:
            since = (getattr(value, "year", None) or 0, overlay.effective.from_.isoformat())
            out.append(Setting(kind, kind, value, name, level, source, verified, since))
    return out


def _refuse_contradictions(found: Sequence[Setting]) -> None:
    seen: dict[tuple[object, ...], Setting] = {}
    for setting in found:
        other = seen.setdefault(setting.same_thing, setting)
        if other is not setting and other.value != setting.value:
            raise UnusableInput(
                "FP-STANDARD-005",
                Text("两份同级调整互相矛盾", "two overlays of one level contradict each other"),
                place=f"{other.by} ↔ {setting.by}",
                read=f"{setting.name}: {_said(other.value)} ↔ {_said(setting.value)}",
                remedy=Text(
                    "保留其中一份，或给它们不相重叠的施行日期",
                    "keep one of them, or give them dates that do not overlap",
                ),
            )


def _said(value: Any) -> str:
    return str(value.model_dump(exclude_none=True)) if hasattr(value, "model_dump") else str(value)
