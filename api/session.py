"""How a request shows who it is: a bearer token, the session cookie, or an API credential."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Request, Response

from services.audit import Call
from services.auth import SESSION_LASTS, Claim, Login, token_hash
from services.errors import NotAuthenticated, NotFound, WrongToken

COOKIE = "threadline_session"
CSRF_HEADER = "X-CSRF-Token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_STORABLE = re.compile("[^\0\ud800-\udfff]{1,100}")


@dataclass(frozen=True)
class Basic:
    """An API client's subdomain and token."""

    subdomain: str
    token: str


def claim(request: Request) -> Claim:
    """The session that a request claims; a bearer token goes before the cookie.

    Raises `NotAuthenticated` when it claims none. Whether it holds is for the store to say.
    """
    bearer = _bearer(request)
    if bearer:
        return Claim(token_hash(bearer))
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        raise NotAuthenticated
    if request.method in _SAFE:
        return Claim(token_hash(cookie))
    return Claim(token_hash(cookie), request.headers.get(CSRF_HEADER, ""))


def by_cookie(request: Request) -> bool:
    """Whether a browser claims a session, and no program."""
    return not _bearer(request)


def _bearer(request: Request) -> str:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else ""


async def _claim(request: Request) -> Claim:
    # Asynchronous, because FastAPI runs plain functions in a thread.
    # Of strangers' tokens nothing is noted: there may be any number of them.
    return replace(claim(request), holds=request.app.state.presence.heard_of)


Claimed = Annotated[Claim, Depends(_claim)]


async def _call(request: Request) -> Call:
    # Browsers have the cookie, programs a token.
    source = "console" if by_cookie(request) else "api"
    return Call(source, request.client.host if request.client else None)


Called = Annotated[Call, Depends(_call)]


def basic(request: Request) -> Basic | None:
    """The API credential of a request, if it brings one."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        decoded = base64.b64decode(given.strip(), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeError, ValueError):
        raise WrongToken("The Authorization header is malformed.") from None
    subdomain, colon, token = decoded.partition(":")
    if not colon:
        raise WrongToken("The Authorization header is malformed.")
    if not _STORABLE.fullmatch(subdomain):
        raise NotFound("Tenant is not found.")
    return Basic(subdomain, token)


def set_cookie(response: Response, login: Login, *, secure: bool) -> None:
    """Keep the token where scripts cannot read it and other sites cannot use it."""
    response.set_cookie(
        COOKIE,
        login.token,
        max_age=int(SESSION_LASTS.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="strict",
    )


def clear_cookie(response: Response, *, secure: bool) -> None:
    response.delete_cookie(COOKIE, path="/", secure=secure, httponly=True, samesite="strict")


def client_network(request: Request) -> str:
    """What attempts are counted by: an address, or for IPv6 the network that one client has."""
    host = request.client.host if request.client else "unknown"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))
