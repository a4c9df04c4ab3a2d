"""An environment in .venv/ with fangpin and the extras asked for; an environment that already has them is left alone.

Reads   pyproject.toml, constraints.txt (the tested versions)
Gives   .venv/bin/fangpin; a stamp .venv/fangpin-setup.json that says for which files and extras it was made
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "fangpin-setup.json"
DECIDING = ("pyproject.toml", "constraints.txt", "tools/hatch_build.py")

NO_VENV = """\
这个 Python 不能建虚拟环境（缺 venv 或 ensurepip）：{python}
办法：安装系统的 python3-venv 包（Debian、Ubuntu：apt-get install python3-venv），再试一次
This Python cannot make virtual environments (venv or ensurepip is missing): {python}
Remedy: install the system's package python3-venv (Debian, Ubuntu: apt-get install python3-venv) and try again
"""
NO_INSTALL = """\
安装没有完成，上面是 pip 的说明；网络或软件源恢复后再运行同一条命令，会接着做
The installation did not finish; pip says why above. Run the same command again when the network is back
"""


def key_of(root: Path) -> str:
    """What the environment depends on, as one hash: the deciding files, where the checkout stands, which Python."""
    digest = hashlib.sha256(f"{root}\n{sys.version_info[:2]}\n".encode())
    for name in DECIDING:
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


def installed(stamp: Path, key: str) -> set[str]:
    """The extras that are there already; none where the stamp is missing, unreadable or of another state."""
    try:
        said = json.loads(stamp.read_text("utf-8"))
        return set(said["extras"]) if said["key"] == key else set()
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def make_environment() -> None:
    """A fresh .venv/ where there is none that runs."""
    if PYTHON.exists() and subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode == 0:
        return
    print(f"setup: .venv ({sys.version.split()[0]})", file=sys.stderr)
    try:
        venv.create(VENV, with_pip=True, clear=VENV.exists())
    except (subprocess.CalledProcessError, ImportError, OSError):
        sys.exit(NO_VENV.format(python=sys.executable))


def main(extras: list[str]) -> None:
    """Install what is missing; quiet where nothing is."""
    key = key_of(ROOT)
    wanted = {"core", *extras}
    there = installed(STAMP, key) if PYTHON.exists() and (VENV / "bin" / "fangpin").exists() else set()
    if wanted <= there or "all" in there:
        return
    make_environment()
    names = ",".join(sorted((wanted | there) - {"core"}))
    target = f".[{names}]" if names else "."
    print(f"setup: pip install -e '{target}'", file=sys.stderr)
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--use-pep517"]
    if subprocess.run([*command, "-c", "constraints.txt", "-e", target], cwd=ROOT).returncode:
        sys.exit(NO_INSTALL)
    STAMP.write_text(json.dumps({"key": key, "extras": sorted(wanted | there)}) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
