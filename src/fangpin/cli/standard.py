"""fangpin standard: list, show, check, diff and test the rules."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from fangpin.cli.commands import Debug, Json, Lang, Overlays, RegionCode
from fangpin.cli.door import DONE, PROBLEMS, UNUSABLE, answer, guarded, h, opened
from fangpin.evaluation.compare import changed_parameters
from fangpin.identification import cases
from fangpin.standards import Standard
from fangpin.standards.resolve import document, listing, read_day, resolve_for_reading, standard
from fangpin.standards.show import document_text, to_json
from fangpin.standards.validate import mistakes, remarks
from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text

standard_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help=h("标准：列表、全文、检查、比较、案例", "standards: list, show, check, diff, test"),
)
Id = Annotated[str, typer.Argument(help=h("标准编号或草案文件", "standard id, or the file of a draft"))]
OptionalDay = Annotated[str | None, typer.Option("--as-of", help=h("哪一天", "on which day"))]


@standard_app.command(name="list", help=h("随附的标准", "the standards shipped"))
@guarded
def list_(lang: Lang = None, as_json: Json = False, debug: Debug = False) -> int:
    door = opened(lang, as_json, debug)
    found: list[dict[str, Any]] = []
    for name in listing():
        doc, _, _ = document(name)
        found.append(
            {
                "id": name,
                "title": Text(doc.title.zh, doc.title.en)(door.lang),
                "effective_from": doc.effective.from_.isoformat(),
                "effective_until": doc.effective.until.isoformat() if doc.effective.until else None,
                "legal_basis": Text(doc.legal_basis.zh, doc.legal_basis.en)(door.lang),
                "indicators": len(doc.indicators),
                "supersedes": doc.supersedes,
            }
        )
    rows = [f"{s['id']}　{s['effective_from']}–{s['effective_until'] or ''}　{s['title']}" for s in found]
    answer(found, "\n".join(rows))
    return DONE


def _day(text: str | None) -> date | None:
    return None if text is None else read_day(text)


@standard_app.command(
    help=h("标准全文：每个参数的值、来源和状态", "the text of a standard: every parameter with value, source and state")
)
@guarded
def show(
    standard_id: Id,
    region: RegionCode = None,
    as_of: OptionalDay = None,
    overlay: Overlays = None,
    lang: Lang = None,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    door = opened(lang, as_json, debug)
    found = resolve_for_reading(standard_id, region, _day(as_of), tuple(overlay or ()))
    answer(to_json(found, door.lang), document_text(found, door.lang))
    return DONE


@standard_app.command(
    help=h(
        "检查标准或本地调整文件，指出每处错误的行列",
        "check a standard or overlay file: file, line, column of every mistake",
    )
)
@guarded
def check(
    path: Annotated[Path, typer.Argument(help=h("YAML 文件", "a YAML file"))],
    lang: Lang = None,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    door = opened(lang, as_json, debug)
    if not path.is_file():
        raise UnusableInput("FP-CLI-004", Text("没有这个文件", "no such file"), read=str(path))
    found = mistakes(path)
    notes = [note(door.lang) for note in remarks(path)] if not found else []
    data = {"file": str(path), "ok": not found, "mistakes": [mistake(m, door.lang) for m in found], "remarks": notes}
    good = Text(f"{path} 没有错误", f"{path} has no mistakes")(door.lang)
    text = "\n\n".join(m.message(door.lang) for m in found) or "\n".join([good, *notes])
    answer(data, text)
    return UNUSABLE if found else DONE


def mistake(error: UnusableInput, lang: str) -> dict[str, Any]:
    """An error as plain data, with file, line and column where its place has them."""
    data: dict[str, Any] = error.to_json(lang)
    parts = error.place.rsplit(":", 2)
    if len(parts) == 3 and parts[1].isdigit() and parts[2].isdigit():
        data |= {"file": parts[0], "line": int(parts[1]), "column": int(parts[2])}
    return data


@standard_app.command(
    help=h("两个标准的不同：参数、规则、线", "what differs between two standards: parameters, rules, lines")
)
@guarded
def diff(
    one: Id,
    two: Id,
    region: RegionCode = None,
    as_of: OptionalDay = None,
    lang: Lang = None,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    door = opened(lang, as_json, debug)
    a, b = (resolve_for_reading(i, region, _day(as_of), ()) for i in (one, two))
    found = {"parameters": changed_parameters(a, b), "rules": _rules(a, b)}
    lines = [f"{c['parameter']}: {c['from']} → {c['to']}" for c in found["parameters"]]
    lines += [f"{r['code']}:\n  - {r['from']}\n  + {r['to']}" for r in found["rules"]]
    answer(found, "\n".join(lines) or Text("没有不同", "no difference")(door.lang))
    return DONE


def _rules(a: Standard, b: Standard) -> list[dict[str, Any]]:
    codes = dict.fromkeys([*a.codes, *b.codes])
    rule = {s.id + str(n): {i.code: i.rule for i in (*s.indicators, *s.veto)} for n, s in enumerate((a, b))}
    first, second = rule[a.id + "0"], rule[b.id + "1"]
    return [{"code": c, "from": first.get(c), "to": second.get(c)} for c in codes if first.get(c) != second.get(c)]


@standard_app.command(help=h("运行随标准写下的案例", "run the worked cases written beside the rules"))
@guarded
def test(
    standard_id: Annotated[
        str | None, typer.Argument(help=h("只运行这个标准的案例", "only cases of this standard"))
    ] = None,
    lang: Lang = None,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    door = opened(lang, as_json, debug)
    chosen = [c for c in cases.load() if standard_id in (None, c.standard)]
    if not chosen:
        standard(standard_id or "", as_of=date.today())
    failed = [line for case in chosen for line in cases.run(case)]
    answer(
        {"cases": len(chosen), "failed": failed},
        "\n".join(
            [
                *failed,
                Text(f"{len(chosen)} 个案例，{len(failed)} 处不符", f"{len(chosen)} cases, {len(failed)} differences")(
                    door.lang
                ),
            ]
        ),
    )
    return PROBLEMS if failed else DONE
