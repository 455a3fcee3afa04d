"""The guide to configuration files: its example holds, its table is that of the declarations."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]  # comes with schemathesis
import pytest
from typer.testing import CliRunner

from cli import app
from domain.config.checks import problems
from domain.config.document import as_data
from domain.config.file import parse
from domain.config.settings import QUEUE_FIELDS, TENANT_FIELDS, Settings

GUIDE = (Path(__file__).parent.parent.parent / "docs" / "configuration.md").read_text()
[EXAMPLE] = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)


def rows() -> Iterator[str]:
    """The table as it should be: copy it from here when a setting was added."""
    properties = Settings.model_json_schema()["properties"]
    for name, field in TENANT_FIELDS.items():
        shape = properties[name]
        default = str(field.default)
        spelled = default.lower() if isinstance(field.default, bool) else default
        bounds = f"{shape['minimum']}–{shape['maximum']}" if "minimum" in shape else ""  # noqa: RUF001
        queue = "yes" if name in QUEUE_FIELDS else ""
        used = "not yet" if shape.get("later") else ""
        told = (f"`{name}`", spelled, bounds, shape.get("unit", ""), queue, used, field.description)
        yield f"| {' | '.join(str(part) for part in told)} |"


def test_the_example_is_a_sound_configuration() -> None:
    configuration, _ = parse(EXAMPLE)
    assert problems(configuration) == []


def test_the_table_lists_every_setting_as_it_is_declared() -> None:
    table = [line for line in GUIDE.splitlines() if line.startswith("| `")]
    assert table == list(rows())


def test_the_schema_for_editors_takes_the_example_and_no_mistake_of_shape() -> None:
    printed = CliRunner().invoke(app, ["schema"])
    assert printed.exit_code == 0
    schema = json.loads(printed.stdout)
    data = as_data(parse(EXAMPLE)[0])
    jsonschema.validate(data, schema)
    misspelt, nowhere = copy.deepcopy(data), copy.deepcopy(data)
    misspelt["queues"]["main"]["nmae"] = "Acme"
    nowhere["crm"]["secret"] = {}
    for wrong in (misspelt, nowhere):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)
