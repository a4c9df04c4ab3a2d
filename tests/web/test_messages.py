"""Every message of the pages has its English."""

from __future__ import annotations

import importlib.util
from types import ModuleType

from helpers import ROOT


def tool() -> ModuleType:
    """tools/messages.py as a module."""
    spec = importlib.util.spec_from_file_location("tool_messages", ROOT / "tools" / "messages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_message_has_its_english() -> None:
    assert tool().missing() == [], "run tools/messages.py, fill in the English, run tools/assets.py"


def test_a_template_gives_its_messages(tmp_path) -> None:  # type: ignore[no-untyped-def]
    page = tmp_path / "page.html"
    page.write_text(
        '<p>它说 (“{% translate "甲" %}”) {% blocktranslate count n=n %}一户{% plural %}{{ n }} 户{% endblocktranslate %}</p>'
    )
    assert [message for message, *_ in tool().in_template(page)] == ["甲", ("一户", "%(n)s 户")]
