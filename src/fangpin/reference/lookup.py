"""Finding a region by what people write: a code, a name, an address in any of the usual forms, pinyin.

Reads   naming (ways of writing), regions, villages, history
Gives   search → Found: candidates with a score and why, whether they are ambiguous, else what is nearest
Keeps   nothing is decided in silence: every region that the words may mean is a candidate, words that were not
        understood and places that contradict each other are said, and an old code is shown with what became of it
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from functools import cache

from fangpin.reference import history, naming, regions, villages
from fangpin.reference.naming import Manner, Meaning
from fangpin.reference.regions import LEVELS, Level, Region
from fangpin.vocabulary.text import Text

_WIDTH: dict[Level, int] = {"province": 2, "prefecture": 4, "county": 6, "township": 9, "village": 12}
_FILLERS = ("中华人民共和国", "中国", "自治区直辖县级行政区划", "省直辖县级行政区划", "市辖区", "直辖县")
_TAILS = re.compile(
    "^(?:(?:第?[0-9一二三四五六七八九十]+|[东西南北中上下前后新老大小])(?:村民)?(?:组|队|社|号|栋|楼|室|弄|巷|屯|单元)|之)+$"
)
_ENGLISH = frozenset(
    "province prefecture city county district township town village autonomous region banner subdistrict of in".split()
)
_MOST_STATES, _LONGEST, _LEAST, _APART, _NEAR = 60, 16, 0.4, 0.05, 0.7
_SURE, _LEAST_LATIN = 0.8, 0.6
_LEAST_ALIKE = 0.4
"""Names that cannot become more alike than this by the letters they share are not compared letter by letter."""
_LATIN_ENDS = ("cunweihui", "cunminweiyuanhui", "shequjuweihui", "juweihui", "shequ", "gacha", "cun")
_LONGEST_TEXT = 100
_MANNERS: dict[Manner, Text] = {
    "full": Text("全名", "full name"),
    "short": Text("简写", "short form"),
    "abbreviation": Text("简称", "abbreviation"),
    "former": Text("旧名", "former name"),
}


@dataclass(frozen=True, slots=True)
class Match:
    """One candidate: the region, its score from 0 to 1, why it is one, and the words left over."""

    region: Region
    score: float
    why: tuple[Text, ...]
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a text may mean: candidates, the likeliest first; how many there are in all; else what is nearest."""

    text: str
    matches: tuple[Match, ...] = ()
    total: int = 0
    nearest: tuple[Match, ...] = ()

    @property
    def ambiguous(self) -> bool:
        """Whether a second candidate fits about as well as the first."""
        if len(self.matches) < 2:
            return False
        first = self.matches[0]
        others = [m for m in self.matches[1:] if first.score - m.score <= _APART]
        return any(not _became(m.region, first.region) for m in others)


@dataclass(frozen=True, slots=True)
class _State:
    """How far a text has been understood: the region so far, where its last word ended, what was left out."""

    region: Region | None = None
    end: int = 0
    used: int = 0
    quality: float = 1.0
    words: tuple[tuple[str, Region, Manner], ...] = ()
    conflicts: tuple[Region, ...] = ()


@dataclass(frozen=True, slots=True)
class _Reader:
    """How to read one script: the index, and the villages of a place in it."""

    meanings: Callable[[str], tuple[Meaning, ...]]
    letters: Callable[[Sequence[str]], Sequence[str]]
    ends: tuple[str, ...] = field(default=())


def _became(old: Region, new: Region) -> bool:
    fate = history.today(old.code) if "superseded" in old.flags else None
    return fate is not None and new in fate.now


def search(text: str, limit: int = 10, level: Level | None = None) -> Found:
    """What a text may mean.

    Args:
        text: A code (2, 4, 6, 9, 12 digits, or the first digits of one), a name, an address, or pinyin.
        limit: How many candidates are given; ``total`` counts them all.
        level: Only regions of this level.
    """
    shown = text.strip()[:_LONGEST_TEXT]
    plain = unicodedata.normalize("NFKC", shown)
    digits = re.match(r"\s*([0-9]{2,12})\s*", plain)
    code, words = (digits.group(1), plain[digits.end() :]) if digits else ("", plain)
    start = regions.get(code) if code else None
    if code and not words.strip():
        matches = _by_code(code)
        least = _LEAST
    elif re.search("[一-鿿㐀-䶿\U00020000-\U0003ffff]", words):
        matches = _by_words(re.sub(r"[\s,，、;；/|>›»·•\-—_.。()（）:：]+", "", words), _chinese(), start, level)
        least = _LEAST
    else:
        matches = _in_letters(words, start, level)
        least = _LEAST_LATIN
    kept = _ranked(m for m in matches if level is None or m.region.level == level)
    good = _sifted([m for m in kept if m.score >= least])
    if good:
        return Found(shown, tuple(good[:limit]), len(good))
    return Found(shown, nearest=tuple(_ranked([*kept, *_nearest(plain, limit, level)])[:limit]))


def _ranked(matches: Iterable[Match]) -> list[Match]:
    best: dict[str, Match] = {}
    for match in matches:
        if match.region.code not in best or best[match.region.code].score < match.score:
            best[match.region.code] = match
    old = {"superseded", "statistical"}
    order = sorted(
        best.values(),
        key=lambda m: (-round(m.score, 3), bool(m.region.flags & old), LEVELS.index(m.region.level), m.region.code),
    )
    return order


def _sifted(matches: list[Match]) -> list[Match]:
    """The candidates without those that a better one lies in or leaves far behind."""
    best = matches[0].score if matches else 0.0
    kept: list[Match] = []
    above: set[str] = set()
    for match in matches:
        if match.score < _NEAR * best or (match.rest and _holds_one(match.region, above)):
            continue
        kept.append(match)
        code = match.region.code
        above |= {code[:width] for width in _WIDTH.values() if width < _WIDTH[match.region.level]}
    return kept


def _holds_one(region: Region, above: set[str]) -> bool:
    """Whether a region, or what became of it, holds a region of which these are the codes of what it lies in."""
    if region.code[: _WIDTH[region.level]] in above:
        return True
    fate = history.today(region.code) if "superseded" in region.flags else None
    return fate is not None and any(place.code[: _WIDTH[place.level]] in above for place in fate.now)


# -- codes -----------------------------------------------------------------------------------------------------------


def _by_code(code: str) -> list[Match]:
    region = regions.get(code)
    if region is not None:
        return [Match(region, 1.0, (Text("代码", "code"),))]
    fate = history.today(code)
    if fate is not None:
        why = Text("代码已停用，按县级去向和末几位推得", "old code; by what became of its county and its last digits")
        return [Match(place, 0.6, (why,)) for place in fate.now]
    above = regions.ancestors(code)[:1]
    usual = regions.normal(code)
    if usual and len(usual) == 12 and above and above[0].level == "township":
        why = Text("名册里没有这个村代码，这是它所在的乡镇", "the list has no such village; this is its township")
        return [Match(above[0], 0.6, (why,))]
    begun = [region for region in regions.above_village() if region.code.startswith(code)]
    if 6 < len(code) < 12:
        begun += [r for c, _ in villages.under(code) if (r := regions.get(c))]
    if begun:
        why = Text(f"代码以 {code} 开头", f"the code begins with {code}")
        return [Match(region, 0.5, (why,)) for region in begun]
    why = Text("这几位数所在的地方", "by its digits it would lie here")
    return [Match(region, 0.2, (why,)) for region in above]


# -- words -----------------------------------------------------------------------------------------------------------


def _chinese() -> _Reader:
    return _Reader(naming.hanzi().get, villages.as_written, villages.ENDS)


def _latin() -> _Reader:
    return _Reader(_latin_meanings, naming.village_letters, _LATIN_ENDS)


def _latin_meanings(word: str) -> tuple[Meaning, ...]:
    own = naming.english().get(word)
    return (*((own,) if own else ()), *naming.pinyin().get(word))


def _in_letters(words: str, start: Region | None, level: Level | None) -> list[Match]:
    """Pinyin or English, from the large to the small or the other way round."""
    pieces = [
        "".join(naming.letters(word) for word in re.split(r"[\s\-]+", part) if word.lower() not in _ENGLISH)
        for part in words.split(",")
    ]
    pieces = [piece for piece in pieces if piece]
    found = _by_words("".join(pieces), _latin(), start, level)
    if len(pieces) > 1:
        found += _by_words("".join(reversed(pieces)), _latin(), start, level)
    return found


def _by_words(text: str, reader: _Reader, start: Region | None, level: Level | None) -> list[Match]:
    """Every region that a text without blanks may mean."""
    for filler in _FILLERS:
        if text != filler:
            text = text.replace(filler, "")
    if not text:
        return [Match(start, 1.0, (Text("代码", "code"),))] if start else []
    states = _read(text, reader, start, strict=True)
    if not any(state.used == len(text) for state in states):
        states += _read(text, reader, start, strict=False)
    matches = [_match(text, state) for state in states if state.words]
    whole = any(state.used == len(text) for state in states)
    if level == "village" or not whole or text.endswith(reader.ends):
        matches += _in_place(text, states, reader)
        sought = level == "village" or not any(m.score >= _SURE for m in matches)
        if reader.ends == villages.ENDS and sought:
            matches += _anywhere(text, states, start)
        if not any(m.score >= _SURE for m in matches):
            matches += _alike(text, states, reader)
    return matches


def _read(text: str, reader: _Reader, start: Region | None, *, strict: bool) -> list[_State]:
    """The ways to read a text as places, the larger before the smaller; some words may be left out."""
    at: list[dict[tuple[str, int], _State]] = [{} for _ in range(len(text) + 1)]
    first = _State(region=start)
    at[0]["", 0] = first
    done: list[_State] = []
    for position in range(len(text)):
        states = sorted(at[position].values(), key=lambda s: (-s.used * s.quality, len(s.conflicts)))[:_MOST_STATES]
        words = _words(text, position, reader) if states else []
        for state in states:
            _keep(at[position + 1], state)
            for word, meanings in words:
                for meaning in meanings:
                    following = _followed(state, word, meaning, position, strict)
                    if following is not None:
                        _keep(at[position + len(word)], following)
                        done.append(following)
    return done


def _words(text: str, position: int, reader: _Reader) -> list[tuple[str, tuple[Meaning, ...]]]:
    found = []
    for length in range(min(_LONGEST * (1 if reader.ends == villages.ENDS else 4), len(text) - position), 0, -1):
        word = text[position : position + length]
        if meanings := reader.meanings(word):
            found.append((word, meanings))
    return found


def _keep(states: dict[tuple[str, int], _State], state: _State) -> None:
    key = (state.region.code if state.region else "", len(state.conflicts))
    if key not in states or states[key].used * states[key].quality < state.used * state.quality:
        states[key] = state


def _followed(state: _State, word: str, meaning: Meaning, position: int, strict: bool) -> _State | None:
    """The state after one more place; None where it does not lie in the place before."""
    region = regions.get(meaning.code)
    if region is None or (len(word) == 1 and (state.words or state.region)):
        return None
    conflicts = state.conflicts
    again = state.region is not None and state.region.code == region.code
    if state.region is not None and not again and not _within(region, state.region):
        if strict or LEVELS.index(region.level) <= LEVELS.index(state.region.level):
            return None
        conflicts = (*conflicts, state.region)
    quality = meaning.quality if not state.words else state.quality * 0.3 + meaning.quality * 0.7
    return replace(
        state,
        region=region,
        end=position + len(word),
        used=state.used + len(word),
        quality=quality * (0.75 if len(conflicts) > len(state.conflicts) else 1.0),
        words=(*state.words, (word, region, meaning.manner)),
        conflicts=conflicts,
    )


def _within(region: Region, above: Region) -> bool:
    """Whether a region lies in another, or in what became of it."""
    if region.code != above.code and region.code.startswith(above.code[: _WIDTH[above.level]]):
        return LEVELS.index(region.level) > LEVELS.index(above.level)
    if "superseded" in above.flags:
        fate = history.today(above.code)
        return fate is not None and any(_within(region, place) for place in fate.now)
    return False


def _said(state: _State) -> list[Text]:
    """What each word was taken for, and which places contradict each other."""
    said = [
        Text(f"{word}＝{place.name}（{_MANNERS[how].zh}）", f"{word} = {place.name} ({_MANNERS[how].en})")
        for word, place, how in state.words
    ]
    return said + [
        Text(
            f"与所写的{place.name}不符：它不在{regions.full_name(place.code)}",
            f"contradicts {place.name}: it does not lie in {regions.full_name(place.code, 'en')}",
        )
        for place in state.conflicts
    ]


def _match(text: str, state: _State, rest: str | None = None) -> Match:
    assert state.region is not None
    left = text[state.end :] if rest is None else rest
    skipped = len(text) - len(left) - state.used
    ignored = bool(left) and bool(_TAILS.match(left))
    understood = state.used / (state.used + skipped) if state.used else 1.0
    share = understood**2 * (0.97 if ignored else (state.used / (state.used + len(left))) ** 0.5)
    why = _said(state)
    if left:
        why.append(Text(f"没有认出：{left}", f"not understood: {left}"))
    if skipped > 0:
        why.append(Text(f"略过 {skipped} 个字", f"{skipped} letters passed over"))
    return Match(state.region, max(0.0, round(state.quality * share, 4)), tuple(why), left)


# -- villages --------------------------------------------------------------------------------------------------------


def _in_place(text: str, states: list[_State], reader: _Reader) -> list[Match]:
    """Villages named after a county or township that was understood; in its county where the township has none."""
    found: list[Match] = []
    for state in _places(states):
        tail = text[state.end :]
        own = _villages_of(tail, state, reader)
        if not own and state.region is not None and state.region.level == "township":
            county = regions.get(state.region.code[:6])
            if county is not None:
                moved = replace(state, region=county, quality=state.quality * 0.8, conflicts=(state.region,))
                own = _villages_of(tail, moved, reader)
        found += [_match(text, s, rest) for s, rest in own]
    return found


def _places(states: list[_State]) -> list[_State]:
    """The places in which villages are looked for: the best understood, few."""
    best: dict[tuple[str, int], _State] = {}
    for state in states:
        if state.region is not None and state.region.level in ("prefecture", "county", "township"):
            _keep_best(best, state)
    return sorted(best.values(), key=lambda s: -s.used * s.quality)[:12]


def _keep_best(best: dict[tuple[str, int], _State], state: _State) -> None:
    key = (state.region.code if state.region else "", state.end)
    if key not in best or best[key].used * best[key].quality < state.used * state.quality:
        best[key] = state


def _villages_of(tail: str, state: _State, reader: _Reader) -> list[tuple[_State, str]]:
    """The villages of a place whose name a tail begins with, and what is left of the tail."""
    if len(tail) < 2 or state.region is None:
        return []
    stem = state.region.code[: _WIDTH[state.region.level]]
    written, fitting = villages.begun(tail, stem, reader.letters)
    end = next((e for e in sorted(reader.ends, key=len, reverse=True) if tail[len(written) :].startswith(e)), "")
    rest = tail[len(written) + len(end) :]
    return [_village(state, code, name, written + end, rest) for code, name in fitting]


def _village(state: _State, code: str, name: str, written: str, rest: str) -> tuple[_State, str]:
    region = Region(code, name, "village", code[:9])
    manner: Manner = "full" if written in (name, villages.short(name)) else "short"
    fits = 0.99 if manner == "full" else 0.9
    town, rural = name.endswith(("居委会", "社区")), not name.endswith(("居委会", "社区"))
    if (written.endswith("村") and town) or (written.endswith("社区") and rural):
        fits = 0.8
    quality = state.quality * 0.3 + fits * 0.7 if state.words else fits
    quality *= 0.75 if state.conflicts else 1.0
    following = replace(
        state,
        region=region,
        used=state.used + len(written),
        quality=quality,
        words=(*state.words, (written, region, manner)),
    )
    return following, rest


def _anywhere(text: str, states: list[_State], start: Region | None) -> list[Match]:
    """Villages of this name in the province that was understood, or in the whole country."""
    found: list[Match] = []
    provinces = [s for s in states if s.region is not None and s.region.level == "province" and s.end < len(text)]
    for state in (*provinces[:1], _State(region=start)):
        tail = text[state.end :]
        plain = villages.plain(tail)
        stem = state.region.code[:2] if state.region else ""
        if found or len(plain) < 2 or len(plain) > 12:
            continue
        for code, name in villages.named(plain, stem):
            following, rest = _village(state, code, name, tail, "")
            found.append(_match(text, following, rest))
    return found


# -- what is nearest -------------------------------------------------------------------------------------------------


def _alike(text: str, states: list[_State], reader: _Reader) -> list[Match]:
    """Places inside the best understood one whose names look like the words left over."""
    found: list[Match] = []
    for state in _places(states)[:3]:
        tail = text[state.end :]
        if len(tail) < 2 or state.region is None or reader.ends != villages.ENDS:
            continue
        for below in regions.children(state.region.code):
            written = tail[: len(below.name)] if below.level != "village" else tail
            own = below.name if below.level != "village" else villages.short(below.name)
            ratio = _likeness(written, own)
            if 0.5 <= ratio < 1.0:
                why = Text(f"字形相近：{written}≈{own}", f"looks alike: {written} ≈ {own}")
                share = ((state.used + len(written)) / len(text)) ** 0.5
                score = round(0.95 * state.quality * ratio * share, 4)
                found.append(Match(below, score, (*_said(state), why), tail[len(written) :]))
    return found


def _likeness(one: str, other: str) -> float:
    both = sum(letter in one for letter in other)
    if both / (len(one) + len(other)) + 0.5 * both / max(len(one), len(other)) < _LEAST_ALIKE:
        return 0.0
    placed = sum(a == b for a, b in zip(one, other, strict=False)) / max(len(one), len(other))
    return 0.5 * SequenceMatcher(None, one, other, autojunk=False).ratio() + 0.5 * placed


def _nearest(text: str, limit: int, level: Level | None) -> tuple[Match, ...]:
    """Regions down to the township whose names look most like a text in which nothing was understood."""
    if not re.search("[一-鿿]", text):
        return _nearest_letters(naming.letters(text), limit, level)
    letters = set(text)
    known, places = _by_letter()
    shared = Counter(at for letter in letters for at in places.get(letter, ()))
    found = []
    for at, both in shared.items():
        region = known[at]
        if (level is None or region.level == level) and both * 2 >= min(len(letters), 4):
            ratio = _likeness(text, region.name)
            if ratio >= 0.5:
                score = ratio * 0.5 + (0.05 if region.name[0] == text[0] else 0.0)
                found.append(Match(region, round(score, 4), (Text("字形相近", "looks alike"),)))
    return tuple(_ranked(found)[:limit])


@cache
def _by_letter() -> tuple[tuple[Region, ...], dict[str, array[int]]]:
    """Regions down to the township, and for each letter of their names the places at which these stand."""
    known = regions.above_village()
    places: dict[str, array[int]] = {}
    for at, region in enumerate(known):
        for letter in set(region.name):
            places.setdefault(letter, array("I")).append(at)
    return known, places


def _nearest_letters(text: str, limit: int, level: Level | None) -> tuple[Match, ...]:
    found = []
    for written, meanings in naming.pinyin().words(text[:1]) if text else ():
        if abs(len(written) - len(text)) <= 2:
            ratio = _likeness(text, written)
            if ratio >= 0.8:
                for meaning in meanings:
                    region = regions.get(meaning.code)
                    if region is not None and (level is None or region.level == level):
                        why = Text(f"拼写相近：{written}", f"spelt alike: {written}")
                        found.append(Match(region, round(ratio * 0.55, 4), (why,)))
    return tuple(_ranked(found)[:limit])
