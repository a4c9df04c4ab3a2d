"""Registry: rows to households as known on a day, and the income that holds on it.

Gives   Registry, as_of, income_on; since and stale for freshness
"""

from fangpin.registry.income import income_on
from fangpin.registry.registry import Registry
from fangpin.registry.versions import as_of, since, stale

__all__ = ["Registry", "as_of", "income_on", "since", "stale"]
