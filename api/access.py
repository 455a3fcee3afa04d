"""Who may see what is for operators alone: this machine, and the networks that settings allow."""

from __future__ import annotations

import ipaddress

from fastapi import Request

from services.errors import Forbidden


def check_allowed(request: Request, networks: tuple[str, ...]) -> None:
    """Raises `Forbidden` for everybody else."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise Forbidden from None
    allowed = address.is_loopback or any(
        address in ipaddress.ip_network(network) for network in networks
    )
    if not allowed:
        raise Forbidden
