"""The door: language, JSON, progress and exit codes, the same for every command.

Gives   guarded(run), `speak`, `answer`, `warn`, `progress`; options shared by commands
Keeps   the answer goes to standard output, progress and warnings to standard error; no traceback reaches a user
"""

from __future__ import annotations

import functools
import json
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from fangpin.vocabulary.ended import RESAVE, WHY, ended
from fangpin.vocabulary.errors import FangpinError
from fangpin.vocabulary.text import LANGUAGES, Text, lang_or_default

DONE, PROBLEMS, UNUSABLE, INTERRUPTED = 0, 1, 2, 130
Command = TypeVar("Command", bound=Callable[..., Any])


def asked_language(argv: list[str]) -> str:
    """The language of help texts: ``--lang`` on the command line, else the environment."""
    for i, word in enumerate(argv):
        value = (
            word.partition("=")[2]
            if word.startswith("--lang=")
            else argv[i + 1]
            if word == "--lang" and i + 1 < len(argv)
            else ""
        )
        if value in LANGUAGES:
            return value
    return lang_or_default(None)


HELP_LANGUAGE = asked_language(sys.argv)


def h(zh: str, en: str) -> str:
    """A help text in the language of the call."""
    return Text(zh, en)(HELP_LANGUAGE)


LANG = typer.Option("--lang", help=h("语言：zh 或 en", "language: zh or en"), metavar="zh|en")
JSON = typer.Option("--json", help=h("在标准输出打印一份 JSON", "print one JSON document on standard output"))
DEBUG = typer.Option("--debug", help=h("出错时显示调用栈", "show the traceback of an error"))


@dataclass
class Door:
    """How this call speaks."""

    lang: str = "zh"
    as_json: bool = False
    debug: bool = False


_door = Door()


def opened(lang: str | None, as_json: bool = False, debug: bool = False) -> Door:
    """The door of this call. Raises FangpinError for a language that is not spoken."""
    _door.as_json, _door.debug = as_json, debug
    if lang is not None and lang not in LANGUAGES:
        raise FangpinError(
            "FP-CLI-001", Text("没有这种语言", "no such language"), read=lang, expected=Text("zh 或 en", "zh or en")
        )
    _door.lang = lang_or_default(lang)
    return _door


def answer(data: Any, text: str) -> None:
    """The answer: JSON where it was asked for, else text."""
    print(json.dumps(data, ensure_ascii=False, indent=1, default=str) if _door.as_json else text)


def warn(text: Text) -> None:
    """A warning or note, to standard error."""
    print(text(_door.lang), file=sys.stderr)


@contextmanager
def progress(title: Text) -> Iterator[Callable[[int, int, Text], None]]:
    """A progress bar on standard error, shown only where somebody is watching and the work is long."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title(_door.lang), total=None)

        def step(done: int, total: int, what: Text) -> None:
            bar.update(task, completed=done, total=total, description=what(_door.lang))

        yield step


def guarded(command: Command) -> Command:
    """The command with its errors said to a person and its exit codes kept."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        lang = kwargs.get("lang")
        _door.lang = lang if lang in LANGUAGES else lang_or_default(None)
        _door.as_json, _door.debug = bool(kwargs.get("as_json")), bool(kwargs.get("debug"))
        try:
            code = command(*args, **kwargs)
        except FangpinError as error:
            _refuse(error)
            code = UNUSABLE
        except KeyboardInterrupt:
            print(
                Text("已中断，没有留下写了一半的结果", "interrupted; nothing was left half-written")(_door.lang),
                file=sys.stderr,
            )
            code = INTERRUPTED
        except BrokenPipeError:
            code = DONE
        except (OSError, MemoryError) as error:
            _unexpected(error, Text("读写失败", "reading or writing failed"))
            code = UNUSABLE
        except Exception as error:
            _unexpected(error, Text("程序出了意料之外的错", "an error that was not foreseen"))
            code = UNUSABLE
        except BaseException as error:
            if type(error).__name__ != "PanicException":  # of a native reader; it is no Exception
                raise
            _refuse(FangpinError("FP-GUARD-008", WHY["crash"], read=str(error)[:200], remedy=RESAVE))
            code = UNUSABLE
        raise typer.Exit(code or DONE)

    return run  # type: ignore[return-value]


def say_ended(why: str, doing: dict[str, float | str]) -> None:
    """Tell the person why the child process was ended; the answer of a command that did not come to its end."""
    _door.lang, _door.as_json = asked_language(sys.argv), "--json" in sys.argv
    _refuse(ended(why, doing))


def _refuse(error: FangpinError) -> None:
    if _door.as_json:
        print(json.dumps({"error": error.to_json(_door.lang)}, ensure_ascii=False, indent=1))
    print(error.message(_door.lang), file=sys.stderr)
    print(Text(f"说明  fangpin code {error.code}", f"more  fangpin code {error.code}")(_door.lang), file=sys.stderr)
    if _door.debug:
        traceback.print_exc()


def _unexpected(error: BaseException, title: Text) -> None:
    wrapped = FangpinError(
        "FP-CLI-900",
        title,
        read=f"{type(error).__name__}: {error}"[:300],
        remedy=Text(
            "加上 --debug 再运行一次，把输出发给维护者", "run again with --debug and send the output to the maintainers"
        ),
    )
    _refuse(wrapped)
    if _door.debug:
        traceback.print_exc()
