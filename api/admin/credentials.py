"""API credentials, as administrators make and end them; a token is shown once and never again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, status
from pydantic import Field

from api.deps import Parts
from api.errors import documented
from api.models import Body, Name
from api.session import Called, Claimed
from services import clients
from services.auth import administering, managing, new_token
from services.shapes import Moment
from store.credentials import Credential as Stored
from store.database import Tx
from store.users import User

routes = APIRouter(
    prefix="/admin/api/v1/credentials",
    tags=["admin"],
    responses=documented(400, 401, 403, 413, 503),
)
CredentialId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Id of a credential.")]


class NewCredential(Body):
    """What the credential is for, in words."""

    name: Annotated[Name, Field(min_length=1, max_length=100)]


@dataclass(frozen=True)
class Credential:
    """A credential without its token; `last_used_at` is right to the minute."""

    id: int
    name: str
    created_at: Moment
    created_by: str | None
    last_used_at: Moment | None
    disabled_at: Moment | None


@dataclass(frozen=True)
class WithToken(Credential):
    """A credential with its token, this once."""

    token: str


@routes.get("")
async def listed(parts: Parts, claim: Claimed) -> list[Credential]:
    """All credentials, the newest first."""
    found = await parts.db.read(managing(claim, clients.credentials_of))
    return [Credential(**vars(one)) for one in found]


@routes.post("", status_code=status.HTTP_201_CREATED)
async def create(parts: Parts, claim: Claimed, call: Called, body: NewCredential) -> WithToken:
    """Make one. Its token is shown now and never again."""
    token = new_token()

    def make(tx: Tx, user: User) -> Stored:
        return clients.create(tx, user.tenant_id, body.name, token, call.by(user))

    return WithToken(**vars(await parts.db.write(administering(claim, make))), token=token)


@routes.post("/{credential_id}/regenerate", responses=documented(404, 409))
async def regenerate(
    parts: Parts, claim: Claimed, call: Called, credential_id: CredentialId
) -> WithToken:
    """Another token; the one before is refused from this moment on."""
    token = new_token()

    def change(tx: Tx, user: User) -> Stored:
        return clients.regenerate(tx, user, credential_id, token, call.by(user))

    return WithToken(**vars(await parts.db.write(administering(claim, change))), token=token)


@routes.post("/{credential_id}/disable", responses=documented(404, 409))
async def disable(
    parts: Parts, claim: Claimed, call: Called, credential_id: CredentialId
) -> Credential:
    """Its token is refused from this moment on, for good."""

    def change(tx: Tx, user: User) -> Stored:
        return clients.disable(tx, user, credential_id, call.by(user))

    return Credential(**vars(await parts.db.write(administering(claim, change))))
