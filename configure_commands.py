"""`threadline apply` and `threadline export`: a tenant's configuration as a file (product C6)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from configure import Proposal
    from domain.config.plan import Change
    from services.configuration import Planned

SIGNS = {"create": "+", "change": "~", "delete": "-"}


def apply(
    file: Annotated[Path, typer.Argument(help="The configuration, as YAML.")],
    plan: Annotated[bool, typer.Option("--plan", help="Show what would change; no more.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before applying.")] = False,
) -> None:
    """Apply a tenant's configuration: show the plan, ask, and make it so in one transaction."""
    import asyncio
    import getpass

    import configure
    from domain.config.plan import Kind, Verb
    from settings import Settings
    from store.configurations import Actor

    settings = Settings()
    proposal = _proposed(file)
    _show(proposal.planned)
    if plan or not proposal.planned.plan:
        return
    if not yes:
        if not sys.stdin.isatty():
            _stop("Nothing was applied: say --yes to apply without being asked.")
        typer.confirm("Apply this?", abort=True)
    actor = Actor(source="file", name=getpass.getuser())
    done = asyncio.run(configure.apply(settings, proposal, actor))
    typer.echo(f"Applied as version {done.base + 1}.")
    if any(done.plan.of(Kind.ACCOUNT, Verb.CREATE)):
        tenant = proposal.draft.wanted.tenant
        told = f"`threadline carrier addresses --tenant {tenant}`"
        typer.echo(f"{told} tells what to enter at the carriers.")


def export(
    tenant: Annotated[str, typer.Option(help="The tenant's subdomain.")] = "acme",
    version: Annotated[
        int | None, typer.Option(min=1, help="An earlier version; else the one that holds.")
    ] = None,
) -> None:
    """Print a tenant's configuration; applying it changes nothing."""
    import asyncio

    import configure
    from settings import Settings

    typer.echo(asyncio.run(configure.export(Settings(), tenant, version)), nl=False)


def origins(
    tenant: Annotated[str, typer.Option(help="The tenant's subdomain.")] = "acme",
    queue: Annotated[
        str | None, typer.Option(help="Key of a queue; else of the whole tenant.")
    ] = None,
) -> None:
    """Print every setting that holds, and where its value comes from: the nearest wins."""
    import asyncio

    import configure
    from settings import Settings

    for one in asyncio.run(configure.origins(Settings(), tenant, queue)):
        where = f"queue {one.queue}" if one.queue else one.origin
        typer.echo(f"{one.name:34} {_shown(one.value):12} {where}")


def print_schema() -> None:
    """Print the JSON Schema of configuration files, for editors that complete and check them."""
    import json

    from domain.config.schema import schema

    typer.echo(json.dumps(schema(), indent=2))


def _proposed(file: Path) -> Proposal:
    import asyncio

    import configure
    from domain.config.file import parse
    from domain.config.problems import Refused, counted
    from settings import Settings

    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        _stop(f"{file} cannot be read: {error.strerror}.")
    except UnicodeDecodeError:
        _stop(f"{file} is not UTF-8 text.")
    try:
        wanted, places = parse(text)
        return asyncio.run(configure.propose(Settings(), wanted, places))
    except Refused as refused:
        lines = [f"{file}: {problem}" for problem in refused.problems]
        _stop("\n".join([*lines, f"{counted(lines)}; nothing was applied."]))


def _show(planned: Planned) -> None:
    for change in planned.plan.changes:
        typer.echo(f"{SIGNS[change.verb]} {change.kind} {change.key}")
        if change.verb != "delete":
            _show_fields(change)
    counts = [f"{planned.plan.count(verb)} to {verb}" for verb in planned.plan.verbs]
    typer.echo(f"Plan: {', '.join(counts)}." if planned.plan else "Nothing to change.")
    for line in planned.meaning:
        typer.echo(line)


def _show_fields(change: Change) -> None:
    for field in change.fields:
        shown = _shown(field.new)
        if change.verb == "change":
            shown = f"{_shown(field.old)} → {shown}"
        typer.echo(f"    {field.field}: {shown}")


def _shown(value: object) -> str:
    if value is None:
        return "(none)"
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _stop(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)
