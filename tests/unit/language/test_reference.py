"""The reference page of the rule language shows every construct, each with an example that parses."""

from __future__ import annotations

import pytest

from fangpin.language import tree as t
from fangpin.language.parse import FUNCTIONS, QUANTIFIERS
from fangpin.language.reference import CONSTRUCTS, DOCUMENTED_NAMES, FOR_CHECKS, Construct, markdown


@pytest.mark.parametrize("construct", [*CONSTRUCTS, *FOR_CHECKS], ids=lambda c: c.form[:40])
def test_every_example_is_in_the_language(construct: Construct) -> None:
    assert construct.tree()
    for lang in ("zh", "en"):
        assert construct.meaning(lang) in markdown(lang)
    assert not any("\u4e00" <= c <= "\u9fff" for c in construct.meaning.en)


def test_nothing_of_the_grammar_is_left_out() -> None:
    assert set(DOCUMENTED_NAMES) == {*QUANTIFIERS, *FUNCTIONS}
    for name in DOCUMENTED_NAMES:
        assert any(f"{name}(" in f" {c.form}" for c in (*CONSTRUCTS, *FOR_CHECKS)), name
    shown = {type(n).__name__ for c in CONSTRUCTS for n in t.walk(c.tree())}
    assert {kind.__name__ for kind in t.Node.__subclasses__()} == shown
