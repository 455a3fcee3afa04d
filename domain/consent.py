"""Consent: what the ledger's entries mean for the texts of one number of ours (product B).

An entry has a scope: the whole tenant, the queue that the number belongs to with all below it, or
the number alone. Of all entries that cover a number the newest holds, whatever the scope was set to
when it was made: so START lets the number's texts through again after a wider STOP, and only them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from domain.statuses import OptOutScope

_WIDTH = {OptOutScope.NUMBER: 0, OptOutScope.QUEUE: 1, OptOutScope.TENANT: 2}


class Consent(StrEnum):
    OPTED_IN = "opted_in"
    OPTED_OUT = "opted_out"


@dataclass(frozen=True)
class Line:
    """A number of ours as scopes see it: itself, its queue and those above.

    A number in no queue stands for the queues whose agents text from it.
    """

    number_id: int
    queue_ids: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Said:
    """What somebody said, how far it reaches, and the number of ours it was said to."""

    status: Consent
    scope: OptOutScope
    scope_id: int
    number_id: int | None = None

    def covers(self, line: Line) -> bool:
        """Whether it holds for the texts of this number.

        For the number that it was said to always, wherever that is moved to: moving a number must
        not lift an opt-out.
        """
        match self.scope:
            case OptOutScope.TENANT:
                return True
            case OptOutScope.QUEUE:
                return self.scope_id in line.queue_ids or self.number_id == line.number_id
            case OptOutScope.NUMBER:
                return self.scope_id == line.number_id


def standing(newest_first: Iterable[Said], line: Line) -> Said | None:
    """What holds for this number's texts now; None when nothing was ever said of it."""
    return next((said for said in newest_first if said.covers(line)), None)


def adds(stands: Said | None, scope: OptOutScope) -> bool:
    """Whether an opt-out says more than what stands: who texts STOP again after the scope was
    widened has asked for the wider one."""
    if stands is None or stands.status is not Consent.OPTED_OUT:
        return True
    return _WIDTH[scope] > _WIDTH[stands.scope]
