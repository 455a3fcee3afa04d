"""The scenes of `threadline demo`: what a consumer's phone texts, and what it must get."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

import httpx2

from layout import DevError

Say = Callable[[str], None]

NUMBER = "+14155550109"
# What a phone is waited for; the shortest expiry is a minute.
PATIENCE, EXPIRY = 30.0, 120.0
EXPIRED = "has expired"


class Failed(DevError):
    """A step did not come to what it should: the sentence says which."""


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


def left_waiting(phone: Phone, say: Say) -> None:
    say("6. A chat that nobody answers expires: this queue gives it a minute, so please wait")
    phone.text("Hello")
    phone.hears("Text 4 for Quick")
    phone.text("4")
    phone.hears("you chose Quick")


def expiry(phone: Phone, say: Say) -> None:
    left_waiting(phone, say)
    phone.hears(EXPIRED, within=EXPIRY)


Scene = Callable[[Phone, Say], None]
SCENES: tuple[Scene, ...] = (menu, keyword, spanish, after_hours, consent, expiry)
