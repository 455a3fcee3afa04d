"""How far an administrator is trusted: what only a file may say (the operator's word)."""

from __future__ import annotations

from typing import Any

import pytest
from httpx2 import AsyncClient

from domain.config.file import validate
from services import configuration
from services.projection import Known
from store.configurations import Actor
from tests.api.administration import edited, held
from tests.api.world import Api

ADMIN = "/admin/api/v1"


NOT_OWN = "begins with THREADLINE_TENANT_ACME_ and no further _; others need a file"
TRUST: list[tuple[tuple[str, ...], Any, str]] = [
    (("tenant",), "globex", "tenant must be acme"),
    (("accounts", "main", "url"), "http://169.254.169.254", "url can only be changed by a file"),
    (
        ("accounts", "main", "secrets", "secret", "env"),
        "THREADLINE_SECRET_KEY",
        NOT_OWN,
    ),
    # It is the tenant acme-b's.
    (
        ("accounts", "main", "secrets", "secret", "env"),
        "THREADLINE_TENANT_ACME__B_TWILIO",
        NOT_OWN,
    ),
    (
        ("webhooks", "crm"),
        {"url": "https://crm.example", "secret": {"file": "/etc/passwd"}},
        NOT_OWN,
    ),
    (
        ("crm",),
        {
            "kind": "zendesk",
            "url": "https://crm.example",
            "secret": {"env": "THREADLINE_SECRET_KEY"},
        },
        NOT_OWN,
    ),
    (("users", "ada", "role"), "agent", "users must keep you as an administrator"),
]


@pytest.mark.parametrize(("path", "to", "told"), TRUST)
async def test_an_administrator_reaches_neither_the_deployments_secrets_nor_other_tenants(
    ada: AsyncClient, path: tuple[str, ...], to: Any, told: str
) -> None:
    body = await edited(ada, *path, to=to)
    refused = await ada.post(f"{ADMIN}/configuration/apply", json=body)
    assert refused.status_code == 400
    assert any(error["message"].endswith(told) for error in refused.json()["errors"]), refused.text


async def test_an_administrator_sends_no_secret_of_the_deployment_to_another_address(
    api: Api, ada: AsyncClient
) -> None:
    crm = {"kind": "zendesk", "url": "https://acme.example", "secret": {"file": "/run/crm"}}
    wanted = validate((await edited(ada, "crm", to=crm))["document"])
    draft = await api.db.read(configuration.draft, wanted)
    await api.db.write(configuration.apply, draft, Actor("file", "operator"), Known())
    for field, to, status in (("url", "https://mallory.example", 400), ("transcript", "both", 200)):
        body = await edited(ada, "crm", field, to=to)
        answer = await ada.post(f"{ADMIN}/configuration/apply", json=body)
        assert answer.status_code == status, answer.text
    assert (await held(ada))["document"]["crm"] == crm | {"transcript": "both"}
