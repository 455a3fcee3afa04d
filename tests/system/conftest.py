"""A PostgreSQL database of the product's own, for the tests that start all of it."""

import itertools

import pytest
import sqlalchemy as sa

from tests.postgres import command

_names = itertools.count()


@pytest.fixture
def empty_postgres(postgres: sa.URL) -> str:
    """The address of a database without tables: `threadline dev` migrates it."""
    name = f"system_{next(_names)}"
    command(postgres, f"CREATE DATABASE {name}")
    return postgres.set(database=name).render_as_string(hide_password=False)
