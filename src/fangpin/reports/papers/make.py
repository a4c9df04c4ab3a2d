"""A paper as PDF: its layout filled with data, set by typst with the fonts of the package.

Reads   layouts, rules/process/forms.yaml, paper.typ
Gives   pdf(form, data, lang), blank(form, lang), document(title, blocks, lang), missing_characters(data), names()
Keeps   a field that the form has no place for is refused, so that nothing gets onto a board that must not; a character
        that no font has is an error, never a box; nothing is fetched
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from fangpin.reports.papers.blocks import Block, Code, Fields, Rows, Signatures, Words
from fangpin.reports.papers.layouts import LAYOUTS
from fangpin.standards.process import forms
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text

Data = Mapping[str, Any]
_BLANK = "________"
_DATED = Text("　　　年　　月　　日", "Date:")
_DEMO = Text("模拟数据", "generated data")
_LACKING = Text("〓处的字没有字体，请手写补上。", "No font has the character at 〓; write it by hand.")


def names(lang: str = "zh") -> dict[str, str]:
    """The papers that can be made, by number."""
    return {number: forms()[number].text(lang) for number in LAYOUTS}


def blank(form: str, lang: str = "zh", *, foot: str = "") -> bytes:
    """A paper with empty fields, for a village without network.

    Raises:
        UnusableInput: there is no such paper, or the components for papers are not installed.
    """
    return pdf(form, {}, lang, foot=foot)


def pdf(form: str, data: Data, lang: str = "zh", *, foot: str = "", simulated: bool = False) -> bytes:
    """A paper as PDF on A4.

    Args:
        form: Its number, such as ``F04``.
        data: Values by field; a table's field holds a list of rows. What is missing stays blank, to be filled in.
        lang: ``zh`` or ``en``; the official one is ``zh``.
        foot: Words at the foot of each page, such as who printed it and when.
        simulated: Whether the data is generated; then the paper says so under its title.

    Raises:
        UnusableInput: no such paper; a field that it has no place for; a character that no font has; typst is missing.
    """
    layout = LAYOUTS.get(form)
    if layout is None:
        raise UnusableInput(
            "FP-PAPER-001",
            Text("没有这张文书", "there is no such paper"),
            read=form,
            expected=Text("、".join(LAYOUTS), ", ".join(LAYOUTS)),
        )
    _only_what_has_a_place(form, data)
    lacking = missing_characters(data)
    if lacking:
        raise UnusableInput(
            "FP-PAPER-003",
            Text("字体里没有这些字，不能印成方框", "no font has these characters, and a box must not be printed"),
            read="".join(sorted(lacking)),
            remedy=Text("核对是否误字；确是人名用字的，先手写", "check whether it is a slip; else write it by hand"),
        )
    blocks = [said for block in layout.blocks if (said := _block(block, data, lang))]
    title = forms()[form].text(lang)
    return _made(title, blocks, lang, form, foot, simulated=simulated, landscape=layout.landscape)


def document(
    title: str, blocks: Sequence[Data], lang: str = "zh", *, number: str = "", foot: str = "", simulated: bool = False
) -> bytes:
    """A paper of one's own: blocks as plain data (``words``, ``fields``, ``rows``), set like the forms.

    A character that no font has stands as ``〓``, the printer's sign for one that is missing, and a note says so.
    """
    lacking = missing_characters(blocks)
    if lacking:
        blocks = [*_without(blocks, lacking), {"kind": "words", "text": _LACKING(lang), "small": True}]
    return _made(title, blocks, lang, number, foot, simulated=simulated)


def _without(value: Any, lacking: set[str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _without(inner, lacking) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without(inner, lacking) for inner in value]
    return "".join("〓" if c in lacking else c for c in value) if isinstance(value, str) else value


def _evened(fields: Sequence[Data]) -> list[Data]:
    """The fields of a grid of two, an empty one put in where a wide one or the end would leave half a row."""
    found: list[Data] = []
    narrow = 0
    for field in [*fields, None]:
        if (field is None or field["wide"]) and narrow % 2:
            found.append({"label": "", "value": "", "wide": False, "high": 0})
        if field is not None:
            found.append(field)
            narrow = 0 if field["wide"] else narrow + 1
    return found


def _made(
    title: str,
    blocks: Sequence[Data],
    lang: str,
    number: str,
    foot: str,
    *,
    simulated: bool,
    landscape: bool = False,
) -> bytes:
    paper = {
        "title": _title(title),
        "number": number,
        "foot": foot,
        "lang": lang,
        "font": _family(),
        "mark": _DEMO(lang) if simulated else "",
        "landscape": landscape,
        "blocks": [{**b, "fields": _evened(b["fields"])} if b["kind"] == "fields" else b for b in blocks],
    }
    return _set(paper)


def _title(name: str) -> str:
    return name[:1].upper() + name[1:]


def _only_what_has_a_place(form: str, data: Data) -> None:
    places = LAYOUTS[form].names()
    for name, value in data.items():
        inner = {f"{name}.{key}" for row in value for key in row} if isinstance(value, list | tuple) else set()
        for wrong in sorted(({name} | inner) - places):
            raise UnusableInput(
                "FP-PAPER-002",
                Text("这张文书没有这一项，不能印上去", "the paper has no place for this field; it is not printed"),
                place=form,
                read=wrong,
                remedy=Text("只给文书上有的项目", "give only the fields of the paper"),
            )


def _block(block: Block, data: Data, lang: str) -> dict[str, Any] | None:
    if isinstance(block, Words):
        filled = block.text(lang).format_map(_Filled(data))
        return {"kind": "words", "text": filled, "small": block.small}
    if isinstance(block, Fields):
        values = [
            {"label": f.label(lang), "value": _text(data.get(f.name)), "wide": f.wide, "high": f.high}
            for f in block.fields
        ]
        return {"kind": "fields", "fields": values}
    if isinstance(block, Rows):
        return _rows(block, data, lang)
    if isinstance(block, Signatures):
        return {"kind": "sign", "who": [w(lang) for w in block.who], "dated": _DATED(lang)}
    return _code(block, data, lang)


class _Filled(dict[str, str]):
    """Values for a sentence; what is missing is a line to write on."""

    def __init__(self, data: Data) -> None:
        super().__init__({k: _text(v) for k, v in data.items() if not isinstance(v, list | tuple) and v is not None})

    def __missing__(self, key: str) -> str:
        return _BLANK


def _rows(block: Rows, data: Data, lang: str) -> dict[str, Any]:
    given: Sequence[Data] = data.get(block.name) or [{} for _ in range(block.blank_rows)]
    heads = [label(lang) for label, _, _ in block.columns]
    widths = [width for _, _, width in block.columns]
    rows = [[_text(row.get(name)) for _, name, _ in block.columns] for row in given]
    if block.numbered:
        heads, widths = [Text("序号", "no.")(lang), *heads], [0, *widths]
        numbers = [str(n) if block.name in data else "" for n in range(1, len(rows) + 1)]
        rows = [[number, *row] for number, row in zip(numbers, rows, strict=True)]
    title = block.title(lang) if block.title else ""
    return {"kind": "rows", "title": title, "heads": heads, "widths": widths, "rows": rows}


def _code(block: Code, data: Data, lang: str) -> dict[str, Any] | None:
    if not data.get(block.name):
        return None
    segno = _installed("segno")
    out = io.BytesIO()
    segno.make(str(data[block.name]), error="m").save(out, kind="svg", border=1)
    return {"kind": "code", "svg": out.getvalue().decode(), "beside": block.beside(lang)}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return "、".join(map(str, value))
    return str(value)


def _set(paper: dict[str, Any]) -> bytes:
    typst = _installed("typst")
    source = files("fangpin.reports.papers").joinpath("paper.typ").read_bytes()
    made = typst.compile(
        source,
        font_paths=_fonts(),
        sys_inputs={"paper": json.dumps(paper, ensure_ascii=False)},
        ignore_system_fonts=True,
    )
    return bytes(made)


def _installed(name: str) -> Any:
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise UnusableInput(
            "FP-PAPER-004",
            Text("没有安装印文书的组件", "the components for papers are not installed"),
            read=name,
            remedy=Text('pip install "fangpin[paper]"', 'pip install "fangpin[paper]"'),
        ) from error


@cache
def _font_file() -> Path:
    package = _installed("noto_cjk_sans_otc")
    return next(Path(package.__file__).parent.glob("*.tt[cf]"))


@cache
def _fonts() -> Any:
    """The package's fonts, read once: a font of all characters of names takes a while to open."""
    typst = _installed("typst")
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(_font_file().parent)])


@cache
def _family() -> str:
    return next((f for f in _fonts().families() if f == "Noto Sans CJK SC"), "Noto Sans CJK SC")


@cache
def _known() -> frozenset[int]:
    from fontTools.ttLib import TTCollection

    with TTCollection(str(_font_file()), lazy=True) as fonts:
        return frozenset().union(*(font.getBestCmap() for font in fonts))


def missing_characters(data: Any) -> set[str]:
    """The characters of the data that the fonts do not have; control characters among them."""
    return {c for text in _texts(data) for c in text if ord(c) not in _known() and c not in "\n\t"}


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
    elif value is not None:
        yield str(value)
