"""Watching: a command runs in a child process, which is ended when reading a file exceeds time or memory.

Gives   split: the parent waits and never comes back, the child goes on; phase: what the child says it is doing
Not     how large the limits are (limits), what stands in a file (intake)
Keeps   without a phase there is no limit; where the system cannot fork, the command runs as it is; an end that the
        child did not choose is told to the person, with exit code 2
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

Ended = Callable[[str, dict[str, float | str]], None]
"""Told why the child was ended (``time``, ``memory``, ``crash``) and what it was doing."""

TICK = 0.025
WALL = 3
"""Wall-clock time may be so many times the time of work: a busy machine is no hostile file."""
_GIVEN = (signal.SIGINT, signal.SIGTERM)
_channel: int | None = None
_busy = False


@dataclass
class _Phase:
    """What the child is doing, since when, and within which limits."""

    said: dict[str, float | str]
    since: float
    worked: float


@contextmanager
def phase(seconds: float, memory: int, place: str, *, beside: bool = False) -> Iterator[None]:
    """Do something within limits, if this process is watched; else, or within another phase, just do it.

    Args:
        seconds: Seconds of work.
        memory: Bytes of memory.
        place: What is read, as shown.
        beside: Whether the memory is that beside what the process holds already.
    """
    global _busy
    if _channel is None or _busy:
        yield
        return
    memory += (_status("RssAnon") or 0) if beside else 0
    _busy = True
    with _own_limits(seconds, memory):
        _say({"seconds": seconds, "memory": memory, "place": place})
        try:
            yield
        finally:
            _say({})
            _busy = False


def _say(document: dict[str, float | str]) -> None:
    if _channel is not None:
        with suppress(OSError):
            os.write(_channel, json.dumps(document).encode() + b"\n")


@contextmanager
def _own_limits(seconds: float, memory: int) -> Iterator[None]:
    """The limits that the system itself enforces, a good deal wider: they hold where the parent is gone or too slow."""
    import resource

    here = [(resource.RLIMIT_CPU, _spent() + 4 * seconds + 10)]
    if (size := _status("VmSize")) is not None:
        here.append((resource.RLIMIT_AS, size + memory + 8_000_000_000))
    old = [(what, resource.getrlimit(what)) for what, _ in here]
    for (what, soft), (_, (_, hard)) in zip(here, old, strict=True):
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (int(soft) if hard == resource.RLIM_INFINITY else min(int(soft), hard), hard))
    try:
        yield
    finally:
        for what, pair in old:
            with suppress(ValueError, OSError):
                resource.setrlimit(what, pair)


def _spent() -> float:
    times = os.times()
    return times.user + times.system


def _status(name: str, process: int | str = "self") -> int | None:
    """A line of the process's status in bytes; None where the system does not tell."""
    try:
        with open(f"/proc/{process}/status", "rb") as stream:
            for line in stream:
                if line.startswith(name.encode() + b":"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    return None


def _worked(process: int) -> float | None:
    """Seconds of processor time of a process; None where the system does not tell."""
    try:
        with open(f"/proc/{process}/stat", "rb") as stream:
            words = stream.read().rpartition(b")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return None


def split(ended: Ended, *, quiet: bool = True) -> None:
    """Go on in a child process. The parent waits for it and exits as it did; this call returns in the child only.

    Args:
        ended: Called in the parent when the child was ended, or ended itself otherwise than by exiting.
        quiet: Whether native libraries' words on standard error are dropped (Python's own are not).
    """
    global _channel
    if not hasattr(os, "fork") or _channel is not None:
        return
    sys.stdout.flush()
    sys.stderr.flush()
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reading)
        _channel = writing
        with suppress(OSError):
            os.setpgid(0, 0)
        _die_with_parent()
        if quiet:
            _quieten()
        return
    os.close(writing)
    with suppress(OSError):
        os.setpgid(process, process)
    for one in _GIVEN:
        signal.signal(one, lambda number, _: _send(process, number))
    code = _wait(process, reading, ended)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _send(process: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, number)


def _die_with_parent() -> None:
    """On Linux: when the parent is killed, so is the child."""
    if sys.platform == "linux":
        import ctypes

        with suppress(OSError, AttributeError):
            ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGKILL)


def _quieten() -> None:
    """Standard error for Python only: what native code prints when it panics is no message to a person."""
    with suppress(OSError, ValueError):
        kept = os.dup(2)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
        sys.stderr = os.fdopen(kept, "w", encoding=sys.stderr.encoding, errors="backslashreplace", buffering=1)


def _wait(process: int, reading: int, ended: Ended) -> int:
    """The exit code of the child, which is ended when it goes beyond its limits."""
    now: _Phase | None = None
    rest = b""
    while True:
        ready, _, _ = select.select([reading], [], [], None if now is None else TICK)
        if ready:
            block = os.read(reading, 65_536)
            if not block:
                break
            *lines, rest = (rest + block).split(b"\n")
            for line in lines:
                said = json.loads(line)
                now = _Phase(said, time.monotonic(), _worked(process) or 0.0) if said else None
        why = _beyond(process, now) if now is not None else ""
        if why and now is not None:
            _send(process, signal.SIGKILL)
            os.waitpid(process, 0)
            ended(why, now.said)
            return 2
    _, status = os.waitpid(process, 0)
    if os.WIFEXITED(status):
        return os.WEXITSTATUS(status)
    number = os.WTERMSIG(status)
    if number in _GIVEN:
        return 128 + number
    why = "time" if number == signal.SIGXCPU else "memory" if number in (signal.SIGKILL, signal.SIGABRT) else "crash"
    ended(why, now.said if now is not None else {})
    return 2


def _beyond(process: int, now: _Phase) -> str:
    """Why the child is beyond its limits; empty while it is within."""
    seconds = float(now.said["seconds"])
    worked = _worked(process)
    passed = time.monotonic() - now.since
    if passed > (seconds if worked is None else WALL * seconds):
        return "time"
    if worked is not None and worked - now.worked > seconds:
        return "time"
    memory = _status("RssAnon", process)
    return "memory" if memory is not None and memory > float(now.said["memory"]) else ""
