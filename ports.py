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


def _bound(wanted: Wanted) -> socket.socket:
    listener = socket.socket()
    # As servers do: else connections of a server that has just ended would hold its port.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", wanted.port))
        listener.listen(1)
    except (OSError, OverflowError) as error:
        listener.close()
        if not wanted.insisted:
            return _bound(Wanted(wanted.purpose, 0, insisted=True))
        raise PortTaken(
            f"Port {wanted.port}, asked for as the port of {wanted.purpose},"
            f" cannot be used: {error}."
        ) from error
    return listener
