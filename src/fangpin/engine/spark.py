"""Spark: parts of a population worked on by the workers of a cluster, or of this machine.

Reads   FANGPIN_SPARK_MASTER, SPARK_REMOTE, or the session that is already active; else a local one
Gives   cluster() → Cluster, whose `run` gives the results of parts in their order; hindrance() for `fangpin doctor`
Not     what a part is or what is done with it: the work is named as ``module:function``, bytes in and bytes out
Keeps   every rule runs as on the embedded engine, because it is the same code; a cluster that is not there is said at
        once; a local session listens on this machine only and shows no page
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any
from uuid import uuid4

from fangpin.vocabulary.errors import FangpinError, UnusableInput
from fangpin.vocabulary.text import Text

MASTER, REMOTE = "FANGPIN_SPARK_MASTER", "SPARK_REMOTE"
LEAST_JAVA = 17
PATIENCE = 5.0  # seconds to wait for a cluster's door
ATTEMPTS = 2
REMOTE_AT_ONCE = 16  # parts at work at a time where the cluster does not say how many it can hold
_SAID = re.compile(r"\[[A-Z_.]+\]|Exception|ERROR|Error")

_INSTALL = Text(
    "pip install 'fangpin[spark]'，或用 --engine polars", "pip install 'fangpin[spark]', or --engine polars"
)
_JAVA = Text(
    f"安装 Java {LEAST_JAVA} 或更高（apt-get install openjdk-17-jre-headless），或设 JAVA_HOME，或用 --engine polars",
    f"install Java {LEAST_JAVA} or newer (such as apt-get install openjdk-17-jre-headless), or set JAVA_HOME; "
    "or --engine polars",
)
_OTHER = Text(
    f"核对 {MASTER} 或 {REMOTE}；不设则用本机；或用 --engine polars",
    f"look at {MASTER} or {REMOTE}; without them this machine is used; or --engine polars",
)


@dataclass(frozen=True)
class Cluster:
    """A Spark session, and how many parts it works on at a time."""

    session: Any
    at_once: int

    @property
    def version(self) -> str:
        """The version of Spark."""
        return str(self.session.version)

    def run(self, work: str, payloads: Sequence[Callable[[], bytes]]) -> Iterator[bytes | FangpinError]:
        """The result of each payload, in their order; one that Spark could not work on gives the error.

        Args:
            work: ``module:function``, from bytes to bytes, that can be imported where the workers are.
            payloads: Each is asked for when its turn comes, so that few are held at a time.
        """
        tag = f"fangpin-{uuid4().hex[:8]}"
        ahead: deque[Future[bytes | FangpinError]] = deque()
        pool = ThreadPoolExecutor(self.at_once, thread_name_prefix=tag)
        try:
            for payload in payloads:
                ahead.append(pool.submit(self._one, work, payload, tag))
                if len(ahead) > self.at_once:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for waiting in ahead:
                waiting.cancel()
            if ahead:
                self.session.interruptTag(tag)
            pool.shutdown(wait=not ahead, cancel_futures=True)

    def _one(self, work: str, payload: Callable[[], bytes], tag: str) -> bytes | FangpinError:
        with _quiet():
            self.session.addTag(tag)
            for _ in range(ATTEMPTS):
                try:
                    rows = self.session.createDataFrame([(bytearray(payload()),)], "payload binary")
                    (row,) = rows.mapInArrow(worker(work), "result binary").collect()
                    return bytes(row[0])
                except Exception as error:  # py4j, gRPC and Spark raise kinds of their own
                    said = _last_words(str(error))
        return FangpinError(
            "FP-ENGINE-005",
            Text("Spark 没有做完这一部分", "Spark did not finish this part"),
            read=said,
            remedy=Text("看集群的日志；加 --resume 再运行", "look at the cluster's log; run again with --resume"),
        )


def worker(work: str) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """What a worker does with batches of payloads; it stands by itself, so that it can be sent to a bare worker."""
    home, version = str(Path(__file__).resolve().parents[2]), own_version()

    def over(batches: Iterator[Any]) -> Iterator[Any]:
        import importlib
        import os
        import sys

        import pyarrow

        try:
            importlib.import_module("fangpin")
        except ImportError:
            if os.path.isdir(os.path.join(home, "fangpin")):
                sys.path.insert(0, home)
        module, _, name = work.partition(":")
        own = importlib.import_module("fangpin").__version__
        if own != version:
            raise RuntimeError(f"fangpin {version} asked, fangpin {own} is installed where the workers are")
        function = getattr(importlib.import_module(module), name)
        for batch in batches:
            results = [function(payload) for payload in batch.column(0).to_pylist()]
            yield pyarrow.RecordBatch.from_arrays([pyarrow.array(results, pyarrow.binary())], ["result"])

    return over


def own_version() -> str:
    """The version of fangpin that asks."""
    return str(importlib.import_module("fangpin").__version__)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without the library's remarks on the version of pandas, which is not used here."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=FutureWarning, module=r"pyspark\..*")
        yield


# -- sessions --------------------------------------------------------------------------------------------------------


def cluster() -> Cluster:
    """The session that is active, the cluster that the environment names, or a local session.

    Raises:
        UnusableInput: no PySpark, no Java, or the cluster cannot be reached.
    """
    if importlib.util.find_spec("pyspark") is None:
        raise UnusableInput("FP-ENGINE-001", Text("没有安装 PySpark", "PySpark is not installed"), remedy=_INSTALL)
    with _quiet():
        active = _active()
        if active is not None:
            return _as_cluster(active)
        remote, master = os.environ.get(REMOTE, ""), os.environ.get(MASTER, "")
        if remote and not master:
            return _remote(remote)
        return _as_cluster(_started(master or "local[*]"))


def _active() -> Any:
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    if session is None:
        return None
    try:
        session.version  # noqa: B018  a stopped session says so only when asked
    except Exception:
        return None
    return session


def _as_cluster(session: Any) -> Cluster:
    try:
        at_once = int(session.sparkContext.defaultParallelism)
    except Exception:  # a remote session has no context
        at_once = REMOTE_AT_ONCE
    return Cluster(session, max(at_once, 1))


def _remote(address: str) -> Cluster:
    """A session by Spark Connect."""
    from pyspark.sql import SparkSession

    _door(address, 15002)
    try:
        return _as_cluster(SparkSession.builder.remote(address).getOrCreate())
    except ImportError as error:
        raise UnusableInput(
            "FP-ENGINE-001",
            Text("连接远程 Spark 还缺少组件", "a remote Spark needs more packages"),
            read=str(error)[:200],
            remedy=Text("pip install 'pyspark[connect]'", "pip install 'pyspark[connect]'"),
        ) from error
    except Exception as error:
        raise _unreachable(address, _last_words(str(error))) from error


@cache
def _started(master: str) -> Any:
    """A session of our own; ends with the process."""
    found = hindrance()
    if found is not None:
        raise found
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    local = master.startswith("local")
    if not local:
        _door(master, 7077)
    conf = SparkConf(loadDefaults=False)
    for name, value in settings(master).items():
        conf.set(name, value)
    if local:
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    log = tempfile.TemporaryFile(prefix="fangpin-spark-")  # noqa: SIM115  kept open as long as Java writes to it
    try:
        gateway = launch_gateway(  # type: ignore[no-untyped-call]
            conf=conf, popen_kwargs={"stdout": log, "stderr": log}
        )
        session = SparkSession(SparkContext(gateway=gateway, conf=conf))
    except Exception as error:
        log.seek(0)
        said = _last_words(str(error), log.read().decode("utf-8", "replace"))
        if not local:
            raise _unreachable(master, said) from error
        raise UnusableInput(
            "FP-ENGINE-004", Text("Spark 没有启动", "Spark did not start"), place=master, read=said, remedy=_JAVA
        ) from error
    atexit.register(session.stop)
    return session


def settings(master: str) -> dict[str, str]:
    """The settings of a session of our own: no page, few partitions, few words; a local one stays on this machine."""
    chosen = {
        "spark.master": master,
        "spark.app.name": "fangpin",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.sql.shuffle.partitions": "2",
        "spark.executorEnv.PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    }
    if master.startswith("local"):
        chosen |= {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
    return chosen


def _door(address: str, port: int) -> None:
    """Refuses a cluster at whose address nothing listens; addresses without a host are left to Spark."""
    found = re.match(r"(?:spark|sc)://([^/;,:]+)(?::(\d+))?", address)
    if found is None:
        if not re.match(r"(local(-cluster)?(\[|$)|yarn$|k8s://)", address):
            raise _unreachable(address, Text("看不懂这个地址", "no address of a cluster")("en"))
        return
    try:
        socket.create_connection((found.group(1), int(found.group(2) or port)), PATIENCE).close()
    except OSError as error:
        raise _unreachable(address, str(error)) from error


def _unreachable(address: str, said: str) -> UnusableInput:
    return UnusableInput(
        "FP-ENGINE-003",
        Text("连不上 Spark 集群", "the Spark cluster cannot be reached"),
        place=re.sub(r"(token|user_id)=[^;]*", r"\1=…", address),
        read=said,
        expected=Text(
            "spark://主机:7077、sc://主机:15002、yarn、k8s://… 或 local[*]",
            "spark://host:7077, sc://host:15002, yarn, k8s://… or local[*]",
        ),
        remedy=_OTHER,
    )


def _last_words(*texts: str) -> str:
    """The line of a long complaint that says what is wrong."""
    lines = [line.strip() for text in texts for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if _SAID.search(line) and not line.startswith(("at ", "org.apache", "File "))]
    return (telling or lines or ["?"])[-1][:300]


# -- what is needed --------------------------------------------------------------------------------------------------


def java() -> tuple[str, int]:
    """The path of Java and its version; an empty path or 0 where there is none."""
    home = os.environ.get("JAVA_HOME", "")
    path = shutil.which(str(Path(home) / "bin" / "java")) if home else shutil.which("java")
    if not path:
        return "", 0
    try:
        done = subprocess.run([path, "-version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return path, 0
    found = re.search(r'version "(?:1\.)?(\d+)', done.stderr + done.stdout)
    return path, int(found.group(1)) if found else 0


def hindrance() -> UnusableInput | None:
    """What keeps Spark from starting on this machine; None where nothing does."""
    try:
        metadata.version("pyspark")
    except metadata.PackageNotFoundError:
        return UnusableInput("FP-ENGINE-001", Text("没有安装 PySpark", "PySpark is not installed"), remedy=_INSTALL)
    path, version = java()
    if version >= LEAST_JAVA:
        return None
    said = f"{path} {version or '?'}" if path else ""
    title = Text("没有可用的 Java", "there is no Java that Spark can use")
    wanted = Text(f"Java {LEAST_JAVA} 或更高", f"Java {LEAST_JAVA} or newer")
    return UnusableInput("FP-ENGINE-002", title, read=said, expected=wanted, remedy=_JAVA)
