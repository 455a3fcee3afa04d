"""API clients: whose credential it is, whether there is room for one more call, and the
credentials themselves (product F).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from domain.config.plan import Verb
from domain.facts import ClientEnded
from domain.statuses import ENDED
from services import audit, chats
from services.auth import NOBODY, token_hash
from services.errors import ChatEnded, CredentialDisabled, NotFound, TooManyRequests, WrongToken
from store import chats as store_chats
from store import credentials, locks, tenants
from store.configurations import Actor, Noted
from store.credentials import Credential
from store.database import Tx
from store.users import User

CALLS = 10
CALLS_WINDOW = timedelta(seconds=1)
# Writing it down for each call would cost a write per call.
LAST_USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Client:
    """Who calls: a tenant, by one of its credentials."""

    tenant_id: int
    credential: Credential


def identify(tx: Tx, subdomain: str, token: str) -> Client:
    """Whose credential it is. A wrong subdomain is 404, a wrong token 401 (product F).

    Both take the same statements, so that the time tells nothing.
    """
    tenant = tenants.by_subdomain(tx, subdomain)
    credential = credentials.by_token(tx, tenant.id if tenant else NOBODY, token_hash(token))
    if tenant is None:
        raise NotFound("Tenant is not found.")
    if credential is None:
        raise WrongToken
    return Client(tenant.id, credential)


def admit(tx: Tx, client: Client) -> None:
    """Count one call of the tenant, whichever credential made it. Raises `TooManyRequests`."""
    wait = credentials.take(tx, client.tenant_id, CALLS, CALLS_WINDOW)
    if wait is not None:
        raise TooManyRequests(wait)
    last = client.credential.last_used_at
    if last is None or last <= tx.now - LAST_USED_EVERY:
        credentials.used(tx, client.tenant_id, client.credential.id)


def end_chat(tx: Tx, client: Client, chat_id: int) -> None:
    """A program of the company ends a chat, whoever has it."""
    locks.routing(tx, client.tenant_id)
    chat = store_chats.lock(tx, client.tenant_id, chat_id)
    if chat is None:
        raise NotFound("Chat is not found.")
    if chat.state.status in ENDED:
        raise ChatEnded
    chats.record(tx, chat, ClientEnded(tx.now))


def credentials_of(tx: Tx, user: User) -> list[Credential]:
    """The tenant's credentials, the newest first."""
    return credentials.of_tenant(tx, user.tenant_id)


def create(tx: Tx, tenant_id: int, name: str, token: str, actor: Actor) -> Credential:
    """A credential with a token that only the caller knows; it is kept as a hash."""
    made = credentials.add(tx, tenant_id, name, token_hash(token), actor.name)
    _note(tx, tenant_id, actor, Verb.CREATE, made.id, ("name", None, name))
    return made


def regenerate(tx: Tx, user: User, credential_id: int, token: str, actor: Actor) -> Credential:
    """Another token instead; the one before is worth nothing from this moment on."""
    found = _enabled(tx, user.tenant_id, credential_id)
    credentials.set_token(tx, user.tenant_id, found.id, token_hash(token))
    change = ("token", "the one before", "another one")
    _note(tx, user.tenant_id, actor, Verb.CHANGE, found.id, change)
    return replace(found, last_used_at=None)


def disable(tx: Tx, user: User, credential_id: int, actor: Actor) -> Credential:
    """The token is worth nothing from this moment on, and never again."""
    found = _enabled(tx, user.tenant_id, credential_id)
    credentials.disable(tx, user.tenant_id, found.id)
    _note(tx, user.tenant_id, actor, Verb.CHANGE, found.id, ("disabled", False, True))
    return replace(found, disabled_at=tx.now)


def _enabled(tx: Tx, tenant_id: int, credential_id: int) -> Credential:
    found = credentials.get(tx, tenant_id, credential_id)
    if found is None:
        raise NotFound("There is no such credential.")
    if found.disabled_at is not None:
        raise CredentialDisabled
    return found


def _note(
    tx: Tx,
    tenant_id: int,
    actor: Actor,
    verb: Verb,
    credential_id: int,
    field: tuple[str, Any, Any],
) -> None:
    audit.note(tx, tenant_id, actor, verb, Noted.CREDENTIAL, str(credential_id), [field])
