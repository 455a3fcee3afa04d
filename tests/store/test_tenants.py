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
    # The names of accounts are unique, too: is it another's, or was it that of a removed one?
    "accounts": {"taken", "take_over"},
    # How far the ledger has come, for whichever tenant.
    "consent": {"_NEWEST"},
    # Operators see the health of all accounts.
    "health": "all",
    # What a process that began before texts named their tenant asks first.
    "sends": {"_TENANT", "forget_receipts"},
    # A token says whose it is.
    "credentials": {"is_known"},
    "sessions": {"_OF_SESSION", "end", "seen"},
    # Parts of statements, about a chat that the whole has found by its tenant.
    "reading": {"_last_answer"},
    # The metrics are the deployment's.
    "views": {"count_unsettled", "_open_to"},
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


MAKERS = {"sa.select", "sa.update", "sa.delete"}
BLOCKS = (ast.FunctionDef, ast.ClassDef, ast.For, ast.If, ast.With)


def built(source: str) -> Iterator[tuple[str, str]]:
    """The functions that make a statement when they are called, and what it is made of.

    That another line of the function names the tenant, for another statement, says nothing.
    """
    tree = ast.parse(source)
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            lines = [line for line in ast.walk(function) if isinstance(line, ast.stmt)]
            lines = [line for line in lines if not isinstance(line, BLOCKS)]
            for line in lines:
                calls = (node for node in ast.walk(line) if isinstance(node, ast.Call))
                if any(ast.unparse(call.func) in MAKERS for call in calls):
                    yield function.name, made_of(line, lines, tree.body)


def made_of(line: ast.stmt, lines: list[ast.stmt], module: list[ast.stmt]) -> str:
    """The line, those that go on with what it names, and whatever these are given by name.

    What was executed is an answer and no longer a condition.
    """
    given = [one for one in (*lines, *module) if ".execute(" not in ast.unparse(one)]
    found = [line, *(one for one in lines if names(one, ast.Load) & names(line, ast.Store))]
    for one in found:
        wanted = names(one, ast.Load)
        found += [
            giver for giver in given if giver not in found and wanted & names(giver, ast.Store)
        ]
    return "\n".join(ast.unparse(one) for one in found)


def names(line: ast.stmt, context: type[ast.expr_context]) -> set[str]:
    """What it reads (`Load`), or gives a value (`Store`), as a function of the module does."""
    if isinstance(line, ast.FunctionDef | ast.ClassDef) and context is ast.Store:
        return {line.name}
    found = (node for node in ast.walk(line) if isinstance(node, ast.Name))
    return {node.id for node in found if isinstance(node.ctx, context)}


@pytest.mark.parametrize("module", modules())
def test_each_statement_names_the_tenant(module: str) -> None:
    owned = {table.name for table in t.metadata.tables.values() if "tenant_id" in table.c}
    for name, sql in prepared(module):
        conditions = sql.partition("WHERE")[2]
        touches = any(f"{table}." in sql for table in owned)
        if touches and not allowed(module, name):
            assert "tenant_id = :" in conditions, f"{module}.{name}: {sql}"
    for name, body in built((Path(store.__path__[0]) / f"{module}.py").read_text()):
        touches = any(f"t.{table}" in body for table in owned)
        if touches and not allowed(module, name):
            assert "tenant_id ==" in body, f"{module}.{name}: {body}"


def test_a_tenant_that_only_the_lines_around_a_statement_name_does_not_count() -> None:
    source = """
def get(tx, tenant_id, user_id):
    return tx.conn.execute(sa.select(u.id).where(u.tenant_id == tenant_id)).one()

def rename(tx, tenant_id, user_id):
    user = get(tx, tenant_id, user_id)
    mine = u.id == user.id{tenant}
    tx.conn.execute(sa.update(t.users).where(mine))
    return tx.conn.execute(sa.select(u.name).where(u.tenant_id == tenant_id)).scalars()
"""
    for tenant in ("", " and u.tenant_id == tenant_id"):
        [update] = (made for _, made in built(source.format(tenant=tenant)) if "sa.update" in made)
        assert ("tenant_id ==" in update) == bool(tenant)


def test_what_is_allowed_is_there() -> None:
    for module, names in OF_ALL_TENANTS.items():
        known = vars(importlib.import_module(f"store.{module}"))
        assert names == "all" or all(name in known for name in names), module
