"""The JSON Schema of a configuration, for editors and for the console's forms.

Made from the declarations, with what forms need beside: titles as people write them, units, and
of each system text its variables and its built-in wordings.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from domain import shortcuts
from domain.config.document import Configuration
from domain.config.forms import LETTER
from domain.segments import AGENT_MAX
from domain.texts import CATALOGUE, SystemText, TextKey
from domain.variables import SAMPLES
from domain.wordings import BUILT_IN

_WRITTEN = {"sms": "SMS", "crm": "CRM", "url": "URL", "optout": "Opt-out", "env": "variable"}


@cache
def schema() -> dict[str, Any]:
    """The schema; callers must not change it."""
    made = Configuration.model_json_schema()
    for model in (made, *made["$defs"].values()):
        for name, shape in model.get("properties", {}).items():
            shape["title"] = title(name)
    texts, silent = made["properties"]["texts"], made["properties"]["silent"]
    wording = texts["additionalProperties"]["additionalProperties"]
    texts["additionalProperties"] = {
        "type": "object",
        "properties": {key: wording | _text(key, text) for key, text in CATALOGUE.items()},
        "additionalProperties": False,
    }
    silent["items"] = {"enum": [key for key, text in CATALOGUE.items() if text.switchable]}
    made["samples"] = dict(SAMPLES)
    queue = made["$defs"]["Queue"]["properties"]
    for key in (TextKey.GREETING, TextKey.AFTER_HOURS):
        queue[key]["variables"] = sorted(CATALOGUE[key].variables)
    shortcut = made["$defs"]["Shortcut"]["properties"]["text"]["additionalProperties"]
    shortcut["variables"] = sorted(shortcuts.VARIABLES)
    # These two are not declared with the field: what was applied before must still be read.
    for queues in (made["properties"]["queues"], queue["queues"]):
        queues["propertyNames"] = {"pattern": LETTER}
    shortcut["maxLength"] = AGENT_MAX
    return made


def title(name: str) -> str:
    """A name as a label: `chat_timeout` is "Chat timeout"."""
    words = [_WRITTEN.get(word, word) for word in name.split("_")]
    return " ".join((words[0][:1].upper() + words[0][1:], *words[1:]))


def _text(key: TextKey, text: SystemText) -> dict[str, Any]:
    return {
        "title": title(key),
        "description": text.when,
        "later": text.later,
        "variables": sorted(text.variables),
        "needed": sorted(text.needed),
        "switchable": text.switchable,
        "wordings": {lang: texts[key] for lang, texts in BUILT_IN.items() if key in texts},
    }
