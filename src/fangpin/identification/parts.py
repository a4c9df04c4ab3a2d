"""Parts: the unit of work of every engine, and how its result travels and is kept.

Reads   one part of a registry, a standard
Gives   judged(registry, part, standard) → the part's result and frames; `work`, the same for a worker elsewhere, bytes
        to bytes; run(registry, standard, engine) → result or failure of each part, in their order
Keeps   a part is worked on alone: where, when and beside which others changes nothing; a part that fails is tried once
        more, then named, and the rest stands
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import polars as pl

from fangpin.engine.fingerprint import Sums, sums
from fangpin.identification.alike import Alike
from fangpin.identification.decide import decide, needed_columns
from fangpin.intake import Counts
from fangpin.intake.batch import Part
from fangpin.registry import Registry
from fangpin.standards import Standard
from fangpin.vocabulary.errors import FangpinError, UnusableInput
from fangpin.vocabulary.findings import Finding
from fangpin.vocabulary.text import Text

ENGINES = ("polars", "spark")
SAID_OF_HOUSEHOLDS = ("household_id", "population", "natural_village", "head_name", "source")
"""What a report says of households besides their verdicts, as far as it was read."""
ATTEMPTS = 2
KEY, TABLES = ("household_id",), {"income": "income_year"}


@dataclass(frozen=True, slots=True)
class PartResult:
    """The verdicts of a part, what a report needs of its households, and what reading it had to say."""

    table: pl.DataFrame
    households: pl.DataFrame
    findings: list[Finding]
    counts: Counts
    facts: Mapping[str, Sums] = field(default_factory=dict)
    """By table, the fingerprint of the rows that were known on the day."""

    def to_bytes(self) -> bytes:
        """For the way back from a worker."""
        frames = [packed(self.table), packed(self.households)]
        return pickle.dumps((frames, self.findings, self.counts, dict(self.facts)), pickle.HIGHEST_PROTOCOL)

    @classmethod
    def from_bytes(cls, data: bytes) -> PartResult:
        """What came back."""
        (table, households), findings, counts, facts = pickle.loads(data)
        table, households = (pl.read_parquet(io.BytesIO(some)) for some in (table, households))
        return cls(table, households, findings, counts, facts)


@dataclass(frozen=True, slots=True)
class Failed:
    """A part that could not be judged, and why."""

    name: str
    error: FangpinError

    def finding(self) -> Finding:
        """The failure as a finding of the run."""
        message = Text(
            f"部分 {self.name} 未能判定：{self.error.title.zh} {self.error.read}".rstrip(),
            f"part {self.name} could not be judged: {self.error.title.en} {self.error.read}".rstrip(),
        )
        remedy = Text(
            "处理后加 --resume 再运行，只补做这一部分", "mend it and run again with --resume: only it is done"
        )
        return Finding("FP-IDENTIFY-001", "error", message, remedy, file=self.error.place or self.name)


def packed(frame: pl.DataFrame) -> bytes:
    """A frame as the bytes of a Parquet file."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", compression_level=1, statistics=False)
    return buffer.getvalue()


def judged(
    registry: Registry, part: Part, standard: Standard, alike: Alike
) -> tuple[PartResult, dict[str, pl.DataFrame]]:
    """The result of one part, and the frames of the day it was made from."""
    loaded = part.load(needed_columns(standard))
    frames = registry.rows_on(loaded, standard.as_of)
    income, contradictions = registry.income_on(frames, standard.as_of)
    frames["income"] = income
    table = decide(frames, standard, alike)
    own = frames["household"].select([c for c in SAID_OF_HOUSEHOLDS if c in frames["household"].columns])
    findings = [*loaded.findings, *contradictions]
    return PartResult(table, own, findings, loaded.counts, facts_of(frames)), frames


def facts_of(frames: Mapping[str, pl.DataFrame]) -> dict[str, dict[str, str]]:
    """By table, the fingerprint of what was known on the day: as far as it was read, whatever file it stood in."""
    keys = {"household": KEY, "member": (*KEY, "person_id"), "living": KEY, "income": KEY}
    return {TABLES.get(name, name): sums(frames[name], key) for name, key in keys.items()}


# -- one part, elsewhere ---------------------------------------------------------------------------------------------


def payload(registry: Registry, part: Part, standard: bytes) -> bytes:
    """Everything that a worker needs for a part."""
    batch = replace(registry.batch, parts=[part], files=[], findings=[], _whole=[])
    alone = Registry(batch, registry.day, registry.known)
    return pickle.dumps((alone, standard), pickle.HIGHEST_PROTOCOL)


def work(data: bytes) -> bytes:
    """A payload worked on; a failure comes back as bytes too."""
    registry, standard = pickle.loads(data)
    (part,) = registry.parts()
    done = _attempted(part.name, lambda: judged(registry, part, *_standing(standard))[0])
    if isinstance(done, Failed):
        return b"-" + pickle.dumps(done, pickle.HIGHEST_PROTOCOL)
    return b"+" + done.to_bytes()


@lru_cache(maxsize=4)
def _standing(standard: bytes) -> tuple[Standard, Alike]:
    """A standard and what was worked out under it, kept by a worker from part to part."""
    chosen: Standard = pickle.loads(standard)
    return chosen, Alike(chosen)


def _attempted(name: str, task: Callable[[], PartResult]) -> PartResult | Failed:
    for attempt in range(ATTEMPTS):
        try:
            return task()
        except Exception as error:
            if attempt + 1 == ATTEMPTS:
                return Failed(name, _as_fangpin(error))
    raise AssertionError


def _as_fangpin(error: Exception) -> FangpinError:
    if isinstance(error, FangpinError):
        return error
    said = f"{type(error).__name__}: {error}"[:300]
    return FangpinError("FP-IDENTIFY-002", Text("判定时出错", "an error while judging"), read=said)


# -- all parts -------------------------------------------------------------------------------------------------------


def engine_named(name: str) -> str:
    """The engine of that name.

    Raises:
        UnusableInput: there is none.
    """
    if name not in ENGINES:
        raise UnusableInput(
            "FP-CLI-002",
            Text("没有这个计算引擎", "no such engine"),
            read=name,
            expected=Text("、".join(ENGINES), " or ".join(ENGINES)),
        )
    return name


def ready(engine: str) -> None:
    """Makes sure that the engine can be had, before anything is written.

    Raises:
        UnusableInput: it cannot.
    """
    if engine == "spark":
        from fangpin.engine.spark import cluster

        cluster()


def run(
    registry: Registry, standard: Standard, engine: str, wanted: Sequence[Part]
) -> Iterator[tuple[Part, PartResult | Failed]]:
    """The result of each wanted part, in their order.

    Raises:
        UnusableInput: the engine cannot be had; nothing was worked on.
    """
    yield from (_spread if engine == "spark" else _here)(registry, standard, wanted)


def _here(registry: Registry, standard: Standard, wanted: Sequence[Part]) -> Iterator[tuple[Part, PartResult | Failed]]:
    alike = Alike(standard)
    for part in wanted:
        yield part, _attempted(part.name, lambda part=part: judged(registry, part, standard, alike)[0])  # type: ignore[misc]


def _spread(
    registry: Registry, standard: Standard, wanted: Sequence[Part]
) -> Iterator[tuple[Part, PartResult | Failed]]:
    from fangpin.engine.spark import cluster

    chosen = pickle.dumps(replace(standard, again=None), pickle.HIGHEST_PROTOCOL)
    tasks = [lambda part=part: payload(registry, part, chosen) for part in wanted]
    came = cluster().run(f"{__name__}:work", tasks)
    for part, result in zip(wanted, came, strict=True):
        if isinstance(result, FangpinError):
            yield part, Failed(part.name, result)
        elif result[:1] == b"-":
            yield part, pickle.loads(result[1:])
        else:
            yield part, PartResult.from_bytes(result[1:])


def engine_version(engine: str) -> str:
    """The version of an engine."""
    from importlib import metadata

    if engine == "spark":
        from fangpin.engine.spark import cluster

        return cluster().version
    return metadata.version("polars")
