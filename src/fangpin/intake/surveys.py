"""Surveys: where the data of a shipped mapping profile are on this machine.

Gives   locate(name) → the folder to read with the profile of that name
Not     how its columns become fields (profiles/NAME.yaml)
Keeps   nothing is downloaded: the folder is named by FANGPIN_REAL_DATA, or came with an installed package
Source  docs/data.md, docs/how-to/survey.en.md
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.names import nearest
from fangpin.vocabulary.text import Text

REAL_DATA = "FANGPIN_REAL_DATA"
_WHERE = Text(
    "调查不随软件提供。docs/data.md 说明从哪里得到、怎样整理成 household.csv.gz 与 member.csv.gz；"
    f"放进 pk_pslm2015/，再设 {REAL_DATA} 为它的上级文件夹",
    "the survey is not shipped; docs/data.md says where to get it and how household.csv.gz and member.csv.gz are made "
    f"of it. Put them into pk_pslm2015/ and set {REAL_DATA} to the folder above",
)


def locate(name: str) -> Path:
    """The folder that holds the data of a survey, to be read with the profile of the same name.

    Args:
        name: ``pk_pslm2015`` (under the folder that FANGPIN_REAL_DATA names) or ``teaching_survey`` (inside the
            installed package svy).

    Raises:
        UnusableInput: no such survey is known, or it is not on this machine; the remedy says where to get it.

    Examples:
        >>> import fangpin as fp
        >>> registry = fp.read(locate("teaching_survey"), profile="teaching_survey")
        >>> registry.counts.rows
        5721
    """
    if name not in _KNOWN:
        guess = nearest(name, _KNOWN)
        raise UnusableInput(
            "FP-SURVEY-001",
            Text("没有这个调查", "there is no such survey"),
            read=name,
            remedy=Text(f"是否想写 {guess}？", f"did you mean {guess}?")
            if guess
            else Text(
                f"可用：{'、'.join(_KNOWN)}；其他调查写一份导入方案",
                f"known are {', '.join(_KNOWN)}; for another, write a profile",
            ),
        )
    return _KNOWN[name]()


def _pk_pslm2015() -> Path:
    root = os.environ.get(REAL_DATA, "")
    folder = Path(root) / "pk_pslm2015"
    if root and folder.is_dir():
        return folder
    raise UnusableInput(
        "FP-SURVEY-002",
        Text("这台机器上没有 pk_pslm2015 的数据", "the data of pk_pslm2015 are not on this machine"),
        place=str(folder) if root else f"{REAL_DATA} =",
        remedy=_WHERE,
    )


def _teaching_survey() -> Path:
    found = find_spec("svy")  # finds the package without importing it
    for place in (found.submodule_search_locations or ()) if found else ():
        folder = Path(place) / "datasets" / "_bundled"
        if (folder / "hld_sample_wb_2023.parquet").is_file():
            return folder
    raise UnusableInput(
        "FP-SURVEY-002",
        Text("这台机器上没有教学调查的数据", "the data of the teaching survey are not on this machine"),
        place="svy",
        remedy=Text(
            "安装：pip install 'fangpin[survey]'（数据在 PyPI 的 svy 包里）",
            "install them: pip install 'fangpin[survey]' (they are in the PyPI package svy)",
        ),
    )


_KNOWN: dict[str, Callable[[], Path]] = {"pk_pslm2015": _pk_pslm2015, "teaching_survey": _teaching_survey}
