"""Programs fetched or built once per machine and shared by every process that needs them."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

Say = Callable[[str], None]

_FETCH_SECONDS = 60
_PROBE_SECONDS = 5


class Unavailable(Exception):
    """One way of getting a program did not work; the text says why."""


def say_on_stderr(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextmanager
def locked(path: Path, say: Say) -> Iterator[None]:
    """Holds `path` + `.lock` against every other process; the system frees it if we are killed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{path}.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Waiting for another process that is fetching {path.name} …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def scratch(beside: Path) -> Iterator[Path]:
    """A temporary folder on the same disk as `beside`, removed with all its content."""
    beside.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".making-", dir=beside))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, onerror=_make_writable_and_retry)


def _make_writable_and_retry(remove: Callable[[str], object], path: str, _error: object) -> None:
    # Go writes its module cache read-only.
    os.chmod(os.path.dirname(path), 0o700)
    os.chmod(path, 0o700)
    remove(path)


def answers(url: str) -> bool:
    """Whether a download host can be reached, found out in seconds rather than minutes."""
    try:
        with urllib.request.urlopen(url, timeout=_PROBE_SECONDS) as answer:
            return bool(answer.read(1))
    except (OSError, ValueError):
        return False


def fetch(url: str, target: Path, sha256: str) -> None:
    """Writes `url` to `target` if it has that hash; `target` never holds half a file."""
    try:
        with urllib.request.urlopen(url, timeout=_FETCH_SECONDS) as answer:
            content = cast(bytes, answer.read())
    except (OSError, ValueError) as error:
        raise Unavailable(f"{url}: {error}") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Unavailable(f"{url}: the file does not have the pinned hash")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    partial.write_bytes(content)
    partial.replace(target)


def install_wheel(requirement_file: Path, target: Path) -> None:
    """Unpacks the hash-pinned wheels of `requirement_file` into `target`, with pip or uv."""
    options = ["--quiet", "--require-hashes", "--no-deps", "--target", str(target)]
    options += ["--requirement", str(requirement_file)]
    ways = [[sys.executable, "-m", "pip", "install", "--only-binary", ":all:", *options]]
    if uv := shutil.which("uv"):
        ways.append([uv, "pip", "install", "--python", sys.executable, *options])
    for command in ways:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
    raise Unavailable((done.stderr.strip().splitlines() or ["pip failed"])[-1])
