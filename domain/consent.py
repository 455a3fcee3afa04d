"""Consent: what the ledger's entries mean for the texts of one number of ours (product B).

An entry has a scope: the whole tenant, the queue that the number belongs to with all below it, or
the number alone. Of all entries that cover a number the newest holds, whatever the scope was set to
when it was made: so START lets the number's texts through again after a wider STOP, and only them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from domain.statuses import OptOutScope

_WIDTH = {OptOutScope.NUMBER: 0, OptOutScope.QUEUE: 1, OptOutScope.TENANT: 2}


class Consent(StrEnum):
    OPTED_IN = "opted_in"
    OPTED_OUT = "opted_out"


@dataclass(frozen=True)
class Line:
    """A number of ours as scopes see it: itself, its queue and those above.

    A number in no queue stands for the queues whose agents text from it. `left` are the queues
    that it stood for before, each with the newest entry of the ledger at that moment.
    """

    number_id: int
    queue_ids: frozenset[int] = frozenset()
    left: Mapping[int, int] = field(default_factory=dict, hash=False)

    def left_for(self, queue_ids: frozenset[int], newest: int) -> dict[int, int]:
        """What it will have left once it stands for these queues instead; `newest` is the newest
        entry now. Of a queue that it had left before, the later time counts."""
        return {**self.left, **dict.fromkeys(self.queue_ids - queue_ids, newest)}


@dataclass(frozen=True)
class Said:
    """What somebody said, how far it reaches, and the number of ours it was said to.

    `entry_id`: its place in the ledger; None for what is only just being said.
    """

    status: Consent
    scope: OptOutScope
    scope_id: int
    number_id: int | None = None
    entry_id: int | None = None

    def covers(self, line: Line) -> bool:
        """Whether it holds for the texts of this number.

        For the number that it was said to always, and for those that were in its queue then,
        wherever they are moved to and whatever becomes of the queue: changing the configuration
        must not lift an opt-out.
        """
        match self.scope:
            case OptOutScope.TENANT:
                return True
            case OptOutScope.QUEUE:
                return (
                    self.scope_id in line.queue_ids
                    or self.number_id == line.number_id
                    or self._before_it_left(line)
                )
            case OptOutScope.NUMBER:
                return self.scope_id == line.number_id

    def _before_it_left(self, line: Line) -> bool:
        return self.entry_id is not None and self.entry_id <= line.left.get(self.scope_id, 0)


def standing(newest_first: Iterable[Said], line: Line) -> Said | None:
    """What holds for this number's texts now; None when nothing was ever said of it."""
    return next((said for said in newest_first if said.covers(line)), None)


def adds(stands: Said | None, said: Said, line: Line) -> bool:
    """Whether an opt-out says more than what stands for the number that it is said to: who texts
    STOP again after the scope was widened, or the number moved, has asked for the wider one."""
    if stands is None or stands.status is not Consent.OPTED_OUT:
        return True
    if stands.scope is said.scope is OptOutScope.QUEUE:
        return stands.scope_id not in line.queue_ids
    return _WIDTH[said.scope] > _WIDTH[stands.scope]
