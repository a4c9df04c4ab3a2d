"""From a published table to a head count: group means in, rates with their range out.

>>> from fangpin.methods.grouped import GroupedIncome
>>> means = [4681.5, 10391.6, 14711.7, 20884.5, 38520.3]
>>> table = GroupedIncome(means=means, basis="household", median=15204, year=2020)
>>> found = table.compare([0.4 * 15204], year=2020)
>>> [round(end, 3) for end in found.ranges[0]]
[0.125, 0.138]
"""

from fangpin.methods.grouped.compare import CANDIDATES, Comparison, Row
from fangpin.methods.grouped.fit import TOLERANCE, Fit
from fangpin.methods.grouped.income import Bounds, GroupedIncome

__all__ = ["CANDIDATES", "TOLERANCE", "Bounds", "Comparison", "Fit", "GroupedIncome", "Row"]
