"""What a machine has and lacks: the examination behind `fangpin doctor`.

Gives   examine → items, each with its state, what was found, who needs it, and how to mend it
Keeps   nothing calls the network and nothing is installed or left behind; of the environment only our own variables
        are shown
"""

from __future__ import annotations

import importlib
import locale
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

import fangpin
from fangpin.vocabulary.errors import FangpinError
from fangpin.vocabulary.text import LANGUAGES, Text

State = Literal["ok", "note", "warning", "missing"]
NOTHING = Text("", "")
LEAST_PYTHON = (3, 11)
GB = 2**30
CORE = (
    "narwhals polars pyarrow numpy scipy sqlglot pydantic PyYAML python-calamine xlsxwriter typer rich altair "
    "vl-convert-python jinja2 pypinyin"
).split()
"""What every command needs, where the package's own list is not at hand (run from a source tree)."""
EXTRAS = {
    "survey": Text("教学调查数据", "the teaching survey"),
    "spark": Text("--engine spark", "--engine spark"),
    "test": Text("运行测试", "running the tests"),
    "dev": Text("开发", "development"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing looked at. ``missing`` means that a command cannot do its work without it."""

    group: str
    name: str
    state: State
    found: Text
    remedy: Text = NOTHING

    def to_json(self, lang: str) -> dict[str, str]:
        """The item as plain strings."""
        return {
            "group": self.group,
            "name": self.name,
            "state": self.state,
            "found": self.found(lang),
            "remedy": self.remedy(lang),
        }


def same(text: str) -> Text:
    """A text that is the same in both languages: a version, a path."""
    return Text(text, text)


def examine() -> tuple[Item, ...]:
    """Everything that is looked at, in order."""
    parts: tuple[Callable[[], Iterator[Item]], ...] = (
        _python,
        _packages,
        _programs,
        _environment,
        _room,
        _contents,
        _terminal,
    )
    return tuple(item for part in parts for item in part())


# -- Python and packages ---------------------------------------------------------------------------------------------


def _python() -> Iterator[Item]:
    version = platform.python_version()
    fits = sys.version_info >= LEAST_PYTHON
    wanted = ".".join(map(str, LEAST_PYTHON))
    yield Item(
        "python",
        "python",
        "ok" if fits else "missing",
        same(f"{version} ({sys.executable})"),
        NOTHING if fits else Text(f"安装 Python {wanted} 或更高版本", f"install Python {wanted} or newer"),
    )
    yield Item("python", "fangpin", "ok", same(f"{fangpin.__version__} ({Path(fangpin.__file__).parent})"))
    for module, use in (("lzma", Text("乡镇代码", "townships")), ("zlib", Text("村名、工作簿", "villages, workbooks"))):
        there = _imports(module)
        yield Item(
            "python",
            module,
            "ok" if there else "missing",
            Text("有", "there") if there else Text(f"没有（{use.zh}要用）", f"not there (needed for {use.en})"),
            NOTHING if there else Text("换用带这个模块的 Python", "use a Python that was built with it"),
        )


def _imports(module: str) -> bool:
    try:
        importlib.import_module(module)
    except ImportError:
        return False
    return True


def _requirements() -> list[tuple[str, str, str]]:
    """Name, least version and extra of everything that the package asks for."""
    try:
        lines = metadata.requires("fangpin") or []
    except metadata.PackageNotFoundError:
        lines = list(CORE)
    found = []
    for line in lines:
        name = re.match(r"[A-Za-z0-9_.-]+", line)
        extra = re.search(r"extra\s*==\s*['\"]([^'\"]+)['\"]", line)
        least = re.search(r">=\s*([0-9.]+)", line)
        if name and name.group() != "fangpin" and not (extra and extra.group(1) == "all"):
            found.append((name.group(), least.group(1) if least else "", extra.group(1) if extra else ""))
    return found


def _packages() -> Iterator[Item]:
    for name, least, extra in _requirements():
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            version = ""
        old = bool(version and least) and _numbers(version) < _numbers(least)
        if version and not old:
            yield Item("packages" if not extra else f"extra {extra}", name, "ok", same(version))
            continue
        found = (
            Text(f"{version}，应不低于 {least}", f"{version}, wanted {least}") if old else Text("没有", "not installed")
        )
        if extra:
            use = EXTRAS.get(extra, same(extra))
            remedy = Text(
                f"只有 {use.zh} 才要：pip install 'fangpin[{extra}]'",
                f"only for {use.en}: pip install 'fangpin[{extra}]'",
            )
            yield Item(f"extra {extra}", name, "note", found, remedy)
        else:
            wanted = f"{name}>={least}" if least else name
            yield Item("packages", name, "missing", found, same(f"pip install '{wanted}'"))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"[0-9]+", version.split("+")[0])[:3])


# -- other programs --------------------------------------------------------------------------------------------------


def _programs() -> Iterator[Item]:
    yield from _spark()
    browser = next((p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))), "")
    if browser or _installed("playwright"):
        remedy = Text("只有看页面的测试才要：make tools", "only for tests that look at pages: make tools")
        state: State = "ok" if browser else "note"
        found = same(browser) if browser else Text("没有", "not found")
        yield Item("programs", "chromium", state, found, NOTHING if browser else remedy)
    fonts = _fonts()
    if fonts is not None:
        yield Item(
            "programs",
            "fonts",
            "ok" if fonts else "warning",
            Text(f"中文字体 {fonts} 种", f"{fonts} fonts with Chinese"),
            NOTHING
            if fonts
            else Text(
                "画成图片的中文会缺字：安装 fonts-noto-cjk 或其他中文字体",
                "Chinese in pictures would be blank: install fonts-noto-cjk or another Chinese font",
            ),
        )


def _spark() -> Iterator[Item]:
    """What --engine spark stands on: nothing is said where neither PySpark nor Java is there."""
    from fangpin.engine.spark import LEAST_JAVA, MASTER, REMOTE, java

    path, version = java()
    if _installed("pyspark") or path:
        fits = version >= LEAST_JAVA
        yield Item(
            "programs",
            "java",
            "ok" if fits else "warning",
            same(f"{version} ({path})") if version else Text("没有", "not found"),
            NOTHING
            if fits
            else Text(
                f"--engine spark 要用：安装 Java {LEAST_JAVA} 或更高（openjdk-17-jre-headless）",
                f"--engine spark needs it: install Java {LEAST_JAVA} or newer (openjdk-17-jre-headless)",
            ),
        )
    for name in (MASTER, REMOTE):
        if os.environ.get(name):
            yield Item("environment", name, "ok", same(re.sub(r"token=[^;]*", "token=…", os.environ[name])))


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _fonts() -> int | None:
    """How many fonts have Chinese; None where the machine cannot say."""
    program = shutil.which("fc-list")
    if program is None:
        return None
    try:
        done = subprocess.run([program, ":lang=zh", "family"], capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return len({line for line in done.stdout.splitlines() if line.strip()})


# -- environment and room --------------------------------------------------------------------------------------------


def _environment() -> Iterator[Item]:
    lang = os.environ.get("FANGPIN_LANG")
    known = lang is None or lang in LANGUAGES
    yield Item(
        "environment",
        "FANGPIN_LANG",
        "ok" if known else "warning",
        Text("未设，用中文", "not set; Chinese is used") if lang is None else same(lang),
        NOTHING if known else Text("写 zh 或 en；现在用中文", "write zh or en; Chinese is used now"),
    )
    real = os.environ.get("FANGPIN_REAL_DATA")
    if real is None:
        found = Text("未设；用到真实调查数据的演示和测试会略过", "not set; what runs on real surveys is left out")
        yield Item("environment", "FANGPIN_REAL_DATA", "note", found)
    else:
        there = Path(real).is_dir()
        remedy = (
            NOTHING if there else Text("改成存在的文件夹，或去掉这个变量", "name a folder that exists, or unset it")
        )
        yield Item("environment", "FANGPIN_REAL_DATA", "ok" if there else "warning", same(real), remedy)


def _room() -> Iterator[Item]:
    folder = tempfile.gettempdir()
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"fangpin")
        yield Item("room", "temporary folder", "ok", same(folder))
    except OSError as error:
        remedy = Text("设 TMPDIR 为可写的文件夹", "set TMPDIR to a folder that can be written")
        yield Item("room", "temporary folder", "missing", same(f"{folder}: {error.strerror}"), remedy)
    for name, place in (("disk, temporary", folder), ("disk, here", os.getcwd())):
        free = shutil.disk_usage(place).free
        low = free < GB
        remedy = Text("腾出空间，或设 TMPDIR、--out 到别的盘", "make room, or set TMPDIR and --out to another disk")
        found = Text(f"剩余 {free / GB:,.1f} GB（{place}）", f"{free / GB:,.1f} GB free ({place})")
        yield Item("room", name, "warning" if low else "ok", found, remedy if low else NOTHING)
    total = _memory()
    if total is not None:
        low = total < 2 * GB
        remedy = Text("一个县够用；更大的数据按县分文件", "enough for a county; split larger data by county")
        found = Text(f"{total / GB:,.1f} GB", f"{total / GB:,.1f} GB")
        yield Item("room", "memory", "warning" if low else "ok", found, remedy if low else NOTHING)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    yield Item("room", "cores", "ok", Text(f"{cores} 个", str(cores)))


def _memory() -> int | None:
    """Bytes of memory, or what the control group allows where that is less; None where the machine cannot say."""
    try:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None
    try:
        allowed = Path("/sys/fs/cgroup/memory.max").read_text("ascii").strip()
    except OSError:
        return total
    return min(total, int(allowed)) if allowed.isdigit() else total


# -- what the package carries ----------------------------------------------------------------------------------------


def _contents() -> Iterator[Item]:
    reinstall = Text(
        "重新安装 fangpin；仍不行，把这份输出发给维护者", "install fangpin again; if it stays, send this output"
    )
    for name, look in (
        ("rules", _rules),
        ("standards", _standards),
        ("checks", _checks),
        ("tables", _tables),
        ("regions", _regions),
        ("codes", _codes),
    ):
        try:
            yield Item("contents", name, "ok", look())
        except FangpinError as error:
            said = Text(error.message("zh").replace("\n", " "), error.message("en").replace("\n", " "))
            yield Item("contents", name, "missing", said, reinstall)
        except Exception as error:  # whatever is broken is to be said, not raised
            yield Item("contents", name, "missing", same(f"{type(error).__name__}: {error}"[:300]), reinstall)


def _rules() -> Text:
    from fangpin.language.documents import rules_root

    return same(str(rules_root()))


def _standards() -> Text:
    from fangpin.standards.resolve import listing
    from fangpin.standards.validate import mistakes

    shipped = listing()
    for path in shipped.values():
        for mistake in mistakes(path):
            raise mistake
    return Text(f"{len(shipped)} 个标准都能载入", f"all {len(shipped)} standards load")


def _checks() -> Text:
    from fangpin.registry.checks.documents import checks

    return Text(f"{len(checks())} 项疑点检查都能载入", f"all {len(checks())} quality checks load")


def _tables() -> Text:
    from fangpin.tables import catalogue

    tables = catalogue().tables.values()
    fields = sum(len(table.columns) for table in tables)
    return Text(f"{len(tables)} 张表，{fields} 个字段", f"{len(tables)} tables, {fields} fields")


def _regions() -> Text:
    from fangpin.reference import regions

    village = regions.require("350526101201")
    if village.level != "village":
        raise ValueError("the archive of villages is not whole")
    counties, townships = (len(regions.children(level=level)) for level in ("county", "township"))
    return Text(
        f"{counties} 个县级、{townships} 个乡级，村名可查", f"{counties} counties, {townships} townships, villages"
    )


def _codes() -> Text:
    from fangpin.reports import codes

    return Text(f"{len(codes.everything())} 个代码的说明", f"pages of {len(codes.everything())} codes")


def _terminal() -> Iterator[Item]:
    for name, stream in (("stdout", sys.stdout), ("stderr", sys.stderr)):
        encoding = (getattr(stream, "encoding", "") or "").lower().replace("-", "")
        able = encoding in ("utf8", "gb18030", "gbk", "cp936", "utf16")
        yield Item(
            "terminal",
            name,
            "ok" if able else "warning",
            same(getattr(stream, "encoding", "") or "?"),
            NOTHING if able else Text("中文可能显示不出：设 PYTHONUTF8=1", "Chinese may not show: set PYTHONUTF8=1"),
        )
    yield Item(
        "terminal", "locale", "ok", same(f"{locale.getlocale()[0] or 'C'} ({locale.getpreferredencoding(False)})")
    )
