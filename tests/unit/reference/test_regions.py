"""Regions: codes of every width, what lies above and below, codes of the past."""

from __future__ import annotations

import csv
import lzma
import subprocess
import sys
from importlib.resources import files

import pytest

from fangpin.reference import regions, villages
from fangpin.reference.regions import UnknownRegion

DATA = files("fangpin.reference").joinpath("data")


def _rows(name: str) -> list[dict[str, str]]:
    data = DATA.joinpath(name).read_bytes()
    text = (lzma.decompress(data) if name.endswith(".xz") else data).decode("utf-8")
    return list(csv.DictReader(text.splitlines()))


@pytest.mark.parametrize(
    ("file", "level"),
    [
        ("regions_province.csv", "province"),
        ("regions_prefecture.csv", "prefecture"),
        ("regions_county.csv", "county"),
        ("regions_township_nbs2023.csv.xz", "township"),
    ],
)
def test_every_row_of_the_register_is_found(file: str, level: str) -> None:
    for row in _rows(file):
        region = regions.get(row["code"])
        if level == "township" and row["code"].endswith("000"):  # a placeholder for a county without townships
            assert region is not None
            assert region.level == "county"
            continue
        assert region is not None
        assert (region.name, region.level) == (row["name"], level)
        assert regions.get(row["code"] + "0" * (12 - len(row["code"]))) == region


def test_every_region_lies_in_a_known_one_up_to_its_province() -> None:
    for level in regions.LEVELS[:-1]:
        for region in regions.children(level=level):
            chain = regions.ancestors(region.code)
            assert (chain[-1].level == "province") if chain else region.level == "province"
            assert regions.province_of(region.code) == (chain[-1] if chain else region)


@pytest.mark.parametrize("code", ["35", "350000", "350000000", "350000000000", " 35 "])
def test_one_province_in_every_width(code: str) -> None:
    region = regions.get(code)
    assert region is not None
    assert region.code == "350000"
    assert regions.exists(code)


@pytest.mark.parametrize(
    ("code", "usual"),
    [
        ("3505", "350500"),
        ("350526", "350526"),
        ("350526000000", "350526"),
        ("350526101", "350526101"),
        ("350526101000", "350526101"),
        ("350526101201", "350526101201"),
        ("3505260", None),
        ("35052", None),
        ("", None),
        ("德化县", None),
        ("３５０５２６", None),
        ("-1", None),
        ("00", None),
        ("000000", None),
    ],
)
def test_normal_width(code: str, usual: str | None) -> None:
    assert regions.normal(code) == usual


def test_names_in_both_languages() -> None:
    assert regions.name("350526") == "德化县"
    assert regions.name("350526", "en") == "德化县 (350526)"
    assert regions.name("35", "en") == "Fujian"
    assert regions.full_name("350526") == "福建省泉州市德化县"
    assert regions.full_name("350526", "en") == "德化县 (350526), 泉州市 (350500), Fujian"
    assert regions.name("999999") == "999999"


def test_ancestors_nearest_first_and_a_village_by_its_digits() -> None:
    assert [r.code for r in regions.ancestors("350526")] == ["350500", "350000"]
    assert [r.code for r in regions.ancestors("350526101201")] == ["350526101", "350526", "350500", "350000"]
    assert [r.code for r in regions.ancestors("350526999201")] == ["350526", "350500", "350000"]
    assert [r.code for r in regions.ancestors("429004")] == ["420000"]
    assert regions.ancestors("350000") == ()
    assert regions.ancestors("nonsense") == ()


def test_villages_have_names_and_are_judged_by_their_township() -> None:
    village = regions.get("350526101201")
    assert village is not None
    assert (village.name, village.level, village.parent) == ("宝美村委会", "village", "350526101")
    assert regions.full_name("350526101201") == "福建省泉州市德化县龙浔镇宝美村委会"
    assert regions.exists("350526101201")
    assert regions.get("350526101999") is None
    assert regions.exists("350526101999")  # villages change faster than the list
    assert not regions.exists("350526999201")
    assert regions.require("350526101201") == village
    assert regions.require("350526101999").code == "350526101"


def test_villages_are_all_there_in_order() -> None:
    assert len(regions.children("350526101")) == 22
    assert {r.parent for r in regions.children("350526", "village")} == {r.code for r in regions.children("350526")}
    codes = [code for code, _ in villages.under("35")]
    assert codes == sorted(set(codes))
    assert all(len(code) == 12 and name for code, name in villages.under("4290"))
    assert sum(1 for _ in villages.under("")) == 620_573


def test_villages_are_found_by_name_in_the_whole_country() -> None:
    assert ("350526101201", "宝美村委会") in list(villages.named("宝美"))
    assert [code for code, _ in villages.named("宝美", "35")] == ["350526101201"]
    for code, name in villages.named("新村"):
        assert villages.name_of(code) == name
        assert villages.plain(name) == "新村" or name == "新村"
    assert list(villages.named("没有这个村")) == []


@pytest.mark.parametrize(
    ("name", "plain", "short"),
    [
        ("宝美村委会", "宝美", "宝美村"),
        ("石榴村村民委员会", "石榴", "石榴村"),
        ("凤池社区居委会", "凤池", "凤池社区"),
        ("南门居委会", "南门", "南门社区"),
        ("贺村", "贺村", "贺村"),
        ("宝力根嘎查委员会", "宝力根嘎查委员会", "宝力根嘎查委员会"),
        ("巴彦嘎查村民委员会", "巴彦", "巴彦嘎查"),
    ],
)
def test_names_of_villages_as_people_say_them(name: str, plain: str, short: str) -> None:
    assert (villages.plain(name), villages.short(name)) == (plain, short)


def test_importing_loads_no_village_and_a_look_up_only_its_prefecture() -> None:
    program = (
        "import sys, fangpin\n"
        "from fangpin.reference import regions\n"
        "from fangpin.reference import villages as v\n"
        "assert v._archive.cache_info().currsize == 0\n"
        "regions.get('350526'); assert v._archive.cache_info().currsize == 0\n"
        "regions.get('350526101201'); regions.get('350526100201')\n"
        "assert v._text.cache_info().currsize == 1\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("code", ["999999", "350599", "350526999", "350526999201", "abc", "", "12345"])
def test_an_unknown_region_is_refused_with_what_was_read(code: str) -> None:
    assert not regions.exists(code)
    with pytest.raises(UnknownRegion) as caught:
        regions.require(code)
    assert isinstance(caught.value, LookupError)
    assert caught.value.read == code
    assert "FP-REFERENCE-002" in caught.value.message("zh")


def test_an_unknown_region_says_where_it_would_lie() -> None:
    with pytest.raises(UnknownRegion) as caught:
        regions.require("350599")
    assert "福建省泉州市" in caught.value.message("zh")
    assert "Fujian" in caught.value.message("en")


def test_children_by_parent_and_by_level() -> None:
    assert len(regions.children()) == 34
    assert len(regions.children("35")) == 9
    assert {r.level for r in regions.children("420000")} == {"prefecture", "county"}  # 仙桃 has no prefecture
    assert all(r.code.startswith("35") for r in regions.children("35", "county"))
    assert "350526" in {r.code for r in regions.children("35", "county")}
    assert len(regions.children("350526")) == 18
    assert {r.level for r in regions.children("441900")} == {"township"}  # 东莞 has no counties
    assert regions.children("350526101201") == ()
    assert len(regions.children(level="prefecture")) == 333
    with pytest.raises(UnknownRegion):
        regions.children("999999")


def test_the_sizes_of_the_lists() -> None:
    counties = regions.children(level="county")
    sizes = {
        flag: sum(flag in c.flags for c in counties)
        for flag in ("former_poor_832", "key_592", "exit_2020_last_52", "key_160", "sanqu_sanzhou")
    }
    assert sizes == {
        "former_poor_832": 830,
        "key_592": 592,
        "exit_2020_last_52": 52,
        "key_160": 159,
        "sanqu_sanzhou": 213,
    }
    assert sum("poverty_task_22" in p.flags for p in regions.children()) == 22


def test_codes_of_the_past_and_statistical_units_stay_known() -> None:
    past = regions.get("350427")
    assert past is not None
    assert past.name == "沙县"
    assert past.superseded_in == 2021
    assert "superseded" in past.flags
    assert [r.code for r in regions.ancestors("350427")] == ["350400", "350000"]
    assert past not in regions.children("350400")
    moved = regions.get("500105")
    assert moved is not None
    assert moved.superseded_in == 2025
    zone = regions.get("620171")
    assert zone is not None
    assert zone.name == "兰州新区"
    assert zone.flags == {"statistical"}
    assert [(c.year, c.new_code) for c in regions.changes("350427")] == [(2021, "350405")]


def test_no_file_is_large() -> None:
    large = {f.name for f in DATA.iterdir() if len(f.read_bytes()) > 2 * 2**20}
    assert large == {villages.ARCHIVE}
    assert len(DATA.joinpath(villages.ARCHIVE).read_bytes()) < 4 * 2**20
