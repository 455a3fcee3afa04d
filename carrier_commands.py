"""`threadline carrier …`: connect accounts and numbers, until a configuration file does it."""

from pathlib import Path
from typing import Annotated, Literal

import typer

app = typer.Typer(help="Carrier accounts and their numbers.", no_args_is_help=True)

Tenant = Annotated[str, typer.Option(help="The tenant's subdomain.")]
Carrier = Annotated[str, typer.Option(help="Which carrier.")]


@app.command()
def connect(
    tenant: Tenant,
    name: Annotated[str, typer.Option(help="Ours for the account; stands in its addresses.")],
    carrier: Carrier = "twilio",
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A setting, as account_sid=AC…"),
    ] = None,
    secret: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=REFERENCE", help="Where a secret is: auth_token=env:NAME or =file:PATH"
        ),
    ] = None,
    base_url: Annotated[str | None, typer.Option(help="Another address of its API.")] = None,
) -> None:
    """Make or change a carrier account; print the addresses to enter at the carrier."""
    import asyncio

    from provision import connect_account
    from settings import Settings

    told, secrets = _pairs("--set", set_), _pairs("--secret", secret)
    for one, reference in secrets.items():
        _check_reference(one, reference)
    made = connect_account(Settings(), tenant, carrier, name, base_url, told, secrets)
    for what, url in asyncio.run(made).items():
        print(f"{what:8} {url}")


@app.command()
def number(
    number: Annotated[str, typer.Argument(help="+14155550100, or a short code.")],
    tenant: Tenant,
    account: Annotated[str, typer.Option(help="The account that owns it.")],
    carrier: Carrier = "twilio",
    queue: Annotated[
        str | None, typer.Option(help="Where its texts come in: name or path.")
    ] = None,
    optout_replies: Annotated[
        Literal["engine", "carrier"] | None,
        typer.Option(help="Who answers STOP, START and HELP. [engine]"),
    ] = None,
    segments_per_second: Annotated[
        int | None, typer.Option(min=1, help="What the number may send. [10]")
    ] = None,
    fallback: Annotated[
        str | None,
        typer.Option(help="A second account that owns it, for when the first is out of order."),
    ] = None,
    fallback_carrier: Annotated[
        str | None, typer.Option(help="Carrier of the second account. [the first one's]")
    ] = None,
    no_fallback: Annotated[
        bool, typer.Option("--no-fallback", help="There is no second account any more.")
    ] = False,
) -> None:
    """Enter a number, have the carrier verify it, and give it to a queue; again to change it."""
    import asyncio

    from domain.statuses import NumberStatus, OptOutReplies
    from provision import Second, set_up_number
    from services.accounts import NumberSettings
    from settings import Settings

    replies = None if optout_replies is None else OptOutReplies(optout_replies)
    wanted = NumberSettings(replies, segments_per_second)
    if fallback is not None and no_fallback:
        raise typer.BadParameter("either this or --no-fallback", param_hint="--fallback")
    given = fallback is not None or no_fallback
    second = Second(fallback_carrier or carrier, fallback) if given else None
    done = asyncio.run(
        set_up_number(Settings(), tenant, number, carrier, account, wanted, queue, second)
    )
    print(f"{done.number}: {done.status}" + (f" ({done.why})" if done.why else ""))
    if done.second:
        print(f"{fallback} is not its second account: {done.second}")
    if done.status is not NumberStatus.VERIFIED or done.second:
        raise typer.Exit(1)


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


def _pairs(option: str, given: list[str] | None) -> dict[str, str]:
    pairs = [one.partition("=") for one in given or []]
    for name, equals, value in pairs:
        if not (name and equals and value):
            raise typer.BadParameter("must be NAME=VALUE", param_hint=option)
    return {name: value for name, _, value in pairs}


def _check_reference(name: str, reference: str) -> None:
    """A secret itself must not get onto the command line, where everybody may read it."""
    kind, _, where = reference.partition(":")
    if kind not in ("env", "file") or not where:
        rule = f"{name} must say where the secret is: env:NAME or file:PATH"
        raise typer.BadParameter(rule, param_hint="--secret")
    if kind == "file" and not Path(where).is_absolute():
        raise typer.BadParameter(f"{name}: {where} must be absolute", param_hint="--secret")
