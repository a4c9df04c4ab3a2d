"""The layouts of the thirteen papers.

Gives   LAYOUTS: number of the form → Layout
Keeps   a notice and an announcement have no place for identity numbers, phones, accounts, health or kinds of risk
Source  the names and purposes of rules/process/forms.yaml; the arrangement is ours
"""

from __future__ import annotations

from fangpin.reports.papers.blocks import Code, Field, Fields, Layout, Rows, Signatures, Words
from fangpin.vocabulary.text import Text

_HOUSEHOLD = Field(Text("户编号", "Household no."), "household_id")
_HEAD = Field(Text("户主姓名", "Head of household"), "head_name")
_ADDRESS = Field(Text("住址", "Address"), "address", wide=True)
_PERSONS = Field(Text("家庭人口", "Persons"), "population")
_REASON = Field(Text("理由", "Reason"), "reason", wide=True, high=28)
_VILLAGE = Field(Text("行政村", "Village"), "village", wide=True)
_CLERK, _VILLAGE_SEAL = Text("经办人", "Clerk"), Text("村民委员会（盖章）", "Villagers' committee (seal)")
_TOWNSHIP_SEAL, _COUNTY_SEAL = Text("乡镇（盖章）", "Township (seal)"), Text("县级（盖章）", "County (seal)")
_ITEM, _STATE, _NOTE = Text("项目", "Item"), Text("情况", "State"), Text("备注", "Note")
_CONDITION = Text("条件", "Condition")
_VISITOR = Field(Text("走访人", "Visitor"), "visitor")
_HEAD_SIGNS = Text("户主或受托人（签字按印）", "Head or delegate (signature or thumb print)")
_VISITORS = Text("入户人员（两人）", "Visitors (two)")

_MEMBERS = Rows(
    "members",
    (
        (Text("姓名", "Name"), "name", 3),
        (Text("与户主关系", "Relation"), "relation", 3),
        (Text("出生日期", "Born"), "birth_date", 3),
        (Text("健康与劳动", "Health, work"), "condition", 4),
        (Text("备注", "Note"), "note", 3),
    ),
    5,
    title=Text("家庭成员", "Members"),
)
_BOARD = (
    (Text("村民小组", "Group"), "group", 3),
    (Text("户主姓名", "Head of household"), "head_name", 4),
    (Text("人口", "Persons"), "population", 2),
)

LAYOUTS: dict[str, Layout] = {
    "F01": Layout(
        (
            Fields((_HOUSEHOLD, _HEAD, Field(Text("户主证件号码", "Identity number"), "head_id", wide=True), _ADDRESS)),
            _MEMBERS,
            Fields(
                (
                    Field(Text("申请原因", "Reason of the application"), "reason_text", wide=True, high=24),
                    Field(Text("面临的风险", "Risks"), "risk_types", wide=True, high=10),
                )
            ),
            Words(
                Text(
                    "本人承诺：所填情况属实，如有隐瞒或虚假，愿意承担相应责任。"
                    "以下成年家庭成员逐人授权有关部门查询其名下银行账户、车辆和房产，仅用于本次防止返贫致贫对象识别。",
                    "I declare that what is stated is true and answer for what is hidden or false. Each adult below "
                    "authorises the departments to look up bank accounts, vehicles and housing in his or her own name, "
                    "for this identification only.",
                )
            ),
            Rows(
                "authorised_adults",
                (
                    (Text("姓名", "Name"), "name", 3),
                    (Text("授权查询范围", "Scope"), "scope", 5),
                    (Text("有效期至", "Until"), "until", 3),
                    (Text("签字按印", "Signature or thumb print"), "signature", 4),
                ),
                4,
                title=Text("逐人授权", "Authorisation by each adult"),
            ),
            Fields(
                (
                    Field(Text("代填人", "Filled in by"), "delegate_name"),
                    Field(Text("日期", "Date"), "sign_date"),
                )
            ),
            Signatures((_HEAD_SIGNS, _CLERK)),
            Words(
                Text(
                    "由他人代填的，应当面宣读后签字按印。授权可以随时书面撤回。",
                    "If somebody else fills this in, it is read aloud before it is signed. The authorisation can be "
                    "withdrawn in writing at any time.",
                ),
                small=True,
            ),
        )
    ),
    "F02": Layout(
        (
            Fields((_HOUSEHOLD, _HEAD, _PERSONS, Field(Text("联系电话", "Phone"), "phone"), _ADDRESS)),
            _MEMBERS,
            Rows(
                "income",
                ((_ITEM, "item", 6), (Text("金额（元）", "Yuan"), "yuan", 3), (_NOTE, "note", 5)),
                5,
                title=Text("收入与支出（前12个月）", "Income and spending (12 months)"),
            ),
            Rows(
                "safeguards",
                ((_ITEM, "item", 5), (_STATE, "state", 5), (_NOTE, "note", 4)),
                4,
                title=Text("三保障和饮水", "Three guarantees and drinking water"),
            ),
            Fields(
                (
                    Field(Text("风险类型", "Risks"), "risk_types", wide=True, high=10),
                    Field(Text("帮扶需求", "Needs"), "needs", wide=True, high=14),
                )
            ),
            Signatures((_HEAD_SIGNS, _VISITORS)),
        )
    ),
    "F03": Layout(
        (
            Fields(
                (
                    _VILLAGE,
                    Field(Text("时间", "Date"), "meeting_date"),
                    Field(Text("地点", "Place"), "place"),
                    Field(Text("会议", "Meeting"), "kind"),
                    Field(Text("主持人", "Chair"), "chair"),
                    Field(Text("应到人数", "Entitled"), "entitled"),
                    Field(Text("实到人数", "Present"), "present"),
                )
            ),
            Rows(
                "households",
                (
                    (Text("户主", "Head"), "head_name", 4),
                    (Text("规则判定", "Rule result"), "rule", 4),
                    (Text("赞成", "For"), "for", 2),
                    (Text("不赞成", "Against"), "against", 2),
                    (Text("弃权", "Abstain"), "abstain", 2),
                    (Text("回避", "Recused"), "recused", 2),
                    (Text("结果", "Result"), "result", 4),
                ),
                12,
            ),
            Fields((Field(Text("发言与意见", "Opinions"), "opinions", wide=True, high=36),)),
            Signatures((Text("主持人", "Chair"), Text("记录人", "Minutes by"), Text("参会人员", "Those present"))),
            Words(Text("近亲属不参加对本户的表决。", "Near relatives do not vote on their own."), small=True),
        )
    ),
    "F04": Layout(
        (
            Words(
                Text(
                    "经入户核查、信息比对和民主评议，以下农户拟纳入防止返贫致贫监测帮扶，现予公示。"
                    "公示期：{notice_from} 至 {notice_to}。",
                    "After visits, cross-checks of records and the village's deliberation these households are named "
                    "for monitoring and assistance. Public notice from {notice_from} to {notice_to}.",
                )
            ),
            Rows("households", _BOARD, 12),
            Words(
                Text(
                    "对公示内容有异议的，请在公示期内向村民委员会或乡镇反映，也可凭二维码提出；可以署名，也可以匿名。"
                    "联系方式：{contact}。",
                    "Objections can be raised with the villagers' committee or the township, or by the code, within "
                    "the notice, by name or anonymously. Contact: {contact}.",
                )
            ),
            Code("check_url", Text("扫码核对本公示真伪", "Scan to check that this sheet is genuine")),
            Fields((_VILLAGE,)),
            Signatures((_VILLAGE_SEAL,)),
        )
    ),
    "F05": Layout(
        (
            Fields((Field(Text("批次", "Batch"), "batch_no"), Field(Text("审定日期", "Approved on"), "approved_on"))),
            Rows(
                "households",
                (
                    (Text("行政村", "Village"), "village", 5),
                    (Text("户编号", "Household no."), "household_id", 5),
                    (Text("户主", "Head"), "head_name", 3),
                    (Text("人口", "Persons"), "population", 2),
                    (Text("乡镇意见", "Township"), "township_opinion", 4),
                    (Text("县级意见", "County"), "county_opinion", 4),
                ),
                15,
            ),
            Signatures((_TOWNSHIP_SEAL, _COUNTY_SEAL)),
        ),
        landscape=True,
    ),
    "F06": Layout(
        (
            Fields((_HOUSEHOLD, _HEAD, _PERSONS, Field(Text("帮扶联系人", "Helper"), "helper"))),
            Fields(
                (
                    Field(Text("风险类型", "Risks"), "risk_types", wide=True),
                    Field(Text("帮扶需求", "Needs"), "needs", wide=True, high=14),
                )
            ),
            Rows(
                "measures",
                (
                    (Text("措施", "Measure"), "measure", 6),
                    (Text("责任单位", "Responsible"), "unit", 4),
                    (Text("开始", "From"), "start_on", 3),
                    (Text("预期成效", "Expected effect"), "expected_effect", 5),
                ),
                6,
            ),
            Signatures((_HEAD_SIGNS, Text("帮扶联系人", "Helper"), _VILLAGE_SEAL)),
        )
    ),
    "F07": Layout(
        (
            Fields((_HOUSEHOLD, _HEAD, Field(Text("走访日期", "Visited on"), "visit_on"), _VISITOR)),
            Fields(
                (
                    Field(Text("走访发现", "Findings"), "findings", wide=True, high=30),
                    Field(Text("措施落实", "Measures"), "measures_status", wide=True, high=22),
                    Field(Text("收入变化", "Change of income"), "income_change", wide=True, high=14),
                    Field(Text("新的风险", "New risk"), "new_risk", wide=True, high=14),
                )
            ),
            Signatures((_HEAD_SIGNS, Text("走访人", "Visitor"))),
        )
    ),
    "F08": Layout(
        (
            Fields((_HOUSEHOLD, _HEAD, _PERSONS, Field(Text("人均纯收入（元）", "Net income per person"), "income"))),
            Rows(
                "conditions",
                ((_CONDITION, "condition", 9), (_STATE, "state", 5), (Text("依据", "Evidence"), "evidence", 5)),
                7,
            ),
            Fields((Field(Text("三保障和饮水", "Guarantees and water"), "safeguards", wide=True, high=14),)),
            Signatures((_HEAD_SIGNS, _VISITORS)),
        )
    ),
    "F09": Layout(
        (
            Fields((_HOUSEHOLD, _HEAD)),
            Rows(
                "measures",
                (
                    (Text("措施", "Measure"), "measure", 6),
                    (Text("落实时间", "Carried out"), "done_on", 3),
                    (Text("成效", "Effect"), "effect", 6),
                ),
                10,
            ),
            Signatures((_HEAD_SIGNS, Text("帮扶联系人", "Helper"))),
        )
    ),
    "F10": Layout(
        (
            Fields((_HOUSEHOLD, _HEAD)),
            Rows("conditions", ((_CONDITION, "condition", 9), (Text("是否成立", "Holds"), "state", 4)), 7),
            Fields(
                (
                    Field(Text("村级意见", "Village"), "village_opinion", wide=True, high=22),
                    Field(Text("乡镇意见", "Township"), "township_opinion", wide=True, high=22),
                    Field(Text("县级意见", "County"), "county_opinion", wide=True, high=22),
                )
            ),
            Signatures((_VILLAGE_SEAL, _TOWNSHIP_SEAL, _COUNTY_SEAL)),
        )
    ),
    "F11": Layout(
        (
            Words(
                Text(
                    "经县级审定，以下农户自 {approved_on} 起纳入防止返贫致贫监测帮扶，现予公告。",
                    "Approved by the county, these households are under monitoring and assistance from {approved_on}.",
                )
            ),
            Rows("households", _BOARD, 12),
            Words(Text("联系方式：{contact}。", "Contact: {contact}.")),
            Code("check_url", Text("扫码核对本公告真伪", "Scan to check that this sheet is genuine")),
            Fields((_VILLAGE,)),
            Signatures((_VILLAGE_SEAL,)),
        )
    ),
    "F12": Layout(
        (
            Fields((_HOUSEHOLD, _HEAD)),
            Words(
                Text(
                    "您家的申请（线索）已经办结，这次没有纳入防止返贫致贫监测帮扶。",
                    "The application (clue) of your household has been decided; it was not admitted this time.",
                )
            ),
            Fields((_REASON, Field(Text("所依据的事实", "Fact"), "fact", wide=True, high=20))),
            Words(
                Text(
                    "如有不同意见，可以在 {appeal_by} 前向 {appeal_to} 申诉，书面或口头都可以。"
                    "情况有变化时，随时可以再次申请。",
                    "If you disagree you may appeal to {appeal_to} by {appeal_by}, in writing or orally. Should things "
                    "change, you may apply again at any time.",
                )
            ),
            Fields(
                (
                    Field(Text("送达日期", "Delivered on"), "delivered_on"),
                    Field(Text("签收人", "Received by"), "received_by"),
                )
            ),
            Signatures((_TOWNSHIP_SEAL,)),
        )
    ),
    "F13": Layout(
        (
            Fields(
                (
                    Field(Text("公示编号", "Notice"), "notice"),
                    Field(Text("收到日期", "Received on"), "received_on"),
                    Field(Text("提出人（可匿名）", "By (may be anonymous)"), "by"),
                    Field(Text("核查人", "Checked by"), "checked_by"),
                    Field(Text("异议内容", "Objection"), "objection", wide=True, high=34),
                    Field(Text("核查情况", "Finding"), "finding", wide=True, high=44),
                    Field(Text("答复日期", "Answered on"), "answered_on"),
                    Field(Text("结论", "Conclusion"), "conclusion"),
                )
            ),
            Signatures((Text("核查人", "Checked by"), _TOWNSHIP_SEAL)),
        )
    ),
}  # fmt: skip
