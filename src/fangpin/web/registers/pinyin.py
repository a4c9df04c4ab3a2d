"""Names in pinyin, for search and for telling that two spellings may be one name.

Gives   pinyin (full and initials, ``wangxiaoming wxm``); syllables, one for each character
Source  pypinyin; readings of characters as family names: common knowledge, ours
"""

from __future__ import annotations

from functools import cache, lru_cache

from pypinyin import Style
from pypinyin import pinyin as read

from fangpin.vocabulary.characters import narrow

FAMILY = dict(
    pair.split(":")
    for pair in (
        "单:shan 曾:zeng 解:xie 仇:qiu 区:ou 朴:piao 查:zha 任:ren 盖:ge 翟:zhai 尉:wei 宁:ning 缪:miao 万:wan 纪:ji "
        "华:hua 燕:yan 员:yun 召:shao 洗:xian 冼:xian 秘:bi 折:she 黑:he 乐:yue 覃:qin"
    ).split()
)


@cache
def _character(character: str) -> str:
    found: str = (
        read(character, style=Style.NORMAL, errors="ignore")[0][0] if character >= "\u2e80" else character.lower()
    )
    return found.replace("ü", "v")


@lru_cache(maxsize=200_000)
def syllables(name: str) -> tuple[str, ...]:
    """One syllable for each character that has one.

    Examples:
        >>> syllables("单小明"), syllables("")
        (('shan', 'xiao', 'ming'), ())
    """
    text = "".join(narrow(name).split())
    found = []
    for at, character in enumerate(text):
        try:
            found.append(FAMILY[character] if at == 0 and character in FAMILY else _character(character))
        except IndexError:  # a character without a reading
            continue
    return tuple(s for s in found if s)


def pinyin(name: str) -> str:
    """Full spelling and initials.

    Examples:
        >>> pinyin("王小明")
        'wangxiaoming wxm'
    """
    found = syllables(name)
    return f"{''.join(found)} {''.join(s[0] for s in found)}" if found else ""
