"""Nouns: each table and column declared once, in tables/data/*.yaml; schemas, template and docs come from it.

Gives   catalogue, polars_schema, arrow_schema; template (the input workbook), dictionary (the page of the docs),
        both imported when first used
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from fangpin.tables.catalogue import catalogue
from fangpin.tables.model import Catalogue, CodeList, Field, Table
from fangpin.tables.schemas import arrow_schema, polars_schema

if TYPE_CHECKING:
    from types import ModuleType

    import fangpin.tables.dictionary as dictionary
    import fangpin.tables.template as template

__all__ = [
    "Catalogue",
    "CodeList",
    "Field",
    "Table",
    "arrow_schema",
    "catalogue",
    "dictionary",
    "polars_schema",
    "template",
]


def __getattr__(name: str) -> ModuleType:
    if name in ("template", "dictionary"):
        return import_module(f"fangpin.tables.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
