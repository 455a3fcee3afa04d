"""The carriers by name. Adding one is a module beside this and a line below."""

from typing import Protocol

from httpx2 import AsyncClient

from carriers.protocol import Carrier, CarrierAccount
from carriers.simulator import SimulatorCarrier
from carriers.twilio import TwilioCarrier


class OpenCarrier(Protocol):
    """Makes a carrier of an account; without a client it reads webhooks and cannot send.

    `home` is where its API is, unless an account says otherwise.
    """

    home: str

    def __call__(self, account: CarrierAccount, client: AsyncClient | None = None) -> Carrier: ...


CARRIERS: dict[str, OpenCarrier] = {
    "simulator": SimulatorCarrier,
    "twilio": TwilioCarrier,
}
