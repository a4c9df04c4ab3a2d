"""The catalogues of the web application: what the pages say in Chinese, with the English beside it.

Reads   src/fangpin/web/APP/**/*.py and templates
Gives   src/fangpin/web/APP/locale/en/LC_MESSAGES/django.po: new messages added, unused ones removed, translations kept;
        missing() → what has no English yet (the test suite asks); compiled by tools/assets.py.
        A file of lines ``Chinese<TAB>English`` (``one|many`` for plurals) given as argument fills it in
Keeps   the Chinese is the key, so only the English has a catalogue
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "src" / "fangpin" / "web"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
Message = tuple[Any, str | None, str, int]


def in_python(path: Path) -> Iterator[Message]:
    """(message, context, file, line) of a Python file."""
    with path.open("rb") as file:
        for line, message, _, context in extract("python", file, keywords=KEYWORDS):  # type: ignore[arg-type]
            yield message, context, path.name, line


def in_template(path: Path) -> Iterator[Message]:
    """The same of a template: {% translate %}, {% blocktranslate %}, _("…") in expressions."""
    from django.utils.translation.template import templatize

    text = templatize(path.read_text("utf-8"), origin=str(path))
    # what templatize leaves of the page is not Python: only its calls are read, one line at a time
    for number, line in enumerate(text.splitlines(), 1):
        start = 0
        while (found := _next_call(line, start)) is not None:
            begin, start = found
            call = line[begin:start].encode("utf-8")
            for _, message, _, context in extract("python", io.BytesIO(call), keywords=KEYWORDS):  # type: ignore[arg-type]
                yield message, context, path.name, number


def _next_call(line: str, start: int) -> tuple[int, int] | None:
    begins = [line.find(f" {name}(", start) for name in ("gettext", "ngettext", "pgettext", "_")]
    begins = [b for b in begins if b >= 0]
    if not begins:
        return None
    begin = min(begins) + 1
    depth, quote, i = 0, "", begin
    while i < len(line):
        char = line[i]
        if quote:
            if char == "\\":
                i += 1
            elif char == quote:
                quote = ""
        elif char in "\"'":
            quote = char
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if depth == 0:
                return begin, i + 1
        i += 1
    return None


def apps() -> list[Path]:
    """The folders of the apps."""
    return sorted(path.parent for path in WEB.glob("*/__init__.py"))


def messages(app: Path) -> Iterator[Message]:
    """Everything an app says."""
    for path in sorted(app.rglob("*.py")):
        if "migrations" not in path.parts:
            yield from in_python(path)
    for path in sorted([*app.rglob("templates/**/*.html"), *app.rglob("templates/**/*.txt")]):
        yield from in_template(path)


def target(app: Path) -> Path:
    """Where the catalogue of an app stands."""
    return app / "locale" / "en" / "LC_MESSAGES" / "django.po"


def catalogue(app: Path) -> Catalog:
    """The catalogue as it should be: what the app says now, with the translations there are."""
    known = Catalog(locale="en")
    if target(app).exists():
        with target(app).open("rb") as file:
            known = read_po(file, locale="en")
    fresh = Catalog(locale="en", fuzzy=False)
    for message, context, name, _ in messages(app):
        old = known.get(message, context)
        fresh.add(message, old.string if old else None, locations=[(name, None)], context=context)  # type: ignore[list-item]
    return fresh


def missing() -> list[str]:
    """Messages without English, and catalogues that do not fit their app."""
    said = []
    for app in apps():
        fresh = catalogue(app)
        for message in fresh:
            words = message.string if isinstance(message.string, tuple) else (message.string,)
            if message.id and not all(words):
                said.append(f"{app.name}: {message.id}")
    return said


def filled(paths: list[str]) -> dict[str, str]:
    """The translations of the files given."""
    lines = [line for path in paths for line in Path(path).read_text("utf-8").splitlines() if "\t" in line]
    return dict(line.split("\t", 1) for line in lines)


def main(paths: list[str]) -> int:
    """Write every catalogue; 1 where English is missing, which is then listed."""
    given = filled(paths)
    for app in apps():
        fresh = catalogue(app)
        for message in fresh:
            key = message.id[0] if isinstance(message.id, tuple) else message.id
            if key in given and not (message.string and all(message.string)):
                message.string = tuple(given[key].split("|")) if isinstance(message.id, tuple) else given[key]
        if not len(fresh):
            target(app).unlink(missing_ok=True)
            continue
        target(app).parent.mkdir(parents=True, exist_ok=True)
        out = io.BytesIO()
        write_po(out, fresh, omit_header=False, sort_output=True, width=120, include_lineno=False)
        text = out.getvalue().decode()
        body = text[text.index("\n\n") :]
        head = 'msgid ""\nmsgstr ""\n"Language: en\\n"\n"MIME-Version: 1.0\\n"\n'
        head += '"Content-Type: text/plain; charset=utf-8\\n"\n'
        head += '"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"'
        target(app).write_text(head + body, "utf-8")
    lacking = missing()
    print("\n".join(lacking) if lacking else "messages: every one has its English", file=sys.stderr)
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
