"""Commands that are processes: the whole product in one, each part, and what starts them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

if TYPE_CHECKING:
    from settings import Settings

Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 is any.")]
Role = Literal["all", "chats", "sends", "crm"]


def dev(
    data_dir: Annotated[Path, typer.Option(help="Where all data is kept.")] = Path(".threadline"),
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Port of the API and console; 0 is any. [8080]"),
    ] = None,
    database_url: Annotated[
        str | None, typer.Option(help="Another database than the SQLite file in DIR.")
    ] = None,
    temporal_address: Annotated[
        str | None, typer.Option(help="HOST:PORT of a Temporal server that already runs.")
    ] = None,
    temporal_ui_port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port of Temporal's UI. [8233]")
    ] = None,
    demo: Annotated[bool, typer.Option(help="Make the demo tenant.")] = True,
) -> None:
    """Start and supervise the whole product on this machine."""
    import asyncio

    from dev import run
    from layout import Options

    given = {"database_url": database_url, "temporal_address": temporal_address}
    # As settings, so that both are checked like settings.
    chosen = settings_of(**{name: value for name, value in given.items() if value is not None})
    options = Options(data_dir, port, database_url, temporal_address, temporal_ui_port, demo)
    asyncio.run(run(options, chosen))


def demo(
    data_dir: Annotated[Path, typer.Option(help="Of the product that runs.")] = Path(".threadline"),
) -> None:
    """Play a consumer's day on the product that runs (`make run`), and print it step by step."""
    from demonstration import demonstrate

    demonstrate(data_dir, typer.echo)


def api(host: Host = "127.0.0.1", port: Port = 8080) -> None:
    """Serve the HTTP API and the console."""
    from api.serve import Server
    from ports import listen
    from temporal.plugin import build_app

    chosen = settings_with_log()
    listener = listen(host, port)
    Server(build_app(chosen)).run(sockets=[listener])
    leave()


def worker(
    role: Annotated[Role, typer.Option(help="Which task queues to work on.")] = "all",
) -> None:
    """Run workflows and activities."""
    import uvloop

    from worker import run_worker

    uvloop.run(run_worker(settings_with_log(), role))
    leave()


def simulator(
    host: Annotated[str, typer.Option(help="Loopback address to listen on.")] = "127.0.0.1",
    port: Port = 8081,
    data: Annotated[Path, typer.Option(help="File of the simulated carrier.")] = Path(
        ".threadline/simulator.db"
    ),
) -> None:
    """Run a simulated carrier with phones; for development only."""
    import os

    from simulators.carrier.program import main

    chosen = settings_of()
    # It is a program of its own, without our settings.
    os.environ["THREADLINE_SIMULATOR_SECRET"] = chosen.simulator_secret.get_secret_value()
    os.environ["THREADLINE_PUBLIC_BASE_URL"] = chosen.public_base_url
    main(["--host", host, "--port", str(port), "--data", str(data)])


def migrate() -> None:
    """Bring the database to the newest schema."""
    from store.migrations import upgrade

    upgrade(settings_of().database_url)


def demo_seed(file: Annotated[Path, typer.Option()]) -> None:
    """Make the demo tenant and print what `dev.json` tells of it."""
    import asyncio
    import json

    from provision import seed_demo

    print(json.dumps(asyncio.run(seed_demo(settings_of(), json.loads(file.read_text())))))


def temporal_binary() -> None:
    """Find or make the Temporal server program, and print where it is, as JSON."""
    import json
    import signal
    import sys
    from dataclasses import asdict

    from temporal.binary import find_binary

    chosen = settings_of()
    # Turned into an exception, so that the compiler and its folders go with us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    print(json.dumps(asdict(find_binary(chosen.cache_dir, chosen.temporal_binary))))


def temporal_ready(polled: Annotated[list[str] | None, typer.Option()] = None) -> None:
    """Wait until Temporal is up and prepared, or until workers poll the named task queues."""
    import asyncio
    from datetime import timedelta

    from temporal.server import wait_until_ready

    chosen = settings_of()
    address, namespace = chosen.temporal_address, chosen.temporal_namespace
    asyncio.run(wait_until_ready(address, namespace, polled or (), timedelta(seconds=60)))
    leave()


def settings_of(**given: str) -> "Settings":
    from settings import Settings

    return Settings(**given)  # type: ignore[arg-type]


def settings_with_log() -> "Settings":
    """Of a process that serves."""
    import logs
    from temporal.telemetry import forward_logs

    chosen = settings_of()
    logs.configure(chosen.log_level)
    forward_logs()
    return chosen


def leave(code: int = 0) -> NoReturn:
    """Ends at once: threads of Temporal's SDK may crash an interpreter that is winding down."""
    import os
    import sys

    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
