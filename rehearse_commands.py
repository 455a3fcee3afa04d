"""`threadline rehearse`: a configuration against a simulated day, in seconds (product X2)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.config.document import Configuration
    from rehearse_report import Row
    from rehearse_scenario import Scenario

T = TypeVar("T")


def rehearse(
    file: Annotated[
        Path | None, typer.Argument(help="The configuration, as `threadline apply` takes it.")
    ] = None,
    tenant: Annotated[
        str | None, typer.Option(help="Instead of a file: what this tenant has now.")
    ] = None,
    scenario: Annotated[
        Path | None, typer.Option(help="The day, as YAML; `--example` prints one.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same day.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print rows as JSON.")] = False,
    example: Annotated[bool, typer.Option("--example", help="Print a scenario; no more.")] = False,
) -> None:
    """Play a day of consumers and agents against a configuration: waits, expiries, occupancy."""
    import json

    from rich.console import Console

    from rehearse_report import as_data, as_table
    from rehearse_scenario import EXAMPLE, Scenario, parse

    if example:
        typer.echo(EXAMPLE, nl=False)
        return
    wanted = _wanted(file, tenant)
    day = _read(scenario, parse) if scenario else Scenario()
    rows, day = _played(wanted, day, seed, scenario)
    if as_json:
        typer.echo(json.dumps(as_data(rows), indent=2))
        return
    # As wide as it is where nobody looks, so that a file has whole lines.
    console = Console(width=None if sys.stdout.isatty() else 120)
    console.print(as_table(rows, day.service_level_seconds))


def _played(
    wanted: Configuration, day: Scenario, seed: int, file: Path | None
) -> tuple[list[Row], Scenario]:
    import asyncio

    from rich.console import Console
    from rich.progress import Progress

    from domain.config.problems import Refused
    from rehearse_cast import rehearsed
    from rehearse_scenario import fit

    try:
        day, wanted = fit(day, wanted)
    except Refused as refused:
        _refuse(file or "the scenario", refused)
    try:
        shown = Console(stderr=True)
        with Progress(console=shown, transient=True, disable=not shown.is_terminal) as bar:
            task = bar.add_task("Rehearsing", total=1)
            rows = asyncio.run(
                rehearsed(wanted, day, seed, lambda done: bar.update(task, completed=done))
            )
    except Refused as refused:
        _refuse("the configuration", refused)
    return rows, day


def _wanted(file: Path | None, tenant: str | None) -> Configuration:
    import asyncio

    import configure
    from domain.config.file import parse
    from settings import Settings

    if (file is None) == (tenant is None):
        _stop("Name either a configuration file or --tenant.")
    if file is not None:
        return _read(file, lambda text: parse(text)[0])
    assert tenant is not None
    text = asyncio.run(configure.export(Settings(), tenant, None))
    return parse(text)[0]


def _read(file: Path, parse: Callable[[str], T]) -> T:
    from domain.config.problems import Refused

    try:
        return parse(file.read_text(encoding="utf-8"))
    except OSError as error:
        _stop(f"{file} cannot be read: {error.strerror}.")
    except UnicodeDecodeError:
        _stop(f"{file} is not UTF-8 text.")
    except Refused as refused:
        _refuse(file, refused)


def _refuse(file: object, refused: Exception) -> NoReturn:
    from domain.config.problems import Refused, counted

    assert isinstance(refused, Refused)
    lines = [f"{file}: {problem}" for problem in refused.problems]
    _stop("\n".join([*lines, f"{counted(lines)}; nothing was rehearsed."]))


def _stop(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)
