"""Days: as such, or as a person writes them.

Gives   read_day
Keeps   a text that is no day is said to be none
"""

from __future__ import annotations

from datetime import date, datetime

from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text


def read_day(text: str | date) -> date:
    """A day, as such or written as 2021-06-30. Raises UnusableInput if it is not a day.

    Examples:
        >>> read_day("2021-06-30")
        datetime.date(2021, 6, 30)
    """
    if isinstance(text, date):
        return text.date() if isinstance(text, datetime) else text
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UnusableInput(
            "FP-STANDARD-007",
            Text("不是有效的日期", "not a valid day"),
            read=text,
            expected=Text("形如 2021-06-30", "such as 2021-06-30"),
        ) from error
