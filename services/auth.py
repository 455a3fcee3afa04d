"""Who is calling: logins, sessions, API credentials. Tokens are random and stored only as hashes.

Passwords are argon2id and cost 0.3 CPU-seconds to verify: `verify_password` runs between two
transactions, never inside one.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Concatenate, ParamSpec, TypeVar

from pwdlib import PasswordHash

from domain.statuses import Role
from services.errors import Forbidden, NotAuthenticated, TooManyAttempts, WrongLogin
from store import sessions, tenants, users
from store.database import Tx
from store.users import User

P = ParamSpec("P")
T = TypeVar("T")

SESSION_LASTS = timedelta(hours=12)
ATTEMPTS_WINDOW = timedelta(minutes=5)
# Ten of anybody's guesses lock out that network alone, not the agent at a desk elsewhere; who
# guesses from many networks meets the limit of the account.
FAILURES_PER_ACCOUNT_AND_ADDRESS = 10
FAILURES_PER_ACCOUNT = 100
FAILURES_PER_ADDRESS = 50
# Matches nothing: no tenant has this id.
NOBODY = 0
_passwords = PasswordHash.recommended()


@dataclass(frozen=True)
class Attempt:
    """Somebody asks to log in, from a network address."""

    tenant: str
    email: str
    address: str

    @property
    def subdomain(self) -> str:
        """The tenant as people type it, without the blanks and capitals of phones."""
        return self.tenant.strip().lower()

    @property
    def account_key(self) -> str:
        # A hash: the counters must not become a list of addresses that people tried.
        name = f"{self.subdomain}\n{self.email.strip().lower()}"
        return f"login:{hashlib.sha256(name.encode()).hexdigest()}"

    @property
    def account_and_address_key(self) -> str:
        return f"{self.account_key}:{self.address}"

    @property
    def address_key(self) -> str:
        return f"login-from:{self.address}"


@dataclass(frozen=True)
class Candidate:
    """Whom an attempt names, if anybody, and the hash that the password must match."""

    user: User | None
    password_hash: str | None


@dataclass(frozen=True)
class Login:
    """A new session; the token is shown this once."""

    token: str
    csrf_token: str
    user: User


@dataclass(frozen=True)
class Claim:
    """What a request brings. `csrf` is what an unsafe call with a cookie must prove, else None.

    `holds` is told that the session is somebody's, once that is known.
    """

    token_hash: str
    csrf: str | None = None
    holds: Callable[[str], None] = lambda _token_hash: None


@dataclass(frozen=True)
class Session:
    """Who is logged in."""

    user: User
    csrf_token: str


def new_token() -> str:
    """A token nobody can guess; its prefix lets logs and scanners recognise it."""
    return f"tl_{secrets.token_urlsafe(32)}"


def token_hash(token: str) -> str:
    """How a token stands in the store. It is random, so a plain hash is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def hash_password(password: str) -> str:
    """The argon2id hash to store; 0.3 CPU-seconds."""
    return _passwords.hash(password)


def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether the password is right; without a hash it takes as long, and is not."""
    stand_in = _stand_in()
    matches = _passwords.verify(password, password_hash or stand_in)
    return matches and password_hash is not None


@cache
def _stand_in() -> str:
    return _passwords.hash(secrets.token_urlsafe(16))


def begin_login(tx: Tx, attempt: Attempt) -> Candidate:
    """Count the attempt, before the password is known, so that a race cannot pass the limit."""
    _count(tx, attempt.address_key, FAILURES_PER_ADDRESS)
    _count(tx, attempt.account_and_address_key, FAILURES_PER_ACCOUNT_AND_ADDRESS)
    _count(tx, attempt.account_key, FAILURES_PER_ACCOUNT)
    tenant = tenants.by_subdomain(tx, attempt.subdomain)
    found = users.with_password(tx, tenant.id if tenant else NOBODY, attempt.email)
    if found is None or not found[0].active:
        return Candidate(None, None)
    return Candidate(*found)


def _count(tx: Tx, key: str, most: int) -> None:
    count, window_ends = users.count_up(tx, key, ATTEMPTS_WINDOW)
    if count > most:
        # Refusing rolls this count back: the window still ends when it would have.
        raise TooManyAttempts(window_ends - tx.now)


def finish_login(tx: Tx, attempt: Attempt, candidate: Candidate) -> Login:
    """The password was right: a session begins, and the attempt does not count as a failure."""
    user = candidate.user and users.get(tx, candidate.user.tenant_id, candidate.user.id)
    if user is None or not user.active:
        raise WrongLogin
    users.forget_count(tx, attempt.account_and_address_key)
    users.count_down(tx, attempt.account_key)
    users.count_down(tx, attempt.address_key)
    users.forget_counts_before(tx, tx.now - ATTEMPTS_WINDOW)
    login = Login(new_token(), secrets.token_urlsafe(24), user)
    sessions.begin(
        tx, user, token_hash(login.token), login.csrf_token, SESSION_LASTS, attempt.address
    )
    return login


def identify(tx: Tx, claim: Claim) -> Session:
    """Who the request comes from, at this moment; a revoked or expired token is nobody's."""
    found = sessions.holder(tx, claim.token_hash)
    if found is None:
        raise NotAuthenticated
    user, csrf_token = found
    if claim.csrf is not None and not _same(claim.csrf, csrf_token):
        raise Forbidden("X-CSRF-Token is missing or wrong.")
    claim.holds(claim.token_hash)
    return Session(user, csrf_token)


def acting(
    claim: Claim, verb: Callable[Concatenate[Tx, int, int, P], T]
) -> Callable[Concatenate[Tx, P], T]:
    """`verb(tx, tenant_id, user_id, …)` for whoever is logged in, checked in its transaction."""

    def as_user(tx: Tx, /, *args: P.args, **kwargs: P.kwargs) -> T:
        user = identify(tx, claim).user
        return verb(tx, user.tenant_id, user.id, *args, **kwargs)

    return as_user


def managing(
    claim: Claim, verb: Callable[Concatenate[Tx, User, P], T]
) -> Callable[Concatenate[Tx, P], T]:
    """`verb(tx, user, …)` for a manager or an administrator, checked in its transaction."""
    return _having(claim, verb, (Role.MANAGER, Role.ADMINISTRATOR), "Agents may not do this.")


def administering(
    claim: Claim, verb: Callable[Concatenate[Tx, User, P], T]
) -> Callable[Concatenate[Tx, P], T]:
    """`verb(tx, user, …)` for an administrator, checked in its transaction."""
    return _having(claim, verb, (Role.ADMINISTRATOR,), "Only administrators may do this.")


def _having(
    claim: Claim, verb: Callable[Concatenate[Tx, User, P], T], roles: tuple[Role, ...], else_: str
) -> Callable[Concatenate[Tx, P], T]:
    def as_user(tx: Tx, /, *args: P.args, **kwargs: P.kwargs) -> T:
        user = identify(tx, claim).user
        if user.role not in roles:
            raise Forbidden(else_)
        return verb(tx, user, *args, **kwargs)

    return as_user


def log_out(tx: Tx, claim: Claim) -> None:
    """The session's token is worth nothing from now on."""
    identify(tx, claim)
    sessions.end(tx, claim.token_hash)


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())
