"""Ports on loopback: whether one is free, and which to take instead."""

import socket
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass


class PortTaken(Exception):
    """A port that somebody asked for is in use; the text names it."""


@dataclass(frozen=True)
class Wanted:
    """0 is any free port. One that is taken is replaced by a free one, unless insisted on."""

    purpose: str
    port: int
    insisted: bool = False


def choose(wanted: Sequence[Wanted]) -> dict[str, int]:
    """A port for each purpose."""
    with ExitStack() as held:
        # All are held until the last is chosen, so that none is given out twice.
        return {
            one.purpose: held.enter_context(_bound(one)).getsockname()[1]
            for one in sorted(wanted, key=lambda one: not one.insisted)
        }


def listen(host: str, port: int) -> socket.socket:
    """Listening, as a server does."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    # Else connections of a server that has just ended would hold its port.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except (OSError, OverflowError) as error:
        listener.close()
        raise PortTaken(f"Port {port} of {host} cannot be used: {error}.") from error
    return listener


def _bound(wanted: Wanted) -> socket.socket:
    try:
        return listen("127.0.0.1", wanted.port)
    except PortTaken as error:
        if wanted.insisted:
            raise PortTaken(f"{error} It was asked for as the port of {wanted.purpose}.") from error
        return listen("127.0.0.1", 0)
