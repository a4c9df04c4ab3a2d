"""Usage: what is wrong with a call, said in the language of the call.

Gives   run(app) → exit code: the application, with its complaints about the command line in Chinese or English
Keeps   a call that cannot be used ends with exit code 2
"""

from __future__ import annotations

import sys
from typing import Any

import typer

from fangpin.cli.door import DONE, HELP_LANGUAGE, INTERRUPTED, UNUSABLE
from fangpin.vocabulary.text import Text

# the kinds of complaint are not exported by name; the public one is among their heirs
_UsageError: Any = typer.BadParameter.__mro__[1]
_KINDS = {
    "MissingParameter": Text("缺少参数 {hint}", "missing {hint}"),
    "NoSuchOption": Text("没有这个选项：{name}{likely}", "no such option: {name}{likely}"),
    "BadParameter": Text("参数 {hint} 的值不能用{kind}", "the value of {hint} cannot be used: {message}"),
    "BadOptionUsage": Text("选项 {name} 后面少了值", "option {name} needs a value"),
}
_PLAIN = Text("命令写法不对：{message}", "{message}")
_STRAY = Text("没有这个命令：{name}", "no such command: {name}")
_SURPLUS = Text("多出的参数：{name}", "one argument too many: {name}")
_HELP = Text("用法见 {command} --help", "see {command} --help")
_TYPES = {
    "valid integer": Text("（应为整数）", " (a whole number is expected)"),
    "valid number": Text("（应为数）", " (a number is expected)"),
}
_LIKELY = Text("（是否是 {names}？）", " (is it {names}?)")


def run(app: typer.Typer) -> int:
    """The exit code of a call of the application."""
    try:
        code = app(standalone_mode=False)
    except _UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            error.show()
        else:
            print(said(error)(HELP_LANGUAGE), file=sys.stderr)
        return UNUSABLE
    except typer.Abort:
        return INTERRUPTED
    return code if isinstance(code, int) else DONE


def said(error: Any) -> Text:
    """A complaint about the command line as a sentence, and where to find help."""
    command = error.ctx.command_path if error.ctx is not None else "fangpin"
    names = ", ".join(getattr(error, "possibilities", None) or ())
    message = str(error.message or "").rstrip(".")
    values: dict[str, str | Text] = {
        "hint": _hint(error),
        "name": getattr(error, "option_name", None) or _quoted(message),
        "likely": _LIKELY.format(names=names) if names else Text("", ""),
        "message": message,
        "kind": next((text for word, text in _TYPES.items() if word in message), Text("", "")),
    }
    saying = next((_KINDS[c.__name__] for c in type(error).__mro__ if c.__name__ in _KINDS), None)
    if saying is None:
        saying = (
            _STRAY if message.startswith("No such command") else _SURPLUS if "extra argument" in message else _PLAIN
        )
    text, more = saying.format(**values), _HELP.format(command=command)
    return Text(f"{text.zh}。{more.zh}", f"{text.en}; {more.en}")


def _hint(error: Any) -> str:
    param = getattr(error, "param", None)
    if param is not None:
        own = [str(name) for name in param.opts if str(name).startswith("-")]
        return " / ".join(own) or str(param.metavar or param.name)
    hint = getattr(error, "param_hint", None)
    return hint if isinstance(hint, str) else ", ".join(hint or ())


def _quoted(message: str) -> str:
    """What stands between brackets or quotes in a message."""
    if message.endswith(")"):
        return message.rpartition("(")[2].removesuffix(")")
    return message.partition("'")[2].rpartition("'")[0] or message
