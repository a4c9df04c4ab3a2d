"""Damage to rows: doubled, deleted, moved, shifted, and what no longer fits between them.

Gives   KINDS
"""

from __future__ import annotations

from damage.county import Row, Shape
from damage.plan import NOTHING, Do, Kind, Words, Work

RELATION, PERSONS, NAME = "member.relation_to_head", "household.population", "member.name"
SCHOOL, PUPIL = "member.education_level", "member.student_status"
CELLS = tuple(f"FP-INTAKE-{n:03}" for n in (12, 20, 21, 22, 23, 24, 25, 26, 27, 29, *range(100, 110)))
HEADS, ROSTER, TWICE = ("FP-DQ-007",), ("FP-DQ-057", "FP-DQ-210"), ("FP-DQ-002", "FP-DQ-200")


def _after(work: Work, table: str, row: Row, new: Row) -> None:
    rows = work.export.sheets[table].rows
    rows.insert(rows.index(row) + 1, new)


def _doubled(work: Work) -> None:
    for row in work.rows("member"):
        _after(work, "member", row, Row(list(row.cells), row.household, row.person))
        work.plant(row)


def _doubled_home(work: Work) -> None:
    for row in work.rows("household"):
        _after(work, "household", row, Row(list(row.cells), row.household))
        work.plant(row)


def _deleted_home(work: Work) -> None:
    for row in work.rows("household", lambda r: work.home(r.household)):
        work.export.sheets["household"].rows.remove(row)
        work.plant(work.home(row.household)[0])


def _one_id(work: Work) -> None:
    """Two households carry the id of the first."""
    for row in work.rows("household"):
        others = [o for o in work.export.sheets["household"].rows if o.household not in work.touched and o is not row]
        if not others:
            return
        other = work.random.choice(others)
        work.put(other, "household.household_id", row.household)
        work.plant(row)
        work.touched.add(other.household)


def _two_heads(work: Work) -> None:
    for row in work.rows("member", lambda r: work.get(r, RELATION) not in ("户主", "")):
        if any(work.get(o, RELATION) == "户主" for o in work.home(row.household)):
            work.put(row, RELATION, "户主")
            work.plant(row, wide=True)


def _no_head(work: Work) -> None:
    for row in work.rows("member", lambda r: work.get(r, RELATION) == "户主"):
        home = work.home(row.household)
        whole = str(len(home)) == work.get(row, PERSONS)  # where members are missing, one of them may be the head
        if whole and len(home) > 1 and all(work.get(o, RELATION) for o in home):
            work.put(row, RELATION, "其他")
            work.plant(row, wide=True)


def _lost_member(work: Work) -> None:
    for row in work.rows("member", lambda r: work.get(r, RELATION) != "户主"):
        home = work.home(row.household)
        if str(len(home)) == work.get(row, PERSONS) and len(home) > 1:
            work.export.main.rows.remove(row)
            work.plant(next(o for o in home if o is not row), wide=True)


def _one_too_many(work: Work) -> None:
    for row in work.rows("member"):
        home = work.home(row.household)
        if str(len(home)) == work.get(row, PERSONS):
            for one in home:
                work.put(one, PERSONS, str(len(home) + 2))
            work.plant(row, wide=True)


def _in_two_homes(work: Work) -> None:
    """The same person once more, as a member of another household."""
    main = work.export.main
    for row in work.rows("member", lambda r: work.get(r, "member.id_number") and work.get(r, RELATION) != "户主"):
        homes = {o.household: o for o in main.rows if o.household not in work.touched and o.household != row.household}
        other = work.random.choice(list(homes.values()))
        new = Row(list(row.cells), other.household, f"{other.household}98")
        for at, path in enumerate(main.fields):
            if path == "household_id" or path.split(".")[0] in ("household", "income_year"):
                new.cells[at] = other.cells[at]
        new.cells[main.at("member.person_id")] = new.person
        _after(work, "member", other, new)
        work.plant(new, wide=True)
        work.touched |= {row.household, other.household}


def _shifted(work: Work) -> None:
    main = work.export.main
    at = main.at("member.sex")
    for row in work.rows("member"):
        row.cells = [*row.cells[:at], "", *row.cells[at:-1]]
        work.plant(row)


def _comma(work: Work) -> None:
    sheet = work.export.sheets["household"]
    at = sheet.at("household.address")
    for row in work.rows("household", lambda r: work.get(r, "household.address")):
        row.cells = [*row.cells[: at + 1], "3组", *row.cells[at + 1 :]]
        work.plant(row)


def _cut(work: Work) -> None:
    sheet = work.export.sheets["member"]
    at = sheet.at("member.birth_date")
    for row in work.rows("member"):
        row.cells = row.cells[:at]
        work.plant(row)


def _blank_key(work: Work) -> None:
    for row in work.rows("member"):
        work.put(row, "household_id", "")
        work.plant(row, "household_id")


def _blank_person(work: Work) -> None:
    for row in work.rows("member"):
        work.put(row, "member.person_id", "")
        work.plant(row, "member.person_id")


def _key(broken: str) -> Do:
    def do(work: Work) -> None:
        for row in work.rows("member"):
            row.cells[work.export.main.at("member.household_id")] = broken.format(
                key=row.household, rest=row.household[1:]
            )
            work.plant(row, "member.household_id")

    return do


def _number_key(work: Work) -> None:
    sheet = work.export.main
    for row in work.rows("member"):
        row.cells[sheet.at("member.household_id")] = float(row.household)
        work.plant(row, "member.household_id")


def _unlike(path: str, value: str) -> Do:
    """One row of a household says otherwise than its others."""

    def do(work: Work) -> None:
        for row in work.rows("member", lambda r: work.get(r, path) not in ("", value)):
            home = work.home(row.household)
            if len(home) > 1:
                work.put(home[-1], path, value)
                work.plant(home[0], path)

    return do


def _head_name(work: Work) -> None:
    for row in work.rows("member", lambda r: work.get(r, RELATION) == "户主"):
        for one in work.home(row.household):
            work.put(one, "household.head_name", "欧阳某")
        work.plant(row, wide=True)


def _both(first: str, second: str) -> Do:
    def do(work: Work) -> None:
        for row in work.rows("member", lambda r: {work.get(r, first), work.get(r, second)} == {"是", "否"}):
            work.put(row, first, "是")
            work.put(row, second, "是")
            work.plant(row)

    return do


def _schooling(work: Work) -> None:
    for row in work.rows("member", lambda r: work.get(r, SCHOOL) == "小学" and not work.get(r, PUPIL)):
        work.put(row, PUPIL, "小学")
        work.plant(row)


def _child_works(work: Work) -> None:
    for row in work.rows("member", lambda r: work.get(r, "member.birth_date")[:4] > "2008"):
        work.put(row, "member.public_job", "护林员")
        work.put(row, "member.public_job_months", "12")
        work.plant(row)


def _order(work: Work) -> None:
    for sheet in work.export.sheets.values():
        work.random.shuffle(sheet.rows)
    work.file()


def _kind(
    name: str, zh: str, en: str, do: Do, *says: str, shape: Shape = "national", read: bool = False, why: Words = NOTHING
) -> Kind:
    return Kind(name, (zh, en), shape, "row", do, says, read, why)


KINDS = [
    _kind("row_doubled", "人员行重复", "a person's row doubled", _doubled, "FP-INTAKE-041"),
    _kind("home_doubled", "农户行重复", "a household's row doubled", _doubled_home, "FP-INTAKE-042", shape="template"),
    _kind(
        "home_deleted",
        "农户行被删，成员成了孤儿",
        "a household's row deleted; its members are orphans",
        _deleted_home,
        "FP-INTAKE-044",
        shape="template",
    ),
    _kind(
        "home_one_id", "两户用了同一户编号", "two households with one id", _one_id, "FP-INTAKE-042", shape="template"
    ),
    _kind("heads_two", "一户两个户主", "two heads in a household", _two_heads, *HEADS),
    _kind("heads_none", "一户没有户主", "a household without a head", _no_head, *HEADS),
    _kind(
        "member_lost",
        "少一名成员（人口数未改）",
        "a member lost, the number of persons unchanged",
        _lost_member,
        *ROSTER,
    ),
    _kind("member_short", "人口数比成员多 2", "two persons more than there are members", _one_too_many, *ROSTER),
    _kind("member_twice", "同一人在两户", "one person in two households", _in_two_homes, *TWICE),
    _kind("row_shifted", "一行的单元格右移一格", "a row shifted by a cell", _shifted, *CELLS),
    _kind(
        "row_comma",
        "地址里有未加引号的逗号",
        "a comma without quotation marks",
        _comma,
        "FP-INTAKE-030",
        *CELLS,
        shape="csv",
    ),
    _kind("row_cut", "一行只剩前半", "a row cut off halfway", _cut, "FP-INTAKE-033", shape="csv"),
    _kind("key_blank", "户编号空白", "household id blank", _blank_key, "FP-INTAKE-040"),
    _kind("person_blank", "人编号空白", "person id blank", _blank_person, "FP-INTAKE-040"),
    _kind(
        "key_lost_digit",
        "户编号丢了首位",
        "household id without its first digit",
        _key("{rest}"),
        "FP-INTAKE-044",
        shape="template",
    ),
    _kind(
        "key_scientific",
        "户编号变成科学计数",
        "household id in scientific notation",
        _key("3.50526E+13"),
        "FP-INTAKE-044",
        "FP-INTAKE-012",
        shape="template",
    ),
    _kind(
        "key_zero_width",
        "户编号带零宽字符",
        "household id with an invisible character",
        _key("{key}\u200b"),
        "FP-INTAKE-044",
        shape="template",
        read=True,
    ),
    _kind(
        "key_spaces",
        "户编号前后有空格",
        "household id with blanks around",
        _key(" {key}　"),
        "FP-INTAKE-044",
        shape="template",
        read=True,
    ),
    _kind(
        "key_number",
        "户编号存为数值",
        "household id stored as a number",
        _number_key,
        "FP-INTAKE-044",
        shape="template",
        read=True,
    ),
    _kind(
        "rows_persons",
        "同户各行人口数不一致",
        "the rows of a household disagree about its persons",
        _unlike(PERSONS, "9"),
        "FP-INTAKE-076",
    ),
    _kind(
        "rows_phone",
        "同户各行电话不一致",
        "the rows of a household disagree about its phone",
        _unlike("household.phone", "13800000000"),
        "FP-INTAKE-076",
    ),
    _kind(
        "head_name",
        "户主姓名与成员表的户主不符",
        "the head's name unlike the head among the members",
        _head_name,
        "FP-DQ-040",
    ),
    _kind(
        "insured_twice",
        "居民医保与职工医保都填是",
        "insured as a resident and as an employee",
        _both("member.resident_medical", "member.employee_medical"),
        "FP-DQ-011",
    ),
    _kind(
        "schooling_both",
        "文化程度与在校生状况都填",
        "schooling and student status both filled",
        _schooling,
        "FP-DQ-006",
    ),
    _kind("child_works", "未满 16 岁有公益岗位", "a child with a public-welfare job", _child_works, "FP-DQ-019"),
    Kind("rows_order", ("行的顺序打乱", "rows in another order"), "national", "file", _order, read=True),
]
