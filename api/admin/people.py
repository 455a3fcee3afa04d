"""Passwords of a tenant's people, and who is logged in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Response, status

from api.admin.objects import Key
from api.deps import Parts
from api.errors import documented
from api.hashing import hashed
from api.lists import paged
from api.models import Body, NewPassword, Page, Per
from api.session import Called, Claimed
from services import people
from services.auth import administering, managing
from services.shapes import Moment, Named
from store.database import Tx
from store.users import User

routes = APIRouter(
    prefix="/admin/api/v1", tags=["admin"], responses=documented(400, 401, 403, 413, 503)
)
SessionId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Id of a session.")]


class PasswordReset(Body):
    """A password to set; without one, a new one is made and shown once."""

    password: NewPassword | None = None


@dataclass(frozen=True)
class PasswordSet:
    """The password that was made, this once; null where it was given."""

    password: str | None


@dataclass(frozen=True)
class Session:
    """Somebody is logged in, from a network address; `current`: it is you, here."""

    id: int
    user: Named
    created_at: Moment
    expires_at: Moment
    address: str | None
    current: bool


@routes.post("/users/{key}/password", responses=documented(404))
async def reset_password(
    parts: Parts, claim: Claimed, call: Called, key: Key, body: PasswordReset
) -> PasswordSet:
    """Give a user another password. The user is logged out everywhere."""
    # Who may not is refused before the work is done.
    await parts.db.read(administering(claim, lambda _tx, _user: None))
    made = people.new_password() if body.password is None else None
    password_hash = await hashed(body.password or made or "")

    def reset(tx: Tx, user: User) -> None:
        people.reset_password(tx, user, key, password_hash, call.by(user))

    await parts.db.write(administering(claim, reset))
    return PasswordSet(made)


@routes.get("/sessions")
async def sessions(
    parts: Parts, claim: Claimed, response: Response, page: Page = 1, per: Per = 100
) -> list[Session]:
    """Who is logged in, the newest first."""
    found, total = await parts.db.read(managing(claim, people.open_sessions), page, per)
    shown = [
        Session(
            one.id,
            Named(one.user_id, one.user_name),
            one.created_at,
            one.expires_at,
            one.address,
            one.token_hash == claim.token_hash,
        )
        for one in found
    ]
    return paged(response, per, (shown, total))


@routes.delete(
    "/sessions/{session_id}", status_code=status.HTTP_204_NO_CONTENT, responses=documented(404)
)
async def revoke(parts: Parts, claim: Claimed, call: Called, session_id: SessionId) -> None:
    """Log somebody out: the session's token is refused from this moment on."""

    def end(tx: Tx, user: User) -> None:
        people.revoke_session(tx, user, session_id, call.by(user))

    await parts.db.write(administering(claim, end))
