"""The command line of the simulated carrier.

THREADLINE_SIMULATOR_SECRET is shared with the engine; THREADLINE_PUBLIC_BASE_URL is where the
engine takes webhooks.
"""

import argparse
import ipaddress
import logging
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import uvicorn

from simulators.carrier.app import build_app
from simulators.carrier.carrier import Carrier
from simulators.carrier.messages import Addresses
from simulators.carrier.wire import is_url


def main(arguments: Sequence[str] | None = None) -> None:
    """Run until SIGTERM or SIGINT; `--port 0` picks a free port and prints it."""
    options = _parser().parse_args(arguments)
    if not _is_loopback(options.host):
        sys.exit(f"{options.host} is no loopback address: anybody could text as anybody there.")
    secret = os.environ.get("THREADLINE_SIMULATOR_SECRET", "")
    if not secret:
        sys.exit("THREADLINE_SIMULATOR_SECRET is not set: it signs the carrier's webhooks.")
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    engine = os.environ.get("THREADLINE_PUBLIC_BASE_URL", "http://127.0.0.1:8080")
    engine = _checked("THREADLINE_PUBLIC_BASE_URL", engine)
    listener = _listen(options.host, options.port)
    own_url = options.url or _url(options.host, listener.getsockname()[1])
    own_url = _checked("--url", own_url)
    inbound_url = f"{engine}/carriers/simulator/{options.account}/inbound"
    options.data.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    carrier = Carrier(options.data, secret, Addresses(inbound_url, own_url))
    config = uvicorn.Config(
        build_app(carrier),
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=2,
    )
    print(f"The simulated carrier is at {own_url}", flush=True)
    uvicorn.Server(config).run(sockets=[listener])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="simulators.carrier", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--data", type=Path, default=Path("simulator.sqlite"))
    parser.add_argument("--account", default="acme", help="account named in the webhooks' URL")
    parser.add_argument("--url", help="own address as the engine and browsers see it")
    return parser


def _checked(name: str, url: str) -> str:
    if not is_url(url):
        sys.exit(f"{name} must be an HTTP URL, not {url!r}.")
    return url.rstrip("/")


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        sys.exit(f"Port {port} of {host} cannot be used: {reason}.")
    return listener
