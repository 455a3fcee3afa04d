"""The `threadline` command. Each command imports what it needs, so that all start quickly."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from carrier_commands import app as carrier_app
from configure_commands import apply, export, origins, print_schema
from consent_commands import app as consent_app
from process_commands import (
    api,
    demo,
    demo_seed,
    dev,
    leave,
    migrate,
    settings_of,
    simulator,
    temporal_binary,
    temporal_ready,
    worker,
)
from rehearse_commands import rehearse


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
for process in (dev, demo, api, worker, simulator, migrate):
    app.command()(process)
for step in (demo_seed, temporal_binary, temporal_ready):
    app.command(hidden=True)(step)


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


@credential_app.command("create")
def credential_create(
    tenant: Annotated[str, typer.Option(help="The tenant's subdomain.")],
    name: Annotated[str, typer.Option(help="What the credential is for.")],
) -> None:
    """Make an API credential and print its token, once."""
    import asyncio

    from provision import create_credential

    print(asyncio.run(create_credential(settings_of(), tenant, name)))


@app.command()
def doctor() -> None:
    """Check this installation; name what is wrong and how to mend it."""
    import asyncio

    from doctor import examine, report

    leave(0 if report(asyncio.run(examine(settings_of()))) else 1)


@app.command("settings")
def showsettings_of() -> None:
    """List every setting with its value, default and source."""
    from doctor import settings_lines, unknown_variables

    typer.echo("\n".join(settings_lines(settings_of())))
    for name in unknown_variables():
        typer.echo(f"{name} is set, but there is no such setting.", err=True)


def _fail(text: str, code: int = 1) -> NoReturn:
    if text:
        typer.echo(text, err=True)
    raise typer.Exit(code)


if __name__ == "__main__":
    app()
