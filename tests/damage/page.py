"""The table of docs/recall.md: what of every kind was found, read as meant, or missed.

Gives   table → text
Keeps   nothing is rounded up: a share is shown as counts
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from damage.kinds import GROUPS
from damage.measure import GRAVE, Measure, measured, undamaged
from damage.plan import Kind

HEAD = (
    "| 损坏 | damage | 形式 shape | 植入 planted | 找到 found | 照原意读出 read as meant | 漏 missed | "
    "精确率 precision | 编号 codes |",
    "|---|---|---|---|---|---|---|---|---|",
)


def row(measure: Measure) -> str:
    """The row of one kind."""
    kind = measure.kind
    precise = measure.precision
    cells = (
        kind.text[0],
        kind.text[1],
        kind.shape,
        measure.planted,
        measure.found,
        measure.read,
        f"**{len(measure.missed)}**" if measure.missed else 0,
        "—" if precise is None else f"{precise:.0%} ({measure.inside}/{measure.inside + len(measure.strays)})",
        " ".join(kind.says),
    )
    return "| " + " | ".join(map(str, cells)) + " |"


def hidden(measure: Measure) -> str:
    """The row of a kind that nothing in the file tells."""
    kind = measure.kind
    said = f" ({measure.found} ✓)" if measure.found else ""
    return f"| {kind.text[0]} | {kind.text[1]} | {measure.planted}{said} | {kind.why[0]} | {kind.why[1]} |"


def table(households: int, seed: int, plants: int, step: Callable[[Kind], None] = lambda kind: None) -> str:
    """The whole account, by measuring every kind."""
    lines: list[str] = []
    done: list[Measure] = []
    unseen: list[Measure] = []
    for (zh, en), kinds in GROUPS.items():
        body: list[str] = []
        for kind in kinds:
            step(kind)
            made = measured(kind, households, seed, plants)
            if kind.why[0]:
                unseen.append(made)
            else:
                done.append(made)
                body.append(row(made))
        lines += ["", f"### {zh} · {en}", "", *HEAD, *body]
    return "\n".join([*_summary(households, seed, done, unseen), *lines, *_hidden(unseen), *_calm(households, seed)])


def _summary(households: int, seed: int, done: list[Measure], unseen: list[Measure]) -> Iterator[str]:
    planted = sum(m.planted for m in done)
    found, read = sum(m.found for m in done), sum(m.read for m in done)
    inside, strays = sum(m.inside for m in done), sum(len(m.strays) for m in done)
    refused = sum(m.refused for m in (*done, *unseen))
    short = [m for m in done if m.missed or not m.planted]
    odd = sum(not m.adds_up for m in (*done, *unseen))
    yield f"{households} 户，种子 {seed}；{len(done) + len(unseen)} 种损坏，其中 {len(unseen)} 种文件本身无从发现。"
    yield f"{households} households, seed {seed}; {len(done) + len(unseen)} kinds, {len(unseen)} of which nothing tells."
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield f"| 可发现的损坏 detectable damages planted | {planted:,} |"
    yield f"| 在原处找到 found at their place | {found:,} |"
    yield f"| 照原意读出 read as meant | {read:,} |"
    yield f"| 漏掉 missed | {planted - found - read:,} |"
    share = (found + read) / planted
    yield f"| 召回率 recall | {share:.2%} |"
    yield f"| 精确率 precision (new errors and warnings) | {inside / (inside + strays):.2%} ({strays} stray) |"
    yield f"| 未损坏而被拒收的行 undamaged rows refused | {refused} |"
    yield f"| 行数对不上的次数 files whose counts do not add up | {odd} |"
    yield f"| 有漏的种类 kinds with misses | {'、'.join(m.kind.text[0] for m in short) or '—'} |"


def _hidden(unseen: list[Measure]) -> Iterator[str]:
    yield ""
    yield "### 文件本身无从发现 · What nothing in the file tells"
    yield ""
    yield "| 损坏 | damage | 植入 planted | 为什么 | why |"
    yield "|---|---|---|---|---|"
    for made in unseen:
        yield hidden(made)


def _calm(households: int, seed: int) -> Iterator[str]:
    """What checking says of the undamaged county."""
    yield ""
    yield "### 未损坏的县 · The undamaged county"
    yield ""
    yield (
        "| 形式 shape | 行 rows | 拒收 refused | 单元格和行的错误与警告 errors and warnings about cells and rows | 编号 codes |"
    )
    yield "|---|---|---|---|---|"
    for shape in ("national", "template", "csv"):
        result = undamaged(shape, households, seed).result  # type: ignore[arg-type]
        grave = [f for f in result.findings if f.severity in GRAVE and f.row]
        codes: dict[str, int] = {}
        for found in grave:
            codes[found.code] = codes.get(found.code, 0) + 1
        most = sorted(codes.items(), key=lambda item: -item[1])[:8]
        said = "、".join(f"{code} {count}" for code, count in most)
        yield f"| {shape} | {result.counts.rows:,} | {result.counts.refused} | {len(grave):,} | {said} |"
