"""`threadline dev` as a program outside sees it: its files, its ports, its processes."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

import demonstration
from demonstration_scenes import EXPIRED, NUMBER, SCENES, Failed, expiry, left_waiting
from domain.texts import TextKey, render
from domain.variables import Variable
from layout import Options, demo_secrets, plan
from ports import PortTaken
from settings import Settings
from temporal.binary import Binary

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]

# On a busy machine everything may take its time: this only ends what will never come.
PATIENCE = 240.0


@dataclass
class Running:
    """A `threadline dev` of its own."""

    process: "subprocess.Popen[str]"
    data: Path

    @property
    def told(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.data / "dev.json").read_text())
        return content

    def pid(self, part: str) -> int:
        found = self.told["processes"][part]
        return int(found[0] if isinstance(found, list) else found)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)


def until(reached: Callable[[], bool]) -> None:
    began = time.monotonic()
    while not reached():
        assert time.monotonic() - began < PATIENCE, "not reached"
        # Grandchildren cannot be awaited; they tell by files and ports only.
        time.sleep(0.02)


def launch(data: Path, *options: str) -> Running:
    known = {name: value for name, value in os.environ.items() if "THREADLINE_" not in name}
    if "THREADLINE_CACHE_DIR" in os.environ:
        known["THREADLINE_CACHE_DIR"] = os.environ["THREADLINE_CACHE_DIR"]
    command = [sys.executable, "-m", "cli", "dev", "--data-dir", str(data), *options]
    with open(data.with_suffix(".out"), "a") as out:
        process = subprocess.Popen(command, env=known, stdout=out, stderr=out, text=True)
    return Running(process, data)


def launched(data: Path, *options: str) -> Running:
    running = launch(data, "--port", "0", "--temporal-ui-port", "0", *options)

    def ready() -> bool:
        assert running.process.poll() is None, data.with_suffix(".out").read_text()
        return (data / "dev.json").exists()

    until(ready)
    return running


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z"
    except OSError:
        return False


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="module")
def product(temporal_binary: Binary, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("dev") / "data"
    data.mkdir()
    data.chmod(0o755)  # somebody made it before
    running = launched(data)
    yield running
    if running.process.poll() is None:
        running.stop()


def test_dev_json_tells_where_everything_is(product: Running) -> None:
    told = product.told

    assert answers(f"{told['base_url']}/readyz")
    assert answers(f"{told['simulator_url']}/healthz")
    assert answers(told["temporal_ui_url"])
    assert told["temporal_namespace"] == "default"
    assert told["database_url"] == f"sqlite:///{product.data / 'threadline.db'}"
    assert set(told["processes"]) == {"supervisor", "temporal", "api", "worker", "simulator"}
    assert product.pid("supervisor") == product.process.pid
    [acme] = told["tenants"]
    assert acme["subdomain"] == "acme"
    assert {"number": "+14155550101", "queue": "VIP"} in acme["numbers"]
    assert {"id", "role", "name", "email", "password"} <= set(acme["users"][0])


def test_all_files_are_readable_by_their_owner_only(product: Running) -> None:
    modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in product.data.rglob("*")}
    assert {"dev.json", "demo.json", "threadline.db", "simulator.db", "api.log"} <= modes.keys()
    assert any(name.startswith("temporal-") for name in modes)
    assert [name for name, mode in modes.items() if mode & 0o077] == []


@pytest.mark.parametrize("part", ["api", "worker", "simulator", "temporal"])
def test_a_part_that_is_killed_is_back(product: Running, part: str) -> None:
    before = product.told

    os.kill(product.pid(part), signal.SIGKILL)
    until(lambda: product.pid(part) != before["processes"][part])

    until(lambda: answers(f"{before['base_url']}/readyz"))
    until(lambda: answers(f"{before['simulator_url']}/healthz"))
    assert {**product.told, "processes": 0} == {**before, "processes": 0}


@pytest.mark.parametrize("part", ["api", "worker"])
def test_every_line_of_a_log_is_json_whoever_says_it(product: Running, part: str) -> None:
    said = (product.data / "logs" / f"{part}.log").read_text().splitlines()
    assert all({"event", "level", "logger"} <= json.loads(line).keys() for line in said)
    assert said


def test_the_demonstration_plays_its_scenes_and_leaves_the_company_as_it_was(
    product: Running,
) -> None:
    said: list[str] = []
    *others, last = SCENES
    # It waits for a minute to pass, once it has come so far; expiry is tested on skipped time.
    assert last is expiry
    demonstration.demonstrate(product.data, said.append, (*others, left_waiting))
    heard = "\n".join(said)
    closed, chosen = "We are closed now", "you chose Quick"
    for words in ("Escriba 1 para Ventas", closed, "You have opted out", "(nothing)", chosen):
        assert words in heard
    with httpx2.Client(base_url=product.told["base_url"]) as http:
        document = demonstration.Company(http, product.told).document()
    assert NUMBER not in document["numbers"]
    assert set(document["queues"]) == {"main", "vip"}


def test_the_demonstration_waits_for_words_that_an_expired_chat_is_told() -> None:
    assert EXPIRED in render(TextKey.EXPIRED, "en", {Variable.COMPANY_NAME: "Acme"})


def test_without_a_running_product_the_demonstration_says_what_to_start(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="start `make run` first"):
        demonstration.demonstrate(tmp_path, print)


def test_a_second_supervisor_on_the_same_files_is_refused(product: Running) -> None:
    second = launch(product.data, "--port", "0")

    assert second.process.wait(PATIENCE) == 1
    assert "Another `threadline dev` runs on" in product.data.with_suffix(".out").read_text()
    assert product.process.poll() is None


def test_a_stop_ends_everything_and_the_data_stays(tmp_path: Path) -> None:
    first = launched(tmp_path / "data")
    told = first.told
    pids = [first.pid(part) for part in told["processes"]]

    first.stop()

    assert first.process.returncode == 0
    assert not any(alive(pid) for pid in pids)
    assert not (first.data / "dev.json").exists()
    again = launched(first.data)
    assert again.told["tenants"] == told["tenants"]
    again.stop()


def test_nothing_outlives_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    running = launched(tmp_path / "data", "--no-demo")
    pids = [running.pid(part) for part in running.told["processes"]]
    assert running.told["tenants"] == []

    running.process.kill()
    running.process.wait(PATIENCE)

    until(lambda: not any(alive(pid) for pid in pids))


def test_a_stop_while_everything_starts_is_obeyed(tmp_path: Path) -> None:
    running = launch(tmp_path / "data", "--port", "0")
    until(lambda: (running.data / "logs" / "api.log").exists())

    running.stop()
    assert running.process.returncode == 0


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        refused = launch(tmp_path / "data", "--port", str(port))

        assert refused.process.wait(PATIENCE) == 1
    assert f"Port {port}" in (tmp_path / "data.out").read_text()


def test_what_keeps_a_part_from_starting_is_said_once(tmp_path: Path) -> None:
    url = "postgresql://ana:hush@127.0.0.1:1/store"
    refused = launch(tmp_path / "data", "--port", "0", "--database-url", url)

    assert refused.process.wait(PATIENCE) == 1
    said = (tmp_path / "data.out").read_text().splitlines()
    assert len([line for line in said if "cannot be used" in line]) == 1


def test_with_any_free_port_nobody_goes_for_the_usual_ones(tmp_path: Path) -> None:
    at = plan(Options(tmp_path, port=0), Settings())
    assert {at.temporal_port, at.temporal_ui_port}.isdisjoint({7233, 8233})


def test_only_a_port_that_was_asked_for_must_be_free(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        elsewhere = plan(Options(tmp_path, port=port - 1), Settings())
        with pytest.raises(PortTaken, match=str(port)):
            plan(Options(tmp_path, temporal_ui_port=port), Settings())

    assert elsewhere.simulator_port != port


def test_a_temporal_server_that_runs_already_is_not_started_again(tmp_path: Path) -> None:
    options = Options(tmp_path, port=0, temporal_address="temporal.example:7233")

    at = plan(options, Settings())

    assert at.temporal_port is None
    assert at.temporal_address == "temporal.example:7233"


def test_secrets_are_random_per_data_directory_and_stay(tmp_path: Path) -> None:
    one = demo_secrets(tmp_path / "one.json")
    other = demo_secrets(tmp_path / "other.json")

    assert demo_secrets(tmp_path / "one.json") == one
    assert one["users"].keys() == other["users"].keys()
    assert not {one["secret_key"], *one["users"].values()} & {
        other["secret_key"],
        *other["users"].values(),
    }
