"""The `threadline` command. Each command imports what it needs, so that all start quickly."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer
from typer.core import TyperGroup

from carrier_commands import app as carrier_app
from configure_commands import apply, export, origins, print_schema
from consent_commands import app as consent_app
from rehearse_commands import rehearse

if TYPE_CHECKING:
    from settings import Settings


class Commands(TyperGroup):
    """Whatever stops a command is told here, in a sentence; only our own mistakes are traced."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        with _told():
            return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        with _told():
            return super().invoke(ctx)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if isinstance(error, BrokenPipeError | typer.Exit | typer.Abort):
            raise
        from trouble import sentence

        told = sentence(error)
        if told is None:
            raise
        _fail(told, getattr(error, "exit_code", 1))


app = typer.Typer(
    name="threadline",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
credential_app = typer.Typer(help="API credentials.", no_args_is_help=True)
app.add_typer(credential_app, name="credential")
app.add_typer(carrier_app, name="carrier")
app.add_typer(consent_app, name="consent")

app.command()(apply)
app.command()(export)
app.command()(origins)
app.command("schema")(print_schema)
app.command()(rehearse)

Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 is any.")]
Role = Literal["all", "chats", "sends", "crm"]


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"threadline {version('threadline')}")
        raise typer.Exit


@app.callback()
def threadline(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """A self-hosted SMS session engine for contact centers."""


@app.command()
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
    chosen = _settings(**{name: value for name, value in given.items() if value is not None})
    options = Options(data_dir, port, database_url, temporal_address, temporal_ui_port, demo)
    asyncio.run(run(options, chosen))


@app.command()
def demo(
    data_dir: Annotated[Path, typer.Option(help="Of the product that runs.")] = Path(".threadline"),
) -> None:
    """Play a consumer's day on the product that runs (`make run`), and print it step by step."""
    from demonstration import demonstrate

    demonstrate(data_dir, typer.echo)


@app.command()
def api(host: Host = "127.0.0.1", port: Port = 8080) -> None:
    """Serve the HTTP API and the console."""
    from api.serve import Server
    from ports import listen
    from temporal.plugin import build_app

    chosen = _settings_with_log()
    listener = listen(host, port)
    Server(build_app(chosen)).run(sockets=[listener])
    _leave()


@app.command()
def worker(
    role: Annotated[Role, typer.Option(help="Which task queues to work on.")] = "all",
) -> None:
    """Run workflows and activities."""
    import asyncio

    from worker import run_worker

    asyncio.run(run_worker(_settings_with_log(), role))
    _leave()


@app.command()
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

    chosen = _settings()
    # It is a program of its own, without our settings.
    os.environ["THREADLINE_SIMULATOR_SECRET"] = chosen.simulator_secret.get_secret_value()
    os.environ["THREADLINE_PUBLIC_BASE_URL"] = chosen.public_base_url
    main(["--host", host, "--port", str(port), "--data", str(data)])


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    from store.migrations import upgrade

    upgrade(_settings().database_url)


@credential_app.command("create")
def credential_create(
    tenant: Annotated[str, typer.Option(help="The tenant's subdomain.")],
    name: Annotated[str, typer.Option(help="What the credential is for.")],
) -> None:
    """Make an API credential and print its token, once."""
    import asyncio

    from provision import create_credential

    print(asyncio.run(create_credential(_settings(), tenant, name)))


@app.command()
def doctor() -> None:
    """Check this installation; name what is wrong and how to mend it."""
    import asyncio

    from doctor import examine, report

    _leave(0 if report(asyncio.run(examine(_settings()))) else 1)


@app.command("settings")
def show_settings() -> None:
    """List every setting with its value, default and source."""
    from doctor import settings_lines, unknown_variables

    typer.echo("\n".join(settings_lines(_settings())))
    for name in unknown_variables():
        typer.echo(f"{name} is set, but there is no such setting.", err=True)


@app.command("demo-seed", hidden=True)
def demo_seed(file: Annotated[Path, typer.Option()]) -> None:
    """Make the demo tenant and print what `dev.json` tells of it."""
    import asyncio
    import json

    from provision import seed_demo

    print(json.dumps(asyncio.run(seed_demo(_settings(), json.loads(file.read_text())))))


@app.command("temporal-binary", hidden=True)
def temporal_binary() -> None:
    """Find or make the Temporal server program, and print where it is, as JSON."""
    import json
    import signal
    import sys
    from dataclasses import asdict

    from temporal.binary import find_binary

    chosen = _settings()
    # Turned into an exception, so that the compiler and its folders go with us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    print(json.dumps(asdict(find_binary(chosen.cache_dir, chosen.temporal_binary))))


@app.command("temporal-ready", hidden=True)
def temporal_ready(polled: Annotated[list[str] | None, typer.Option()] = None) -> None:
    """Wait until Temporal is up and prepared, or until workers poll the named task queues."""
    import asyncio
    from datetime import timedelta

    from temporal.server import wait_until_ready

    chosen = _settings()
    address, namespace = chosen.temporal_address, chosen.temporal_namespace
    asyncio.run(wait_until_ready(address, namespace, polled or (), timedelta(seconds=60)))
    _leave()


def _settings(**given: str) -> "Settings":
    from settings import Settings

    return Settings(**given)  # type: ignore[arg-type]


def _settings_with_log() -> "Settings":
    """Of a process that serves."""
    import logs
    from temporal.telemetry import forward_logs

    chosen = _settings()
    logs.configure(chosen.log_level)
    forward_logs()
    return chosen


def _leave(code: int = 0) -> NoReturn:
    """Ends at once: threads of Temporal's SDK may crash an interpreter that is winding down."""
    import os
    import sys

    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _fail(text: str, code: int = 1) -> NoReturn:
    if text:
        typer.echo(text, err=True)
    raise typer.Exit(code)


if __name__ == "__main__":
    app()
