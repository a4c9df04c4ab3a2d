"""Replay: a manifest run again; the same, or which households differ and why.

Reads   a manifest and the verdicts beside it, the input and rules it names
Gives   replay(path, engine) → Replayed: the same bytes, the same rows, or each household that differs with its cause
Keeps   a household's cause is found by deciding it again with today's facts under the rule of that time
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from fangpin.engine.fingerprint import differing
from fangpin.identification.decide import decide, needed_columns
from fangpin.identification.verdict import STATUSES
from fangpin.language import tree as t
from fangpin.registry import Registry
from fangpin.reports import past
from fangpin.reports.digests import sha256_of
from fangpin.reports.manifest import version
from fangpin.reports.result import VERDICTS, Result
from fangpin.standards import Standard
from fangpin.standards.saved import changed
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text

Progress = Callable[[int, int, Text], None]
HOUSEHOLD = "household_id"
WHOLE = ("k", "lower", "upper", "left_out", "median")
"""Values of a standard that bear on every household."""
WHY = {
    "fact": Text("事实", "facts"),
    "rule": Text("规则", "rule"),
    "version": Text("版本", "version"),
    "engine": Text("引擎", "engine"),
}


@dataclass
class Replayed:
    """What a replay found: what changed, and the households whose row differs, each with why.

    ``bytes_same`` is None where another engine or version ran, of which the same bytes are not promised.
    """

    manifest: Path
    engine: str = "polars"
    causes: list[Text] = field(default_factory=list)
    differing: list[dict[str, Any]] = field(default_factory=list)
    households: int = 0
    bytes_same: bool | None = None
    rows_hash: str = ""
    changed_facts: list[str] = field(default_factory=list)
    changed_rule: list[tuple[str, Any, Any]] = field(default_factory=list)

    @property
    def same(self) -> bool:
        return not self.differing

    def to_json(self) -> dict[str, Any]:
        return {
            "manifest": str(self.manifest),
            "engine": self.engine,
            "same": self.same,
            "bytes_same": self.bytes_same,
            "rows_hash": self.rows_hash,
            "households": self.households,
            "causes": [c.en for c in self.causes],
            "changed": {
                "facts": self.changed_facts,
                "rule": [{"name": n, "from": a, "to": b} for n, a, b in self.changed_rule],
            },
            "differing": self.differing,
        }

    def text(self, lang: str = "zh") -> str:
        head = (
            Text(
                f"{self.households:,} 户与当时的结果完全相同",
                f"all {self.households:,} households have the same result as then",
            )
            if self.same
            else Text(f"{len(self.differing):,} 户与当时不同", f"{len(self.differing):,} households differ")
        )
        lines = [head(lang), *[c(lang) for c in self.causes]]
        return "\n".join([*lines, *[_line(d, lang) for d in self.differing]])


def _line(one: dict[str, Any], lang: str) -> str:
    comma = "、" if lang == "zh" else ", "
    statuses = [STATUSES[s](lang) if s else Text("没有判定", "no verdict")(lang) for s in (one["before"], one["after"])]
    why = comma.join(WHY[w](lang) for w in one["why"]) or Text("说不清", "cannot be told")(lang)
    named = comma.join([*one["facts"], *one["rule"]])
    because = Text(f"因：{why}", f"because of: {why}")(lang) + (f" ({named})" if named else "")
    return f"  {one['household_id']}　{' → '.join(statuses)}　{comma.join(one['columns'])}　{because}"


def replay(path: Path, progress: Progress | None = None, engine: str | None = None) -> Replayed:
    """The run of a manifest again, compared with the verdicts that stand beside it.

    Args:
        path: The manifest.
        progress: Called with (done, all, what) part by part.
        engine: Another engine than that of the manifest.

    Raises:
        UnusableInput: no manifest, or the input, its verdicts or an overlay it names are gone.
    """
    manifest = past.read(path)
    before = _verdicts(path.parent / VERDICTS)
    standard = past.standard_now(manifest)
    registry = past.registry(manifest)
    found = Replayed(path, engine or manifest["engine"]["name"])
    result = Result(registry, standard, progress, found.engine)
    with tempfile.TemporaryDirectory(prefix="fangpin-replay-") as folder:
        again = result.write(folder).manifest
        now = _verdicts(Path(folder) / VERDICTS)
    found.households, found.rows_hash = now.height, again["result"]["rows_hash"]
    if again["engine"] == manifest["engine"] and again["fangpin"] == manifest["fangpin"]:
        found.bytes_same = again["result"]["verdicts_sha256"] == manifest["result"]["verdicts_sha256"]
    found.changed_facts = _changed_facts(manifest, again)
    if manifest["standard"]["hash"] != standard.hash:
        saved = manifest["standard"].get("resolved")
        found.changed_rule = (
            changed(saved, standard) if saved else [("hash", manifest["standard"]["hash"][:12], standard.hash[:12])]
        )
    found.causes = list(_causes(manifest, again, found))
    found.differing = _differences(before, now)
    _explain(found, manifest, registry, standard, before, now)
    return found


def _verdicts(path: Path) -> pl.DataFrame:
    if not path.exists():
        raise UnusableInput(
            "FP-REPLAY-003",
            Text("清单旁没有当时的结果", "the verdicts of the manifest are not beside it"),
            place=str(path),
        )
    return pl.read_parquet(path / "*.parquet" if path.is_dir() else path)


# -- what changed ----------------------------------------------------------------------------------------------------


def _changed_facts(manifest: Mapping[str, Any], again: Mapping[str, Any]) -> list[str]:
    """The columns whose facts differ, as far as both runs read them; ``table`` where rows came or went."""
    then, now = manifest["input"].get("facts"), again["input"]["facts"]
    if then is None:
        return []
    out = []
    for table in now:
        names = [n for n in differing(then.get(table, {}), now[table]) if n != "hash"]
        shared = {*then.get(table, {})} & {*now[table]}
        out += [table if n == "key" else f"{table}.{n}" for n in names if n in shared]
    return out


def _causes(manifest: Mapping[str, Any], again: Mapping[str, Any], found: Replayed) -> Iterator[Text]:
    for name, kind in (("fangpin", Text("版本", "version")), ("engine", Text("引擎", "engine"))):
        a, b = (" ".join(m[name].values()) if name == "engine" else m[name] for m in (manifest, again))
        if a != b:
            yield Text(f"{kind.zh}由 {a} 变为 {b}", f"{kind.en} changed from {a} to {b}")
    for name, a, b in found.changed_rule:
        yield Text(
            f"规则已变：{name} {_short(a)} → {_short(b)}", f"the rule has changed: {name} {_short(a)} → {_short(b)}"
        )
    if manifest["input"]["snapshot"] != again["input"]["snapshot"]:
        before, after = ({f["path"]: f["sha256"] for f in m["input"]["files"]} for m in (manifest, again))
        names = sorted(p for p in {*before, *after} if before.get(p) != after.get(p))
        yield Text(f"输入文件已变：{'、'.join(names)}", f"input files have changed: {', '.join(names)}")
        if "facts" in manifest["input"]:
            yield (
                Text(
                    f"其中事实有变：{'、'.join(found.changed_facts)}",
                    f"facts differ in: {', '.join(found.changed_facts)}",
                )
                if found.changed_facts
                else Text("但判定日所知的事实相同", "but what was known on the day is the same")
            )
    for overlay in manifest["standard"]["overlays"]:
        if Path(overlay["path"]).is_file() and sha256_of(Path(overlay["path"])) != overlay["sha256"]:
            yield Text(f"调整文件已变：{overlay['path']}", f"an overlay has changed: {overlay['path']}")
    if found.bytes_same is False and not found.changed_facts and not found.changed_rule:
        yield Text("文件的字节与当时不同", "the bytes of the file differ from then")


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 80 else f"{text[:77]}…"


# -- who differs, and why --------------------------------------------------------------------------------------------


def _differences(before: pl.DataFrame, now: pl.DataFrame) -> list[dict[str, Any]]:
    """The households whose row differs; in what order facts are asked is no difference."""
    shared = [c for c in before.columns if c in now.columns and c != HOUSEHOLD]
    before, now = (f.with_columns(pl.col("ask").list.sort()) for f in (before, now))
    joined = before.join(now, on=HOUSEHOLD, how="full", suffix="__now", coalesce=True)
    unequal = [(~pl.col(c).eq_missing(pl.col(f"{c}__now"))).alias(f"__{c}") for c in shared]
    marked = joined.with_columns(unequal).filter(pl.any_horizontal([f"__{c}" for c in shared])).sort(HOUSEHOLD)
    return [
        {
            "household_id": row[HOUSEHOLD],
            "before": row["status"],
            "after": row["status__now"],
            "columns": [c for c in shared if row[f"__{c}"]],
            "why": [],
            "facts": [],
            "rule": [],
        }
        for row in marked.iter_rows(named=True)
    ]


def _explain(
    found: Replayed,
    manifest: dict[str, Any],
    registry: Registry,
    standard: Standard,
    before: pl.DataFrame,
    now: pl.DataFrame,
) -> None:
    """Puts down for each household why it differs."""
    if not found.differing:
        return
    ids = [d["household_id"] for d in found.differing]
    facts = bool(found.changed_facts) if "facts" in manifest["input"] else True
    crossed = past.restored_or_none(manifest) if found.changed_rule else None
    under_old = _decided(registry, crossed, ids) if crossed is not None else None
    from_then, from_now = (_differing_ids(under_old, f) if under_old is not None else set() for f in (before, now))
    for one in found.differing:
        household = one["household_id"]
        if not found.changed_rule:
            one["why"] = ["fact"] if facts else _other(manifest, found)
        elif not facts or (under_old is not None and household not in from_then):
            one["why"] = ["rule"]
        elif under_old is not None and household not in from_now:
            one["why"] = ["fact"]
        else:
            one["why"] = ["fact", "rule"]
        if "fact" in one["why"]:
            one["facts"] = _facts(one, found.changed_facts, standard)
        if "rule" in one["why"]:
            one["rule"] = _rules(one, [name for name, _, _ in found.changed_rule])


def _other(manifest: dict[str, Any], found: Replayed) -> list[str]:
    out = ["version"] if manifest["fangpin"] != version() else []
    return out + (["engine"] if manifest["engine"]["name"] != found.engine else [])


def _decided(registry: Registry, standard: Standard, ids: Sequence[str]) -> pl.DataFrame:
    """The verdicts of some households."""
    need, pieces = needed_columns(standard), []
    for part in registry.parts():
        known = registry.rows_on(part.load(need), standard.as_of)
        frames = {n: f.filter(pl.col(HOUSEHOLD).is_in(ids)) for n, f in known.items() if HOUSEHOLD in f.columns}
        if frames["household"].height:
            frames["income"], _ = registry.income_on(frames, standard.as_of)
            pieces.append(decide(frames, standard))
    return pl.concat(pieces) if pieces else decide({**frames, "income": frames["income_year"]}, standard)


def _differing_ids(one: pl.DataFrame, two: pl.DataFrame) -> set[str]:
    ids = one[HOUSEHOLD].implode()
    return {d["household_id"] for d in _differences(one, two.filter(pl.col(HOUSEHOLD).is_in(ids)))}


def _facts(one: dict[str, Any], changed_facts: Sequence[str], standard: Standard) -> list[str]:
    """The changed facts that what differs in a household reads; all of them where that leaves none."""
    read: set[str] = set()
    for code in one["columns"]:
        if code in standard.codes:
            read |= {fact for column in t.columns(standard.item(code).node) for fact in column.facts}
    if {"income", "income_status", "margin"} & {*one["columns"]}:
        read |= {"income_year", "household.population", *(f for f in changed_facts if f.startswith("income_year."))}
    return [f for f in changed_facts if f in read] or list(changed_facts)


def _rules(one: dict[str, Any], names: Sequence[str]) -> list[str]:
    own = [n for n in names if n.partition(".")[0] in one["columns"] or n in WHOLE]
    return own or list(names)
