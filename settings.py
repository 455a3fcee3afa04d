"""Process settings: `THREADLINE_*` variables or an `.env` file, read once by the top-level files.

The parts below get the values they need as arguments and never read settings themselves.
"""

from ipaddress import ip_network
from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg")


def _local(name: str) -> Path:
    return Path(".threadline", name).resolve()


class Settings(BaseSettings):
    """Every setting, with its default, declared once; `threadline settings` lists them."""

    model_config = SettingsConfigDict(
        env_prefix="THREADLINE_", env_file=".env", extra="ignore", frozen=True
    )

    database_url: str = Field(
        default_factory=lambda: f"sqlite:///{_local('threadline.db')}",
        description="SQLite or PostgreSQL: sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME",
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""),
        description="Reserved for signed links of later features; nothing uses it yet",
    )
    public_base_url: str = Field(
        default="http://127.0.0.1:8080", description="Where browsers and carriers reach the API"
    )
    media_url: str = Field(
        default_factory=lambda: _local("media").as_uri(), description="Where pictures are stored"
    )
    temporal_address: str = Field(
        default="127.0.0.1:7233", description="HOST:PORT of the Temporal server"
    )
    temporal_namespace: str = Field(
        default="default", description="Temporal namespace; it belongs to one database"
    )
    build_id: str = Field(
        default="",
        description="Names the build that workers run, once chats are to stay with theirs",
    )
    temporal_ui_url: str = Field(
        default="http://127.0.0.1:8233", description="Temporal's web UI, linked from the console"
    )
    temporal_binary: Path | None = Field(
        default=None, description="A `temporal` program to use instead of the one on PATH"
    )
    simulator_url: str = Field(
        default="http://127.0.0.1:8081", description="The simulated carrier; development only"
    )
    simulator_secret: SecretStr = Field(
        default=SecretStr(""),
        description="Signs what passes between the engine and the simulated carrier",
    )
    cache_dir: Path = Field(
        default_factory=lambda: Path.home() / ".cache" / "threadline",
        description="Temporal's programs, fetched or compiled once",
    )
    metrics_allow: str = Field(
        default="",
        description="Networks that may read /metrics beside loopback: 10.1.0.0/16,fd00::/8",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="The least severe log line that is written"
    )

    @property
    def metrics_networks(self) -> tuple[str, ...]:
        return tuple(filter(None, self.metrics_allow.split(",")))

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        try:
            told = sa.make_url(url)
        except (sa.exc.ArgumentError, ValueError):
            told = None
        wanted = "write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"
        if told is None or told.drivername not in _DRIVERS:
            raise ValueError(f"is not the URL of a database; {wanted}")
        if told.database in (None, "", ":memory:"):
            raise ValueError(f"names no database; {wanted}")
        return url

    @field_validator("temporal_address")
    @classmethod
    def _host_and_port(cls, address: str) -> str:
        host, _, port = address.rpartition(":")
        if not host or "/" in host or not (port.isdecimal() and 0 < int(port) < 65536):
            raise ValueError("is not HOST:PORT, as in 127.0.0.1:7233")
        return address

    @field_validator("metrics_allow")
    @classmethod
    def _networks(cls, told: str) -> str:
        networks = [one.strip() for one in told.split(",") if one.strip()]
        return ",".join(str(ip_network(one)) for one in networks)

    @field_validator("public_base_url", "temporal_ui_url", "simulator_url")
    @classmethod
    def _without_slash(cls, url: str) -> str:
        return url.rstrip("/")

    @field_validator("cache_dir", mode="after")
    @classmethod
    def _absolute(cls, path: Path) -> Path:
        return path.expanduser().resolve()
