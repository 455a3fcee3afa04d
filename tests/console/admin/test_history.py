"""The audit log's page and what the log tells of."""

from __future__ import annotations

import json
import re
from pathlib import Path

from domain.config.plan import Kind
from store.configurations import Noted

PAGE = Path(__file__).parents[3] / "console" / "static" / "admin" / "history.js"


def test_the_audit_log_is_searched_by_every_kind_of_thing_that_it_tells_of() -> None:
    [listed] = re.findall(r"const KINDS = (\[.*?\]);", PAGE.read_text(), re.DOTALL)
    assert json.loads(listed) == [*Kind, *Noted]
