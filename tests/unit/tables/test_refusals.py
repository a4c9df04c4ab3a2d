"""A mistake in a table's YAML refuses to load, with file, line and column."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fangpin.tables import yaml_file
from fangpin.tables.catalogue import DATA, read
from fangpin.vocabulary.errors import DocumentError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATA, tmp_path / "data"))


def spoil(folder: Path, file: str, old: str, new: str) -> int:
    """Replaces the first ``old``; the line of it, from 1."""
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def refused(folder: Path) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        read(folder)
    assert caught.value.message("zh") != caught.value.message("en")
    return caught.value


def test_the_folder_as_it_is_loads(folder: Path) -> None:
    assert list(read(folder).tables)[:2] == ["household", "member"]


def test_an_unknown_key_of_a_field_names_the_place_and_the_nearest_key(folder: Path) -> None:
    line = spoil(folder, "member.yaml", "    privacy: direct", "    privcy: direct")
    error = refused(folder)
    assert error.code in ("FP-DOCUMENT-003", "FP-DOCUMENT-004")  # the wrong key, or the right one that is now missing
    spoil(folder, "member.yaml", "    privcy: direct", "    privacy: direct\n    frsh_days: 3")
    error = refused(folder)
    assert error.code == "FP-DOCUMENT-003"
    assert error.place == f"member.yaml:{line + 1}:5"
    assert error.remedy is not None
    assert "fresh_days" in error.remedy.en


def test_an_unknown_key_inside_a_label_refuses(folder: Path) -> None:
    line = spoil(folder, "loan.yaml", "{zh: 合同号, en: contract number}", "{zh: 合同号, en: contract number, fr: x}")
    assert refused(folder).place.startswith(f"loan.yaml:{line}:")


def test_a_doubled_key_refuses(folder: Path) -> None:
    line = spoil(folder, "living.yaml", "  pasture:\n", "  farmland:\n")
    error = refused(folder)
    assert error.code == "FP-DOCUMENT-002"
    assert error.place == f"living.yaml:{line}:3"


def test_a_missing_label_refuses(folder: Path) -> None:
    line = spoil(folder, "loan.yaml", "{zh: 合同号, en: contract number}", "{zh: 合同号}")
    error = refused(folder)
    assert (error.code, error.place.rsplit(":", 1)[0]) == ("FP-DOCUMENT-004", f"loan.yaml:{line}")


def test_an_empty_label_refuses(folder: Path) -> None:
    line = spoil(folder, "loan.yaml", "{zh: 合同号, en: contract number}", '{zh: 合同号, en: " "}')
    assert refused(folder).place.startswith(f"loan.yaml:{line}:")


def test_a_code_list_that_does_not_exist_refuses_with_the_nearest(folder: Path) -> None:
    line = spoil(folder, "living.yaml", "codes: house_grade", "codes: house_grades")
    error = refused(folder)
    assert (error.code, error.place) == ("FP-TABLES-001", f"living.yaml:{line}:12")
    assert error.remedy is not None
    assert "house_grade" in error.remedy.en


def test_a_field_of_codes_without_a_list_refuses(folder: Path) -> None:
    spoil(folder, "living.yaml", "    codes: fuel\n", "")
    error = refused(folder)
    assert error.code == "FP-TABLES-003"
    assert error.read.startswith("fuel")


def test_an_unknown_kind_refuses(folder: Path) -> None:
    line = spoil(folder, "safeguards.yaml", "kind: bool", "kind: boolean")
    error = refused(folder)
    assert (error.code, error.place) == ("FP-DOCUMENT-005", f"safeguards.yaml:{line}:5")


def test_a_code_without_quotes_refuses_because_it_would_lose_its_zero(folder: Path) -> None:
    line = spoil(folder, "codelists.yaml", '"01": {zh: 因病', "01: {zh: 因病")
    error = refused(folder)
    assert (error.code, error.place.rsplit(":", 1)[0]) == ("FP-TABLES-006", f"codelists.yaml:{line}")


def test_one_spelling_for_two_codes_refuses(folder: Path) -> None:
    line = spoil(folder, "codelists.yaml", '"2": {zh: 女, en: female, also: [女性]}', '"2": {zh: 男, en: female}')
    error = refused(folder)
    assert (error.code, error.place.rsplit(":", 1)[0]) == ("FP-TABLES-002", f"codelists.yaml:{line}")


def test_two_fields_of_one_name_refuse(folder: Path) -> None:
    spoil(folder, "loan.yaml", "{zh: 合同号, en: contract number}", "{zh: 户编号, en: contract number}")
    assert refused(folder).code == "FP-TABLES-005"


def test_a_key_that_is_no_field_refuses(folder: Path) -> None:
    line = spoil(folder, "living.yaml", "key: [household_id]", "key: [house_id]")
    error = refused(folder)
    assert (error.code, error.place) == ("FP-TABLES-004", f"living.yaml:{line}:7")


def test_a_table_under_another_name_refuses(folder: Path) -> None:
    line = spoil(folder, "loan.yaml", "table: loan", "table: loans")
    error = refused(folder)
    assert (error.code, error.place) == ("FP-TABLES-007", f"loan.yaml:{line}:8")


def test_text_that_is_not_yaml_refuses(folder: Path) -> None:
    (folder / "measure.yaml").write_text("table: [measure", "utf-8")
    assert refused(folder).code == "FP-DOCUMENT-001"


@pytest.mark.parametrize(
    "text",
    [
        "[a]: b",
        "? {a: 1}\n: 2",
        "a: &x [1]\nb: *x",
        "&x [*x]",
        "[" * 5_000,
        "[" * 200_000,
        "- " * 100_000,
        "{a: " * 3_000,
        "a: 2021-13-45",
        "a: !!python/object:os.system x",
        "a: " + "9" * 6_000,
        "\0",
        "a: !!binary x",
    ],
)
def test_odd_yaml_is_refused_with_a_message(text: str) -> None:
    with pytest.raises(DocumentError):
        yaml_file.parse(text, "x.yaml")
