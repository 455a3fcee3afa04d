"""What an administrator has switched off is refused in the same words on every path (C2)."""

from __future__ import annotations

from services.errors import SmsOff
from store import tenants
from store.database import Tx


def check_sms(tx: Tx, tenant_id: int) -> None:
    """Raises `SmsOff`. Ending chats, opting out and the answers to STOP and HELP go on."""
    if not tenants.get(tx, tenant_id).sms:
        raise SmsOff
