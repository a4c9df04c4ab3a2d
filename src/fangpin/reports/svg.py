"""Pictures: a chart as a piece of SVG that stands inside a page.

Reads   Altair charts
Gives   inline(chart, title): SVG without addresses, scaled to its column, empty where it cannot be drawn;
        standalone(chart, kind): a picture file
Keeps   nothing is loaded from anywhere; text stays text, so that the reader's own fonts draw it
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from typing import Any

from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text

FONTS = "'Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
_ROOT = re.compile(r"<svg[^>]*?width=\"([\d.]+)\"[^>]*?height=\"([\d.]+)\"[^>]*>")
_NOISE = re.compile(
    r" (?:aria-[a-z]+|role|pointer-events|class|font-family)=\"[^\"]*\"| opacity=\"1\"| stroke-width=\"1\""
)
_EMPTY = re.compile(r"<path(?: [a-z-]+=\"[^\"]*\")*? d=\"(?:M0,0h0v0h0Z)?\"[^>]*/>")
_ID = re.compile(r"(id=\"|url\(#)(clip|gradient)")


def inline(chart: Any, title: str, key: str) -> str:
    """The SVG of a chart, with ``title`` as what it says to those who cannot see it.

    Args:
        chart: An Altair chart, or its specification.
        title: What the picture shows; the figures themselves stand in the table beside it.
        key: A word that tells its inner ids from those of other pictures of the page.
    """
    drawn = _drawn(chart if isinstance(chart, dict) else chart.to_dict(validate=False))
    found = _ROOT.search(drawn)
    if found is None:
        return ""
    width, height = found.groups()
    body = _EMPTY.sub("", _NOISE.sub("", drawn[found.end() :]))
    body = _ID.sub(rf"\1{key}-\2", body)
    return f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">{body}'


def _drawn(spec: dict[str, Any]) -> str:
    """The SVG as the renderer gives it; empty where there is no renderer or it fails, and the tables must do."""
    try:
        import vl_convert as vlc  # half a second of start-up that only reports need

        return str(vlc.vegalite_to_svg(spec, vl_version=_version()))
    except (ImportError, ValueError):
        return ""


@cache
def _version() -> str:
    """The version of Vega-Lite that Altair writes, as the renderer names it."""
    import altair as alt

    return ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])


def standalone(chart: Any, kind: str) -> bytes:
    """A chart as a file of its own: ``svg`` or ``png`` on white.

    Raises:
        UnusableInput: there is no renderer on this machine.
    """
    spec = dict(chart if isinstance(chart, dict) else chart.to_dict(validate=False))
    spec["background"] = "white"
    try:
        import vl_convert as vlc
    except ImportError as error:
        raise UnusableInput(
            "FP-REPORT-001",
            Text("没有画图的组件 vl-convert", "the renderer vl-convert is not installed"),
            remedy=Text("pip install vl-convert-python", "pip install vl-convert-python"),
        ) from error
    if kind == "png":
        return bytes(vlc.vegalite_to_png(spec, vl_version=_version(), scale=2))
    return str(vlc.vegalite_to_svg(spec, vl_version=_version())).encode()
