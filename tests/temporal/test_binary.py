"""Where the `temporal` program comes from, without fetching or compiling any."""

import shutil
from pathlib import Path

import pytest

from temporal import binary
from temporal.binary import NoTemporalServer, find_binary
from temporal.cache import Say, Unavailable

TOLD = 'echo "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)"'


def program(path: Path, says: str = TOLD) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{says}\n")
    path.chmod(0o755)
    return path


def made(target: Path, _say: Say) -> None:
    program(target)


def refused(_target: Path, _say: Say) -> None:
    raise Unavailable("the network refuses")


@pytest.fixture(autouse=True)
def _nothing_on_path_and_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    monkeypatch.setattr(binary, "_download", refused)
    monkeypatch.setattr(binary, "_compile", refused)


def test_one_that_is_named_is_used(tmp_path: Path) -> None:
    named = program(tmp_path / "mine")

    found = find_binary(tmp_path / "cache", named)

    assert (found.path, found.server_version) == (str(named), "1.29.1")


def test_one_that_is_named_and_does_not_run_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NoTemporalServer, match="does not run"):
        find_binary(tmp_path / "cache", tmp_path / "missing")


def test_another_program_of_that_name_on_path_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = program(tmp_path / "temporal", 'echo "a calendar"')
    monkeypatch.setattr(shutil, "which", lambda _name: str(other))
    monkeypatch.setattr(binary, "_compile", made)

    assert find_binary(tmp_path / "cache").source == "compiled"


def test_the_download_comes_before_the_compiler(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binary, "_download", made)

    assert find_binary(tmp_path).source == "downloaded by the SDK"


def test_what_was_made_once_comes_from_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binary, "_compile", made)
    first = find_binary(tmp_path)
    monkeypatch.setattr(binary, "_compile", refused)

    again = find_binary(tmp_path)

    assert (first.source, again.source) == ("compiled", "from the cache")
    assert first.path == again.path


def test_a_cached_program_that_does_not_run_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"temporal-{binary.VERSION}").write_text("half of a program")
    monkeypatch.setattr(binary, "_compile", made)

    assert find_binary(tmp_path).source == "compiled"


def test_the_error_lists_what_was_tried_and_how_to_mend_it(tmp_path: Path) -> None:
    said: list[str] = []

    with pytest.raises(NoTemporalServer) as failure:
        find_binary(tmp_path, say=said.append)

    text = str(failure.value)
    for way in ("on PATH", "downloaded by the SDK: the network refuses", "compiled: the network"):
        assert way in text
    for remedy in ("THREADLINE_TEMPORAL_ADDRESS", "THREADLINE_TEMPORAL_BINARY", str(tmp_path)):
        assert remedy in text
