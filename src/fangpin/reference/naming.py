"""How people write the names of regions: short forms, abbreviations, former names, readings.

Reads   regions, their former names, the tables of abbreviations and of readings
Gives   hanzi and pinyin, indexes from a way of writing to the regions it may mean; reading; letters
Not     which one is meant (lookup); villages, whose names are looked at in their place
Keeps   an index is built when it is first asked for, and names that begin alike are worked out together
Source  regions_aliases.csv; regions_pinyin.txt.gz, built by tools/regions.py
"""

from __future__ import annotations

import gzip
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

from fangpin.reference import history, regions
from fangpin.reference._files import rows
from fangpin.reference.regions import Region

Manner = Literal["full", "short", "abbreviation", "former"]
QUALITY: dict[Manner, float] = {"full": 1.0, "short": 0.93, "abbreviation": 0.9, "former": 0.86}
_LEVEL = {"province": 0.02, "prefecture": 0.01, "county": 0.0, "township": -0.05, "village": -0.05}
_PEOPLES = (
    "蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 "
    "哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 柯尔克孜 "
    "土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 "
    "俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺 各 "
).split()
_PEOPLE = re.compile("(?:" + "|".join(sorted((p + "族" for p in _PEOPLES), key=len, reverse=True)) + ")$")
_WITHOUT = re.compile("(?:维吾尔|蒙古|哈萨克|柯尔克孜|锡伯|塔吉克|达斡尔|鄂温克|俄罗斯|朝鲜|鄂伦春)$")
_AUTONOMOUS = {"自治区": "", "自治州": "州", "自治县": "县", "自治旗": "旗", "民族乡": "乡", "民族苏木": "苏木"}
_KINDS: dict[str, tuple[str, ...]] = {
    "province": ("特别行政区", "省", "市"),
    "prefecture": ("地区", "市", "盟", "州"),
    "county": ("林区", "特区", "新区", "市", "县", "区", "旗"),
    "township": ("街道办事处", "街道", "苏木", "镇", "乡"),
}


class Meaning(NamedTuple):
    """What a way of writing may mean: a region, how it is written, how well that fits."""

    code: str
    manner: Manner
    quality: float


def _stem_of_peoples(name: str, autonomous: str) -> str:
    """The name without what it is and whose it is: 恩施土家族苗族自治州 → 恩施."""
    stem = name.removesuffix(autonomous)
    while (shorter := _PEOPLE.sub("", stem)) != stem and len(shorter) >= 2:
        stem = shorter
    shorter = _WITHOUT.sub("", stem)
    return shorter if len(shorter) >= 2 else stem


def short_forms(name: str, level: str) -> Iterator[str]:
    """The short ways of writing a name: 德化县 → 德化; 恩施土家族苗族自治州 → 恩施, 恩施州; 龙浔镇 → 龙浔."""
    for autonomous, kind in _AUTONOMOUS.items():
        if name.endswith(autonomous):
            stem = _stem_of_peoples(name, autonomous)
            if len(stem) >= 2:
                yield stem
                yield stem + kind
                yield stem + autonomous
            return
    if level == "township" and name.endswith("族乡") and (stem := _stem_of_peoples(name, "乡")) != name[:-1]:
        yield stem
        yield stem + "乡"
        return
    for kind in _KINDS.get(level, ()):
        stem = name.removesuffix(kind)
        if stem != name:
            if len(stem) >= 2:
                yield stem
                if kind == "街道":
                    yield from (name + "办事处", stem + "街道办", stem + "街", stem + "办事处")
            return


def _names() -> Iterator[tuple[Region, str, Manner]]:
    """Every region with its name, its former names and its abbreviations; short forms follow from these."""
    for region in regions.above_village():
        yield region, region.name, "full"
    for old in regions.past():
        fate = history.today(old.code)
        if fate is not None and fate.certain and fate.now[0].name != old.name:
            yield fate.now[0], old.name, "former"
    for row in rows("regions_aliases.csv"):
        yield regions.require(row["code"]), row["alias"], "abbreviation"
    for change in regions.all_changes():
        code = change.old_code
        renamed = regions.get(code) if code and code == change.new_code else None
        if renamed is not None and change.old_name not in ("", renamed.name):
            yield renamed, change.old_name, "former"


def _forms(name: str, manner: Manner, level: str) -> Iterator[tuple[str, Manner]]:
    yield name, manner
    if manner != "abbreviation":
        for short in short_forms(name, level):
            yield short, "short" if manner == "full" else manner


def _quality(region: Region, written: str, manner: Manner) -> float:
    quality = QUALITY[manner] + (_LEVEL[region.level] if manner != "full" else min(_LEVEL[region.level], 0.0) / 5)
    if manner == "abbreviation" and len(written) == 1:
        quality = 0.75
    if "superseded" in region.flags:
        fate = history.today(region.code)
        return quality - (0.15 if fate is not None and fate.certain else 0.02)
    return quality - (0.02 if "statistical" in region.flags else 0.0)


class Index:
    """Ways of writing → what they may mean; names that begin alike are worked out when one of them is asked for."""

    def __init__(self, written: Callable[[str, str], str], head: int) -> None:
        self._written, self._head = written, head
        self._names: dict[str, list[tuple[Region, str, Manner]]] = {}
        self._ready: dict[str, dict[str, tuple[Meaning, ...]]] = {}
        for region, name, manner in _names():
            if begin := written(name, name)[:head]:
                self._names.setdefault(begin, []).append((region, name, manner))

    def get(self, word: str) -> tuple[Meaning, ...]:
        """What a word may mean; nothing if no region is written so."""
        return self._begun(word[: self._head]).get(word, ())

    def words(self, letter: str) -> Iterator[tuple[str, tuple[Meaning, ...]]]:
        """Every way of writing that begins with a letter."""
        for head in self._names:
            if head.startswith(letter):
                yield from self._begun(head).items()

    def _begun(self, head: str) -> dict[str, tuple[Meaning, ...]]:
        if head not in self._names:
            return {}
        if head not in self._ready:
            found: dict[str, dict[str, Meaning]] = {}
            for region, name, manner in self._names[head]:
                for form, how in _forms(name, manner, region.level):
                    meanings = found.setdefault(self._written(name, form), {})
                    meaning = Meaning(region.code, how, _quality(region, form, how))
                    if region.code not in meanings or meanings[region.code].quality < meaning.quality:
                        meanings[region.code] = meaning
            self._ready[head] = {written: tuple(m.values()) for written, m in found.items() if written}
        return self._ready[head]


@cache
def hanzi() -> Index:
    """Names as they are written in Chinese."""
    return Index(lambda name, form: form, 2)


# -- readings --------------------------------------------------------------------------------------------------------


@cache
def _readings() -> dict[str, tuple[str, ...]]:
    packed = files("fangpin.reference").joinpath("data", "regions_pinyin.txt.gz").read_bytes()
    lines = gzip.decompress(packed).decode("utf-8").splitlines()
    return {name: tuple(syllables.split(" ")) for name, _, syllables in (line.partition("\t") for line in lines)}


def reading(name: str) -> str:
    """The syllables of a region's name, empty where it is not known: 德化县 → de hua xian."""
    return " ".join(_readings().get(name, ()))


def letters(text: str) -> str:
    """Letters alone, small, without tones: Déhuà Xiàn → dehuaxian, Lǜ → lv."""
    text = unicodedata.normalize("NFC", text.lower())
    text = re.sub("[üǖǘǚǜ]", "v", text)
    plain = unicodedata.normalize("NFD", text)
    return re.sub("[^a-z]", "", plain)


def _written(name: str, form: str) -> str:
    """A form of a name in letters, by the syllables that the name has; nothing for a form of one letter."""
    syllables = _readings().get(name, ())
    if len(form) < 2 or not syllables:
        return ""
    if name.startswith(form):
        return "".join(syllables[: len(form)])
    syllable = dict(zip(name, syllables, strict=True))
    return "".join(syllable.get(letter, _KIND_READINGS.get(letter, "")) for letter in form)


_KIND_READINGS = {"州": "zhou", "县": "xian", "旗": "qi", "乡": "xiang", "街": "jie", "办": "ban"}


@cache
def pinyin() -> Index:
    """Names in pinyin, without blanks and tones."""
    return Index(_written, 3)


@cache
def english() -> dict[str, Meaning]:
    """The provinces in English, in letters."""
    return {letters(r.name_en): Meaning(r.code, "full", 1.0) for r in regions.children() if r.name_en}


def village_letters(names: Sequence[str]) -> list[str]:
    """The letters of villages' names, read one by one: there are too many to keep them all."""
    from pypinyin import lazy_pinyin

    return [letters("".join(lazy_pinyin(name))) for name in names]
