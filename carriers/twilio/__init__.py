"""Twilio: one HTTP request per text, signed webhooks (twilio.com/docs/messaging/api)."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

from httpx2 import AsyncClient, BasicAuth, Response

from carriers.http import ask
from carriers.protocol import (
    Acknowledgement,
    Busy,
    CarrierAccount,
    CarrierAccountRefused,
    InboundText,
    InDoubtText,
    LookupResult,
    NoAnswer,
    OutboundText,
    Ownership,
    Receipt,
    SendResult,
    WebhookRequest,
)
from carriers.twilio.answers import lookup_result, ownership, send_result
from carriers.twilio.signature import Signatures
from carriers.twilio.webhooks import REFERENCE, read_inbound, read_status

SETTINGS = {
    "account_sid": (re.compile("AC[0-9a-fA-F]{32}"), "must be AC and 32 hexadecimal digits"),
    "api_key_sid": (re.compile("SK[0-9a-fA-F]{32}"), "must be SK and 32 hexadecimal digits"),
    "messaging_service_sid": (
        re.compile("MG[0-9a-fA-F]{32}"),
        "must be MG and 32 hexadecimal digits",
    ),
}
_SECRETS = ("auth_token", "api_key_secret")
SHARED_KEY = "shared_key:"
_LISTED = 1_000  # the most that Twilio lists at once


class TwilioCarrier:
    """One account (or subaccount) with Twilio.

    Settings: `account_sid`; `api_key_sid`, to send with an API key instead of the auth token;
    `messaging_service_sid`, to send through a Messaging Service. Secrets: `auth_token`,
    `api_key_secret`, and `shared_key:ID` for each key that signs webhooks.
    """

    name = "twilio"
    home = "https://api.twilio.com"
    # Without an idempotency key or a reference, absence from the list of messages is all the
    # proof there is: it is believed when the status callbacks, too, had long enough to come.
    looks_up_after = timedelta(seconds=60)
    # Twilio wants TwiML; an answer without a body is an error in its debugger (11200).
    inbound_acknowledgement = Acknowledgement(
        '<?xml version="1.0" encoding="UTF-8"?><Response/>', "text/xml"
    )

    def __init__(self, account: CarrierAccount, client: AsyncClient | None = None) -> None:
        settings, secrets = account.settings, account.secrets
        shared_keys = {
            name.removeprefix(SHARED_KEY): secret
            for name, secret in secrets.items()
            if name.startswith(SHARED_KEY)
        }
        _check(account, shared_keys)
        sid = settings["account_sid"]
        user = settings.get("api_key_sid", sid)
        password = secrets["api_key_secret" if "api_key_sid" in settings else "auth_token"]
        self._auth = BasicAuth(user, password)
        self._url = f"{account.base_url.rstrip('/')}/2010-04-01/Accounts/{sid}"
        self._service = settings.get("messaging_service_sid")
        self._signatures = Signatures(secrets.get("auth_token"), shared_keys)
        self._client = client

    async def send(self, text: OutboundText) -> SendResult:
        reference = urlencode({REFERENCE: text.reference})
        form = {
            "To": text.recipient,
            "StatusCallback": f"{text.status_url}?{reference}",
            "From": text.sender,
            "MessagingServiceSid": self._service,
            "Body": text.text,
        }
        data = {name: value for name, value in form.items() if value is not None}
        answer = await self._ask("POST", "Messages.json", data=data)
        return send_result(answer) if isinstance(answer, Response) else answer

    async def look_up(self, text: InDoubtText) -> LookupResult:
        query = {"To": text.recipient, "From": text.sender, "PageSize": _LISTED}
        answer = await self._ask("GET", "Messages.json", params=query)
        if isinstance(answer, Busy):
            return NoAnswer(answer.reason)
        return lookup_result(answer, text) if isinstance(answer, Response) else answer

    async def owns(self, number: str) -> Ownership:
        long = number.startswith("+")
        path, name = (
            ("IncomingPhoneNumbers.json", "PhoneNumber")
            if long
            else ("SMS/ShortCodes.json", "ShortCode")
        )
        answer = await self._ask("GET", path, params={name: number})
        if isinstance(answer, Busy):
            return NoAnswer(answer.reason)
        return ownership(answer, number) if isinstance(answer, Response) else answer

    def parse_inbound(self, request: WebhookRequest) -> InboundText:
        return read_inbound(self._signatures.verified(request))

    def parse_status(self, request: WebhookRequest) -> list[Receipt]:
        return read_status(self._signatures.verified(request), request.url)

    async def _ask(self, method: str, path: str, **options: Any) -> Response | Busy | NoAnswer:
        if self._client is None:
            raise RuntimeError("this carrier was opened without a client: it only reads webhooks")
        url = f"{self._url}/{quote(path)}"
        return await ask(self._client, method, url, auth=self._auth, **options)


def _check(account: CarrierAccount, shared_keys: dict[str, str]) -> None:
    """Raises `CarrierAccountRefused` for the first setting or secret that cannot be right."""
    settings, secrets = account.settings, account.secrets
    for name in settings.keys() - SETTINGS.keys():
        raise CarrierAccountRefused(name, f"is no setting of Twilio; {', '.join(SETTINGS)} are")
    for name in secrets.keys() - set(_SECRETS) - {SHARED_KEY + one for one in shared_keys}:
        raise CarrierAccountRefused(
            name, f"is no secret of Twilio; {', '.join(_SECRETS)}, {SHARED_KEY}ID are"
        )
    for name, (form, rule) in SETTINGS.items():
        if not form.fullmatch(settings.get(name, "")) and (name in settings or "account" in name):
            raise CarrierAccountRefused(name, rule)
    for name, secret in secrets.items():
        if not secret or not secret.isascii():
            raise CarrierAccountRefused(name, "must not be empty, and only ASCII")
    if "api_key_sid" in settings and "api_key_secret" not in secrets:
        raise CarrierAccountRefused("api_key_secret", "is needed with api_key_sid")
    if "auth_token" not in secrets and not ("api_key_sid" in settings and shared_keys):
        raise CarrierAccountRefused(
            "auth_token", f"is needed, unless there are api_key_sid and a {SHARED_KEY}ID"
        )
