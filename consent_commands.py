"""`threadline consent …`: evidence of a consumer's consent (X3)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from services.evidence import Evidence

app = typer.Typer(help="Consumers' consent.", no_args_is_help=True)


@app.command()
def export(
    number: Annotated[
        str, typer.Argument(help="The consumer's number; - reads it from standard input.")
    ],
    tenant: Annotated[str, typer.Option(help="The tenant's subdomain.")] = "acme",
    format: Annotated[
        Literal["json", "csv"], typer.Option(help="json has everything, csv the ledger's entries.")
    ] = "json",
) -> None:
    """Print all that the consent ledger says of a number, with what it rests on."""
    import asyncio

    from provision import open_store
    from services import evidence
    from settings import Settings

    # Typed as an argument a number stays in the shell's history: - keeps it out.
    wanted = sys.stdin.readline().strip() if number == "-" else number

    async def read() -> Evidence:
        async with open_store(Settings()) as db:
            return await db.read(evidence.of_tenant, tenant, wanted)

    found = asyncio.run(read())
    typer.echo(_csv(found) if format == "csv" else _json(found), nl=False)


def _json(found: Evidence) -> str:
    from pydantic import TypeAdapter

    from services.evidence import Evidence

    return TypeAdapter(Evidence).dump_json(found, indent=2).decode() + "\n"


def _csv(found: Evidence) -> str:
    import csv
    import io
    from dataclasses import fields

    from pydantic import TypeAdapter

    from services.evidence import Proof

    names = [field.name for field in fields(Proof)]
    text = io.StringIO()
    table = csv.DictWriter(text, ["number", *names], lineterminator="\n")
    table.writeheader()
    for entry in TypeAdapter(list[Proof]).dump_python(found.entries, mode="json"):
        safe = {name: _inert(value) for name, value in entry.items()}
        table.writerow({"number": found.number, **safe})
    return text.getvalue()


def _inert(value: object) -> object:
    """A consumer's words must not become a formula where the table is opened."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" else value
