"""An estimate computes like its value and speaks like a sentence."""

from __future__ import annotations

import copy
import json
import pickle
from dataclasses import replace

import numpy as np
import pytest

from fangpin.methods.estimate import Caution, Estimate, Refused
from fangpin.vocabulary.text import Text

OLD = Caution("vintage", Text("线与数据不是同一年", "the line is of another year"))


def made(**changes: object) -> Estimate:
    given: dict[str, object] = {
        "value": 0.1542,
        "definition": Text("收入低于线的比例", "share below the line"),
        "method": Text("经验", "empirical"),
        "basis": "person",
        "se": 0.01,
        "interval": (0.135, 0.174),
        "n": 2400,
        "years": {"data": 2019, "line": 2020},
        "warnings": (OLD,),
        "details": {"line": 6000.0},
    }
    return Estimate(**{**given, **changes})  # type: ignore[arg-type]


def test_computes_like_its_value() -> None:
    e = made()
    assert e == pytest.approx(0.1542)
    assert abs(e - 0.15) < 0.0043 and 1 - e == 1 - 0.1542 and e * 2 == 2 * e == 0.3084
    assert float(e) == round(e, 4) == 0.1542 and 0.1 < e <= 0.1542 and f"{e:.3f}" == "0.154"
    assert np.asarray([e, e], dtype=float).sum() == pytest.approx(0.3084)
    assert np.abs(np.asarray([0.2]) - float(e))[0] == pytest.approx(0.0458)
    assert {e: 1}[0.1542] == 1 and made() == made() and made() != made(n=1)


def test_says_all_of_it_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    e = made()
    assert e.sentence("en") == (
        "15.42 % [13.50 %, 17.40 %] — share below the line; of persons; empirical; data 2019, line 2020; n = 2400"
        " ⚠ the line is of another year"
    )
    assert "按人" in e.sentence("zh") and "线与数据不是同一年" in e.sentence("zh")
    monkeypatch.setenv("FANGPIN_LANG", "en")
    assert str(e) == e.report("en") == f"{e}"
    assert "<strong>15.42 %" in e._repr_html_() and "⚠ the line" in e._repr_html_()


def test_is_not_printed_bare() -> None:
    with pytest.raises(Refused, match="basis"):
        made(basis=None).report()
    with pytest.raises(ValueError, match=r"years\['line'\]"):
        made(years={"data": 2019}).report()
    with pytest.raises(TypeError):
        json.dumps(made())


def test_a_nan_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be computed"):
        made(value=float("nan"))


def test_is_copied_and_pickled_whole() -> None:
    e = made()
    for again in (pickle.loads(pickle.dumps(e)), copy.deepcopy(e), replace(e, n=2400)):
        assert again == e and again.details["line"] == 6000.0


def test_hands_on_plain_values() -> None:
    row = json.loads(json.dumps(made().to_dict("en")))
    assert row["value"] == 0.1542 and row["lower"] == 0.135 and row["basis"] == "person"
    assert row["warnings"] == [{"code": "vintage", "message": "the line is of another year"}]
    frame = made(se=None, interval=None, n=None).to_frame("en")
    assert frame.height == 1 and frame["value"][0] == 0.1542 and frame["se"][0] is None
    assert frame.vstack(made().to_frame("en")).height == 2
