"""The parts of the running carrier, opened and closed together."""

from pathlib import Path

from simulators.carrier.database import Database
from simulators.carrier.faults import Faults, load_faults, save_faults
from simulators.carrier.messages import Addresses, owed_webhooks, readdress
from simulators.carrier.webhooks import FaultSwitch, Webhooks


class Carrier:
    """One carrier: its file, its faults, its webhooks."""

    database: Database
    webhooks: Webhooks

    def __init__(self, data: Path, secret: str, addresses: Addresses) -> None:
        self.secret = secret
        self.addresses = addresses
        self.database = Database(data)

    async def open(self) -> None:
        """Start, and go on at once with what an earlier run still owed."""
        self.database.open()
        self._switch = FaultSwitch(await self.database.run(load_faults))
        self.webhooks = Webhooks(self.database, self._switch, self.secret)
        inbound_url = self.addresses.inbound_url
        await self.database.run(lambda connection: readdress(connection, inbound_url))
        self.webhooks.post(await self.database.run(owed_webhooks))

    async def close(self) -> None:
        await self.webhooks.close()
        await self.database.close()

    @property
    def faults(self) -> Faults:
        return self._switch.now

    async def set_faults(self, faults: Faults) -> None:
        await self.database.run(lambda connection: save_faults(connection, faults))
        self._switch.set(faults)
