"""The texts of the carrier and the webhooks that it owes for them, in its file."""

import json
import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from simulators.carrier import segments
from simulators.carrier.faults import Faults
from simulators.carrier.wire import EngineText, PhoneText

_MESSAGE = "id, direction, phone, support, text, media, status, segments, at, seq"
_OWED = "id, kind, lane, message_id, webhook_id, url, body"


@dataclass(frozen=True)
class Owed:
    """A webhook that the engine has not acknowledged. Those of one lane keep their order."""

    id: int
    kind: Literal["inbound", "status"]
    lane: str
    message_id: str
    webhook_id: str
    url: str
    body: str


@dataclass(frozen=True)
class Addresses:
    """Where inbound webhooks go, and under which address the engine finds our media."""

    inbound_url: str
    own_url: str


def take_from_phone(
    connection: sqlite3.Connection, text: PhoneText, addresses: Addresses
) -> tuple[str, list[Owed]]:
    """A phone's text; an id that is known is the carrier repeating the text it has."""
    message_id = text.id or "SM" + secrets.token_hex(16)
    known = connection.execute("SELECT 1 FROM messages WHERE id = ?", (message_id,)).fetchone()
    if not known:
        media = [_keep_media(connection, one.content_type, one.content) for one in text.media]
        _insert(connection, message_id, "from_phone", text.phone, text.support, text.text, media)
    message = _one(connection, message_id)
    body = {
        "type": "message.inbound",
        "id": message_id,
        "from": message["from"],
        "to": message["to"],
        "text": message["text"],
        "media": [
            {**one, "url": f"{addresses.own_url}/carrier/v1/media/{one['id']}"}
            for one in message["media"]
        ],
        "sent_at": message["at"],
    }
    lane = f"pair {message['from']} {message['to']}"
    webhook_id = f"inbound-{message_id}"
    return message_id, [
        _owe(connection, "inbound", lane, message_id, webhook_id, addresses.inbound_url, body)
    ]


def take_from_engine(
    connection: sqlite3.Connection, text: EngineText, faults: Faults
) -> tuple[str, int, list[Owed]]:
    """A text for a phone, there at once; a reference that is known is one more text."""
    message_id = "SM" + secrets.token_hex(16)
    error = faults.undelivered.get(text.phone)
    last = "undelivered" if error else "delivered"
    _insert(
        connection, message_id, "to_phone", text.phone, text.support, text.text, [],
        status=last, reference=text.reference,
    )  # fmt: skip
    count = segments.count(text.text)
    owed = []
    for status in ("sent", last):
        for segment in range(count):
            if faults.happens("drop_receipts"):
                continue
            body = {
                "type": "message.status",
                "id": message_id,
                "reference": text.reference,
                "segment": segment,
                "segments": count,
                "status": status,
                "error": error if status == "undelivered" else None,
            }
            lane, webhook_id = f"receipts {message_id}", f"{status}-{segment}-{message_id}"
            owed.append(
                _owe(connection, "status", lane, message_id, webhook_id, text.status_url, body)
            )
    return message_id, count, owed


def messages_of_phone(
    connection: sqlite3.Connection, number: str, after: int = 0
) -> list[dict[str, Any]]:
    """What the phone sent and received, oldest first; `after` is a `seq` already known."""
    rows = connection.execute(
        f"SELECT {_MESSAGE} FROM messages"
        " WHERE phone = ? AND seq > ? AND status <> 'undelivered' ORDER BY seq",
        (number, after),
    )
    return [_message(row) for row in rows]


def known_numbers(connection: sqlite3.Connection) -> dict[str, list[str]]:
    """The phones and support numbers that have texted, most recent first."""

    def recent(column: str) -> list[str]:
        rows = connection.execute(
            f"SELECT {column} FROM messages GROUP BY {column} ORDER BY max(seq) DESC LIMIT 50"
        )
        return [row[0] for row in rows]

    return {"phones": recent("phone"), "support_numbers": recent("support")}


def messages_by_reference(
    connection: sqlite3.Connection, reference: str, support: str, phone: str
) -> list[dict[str, Any]]:
    """The engine's texts of this reference between these numbers, oldest first."""
    rows = connection.execute(
        "SELECT id, segments, support, phone FROM messages"
        " WHERE reference = ? AND support = ? AND phone = ? ORDER BY seq",
        (reference, support, phone),
    )
    return [dict(zip(("id", "segments", "from", "to"), row, strict=True)) for row in rows]


def media_content(connection: sqlite3.Connection, media_id: str) -> tuple[str, bytes] | None:
    row = connection.execute(
        "SELECT content_type, content FROM media WHERE id = ?", (media_id,)
    ).fetchone()
    return (row[0], row[1]) if row else None


def owed_webhooks(connection: sqlite3.Connection) -> list[Owed]:
    rows = connection.execute(f"SELECT {_OWED} FROM owed_webhooks ORDER BY id")
    return [Owed(*row) for row in rows]


def readdress(connection: sqlite3.Connection, inbound_url: str) -> None:
    """Owe everything to where the engine listens now: another start may give it another port."""
    origin = urlsplit(inbound_url)
    for row_id, kind, url in connection.execute(
        "SELECT id, kind, url FROM owed_webhooks"
    ).fetchall():
        same_path = urlsplit(url)._replace(scheme=origin.scheme, netloc=origin.netloc)
        now = inbound_url if kind == "inbound" else same_path.geturl()
        connection.execute("UPDATE owed_webhooks SET url = ? WHERE id = ?", (now, row_id))


def settle(connection: sqlite3.Connection, owed: Owed, outcome: str) -> None:
    """The webhook was acknowledged (`delivered`) or will never be (`refused`)."""
    connection.execute("DELETE FROM owed_webhooks WHERE id = ?", (owed.id,))
    if owed.kind == "inbound":
        connection.execute(
            "UPDATE messages SET status = ? WHERE id = ? AND status <> 'delivered'",
            (outcome, owed.message_id),
        )


def _keep_media(
    connection: sqlite3.Connection, content_type: str, content: bytes
) -> dict[str, Any]:
    media_id = secrets.token_urlsafe(24)
    connection.execute("INSERT INTO media VALUES (?, ?, ?)", (media_id, content_type, content))
    return {"id": media_id, "content_type": content_type, "size": len(content)}


def _insert(
    connection: sqlite3.Connection,
    message_id: str,
    direction: Literal["to_phone", "from_phone"],
    phone: str,
    support: str,
    text: str,
    media: Sequence[dict[str, Any]],
    status: str = "sent",
    reference: str | None = None,
) -> None:
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    connection.execute(
        "INSERT INTO messages (id, direction, phone, support, text, media, status, segments,"
        " reference, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (message_id, direction, phone, support, json.dumps(text), json.dumps(media), status,
         segments.count(text), reference, at),
    )  # fmt: skip


def _one(connection: sqlite3.Connection, message_id: str) -> dict[str, Any]:
    query = f"SELECT {_MESSAGE} FROM messages WHERE id = ?"
    return _message(connection.execute(query, (message_id,)).fetchone())


def _message(row: tuple[Any, ...]) -> dict[str, Any]:
    message_id, direction, phone, support, text, media, status, count, at, seq = row
    sender, recipient = (phone, support) if direction == "from_phone" else (support, phone)
    return {
        "id": message_id,
        "direction": direction,
        "from": sender,
        "to": recipient,
        "text": json.loads(text),
        "media": json.loads(media),
        "status": status,
        "segments": count,
        "at": at,
        "seq": seq,
    }


def _owe(
    connection: sqlite3.Connection,
    kind: Literal["inbound", "status"],
    lane: str,
    message_id: str,
    webhook_id: str,
    url: str,
    payload: dict[str, Any],
) -> Owed:
    body = json.dumps(payload, separators=(",", ":"))
    values = (kind, lane, message_id, webhook_id, url, body)
    row_id = connection.execute(
        "INSERT INTO owed_webhooks (kind, lane, message_id, webhook_id, url, body)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        values,
    ).lastrowid
    assert row_id is not None
    return Owed(row_id, *values)
