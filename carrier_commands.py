"""`threadline carrier …`: what to tell carriers, and how their accounts do.

Accounts and numbers are configuration: `threadline apply` connects them.
"""

from typing import Annotated

import typer

app = typer.Typer(help="Carrier accounts: their addresses and health.", no_args_is_help=True)


@app.command()
def addresses(tenant: Annotated[str, typer.Option(help="The tenant's subdomain.")]) -> None:
    """Print what is to be entered at each account's carrier, so that texts and receipts come in."""
    import asyncio

    from provision import webhook_addresses
    from settings import Settings

    for url in asyncio.run(webhook_addresses(Settings(), tenant)):
        print(f"inbound  {url}/inbound")
        print(f"status   {url}/status")


@app.command()
def status(
    tenant: Annotated[str | None, typer.Option(help="Of this tenant only.")] = None,
) -> None:
    """Whether texts go out by each account, and what its carrier answers if they do not.

    Ends with 1 while an account is out of order.
    """
    import asyncio

    from domain.health import Breaker, in_words
    from provision import carrier_states
    from settings import Settings

    states = asyncio.run(carrier_states(Settings(), tenant))
    for one in states:
        print(f"{one.carrier}/{one.name} ({one.tenant}): {in_words(one.health)}")
        if one.queued or one.in_doubt:
            print(f"  texts queued: {one.queued}, in its hands or in doubt: {one.in_doubt}")
    if any(one.health.breaker is Breaker.OPEN for one in states):
        raise typer.Exit(1)
