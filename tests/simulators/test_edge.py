"""Whom the simulated carrier answers: its own page, its engine, nobody's borrowed name."""

from pathlib import Path

import httpx2
import pytest

from simulators.carrier.app import build_app
from simulators.carrier.carrier import Carrier
from simulators.carrier.messages import Addresses
from tests.simulators.world import Program


async def test_pages_of_other_sites_may_not_call(carrier: Program) -> None:
    headers = {"origin": "https://evil.example"}
    answer = await carrier.http.put(
        f"{carrier.url}/simulator/api/v1/faults", json={}, headers=headers
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("origin", ["null", "http://[", "http://127.0.0.1:1", ""])
async def test_a_strange_origin_is_a_foreign_one(carrier: Program, origin: str) -> None:
    answer = await carrier.http.get(carrier.url + "/healthz", headers={"origin": origin})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{port}", "127.0.0.1.evil.example", "localhost.", "[::2]", ""],
)
async def test_a_name_that_was_pointed_here_is_not_answered(carrier: Program, host: str) -> None:
    named = host.format(port=carrier.url.rsplit(":", 1)[1])
    headers = {"host": named, "origin": f"http://{named}"}
    for path in ("/", "/simulator/api/v1/phones", "/carrier/v1/messages"):
        answer = await carrier.http.get(carrier.url + path, headers=headers)
        assert answer.status_code == 403
        assert "--url" in answer.json()["message"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:{port}", "LOCALHOST", "[::1]:{port}"])
async def test_the_names_of_this_machine_are_answered(carrier: Program, host: str) -> None:
    named = host.format(port=carrier.url.rsplit(":", 1)[1])
    headers = {"host": named, "origin": f"http://{named}"}
    answer = await carrier.http.get(carrier.url + "/healthz", headers=headers)
    assert answer.status_code == 200


async def test_the_host_of_the_own_url_is_answered(tmp_path: Path) -> None:
    addresses = Addresses("http://engine.test/inbound", "https://Phones.test:8443/")
    app = build_app(Carrier(tmp_path / "carrier.sqlite", "secret", addresses))
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport) as client:
        for url, status in (
            ("https://phones.test:8443/healthz", 200),
            ("http://localhost/healthz", 200),
            ("https://other.test:8443/healthz", 403),
        ):
            assert (await client.get(url)).status_code == status
