"""Every query of the store names the tenant: another's rows cannot be met by a wrong id."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.sql import dml

import store
from store import tables as t

# Whose tenant is what they find out, or who work for all tenants at once.
OF_ALL_TENANTS = {
    # Tenants are their own keys; who logs in names one by its subdomain.
    "tenants": "all",
    # The relay and the reconciler serve the whole deployment.
    "outbox": "all",
    "incarnations": {"unsettled", "lost_texts"},
    # A carrier's webhook names its account, and the account its tenant; numbers are unique.
    "numbers": {"_BY_NAME", "_BY_ACCOUNT"},
    # Operators see the health of all accounts.
    "health": "all",
    # What a process that began before texts named their tenant asks first.
    "sends": {"_TENANT", "forget_receipts"},
    # A token says whose it is.
    "sessions": {"_OF_SESSION", "end", "seen"},
    # The metrics are the deployment's.
    "views": {"count_unsettled"},
    # No rows of tenants.
    "installation": "all",
}


def modules() -> list[str]:
    found = [one.name for one in pkgutil.iter_modules(store.__path__) if not one.ispkg]
    return [name for name in found if name != "tables"]


def allowed(module: str, name: str) -> bool:
    of_all = OF_ALL_TENANTS.get(module, set())
    return of_all == "all" or name in of_all


def prepared(module: str) -> Iterator[tuple[str, str]]:
    """The statements that a module keeps, compiled; what is inserted names its tenant itself."""
    kinds = (sa.Select, dml.Update, dml.Delete)
    for name, value in vars(importlib.import_module(f"store.{module}")).items():
        if isinstance(value, kinds):
            yield name, str(value)


def built(module: str) -> Iterator[tuple[str, str]]:
    """The functions that make a statement when they are called, and their source."""
    source = (Path(store.__path__[0]) / f"{module}.py").read_text()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            body = "\n".join(ast.get_source_segment(source, line) or "" for line in node.body)
            if any(made in body for made in ("sa.select(", "sa.update(", "sa.delete(")):
                yield node.name, body


@pytest.mark.parametrize("module", modules())
def test_each_statement_names_the_tenant(module: str) -> None:
    owned = {table.name for table in t.metadata.tables.values() if "tenant_id" in table.c}
    for name, sql in prepared(module):
        conditions = sql.partition("WHERE")[2]
        touches = any(f"{table}." in sql for table in owned)
        if touches and not allowed(module, name):
            assert "tenant_id = :" in conditions, f"{module}.{name}: {sql}"
    for name, body in built(module):
        touches = any(f"t.{table}" in body for table in owned)
        if touches and not allowed(module, name):
            assert "tenant_id" in body, f"{module}.{name}: {body}"


def test_what_is_allowed_is_there() -> None:
    for module, names in OF_ALL_TENANTS.items():
        known = vars(importlib.import_module(f"store.{module}"))
        assert names == "all" or all(name in known for name in names), module
