from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.simulators.world import Engine, Program


@pytest.fixture(scope="session")
async def engine() -> AsyncIterator[Engine]:
    engine = Engine()
    await engine.start()
    yield engine
    await engine.stop()


@pytest.fixture(scope="session")
async def running(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Program]:
    program = Program(engine, tmp_path_factory.mktemp("carrier") / "carrier.sqlite")
    await program.start()
    yield program
    await program.close()


@pytest.fixture
async def carrier(running: Program) -> AsyncIterator[Program]:
    """The carrier that most tests share, without faults before and after."""
    await running.faults()
    yield running
    await running.faults()
    running.engine.answers.clear()


@pytest.fixture
async def mortal(tmp_path: Path) -> AsyncIterator[Program]:
    """A carrier and an engine of the test's own, to be killed and started."""
    engine = Engine()
    await engine.start()
    program = Program(engine, tmp_path / "carrier.sqlite")
    await program.start()
    yield program
    await program.close()
    await engine.stop()


_used: Counter[str] = Counter()


@pytest.fixture
def number() -> Callable[[], str]:
    """Phone numbers that no other test uses."""

    def fresh() -> str:
        _used["phones"] += 1
        return f"+1415666{_used['phones']:04}"

    return fresh
