"""An account with Twilio, and webhooks as Twilio signs them: by the `twilio` package."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from carriers.protocol import CarrierAccount, WebhookRequest
from carriers.twilio import TwilioCarrier

SID = "AC" + "0a" * 16
TOKEN = "f" * 32
API_KEY, API_SECRET = "SK" + "1b" * 16, "the secret of the key"
SHARED_ID, SHARED_SECRET = "webhooks_sharedkey_01h5", "a key that Twilio and we share"
PUBLIC = "https://threadline.test"
INBOUND_URL = f"{PUBLIC}/carriers/twilio/acme/inbound"
STATUS_URL = f"{PUBLIC}/carriers/twilio/acme/status"
SETTINGS_HEADER = "x-twilio-webhooks-signature-settings"


def account(
    base_url: str = "https://api.twilio.com",
    settings: dict[str, str] | None = None,
    secrets: dict[str, str] | None = None,
) -> CarrierAccount:
    told = {"account_sid": SID} | (settings or {})
    return CarrierAccount(
        1, 1, "twilio", "acme", base_url, secrets or {"auth_token": TOKEN}, settings=told
    )


def carrier(**secrets: str) -> TwilioCarrier:
    """It reads webhooks; `secrets` beside the auth token."""
    return TwilioCarrier(account(secrets={"auth_token": TOKEN} | secrets))


def shared(algorithm: str = "HMAC_SHA256", key: str = SHARED_ID) -> dict[str, str]:
    """The header that names the shared key of a webhook."""
    return {SETTINGS_HEADER: f"key={key},algorithm={algorithm}"}


def signed(
    params: dict[str, Any],
    url: str = INBOUND_URL,
    *,
    signed_url: str | None = None,
    secret: str = TOKEN,
    algorithm: str = "HMAC_SHA1",
    headers: dict[str, str] | None = None,
) -> WebhookRequest:
    """A form as Twilio posts it; `signed_url` where it signs another spelling of the URL."""
    signature = RequestValidator(secret).compute_signature(signed_url or url, params, algorithm)
    given = {"x-twilio-signature": signature, **(headers or {})}
    given["content-type"] = "application/x-www-form-urlencoded; charset=UTF-8"
    return WebhookRequest(url, given, urlencode(params).encode())


def signed_json(
    body: str,
    url: str = INBOUND_URL,
    *,
    secret: str = TOKEN,
    algorithm: str = "HMAC_SHA1",
    headers: dict[str, str] | None = None,
) -> WebhookRequest:
    """A JSON body as Twilio posts it: its hash stands in the URL, and the URL is signed."""
    validator = RequestValidator(secret)
    hashed = f"{url}{'&' if '?' in url else '?'}bodySHA256={validator.compute_hash(body)}"
    signature = validator.compute_signature(hashed, {}, algorithm)
    given = {"x-twilio-signature": signature, **(headers or {})}
    given["content-type"] = "application/json"
    return WebhookRequest(hashed, given, body.encode())
