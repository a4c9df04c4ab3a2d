"""Messages of reading: every code that intake can say, with its severity, text and remedy.

Gives   SAYINGS; `finding` fills one in; `unusable` makes the error that ends a command with exit 2
Keeps   a code never changes its meaning; numbers below 010 end the command, the others are findings
"""

from __future__ import annotations

from collections.abc import Mapping

from fangpin.intake.guard_words import ABOUT_FILES
from fangpin.intake.right import right
from fangpin.intake.saying import Saying
from fangpin.intake.value_messages import VALUE_SAYINGS
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.findings import Finding, Severity
from fangpin.vocabulary.text import Text

SAYINGS: dict[str, Saying] = {
    **VALUE_SAYINGS,
    # -- ends the command -------------------------------------------------------------------------------------------
    "FP-INTAKE-001": Saying(
        "error",
        Text("没有这个文件或文件夹", "there is no such file or folder"),
        Text("检查路径是否写对", "check that the path is right"),
    ),
    "FP-INTAKE-002": Saying(
        "error",
        Text("不能读这种格式", "this format is not read"),
        Text(
            "请另存为 .xlsx、.csv（UTF-8 或 GB18030）或 .parquet",
            "save it as .xlsx, .csv (UTF-8 or GB18030) or .parquet",
        ),
    ),
    "FP-INTAKE-003": Saying(
        "error",
        Text("没有农户表（household）", "there is no table of households (household)"),
        Text(
            "至少要有 household.csv 或 household.parquet；工作簿要有“户基本信息”工作表；"
            "`fangpin template` 可生成空白工作簿",
            "give at least household.csv or household.parquet, or a workbook with a sheet "
            "household; `fangpin template` writes an empty one",
        ),
    ),
    "FP-INTAKE-004": Saying(
        "error",
        Text("缺少主键列 {field}（{label}）", "the key column {field} ({label}) is missing"),
        Text("补上这一列，标题写 {name} 或 {label}", "add the column, headed {name} or {zh}"),
    ),
    "FP-INTAKE-005": Saying(
        "error",
        Text("文件是空的，连标题行都没有", "the file is empty: it has not even headings"),
        Text("第一行写各列标题", "put the headings into the first row"),
    ),
    "FP-INTAKE-006": Saying(
        "error",
        Text("文件损坏或不是所称的格式", "the file is damaged or not what its name says"),
        Text("在原系统重新导出", "export it again from where it came"),
    ),
    "FP-INTAKE-007": Saying(
        "error",
        Text("主键列 {field} 出现两次：{headings}", "the key column {field} stands twice: {headings}"),
        Text("只留一列", "keep one of them"),
    ),
    "FP-INTAKE-008": Saying(
        "error",
        Text("一张表出现在两处：{places}", "one table stands in two places: {places}"),
        Text("只留一处，或合并成一个文件", "keep one of them, or join them in one file"),
    ),
    "FP-INTAKE-009": Saying(
        "error",
        Text("没有这个导入方案：{name}", "there is no such mapping profile: {name}"),
        Text("可用：{known}；或给出 YAML 文件的路径", "known are: {known}; or give the path of a YAML file"),
    ),
    # -- files, sheets, columns -------------------------------------------------------------------------------------
    "FP-INTAKE-010": Saying(
        "info",
        Text("这个文件没有读：名称不是已知的表", "this file was not read: no table has its name"),
        Text("{guess}", "{guess}"),
    ),
    "FP-INTAKE-011": Saying(
        "info",
        Text("这一列没有读：标题不是已知的字段", "this column was not read: its heading is no known field"),
        Text("{guess}", "{guess}"),
    ),
    "FP-INTAKE-013": Saying(
        "error",
        Text(
            "字段 {field} 有两列：{headings}；内容不同，按空白处理",
            "the field {field} has two columns: {headings}; they differ and count as blank",
        ),
        Text("只留正确的一列", "keep the right one"),
    ),
    "FP-INTAKE-014": Saying(
        "error",
        Text(
            "字段 {field} 有两列：{headings}；内容相同，取其一",
            "the field {field} has two columns: {headings}; they agree and one was taken",
        ),
        Text("删去重复的一列", "remove the doubled one"),
    ),
    "FP-INTAKE-015": Saying(
        "info",
        Text(
            "没有 {field}（{label}）这一列，全部按空白（未知）处理",
            "there is no column {field} ({label}); all of it counts as blank (unknown)",
        ),
        Text("有资料时补上这一列", "add the column if the facts are known"),
    ),
    "FP-INTAKE-016": Saying(
        "warning",
        Text(
            "没有 {field}（{label}）这一列，它是应填项；全部按空白（未知）处理",
            "there is no column {field} ({label}), which should be filled; all of it counts as blank (unknown)",
        ),
        Text("补上这一列", "add the column"),
    ),
    "FP-INTAKE-017": Saying(
        "info",
        Text(
            "没有 {table}（{label}）表，其内容全部未知",
            "there is no table {table} ({label}); all its facts are unknown",
        ),
        Text("有资料时补上这张表", "add the table if the facts are known"),
    ),
    "FP-INTAKE-018": Saying(
        "info",
        Text("这个文件夹没有读", "this folder was not read"),
        Text(
            "表放在最上一层，或放在以表名命名的文件夹里", "tables stand at the top, or in a folder named like the table"
        ),
    ),
    # -- what was found out about a file ----------------------------------------------------------------------------
    "FP-INTAKE-070": Saying(
        "info",
        Text(
            "编码 {encoding}，分隔符 {separator}：所看 {lines} 行中 {agreeing} 行有 {cells} 格",
            "{encoding}, separator {separator}: {agreeing} of {lines} lines have {cells} cells",
        ),
        Text("如不对，另存为 UTF-8、逗号分隔的 CSV", "if this is wrong, save it as CSV in UTF-8 with commas"),
    ),
    "FP-INTAKE-071": Saying(
        "info",
        Text(
            "{count} 行不是记录（{kind}：第 {rows} 行），没有计入行数",
            "{count} rows are no records ({kind}: row {rows}) and are not counted as rows",
        ),
        Text("如是记录，补上编号", "if they are records, give them their ids"),
    ),
    "FP-INTAKE-072": Saying(
        "info",
        Text(
            "标题在第 {header} 行；其上 {count} 行是表名之类，没有读",
            "the headings are in row {header}; the {count} rows above them are titles and were not read",
        ),
        Text("如标题不在这一行，删去其上各行", "if the headings are elsewhere, remove the rows above them"),
    ),
    "FP-INTAKE-073": Saying(
        "warning",
        Text(
            "{encoding} 编码在 {count} 处损坏（显示为 \ufffd），首处在第 {line} 行",
            "the {encoding} text is broken in {count} places (shown as \ufffd), first in line {line}",
        ),
        Text("在原系统重新导出", "export it again from where it came"),
    ),
    "FP-INTAKE-074": Saying(
        "info",
        Text(
            "合并的单元格：{count} 格按合并区域的值填上",
            "merged cells: {count} cells were filled with the value of their merged range",
        ),
        Text("如不对，取消合并后逐格填写", "if this is wrong, unmerge the cells and fill in each"),
    ),
    "FP-INTAKE-075": Saying(
        "info",
        Text(
            "按 {profile}（{title}）读：{headings} 个标题认出 {known} 个",
            "read as {profile} ({title}): {known} of {headings} headings are known",
        ),
        Text(
            "如不对，用 --draft-profile 写出方案草稿，改好后用 --profile 带回",
            "if this is wrong, write a draft with --draft-profile, correct it and give it back with --profile",
        ),
    ),
    "FP-INTAKE-076": Saying(
        "error",
        Text(
            "同一户各行所填不一致（“读到”一栏为其中两个）；按空白处理",
            "the rows of one household disagree (two of their values are under `read`); it counts as blank",
        ),
        Text("在原系统核对后，使同一户各行一致", "check with the source and make the rows of the household agree"),
    ),
    "FP-INTAKE-077": Saying(
        "info",
        Text(
            "没有人编号列：各户成员按行序编为 01、02……；证件号码不用作编号",
            "there is no column of person ids: the members of each household are numbered 01, 02 … in the order of "
            "their rows; identity numbers are not used as ids",
        ),
        Text(
            "导出时带上人编号，先后两次导出才能对得上人",
            "export the person id too, so that later exports find the same persons",
        ),
    ),
    "FP-INTAKE-078": Saying(
        "info",
        Text(
            "这张表没有读：不像任何已知的表（最像 {profile}：{headings} 个标题认出 {known} 个）",
            "this sheet was not read: it is like no known table (most like {profile}: {known} of {headings} headings)",
        ),
        Text(
            "用 --draft-profile 写出方案草稿，改好后用 --profile 带回",
            "write a draft with --draft-profile, correct it and give it back with --profile",
        ),
    ),
    "FP-INTAKE-079": Saying(
        "warning",
        Text(
            "压缩包里这个文件没有读：名称指向压缩包之外",
            "this file of the archive was not read: its name points outside",
        ),
        Text("改名后重新压缩", "rename it and pack the archive again"),
    ),
    "FP-INTAKE-080": Saying(
        "info",
        Text(
            "{count} 户在前面的文件里已有：这个文件填了的盖在其上，空白的不动",
            "{count} households stand in the files before: what is filled here is laid over them, what is blank is not",
        ),
        Text("如是另外的户，改正户编号", "if they are other households, correct their ids"),
    ),
    "FP-INTAKE-081": Saying(
        "error",
        Text(
            "成员表里没有（或不止一个）这个证件号码，本行未收",
            "none (or more than one) of the members has this identity number; the row was refused",
        ),
        Text(
            "核对证件号码；不在本县名单上的人不必处理",
            "check the number; who is not on the county's list needs nothing",
        ),
    ),
    "FP-INTAKE-082": Saying(
        "warning",
        Text(
            "户编号在各村之间重复，按“县-乡-村-户编号”合成编号",
            "household numbers recur from village to village; ids were made of county, township, village and number",
        ),
        Text("导出全国统一的户编号更稳妥", "export the household ids of the national system, which do not recur"),
    ),
    "FP-INTAKE-083": Saying(
        "info",
        Text(
            "行政区划代码按地名得出：{places} 处地名找到 {found} 处；没有找全的取到上一级（{lost}）",
            "region codes were found by names: {found} of {places} places; of the others the level above ({lost})",
        ),
        Text("有代码时导出“行政区划代码（村）”一列", "export the column of region codes if there is one"),
    ),
    # -- cells ------------------------------------------------------------------------------------------------------
    "FP-INTAKE-012": Saying(
        "error",
        Text(
            "号码已损坏（表格软件改成了科学计数，末几位已失）；按空白处理",
            "the number is damaged (a spreadsheet turned it into scientific notation and "
            "the last digits are lost); it counts as blank",
        ),
        Text(
            "在原系统重新导出，列设为文本；本文件无法恢复",
            "export it again with the column as text; it cannot be mended in this file",
        ),
    ),
    "FP-INTAKE-020": Saying(
        "error",
        Text("不是数；按空白处理", "this is no number; it counts as blank"),
        Text(
            "只写数字，单位 {unit}，不写文字；不知道就留空。{hint}",
            "write digits only, in {unit}, without words; leave it blank where unknown. {hint}",
        ),
    ),
    "FP-INTAKE-021": Saying(
        "error",
        Text("不是整数；按空白处理", "this is no whole number; it counts as blank"),
        Text("写整数，单位 {unit}；不知道就留空", "write a whole number, in {unit}; leave it blank where unknown"),
    ),
    "FP-INTAKE-022": Saying(
        "error",
        Text("不是可能的日期；按空白处理", "this is no possible date; it counts as blank"),
        Text("写成 2021-06-30；不知道就留空。{hint}", "write it like 2021-06-30; leave it blank where unknown. {hint}"),
    ),
    "FP-INTAKE-023": Saying(
        "error",
        Text("不在代码表 {list} 内；按空白处理", "not in the code list {list}; it counts as blank"),
        Text(
            "写代码或名称：{known}；不知道就留空。{hint}",
            "write a code or its label: {known}; leave it blank where unknown. {hint}",
        ),
    ),
    "FP-INTAKE-024": Saying(
        "error",
        Text("不是“是”或“否”；按空白处理", "neither yes nor no; it counts as blank"),
        Text("写 是 或 否；不知道就留空", "write 是/否, yes/no or 1/0; leave it blank where unknown"),
    ),
    "FP-INTAKE-025": Saying(
        "error",
        Text(
            "超出允许范围 {low} 至 {high}；按空白处理", "outside the allowed range {low} to {high}; it counts as blank"
        ),
        Text("核对后改正，单位 {unit}；不知道就留空", "check and correct it, in {unit}; leave it blank where unknown"),
    ),
    "FP-INTAKE-026": Saying(
        "error",
        Text("家庭人口数应大于 0；按空白处理", "the number of persons must be above 0; it counts as blank"),
        Text("核对户内人数后改正；不知道就留空", "count the persons and correct it; leave it blank where unknown"),
    ),
    "FP-INTAKE-027": Saying(
        "error",
        Text(
            "金额超过 10 亿元，应是写错；按空白处理", "more than 1,000,000,000 yuan must be a slip; it counts as blank"
        ),
        Text("核对后改正，单位 {unit}；不知道就留空", "check and correct it, in {unit}; leave it blank where unknown"),
    ),
    "FP-INTAKE-028": Saying(
        "warning",
        Text("这一项一般不应为负；照原样保留", "this item is not negative as a rule; it stays as read"),
        Text("核对正负号", "check the sign"),
    ),
    "FP-INTAKE-029": Saying(
        "warning",
        Text("行政区划代码不在名册内；照原样保留", "the register knows no such region code; it stays as read"),
        Text("用 `fangpin region 地名` 查代码", "find the code with `fangpin region NAME`"),
    ),
    "FP-INTAKE-030": Saying(
        "error",
        Text(
            "这一行的单元格比标题多；多出的没有读，本行可能错位",
            "the row has more cells than headings; the surplus was not read, and the row may be shifted",
        ),
        Text("检查是否有未加引号的逗号", "look for a comma without quotation marks"),
    ),
    "FP-INTAKE-031": Saying(
        "warning",
        Text(
            "valid_to 不晚于 valid_from，这一行哪天都不生效",
            "valid_to is not after valid_from: the row holds on no day",
        ),
        Text("改正两个日期；valid_to 不含当日", "correct the dates; valid_to is exclusive"),
    ),
    "FP-INTAKE-032": Saying(
        "warning",
        Text(
            "所填人均收入与各项合计除以人口相差超过 0.01 元；以所填为准",
            "the income per head as given and the items divided by the persons are "
            "more than 0.01 yuan apart; the figure given is used",
        ),
        Text("核对各项收入、人口数与人均数", "check the items, the persons and the figure per head"),
    ),
    "FP-INTAKE-033": Saying(
        "warning",
        Text(
            "这一行在最后一列之前就断了；缺的格按空白（未知）处理，文件可能被截断",
            "the row ends before the last column; what is missing counts as blank, and the file may be cut off",
        ),
        Text("在原系统重新导出，核对行数", "export it again from where it came and compare the number of rows"),
    ),
    "FP-INTAKE-034": Saying(
        "warning",
        Text(
            "获知日期早于生效日期：按计划中的事实收下，到生效那天才用",
            "it was known before it was so: taken as a planned fact, and used from the day it becomes so",
        ),
        Text("如不是计划，改正两个日期", "if it is no plan, correct the dates"),
    ),
    # -- rows that are refused --------------------------------------------------------------------------------------
    "FP-INTAKE-040": Saying(
        "error",
        Text("主键 {name} 是空的，本行未收", "the key {name} is blank; the row was refused"),
        Text("填上编号", "fill in the number"),
    ),
    "FP-INTAKE-041": Saying(
        "error",
        Text(
            "主键重复，本行未收；同键（生效、获知日期也相同）共 {count} 行",
            "the key is doubled and the row was refused; {count} rows have it, with the same dates",
        ),
        Text(
            "只留一行；若是先后两次的记录，分别写 valid_from 或 known_at",
            "keep one; if they are records of two dates, give each its valid_from or known_at",
        ),
    ),
    "FP-INTAKE-042": Saying(
        "error",
        Text(
            "户编号重复，这一户的所有行未收、没有判定；同号共 {count} 行",
            "the household id is doubled: all rows of the household were refused and it "
            "has no verdict; {count} rows have it",
        ),
        Text("核对是否两户用了同一编号", "check whether two households carry one id"),
    ),
    "FP-INTAKE-043": Saying(
        "error",
        Text(
            "户编号在农户表里重复，本行随之未收",
            "its household id is doubled in the table of households; the row was refused",
        ),
        Text("先改正农户表", "mend the table of households first"),
    ),
    "FP-INTAKE-044": Saying(
        "error",
        Text("农户表里没有这一户，本行未收", "the table of households has no such household; the row was refused"),
        Text("补上这一户，或改正户编号", "add the household, or correct the household id"),
    ),
    # -- summaries and offers ---------------------------------------------------------------------------------------
    "FP-INTAKE-050": Saying(
        "info",
        Text("{code} 另有 {count} 处没有逐条列出", "{code}: {count} more are not listed one by one"),
        Text("改正已列出的再读一次，或分批读入", "mend those listed and read again, or read in portions"),
    ),
    "FP-INTAKE-051": Saying(
        "info",
        Text("按导入方案略去 {count} 行：{where}", "{count} rows were left out by the mapping profile: {where}"),
        Text("如不应略去，改方案的 where", "if they belong, change `where` in the profile"),
    ),
    "FP-INTAKE-060": Saying(
        "info",
        Text(
            "出生日期是空的；“读到”一栏是证件号码（校验位相符）里的日期，仅供参考，不自动填入",
            "the date of birth is blank; `read` is the date that the identity number "
            "says (its check digit fits). An offer only: nothing is filled in",
        ),
        Text("核对户口簿后填写", "check with the household register and fill it in"),
    ),
    # -- region codes of the past -----------------------------------------------------------------------------------
    "FP-INTAKE-095": Saying(
        "info",
        Text(
            "区划代码（{old}）已在 {year} 年停用，今为 {now}；照原样保留",
            "the region code ({old}) ended in {year}; today it is {now}; it stays as read",
        ),
        Text(
            "当年的资料不必改；新填的资料改用新代码",
            "data of that time need no change; use today's code in new data",
        ),
    ),
    "FP-INTAKE-096": Saying(
        "warning",
        Text(
            "区划代码（{old}）已在 {year} 年拆分、合并或撤销，候选：{now}；照原样保留",
            "the region code ({old}) was split, merged or abolished in {year}; candidates: {now}; it stays as read",
        ),
        Text(
            "按实际所在地选定新代码；`fangpin region 代码` 有沿革",
            "choose today's code by where it lies; `fangpin region CODE` tells its history",
        ),
    ),
    "FP-INTAKE-097": Saying(
        "warning",
        Text(
            "区划代码与地名列不是同一个地方：{known_here}；照原样保留",
            "the region code and the names of places are not one place: {known_here}; it stays as read",
        ),
        Text(
            "核对这一户实际在哪个村，改代码或改地名；`fangpin region 地名` 查代码",
            "find out where the household lives and mend the code or the name; `fangpin region NAME` has the codes",
        ),
    ),
    # -- mapping profiles -------------------------------------------------------------------------------------------
    "FP-PROFILE-001": Saying(
        "error",
        Text("导入方案要的文件不在：{name}", "a file that the mapping profile wants is not there: {name}"),
        Text("PATH 应是放有这些文件的文件夹", "PATH must be the folder that holds these files"),
    ),
    "FP-PROFILE-002": Saying(
        "error",
        Text("导入方案要的列不在：{name}", "a column that the mapping profile wants is not there: {name}"),
        Text("{guess}", "{guess}"),
    ),
    "FP-PROFILE-003": Saying(
        "error",
        Text("表达式不能用：{why}", "the expression cannot be used: {why}"),
        Text(
            "可用：列名、数字、'文字'、比较、and or not、in、between、is null、case、四则运算及 {known}",
            "allowed are columns, numbers, 'text', comparisons, and or not, in, between, "
            "is null, case, arithmetic, and {known}",
        ),
    ),
    "FP-PROFILE-004": Saying(
        "error", Text("没有这个名称：{name}", "there is no such name: {name}"), Text("{guess}", "{guess}")
    ),
    "FP-PROFILE-005": Saying(
        "error",
        Text("单位 {unit} 不能换算成 {wanted}", "the unit {unit} does not become {wanted}"),
        Text("可换算：{known}", "known are: {known}"),
    ),
    "FP-PROFILE-007": Saying(
        "error",
        Text("用导入方案时只给一个 PATH", "with a mapping profile give one PATH"),
        Text("把方案要的文件放进一个文件夹", "put the files that the profile wants into one folder"),
    ),
    "FP-PROFILE-006": Saying(
        "error",
        Text("{what} 要写且只写一个：{known}", "{what} needs exactly one of: {known}"),
        Text("只留其中一个", "keep one of them"),
    ),
    "FP-INTAKE-090": Saying(
        "error",
        Text("交回的走访表里有登记中没有的户", "a visit sheet that came back names a household that was not known"),
        Text(
            "核对户编号；确是新的户，先进农户表再走访",
            "check the household id; a household that is new goes into the table of households before it is visited",
        ),
    ),
}

SAYINGS |= {code: Saying(*said) for code, said in ABOUT_FILES.items()}


def finding(
    code: str,
    /,
    *,
    field: str = "",
    record: str = "",
    file: str = "",
    sheet: str = "",
    row: int = 0,
    column: str = "",
    read: str = "",
    severity: Severity | None = None,
    expected: Text | None = None,
    authority: Text | None = None,
    values: Mapping[str, object] | None = None,
    **more: object,
) -> Finding:
    """The finding of this code with its texts filled in; ``values`` and further arguments fill the places in them.

    What would be right and who says so follow from code and field where they are not given.
    """
    saying = SAYINGS[code]
    said = {"hint": "", **(values or {}), **more, "field": field}
    remedy = _trimmed(saying.remedy.format(**said))
    fit, source = right(code, field, remedy)
    return Finding(
        code,
        severity or saying.severity,
        saying.message.format(**said),
        remedy,
        field,
        record,
        file,
        sheet,
        row,
        column,
        read,
        expected or fit,
        authority or source,
    )


def _trimmed(text: Text) -> Text:
    """Both halves without the blank that an empty hint leaves at the end."""
    return Text(text.zh.rstrip("。 "), text.en.rstrip(". "))


def unusable(code: str, /, *, place: str = "", read: str = "", **values: object) -> UnusableInput:
    """The error of this code, which ends a command with exit 2."""
    saying = SAYINGS[code]
    return UnusableInput(
        code, saying.message.format(**values), place=place, read=read, remedy=saying.remedy.format(**values)
    )
