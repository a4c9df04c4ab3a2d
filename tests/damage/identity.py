"""Damage to identity numbers, and to what they are compared with.

Gives   KINDS
Source  GB 11643 (check digit, date of birth and sex in the number); what spreadsheets do to long numbers
"""

from __future__ import annotations

from random import Random

from damage.plan import Breaker, Kind, Work, cell

ID = "member.id_number"
BORN = "member.birth_date"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGIT, LENGTH, BIRTH, SEX = ("FP-DQ-001",), ("FP-DQ-003", "FP-DQ-039"), ("FP-DQ-037",), ("FP-DQ-038",)
WRONG = (*CHECK_DIGIT, "FP-INTAKE-012")  # a wrong number that ends in 000 looks as if a spreadsheet had spoilt it
TWICE = ("FP-DQ-002", "FP-DQ-200")


def check_digit(number: str) -> str:
    """The last character of an identity number."""
    return "10X98765432"[sum(int(d) * w for d, w in zip(number[:17], _WEIGHTS, strict=True)) % 11]


def valid(number: str) -> bool:
    """Whether a text is an identity number with the right check digit."""
    return len(number) == 18 and number[:17].isdigit() and number[17] == check_digit(number)


def _whole(breaks: Breaker) -> Breaker:
    """Only numbers that were right."""
    return lambda number, random: breaks(number, random) if valid(number) else None


def _other_end(number: str, random: Random) -> str:
    return number[:17] + random.choice([c for c in "0123456789X" if c != number[17]])


def _transposed(number: str, random: Random) -> str | None:
    places = [i for i in range(16) if number[i] != number[i + 1]]
    i = random.choice(places)
    return number[:i] + number[i + 1] + number[i] + number[i + 2 :]


def _one_digit(number: str, random: Random) -> str:
    i = random.randrange(17)
    return number[:i] + random.choice([c for c in "0123456789" if c != number[i]]) + number[i + 1 :]


def _another(number: str, random: Random) -> str:
    """Another number that is right, of the same place, day and sex."""
    order = (int(number[14:17]) + 2 * random.randint(1, 400)) % 1000
    made = f"{number[:14]}{order:03}"
    return made + check_digit(made + "0")


def _begun(first: str, born: str) -> Breaker:
    """The same number, right in itself, that begins with digits of no place; of persons born in these years."""

    def breaks(number: str, random: Random) -> str | None:
        made = first + number[len(first) : 17]
        return made + check_digit(made + "0") if born <= number[6:10] < str(int(born) + 100) else None

    return breaks


def _year(year: str) -> Breaker:
    def breaks(number: str, random: Random) -> str | None:
        made = number[:6] + year + number[10:17]
        return made + check_digit(made + "0") if number[10:14] != "0229" else None

    return breaks


def _fifteen(number: str, random: Random) -> str | None:
    return number[:6] + number[8:17] if number[6:8] == "19" else None


def _day_moved(born: str, random: Random) -> str:
    return f"{int(born[:4]) + random.choice((-1, 1))}{born[4:]}"


def _day_and_month(born: str, random: Random) -> str | None:
    year, month, day = born.split("-")
    return f"{year}-{day}-{month}" if int(day) <= 12 and day != month else None


def _copied(work: Work) -> None:
    """The number of a person of another household."""
    donors = [work.get(row, ID) for row in work.export.main.rows if valid(work.get(row, ID))]
    for row in work.rows("member", lambda r: valid(work.get(r, ID))):
        donor = work.random.choice([n for n in donors if n != work.get(row, ID)])
        work.put(row, ID, donor)
        work.plant(row, ID)
        work.touched |= {r.household for r in work.export.main.rows if work.get(r, ID) == donor}


def _exchanged(work: Work) -> None:
    """The numbers of two persons of a household, exchanged."""
    for row in work.rows("member", lambda r: valid(work.get(r, ID)) and work.get(r, BORN)):
        others = [o for o in work.home(row.household) if o is not row and valid(work.get(o, ID)) and work.get(o, BORN)]
        if not others:
            continue
        mine, other = work.get(row, ID), others[0]
        work.put(row, ID, work.get(other, ID))
        work.put(other, ID, mine)
        work.plant(row, wide=True)


def _born_and_number(work: Work) -> None:
    """Number and date of birth changed alike: they agree, and both are wrong."""
    for row in work.rows("member", lambda r: valid(work.get(r, ID)) and work.get(r, BORN)):
        number, born = work.get(row, ID), work.get(row, BORN)
        made = f"{number[:6]}{int(number[6:10]) - 1}{number[10:17]}"
        if number[6:14] != born.replace("-", "") or made[10:14] == "0229":
            continue
        work.put(row, ID, made + check_digit(made + "0"))
        work.put(row, BORN, f"{made[6:10]}{born[4:]}")
        work.plant(row, ID)


KINDS = [
    cell(
        "id_scientific",
        "证件号码变成科学计数",
        "identity number turned into scientific notation",
        ID,
        _whole(lambda n, r: f"{n[0]}.{n[1:6]}E+17"),
        "FP-INTAKE-012",
    ),
    cell(
        "id_number_cell",
        "证件号码存为数值，末几位变零",
        "identity number stored as a number, its last digits lost",
        ID,
        _whole(lambda n, r: float(n[:15] + "000") if n[17] != "X" else None),
        "FP-INTAKE-012",
    ),
    cell(
        "id_trailing_zeros",
        "证件号码末三位变成 000",
        "identity number ending in 000",
        ID,
        _whole(lambda n, r: n[:15] + "000" if not valid(n[:15] + "000") else None),
        "FP-INTAKE-012",
        *CHECK_DIGIT,
    ),
    cell("id_check_digit", "证件号码校验位不对", "wrong check digit", ID, _whole(_other_end), *WRONG),
    cell(
        "id_transposed",
        "证件号码相邻两位颠倒",
        "two neighbouring digits exchanged",
        ID,
        _whole(_transposed),
        *WRONG,
    ),
    cell("id_one_digit", "证件号码错一位", "one digit of the identity number wrong", ID, _whole(_one_digit), *WRONG),
    cell(
        "id_lost_last",
        "证件号码少末位",
        "last digit of the identity number lost",
        ID,
        _whole(lambda n, r: n[:17]),
        *LENGTH,
    ),
    cell(
        "id_lost_first",
        "证件号码少首位",
        "first digit of the identity number lost",
        ID,
        _whole(lambda n, r: n[1:]),
        *LENGTH,
    ),
    cell(
        "id_extra",
        "证件号码多一位",
        "one digit too many in the identity number",
        ID,
        _whole(lambda n, r: n[:9] + n[8] + n[9:]),
        *LENGTH,
    ),
    cell(
        "id_words",
        "证件号码写成文字",
        "words in place of the identity number",
        ID,
        _whole(lambda n, r: "身份证遗失"),
        *LENGTH,
    ),
    cell("id_fifteen", "15 位旧号码", "an old number of 15 digits", ID, _whole(_fifteen), "FP-DQ-220", *LENGTH),
    cell(
        "id_no_province",
        "前两位不是省份（校验位相符）",
        "first two digits of no province, the check digit right",
        ID,
        _whole(_begun("99", "1900")),
        "FP-DQ-221",
    ),
    cell(
        "id_no_city",
        "前四位不是哪个市，2001 年以后出生",
        "first four digits of no prefecture, of who was born since 2001",
        ID,
        _whole(_begun("359999", "2001")),
        "FP-DQ-221",
    ),
    cell(
        "id_no_city_old",
        "前四位不是哪个市，2001 年以前出生",
        "first four digits of no prefecture, of who was born before 2001",
        ID,
        _whole(_begun("359999", "1901")),
        why=(
            "名册的变更从 2000 年记起，可能是更早停用的代码",
            "the record of changes begins in 2000, and the code may have ended before",
        ),
    ),
    cell(
        "id_no_county",
        "前六位里的县不存在",
        "first six digits of a county that never was",
        ID,
        _whole(_begun("350577", "1901")),
        why=(
            "开发区用名册之外的代码发证，县级两位无从判断",
            "development zones issue numbers with codes outside the register, so that these two digits tell nothing",
        ),
    ),
    cell(
        "id_future",
        "号码中的出生年份在将来（校验位相符）",
        "year of birth in the number in the future, the check digit right",
        ID,
        _whole(_year("2093")),
        "FP-DQ-219",
    ),
    cell(
        "id_long_ago",
        "号码中的出生年份是 1850 年（校验位相符）",
        "year of birth in the number 1850, the check digit right",
        ID,
        _whole(_year("1850")),
        "FP-DQ-219",
    ),
    cell(
        "id_quote",
        "证件号码前带单引号",
        "identity number with a leading quote",
        ID,
        _whole(lambda n, r: "'" + n),
        *LENGTH,
        read=True,
    ),
    cell(
        "id_spaced",
        "证件号码中间有空格",
        "identity number with blanks inside",
        ID,
        _whole(lambda n, r: f"{n[:6]} {n[6:14]} {n[14:]}"),
        *LENGTH,
        read=True,
    ),
    cell(
        "id_full_width",
        "证件号码用全角数字",
        "identity number in full-width digits",
        ID,
        _whole(lambda n, r: n.translate({i: i + 0xFEE0 for i in range(0x30, 0x5B)})),
        *LENGTH,
        read=True,
    ),
    cell(
        "id_small_x",
        "证件号码末位小写 x",
        "identity number ending in a small x",
        ID,
        _whole(lambda n, r: n.lower() if n[17] == "X" else None),
        *CHECK_DIGIT,
        read=True,
    ),
    cell(
        "birth_year",
        "出生年份与证件号码不符",
        "year of birth unlike the identity number",
        BORN,
        lambda born, r: _day_moved(born, r),
        *BIRTH,
        needs=ID,
    ),
    cell(
        "birth_day_month",
        "出生日期月日颠倒（仍是可能的日期）",
        "day and month of birth exchanged, still a possible date",
        BORN,
        _day_and_month,
        *BIRTH,
        needs=ID,
    ),
    cell(
        "sex_other",
        "性别与证件号码不符",
        "sex unlike the identity number",
        "member.sex",
        lambda sex, r: {"男": "女", "女": "男"}.get(sex),
        *SEX,
        needs=ID,
    ),
    Kind(
        "id_exchanged",
        ("同户两人证件号码互换", "the numbers of two persons of a household exchanged"),
        "national",
        "row",
        _exchanged,
        (*BIRTH, *SEX),
    ),
    Kind(
        "id_copied",
        ("证件号码与外户一人相同", "the number of a person of another household"),
        "national",
        "cell",
        _copied,
        TWICE,
    ),
    cell(
        "id_another",
        "换成另一个校验正确、生日和性别都相符的号码",
        "another valid number with the same birthday and sex",
        ID,
        _whole(_another),
        why=(
            "号码本身、出生日期、性别都对得上；只有公安的户籍数据能发现",
            "number, date of birth and sex agree with each other; only the police register can tell",
        ),
    ),
    Kind(
        "id_and_birth",
        ("证件号码与出生日期一同改错", "number and date of birth changed alike"),
        "national",
        "cell",
        _born_and_number,
        why=(
            "两处互相印证，文件里没有别的依据",
            "each confirms the other, and nothing else in the file speaks against them",
        ),
    ),
    cell(
        "birth_blank",
        "出生日期空白，证件号码在",
        "date of birth blank, identity number there",
        BORN,
        lambda born, r: "",
        "FP-INTAKE-060",
        needs=ID,
    ),
]
