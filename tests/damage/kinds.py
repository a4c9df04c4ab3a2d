"""All kinds of damage.

Gives   KINDS, in the order of the page
"""

from __future__ import annotations

from damage import cells, files, identity, layout, rows
from damage.plan import Kind

GROUPS: dict[tuple[str, str], list[Kind]] = {
    ("证件号码", "Identity numbers"): identity.KINDS,
    ("日期", "Dates"): cells.DATES,
    ("数字和金额", "Numbers and money"): cells.NUMBERS,
    ("代码、是否、电话、区划", "Codes, yes and no, phones, regions"): cells.CODES,
    ("空白和姓名", "Blanks and names"): cells.BLANKS,
    ("行", "Rows"): rows.KINDS,
    ("列和版式", "Columns and layout"): layout.KINDS,
    ("文件", "Files"): files.KINDS,
}
KINDS = [kind for some in GROUPS.values() for kind in some]
