"""What only the store knows of a configuration: whose numbers and account names are, and whether
carriers vouch for the numbers (product C4)."""

from __future__ import annotations

import sqlalchemy as sa

from domain.config.document import Configuration, Number
from domain.config.problems import Problem
from domain.statuses import NumberStatus
from services.projection import UNASKED, VOUCHED, Known, Said
from store import accounts
from store import tables as t
from store.database import AnyRow, Tx


def problems(tx: Tx, tenant_id: int | None, c: Configuration, known: Known) -> list[Problem]:
    """What is wrong with the numbers, then with the accounts; `tenant_id` None: a new tenant."""
    n, a = t.numbers.c, t.carrier_accounts.c
    found: list[Problem] = []
    rows = tx.conn.execute(
        sa.select(n.number, n.tenant_id, n.status, a.key.label("fallback"))
        .outerjoin(t.carrier_accounts, a.id == n.fallback_account_id)
        .where(n.number.in_(list(c.numbers)), n.removed_at.is_(None))
    )
    stored = {row.number: row for row in rows}
    for number, settings in c.numbers.items():
        row = stored.get(number)
        if row is not None and row.tenant_id != tenant_id:
            found.append(Problem(("numbers", number), "is another tenant's"))
        else:
            found += _of_number(number, settings, row, known)
    names = {(told.carrier, c.account_name(key)): key for key, told in c.accounts.items()}
    taken = accounts.taken(tx, tenant_id, [name for _, name in names])
    for name, key in names.items():
        if name in taken:
            found.append(Problem(("accounts", key, "name"), "is taken already: choose another"))
    return found


def _of_number(number: str, settings: Number, row: AnyRow | None, known: Known) -> list[Problem]:
    """Whether its accounts' carriers vouch for it, as far as it is used."""
    found = []
    unasked = {problem.path[1] for problem in known.refused}
    held = UNASKED if row is None else Said(NumberStatus(row.status))
    said = known.verified.get(number, held)
    serves = settings.queue or settings.outbound
    if serves and said.status is not NumberStatus.VERIFIED and settings.account not in unasked:
        rule = f"is not verified ({said}), so no queue can have it"
        found.append(Problem(("numbers", number), rule))
    kept = row is not None and row.fallback == settings.fallback
    second = known.fallbacks.get(number, VOUCHED if kept else UNASKED)
    doubted = second.status is not NumberStatus.VERIFIED
    if settings.fallback and doubted and settings.fallback not in unasked:
        rule = f"is {settings.fallback}, whose carrier does not vouch for the number ({second})"
        found.append(Problem(("numbers", number, "fallback"), rule))
    return found
