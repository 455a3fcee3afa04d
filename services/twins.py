"""One text that comes in through both accounts of a number, each with an id of its own.

The second of the two is the first, if it has the same words, comes through the other account
within two minutes, and has not been matched yet: of three texts "yes" through one account, three
through the other are the same ones, and a fourth is new.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from carriers.protocol import InboundText
from store import inbox, locks
from store.database import Tx
from store.numbers import Account, Number

TWIN_WINDOW = timedelta(minutes=2)


def is_twin(
    tx: Tx, account: Account, number: Number, inbox_id: int, sender: str, inbound: InboundText
) -> bool:
    """Whether the text that was just entered is one that the other account brought before; then
    it is linked to that one, and nothing else follows from it."""
    if number.fallback_id is None:
        return False
    locks.twins(tx, number.id, sender)
    key = _key(number, sender, inbound)
    since = tx.now - TWIN_WINDOW
    found = inbox.brought(tx, account.tenant_id, key, since)
    mine = [one for one in found if one.account_id == account.id]
    theirs = [one for one in found if one.account_id != account.id]
    inbox.note_twin(tx, account.tenant_id, inbox_id, key)
    if len(theirs) <= len(mine):
        return False
    message_id = theirs[len(mine)].message_id
    if message_id is not None:
        inbox.link(tx, account.tenant_id, inbox_id, message_id)
    return True


def _key(number: Number, sender: str, inbound: InboundText) -> str:
    """The words themselves stand with the message; here a digest is enough."""
    # Another account keeps the pictures under other addresses.
    kinds = ",".join(item.content_type for item in inbound.media)
    said = "\0".join((str(number.id), sender, inbound.text, kinds))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
