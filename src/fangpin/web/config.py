"""What the environment says: where the data stand, which database, which keys.

Reads   FANGPIN_DATA, DATABASE_URL or FANGPIN_DATABASE, FANGPIN_SECRET_KEY, FANGPIN_IDENTITY_KEYS, FANGPIN_DEMO,
        FANGPIN_HOSTS, FANGPIN_HTTPS; secrets.json in the data folder (mode 600) for keys not in the environment
Gives   data_dir, database, secrets, make_secrets, demo, hosts, https
Keeps   reading changes nothing; only make_secrets writes
"""

from __future__ import annotations

import base64
import json
import os
import secrets as random
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.text import Text

SECRETS = "secrets.json"
SQLITE: dict[str, Any] = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": (
        "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA temp_store=MEMORY;PRAGMA mmap_size=134217728;"
        "PRAGMA cache_size=-32000;PRAGMA journal_size_limit=67108864;"
    ),
}


def data_dir() -> Path:
    """The folder of database, uploads and secrets."""
    return Path(os.environ.get("FANGPIN_DATA") or "fangpin-data").absolute()


def database(data: Path) -> dict[str, Any]:
    """Django's description of the database: SQLite in the data folder unless an address is given."""
    address = os.environ.get("DATABASE_URL") or os.environ.get("FANGPIN_DATABASE") or ""
    if not address:
        return sqlite(data / "fangpin.sqlite3")
    parts = urlsplit(address)
    if parts.scheme in ("postgres", "postgresql"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": dict(parse_qsl(parts.query)),
        }
    if parts.scheme == "sqlite":
        return sqlite(Path(unquote(parts.path)))
    raise UnusableInput(
        "FP-WEB-001",
        Text("数据库地址无法识别", "the address of the database is not understood"),
        read=f"{parts.scheme or address[:12]}://…",
        expected=Text("postgresql://用户:口令@主机/库名", "postgresql://user:password@host/name"),
        remedy=Text("改正 DATABASE_URL，或不设它而用内置的 SQLite", "correct DATABASE_URL, or unset it to use SQLite"),
    )


def sqlite(path: Path) -> dict[str, Any]:
    """The embedded database with the settings that many writers at once need."""
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "CONN_MAX_AGE": None, "OPTIONS": dict(SQLITE)}


def flag(name: str) -> bool:
    """Whether a switch of the environment is on."""
    return os.environ.get(name, "") not in ("", "0")


def reports(data: Path) -> tuple[Path, str]:
    """The folder with NAME/report.html that the workbench shows, and the region whose households they name."""
    folder = Path(os.environ.get("FANGPIN_REPORTS") or data / "reports")
    return folder, os.environ.get("FANGPIN_REPORTS_REGION") or "350526"


def hosts() -> list[str]:
    """The names under which pages are served; this machine's own are always among them."""
    given = os.environ.get("FANGPIN_HOSTS", "")
    return [*(host.strip() for host in given.split(",") if host.strip()), "localhost", "127.0.0.1", "[::1]"]


def secrets(data: Path) -> dict[str, str]:
    """``secret_key`` and ``identity_keys`` from the environment, else from the data folder; absent where in neither.

    ``identity_keys`` is ``ID:BASE64[,ID:BASE64…]``, the first being the one new values are written with.
    """
    given = {name: os.environ.get(f"FANGPIN_{name.upper()}", "") for name in ("secret_key", "identity_keys")}
    return _kept(data) | {name: value for name, value in given.items() if value}


def _kept(data: Path) -> dict[str, str]:
    """What the data folder holds."""
    try:
        found: dict[str, str] = json.loads((data / SECRETS).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return found


def make_secrets(data: Path) -> None:
    """Keys for embedded use, made once, readable by their owner only; what is there stays."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = {
        "secret_key": random.token_urlsafe(64),
        "identity_keys": "1:" + base64.b64encode(random.token_bytes(32)).decode(),
    }
    missing = {name: value for name, value in fresh.items() if name not in secrets(data)}
    if not missing:
        return
    text = json.dumps(_kept(data) | missing, indent=1) + "\n"
    partial = data / f".{SECRETS}.partial"
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    partial.replace(data / SECRETS)
