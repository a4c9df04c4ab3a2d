"""Intake: files to canonical rows, with one outcome for every row.

Gives   read_batch → Batch of Parts; check, which reads and judges everything; UnusableInput where it cannot
"""

from fangpin.intake.batch import Batch, Counts, Loaded, Part, SourceFile
from fangpin.intake.check import CheckResult, check
from fangpin.intake.read import read_batch

__all__ = ["Batch", "CheckResult", "Counts", "Loaded", "Part", "SourceFile", "check", "read_batch"]
