"""Whose a secret's variable is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.config.connections import Secret, own_variables

subdomains = st.from_regex(r"[ab]([ab-]{0,5}[ab])?", fullmatch=True)


@given(subdomains, subdomains, st.text("AB_", max_size=8))
def test_no_variable_is_two_tenants_own(one: str, other: str, rest: str) -> None:
    secret = Secret(env=own_variables(one) + rest)
    if one != other and secret.belongs_to(one):
        assert not secret.belongs_to(other)


@pytest.mark.parametrize(
    ("subdomain", "env", "own"),
    [
        ("acme", "THREADLINE_TENANT_ACME_TWILIO", True),
        ("acme", "THREADLINE_TENANT_ACME_B_TWILIO", True),
        ("acme-b", "THREADLINE_TENANT_ACME__B_TWILIO", True),
        ("acme", "THREADLINE_TENANT_ACME__B_TWILIO", False),
        ("acme-b", "THREADLINE_TENANT_ACME_B_TWILIO", False),
        ("acme", "THREADLINE_SECRET_KEY", False),
    ],
)
def test_a_tenants_own_variables_begin_with_its_subdomain(
    subdomain: str, env: str, own: bool
) -> None:
    assert Secret(env=env).belongs_to(subdomain) is own


def test_a_file_is_no_tenants_own() -> None:
    assert not Secret(file="/run/secrets/THREADLINE_TENANT_ACME_TWILIO").belongs_to("acme")
