"""`threadline demo`: a consumer's day on the running product, step by step, through the simulator.

For its time the company gets a queue tree and a number of its own, applied by the administrators'
API as any change; both are taken away again at the end, whatever happened.
"""

from __future__ import annotations

import copy
import json
import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx2

from layout import DevError

Say = Callable[[str], None]
Json = dict[str, Any]

NUMBER = "+14155550109"
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
# What a phone is waited for; the shortest expiry is a minute.
PATIENCE, EXPIRY = 30.0, 120.0


class Failed(DevError):
    """A step did not come to what it should: the sentence says which."""


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


class Phone:
    """A consumer's phone at the simulated carrier; what it sends and gets is printed."""

    def __init__(self, simulator_url: str, say: Say) -> None:
        self.number = f"+1415557{secrets.randbelow(10_000):04}"
        self._url = f"{simulator_url}/simulator/api/v1"
        self._say = say
        self._seen = 0

    def text(self, text: str) -> None:
        """Text the demonstration's number."""
        self._say(f"    consumer: {text}")
        body = {"from": self.number, "to": NUMBER, "text": text}
        httpx2.post(f"{self._url}/messages", json=body, timeout=10).raise_for_status()

    def hears(self, part: str, within: float = PATIENCE) -> None:
        """Wait for a text with these words; all that came until then is printed."""
        gives_up = time.monotonic() + within
        while time.monotonic() < gives_up:
            # One after the other: what came behind the awaited text is the next one's.
            for text in self._got()[self._seen :]:
                self._seen += 1
                self._say("    phone:    " + text.replace("\n", "\n              "))
                if part in text:
                    return
            time.sleep(0.1)
        raise Failed(f"The phone did not get “{part}” within {within:.0f} seconds.")

    def hears_nothing_more(self) -> None:
        """A moment passes in which nothing comes."""
        time.sleep(2)
        if news := self._got()[self._seen :]:
            raise Failed(f"The phone should have got nothing, and got “{news[0]}”.")
        self._say("    phone:    (nothing)")

    def _got(self) -> list[str]:
        url = f"{self._url}/phones/{self.number}/messages"
        messages = httpx2.get(url, timeout=10).json()
        return [one["text"] for one in messages if one["direction"] == "to_phone"]


def menu(phone: Phone, say: Say) -> None:
    say("1. A greeting, a menu of two levels, and the way back")
    phone.text("Hello")
    phone.hears("Text 1 for English")
    phone.text("1")
    phone.hears("Text 2 for Customer care")
    phone.text("BACK")
    phone.hears("Text 1 for English")
    phone.text("banana")
    phone.hears("Text 1 for English")
    phone.text("1")
    phone.hears("Text 1 for Sales")
    phone.text("2")
    phone.hears("you chose Customer care")
    phone.text("EXIT")
    phone.hears("has ended")


def keyword(phone: Phone, say: Say) -> None:
    say("2. A keyword goes straight to its queue, without a menu")
    phone.text("buy")
    phone.hears("you chose Sales")
    phone.text("EXIT")
    phone.hears("has ended")


def spanish(phone: Phone, say: Say) -> None:
    say("3. A choice changes the language")
    phone.text("Hola")
    phone.hears("Text 2 for Español")
    phone.text("2")
    phone.hears("Escriba 1 para Ventas")
    phone.text("1")
    phone.hears("ha elegido Ventas")
    phone.text("EXIT")
    phone.hears("ha terminado")


def after_hours(phone: Phone, say: Say) -> None:
    say("4. A closed queue says so, and the chat keeps its place")
    phone.text("Hello")
    phone.hears("Text 3 for Night desk")
    phone.text("3")
    phone.hears("We are closed now")
    phone.text("EXIT")
    phone.hears("has ended")


def consent(phone: Phone, say: Say) -> None:
    say("5. Opting out, and returning")
    phone.text("Hello")
    phone.hears("Text 1 for English")
    phone.text("STOP")
    phone.hears("You have opted out")
    phone.text("Are you there?")
    phone.hears_nothing_more()
    phone.text("START")
    phone.hears("You have opted in")
    phone.text("Hello again")
    phone.hears("Text 1 for English")
    phone.text("EXIT")
    phone.hears("has ended")


def expiry(phone: Phone, say: Say) -> None:
    say("6. A chat that nobody answers expires: this queue gives it a minute, so please wait")
    phone.text("Hello")
    phone.hears("Text 4 for Quick")
    phone.text("4")
    phone.hears("has expired", within=EXPIRY)


Scene = Callable[[Phone, Say], None]
SCENES: tuple[Scene, ...] = (menu, keyword, spanish, after_hours, consent, expiry)
