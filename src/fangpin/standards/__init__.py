"""The law: rules → the Standard in force at a place on a day."""

from fangpin.standards.model import Indicator, Line, Regime, Standard, Value
from fangpin.standards.resolve import listing, standard

__all__ = ["Indicator", "Line", "Regime", "Standard", "Value", "listing", "standard"]
