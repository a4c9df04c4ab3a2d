"""Quality checks (疑点): what looks wrong in rows that were accepted, as data.

Gives   Examiner, which `fangpin check` runs over every part; checks(), the checks that ship
Not     whether a cell can be read or a row is kept (intake)
"""

from fangpin.registry.checks.documents import Check, checks
from fangpin.registry.checks.examine import Examiner

__all__ = ["Check", "Examiner", "checks"]
