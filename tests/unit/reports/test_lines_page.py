"""The page from a published table to a head count: what its sentences claim, and its pictures."""

from __future__ import annotations

import pytest

from fangpin.evaluation.lines import person_basis
from fangpin.evaluation.published import national
from fangpin.evaluation.table1 import table_1
from fangpin.reports import lines_page, svg
from helpers import ROOT


def test_the_sentences_are_true() -> None:
    table = table_1().scenarios[0].comparison.table
    lognormal = table_1().scenarios[0].comparison.rows[8].fit
    assert lognormal is not None and lognormal.method == "lognormal" and lognormal.criterion == "lorenz"
    assert round(100 * lognormal.deviations["group_means"]) == 25 and round(100 * lognormal.deviations["median"]) == -8
    assert table.mean == 16020.7
    old = national(2019).table
    assert round(100 * float(old.fit("lognormal", "mean_median").headcount(6012.8))) == 3
    persons = person_basis(national(2020).table)
    assert persons is not None
    medians = [float(persons.fit(m).median()) for m in ("lorenz_beta", "lorenz_gq", "gb2")]  # type: ignore[attr-defined]
    assert min(medians) > 14_200 and max(medians) < 14_295
    found = table_1()
    rates = [s.comparison.estimates[0].value for s in found.scenarios]
    assert 1.08 < rates[0] / rates[1] < 1.15 and 1.05 < rates[2] / rates[1] < 1.10


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_has_its_pictures(lang: str) -> None:
    page = lines_page.markdown(lang)
    for name, chart in lines_page.figures(lang).items():
        assert f"../images/{name}" in page and (ROOT / "docs" / "images" / name).exists()
        assert b"<svg" in svg.standalone(chart, "svg")
    assert "8,347.41" in page and "| 40% |" in page
