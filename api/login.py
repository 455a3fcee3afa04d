"""Logging in and out: the password is verified between two transactions, in a thread."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response, status

from api.deps import Parts
from api.errors import documented
from api.hashing import hashed, verified
from api.models import LoginAnswer, LoginRequest, PasswordRequest
from api.session import Called, Claimed, clear_cookie, client_network, set_cookie
from services import auth, people, views
from services.auth import Attempt, Claim, token_hash
from services.errors import InvalidField, WrongLogin

routes = APIRouter(prefix="/agent/api/v1", tags=["agent"], responses=documented(400, 401, 413, 503))


@routes.post("/login", responses=documented(429))
async def log_in(
    request: Request, parts: Parts, body: LoginRequest, response: Response
) -> LoginAnswer:
    """Begin a session of 12 hours; also sets its cookie."""
    attempt = Attempt(body.tenant, body.email, client_network(request))
    candidate = await parts.db.write(auth.begin_login, attempt)
    if not await verified(body.password, candidate.password_hash):
        raise WrongLogin
    login = await parts.db.write(auth.finish_login, attempt, candidate)
    mine = auth.acting(Claim(token_hash(login.token)), views.agent)
    agent = await parts.db.read(mine)
    set_cookie(response, login, secure=parts.secure_cookies)
    return LoginAnswer(login.token, login.csrf_token, agent)


@routes.post("/logout", status_code=status.HTTP_204_NO_CONTENT, responses=documented(403))
async def log_out(parts: Parts, claim: Claimed, response: Response) -> None:
    """Revoke the session."""
    await parts.db.write(auth.log_out, claim)
    clear_cookie(response, secure=parts.secure_cookies)


@routes.put("/me/password", status_code=status.HTTP_204_NO_CONTENT, responses=documented(403, 429))
async def change_password(
    request: Request, parts: Parts, claim: Claimed, call: Called, body: PasswordRequest
) -> None:
    """Choose another password, with the present one; every other session of the user ends."""
    begin = people.begin_change
    attempt, candidate = await parts.db.write(begin, claim, client_network(request))
    if not await verified(body.current, candidate.password_hash):
        raise InvalidField("current", "is wrong")
    password_hash = await hashed(body.new)
    await parts.db.write(people.change_password, claim, attempt, password_hash, call)
