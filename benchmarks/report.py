"""What a soak prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.memory import CACHES, FLAT_SHARE, Watch, judge
from benchmarks.stories import STORIES
from benchmarks.traffic import Consumer
from tests.system.record import Record

# So many points of time are shown.
COLUMNS = 7
# Of what is wrong so much is printed.
MOST = 40
_out = Console(width=120, highlight=False)


def memory(watch: Watch) -> list[str]:
    """Print the memory of each process over time; whose is not flat, or who died."""
    table = Table("MiB after minutes", box=box.SIMPLE, pad_edge=False, title="Resident memory")
    longest = max(len(samples) for samples in watch.seen.values())
    shown = sorted({round(n * (longest - 1) / (COLUMNS - 1)) for n in range(COLUMNS)})
    times = next(iter(watch.seen.values()))
    for at in shown:
        table.add_column(f"{times[min(at, len(times) - 1)].at / 60:.1f}", justify="right")
    for head in ("1st half per min", "2nd half per min", "growth in it", "allowed", "verdict"):
        table.add_column(head, justify="right")
    wrong = []
    for name, samples in watch.seen.items():
        verdict = judge(samples, CACHES.get(name, FLAT_SHARE))
        values = [f"{samples[min(at, len(samples) - 1)].mib:.0f}" for at in shown]
        slopes = [f"{verdict.first:+.2f}", f"{verdict.second:+.2f}"]
        grown = [f"{verdict.growth:+.1f}", f"{verdict.allowed:.0f}"]
        table.add_row(name, *values, *slopes, *grown, "flat" if verdict.flat else "GROWS")
        if not verdict.flat:
            wrong.append(f"the memory of {name} grows: {verdict.growth:.1f} MiB in the second half")
    _out.print(table)
    died = [name for name, ids in watch.ids.items() if len(ids) > 1]
    return wrong + [f"{name} died and was started again" for name in died]


def traffic(consumers: Sequence[Consumer], record: Record, seconds: float) -> None:
    """Print what was done."""
    kinds = Counter(one.kind for one in consumers)
    stories = Table("story", "consumers", box=box.SIMPLE)
    for kind in STORIES:
        stories.add_row(kind, str(kinds[kind]))
    chats = Counter((c.status, c.fail_reason or "", c.disconnected_by) for c in record.chats())
    ends = Table("chats", "reason", "ended by", "count", box=box.SIMPLE)
    for (status, reason, by), count in sorted(chats.items()):
        ends.add_row(status, reason, by.removeprefix("disconnected_by_"), str(count))
    events = Table("event", "count", box=box.SIMPLE)
    for kind, count in sorted(record.events().items()):
        events.add_row(kind, str(count))
    for table in (stories, ends, events):
        _out.print(table)
    inbound, outbound = len(record.texts("inbound")), record.texts("outbound")
    statuses = ", ".join(f"{n} {s}" for s, n in Counter(m.status for m in outbound).items())
    _out.print(
        f"{len(record.chats())} chats, {inbound} texts in, {len(outbound)} out ({statuses}) "
        f"in {seconds:.0f} s."
    )


def verdict(wrong: Sequence[str]) -> None:
    for one in wrong[:MOST]:
        _out.print(f"WRONG: {one}", markup=False)
    if len(wrong) > MOST:
        _out.print(f"… and {len(wrong) - MOST} more.")
    good = "Nothing lost, nothing doubled, order kept, memory flat."
    _out.print(f"{len(wrong)} things are wrong." if wrong else good)
