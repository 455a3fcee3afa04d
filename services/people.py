"""Passwords and sessions of a tenant's people. Passwords are no configuration, nor in its log."""

from __future__ import annotations

import secrets

from domain.config.plan import Kind, Verb
from services import audit
from services.audit import Call
from services.auth import Attempt, Candidate, Claim, begin_login, identify
from services.errors import NotFound, WrongLogin
from store import sessions, tenants, users
from store.configurations import Actor, Noted
from store.database import Tx
from store.sessions import OpenSession
from store.users import User


def new_password() -> str:
    """A password nobody can guess, to be shown once."""
    return secrets.token_urlsafe(15)


def reset_password(tx: Tx, user: User, key: str, password_hash: str, actor: Actor) -> None:
    """An administrator gives somebody another password; whoever is logged in as them is out."""
    found = users.by_key(tx, user.tenant_id, key)
    if found is None:
        raise NotFound("There is no such user.")
    users.set_password(tx, found, password_hash)
    sessions.revoke_all(tx, found)
    _note_password(tx, user.tenant_id, actor, key)


def _note_password(tx: Tx, tenant_id: int, actor: Actor, key: str) -> None:
    changed = [("password", "set", "set anew")]
    audit.note(tx, tenant_id, actor, Verb.CHANGE, Kind.USER, key, changed)


def begin_change(tx: Tx, claim: Claim, address: str) -> tuple[Attempt, Candidate]:
    """Somebody wants another password: tries at the present one are counted like logins."""
    user = identify(tx, claim).user
    attempt = Attempt(tenants.get(tx, user.tenant_id).subdomain, user.email, address)
    return attempt, begin_login(tx, attempt)


def change_password(tx: Tx, claim: Claim, attempt: Attempt, password_hash: str, call: Call) -> None:
    """The present password was right: another one holds, and every other session ends."""
    user = identify(tx, claim).user
    if user.email != attempt.email:
        raise WrongLogin
    users.forget_count(tx, attempt.account_key)
    users.count_down(tx, attempt.address_key)
    users.set_password(tx, user, password_hash)
    sessions.revoke_all(tx, user, but=claim.token_hash)
    _note_password(tx, user.tenant_id, call.by(user), users.key_of(tx, user))


def open_sessions(tx: Tx, user: User, page: int, per: int) -> tuple[list[OpenSession], int]:
    """Who is logged in, the newest first."""
    return sessions.open_ones(tx, user.tenant_id, page, per)


def revoke_session(tx: Tx, user: User, session_id: int, actor: Actor) -> None:
    """Log somebody out. Raises `NotFound`."""
    whose = sessions.revoke(tx, user.tenant_id, session_id)
    if whose is None:
        raise NotFound("There is no such session.")
    found = users.get(tx, user.tenant_id, whose)
    assert found is not None
    fields = [("user", found.name, None)]
    audit.note(tx, user.tenant_id, actor, Verb.DELETE, Noted.SESSION, str(session_id), fields)
