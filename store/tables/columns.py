"""What all tables are made of: names of constraints, times, ids, and the column of the tenant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, MetaData, Table
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time on both databases; a naive one is refused before it is stored.

    SQLite has text, in the form of SQLAlchemy's own type, which takes several times as long.
    """

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: sa.Dialect) -> Callable[[datetime | None], Any]:
        on_sqlite = dialect.name == "sqlite"

        def bind(value: datetime | None) -> Any:
            if value is None:
                return None
            if value.tzinfo is None:
                raise ValueError("naive time")
            utc = value.astimezone(UTC)
            return utc.replace(tzinfo=None).isoformat(" ", "microseconds") if on_sqlite else utc

        return bind

    def result_processor(
        self, dialect: sa.Dialect, coltype: object
    ) -> Callable[[Any], datetime | None]:
        if dialect.name == "sqlite":
            return lambda text: text and datetime.fromisoformat(text).replace(tzinfo=UTC)
        return lambda value: value and value.astimezone(UTC)


class Moments(TypeDecorator[dict[str, datetime]]):
    """Aware times by name, kept as JSON."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: dict[str, datetime] | None, dialect: Any) -> Any:
        return {name: at.isoformat() for name, at in (value or {}).items()}

    def process_result_value(self, value: Any, dialect: Any) -> dict[str, datetime]:
        return {name: datetime.fromisoformat(at) for name, at in (value or {}).items()}


class QueueMoments(TypeDecorator[dict[int, datetime]]):
    """Aware times by queue, kept as JSON."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Mapping[int, datetime] | None, dialect: Any) -> Any:
        return {str(queue_id): at.isoformat() for queue_id, at in (value or {}).items()}

    def process_result_value(self, value: Any, dialect: Any) -> dict[int, datetime]:
        return {int(queue_id): datetime.fromisoformat(at) for queue_id, at in value.items()}


class QueueEntries(TypeDecorator[dict[int, int]]):
    """Entries of the consent ledger by queue, kept as JSON."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Mapping[int, int] | None, dialect: Any) -> Any:
        return {str(queue_id): entry_id for queue_id, entry_id in (value or {}).items()}

    def process_result_value(self, value: Any, dialect: Any) -> dict[int, int]:
        return {int(queue_id): entry_id for queue_id, entry_id in value.items()}


BigId = sa.BigInteger().with_variant(Integer(), "sqlite")


def identity() -> Column[int]:
    return Column("id", BigId, primary_key=True, autoincrement=True)


def ref(name: str, target: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, BigId, ForeignKey(f"{target}.id"), nullable=nullable)


def of_tenant() -> Column[Any]:
    return ref("tenant_id", "tenants")


def moment(name: str, *, nullable: bool = True) -> Column[Any]:
    return Column(name, UtcDateTime(), nullable=nullable)


def table(name: str, *parts: Any) -> Table:
    return Table(name, metadata, *parts, sqlite_autoincrement=True)


def partial_index(name: str | None, *columns: str, where: str, unique: bool = False) -> Index:
    """An index of the rows that satisfy `where` alone, on both databases."""
    condition = sa.text(where)
    return Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
