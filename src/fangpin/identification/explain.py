"""One household explained: what the rule says, why, from which fact of which date, what to ask, what would change it.

Gives   explain(registry, standard, household_id) → Explanation; `.text(lang)`, `.to_json(lang)`
Keeps   it is a rule result (规则判定), never a decision; names are masked
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from fangpin import tables
from fangpin.identification.cases import one_row
from fangpin.identification.decide import needed_columns
from fangpin.identification.group import ROSTER
from fangpin.identification.open_households import records
from fangpin.identification.record import Record, items_of
from fangpin.identification.verdict import INCOME_STATUSES, RESULT_NAME, ROUTES, STATUSES
from fangpin.language import say
from fangpin.language import tree as t
from fangpin.language.interpret import evaluate
from fangpin.reference import regions
from fangpin.registry import Registry
from fangpin.standards import Indicator, Standard
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.masking import mask_name
from fangpin.vocabulary.money import to_yuan
from fangpin.vocabulary.text import Text

TRUTHS: dict[bool | None, Text] = {
    True: Text("成立", "holds"),
    False: Text("不成立", "does not hold"),
    None: Text("未知", "unknown"),
}
HEADINGS = {
    "income": Text("收入", "Income"),
    "indicators": Text("指标", "Indicators"),
    "veto": Text("否决项", "Veto items"),
    "group": Text("重点监测对象", "Key group"),
    "ask": Text("要问的事", "What to ask"),
    "changes": Text("什么会改变结果", "What would change the result"),
}
STATES = {
    "national": Text("全国", "national"),
    "local": Text("本地", "local"),
    "unverified": Text("待核", "unverified"),
    "ours": Text("我们的读法", "our reading"),
}
EXTRA = {"household": {"head_name"}, "member": {"name", "relation_to_head"}}


@dataclass(frozen=True)
class Explanation:
    """The explanation of one household; ``str()`` gives Chinese, or the language it was made with."""

    record: Record
    standard: Standard
    row: Mapping[str, Any]
    lang: str = "zh"

    # -- parts ----------------------------------------------------------------------------------------------
    def headline(self, lang: str) -> str:
        """The result in one sentence."""
        status = STATUSES[self.row["status"]](lang)
        route = ROUTES[self.row["route"]](lang) if self.row["route"] else ""
        counts = self._counts(lang)
        if lang == "en":
            return f"{RESULT_NAME.en}: {status}" + (f" (by {route})" if route else "") + f". {counts}"
        return f"{RESULT_NAME.zh}：{status}" + (f"（依据：{route}）" if route else "") + f"。{counts}"

    def _counts(self, lang: str) -> str:
        k, true, unknown = self.standard.k, self.row["count_true"], self.row["count_unknown"]
        if k is None:
            return ""
        return Text(
            f"{len(self.standard.counted)} 项指标中 {true} 项成立、{unknown} 项未知，达到 {k} 项即符合。",
            f"Of {len(self.standard.counted)} indicators {true} hold and {unknown} are unknown; {k} are enough.",
        )(lang)

    def income(self, lang: str) -> dict[str, Any]:
        """The income test: value, lines, margin, where the figure comes from."""
        income, row = self.record.income(self.standard.concept), self.row
        sentence = self._income_sentence(lang)
        return {
            "status": row["income_status"],
            "concept": self.standard.concept,
            "value": _number(row["income"]),
            "line": _number(row["line"]),
            "line_upper": _number(row["line_upper"]),
            "margin": _number(row["margin"]),
            "unit": "yuan/person/year",
            "basis": self.standard.lower.basis(lang),
            "sentence": sentence,
            "computed": income.given is None and income.known,
            "facts": [self._fact("income_year", n, self.record.income_row, lang) for n in self._income_fields()],
            "clause": self.standard.document.source.place,
        }

    def _income_fields(self) -> list[str]:
        income = self.record.income(self.standard.concept)
        return [self.standard.concept] if income.given is not None else list(items_of(self.standard.concept))

    def _income_sentence(self, lang: str) -> str:
        income, std, one = self.record.income(self.standard.concept), self.standard, self.standard.currency
        name, two_lines = std.income_name, std.upper.yuan > std.lower.yuan
        lines = Text(
            f"低收入线 {std.lower.yuan:,} {one.zh}" + (f"，上线 {std.upper.yuan:,} {one.zh}" if two_lines else ""),
            f"the line is {std.lower.yuan:,} {one.en}"
            + (f", the upper line {std.upper.yuan:,} {one.en}" if two_lines else ""),
        )
        if not income.known:
            missing = self._missing_income(name)
            return Text(
                f"{name.zh}未知：缺 {'、'.join(m.zh for m in missing)}；{lines.zh}。",
                f"{name.en} is unknown: {', '.join(m.en for m in missing)} missing; {lines.en}.",
            )(lang)
        value, margin = self.row["income"], self.row["margin"]
        status = INCOME_STATUSES[self.row["income_status"]]
        if not two_lines and self.row["income_status"] == "above":
            status = Text("不低于线", "not below the line")
        far = Text(
            f"比线{'低' if margin < 0 else '高'} {abs(margin):,} {one.zh}",
            f"{abs(margin):,} {one.en} {'below' if margin < 0 else 'above'} the line",
        )
        if margin == 0:
            far = Text("正好在线上，不算低于", "exactly at the line, which is not below it")
        return Text(
            f"{name.zh} {value:,} {one.zh}，{status.zh}（{lines.zh}），{far.zh}。",
            f"{name.en} {value:,} {one.en}: {status.en} ({lines.en}), {far.en}.",
        )(lang)

    def _missing_income(self, name: Text) -> list[Text]:
        """What is missing of the income test: the figure itself, or the items that are blank."""
        income, fields = self.record.income(self.standard.concept), tables.catalogue().table("income_year").fields
        if len(income.open_items) == len(items_of(self.standard.concept)):
            return [name]
        people = [] if income.population is not None else [tables.catalogue().field("household.population").label]
        return [fields[n].label for n in income.open_items] + people

    def indicator(self, item: Indicator, lang: str) -> dict[str, Any]:
        """One indicator or veto item: its truth, the sentence, facts, thresholds and clause."""
        facts = self.record.facts()
        truth = evaluate(item.node, facts)
        conditions = say.certificate(item.node, facts)
        return {
            "code": item.code,
            "name": item.name(lang),
            "dimension": item.dimension,
            "value": truth,
            "counted": item.code in self.standard.counted
            or (item.code in {v.code for v in self.standard.veto} and item.counts),
            "text": item.text(lang),
            "sentence": self._sentence(item, truth, conditions, lang),
            "facts": self._facts(conditions, lang),
            "thresholds": [self._threshold(n, lang) for n in _parameters(item.node)],
            "change": self._change(item, truth, conditions, lang),
            "clause": item.clause,
            "readings": [r(lang) for r in item.readings],
        }

    def _sentence(self, item: Indicator, truth: bool | None, conditions: list[say.Condition], lang: str) -> str:
        facts = self.record.facts()
        said: dict[int | None, list[str]] = {}
        for condition in conditions:
            text = say.say(condition, facts, lang)
            if text not in said.setdefault(condition.member, []):
                said[condition.member].append(text)
        parts = []
        for member, texts in said.items():
            who = "" if member is None else self._who(member, lang)
            joined = ("；" if lang == "zh" else "; ").join(texts)
            parts.append(f"{who}{joined}")
        reasons = ("。" if lang == "zh" else ". ").join(parts) or self._nobody(truth, lang)
        if truth is None and not self.record.complete and any(isinstance(n, t.Agg) for n in t.walk(item.node)):
            reasons += Text("（成员名单不全）", " (the roster is incomplete)")(lang)
        return Text(f"{item.text.zh}：{TRUTHS[truth].zh}。{reasons}", f"{item.text.en}: {TRUTHS[truth].en}. {reasons}")(
            lang
        )

    def _nobody(self, truth: bool | None, lang: str) -> str:
        if truth is None:
            return Text("缺少有关成员或事实", "members or facts are missing")(lang)
        return Text("没有需要判断的成员", "no member it could apply to")(lang)

    def _who(self, at: int, lang: str) -> str:
        member = self.record.belonging[at]
        relation = member.get("relation_to_head")
        items = tables.catalogue().codelist("relation").items
        word = items[relation](lang) if relation is not None and relation in items else Text("成员", "member")(lang)
        name = mask_name(member.get("name")) or str(member.get("person_id"))
        age = "" if member["age"] is None else Text(f"，{member['age']}岁", f", {member['age']}")(lang)
        return Text(f"{word}（{name}{age}）", f"{word} ({name}{age}) ")(lang)

    def _facts(self, conditions: list[say.Condition], lang: str) -> list[dict[str, Any]]:
        out: dict[str, dict[str, Any]] = {}
        for condition in conditions:
            row = None if condition.member is None else self.record.belonging[condition.member]
            for column in say.columns_of(condition):
                fact = self._column_fact(column, row, lang)
                out.setdefault(f"{fact['field']}@{fact['person']}", fact)
        return list(out.values())

    def _column_fact(self, column: t.Col, member: Mapping[str, Any] | None, lang: str) -> dict[str, Any]:
        row = member if member is not None else self._row(column.table)
        value = row.get(column.name)
        return {
            "field": column.key,
            "person": None if member is None else member.get("person_id"),
            "label": say.label(column)(lang),
            "value": _plain(value, column.type.unit),
            "shown": say.value_text(value, column)(lang),
            "unit": column.type.unit,
            **_origin(row),
            "stale": self._is_stale(column.facts, member),
        }

    def _row(self, table: str) -> Mapping[str, Any]:
        return self.record.household if table == "household" else self.record.living

    def _is_stale(self, facts: tuple[str, ...], member: Mapping[str, Any] | None) -> bool:
        suffix = "" if member is None else f"@{member.get('person_id')}"
        return any(f"{fact}{suffix}" in self.record.stale for fact in facts)

    def _fact(self, table: str, name: str, row: Mapping[str, Any], lang: str) -> dict[str, Any]:
        field = tables.catalogue().field(f"{table}.{name}")
        value = row.get(name)
        return {
            "field": field.path,
            "person": None,
            "label": field.label(lang),
            "value": _plain(value, "yuan"),
            "shown": TRUTHS[None](lang) if value is None else say.amount(int(value), "yuan")(lang),
            "unit": "yuan",
            **_origin(row),
            "stale": field.path in self.record.stale,
        }

    def _threshold(self, name: str, lang: str) -> dict[str, Any]:
        value = self.standard.parameters.get(name)
        if value is None:
            return {"parameter": name}
        return {
            "parameter": name,
            "label": value.label(lang),
            "value": value.value,
            "unit": value.unit,
            "state": value.state,
            "state_label": STATES[value.state](lang),
            "source": value.source,
            "set_by": value.changed_by or self.standard.id,
        }

    # -- what would change it -------------------------------------------------------------------------------
    def _change(self, item: Indicator, truth: bool | None, conditions: list[say.Condition], lang: str) -> str:
        if truth is None:
            return ""
        facts, parts = self.record.facts(), []
        for condition in conditions:
            far = say.gap(condition, facts)
            if far is None:
                continue
            word = say.amount(round(far[0], 2), far[1])
            name = Text(
                "、".join(say.label(c).zh for c in say.columns_of(condition)),
                ", ".join(say.label(c).en for c in say.columns_of(condition)),
            )
            who = "" if condition.member is None else self._who(condition.member, lang)
            parts.append(who + Text(f"{name.zh}距界限 {word.zh}", f"{name.en} is {word.en} from the threshold")(lang))
        return ("；" if lang == "zh" else "; ").join(parts)

    def changes(self, lang: str) -> list[str]:
        """What would change the status, and by how much."""
        out, row, std = [], self.row, self.standard
        income = self.record.income(std.concept)
        if income.known:
            out.append(self._income_change(lang))
        if std.k is not None:
            out.append(self._count_change(std.k, lang))
        if row["status"] in ("vetoed", "to_compare"):
            out.append(
                Text(
                    "否决项须经部门比对或签字核查；核实没有财产或属例外情形时，结果随之改变。",
                    "A veto item needs a cross-check or a signed check; the result changes once no such property, "
                    "or an exception, is confirmed.",
                )(lang)
            )
        return [o for o in out if o]

    def _income_change(self, lang: str) -> str:
        margin, std, one = self.row["margin"], self.standard, self.standard.currency
        if margin < 0:
            return Text(
                f"人均再高 {abs(margin):,} {one.zh}（达到 {std.lower.yuan:,} {one.zh}）即不再低于低收入线。",
                f"{abs(margin):,} {one.en} more a person (reaching {std.lower.yuan:,}) would no longer be below the "
                "line.",
            )(lang)
        return Text(
            f"人均低于 {std.lower.yuan:,} {one.zh}（再低超过 {margin:,} {one.zh}）即低于低收入线。",
            f"Less than {std.lower.yuan:,} {one.en} a person (more than {margin:,} {one.en} less) would be below the "
            "line.",
        )(lang)

    def _count_change(self, k: int, lang: str) -> str:
        true, counted = self.row["count_true"], self.standard.counted
        holding = [self.standard.item(c).name for c in counted if self.row[c] is True]
        names = Text("、".join(n.zh for n in holding), ", ".join(n.en for n in holding))
        if true >= k:
            return Text(
                f"现有 {true} 项成立（{names.zh}）；少 {true - k + 1} 项即不足 {k} 项。",
                f"{true} hold ({names.en}); {true - k + 1} fewer would be less than {k}.",
            )(lang)
        said = Text(f"（{names.zh}）" if holding else "", f" ({names.en})" if holding else "")
        return Text(
            f"现有 {true} 项成立{said.zh}；再有 {k - true} 项成立即达到 {k} 项。",
            f"{true} hold{said.en}; {k - true} more would reach {k}.",
        )(lang)

    # -- what to ask ----------------------------------------------------------------------------------------
    def questions(self, lang: str) -> list[dict[str, Any]]:
        """The facts to ask, in order, with the question as it is put."""
        return [self._question(name, lang) for name in self.row["ask"]]

    def _question(self, name: str, lang: str) -> dict[str, Any]:
        fact, _, person = name.partition("@")
        catalogue = tables.catalogue()
        if fact == ROSTER:
            label, question = catalogue.roster_label(lang), catalogue.roster_ask(lang)
        else:
            field = catalogue.field(fact)
            label, question = field.label(lang), (field.ask or field.label)(lang)
        at = next((i for i, m in enumerate(self.record.belonging) if str(m.get("person_id")) == person), None)
        who = self._who(at, lang).strip() if at is not None else ""
        return {"fact": name, "label": label, "question": question, "who": who, "stale": name in self.record.stale}

    def group(self, lang: str) -> str:
        """The key group of the regime in force on the day."""
        regime, code = self.standard.regime, self.row["target_group"]
        if regime is None:
            return Text("这一天没有施行的监测制度", "no monitoring regime is in force on that day")(lang)
        line = Text("", "")
        if regime.line is not None:
            line = Text(f"，监测标准 {regime.line.yuan:,} 元", f", monitoring line {regime.line.yuan:,} yuan")
        by = Text(f"（{regime.id}{line.zh}）", f" ({regime.id}{line.en})")(lang)
        if code:
            name = regime.groups.names.get(code)
            return (Text(name.zh, name.en)(lang) if name else code) + by
        if self.row["target_group_open"]:
            return Text("还有未知事实可能使其归入某一类", "facts still unknown could assign one")(lang) + by
        return Text("不属于", "none")(lang) + by

    # -- whole ----------------------------------------------------------------------------------------------
    def to_json(self, lang: str | None = None) -> dict[str, Any]:
        """The explanation as plain data, in one language."""
        lang, row, std = lang or self.lang, self.row, self.standard
        region = row["region_code"] or ""
        return {
            "household_id": row["household_id"],
            "region_code": row["region_code"],
            "region": regions.full_name(region, lang) if region else "",
            "head": mask_name(self.record.household.get("head_name")),
            "standard": {
                "id": std.id,
                "title": std.title(lang),
                "hash": std.hash,
                "as_of": std.as_of.isoformat(),
                "region": std.region,
                "overlays": list(std.overlays),
            },
            "result": RESULT_NAME(lang),
            "status": row["status"],
            "status_label": STATUSES[row["status"]](lang),
            "route": row["route"],
            "sentence": self.headline(lang),
            "count_true": row["count_true"],
            "count_unknown": row["count_unknown"],
            "k": std.k,
            "veto": row["veto"],
            "target_group": row["target_group"],
            "target_group_open": row["target_group_open"],
            "target_group_label": self.group(lang),
            "income": self.income(lang),
            "reasons": [self.indicator(i, lang) for i in std.indicators],
            "veto_items": [self.indicator(i, lang) for i in std.veto],
            "ask": list(row["ask"]),
            "questions": self.questions(lang),
            "ask_least": row["ask_least"],
            "changes": self.changes(lang),
        }

    def text(self, lang: str | None = None) -> str:
        """The explanation as an officer would write it."""
        lang = lang or self.lang
        data = self.to_json(lang)
        where = f"{data['region']} " if data["region"] else ""
        std = data["standard"]
        lines = [
            f"{Text('农户', 'Household')(lang)} {data['household_id']} {where}{data['head']}".rstrip(),
            f"{std['title']} · {std['as_of']} · {std['id']}@{std['hash'][:12]}",
            data["sentence"],
            "",
            f"【{HEADINGS['income'](lang)}】{data['income']['sentence']} {data['income']['basis']}",
        ]
        for heading, key in (("indicators", "reasons"), ("veto", "veto_items")):
            if data[key]:
                lines += ["", f"【{HEADINGS[heading](lang)}】"]
                lines += [self._line(item, lang) for item in data[key]]
        lines += ["", f"【{HEADINGS['group'](lang)}】{data['target_group_label']}"]
        if data["questions"]:
            few = Text(
                f"最少答 {data['ask_least']} 项即可判定", f"{data['ask_least']} answer(s) can settle it at best"
            )(lang)
            lines += ["", f"【{HEADINGS['ask'](lang)}】{few}"]
            lines += [
                f"  {i}. {q['who']}{': ' if q['who'] and lang == 'en' else ''}{q['question']}"
                + (Text("（旧事实，请核对）", " (old fact, please check)")(lang) if q["stale"] else "")
                for i, q in enumerate(data["questions"], 1)
            ]
        lines += ["", f"【{HEADINGS['changes'](lang)}】", *[f"  {c}" for c in data["changes"]]]
        return "\n".join(lines)

    @staticmethod
    def _line(item: Mapping[str, Any], lang: str) -> str:
        mark = {True: "●", False: "○", None: "？"}[item["value"]]
        source = next((f for f in item["facts"] if f["date"] or f["source"]), None)
        said = " ".join(filter(None, (source["date"], source["source"]))) if source else ""
        origin = Text(f"（{said}）", f" ({said})")(lang) if said else ""
        flag = "" if item["counted"] else Text("［不计入］", " [not counted]")(lang)
        return f"  {mark} {item['code']} {item['name']}{flag}　{item['sentence']}{origin}"

    def __str__(self) -> str:
        return self.text()


def _origin(row: Mapping[str, Any]) -> dict[str, str | None]:
    since = row.get("known_at") or row.get("valid_from")
    return {"date": since.isoformat() if since is not None else None, "source": row.get("source")}


def _plain(value: Any, unit: str | None) -> Any:
    if value is None or isinstance(value, bool | str | list):
        return value
    if unit is not None and unit.partition("/")[0] == "yuan":
        return float(to_yuan(int(value)))
    return value if isinstance(value, int | float) else str(value)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _parameters(node: t.Node) -> list[str]:
    names = [n.param for n in t.walk(node) if isinstance(n, t.Lit | t.In) and n.param]
    return list(dict.fromkeys(names))


def find(registry: Registry, standard: Standard, household_id: str, also: Standard | None = None) -> Record:
    """The record of one household on the day of the standard, with what another standard reads ``also``.

    Raises:
        UnusableInput: no such household is known on the day.
    """
    need = {table: set(columns) for table, columns in needed_columns(standard).items()}
    for table, columns in [*EXTRA.items(), *(needed_columns(also).items() if also else ())]:
        need[table] |= columns
    for part in registry.parts():
        loaded = part.load(need)
        frames = {
            name: frame.filter(pl.col("household_id") == household_id) if "household_id" in frame.columns else frame
            for name, frame in registry.rows_on(loaded, standard.as_of).items()
        }
        if frames["household"].height:
            income, _ = registry.income_on(frames, standard.as_of)
            ids = frames["household"].select("household_id")
            return next(records({**frames, "income": income}, ids, standard.as_of))
    raise UnusableInput(
        "FP-EXPLAIN-001",
        Text("这一天没有这一户", "no such household on that day"),
        read=household_id,
        place=standard.as_of.isoformat(),
        remedy=Text(
            "核对户编号；重号或缺号的户已被拒收，见 fangpin check",
            "check the household number; rows with a doubled or blank one were refused, see fangpin check",
        ),
    )


def explain(registry: Registry, standard: Standard, household_id: str, lang: str = "zh") -> Explanation:
    """Why one household has its status (see :class:`Explanation`). Raises UnusableInput if it is not there."""
    record = find(registry, standard, household_id)
    return Explanation(record, standard, one_row(record, standard), lang)
