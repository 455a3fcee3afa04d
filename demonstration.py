"""`threadline demo`: a consumer's day on the running product, step by step, through the simulator.

For its time the company gets a queue tree and a number of its own, applied by the administrators'
API as any change; both are taken away again at the end, whatever happened.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx2

from demonstration_scenes import NUMBER, SCENES, Failed, Phone, Say, Scene

Json = dict[str, Any]

TREE: Json = {
    "name": "Demonstration",
    "queues": {
        "demo-english": {
            "name": "English",
            "language": "en",
            "queues": {
                "demo-sales": {"name": "Sales", "keywords": ["buy"]},
                "demo-care": {"name": "Customer care"},
            },
        },
        "demo-spanish": {
            "name": "Español",
            "language": "es",
            "queues": {"demo-ventas": {"name": "Ventas"}, "demo-ayuda": {"name": "Ayuda"}},
        },
        "demo-night": {"name": "Night desk", "hours": "demo-never"},
        "demo-quick": {"name": "Quick", "settings": {"unanswered_expiration": 1}},
    },
}
NEVER = {"zone": "UTC", "open": "Mo-Su off"}


def demonstrate(data_dir: Path, say: Say, scenes: Sequence[Scene] | None = None) -> None:
    """Play the scenes, all unless named, on the product of `data_dir`. Raises `Failed`."""
    told = _told(data_dir)
    with httpx2.Client(base_url=told["base_url"], timeout=20) as http:
        company = Company(http, told)
        before = company.document()
        say(f"Adding a demonstration queue tree and the number {NUMBER} to the company …")
        company.apply(with_tree(before))
        try:
            for scene in scenes or SCENES:
                say("")
                scene(Phone(told["simulator_url"], say), say)
        finally:
            say("")
            say("Taking the demonstration's queues and number away again …")
            company.apply(without_tree(company.document()))
    say(f"All of it happened on the product that runs: see its chats at {told['temporal_ui_url']}")


def with_tree(document: Json) -> Json:
    """The company's configuration with the demonstration in it."""
    wanted = copy.deepcopy(document)
    account = next(iter(wanted.get("accounts", {})), None)
    if account is None:
        raise Failed("The company has no carrier account: run `threadline dev` with its demo.")
    wanted.setdefault("hours", {})["demo-never"] = NEVER
    wanted.setdefault("queues", {})["demo"] = copy.deepcopy(TREE)
    wanted.setdefault("numbers", {})[NUMBER] = {"account": account, "queue": "demo"}
    return wanted


def without_tree(document: Json) -> Json:
    """The company's configuration without it, whoever changed what meanwhile."""
    wanted = copy.deepcopy(document)
    for kind, key in (("hours", "demo-never"), ("queues", "demo"), ("numbers", NUMBER)):
        wanted.get(kind, {}).pop(key, None)
    return wanted


def _told(data_dir: Path) -> Json:
    try:
        told: Json = json.loads((data_dir / "dev.json").read_text())
    except FileNotFoundError:
        raise Failed(f"Nothing runs on {data_dir}: start `make run` first, beside this.") from None
    if not told["tenants"]:
        raise Failed("There is no demo company: start `threadline dev` without --no-demo.")
    return told


class Company:
    """The company, as its administrator."""

    def __init__(self, http: httpx2.Client, told: Json) -> None:
        self._http = http
        [tenant] = told["tenants"]
        admin = next(user for user in tenant["users"] if user["role"] == "administrator")
        login = {
            "tenant": tenant["subdomain"],
            "email": admin["email"],
            "password": admin["password"],
        }
        token = self._call("POST", "/agent/api/v1/login", login)["token"]
        http.headers["authorization"] = f"Bearer {token}"
        self._base = 0

    def document(self) -> Json:
        """What holds, and the version that the next change builds on."""
        found = self._call("GET", "/admin/api/v1/configuration")
        self._base = found["version"]
        document: Json = found["document"]
        return document

    def apply(self, document: Json) -> None:
        """Make it so."""
        body = {"document": document, "base": self._base}
        self._call("POST", "/admin/api/v1/configuration/apply", body)

    def _call(self, method: str, path: str, body: Json | None = None) -> Json:
        answer = self._http.request(method, path, json=body)
        if not answer.is_success:
            raise Failed(f"{method} {path} was refused: {answer.json().get('message')}")
        content: Json = answer.json()
        return content
