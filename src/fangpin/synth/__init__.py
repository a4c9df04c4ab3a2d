"""The generated county: households that nobody is, whose truth is known.

Gives   generate() → Generated, calibration()
Not     identification; a real county's data
Keeps   every file says 模拟数据; nothing here is a person
"""

from fangpin.synth.calibration import calibration
from fangpin.synth.generate import Generated, generate

__all__ = ["Generated", "calibration", "generate"]
