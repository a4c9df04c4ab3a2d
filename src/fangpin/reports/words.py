"""Words of the report, each in both languages.

Gives   WORDS by key, and the words for statuses, tones, sides, parameters and the manifest
Not     words of statuses (identification.verdict), of fields (tables)
"""

from __future__ import annotations

from typing import Any

from fangpin.language.say import UNITS
from fangpin.reports.blocks import Tone
from fangpin.standards import Value
from fangpin.vocabulary.text import Text

TONES: dict[str, Tone] = {
    "low_income": "plain",
    "needs_visit": "todo",
    "deliberate": "due",
    "vetoed": "plain",
    "to_compare": "wait",
    "not_low_income": "quiet",
}
MEANINGS: dict[str, Text] = {
    "low_income": Text(
        "收入低于下线，或成立的指标达到规定个数；已核实没有否决情形",
        "income below the line, or as many indicators as the rule asks for; verified that no veto item applies",
    ),
    "needs_visit": Text(
        "还缺事实，补上后结果可能改变；缺的不当作“否”",
        "facts are missing that could change the result; a blank never counts as no",
    ),
    "deliberate": Text("收入在两线之间，交村里评议", "income between the two lines: for the village to deliberate"),
    "vetoed": Text(
        "收入或指标符合或可能符合，但经核实有小汽车、商品房等",
        "meets the rule or may meet it, but a verified car, flat or the like applies",
    ),
    "to_compare": Text(
        "符合或在两线之间，财产还没有比对", "meets the rule or lies between the lines; property not checked yet"
    ),
    "not_low_income": Text("收入和指标都不到", "neither income nor indicators reach the rule"),
}
MEANINGS_ONE_LINE: dict[str, Text] = {
    **MEANINGS,
    "low_income": Text("收入低于线", "income below the line"),
    "not_low_income": Text("收入不低于线", "income at or above the line"),
    "needs_visit": Text("收入未知，补上后才能判定", "income is unknown and must be found out first"),
}
SIDES: dict[str, Text] = {
    "below": Text("低于下线", "below the line"),
    "band": Text("两线之间", "between the lines"),
    "above": Text("不低于上线", "at or above the upper line"),
}
SIDES_ONE_LINE: dict[str, Text] = {
    **SIDES,
    "above": Text("不低于线", "at or above the line"),
}
DIMENSIONS: dict[str, Text] = {
    "health": Text("健康", "health"),
    "education": Text("教育", "education"),
    "living": Text("生活条件", "living conditions"),
}
SEVERITIES: dict[str, tuple[Text, Tone]] = {
    "error": (Text("错误", "error"), "bad"),
    "warning": (Text("提醒", "warning"), "due"),
    "info": (Text("说明", "note"), "wait"),
}
CONCEPTS: dict[str, Text] = {
    "net_income_pc": Text("家庭人均纯收入", "net income per person"),
    "adjusted_income_pc": Text(
        "人均收入（计入理赔、扣除合规自付支出）",
        "income per person after insurance payouts and eligible out-of-pocket spending",
    ),
}
SET_BY: dict[str, Text] = {
    "national": Text("国家", "nation"),
    "province": Text("省", "province"),
    "county": Text("县", "county"),
}
ROSTER = Text("家庭成员名单不全", "the list of members is incomplete")

WORDS: dict[str, Text] = {
    "title": Text("低收入人口识别报告", "Low-income identification report"),
    "switch": Text("English", "中文"),
    "switch_label": Text("切换到英文", "Switch to Chinese"),
    "skip": Text("跳到正文", "Skip to the content"),
    "contents": Text("目录", "Contents"),
    "print": Text("打印", "Print"),
    "as_of": Text("截至", "as of"),
    "place": Text("地区", "place"),
    "nation": Text("全国标准（未选地区）", "national (no region chosen)"),
    "standard": Text("标准", "standard"),
    "made_with": Text("生成工具", "made with"),
    "page": Text("第 {page} 页，共 {pages} 页", "page {page} of {pages}"),
    "generated": Text(
        "模拟数据：由 fangpin synth 随机生成，不是任何真实的户或人，不得用于认定。",
        "Synthetic data: generated at random by fangpin synth. Nobody here exists; never use it for a decision.",
    ),
    "generated_short": Text("模拟数据，不得用于认定", "synthetic data, not for decisions"),
    "survey": Text(
        "抽样调查数据（导入方案 {profile}）：户数是调查到的户数，未加权，不代表总体。",
        "Survey data (mapping profile {profile}): counts are of the households interviewed, unweighted; they do "
        "not stand for the population.",
    ),
    "survey_short": Text("调查数据，未加权", "survey data, unweighted"),
    "full_names": Text(
        "本报告含真实姓名。只交给有权查看的人，不外传、不张贴。",
        "This report carries real names. Only for those entitled to see them; do not pass on, do not post.",
    ),
    "masked_note": Text("姓名已遮盖，只留姓氏。", "Names are masked: the family name only."),
    "rule_result": Text(
        "以下都是规则判定，不是认定；认定由县级按程序作出。",
        "Everything here is a rule result, not a decision; the decision is the county's, by its procedure.",
    ),
    # -- answer
    "answer": Text("结果", "The answer"),
    "answer_line": Text(
        "截至 {day}，{total} 户中有 {low} 户初判符合（{share}），另有 {visit} 户信息不全、需要补问；"
        "低收入线 {line} {money}/人·年。",
        "As of {day}, {low} of {total} households meet the rule ({share}); {visit} more have facts missing and need a "
        "visit. The low-income line is {line} {money} per person and year.",
    ),
    "no_households": Text("没有读到任何农户，无从判定。", "No household was read, so there is nothing to say."),
    "persons_line": Text("初判符合的户共 {persons} 人。", "Those that meet the rule have {persons} members."),
    "uncounted": Text(
        "{n} 户人口数未知，没有计入人数。", "{n} households of unknown size are not in the counts of persons."
    ),
    "by_status": Text("各结果户数", "Households by result"),
    "status": Text("规则判定", "rule result"),
    "households": Text("户数", "households"),
    "share": Text("占比", "share"),
    "persons": Text("人数", "persons"),
    "total": Text("合计", "total"),
    "line": Text("线", "line"),
    "line_lower": Text("低收入线（下线）", "low-income line (lower)"),
    "line_upper": Text("上线", "upper line"),
    "line_one": Text("低收入线", "low-income line"),
    "yuan_year": Text("{money}/人·年", "{money} per person and year"),
    "how_set": Text("怎么定的", "how it was set"),
    "line_table": Text("用的线", "The line that was used"),
    "estimated": Text("估计值", "estimated"),
    "outdated": Text("已过年份", "past its year"),
    "unverified": Text("来源待核", "source not verified"),
    "verified": Text("来源已核", "source verified"),
    "state": Text("状态", "state"),
    "source": Text("来源", "source"),
    "year": Text("年份", "year"),
    # -- who
    "who": Text("是哪些户", "Which households"),
    "who_note": Text(
        "按村排列。每户的理由、日期和来源用命令查：",
        "By village. Reasons, dates and sources of any household come from the command",
    ),
    "who_none": Text(
        "没有户初判符合、待评议、待比对、有否决情形或信息不全。", "No household meets the rule, waits, or lacks facts."
    ),
    "first_of": Text(
        "共 {total} 户，列出前 {shown} 户；全部在 verdicts.parquet。",
        "{total} households; the first {shown} are listed, all are in verdicts.parquet.",
    ),
    "all_of": Text("共 {total} 户，全部列出。", "{total} households, all listed."),
    "village": Text("村", "village"),
    "household_id": Text("户编号", "household id"),
    "head_name": Text("户主", "head"),
    "income_pp": Text("人均收入（{money}）", "income per person ({money})"),
    "why": Text("依据", "why"),
    "why_income": Text("收入", "income"),
    "why_count": Text("指标", "indicators"),
    "why_band": Text("收入在两线之间", "income between the lines"),
    "why_veto": Text("否决项", "veto"),
    "why_ask": Text("最少再答 {n} 项", "at best {n} more answer(s)"),
    "why_true": Text("已成立", "true so far"),
    # -- where
    "where": Text("在哪里", "Where they are"),
    "where_none": Text(
        "输入里没有区划代码和自然村，不能分地区。",
        "The input has neither region codes nor villages, so places cannot be told apart.",
    ),
    "by_level": Text("各{level}户数", "Households by {level}"),
    "others": Text("其余 {n} 个", "{n} others"),
    "place_name": Text("地方", "place"),
    "chart_places": Text("各地需要关注的户", "Households to look at, by place"),
    "no_code": Text("区划未填", "no region given"),
    # -- indicators
    "indicators": Text("各项指标", "Each indicator"),
    "indicators_note": Text(
        "“未知”是缺事实、结果可能改变；不是“否”。",
        "Unknown means that facts are missing which could change the answer; it is not a no.",
    ),
    "indicator": Text("指标", "indicator"),
    "true": Text("成立", "true"),
    "false": Text("不成立", "false"),
    "unknown": Text("未知", "unknown"),
    "true_share": Text("成立占比", "share true"),
    "among_low": Text("初判符合户中", "of those that meet the rule"),
    "chart_indicators": Text("成立和未知的户数", "Households for which each holds or is unknown"),
    "table_indicators": Text("每项指标的户数", "Households by indicator"),
    "no_indicators": Text("这个标准只看收入线，没有指标。", "This standard has a line only and no indicators."),
    "not_counted": Text("不计入", "not counted"),
    # -- joint
    "joint": Text("指标叠加", "Indicators together"),
    "true_count": Text("成立个数", "number true"),
    "table_true_counts": Text("按成立个数分", "Households by the number of indicators that hold"),
    "chart_true_counts": Text(
        "成立几项的户各有多少（k = {k}）", "Households by the number of indicators that hold (k = {k})"
    ),
    "could_reach": Text("其中补全后可能达到 k", "of these, could still reach k"),
    "at_least_k": Text("达到 k", "k or more"),
    "below_k": Text("未达到 k", "fewer than k"),
    "maybe_k": Text("补全后可能达到 k", "could still reach k"),
    "chart_together": Text("两项同时成立的户数", "Households for which two hold at once"),
    "table_together": Text("两项同时成立", "Two at once"),
    "together_note": Text("对角线是该项成立的户数。", "On the diagonal: households for which the one holds."),
    "table_combinations": Text("最常见的组合", "The most frequent combinations"),
    "combination": Text("同时成立的指标（恰好这些）", "indicators that hold together (exactly these)"),
    # -- income
    "income": Text("收入和两线", "Income and the lines"),
    "income_single": Text("收入和线", "Income and the line"),
    "income_band": Text(
        "两线之间有 {n} 户（{share}）；其中 {d} 户待评议，其余由指标、否决项或缺的事实决定。",
        "{n} households ({share}) lie between the lines; {d} of them are for deliberation, the others are settled by "
        "indicators, veto items or missing facts.",
    ),
    "income_one": Text(
        "这个标准只有一条线，没有两线之间的户。", "This standard has one line, so no household lies between two."
    ),
    "income_unknown": Text("{n} 户收入未知，没有画在图上。", "{n} households of unknown income are not in the chart."),
    "chart_income": Text("人均收入分布（{money}/人·年）", "Income per person ({money} per year)"),
    "chart_income_axis": Text("人均收入（{money}）", "income per person ({money})"),
    "chart_income_left_out": Text(
        "两端没有上下限的组不画，见表。", "The open groups at both ends are not drawn; see the table."
    ),
    "table_income": Text("按收入分组", "Households by income"),
    "income_range": Text("人均收入", "income per person"),
    "side": Text("在哪一段", "where"),
    "under": Text("{high} 以下", "below {high}"),
    "from": Text("{low} 及以上", "{low} and more"),
    "between": Text("{low} 至 {high}", "{low} to {high}"),
    "between_note": Text("含下限，不含上限。", "The lower bound belongs to the group, the upper one does not."),
    "routes": Text("凭什么初判成立", "What makes it sure"),
    "route": Text("途径", "route"),
    "routes_note": Text(
        "包括财产待比对、有否决情形的户。", "Households awaiting the cross-check or with a veto item are included."
    ),
    # -- veto and groups
    "veto": Text("否决项和重点对象", "Veto items and key groups"),
    "veto_table": Text("否决项（全部户）", "Veto items (all households)"),
    "veto_item": Text("否决项", "veto item"),
    "veto_any": Text("任一计入的否决项", "any veto item that counts"),
    "veto_true": Text("经核实有", "verified: applies"),
    "veto_false": Text("经核实没有", "verified: does not"),
    "veto_unknown": Text("未比对", "not checked yet"),
    "veto_flag": Text("只作提示", "a flag only"),
    "groups_table": Text("当日监测制度的重点对象（{regime}）", "Key groups of the regime in force ({regime})"),
    "group": Text("类别", "group"),
    "group_open": Text("还缺事实，可能属于某一类", "facts are missing that could assign one"),
    "no_line": Text("当地监测标准未录入", "the local monitoring line has not been entered"),
    # -- unknown
    "open": Text("缺什么，先问什么", "What is unknown, and what to ask first"),
    "open_none": Text("没有信息不全的户。", "No household lacks facts that matter."),
    "open_line": Text(
        "{n} 户信息不全；其中 {one} 户最好的情况下只要 1 个答案。",
        "{n} households lack facts that matter; at best, {one} of them need a single answer.",
    ),
    "facts_table": Text("缺的事实", "Facts that are open"),
    "chart_facts": Text("缺这项事实的户数", "Households in which a fact is open"),
    "fact": Text("事实", "fact"),
    "field": Text("字段", "field"),
    "fact_open": Text("缺的户数", "open in"),
    "fact_enough": Text("答它就够", "its answer is enough"),
    "fact_one": Text("一答可定的户里要问它", "asked where one answer may do"),
    "facts_note": Text(
        "“答它就够”：这一户别的都不用再问。“一答可定”：最好的情况下一个答案就能判定。",
        "“Its answer is enough”: nothing else need be asked there. “One answer may do”: at best a single "
        "answer settles it.",
    ),
    "facts_spared": Text(
        "先问{fact}：答了它就不用再问{spared}。", "Ask {fact} first: once it is answered, {spared} need no asking."
    ),
    "chart_enough": Text("答它就够", "its answer is enough"),
    "chart_others": Text("还要问别的", "others must be asked too"),
    "plan_table": Text("按事实集中补：先补哪几项", "Gathering facts in bulk: which first"),
    "plan_note": Text(
        "依次补齐这些事实（例如向部门批量查询），累计有多少户不再缺事实。",
        "Fill these one after another (for example from a department's list): so many households then lack nothing.",
    ),
    "step": Text("顺序", "step"),
    "settled": Text("新增补全的户", "further households complete"),
    "cumulative": Text("累计", "in all"),
    "trips_table": Text("按村走访：先去哪几个村", "Visits by village: where to go first"),
    "trips_note": Text(
        "按“一答可定”的户数排列。",
        "By households that one answer may settle.",
    ),
    "sheets": Text("按村生成核查表，填好后交回：", "A visit sheet for each village, to be filled in and handed back:"),
    "waiting": Text("待补的户", "waiting"),
    "one_answer": Text("一答可定", "one answer may do"),
    "least_table": Text("最少要几个答案", "Fewest answers needed"),
    "least": Text("最少答案数", "fewest answers"),
    "least_zero": Text("按现有规则问不清", "asking alone cannot settle it"),
    # -- quality
    "quality": Text("数据质量", "Quality of the data"),
    "rows_line": Text(
        "读入 {rows} 行：收下 {accepted} 行，收下但有问题 {noted} 行，拒收 {refused} 行。",
        "{rows} rows read: {accepted} accepted, {noted} accepted with findings, {refused} refused.",
    ),
    "findings_table": Text("发现的问题（按代码归并）", "Findings, by code"),
    "findings_none": Text("没有发现问题。", "Nothing was found."),
    "finding_code": Text("代码", "code"),
    "severity": Text("程度", "kind"),
    "count": Text("处数", "count"),
    "finding": Text("问题", "what was found"),
    "remedy": Text("办法", "what to do"),
    "example": Text("例如", "for example"),
    "and_more": Text("等 {n} 处", "and {n} in all"),
    "fields_of": Text("涉及字段", "fields"),
    "row": Text("第 {n} 行", "row {n}"),
    # -- law
    "law": Text("标准全文", "The standard"),
    "law_id": Text("编号", "id"),
    "law_title": Text("名称", "title"),
    "law_in_force": Text("施行", "in force"),
    "law_from": Text("自 {start} 起", "from {start}"),
    "law_until": Text("自 {start} 起，至 {end}（不含）", "from {start} until {end} (excluded)"),
    "law_basis": Text("性质", "legal basis"),
    "law_source": Text("出处", "source"),
    "law_hash": Text("内容哈希", "content hash"),
    "law_overlays": Text("所用调整", "overlays used"),
    "law_no_overlays": Text("无", "none"),
    "law_concept": Text("收入口径", "income concept"),
    "law_k": Text("临界个数 k", "poverty cutoff k"),
    "law_regime": Text("当日监测制度", "regime of the day"),
    "law_table": Text("标准的基本情况", "What the standard is"),
    "law_item": Text("项目", "item"),
    "law_value": Text("内容", "content"),
    "law_indicators": Text("指标", "Indicators"),
    "law_veto": Text("否决项", "Veto items"),
    "law_rule": Text("规则", "rule"),
    "law_text": Text("条文", "what it says"),
    "law_readings": Text("我们的读法", "our reading"),
    "law_parameters": Text("参数", "Parameters"),
    "parameter": Text("参数", "parameter"),
    "value": Text("值", "value"),
    "set_by": Text("谁可以改", "may be set by"),
    "changed": Text("已由 {by} 改动，原值 {old}", "changed by {by}, was {old}"),
    "law_open": Text("待核的问题", "Open questions"),
    "law_changes": Text("与前一版相比", "What is new"),
    "law_definitions": Text("规则里用到的说法", "Terms used in the rules"),
    "term": Text("说法", "term"),
    "counts": Text("计入", "counts"),
    # -- manifest
    "manifest": Text("这份报告怎么来的", "Where this report comes from"),
    "manifest_note": Text(
        "同样的输入、标准和版本给出同样的结果，可用命令重做：",
        "Equal input, standard and version give equal results; to make them again:",
    ),
    "files": Text("读入的文件", "Files that were read"),
    "file": Text("文件", "file"),
    "table": Text("表", "table"),
    "rows": Text("行数", "rows"),
    "sha256": Text("SHA-256（前 16 位）", "SHA-256 (first 16)"),
    "yes": Text("是", "yes"),
    "no": Text("否", "no"),
    "none": Text("无", "none"),
    "whatif": Text("试算", "what-if"),
}
MANIFEST: dict[str, Text] = {
    "fangpin": Text("fangpin 版本", "version of fangpin"),
    "engine": Text("计算引擎", "engine"),
    "engine.name": Text("计算引擎", "engine"),
    "engine.version": Text("引擎版本", "version of the engine"),
    "input.path": Text("输入", "input"),
    "input.profile": Text("导入方案", "mapping profile"),
    "input.profile_file": Text("导入方案文件", "file of the mapping profile"),
    "input.snapshot": Text("输入的哈希", "hash of the input"),
    "standard.id": Text("标准", "standard"),
    "standard.hash": Text("标准的哈希", "hash of the standard"),
    "standard.as_of": Text("判定日", "day"),
    "standard.region": Text("地区", "region"),
    "standard.changes": Text("试算改动", "what-if changes"),
    "result.verdicts_sha256": Text("结果表的哈希", "hash of the verdict table"),
    "result.households": Text("户数", "households"),
    "made_at": Text("生成时间", "made at"),
    "seed": Text("随机种子", "seed"),
}


def word(key: str, lang: str, **values: object) -> str:
    """The words of a key in one language, with its values filled in."""
    said = WORDS[key]
    return (said.format(**values) if values else said)(lang)


def unit_of(parameter: Value) -> Text:
    """The unit of a parameter as it is said; years are 岁 only where they are an age."""
    unit = parameter.unit or ""
    if unit == "kg/cm*cm":
        return Text("", "")
    if unit == "year" and parameter.name.split(".")[-1].startswith("within"):
        return Text("年", " years")
    if unit == "kind":
        return Text("项", "")
    return UNITS.get(unit, Text(unit, f" {unit}" if unit else ""))


def value_of(parameter: Value, value: Any) -> Text:
    """A value of a parameter as it is said."""
    if isinstance(value, bool):
        return WORDS["yes"] if value else WORDS["no"]
    if isinstance(value, list | tuple):
        return Text("、".join(map(str, value)), ", ".join(map(str, value))) if value else WORDS["none"]
    if isinstance(value, int | float):
        if "share" in parameter.name and 0 < value <= 1:
            return Text(f"{100 * value:g}%", f"{100 * value:g}%")
        unit = unit_of(parameter)
        return Text(f"{value:,g}{unit.zh}", f"{value:,g}{unit.en}")
    return Text(str(value), str(value))
