"""Whether a webhook is Twilio's: X-Twilio-Signature over the public URL and all parameters.

Signed with the account's auth token (HMAC-SHA1), or with a shared key of Twilio's webhooks
configuration, whose id and algorithm a second header names (twilio.com/docs/usage/webhooks/
webhooks-security, …/webhook-shared-keys).
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn
from urllib.parse import SplitResult, parse_qsl, unquote_plus, urlsplit

from carriers.payload import Payload
from carriers.protocol import WEBHOOK_LIMIT, WebhookRefused, WebhookRequest

SIGNATURE = "x-twilio-signature"
SHARED_KEY = "x-twilio-webhooks-signature-settings"
_ALGORITHMS: dict[str, Callable[..., Any]] = {
    "HMAC_SHA1": hashlib.sha1,
    "HMAC_SHA256": hashlib.sha256,
}
# The signature covers what the form means, not how it is written. Written in one way only, no
# byte can change unseen: no raw `=` in a value, no raw space, hexadecimal in capitals.
_CHAR = r"(?:[!-$'-<>-~]|%[0-9A-F]{2})"
_FORM = re.compile(rf"(?:{_CHAR}+={_CHAR}*(?:&{_CHAR}+={_CHAR}*)*)?")

Params = list[tuple[str, str]]


class Signatures:
    """Verifies one account's webhooks; `shared_keys` by id, all of them valid at once."""

    def __init__(self, auth_token: str | None, shared_keys: Mapping[str, str]) -> None:
        self._auth_token = auth_token
        self._shared_keys = shared_keys

    def verified(self, request: WebhookRequest) -> Payload:
        """The parameters of a webhook that Twilio signed; raises `WebhookRefused`.

        Whether the body is signed by its hash or by its parameters is read from the URL, which
        is signed itself; the header Content-Type is not.
        """
        if len(request.body) > WEBHOOK_LIMIT:
            raise WebhookRefused(f"body must have at most {WEBHOOK_LIMIT} bytes", 413)
        url = urlsplit(request.url)
        body_hash = dict(parse_qsl(url.query)).get("bodySHA256")
        if body_hash is None:
            params = _form(request.body)
            self._check(request, url, params)
            return Payload(_once(params))
        real_hash = hashlib.sha256(request.body).hexdigest().encode()
        if not hmac.compare_digest(real_hash, body_hash.encode()):
            _refuse()
        self._check(request, url, [])
        return Payload.of(request.body)

    def _check(self, request: WebhookRequest, url: SplitResult, params: Params) -> None:
        secret, algorithm = self._key(request.headers.get(SHARED_KEY, ""))
        signed = "".join(name + value for name, value in sorted(set(params)))
        given = request.headers.get(SIGNATURE, "").encode("utf-8", "surrogatepass")
        # Twilio signs some URLs with their port and some without, whatever it calls.
        for variant in (_without_port(url), _with_port(url)):
            digest = hmac.new(secret, (variant + signed).encode(), algorithm).digest()
            if hmac.compare_digest(base64.b64encode(digest), given):
                return
        _refuse()

    def _key(self, settings: str) -> tuple[bytes, Callable[..., Any]]:
        """The secret that the webhook says it was signed with, and how."""
        if not settings:
            if self._auth_token is None:
                raise WebhookRefused("the account takes webhooks signed with a shared key", 403)
            return self._auth_token.encode(), hashlib.sha1
        told = dict(part.strip().partition("=")[::2] for part in settings.split(","))
        secret = self._shared_keys.get(told.get("key", ""))
        algorithm = _ALGORITHMS.get(told.get("algorithm", ""))
        if secret is None or algorithm is None:
            raise WebhookRefused(f"{SHARED_KEY} names no key and algorithm of the account", 403)
        return secret.encode(), algorithm


def _form(body: bytes) -> Params:
    """The form's parameters, in order; a form that is not written as Twilio does is not its."""
    try:
        text = body.decode("ascii")
    except UnicodeDecodeError:
        _refuse()
    if not _FORM.fullmatch(text):
        _refuse()
    try:
        return [
            (unquote_plus(name, errors="strict"), unquote_plus(value, errors="strict"))
            for name, _, value in (part.partition("=") for part in text.split("&") if part)
        ]
    except UnicodeDecodeError:
        _refuse()


def _once(params: Params) -> dict[str, Any]:
    """Of a parameter that stands twice nobody can say which is meant: it is a list, and as such
    refused where it is read."""
    fields: dict[str, Any] = {}
    for name, value in params:
        fields[name] = [fields[name], value] if name in fields else value
    return fields


def _without_port(url: SplitResult) -> str:
    host = url.netloc.removesuffix(f":{url.port}") if url.port else url.netloc
    return url._replace(netloc=host).geturl()


def _with_port(url: SplitResult) -> str:
    if url.port:
        return url.geturl()
    port = 443 if url.scheme == "https" else 80
    return url._replace(netloc=f"{url.netloc}:{port}").geturl()


def _refuse() -> NoReturn:
    raise WebhookRefused(f"{SIGNATURE} does not match", 403)
