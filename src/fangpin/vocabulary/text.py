"""Texts in Chinese and English.

Gives   Text, a pair that cannot be built with one half missing; `lang_or_default`
Not     labels of tables (tables), sentences of rules (language.say)
"""

from __future__ import annotations

import os
from typing import NamedTuple

LANGUAGES = ("zh", "en")


class Text(NamedTuple):
    """One message in both languages; ``text("en")`` gives one of them."""

    zh: str
    en: str

    def __call__(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh

    def format(self, **values: object) -> Text:
        """Both halves with ``{name}`` filled in; a value that is itself a Text is put in by its language."""

        def half(template: str, lang: str) -> str:
            said = {k: v(lang) if isinstance(v, Text) else v for k, v in values.items()}
            return template.format(**said)

        return Text(half(self.zh, "zh"), half(self.en, "en"))


def lang_or_default(lang: str | None) -> str:
    """The language to speak: the one asked for, else ``FANGPIN_LANG``, else Chinese.

    Raises:
        ValueError: the language asked for is neither ``zh`` nor ``en``.
    """
    if lang is None:
        lang = os.environ.get("FANGPIN_LANG", "zh")
        return lang if lang in LANGUAGES else "zh"
    if lang not in LANGUAGES:
        raise ValueError(f"language {lang!r} is not one of zh, en")
    return lang
