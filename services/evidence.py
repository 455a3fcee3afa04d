"""Consent of one number as evidence to hand over (X3): what was said, on what, and what holds."""

from __future__ import annotations

from dataclasses import dataclass

from domain.consent import Consent
from domain.phones import InvalidNumber, parse
from domain.statuses import MessageStatus, OptOutScope
from services.errors import InvalidField, NotFound
from services.shapes import Moment
from store import consent, evidence, lines, tenants
from store.database import Tx
from store.tenants import Tenant


@dataclass(frozen=True)
class Proof:
    """An entry of the ledger. `evidence` are the words as they came, `our_number` the number of
    ours that they were said to, `reaches` what the scope names: company, queue or number."""

    id: int
    at: Moment
    status: Consent
    scope: OptOutScope
    reaches: str
    our_number: str | None
    source: str
    actor_type: str
    actor_id: int | None
    actor_name: str | None
    evidence: str
    message_id: int | None
    message_received_at: Moment | None
    carrier_id: str | None


@dataclass(frozen=True)
class Confirmation:
    """What we answered to an opt-out or opt-in, of what a carrier took, and how far it came."""

    message_id: int
    kind: str
    our_number: str
    text: str
    status: MessageStatus
    created_at: Moment
    sent_at: Moment | None
    delivered_at: Moment | None


@dataclass(frozen=True)
class DismissedRequest:
    """A text that seemed to ask in free words to stop, and who found, and when (`at`), that it did
    not; null where that was not noted yet."""

    message_id: int
    message_received_at: Moment
    our_number: str
    text: str
    at: Moment | None
    actor_id: int | None
    actor_name: str | None


@dataclass(frozen=True)
class Standing:
    """What holds now for texts from one number of ours; null: nothing was ever said."""

    our_number: str
    status: Consent | None


@dataclass(frozen=True)
class Evidence:
    """Everything about one consumer's consent. A number that we never met has an empty one."""

    company: str
    number: str
    exported_at: Moment
    standing: list[Standing]
    entries: list[Proof]
    confirmations: list[Confirmation]
    dismissed_requests: list[DismissedRequest]


def of_number(tx: Tx, tenant_id: int, number: str) -> Evidence:
    """The evidence for a number, however it is written. Raises `InvalidField`."""
    try:
        number = parse(number)
    except InvalidNumber as error:
        raise InvalidField("number", "must be a phone number") from error
    tenant = tenants.get(tx, tenant_id)
    ours = evidence.our_numbers(tx, tenant_id)
    return Evidence(
        company=tenant.name,
        number=number,
        exported_at=tx.now,
        standing=[_standing(tx, tenant_id, number, *one) for one in ours],
        entries=[
            _proof(tx, tenant, dict(ours), found)
            for found in evidence.entries(tx, tenant_id, number)
        ],
        confirmations=[
            Confirmation(**vars(sent)) for sent in evidence.confirmations(tx, tenant_id, number)
        ],
        dismissed_requests=[
            DismissedRequest(**vars(found))
            for found in evidence.dismissed_requests(tx, tenant_id, number)
        ],
    )


def of_tenant(tx: Tx, subdomain: str, number: str) -> Evidence:
    """The same for whoever runs the processes. Raises `NotFound`, `InvalidField`."""
    tenant = tenants.by_subdomain(tx, subdomain)
    if tenant is None:
        raise NotFound(f"There is no tenant {subdomain}.")
    return of_number(tx, tenant.id, number)


def _standing(tx: Tx, tenant_id: int, number: str, our_id: int, our_number: str) -> Standing:
    said = consent.stands(tx, tenant_id, number, lines.of_number(tx, tenant_id, our_id))
    return Standing(our_number, None if said is None else said.status)


def _proof(tx: Tx, tenant: Tenant, ours: dict[int, str], found: evidence.Proof) -> Proof:
    shown = {name: value for name, value in vars(found).items() if name != "scope_id"}
    return Proof(**shown, reaches=_reaches(tx, tenant, ours, found))


def _reaches(tx: Tx, tenant: Tenant, ours: dict[int, str], found: evidence.Proof) -> str:
    match found.scope:
        case OptOutScope.TENANT:
            return tenant.name
        case OptOutScope.NUMBER:
            return ours.get(found.scope_id) or found.our_number or ""
        case OptOutScope.QUEUE:
            return tenants.queue_name(tx, tenant.id, found.scope_id)
