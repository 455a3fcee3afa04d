"""`python -m benchmarks [NAME …]`: each prints a table; without names, all of them."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

from benchmarks import burst, configuration, costs, idle, machine, routing, streams, webhooks
from benchmarks.engine import Store, product, stores
from benchmarks.sizes import FULL, QUICK, Sizes

BENCHMARKS: dict[str, Callable[[Store, Sizes], Awaitable[None]]] = {
    "costs": costs.run,
    "burst": burst.run,
    "webhooks": webhooks.run,
    "idle": idle.run,
    "routing": routing.run,
    "streams": streams.run,
    "configuration": configuration.run,
}
DATABASES = ("sqlite", "postgres")


def main() -> None:
    """Run what is asked for, on each database in turn."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--database", choices=DATABASES, help="only this one")
    parser.add_argument("--quick", action="store_true", help="smallest sizes: does it run at all?")
    options = parser.parse_args()
    unknown = set(options.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    if not sys.platform.startswith("linux"):
        parser.error("processor time is read from /proc, which only Linux has")
    sizes = QUICK if options.quick else FULL
    print("\n".join(machine.description()))
    for database in [options.database] if options.database else DATABASES:
        with stores(database) as store:
            asyncio.run(_run(options.names or list(BENCHMARKS), store, sizes))
    # Threads of Temporal's SDK may crash an interpreter that is winding down.
    sys.stdout.flush()
    os._exit(0)


async def _run(names: list[str], store: Store, sizes: Sizes) -> None:
    if sizes is QUICK and store.product is None:
        async with product(store) as shared:
            await _run(names, replace(store, product=shared), sizes)
        return
    for name in names:
        began = time.monotonic()
        print(f"\n## {name}, {store.name}", flush=True)
        await BENCHMARKS[name](store, sizes)
        print(f"({time.monotonic() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
