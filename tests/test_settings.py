"""Settings are checked where they are read."""

import pytest
from pydantic import ValidationError

from doctor import settings_lines, unknown_variables
from settings import Settings
from temporal.plugin import build_app


@pytest.mark.parametrize(
    "url",
    ["sqlite:////var/lib/store.db", "sqlite:///store.db", "postgresql://ana:x@host:5433/store"],
)
def test_urls_of_both_databases_are_taken_as_they_are(url: str) -> None:
    assert Settings(database_url=url).database_url == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "garbage",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://host/x",
        "postgres://host/x",
        "postgresql://host",
        "postgresql://ana:x@host:port/store",
    ],
)
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="postgresql://USER:PASSWORD@HOST/NAME"):
        Settings(database_url=url)


@pytest.mark.parametrize("address", ["127.0.0.1:7233", "temporal:7233", "[::1]:7233"])
def test_an_address_of_temporal_has_host_and_port(address: str) -> None:
    assert Settings(temporal_address=address).temporal_address == address


@pytest.mark.parametrize("address", ["", "temporal", ":7233", "temporal:0", "http://temporal:7233"])
def test_other_addresses_of_temporal_are_refused(address: str) -> None:
    with pytest.raises(ValidationError, match="HOST:PORT"):
        Settings(temporal_address=address)


def test_the_networks_that_may_read_the_figures_reach_the_edge(tmp_path: object) -> None:
    told = Settings(
        metrics_allow=" 10.1.0.0/16, fd00::/8,192.0.2.7 ", database_url=f"sqlite:///{tmp_path}/x.db"
    )
    app = build_app(told)
    assert app.state.deps.metrics_allow == ("10.1.0.0/16", "fd00::/8", "192.0.2.7/32")


def test_no_network_is_let_in_by_default() -> None:
    assert Settings().metrics_networks == ()


@pytest.mark.parametrize("told", ["anywhere", "10.1.0.5/16", "10.0.0.0/33"])
def test_what_is_no_network_is_refused(told: str) -> None:
    with pytest.raises(ValidationError, match="metrics_allow"):
        Settings(metrics_allow=told)


def test_each_setting_is_listed_on_a_line_with_its_source_and_without_its_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("THREADLINE_LOG_LEVEL", "WARNING")
    monkeypatch.setenv("THREADLINE_SIMULATOR_SECRET", "hunter2")
    lines = settings_lines(Settings())
    assert "THREADLINE_TEMPORAL_NAMESPACE=default  (default)" in lines
    assert "THREADLINE_LOG_LEVEL=WARNING  (environment; default INFO)" in lines
    assert "hunter2" not in "".join(lines)


def test_a_misspelt_setting_is_named_and_a_tenants_own_secret_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("THREADLINE_LOG_LEVLE", "WARNING")
    monkeypatch.setenv("THREADLINE_TENANT_ACME_TWILIO", "hunter2")
    assert "THREADLINE_LOG_LEVLE" in unknown_variables()
    assert "THREADLINE_TENANT_ACME_TWILIO" not in unknown_variables()
