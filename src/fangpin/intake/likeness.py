"""Likeness: which field a heading that nobody knows was probably meant to be.

Gives   likeliest: the field most like a heading, how much (0–1), and why
Not     a decision: what is likely is said, and a person decides
Source  synonyms.yaml (ours, from forms in use)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache
from pathlib import Path

from fangpin import tables
from fangpin.intake.header import normal
from fangpin.tables import Field
from fangpin.tables.yaml_file import Strict, load
from fangpin.vocabulary.text import Text

LEAST = 0.6
LONGEST = 60
MOST = 300
"""How many unknown headings of one sheet are looked at; more than that is no sheet with a few slips."""
_SYNONYM = 0.95
_PINYIN = 0.9

SYNONYM = Text("同义词", "a synonym")
SPELLING = Text("字形相近", "spelt alike")
SOUND = Text("读音相近", "sounds alike")


@dataclass(frozen=True, slots=True)
class Likely:
    """A field that a heading may mean, how sure that is, and by what."""

    field: Field
    score: float
    why: Text


class SynonymFile(Strict):
    """synonyms.yaml: other words for fields, by table.field."""

    source: str
    synonyms: dict[str, tuple[str, ...]]


@cache
def synonyms() -> dict[str, tuple[str, ...]]:
    """Other words for fields, by path.

    Raises:
        LookupError: a path names no field.
    """
    found = load(Path(__file__).parent / "synonyms.yaml", SynonymFile).synonyms
    for path in found:
        tables.catalogue().field(path)
    return found


def likeliest(heading: str, fields: Iterable[Field]) -> Likely | None:
    """The field most like a heading, or None where none is alike enough."""
    word = normal(heading)
    if not word or len(word) > LONGEST:
        return None
    best: Likely | None = None
    for field in fields:
        found = _like(word, field)
        if found is not None and (best is None or found.score > best.score):
            best = found
    return best if best is not None and best.score >= LEAST else None


def _like(word: str, field: Field) -> Likely | None:
    if word in _other_words(field.path):
        return Likely(field, _SYNONYM, SYNONYM)
    spelt = max(_ratio(word, one) for one in (*_names(field.path), *_other_words(field.path)))
    heard = _PINYIN * max((_ratio(_sound(word), _sound(one)) for one in _names(field.path) if _chinese(one)), default=0)
    if not _chinese(word):
        heard = 0
    return Likely(field, spelt, SPELLING) if spelt >= heard else Likely(field, heard, SOUND)


@cache
def _other_words(path: str) -> tuple[str, ...]:
    return tuple(normal(word) for word in synonyms().get(path, ()))


@cache
def _names(path: str) -> tuple[str, ...]:
    field = tables.catalogue().field(path)
    zh, en = normal(field.label.zh), normal(field.label.en)
    return tuple(dict.fromkeys((normal(field.name), zh, zh.partition("(")[0], zh.removeprefix("是否"), en)))


@lru_cache(maxsize=50_000)
def _ratio(one: str, other: str) -> float:
    """How alike two texts are, 0–1; one that holds the other is at least fairly alike."""
    if not one or not other:
        return 0.0
    alike = SequenceMatcher(None, one, other, autojunk=False)
    ratio = alike.ratio() if alike.real_quick_ratio() >= LEAST and alike.quick_ratio() >= LEAST else 0.0
    short, long = sorted((one, other), key=len)
    return max(ratio, 0.75) if len(short) > 2 and short in long and _chinese(short) else ratio


@lru_cache(maxsize=10_000)
def _sound(text: str) -> str:
    """The pinyin of a text without tones."""
    from pypinyin import lazy_pinyin  # slow to load, and needed only where a heading is unknown

    return " ".join(lazy_pinyin(text))


def _chinese(text: str) -> bool:
    return any("\u4e00" <= c <= "\u9fff" for c in text)
