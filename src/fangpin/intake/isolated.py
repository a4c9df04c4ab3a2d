"""Reading in a process of its own, which is ended when it goes beyond the limits; the caller's process goes on.

Reads   paths and a profile, as `read_batch` does
Gives   read_isolated → Batch, whose parts that are read later are read in such a process too
Not     frames in memory, which no file can spoil; the commands, which run in a child process as a whole (watch.split)
Keeps   a file that hangs, fills the memory or crashes the reader ends with UnusableInput; the child is a fresh Python,
        never a fork of one in which engines have threads
"""

from __future__ import annotations

import pickle
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fangpin.intake.batch import Batch, Columns, Loaded, Part
from fangpin.vocabulary.ended import ended
from fangpin.vocabulary.errors import FangpinError, UnusableInput

_ASKED, _ANSWER = "asked.pickle", "answer.pickle"


def read_isolated(source: str | Path | Sequence[str | Path], profile: str | Path | None = None) -> Batch:
    """The batch of files that nobody vouches for.

    Args:
        source: A path, or several.
        profile: As for ``read_batch``.

    Raises:
        UnusableInput: the files cannot be used, or reading them was ended: FP-GUARD-006 (time), 007 (memory),
            008 (a crash).
    """
    batch: Batch = _in_a_child(("read", source, profile))
    return replace(batch, parts=[part if batch.in_memory else IsolatedPart(part) for part in batch.parts])


@dataclass(frozen=True, slots=True)
class IsolatedPart:
    """A part that is read from its files each time, in a process of its own."""

    part: Part

    @property
    def name(self) -> str:
        """Its name."""
        return self.part.name

    def load(self, columns: Columns | None = None) -> Loaded:
        """The frames of the part."""
        loaded: Loaded = _in_a_child(("load", self.part, columns))
        return loaded

    def may_hold(self, household_id: str) -> bool:
        """Whether the household can be in the part."""
        return self.part.may_hold(household_id)


def _in_a_child(asked: tuple[Any, ...]) -> Any:
    """What a fresh Python answers.

    Raises:
        UnusableInput: it refused, or was ended.
    """
    with tempfile.TemporaryDirectory(prefix="fangpin-") as folder:
        (Path(folder) / _ASKED).write_bytes(pickle.dumps(asked))
        call = [sys.executable, "-c", "from fangpin.intake.isolated import main; main()", folder]
        subprocess.run(call, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=_environment(), check=False)
        answer = Path(folder) / _ANSWER
        if not answer.is_file():
            raise ended("crash", {"place": _shown(asked)})
        found = pickle.loads(answer.read_bytes())
    if isinstance(found, FangpinError):
        raise found
    return found


def _environment() -> dict[str, str]:
    """The environment of the child: this package is found there as it is here."""
    import os

    here = str(Path(__file__).resolve().parents[2])
    path = os.environ.get("PYTHONPATH", "")
    return {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in (here, path) if p), "PYTHONUTF8": "1"}


def _shown(asked: tuple[Any, ...]) -> str:
    if asked[0] == "load":
        return str(asked[1].name)
    some = [asked[1]] if isinstance(asked[1], str | Path) else asked[1]
    return "、".join(Path(one).name for one in some)[:200]


# -- the child -------------------------------------------------------------------------------------------------------


def main() -> None:
    """Do what was asked for in the folder named on the command line, and leave the answer there."""
    from fangpin.vocabulary import watch

    folder = Path(sys.argv[1])

    def write(answer: object) -> None:
        partial = folder / f".{_ANSWER}"
        partial.write_bytes(pickle.dumps(answer))
        partial.replace(folder / _ANSWER)

    watch.split(lambda why, doing: write(ended(why, doing)))
    asked = pickle.loads((folder / _ASKED).read_bytes())
    try:
        write(_answer(asked))
    except UnusableInput as error:
        write(error)


def _answer(asked: tuple[Any, ...]) -> Batch | Loaded:
    if asked[0] == "load":
        part: Part = asked[1]
        return part.load(asked[2])
    from fangpin.intake.read import read_batch

    return read_batch(asked[1], profile=asked[2])
